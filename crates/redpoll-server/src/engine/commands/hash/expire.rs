//! HEXPIRE, HPEXPIRE, HEXPIREAT and HPEXPIREAT.

use bytes::Bytes;

use super::arguments::{TimeFormat, positive, unknown_argument};
use super::{changed, removed};
use crate::engine::clock::Millis;
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::reply::Reply;
use crate::engine::value::hash::Hash;

const SEVERAL_CONDITIONS: CommandError = CommandError::new("ERR Multiple condition flags specified");
const SEVERAL_FIELDS: CommandError = CommandError::new("ERR FIELDS keyword specified multiple times");
const NO_FIELDS: CommandError = CommandError::new("ERR missing FIELDS argument");
const FIELDS_CUT_SHORT: CommandError =
    CommandError::new("ERR FIELDS requires at least numfields and one field argument");
const NUMBER_NOT_POSITIVE: CommandError =
    CommandError::new("ERR Parameter `numFields` should be greater than 0");
const TOO_FEW_FIELDS: CommandError = CommandError::new("ERR wrong number of arguments");

pub(super) fn hexpire(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    expire(ctx, argv, TimeFormat::SECONDS)
}

pub(super) fn hpexpire(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    expire(ctx, argv, TimeFormat::MILLIS)
}

pub(super) fn hexpireat(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    expire(ctx, argv, TimeFormat::UNIX_SECONDS)
}

pub(super) fn hpexpireat(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    expire(ctx, argv, TimeFormat::UNIX_MILLIS)
}

fn expire(ctx: &mut Context<'_>, argv: &[Bytes], format: TimeFormat) -> Result<Reply, CommandError> {
    let key = &argv[1];
    ctx.read::<Hash>(key)?;
    let at = format.parse(&argv[2], ctx.now(), ctx.spec().name)?;
    let Options { condition, fields } = Options::parse(&argv[3..])?;
    let now = ctx.now();
    let outcomes: Vec<Expired> = match ctx.modify::<Hash>(key)? {
        None => vec![Expired::NoField; fields.len()],
        Some(hash) => {
            hash.extend();
            fields.iter().map(|field| expire_field(hash, field, at, condition, now)).collect()
        }
    };
    if outcomes.contains(&Expired::Set) {
        changed(ctx, key, "hexpire");
    }
    if outcomes.contains(&Expired::Removed) {
        removed(ctx, key);
    }
    Ok(Reply::Array(outcomes.into_iter().map(|outcome| Reply::Integer(outcome as i64)).collect()))
}

/// What happened to a field, as the number that is replied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expired {
    NoField = -2,
    NotMet = 0,
    Set = 1,
    /// The time has passed already.
    Removed = 2,
}

fn expire_field(
    hash: &mut Hash,
    field: &[u8],
    at: Millis,
    condition: Option<Condition>,
    now: Millis,
) -> Expired {
    let Some(current) = hash.get(field).map(|field| field.expires_at) else { return Expired::NoField };
    if condition.is_some_and(|condition| !condition.holds(current, at)) {
        return Expired::NotMet;
    }
    if at <= now {
        hash.remove(field);
        return Expired::Removed;
    }
    hash.expire(field, Some(at));
    Expired::Set
}

/// When an expiry is set at all. A field without one lives forever: nothing is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    NoExpiry,
    HasExpiry,
    Greater,
    Less,
}

impl Condition {
    fn parse(word: &[u8]) -> Option<Self> {
        let words =
            [("NX", Self::NoExpiry), ("XX", Self::HasExpiry), ("GT", Self::Greater), ("LT", Self::Less)];
        words.iter().find(|(name, _)| is_word(word, name)).map(|(_, condition)| *condition)
    }

    fn holds(self, current: Option<Millis>, at: Millis) -> bool {
        match self {
            Self::NoExpiry => current.is_none(),
            Self::HasExpiry => current.is_some(),
            Self::Greater => current.is_some_and(|current| at > current),
            Self::Less => current.is_none_or(|current| at < current),
        }
    }
}

/// What follows the time, in any order.
#[derive(Debug)]
struct Options<'a> {
    condition: Option<Condition>,
    fields: &'a [Bytes],
}

