//! What clients send: arrays of bulk strings, and inline commands.
//!
//! The parser is the server's own, so that a fault in the client's decoder cannot hide behind the same fault here.
//! It goes on where it stopped when more bytes arrive, allocates nothing from a declared length, and never panics.
#![deny(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss
)]

use std::fmt;

use bytes::{Buf, Bytes, BytesMut};

/// How many arguments a command can have.
pub const MAX_ARGUMENTS: usize = 1024 * 1024;
/// How long one argument can be.
pub const MAX_ARGUMENT_LENGTH: usize = 512 * 1024 * 1024;
/// How long a line can be: an inline command, or the length before an argument.
pub const MAX_LINE_LENGTH: usize = 64 * 1024;
/// [`MAX_ARGUMENTS`] until the client has authenticated.
pub const MAX_ARGUMENTS_UNAUTHENTICATED: usize = 10;
/// [`MAX_ARGUMENT_LENGTH`] until the client has authenticated.
pub const MAX_ARGUMENT_LENGTH_UNAUTHENTICATED: usize = 16_384;

/// Longer arguments share the buffer they were read into; shorter ones are copied, so that a small key does not
/// keep a large buffer alive.
const SHARED_LENGTH: usize = 16 * 1024;

/// A request that cannot be understood. The connection is closed after the error reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProtocolError {
    /// The number of arguments is no number, or is too large.
    InvalidMultibulkLength,
    /// The length of an argument is no number, negative, or too large.
    InvalidBulkLength,
    /// An argument does not begin with `$`.
    ExpectedBulk(u8),
    /// The line with the number of arguments does not end.
    TooBigCountString,
    /// The line with the length of an argument does not end.
    TooBigBulkCountString,
    /// An inline command is too long.
    TooBigInlineRequest,
    /// An inline command has a quote that is not closed.
    UnbalancedQuotes,
    /// More than [`MAX_ARGUMENTS_UNAUTHENTICATED`] arguments before authentication.
    UnauthenticatedMultibulkLength,
    /// An argument above [`MAX_ARGUMENT_LENGTH_UNAUTHENTICATED`] before authentication.
    UnauthenticatedBulkLength,
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::InvalidMultibulkLength => "invalid multibulk length",
            Self::InvalidBulkLength => "invalid bulk length",
            Self::ExpectedBulk(got) => {
                let got = if got.is_ascii_control() { ' ' } else { char::from(*got) };
                return write!(f, "Protocol error: expected '$', got '{got}'");
            }
            Self::TooBigCountString => "too big mbulk count string",
            Self::TooBigBulkCountString => "too big bulk count string",
            Self::TooBigInlineRequest => "too big inline request",
            Self::UnbalancedQuotes => "unbalanced quotes in request",
            Self::UnauthenticatedMultibulkLength => "unauthenticated multibulk length",
            Self::UnauthenticatedBulkLength => "unauthenticated bulk length",
        };
        write!(f, "Protocol error: {text}")
    }
}

impl std::error::Error for ProtocolError {}

/// Takes commands off the front of a buffer.
#[derive(Debug, Default)]
pub struct RequestParser {
    /// Arguments that are still to come; 0 between commands.
    missing: usize,
    arguments: Vec<Bytes>,
    /// The length of the argument being read, once its line has been read.
    length: Option<usize>,
    /// How much of the buffer is known to hold no line end.
    searched: usize,
    authenticated: bool,
}

impl RequestParser {
    /// A parser with the limits for clients that have not authenticated.
    pub fn new() -> Self {
        Self::default()
    }

    /// Chooses between the limits for authenticated clients and the others.
    pub fn set_authenticated(&mut self, authenticated: bool) {
        self.authenticated = authenticated;
    }

    /// The next whole command, or `None` until more bytes arrive. Empty commands are passed over.
    ///
    /// # Errors
    /// Bytes that are no request. The parser is of no use afterwards.
    pub fn next(&mut self, buffer: &mut BytesMut) -> Result<Option<Vec<Bytes>>, ProtocolError> {
        loop {
            if self.missing > 0 {
                return self.arguments(buffer);
            }
            let command = match buffer.first() {
                None => return Ok(None),
                Some(b'*') => {
                    if !self.array_header(buffer)? {
                        return Ok(None);
                    }
                    continue;
                }
                Some(_) => match self.line(buffer, ProtocolError::TooBigInlineRequest)? {
                    None => return Ok(None),
                    Some(line) => split_inline(&line).ok_or(ProtocolError::UnbalancedQuotes)?,
                },
            };
            if !command.is_empty() {
                return Ok(Some(command));
            }
        }
    }

