//! Unions, intersections and differences.

use std::collections::HashMap;

use bytes::Bytes;

use super::{members, store};
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::number::{integer, parse_float, parse_integer};
use crate::engine::reply::Reply;
use crate::engine::scan::FixedHash;
use crate::engine::value::set::Set;
use crate::engine::value::sorted_set::SortedSet;
use crate::engine::value::{Typed, Value};

const WEIGHT_NOT_A_FLOAT: CommandError = CommandError::new("ERR weight value is not a float");
const NEGATIVE_LIMIT: CommandError = CommandError::new("ERR LIMIT can't be negative");

pub(super) fn zunion(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    reply(ctx, &argv[1..], Operation::Union)
}

pub(super) fn zinter(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    reply(ctx, &argv[1..], Operation::Inter)
}

pub(super) fn zdiff(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    reply(ctx, &argv[1..], Operation::Diff)
}

pub(super) fn zunionstore(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    store_result(ctx, argv, Operation::Union)
}

pub(super) fn zinterstore(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    store_result(ctx, argv, Operation::Inter)
}

pub(super) fn zdiffstore(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    store_result(ctx, argv, Operation::Diff)
}

pub(super) fn zintercard(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (keys, rest) = split_keys(ctx, &argv[1..])?;
    let mut sources = Source::of_keys(ctx, keys)?;
    let limit = parse_limit(rest)?;
    sources.sort_by_key(Source::len);
    let (first, others) = sources.split_first().ok_or(CommandError::SYNTAX)?;
    let in_all = |member: &Bytes| others.iter().all(|other| other.score(member).is_some());
    let found = first.iter().filter(|(member, _)| in_all(member));
    Ok(Reply::count(if limit == 0 { found.count() } else { found.take(limit).count() }))
}

fn reply(ctx: &mut Context<'_>, arguments: &[Bytes], operation: Operation) -> Result<Reply, CommandError> {
    let (result, options) = combine(ctx, arguments, operation, true)?;
    let found = result.iter().map(|ranked| (ranked.member.clone(), ranked.score));
    Ok(members(ctx, found, options.with_scores))
}

fn store_result(ctx: &mut Context<'_>, argv: &[Bytes], operation: Operation) -> Result<Reply, CommandError> {
    let (result, _) = combine(ctx, &argv[2..], operation, false)?;
    Ok(store(ctx, &argv[1], result, operation.event()))
}

fn combine(
    ctx: &mut Context<'_>,
    arguments: &[Bytes],
    operation: Operation,
    may_have_scores: bool,
) -> Result<(SortedSet, Options), CommandError> {
    let (keys, rest) = split_keys(ctx, arguments)?;
    let sources = Source::of_keys(ctx, keys)?;
    let options = Options::parse(rest, keys.len(), operation, may_have_scores)?;
    let weighted = options.weights.iter().copied().zip(&sources);
    let result = match operation {
        Operation::Union => union(weighted.collect(), options.aggregate),
        Operation::Inter => intersection(weighted.collect(), options.aggregate),
        Operation::Diff => difference(&sources),
    };
    Ok((result, options))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Union,
    Inter,
    Diff,
}

impl Operation {
    fn event(self) -> &'static str {
        match self {
            Self::Union => "zunionstore",
            Self::Inter => "zinterstore",
            Self::Diff => "zdiffstore",
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Aggregate {
    Sum,
    Min,
    Max,
}

impl Aggregate {
    fn parse(word: &[u8]) -> Result<Self, CommandError> {
        match word {
            word if is_word(word, "SUM") => Ok(Self::Sum),
            word if is_word(word, "MIN") => Ok(Self::Min),
            word if is_word(word, "MAX") => Ok(Self::Max),
            _ => Err(CommandError::SYNTAX),
        }
    }

    fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Sum => number(a + b),
            Self::Min => {
                if b < a {
                    b
                } else {
                    a
                }
            }
            Self::Max => {
                if b > a {
                    b
                } else {
                    a
                }
            }
        }
    }
}

