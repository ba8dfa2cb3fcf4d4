//! Strings.

use bytes::Bytes;

use crate::engine::number::parse_integer;

/// The longest string that Redis keeps in one allocation with its object.
const EMBEDDED_LIMIT: usize = 44;

/// A string, and whether it was changed in place, which shows in its encoding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text {
    bytes: Bytes,
    edited: bool,
}

impl Text {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self { bytes, edited: false }
    }

    /// A string that APPEND, SETRANGE or SETBIT has written to.
    pub(crate) fn edited(bytes: Bytes) -> Self {
        Self { bytes, edited: true }
    }

    pub(crate) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The bytes, to be put back with [`Text::edited`]; without a copy if nobody else holds them.
    pub(crate) fn take(&mut self) -> Bytes {
        std::mem::take(&mut self.bytes)
    }

    pub(crate) fn encoding(&self) -> &'static str {
        if self.edited {
            "raw"
        } else if self.bytes.len() <= 20 && parse_integer(&self.bytes).is_some() {
            "int"
        } else if self.bytes.len() <= EMBEDDED_LIMIT {
            "embstr"
        } else {
            "raw"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_follows_the_content() {
        for (text, encoding) in [("12", "int"), ("012", "embstr"), ("x", "embstr")] {
            assert_eq!(Text::new(Bytes::from(text)).encoding(), encoding);
        }
        assert_eq!(Text::new(Bytes::from("x".repeat(45))).encoding(), "raw");
        assert_eq!(Text::edited(Bytes::from("12")).encoding(), "raw");
    }
}
