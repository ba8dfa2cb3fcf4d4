//! Storing one string: SET with all its options, and the commands it replaces.

use bytes::Bytes;

use super::condition::{Comparison, Existence};
use super::lifetime::{Lifetime, Unit};
use crate::engine::clock::Millis;
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::event::EventClass;
use crate::engine::reply::Reply;
use crate::engine::value::Value;
use crate::engine::value::text::Text;

pub(super) fn set(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let options = Options::parse(&argv[3..])?;
    let (key, value) = (&argv[1], &argv[2]);
    let deadline = options.lifetime.deadline(ctx)?;
    let previous = if options.get { Some(super::read(ctx, key)?) } else { None };
    let written = options.hold(ctx, key)?;
    if written {
        store(ctx, key, value, options.lifetime, deadline);
    }
    Ok(match previous {
        Some(previous) => Reply::bulk_or_null(previous),
        None if written => Reply::OK,
        None => Reply::Null,
    })
}

pub(super) fn setnx(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let missing = !ctx.db().contains(&argv[1]);
    if missing {
        store(ctx, &argv[1], &argv[2], Lifetime::Unsaid, None);
    }
    Ok(Reply::flag(missing))
}

pub(super) fn setex(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    store_for(ctx, argv, Unit::Seconds)
}

pub(super) fn psetex(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    store_for(ctx, argv, Unit::Milliseconds)
}

fn store_for(ctx: &mut Context<'_>, argv: &[Bytes], unit: Unit) -> Result<Reply, CommandError> {
    let lifetime = Lifetime::Expire(unit, &argv[2]);
    let deadline = lifetime.deadline(ctx)?;
    store(ctx, &argv[1], &argv[3], lifetime, deadline);
    Ok(Reply::OK)
}

pub(super) fn getset(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let previous = super::read(ctx, &argv[1])?;
    store(ctx, &argv[1], &argv[2], Lifetime::Unsaid, None);
    Ok(Reply::bulk_or_null(previous))
}

pub(super) fn getex(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let lifetime = getex_lifetime(&argv[2..])?;
    let key = &argv[1];
    let Some(value) = super::read(ctx, key)? else { return Ok(Reply::Null) };
    let deadline = lifetime.deadline(ctx)?;
    match (lifetime, deadline) {
        (Lifetime::Persist, _) => {
            if ctx.db().expiry(key).is_some() {
                ctx.db_mut().set_expiry(key, None);
                ctx.touch(key);
                ctx.notify(EventClass::Generic, "persist", key);
            }
        }
        (_, Some(deadline)) if deadline <= ctx.now() => {
            ctx.delete(key);
        }
        (_, Some(deadline)) => {
            ctx.db_mut().set_expiry(key, Some(deadline));
            ctx.touch(key);
            ctx.notify(EventClass::Generic, "expire", key);
        }
        (_, None) => {}
    }
    Ok(Reply::bulk(value))
}

fn getex_lifetime(options: &[Bytes]) -> Result<Lifetime<'_>, CommandError> {
    let (mut lifetime, mut at) = (Lifetime::default(), 0);
    while at < options.len() {
        at += lifetime.accept(&options[at..], "PERSIST")?.ok_or(CommandError::SYNTAX)?;
    }
    Ok(lifetime)
}

/// Stores a string and tells who listens.
fn store(
    ctx: &mut Context<'_>,
    key: &Bytes,
    value: &Bytes,
    lifetime: Lifetime<'_>,
    deadline: Option<Millis>,
) {
    put(ctx, key, value, lifetime, deadline);
    ctx.notify(EventClass::String, "set", key);
    if deadline.is_some() {
        ctx.notify(EventClass::Generic, "expire", key);
    }
    expire_at_once(ctx, deadline);
}

/// Stores a string; nobody is told yet.
pub(super) fn put(
    ctx: &mut Context<'_>,
    key: &Bytes,
    value: &Bytes,
    lifetime: Lifetime<'_>,
    deadline: Option<Millis>,
) {
    ctx.db_mut().replace(key, Value::String(Text::new(value.clone())));
    if !matches!(lifetime, Lifetime::Keep) {
        ctx.db_mut().set_expiry(key, deadline);
    }
    ctx.touch(key);
}

/// A deadline that has passed already is taken as any other, but no later command sees the key, be it one of the
/// same transaction.
pub(super) fn expire_at_once(ctx: &mut Context<'_>, deadline: Option<Millis>) {
    let now = ctx.now();
    if deadline.is_some_and(|deadline| deadline <= now) {
        ctx.engine.expire(now);
    }
}

/// The options of SET.
#[derive(Debug, Default)]
struct Options<'a> {
    lifetime: Lifetime<'a>,
    existence: Option<Existence>,
    comparison: Option<Comparison<'a>>,
    get: bool,
}

impl<'a> Options<'a> {
    fn parse(arguments: &'a [Bytes]) -> Result<Self, CommandError> {
        let (mut options, mut at) = (Self::default(), 0);
        while at < arguments.len() {
            at += options.accept(&arguments[at..])?;
        }
        Ok(options)
    }

