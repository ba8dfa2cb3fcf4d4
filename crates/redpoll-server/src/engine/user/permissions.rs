//! One set of permissions: commands, keys and channels.

use std::fmt;

use bytes::Bytes;

use super::commands::Commands;
use super::denial::Denial;
use crate::engine::command::{CommandSpec, KeySpec};
use crate::engine::commands;
use crate::engine::pattern;

#[derive(Debug, Clone, Default)]
pub(crate) struct Permissions {
    pub(crate) commands: Commands,
    pub(crate) keys: Keys,
    pub(crate) channels: Channels,
}

/// The keys that may be read and written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    pub(super) all: bool,
    pub(super) patterns: Vec<KeyPattern>,
}

#[derive(Debug, Clone)]
pub(crate) struct KeyPattern {
    pub(super) pattern: String,
    pub(super) reads: bool,
    pub(super) writes: bool,
}

/// The channels that may be published to and subscribed to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Channels {
    pub(super) all: bool,
    pub(super) patterns: Vec<String>,
}

/// What a command does with one of its keys.
#[derive(Debug, Clone, Copy)]
struct Use {
    /// Which argument the key is.
    key: usize,
    reads: bool,
    writes: bool,
}

impl Permissions {
    pub(super) fn all() -> Self {
        Self {
            commands: Commands::all(),
            keys: Keys { all: true, patterns: Vec::new() },
            channels: Channels { all: true, patterns: Vec::new() },
        }
    }

    pub(super) fn check(&self, spec: &CommandSpec, argv: &[Bytes]) -> Result<(), Denial> {
        if !self.commands.allow(spec, argv) {
            return Err(Denial::Command);
        }
        if !self.keys.all {
            let denied = uses(spec, argv).into_iter().find(|needed| !self.keys.allow(argv, *needed));
            if let Some(denied) = denied {
                return Err(Denial::Key(denied.key));
            }
        }
        if !self.channels.all {
            let is_pattern = spec.name == "psubscribe";
            let denied =
                channels(spec, argv.len()).find(|index| !self.channels.allow(&argv[*index], is_pattern));
            if let Some(index) = denied {
                return Err(Denial::Channel(index));
            }
        }
        Ok(())
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.keys.to_string();
        if !keys.is_empty() {
            write!(f, "{keys} ")?;
        }
        if !self.channels.all {
            f.write_str("resetchannels ")?;
        }
        let channels = self.channels.to_string();
        if !channels.is_empty() {
            write!(f, "{channels} ")?;
        }
        self.commands.fmt(f)
    }
}

impl Keys {
    pub(super) fn allow_reading_all(&self) -> bool {
        self.all || self.patterns.iter().any(|allowed| allowed.reads && allowed.pattern == "*")
    }

    fn allow(&self, argv: &[Bytes], needed: Use) -> bool {
        let Some(key) = argv.get(needed.key) else { return true };
        self.patterns.iter().any(|allowed| {
            (allowed.reads || !needed.reads)
                && (allowed.writes || !needed.writes)
                && pattern::matches(allowed.pattern.as_bytes(), key)
        })
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.all {
            return f.write_str("~*");
        }
        let patterns: Vec<String> = self.patterns.iter().map(KeyPattern::to_string).collect();
        f.write_str(&patterns.join(" "))
    }
}

impl fmt::Display for KeyPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let access = match (self.reads, self.writes) {
            (true, true) => "",
            (true, false) => "%R",
            _ => "%W",
        };
        write!(f, "{access}~{}", self.pattern)
    }
}

impl Channels {
    /// A pattern to subscribe to is allowed only as it stands.
    pub(super) fn allow(&self, name: &[u8], is_pattern: bool) -> bool {
        let allows = |allowed: &String| {
            let allowed = allowed.as_bytes();
            if is_pattern { allowed == name } else { pattern::matches(allowed, name) }
        };
        self.all || self.patterns.iter().any(allows)
    }
}

impl fmt::Display for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.all {
            return f.write_str("&*");
        }
        let patterns: Vec<String> = self.patterns.iter().map(|pattern| format!("&{pattern}")).collect();
        f.write_str(&patterns.join(" "))
    }
}

fn uses(spec: &CommandSpec, argv: &[Bytes]) -> Vec<Use> {
    let keys = spec.keys.iter().filter(|keys| !keys.flags.contains("not_key"));
    keys.flat_map(|keys| {
        let (reads, writes) = access(spec, keys, argv);
        let found = keys.find(argv).unwrap_or_default();
        found.into_iter().map(move |key| Use { key, reads, writes })
    })
    .collect()
}

/// Whether keys are read, and whether they are written.
fn access(spec: &CommandSpec, keys: &KeySpec, argv: &[Bytes]) -> (bool, bool) {
    let flags = commands::key_flags(spec, keys, argv);
    let says = |word: &str| flags.split_whitespace().any(|flag| flag == word);
    (says("access"), says("insert") || says("update") || says("delete"))
}

/// The arguments that are channels.
fn channels(spec: &CommandSpec, arguments: usize) -> std::ops::Range<usize> {
    match spec.name {
        "publish" | "spublish" => 1..2,
        "subscribe" | "psubscribe" | "ssubscribe" => 1..arguments,
        _ => 0..0,
    }
}
