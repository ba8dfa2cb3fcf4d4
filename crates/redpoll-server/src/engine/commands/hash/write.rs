//! HSET, HMSET, HSETNX and HDEL.

use bytes::Bytes;

use super::{changed, limits, removed};
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::reply::Reply;
use crate::engine::value::hash::Hash;

pub(super) fn hset(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::count(set(ctx, argv)?))
}

pub(super) fn hmset(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    set(ctx, argv)?;
    Ok(Reply::OK)
}

/// How many fields are new.
fn set(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<usize, CommandError> {
    let (key, pairs) = (&argv[1], &argv[2..]);
    if !pairs.len().is_multiple_of(2) {
        return Err(ctx.wrong_arity());
    }
    let limits = limits(ctx);
    let hash = ctx.upsert::<Hash>(key)?;
    hash.make_room(pairs.len() / 2, limits);
    let new = pairs.chunks_exact(2).filter(|pair| hash.set(pair[0].clone(), pair[1].clone())).count();
    hash.fit(limits);
    changed(ctx, key, "hset");
    Ok(new)
}

pub(super) fn hsetnx(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (key, field) = (&argv[1], &argv[2]);
    let limits = limits(ctx);
    let hash = ctx.upsert::<Hash>(key)?;
    if hash.get(field).is_some() {
        return Ok(Reply::Integer(0));
    }
    hash.set(field.clone(), argv[3].clone());
    hash.fit(limits);
    changed(ctx, key, "hset");
    Ok(Reply::Integer(1))
}

pub(super) fn hdel(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let key = &argv[1];
    let Some(hash) = ctx.modify::<Hash>(key)? else { return Ok(Reply::Integer(0)) };
    let count = argv[2..].iter().filter(|field| hash.remove(field).is_some()).count();
    if count > 0 {
        removed(ctx, key);
    }
    Ok(Reply::count(count))
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn fields_are_set_and_removed() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("HSET h a 1 b 2", ":2"),
            ("HSET h a 3 c 4", ":1"),
            ("HSETNX h a 5", ":0"),
            ("HSETNX h d 5", ":1"),
            ("HMSET h e 6", "+OK"),
            ("HGETALL h", "*10 $1 a $1 3 $1 b $1 2 $1 c $1 4 $1 d $1 5 $1 e $1 6"),
            ("HSET h a", "-ERR wrong number of arguments for 'hset' command"),
            ("HMSET h a 1 b", "-ERR wrong number of arguments for 'hmset' command"),
            ("HDEL h a b x", ":2"),
            ("HDEL h c d e", ":3"),
            ("EXISTS h", ":0"),
            ("HDEL h a", ":0"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }
}
