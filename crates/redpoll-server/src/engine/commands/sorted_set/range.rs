//! ZRANGE in all its forms, the older commands for each of them, and ZRANGESTORE.

use std::ops::Range;

use bytes::Bytes;

use super::bounds::{LexBounds, ScoreBounds, rank_bounds};
use super::{members, store};
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::number::integer;
use crate::engine::reply::Reply;
use crate::engine::value::sorted_set::SortedSet;

const LIMIT_WITHOUT_BY: CommandError = CommandError::new(
    "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
);
const WITHSCORES_AND_BYLEX: CommandError =
    CommandError::new("ERR syntax error, WITHSCORES not supported in combination with BYLEX");

pub(super) fn zrange(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    reply(ctx, &argv[1], Query::parse(&argv[2..], Form::OPEN)?)
}

pub(super) fn zrevrange(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    reply(ctx, &argv[1], Query::parse(&argv[2..], Form::fixed(By::Rank, true))?)
}

pub(super) fn zrangebyscore(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    reply(ctx, &argv[1], Query::parse(&argv[2..], Form::fixed(By::Score, false))?)
}

pub(super) fn zrevrangebyscore(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    reply(ctx, &argv[1], Query::parse(&argv[2..], Form::fixed(By::Score, true))?)
}

pub(super) fn zrangebylex(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    reply(ctx, &argv[1], Query::parse(&argv[2..], Form::fixed(By::Lex, false))?)
}

pub(super) fn zrevrangebylex(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    reply(ctx, &argv[1], Query::parse(&argv[2..], Form::fixed(By::Lex, true))?)
}

pub(super) fn zrangestore(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let query = Query::parse(&argv[3..], Form { may_have_scores: false, ..Form::OPEN })?;
    let result = ctx.read(&argv[2])?.map(|set| query.select(set).into_iter().collect());
    Ok(store(ctx, &argv[1], result.unwrap_or_default(), "zrangestore"))
}

fn reply(ctx: &mut Context<'_>, key: &[u8], query: Query) -> Result<Reply, CommandError> {
    let found = ctx.read(key)?.map(|set| query.select(set)).unwrap_or_default();
    Ok(members(ctx, found, query.with_scores))
}

/// What a range goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Rank,
    Score,
    Lex,
}

/// What the name of a command says already.
#[derive(Debug, Clone, Copy)]
struct Form {
    by: Option<By>,
    reverse: Option<bool>,
    may_have_scores: bool,
}

impl Form {
    /// Options say what to do.
    const OPEN: Self = Self { by: None, reverse: None, may_have_scores: true };

    const fn fixed(by: By, reverse: bool) -> Self {
        Self { by: Some(by), reverse: Some(reverse), may_have_scores: true }
    }
}

#[derive(Debug)]
struct Query {
    bounds: Bounds,
    reverse: bool,
    offset: i64,
    /// Negative for no limit.
    count: i64,
    with_scores: bool,
}

#[derive(Debug)]
enum Bounds {
    Ranks(i64, i64),
    Scores(ScoreBounds),
    Members(LexBounds),
}

impl Query {
    /// The arguments from the start of the range on.
    fn parse(arguments: &[Bytes], form: Form) -> Result<Self, CommandError> {
        let (start, stop) = (&arguments[0], &arguments[1]);
        let options = Options::parse(&arguments[2..], form)?;
        let reverse = options.reverse.unwrap_or(false);
        // By rank, REV turns the set around; by score or member, the higher bound comes first.
        let (min, max) = if reverse { (stop, start) } else { (start, stop) };
        let bounds = match options.by.unwrap_or(By::Rank) {
            By::Rank => Bounds::Ranks(integer(start)?, integer(stop)?),
            By::Score => Bounds::Scores(ScoreBounds::parse(min, max)?),
            By::Lex => Bounds::Members(LexBounds::parse(min, max)?),
        };
        let Options { offset, count, with_scores, .. } = options;
        Ok(Self { bounds, reverse, offset, count, with_scores })
    }

    fn select(&self, set: &SortedSet) -> Vec<(Bytes, f64)> {
        let ranks = match &self.bounds {
            Bounds::Ranks(start, stop) => {
                let ranks = rank_bounds(*start, *stop, set.len());
                if self.reverse { set.len() - ranks.end..set.len() - ranks.start } else { ranks }
            }
            Bounds::Scores(bounds) => self.limit(bounds.ranks(set)),
            Bounds::Members(bounds) => self.limit(bounds.ranks(set, self.reverse)),
        };
        let found = set.range(ranks).map(|ranked| (ranked.member.clone(), ranked.score));
        if self.reverse { found.rev().collect() } else { found.collect() }
    }

    fn limit(&self, ranks: Range<usize>) -> Range<usize> {
        // A negative offset skips everything.
        let skipped = usize::try_from(self.offset).map_or(ranks.len(), |offset| offset.min(ranks.len()));
        let left = ranks.len() - skipped;
        let taken = usize::try_from(self.count).map_or(left, |count| count.min(left));
        if self.reverse {
            ranks.end - skipped - taken..ranks.end - skipped
        } else {
            ranks.start + skipped..ranks.start + skipped + taken
        }
    }
}

#[derive(Debug)]
struct Options {
    by: Option<By>,
    reverse: Option<bool>,
    offset: i64,
    count: i64,
    with_scores: bool,
}