impl<'a> Options<'a> {
    fn parse(mut arguments: &'a [Bytes]) -> Result<Self, CommandError> {
        let (mut conditions, mut fields) = (Vec::new(), None);
        while let [word, rest @ ..] = arguments {
            arguments = rest;
            if is_word(word, "FIELDS") {
                if fields.is_some() {
                    return Err(SEVERAL_FIELDS);
                }
                let (named, rest) = split_fields(rest)?;
                fields = Some(named);
                arguments = rest;
            } else if let Some(condition) = Condition::parse(word) {
                conditions.push(condition);
            } else {
                return Err(unknown_argument(word));
            }
        }
        let fields = fields.ok_or(NO_FIELDS)?;
        // The same one may be said again.
        conditions.dedup();
        match conditions.as_slice() {
            [] => Ok(Self { condition: None, fields }),
            [condition] => Ok(Self { condition: Some(*condition), fields }),
            _ => Err(SEVERAL_CONDITIONS),
        }
    }
}

/// `numfields`, the fields, and what follows them.
fn split_fields(arguments: &[Bytes]) -> Result<(&[Bytes], &[Bytes]), CommandError> {
    let [number, rest @ ..] = arguments else { return Err(FIELDS_CUT_SHORT) };
    if rest.is_empty() {
        return Err(FIELDS_CUT_SHORT);
    }
    let number = positive(number).ok_or(NUMBER_NOT_POSITIVE)?;
    rest.split_at_checked(number).ok_or(TOO_FEW_FIELDS)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::engine::probe::Probe;

    #[test]
    fn fields_expire_one_by_one() {
        let mut probe = Probe::new();
        probe.run("HSET h a 1 b 2 c 3");
        assert_eq!(probe.run("HEXPIRE h 10 FIELDS 2 a x"), "*2 :1 :-2");
        assert_eq!(probe.run("HPEXPIRE h 10500 FIELDS 1 b"), "*1 :1");
        probe.fast_forward(Duration::from_secs(10));
        assert_eq!(probe.run("HKEYS h"), "*2 $1 b $1 c");
        probe.fast_forward(Duration::from_millis(500));
        assert_eq!(probe.run("HGETALL h"), "*2 $1 c $1 3");
        assert_eq!(probe.run("HEXPIREAT h 1 FIELDS 1 c"), "*1 :2");
        assert_eq!(probe.run("EXISTS h"), ":0");
        assert_eq!(probe.run("HEXPIRE h 10 FIELDS 1 c"), "*1 :-2");
    }

    #[test]
    fn conditions_compare_with_the_present_expiry() {
        let mut probe = Probe::new();
        probe.run("HSET h a 1 b 2");
        for (command, reply) in [
            ("HEXPIRE h 10 XX FIELDS 1 a", "*1 :0"),
            ("HEXPIRE h 10 GT FIELDS 1 a", "*1 :0"),
            ("HEXPIRE h 10 LT FIELDS 1 a", "*1 :1"),
            ("HEXPIRE h 20 NX FIELDS 2 a b", "*2 :0 :1"),
            ("HEXPIRE h 15 FIELDS 2 a b GT", "*2 :1 :0"),
            ("HTTL h FIELDS 2 a b", "*2 :15 :20"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn errors_are_those_of_redis() {
        let mut probe = Probe::new();
        probe.run("HSET h a 1");
        for (command, reply) in [
            ("HEXPIRE h x FIELDS 1 a", "-ERR value is not an integer or out of range"),
            ("HEXPIRE h -1 FIELDS 1 a", "-ERR invalid expire time, must be >= 0"),
            ("HEXPIRE h 9223372036854775807 FIELDS 1 a", "-ERR invalid expire time in 'hexpire' command"),
            ("HEXPIRE h 1 FIELDS 0 a", "-ERR Parameter `numFields` should be greater than 0"),
            ("HEXPIRE h 1 FIELDS 2 a", "-ERR wrong number of arguments"),
            ("HEXPIRE h 1 FIELDS 1 a b", "-ERR unknown argument: b"),
            ("HEXPIRE h 1 NX XX FIELDS 1 a", "-ERR Multiple condition flags specified"),
            ("HEXPIRE h 1 NX NX NX", "-ERR missing FIELDS argument"),
            ("HEXPIRE h 1 NX FIELDS 1", "-ERR FIELDS requires at least numfields and one field argument"),
            ("HEXPIRE h 1 FIELDS 1 a FIELDS 1 a", "-ERR FIELDS keyword specified multiple times"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }
}