/// What is not a number, such as 0 times infinity, counts as 0.
fn number(score: f64) -> f64 {
    if score.is_nan() { 0.0 } else { score }
}

#[derive(Debug)]
struct Options {
    weights: Vec<f64>,
    aggregate: Aggregate,
    with_scores: bool,
}

impl Options {
    fn parse(
        mut arguments: &[Bytes],
        keys: usize,
        operation: Operation,
        may_have_scores: bool,
    ) -> Result<Self, CommandError> {
        let mut options = Self { weights: vec![1.0; keys], aggregate: Aggregate::Sum, with_scores: false };
        let combines = operation != Operation::Diff;
        while let [word, rest @ ..] = arguments {
            if combines
                && is_word(word, "WEIGHTS")
                && let Some((weights, rest)) = rest.split_at_checked(keys)
            {
                let weight = |text: &Bytes| parse_float(text).ok_or(WEIGHT_NOT_A_FLOAT);
                options.weights = weights.iter().map(weight).collect::<Result<_, _>>()?;
                arguments = rest;
            } else if combines
                && is_word(word, "AGGREGATE")
                && let [aggregate, rest @ ..] = rest
            {
                options.aggregate = Aggregate::parse(aggregate)?;
                arguments = rest;
            } else if may_have_scores && is_word(word, "WITHSCORES") {
                options.with_scores = true;
                arguments = rest;
            } else {
                return Err(CommandError::SYNTAX);
            }
        }
        Ok(options)
    }
}

/// The limit of ZINTERCARD, 0 for none.
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

/// `numkeys key [key …]`, and what follows.
fn split_keys<'a>(
    ctx: &Context<'_>,
    arguments: &'a [Bytes],
) -> Result<(&'a [Bytes], &'a [Bytes]), CommandError> {
    let numkeys = integer(&arguments[0])?;
    let numkeys = usize::try_from(numkeys).ok().filter(|numkeys| *numkeys > 0).ok_or_else(|| {
        CommandError::from_text(format!(
            "ERR at least 1 input key is needed for '{}' command",
            ctx.spec().name
        ))
    })?;
    arguments[1..].split_at_checked(numkeys).ok_or(CommandError::SYNTAX)
}

/// What is combined: sorted sets, and sets, whose members all have the score 1.
#[derive(Debug, Clone, Copy)]
enum Source<'d> {
    Missing,
    Sorted(&'d SortedSet),
    Plain(&'d Set),
}

impl<'d> Source<'d> {
    fn of_keys(ctx: &'d Context<'_>, keys: &[Bytes]) -> Result<Vec<Self>, CommandError> {
        let db = ctx.db();
        let source = |key: &Bytes| match db.get(key).map(|entry| &entry.value) {
            None => Ok(Self::Missing),
            Some(Value::SortedSet(set)) => Ok(Self::Sorted(set)),
            Some(value) => Set::of(value).map(Self::Plain).ok_or(CommandError::WRONG_TYPE),
        };
        keys.iter().map(source).collect()
    }

    fn len(&self) -> usize {
        match self {
            Self::Missing => 0,
            Self::Sorted(set) => set.len(),
            Self::Plain(set) => set.len(),
        }
    }

    fn score(&self, member: &[u8]) -> Option<f64> {
        match self {
            Self::Missing => None,
            Self::Sorted(set) => set.score(member),
            Self::Plain(set) => set.contains(member).then_some(1.0),
        }
    }

    fn iter(&self) -> Box<dyn Iterator<Item = (Bytes, f64)> + 'd> {
        match *self {
            Self::Missing => Box::new(std::iter::empty()),
            Self::Sorted(set) => Box::new(set.iter().map(|ranked| (ranked.member.clone(), ranked.score))),
            Self::Plain(set) => Box::new(set.iter().map(|member| (member.clone(), 1.0))),
        }
    }
}

