//! Lua scripts: EVAL and its like, and SCRIPT.

use std::sync::Arc;

use bytes::Bytes;

use crate::engine::command::{CommandSpec, Group, KeySpec};
use crate::engine::commands::help::help;
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::number::integer;
use crate::engine::reply::Reply;
use crate::engine::script::Script;

pub(super) const GROUP: Group = Group {
    name: "scripting",
    category: "@scripting",
    commands: &[
        CommandSpec::new("eval", -3, "2.6.0", |ctx, argv| eval(ctx, argv, false))
            .noscript()
            .stale()
            .skip_monitor()
            .no_mandatory_keys()
            .keys(&[KeySpec::numkeys("RW access update", 2)]),
        CommandSpec::new("eval_ro", -3, "7.0.0", |ctx, argv| eval(ctx, argv, true))
            .readonly()
            .noscript()
            .stale()
            .skip_monitor()
            .no_mandatory_keys()
            .keys(&[KeySpec::numkeys("RO access", 2)]),
        CommandSpec::new("evalsha", -3, "2.6.0", |ctx, argv| evalsha(ctx, argv, false))
            .noscript()
            .stale()
            .skip_monitor()
            .no_mandatory_keys()
            .keys(&[KeySpec::numkeys("RW access update", 2)]),
        CommandSpec::new("evalsha_ro", -3, "7.0.0", |ctx, argv| evalsha(ctx, argv, true))
            .readonly()
            .noscript()
            .stale()
            .skip_monitor()
            .no_mandatory_keys()
            .keys(&[KeySpec::numkeys("RO access", 2)]),
        CommandSpec::container(
            "script",
            "2.6.0",
            &[
                CommandSpec::new("script|debug", 3, "3.2.0", script_debug).noscript(),
                CommandSpec::new("script|exists", -3, "2.6.0", script_exists)
                    .noscript()
                    .tips(&["request_policy:all_shards", "response_policy:agg_logical_and"]),
                CommandSpec::new("script|flush", -2, "2.6.0", script_flush)
                    .noscript()
                    .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
                CommandSpec::new("script|help", 2, "5.0.0", script_help).loading().stale(),
                CommandSpec::new("script|kill", 2, "2.6.0", script_kill)
                    .noscript()
                    .allow_busy()
                    .tips(&["request_policy:all_shards", "response_policy:one_succeeded"]),
                CommandSpec::new("script|load", 3, "2.6.0", script_load)
                    .noscript()
                    .stale()
                    .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
            ],
        ),
    ],
};

const NOSCRIPT: CommandError = CommandError::new("NOSCRIPT No matching script. Please use EVAL.");
const NOTBUSY: CommandError = CommandError::new("NOTBUSY No scripts in execution right now.");
const TOO_MANY_KEYS: CommandError =
    CommandError::new("ERR Number of keys can't be greater than number of args");
const NEGATIVE_KEYS: CommandError = CommandError::new("ERR Number of keys can't be negative");
const BAD_FLUSH_MODE: CommandError = CommandError::new("ERR SCRIPT FLUSH only support SYNC|ASYNC option");
const BAD_DEBUG_MODE: CommandError = CommandError::new("ERR Use SCRIPT DEBUG YES/SYNC/NO");
const NO_DEBUGGER: CommandError = CommandError::new("ERR SCRIPT DEBUG is not supported by this server");

/// How long a SHA-1 digest is in hexadecimal.
const DIGEST_LENGTH: usize = 40;

fn eval(ctx: &mut Context<'_>, argv: &[Bytes], read_only: bool) -> Result<Reply, CommandError> {
    let keys = key_count(argv)?;
    let script = ctx.engine.compile_script(&argv[1])?;
    run(ctx, &script, argv, keys, read_only)
}

fn evalsha(ctx: &mut Context<'_>, argv: &[Bytes], read_only: bool) -> Result<Reply, CommandError> {
    if argv[1].len() != DIGEST_LENGTH {
        return Err(NOSCRIPT);
    }
    let keys = key_count(argv)?;
    let script = ctx.engine.scripts.find(&argv[1]).ok_or(NOSCRIPT)?;
    run(ctx, &script, argv, keys, read_only)
}

fn key_count(argv: &[Bytes]) -> Result<usize, CommandError> {
    let keys = integer(&argv[2])?;
    let keys = usize::try_from(keys).map_err(|_| NEGATIVE_KEYS)?;
    if keys > argv.len() - 3 { Err(TOO_MANY_KEYS) } else { Ok(keys) }
}

fn run(
    ctx: &mut Context<'_>,
    script: &Arc<Script>,
    argv: &[Bytes],
    keys: usize,
    read_only: bool,
) -> Result<Reply, CommandError> {
    if read_only {
        script.check_read_only()?;
    }
    let id = ctx.client_id();
    let (keys, arguments) = argv[3..].split_at(keys);
    ctx.engine.run_script(id, script, keys, arguments, read_only)
}

