//! Fault rules: a condition and a reaction.
//!
//! ```
//! use std::time::Duration;
//! use redpoll_server::{Fault, Reaction, Server};
//!
//! let server = Server::start_blocking()?;
//! // The next INCR is executed, but its reply never arrives.
//! server.fault(Fault::on("INCR").times(1).then(Reaction::LoseReply));
//! // Every tenth command or so on a session takes a second.
//! server.fault(Fault::on_any_command().key("session:*").probability(0.1).then(Reaction::Delay(Duration::from_secs(1))));
//! // The next two connections are refused.
//! server.fault(Fault::on_connect().times(2).then(Reaction::Refuse));
//! # Ok::<(), std::io::Error>(())
//! ```

use std::time::Duration;

use crate::engine::client::ConnectionId;

/// A rule: when something happens, react like this. Of several rules, the first one that fires decides.
#[derive(Debug, Clone)]
pub struct Fault {
    pub(crate) condition: Condition,
    pub(crate) reaction: Reaction,
}

impl Fault {
    /// When a command arrives; `"CLIENT SETNAME"` means a subcommand. Case does not matter.
    pub fn on(command: impl Into<String>) -> Condition {
        Condition::new(Trigger::Command(command.into()))
    }

    /// When any command arrives.
    pub fn on_any_command() -> Condition {
        Condition::new(Trigger::AnyCommand)
    }

    /// When a connection arrives.
    pub fn on_connect() -> Condition {
        Condition::new(Trigger::Connection)
    }
}

/// When a rule fires. All parts must hold.
#[derive(Debug, Clone)]
#[must_use = "a condition becomes a rule with `then`"]
pub struct Condition {
    pub(crate) trigger: Trigger,
    pub(crate) connection: Option<ConnectionId>,
    pub(crate) client_name: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) nth: Option<u64>,
    pub(crate) probability: Option<f64>,
    pub(crate) times: u64,
}

#[derive(Debug, Clone)]
pub(crate) enum Trigger {
    Command(String),
    AnyCommand,
    Connection,
}

impl Condition {
    fn new(trigger: Trigger) -> Self {
        Self {
            trigger,
            connection: None,
            client_name: None,
            key: None,
            nth: None,
            probability: None,
            times: u64::MAX,
        }
    }

    /// Only on this connection.
    pub fn connection(mut self, connection: ConnectionId) -> Self {
        self.connection = Some(connection);
        self
    }

    /// Only on connections with this name (CLIENT SETNAME).
    pub fn client_name(mut self, name: impl Into<String>) -> Self {
        self.client_name = Some(name.into());
        self
    }

    /// Only for commands with a key that matches this glob pattern.
    pub fn key(mut self, pattern: impl Into<String>) -> Self {
        self.key = Some(pattern.into());
        self
    }

    /// Only the `n`-th time, counted from 1, that the other parts hold.
    pub fn nth(mut self, n: u64) -> Self {
        self.nth = Some(n);
        self
    }

    /// With this probability, drawn from the server's seed.
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = Some(probability);
        self
    }

    /// At most this often; without it, always.
    pub fn times(mut self, times: u64) -> Self {
        self.times = times;
        self
    }

    /// Makes a rule of the condition.
    pub fn then(self, reaction: Reaction) -> Fault {
        Fault { condition: self, reaction }
    }
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reaction {
    /// Executes the command this much later on the server's clock; later commands of the connection wait behind it.
    Delay(Duration),
    /// Closes a connection as soon as it is made. For [`Fault::on_connect`] only.
    Refuse,
    /// Closes the connection instead of executing the command.
    Close,
    /// Executes the command, then closes the connection without its reply.
    LoseReply,
    /// Executes the command, sends this many bytes of its reply, then closes the connection.
    CutReply(usize),
    /// Replies with this error, prefix included, instead of executing the command.
    Error(String),
}
