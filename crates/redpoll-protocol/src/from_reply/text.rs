//! Strings and byte strings.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::{FromReply, unexpected};
use crate::{Reply, ReplyError};

const TEXT: &str = "a UTF-8 string";
const BYTES: &str = "a string";

/// The bytes of a string, or the text of a number: RESP2 sends as strings what RESP3 sends as numbers.
pub(super) fn bytes(expected: &'static str, reply: Reply) -> Result<Bytes, ReplyError> {
    match reply {
        Reply::BulkString(text)
        | Reply::SimpleString(text)
        | Reply::BigNumber(text)
        | Reply::VerbatimString { text, .. } => Ok(text),
        Reply::Integer(n) => Ok(Bytes::copy_from_slice(itoa::Buffer::new().format(n).as_bytes())),
        Reply::Double(x) => Ok(double(x).into()),
        Reply::Boolean(b) => Ok(Bytes::from_static(if b { b"1" } else { b"0" })),
        reply => Err(unexpected(expected, reply)),
    }
}

/// As servers write doubles in RESP2: no fraction where there is none.
fn double(x: f64) -> String {
    let mut text = format!("{x:?}").to_ascii_lowercase();
    if text.ends_with(".0") {
        text.truncate(text.len().saturating_sub(2));
    }
    text
}

impl FromReply for Bytes {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        bytes(BYTES, reply)
    }
}

impl FromReply for BytesMut {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        bytes(BYTES, reply).map(Self::from)
    }
}

impl FromReply for String {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        // A copied bulk string is alone in its allocation, which then becomes the `String`'s.
        Self::from_utf8(bytes(TEXT, reply)?.into())
            .map_err(|_| ReplyError::Invalid { expected: TEXT, reason: "the bytes are not UTF-8" })
    }
}

impl FromReply for Box<str> {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        String::from_reply(reply).map(Self::from)
    }
}

impl FromReply for Arc<str> {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        let bytes = bytes(TEXT, reply)?;
        let text = std::str::from_utf8(&bytes);
        text.map(Self::from)
            .map_err(|_| ReplyError::Invalid { expected: TEXT, reason: "the bytes are not UTF-8" })
    }
}

impl FromReply for char {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        const EXPECTED: &str = "a single character";
        let bytes = bytes(EXPECTED, reply)?;
        let mut chars = std::str::from_utf8(&bytes).unwrap_or_default().chars();
        match (chars.next(), chars.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(ReplyError::Invalid { expected: EXPECTED, reason: "the string is not one character" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_string_is_a_string() {
        for reply in [
            Reply::BulkString("text".into()),
            Reply::SimpleString("text".into()),
            Reply::VerbatimString { format: *b"txt", text: "text".into() },
        ] {
            assert_eq!(String::from_reply(reply.clone()).unwrap(), "text");
            assert_eq!(Vec::<u8>::from_reply(reply.clone()).unwrap(), b"text");
            assert_eq!(Bytes::from_reply(reply.clone()).unwrap(), "text");
            assert_eq!(&*Arc::<str>::from_reply(reply.clone()).unwrap(), "text");
            assert_eq!(&*Box::<str>::from_reply(reply).unwrap(), "text");
        }
    }

    #[test]
    fn numbers_read_as_the_text_that_resp2_sends() {
        for (reply, text) in [
            (Reply::Integer(-7), "-7"),
            (Reply::Double(3.0), "3"),
            (Reply::Double(-0.5), "-0.5"),
            (Reply::Double(f64::INFINITY), "inf"),
            (Reply::Double(f64::NAN), "nan"),
            (Reply::Boolean(true), "1"),
            (
                Reply::BigNumber("3492890328409238509324850943850943825024385".into()),
                "3492890328409238509324850943850943825024385",
            ),
        ] {
            assert_eq!(String::from_reply(reply).unwrap(), text);
        }
    }

    #[test]
    fn text_must_be_utf8_and_bytes_need_not() {
        let reply = || Reply::BulkString(Bytes::from_static(b"\xff\x00"));
        assert!(matches!(String::from_reply(reply()), Err(ReplyError::Invalid { .. })));
        assert!(matches!(Arc::<str>::from_reply(reply()), Err(ReplyError::Invalid { .. })));
        assert_eq!(Vec::<u8>::from_reply(reply()).unwrap(), [0xff, 0]);
    }

    #[test]
    fn a_char_is_exactly_one() {
        assert_eq!(char::from_reply(Reply::BulkString("é".into())).unwrap(), 'é');
        for wrong in ["", "ab"] {
            assert!(char::from_reply(Reply::BulkString(wrong.into())).is_err(), "{wrong:?}");
        }
    }
}