fn script_load(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let script = ctx.engine.compile_script(&argv[2])?;
    ctx.engine.scripts.keep(&script);
    Ok(Reply::bulk(script.sha().to_owned()))
}

fn script_exists(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let exists = |sha: &Bytes| Reply::flag(ctx.engine.scripts.find(sha).is_some());
    Ok(Reply::Array(argv[2..].iter().map(exists).collect()))
}

fn script_flush(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    match &argv[2..] {
        [] => {}
        [mode] if is_word(mode, "SYNC") || is_word(mode, "ASYNC") => {}
        _ => return Err(BAD_FLUSH_MODE),
    }
    ctx.engine.scripts.clear();
    Ok(Reply::OK)
}

/// A script that runs has the engine to itself: whoever asks finds none.
fn script_kill(_: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Err(NOTBUSY)
}

fn script_debug(_: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let mode = &argv[2];
    if is_word(mode, "NO") {
        Ok(Reply::OK)
    } else if is_word(mode, "YES") || is_word(mode, "SYNC") {
        Err(NO_DEBUGGER)
    } else {
        Err(BAD_DEBUG_MODE)
    }
}

fn script_help(_: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(help(
        "SCRIPT",
        &[
            ("DEBUG (YES|SYNC|NO)", "Choose the debugger for the scripts that follow; there is none here."),
            ("EXISTS <sha1> [<sha1> ...]", "Tell for each digest whether the cache has its script."),
            ("FLUSH [ASYNC|SYNC]", "Empty the cache."),
            ("KILL", "End the script that runs."),
            ("LOAD <script>", "Put a script into the cache without running it."),
        ],
    ))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use crate::engine::probe::Probe;
    use crate::engine::script::sha1_hex;

    /// Runs a script without keys; the quotes of a Lua string are single ones.
    fn eval(probe: &mut Probe, script: &str) -> String {
        probe.run(&format!("EVAL \"{script}\" 0"))
    }

    #[test]
    fn values_become_replies() {
        let mut probe = Probe::new();
        for (script, reply) in [
            ("return {1, 2, 3.99, 'foo', nil, 'bar'}", "*4 :1 :2 :3 $3 foo"),
            ("return {ok='fine'}", "+fine"),
            ("return {err='MY error'}", "-MY error"),
            ("return redis.error_reply('oops')", "-ERR oops"),
            ("return redis.status_reply('OKAY')", "+OKAY"),
            ("return true", ":1"),
            ("return false", "$-1"),
            ("return -3.7", ":-3"),
            ("return 1e20", ":-9223372036854775808"),
            ("return {double=3.5}", "$3 3.5"),
            ("return {map={a=1}}", "*2 $1 a :1"),
            ("return function() end", "$-1"),
        ] {
            assert_eq!(eval(&mut probe, script), reply, "{script}");
        }
    }

    #[test]
    fn replies_become_values_of_the_protocol_that_the_script_chose() {
        let mut probe = Probe::new();
        for (script, reply) in [
            ("return type(redis.call('GET', 'missing'))", "$7 boolean"),
            ("redis.setresp(3) return type(redis.call('GET', 'missing'))", "$3 nil"),
            ("return redis.call('PING').ok", "$4 PONG"),
            (
                "return redis.pcall('GET').err",
                "$58 ERR Wrong number of args calling Redis command from script",
            ),
            (
                "return redis.call('CONFIG', 'GET', 'x')",
                "-ERR This Redis command is not allowed from script script: ",
            ),
        ] {
            let got = eval(&mut probe, script);
            assert!(got.starts_with(reply), "{script}: {got}");
        }
    }

    #[test]
    fn an_error_names_the_script_and_the_line() {
        let mut probe = Probe::new();
        assert_eq!(
            eval(&mut probe, "return x"),
            "-ERR user_script:1: Script attempted to access nonexistent global variable 'x' script: \
             03c387736bb5cc009ff35151572cee04677aa374, on @user_script:1."
        );
        assert_eq!(
            eval(&mut probe, "x=10"),
            "-ERR user_script:1: Attempt to modify a readonly table script: \
             8896f70effb70cdfac76c15823fe9547caac0980, on @user_script:1."
        );
        assert_eq!(
            probe.run("EVAL \"\\nlocal x = redis.call('get')\\nreturn x\" 0"),
            "-ERR Wrong number of args calling Redis command from script script: \
             4080275118613c52d671dbb470985045175928b0, on @user_script:2."
        );
        assert_eq!(
            eval(&mut probe, "return 1 +"),
            "-ERR Error compiling script (new function): user_script:1: unexpected symbol near '<eof>'"
        );
    }

    #[test]
    fn caught_errors_are_strings() {
        let mut probe = Probe::new();
        let script = "local ok, e = pcall(redis.call, 'get') return e";
        assert_eq!(
            eval(&mut probe, script),
            "$58 ERR Wrong number of args calling Redis command from script"
        );
        let script = "local ok, e = pcall(cjson.decode, '[') return e";
        assert_eq!(eval(&mut probe, script), "$45 Expected value but found T_END at character 2");
    }

    #[test]
    fn scripts_are_found_by_their_digest() {
        let mut probe = Probe::new();
        let missing = "-NOSCRIPT No matching script. Please use EVAL.";
        assert_eq!(probe.run("EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0"), missing);
        assert_eq!(probe.run("SCRIPT LOAD \"return 1\""), "$40 e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
        assert_eq!(probe.run("EVALSHA E0E1F9FABFC9D4800C877A703B823AC0578FF8DB 0"), ":1");
        assert_eq!(probe.run("SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db ffff"), "*2 :1 :0");
        assert_eq!(probe.run("SCRIPT FLUSH"), "+OK");
        assert_eq!(probe.run("EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0"), missing);
        assert_eq!(probe.run("SCRIPT KILL"), "-NOTBUSY No scripts in execution right now.");
    }

    #[test]
    fn of_the_scripts_that_eval_brought_the_oldest_go() {
        let mut probe = Probe::new();
        let kept = probe.run("SCRIPT LOAD \"return 'kept'\"").replace("$40 ", "");
        for number in 0..501 {
            eval(&mut probe, &format!("return {number}"));
        }
        assert_eq!(probe.run(&format!("EVALSHA {kept} 0")), "$4 kept");
        let digest = |number| sha1_hex(format!("return {number}").as_bytes());
        assert_eq!(
            probe.run(&format!("SCRIPT EXISTS {} {} {}", digest(0), digest(1), digest(500))),
            "*3 :0 :1 :1"
        );
    }

    #[test]
    fn a_read_only_script_cannot_write() {
        let mut probe = Probe::new();
        let refused = "-ERR Write commands are not allowed from read-only scripts. script: ";
        assert!(probe.run("EVAL_RO \"return redis.call('SET', 'k', 1)\" 0").starts_with(refused));
        assert!(probe.run("EVAL_RO \"return redis.call('PUBLISH', 'k', 1)\" 0").starts_with(refused));
        let declared = "EVAL \"#!lua flags=no-writes\\nreturn redis.call('SET', 'k', 1)\" 0";
        assert!(probe.run(declared).starts_with(refused));
        assert_eq!(
            probe.run("EVAL_RO \"#!lua\\nreturn 1\" 0"),
            "-ERR Can not execute a script with write flag using *_ro command."
        );
    }

    #[test]
    fn what_a_script_selects_ends_with_it() {
        let mut probe = Probe::new();
        eval(&mut probe, "redis.call('SELECT', 5) redis.call('SET', 'k', 'v')");
        assert_eq!(probe.run("GET k"), "$-1");
        probe.run("SELECT 5");
        assert_eq!(probe.run("GET k"), "$1 v");
    }

    #[test]
    fn blocking_commands_do_not_block_and_blocked_clients_are_served() {
        let mut probe = Probe::new();
        assert_eq!(eval(&mut probe, "return redis.call('BLPOP', 'l', 0)"), "$-1");
        let waiting = probe.connect();
        probe.send(waiting, "BLPOP l 0");
        assert_eq!(eval(&mut probe, "return redis.call('LPUSH', 'l', 'x')"), ":1");
        assert_eq!(probe.take(waiting), "*2 $1 l $1 x");
    }

    #[test]
    fn random_numbers_are_the_same_on_every_server() {
        let mut probe = Probe::new();
        assert_eq!(eval(&mut probe, "return math.random(1000000)"), ":396465");
        let script =
            "math.randomseed(7) return {math.random(1000), math.random(5, 10), math.random(-10, -5)}";
        assert_eq!(eval(&mut probe, script), "*3 :267 :9 :-9");
    }

    #[test]
    fn no_script_runs_forever_whatever_it_catches() {
        for script in [
            "while true do end",
            "while true do pcall(function() while true do end end) end",
            "local c = coroutine.wrap(function() while true do end end) while true do pcall(c) end",
            "repeat local ok = pcall(redis.call, 'PING') until false",
        ] {
            let mut probe = Probe::new();
            probe.run("CONFIG SET busy-reply-threshold 20");
            let started = Instant::now();
            let reply = eval(&mut probe, script);
            assert!(reply.starts_with("-ERR Script killed by user with SCRIPT KILL."), "{script}: {reply}");
            assert!(started.elapsed().as_secs() < 5, "{script}");
            assert_eq!(eval(&mut probe, "return 1"), ":1");
        }
    }

    #[test]
    fn nesting_without_end_is_an_error() {
        let mut probe = Probe::new();
        assert!(eval(&mut probe, "local t = {} t[1] = t return t").ends_with("-ERR reached lua stack limit"));
        let encoded = eval(&mut probe, "local t = {} t.t = t return cjson.encode(t)");
        assert!(
            encoded.starts_with("-ERR user_script:1: Cannot serialise, excessive nesting (1001) script: ")
        );
        let endless = eval(&mut probe, "local function f() return 1 + f() end return f()");
        assert!(endless.starts_with("-ERR user_script:1: stack overflow"), "{endless}");
    }
}
