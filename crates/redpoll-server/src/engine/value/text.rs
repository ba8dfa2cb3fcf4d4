//! Strings.

use bytes::{Bytes, BytesMut};

use crate::engine::number::parse_integer;

/// The longest string that Redis keeps in one allocation with its object.
const EMBEDDED_LIMIT: usize = 44;

/// A string, and how it came about, which shows in its encoding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text {
    bytes: Bytes,
    origin: Origin,
}

/// Where a string comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Origin {
    /// Stored whole: Redis looks whether it is an integer.
    #[default]
    Stored,
    /// Calculated: Redis does not look.
    Calculated,
    /// Changed in place: Redis keeps it as it is, with room to grow.
    Edited,
}

impl Text {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self { bytes, origin: Origin::Stored }
    }

    /// The sum of floating point numbers, which is no integer to Redis, whatever it looks like.
    pub(crate) fn calculated(bytes: Bytes) -> Self {
        Self { bytes, origin: Origin::Calculated }
    }

    /// A string that APPEND, SETRANGE or SETBIT has written to.
    pub(crate) fn edited(bytes: Bytes) -> Self {
        Self { bytes, origin: Origin::Edited }
    }

    pub(crate) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Changes the string in place; without a copy if nobody else holds its bytes.
    pub(crate) fn edit(&mut self, change: impl FnOnce(&mut BytesMut)) {
        let mut bytes = BytesMut::from(std::mem::take(&mut self.bytes));
        change(&mut bytes);
        *self = Self::edited(bytes.freeze());
    }

    pub(crate) fn encoding(&self) -> &'static str {
        if self.origin == Origin::Edited {
            "raw"
        } else if self.origin == Origin::Stored && parse_integer(&self.bytes).is_some() {
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
        assert_eq!(Text::calculated(Bytes::from("12")).encoding(), "embstr");
    }

    #[test]
    fn an_edit_changes_the_bytes_and_the_encoding() {
        let mut text = Text::new(Bytes::from("1"));
        text.edit(|bytes| bytes.extend_from_slice(b"2"));
        assert_eq!(text, Text::edited(Bytes::from("12")));
    }
}
