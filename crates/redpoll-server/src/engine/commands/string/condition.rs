//! The conditions of SET, MSETEX and DELEX: on whether the key exists, and on what it holds.

use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64;

use crate::engine::commands::is_word;
use crate::engine::error::CommandError;

const BAD_DIGEST: CommandError = CommandError::new("ERR must be exactly 16 hexadecimal characters");
const DIGEST_LENGTH: usize = 16;

/// NX and XX.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existence {
    Missing,
    Existing,
}

impl Existence {
    pub(super) fn from_word(word: &Bytes) -> Option<Self> {
        match word {
            word if is_word(word, "NX") => Some(Self::Missing),
            word if is_word(word, "XX") => Some(Self::Existing),
            _ => None,
        }
    }

    pub(super) fn holds(self, exists: bool) -> bool {
        exists == (self == Self::Existing)
    }
}

/// IFEQ, IFNE, IFDEQ and IFDNE, with the value or the digest to compare with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Comparison<'a> {
    pub(super) by: By,
    expected: &'a Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Equal,
    NotEqual,
    DigestEqual,
    DigestNotEqual,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(word: &Bytes, expected: &'a Bytes) -> Option<Self> {
        let words = [
            ("IFEQ", By::Equal),
            ("IFNE", By::NotEqual),
            ("IFDEQ", By::DigestEqual),
            ("IFDNE", By::DigestNotEqual),
        ];
        let (_, by) = words.into_iter().find(|(name, _)| is_word(word, name))?;
        Some(Self { by, expected })
    }

    /// Whether a key that does not exist will do.
    pub(super) fn holds_for_missing(self) -> bool {
        matches!(self.by, By::NotEqual | By::DigestNotEqual)
    }

    pub(super) fn holds(self, current: &[u8]) -> Result<bool, CommandError> {
        let by_digest = matches!(self.by, By::DigestEqual | By::DigestNotEqual);
        if by_digest && self.expected.len() != DIGEST_LENGTH {
            return Err(BAD_DIGEST);
        }
        let is_equal = if by_digest {
            self.expected.eq_ignore_ascii_case(digest(current).as_bytes())
        } else {
            self.expected == current
        };
        Ok(is_equal != self.holds_for_missing())
    }
}

/// What DIGEST replies.
pub(super) fn digest(value: &[u8]) -> String {
    format!("{:016x}", xxh3_64(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_reference() {
        assert_eq!(digest(b""), "2d06800538d394c2");
        assert_eq!(digest(b"hello"), "9555e8555c62dcfd");
    }
}
