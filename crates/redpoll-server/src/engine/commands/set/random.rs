//! SPOP and SRANDMEMBER.

use bytes::Bytes;

use super::changed;
use crate::engine::commands::sampling::{self, Sample};
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::number::parse_integer;
use crate::engine::reply::Reply;
use crate::engine::value::set::Set;

pub(super) fn srandmember(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let sample = match &argv[2..] {
        [] => Sample::One,
        [count] => Sample::parse(count)?,
        _ => return Err(CommandError::SYNTAX),
    };
    let mut members = pick(ctx, &argv[1], sample)?;
    Ok(match sample {
        Sample::One => Reply::bulk_or_null(members.pop()),
        _ => Reply::bulks(members),
    })
}

pub(super) fn spop(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let key = &argv[1];
    let sample = match &argv[2..] {
        [] => Sample::One,
        [count] => {
            let count = parse_integer(count).and_then(|count| usize::try_from(count).ok());
            Sample::Distinct(count.ok_or(CommandError::NOT_POSITIVE)?)
        }
        _ => return Err(CommandError::SYNTAX),
    };
    let mut members = pick(ctx, key, sample)?;
    if let Some(set) = ctx.modify::<Set>(key)?
        && !members.is_empty()
    {
        members.iter().for_each(|member| {
            set.remove(member);
        });
        changed(ctx, key, "spop");
    }
    Ok(match sample {
        Sample::One => Reply::bulk_or_null(members.pop()),
        _ => Reply::Set(members.into_iter().map(Reply::BulkString).collect()),
    })
}

fn pick(ctx: &mut Context<'_>, key: &Bytes, sample: Sample) -> Result<Vec<Bytes>, CommandError> {
    let length = ctx.read::<Set>(key)?.map_or(0, Set::len);
    let picks = sampling::picks(ctx.random(), length, sample)?;
    let set = ctx.read::<Set>(key)?;
    Ok(picks.into_iter().filter_map(|index| set?.get_index(index)).cloned().collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::engine::probe::Probe;

    #[test]
    fn members_are_chosen_and_taken() {
        let mut probe = Probe::new();
        probe.run("SADD s a b");
        for (command, reply) in [
            ("SRANDMEMBER s 5", "*2 $1 a $1 b"),
            ("SRANDMEMBER s 0", "*0"),
            ("SRANDMEMBER missing", "$-1"),
            ("SRANDMEMBER missing 1", "*0"),
            ("SRANDMEMBER s x", "-ERR value is not an integer or out of range"),
            ("SRANDMEMBER s 1 2", "-ERR syntax error"),
            ("SPOP s 0", "*0"),
            ("SPOP s -1", "-ERR value is out of range, must be positive"),
            ("SPOP s 5", "*2 $1 a $1 b"),
            ("EXISTS s", ":0"),
            ("SPOP s", "$-1"),
            ("SPOP s 1", "*0"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
        assert!(probe.run("SADD s a b").ends_with('2'));
        assert!(probe.run("SRANDMEMBER s -7").starts_with("*7 "));
        probe.run("HELLO 3");
        assert!(probe.run("SPOP s 1").starts_with("~1 "));
    }

    #[test]
    fn popping_one_by_one_takes_every_member_once() {
        let mut probe = Probe::new();
        for n in 0..300 {
            probe.run(&format!("SADD s member{n}"));
        }
        let popped: BTreeSet<String> = (0..300).map(|_| probe.run("SPOP s")).collect();
        assert_eq!(popped.len(), 300);
        assert_eq!(probe.run("SPOP s"), "$-1");
    }
}
