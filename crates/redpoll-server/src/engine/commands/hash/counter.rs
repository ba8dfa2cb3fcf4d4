//! HINCRBY and HINCRBYFLOAT. A field keeps its expiry.

use bytes::Bytes;

use super::{changed, limits};
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::long_double::{self, LongDouble};
use crate::engine::number::{integer, parse_integer};
use crate::engine::reply::Reply;
use crate::engine::value::hash::Hash;

const VALUE_NOT_AN_INTEGER: CommandError = CommandError::new("ERR hash value is not an integer");
const VALUE_NOT_A_FLOAT: CommandError = CommandError::new("ERR hash value is not a float");
const INFINITE: CommandError = CommandError::new("ERR value is NaN or Infinity");

pub(super) fn hincrby(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let increment = integer(&argv[3])?;
    let sum = update(ctx, argv, "hincrby", |value| {
        let value = value.map_or(Some(0), parse_integer).ok_or(VALUE_NOT_AN_INTEGER)?;
        value.checked_add(increment).map(|sum| sum.to_string()).ok_or(CommandError::OVERFLOW)
    })?;
    Ok(Reply::Integer(integer(&sum)?))
}

pub(super) fn hincrbyfloat(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let increment = &argv[3];
    match LongDouble::parse(increment).ok_or(CommandError::NOT_A_FLOAT)? {
        LongDouble::Infinite { .. } => return Err(INFINITE),
        LongDouble::Finite { .. } => {}
    }
    let sum = update(ctx, argv, "hincrbyfloat", |value| {
        long_double::add(value.map_or(b"0", |value| value), increment, VALUE_NOT_A_FLOAT)
    })?;
    Ok(Reply::BulkString(sum))
}

/// Puts what `compute` makes of a field's value in its place.
fn update(
    ctx: &mut Context<'_>,
    argv: &[Bytes],
    event: &str,
    compute: impl FnOnce(Option<&[u8]>) -> Result<String, CommandError>,
) -> Result<Bytes, CommandError> {
    let (key, field) = (&argv[1], &argv[2]);
    let limits = limits(ctx);
    let hash = ctx.upsert::<Hash>(key)?;
    let result = Bytes::from(compute(hash.get(field).map(|field| &*field.value))?);
    hash.update(field.clone(), result.clone());
    hash.fit(limits);
    changed(ctx, key, event);
    Ok(result)
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn fields_are_counted_up() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("HINCRBY h n 5", ":5"),
            ("HINCRBY h n -7", ":-2"),
            ("HINCRBYFLOAT h n 0.1", "$4 -1.9"),
            ("HINCRBYFLOAT h f 3.0e3", "$4 3000"),
            ("HINCRBY h n 1", "-ERR hash value is not an integer"),
            ("HINCRBY h f 9223372036854775807", "-ERR increment or decrement would overflow"),
            ("HINCRBY h f x", "-ERR value is not an integer or out of range"),
            ("HINCRBYFLOAT h f x", "-ERR value is not a valid float"),
            ("HINCRBYFLOAT h f inf", "-ERR value is NaN or Infinity"),
            ("HSET h t text i inf", ":2"),
            ("HINCRBYFLOAT h t 1", "-ERR hash value is not a float"),
            ("HINCRBYFLOAT h i 1", "-ERR increment would produce NaN or Infinity"),
            ("HINCRBY missing n x", "-ERR value is not an integer or out of range"),
            ("EXISTS missing", ":0"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }
}
