//! Lists.

mod pop;
mod position;
mod push;
mod range;
mod transfer;

use bytes::Bytes;

use pop::{blmpop, blpop, brpop, lmpop, lpop, rpop};
use position::lpos;
use push::{linsert, lpush, lpushx, lset, rpush, rpushx};
use range::{lindex, llen, lrange, lrem, ltrim};
use transfer::{blmove, brpoplpush, lmove, rpoplpush};

use crate::engine::command::{CommandSpec, Group, KeySpec};
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::event::EventClass;
use crate::engine::number::integer;
use crate::engine::value::list::{End, List, Packing};

pub(super) const GROUP: Group = Group {
    name: "list",
    category: "@list",
    commands: &[
        CommandSpec::blocking("blmove", 6, "6.2.0", blmove)
            .write()
            .denyoom()
            .keys(&[KeySpec::one("RW access delete", 1), KeySpec::one("RW insert", 2)]),
        CommandSpec::blocking("blmpop", -5, "7.0.0", blmpop)
            .write()
            .keys(&[KeySpec::numkeys("RW access delete", 2)]),
        CommandSpec::blocking("blpop", -3, "2.0.0", blpop).write().keys(&[KeySpec::range(
            "RW access delete",
            1,
            -2,
            1,
        )]),
        CommandSpec::blocking("brpop", -3, "2.0.0", brpop).write().keys(&[KeySpec::range(
            "RW access delete",
            1,
            -2,
            1,
        )]),
        CommandSpec::blocking("brpoplpush", 4, "2.2.0", brpoplpush)
            .write()
            .denyoom()
            .keys(&[KeySpec::one("RW access delete", 1), KeySpec::one("RW insert", 2)]),
        CommandSpec::new("lindex", 3, "1.0.0", lindex).readonly().keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("linsert", 5, "2.2.0", linsert)
            .write()
            .denyoom()
            .keys(&[KeySpec::one("RW insert", 1)]),
        CommandSpec::new("llen", 2, "1.0.0", llen).readonly().fast().keys(&[KeySpec::one("RO", 1)]),
        CommandSpec::new("lmove", 5, "6.2.0", lmove)
            .write()
            .denyoom()
            .keys(&[KeySpec::one("RW access delete", 1), KeySpec::one("RW insert", 2)]),
        CommandSpec::new("lmpop", -4, "7.0.0", lmpop)
            .write()
            .keys(&[KeySpec::numkeys("RW access delete", 1)]),
        CommandSpec::new("lpop", -2, "1.0.0", lpop)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW access delete", 1)]),
        CommandSpec::new("lpos", -3, "6.0.6", lpos).readonly().keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("lpush", -3, "1.0.0", lpush)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW insert", 1)]),
        CommandSpec::new("lpushx", -3, "2.2.0", lpushx)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW insert", 1)]),
        CommandSpec::new("lrange", 4, "1.0.0", lrange).readonly().keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("lrem", 4, "1.0.0", lrem).write().keys(&[KeySpec::one("RW delete", 1)]),
        CommandSpec::new("lset", 4, "1.0.0", lset).write().denyoom().keys(&[KeySpec::one("RW update", 1)]),
        CommandSpec::new("ltrim", 4, "1.0.0", ltrim).write().keys(&[KeySpec::one("RW delete", 1)]),
        CommandSpec::new("rpop", -2, "1.0.0", rpop)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW access delete", 1)]),
        CommandSpec::new("rpoplpush", 3, "1.2.0", rpoplpush)
            .write()
            .denyoom()
            .keys(&[KeySpec::one("RW access delete", 1), KeySpec::one("RW insert", 2)]),
        CommandSpec::new("rpush", -3, "1.0.0", rpush)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW insert", 1)]),
        CommandSpec::new("rpushx", -3, "2.2.0", rpushx)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW insert", 1)]),
    ],
};

const NO_NEGATION: CommandError = CommandError::new(
    "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
);

/// An integer whose sign says in which direction to go: the one without a positive counterpart is refused.
fn symmetric_integer(argument: &[u8]) -> Result<i64, CommandError> {
    let value = integer(argument)?;
    if value == i64::MIN { Err(NO_NEGATION) } else { Ok(value) }
}

fn parse_end(word: &Bytes) -> Result<End, CommandError> {
    match word {
        word if is_word(word, "LEFT") => Ok(End::Left),
        word if is_word(word, "RIGHT") => Ok(End::Right),
        _ => Err(CommandError::SYNTAX),
    }
}

/// Elements have been removed from a list, which goes if it is empty now.
fn removed(ctx: &mut Context<'_>, key: &Bytes, event: &str) {
    let packing = Packing::of(&ctx.engine.config);
    if let Ok(Some(list)) = ctx.db_mut().modify::<List>(key) {
        list.shrink(packing);
    }
    ctx.touch(key);
    ctx.notify(EventClass::List, event, key);
    if !ctx.db().contains(key) {
        ctx.notify(EventClass::Generic, "del", key);
    }
}
