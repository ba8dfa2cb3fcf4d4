//! Replies, and how they are written in RESP2 and RESP3.

use bytes::{BufMut, Bytes, BytesMut};

use crate::engine::error::CommandError;
use crate::engine::number::format_double;

/// The protocol of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum RespVersion {
    #[default]
    Resp2,
    Resp3,
}

/// One reply, in RESP3 terms; RESP2 clients get the nearest thing RESP2 has.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Reply {
    /// `+OK`.
    SimpleString(&'static str),
    /// As [`Reply::SimpleString`], put together while the server runs.
    Status(String),
    /// `-ERR …`.
    Error(CommandError),
    /// `:1`.
    Integer(i64),
    /// `$3`.
    BulkString(Bytes),
    /// `_`; in RESP2 the null bulk string.
    Null,
    /// `_`; in RESP2 the null array.
    NullArray,
    /// `#t`; in RESP2 1 or 0.
    Boolean(bool),
    /// `,1.5`; in RESP2 a bulk string.
    Double(f64),
    /// `(123`; in RESP2 a bulk string.
    BigNumber(String),
    /// `=…txt:`; in RESP2 a bulk string without the format.
    Verbatim {
        /// Three letters, such as `txt`.
        format: &'static str,
        /// The text itself.
        text: Bytes,
    },
    /// `*2`.
    Array(Vec<Reply>),
    /// `%1`; in RESP2 a flat array.
    Map(Vec<(Reply, Reply)>),
    /// `~2`; in RESP2 an array.
    Set(Vec<Reply>),
    /// `>3`; in RESP2 an array.
    Push(Vec<Reply>),
    /// `|1`, then the reply it belongs to; in RESP2 only that reply.
    Attribute(Vec<(Reply, Reply)>, Box<Reply>),
    /// Several replies in a row, as SUBSCRIBE gives one per channel; none at all when empty.
    Sequence(Vec<Reply>),
}

impl Reply {
    /// `+OK`.
    pub const OK: Self = Self::SimpleString("OK");

    /// No reply at all.
    pub(crate) const NOTHING: Self = Self::Sequence(Vec::new());

    /// A bulk string.
    pub fn bulk(bytes: impl Into<Bytes>) -> Self {
        Self::BulkString(bytes.into())
    }

    /// A bulk string, or null.
    pub(crate) fn bulk_or_null(bytes: Option<Bytes>) -> Self {
        bytes.map_or(Self::Null, Self::BulkString)
    }

    /// A count of something in memory.
    pub(crate) fn count(count: usize) -> Self {
        Self::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// 1 or 0, as commands older than RESP3 say yes and no.
    pub(crate) fn flag(yes: bool) -> Self {
        Self::Integer(i64::from(yes))
    }

    /// An array of bulk strings.
    pub(crate) fn bulks<I>(elements: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Bytes>,
    {
        Self::Array(elements.into_iter().map(Self::bulk).collect())
    }

    /// Appends the reply to `out` as `version` writes it.
    pub(crate) fn encode(&self, version: RespVersion, out: &mut BytesMut) {
        Encoder { version, out }.reply(self);
    }
}

impl From<CommandError> for Reply {
    fn from(error: CommandError) -> Self {
        Self::Error(error)
    }
}

struct Encoder<'o> {
    version: RespVersion,
    out: &'o mut BytesMut,
}

impl Encoder<'_> {
    fn reply(&mut self, reply: &Reply) {
        match reply {
            Reply::SimpleString(text) => self.line(b'+', text.as_bytes()),
            Reply::Status(text) => self.line(b'+', text.as_bytes()),
            Reply::Error(error) => self.line(b'-', error.text().as_bytes()),
            Reply::Integer(value) => self.number(b':', *value),
            Reply::BulkString(bytes) => self.bulk(b'$', bytes),
            Reply::Array(elements) => self.array(b'*', elements),
            Reply::Sequence(replies) => replies.iter().for_each(|reply| self.reply(reply)),
            other if self.version == RespVersion::Resp3 => self.resp3(other),
            other => self.resp2(other),
        }
    }

    fn resp3(&mut self, reply: &Reply) {
        match reply {
            Reply::Null | Reply::NullArray => self.out.put_slice(b"_\r\n"),
            Reply::Boolean(true) => self.out.put_slice(b"#t\r\n"),
            Reply::Boolean(false) => self.out.put_slice(b"#f\r\n"),
            Reply::Double(value) => self.line(b',', format_double(*value).as_bytes()),
            Reply::BigNumber(digits) => self.line(b'(', digits.as_bytes()),
            Reply::Verbatim { format, text } => {
                self.bulk(b'=', &[format.as_bytes(), b":", text].concat());
            }
            Reply::Map(pairs) => self.pairs(b'%', pairs.len(), pairs),
            Reply::Set(elements) => self.array(b'~', elements),
            Reply::Push(elements) => self.array(b'>', elements),
            Reply::Attribute(pairs, reply) => {
                self.pairs(b'|', pairs.len(), pairs);
                self.reply(reply);
            }
            _ => {}
        }
    }

