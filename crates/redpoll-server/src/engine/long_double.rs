//! Arithmetic of INCRBYFLOAT and HINCRBYFLOAT: the `long double` of x86-64, with 64 bits of mantissa.
//!
//! Redis computes with it and writes seventeen digits after the point, so that neither `f64` nor decimal
//! arithmetic gives the same text.

use std::fmt;

use crate::engine::error::CommandError;
use crate::engine::natural::Natural;

const MANTISSA_BITS: i64 = 64;
/// The exponent of the lowest bit of the smallest number.
const MIN_EXPONENT: i64 = -16_445;
/// Numbers are below 2 to this power.
const MAX_EXPONENT: i64 = 16_384;
/// Digits after the point.
const PRECISION: usize = 17;
/// Redis reads no longer texts.
const LONGEST: usize = 5 * 1024;
/// Beyond ten to this power, in either direction, there are no numbers.
const MAX_DECIMAL_EXPONENT: i64 = 5_000;

/// `mantissa` times two to the `exponent`, or infinite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LongDouble {
    Finite { negative: bool, mantissa: u64, exponent: i64 },
    Infinite { negative: bool },
}

impl LongDouble {
    /// Reads what `strtold` reads, the whole of it: decimal and hexadecimal numbers and infinities. What
    /// overflows is no number, and neither is what vanishes.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        if text.len() >= LONGEST {
            return None;
        }
        let (negative, unsigned) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        if [&b"inf"[..], b"infinity"].iter().any(|word| unsigned.eq_ignore_ascii_case(word)) {
            return Some(Self::Infinite { negative });
        }
        let literal = match unsigned {
            [b'0', b'x' | b'X', rest @ ..] => Literal::parse(rest, 16)?,
            _ => Literal::parse(unsigned, 10)?,
        };
        literal.value(negative)
    }

    /// The sum; `None` if it is not finite.
    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let (Self::Finite { exponent: a, .. }, Self::Finite { exponent: b, .. }) = (self, other) else {
            return None;
        };
        let lowest = a.min(b);
        let (a_negative, a) = self.aligned(lowest);
        let (b_negative, b) = other.aligned(lowest);
        let (negative, sum) = match (a_negative == b_negative, a >= b) {
            (true, _) => (a_negative, a.plus(&b)),
            (false, true) => (a_negative, a.minus(&b)),
            (false, false) => (b_negative, b.minus(&a)),
        };
        let sum = Self::round(negative, &sum, lowest, false);
        matches!(sum, Self::Finite { .. }).then_some(sum)
    }

    /// The representable number nearest to `number` times two to the `exponent`, the even one of two;
    /// `inexact` says that the true number is a little larger.
    fn round(negative: bool, number: &Natural, exponent: i64, inexact: bool) -> Self {
        let bits = number.bits() as i64;
        let dropped = (bits - MANTISSA_BITS).max(MIN_EXPONENT - exponent).max(0);
        let count = dropped as usize;
        let mut kept = number.shifted_right(count);
        let half = count > 0 && number.bit(count - 1);
        if half && (inexact || number.any_bit_below(count - 1) || kept.bit(0)) {
            kept = kept.plus(&Natural::from(1));
        }
        let exponent = exponent + dropped;
        if exponent + kept.bits() as i64 > MAX_EXPONENT {
            return Self::Infinite { negative };
        }
        // Rounding up may carry into a bit more, and leaves only zeros then.
        let carried = usize::from(kept.bits() as i64 > MANTISSA_BITS);
        let mantissa = kept.shifted_right(carried).low();
        Self::Finite { negative, mantissa, exponent: exponent + carried as i64 }
    }

    /// The mantissa when the exponent is `lowest`.
    fn aligned(self, lowest: i64) -> (bool, Natural) {
        match self {
            Self::Finite { negative, mantissa, exponent } => {
                let by = usize::try_from(exponent - lowest).unwrap_or(0);
                (negative, Natural::from(mantissa).shifted_left(by))
            }
            Self::Infinite { negative } => (negative, Natural::default()),
        }
    }
}

impl fmt::Display for LongDouble {
    /// As `%.17Lf`, without the zeros at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (negative, mantissa, exponent) = match *self {
            Self::Infinite { negative } => return f.write_str(if negative { "-inf" } else { "inf" }),
            Self::Finite { negative, mantissa, exponent } => (negative, Natural::from(mantissa), exponent),
        };
        let digits = match usize::try_from(exponent) {
            Ok(exponent) => mantissa.shifted_left(exponent).to_decimal(),
            Err(_) => fraction(mantissa, exponent.unsigned_abs() as usize),
        };
        let sign = if negative && digits != "0" { "-" } else { "" };
        write!(f, "{sign}{digits}")
    }
}

/// The increment commands: what is stored plus what is asked for, as text.
pub(crate) fn add(
    stored: &[u8],
    increment: &[u8],
    not_a_float: CommandError,
) -> Result<String, CommandError> {
    let stored = LongDouble::parse(stored).ok_or(not_a_float)?;
    let increment = LongDouble::parse(increment).ok_or(CommandError::NOT_A_FLOAT)?;
    stored.plus(increment).map(|sum| sum.to_string()).ok_or(NOT_FINITE)
}

const NOT_FINITE: CommandError = CommandError::new("ERR increment would produce NaN or Infinity");

