//! The filters of `CLIENT KILL` and `CLIENT LIST`.

use std::time::Duration;

use redpoll_protocol::{ArgWriter, ToArg, Written};

use super::super::time_unit::seconds_after;
use crate::client::Command;

/// The filters of [`client_kill`](super::ConnectionCommands::client_kill).
#[derive(Debug, Clone, Copy)]
pub struct ClientKill;

/// The filters of [`client_list`](super::ConnectionCommands::client_list).
#[derive(Debug, Clone, Copy)]
pub struct ClientList;

/// What a connection is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientKind {
    /// Commands.
    Normal,
    /// The primary of this server, which is a replica.
    #[doc(alias = "master")]
    Primary,
    /// A replica of this server.
    #[doc(alias = "slave")]
    Replica,
    /// Subscriptions.
    PubSub,
}

/// Commands that choose among the connections of the server. It is sealed.
pub trait FiltersClients: sealed::Sealed {}

impl<E, M: FiltersClients, T> Command<E, M, T> {
    /// Only connections of this kind.
    #[doc(alias = "type")]
    pub fn kind(self, kind: ClientKind) -> Self {
        self.arg("TYPE").arg(kind)
    }

    /// Only connections of this user. For `CLIENT LIST` since Valkey 8.1.
    pub fn user(self, username: impl ToArg) -> Self {
        self.arg("USER").arg(username)
    }

    /// Only the connection from this address, `ip:port`. For `CLIENT LIST` since Valkey 8.1.
    pub fn addr(self, addr: impl ToArg) -> Self {
        self.arg("ADDR").arg(addr)
    }

    /// Only connections to this address of the server, `ip:port`. Since Redis 6.2; for `CLIENT LIST` since Valkey 8.1.
    pub fn laddr(self, laddr: impl ToArg) -> Self {
        self.arg("LADDR").arg(laddr)
    }

    /// Whether to leave out the connection that asks. `CLIENT KILL` does unless told otherwise. For `CLIENT LIST` since
    /// Valkey 8.1.
    pub fn skipme(self, skip: bool) -> Self {
        self.arg("SKIPME").arg(if skip { "YES" } else { "NO" })
    }

    /// Only connections that are at least so old. Sent in seconds, rounded up. Since Redis 7.4 and Valkey 8.0; for
    /// `CLIENT LIST` since Valkey 8.1.
    pub fn maxage(self, age: Duration) -> Self {
        self.arg("MAXAGE").arg(seconds_after(age))
    }
}

impl FiltersClients for ClientKill {}
impl FiltersClients for ClientList {}

/// The word for a primary is the one that every version knows.
impl ToArg for ClientKind {
    fn write_arg(&self, arg: ArgWriter<'_>) -> Written {
        arg.bytes(match self {
            Self::Normal => b"NORMAL",
            Self::Primary => b"MASTER",
            Self::Replica => b"REPLICA",
            Self::PubSub => b"PUBSUB",
        })
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::ClientKill {}
    impl Sealed for super::ClientList {}
}

#[cfg(test)]
mod tests {
    use super::super::super::wire::wire;
    use super::super::ConnectionCommands;
    use super::*;
    use crate::client::Queued;

    const P: Queued = Queued::new();

    #[test]
    fn filters_are_sent_as_they_are_said() {
        assert_eq!(wire(P.client_kill().id(7)), "CLIENT KILL ID 7");
        assert_eq!(
            wire(P.client_kill().user("u").addr("h:1").laddr("h:2").skipme(false)),
            "CLIENT KILL USER u ADDR h:1 LADDR h:2 SKIPME NO"
        );
        assert_eq!(
            wire(P.client_kill().skipme(true).maxage(Duration::from_millis(1500))),
            "CLIENT KILL SKIPME YES MAXAGE 2"
        );
        assert_eq!(wire(P.client_list()), "CLIENT LIST");
        assert_eq!(wire(P.client_list().kind(ClientKind::Normal)), "CLIENT LIST TYPE NORMAL");
        assert_eq!(wire(P.client_list().kind(ClientKind::Primary)), "CLIENT LIST TYPE MASTER");
        assert_eq!(wire(P.client_list().kind(ClientKind::Replica)), "CLIENT LIST TYPE REPLICA");
        assert_eq!(
            wire(P.client_list().kind(ClientKind::PubSub).ids([1_u64, 2])),
            "CLIENT LIST TYPE PUBSUB ID 1 2"
        );
    }
}
