//! What the server says of itself.

use redpoll_protocol::{FromReply, Reply, ReplyError};

/// What the server says of itself and of the connection: the reply of `HELLO`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Hello {
    /// `redis` or `valkey`.
    pub server: String,
    /// The version of the server.
    pub version: String,
    /// The version of the protocol that the connection speaks, 2 or 3.
    pub proto: u32,
    /// The ID of the connection.
    pub id: u64,
    /// `standalone`, `cluster` or `sentinel`.
    pub mode: String,
    /// `master` or `replica`.
    pub role: String,
}

impl FromReply for Hello {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        let mut hello = Self::default();
        for (name, value) in Vec::<(String, Reply)>::from_reply(reply)? {
            match name.as_str() {
                "server" => hello.server = String::from_reply(value)?,
                "version" => hello.version = String::from_reply(value)?,
                "proto" => hello.proto = u32::from_reply(value)?,
                "id" => hello.id = u64::from_reply(value)?,
                "mode" => hello.mode = String::from_reply(value)?,
                "role" => hello.role = String::from_reply(value)?,
                _ => {}
            }
        }
        Ok(hello)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_the_same_in_both_protocols() {
        let text = |text: &'static str| Reply::BulkString(text.into());
        let fields = || {
            [
                (text("server"), text("valkey")),
                (text("version"), text("9.0.0")),
                (text("proto"), Reply::Integer(3)),
                (text("id"), Reply::Integer(7)),
                (text("mode"), text("standalone")),
                (text("role"), text("master")),
                (text("modules"), Reply::Array(vec![])),
            ]
        };
        let flat = Reply::Array(fields().into_iter().flat_map(|(name, value)| [name, value]).collect());
        for reply in [flat, Reply::Map(fields().into())] {
            let hello = Hello::from_reply(reply).unwrap();
            assert_eq!((hello.server.as_str(), hello.version.as_str()), ("valkey", "9.0.0"));
            assert_eq!((hello.proto, hello.id), (3, 7));
            assert_eq!((hello.mode.as_str(), hello.role.as_str()), ("standalone", "master"));
        }
    }
}
