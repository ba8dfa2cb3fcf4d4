use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use redpoll_protocol::{RawCommand, Reply};

use super::by_name;
use super::command::{Command, Custom};
use super::core::ClientCore;
use crate::connection::{Link, PooledLink};

/// A dedicated connection, borrowed from the pool: for commands that change the state of their connection.
///
/// Dropping it gives it back. If its state is in doubt by then (a command such as `SELECT` or `WATCH`, or any command
/// given by name, was sent on it; a reply is still to come), it is closed instead, so that the next borrower finds a
/// clean one. It does not reconnect: when it is lost, its commands fail with `ConnectionLost`.
///
/// Commands on one connection wait for each other, blocking ones too. The element that a cancelled blocking pop took
/// is lost here; called on the [`Client`](crate::Client), it is put back.
pub struct Connection {
    core: Arc<ClientCore>,
    pooled: PooledLink,
    /// How many of its commands changed what the next borrower relies on, less those that were undone.
    changes: AtomicU32,
}

impl Connection {
    pub(super) const fn new(core: Arc<ClientCore>, pooled: PooledLink) -> Self {
        Self { core, pooled, changes: AtomicU32::new(0) }
    }

    /// Any command by its name; a space separates container and subcommand. Whatever it is, it counts as one that
    /// changes the state of the connection, which is closed rather than given back.
    pub fn command(&self, name: &str) -> Command<&Self, Custom, Reply> {
        Command::from_raw(self, RawCommand::named(by_name::meta(name), name))
    }

    pub(super) const fn core(&self) -> &Arc<ClientCore> {
        &self.core
    }

    pub(super) const fn link(&self) -> &Arc<Link> {
        self.pooled.link()
    }

    /// Whether the connection is up.
    pub fn is_connected(&self) -> bool {
        self.link().is_ready()
    }

    /// Remembers that a command changes what the next borrower relies on. One given by name may do anything.
    pub(super) fn observe(&self, command: &RawCommand) {
        if command.meta().is_dedicated() || command.meta().name().is_empty() {
            self.changes.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// As many of the changes that were remembered are undone on the server.
    pub(super) fn undone(&self, changes: u32) {
        self.changes.fetch_sub(changes, Ordering::Relaxed);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if *self.changes.get_mut() > 0 {
            self.pooled.taint();
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("node", self.link().node()).finish_non_exhaustive()
    }
}
