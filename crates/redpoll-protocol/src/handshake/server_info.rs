use super::HandshakeError;
use crate::{FromReply, Reply};

/// The protocol that a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Protocol {
    /// The protocol of every server version. Pub/Sub takes a connection for itself.
    Resp2,
    /// Typed replies and pushes, since Redis 6.0.
    #[default]
    Resp3,
}

/// What a server says of itself in the handshake. In RESP2 that is nothing but the protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerInfo {
    /// The protocol that the connection speaks from now on.
    pub protocol: Protocol,
    /// `redis` or `valkey`.
    pub server: Option<Box<str>>,
    /// The version of the server.
    pub version: Option<Box<str>>,
    /// The ID of the connection, as in `CLIENT LIST`.
    pub connection_id: Option<u64>,
    /// `standalone`, `cluster` or `sentinel`.
    pub mode: Option<Box<str>>,
    /// `master` or `replica`.
    pub role: Option<Box<str>>,
    /// Where a Valkey server runs, if it is configured to tell.
    pub availability_zone: Option<Box<str>>,
}

impl ServerInfo {
    /// Nothing is known but the protocol.
    pub const fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            server: None,
            version: None,
            connection_id: None,
            mode: None,
            role: None,
            availability_zone: None,
        }
    }

    /// Reads the reply of `HELLO`. Fields that are missing, unknown or of another type are passed over.
    pub(super) fn read(&mut self, reply: Reply) -> Result<(), HandshakeError> {
        let got = reply.type_name();
        let fields = Vec::<(String, Reply)>::from_reply(reply);
        for (field, value) in fields.map_err(|_| HandshakeError::UnexpectedReply { got })? {
            let text = |value| Box::<str>::from_reply(value).ok().filter(|text| !text.is_empty());
            match field.as_str() {
                "proto" if u8::from_reply(value.clone()).is_ok_and(|version| version == 2) => {
                    self.protocol = Protocol::Resp2;
                }
                "server" => self.server = text(value),
                "version" => self.version = text(value),
                "id" => self.connection_id = u64::from_reply(value).ok(),
                "mode" => self.mode = text(value),
                "role" => self.role = text(value),
                "availability_zone" => self.availability_zone = text(value),
                _ => {}
            }
        }
        Ok(())
    }
}
