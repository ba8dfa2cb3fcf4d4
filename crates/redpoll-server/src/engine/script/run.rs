//! A script at work: `redis.call` reaches the engine that runs it.

use std::cell::RefCell;
use std::time::Duration;

use bytes::Bytes;
use mlua::{Lua, MultiValue, Value};

use super::api::{number, reply};
use super::host::{Failure, Host, failed};
use super::{Running, Script, convert};
use crate::engine::Engine;
use crate::engine::client::ConnectionId;
use crate::engine::command::{Flag, Outcome};
use crate::engine::commands;
use crate::engine::error::CommandError;
use crate::engine::number::format_double;
use crate::engine::reply::{Reply, RespVersion};

const NO_ARGUMENTS: &str = "ERR Please specify at least one argument for this redis lib call";
const BAD_ARGUMENTS: &str = "ERR Lua redis lib command arguments must be strings or integers";
const UNKNOWN_COMMAND: CommandError = CommandError::new("ERR Unknown Redis command called from script");
const WRONG_ARITY: CommandError =
    CommandError::new("ERR Wrong number of args calling Redis command from script");
const NOT_ALLOWED: CommandError = CommandError::new("ERR This Redis command is not allowed from script");
const READ_ONLY: CommandError =
    CommandError::new("ERR Write commands are not allowed from read-only scripts.");
const UNKNOWN_CHECKED_COMMAND: &str = "ERR Invalid command passed to redis.acl_check_cmd()";

/// Commands without the flag `write` that a read-only script may not use either.
const ALSO_WRITE: [&str; 2] = ["publish", "spublish"];

/// The engine, lent to the functions of a script for as long as it runs.
type Lent<'a> = RefCell<&'a mut Engine>;

impl Engine {
    /// Runs a script for a client. What it selects with SELECT ends with it.
    pub(crate) fn run_script(
        &mut self,
        id: ConnectionId,
        script: &Script,
        keys: &[Bytes],
        arguments: &[Bytes],
        read_only: bool,
    ) -> Result<Reply, CommandError> {
        self.script_host()?;
        let Some(host) = self.scripts.host.take() else { return Ok(Reply::Null) };
        let db = self.client(id).map(|client| client.db);
        let read_only = read_only || script.declared.no_writes;
        self.scripts.running = Some(Running { resp: RespVersion::Resp2, read_only });
        let reply = self.run_on(&host, id, script, keys, arguments);
        self.scripts.running = None;
        self.scripts.host = Some(host);
        if let (Some(client), Some(db)) = (self.client_mut(id), db) {
            client.db = db;
        }
        reply.map_err(failed)?
    }

    fn run_on(
        &mut self,
        host: &Host,
        id: ConnectionId,
        script: &Script,
        keys: &[Bytes],
        arguments: &[Bytes],
    ) -> mlua::Result<Result<Reply, CommandError>> {
        let limit = self.script_time_limit();
        for (name, values) in [("KEYS", keys), ("ARGV", arguments)] {
            let values = values.iter().map(|value| host.lua.create_string(value));
            let values = values.collect::<mlua::Result<Vec<_>>>()?;
            host.globals.raw_set(name, host.lua.create_sequence_from(values)?)?;
        }
        let engine: Lent<'_> = RefCell::new(self);
        host.lua.scope(|scope| {
            let call = |lua: &Lua, values| call(lua, &engine, id, values);
            host.redis.raw_set("call", scope.create_function(call)?)?;
            let pcall = |lua: &Lua, values| pcall(lua, &engine, id, values);
            host.redis.raw_set("pcall", scope.create_function(pcall)?)?;
            let setresp = |_: &Lua, values| setresp(&engine, values);
            host.redis.raw_set("setresp", scope.create_function(setresp)?)?;
            let acl_check_cmd = |_: &Lua, values| acl_check_cmd(&engine, id, values);
            host.redis.raw_set("acl_check_cmd", scope.create_function(acl_check_cmd)?)?;
            match host.call(&script.function, limit)? {
                Ok(value) => Ok(Ok(convert::to_reply(&value, resp(&engine))?)),
                Err(failure) => Ok(Err(error(failure, script))),
            }
        })
    }

    /// The protocol in whose terms commands of the running script reply; `None` when none is running.
    pub(crate) fn script_resp(&self) -> Option<RespVersion> {
        self.scripts.running.map(|running| running.resp)
    }

    fn script_time_limit(&self) -> Duration {
        Duration::from_millis(self.config.get("busy-reply-threshold").parse().unwrap_or(5000))
    }

