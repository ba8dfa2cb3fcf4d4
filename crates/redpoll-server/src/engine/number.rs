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
    let value: f64 = text.parse().ok()?;
    let says_infinity = unsigned.as_bytes().first().is_some_and(|c| c.eq_ignore_ascii_case(&b'i'));
    // A finite literal that overflows is an error (ERANGE), the word "inf" is not.
    if value.is_nan() || (value.is_infinite() && !says_infinity) { None } else { Some(value) }
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
        for (text, value) in
            [("1.5", 1.5), ("+1", 1.0), ("-.5", -0.5), ("1e3", 1000.0), ("inf", f64::INFINITY)]
        {
            assert_eq!(parse_float(text.as_bytes()), Some(value), "{text}");
        }
        for text in ["", " 1", "1 ", "nan", "abc", "1e400", "--1"] {
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
}
