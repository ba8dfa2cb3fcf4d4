use super::Protocol;
use crate::Secret;

/// What a connection is set up with. All of it is optional.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandshakeOptions {
    pub(super) protocol: Protocol,
    pub(super) username: Option<Box<str>>,
    pub(super) password: Option<Secret>,
    pub(super) client_name: Option<Box<str>>,
    pub(super) database: u32,
    pub(super) library: Option<(Box<str>, Box<str>)>,
    pub(super) read_only: bool,
}

impl HandshakeOptions {
    /// RESP3 with a fallback to RESP2, database 0, and nothing else.
    pub const fn new() -> Self {
        Self {
            protocol: Protocol::Resp3,
            username: None,
            password: None,
            client_name: None,
            database: 0,
            library: None,
            read_only: false,
        }
    }

    /// The protocol to begin with. Default [`Protocol::Resp3`], which falls back to RESP2 where a server does not know it.
    #[must_use]
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }

    /// The user to authenticate as. Default: the server's `default` user. Without a password it is not used.
    #[must_use]
    pub fn username(mut self, username: impl Into<Box<str>>) -> Self {
        self.username = Some(username.into());
        self
    }

    /// The password to authenticate with. Default: none, and no authentication.
    #[must_use]
    pub fn password(mut self, password: impl Into<Secret>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// The connection's name in `CLIENT LIST`. Default: none. Spaces and control characters are replaced by `-`,
    /// since servers refuse them.
    #[must_use]
    pub fn client_name(mut self, name: impl AsRef<str>) -> Self {
        self.client_name = Some(printable(name.as_ref()));
        self
    }

    /// The database to select. Default 0.
    #[must_use]
    pub fn database(mut self, database: u32) -> Self {
        self.database = database;
        self
    }

    /// The library's name and version in `CLIENT LIST`. Default: none. Cleaned like the client's name.
    #[must_use]
    pub fn library(mut self, name: impl AsRef<str>, version: impl AsRef<str>) -> Self {
        self.library = Some((printable(name.as_ref()), printable(version.as_ref())));
        self
    }

    /// Whether a replica of a cluster may be read from (`READONLY`). Default `false`.
    #[must_use]
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }
}

impl Default for HandshakeOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// Servers accept `!` to `~` only. One refused name would make the whole `HELLO` fail.
fn printable(text: &str) -> Box<str> {
    text.chars().map(|c| if c.is_ascii_graphic() { c } else { '-' }).collect()
}
