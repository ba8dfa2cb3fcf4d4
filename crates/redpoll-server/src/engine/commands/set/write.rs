//! SADD, SREM and SMOVE.

use bytes::Bytes;

use super::{changed, limits};
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::reply::Reply;
use crate::engine::value::set::Set;

pub(super) fn sadd(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (key, members) = (&argv[1], &argv[2..]);
    Ok(Reply::count(add(ctx, key, members)?))
}

/// How many members are new.
fn add(ctx: &mut Context<'_>, key: &Bytes, members: &[Bytes]) -> Result<usize, CommandError> {
    let limits = limits(ctx);
    let set = ctx.upsert::<Set>(key)?;
    if set.is_empty() {
        *set = Set::begin(&members[0], members.len(), limits);
    } else {
        set.make_room(members.len(), limits);
    }
    let count = members.iter().filter(|member| set.insert(Bytes::clone(member))).count();
    set.fit(limits);
    if count > 0 {
        changed(ctx, key, "sadd");
    }
    Ok(count)
}

pub(super) fn srem(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let key = &argv[1];
    let Some(set) = ctx.modify::<Set>(key)? else { return Ok(Reply::Integer(0)) };
    let count = argv[2..].iter().filter(|member| set.remove(member)).count();
    if count > 0 {
        changed(ctx, key, "srem");
    }
    Ok(Reply::count(count))
}

pub(super) fn smove(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (source, destination, member) = (&argv[1], &argv[2], &argv[3]);
    let Some(set) = ctx.read::<Set>(source)? else { return Ok(Reply::Integer(0)) };
    let is_member = set.contains(member);
    ctx.read::<Set>(destination)?;
    if is_member && source != destination {
        if let Some(set) = ctx.modify::<Set>(source)? {
            set.remove(member);
        }
        changed(ctx, source, "srem");
        add(ctx, destination, std::slice::from_ref(member))?;
    }
    Ok(Reply::flag(is_member))
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn members_are_added_removed_and_moved() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("SADD s c a b a", ":3"),
            ("SADD s a", ":0"),
            ("SMEMBERS s", "*3 $1 c $1 a $1 b"),
            ("SREM s c x", ":1"),
            ("SMOVE s t a", ":1"),
            ("SMOVE s t a", ":0"),
            ("SMOVE s s b", ":1"),
            ("SMOVE s t b", ":1"),
            ("EXISTS s", ":0"),
            ("SMOVE missing t b", ":0"),
            ("SMEMBERS t", "*2 $1 a $1 b"),
            ("SET text x", "+OK"),
            ("SMOVE t text x", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
            ("SMOVE missing text x", ":0"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn sets_of_integers_are_in_ascending_order() {
        let mut probe = Probe::new();
        probe.run("SADD s 10 -3 7");
        assert_eq!(probe.run("SMEMBERS s"), "*3 $2 -3 $1 7 $2 10");
        assert_eq!(probe.run("OBJECT ENCODING s"), "$6 intset");
        probe.run("SADD s a 8");
        assert_eq!(probe.run("SMEMBERS s"), "*5 $2 -3 $1 7 $2 10 $1 a $1 8");
        assert_eq!(probe.run("OBJECT ENCODING s"), "$8 listpack");
    }
}
