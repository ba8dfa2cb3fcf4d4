//! What is in a set.

use bytes::Bytes;

use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::reply::Reply;
use crate::engine::value::set::Set;

pub(super) fn scard(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::count(ctx.read::<Set>(&argv[1])?.map_or(0, Set::len)))
}

pub(super) fn smembers(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let members = ctx.read::<Set>(&argv[1])?.map(|set| set.iter().cloned().map(Reply::BulkString).collect());
    Ok(Reply::Set(members.unwrap_or_default()))
}

pub(super) fn sismember(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(is_member(ctx.read(&argv[1])?, &argv[2]))
}

pub(super) fn smismember(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let set = ctx.read(&argv[1])?;
    Ok(Reply::Array(argv[2..].iter().map(|member| is_member(set, member)).collect()))
}

fn is_member(set: Option<&Set>, member: &[u8]) -> Reply {
    Reply::flag(set.is_some_and(|set| set.contains(member)))
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn members_are_counted_and_found() {
        let mut probe = Probe::new();
        probe.run("SADD s a b");
        for (command, reply) in [
            ("SCARD s", ":2"),
            ("SCARD missing", ":0"),
            ("SISMEMBER s a", ":1"),
            ("SISMEMBER s x", ":0"),
            ("SMISMEMBER s a x b", "*3 :1 :0 :1"),
            ("SMISMEMBER missing a", "*1 :0"),
            ("SMEMBERS missing", "*0"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
        probe.run("HELLO 3");
        assert_eq!(probe.run("SMEMBERS s"), "~2 $1 a $1 b");
    }
}
