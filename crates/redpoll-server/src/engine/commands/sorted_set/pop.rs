//! Pops, blocking ones included.

use bytes::Bytes;

use super::{members, pair, removed};
use crate::engine::command::{Block, Outcome};
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::number::{integer, parse_integer};
use crate::engine::reply::Reply;
use crate::engine::value::ValueKind;
use crate::engine::value::sorted_set::SortedSet;

const NUMKEYS_NOT_POSITIVE: CommandError = CommandError::new("ERR numkeys should be greater than 0");
const COUNT_NOT_POSITIVE: CommandError = CommandError::new("ERR count should be greater than 0");

pub(super) fn zpopmin(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    pop_from_one(ctx, argv, Extreme::Min)
}

pub(super) fn zpopmax(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    pop_from_one(ctx, argv, Extreme::Max)
}

fn pop_from_one(ctx: &mut Context<'_>, argv: &[Bytes], from: Extreme) -> Result<Reply, CommandError> {
    let count = match &argv[2..] {
        [] => None,
        [count] => Some(usize::try_from(integer(count).map_err(|_| CommandError::NOT_POSITIVE)?)),
        _ => return Err(CommandError::SYNTAX),
    };
    let count = count.transpose().map_err(|_| CommandError::NOT_POSITIVE)?;
    let mut popped = pop(ctx, &argv[1], from, count.unwrap_or(1))?;
    if count.is_some() {
        return Ok(members(ctx, popped, true));
    }
    Ok(popped.pop().map_or(Reply::Array(Vec::new()), |(member, score)| pair(member, score)))
}

pub(super) fn zmpop(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let wanted = Wanted::parse(&argv[1..])?;
    Ok(wanted.pop(ctx)?.unwrap_or(Reply::NullArray))
}

