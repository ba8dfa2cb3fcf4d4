//! Numbers as C prints them.

/// `%.{precision}g`: at most so many significant digits, no trailing zeros.
pub(super) fn general(value: f64, precision: usize) -> String {
    if value.is_nan() {
        return if value.is_sign_negative() { "-nan" } else { "nan" }.to_owned();
    }
    if value.is_infinite() {
        return if value < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    let precision = precision.max(1);
    let scientific = format!("{value:.*e}", precision - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let significant = i32::try_from(precision).unwrap_or(i32::MAX);
    if exponent < -4 || exponent >= significant {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", trimmed(mantissa), exponent.abs());
    }
    let decimals = usize::try_from(significant - 1 - exponent).unwrap_or(0);
    trimmed(&format!("{value:.decimals$}")).to_owned()
}

fn trimmed(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

#[cfg(test)]
mod tests {
    use super::general;

    #[test]
    fn numbers_are_printed_as_printf_does() {
        for (value, precision, text) in [
            (0.1, 14, "0.1"),
            (1.0 / 3.0, 14, "0.33333333333333"),
            (1e100, 14, "1e+100"),
            (1e15, 14, "1e+15"),
            (123_456_789_012_345.0, 14, "1.2345678901234e+14"),
            (9_007_199_254_740_992.0, 14, "9.007199254741e+15"),
            (1e-7, 14, "1e-07"),
            (0.0001, 14, "0.0001"),
            (-0.0, 14, "-0"),
            (99_999.96, 6, "100000"),
            (999_999.5, 6, "1e+06"),
            (2.34567, 3, "2.35"),
            (f64::INFINITY, 14, "inf"),
        ] {
            assert_eq!(general(value, precision), text);
        }
    }
}
