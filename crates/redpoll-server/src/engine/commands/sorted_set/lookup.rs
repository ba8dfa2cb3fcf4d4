//! Counts, scores and ranks.

use bytes::Bytes;

use super::bounds::{LexBounds, ScoreBounds};
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::reply::Reply;
use crate::engine::value::sorted_set::SortedSet;

pub(super) fn zcard(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::count(ctx.read::<SortedSet>(&argv[1])?.map_or(0, SortedSet::len)))
}

pub(super) fn zcount(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let bounds = ScoreBounds::parse(&argv[2], &argv[3])?;
    Ok(Reply::count(ctx.read(&argv[1])?.map_or(0, |set| bounds.ranks(set).len())))
}

pub(super) fn zlexcount(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let bounds = LexBounds::parse(&argv[2], &argv[3])?;
    Ok(Reply::count(ctx.read(&argv[1])?.map_or(0, |set| bounds.ranks(set, false).len())))
}

pub(super) fn zscore(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(score(ctx.read(&argv[1])?, &argv[2]))
}

pub(super) fn zmscore(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let set = ctx.read(&argv[1])?;
    Ok(Reply::Array(argv[2..].iter().map(|member| score(set, member)).collect()))
}

fn score(set: Option<&SortedSet>, member: &Bytes) -> Reply {
    set.and_then(|set| set.score(member)).map_or(Reply::Null, Reply::Double)
}

pub(super) fn zrank(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    rank(ctx, argv, false)
}

pub(super) fn zrevrank(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    rank(ctx, argv, true)
}

fn rank(ctx: &mut Context<'_>, argv: &[Bytes], reverse: bool) -> Result<Reply, CommandError> {
    let with_score = match &argv[3..] {
        [] => false,
        [option] if is_word(option, "WITHSCORE") => true,
        [_] => return Err(CommandError::SYNTAX),
        _ => return Err(ctx.wrong_arity()),
    };
    let member = &argv[2];
    let found = ctx.read::<SortedSet>(&argv[1])?.and_then(|set| {
        let rank = set.rank(member)?;
        let rank = if reverse { set.len() - 1 - rank } else { rank };
        Some((rank, set.score(member)?))
    });
    Ok(match (found, with_score) {
        (None, false) => Reply::Null,
        (None, true) => Reply::NullArray,
        (Some((rank, _)), false) => Reply::count(rank),
        (Some((rank, score)), true) => Reply::Array(vec![Reply::count(rank), Reply::Double(score)]),
    })
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn members_are_found_with_score_and_rank() {
        let mut probe = Probe::new();
        probe.run("ZADD z 1 a 2 b 2.5 c");
        for (command, reply) in [
            ("ZCARD z", ":3"),
            ("ZCARD missing", ":0"),
            ("ZCOUNT z (1 2.5", ":2"),
            ("ZCOUNT missing x 1", "-ERR min or max is not a float"),
            ("ZLEXCOUNT z - +", ":3"),
            ("ZSCORE z c", "$3 2.5"),
            ("ZSCORE z d", "$-1"),
            ("ZMSCORE z a d", "*2 $1 1 $-1"),
            ("ZMSCORE missing a", "*1 $-1"),
            ("ZRANK z c", ":2"),
            ("ZREVRANK z c WITHSCORE", "*2 :0 $3 2.5"),
            ("ZRANK z d", "$-1"),
            ("ZRANK z d WITHSCORE", "*-1"),
            ("ZRANK z d x", "-ERR syntax error"),
            ("ZRANK z d WITHSCORE x", "-ERR wrong number of arguments for 'zrank' command"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn scores_are_doubles_in_resp3() {
        let mut probe = Probe::new();
        probe.run("HELLO 3");
        probe.run("ZADD z 1.5 a inf b");
        assert_eq!(probe.run("ZMSCORE z a b c"), "*3 ,1.5 ,inf _");
        assert_eq!(probe.run("ZRANK z b WITHSCORE"), "*2 :1 ,inf");
    }
}
