//! Elements that are taken out of lists.

use bytes::Bytes;

use super::{parse_end, removed};
use crate::engine::command::{Block, Outcome};
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::number::parse_integer;
use crate::engine::reply::Reply;
use crate::engine::value::ValueKind;
use crate::engine::value::list::{End, List};

const NUMKEYS_NOT_POSITIVE: CommandError = CommandError::new("ERR numkeys should be greater than 0");
const COUNT_NOT_POSITIVE: CommandError = CommandError::new("ERR count should be greater than 0");

pub(super) fn lpop(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    pop(ctx, argv, End::Left)
}

pub(super) fn rpop(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    pop(ctx, argv, End::Right)
}

fn pop(ctx: &mut Context<'_>, argv: &[Bytes], end: End) -> Result<Reply, CommandError> {
    let key = &argv[1];
    let count = match argv {
        [_, _] => None,
        [_, _, count] => Some(parse_count(count).ok_or(CommandError::NOT_POSITIVE)?),
        _ => return Err(ctx.wrong_arity()),
    };
    if ctx.read::<List>(key)?.is_none() {
        return Ok(if count.is_some() { Reply::NullArray } else { Reply::Null });
    }
    match count {
        None => Ok(Reply::bulk_or_null(take(ctx, key, end, 1)?.pop())),
        Some(0) => Ok(Reply::Array(Vec::new())),
        Some(count) => Ok(Reply::bulks(take(ctx, key, end, count)?)),
    }
}

fn parse_count(argument: &[u8]) -> Option<usize> {
    usize::try_from(parse_integer(argument)?).ok()
}

/// Takes up to `count` elements, which is not 0; none if there is no list.
fn take(ctx: &mut Context<'_>, key: &Bytes, end: End, count: usize) -> Result<Vec<Bytes>, CommandError> {
    let Some(list) = ctx.modify::<List>(key)? else { return Ok(Vec::new()) };
    let taken: Vec<Bytes> = (0..count.min(list.len())).filter_map(|_| list.pop(end)).collect();
    removed(ctx, key, if end == End::Left { "lpop" } else { "rpop" });
    Ok(taken)
}

pub(super) fn lmpop(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let wanted = Wanted::parse(&argv[1..])?;
    Ok(take_first(ctx, &wanted)?.unwrap_or(Reply::NullArray))
}

pub(super) fn blmpop(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Outcome, CommandError> {
    let wanted = Wanted::parse(&argv[2..])?;
    let deadline = ctx.block_deadline(&argv[1])?;
    if let Some(reply) = take_first(ctx, &wanted)? {
        return Ok(reply.into());
    }
    let keys = wanted.keys.to_vec();
    Ok(Outcome::Block(Block { keys, kind: ValueKind::List, deadline, on_timeout: Reply::NullArray }))
}

/// `numkeys key [key ...] LEFT|RIGHT [COUNT count]`.
struct Wanted<'a> {
    keys: &'a [Bytes],
    end: End,
    count: usize,
}

impl<'a> Wanted<'a> {
    fn parse(arguments: &'a [Bytes]) -> Result<Self, CommandError> {
        let numkeys = parse_count(&arguments[0]).filter(|count| *count > 0).ok_or(NUMKEYS_NOT_POSITIVE)?;
        let (keys, rest) = arguments[1..].split_at_checked(numkeys).ok_or(CommandError::SYNTAX)?;
        let (end, options) = rest.split_first().ok_or(CommandError::SYNTAX)?;
        let end = parse_end(end)?;
        let count = match options {
            [] => 1,
            [word, count, rest @ ..] if is_word(word, "COUNT") => {
                let count = parse_count(count).filter(|count| *count > 0).ok_or(COUNT_NOT_POSITIVE)?;
                if rest.is_empty() { count } else { return Err(CommandError::SYNTAX) }
            }
            _ => return Err(CommandError::SYNTAX),
        };
        Ok(Self { keys, end, count })
    }
}

/// Takes elements of the first list that there is.
fn take_first(ctx: &mut Context<'_>, wanted: &Wanted<'_>) -> Result<Option<Reply>, CommandError> {
    for key in wanted.keys {
        let elements = take(ctx, key, wanted.end, wanted.count)?;
        if !elements.is_empty() {
            return Ok(Some(Reply::Array(vec![Reply::bulk(key.clone()), Reply::bulks(elements)])));
        }
    }
    Ok(None)
}

