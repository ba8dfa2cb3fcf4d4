//! Sets.

mod combine;
mod random;
mod read;
mod scan;
mod write;

use bytes::Bytes;

use crate::engine::command::{CommandSpec, Group, KeySpec};
use crate::engine::context::Context;
use crate::engine::event::EventClass;
use crate::engine::value::set::SetLimits;

pub(super) const GROUP: Group = Group {
    name: "set",
    category: "@set",
    commands: &[
        CommandSpec::new("sadd", -3, "1.0.0", write::sadd)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW insert", 1)]),
        CommandSpec::new("scard", 2, "1.0.0", read::scard).readonly().fast().keys(&[KeySpec::one("RO", 1)]),
        CommandSpec::new("sdiff", -2, "1.0.0", combine::sdiff)
            .readonly()
            .keys(&[KeySpec::range("RO access", 1, -1, 1)])
            .tips(&["nondeterministic_output_order"]),
        CommandSpec::new("sdiffstore", -3, "1.0.0", combine::sdiffstore)
            .write()
            .denyoom()
            .keys(&[KeySpec::one("OW update", 1), KeySpec::range("RO access", 2, -1, 1)]),
        CommandSpec::new("sinter", -2, "1.0.0", combine::sinter)
            .readonly()
            .keys(&[KeySpec::range("RO access", 1, -1, 1)])
            .tips(&["nondeterministic_output_order"]),
        CommandSpec::new("sintercard", -3, "7.0.0", combine::sintercard)
            .readonly()
            .keys(&[KeySpec::numkeys("RO access", 1)]),
        CommandSpec::new("sinterstore", -3, "1.0.0", combine::sinterstore)
            .write()
            .denyoom()
            .keys(&[KeySpec::one("OW update", 1), KeySpec::range("RO access", 2, -1, 1)]),
        CommandSpec::new("sismember", 3, "1.0.0", read::sismember)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO", 1)]),
        CommandSpec::new("smembers", 2, "1.0.0", read::smembers)
            .readonly()
            .keys(&[KeySpec::one("RO access", 1)])
            .tips(&["nondeterministic_output_order"]),
        CommandSpec::new("smismember", -3, "6.2.0", read::smismember)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("smove", 4, "1.0.0", write::smove)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW access delete", 1), KeySpec::one("RW insert", 2)]),
        CommandSpec::new("spop", -2, "1.0.0", random::spop)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW access delete", 1)])
            .tips(&["nondeterministic_output"]),
        CommandSpec::new("srandmember", -2, "1.0.0", random::srandmember)
            .readonly()
            .keys(&[KeySpec::one("RO access", 1)])
            .tips(&["nondeterministic_output"]),
        CommandSpec::new("srem", -3, "1.0.0", write::srem)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW delete", 1)]),
        CommandSpec::new("sscan", -3, "2.8.0", scan::sscan)
            .readonly()
            .keys(&[KeySpec::one("RO access", 1)])
            .tips(&["nondeterministic_output"]),
        CommandSpec::new("sunion", -2, "1.0.0", combine::sunion)
            .readonly()
            .keys(&[KeySpec::range("RO access", 1, -1, 1)])
            .tips(&["nondeterministic_output_order"]),
        CommandSpec::new("sunionstore", -3, "1.0.0", combine::sunionstore)
            .write()
            .denyoom()
            .keys(&[KeySpec::one("OW update", 1), KeySpec::range("RO access", 2, -1, 1)]),
    ],
};

fn limits(ctx: &Context<'_>) -> SetLimits {
    SetLimits::of(&ctx.engine.config)
}

/// Members were added or removed, at least one.
fn changed(ctx: &mut Context<'_>, key: &Bytes, event: &str) {
    ctx.touch(key);
    ctx.notify(EventClass::Set, event, key);
    if !ctx.db().contains(key) {
        ctx.notify(EventClass::Generic, "del", key);
    }
}
