//! Keys that change their name or their database.

use bytes::Bytes;

use crate::engine::DATABASES;
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::database::Entry;
use crate::engine::error::CommandError;
use crate::engine::event::EventClass;
use crate::engine::number::integer;
use crate::engine::reply::Reply;

const SAME_OBJECT: CommandError = CommandError::new("ERR source and destination objects are the same");

pub(super) fn rename(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (from, to) = existing(ctx, argv)?;
    if from != to {
        change_name(ctx, from, to);
    }
    Ok(Reply::OK)
}

pub(super) fn renamenx(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (from, to) = existing(ctx, argv)?;
    let free = !ctx.db().contains(to);
    if free {
        change_name(ctx, from, to);
    }
    Ok(Reply::flag(free))
}

fn existing<'a>(ctx: &Context<'_>, argv: &'a [Bytes]) -> Result<(&'a Bytes, &'a Bytes), CommandError> {
    if ctx.db().contains(&argv[1]) { Ok((&argv[1], &argv[2])) } else { Err(CommandError::NO_SUCH_KEY) }
}

fn change_name(ctx: &mut Context<'_>, from: &Bytes, to: &Bytes) {
    let expires_at = ctx.db().expiry(from);
    let Some(Entry { value, .. }) = ctx.db_mut().remove(from) else { return };
    ctx.db_mut().insert(to, value);
    ctx.db_mut().set_expiry(to, expires_at);
    ctx.touch(from);
    ctx.touch(to);
    ctx.notify(EventClass::Generic, "rename_from", from);
    ctx.notify(EventClass::Generic, "rename_to", to);
}

pub(super) fn copy(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (from, to) = (&argv[1], &argv[2]);
    let (db, replace) = copy_options(ctx, &argv[3..])?;
    if db == ctx.db_index() && from == to {
        return Err(SAME_OBJECT);
    }
    let Some(value) = ctx.db().get(from).map(|entry| entry.value.clone()) else {
        return Ok(Reply::flag(false));
    };
    if !replace && ctx.engine.db(db).contains(to) {
        return Ok(Reply::flag(false));
    }
    let expires_at = ctx.db().expiry(from);
    ctx.engine.db_mut(db).insert(to, value);
    ctx.engine.db_mut(db).set_expiry(to, expires_at);
    ctx.engine.touch(db, to);
    ctx.engine.notify_event(db, EventClass::Generic, "copy_to", to);
    Ok(Reply::flag(true))
}

/// The database to copy to, and whether what is there goes.
fn copy_options(ctx: &Context<'_>, options: &[Bytes]) -> Result<(usize, bool), CommandError> {
    let (mut db, mut replace) = (ctx.db_index(), false);
    let mut options = options.iter();
    while let Some(option) = options.next() {
        if is_word(option, "REPLACE") {
            replace = true;
        } else if is_word(option, "DB") {
            db = database(options.next().ok_or(CommandError::SYNTAX)?)?;
        } else {
            return Err(CommandError::SYNTAX);
        }
    }
    Ok((db, replace))
}

fn database(argument: &Bytes) -> Result<usize, CommandError> {
    let index = i32::try_from(integer(argument)?).map_err(|_| CommandError::NOT_AN_INT)?;
    let index = usize::try_from(index).ok().filter(|index| *index < DATABASES);
    index.ok_or(CommandError::DB_INDEX_OUT_OF_RANGE)
}

pub(super) fn move_key(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let key = &argv[1];
    let (from, to) = (ctx.db_index(), database(&argv[2])?);
    if from == to {
        return Err(SAME_OBJECT);
    }
    if !ctx.db().contains(key) || ctx.engine.db(to).contains(key) {
        return Ok(Reply::flag(false));
    }
    let expires_at = ctx.db().expiry(key);
    let Some(Entry { value, .. }) = ctx.db_mut().remove(key) else { return Ok(Reply::flag(false)) };
    ctx.engine.db_mut(to).insert(key, value);
    ctx.engine.db_mut(to).set_expiry(key, expires_at);
    for (db, event) in [(from, "move_from"), (to, "move_to")] {
        ctx.engine.touch(db, key);
        ctx.engine.notify_event(db, EventClass::Generic, event, key);
    }
    Ok(Reply::flag(true))
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn a_renamed_key_keeps_its_value_and_its_time_to_live() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("SET a 1 EX 100", "+OK"),
            ("SET b 2 EX 50", "+OK"),
            ("RENAMENX a b", ":0"),
            ("RENAME a b", "+OK"),
            ("GET b", "$1 1"),
            ("TTL b", ":100"),
            ("RENAME a b", "-ERR no such key"),
            ("RENAMENX a b", "-ERR no such key"),
            ("RENAME b b", "+OK"),
            ("RENAMENX b b", ":0"),
            ("RENAMENX b c", ":1"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn a_copy_is_a_value_of_its_own() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("RPUSH a 1", ":1"),
            ("EXPIRE a 100", ":1"),
            ("COPY a b", ":1"),
            ("RPUSH a 2", ":2"),
            ("LLEN b", ":1"),
            ("TTL b", ":100"),
            ("COPY a b", ":0"),
            ("COPY a b REPLACE", ":1"),
            ("LLEN b", ":2"),
            ("COPY a a", "-ERR source and destination objects are the same"),
            ("COPY a a DB 1", ":1"),
            ("COPY a a DB 16", "-ERR DB index is out of range"),
            ("COPY a b FOO", "-ERR syntax error"),
            ("COPY missing b REPLACE", ":0"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn a_key_moves_to_a_database_that_does_not_have_it() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("SET k 1 EX 100", "+OK"),
            ("MOVE k 1", ":1"),
            ("MOVE k 1", ":0"),
            ("SET k 2", "+OK"),
            ("MOVE k 1", ":0"),
            ("MOVE k 0", "-ERR source and destination objects are the same"),
            ("MOVE k -1", "-ERR DB index is out of range"),
            ("MOVE k x", "-ERR value is not an integer or out of range"),
            ("SELECT 1", "+OK"),
            ("GET k", "$1 1"),
            ("TTL k", ":100"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn a_blocked_client_is_served_by_a_list_that_comes_under_its_key() {
        let mut probe = Probe::new();
        for bring in ["RENAME l k", "COPY l k"] {
            let id = probe.connect();
            probe.send(id, "BLPOP k 0");
            probe.run("DEL l");
            probe.run("RPUSH l x");
            probe.run(bring);
            assert_eq!(probe.take(id), "*2 $1 k $1 x", "{bring}");
        }
    }
}
