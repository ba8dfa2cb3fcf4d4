//! Parts of strings.

use std::ops::Range;

use bytes::Bytes;

use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::event::EventClass;
use crate::engine::number::integer;
use crate::engine::reply::Reply;
use crate::engine::value::Value;
use crate::engine::value::text::Text;

const OFFSET_OUT_OF_RANGE: CommandError = CommandError::new("ERR offset is out of range");

pub(super) fn append(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (key, suffix) = (&argv[1], &argv[2]);
    let length = match ctx.read::<Text>(key)?.map(|text| text.bytes().len()) {
        None => {
            ctx.db_mut().insert(key, Value::String(Text::new(suffix.clone())));
            suffix.len()
        }
        Some(length) => {
            check_length(ctx, length, suffix.len())?;
            if let Some(text) = ctx.modify::<Text>(key)? {
                text.edit(|bytes| bytes.extend_from_slice(suffix));
            }
            length + suffix.len()
        }
    };
    ctx.touch(key);
    ctx.notify(EventClass::String, "append", key);
    Ok(Reply::count(length))
}

pub(super) fn setrange(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (key, part) = (&argv[1], &argv[3]);
    let offset = usize::try_from(integer(&argv[2])?).map_err(|_| OFFSET_OUT_OF_RANGE)?;
    let length = ctx.read::<Text>(key)?.map_or(0, |text| text.bytes().len());
    if part.is_empty() {
        return Ok(Reply::count(length));
    }
    check_length(ctx, offset, part.len())?;
    let end = offset + part.len();
    ctx.upsert::<Text>(key)?.edit(|bytes| {
        bytes.resize(length.max(end), 0);
        bytes[offset..end].copy_from_slice(part);
    });
    ctx.touch(key);
    ctx.notify(EventClass::String, "setrange", key);
    Ok(Reply::count(length.max(end)))
}

pub(super) fn getrange(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (start, end) = (integer(&argv[2])?, integer(&argv[3])?);
    let text = super::read(ctx, &argv[1])?.unwrap_or_default();
    Ok(Reply::bulk(text.slice(resolve(start, end, text.len()))))
}

/// The bytes from `start` to `end`, both included and counted from the end when negative.
fn resolve(start: i64, end: i64, length: usize) -> Range<usize> {
    let length = length as i64;
    if start < 0 && end < 0 && start > end {
        return 0..0;
    }
    let from_start = |index: i64| if index < 0 { (length + index).max(0) } else { index };
    let (start, end) = (from_start(start), from_start(end).min(length - 1));
    if start > end { 0..0 } else { start as usize..end as usize + 1 }
}

fn check_length(ctx: &Context<'_>, start: usize, more: usize) -> Result<(), CommandError> {
    let limit: usize = ctx.engine.config.get("proto-max-bulk-len").parse().unwrap_or(usize::MAX);
    let fits = start.checked_add(more).is_some_and(|length| length <= limit);
    if fits { Ok(()) } else { Err(CommandError::STRING_TOO_LONG) }
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn ranges_are_inclusive_and_count_from_either_end() {
        let mut probe = Probe::new();
        probe.run("SET k abcdef");
        for (range, reply) in [
            ("0 2", "$3 abc"),
            ("-3 -1", "$3 def"),
            ("4 100", "$2 ef"),
            ("-100 0", "$1 a"),
            ("3 2", "$0 "),
            ("-1 -2", "$0 "),
            ("6 7", "$0 "),
            ("-100 -99", "$1 a"),
        ] {
            assert_eq!(probe.run(&format!("GETRANGE k {range}")), reply, "{range}");
            assert_eq!(probe.run(&format!("SUBSTR k {range}")), reply, "{range}");
        }
    }

    #[test]
    fn writing_beyond_the_end_fills_with_zeros() {
        let mut probe = Probe::new();
        assert_eq!(probe.run("SETRANGE k 2 ab"), ":4");
        assert_eq!(probe.run("GET k"), "$4 \0\0ab");
        assert_eq!(probe.run("SETRANGE k 1 x"), ":4");
        assert_eq!(probe.run("APPEND k !"), ":5");
        assert_eq!(probe.run("GET k"), "$5 \0xab!");
        assert_eq!(probe.run("SETRANGE missing 5 \"\""), ":0");
        assert_eq!(probe.run("GET missing"), "$-1");
        assert_eq!(probe.run("SETRANGE k -1 x"), "-ERR offset is out of range");
        assert_eq!(
            probe.run("SETRANGE k 536870912 x"),
            "-ERR string exceeds maximum allowed size (proto-max-bulk-len)"
        );
    }
}