/// `mantissa` divided by two to the power `shift`, written with [`PRECISION`] digits.
fn fraction(mut mantissa: Natural, shift: usize) -> String {
    mantissa.multiply_by_power_of_ten(PRECISION);
    let mut scaled = mantissa.shifted_right(shift);
    let half = mantissa.bit(shift - 1);
    if half && (mantissa.any_bit_below(shift - 1) || scaled.bit(0)) {
        scaled = scaled.plus(&Natural::from(1));
    }
    let digits = format!("{:0>1$}", scaled.to_decimal(), PRECISION + 1);
    let (whole, fraction) = digits.split_at(digits.len() - PRECISION);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// A number as it is written, without its sign.
struct Literal {
    base: u32,
    digits: Natural,
    /// How many digits there are from the first that is not zero on.
    magnitude: i64,
    /// How many of them come after the point.
    fraction: i64,
    /// Of ten, or of two for a hexadecimal number.
    exponent: i64,
}

impl Literal {
    fn parse(text: &[u8], base: u32) -> Option<Self> {
        let is_exponent = |byte: &u8| byte.eq_ignore_ascii_case(if base == 10 { &b'e' } else { &b'p' });
        let (number, exponent) = match text.iter().position(is_exponent) {
            Some(at) => (&text[..at], parse_exponent(&text[at + 1..])?),
            None => (text, 0),
        };
        let (whole, fraction) = match number.iter().position(|byte| *byte == b'.') {
            Some(at) => (&number[..at], &number[at + 1..]),
            None => (number, &[][..]),
        };
        let digits = || whole.iter().chain(fraction).copied();
        if digits().next().is_none() || !digits().all(|digit| char::from(digit).is_digit(base)) {
            return None;
        }
        Some(Self {
            base,
            magnitude: digits().skip_while(|digit| *digit == b'0').count() as i64,
            digits: Natural::from_digits(digits(), base),
            fraction: fraction.len() as i64,
            exponent,
        })
    }

    fn value(&self, negative: bool) -> Option<LongDouble> {
        if self.digits.is_zero() {
            return Some(LongDouble::Finite { negative, mantissa: 0, exponent: 0 });
        }
        let value = if self.base == 10 { self.decimal(negative)? } else { self.hexadecimal(negative) };
        match value {
            LongDouble::Finite { mantissa: 1.., .. } => Some(value),
            _ => None,
        }
    }

    fn hexadecimal(&self, negative: bool) -> LongDouble {
        let exponent = self.exponent.saturating_sub(self.fraction * 4);
        LongDouble::round(negative, &self.digits, exponent.clamp(-100_000, 100_000), false)
    }

    fn decimal(&self, negative: bool) -> Option<LongDouble> {
        let exponent = self.exponent.saturating_sub(self.fraction);
        if exponent.saturating_add(self.magnitude).saturating_abs() > MAX_DECIMAL_EXPONENT {
            return None;
        }
        let mut number = self.digits.clone();
        let power = usize::try_from(exponent.unsigned_abs()).ok()?;
        if exponent >= 0 {
            number.multiply_by_power_of_ten(power);
            return Some(LongDouble::round(negative, &number, 0, false));
        }
        // Four bits per digit are more than it takes to keep a whole mantissa after the division.
        let shift = 4 * power + 66;
        number = number.shifted_left(shift);
        let inexact = number.divide_by_power_of_ten(power);
        Some(LongDouble::round(negative, &number, -(shift as i64), inexact))
    }
}

/// Exponents too large for any number are cut down: the sign is what matters then.
fn parse_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let accumulate = |sum: i64, digit: &u8| (sum * 10 + i64::from(digit - b'0')).min(1_000_000);
    let exponent = digits.iter().fold(0, accumulate);
    Some(if negative { -exponent } else { exponent })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(a: &str, b: &str) -> String {
        add(a.as_bytes(), b.as_bytes(), CommandError::NOT_A_FLOAT)
            .unwrap_or_else(|error| error.text().to_owned())
    }

    #[test]
    fn sums_have_the_digits_of_a_long_double() {
        for (a, b, expected) in [
            ("10.5", "0.1", "10.6"),
            ("0.1", "0.2", "0.3"),
            ("3.0", "1.000000000000000005", "4.00000000000000001"),
            ("-855127.4267", "-811.7399", "-855939.16659999999995989"),
            ("5.0e3", "2.0e2", "5200"),
            ("0x10", "0x1p-1", "16.5"),
            ("1", "-1", "0"),
            ("-0", "0", "0"),
            ("1e19", "1", "10000000000000000001"),
            (".5", "5.", "5.5"),
            ("1e-20", "0", "0"),
            ("18446744073709551616", "1", "18446744073709551616"),
        ] {
            assert_eq!(sum(a, b), expected, "{a} + {b}");
        }
    }

    #[test]
    fn what_overflows_or_vanishes_is_no_number() {
        for text in ["", "a", "1e", "1x", " 1", "1 ", "nan", "--1", ".", "0x", "1e5000", "1e-5000", "1e4933"]
        {
            assert_eq!(LongDouble::parse(text.as_bytes()), None, "{text}");
        }
        assert!(LongDouble::parse(b"0e99999999999").is_some());
        assert!(LongDouble::parse(b"1e4932").is_some());
        assert!(LongDouble::parse(b"4e-4951").is_some());
    }

    #[test]
    fn infinities_are_read_but_never_stored() {
        assert_eq!(sum("1", "inf"), NOT_FINITE.text());
        assert_eq!(sum("1", "-Infinity"), NOT_FINITE.text());
        assert_eq!(sum("1.1e4932", "1.1e4932"), NOT_FINITE.text());
    }
}
