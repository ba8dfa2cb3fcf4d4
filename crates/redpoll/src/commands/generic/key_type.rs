//! The types of keys.

use redpoll_protocol::{ArgWriter, FromReply, Reply, ReplyError, ToArg, Written};

/// What a key holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyType {
    /// Nothing: the key does not exist.
    None,
    /// A string.
    String,
    /// A list.
    List,
    /// A set.
    Set,
    /// A sorted set.
    SortedSet,
    /// A hash.
    Hash,
    /// A stream.
    Stream,
    /// A type of a module, or one that is newer than this crate, by its name: `vectorset`, `ReJSON-RL`.
    Other(Box<str>),
}

impl KeyType {
    /// The name that the server has for it.
    pub fn name(&self) -> &str {
        match self {
            Self::None => "none",
            Self::String => "string",
            Self::List => "list",
            Self::Set => "set",
            Self::SortedSet => "zset",
            Self::Hash => "hash",
            Self::Stream => "stream",
            Self::Other(name) => name,
        }
    }

    fn of(name: Box<str>) -> Self {
        match &*name {
            "none" => Self::None,
            "string" => Self::String,
            "list" => Self::List,
            "set" => Self::Set,
            "zset" => Self::SortedSet,
            "hash" => Self::Hash,
            "stream" => Self::Stream,
            _ => Self::Other(name),
        }
    }
}

impl ToArg for KeyType {
    fn write_arg(&self, arg: ArgWriter<'_>) -> Written {
        arg.bytes(self.name().as_bytes())
    }
}

impl FromReply for KeyType {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        Box::<str>::from_reply(reply).map(Self::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_the_name_of_the_server() {
        for name in ["none", "string", "list", "set", "zset", "hash", "stream", "vectorset"] {
            let read = KeyType::from_reply(Reply::SimpleString(name.into())).unwrap();
            assert_eq!(read.name(), name);
            assert_eq!(matches!(read, KeyType::Other(_)), name == "vectorset");
        }
    }
}
