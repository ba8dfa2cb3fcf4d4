use redpoll_protocol::{RawCommand, Reply};

use super::by_name;
use super::command::{Command, Custom};
use super::dispatch::Dispatcher;
use super::{Client, Connection, Transaction};

/// What commands can be called on: the client, a dedicated connection, a watched transaction, and the builder that
/// the closures of pipelines and transactions receive.
///
/// Command families are traits over it; see [`commands`](crate::commands). It is sealed.
pub trait Executor: Copy + sealed::Sealed {}

/// An [`Executor`] that sends: its commands can be awaited. It is sealed.
pub trait Dispatch: Sync + sealed::Dispatch {}

/// The builder that the closures of pipelines and transactions receive: its commands are queued, not sent.
#[derive(Debug, Clone, Copy)]
pub struct Queued(());

impl Queued {
    pub(crate) const fn new() -> Self {
        Self(())
    }

    /// Any command by its name; see [`Client::command`].
    pub fn command(self, name: &str) -> Command<Self, Custom, Reply> {
        Command::from_raw(self, RawCommand::named(by_name::meta(name), name))
    }
}

impl<D: Dispatch> Executor for &D {}
impl Executor for Queued {}

impl Dispatch for Client {}
impl Dispatch for Connection {}
impl Dispatch for Transaction {}

pub(crate) mod sealed {
    use super::{Client, Connection, Dispatcher, Queued, Transaction};

    pub trait Sealed {}
    impl<D: Dispatch> Sealed for &D {}
    impl Sealed for Queued {}

    pub trait Dispatch {
        #[doc(hidden)]
        fn dispatcher(&self) -> Dispatcher<'_>;
    }

    impl Dispatch for Client {
        fn dispatcher(&self) -> Dispatcher<'_> {
            Dispatcher::client(self.core())
        }
    }

    impl Dispatch for Connection {
        fn dispatcher(&self) -> Dispatcher<'_> {
            Dispatcher::connection(self)
        }
    }

    impl Dispatch for Transaction {
        fn dispatcher(&self) -> Dispatcher<'_> {
            Dispatcher::connection(self.connection())
        }
    }
}
