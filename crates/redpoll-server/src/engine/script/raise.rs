//! Errors on their way through Lua.

use std::fmt;

use bytes::Bytes;
use mlua::debug::DebugSource;
use mlua::{Error, Lua, Table, Value};

/// The name under which Lua knows the code that is not a script's own.
pub(super) const PRELUDE: &str = "=redpoll";

/// What a function written in Rust raises; scripts see a string, or a table with a field `err`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Raised {
    /// As `error(text)` raises it.
    Text(String),
    /// As a command that failed under `redis.call` raises it.
    Reply(String),
}

impl Raised {
    /// A text with the place of the caller before it, as the functions of Lua's own library have it.
    pub(super) fn here(lua: &Lua, text: impl fmt::Display) -> Error {
        Self::Text(format!("{}{text}", place_of_caller(lua))).into()
    }

    pub(super) fn bad_argument(lua: &Lua, index: usize, function: &str, problem: impl fmt::Display) -> Error {
        Self::here(lua, format_args!("bad argument #{index} to '{function}' ({problem})"))
    }
}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Reply(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Raised {}

impl From<Raised> for Error {
    fn from(raised: Raised) -> Self {
        Self::external(raised)
    }
}

/// `native.unwrapped`: what an error value stands for.
pub(super) fn unwrapped(lua: &Lua, value: Value) -> mlua::Result<Value> {
    let Value::Error(error) = value else { return Ok(value) };
    match error.downcast_ref::<Raised>() {
        Some(Raised::Reply(text)) => error_table(lua, text).map(Value::Table),
        Some(Raised::Text(text)) => lua.create_string(text).map(Value::String),
        None => lua.create_string(error.to_string()).map(Value::String),
    }
}

/// What a command that failed replies to `redis.pcall`.
pub(super) fn error_table(lua: &Lua, text: &str) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    table.raw_set("err", text)?;
    table.raw_set("ignore_error_stats_update", true)?;
    Ok(table)
}

/// `native.origin`: the source and line of the function of a script that runs at present.
pub(super) fn origin(lua: &Lua, (): ()) -> mlua::Result<(Option<String>, Option<usize>)> {
    let mut level = 1;
    while let Some(frame) = lua.inspect_stack(level, |debug| (source(&debug.source()), debug.current_line()))
    {
        if let (Some(source), line) = frame {
            return Ok((Some(source), line));
        }
        level += 1;
    }
    Ok((None, None))
}

/// `None` for code that is not a script's own.
fn source(source: &DebugSource<'_>) -> Option<String> {
    let is_ours = |name: &&str| source.what != "C" && source.what != "tail" && *name != PRELUDE;
    source.source.as_deref().filter(is_ours).map(str::to_owned)
}

fn place_of_caller(lua: &Lua) -> String {
    let place = lua.inspect_stack(1, |debug| {
        let line = debug.current_line()?;
        Some(format!("{}:{line}: ", debug.source().short_src?))
    });
    place.flatten().unwrap_or_default()
}

/// What Lua calls the type of a value in error texts; `None` for a missing argument.
pub(super) fn type_name(value: Option<&Value>) -> &'static str {
    match value {
        None => "no value",
        Some(Value::LightUserData(_) | Value::Error(_)) => "userdata",
        Some(Value::Integer(_)) => "number",
        Some(value) => value.type_name(),
    }
}

/// An argument as text, as Lua takes strings and numbers for texts.
pub(super) fn text_of(lua: &Lua, value: &Value) -> mlua::Result<Option<Bytes>> {
    let is_text = matches!(value, Value::String(_) | Value::Integer(_) | Value::Number(_));
    if !is_text {
        return Ok(None);
    }
    let text = lua.coerce_string(value.clone())?;
    Ok(text.map(|text| Bytes::copy_from_slice(&text.as_bytes())))
}
