//! An engine to talk to in tests: commands as text, replies as they are on the wire.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::Engine;
use super::client::{ConnectionId, ConnectionInfo};
use super::clock::Clock;
use super::request::RequestParser;
use super::user::Users;

/// An engine with a manual clock and two connections: the one that `run` uses, and another.
pub(crate) struct Probe {
    pub(crate) engine: Engine,
    first: ConnectionId,
    other: ConnectionId,
}

impl Probe {
    pub(crate) fn new() -> Self {
        Self::with_users(Users::default())
    }

    pub(crate) fn with_users(users: Users) -> Self {
        let mut engine = Engine::new(Clock::manual(), 1, users, 100);
        let first = connect(&mut engine);
        let other = connect(&mut engine);
        Self { engine, first, other }
    }

    pub(crate) fn connect(&mut self) -> ConnectionId {
        connect(&mut self.engine)
    }

    /// Sends a command on the first connection; its reply, with CRLF shown as a space.
    pub(crate) fn run(&mut self, command: &str) -> String {
        self.on(self.first, command)
    }

    /// As [`Probe::run`], on the other connection.
    pub(crate) fn run_other(&mut self, command: &str) -> String {
        self.on(self.other, command)
    }

    /// As [`Probe::run`], on the given connection.
    pub(crate) fn on(&mut self, id: ConnectionId, command: &str) -> String {
        self.send(id, command);
        self.take(id)
    }

    /// Sends a command, written as an inline command is.
    pub(crate) fn send(&mut self, id: ConnectionId, command: &str) {
        let mut parser = RequestParser::new();
        parser.set_authenticated(true);
        let mut line = BytesMut::from(format!("{command}\r\n").as_bytes());
        let argv = parser.next(&mut line).unwrap().expect("a command");
        self.engine.feed(id, argv);
        self.engine.resume();
    }

    /// As [`Probe::run`], for arguments that are no text.
    #[allow(dead_code, reason = "for commands with binary arguments")]
    pub(crate) fn run_bytes(&mut self, argv: &[&[u8]]) -> String {
        self.engine.feed(self.first, argv.iter().map(|argument| Bytes::copy_from_slice(argument)).collect());
        self.engine.resume();
        self.take(self.first)
    }

    /// What the connection got since it was last asked.
    pub(crate) fn take(&mut self, id: ConnectionId) -> String {
        let bytes = self.engine.take_output(id).bytes;
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", " ");
        text.strip_suffix(' ').map(str::to_owned).unwrap_or(text)
    }

    pub(crate) fn is_closed(&mut self, id: ConnectionId) -> bool {
        self.engine.take_output(id).close
    }

    pub(crate) fn fast_forward(&mut self, by: Duration) {
        self.engine.fast_forward(by);
    }
}

fn connect(engine: &mut Engine) -> ConnectionId {
    engine.connect(ConnectionInfo::default(), Arc::new(|| {})).expect("no rule refuses connections")
}
