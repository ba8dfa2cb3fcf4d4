//! HGETEX, HSETEX and HGETDEL: two things in one command.

use bytes::Bytes;

use super::arguments::{TimeFormat, fields_only, positive, unknown_argument};
use super::read::value;
use super::{changed, limits, removed};
use crate::engine::clock::Millis;
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::reply::Reply;
use crate::engine::value::hash::Hash;

const SEVERAL_FIELDS: CommandError = CommandError::new("ERR FIELDS keyword specified multiple times");
const NO_FIELDS: CommandError = CommandError::new("ERR missing FIELDS argument");
const BAD_NUMBER: CommandError = CommandError::new("ERR invalid number of fields");
const TOO_FEW_FIELDS: CommandError = CommandError::new("ERR wrong number of arguments");
const NO_TIME: CommandError = CommandError::new("ERR missing expire time");
const UNKNOWN_ARGUMENT: CommandError = CommandError::new("ERR unknown argument");
const SEVERAL_CONDITIONS: CommandError =
    CommandError::new("ERR Only one of FXX or FNX arguments can be specified");
const SEVERAL_EXPIRIES_GETTING: CommandError =
    CommandError::new("ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified");
const SEVERAL_EXPIRIES_SETTING: CommandError =
    CommandError::new("ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified");

pub(super) fn hgetex(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let key = &argv[1];
    ctx.read::<Hash>(key)?;
    let Options { expiry, fields, .. } = Options::parse(ctx, &argv[2..], Form::Get)?;
    let now = ctx.now();
    let hash = ctx.read::<Hash>(key)?;
    let are_removed = matches!(expiry, Some(Expiry::At(at)) if at <= now);
    let field = |index: usize| match &fields[index] {
        // Field by field: the second time it is gone.
        field if are_removed && fields[..index].contains(field) => Reply::Null,
        field => value(hash, field),
    };
    let reply = (0..fields.len()).map(field).collect();
    match expiry {
        Some(Expiry::At(at)) => expire(ctx, key, fields, at)?,
        Some(Expiry::Persist) => persist(ctx, key, fields)?,
        Some(Expiry::Keep) | None => {}
    }
    Ok(Reply::Array(reply))
}

fn expire(ctx: &mut Context<'_>, key: &Bytes, fields: &[Bytes], at: Millis) -> Result<(), CommandError> {
    let now = ctx.now();
    let Some(hash) = ctx.modify::<Hash>(key)? else { return Ok(()) };
    hash.extend();
    let set = fields.iter().filter(|field| hash.expire(field, Some(at))).count();
    let expired = hash.remove_expired(now);
    if !expired.is_empty() {
        removed(ctx, key);
    } else if set > 0 {
        changed(ctx, key, "hexpire");
    }
    Ok(())
}

fn persist(ctx: &mut Context<'_>, key: &Bytes, fields: &[Bytes]) -> Result<(), CommandError> {
    let Some(hash) = ctx.modify::<Hash>(key)? else { return Ok(()) };
    hash.extend();
    let persisted = fields.iter().filter(|field| hash.persist(field)).count();
    if persisted > 0 {
        changed(ctx, key, "hpersist");
    }
    Ok(())
}

pub(super) fn hsetex(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let key = &argv[1];
    let options = Options::parse(ctx, &argv[2..], Form::Set)?;
    let (limits, now) = (limits(ctx), ctx.now());
    let hash = ctx.upsert::<Hash>(key)?;
    if !options.allow(hash) {
        return Ok(Reply::Integer(0));
    }
    hash.make_room(options.fields.len() / 2, limits);
    options.set(hash);
    hash.fit(limits);
    let expired = hash.remove_expired(now);
    changed(ctx, key, "hset");
    match options.expiry {
        Some(Expiry::At(_)) if !expired.is_empty() => removed(ctx, key),
        Some(Expiry::At(_)) => changed(ctx, key, "hexpire"),
        _ => {}
    }
    Ok(Reply::Integer(1))
}

