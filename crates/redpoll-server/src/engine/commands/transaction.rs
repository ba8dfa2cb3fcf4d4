//! MULTI, EXEC, DISCARD, WATCH, UNWATCH.

use bytes::Bytes;

use crate::engine::client::Transaction;
use crate::engine::command::{CommandSpec, Group, KeySpec, Outcome};
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::reply::Reply;

pub(super) const GROUP: Group = Group {
    name: "transactions",
    category: "@transaction",
    commands: &[
        CommandSpec::new("discard", 1, "2.0.0", discard).noscript().loading().stale().fast().allow_busy(),
        CommandSpec::new("exec", 1, "1.2.0", exec).noscript().loading().stale().skip_slowlog(),
        CommandSpec::new("multi", 1, "1.2.0", multi).noscript().loading().stale().fast().allow_busy(),
        CommandSpec::new("unwatch", 1, "2.2.0", unwatch).noscript().loading().stale().fast().allow_busy(),
        CommandSpec::new("watch", -2, "2.2.0", watch)
            .noscript()
            .loading()
            .stale()
            .fast()
            .allow_busy()
            .keys(&[KeySpec::range("RO", 1, -1, 1)]),
    ],
};

const NESTED_MULTI: CommandError = CommandError::new("ERR MULTI calls can not be nested");
const WATCH_INSIDE_MULTI: CommandError = CommandError::new("ERR WATCH inside MULTI is not allowed");
const EXEC_WITHOUT_MULTI: CommandError = CommandError::new("ERR EXEC without MULTI");
const DISCARD_WITHOUT_MULTI: CommandError = CommandError::new("ERR DISCARD without MULTI");

fn multi(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    let client = ctx.client_mut();
    if client.transaction.is_some() {
        return Err(NESTED_MULTI);
    }
    client.transaction = Some(Transaction::default());
    Ok(Reply::OK)
}

/// The replies of the commands in a row; blocking commands find their time up at once.
fn exec(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    let client = ctx.client_mut();
    let transaction = client.transaction.take().ok_or(EXEC_WITHOUT_MULTI)?;
    let watch_broken = client.watch_broken;
    let id = ctx.client_id();
    ctx.engine.unwatch(id);
    if transaction.aborted {
        return Err(CommandError::EXECABORT);
    }
    if watch_broken {
        return Ok(Reply::NullArray);
    }
    let replies =
        transaction.queued.iter().map(|(spec, argv)| match ctx.engine.call(id, spec, argv, false) {
            Outcome::Reply(reply) => reply,
            Outcome::Block(block) => block.on_timeout,
        });
    Ok(Reply::Array(replies.collect()))
}

fn discard(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    ctx.client_mut().transaction.take().ok_or(DISCARD_WITHOUT_MULTI)?;
    let id = ctx.client_id();
    ctx.engine.unwatch(id);
    Ok(Reply::OK)
}

fn watch(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    if ctx.client().transaction.is_some() {
        return Err(WATCH_INSIDE_MULTI);
    }
    // Nothing can make a broken watch whole.
    if !ctx.client().watch_broken {
        let id = ctx.client_id();
        argv[1..].iter().for_each(|key| ctx.engine.watch(id, key));
    }
    Ok(Reply::OK)
}

fn unwatch(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    let id = ctx.client_id();
    ctx.engine.unwatch(id);
    Ok(Reply::OK)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::engine::probe::Probe;

    type Change = fn(&mut Probe);

    #[test]
    fn queued_commands_are_executed_together() {
        let mut probe = Probe::new();
        assert_eq!(probe.run("MULTI"), "+OK");
        assert_eq!(probe.run("SET k 1"), "+QUEUED");
        assert_eq!(probe.run("LPUSH k x"), "+QUEUED");
        assert_eq!(probe.run("GET k"), "+QUEUED");
        assert_eq!(
            probe.run("EXEC"),
            "*3 +OK -WRONGTYPE Operation against a key holding the wrong kind of value $1 1"
        );
        assert_eq!(probe.run("EXEC"), "-ERR EXEC without MULTI");
    }

    #[test]
    fn an_error_while_queueing_aborts_the_transaction() {
        let mut probe = Probe::new();
        probe.run("MULTI");
        assert_eq!(probe.run("GET"), "-ERR wrong number of arguments for 'get' command");
        assert_eq!(probe.run("SET k 1"), "+QUEUED");
        assert_eq!(probe.run("EXEC"), "-EXECABORT Transaction discarded because of previous errors.");
        assert_eq!(probe.run("GET k"), "$-1");
    }

    #[test]
    fn a_nested_multi_and_a_watch_inside_do_not_abort() {
        let mut probe = Probe::new();
        probe.run("MULTI");
        assert_eq!(probe.run("MULTI"), "-ERR MULTI calls can not be nested");
        assert_eq!(probe.run("WATCH k"), "-ERR WATCH inside MULTI is not allowed");
        probe.run("PING");
        assert_eq!(probe.run("EXEC"), "*1 +PONG");
        assert_eq!(probe.run("DISCARD"), "-ERR DISCARD without MULTI");
    }

    #[test]
    fn a_changed_watched_key_makes_exec_reply_null() {
        let changes: [(&str, Change); 5] = [
            ("write", |probe| drop(probe.run_other("SET k 2"))),
            ("delete", |probe| drop(probe.run_other("DEL k"))),
            ("flush", |probe| drop(probe.run_other("FLUSHALL"))),
            ("swap", |probe| drop(probe.run_other("SWAPDB 0 1"))),
            ("expiry", |probe| probe.fast_forward(Duration::from_secs(10))),
        ];
        for (name, change) in changes {
            let mut probe = Probe::new();
            probe.run("SET k 1");
            probe.run("EXPIRE k 10");
            probe.run("WATCH k");
            change(&mut probe);
            probe.run("MULTI");
            probe.run("PING");
            assert_eq!(probe.run("EXEC"), "*-1", "{name}");
            probe.run("MULTI");
            assert_eq!(probe.run("EXEC"), "*0", "{name}: watches end with EXEC");
        }
    }

    #[test]
    fn a_watched_key_that_nobody_changed_lets_exec_run() {
        let mut probe = Probe::new();
        probe.run("WATCH k missing");
        probe.run_other("SET other 1");
        probe.run_other("FLUSHALL");
        probe.run("MULTI");
        assert_eq!(probe.run("EXEC"), "*0");
        probe.run("WATCH k");
        probe.run_other("SET k 1");
        probe.run("UNWATCH");
        probe.run("MULTI");
        assert_eq!(probe.run("EXEC"), "*0");
    }

    #[test]
    fn blocking_commands_do_not_block_in_a_transaction() {
        let mut probe = Probe::new();
        probe.run("MULTI");
        probe.run("BLPOP k 0");
        assert_eq!(probe.run("EXEC"), "*1 *-1");
    }
}
