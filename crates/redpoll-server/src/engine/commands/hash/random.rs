//! HRANDFIELD.

use bytes::Bytes;

use crate::engine::commands::is_word;
use crate::engine::commands::sampling::{self, Sample};
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::reply::Reply;
use crate::engine::value::hash::Hash;

pub(super) fn hrandfield(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (sample, with_values) = match &argv[2..] {
        [] => (Sample::One, false),
        [count] => (Sample::parse(count)?, false),
        [count, rest @ ..] => {
            let sample = Sample::parse(count)?;
            if rest.len() > 1 || !is_word(&rest[0], "WITHVALUES") {
                return Err(CommandError::SYNTAX);
            }
            (sample.of_pairs()?, true)
        }
    };
    let length = ctx.read::<Hash>(&argv[1])?.map_or(0, Hash::len);
    let picks = sampling::picks(ctx.random(), length, sample)?;
    let nested = ctx.is_resp3();
    let hash = ctx.read::<Hash>(&argv[1])?;
    let mut picked = Vec::new();
    for (name, field) in picks.into_iter().filter_map(|index| hash?.get_index(index)) {
        let name = Reply::BulkString(name.clone());
        let value = || Reply::BulkString(field.value.clone());
        match (with_values, nested) {
            (false, _) => picked.push(name),
            (true, true) => picked.push(Reply::Array(vec![name, value()])),
            (true, false) => picked.extend([name, value()]),
        }
    }
    Ok(match sample {
        Sample::One => picked.pop().unwrap_or(Reply::Null),
        _ => Reply::Array(picked),
    })
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn counts_say_how_many_and_whether_they_differ() {
        let mut probe = Probe::new();
        probe.run("HSET h a 1 b 2");
        assert!(["$1 a", "$1 b"].contains(&probe.run("HRANDFIELD h").as_str()));
        for (command, reply) in [
            ("HRANDFIELD h 5 WITHVALUES", "*4 $1 a $1 1 $1 b $1 2"),
            ("HRANDFIELD h 5", "*2 $1 a $1 b"),
            ("HRANDFIELD missing", "$-1"),
            ("HRANDFIELD missing 2", "*0"),
            ("HRANDFIELD h 1 x", "-ERR syntax error"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
        assert!(probe.run("HRANDFIELD h -7").starts_with("*7 "));
        probe.run("HELLO 3");
        assert_eq!(probe.run("HRANDFIELD h 2 WITHVALUES"), "*2 *2 $1 a $1 1 *2 $1 b $1 2");
    }
}
