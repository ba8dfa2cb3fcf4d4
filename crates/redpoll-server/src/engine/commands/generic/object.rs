//! OBJECT: what is known about a key besides its value.

use bytes::Bytes;

use crate::engine::commands::help::help;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::reply::Reply;
use crate::engine::value::Value;

/// The longest key and string that share one cache line.
const EMBEDDED_LIMIT: usize = 41;

const NO_FREQUENCY: CommandError = CommandError::new(
    "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching \
     between policies at runtime LRU and LFU data will take some time to adjust.",
);

const SUBCOMMANDS: [(&str, &str); 4] = [
    ("ENCODING <key>", "Tell how the value of the key is represented."),
    ("FREQ <key>", "Tell how often the key is used, on a logarithmic scale."),
    ("IDLETIME <key>", "Tell for how many seconds the key has not been used."),
    ("REFCOUNT <key>", "Tell how many references to the value there are."),
];

pub(super) fn object_encoding(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let key = &argv[2];
    let encoding = ctx.db().get(key).map(|entry| match &entry.value {
        // A short string is embedded beside its key, if there is room for both.
        Value::String(text)
            if key.len() + text.bytes().len() > EMBEDDED_LIMIT && text.encoding() == "embstr" =>
        {
            "raw"
        }
        value => value.encoding(),
    });
    Ok(encoding.map_or(Reply::Null, Reply::bulk))
}

pub(super) fn object_idletime(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let idle = ctx.db().get(&argv[2]).map(|entry| (ctx.now() - entry.accessed) / 1000);
    Ok(idle.map_or(Reply::Null, Reply::Integer))
}

/// Nothing counts references here: a value belongs to its key.
pub(super) fn object_refcount(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(if ctx.db().contains(&argv[2]) { Reply::Integer(1) } else { Reply::Null })
}

/// How often keys are used is not counted, as in a server whose eviction policy does not ask for it.
pub(super) fn object_freq(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    if ctx.db().contains(&argv[2]) { Err(NO_FREQUENCY) } else { Ok(Reply::Null) }
}

pub(super) fn object_help(_: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(help("OBJECT", &SUBCOMMANDS))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::engine::probe::Probe;

    #[test]
    fn looking_at_a_key_is_no_use_of_it() {
        let mut probe = Probe::new();
        probe.run("SET k 1");
        probe.fast_forward(Duration::from_millis(2500));
        assert_eq!(probe.run("OBJECT IDLETIME k"), ":2");
        assert_eq!(probe.run("OBJECT IDLETIME k"), ":2");
        probe.run("TOUCH k");
        assert_eq!(probe.run("OBJECT IDLETIME k"), ":0");
    }

    #[test]
    fn the_encoding_is_told() {
        let mut probe = Probe::new();
        for (command, encoding) in [
            ("SET k 1", "$3 int"),
            ("SET k x", "$6 embstr"),
            ("APPEND k y", "$3 raw"),
            ("SET k 1", "$3 int"),
            ("INCRBYFLOAT k 1", "$6 embstr"),
            ("DEL k", "$-1"),
        ] {
            probe.run(command);
            assert_eq!(probe.run("OBJECT ENCODING k"), encoding, "{command}");
        }
    }

    #[test]
    fn a_missing_key_has_nothing_to_tell() {
        let mut probe = Probe::new();
        for subcommand in ["ENCODING", "IDLETIME", "REFCOUNT", "FREQ"] {
            assert_eq!(probe.run(&format!("OBJECT {subcommand} missing")), "$-1");
        }
        assert_eq!(probe.run("OBJECT FOO k"), "-ERR unknown subcommand 'FOO'. Try OBJECT HELP.");
    }
}
