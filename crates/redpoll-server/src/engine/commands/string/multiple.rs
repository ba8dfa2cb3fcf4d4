//! Several strings at once.

use bytes::Bytes;

use super::condition::Existence;
use super::lifetime::Lifetime;
use super::store::{expire_at_once, put};
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::event::EventClass;
use crate::engine::number::parse_integer;
use crate::engine::reply::Reply;

const INVALID_NUMKEYS: CommandError = CommandError::new("ERR invalid numkeys value");
const WRONG_PAIRS: CommandError = CommandError::new("ERR wrong number of key-value pairs");

pub(super) fn mget(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let value = |key: &Bytes| Reply::bulk_or_null(super::read(ctx, key).unwrap_or_default());
    Ok(Reply::Array(argv[1..].iter().map(value).collect()))
}

pub(super) fn mset(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    store_all(ctx, pairs(ctx, argv)?);
    Ok(Reply::OK)
}

pub(super) fn msetnx(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let pairs = pairs(ctx, argv)?;
    let all_missing = pairs.chunks_exact(2).all(|pair| !ctx.db().contains(&pair[0]));
    if all_missing {
        store_all(ctx, pairs);
    }
    Ok(Reply::flag(all_missing))
}

fn pairs<'a>(ctx: &Context<'_>, argv: &'a [Bytes]) -> Result<&'a [Bytes], CommandError> {
    let pairs = &argv[1..];
    if pairs.len().is_multiple_of(2) { Ok(pairs) } else { Err(ctx.wrong_arity()) }
}

fn store_all(ctx: &mut Context<'_>, pairs: &[Bytes]) {
    for pair in pairs.chunks_exact(2) {
        put(ctx, &pair[0], &pair[1], Lifetime::Unsaid, None);
        ctx.notify(EventClass::String, "set", &pair[0]);
    }
}

pub(super) fn msetex(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let numkeys = parse_integer(&argv[1]).and_then(|count| i32::try_from(count).ok());
    let numkeys = numkeys.and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0);
    let numkeys = numkeys.ok_or(INVALID_NUMKEYS)?;
    let pairs = argv.get(2..2 + 2 * numkeys).ok_or(WRONG_PAIRS)?;
    let (existence, lifetime) = msetex_options(&argv[2 + pairs.len()..])?;
    let deadline = lifetime.deadline(ctx)?;
    let holds = |pair: &[Bytes]| existence.is_none_or(|said| said.holds(ctx.db().contains(&pair[0])));
    if !pairs.chunks_exact(2).all(holds) {
        return Ok(Reply::flag(false));
    }
    for pair in pairs.chunks_exact(2) {
        put(ctx, &pair[0], &pair[1], lifetime, deadline);
        if deadline.is_some() {
            ctx.notify(EventClass::Generic, "expire", &pair[0]);
        }
        ctx.notify(EventClass::String, "set", &pair[0]);
    }
    expire_at_once(ctx, deadline);
    Ok(Reply::flag(true))
}

type Options<'a> = (Option<Existence>, Lifetime<'a>);

fn msetex_options(options: &[Bytes]) -> Result<Options<'_>, CommandError> {
    let (mut existence, mut lifetime, mut at) = (None, Lifetime::default(), 0);
    while let Some(option) = options.get(at) {
        if let Some(word) = Existence::from_word(option) {
            if existence.is_some_and(|said| said != word) {
                return Err(CommandError::SYNTAX);
            }
            existence = Some(word);
            at += 1;
        } else {
            at += lifetime.accept(&options[at..], "KEEPTTL")?.ok_or(CommandError::SYNTAX)?;
        }
    }
    Ok((existence, lifetime))
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn several_keys_are_set_all_or_none() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("MSET a 1 b 2", "+OK"),
            ("MSETNX b 3 c 4", ":0"),
            ("MGET a b c", "*3 $1 1 $1 2 $-1"),
            ("MSETNX c 4 c 5", ":1"),
            ("MSETEX 2 a x d y NX", ":0"),
            ("MSETEX 2 a x d y XX", ":0"),
            ("MSETEX 2 a x b y XX EX 10", ":1"),
            ("TTL b", ":10"),
            ("MSETEX 1 a z KEEPTTL", ":1"),
            ("TTL a", ":10"),
            ("MSETEX 1 a z", ":1"),
            ("TTL a", ":-1"),
            ("MSET a 1 b", "-ERR wrong number of arguments for 'mset' command"),
            ("MSETEX 0 a 1", "-ERR invalid numkeys value"),
            ("MSETEX 2147483648 a 1", "-ERR invalid numkeys value"),
            ("MSETEX 2 a 1", "-ERR wrong number of key-value pairs"),
            ("MSETEX 1 a 1 NX XX", "-ERR syntax error"),
            ("MSETEX 1 a 1 EX 0", "-ERR invalid expire time in 'msetex' command"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn a_key_that_is_no_string_is_null_among_several() {
        let mut probe = Probe::new();
        probe.run("LPUSH l a");
        assert_eq!(probe.run("MGET l"), "*1 $-1");
    }
}
