//! The commands: one file per group of the Redis command reference.
//!
//! # How to add a group
//!
//! 1. Write `commands/<group>.rs`. It exports `pub(super) const GROUP: Group`, made of [`CommandSpec`]s, and holds
//!    one handler per command. Add the file to the `mod` lines and to [`GROUPS`] below; nothing else changes.
//! 2. An entry says what COMMAND INFO of a real server says, in the same order of flags:
//!    `CommandSpec::new("llen", 2, "1.0.0", llen).readonly().fast().keys(&[KeySpec::one("RO", 1)])`.
//!    ACL categories that follow from the flags (`@read`, `@write`, `@fast` or `@slow`, `@blocking`, `@pubsub`,
//!    `@admin` with `@dangerous`) and the group's own are implied; `.acl("@dangerous")` adds others, and
//!    `.acl_only("…")` does so for a command outside its group's category.
//! 3. A handler is `fn(&mut Context<'_>, &[Bytes]) -> Result<Reply, CommandError>`. Arity has been checked, so
//!    `argv[0]` (the name) and the minimum of arguments are there; a subcommand's arguments begin at `argv[2]`.
//!
//! # What a handler does
//!
//! - **Reads** with `ctx.read::<List>(key)?`: `None` for a missing key, WRONGTYPE for another type. Keys that have
//!   expired are gone before the handler runs; nothing checks for expiry.
//! - **Writes** with `ctx.modify::<List>(key)?` (only if it exists) or `ctx.upsert::<List>(key)?` (made if missing;
//!   removed again by itself if it stays empty), or stores a whole value with `ctx.db_mut().insert(key, value)`
//!   (which clears the time to live; `replace` keeps it). Parse and check all arguments first: Redis does, and a
//!   command that fails changes nothing.
//! - Then calls **`ctx.touch(key)`** once for each key it changed: that removes an empty collection, breaks WATCHes,
//!   wakes blocked clients and keeps the deadlines of hash fields right. And **`ctx.notify(EventClass::List,
//!   "lpush", key)`** for the keyspace event. `ctx.delete(key)` does all of it for a key that goes.
//! - **Replies** in RESP3 terms; the encoder turns maps, sets, doubles, booleans and nulls into their RESP2 forms.
//!   Only where the *structure* differs (ZRANGE WITHSCORES nests in RESP3, is flat in RESP2) ask `ctx.is_resp3()`.
//!   `Reply::Null` is `$-1` and `Reply::NullArray` is `*-1` in RESP2.
//! - **Errors** are the constants and constructors of [`CommandError`]; texts that one group alone uses are
//!   constants at the top of its file: `const NOT_FOUND: CommandError = CommandError::new("ERR …");`.
//! - Numbers: [`integer`](crate::engine::number::integer), [`float`](crate::engine::number::float),
//!   `parse_integer`, `parse_float`, `format_double`. Options: [`is_word`] compares without case.
//!   Patterns: [`matches`](crate::engine::pattern::matches). Choices at random: `ctx.random().below(n)`.
//!   Time: `ctx.now()`, in milliseconds. Cursors over large values:
//!   [`ScanIndex`](crate::engine::scan::ScanIndex), built by a value once it has outgrown the small encodings.
//!
//! # Blocking commands
//!
//! Declare them with `CommandSpec::blocking(…)`; the handler then gives an [`Outcome`]. It tries to serve, and when
//! nothing is there returns `Outcome::Block(Block { keys, kind, deadline, on_timeout })`, with
//! `ctx.block_deadline(argument)?` for the deadline. The engine does the rest: when a key of that kind has been
//! touched, it *executes the command again*, in the order in which clients began to wait; it replies `on_timeout`
//! when time is up, and at once in transactions and scripts. Validate arguments before looking at keys.
//!
//! # Tests
//!
//! They stand at the end of the group's file and talk to an engine without sockets
//! (`crate::engine::probe::Probe`): `probe.run("LPUSH k a b")` gives the reply as it is on the wire, line ends shown as
//! spaces: `":2"`, `"*2 $1 b $1 a"`, `"-ERR syntax error"`. `probe.connect()` adds connections,
//! `probe.send(id, "BLPOP k 0")` and `probe.take(id)` drive each of them, `probe.fast_forward(d)` moves time.

