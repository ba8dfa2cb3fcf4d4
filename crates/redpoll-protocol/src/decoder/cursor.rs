use bytes::{Buf, Bytes, BytesMut};

use crate::DecodeError;

/// A position in the input. Moving it is an addition; the input itself is advanced once, at the end.
pub(super) struct Cursor<'a> {
    input: &'a mut BytesMut,
    at: usize,
    /// Bytes that were already taken off the front.
    taken: usize,
}

/// The longest header that the short way reads: type, nine digits, CR LF.
pub(super) const HEADER: usize = 12;

/// The types that make up nearly all of what servers send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeaderKind {
    BulkString,
    Integer,
    Array,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(input: &'a mut BytesMut) -> Self {
        Self { input, at: 0, taken: 0 }
    }

    /// Takes what was passed off the input and says how much that was.
    pub(super) fn finish(mut self) -> usize {
        self.cut();
        self.taken
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.input.get(self.at).copied()
    }

    /// How many bytes there are after the cursor.
    pub(super) fn left(&self) -> usize {
        self.input.len().saturating_sub(self.at)
    }

    /// A header of one of the common types with up to nine digits, if it is here and whole; the cursor moves behind it.
    /// Everything else, errors included, is left to [`line`](Self::line).
    #[inline]
    pub(super) fn header(&mut self) -> Option<(HeaderKind, u32)> {
        let (kind, rest) = self.input.get(self.at..)?.split_first()?;
        let kind = match kind {
            b'$' => HeaderKind::BulkString,
            b':' => HeaderKind::Integer,
            b'*' => HeaderKind::Array,
            _ => return None,
        };
        let mut number = 0_u32;
        for (digits, byte) in rest.iter().take(10).enumerate() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                let is_whole =
                    digits > 0 && *byte == b'\r' && rest.get(digits.saturating_add(1)) == Some(&b'\n');
                self.at = if is_whole { self.at.saturating_add(digits).saturating_add(3) } else { self.at };
                return is_whole.then_some((kind, number));
            }
            number = number.wrapping_mul(10).wrapping_add(digit.into());
        }
        None
    }

    /// The line at the cursor without its type and its end; the cursor moves behind it.
    /// The first `scanned` bytes are known to hold no line end.
    pub(super) fn line(&mut self, scanned: &mut usize, limit: usize) -> Result<Option<&[u8]>, DecodeError> {
        let rest = self.input.get(self.at..).unwrap_or_default();
        let unknown = rest.get(*scanned..).unwrap_or_default();
        let end = memchr::memchr2(b'\r', b'\n', unknown).map(|offset| scanned.saturating_add(offset));
        if end.unwrap_or(rest.len()).saturating_sub(1) > limit {
            return Err(DecodeError::LineTooLong { limit });
        }
        *scanned = end.unwrap_or(rest.len());
        match rest.get(*scanned..) {
            None | Some([] | [b'\r']) => Ok(None),
            Some([b'\r', b'\n', ..]) => {
                let text = rest.get(1..*scanned).unwrap_or_default();
                self.at = self.at.saturating_add(*scanned).saturating_add(2);
                *scanned = 0;
                Ok(Some(text))
            }
            Some(_) => Err(DecodeError::BadLineEnd),
        }
    }

    /// How many bytes a bulk string of this length and its end lack; `None` if it is all there.
    pub(super) fn missing(&self, length: usize) -> Option<usize> {
        length.saturating_add(2).checked_sub(self.left()).filter(|missing| *missing > 0)
    }

    /// A bulk string that is all there, borrowed.
    pub(super) fn bulk(&mut self, length: usize) -> Result<&[u8], DecodeError> {
        let rest = self.input.get(self.at..).unwrap_or_default();
        let (text, end) = rest.split_at_checked(length).ok_or(DecodeError::BadBulkEnd)?;
        if !end.starts_with(b"\r\n") {
            return Err(DecodeError::BadBulkEnd);
        }
        self.at = self.at.saturating_add(length).saturating_add(2);
        Ok(text)
    }

    /// A bulk string that is all there, as a slice of the input that shares its memory.
    pub(super) fn slice(&mut self, length: usize) -> Result<Bytes, DecodeError> {
        let start = self.at;
        self.bulk(length)?;
        self.at = start;
        self.cut();
        self.taken = self.taken.saturating_add(length);
        let text = self.input.split_to(length).freeze();
        self.at = 2;
        Ok(text)
    }

    fn cut(&mut self) {
        self.input.advance(self.at);
        self.taken = self.taken.saturating_add(self.at);
        self.at = 0;
    }
}
