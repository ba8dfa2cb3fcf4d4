//! Differences that are accepted, each with its reason.

use crate::kind;
use crate::reply::Reply;
use crate::script::Argv;

/// One accepted difference.
pub struct Row {
    /// The command, as COMMAND INFO names it; `*` for any.
    pub command: &'static str,
    /// What the real server's reply contains, as it is printed.
    pub real: &'static str,
    /// What the embedded server's reply contains.
    pub embedded: &'static str,
    pub reason: &'static str,
}

pub const ROWS: &[Row] = &[
    any("acl|help", OWN_WORDS),
    any("client|help", OWN_WORDS),
    any("command|help", OWN_WORDS),
    any("config|help", OWN_WORDS),
    any("object|help", OWN_WORDS),
    any("pubsub|help", OWN_WORDS),
    any("script|help", OWN_WORDS),
    any(
        "command",
        "each server lists the commands it has; the tables are compared in the_command_tables_agree",
    ),
];

const OWN_WORDS: &str = "the help is in words of our own";

const fn any(command: &'static str, reason: &'static str) -> Row {
    Row { command, real: "", embedded: "", reason }
}

/// Commands that are not compared, each with its reason.
pub const EXCLUDED: &[(&str, &str)] = &[
    ("client|reply", "turns replies off: there is nothing left to match commands with"),
    ("client|pause", "stops everything for a time of the real clock"),
    ("client|unpause", "goes with CLIENT PAUSE"),
    ("config|resetstat", "resets figures that are not compared"),
    ("command|docs", "the embedded server gives names and groups only"),
    ("command|list", "lists all commands: compared row by row in the_command_tables_agree"),
    ("migrate", "needs a second server"),
    ("monitor", "turns the connection into a log of everything, with times and ports"),
    ("dump", "serialized values are each server's own"),
    ("restore", "serialized values are each server's own"),
    ("script|debug", "there is no debugger"),
    ("acl|log", "entries carry ages and ports"),
];

/// The row that accepts this difference.
pub fn row(argv: &Argv, real: &Reply, embedded: &Reply) -> Option<usize> {
    let (name, real, embedded) = (kind::name(argv), real.to_string(), embedded.to_string());
    ROWS.iter().position(|row| {
        (row.command == "*" || row.command == name)
            && real.contains(row.real)
            && embedded.contains(row.embedded)
    })
}