pub(super) fn hgetdel(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let key = &argv[1];
    ctx.read::<Hash>(key)?;
    let fields = fields_only(&argv[2..])?;
    let Some(hash) = ctx.modify::<Hash>(key)? else {
        return Ok(Reply::Array(vec![Reply::Null; fields.len()]));
    };
    let values: Vec<Option<Bytes>> =
        fields.iter().map(|field| hash.remove(field).map(|field| field.value)).collect();
    if values.iter().any(Option::is_some) {
        removed(ctx, key);
    }
    Ok(Reply::Array(values.into_iter().map(Reply::bulk_or_null).collect()))
}

/// Which of the two commands: both know all options, and then refuse those of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Get,
    Set,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expiry {
    At(Millis),
    Persist,
    Keep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    NoneExists,
    AllExist,
}

#[derive(Debug, Default)]
struct Options<'a> {
    expiry: Option<Expiry>,
    condition: Option<Condition>,
    /// With their values in turn when they are set.
    fields: &'a [Bytes],
}

impl<'a> Options<'a> {
    fn parse(ctx: &Context<'_>, mut arguments: &'a [Bytes], form: Form) -> Result<Self, CommandError> {
        let mut options = Self::default();
        let mut has_fields = false;
        while let [word, rest @ ..] = arguments {
            arguments = rest;
            if is_word(word, "FIELDS") {
                if has_fields {
                    return Err(SEVERAL_FIELDS);
                }
                has_fields = true;
                (options.fields, arguments) = split_fields(rest, form, ctx.spec().name)?;
            } else if let Some(format) = TimeFormat::of_option(word) {
                options.check_expiry(form)?;
                let (time, rest) = rest.split_first().ok_or(NO_TIME)?;
                options.expiry = Some(Expiry::At(format.parse(time, ctx.now(), ctx.spec().name)?));
                arguments = rest;
            } else if is_word(word, "PERSIST") {
                options.check_expiry(form)?;
                options.expiry = Some(Expiry::Persist);
            } else if is_word(word, "KEEPTTL") {
                options.check_expiry(form)?;
                options.expiry = Some(Expiry::Keep);
            } else if is_word(word, "FNX") || is_word(word, "FXX") {
                if options.condition.is_some() {
                    return Err(SEVERAL_CONDITIONS);
                }
                let none = is_word(word, "FNX");
                options.condition = Some(if none { Condition::NoneExists } else { Condition::AllExist });
            } else {
                return Err(unknown_argument(word));
            }
        }
        options.check_form(form)?;
        if has_fields { Ok(options) } else { Err(NO_FIELDS) }
    }

    fn check_expiry(&self, form: Form) -> Result<(), CommandError> {
        match (self.expiry, form) {
            (None, _) => Ok(()),
            (Some(_), Form::Get) => Err(SEVERAL_EXPIRIES_GETTING),
            (Some(_), Form::Set) => Err(SEVERAL_EXPIRIES_SETTING),
        }
    }

    fn check_form(&self, form: Form) -> Result<(), CommandError> {
        let foreign = match form {
            Form::Get => self.condition.is_some() || self.expiry == Some(Expiry::Keep),
            Form::Set => self.expiry == Some(Expiry::Persist),
        };
        if foreign { Err(UNKNOWN_ARGUMENT) } else { Ok(()) }
    }

    fn set(&self, hash: &mut Hash) {
        for pair in self.fields.chunks_exact(2) {
            let (field, value) = (pair[0].clone(), pair[1].clone());
            match self.expiry {
                Some(Expiry::Keep) => {
                    hash.update(field, value);
                }
                Some(Expiry::At(at)) => {
                    hash.set(field.clone(), value);
                    hash.expire(&field, Some(at));
                }
                Some(Expiry::Persist) | None => {
                    hash.set(field, value);
                }
            }
        }
    }

