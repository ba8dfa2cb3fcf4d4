//! CLIENT PAUSE and UNPAUSE.

use bytes::Bytes;

use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::number::parse_integer;
use crate::engine::pause::PauseScope;
use crate::engine::reply::Reply;

const BAD_MODE: CommandError = CommandError::new("ERR CLIENT PAUSE mode must be WRITE or ALL");

pub(super) fn pause(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let scope = match &argv[3..] {
        [] => PauseScope::All,
        [mode] if is_word(mode, "ALL") => PauseScope::All,
        [mode] if is_word(mode, "WRITE") => PauseScope::Writes,
        [_] => return Err(BAD_MODE),
        _ => return Err(CommandError::wrong_subcommand_arity(argv)),
    };
    let millis = parse_integer(&argv[2]).ok_or(CommandError::TIMEOUT_NOT_AN_INTEGER)?;
    if millis < 0 {
        return Err(CommandError::TIMEOUT_NEGATIVE);
    }
    let until = ctx.now().checked_add(millis).ok_or(CommandError::TIMEOUT_OUT_OF_RANGE)?;
    ctx.engine.pause(until, scope);
    Ok(Reply::OK)
}

pub(super) fn unpause(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    ctx.engine.unpause();
    Ok(Reply::OK)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::engine::probe::Probe;

    #[test]
    fn in_a_pause_commands_wait_and_then_run_in_order() {
        let mut probe = Probe::new();
        assert_eq!(probe.run("CLIENT PAUSE 1000"), "+OK");
        assert_eq!(probe.run_other("SET k 1"), "");
        assert_eq!(probe.run_other("GET k"), "");
        assert_eq!(probe.run_other("NOSUCH"), "");
        probe.fast_forward(Duration::from_millis(999));
        assert_eq!(probe.run_other("PING"), "");
        probe.fast_forward(Duration::from_millis(1));
        assert_eq!(probe.run_other("PING"), "+OK $1 1 -ERR unknown command 'NOSUCH' +PONG +PONG");
    }

    #[test]
    fn a_pause_of_writes_lets_reads_through() {
        let mut probe = Probe::new();
        probe.run("CLIENT PAUSE 1000 WRITE");
        assert_eq!(probe.run("GET k"), "$-1");
        assert_eq!(probe.run_other("SET k 1"), "");
        assert_eq!(probe.run("CLIENT UNPAUSE"), "+OK");
        assert_eq!(probe.run_other("PING"), "+OK +PONG");
        assert_eq!(probe.run("GET k"), "$1 1");
    }

    #[test]
    fn a_longer_pause_is_not_cut_short() {
        let mut probe = Probe::new();
        probe.run("CLIENT PAUSE 1000 WRITE");
        probe.run("CLIENT PAUSE 10 WRITE");
        assert_eq!(probe.run_other("SET k 1"), "");
        probe.fast_forward(Duration::from_millis(500));
        assert_eq!(probe.run("GET k"), "$-1");
        probe.fast_forward(Duration::from_millis(500));
        assert_eq!(probe.run("GET k"), "$1 1");
    }

    #[test]
    fn a_client_that_is_gone_does_not_execute_what_waited() {
        let mut probe = Probe::new();
        let client = probe.connect();
        probe.run("CLIENT PAUSE 1000 WRITE");
        probe.send(client, "SET k 1");
        probe.engine.disconnect(client);
        probe.fast_forward(Duration::from_secs(2));
        assert_eq!(probe.run("GET k"), "$-1");
    }

    #[test]
    fn wrong_timeouts_and_modes_are_refused() {
        let mut probe = Probe::new();
        for (arguments, error) in [
            ("x", "timeout is not an integer or out of range"),
            ("-1", "timeout is negative"),
            ("9223372036854775807", "timeout is out of range"),
            ("1 foo", "CLIENT PAUSE mode must be WRITE or ALL"),
        ] {
            assert_eq!(probe.run(&format!("CLIENT PAUSE {arguments}")), format!("-ERR {error}"));
        }
    }
}