    /// Whether the header was there.
    fn array_header(&mut self, buffer: &mut BytesMut) -> Result<bool, ProtocolError> {
        let Some(line) = self.line(buffer, ProtocolError::TooBigCountString)? else {
            return Ok(false);
        };
        let count = line.get(1..).and_then(parse_length).ok_or(ProtocolError::InvalidMultibulkLength)?;
        let Ok(count) = usize::try_from(count) else {
            return Ok(true); // A negative count is an empty command.
        };
        if count > MAX_ARGUMENTS {
            return Err(ProtocolError::InvalidMultibulkLength);
        }
        if !self.authenticated && count > MAX_ARGUMENTS_UNAUTHENTICATED {
            return Err(ProtocolError::UnauthenticatedMultibulkLength);
        }
        self.missing = count;
        Ok(true)
    }

    fn arguments(&mut self, buffer: &mut BytesMut) -> Result<Option<Vec<Bytes>>, ProtocolError> {
        while self.missing > 0 {
            let length = match self.length {
                Some(length) => length,
                None => match self.argument_header(buffer)? {
                    Some(length) => *self.length.insert(length),
                    None => return Ok(None),
                },
            };
            // The two bytes after an argument are not looked at, as in Redis.
            if buffer.len() < length.saturating_add(2) {
                return Ok(None);
            }
            self.arguments.push(take(buffer, length));
            buffer.advance(2);
            self.length = None;
            self.missing = self.missing.saturating_sub(1);
        }
        Ok(Some(std::mem::take(&mut self.arguments)))
    }

    fn argument_header(&mut self, buffer: &mut BytesMut) -> Result<Option<usize>, ProtocolError> {
        let Some(line) = self.line(buffer, ProtocolError::TooBigBulkCountString)? else {
            return Ok(None);
        };
        match line.first() {
            Some(b'$') => {}
            other => return Err(ProtocolError::ExpectedBulk(other.copied().unwrap_or(b'\r'))),
        }
        let length = line.get(1..).and_then(parse_length).and_then(|length| usize::try_from(length).ok());
        let length = length.ok_or(ProtocolError::InvalidBulkLength)?;
        if length > MAX_ARGUMENT_LENGTH {
            return Err(ProtocolError::InvalidBulkLength);
        }
        if !self.authenticated && length > MAX_ARGUMENT_LENGTH_UNAUTHENTICATED {
            return Err(ProtocolError::UnauthenticatedBulkLength);
        }
        Ok(Some(length))
    }

    /// Takes a line without its end off the buffer.
    fn line(
        &mut self,
        buffer: &mut BytesMut,
        too_long: ProtocolError,
    ) -> Result<Option<BytesMut>, ProtocolError> {
        let unsearched = buffer.get(self.searched..).unwrap_or_default();
        let Some(at) = memchr::memchr(b'\n', unsearched) else {
            self.searched = buffer.len();
            return if buffer.len() > MAX_LINE_LENGTH { Err(too_long) } else { Ok(None) };
        };
        let end = self.searched.saturating_add(at);
        self.searched = 0;
        let mut line = buffer.split_to(end);
        buffer.advance(1);
        if line.last() == Some(&b'\r') {
            line.truncate(line.len().saturating_sub(1));
        }
        Ok(Some(line))
    }
}

fn take(buffer: &mut BytesMut, length: usize) -> Bytes {
    if length >= SHARED_LENGTH {
        return buffer.split_to(length).freeze();
    }
    let argument = Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default());
    buffer.advance(length);
    argument
}

fn parse_length(digits: &[u8]) -> Option<i64> {
    crate::engine::number::parse_integer(digits)
}

/// Splits an inline command at spaces; quotes keep spaces in and `"` knows escapes. `None` if a quote is not closed.
fn split_inline(line: &[u8]) -> Option<Vec<Bytes>> {
    let mut arguments = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_ascii_start();
        let (&first, after) = match rest.split_first() {
            None => return Some(arguments),
            Some(split) => split,
        };
        let mut argument = Vec::new();
        let mut at = Some((first, after));
        while let Some((byte, after)) = at {
            rest = after;
            match byte {
                b'"' => rest = double_quoted(after, &mut argument)?,
                b'\'' => rest = single_quoted(after, &mut argument)?,
                space if space.is_ascii_whitespace() || space == 0 => break,
                other => argument.push(other),
            }
            at = rest.split_first().map(|(&byte, after)| (byte, after));
        }
        arguments.push(Bytes::from(argument));
    }
}