impl Options {
    fn parse(mut arguments: &[Bytes], form: Form) -> Result<Self, CommandError> {
        let mut options =
            Self { by: form.by, reverse: form.reverse, offset: 0, count: -1, with_scores: false };
        while let [word, rest @ ..] = arguments {
            arguments = rest;
            if form.may_have_scores && is_word(word, "WITHSCORES") {
                options.with_scores = true;
            } else if is_word(word, "LIMIT")
                && let [offset, count, rest @ ..] = rest
            {
                (options.offset, options.count) = (integer(offset)?, integer(count)?);
                arguments = rest;
            } else if options.reverse.is_none() && is_word(word, "REV") {
                options.reverse = Some(true);
            } else if options.by.is_none() && is_word(word, "BYLEX") {
                options.by = Some(By::Lex);
            } else if options.by.is_none() && is_word(word, "BYSCORE") {
                options.by = Some(By::Score);
            } else {
                return Err(CommandError::SYNTAX);
            }
        }
        options.check()?;
        Ok(options)
    }

    fn check(&self) -> Result<(), CommandError> {
        let by = self.by.unwrap_or(By::Rank);
        if self.count != -1 && by == By::Rank {
            return Err(LIMIT_WITHOUT_BY);
        }
        if self.with_scores && by == By::Lex {
            return Err(WITHSCORES_AND_BYLEX);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    fn probe() -> Probe {
        let mut probe = Probe::new();
        probe.run("ZADD z 1 a 2 b 3 c 4 d");
        probe.run("ZADD lex 0 a 0 b 0 c 0 d");
        probe
    }

    #[test]
    fn zrange_takes_all_forms() {
        let mut probe = probe();
        for (command, reply) in [
            ("ZRANGE z 1 2", "*2 $1 b $1 c"),
            ("ZRANGE z 0 1 REV", "*2 $1 d $1 c"),
            ("ZRANGE z -1 -1 WITHSCORES", "*2 $1 d $1 4"),
            ("ZRANGE z (1 3 BYSCORE", "*2 $1 b $1 c"),
            ("ZRANGE z 3 (1 BYSCORE REV", "*2 $1 c $1 b"),
            ("ZRANGE z -inf +inf BYSCORE LIMIT 1 2", "*2 $1 b $1 c"),
            ("ZRANGE z +inf -inf BYSCORE REV LIMIT 1 2 WITHSCORES", "*4 $1 c $1 3 $1 b $1 2"),
            ("ZRANGE z -inf +inf BYSCORE LIMIT -1 2", "*0"),
            ("ZRANGE z -inf +inf BYSCORE LIMIT 3 -5", "*1 $1 d"),
            ("ZRANGE lex [b (d BYLEX", "*2 $1 b $1 c"),
            ("ZRANGE lex (d [b BYLEX REV LIMIT 1 9", "*1 $1 b"),
            ("ZREVRANGE z 0 0 WITHSCORES", "*2 $1 d $1 4"),
            ("ZRANGEBYSCORE z 2 3", "*2 $1 b $1 c"),
            ("ZREVRANGEBYSCORE z 3 2 LIMIT 0 1", "*1 $1 c"),
            ("ZRANGEBYLEX lex - [b", "*2 $1 a $1 b"),
            ("ZREVRANGEBYLEX lex + (c", "*1 $1 d"),
            ("ZRANGE missing 0 -1", "*0"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn options_that_do_not_go_together_are_refused() {
        let mut probe = probe();
        for (command, reply) in [
            (
                "ZRANGE z 0 1 LIMIT 0 1",
                "-ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
            ),
            (
                "ZRANGE lex - + BYLEX WITHSCORES",
                "-ERR syntax error, WITHSCORES not supported in combination with BYLEX",
            ),
            ("ZRANGE z a b", "-ERR value is not an integer or out of range"),
            ("ZRANGE z a b BYSCORE", "-ERR min or max is not a float"),
            ("ZRANGE z a b BYLEX", "-ERR min or max not valid string range item"),
            ("ZRANGEBYSCORE z 1 2 REV", "-ERR syntax error"),
            ("ZREVRANGE z 1 2 BYLEX", "-ERR syntax error"),
            ("ZRANGESTORE d z 0 1 WITHSCORES", "-ERR syntax error"),
            ("ZRANGE z 0 1 LIMIT 0", "-ERR syntax error"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn zrangestore_replaces_or_removes_its_destination() {
        let mut probe = probe();
        probe.run("SET d text");
        assert_eq!(probe.run("ZRANGESTORE d z 2 3"), ":2");
        assert_eq!(probe.run("ZRANGE d 0 -1 WITHSCORES"), "*4 $1 c $1 3 $1 d $1 4");
        assert_eq!(probe.run("ZRANGESTORE d z 9 9"), ":0");
        assert_eq!(probe.run("TTL d"), ":-2");
    }

    #[test]
    fn resp3_has_pairs_with_doubles() {
        let mut probe = probe();
        probe.run("HELLO 3");
        assert_eq!(probe.run("ZRANGE z 0 1 WITHSCORES"), "*2 *2 $1 a ,1 *2 $1 b ,2");
        assert_eq!(probe.run("ZRANGE z 0 1"), "*2 $1 a $1 b");
    }
}