mod acl;
mod client;
mod connection;
mod cursor;
mod generic;
mod hash;
mod help;
mod list;
mod pubsub;
mod sampling;
mod scripting;
mod server;
mod set;
mod sorted_set;
mod string;
mod transaction;

use std::collections::HashMap;
use std::sync::LazyLock;

use bytes::Bytes;

use crate::engine::command::{CommandSpec, Flag, Group, KeySpec};
use crate::engine::error::CommandError;

pub(crate) use client::describe as describe_client;
pub(crate) use server::VERSION;

/// Every group of commands there is.
const GROUPS: &[Group] = &[
    acl::GROUP,
    client::GROUP,
    connection::GROUP,
    generic::GROUP,
    hash::GROUP,
    list::GROUP,
    pubsub::GROUP,
    scripting::GROUP,
    server::GROUP,
    set::GROUP,
    sorted_set::GROUP,
    string::GROUP,
    transaction::GROUP,
];

/// Longer names are not looked up: no command has one.
const LONGEST_NAME: usize = 40;

static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

/// A command, with the group it belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed {
    pub(crate) spec: &'static CommandSpec,
    pub(crate) group: &'static Group,
}

struct Table {
    by_name: HashMap<&'static [u8], Listed>,
    subcommands: HashMap<&'static str, &'static CommandSpec>,
    in_order: Vec<Listed>,
}

impl Table {
    fn new() -> Self {
        let in_order: Vec<Listed> = GROUPS
            .iter()
            .flat_map(|group| group.commands.iter().map(move |spec| Listed { spec, group }))
            .collect();
        let by_name = in_order.iter().map(|listed| (listed.spec.name.as_bytes(), *listed)).collect();
        let subcommands = in_order.iter().flat_map(|listed| listed.spec.subcommands);
        Self { by_name, subcommands: subcommands.map(|spec| (spec.name, spec)).collect(), in_order }
    }
}

/// All commands, subcommands apart.
pub(crate) fn all() -> impl ExactSizeIterator<Item = Listed> {
    TABLE.in_order.iter().copied()
}

/// The command or container with this name, in any case.
pub(crate) fn find(name: &[u8]) -> Option<Listed> {
    let mut lower = [0; LONGEST_NAME];
    let lower = lower.get_mut(..name.len())?;
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    TABLE.by_name.get(&*lower).copied()
}

/// The subcommand with this name, `config|get`, in any case.
pub(crate) fn find_subcommand(name: &str) -> Option<&'static CommandSpec> {
    TABLE.subcommands.get(name.to_ascii_lowercase().as_str()).copied()
}

/// The command, or the subcommand, that `argv` calls with an acceptable number of arguments.
pub(crate) fn resolve(argv: &[Bytes]) -> Result<&'static CommandSpec, CommandError> {
    let spec = lookup(argv)?;
    if spec.accepts_arity(argv.len()) { Ok(spec) } else { Err(CommandError::wrong_arity(spec.name)) }
}

/// As [`resolve`], whatever the number of arguments.
pub(crate) fn lookup(argv: &[Bytes]) -> Result<&'static CommandSpec, CommandError> {
    let listed = argv.first().and_then(|name| find(name));
    let spec = listed.ok_or_else(|| CommandError::unknown_command(argv))?.spec;
    match argv.get(1) {
        Some(name) if !spec.subcommands.is_empty() => subcommand(spec, name),
        _ => Ok(spec),
    }
}

