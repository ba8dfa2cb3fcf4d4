use std::error::Error;
use std::fmt;

use crate::ServerError;

/// Why a reply is not the type that was asked for. It never shows the reply's content, which is users' data.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReplyError {
    /// The server answered with an error.
    Server(ServerError),
    /// There is no value, and the type has no place for that; `Option` has.
    Nil,
    /// The reply has another shape than the type.
    UnexpectedType {
        /// What the type can be read from.
        expected: &'static str,
        /// The RESP type of the reply.
        got: &'static str,
    },
    /// The reply has the right shape, but its content does not fit the type.
    Invalid {
        /// What the type can be read from.
        expected: &'static str,
        /// What is wrong with the content.
        reason: &'static str,
    },
    /// An aggregate has too many or too few elements.
    WrongLength {
        /// How many the type has.
        expected: usize,
        /// How many there are.
        got: usize,
    },
    /// A codec could not read the value. Its own error, the source, may quote the value.
    Codec {
        /// The codec's name.
        codec: &'static str,
        /// What the codec says.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl fmt::Display for ReplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(error) => error.fmt(f),
            Self::Nil => f.write_str("there is no value"),
            Self::UnexpectedType { expected, got } => {
                write!(f, "expected {expected}, got a reply of type {got}")
            }
            Self::Invalid { expected, reason } => write!(f, "expected {expected}: {reason}"),
            Self::WrongLength { expected, got } => write!(f, "expected {expected} elements, got {got}"),
            Self::Codec { codec, .. } => write!(f, "the value is not valid {codec}"),
        }
    }
}

impl Error for ReplyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Codec { source, .. } => Some(source.as_ref()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_small_since_every_reply_carries_room_for_it() {
        assert!(size_of::<ReplyError>() <= 40);
    }
}
