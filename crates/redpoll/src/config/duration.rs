use std::time::Duration;

/// What a duration of a URL must look like.
pub(super) const EXPECTED: &str = "a whole number with its unit, such as 500ms, 2s or 1m";

const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

/// Reads `500ms`, `2s`, `1m` or `1h`. A number alone is refused: some clients mean seconds by it, others milliseconds.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let (_, milliseconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let number: u64 = number.parse().ok()?;
    Some(Duration::from_millis(number.checked_mul(*milliseconds)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_whole_number_with_its_unit() {
        let parsed =
            ["0ms", "500ms", "2s", "1m", "3h", "0060s"].map(|text| parse(text).map(|d| d.as_millis()));
        assert_eq!(parsed, [0, 500, 2_000, 60_000, 10_800_000, 60_000].map(Some));
    }

    #[test]
    fn anything_else_is_refused() {
        let max = u64::MAX;
        for text in ["", "5", "s", "ms", "1.5s", "-1s", "+1s", "1 s", "1s ", "1S", "1d", "1sm", "٣s", "1msx"]
        {
            assert_eq!(parse(text), None, "{text:?}");
        }
        assert_eq!(parse(&format!("{max}s")), None, "more milliseconds than fit");
        assert_eq!(parse(&format!("{max}0ms")), None);
    }
}
