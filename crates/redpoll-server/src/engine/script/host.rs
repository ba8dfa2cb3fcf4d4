//! The interpreter: one Lua state for all scripts of a server.

use std::time::{Duration, Instant};

use mlua::chunk::ChunkMode;
use mlua::{Function, HookTriggers, Lua, LuaOptions, StdLib, Table, Value, VmState};

use crate::engine::error::CommandError;
use crate::engine::script::raise::{PRELUDE, Raised, origin, unwrapped};
use crate::engine::script::random::ScriptRandom;
use crate::engine::script::{api, bit, json};

/// How much memory scripts may use: one that grows without end gets an error, and the test goes on.
const MEMORY_LIMIT: usize = 1024 * 1024 * 1024;

/// How many instructions pass between two looks at the clock.
const INSTRUCTIONS_PER_CHECK: u32 = 10_000;

/// How compiled code begins. It could do what no source can: it is refused as a lexer refuses it.
const COMPILED: &[u8] = b"\x1b";
const COMPILED_CODE: CommandError = CommandError::new(
    "ERR Error compiling script (new function): user_script:1: unexpected symbol near 'char(27)'",
);

const KILLED: &str = "ERR Script killed by user with SCRIPT KILL.";

#[derive(Debug)]
pub(super) struct Host {
    pub(super) lua: Lua,
    /// What global names mean.
    pub(super) globals: Table,
    pub(super) redis: Table,
    /// Calls a script, and says whether it worked, with what it returned or what went wrong.
    call: Function,
}

/// What went wrong in a script.
#[derive(Debug)]
pub(super) struct Failure {
    /// The error reply that the script raised, or one made of the text that it did.
    pub(super) text: Option<String>,
    /// `@user_script:1`, when it is known.
    pub(super) place: Option<String>,
}

impl Host {
    pub(super) fn new() -> mlua::Result<Self> {
        let libraries = StdLib::TABLE | StdLib::STRING | StdLib::MATH | StdLib::OS;
        let lua = Lua::new_with(libraries, LuaOptions::new())?;
        let redis = api::library(&lua)?;
        let native = lua.create_table()?;
        native.raw_set("unwrapped", lua.create_function(unwrapped)?)?;
        native.raw_set("origin", lua.create_function(origin)?)?;
        native.raw_set("math", ScriptRandom::default().functions(&lua)?)?;
        native.raw_set("bit", bit::library(&lua)?)?;
        native.raw_set("cjson", json::library(&lua)?)?;
        native.raw_set("redis", &redis)?;
        let prelude = lua.load(include_str!("prelude.lua")).set_name(PRELUDE).into_function()?;
        let (globals, call) = prelude.call(native)?;
        lua.set_memory_limit(MEMORY_LIMIT)?;
        Ok(Self { lua, globals, redis, call })
    }

    pub(super) fn compile(&self, source: &[u8]) -> Result<Function, CommandError> {
        if source.starts_with(COMPILED) {
            return Err(COMPILED_CODE);
        }
        let chunk = self.lua.load(source).set_name("@user_script").set_mode(ChunkMode::Text);
        chunk.into_function().map_err(|error| {
            let reason = match error {
                mlua::Error::SyntaxError { message, .. } => message,
                other => other.to_string(),
            };
            CommandError::from_text(format!("ERR Error compiling script (new function): {reason}"))
        })
    }

    /// Runs a script for no longer than `limit`.
    pub(super) fn call(&self, script: &Function, limit: Duration) -> mlua::Result<Result<Value, Failure>> {
        self.limit_time(limit)?;
        let (worked, value): (bool, Value) = self.call.call(script)?;
        if worked {
            return Ok(Ok(value));
        }
        Ok(Err(match value {
            Value::Table(table) => failure(&table)?,
            // The error handler itself failed: memory or stack were at their end.
            other => Failure { text: Some(format!("ERR {}", other.to_string()?)), place: None },
        }))
    }

    /// A script may catch the error that is to end it; it then gets the next one at its next line.
    fn limit_time(&self, limit: Duration) -> mlua::Result<()> {
        let started = Instant::now();
        let every_so_often = HookTriggers::new().every_nth_instruction(INSTRUCTIONS_PER_CHECK);
        self.lua.set_global_hook(every_so_often, move |lua, _| {
            if started.elapsed() < limit {
                return Ok(VmState::Continue);
            }
            lua.set_global_hook(HookTriggers::EVERY_LINE, |_, _| Err(killed()))?;
            Err(killed())
        })
    }
}

fn killed() -> mlua::Error {
    Raised::Reply(KILLED.to_owned()).into()
}

fn failure(table: &Table) -> mlua::Result<Failure> {
    let text = match table.raw_get("err")? {
        Value::String(text) => Some(String::from_utf8_lossy(&text.as_bytes()).into_owned()),
        _ => None,
    };
    let source: Option<String> = table.raw_get("source")?;
    let line: Option<i64> = table.raw_get("line")?;
    Ok(Failure { text, place: source.zip(line).map(|(source, line)| format!("{source}:{line}")) })
}

/// The interpreter could not do its work: it has no memory left.
pub(super) fn failed(error: mlua::Error) -> CommandError {
    CommandError::from_text(format!("ERR {error}"))
}
