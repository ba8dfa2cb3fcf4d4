//! DUMP and RESTORE.

use bytes::Bytes;

use crate::engine::clock::Millis;
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::event::EventClass;
use crate::engine::number::integer;
use crate::engine::reply::Reply;
use crate::engine::value::Value;
use crate::engine::value::limits::Limits;
use crate::engine::value::list::Packing;
use crate::engine::value::serialized::{Damage, deserialize, serialize};
use crate::engine::value::set::SetLimits;

const BUSYKEY: CommandError = CommandError::new("BUSYKEY Target key name already exists.");
const INVALID_TTL: CommandError = CommandError::new("ERR Invalid TTL value, must be >= 0");
const INVALID_IDLETIME: CommandError = CommandError::new("ERR Invalid IDLETIME value, must be >= 0");
const INVALID_FREQ: CommandError = CommandError::new("ERR Invalid FREQ value, must be >= 0 and <= 255");
const BAD_ENVELOPE: CommandError = CommandError::new("ERR DUMP payload version or checksum are wrong");
const BAD_CONTENT: CommandError = CommandError::new("ERR Bad data format");

pub(super) fn dump(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let key = &argv[1];
    if !ctx.client().no_touch {
        ctx.db_mut().access(key);
    }
    let value = ctx.db().get(key).map(|entry| serialize(&entry.value));
    Ok(Reply::bulk_or_null(value.map(Bytes::from)))
}

pub(super) fn restore(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let key = &argv[1];
    let options = Options::parse(&argv[4..])?;
    if !options.replace && ctx.db().contains(key) {
        return Err(BUSYKEY);
    }
    let ttl = integer(&argv[2])?;
    if ttl < 0 {
        return Err(INVALID_TTL);
    }
    let value = deserialize(&argv[3]).map_err(|damage| match damage {
        Damage::Envelope => BAD_ENVELOPE,
        Damage::Content => BAD_CONTENT,
    })?;
    // A sum beyond the end of time lies in the past, as it does in Redis.
    let deadline = if options.absolute { ttl } else { ttl.wrapping_add(ctx.now()) };
    let deadline = (ttl > 0).then_some(deadline);
    if deadline.is_some_and(|deadline| deadline <= ctx.now()) {
        ctx.delete(key);
    } else {
        store(ctx, key, value, deadline, &options);
    }
    Ok(Reply::OK)
}

fn store(ctx: &mut Context<'_>, key: &Bytes, value: Value, deadline: Option<Millis>, options: &Options) {
    let value = fitted(ctx, value);
    ctx.db_mut().insert(key, value);
    ctx.db_mut().set_expiry(key, deadline);
    if let Some(idle) = options.idle_seconds {
        let accessed = ctx.now().saturating_sub(idle.saturating_mul(1000));
        ctx.db_mut().set_accessed(key, accessed);
    }
    ctx.touch(key);
    ctx.notify(EventClass::Generic, "restore", key);
}

/// The value in the encoding that its size asks for.
fn fitted(ctx: &Context<'_>, mut value: Value) -> Value {
    let config = &ctx.engine.config;
    match &mut value {
        Value::List(list) => list.fit(Packing::of(config)),
        Value::Hash(hash) => hash.fit(Limits::listpack(config, "hash")),
        Value::SortedSet(set) => set.fit(Limits::listpack(config, "zset")),
        Value::Set(set) => set.fit(SetLimits::of(config)),
        Value::String(_) => {}
    }
    value
}

#[derive(Debug, Default)]
struct Options {
    replace: bool,
    absolute: bool,
    idle_seconds: Option<i64>,
    /// Checked, but not kept: nothing counts how often keys are used.
    frequency: Option<i64>,
}

impl Options {
    fn parse(mut arguments: &[Bytes]) -> Result<Self, CommandError> {
        let mut options = Self::default();
        while let [word, rest @ ..] = arguments {
            arguments = match rest {
                _ if is_word(word, "REPLACE") => {
                    options.replace = true;
                    rest
                }
                _ if is_word(word, "ABSTTL") => {
                    options.absolute = true;
                    rest
                }
                [idle, rest @ ..] if is_word(word, "IDLETIME") && options.frequency.is_none() => {
                    options.idle_seconds = Some(within(idle, i64::MAX, INVALID_IDLETIME)?);
                    rest
                }
                [frequency, rest @ ..] if is_word(word, "FREQ") && options.idle_seconds.is_none() => {
                    options.frequency = Some(within(frequency, 255, INVALID_FREQ)?);
                    rest
                }
                _ => return Err(CommandError::SYNTAX),
            };
        }
        Ok(options)
    }
}

