//! Parts of lists.

use bytes::Bytes;

use super::{removed, symmetric_integer};
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::number::integer;
use crate::engine::reply::Reply;
use crate::engine::value::list::{End, List};

pub(super) fn llen(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::count(ctx.read::<List>(&argv[1])?.map_or(0, List::len)))
}

pub(super) fn lrange(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (start, end) = (integer(&argv[2])?, integer(&argv[3])?);
    let Some(list) = ctx.read::<List>(&argv[1])? else { return Ok(Reply::Array(Vec::new())) };
    Ok(Reply::bulks(list.range(list.places(start, end)).cloned()))
}

pub(super) fn lindex(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let Some(list) = ctx.read::<List>(&argv[1])? else { return Ok(Reply::Null) };
    let index = list.index(integer(&argv[2])?);
    Ok(Reply::bulk_or_null(index.and_then(|index| list.get(index)).cloned()))
}

pub(super) fn ltrim(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (start, end) = (integer(&argv[2])?, integer(&argv[3])?);
    if let Some(list) = ctx.modify::<List>(&argv[1])? {
        list.keep(list.places(start, end));
        removed(ctx, &argv[1], "ltrim");
    }
    Ok(Reply::OK)
}

pub(super) fn lrem(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (key, count) = (&argv[1], symmetric_integer(&argv[2])?);
    let Some(list) = ctx.modify::<List>(key)? else { return Ok(Reply::Integer(0)) };
    let from = if count < 0 { End::Right } else { End::Left };
    let limit = match usize::try_from(count.unsigned_abs()) {
        Ok(0) | Err(_) => usize::MAX,
        Ok(limit) => limit,
    };
    let count = list.remove_equal(&argv[3], limit, from);
    if count > 0 {
        removed(ctx, key, "lrem");
    }
    Ok(Reply::count(count))
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn ranges_count_from_either_end() {
        let mut probe = Probe::new();
        probe.run("RPUSH l a b c d");
        for (range, reply) in [
            ("0 -1", "*4 $1 a $1 b $1 c $1 d"),
            ("-2 -1", "*2 $1 c $1 d"),
            ("1 1", "*1 $1 b"),
            ("-100 0", "*1 $1 a"),
            ("3 100", "*1 $1 d"),
            ("4 5", "*0"),
            ("2 1", "*0"),
            ("0 -5", "*0"),
            ("-9223372036854775808 9223372036854775807", "*4 $1 a $1 b $1 c $1 d"),
        ] {
            assert_eq!(probe.run(&format!("LRANGE l {range}")), reply, "{range}");
        }
        assert_eq!(probe.run("LRANGE missing 0 -1"), "*0");
        assert_eq!(probe.run("LRANGE missing x -1"), "-ERR value is not an integer or out of range");
        assert_eq!(probe.run("LINDEX l -1"), "$1 d");
        assert_eq!(probe.run("LINDEX l 4"), "$-1");
        assert_eq!(probe.run("LINDEX missing x"), "$-1");
    }

    #[test]
    fn a_list_is_trimmed_and_goes_when_nothing_is_left() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("RPUSH l a b c d", ":4"),
            ("LTRIM l 1 -2", "+OK"),
            ("LRANGE l 0 -1", "*2 $1 b $1 c"),
            ("LTRIM l 5 6", "+OK"),
            ("EXISTS l", ":0"),
            ("LTRIM l 0 0", "+OK"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn equal_elements_are_removed_from_either_side() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("RPUSH l a b a c a", ":5"),
            ("LREM l -1 a", ":1"),
            ("LREM l 1 a", ":1"),
            ("LRANGE l 0 -1", "*3 $1 b $1 a $1 c"),
            ("LREM l 0 nope", ":0"),
            ("LREM missing x a", "-ERR value is not an integer or out of range"),
            ("LREM missing 0 a", ":0"),
            (
                "LREM l -9223372036854775808 a",
                "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
            ),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }
}
