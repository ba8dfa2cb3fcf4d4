//! What valid commands look like, one file per group.
//!
//! A template is words, `$atoms` (see [`crate::pool`]), `{this|that|}` for one of several and `(groups)`. An atom or a
//! group with `*` behind it comes one to three times. The first word is the command; of a container, the second is the
//! subcommand.

mod connection;
mod generic;
mod hash;
mod list;
mod pubsub;
mod scripting;
mod server;
mod set;
mod sorted_set;
mod string;
mod transaction;

/// The groups, and how often a command is taken from each.
pub const GROUPS: [(u32, &[&str]); 11] = [
    (16, string::TEMPLATES),
    (16, list::TEMPLATES),
    (14, hash::TEMPLATES),
    (12, set::TEMPLATES),
    (18, sorted_set::TEMPLATES),
    (14, generic::TEMPLATES),
    (6, scripting::TEMPLATES),
    (10, transaction::TEMPLATES),
    (6, pubsub::TEMPLATES),
    (2, connection::TEMPLATES),
    (3, server::TEMPLATES),
];

const CONTAINERS: [&str; 9] =
    ["ACL", "CLIENT", "COMMAND", "CONFIG", "FUNCTION", "MEMORY", "OBJECT", "PUBSUB", "SCRIPT"];

/// The command of a template, as COMMAND INFO names it: `get`, `config|get`.
pub fn command(template: &str) -> String {
    let mut words = template.split_whitespace();
    let first = words.next().unwrap_or_default();
    let name = match words.next() {
        Some(second) if CONTAINERS.contains(&first) => format!("{first}|{second}"),
        _ => first.to_owned(),
    };
    name.to_ascii_lowercase()
}
