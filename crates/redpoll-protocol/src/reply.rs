use std::fmt;

use bytes::Bytes;

use crate::ServerError;

/// What a server answers to a command: one RESP2 or RESP3 value.
///
/// Small strings own their bytes; large ones are slices of the buffer that the connection read into,
/// so that taking them costs no copy.
#[derive(Clone, PartialEq)]
pub enum Reply {
    /// A short text such as `OK`.
    SimpleString(Bytes),
    /// A `SimpleError` or a `BulkError`: the server refused or failed the command.
    Error(ServerError),
    /// A signed 64-bit integer.
    Integer(i64),
    /// A binary-safe string.
    BulkString(Bytes),
    /// An ordered list of replies.
    Array(Vec<Reply>),
    /// No value: the RESP3 null, and the null bulk string and null array of RESP2.
    Null,
    /// A RESP3 boolean.
    Boolean(bool),
    /// A RESP3 double.
    Double(f64),
    /// An integer outside the 64-bit range, as its decimal digits.
    BigNumber(Bytes),
    /// A string with a three-byte format hint, such as `txt` or `mkd`.
    VerbatimString {
        /// The format hint.
        format: [u8; 3],
        /// The string itself, without the hint.
        text: Bytes,
    },
    /// Pairs in the order the server sent them.
    Map(Vec<(Reply, Reply)>),
    /// A collection that the server declares free of duplicates.
    Set(Vec<Reply>),
    /// Sent by the server unasked: a Pub/Sub message, an invalidation, a notice.
    Push(Vec<Reply>),
}

impl Reply {
    /// The name of the RESP type, for error messages: it never shows the content.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::SimpleString(_) => "simple string",
            Self::Error(_) => "error",
            Self::Integer(_) => "integer",
            Self::BulkString(_) => "bulk string",
            Self::Array(_) => "array",
            Self::Null => "null",
            Self::Boolean(_) => "boolean",
            Self::Double(_) => "double",
            Self::BigNumber(_) => "big number",
            Self::VerbatimString { .. } => "verbatim string",
            Self::Map(_) => "map",
            Self::Set(_) => "set",
            Self::Push(_) => "push",
        }
    }

    /// Whether this is the simple string `OK`.
    pub fn is_ok(&self) -> bool {
        matches!(self, Self::SimpleString(text) if text.as_ref() == b"OK")
    }

    /// The bytes of a simple, bulk or verbatim string or a big number.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::SimpleString(text)
            | Self::BulkString(text)
            | Self::BigNumber(text)
            | Self::VerbatimString { text, .. } => Some(text),
            _ => None,
        }
    }
}

/// Shows types, sizes and numbers; strings are shown by their length only, since they hold users' data.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SimpleString(text) => write!(f, "SimpleString({:?})", String::from_utf8_lossy(text)),
            Self::Error(error) => write!(f, "Error({error})"),
            Self::Integer(n) => write!(f, "Integer({n})"),
            Self::BulkString(text) => write!(f, "BulkString({} bytes)", text.len()),
            Self::Array(items) => f.debug_tuple("Array").field(items).finish(),
            Self::Null => f.write_str("Null"),
            Self::Boolean(b) => write!(f, "Boolean({b})"),
            Self::Double(d) => write!(f, "Double({d})"),
            Self::BigNumber(digits) => write!(f, "BigNumber({} digits)", digits.len()),
            Self::VerbatimString { text, .. } => write!(f, "VerbatimString({} bytes)", text.len()),
            Self::Map(pairs) => f.debug_tuple("Map").field(pairs).finish(),
            Self::Set(items) => f.debug_tuple("Set").field(items).finish(),
            Self::Push(items) => f.debug_tuple("Push").field(items).finish(),
        }
    }
}
