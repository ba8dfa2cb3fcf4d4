use std::fmt;

use super::HandshakeOptions;
use super::setup::Setup;
use crate::ServerError;

/// Why a server and this client do not come together.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HandshakeError {
    /// The user or the password is wrong, or one is needed and none is configured.
    Auth(ServerError),
    /// The server cannot serve this connection now: it loads its data, or has too many clients. Later it may.
    Unavailable(ServerError),
    /// The database cannot be selected.
    Database {
        /// The database that is configured.
        database: u32,
        /// What the server says.
        error: ServerError,
    },
    /// The server refuses for another reason.
    Refused(ServerError),
    /// A reply that does not belong to the command.
    UnexpectedReply {
        /// The RESP type of the reply.
        got: &'static str,
    },
}

impl HandshakeError {
    /// Whether the same handshake may succeed later, without a change of configuration.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// The server's own words, if it gave any.
    pub const fn server_error(&self) -> Option<&ServerError> {
        match self {
            Self::Auth(error)
            | Self::Unavailable(error)
            | Self::Database { error, .. }
            | Self::Refused(error) => Some(error),
            Self::UnexpectedReply { .. } => None,
        }
    }

    pub(super) fn refusal(setup: Setup, options: &HandshakeOptions, error: ServerError) -> Self {
        if is_auth(&error) {
            return Self::Auth(error);
        }
        if is_unavailable(&error) {
            return Self::Unavailable(error);
        }
        match setup {
            Setup::Auth => Self::Auth(error),
            Setup::Select => Self::Database { database: options.database, error },
            _ => Self::Refused(error),
        }
    }
}

/// Errors of `HELLO` that RESP2 would meet again. All others mean that the server does not know this `HELLO`:
/// unknown command, `NOPROTO`, a syntax error of a proxy, `NOPERM`.
pub(super) fn is_final_for_hello(error: &ServerError) -> bool {
    is_auth(error) || is_unavailable(error) || error.prefix() == Some("DENIED")
}

fn is_auth(error: &ServerError) -> bool {
    matches!(error.prefix(), Some("NOAUTH" | "WRONGPASS"))
}

pub(super) fn is_unavailable(error: &ServerError) -> bool {
    let is_transient = matches!(
        error.prefix(),
        Some("LOADING" | "BUSY" | "MASTERDOWN" | "CLUSTERDOWN" | "TRYAGAIN" | "MISCONF" | "NOREPLICAS")
    );
    is_transient || error.text().starts_with("ERR max number of clients")
}

impl fmt::Display for HandshakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auth(error) => write!(f, "authentication failed: {error}"),
            Self::Unavailable(error) => write!(f, "the server is not available yet: {error}"),
            Self::Database { database, error } => {
                write!(f, "database {database} cannot be selected: {error}")
            }
            Self::Refused(error) => write!(f, "the handshake was refused: {error}"),
            Self::UnexpectedReply { got } => write!(f, "the handshake got an unexpected reply of type {got}"),
        }
    }
}

impl std::error::Error for HandshakeError {}
