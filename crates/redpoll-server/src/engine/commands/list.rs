//! Lists.

use bytes::Bytes;

use crate::engine::command::{Block, CommandSpec, Group, KeySpec, Outcome};
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::event::EventClass;
use crate::engine::reply::Reply;
use crate::engine::value::ValueKind;
use crate::engine::value::list::{End, List};

pub(super) const GROUP: Group = Group {
    name: "list",
    category: "@list",
    commands: &[
        CommandSpec::blocking("blpop", -3, "2.0.0", blpop).write().keys(&[KeySpec::range(
            "RW access delete",
            1,
            -2,
            1,
        )]),
        CommandSpec::new("llen", 2, "1.0.0", llen).readonly().fast().keys(&[KeySpec::one("RO", 1)]),
        CommandSpec::new("lpush", -3, "1.0.0", lpush)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW insert", 1)]),
        CommandSpec::new("rpush", -3, "1.0.0", rpush)
            .write()
            .denyoom()
            .fast()
            .keys(&[KeySpec::one("RW insert", 1)]),
    ],
};

fn lpush(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    push(ctx, argv, End::Left, "lpush")
}

fn rpush(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    push(ctx, argv, End::Right, "rpush")
}

fn push(ctx: &mut Context<'_>, argv: &[Bytes], end: End, event: &str) -> Result<Reply, CommandError> {
    let key = &argv[1];
    let list = ctx.upsert::<List>(key)?;
    argv[2..].iter().for_each(|element| list.push(end, element.clone()));
    let length = list.len();
    ctx.touch(key);
    ctx.notify(EventClass::List, event, key);
    Ok(Reply::count(length))
}

fn llen(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::count(ctx.read::<List>(&argv[1])?.map_or(0, List::len)))
}

fn blpop(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Outcome, CommandError> {
    let (timeout, keys) = argv[1..].split_last().ok_or_else(|| ctx.wrong_arity())?;
    let deadline = ctx.block_deadline(timeout)?;
    for key in keys {
        let Some(list) = ctx.modify::<List>(key)? else { continue };
        let Some(element) = list.pop(End::Left) else { continue };
        let emptied = list.is_empty();
        ctx.touch(key);
        ctx.notify(EventClass::List, "lpop", key);
        if emptied {
            ctx.notify(EventClass::Generic, "del", key);
        }
        return Ok(Reply::bulks([key.clone(), element]).into());
    }
    let keys = keys.to_vec();
    Ok(Outcome::Block(Block { keys, kind: ValueKind::List, deadline, on_timeout: Reply::NullArray }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::engine::probe::Probe;

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
