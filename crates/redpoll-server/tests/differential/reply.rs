//! What a server writes, read by the obvious recursive function: it shares nothing with the client's decoder.

use std::fmt;

/// One reply or push, as it was on the wire.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reply {
    Simple(Vec<u8>),
    Error(Vec<u8>),
    Integer(i64),
    Bulk(Vec<u8>),
    /// `$-1`.
    NullBulk,
    /// `*-1`.
    NullArray,
    /// `_`.
    Null,
    Boolean(bool),
    Double(Vec<u8>),
    BigNumber(Vec<u8>),
    Verbatim(Vec<u8>),
    Array(Vec<Reply>),
    Set(Vec<Reply>),
    Push(Vec<Reply>),
    Map(Vec<(Reply, Reply)>),
    /// Not RESP; the rest of what was read.
    Garbage(Vec<u8>),
    /// The server has closed the connection.
    Closed,
}

/// What precedes messages and confirmations in the arrays of RESP2.
const PUSH_KINDS: [&[u8]; 9] = [
    b"message",
    b"pmessage",
    b"smessage",
    b"subscribe",
    b"psubscribe",
    b"ssubscribe",
    b"unsubscribe",
    b"punsubscribe",
    b"sunsubscribe",
];

impl Reply {
    /// Takes a reply off the front of `bytes`, once it is there as a whole.
    pub fn take(bytes: &mut Vec<u8>) -> Option<Self> {
        let mut reader = Reader { bytes, at: 0 };
        let reply = match reader.reply() {
            Ok(reply) => reply,
            Err(Stop::Incomplete) => return None,
            Err(Stop::Garbage) => return Some(Self::Garbage(std::mem::take(bytes))),
        };
        let length = reader.at;
        bytes.drain(..length);
        Some(reply)
    }

    pub fn is_error(&self) -> bool {
        matches!(self, Self::Error(_))
    }

    pub fn is_simple(&self, text: &str) -> bool {
        matches!(self, Self::Simple(bytes) if bytes == text.as_bytes())
    }

    /// The kind of a push; in RESP2 pushes are arrays.
    pub fn push_kind(&self) -> Option<&[u8]> {
        match self {
            Self::Push(elements) => elements.first()?.bytes(),
            Self::Array(elements) if elements.len() >= 3 => {
                elements.first()?.bytes().filter(|kind| PUSH_KINDS.contains(kind))
            }
            _ => None,
        }
    }

    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bulk(bytes) | Self::Simple(bytes) | Self::Verbatim(bytes) | Self::Double(bytes) => {
                Some(bytes)
            }
            _ => None,
        }
    }

    /// The elements of an array, set or push; a map as keys and values in turn.
    pub fn elements(&self) -> Vec<&Self> {
        match self {
            Self::Array(elements) | Self::Set(elements) | Self::Push(elements) => elements.iter().collect(),
            Self::Map(pairs) => pairs.iter().flat_map(|(key, value)| [key, value]).collect(),
            _ => Vec::new(),
        }
    }

    /// All scalars in it.
    pub fn leaves(&self) -> Vec<&Self> {
        match self {
            Self::Array(_) | Self::Set(_) | Self::Push(_) | Self::Map(_) => {
                self.elements().into_iter().flat_map(Self::leaves).collect()
            }
            scalar => vec![scalar],
        }
    }
}

