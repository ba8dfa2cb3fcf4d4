use std::fmt;

/// Why bytes are not a reply. The connection that they came from cannot be used any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// No RESP type begins with this byte.
    UnknownType(u8),
    /// A line has a CR without LF, or an LF without CR.
    BadLineEnd,
    /// A bulk string is not followed by CR LF.
    BadBulkEnd,
    /// A length is not a decimal number, or is negative where there is no null.
    BadLength,
    /// An integer is not a decimal number of 64 bits.
    BadInteger,
    /// A double is not a number, `inf`, `-inf` or `nan`.
    BadDouble,
    /// A boolean is neither `t` nor `f`.
    BadBoolean,
    /// A null has content.
    BadNull,
    /// A big number is not made of decimal digits.
    BadBigNumber,
    /// A verbatim string does not begin with three bytes and a colon.
    BadVerbatimString,
    /// A push inside another reply.
    MisplacedPush,
    /// The end of a streamed aggregate where none is open, or between a key and its value.
    MisplacedEnd,
    /// A chunk of a streamed string outside one, or something else inside one.
    MisplacedChunk,
    /// A line is longer than [`Limits::line`](crate::Limits::line).
    LineTooLong {
        /// The limit in force.
        limit: usize,
    },
    /// A bulk string is longer than [`Limits::bulk`](crate::Limits::bulk).
    BulkTooLong {
        /// The limit in force.
        limit: usize,
    },
    /// An aggregate has more elements than [`Limits::aggregate`](crate::Limits::aggregate).
    AggregateTooLong {
        /// The limit in force.
        limit: usize,
    },
    /// A reply has more bytes than [`Limits::reply`](crate::Limits::reply).
    ReplyTooLong {
        /// The limit in force.
        limit: usize,
    },
    /// Aggregates nest deeper than [`Limits::depth`](crate::Limits::depth).
    TooDeep {
        /// The limit in force.
        limit: usize,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownType(byte) => write!(f, "no reply begins with '{}'", byte.escape_ascii()),
            Self::BadLineEnd => f.write_str("a line does not end in CR LF"),
            Self::BadBulkEnd => f.write_str("a bulk string is not followed by CR LF"),
            Self::BadLength => f.write_str("a length is not a decimal number"),
            Self::BadInteger => f.write_str("an integer is not a decimal number of 64 bits"),
            Self::BadDouble => f.write_str("a double is not a number"),
            Self::BadBoolean => f.write_str("a boolean is neither t nor f"),
            Self::BadNull => f.write_str("a null has content"),
            Self::BadBigNumber => f.write_str("a big number is not made of decimal digits"),
            Self::BadVerbatimString => f.write_str("a verbatim string does not begin with its format"),
            Self::MisplacedPush => f.write_str("a push inside another reply"),
            Self::MisplacedEnd => f.write_str("the end of a streamed aggregate where it cannot end"),
            Self::MisplacedChunk => f.write_str("a streamed string is not made of chunks"),
            Self::LineTooLong { limit } => write!(f, "a line is longer than the limit of {limit} bytes"),
            Self::BulkTooLong { limit } => {
                write!(f, "a bulk string is longer than the limit of {limit} bytes")
            }
            Self::AggregateTooLong { limit } => {
                write!(f, "an aggregate is longer than the limit of {limit} elements")
            }
            Self::ReplyTooLong { limit } => write!(f, "a reply is longer than the limit of {limit} bytes"),
            Self::TooDeep { limit } => write!(f, "a reply nests deeper than the limit of {limit}"),
        }
    }
}

impl std::error::Error for DecodeError {}
