//! What was denied, to whom, and how often: ACL LOG.

use std::collections::VecDeque;

use crate::engine::clock::Millis;

/// How many entries are kept.
const LIMIT: usize = 128;

/// What is denied again within this time is counted with the first time, if that is among so many latest entries.
const GROUPED: Millis = 60_000;
const GROUPED_ENTRIES: usize = 10;

/// What was denied, or that a password was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Auth,
    Command,
    Key,
    Channel,
}

/// Where the command stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    TopLevel,
    Multi,
    Lua,
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) id: u64,
    pub(crate) count: u64,
    pub(crate) refusal: Refusal,
    pub(crate) place: Place,
    pub(crate) object: String,
    pub(crate) user: String,
    /// The client, as CLIENT INFO describes it.
    pub(crate) client: String,
    pub(crate) created: Millis,
    pub(crate) updated: Millis,
}

/// The latest refusals, latest first.
#[derive(Debug, Default)]
pub(crate) struct AccessLog {
    entries: VecDeque<Entry>,
    next_id: u64,
}

impl Refusal {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Command => "command",
            Self::Key => "key",
            Self::Channel => "channel",
        }
    }
}

impl Place {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::TopLevel => "toplevel",
            Self::Multi => "multi",
            Self::Lua => "lua",
        }
    }
}

impl AccessLog {
    pub(crate) fn record(
        &mut self,
        refusal: Refusal,
        place: Place,
        object: String,
        user: String,
        client: String,
        now: Millis,
    ) {
        let same = |entry: &Entry| {
            entry.refusal == refusal
                && entry.place == place
                && entry.object == object
                && entry.user == user
                && now - entry.created <= GROUPED
        };
        let known =
            self.entries.iter().take(GROUPED_ENTRIES).position(same).and_then(|at| self.entries.remove(at));
        let entry = match known {
            Some(known) => Entry { count: known.count + 1, client, updated: now, ..known },
            None => {
                let id = self.next_id;
                self.next_id += 1;
                Entry { id, count: 1, refusal, place, object, user, client, created: now, updated: now }
            }
        };
        self.entries.push_front(entry);
        self.entries.truncate(LIMIT);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}
