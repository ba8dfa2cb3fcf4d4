//! Hashes.

mod arguments;
mod atomic;
mod counter;
mod expire;
mod lifetime;
mod random;
mod read;
mod scan;
mod write;

use bytes::Bytes;

use crate::engine::command::{CommandSpec, Group, KeySpec};
use crate::engine::context::Context;
use crate::engine::event::EventClass;
use crate::engine::value::limits::Limits;

pub(super) const GROUP: Group = Group {
    name: "hash",
    category: "@hash",
    commands: &[
        CommandSpec::new("hdel", -3, "2.0.0", write::hdel)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW delete", 1)]),
        CommandSpec::new("hexists", 3, "2.0.0", read::hexists)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO", 1)]),
        CommandSpec::new("hexpire", -6, "7.4.0", expire::hexpire)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW update", 1)]),
        CommandSpec::new("hexpireat", -6, "7.4.0", expire::hexpireat)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW update", 1)]),
        CommandSpec::new("hexpiretime", -5, "7.4.0", lifetime::hexpiretime)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("hget", 3, "2.0.0", read::hget)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("hgetall", 2, "2.0.0", read::hgetall)
            .readonly()
            .keys(&[KeySpec::one("RO access", 1)])
            .tips(&["nondeterministic_output_order"]),
        CommandSpec::new("hgetdel", -5, "8.0.0", atomic::hgetdel)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW access delete", 1)]),
        CommandSpec::new("hgetex", -5, "8.0.0", atomic::hgetex)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW access update", 1)]),
        CommandSpec::new("hincrby", 4, "2.0.0", counter::hincrby)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW access update", 1)]),
        CommandSpec::new("hincrbyfloat", 4, "2.6.0", counter::hincrbyfloat)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW access update", 1)]),
        CommandSpec::new("hkeys", 2, "2.0.0", read::hkeys)
            .readonly()
            .keys(&[KeySpec::one("RO access", 1)])
            .tips(&["nondeterministic_output_order"]),
        CommandSpec::new("hlen", 2, "2.0.0", read::hlen).readonly().fast().keys(&[KeySpec::one("RO", 1)]),
        CommandSpec::new("hmget", -3, "2.0.0", read::hmget)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("hmset", -4, "2.0.0", write::hmset)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW update", 1)]),
        CommandSpec::new("hpersist", -5, "7.4.0", lifetime::hpersist)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW update", 1)]),
        CommandSpec::new("hpexpire", -6, "7.4.0", expire::hpexpire)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW update", 1)]),
        CommandSpec::new("hpexpireat", -6, "7.4.0", expire::hpexpireat)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW update", 1)]),
        CommandSpec::new("hpexpiretime", -5, "7.4.0", lifetime::hpexpiretime)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("hpttl", -5, "7.4.0", lifetime::hpttl)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)])
            .tips(&["nondeterministic_output"]),
        CommandSpec::new("hrandfield", -2, "6.2.0", random::hrandfield)
            .readonly()
            .keys(&[KeySpec::one("RO access", 1)])
            .tips(&["nondeterministic_output"]),
        CommandSpec::new("hscan", -3, "2.8.0", scan::hscan)
            .readonly()
            .keys(&[KeySpec::one("RO access", 1)])
            .tips(&["nondeterministic_output"]),
        CommandSpec::new("hset", -4, "2.0.0", write::hset)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW update", 1)]),
        CommandSpec::new("hsetex", -6, "8.0.0", atomic::hsetex)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW update", 1)]),
        CommandSpec::new("hsetnx", 4, "2.0.0", write::hsetnx)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW insert", 1)]),
        CommandSpec::new("hstrlen", 3, "3.2.0", read::hstrlen)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO", 1)]),
        CommandSpec::new("httl", -5, "7.4.0", lifetime::httl)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)])
            .tips(&["nondeterministic_output"]),
        CommandSpec::new("hvals", 2, "2.0.0", read::hvals)
            .readonly()
            .keys(&[KeySpec::one("RO access", 1)])
            .tips(&["nondeterministic_output_order"]),
    ],
};

fn limits(ctx: &Context<'_>) -> Limits {
    Limits::listpack(&ctx.engine.config, "hash")
}

/// Fields were written.
fn changed(ctx: &mut Context<'_>, key: &Bytes, event: &str) {
    ctx.touch(key);
    ctx.notify(EventClass::Hash, event, key);
}

/// Fields were removed, at least one.
fn removed(ctx: &mut Context<'_>, key: &Bytes) {
    changed(ctx, key, "hdel");
    if !ctx.db().contains(key) {
        ctx.notify(EventClass::Generic, "del", key);
    }
}
