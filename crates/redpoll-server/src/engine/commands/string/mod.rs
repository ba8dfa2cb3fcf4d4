//! Strings.

mod condition;
mod counter;
mod lifetime;
mod multiple;
mod range;
mod store;
mod subsequence;

use bytes::Bytes;

use condition::Comparison;
use counter::{decr, decrby, incr, incrby, incrbyfloat};
use multiple::{mget, mset, msetex, msetnx};
use range::{append, getrange, setrange};
use store::{getex, getset, psetex, set, setex, setnx};
use subsequence::lcs;

use crate::engine::command::{CommandSpec, Group, KeySpec};
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::reply::Reply;
use crate::engine::value::text::Text;

pub(super) const GROUP: Group = Group {
    name: "string",
    category: "@string",
    commands: &[
        CommandSpec::new("append", 3, "2.0.0", append)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW insert", 1)]),
        CommandSpec::new("decr", 2, "1.0.0", decr)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW access update", 1)]),
        CommandSpec::new("decrby", 3, "1.0.0", decrby)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW access update", 1)]),
        CommandSpec::new("delex", -2, "8.4.0", delex)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW delete variable_flags", 1)]),
        CommandSpec::new("digest", 2, "8.4.0", digest)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("get", 2, "1.0.0", get).readonly().fast().keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("getdel", 2, "6.2.0", getdel)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW access delete", 1)]),
        CommandSpec::new("getex", -2, "6.2.0", getex)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW access update", 1)]),
        CommandSpec::new("getrange", 4, "2.4.0", getrange).readonly().keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("getset", 3, "1.0.0", getset)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW access update", 1)]),
        CommandSpec::new("incr", 2, "1.0.0", incr)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW access update", 1)]),
        CommandSpec::new("incrby", 3, "1.0.0", incrby)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW access update", 1)]),
        CommandSpec::new("incrbyfloat", 3, "2.6.0", incrbyfloat)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW access update", 1)]),
        CommandSpec::new("lcs", -3, "7.0.0", lcs).readonly().keys(&[KeySpec::range("RO access", 1, 1, 1)]),
        CommandSpec::new("mget", -2, "1.0.0", mget)
            .readonly()
            .fast()
            .keys(&[KeySpec::range("RO access", 1, -1, 1)])
            .tips(&["request_policy:multi_shard"]),
        CommandSpec::new("mset", -3, "1.0.1", mset)
            .write()
            .denyoom()
            .keys(&[KeySpec::range("OW update", 1, -1, 2)])
            .tips(&["request_policy:multi_shard", "response_policy:all_succeeded"]),
        CommandSpec::new("msetex", -4, "8.4.0", msetex)
            .write()
            .denyoom()
            .keys(&[KeySpec::keynum("OW update", 1, 0, 1, 2)])
            .tips(&["request_policy:multi_shard", "response_policy:all_succeeded"]),
        CommandSpec::new("msetnx", -3, "1.0.1", msetnx).write().denyoom().keys(&[KeySpec::range(
            "OW insert",
            1,
            -1,
            2,
        )]),
        CommandSpec::new("psetex", 4, "2.6.0", psetex)
            .write()
            .denyoom()
            .keys(&[KeySpec::one("OW update", 1)]),
        CommandSpec::new("set", -3, "1.0.0", set)
            .write()
            .denyoom()
            .keys(&[KeySpec::one("RW access update variable_flags", 1)]),
        CommandSpec::new("setex", 4, "2.0.0", setex).write().denyoom().keys(&[KeySpec::one("OW update", 1)]),
        CommandSpec::new("setnx", 3, "1.0.0", setnx)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("OW insert", 1)]),
        CommandSpec::new("setrange", 4, "2.2.0", setrange)
            .write()
            .denyoom()
            .keys(&[KeySpec::one("RW update", 1)]),
        CommandSpec::new("strlen", 2, "2.2.0", strlen).readonly().fast().keys(&[KeySpec::one("RO", 1)]),
        CommandSpec::new("substr", 4, "1.0.0", getrange).readonly().keys(&[KeySpec::one("RO access", 1)]),
    ],
};

const UNKNOWN_CONDITION: CommandError =
    CommandError::new("ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE");
const CONDITION_NEEDS_STRING: CommandError =
    CommandError::new("ERR Key should be of string type if conditions are specified");

/// The bytes of a string.
fn read(ctx: &mut Context<'_>, key: &Bytes) -> Result<Option<Bytes>, CommandError> {
    Ok(ctx.read::<Text>(key)?.map(|text| text.bytes().clone()))
}

fn get(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    read(ctx, &argv[1]).map(Reply::bulk_or_null)
}

fn getdel(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let value = read(ctx, &argv[1])?;
    ctx.delete(&argv[1]);
    Ok(Reply::bulk_or_null(value))
}

fn strlen(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::count(read(ctx, &argv[1])?.map_or(0, |value| value.len())))
}

fn digest(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let value = read(ctx, &argv[1])?;
    Ok(Reply::bulk_or_null(value.map(|value| condition::digest(&value).into())))
}

/// Without a condition a key of any type goes, with one a string only.
fn delex(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let key = &argv[1];
    let (word, expected) = match argv {
        [_, _] => return Ok(Reply::flag(ctx.delete(key))),
        [_, _, word, expected] => (word, expected),
        _ => return Err(ctx.wrong_arity()),
    };
    if !ctx.db().contains(key) {
        return Ok(Reply::flag(false));
    }
    let current = read(ctx, key).map_err(|_| CONDITION_NEEDS_STRING)?.unwrap_or_default();
    let comparison = Comparison::new(word, expected).ok_or(UNKNOWN_CONDITION)?;
    Ok(Reply::flag(comparison.holds(&current)? && ctx.delete(key)))
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn a_string_is_removed_under_a_condition() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("SET k v", "+OK"),
            ("DELEX k IFEQ x", ":0"),
            ("DELEX k IFNE v", ":0"),
            ("DELEX k IFDEQ x", "-ERR must be exactly 16 hexadecimal characters"),
            ("DELEX k FOO v", "-ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE"),
            ("DELEX k IFEQ", "-ERR wrong number of arguments for 'delex' command"),
            ("DELEX k IFEQ v", ":1"),
            ("DELEX k IFNE v", ":0"),
            ("LPUSH l a", ":1"),
            ("DELEX l FOO v", "-ERR Key should be of string type if conditions are specified"),
            ("DELEX l", ":1"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn what_is_read_of_a_string() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("SET k hello", "+OK"),
            ("STRLEN k", ":5"),
            ("DIGEST k", "$16 9555e8555c62dcfd"),
            ("DIGEST missing", "$-1"),
            ("STRLEN missing", ":0"),
            ("GETDEL k", "$5 hello"),
            ("GETDEL k", "$-1"),
            ("LPUSH l a", ":1"),
            ("STRLEN l", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }
}
