//! HTTL, HPTTL, HEXPIRETIME, HPEXPIRETIME and HPERSIST.

use bytes::Bytes;

use super::arguments::{TimeFormat, fields_only};
use super::changed;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::reply::Reply;
use crate::engine::value::hash::Hash;

const NO_FIELD: i64 = -2;
const NO_EXPIRY: i64 = -1;

pub(super) fn httl(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    lifetimes(ctx, argv, TimeFormat::SECONDS)
}

pub(super) fn hpttl(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    lifetimes(ctx, argv, TimeFormat::MILLIS)
}

pub(super) fn hexpiretime(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    lifetimes(ctx, argv, TimeFormat::UNIX_SECONDS)
}

pub(super) fn hpexpiretime(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    lifetimes(ctx, argv, TimeFormat::UNIX_MILLIS)
}

fn lifetimes(ctx: &mut Context<'_>, argv: &[Bytes], format: TimeFormat) -> Result<Reply, CommandError> {
    let start = if format.relative { ctx.now() } else { 0 };
    let hash = ctx.read::<Hash>(&argv[1])?;
    let lifetime = |field: &Bytes| match hash.and_then(|hash| hash.get(field)).map(|field| field.expires_at) {
        None => NO_FIELD,
        Some(None) => NO_EXPIRY,
        // Rounded up: a field that still exists has some time left.
        Some(Some(at)) => (at - start + format.unit - 1) / format.unit,
    };
    let fields = fields_only(&argv[2..])?;
    Ok(Reply::Array(fields.iter().map(|field| Reply::Integer(lifetime(field))).collect()))
}

pub(super) fn hpersist(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let key = &argv[1];
    ctx.read::<Hash>(key)?;
    let fields = fields_only(&argv[2..])?;
    let Some(hash) = ctx.modify::<Hash>(key)? else {
        return Ok(Reply::Array(vec![Reply::Integer(NO_FIELD); fields.len()]));
    };
    let outcomes: Vec<i64> = fields.iter().map(|field| persist(hash, field)).collect();
    if outcomes.contains(&1) {
        changed(ctx, key, "hpersist");
    }
    Ok(Reply::Array(outcomes.into_iter().map(Reply::Integer).collect()))
}

fn persist(hash: &mut Hash, field: &[u8]) -> i64 {
    match hash.get(field).map(|field| field.expires_at) {
        None => NO_FIELD,
        Some(None) => NO_EXPIRY,
        Some(Some(_)) => i64::from(hash.persist(field)),
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn lifetimes_are_told_and_ended() {
        let mut probe = Probe::new();
        probe.run("HSET h a 1 b 2");
        probe.run("HPEXPIREAT h 70000000000001 FIELDS 1 a");
        for (command, reply) in [
            ("HPEXPIRETIME h FIELDS 3 a b x", "*3 :70000000000001 :-1 :-2"),
            ("HEXPIRETIME h FIELDS 1 a", "*1 :70000000001"),
            ("HPERSIST h FIELDS 3 a b x", "*3 :1 :-1 :-2"),
            ("HPTTL h FIELDS 1 a", "*1 :-1"),
            ("HTTL missing FIELDS 2 a b", "*2 :-2 :-2"),
            ("HPERSIST missing FIELDS 1 a", "*1 :-2"),
            ("HTTL h FIELDS 2 a", "-ERR The `numfields` parameter must match the number of arguments"),
            ("HPERSIST h FIELDS 0 a", "-ERR Number of fields must be a positive integer"),
            ("HPERSIST h x 1 a", "-ERR Mandatory argument FIELDS is missing or not at the right position"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
        probe.run("HEXPIRE h 10 FIELDS 1 a");
        assert_eq!(probe.run("HTTL h FIELDS 1 a"), "*1 :10");
        assert_eq!(probe.run("HPTTL h FIELDS 1 a"), "*1 :10000");
        // Setting a field ends its lifetime, counting it up does not.
        probe.run("HINCRBY h a 1");
        assert_eq!(probe.run("HTTL h FIELDS 1 a"), "*1 :10");
        probe.run("HSET h a 1");
        assert_eq!(probe.run("HTTL h FIELDS 1 a"), "*1 :-1");
    }
}
