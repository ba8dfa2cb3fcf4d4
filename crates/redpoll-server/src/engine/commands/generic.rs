//! Commands on keys of any type.

use bytes::Bytes;

use crate::engine::command::{CommandSpec, Group, KeySpec};
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::event::EventClass;
use crate::engine::number::integer;
use crate::engine::reply::Reply;

pub(super) const GROUP: Group = Group {
    name: "generic",
    category: "@keyspace",
    commands: &[
        CommandSpec::new("del", -2, "1.0.0", del)
            .write()
            .keys(&[KeySpec::range("RM delete", 1, -1, 1)])
            .tips(&["request_policy:multi_shard", "response_policy:agg_sum"]),
        CommandSpec::new("expire", -3, "1.0.0", expire).write().fast().keys(&[KeySpec::one("RW update", 1)]),
        CommandSpec::new("pttl", 2, "2.6.0", pttl)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)])
            .tips(&["nondeterministic_output"]),
        CommandSpec::new("ttl", 2, "1.0.0", ttl)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)])
            .tips(&["nondeterministic_output"]),
    ],
};

fn del(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::count(argv[1..].iter().filter(|key| ctx.delete(key)).count()))
}

fn expire(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let invalid = || CommandError::invalid_expire("expire");
    let after = integer(&argv[2])?.checked_mul(1000).ok_or_else(invalid)?;
    let at = ctx.now().checked_add(after).ok_or_else(invalid)?;
    let key = &argv[1];
    if argv.len() > 3 {
        return Err(CommandError::SYNTAX);
    }
    if !ctx.db().contains(key) {
        return Ok(Reply::flag(false));
    }
    if at <= ctx.now() {
        ctx.delete(key);
        return Ok(Reply::flag(true));
    }
    ctx.db_mut().set_expiry(key, Some(at));
    ctx.touch(key);
    ctx.notify(EventClass::Generic, "expire", key);
    Ok(Reply::flag(true))
}

fn pttl(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::Integer(remaining(ctx, &argv[1], 1)))
}

fn ttl(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::Integer(remaining(ctx, &argv[1], 1000)))
}

/// Rounded to the nearest unit; -2 for a missing key, -1 for one that does not expire.
fn remaining(ctx: &mut Context<'_>, key: &[u8], unit: i64) -> i64 {
    match (ctx.db().contains(key), ctx.db().expiry(key)) {
        (false, _) => -2,
        (true, None) => -1,
        (true, Some(at)) => (at - ctx.now()).saturating_add(unit / 2) / unit,
    }
}