    /// Takes in the option that comes first. How many arguments it has.
    fn accept(&mut self, arguments: &'a [Bytes]) -> Result<usize, CommandError> {
        let word = &arguments[0];
        if let Some(existence) = Existence::from_word(word) {
            let conflicts = self.existence.is_some_and(|said| said != existence);
            self.existence = Some(existence);
            return if conflicts { Err(CommandError::SYNTAX) } else { Ok(1) };
        }
        if is_word(word, "GET") {
            self.get = true;
            return Ok(1);
        }
        if let Some(comparison) = arguments.get(1).and_then(|value| Comparison::new(word, value)) {
            // NX and XX conflict with a comparison only if they come before it: so it is in Redis.
            let conflicts =
                self.existence.is_some() || self.comparison.is_some_and(|said| said.by != comparison.by);
            self.comparison = Some(comparison);
            return if conflicts { Err(CommandError::SYNTAX) } else { Ok(2) };
        }
        self.lifetime.accept(arguments, "KEEPTTL")?.ok_or(CommandError::SYNTAX)
    }

    /// Whether the conditions hold.
    fn hold(&self, ctx: &mut Context<'_>, key: &Bytes) -> Result<bool, CommandError> {
        let exists = ctx.db().contains(key);
        if self.existence.is_some_and(|existence| !existence.holds(exists)) {
            return Ok(false);
        }
        let Some(comparison) = self.comparison else { return Ok(true) };
        match super::read(ctx, key)? {
            Some(current) => comparison.holds(&current),
            None => Ok(comparison.holds_for_missing()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::engine::probe::Probe;

    #[test]
    fn what_is_set_is_got_until_it_expires() {
        let mut probe = Probe::new();
        assert_eq!(probe.run("GET k"), "$-1");
        assert_eq!(probe.run("SET k v PX 1500"), "+OK");
        assert_eq!(probe.run("GET k"), "$1 v");
        probe.fast_forward(Duration::from_millis(1499));
        assert_eq!(probe.run("PTTL k"), ":1");
        probe.fast_forward(Duration::from_millis(1));
        assert_eq!(probe.run("GET k"), "$-1");
        assert_eq!(probe.run("SET k v EX 0"), "-ERR invalid expire time in 'set' command");
    }

    #[test]
    fn conditions_decide_whether_a_string_is_set() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("SET k a XX", "$-1"),
            ("SET k a NX", "+OK"),
            ("SET k b NX", "$-1"),
            ("SET k b NX GET", "$1 a"),
            ("SET k b IFEQ x", "$-1"),
            ("SET k b IFEQ a", "+OK"),
            ("SET k c IFNE b", "$-1"),
            ("SET k c IFNE x GET", "$1 b"),
            ("SET k hello IFDEQ 0123456789abcdef", "$-1"),
            ("SET k hello IFDNE 0123456789abcdef", "+OK"),
            ("SET k x IFDEQ 9555E8555C62DCFD", "+OK"),
            ("SET k x IFDEQ 95", "-ERR must be exactly 16 hexadecimal characters"),
            ("SET missing x IFEQ a", "$-1"),
            ("SET missing x IFDNE 95", "+OK"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn options_that_contradict_each_other_are_a_syntax_error() {
        let mut probe = Probe::new();
        for options in [
            "NX XX",
            "EX 1 PX 1",
            "EX 1 KEEPTTL",
            "KEEPTTL EX 1",
            "NX IFEQ a",
            "IFEQ a IFNE b",
            "PERSIST",
            "EX",
            "IFEQ",
        ] {
            assert_eq!(probe.run(&format!("SET k v {options}")), "-ERR syntax error", "{options}");
        }
        assert_eq!(probe.run("SET k v EX 10 EX 20"), "+OK");
        assert_eq!(probe.run("TTL k"), ":20");
    }

    #[test]
    fn a_deadline_that_has_passed_holds_within_a_transaction() {
        let mut probe = Probe::new();
        for command in ["MULTI", "SET k v EXAT 1", "GET k", "MSETEX 1 k v PXAT 1", "EXISTS k"] {
            probe.run(command);
        }
        assert_eq!(probe.run("EXEC"), "*4 +OK $-1 :1 :0");
    }

    #[test]
    fn storing_clears_the_time_to_live_unless_told_to_keep_it() {
        let mut probe = Probe::new();
        for (command, left) in [
            ("SET k v EX 10", ":10"),
            ("SET k v KEEPTTL", ":10"),
            ("GETEX k", ":10"),
            ("GETEX k PX 5000", ":5"),
            ("GETEX k PERSIST", ":-1"),
            ("SETEX k 20 v", ":20"),
            ("GETSET k v", ":-1"),
            ("GETEX k EXAT 1", ":-2"),
        ] {
            probe.run(command);
            assert_eq!(probe.run("TTL k"), left, "{command}");
        }
    }
}
