//! Differences that are accepted, each with its reason.

use crate::compare;
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
    Row {
        command: "command|getkeys",
        real: "",
        embedded: "-ERR Invalid command specified",
        reason: "about a command that only the real server has",
    },
    Row {
        command: "command|info",
        real: "\"notes\"",
        embedded: "",
        reason: "the key specifications have no notes: they are prose of the reference",
    },
    Row {
        command: "*",
        real: "0",
        embedded: "0",
        reason: "the same double: the real server does not always print as few digits as it could, and keeps the sign \
                 of a zero where its sorted set is a skiplist",
    },
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
    let called = kind::nested(argv);
    let name = kind::name(called.as_ref().unwrap_or(argv));
    let (real_text, embedded_text) = (real.to_string(), embedded.to_string());
    if (name.starts_with('z') || name.starts_with("bz")) && is_same_but_longer(real, embedded) {
        return Some(ROWS.len() - 1);
    }
    ROWS[..ROWS.len() - 1].iter().position(|row| {
        (row.command == "*" || row.command == name)
            && real_text.contains(row.real)
            && embedded_text.contains(row.embedded)
    })
}

/// Whether all that differs are numbers with 16 digits or more, or zeros below zero, that are the same as doubles.
pub fn is_same_but_longer(real: &Reply, embedded: &Reply) -> bool {
    let (theirs, ours) = (real.leaves(), embedded.leaves());
    let double = |reply: &Reply| std::str::from_utf8(reply.bytes()?).ok()?.parse::<f64>().ok();
    let has_many_digits = |reply: &Reply| {
        reply.bytes().is_some_and(|text| text.iter().filter(|byte| byte.is_ascii_digit()).count() >= 16)
    };
    compare::shape(real) == compare::shape(embedded)
        && theirs.iter().zip(ours).all(|(theirs, ours)| {
            *theirs == ours
                || has_many_digits(theirs) && double(theirs).is_some() && double(theirs) == double(ours)
        })
}
