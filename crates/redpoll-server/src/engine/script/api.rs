//! The library `redis`, but for what needs the engine: see `run`.

use mlua::{Lua, MultiValue, Table, Value};

use crate::engine::commands::VERSION;
use crate::engine::script::raise::{Raised, error_table, text_of};
use crate::engine::script::sha1_hex;

/// The levels of `redis.log`, from 0 on.
const LOG_LEVELS: [&str; 4] = ["LOG_DEBUG", "LOG_VERBOSE", "LOG_NOTICE", "LOG_WARNING"];
/// What `redis.set_repl` takes.
const REPLICATION: [(&str, i64); 5] =
    [("REPL_NONE", 0), ("REPL_AOF", 1), ("REPL_SLAVE", 2), ("REPL_REPLICA", 2), ("REPL_ALL", 3)];

const WRONG_REPLY_ARGUMENTS: &str = "ERR wrong number or type of arguments";

pub(super) fn library(lua: &Lua) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    for (level, name) in LOG_LEVELS.into_iter().enumerate() {
        table.raw_set(name, level)?;
    }
    for (name, value) in REPLICATION {
        table.raw_set(name, value)?;
    }
    table.raw_set("REDIS_VERSION", VERSION)?;
    table.raw_set("REDIS_VERSION_NUM", version_number(VERSION))?;
    table.raw_set("breakpoint", lua.create_function(|_, _: MultiValue| Ok(false))?)?;
    table.raw_set("debug", lua.create_function(|_, _: MultiValue| Ok(()))?)?;
    table.raw_set("error_reply", lua.create_function(error_reply)?)?;
    table.raw_set("log", lua.create_function(log)?)?;
    table.raw_set("replicate_commands", lua.create_function(|_, _: MultiValue| Ok(true))?)?;
    table.raw_set("set_repl", lua.create_function(set_repl)?)?;
    table.raw_set("sha1hex", lua.create_function(sha1hex)?)?;
    table.raw_set("status_reply", lua.create_function(status_reply)?)?;
    Ok(table)
}

/// 8.4.1 is 0x00080401.
fn version_number(version: &str) -> i64 {
    version.split('.').filter_map(|part| part.parse::<i64>().ok()).fold(0, |number, part| number << 8 | part)
}

/// A text of one word is given the prefix ERR.
fn error_reply(lua: &Lua, values: MultiValue) -> mlua::Result<Table> {
    let Some(text) = only_string(&values) else { return error_table(lua, WRONG_REPLY_ARGUMENTS) };
    let text = text.strip_prefix('-').unwrap_or(&text);
    if text.contains(' ') { error_table(lua, text) } else { error_table(lua, &format!("ERR {text}")) }
}

fn status_reply(lua: &Lua, values: MultiValue) -> mlua::Result<Table> {
    if only_string(&values).is_none() {
        return error_table(lua, WRONG_REPLY_ARGUMENTS);
    }
    let table = lua.create_table()?;
    table.raw_set("ok", values.front().cloned())?;
    Ok(table)
}

fn only_string(values: &MultiValue) -> Option<String> {
    match values.front() {
        Some(Value::String(text)) if values.len() == 1 => {
            Some(String::from_utf8_lossy(&text.as_bytes()).into_owned())
        }
        _ => None,
    }
}

fn sha1hex(lua: &Lua, values: MultiValue) -> mlua::Result<String> {
    let [value] = values.as_slices().0 else { return Err(reply("ERR wrong number of arguments")) };
    Ok(sha1_hex(&text_of(lua, value)?.unwrap_or_default()))
}

/// Checks its arguments; there is no log to write to.
fn log(_: &Lua, values: MultiValue) -> mlua::Result<()> {
    if values.len() < 2 {
        return Err(reply("ERR redis.log() requires two arguments or more."));
    }
    let Some(level) = values.front().and_then(number) else {
        return Err(reply("ERR First argument must be a number (log level)."));
    };
    if (0.0..LOG_LEVELS.len() as f64).contains(&level) {
        Ok(())
    } else {
        Err(reply("ERR Invalid log level."))
    }
}

/// Checks its argument; there are no replicas.
fn set_repl(_: &Lua, values: MultiValue) -> mlua::Result<()> {
    if values.len() != 1 {
        return Err(reply("ERR redis.set_repl() requires one argument."));
    }
    let flags = values.front().and_then(number).unwrap_or(0.0) as i64;
    if (0..=3).contains(&flags) {
        return Ok(());
    }
    Err(reply("ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE."))
}

pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(value) => Some(*value as f64),
        Value::Number(value) => Some(*value),
        _ => None,
    }
}

pub(super) fn reply(text: &str) -> mlua::Error {
    Raised::Reply(text.to_owned()).into()
}
