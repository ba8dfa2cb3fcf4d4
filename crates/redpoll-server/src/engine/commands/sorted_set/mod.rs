//! Sorted sets.

mod add;
mod bounds;
mod combine;
mod lookup;
mod pop;
mod random;
mod range;
mod remove;
mod scan;

use bytes::Bytes;

use crate::engine::command::{CommandSpec, Group, KeySpec};
use crate::engine::context::Context;
use crate::engine::event::EventClass;
use crate::engine::reply::Reply;
use crate::engine::value::Value;
use crate::engine::value::limits::Limits;
use crate::engine::value::sorted_set::SortedSet;

pub(super) const GROUP: Group = Group {
    name: "sorted-set",
    category: "@sortedset",
    commands: &[
        CommandSpec::blocking("bzmpop", -5, "7.0.0", pop::bzmpop)
            .write()
            .keys(&[KeySpec::numkeys("RW access delete", 2)]),
        CommandSpec::blocking("bzpopmax", -3, "5.0.0", pop::bzpopmax).write().fast().keys(&[KeySpec::range(
            "RW access delete",
            1,
            -2,
            1,
        )]),
        CommandSpec::blocking("bzpopmin", -3, "5.0.0", pop::bzpopmin).write().fast().keys(&[KeySpec::range(
            "RW access delete",
            1,
            -2,
            1,
        )]),
        CommandSpec::new("zadd", -4, "1.2.0", add::zadd)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW update", 1)]),
        CommandSpec::new("zcard", 2, "1.2.0", lookup::zcard).readonly().fast().keys(&[KeySpec::one("RO", 1)]),
        CommandSpec::new("zcount", 4, "2.0.0", lookup::zcount)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("zdiff", -3, "6.2.0", combine::zdiff)
            .readonly()
            .keys(&[KeySpec::numkeys("RO access", 1)]),
        CommandSpec::new("zdiffstore", -4, "6.2.0", combine::zdiffstore)
            .write()
            .denyoom()
            .keys(&[KeySpec::one("OW update", 1), KeySpec::numkeys("RO access", 2)]),
        CommandSpec::new("zincrby", 4, "1.2.0", add::zincrby)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW access update", 1)]),
        CommandSpec::new("zinter", -3, "6.2.0", combine::zinter)
            .readonly()
            .keys(&[KeySpec::numkeys("RO access", 1)]),
        CommandSpec::new("zintercard", -3, "7.0.0", combine::zintercard)
            .readonly()
            .keys(&[KeySpec::numkeys("RO access", 1)]),
        CommandSpec::new("zinterstore", -4, "2.0.0", combine::zinterstore)
            .write()
            .denyoom()
            .keys(&[KeySpec::one("OW update", 1), KeySpec::numkeys("RO access", 2)]),
        CommandSpec::new("zlexcount", 4, "2.8.9", lookup::zlexcount)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("zmpop", -4, "7.0.0", pop::zmpop)
            .write()
            .keys(&[KeySpec::numkeys("RW access delete", 1)]),
        CommandSpec::new("zmscore", -3, "6.2.0", lookup::zmscore)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("zpopmax", -2, "5.0.0", pop::zpopmax)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW access delete", 1)]),
        CommandSpec::new("zpopmin", -2, "5.0.0", pop::zpopmin)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW access delete", 1)]),
        CommandSpec::new("zrandmember", -2, "6.2.0", random::zrandmember)
            .readonly()
            .keys(&[KeySpec::one("RO access", 1)])
            .tips(&["nondeterministic_output"]),
        CommandSpec::new("zrange", -4, "1.2.0", range::zrange)
            .readonly()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("zrangebylex", -4, "2.8.9", range::zrangebylex)
            .readonly()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("zrangebyscore", -4, "1.0.5", range::zrangebyscore)
            .readonly()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("zrangestore", -5, "6.2.0", range::zrangestore)
            .write()
            .denyoom()
            .keys(&[KeySpec::one("OW update", 1), KeySpec::one("RO access", 2)]),
        CommandSpec::new("zrank", -3, "2.0.0", lookup::zrank)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("zrem", -3, "1.2.0", remove::zrem)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW delete", 1)]),
        CommandSpec::new("zremrangebylex", 4, "2.8.9", remove::zremrangebylex)
            .write()
            .keys(&[KeySpec::one("RW delete", 1)]),
        CommandSpec::new("zremrangebyrank", 4, "2.0.0", remove::zremrangebyrank)
            .write()
            .keys(&[KeySpec::one("RW delete", 1)]),
        CommandSpec::new("zremrangebyscore", 4, "1.2.0", remove::zremrangebyscore)
            .write()
            .keys(&[KeySpec::one("RW delete", 1)]),
        CommandSpec::new("zrevrange", -4, "1.2.0", range::zrevrange)
            .readonly()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("zrevrangebylex", -4, "2.8.9", range::zrevrangebylex)
            .readonly()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("zrevrangebyscore", -4, "2.2.0", range::zrevrangebyscore)
            .readonly()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("zrevrank", -3, "2.0.0", lookup::zrevrank)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("zscan", -3, "2.8.0", scan::zscan)
            .readonly()
            .keys(&[KeySpec::one("RO access", 1)])
            .tips(&["nondeterministic_output"]),
        CommandSpec::new("zscore", 3, "1.2.0", lookup::zscore)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("zunion", -3, "6.2.0", combine::zunion)
            .readonly()
            .keys(&[KeySpec::numkeys("RO access", 1)]),
        CommandSpec::new("zunionstore", -4, "2.0.0", combine::zunionstore)
            .write()
            .denyoom()
            .keys(&[KeySpec::one("OW update", 1), KeySpec::numkeys("RO access", 2)]),
    ],
};

fn limits(ctx: &Context<'_>) -> Limits {
    Limits::listpack(&ctx.engine.config, "zset")
}

/// Members, with their scores if asked for: pairs of their own in RESP3, one after the other in RESP2.
fn members(ctx: &Context<'_>, members: impl IntoIterator<Item = (Bytes, f64)>, with_scores: bool) -> Reply {
    let nested = ctx.is_resp3();
    let mut elements = Vec::new();
    for (member, score) in members {
        match (with_scores, nested) {
            (false, _) => elements.push(Reply::BulkString(member)),
            (true, true) => elements.push(pair(member, score)),
            (true, false) => elements.extend([Reply::BulkString(member), Reply::Double(score)]),
        }
    }
    Reply::Array(elements)
}

fn pair(member: Bytes, score: f64) -> Reply {
    Reply::Array(vec![Reply::BulkString(member), Reply::Double(score)])
}

/// Puts the result of a command in place of `destination`, which goes if there is none. How many members it has.
fn store(ctx: &mut Context<'_>, destination: &Bytes, mut result: SortedSet, event: &str) -> Reply {
    let count = result.len();
    if result.is_empty() {
        ctx.delete(destination);
    } else {
        result.fit(limits(ctx));
        let result: SortedSet = result.into_kept();
        ctx.db_mut().insert(destination, Value::SortedSet(result));
        ctx.touch(destination);
        ctx.notify(EventClass::SortedSet, event, destination);
    }
    Reply::count(count)
}

/// Members were removed, at least one.
fn removed(ctx: &mut Context<'_>, key: &Bytes, event: &str) {
    ctx.touch(key);
    ctx.notify(EventClass::SortedSet, event, key);
    if !ctx.db().contains(key) {
        ctx.notify(EventClass::Generic, "del", key);
    }
}