    fn allow(&self, hash: &Hash) -> bool {
        let mut exist = self.fields.chunks_exact(2).map(|pair| hash.get(&pair[0]).is_some());
        match self.condition {
            None => true,
            Some(Condition::NoneExists) => !exist.any(|exists| exists),
            Some(Condition::AllExist) => exist.all(|exists| exists),
        }
    }
}

/// `numfields`, the fields, and what follows them.
fn split_fields<'a>(
    arguments: &'a [Bytes],
    form: Form,
    command: &str,
) -> Result<(&'a [Bytes], &'a [Bytes]), CommandError> {
    let (number, rest) = arguments.split_first().ok_or_else(|| CommandError::wrong_arity(command))?;
    let number = positive(number).ok_or(BAD_NUMBER)?;
    let arguments = if form == Form::Set { number * 2 } else { number };
    rest.split_at_checked(arguments).ok_or(TOO_FEW_FIELDS)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::engine::probe::Probe;

    #[test]
    fn hgetex_reads_and_sets_expiries() {
        let mut probe = Probe::new();
        probe.run("HSET h a 1 b 2");
        for (command, reply) in [
            ("HGETEX h FIELDS 2 a x", "*2 $1 1 $-1"),
            ("HGETEX h EX 10 FIELDS 1 a", "*1 $1 1"),
            ("HTTL h FIELDS 2 a b", "*2 :10 :-1"),
            ("HGETEX h FIELDS 1 a PERSIST", "*1 $1 1"),
            ("HTTL h FIELDS 1 a", "*1 :-1"),
            ("HGETEX h PXAT 1 FIELDS 2 a b", "*2 $1 1 $1 2"),
            ("EXISTS h", ":0"),
            ("HGETEX h FIELDS 1 a", "*1 $-1"),
            ("HGETEX h FIELDS 2 a", "-ERR wrong number of arguments"),
            ("HGETEX h FIELDS 0 a", "-ERR invalid number of fields"),
            ("HGETEX h FNX FIELDS 1 a", "-ERR unknown argument"),
            ("HGETEX h FIELDS 1 a EX", "-ERR missing expire time"),
            ("HGETEX h x FIELDS 1 a", "-ERR unknown argument: x"),
            (
                "HGETEX h EX 1 PERSIST FIELDS 1 a",
                "-ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified",
            ),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn hsetex_sets_all_fields_or_none() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("HSETEX h FXX FIELDS 1 a 1", ":0"),
            ("EXISTS h", ":0"),
            ("HSETEX h FNX EX 10 FIELDS 2 a 1 b 2", ":1"),
            ("HSETEX h FNX FIELDS 2 b 3 c 3", ":0"),
            ("HSETEX h KEEPTTL FIELDS 2 b 3 c 3", ":1"),
            ("HTTL h FIELDS 3 a b c", "*3 :10 :10 :-1"),
            ("HSETEX h FIELDS 1 a 4", ":1"),
            ("HTTL h FIELDS 1 a", "*1 :-1"),
            ("HSETEX h PERSIST FIELDS 1 a 1", "-ERR unknown argument"),
            ("HSETEX h FIELDS 1 a 1 b", "-ERR unknown argument: b"),
            ("HSETEX h FNX FXX FIELDS 1 a 1", "-ERR Only one of FXX or FNX arguments can be specified"),
            (
                "HSETEX h EX 1 KEEPTTL FIELDS 1 a 1",
                "-ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified",
            ),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
        probe.fast_forward(Duration::from_secs(10));
        assert_eq!(probe.run("HLEN h"), ":2");
    }

    #[test]
    fn hgetdel_takes_fields_out() {
        let mut probe = Probe::new();
        probe.run("HSET h a 1 b 2");
        assert_eq!(probe.run("HGETDEL h FIELDS 3 a x a"), "*3 $1 1 $-1 $-1");
        assert_eq!(probe.run("HGETDEL h FIELDS 1 b"), "*1 $1 2");
        assert_eq!(probe.run("EXISTS h"), ":0");
        assert_eq!(probe.run("HGETDEL h FIELDS 1 b"), "*1 $-1");
    }
}
