//! The commands that were executed, for tests to look at.

use std::collections::VecDeque;

use bytes::Bytes;

use super::client::ConnectionId;

/// Longer arguments are recorded as their first bytes, so that the log stays small whatever is stored.
const RECORDED_LENGTH: usize = 1024;

/// A command as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedCommand {
    /// Who sent it.
    pub connection: ConnectionId,
    /// In which database.
    pub db: usize,
    /// The command and its arguments; of each at most the first 1,024 bytes.
    pub arguments: Vec<Bytes>,
}

/// The latest commands, up to a limit.
#[derive(Debug)]
pub(crate) struct CommandLog {
    limit: usize,
    commands: VecDeque<RecordedCommand>,
}

impl CommandLog {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, commands: VecDeque::new() }
    }

    pub(crate) fn record(&mut self, connection: ConnectionId, db: usize, argv: &[Bytes]) {
        if self.limit == 0 {
            return;
        }
        if self.commands.len() == self.limit {
            self.commands.pop_front();
        }
        let arguments = argv.iter().map(recorded).collect();
        self.commands.push_back(RecordedCommand { connection, db, arguments });
    }

    pub(crate) fn commands(&self) -> Vec<RecordedCommand> {
        self.commands.iter().cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.commands.clear();
    }
}

/// A copy when the argument is long, so that the log does not keep it alive.
fn recorded(argument: &Bytes) -> Bytes {
    match argument.get(..RECORDED_LENGTH) {
        Some(start) => Bytes::copy_from_slice(start),
        None => argument.clone(),
    }
}
