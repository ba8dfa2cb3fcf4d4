//! Strings.

use bytes::Bytes;

use crate::engine::command::{CommandSpec, Group, KeySpec};
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::event::EventClass;
use crate::engine::number::integer;
use crate::engine::reply::Reply;
use crate::engine::value::Value;
use crate::engine::value::text::Text;

pub(super) const GROUP: Group = Group {
    name: "string",
    category: "@string",
    commands: &[
        CommandSpec::new("get", 2, "1.0.0", get).readonly().fast().keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("set", -3, "1.0.0", set)
            .write()
            .denyoom()
            .keys(&[KeySpec::one("RW access update variable_flags", 1)]),
    ],
};

fn get(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let text = ctx.read::<Text>(&argv[1])?;
    Ok(Reply::bulk_or_null(text.map(|text| text.bytes().clone())))
}

fn set(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (key, value) = (&argv[1], &argv[2]);
    let unit = match argv.get(3) {
        None => None,
        Some(option) if is_word(option, "EX") => Some(1000),
        Some(option) if is_word(option, "PX") => Some(1),
        Some(_) => return Err(CommandError::SYNTAX),
    };
    let expires_at = match (unit, &argv[3..]) {
        (None, _) => None,
        (Some(unit), [_, time]) => {
            let time = integer(time)?;
            let invalid = || CommandError::invalid_expire("set");
            let after = time.checked_mul(unit).filter(|time| *time > 0).ok_or_else(invalid)?;
            Some(ctx.now().checked_add(after).ok_or_else(invalid)?)
        }
        _ => return Err(CommandError::SYNTAX),
    };
    ctx.db_mut().insert(key, Value::String(Text::new(value.clone())));
    ctx.db_mut().set_expiry(key, expires_at);
    ctx.touch(key);
    ctx.notify(EventClass::String, "set", key);
    if expires_at.is_some() {
        ctx.notify(EventClass::Generic, "expire", key);
    }
    Ok(Reply::OK)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::engine::probe::Probe;

    #[test]
    fn what_is_set_is_got_until_it_expires() {
        let mut probe = Probe::new();
        assert_eq!(probe.run("GET k"), "$-1");
        assert_eq!(probe.run("SET k v PX 1500"), "+OK");
        assert_eq!(probe.run("GET k"), "$1 v");
        probe.fast_forward(Duration::from_millis(1499));
        assert_eq!(probe.run("PTTL k"), ":1");
        probe.fast_forward(Duration::from_millis(1));
        assert_eq!(probe.run("GET k"), "$-1");
        assert_eq!(probe.run("SET k v EX 0"), "-ERR invalid expire time in 'set' command");
    }
}
