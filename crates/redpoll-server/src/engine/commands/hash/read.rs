//! What is in a hash.

use bytes::Bytes;

use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::reply::Reply;
use crate::engine::value::hash::Hash;

pub(super) fn hget(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(value(ctx.read(&argv[1])?, &argv[2]))
}

pub(super) fn hmget(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let hash = ctx.read(&argv[1])?;
    Ok(Reply::Array(argv[2..].iter().map(|field| value(hash, field)).collect()))
}

/// The value of a field, or null.
pub(super) fn value(hash: Option<&Hash>, field: &[u8]) -> Reply {
    Reply::bulk_or_null(hash.and_then(|hash| hash.get(field)).map(|field| field.value.clone()))
}

pub(super) fn hgetall(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let pairs = ctx.read::<Hash>(&argv[1])?.map(|hash| {
        let pair = |(name, field): (&Bytes, &crate::engine::value::hash::Field)| {
            (Reply::BulkString(name.clone()), Reply::BulkString(field.value.clone()))
        };
        hash.iter().map(pair).collect()
    });
    Ok(Reply::Map(pairs.unwrap_or_default()))
}

pub(super) fn hkeys(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let names = ctx.read::<Hash>(&argv[1])?.map(|hash| hash.iter().map(|(name, _)| name.clone()).collect());
    Ok(Reply::bulks::<Vec<Bytes>>(names.unwrap_or_default()))
}

pub(super) fn hvals(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let values = ctx.read::<Hash>(&argv[1])?;
    let values = values.map(|hash| hash.iter().map(|(_, field)| field.value.clone()).collect());
    Ok(Reply::bulks::<Vec<Bytes>>(values.unwrap_or_default()))
}

pub(super) fn hlen(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::count(ctx.read::<Hash>(&argv[1])?.map_or(0, Hash::len)))
}

pub(super) fn hexists(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::flag(ctx.read::<Hash>(&argv[1])?.is_some_and(|hash| hash.get(&argv[2]).is_some())))
}

pub(super) fn hstrlen(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let field = ctx.read::<Hash>(&argv[1])?.and_then(|hash| hash.get(&argv[2]));
    Ok(Reply::count(field.map_or(0, |field| field.value.len())))
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn fields_are_read_in_the_order_they_were_set() {
        let mut probe = Probe::new();
        probe.run("HSET h b 1 a 22");
        for (command, reply) in [
            ("HGET h a", "$2 22"),
            ("HGET h x", "$-1"),
            ("HMGET h a x b", "*3 $2 22 $-1 $1 1"),
            ("HMGET missing a", "*1 $-1"),
            ("HKEYS h", "*2 $1 b $1 a"),
            ("HVALS h", "*2 $1 1 $2 22"),
            ("HVALS missing", "*0"),
            ("HLEN h", ":2"),
            ("HEXISTS h a", ":1"),
            ("HEXISTS h x", ":0"),
            ("HSTRLEN h a", ":2"),
            ("HSTRLEN missing a", ":0"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
        probe.run("HELLO 3");
        assert_eq!(probe.run("HGETALL h"), "%2 $1 b $1 1 $1 a $2 22");
        assert_eq!(probe.run("HGETALL missing"), "%0");
    }
}