    fn resp2(&mut self, reply: &Reply) {
        match reply {
            Reply::Null => self.out.put_slice(b"$-1\r\n"),
            Reply::NullArray => self.out.put_slice(b"*-1\r\n"),
            Reply::Boolean(value) => self.number(b':', i64::from(*value)),
            Reply::Double(value) => self.bulk(b'$', format_double(*value).as_bytes()),
            Reply::BigNumber(digits) => self.bulk(b'$', digits.as_bytes()),
            Reply::Verbatim { text, .. } => self.bulk(b'$', text),
            Reply::Map(pairs) => self.pairs(b'*', pairs.len() * 2, pairs),
            Reply::Set(elements) | Reply::Push(elements) => self.array(b'*', elements),
            Reply::Attribute(_, reply) => self.reply(reply),
            _ => {}
        }
    }

    fn array(&mut self, marker: u8, elements: &[Reply]) {
        self.length(marker, elements.len());
        elements.iter().for_each(|element| self.reply(element));
    }

    fn pairs(&mut self, marker: u8, length: usize, pairs: &[(Reply, Reply)]) {
        self.length(marker, length);
        for (key, value) in pairs {
            self.reply(key);
            self.reply(value);
        }
    }

    fn bulk(&mut self, marker: u8, bytes: &[u8]) {
        self.length(marker, bytes.len());
        self.out.put_slice(bytes);
        self.out.put_slice(b"\r\n");
    }

    fn length(&mut self, marker: u8, length: usize) {
        self.number(marker, i64::try_from(length).unwrap_or(i64::MAX));
    }

    fn number(&mut self, marker: u8, value: i64) {
        let mut digits = [0_u8; 20];
        let text = write_decimal(value, &mut digits);
        self.line(marker, text);
    }

    fn line(&mut self, marker: u8, text: &[u8]) {
        self.out.reserve(text.len() + 3);
        self.out.put_u8(marker);
        self.out.put_slice(text);
        self.out.put_slice(b"\r\n");
    }
}

/// Fills `digits` from the end; numbers are the most frequent part of a reply, so they are written without an
/// allocation.
fn write_decimal(value: i64, digits: &mut [u8; 20]) -> &[u8] {
    let mut rest = value.unsigned_abs();
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    &digits[at..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(reply: &Reply, version: RespVersion) -> String {
        let mut out = BytesMut::new();
        reply.encode(version, &mut out);
        String::from_utf8(out.to_vec()).unwrap()
    }

    #[test]
    fn resp3_types_have_a_resp2_form() {
        let map = Reply::Map(vec![(Reply::bulk("a"), Reply::Integer(1))]);
        for (reply, resp2, resp3) in [
            (Reply::Null, "$-1\r\n", "_\r\n"),
            (Reply::NullArray, "*-1\r\n", "_\r\n"),
            (Reply::Boolean(true), ":1\r\n", "#t\r\n"),
            (Reply::Double(1.5), "$3\r\n1.5\r\n", ",1.5\r\n"),
            (Reply::Double(f64::INFINITY), "$3\r\ninf\r\n", ",inf\r\n"),
            (Reply::BigNumber("12".into()), "$2\r\n12\r\n", "(12\r\n"),
            (Reply::Verbatim { format: "txt", text: "x".into() }, "$1\r\nx\r\n", "=5\r\ntxt:x\r\n"),
            (map.clone(), "*2\r\n$1\r\na\r\n:1\r\n", "%1\r\n$1\r\na\r\n:1\r\n"),
            (Reply::Set(vec![Reply::Integer(1)]), "*1\r\n:1\r\n", "~1\r\n:1\r\n"),
            (Reply::Push(vec![Reply::Integer(1)]), "*1\r\n:1\r\n", ">1\r\n:1\r\n"),
            (Reply::Sequence(vec![Reply::OK, Reply::OK]), "+OK\r\n+OK\r\n", "+OK\r\n+OK\r\n"),
        ] {
            assert_eq!(written(&reply, RespVersion::Resp2), resp2);
            assert_eq!(written(&reply, RespVersion::Resp3), resp3);
        }
    }

    #[test]
    fn integers_are_written_whole() {
        for value in [0, 7, -7, 10, i64::MAX, i64::MIN] {
            assert_eq!(written(&Reply::Integer(value), RespVersion::Resp2), format!(":{value}\r\n"));
        }
    }
}
