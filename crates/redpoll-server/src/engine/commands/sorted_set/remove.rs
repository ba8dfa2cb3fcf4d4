//! ZREM and ZREMRANGEBY….

use std::ops::Range;

use bytes::Bytes;

use super::bounds::{LexBounds, ScoreBounds, rank_bounds};
use super::removed;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::number::integer;
use crate::engine::reply::Reply;
use crate::engine::value::sorted_set::SortedSet;

pub(super) fn zrem(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let key = &argv[1];
    let Some(set) = ctx.modify::<SortedSet>(key)? else { return Ok(Reply::Integer(0)) };
    let count = argv[2..].iter().filter(|member| set.remove(member).is_some()).count();
    if count > 0 {
        removed(ctx, key, "zrem");
    }
    Ok(Reply::count(count))
}

pub(super) fn zremrangebyrank(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (start, stop) = (integer(&argv[2])?, integer(&argv[3])?);
    remove_range(ctx, &argv[1], "zremrangebyrank", |set| rank_bounds(start, stop, set.len()))
}

pub(super) fn zremrangebyscore(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let bounds = ScoreBounds::parse(&argv[2], &argv[3])?;
    remove_range(ctx, &argv[1], "zremrangebyscore", |set| bounds.ranks(set))
}

pub(super) fn zremrangebylex(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let bounds = LexBounds::parse(&argv[2], &argv[3])?;
    remove_range(ctx, &argv[1], "zremrangebylex", |set| bounds.ranks(set, false))
}

fn remove_range(
    ctx: &mut Context<'_>,
    key: &Bytes,
    event: &str,
    ranks: impl FnOnce(&SortedSet) -> Range<usize>,
) -> Result<Reply, CommandError> {
    let Some(set) = ctx.modify::<SortedSet>(key)? else { return Ok(Reply::Integer(0)) };
    let ranks = ranks(set);
    let members: Vec<Bytes> = set.range(ranks).map(|ranked| ranked.member.clone()).collect();
    members.iter().for_each(|member| {
        set.remove(member);
    });
    if !members.is_empty() {
        removed(ctx, key, event);
    }
    Ok(Reply::count(members.len()))
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn members_are_removed_one_by_one_or_by_range() {
        let mut probe = Probe::new();
        probe.run("ZADD z 1 a 2 b 3 c 4 d 5 e 6 f");
        for (command, reply) in [
            ("ZREM z a x", ":1"),
            ("ZREMRANGEBYRANK z -1 -1", ":1"),
            ("ZREMRANGEBYSCORE z (2 3", ":1"),
            ("ZRANGE z 0 -1", "*3 $1 b $1 d $1 e"),
            ("ZREMRANGEBYLEX z [b [b", ":1"),
            ("ZREMRANGEBYRANK z 5 9", ":0"),
            ("ZREM z d e", ":2"),
            ("TTL z", ":-2"),
            ("ZREM missing a", ":0"),
            ("ZREMRANGEBYSCORE missing a b", "-ERR min or max is not a float"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }
}
