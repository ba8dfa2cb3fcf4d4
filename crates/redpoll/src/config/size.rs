/// What a size of a URL must look like.
pub(super) const EXPECTED: &str = "a whole number of bytes with its unit, such as 512B, 64KiB, 64MiB or 1GiB";

const UNITS: [(&str, usize); 4] = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

/// Reads `512B`, `64KiB`, `64MiB` or `1GiB`.
pub(super) fn parse(text: &str) -> Option<usize> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let (_, bytes) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number.parse::<usize>().ok()?.checked_mul(*bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_whole_number_with_its_unit() {
        let parsed = ["0B", "512B", "2KiB", "64MiB", "1GiB"].map(parse);
        assert_eq!(parsed, [0, 512, 2_048, 67_108_864, 1_073_741_824].map(Some));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in
            ["", "64", "MiB", "1.5MiB", "-1B", "64MB", "64mib", "64 MiB", "64MiBs", "99999999999999999GiB"]
        {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
