//! Unions, intersections and differences.

use bytes::Bytes;

use super::{changed, limits};
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::number::parse_integer;
use crate::engine::reply::Reply;
use crate::engine::value::Typed;
use crate::engine::value::set::Set;

const NUMKEYS_NOT_POSITIVE: CommandError = CommandError::new("ERR numkeys should be greater than 0");
const TOO_MANY_KEYS: CommandError =
    CommandError::new("ERR Number of keys can't be greater than number of args");
const NEGATIVE_LIMIT: CommandError = CommandError::new("ERR LIMIT can't be negative");

pub(super) fn sunion(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    reply(ctx, &argv[1..], union)
}

pub(super) fn sinter(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    reply(ctx, &argv[1..], |sources| intersection(sources).collect())
}

pub(super) fn sdiff(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    reply(ctx, &argv[1..], difference)
}

pub(super) fn sunionstore(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    store(ctx, argv, "sunionstore", union)
}

pub(super) fn sinterstore(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    store(ctx, argv, "sinterstore", |sources| intersection(sources).collect())
}

pub(super) fn sdiffstore(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    store(ctx, argv, "sdiffstore", difference)
}

pub(super) fn sintercard(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let numkeys = parse_integer(&argv[1]).and_then(|numkeys| usize::try_from(numkeys).ok());
    let numkeys = numkeys.filter(|numkeys| *numkeys > 0).ok_or(NUMKEYS_NOT_POSITIVE)?;
    let (keys, rest) = argv[2..].split_at_checked(numkeys).ok_or(TOO_MANY_KEYS)?;
    let limit = parse_limit(rest)?;
    let found = sources(ctx, keys)?;
    let members = intersection(&found);
    Ok(Reply::count(if limit == 0 { members.count() } else { members.take(limit).count() }))
}

/// The limit of SINTERCARD, 0 for none.
fn parse_limit(arguments: &[Bytes]) -> Result<usize, CommandError> {
    let mut limit = 0;
    for option in arguments.chunks(2) {
        let [word, count] = option else { return Err(CommandError::SYNTAX) };
        if !is_word(word, "LIMIT") {
            return Err(CommandError::SYNTAX);
        }
        let count = parse_integer(count).and_then(|count| usize::try_from(count).ok());
        limit = count.ok_or(NEGATIVE_LIMIT)?;
    }
    Ok(limit)
}

fn reply(
    ctx: &mut Context<'_>,
    keys: &[Bytes],
    combine: impl FnOnce(&[Option<&Set>]) -> Set,
) -> Result<Reply, CommandError> {
    let result = combine(&sources(ctx, keys)?);
    Ok(Reply::Set(result.iter().cloned().map(Reply::BulkString).collect()))
}

/// Puts the result in place of the destination, which goes if there is none.
fn store(
    ctx: &mut Context<'_>,
    argv: &[Bytes],
    event: &str,
    combine: impl FnOnce(&[Option<&Set>]) -> Set,
) -> Result<Reply, CommandError> {
    let destination = &argv[1];
    let mut result = combine(&sources(ctx, &argv[2..])?);
    let count = result.len();
    if result.is_empty() {
        ctx.delete(destination);
    } else {
        result.fit(limits(ctx));
        ctx.db_mut().insert(destination, result.into_value());
        changed(ctx, destination, event);
    }
    Ok(Reply::count(count))
}

/// The sets at some keys; every key is looked at, so that one of another type is always an error.
fn sources<'d>(ctx: &'d Context<'_>, keys: &[Bytes]) -> Result<Vec<Option<&'d Set>>, CommandError> {
    keys.iter().map(|key| ctx.db().read(key)).collect()
}

fn union(sources: &[Option<&Set>]) -> Set {
    sources.iter().flatten().flat_map(|set| set.iter()).cloned().collect()
}

/// In the order of the smallest set.
fn intersection<'d>(sources: &[Option<&'d Set>]) -> impl Iterator<Item = Bytes> + 'd {
    let mut sets: Vec<&Set> = sources.iter().copied().flatten().collect();
    if sets.len() < sources.len() {
        sets.clear();
    }
    sets.sort_by_key(|set| set.len());
    let smallest = sets.first().copied();
    let members = smallest.into_iter().flat_map(Set::iter);
    members.filter(move |member| sets.iter().all(|set| set.contains(member))).cloned()
}

fn difference(sources: &[Option<&Set>]) -> Set {
    let Some((Some(first), others)) = sources.split_first() else { return Set::default() };
    let in_others = |member: &Bytes| others.iter().flatten().any(|other| other.contains(member));
    first.iter().filter(|member| !in_others(member)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    fn probe() -> Probe {
        let mut probe = Probe::new();
        probe.run("SADD a x y z");
        probe.run("SADD b y z w");
        probe.run("SET text t");
        probe
    }

    #[test]
    fn sets_are_combined() {
        let mut probe = probe();
        for (command, reply) in [
            ("SUNION a b", "*4 $1 x $1 y $1 z $1 w"),
            ("SINTER a b", "*2 $1 y $1 z"),
            ("SINTER a missing", "*0"),
            ("SDIFF a b", "*1 $1 x"),
            ("SDIFF missing a", "*0"),
            ("SINTERCARD 2 a b", ":2"),
            ("SINTERCARD 2 a b LIMIT 1", ":1"),
            ("SINTERCARD 2 a missing", ":0"),
            ("SUNIONSTORE text a b", ":4"),
            ("SDIFFSTORE a a b", ":1"),
            ("SMEMBERS a", "*1 $1 x"),
            ("SINTERSTORE a a b", ":0"),
            ("EXISTS a", ":0"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn errors_are_those_of_redis() {
        let mut probe = probe();
        let wrong_type = "-WRONGTYPE Operation against a key holding the wrong kind of value";
        for (command, reply) in [
            ("SINTER missing text", wrong_type),
            ("SUNION a text", wrong_type),
            ("SDIFFSTORE a missing text", wrong_type),
            ("SINTERCARD 0 a", "-ERR numkeys should be greater than 0"),
            ("SINTERCARD 2 a", "-ERR Number of keys can't be greater than number of args"),
            ("SINTERCARD 1 a LIMIT -1", "-ERR LIMIT can't be negative"),
            ("SINTERCARD 1 a LIMIT", "-ERR syntax error"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }
}