/// The commands and subcommands of an ACL category.
pub(crate) fn in_category(category: &str) -> impl Iterator<Item = &'static str> {
    let specs = all().flat_map(|listed| {
        let specs = std::iter::once(listed.spec).chain(listed.spec.subcommands);
        specs.map(move |spec| Listed { spec, group: listed.group })
    });
    specs
        .filter(move |listed| categories(listed.spec, listed.group).contains(&category))
        .map(|listed| listed.spec.name)
}

/// What a command with these arguments does with the keys of one specification: for some, options decide.
pub(crate) fn key_flags(spec: &CommandSpec, keys: &KeySpec, argv: &[Bytes]) -> &'static str {
    let says =
        |words: &[&str]| argv.iter().skip(3).any(|option| words.iter().any(|word| is_word(option, word)));
    match spec.name {
        "set" if says(&["GET"]) => "RW access update",
        "set" if says(&["IFEQ", "IFNE", "IFDEQ", "IFDNE"]) => "RW update",
        "set" => "OW update",
        "delex" if argv.len() > 2 => "RW delete",
        "delex" => "RM delete",
        _ => keys.flags,
    }
}

/// Whether an argument is this word, in any case.
pub(crate) fn is_word(argument: &[u8], word: &str) -> bool {
    argument.eq_ignore_ascii_case(word.as_bytes())
}

/// The ACL categories of a command, sorted as COMMAND INFO has them: by flags, group and what the entry adds.
pub(crate) fn categories(spec: &CommandSpec, group: &Group) -> Vec<&'static str> {
    let implied = [
        (spec.has(Flag::Write), "@write"),
        (spec.has(Flag::Readonly) && group.category != "@scripting", "@read"),
        (spec.has(Flag::Admin), "@admin"),
        (spec.has(Flag::Admin) || spec.categories.contains("@dangerous"), "@dangerous"),
        (spec.has(Flag::PubSub), "@pubsub"),
        (spec.has(Flag::Fast), "@fast"),
        (!spec.has(Flag::Fast), "@slow"),
        (spec.has(Flag::Blocking), "@blocking"),
        (spec.in_group_category && !group.category.is_empty(), group.category),
    ];
    let mut categories: Vec<&str> =
        implied.iter().filter(|(holds, _)| *holds).map(|(_, name)| *name).collect();
    categories.extend(spec.categories.split_whitespace());
    categories.sort_by_key(|name| CATEGORIES.iter().position(|known| known == name));
    categories.dedup();
    categories
}

/// The ACL categories, in the order COMMAND INFO lists them.
pub(crate) const CATEGORIES: [&str; 21] = [
    "@keyspace",
    "@read",
    "@write",
    "@set",
    "@sortedset",
    "@list",
    "@hash",
    "@string",
    "@bitmap",
    "@hyperloglog",
    "@geo",
    "@stream",
    "@pubsub",
    "@admin",
    "@fast",
    "@slow",
    "@blocking",
    "@dangerous",
    "@connection",
    "@transaction",
    "@scripting",
];

fn subcommand(container: &'static CommandSpec, name: &[u8]) -> Result<&'static CommandSpec, CommandError> {
    let own_name = |spec: &CommandSpec| spec.name.split_once('|').map_or(spec.name, |(_, name)| name);
    let found = container.subcommands.iter().find(|spec| is_word(name, own_name(spec)));
    found.ok_or_else(|| CommandError::unknown_subcommand(container.name, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_listed_twice() {
        assert_eq!(TABLE.by_name.len(), TABLE.in_order.len());
    }

    #[test]
    fn names_are_in_lower_case_and_short_enough_to_be_found() {
        for listed in all() {
            assert!(find(listed.spec.name.to_ascii_uppercase().as_bytes()).is_some(), "{}", listed.spec.name);
            for subcommand in listed.spec.subcommands {
                assert!(subcommand.name.starts_with(&format!("{}|", listed.spec.name)));
            }
        }
    }
}
