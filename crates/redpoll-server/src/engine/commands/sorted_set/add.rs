//! ZADD and ZINCRBY.

use bytes::Bytes;

use super::limits;
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::event::EventClass;
use crate::engine::number::float;
use crate::engine::reply::Reply;
use crate::engine::value::limits::Limits;
use crate::engine::value::sorted_set::SortedSet;

const XX_AND_NX: CommandError =
    CommandError::new("ERR XX and NX options at the same time are not compatible");
const GT_LT_AND_NX: CommandError =
    CommandError::new("ERR GT, LT, and/or NX options at the same time are not compatible");
const INCR_TAKES_ONE_PAIR: CommandError =
    CommandError::new("ERR INCR option supports a single increment-element pair");
const NOT_A_NUMBER: CommandError = CommandError::new("ERR resulting score is not a number (NaN)");

pub(super) fn zadd(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (options, rest) = Options::parse(&argv[2..]);
    let pairs = pairs(rest, &options)?;
    add(ctx, &argv[1], &options, &pairs)
}

pub(super) fn zincrby(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    // To Redis it is ZADD INCR: an increment that reads like an option is one.
    let (mut options, arguments) = Options::parse(&argv[2..]);
    options.increment = true;
    let pairs = pairs(arguments, &options)?;
    add(ctx, &argv[1], &options, &pairs)
}

#[derive(Debug, Default)]
struct Options {
    only_new: bool,
    only_existing: bool,
    only_greater: bool,
    only_less: bool,
    count_changed: bool,
    increment: bool,
}

impl Options {
    /// The options, and what follows them.
    fn parse(mut arguments: &[Bytes]) -> (Self, &[Bytes]) {
        let mut options = Self::default();
        while let [argument, rest @ ..] = arguments {
            let option = match argument {
                word if is_word(word, "NX") => &mut options.only_new,
                word if is_word(word, "XX") => &mut options.only_existing,
                word if is_word(word, "GT") => &mut options.only_greater,
                word if is_word(word, "LT") => &mut options.only_less,
                word if is_word(word, "CH") => &mut options.count_changed,
                word if is_word(word, "INCR") => &mut options.increment,
                _ => break,
            };
            *option = true;
            arguments = rest;
        }
        (options, arguments)
    }

    fn check(&self, pairs: usize) -> Result<(), CommandError> {
        if self.only_new && self.only_existing {
            return Err(XX_AND_NX);
        }
        if [self.only_new, self.only_greater, self.only_less].iter().filter(|given| **given).count() > 1 {
            return Err(GT_LT_AND_NX);
        }
        if self.increment && pairs > 1 {
            return Err(INCR_TAKES_ONE_PAIR);
        }
        Ok(())
    }

    /// The score to set; `None` when the options leave the member as it is.
    fn decide(&self, current: Option<f64>, given: f64) -> Result<Option<f64>, CommandError> {
        let Some(current) = current else {
            return Ok((!self.only_existing).then_some(given));
        };
        if self.only_new {
            return Ok(None);
        }
        let score = if self.increment { current + given } else { given };
        if score.is_nan() {
            return Err(NOT_A_NUMBER);
        }
        let refused = (self.only_less && score >= current) || (self.only_greater && score <= current);
        Ok((!refused).then_some(score))
    }
}

fn pairs(arguments: &[Bytes], options: &Options) -> Result<Vec<(f64, Bytes)>, CommandError> {
    if arguments.is_empty() || !arguments.len().is_multiple_of(2) {
        return Err(CommandError::SYNTAX);
    }
    options.check(arguments.len() / 2)?;
    arguments.chunks_exact(2).map(|pair| Ok((float(&pair[0])?, pair[1].clone()))).collect()
}

/// What became of the members.
#[derive(Debug, Default)]
struct Tally {
    added: usize,
    changed: usize,
    /// The score of the last member, unless the options left it alone.
    score: Option<f64>,
}

fn add(
    ctx: &mut Context<'_>,
    key: &Bytes,
    options: &Options,
    pairs: &[(f64, Bytes)],
) -> Result<Reply, CommandError> {
    let limits = limits(ctx);
    let exists = ctx.read::<SortedSet>(key)?.is_some();
    let tally = if exists || !options.only_existing {
        let set = ctx.upsert::<SortedSet>(key)?;
        if !exists {
            set.make_room(pairs.len(), limits);
        }
        update(set, options, pairs, limits)?
    } else {
        Tally::default()
    };
    if tally.added + tally.changed > 0 {
        ctx.touch(key);
        ctx.notify(EventClass::SortedSet, if options.increment { "zincr" } else { "zadd" }, key);
    }
    let changed = if options.count_changed { tally.changed } else { 0 };
    Ok(match (options.increment, tally.score) {
        (true, score) => score.map_or(Reply::Null, Reply::Double),
        (false, _) => Reply::count(tally.added + changed),
    })
}

fn update(
    set: &mut SortedSet,
    options: &Options,
    pairs: &[(f64, Bytes)],
    limits: Limits,
) -> Result<Tally, CommandError> {
    let mut tally = Tally::default();
    for (given, member) in pairs {
        let current = set.score(member);
        tally.score = options.decide(current, *given)?;
        let Some(score) = tally.score else { continue };
        match current {
            None => {
                set.admit(member, limits);
                tally.added += 1;
            }
            Some(current) if current != score => tally.changed += 1,
            Some(_) => continue,
        }
        set.insert(member.clone(), set.kept(score));
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn options_decide_what_is_added_and_changed() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("ZADD z 1 a 2 b", ":2"),
            ("ZADD z CH 1 a 3 b 4 c", ":2"),
            ("ZADD z NX CH 9 a 9 d", ":1"),
            ("ZADD z XX CH 5 a 5 e", ":1"),
            ("ZADD z GT CH 4 a 6 b", ":1"),
            ("ZADD z LT CH 4 a 7 b", ":1"),
            ("ZADD z LT INCR 1 a", "$-1"),
            ("ZADD z INCR 1.5 a", "$3 5.5"),
            ("ZINCRBY z -5.5 a", "$1 0"),
            ("ZRANGE z 0 -1", "*4 $1 a $1 c $1 b $1 d"),
            ("ZADD missing XX 1 a", ":0"),
            ("ZADD missing XX INCR 1 a", "$-1"),
            ("TTL missing", ":-2"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn what_cannot_be_combined_is_refused_before_anything_changes() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("ZADD z NX XX 1 a", "-ERR XX and NX options at the same time are not compatible"),
            ("ZADD z GT LT 1 a", "-ERR GT, LT, and/or NX options at the same time are not compatible"),
            ("ZADD z INCR 1 a 2 b", "-ERR INCR option supports a single increment-element pair"),
            ("ZADD z 1 a 2", "-ERR syntax error"),
            ("ZADD z 1 a x b", "-ERR value is not a valid float"),
            ("TTL z", ":-2"),
            ("ZADD z inf a", ":1"),
            ("ZINCRBY z -inf a", "-ERR resulting score is not a number (NaN)"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }
}