/// Smallest first, which decides in which order scores are added up.
fn union(mut sources: Vec<(f64, &Source<'_>)>, aggregate: Aggregate) -> SortedSet {
    sources.sort_by_key(|(_, source)| source.len());
    let mut scores: HashMap<Bytes, f64, FixedHash> = HashMap::default();
    for (weight, source) in sources {
        for (member, score) in source.iter() {
            let score = number(weight * score);
            scores.entry(member).and_modify(|total| *total = aggregate.apply(*total, score)).or_insert(score);
        }
    }
    scores.into_iter().collect()
}

fn intersection(mut sources: Vec<(f64, &Source<'_>)>, aggregate: Aggregate) -> SortedSet {
    sources.sort_by_key(|(_, source)| source.len());
    let Some(((weight, first), others)) = sources.split_first() else { return SortedSet::default() };
    let total = |member: &Bytes, score: f64| {
        others.iter().try_fold(number(weight * score), |total, (weight, other)| {
            Some(aggregate.apply(total, weight * other.score(member)?))
        })
    };
    first.iter().filter_map(|(member, score)| Some((member.clone(), total(&member, score)?))).collect()
}

fn difference(sources: &[Source<'_>]) -> SortedSet {
    let Some((first, others)) = sources.split_first() else { return SortedSet::default() };
    let in_others = |member: &Bytes| others.iter().any(|other| other.score(member).is_some());
    first.iter().filter(|(member, _)| !in_others(member)).collect()
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    fn probe() -> Probe {
        let mut probe = Probe::new();
        probe.run("ZADD a 1 x 2 y 3 z");
        probe.run("ZADD b 10 y 20 z 30 w");
        probe
    }

    #[test]
    fn scores_are_weighted_and_aggregated() {
        let mut probe = probe();
        for (command, reply) in [
            ("ZUNION 2 a b WITHSCORES", "*8 $1 x $1 1 $1 y $2 12 $1 z $2 23 $1 w $2 30"),
            ("ZINTER 2 a b WEIGHTS 2 0.5 WITHSCORES", "*4 $1 y $1 9 $1 z $2 16"),
            ("ZINTER 2 a b AGGREGATE MIN WITHSCORES", "*4 $1 y $1 2 $1 z $1 3"),
            ("ZUNION 2 a b AGGREGATE MAX", "*4 $1 x $1 y $1 z $1 w"),
            ("ZDIFF 2 a b WITHSCORES", "*2 $1 x $1 1"),
            ("ZDIFF 2 missing a", "*0"),
            ("ZINTERCARD 2 a b", ":2"),
            ("ZINTERCARD 2 a b LIMIT 1", ":1"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn results_replace_the_destination() {
        let mut probe = probe();
        for (command, reply) in [
            ("ZUNIONSTORE a 2 a b", ":4"),
            ("ZRANGE a 0 -1", "*4 $1 x $1 y $1 z $1 w"),
            ("ZINTERSTORE a 2 a missing", ":0"),
            ("TTL a", ":-2"),
            ("ZDIFFSTORE c 1 b", ":3"),
            ("ZSCORE c w", "$2 30"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn errors_are_those_of_redis() {
        let mut probe = probe();
        for (command, reply) in [
            ("ZUNION 0 a", "-ERR at least 1 input key is needed for 'zunion' command"),
            ("ZUNION x a", "-ERR value is not an integer or out of range"),
            ("ZUNION 3 a b", "-ERR syntax error"),
            ("ZUNION 1 a WEIGHTS x", "-ERR weight value is not a float"),
            ("ZUNION 1 a AGGREGATE avg", "-ERR syntax error"),
            ("ZDIFF 1 a WEIGHTS 1", "-ERR syntax error"),
            ("ZINTERCARD 1 a LIMIT -1", "-ERR LIMIT can't be negative"),
            ("ZUNIONSTORE c 1 a WITHSCORES", "-ERR syntax error"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn infinities_that_cancel_out_are_zero() {
        let mut probe = Probe::new();
        probe.run("ZADD a inf x");
        probe.run("ZADD b -inf x");
        assert_eq!(probe.run("ZUNION 2 a b WITHSCORES"), "*2 $1 x $1 0");
        assert_eq!(probe.run("ZUNION 1 a WEIGHTS 0 WITHSCORES"), "*2 $1 x $1 0");
    }
}
