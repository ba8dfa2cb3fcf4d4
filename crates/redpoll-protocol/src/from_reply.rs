mod collection;
mod number;
mod text;
mod tuple;

use crate::{Reply, ReplyError, ServerError};

/// A type that a reply can be read as.
///
/// Every reply reads the same whether it came as RESP2 or as RESP3: a map is a map, a list of pairs is a list of
/// pairs, a double is a double, in whichever shape the server sent them.
///
/// | Type | Read from |
/// |---|---|
/// | `()` | anything but an error |
/// | `bool` | 1 and 0, a boolean, `OK` (`true`), null (`false`) |
/// | integers, `f32`, `f64` | numbers and their decimal text, checked for range |
/// | `String`, `Box<str>`, `Arc<str>`, `char` | strings, which must be UTF-8, and the text of numbers |
/// | `Bytes`, `Vec<u8>` | strings and the text of numbers |
/// | `Option<T>` | null (`None`), or a `T` |
/// | `Vec<T>`, `VecDeque<T>`, `[T; N]`, `Box<[T]>`, sets | an array or set of `T` |
/// | `Vec<(A, B)>`, maps | a map, `[a, b, a, b]`, or `[[a, b], [a, b]]` |
/// | `(A, B, …)` up to eight | an array of exactly that length |
/// | `Result<T, ServerError>` | an error, or a `T` |
/// | [`Reply`] | anything but an error |
///
/// ```
/// use redpoll_protocol::{FromReply, Reply, ReplyError};
///
/// #[derive(Debug, PartialEq)]
/// struct UserId(u64);
///
/// impl FromReply for UserId {
///     fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
///         u64::from_reply(reply).map(Self)
///     }
/// }
///
/// let reply = Reply::Array(vec![Reply::Integer(7), Reply::BulkString("8".into())]);
/// assert_eq!(Vec::<UserId>::from_reply(reply)?, [UserId(7), UserId(8)]);
/// # Ok::<(), ReplyError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "a reply cannot be read as `{Self}`",
    note = "owned types can: `String`, `Bytes`, numbers, `bool`, and `Option`, `Vec`, maps, sets and tuples of them; not `&str`",
    note = "for a struct that is kept as JSON, ask for `Json<{Self}>`; for your own format, implement `FromReply`"
)]
pub trait FromReply: Sized {
    /// Reads a reply.
    ///
    /// # Errors
    ///
    /// [`ReplyError`] if the reply is an error, is null where there is no place for it, or is not a `Self`.
    fn from_reply(reply: Reply) -> Result<Self, ReplyError>;

    /// Reads a reply as a list of `Self`. Bytes and pairs have shapes of their own as lists; nothing else overrides it.
    #[doc(hidden)]
    fn list_from_reply(reply: Reply) -> Result<Vec<Self>, ReplyError> {
        collection::elements(reply)?.into_iter().map(Self::from_reply).collect()
    }
}

impl FromReply for Reply {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        match reply {
            Reply::Error(error) => Err(ReplyError::Server(error)),
            reply => Ok(reply),
        }
    }
}

impl FromReply for () {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        Reply::from_reply(reply).map(drop)
    }
}

impl<T: FromReply> FromReply for Option<T> {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        match reply {
            Reply::Null => Ok(None),
            reply => T::from_reply(reply).map(Some),
        }
    }
}

impl<T: FromReply> FromReply for Result<T, ServerError> {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        match reply {
            Reply::Error(error) => Ok(Err(error)),
            reply => T::from_reply(reply).map(Ok),
        }
    }
}

impl<T: FromReply> FromReply for Box<T> {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        T::from_reply(reply).map(Self::new)
    }
}

/// The error for a reply that has none of the shapes that a type accepts.
fn unexpected(expected: &'static str, reply: Reply) -> ReplyError {
    match reply {
        Reply::Error(error) => ReplyError::Server(error),
        Reply::Null => ReplyError::Nil,
        reply => ReplyError::UnexpectedType { expected, got: reply.type_name() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_an_error_whatever_was_asked_for() {
        let error = || Reply::Error(ServerError::new("ERR no"));
        let is_server =
            |e: Option<ReplyError>| matches!(e, Some(ReplyError::Server(e)) if e.text() == "ERR no");
        assert!(is_server(<()>::from_reply(error()).err()));
        assert!(is_server(Reply::from_reply(error()).err()));
        assert!(is_server(Option::<String>::from_reply(error()).err()));
        assert!(is_server(i64::from_reply(error()).err()));
        assert!(is_server(bool::from_reply(error()).err()));
        assert!(is_server(f64::from_reply(error()).err()));
        assert!(is_server(Vec::<u8>::from_reply(error()).err()));
        assert!(is_server(Vec::<(String, String)>::from_reply(error()).err()));
        assert!(is_server(<(String, String)>::from_reply(error()).err()));
    }

    #[test]
    fn only_a_result_holds_an_error() {
        let replies = Reply::Array(vec![Reply::Integer(1), Reply::Error(ServerError::new("ERR no"))]);
        let read = Vec::<Result<i64, ServerError>>::from_reply(replies).unwrap();
        assert_eq!(read, [Ok(1), Err(ServerError::new("ERR no"))]);
    }

    #[test]
    fn null_is_nil_unless_there_is_a_place_for_it() {
        assert!(matches!(String::from_reply(Reply::Null), Err(ReplyError::Nil)));
        assert!(matches!(Vec::<String>::from_reply(Reply::Null), Err(ReplyError::Nil)));
        assert_eq!(Option::<Vec<String>>::from_reply(Reply::Null).unwrap(), None);
        let reply = Reply::Array(vec![Reply::Null, Reply::Integer(1)]);
        assert_eq!(Vec::<Option<u8>>::from_reply(reply).unwrap(), [None, Some(1)]);
    }
}