    fn call_from_script(&mut self, id: ConnectionId, argv: &[Bytes]) -> Reply {
        match self.checked_from_script(id, argv) {
            Ok(reply) => reply,
            Err(error) => Reply::Error(error),
        }
    }

    fn checked_from_script(&mut self, id: ConnectionId, argv: &[Bytes]) -> Result<Reply, CommandError> {
        let spec = commands::lookup(argv).map_err(|_| UNKNOWN_COMMAND)?;
        if !spec.accepts_arity(argv.len()) {
            return Err(WRONG_ARITY);
        }
        if spec.has(Flag::NoScript) {
            return Err(NOT_ALLOWED);
        }
        self.authorize(id, spec, argv)
            .map_err(|reason| CommandError::from_text(format!("ERR ACL failure in script: {reason}")))?;
        let writes = spec.has(Flag::Write) || ALSO_WRITE.contains(&spec.name);
        if writes && self.scripts.running.is_some_and(|running| running.read_only) {
            return Err(READ_ONLY);
        }
        self.stats.commands += 1;
        Ok(match self.call(id, spec, argv, false) {
            Outcome::Reply(reply) => reply,
            Outcome::Block(block) => block.on_timeout,
        })
    }
}

fn resp(engine: &Lent<'_>) -> RespVersion {
    engine.borrow().script_resp().unwrap_or_default()
}

/// `redis.call`: an error reply is raised.
fn call(lua: &Lua, engine: &Lent<'_>, id: ConnectionId, values: MultiValue) -> mlua::Result<Value> {
    match executed(engine, id, values) {
        Reply::Error(error) => Err(reply(error.text())),
        other => convert::to_lua(lua, other, resp(engine)),
    }
}

/// `redis.pcall`: an error reply is returned.
fn pcall(lua: &Lua, engine: &Lent<'_>, id: ConnectionId, values: MultiValue) -> mlua::Result<Value> {
    let reply = executed(engine, id, values);
    convert::to_lua(lua, reply, resp(engine))
}

fn executed(engine: &Lent<'_>, id: ConnectionId, values: MultiValue) -> Reply {
    match command(&values) {
        Ok(argv) => engine.borrow_mut().call_from_script(id, &argv),
        Err(text) => Reply::Error(CommandError::new(text)),
    }
}

fn command(values: &MultiValue) -> Result<Vec<Bytes>, &'static str> {
    if values.is_empty() {
        return Err(NO_ARGUMENTS);
    }
    values.iter().map(|value| argument(value).ok_or(BAD_ARGUMENTS)).collect()
}

fn argument(value: &Value) -> Option<Bytes> {
    match value {
        Value::String(text) => Some(Bytes::copy_from_slice(&text.as_bytes())),
        Value::Integer(value) => Some(format_double(*value as f64).into()),
        Value::Number(value) if *value == 0.0 => Some(Bytes::from_static(b"0")),
        Value::Number(value) if value.is_nan() && value.is_sign_negative() => {
            Some(Bytes::from_static(b"-nan"))
        }
        Value::Number(value) => Some(format_double(*value).into()),
        _ => None,
    }
}

fn setresp(engine: &Lent<'_>, values: MultiValue) -> mlua::Result<()> {
    if values.len() != 1 {
        return Err(reply("ERR redis.setresp() requires one argument."));
    }
    let resp = match values.front().and_then(number).map(|version| version as i64) {
        Some(2) => RespVersion::Resp2,
        Some(3) => RespVersion::Resp3,
        _ => return Err(reply("ERR RESP version must be 2 or 3.")),
    };
    if let Some(running) = &mut engine.borrow_mut().scripts.running {
        running.resp = resp;
    }
    Ok(())
}

fn acl_check_cmd(engine: &Lent<'_>, id: ConnectionId, values: MultiValue) -> mlua::Result<bool> {
    let argv = command(&values).map_err(reply)?;
    let spec = commands::lookup(&argv).map_err(|_| reply(UNKNOWN_CHECKED_COMMAND))?;
    Ok(engine.borrow().is_permitted(id, spec, &argv))
}

/// The error reply of a script that failed: what went wrong, in which script, and where.
fn error(failure: Failure, script: &Script) -> CommandError {
    let text = failure.text.as_deref().unwrap_or("ERR unknown error");
    let sha = script.sha();
    CommandError::from_text(match failure.place {
        Some(place) => format!("{text} script: {sha}, on {place}."),
        None => format!("{text} script: {sha}."),
    })
}