pub(super) fn blpop(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Outcome, CommandError> {
    pop_or_block(ctx, argv, End::Left)
}

pub(super) fn brpop(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Outcome, CommandError> {
    pop_or_block(ctx, argv, End::Right)
}

fn pop_or_block(ctx: &mut Context<'_>, argv: &[Bytes], end: End) -> Result<Outcome, CommandError> {
    let (timeout, keys) = argv[1..].split_last().ok_or_else(|| ctx.wrong_arity())?;
    let deadline = ctx.block_deadline(timeout)?;
    for key in keys {
        if let Some(element) = take(ctx, key, end, 1)?.pop() {
            return Ok(Reply::bulks([key.clone(), element]).into());
        }
    }
    let keys = keys.to_vec();
    Ok(Outcome::Block(Block { keys, kind: ValueKind::List, deadline, on_timeout: Reply::NullArray }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::engine::probe::Probe;

    #[test]
    fn elements_are_popped_one_or_several_at_a_time() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("RPUSH l a b c d", ":4"),
            ("LPOP l", "$1 a"),
            ("RPOP l 2", "*2 $1 d $1 c"),
            ("LPOP l 0", "*0"),
            ("LPOP l -1", "-ERR value is out of range, must be positive"),
            ("LPOP l 1 1", "-ERR wrong number of arguments for 'lpop' command"),
            ("LPOP l 9", "*1 $1 b"),
            ("EXISTS l", ":0"),
            ("LPOP l", "$-1"),
            ("LPOP l 1", "*-1"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn the_first_list_there_is_gives_its_elements() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("RPUSH l a b c", ":3"),
            ("LMPOP 2 missing l LEFT", "*2 $1 l *1 $1 a"),
            ("LMPOP 2 missing l RIGHT COUNT 5", "*2 $1 l *2 $1 c $1 b"),
            ("LMPOP 1 l LEFT", "*-1"),
            ("LMPOP 0 l LEFT", "-ERR numkeys should be greater than 0"),
            ("LMPOP 2 l LEFT", "-ERR syntax error"),
            ("LMPOP 1 l LEFT COUNT 0", "-ERR count should be greater than 0"),
            ("LMPOP 1 l LEFT COUNT 1 COUNT 1", "-ERR syntax error"),
            ("BLMPOP x 1 l UP", "-ERR syntax error"),
            ("BLMPOP x 1 l LEFT", "-ERR timeout is not a float or out of range"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn a_pop_of_several_waits_for_the_first_elements() {
        let mut probe = Probe::new();
        let id = probe.connect();
        probe.send(id, "BLMPOP 0 2 a b RIGHT COUNT 2");
        probe.run("RPUSH b 1 2 3");
        assert_eq!(probe.take(id), "*2 $1 b *2 $1 3 $1 2");
        assert_eq!(probe.run("LRANGE b 0 -1"), "*1 $1 1");
    }

    #[test]
    fn blocked_clients_are_served_in_the_order_they_came() {
        let mut probe = Probe::new();
        let (a, b, c) = (probe.connect(), probe.connect(), probe.connect());
        assert_eq!(probe.on(a, "BLPOP k other 0"), "");
        assert_eq!(probe.on(b, "BLPOP k 0"), "");
        assert_eq!(probe.on(c, "BLPOP k 0"), "");
        assert_eq!(probe.run("RPUSH k 1 2"), ":2");
        assert_eq!(probe.take(a), "*2 $1 k $1 1");
        assert_eq!(probe.take(b), "*2 $1 k $1 2");
        assert_eq!(probe.take(c), "");
        assert_eq!(probe.run("LLEN k"), ":0");
        // The first one waits for nothing any more.
        assert_eq!(probe.run("RPUSH other x"), ":1");
        assert_eq!(probe.take(a), "");
        assert_eq!(probe.run("LLEN other"), ":1");
    }

    #[test]
    fn a_blocked_client_times_out_on_the_servers_clock() {
        let mut probe = Probe::new();
        let id = probe.connect();
        probe.send(id, "BLPOP k 1.5");
        probe.fast_forward(Duration::from_millis(1499));
        assert_eq!(probe.take(id), "");
        probe.fast_forward(Duration::from_millis(1));
        assert_eq!(probe.take(id), "*-1");
        probe.run("RPUSH k x");
        assert_eq!(probe.run("LLEN k"), ":1");
    }

    #[test]
    fn a_client_that_is_gone_takes_nothing() {
        let mut probe = Probe::new();
        let id = probe.connect();
        probe.send(id, "BLPOP k 0");
        probe.engine.disconnect(id);
        probe.run("RPUSH k x");
        assert_eq!(probe.run("LLEN k"), ":1");
    }

    #[test]
    fn commands_sent_while_blocked_wait_for_their_turn() {
        let mut probe = Probe::new();
        let id = probe.connect();
        for command in ["BLPOP k 0", "PING", "BLPOP k 0", "ECHO x"] {
            probe.send(id, command);
        }
        assert_eq!(probe.take(id), "");
        probe.run("RPUSH k 1");
        assert_eq!(probe.take(id), "*2 $1 k $1 1 +PONG");
        probe.run("RPUSH k 2");
        assert_eq!(probe.take(id), "*2 $1 k $1 2 $1 x");
    }

    #[test]
    fn a_key_of_another_type_does_not_wake() {
        let mut probe = Probe::new();
        let id = probe.connect();
        probe.send(id, "BLPOP k 0");
        probe.run("SET k v");
        assert_eq!(probe.take(id), "");
        probe.run("DEL k");
        probe.run("MULTI");
        probe.run("RPUSH k 1 2");
        probe.run("LLEN k");
        assert_eq!(probe.run("EXEC"), "*2 :2 :2");
        assert_eq!(probe.take(id), "*2 $1 k $1 1");
    }

    #[test]
    fn timeouts_are_checked_before_keys() {
        let mut probe = Probe::new();
        assert_eq!(probe.run("BLPOP k x"), "-ERR timeout is not a float or out of range");
        assert_eq!(probe.run("BLPOP k -1"), "-ERR timeout is negative");
    }
}
