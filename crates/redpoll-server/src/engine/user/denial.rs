//! Why a user may not run a command.

use bytes::Bytes;

use crate::engine::command::CommandSpec;

/// What is missing; what comes later in the checks is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Denial {
    Command,
    /// The key is this argument.
    Key(usize),
    /// The channel is this argument.
    Channel(usize),
}

/// A denial, with what it needs to be told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Denied<'a> {
    pub(crate) denial: Denial,
    pub(crate) user: &'a str,
    pub(crate) spec: &'static CommandSpec,
    pub(crate) argv: &'a [Bytes],
}

impl Denied<'_> {
    /// As the client that was denied is told.
    pub(crate) fn reason(&self) -> String {
        match self.denial {
            Denial::Command => self.missing_command(),
            Denial::Key(_) => "No permissions to access a key".to_owned(),
            Denial::Channel(_) => "No permissions to access a channel".to_owned(),
        }
    }

    /// As ACL DRYRUN tells it: with the key or channel.
    pub(crate) fn detailed_reason(&self) -> String {
        let (object, kind) = match self.denial {
            Denial::Command => return self.missing_command(),
            Denial::Key(index) => (self.argument(index), "key"),
            Denial::Channel(index) => (self.argument(index), "channel"),
        };
        format!("User {} has no permissions to access the '{object}' {kind}", self.user)
    }

    /// What ACL LOG shows: the command, the key or the channel.
    pub(crate) fn object(&self) -> String {
        match self.denial {
            Denial::Command => self.spec.name.to_owned(),
            Denial::Key(index) | Denial::Channel(index) => self.argument(index),
        }
    }

    fn missing_command(&self) -> String {
        format!("User {} has no permissions to run the '{}' command", self.user, self.spec.name)
    }

    fn argument(&self, index: usize) -> String {
        String::from_utf8_lossy(self.argv.get(index).map(Bytes::as_ref).unwrap_or_default()).into_owned()
    }
}