fn within(argument: &[u8], most: i64, error: CommandError) -> Result<i64, CommandError> {
    let value = integer(argument)?;
    if (0..=most).contains(&value) { Ok(value) } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use crate::engine::client::ConnectionId;
    use crate::engine::probe::Probe;
    use crate::engine::reply::Reply;

    fn dump(probe: &mut Probe, key: &str) -> Bytes {
        let argv = [Bytes::from("DUMP"), Bytes::from(key.to_owned())];
        match probe.engine.call_directly(ConnectionId::DIRECT, &argv) {
            Reply::BulkString(bytes) => bytes,
            other => panic!("no bytes: {other:?}"),
        }
    }

    fn restore(probe: &mut Probe, key: &str, ttl: &str, bytes: &[u8], options: &[&str]) -> String {
        let mut argv: Vec<&[u8]> = vec![b"RESTORE", key.as_bytes(), ttl.as_bytes(), bytes];
        argv.extend(options.iter().map(|option| option.as_bytes()));
        probe.run_bytes(&argv)
    }

    #[test]
    fn a_restored_set_has_the_encoding_that_its_members_and_the_limits_call_for() {
        let mut probe = Probe::new();
        for (members, limit, encoding) in
            [("3 1 2", 2, "intset"), ("a b c", 3, "listpack"), ("a b c", 2, "hashtable")]
        {
            probe.run("FLUSHALL");
            probe.run("CONFIG SET set-max-listpack-entries 128");
            probe.run(&format!("SADD s {members}"));
            let bytes = dump(&mut probe, "s");
            probe.run(&format!("CONFIG SET set-max-listpack-entries {limit}"));
            assert_eq!(restore(&mut probe, "copy", "0", &bytes, &[]), "+OK");
            assert_eq!(probe.run("OBJECT ENCODING copy"), format!("${} {encoding}", encoding.len()));
        }
    }

    #[test]
    fn what_is_dumped_can_be_restored() {
        let mut probe = Probe::new();
        for (store, look) in [
            ("SET k hello", "GET"),
            ("RPUSH k a b c", "LRANGE 0 -1"),
            ("ZADD k 1.5 a -inf b", "ZRANGE 0 -1 WITHSCORES"),
            ("HSET k f v g w", "HGETALL"),
        ] {
            probe.run("FLUSHALL");
            probe.run(store);
            let bytes = dump(&mut probe, "k");
            assert_eq!(restore(&mut probe, "copy", "0", &bytes, &[]), "+OK");
            let (command, arguments) = look.split_once(' ').unwrap_or((look, ""));
            let looked = probe.run(&format!("{command} copy {arguments}"));
            assert_eq!(looked, probe.run(&format!("{command} k {arguments}")), "{store}");
            assert_eq!(probe.run("OBJECT ENCODING copy"), probe.run("OBJECT ENCODING k"));
        }
        assert_eq!(probe.run("DUMP missing"), "$-1");
    }

    #[test]
    fn the_arguments_of_restore_are_checked_in_order() {
        let mut probe = Probe::new();
        probe.run("SET k hello");
        let bytes = dump(&mut probe, "k");
        for (key, ttl, options, reply) in [
            ("k", "x", &[][..], "-BUSYKEY Target key name already exists."),
            ("k", "x", &["FOO"], "-ERR syntax error"),
            ("q", "x", &[], "-ERR value is not an integer or out of range"),
            ("q", "-1", &[], "-ERR Invalid TTL value, must be >= 0"),
            ("q", "0", &["IDLETIME", "-1"], "-ERR Invalid IDLETIME value, must be >= 0"),
            ("q", "0", &["FREQ", "256"], "-ERR Invalid FREQ value, must be >= 0 and <= 255"),
            ("q", "0", &["FREQ", "1", "IDLETIME", "1"], "-ERR syntax error"),
            ("k", "0", &["REPLACE"], "+OK"),
        ] {
            assert_eq!(restore(&mut probe, key, ttl, &bytes, options), reply, "{options:?}");
        }
        let damaged = restore(&mut probe, "q", "0", &bytes[..5], &[]);
        assert_eq!(damaged, "-ERR DUMP payload version or checksum are wrong");
    }

    #[test]
    fn a_restored_key_lives_as_long_as_was_said() {
        let mut probe = Probe::new();
        probe.run("SET k hello");
        let bytes = dump(&mut probe, "k");
        for (ttl, options, command, reply) in [
            ("5000", &[][..], "TTL k", ":5"),
            ("0", &[], "TTL k", ":-1"),
            ("4000000000000", &["ABSTTL"], "PEXPIRETIME k", ":4000000000000"),
            ("0", &["IDLETIME", "100"], "OBJECT IDLETIME k", ":100"),
            ("1", &["ABSTTL"], "EXISTS k", ":0"),
        ] {
            assert_eq!(restore(&mut probe, "k", ttl, &bytes, &[options, &["REPLACE"]].concat()), "+OK");
            assert_eq!(probe.run(command), reply);
        }
    }
}
