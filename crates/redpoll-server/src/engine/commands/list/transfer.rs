//! Elements that go from one list to another.

use bytes::Bytes;

use super::push::push;
use super::{parse_end, removed};
use crate::engine::clock::Millis;
use crate::engine::command::{Block, Outcome};
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::reply::Reply;
use crate::engine::value::ValueKind;
use crate::engine::value::list::{End, List};

pub(super) fn lmove(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (from, to) = (parse_end(&argv[3])?, parse_end(&argv[4])?);
    transfer(ctx, (&argv[1], from), (&argv[2], to)).map(Reply::bulk_or_null)
}

pub(super) fn rpoplpush(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    transfer(ctx, (&argv[1], End::Right), (&argv[2], End::Left)).map(Reply::bulk_or_null)
}

pub(super) fn blmove(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Outcome, CommandError> {
    let (from, to) = (parse_end(&argv[3])?, parse_end(&argv[4])?);
    let deadline = ctx.block_deadline(&argv[5])?;
    transfer_or_block(ctx, (&argv[1], from), (&argv[2], to), deadline)
}

pub(super) fn brpoplpush(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Outcome, CommandError> {
    let deadline = ctx.block_deadline(&argv[3])?;
    transfer_or_block(ctx, (&argv[1], End::Right), (&argv[2], End::Left), deadline)
}

fn transfer_or_block(
    ctx: &mut Context<'_>,
    from: (&Bytes, End),
    to: (&Bytes, End),
    deadline: Option<Millis>,
) -> Result<Outcome, CommandError> {
    if let Some(element) = transfer(ctx, from, to)? {
        return Ok(Reply::bulk(element).into());
    }
    if !ctx.may_block() {
        return Ok(Reply::Null.into());
    }
    let keys = vec![from.0.clone()];
    Ok(Outcome::Block(Block { keys, kind: ValueKind::List, deadline, on_timeout: Reply::NullArray }))
}

/// Moves one element; `None` if there is none. The two lists may be one.
fn transfer(
    ctx: &mut Context<'_>,
    (from, from_end): (&Bytes, End),
    (to, to_end): (&Bytes, End),
) -> Result<Option<Bytes>, CommandError> {
    if ctx.read::<List>(from)?.is_none() {
        return Ok(None);
    }
    ctx.read::<List>(to)?;
    let Some(element) = ctx.modify::<List>(from)?.and_then(|list| list.pop(from_end)) else {
        return Ok(None);
    };
    push(ctx, to, std::slice::from_ref(&element), to_end)?;
    removed(ctx, from, if from_end == End::Left { "lpop" } else { "rpop" });
    Ok(Some(element))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::engine::probe::Probe;

    #[test]
    fn an_element_moves_between_the_ends_of_lists() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("RPUSH a 1 2 3", ":3"),
            ("LMOVE a b LEFT RIGHT", "$1 1"),
            ("LMOVE a b RIGHT LEFT", "$1 3"),
            ("LRANGE b 0 -1", "*2 $1 3 $1 1"),
            ("RPOPLPUSH b b", "$1 1"),
            ("LRANGE b 0 -1", "*2 $1 1 $1 3"),
            ("RPOPLPUSH a b", "$1 2"),
            ("EXISTS a", ":0"),
            ("RPOPLPUSH a b", "$-1"),
            ("LMOVE b a UP DOWN", "-ERR syntax error"),
            ("SET s x", "+OK"),
            ("LMOVE b s LEFT LEFT", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
            ("LMOVE missing s LEFT LEFT", "$-1"),
            ("LLEN b", ":3"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn a_list_rotated_onto_itself_keeps_its_time_to_live() {
        let mut probe = Probe::new();
        probe.run("RPUSH l a");
        probe.run("EXPIRE l 100");
        assert_eq!(probe.run("LMOVE l l LEFT RIGHT"), "$1 a");
        assert_eq!(probe.run("TTL l"), ":100");
    }

    #[test]
    fn a_blocked_move_feeds_a_blocked_pop() {
        let mut probe = Probe::new();
        let (mover, popper) = (probe.connect(), probe.connect());
        probe.send(popper, "BLPOP b 0");
        probe.send(mover, "BLMOVE a b LEFT RIGHT 0");
        assert_eq!(probe.run("RPUSH a 1 2"), ":2");
        assert_eq!(probe.take(mover), "$1 1");
        assert_eq!(probe.take(popper), "*2 $1 b $1 1");
        assert_eq!(probe.run("LRANGE a 0 -1"), "*1 $1 2");
        assert_eq!(probe.run("EXISTS b"), ":0");
    }

    #[test]
    fn blocked_moves_may_run_in_a_circle() {
        let mut probe = Probe::new();
        let (there, back) = (probe.connect(), probe.connect());
        probe.send(there, "BRPOPLPUSH a b 0");
        probe.send(back, "BRPOPLPUSH b a 0");
        probe.run("RPUSH a x");
        assert_eq!(probe.take(there), "$1 x");
        assert_eq!(probe.take(back), "$1 x");
        assert_eq!(probe.run("LRANGE a 0 -1"), "*1 $1 x");
    }

    #[test]
    fn a_move_that_comes_to_a_wrong_type_ends_with_an_error() {
        let mut probe = Probe::new();
        let id = probe.connect();
        probe.run("SET b x");
        probe.send(id, "BLMOVE a b LEFT LEFT 0");
        probe.run("RPUSH a 1");
        assert_eq!(probe.take(id), "-WRONGTYPE Operation against a key holding the wrong kind of value");
        assert_eq!(probe.run("LLEN a"), ":1");
    }

    #[test]
    fn a_move_that_comes_to_nothing_is_null() {
        let mut probe = Probe::new();
        let id = probe.connect();
        probe.send(id, "BLMOVE a b LEFT LEFT 0.1");
        probe.fast_forward(Duration::from_millis(100));
        assert_eq!(probe.take(id), "*-1");
        probe.run("MULTI");
        probe.run("BLMOVE a b LEFT LEFT 0");
        assert_eq!(probe.run("EXEC"), "*1 $-1");
    }
}
