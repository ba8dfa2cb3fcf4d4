//! Elements that are put into lists.

use bytes::Bytes;

use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::event::EventClass;
use crate::engine::number::integer;
use crate::engine::reply::Reply;
use crate::engine::value::list::{End, List, Packing};

pub(super) fn lpush(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    push(ctx, &argv[1], &argv[2..], End::Left)
}

pub(super) fn rpush(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    push(ctx, &argv[1], &argv[2..], End::Right)
}

pub(super) fn lpushx(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    push_existing(ctx, argv, End::Left)
}

pub(super) fn rpushx(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    push_existing(ctx, argv, End::Right)
}

fn push_existing(ctx: &mut Context<'_>, argv: &[Bytes], end: End) -> Result<Reply, CommandError> {
    match ctx.read::<List>(&argv[1])? {
        Some(_) => push(ctx, &argv[1], &argv[2..], end),
        None => Ok(Reply::Integer(0)),
    }
}

/// Pushes the elements one after the other; the list is made if it is missing.
pub(super) fn push(
    ctx: &mut Context<'_>,
    key: &Bytes,
    elements: &[Bytes],
    end: End,
) -> Result<Reply, CommandError> {
    let packing = Packing::of(&ctx.engine.config);
    let list = ctx.upsert::<List>(key)?;
    list.make_room(elements.iter().map(Bytes::len).sum(), elements.len(), packing);
    elements.iter().for_each(|element| list.push(end, element.clone()));
    let length = list.len();
    ctx.touch(key);
    ctx.notify(EventClass::List, if end == End::Left { "lpush" } else { "rpush" }, key);
    Ok(Reply::count(length))
}

pub(super) fn linsert(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (key, pivot, element) = (&argv[1], &argv[3], &argv[4]);
    let after = match &argv[2] {
        place if is_word(place, "AFTER") => 1,
        place if is_word(place, "BEFORE") => 0,
        _ => return Err(CommandError::SYNTAX),
    };
    let packing = Packing::of(&ctx.engine.config);
    let Some(list) = ctx.modify::<List>(key)? else { return Ok(Reply::Integer(0)) };
    // Redis makes room before it looks for the pivot.
    list.make_room(element.len(), 1, packing);
    let Some(place) = list.position(pivot) else { return Ok(Reply::Integer(-1)) };
    list.insert(place + after, element.clone());
    let length = list.len();
    ctx.touch(key);
    ctx.notify(EventClass::List, "linsert", key);
    Ok(Reply::count(length))
}

pub(super) fn lset(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (key, element) = (&argv[1], &argv[3]);
    let packing = Packing::of(&ctx.engine.config);
    let list = ctx.modify::<List>(key)?.ok_or(CommandError::NO_SUCH_KEY)?;
    let index = integer(&argv[2])?;
    list.make_room(element.len(), 1, packing);
    let index = list.index(index).ok_or(CommandError::INDEX_OUT_OF_RANGE)?;
    list.replace(index, element.clone());
    list.shrink(packing);
    ctx.touch(key);
    ctx.notify(EventClass::List, "lset", key);
    Ok(Reply::OK)
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn elements_are_pushed_one_after_the_other() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("LPUSHX l a", ":0"),
            ("RPUSH l a b", ":2"),
            ("LPUSH l c d", ":4"),
            ("LPUSHX l e", ":5"),
            ("RPUSHX l f", ":6"),
            ("LRANGE l 0 -1", "*6 $1 e $1 d $1 c $1 a $1 b $1 f"),
            ("SET s x", "+OK"),
            ("LPUSH s a", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn elements_are_inserted_at_a_pivot_and_replaced_at_an_index() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("RPUSH l a b a", ":3"),
            ("LINSERT l BEFORE a x", ":4"),
            ("LINSERT l AFTER b y", ":5"),
            ("LINSERT l AFTER nope y", ":-1"),
            ("LINSERT missing AFTER a y", ":0"),
            ("LINSERT l BESIDE a y", "-ERR syntax error"),
            ("LSET l -1 z", "+OK"),
            ("LSET l 5 z", "-ERR index out of range"),
            ("LSET l x z", "-ERR value is not an integer or out of range"),
            ("LSET missing x z", "-ERR no such key"),
            ("LRANGE l 0 -1", "*5 $1 x $1 a $1 b $1 y $1 z"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn a_long_list_changes_its_encoding() {
        let mut probe = Probe::new();
        let long = "x".repeat(5000);
        for (command, encoding) in [
            (format!("RPUSH l {long}"), "$8 listpack"),
            (format!("RPUSH l {long}"), "$9 quicklist"),
            ("LPOP l".to_owned(), "$9 quicklist"),
            ("LSET l 0 short".to_owned(), "$8 listpack"),
        ] {
            probe.run(&command);
            assert_eq!(probe.run("OBJECT ENCODING l"), encoding);
        }
    }
}
