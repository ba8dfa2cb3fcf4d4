//! ZRANDMEMBER.

use bytes::Bytes;

use super::members;
use crate::engine::commands::is_word;
use crate::engine::commands::sampling::{self, Sample};
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::reply::Reply;
use crate::engine::value::sorted_set::SortedSet;

pub(super) fn zrandmember(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (sample, with_scores) = match &argv[2..] {
        [] => (Sample::One, false),
        [count] => (Sample::parse(count)?, false),
        [count, option] => {
            let sample = Sample::parse(count)?;
            if !is_word(option, "WITHSCORES") {
                return Err(CommandError::SYNTAX);
            }
            (sample.of_pairs()?, true)
        }
        [count, ..] => {
            Sample::parse(count)?;
            return Err(CommandError::SYNTAX);
        }
    };
    let length = ctx.read::<SortedSet>(&argv[1])?.map_or(0, SortedSet::len);
    let picks = sampling::picks(ctx.random(), length, sample)?;
    let set = ctx.read::<SortedSet>(&argv[1])?;
    let picked: Vec<(Bytes, f64)> = picks
        .into_iter()
        // From the highest down: Redis walks sorted sets that way when all members are asked for.
        .filter_map(|index| set?.get(length - 1 - index))
        .map(|ranked| (ranked.member.clone(), ranked.score))
        .collect();
    Ok(match sample {
        Sample::One => Reply::bulk_or_null(picked.into_iter().next().map(|(member, _)| member)),
        _ => members(ctx, picked, with_scores),
    })
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn counts_say_how_many_and_whether_they_differ() {
        let mut probe = Probe::new();
        probe.run("ZADD z 1 a 2 b");
        assert!(["$1 a", "$1 b"].contains(&probe.run("ZRANDMEMBER z").as_str()));
        for (command, reply) in [
            ("ZRANDMEMBER z 5 WITHSCORES", "*4 $1 b $1 2 $1 a $1 1"),
            ("ZRANDMEMBER z 0", "*0"),
            ("ZRANDMEMBER missing", "$-1"),
            ("ZRANDMEMBER missing 2", "*0"),
            ("ZRANDMEMBER z x", "-ERR value is not an integer or out of range"),
            ("ZRANDMEMBER z 1 x", "-ERR syntax error"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
        assert!(probe.run("ZRANDMEMBER z -7").starts_with("*7 "));
    }
}
