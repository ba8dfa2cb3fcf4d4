use std::fmt;
use std::path::{Path, PathBuf};

/// Where a server listens.
///
/// ```
/// use redpoll::{Address, Config};
/// assert_eq!(Config::new("::1", 6379).address().to_string(), "[::1]:6379");
/// assert_eq!(*Config::unix("/run/redis.sock").address(), Address::Unix("/run/redis.sock".into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Address {
    /// A host and a port.
    Tcp {
        /// A name, an IPv4 address, or an IPv6 address without brackets. Names are resolved again on every dial.
        host: String,
        /// The port.
        port: u16,
    },
    /// The path of a unix socket.
    Unix(PathBuf),
}

impl Address {
    /// The port of a Redis server where none is named.
    pub const DEFAULT_PORT: u16 = 6379;

    pub(super) fn tcp(host: impl Into<String>, port: u16) -> Self {
        Self::Tcp { host: host.into(), port }
    }

    pub(super) fn unix(path: impl AsRef<Path>) -> Self {
        Self::Unix(path.as_ref().to_owned())
    }

    /// What is wrong with this address, if anything is.
    pub(super) fn fault(&self) -> Option<&'static str> {
        match self {
            Self::Tcp { host, .. } if host.is_empty() => {
                Some("the host is empty: name one, such as localhost")
            }
            Self::Tcp { port: 0, .. } => Some("the port is 0: it must be from 1 to 65535"),
            Self::Unix(path) if path.as_os_str().is_empty() => Some("the path of the unix socket is empty"),
            Self::Tcp { .. } | Self::Unix(_) => None,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_as_it_is_usually_written() {
        assert_eq!(Address::tcp("db.example", 6380).to_string(), "db.example:6380");
        assert_eq!(Address::tcp("fe80::1", 6379).to_string(), "[fe80::1]:6379");
        assert_eq!(Address::unix("/run/redis.sock").to_string(), "unix:/run/redis.sock");
    }
}