pub(super) fn bzmpop(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Outcome, CommandError> {
    let wanted = Wanted::parse(&argv[2..])?;
    let deadline = ctx.block_deadline(&argv[1])?;
    if let Some(reply) = wanted.pop(ctx)? {
        return Ok(reply.into());
    }
    let keys = wanted.keys.to_vec();
    Ok(Outcome::Block(Block { keys, kind: ValueKind::SortedSet, deadline, on_timeout: Reply::NullArray }))
}

pub(super) fn bzpopmin(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Outcome, CommandError> {
    blocking_pop(ctx, argv, Extreme::Min)
}

pub(super) fn bzpopmax(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Outcome, CommandError> {
    blocking_pop(ctx, argv, Extreme::Max)
}

fn blocking_pop(ctx: &mut Context<'_>, argv: &[Bytes], from: Extreme) -> Result<Outcome, CommandError> {
    let (timeout, keys) = argv[1..].split_last().ok_or_else(|| ctx.wrong_arity())?;
    let deadline = ctx.block_deadline(timeout)?;
    for key in keys {
        if let Some((member, score)) = pop(ctx, key, from, 1)?.pop() {
            let reply = [Reply::BulkString(key.clone()), Reply::BulkString(member), Reply::Double(score)];
            return Ok(Reply::Array(reply.into()).into());
        }
    }
    let keys = keys.to_vec();
    Ok(Outcome::Block(Block { keys, kind: ValueKind::SortedSet, deadline, on_timeout: Reply::NullArray }))
}

/// Which end of a sorted set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extreme {
    Min,
    Max,
}

/// Takes at most `count` members off one end.
fn pop(
    ctx: &mut Context<'_>,
    key: &Bytes,
    from: Extreme,
    count: usize,
) -> Result<Vec<(Bytes, f64)>, CommandError> {
    let Some(set) = ctx.modify::<SortedSet>(key)? else { return Ok(Vec::new()) };
    let copy = |ranked: &crate::engine::value::sorted_set::Ranked| (ranked.member.clone(), ranked.score);
    let popped: Vec<(Bytes, f64)> = match from {
        Extreme::Min => set.iter().take(count).map(copy).collect(),
        Extreme::Max => set.iter().rev().take(count).map(copy).collect(),
    };
    popped.iter().for_each(|(member, _)| {
        set.remove(member);
    });
    if !popped.is_empty() {
        removed(ctx, key, if from == Extreme::Min { "zpopmin" } else { "zpopmax" });
    }
    Ok(popped)
}

/// What ZMPOP and BZMPOP ask for.
#[derive(Debug)]
struct Wanted<'a> {
    keys: &'a [Bytes],
    from: Extreme,
    count: usize,
}

impl<'a> Wanted<'a> {
    /// `numkeys key [key …] MIN|MAX [COUNT count]`.
    fn parse(arguments: &'a [Bytes]) -> Result<Self, CommandError> {
        let numkeys = positive(&arguments[0]).ok_or(NUMKEYS_NOT_POSITIVE)?;
        let (keys, rest) = arguments[1..].split_at_checked(numkeys).ok_or(CommandError::SYNTAX)?;
        let (from, rest) = rest.split_first().ok_or(CommandError::SYNTAX)?;
        let from = match from {
            word if is_word(word, "MIN") => Extreme::Min,
            word if is_word(word, "MAX") => Extreme::Max,
            _ => return Err(CommandError::SYNTAX),
        };
        let count = match rest {
            [] => 1,
            [word, count, more @ ..] if is_word(word, "COUNT") => {
                let count = positive(count).ok_or(COUNT_NOT_POSITIVE)?;
                if more.is_empty() { count } else { return Err(CommandError::SYNTAX) }
            }
            _ => return Err(CommandError::SYNTAX),
        };
        Ok(Self { keys, from, count })
    }

    /// Pops from the first key that has members: its name, and an array of pairs in RESP2 too.
    fn pop(&self, ctx: &mut Context<'_>) -> Result<Option<Reply>, CommandError> {
        for key in self.keys {
            let popped = pop(ctx, key, self.from, self.count)?;
            if !popped.is_empty() {
                let pairs = popped.into_iter().map(|(member, score)| pair(member, score)).collect();
                return Ok(Some(Reply::Array(vec![Reply::BulkString(key.clone()), Reply::Array(pairs)])));
            }
        }
        Ok(None)
    }
}

fn positive(text: &[u8]) -> Option<usize> {
    parse_integer(text).and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::engine::probe::Probe;

    #[test]
    fn pops_take_from_either_end() {
        let mut probe = Probe::new();
        probe.run("ZADD z 1 a 2 b 3 c 4 d 5 e");
        for (command, reply) in [
            ("ZPOPMIN z", "*2 $1 a $1 1"),
            ("ZPOPMAX z 2", "*4 $1 e $1 5 $1 d $1 4"),
            ("ZPOPMIN z 0", "*0"),
            ("ZPOPMIN z -1", "-ERR value is out of range, must be positive"),
            ("ZMPOP 2 missing z MAX", "*2 $1 z *1 *2 $1 c $1 3"),
            ("ZMPOP 1 z MIN COUNT 9", "*2 $1 z *1 *2 $1 b $1 2"),
            ("ZMPOP 1 z MIN", "*-1"),
            ("ZPOPMIN z", "*0"),
            ("ZMPOP 0 z MIN", "-ERR numkeys should be greater than 0"),
            ("ZMPOP 1 z MIN COUNT 0", "-ERR count should be greater than 0"),
            ("ZMPOP 2 z MIN", "-ERR syntax error"),
            ("ZMPOP 1 z MIN COUNT 1 COUNT 1", "-ERR syntax error"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn blocked_pops_are_served_in_the_order_they_came() {
        let mut probe = Probe::new();
        let (a, b, c) = (probe.connect(), probe.connect(), probe.connect());
        assert_eq!(probe.on(a, "BZPOPMAX other z 0"), "");
        assert_eq!(probe.on(b, "BZMPOP 0 1 z MIN COUNT 2"), "");
        assert_eq!(probe.on(c, "BZPOPMIN z 0.5"), "");
        probe.run("ZADD z 1 a 2 b 3 c");
        assert_eq!(probe.take(a), "*3 $1 z $1 c $1 3");
        assert_eq!(probe.take(b), "*2 $1 z *2 *2 $1 a $1 1 *2 $1 b $1 2");
        assert_eq!(probe.take(c), "");
        probe.fast_forward(Duration::from_millis(500));
        assert_eq!(probe.take(c), "*-1");
    }

    #[test]
    fn resp3_nests_pairs_when_a_count_is_given() {
        let mut probe = Probe::new();
        probe.run("HELLO 3");
        probe.run("ZADD z 1 a 2 b 3 c");
        assert_eq!(probe.run("ZPOPMIN z"), "*2 $1 a ,1");
        assert_eq!(probe.run("ZPOPMIN z 1"), "*1 *2 $1 b ,2");
        assert_eq!(probe.run("BZPOPMIN z 0"), "*3 $1 z $1 c ,3");
    }
}
