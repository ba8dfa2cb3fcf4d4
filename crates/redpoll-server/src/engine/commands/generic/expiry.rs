//! How long keys live.

use bytes::Bytes;

use crate::engine::clock::Millis;
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::{CommandError, text_of};
use crate::engine::event::EventClass;
use crate::engine::number::integer;
use crate::engine::reply::Reply;

const NX_ALONE: CommandError =
    CommandError::new("ERR NX and XX, GT or LT options at the same time are not compatible");
const GT_OR_LT: CommandError = CommandError::new("ERR GT and LT options at the same time are not compatible");

pub(super) fn expire(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let now = ctx.now();
    set_expiry(ctx, argv, 1000, now)
}

pub(super) fn pexpire(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let now = ctx.now();
    set_expiry(ctx, argv, 1, now)
}

pub(super) fn expireat(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    set_expiry(ctx, argv, 1000, 0)
}

pub(super) fn pexpireat(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    set_expiry(ctx, argv, 1, 0)
}

fn set_expiry(ctx: &mut Context<'_>, argv: &[Bytes], unit: i64, base: Millis) -> Result<Reply, CommandError> {
    let key = &argv[1];
    let condition = Condition::parse(&argv[3..])?;
    let time = integer(&argv[2])?.checked_mul(unit).and_then(|time| time.checked_add(base));
    let at = time.ok_or_else(|| CommandError::invalid_expire(ctx.spec().name))?;
    if !ctx.db().contains(key) || !condition.holds(ctx.db().expiry(key), at) {
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

/// NX, XX, GT and LT.
#[derive(Debug, Clone, Copy, Default)]
struct Condition {
    without: bool,
    with: bool,
    greater: bool,
    less: bool,
}

impl Condition {
    fn parse(options: &[Bytes]) -> Result<Self, CommandError> {
        let mut condition = Self::default();
        for option in options {
            match option {
                option if is_word(option, "NX") => condition.without = true,
                option if is_word(option, "XX") => condition.with = true,
                option if is_word(option, "GT") => condition.greater = true,
                option if is_word(option, "LT") => condition.less = true,
                unknown => return Err(unsupported(unknown)),
            }
        }
        if condition.without && (condition.with || condition.greater || condition.less) {
            return Err(NX_ALONE);
        }
        if condition.greater && condition.less { Err(GT_OR_LT) } else { Ok(condition) }
    }

    /// A key that does not expire counts as one that expires at the end of time.
    fn holds(self, current: Option<Millis>, wanted: Millis) -> bool {
        !(self.without && current.is_some()
            || self.with && current.is_none()
            || self.greater && current.is_none_or(|current| wanted <= current)
            || self.less && current.is_some_and(|current| wanted >= current))
    }
}

fn unsupported(option: &Bytes) -> CommandError {
    CommandError::from_text(format!("ERR Unsupported option {}", text_of(option)))
}

pub(super) fn persist(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let key = &argv[1];
    let expires = ctx.db().expiry(key).is_some();
    if expires {
        ctx.db_mut().set_expiry(key, None);
        ctx.touch(key);
        ctx.notify(EventClass::Generic, "persist", key);
    }
    Ok(Reply::flag(expires))
}

pub(super) fn ttl(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let now = ctx.now();
    Ok(expiry(ctx, &argv[1], |at| rounded_seconds(at - now)))
}

pub(super) fn pttl(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let now = ctx.now();
    Ok(expiry(ctx, &argv[1], |at| at - now))
}

pub(super) fn expiretime(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(expiry(ctx, &argv[1], rounded_seconds))
}

pub(super) fn pexpiretime(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(expiry(ctx, &argv[1], |at| at))
}

/// -2 for a missing key, -1 for one that does not expire.
fn expiry(ctx: &Context<'_>, key: &[u8], shown: impl FnOnce(Millis) -> i64) -> Reply {
    Reply::Integer(match (ctx.db().contains(key), ctx.db().expiry(key)) {
        (false, _) => -2,
        (true, None) => -1,
        (true, Some(at)) => shown(at),
    })
}

/// To the nearest second.
fn rounded_seconds(millis: Millis) -> i64 {
    millis / 1000 + i64::from(millis % 1000 >= 500)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::engine::probe::Probe;

    #[test]
    fn conditions_compare_with_the_expiry_there_is() {
        let mut probe = Probe::new();
        probe.run("SET k v");
        for (options, reply) in [
            ("100 XX", ":0"),
            ("100 GT", ":0"),
            ("100 NX", ":1"),
            ("50 NX", ":0"),
            ("50 GT", ":0"),
            ("200 XX GT", ":1"),
            ("300 LT", ":0"),
            ("100 XX LT", ":1"),
            ("1 NX XX", "-ERR NX and XX, GT or LT options at the same time are not compatible"),
            ("1 GT LT", "-ERR GT and LT options at the same time are not compatible"),
            ("1 foo", "-ERR Unsupported option foo"),
            ("x", "-ERR value is not an integer or out of range"),
            ("9223372036854775807", "-ERR invalid expire time in 'expire' command"),
        ] {
            assert_eq!(probe.run(&format!("EXPIRE k {options}")), reply, "{options}");
        }
        assert_eq!(probe.run("TTL k"), ":100");
        assert_eq!(probe.run("EXPIRE missing 1"), ":0");
    }

    #[test]
    fn a_key_without_expiry_outlives_any_time() {
        let mut probe = Probe::new();
        probe.run("SET k v");
        assert_eq!(probe.run("EXPIRE k 100 LT"), ":1");
    }

    #[test]
    fn a_time_in_the_past_removes_the_key() {
        let mut probe = Probe::new();
        probe.run("MSET a 1 b 2");
        assert_eq!(probe.run("EXPIRE a -1"), ":1");
        assert_eq!(probe.run("PEXPIREAT b 1"), ":1");
        assert_eq!(probe.run("MGET a b"), "*2 $-1 $-1");
    }

    #[test]
    fn times_are_told_from_now_and_from_the_epoch() {
        let mut probe = Probe::new();
        probe.run("SET k v");
        probe.run("PEXPIREAT k 99999999999500");
        assert_eq!(probe.run("PEXPIRETIME k"), ":99999999999500");
        assert_eq!(probe.run("EXPIRETIME k"), ":100000000000");
        assert_eq!(probe.run("PERSIST k"), ":1");
        assert_eq!(probe.run("PERSIST k"), ":0");
        assert_eq!(probe.run("EXPIRETIME k"), ":-1");
        assert_eq!(probe.run("EXPIRETIME missing"), ":-2");
        probe.run("PEXPIRE k 1600");
        assert_eq!(probe.run("TTL k"), ":2");
        probe.fast_forward(Duration::from_millis(101));
        assert_eq!(probe.run("TTL k"), ":1");
    }
}
