//! Strings that are numbers.

use bytes::Bytes;

use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::event::EventClass;
use crate::engine::long_double;
use crate::engine::number::integer;
use crate::engine::reply::Reply;
use crate::engine::value::Value;
use crate::engine::value::text::Text;

const DECREMENT_OVERFLOW: CommandError = CommandError::new("ERR decrement would overflow");

pub(super) fn incr(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    increment(ctx, &argv[1], 1)
}

pub(super) fn decr(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    increment(ctx, &argv[1], -1)
}

pub(super) fn incrby(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    increment(ctx, &argv[1], integer(&argv[2])?)
}

pub(super) fn decrby(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    increment(ctx, &argv[1], integer(&argv[2])?.checked_neg().ok_or(DECREMENT_OVERFLOW)?)
}

fn increment(ctx: &mut Context<'_>, key: &Bytes, by: i64) -> Result<Reply, CommandError> {
    let current = super::read(ctx, key)?.map_or(Ok(0), |text| integer(&text))?;
    let sum = current.checked_add(by).ok_or(CommandError::OVERFLOW)?;
    keep(ctx, key, Text::new(sum.to_string().into()), "incrby");
    Ok(Reply::Integer(sum))
}

pub(super) fn incrbyfloat(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let key = &argv[1];
    let current = super::read(ctx, key)?.unwrap_or(Bytes::from_static(b"0"));
    let sum = Bytes::from(long_double::add(&current, &argv[2], CommandError::NOT_A_FLOAT)?);
    keep(ctx, key, Text::calculated(sum.clone()), "incrbyfloat");
    Ok(Reply::bulk(sum))
}

/// Stores a number; the key keeps its time to live.
fn keep(ctx: &mut Context<'_>, key: &Bytes, text: Text, event: &str) {
    ctx.db_mut().replace(key, Value::String(text));
    ctx.touch(key);
    ctx.notify(EventClass::String, event, key);
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn counters_count_within_64_bits() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("INCR k", ":1"),
            ("INCRBY k 41", ":42"),
            ("DECR k", ":41"),
            ("DECRBY k 1", ":40"),
            ("DECRBY k -9223372036854775808", "-ERR decrement would overflow"),
            ("INCRBY k 9223372036854775807", "-ERR increment or decrement would overflow"),
            ("INCRBY k 1.5", "-ERR value is not an integer or out of range"),
            ("SET k 01", "+OK"),
            ("INCR k", "-ERR value is not an integer or out of range"),
            ("LPUSH l a", ":1"),
            ("INCR l", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn a_counter_keeps_its_time_to_live() {
        let mut probe = Probe::new();
        probe.run("SET k 1 EX 100");
        probe.run("INCR k");
        probe.run("INCRBYFLOAT k 0.5");
        assert_eq!(probe.run("TTL k"), ":100");
        assert_eq!(probe.run("GET k"), "$3 2.5");
    }

    #[test]
    fn floats_are_added_as_long_doubles() {
        let mut probe = Probe::new();
        probe.run("SET k -855127.4267");
        assert_eq!(probe.run("INCRBYFLOAT k -811.7399"), "$25 -855939.16659999999995989");
        assert_eq!(probe.run("INCRBYFLOAT k x"), "-ERR value is not a valid float");
        assert_eq!(probe.run("INCRBYFLOAT k inf"), "-ERR increment would produce NaN or Infinity");
    }
}
