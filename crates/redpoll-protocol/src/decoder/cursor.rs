use bytes::{Buf, Bytes, BytesMut};

use crate::DecodeError;

/// A position in the input. Moving it is an addition; the input itself is advanced once, at the end.
pub(super) struct Cursor<'a> {
    input: &'a mut BytesMut,
    at: usize,
    /// Bytes that were already taken off the front.
    taken: usize,
}

/// A line without its type byte and its end.
pub(super) struct Line<'a> {
    pub(super) text: &'a [u8],
    /// How many bytes there are after it.
    pub(super) left: usize,
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

    /// The line at the cursor, which moves behind it. `scanned` bytes are known to hold no line end.
    pub(super) fn line(
        &mut self,
        scanned: &mut usize,
        limit: usize,
    ) -> Result<Option<Line<'_>>, DecodeError> {
        let rest = self.input.get(self.at..).unwrap_or_default();
        let unknown = rest.get(*scanned..).unwrap_or_default();
        let end = memchr::memchr2(b'\r', b'\n', unknown).map(|offset| scanned.saturating_add(offset));
        if end.unwrap_or(rest.len()).saturating_sub(1) > limit {
            return Err(DecodeError::LineTooLong { limit });
        }
        *scanned = end.unwrap_or(rest.len());
        match rest.get(*scanned..) {
            None | Some([] | [b'\r']) => Ok(None),
            Some([b'\r', b'\n', left @ ..]) => {
                let text = rest.get(1..*scanned).unwrap_or_default();
                self.at = self.at.saturating_add(*scanned).saturating_add(2);
                *scanned = 0;
                Ok(Some(Line { text, left: left.len() }))
            }
            Some(_) => Err(DecodeError::BadLineEnd),
        }
    }

    /// How many bytes a bulk string of this length and its end lack; `None` if it is all there.
    pub(super) fn missing(&self, length: usize) -> Option<usize> {
        let there = self.input.len().saturating_sub(self.at);
        length.saturating_add(2).checked_sub(there).filter(|missing| *missing > 0)
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
