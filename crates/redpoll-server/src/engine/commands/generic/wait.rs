//! WAIT and WAITAOF. There are no replicas and no append-only file: whoever asks for them waits in vain.

use bytes::Bytes;

use crate::engine::clock::Millis;
use crate::engine::command::{Block, Outcome};
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::number::{integer, parse_integer};
use crate::engine::reply::Reply;
use crate::engine::value::ValueKind;

const NOT_0_OR_1: CommandError = CommandError::new("ERR value is out of range, value must between 0 and 1");
const NO_APPEND_ONLY_FILE: CommandError =
    CommandError::new("ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.");

pub(super) fn wait(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Outcome, CommandError> {
    let replicas = integer(&argv[1])?;
    let deadline = deadline(ctx, &argv[2])?;
    Ok(wait_for(replicas, deadline, Reply::Integer(0)))
}

pub(super) fn waitaof(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Outcome, CommandError> {
    let local = integer(&argv[1])?;
    if !(0..=1).contains(&local) {
        return Err(NOT_0_OR_1);
    }
    let replicas = parse_integer(&argv[2]).filter(|count| *count >= 0).ok_or(CommandError::NOT_POSITIVE)?;
    let deadline = deadline(ctx, &argv[3])?;
    if local > 0 {
        return Err(NO_APPEND_ONLY_FILE);
    }
    Ok(wait_for(replicas, deadline, Reply::Array(vec![Reply::Integer(0), Reply::Integer(0)])))
}

fn wait_for(replicas: i64, deadline: Option<Millis>, acknowledged: Reply) -> Outcome {
    if replicas <= 0 {
        return Outcome::Reply(acknowledged);
    }
    Outcome::Block(Block { keys: Vec::new(), kind: ValueKind::String, deadline, on_timeout: acknowledged })
}

/// The timeout of these commands is in milliseconds; 0 is for ever.
fn deadline(ctx: &Context<'_>, timeout: &[u8]) -> Result<Option<Millis>, CommandError> {
    let timeout = parse_integer(timeout).ok_or(CommandError::TIMEOUT_NOT_AN_INTEGER)?;
    if timeout < 0 {
        return Err(CommandError::TIMEOUT_NEGATIVE);
    }
    if timeout == 0 {
        return Ok(None);
    }
    ctx.now().checked_add(timeout).map(Some).ok_or(CommandError::TIMEOUT_OUT_OF_RANGE)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::engine::probe::Probe;

    #[test]
    fn waiting_for_replicas_ends_when_time_is_up() {
        let mut probe = Probe::new();
        assert_eq!(probe.run("WAIT 0 0"), ":0");
        assert_eq!(probe.run("WAITAOF 0 0 0"), "*2 :0 :0");
        let id = probe.connect();
        assert_eq!(probe.on(id, "WAIT 1 100"), "");
        probe.fast_forward(Duration::from_millis(99));
        assert_eq!(probe.take(id), "");
        probe.fast_forward(Duration::from_millis(1));
        assert_eq!(probe.take(id), ":0");
    }

    #[test]
    fn arguments_are_checked() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("WAIT x 0", "-ERR value is not an integer or out of range"),
            ("WAIT 0 x", "-ERR timeout is not an integer or out of range"),
            ("WAIT 0 -1", "-ERR timeout is negative"),
            ("WAIT 1 9223372036854775807", "-ERR timeout is out of range"),
            ("WAITAOF 2 0 0", "-ERR value is out of range, value must between 0 and 1"),
            ("WAITAOF 0 -1 0", "-ERR value is out of range, must be positive"),
            ("WAITAOF 1 0 0", "-ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled."),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }
}
