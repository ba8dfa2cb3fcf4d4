mod error;
mod options;
mod server_info;
mod setup;

use std::collections::VecDeque;

use bytes::BytesMut;

pub use self::error::HandshakeError;
pub use self::options::HandshakeOptions;
pub use self::server_info::{Protocol, ServerInfo};
use self::setup::Setup;
use crate::{Reply, ServerError};

/// What sets a connection up before the first command: protocol, user, name, database.
///
/// One round trip where the server speaks RESP3: `HELLO 3 AUTH … SETNAME …`, then `CLIENT SETINFO` twice and `SELECT`
/// in the same write. A server that refuses `HELLO` costs a second one, in RESP2. Two rules shape both:
///
/// - Nothing goes ahead of what authenticates. A server drops the reply of a failing `AUTH` that has replies pending
///   before it, and the reason would be lost; so the `AUTH` of the fallback waits until the first write is answered.
/// - What describes the client (`SETNAME`, `SETINFO`) is optional: a server that does not know or allow it is
///   as good as any. The user and the database are not.
///
/// ```
/// use bytes::BytesMut;
/// use redpoll_protocol::{Handshake, HandshakeOptions, Protocol, Reply, Step};
///
/// let mut handshake = Handshake::new(HandshakeOptions::new().protocol(Protocol::Resp2).database(3));
/// let mut out = BytesMut::new();
/// handshake.first_write(&mut out);
/// assert_eq!(out, &b"*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n"[..]);
/// let Step::Done(info) = handshake.handle_reply(Reply::SimpleString("OK".into()))? else { panic!() };
/// assert_eq!(info.protocol, Protocol::Resp2);
/// # Ok::<(), redpoll_protocol::HandshakeError>(())
/// ```
#[derive(Debug)]
pub struct Handshake {
    options: HandshakeOptions,
    /// What was written and not yet answered, in order.
    pending: VecDeque<Setup>,
    phase: Phase,
    /// What is still to be done in RESP2 after `HELLO` was refused.
    owed: Vec<Setup>,
    info: ServerInfo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The protocol of the options is being tried.
    First,
    /// `HELLO` was refused; the replies to the rest of the first write are still to come.
    Draining,
    /// Everything goes in RESP2.
    Fallback,
}

/// What the driver does after a reply.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Read on.
    Wait,
    /// Write these bytes, then read on.
    Write(BytesMut),
    /// The connection is ready for commands.
    Done(ServerInfo),
}

impl Handshake {
    /// A handshake that has not begun.
    pub fn new(options: HandshakeOptions) -> Self {
        let info = ServerInfo::new(options.protocol);
        Self { options, pending: VecDeque::new(), phase: Phase::First, owed: Vec::new(), info }
    }

    /// Appends what goes to the server first. It is never empty: a server that is not there, or wants a password
    /// that is not configured, is found out here.
    pub fn first_write(&mut self, out: &mut BytesMut) {
        let mut setups = setup::first(&self.options);
        if setups.is_empty() {
            setups.push(Setup::Ping);
        }
        self.write(setups, out);
    }

    /// Takes the next reply of the connection.
    ///
    /// # Errors
    ///
    /// [`HandshakeError`] if the server refuses what the connection cannot do without. It must then be closed.
    pub fn handle_reply(&mut self, reply: Reply) -> Result<Step, HandshakeError> {
        if matches!(reply, Reply::Push(_)) {
            return Ok(Step::Wait);
        }
        let setup =
            self.pending.pop_front().ok_or(HandshakeError::UnexpectedReply { got: reply.type_name() })?;
        match reply {
            Reply::Error(error) => self.refused(setup, error)?,
            reply => self.accepted(setup, reply)?,
        }
        if !self.pending.is_empty() {
            return Ok(Step::Wait);
        }
        Ok(self.next_write().map_or_else(|| Step::Done(self.info.clone()), Step::Write))
    }

    fn accepted(&mut self, setup: Setup, reply: Reply) -> Result<(), HandshakeError> {
        match setup {
            Setup::Hello => self.info.read(reply),
            _ if reply.is_ok() || setup == Setup::Ping => Ok(()),
            _ => Err(HandshakeError::UnexpectedReply { got: reply.type_name() }),
        }
    }

    fn refused(&mut self, setup: Setup, error: ServerError) -> Result<(), HandshakeError> {
        let needs_auth = error.prefix() == Some("NOAUTH");
        match setup {
            Setup::Hello if error::is_final_for_hello(&error) => {
                Err(HandshakeError::refusal(setup, &self.options, error))
            }
            Setup::Hello => {
                self.fall_back();
                Ok(())
            }
            // Expected while the fallback's AUTH is still to come: the step is owed, not failed.
            _ if needs_auth && self.phase == Phase::Draining && self.options.password.is_some() => {
                self.owed.push(setup);
                Ok(())
            }
            Setup::Ping if error::is_unavailable(&error) => Err(HandshakeError::Unavailable(error)),
            _ if setup.is_optional() && !needs_auth => Ok(()),
            _ => Err(HandshakeError::refusal(setup, &self.options, error)),
        }
    }

    fn fall_back(&mut self) {
        self.phase = Phase::Draining;
        self.info = ServerInfo::new(Protocol::Resp2);
        self.owed = setup::instead_of_hello(&self.options);
    }

    /// Once everything is answered: what a fallback still owes, if there was one.
    fn next_write(&mut self) -> Option<BytesMut> {
        if self.phase != Phase::Draining {
            return None;
        }
        self.phase = Phase::Fallback;
        let owed = std::mem::take(&mut self.owed);
        if owed.is_empty() {
            return None;
        }
        let mut out = BytesMut::new();
        self.write(owed, &mut out);
        Some(out)
    }

    fn write(&mut self, setups: Vec<Setup>, out: &mut BytesMut) {
        for setup in &setups {
            setup.command(&self.options).write_to(out);
        }
        self.pending.extend(setups);
    }
}

#[cfg(test)]
mod tests;