fn double_quoted<'l>(mut rest: &'l [u8], argument: &mut Vec<u8>) -> Option<&'l [u8]> {
    loop {
        match rest {
            [b'"', after @ ..] => return closed(after),
            [b'\\', b'x', high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let hex = [*high, *low];
                argument.push(u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?);
                rest = after;
            }
            [b'\\', escaped, after @ ..] => {
                argument.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 0x08,
                    b'a' => 0x07,
                    other => *other,
                });
                rest = after;
            }
            [byte, after @ ..] => {
                argument.push(*byte);
                rest = after;
            }
            [] => return None,
        }
    }
}

fn single_quoted<'l>(mut rest: &'l [u8], argument: &mut Vec<u8>) -> Option<&'l [u8]> {
    loop {
        match rest {
            [b'\'', after @ ..] => return closed(after),
            [b'\\', b'\'', after @ ..] => {
                argument.push(b'\'');
                rest = after;
            }
            [byte, after @ ..] => {
                argument.push(*byte);
                rest = after;
            }
            [] => return None,
        }
    }
}

/// A closing quote must be followed by a space or by nothing.
fn closed(after: &[u8]) -> Option<&[u8]> {
    after.first().is_none_or(u8::is_ascii_whitespace).then_some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parser() -> RequestParser {
        RequestParser { authenticated: true, ..RequestParser::default() }
    }

    fn all(mut parser: RequestParser, input: &[u8], step: usize) -> Result<Vec<Vec<Bytes>>, ProtocolError> {
        let (mut buffer, mut commands) = (BytesMut::new(), Vec::new());
        for chunk in input.chunks(step.max(1)) {
            buffer.extend_from_slice(chunk);
            while let Some(command) = parser.next(&mut buffer)? {
                commands.push(command);
            }
        }
        Ok(commands)
    }

    #[test]
    fn a_request_is_the_same_wherever_it_is_split() {
        let input = b"*2\r\n$3\r\nGET\r\n$1\r\na\r\nPING\r\n\r\n*0\r\n*-1\r\n*1\r\n$4\r\nPING\r\n*2\r\n$1\r\n\r\r\n$0\r\n\r\n";
        let whole = all(parser(), input, input.len()).unwrap();
        assert_eq!(whole.len(), 4);
        assert_eq!(whole[0], ["GET", "a"]);
        assert_eq!(whole[3], ["\r", ""]);
        for step in 1..input.len() {
            assert_eq!(all(parser(), input, step).unwrap(), whole, "{step}");
        }
    }

    #[test]
    fn inline_commands_know_quotes() {
        let line = br#"set "a b\x41\n" 'it\'s' plain"#;
        assert_eq!(split_inline(line).unwrap(), ["set", "a bA\n", "it's", "plain"]);
        assert_eq!(split_inline(b"  "), Some(vec![]));
        for unbalanced in [&b"get \"a"[..], b"get 'a", b"get \"a\"b"] {
            assert_eq!(split_inline(unbalanced), None);
        }
    }

    #[test]
    fn what_is_no_request_is_refused_in_redis_words() {
        for (input, text) in [
            ("*x\r\n", "invalid multibulk length"),
            ("*1048577\r\n", "invalid multibulk length"),
            ("*1\r\n+OK\r\n", "expected '$', got '+'"),
            ("*1\r\n$-1\r\n", "invalid bulk length"),
            ("*1\r\n$536870913\r\n", "invalid bulk length"),
            ("get \"a\r\n", "unbalanced quotes in request"),
        ] {
            let error = all(parser(), input.as_bytes(), usize::MAX).unwrap_err();
            assert_eq!(error.to_string(), format!("Protocol error: {text}"));
        }
    }

    #[test]
    fn lines_without_end_are_refused() {
        let filler = "x".repeat(MAX_LINE_LENGTH + 1);
        for (start, error) in [
            ("", ProtocolError::TooBigInlineRequest),
            ("*", ProtocolError::TooBigCountString),
            ("*1\r\n$", ProtocolError::TooBigBulkCountString),
        ] {
            assert_eq!(all(parser(), format!("{start}{filler}").as_bytes(), 4096), Err(error));
        }
    }

    #[test]
    fn a_client_that_has_not_authenticated_has_tighter_limits() {
        let unauthenticated = |input: &str| all(RequestParser::new(), input.as_bytes(), usize::MAX);
        assert_eq!(unauthenticated("*11\r\n"), Err(ProtocolError::UnauthenticatedMultibulkLength));
        assert_eq!(unauthenticated("*1\r\n$16385\r\n"), Err(ProtocolError::UnauthenticatedBulkLength));
        assert_eq!(unauthenticated("*10\r\n$16384\r\n"), Ok(vec![]));
    }
}
