//! Numbers as Redis reads and writes them.

use crate::engine::error::CommandError;

/// Reads an integer: no sign `+`, no leading zeros, no spaces, as `string2ll` does.
pub(crate) fn parse_integer(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let canonical = match digits {
        [b'0'] => text.len() == 1,
        [first, ..] => (b'1'..=b'9').contains(first) && digits.iter().all(u8::is_ascii_digit),
        [] => false,
    };
    if !canonical || text.len() > 20 {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Reads a floating point number: the whole text, no spaces, no NaN; `inf` and hexadecimal as `strtod` has them.
pub(crate) fn parse_float(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned.is_empty() || unsigned.starts_with(['+', '-']) {
        return None;
    }
    if let Some(digits) = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")) {
        let value = parse_hexadecimal(digits)?;
        return Some(if text.starts_with('-') { -value } else { value });
    }
    let value: f64 = text.parse().ok()?;
    let says_infinity = unsigned.as_bytes().first().is_some_and(|c| c.eq_ignore_ascii_case(&b'i'));
    let mantissa = unsigned.split(['e', 'E']).next().unwrap_or_default();
    let says_zero = mantissa.bytes().all(|digit| matches!(digit, b'0' | b'.'));
    // A literal that overflows or underflows is an error (ERANGE), the word "inf" is not.
    let out_of_range = (value.is_infinite() && !says_infinity) || (value == 0.0 && !says_zero);
    if value.is_nan() || out_of_range { None } else { Some(value) }
}

/// `10`, `1.8`, `1p4`: what follows `0x`.
fn parse_hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once(['p', 'P']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value = 0.0;
    for digit in whole.chars().chain(fraction.chars()) {
        value = value * 16.0 + f64::from(digit.to_digit(16)?);
    }
    let exponent: i32 = exponent.parse().ok()?;
    let exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?.checked_mul(4)?)?;
    let scaled = value * 2_f64.powi(exponent);
    (scaled.is_finite() && (scaled != 0.0 || value == 0.0)).then_some(scaled)
}

/// [`parse_integer`] with the error every command gives.
pub(crate) fn integer(text: &[u8]) -> Result<i64, CommandError> {
    parse_integer(text).ok_or(CommandError::NOT_AN_INTEGER)
}

/// [`parse_float`] with the error most commands give.
pub(crate) fn float(text: &[u8]) -> Result<f64, CommandError> {
    parse_float(text).ok_or(CommandError::NOT_A_FLOAT)
}

/// Up to this magnitude (half of the largest 64-bit integer), whole numbers are written without an exponent.
const LARGEST_PLAIN: f64 = 4_611_686_018_427_387_904.0;

/// The shortest text that reads back as `value`, laid out as Redis does since 7.2.
pub(crate) fn format_double(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    if value == 0.0 {
        return if value.is_sign_negative() { "-0" } else { "0" }.to_owned();
    }
    if value == value.trunc() && value.abs() <= LARGEST_PLAIN {
        return format!("{value:.0}");
    }
    let scientific = format!("{:e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if value < 0.0 { "-" } else { "" };
    format!("{sign}{}", lay_out(&digits, exponent))
}

/// As `printf` does with `%.17g`.
pub(crate) fn format_17_digits(value: f64) -> String {
    if value.is_nan() || value.is_infinite() || value == 0.0 {
        return format_double(value);
    }
    let scientific = format!("{value:.16e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..17).contains(&exponent) {
        let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs());
    }
    let decimals = usize::try_from(16 - exponent).unwrap_or(0);
    let plain = format!("{value:.decimals$}");
    if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.').to_owned() } else { plain }
}

/// `exponent` is that of the first digit.
fn lay_out(digits: &str, exponent: i32) -> String {
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let trailing = exponent - (count - 1);
    let magnitude = exponent.abs();
    if trailing >= 0 && magnitude < count + 7 {
        return format!("{digits}{}", "0".repeat(usize::try_from(trailing).unwrap_or(0)));
    }
    if trailing < 0 && (trailing > -7 || magnitude < 4) {
        return match usize::try_from(exponent) {
            Ok(exponent) => {
                let (whole, fraction) = digits.split_at(exponent + 1);
                format!("{whole}.{fraction}")
            }
            Err(_) => format!("0.{}{digits}", "0".repeat(usize::try_from(-exponent - 1).unwrap_or(0))),
        };
    }
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}e{sign}{magnitude}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_strictly() {
        for (text, value) in [("0", 0), ("-1", -1), ("9223372036854775807", i64::MAX)] {
            assert_eq!(parse_integer(text.as_bytes()), Some(value));
        }
        for text in ["", "-", "+1", "01", "-0", " 1", "1 ", "9223372036854775808", "1.0", "x"] {
            assert_eq!(parse_integer(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn floats_are_read_whole() {
        for (text, value) in [
            ("1.5", 1.5),
            ("+1", 1.0),
            ("-.5", -0.5),
            ("1e3", 1000.0),
            ("inf", f64::INFINITY),
            ("0x10", 16.0),
            ("-0x1.8p1", -3.0),
            ("0e9", 0.0),
        ] {
            assert_eq!(parse_float(text.as_bytes()), Some(value), "{text}");
        }
        for text in ["", " 1", "1 ", "nan", "abc", "1e400", "1e-400", "--1", "0x", "0xg", "0x-1"] {
            assert_eq!(parse_float(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn doubles_are_laid_out_as_redis_does() {
        for (value, text) in [
            (3.0, "3"),
            (0.1, "0.1"),
            (-2.5, "-2.5"),
            (1e17, "100000000000000000"),
            (5e18, "5e+18"),
            (1e20, "1e+20"),
            (12345678901234567000.0, "12345678901234567000"),
            (1.2345e-6, "1.2345e-6"),
            (1e21, "1e+21"),
            (1.5e-9, "1.5e-9"),
            (0.00012, "0.00012"),
            (1234567.891, "1234567.891"),
            (-0.0, "-0"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
        ] {
            assert_eq!(format_double(value), text);
        }
    }

    #[test]
    fn seventeen_digits_are_enough_for_any_double() {
        for (value, text) in [
            (0.2, "0.20000000000000001"),
            (1e17, "1e+17"),
            (1e16, "10000000000000000"),
            (-1.5, "-1.5"),
            (1e-5, "1.0000000000000001e-05"),
            (0.0001, "0.0001"),
            (1e300, "1.0000000000000001e+300"),
            (3.0, "3"),
        ] {
            assert_eq!(format_17_digits(value), text);
        }
    }
}