enum Stop {
    Incomplete,
    Garbage,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn reply(&mut self) -> Result<Reply, Stop> {
        let line = self.line()?;
        let (kind, rest) = line.split_first().ok_or(Stop::Garbage)?;
        Ok(match kind {
            b'+' => Reply::Simple(rest.to_vec()),
            b'-' => Reply::Error(rest.to_vec()),
            b':' => Reply::Integer(number(rest)?),
            b',' => Reply::Double(rest.to_vec()),
            b'(' => Reply::BigNumber(rest.to_vec()),
            b'#' => Reply::Boolean(rest == b"t"),
            b'_' => Reply::Null,
            b'$' if rest == b"-1" => Reply::NullBulk,
            b'*' if rest == b"-1" => Reply::NullArray,
            b'$' => Reply::Bulk(self.bulk(rest)?),
            b'!' => Reply::Error(self.bulk(rest)?),
            b'=' => Reply::Verbatim(self.bulk(rest)?),
            b'*' => Reply::Array(self.many(rest, 1)?),
            b'~' => Reply::Set(self.many(rest, 1)?),
            b'>' => Reply::Push(self.many(rest, 1)?),
            b'%' => {
                let mut flat = self.many(rest, 2)?.into_iter();
                let mut pairs = Vec::new();
                while let (Some(key), Some(value)) = (flat.next(), flat.next()) {
                    pairs.push((key, value));
                }
                Reply::Map(pairs)
            }
            _ => return Err(Stop::Garbage),
        })
    }

    fn line(&mut self) -> Result<Vec<u8>, Stop> {
        let rest = &self.bytes[self.at..];
        let end = rest.windows(2).position(|pair| pair == b"\r\n").ok_or(Stop::Incomplete)?;
        self.at += end + 2;
        Ok(rest[..end].to_vec())
    }

    fn bulk(&mut self, length: &[u8]) -> Result<Vec<u8>, Stop> {
        let length = usize::try_from(number(length)?).map_err(|_| Stop::Garbage)?;
        let rest = &self.bytes[self.at..];
        if rest.len() < length + 2 {
            return Err(Stop::Incomplete);
        }
        self.at += length + 2;
        if &rest[length..length + 2] == b"\r\n" { Ok(rest[..length].to_vec()) } else { Err(Stop::Garbage) }
    }

    fn many(&mut self, count: &[u8], each: usize) -> Result<Vec<Reply>, Stop> {
        let count = usize::try_from(number(count)?).map_err(|_| Stop::Garbage)?;
        (0..count * each).map(|_| self.reply()).collect()
    }
}

fn number(text: &[u8]) -> Result<i64, Stop> {
    std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or(Stop::Garbage)
}

/// One line, with the RESP type of everything in it.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Simple(text) => write!(f, "+{}", text.escape_ascii()),
            Self::Error(text) => write!(f, "-{}", text.escape_ascii()),
            Self::Integer(value) => write!(f, ":{value}"),
            Self::Bulk(bytes) => write!(f, "\"{}\"", bytes.escape_ascii()),
            Self::NullBulk => write!(f, "$-1"),
            Self::NullArray => write!(f, "*-1"),
            Self::Null => write!(f, "_"),
            Self::Boolean(value) => write!(f, "#{value}"),
            Self::Double(text) => write!(f, ",{}", text.escape_ascii()),
            Self::BigNumber(text) => write!(f, "({}", text.escape_ascii()),
            Self::Verbatim(text) => write!(f, "=\"{}\"", text.escape_ascii()),
            Self::Garbage(bytes) => write!(f, "garbage \"{}\"", bytes.escape_ascii()),
            Self::Closed => write!(f, "(closed)"),
            Self::Array(elements) => sequence(f, "[", elements, "]"),
            Self::Set(elements) => sequence(f, "~[", elements, "]"),
            Self::Push(elements) => sequence(f, ">[", elements, "]"),
            Self::Map(pairs) => {
                write!(f, "{{")?;
                for (index, (key, value)) in pairs.iter().enumerate() {
                    write!(f, "{}{key}: {value}", if index == 0 { "" } else { ", " })?;
                }
                write!(f, "}}")
            }
        }
    }
}

fn sequence(f: &mut fmt::Formatter<'_>, open: &str, elements: &[Reply], close: &str) -> fmt::Result {
    write!(f, "{open}")?;
    for (index, element) in elements.iter().enumerate() {
        write!(f, "{}{element}", if index == 0 { "" } else { ", " })?;
    }
    write!(f, "{close}")
}
