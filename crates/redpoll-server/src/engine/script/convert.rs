//! Replies as scripts see them, and what scripts return as replies.

use mlua::{Lua, Table, Value};

use crate::engine::error::CommandError;
use crate::engine::reply::{Reply, RespVersion};
use crate::engine::script::raise::error_table;

/// How deep a returned table may nest. Redis stops at the end of its Lua stack, near 8,000.
const MAX_DEPTH: usize = 200;

const TOO_DEEP: CommandError = CommandError::new("ERR reached lua stack limit");

/// The value that `redis.call` returns.
pub(super) fn to_lua(lua: &Lua, reply: Reply, version: RespVersion) -> mlua::Result<Value> {
    let resp3 = version == RespVersion::Resp3;
    Ok(match reply {
        Reply::Integer(value) => Value::Number(value as f64),
        Reply::BulkString(bytes) => Value::String(lua.create_string(bytes)?),
        Reply::SimpleString(text) => field(lua, "ok", lua.create_string(text)?)?,
        Reply::Status(text) => field(lua, "ok", lua.create_string(text)?)?,
        Reply::Error(error) => Value::Table(error_table(lua, error.text())?),
        Reply::Array(elements) | Reply::Push(elements) => sequence(lua, elements, version)?,
        Reply::Null | Reply::NullArray if resp3 => Value::Nil,
        Reply::Null | Reply::NullArray => Value::Boolean(false),
        Reply::Boolean(value) if resp3 => Value::Boolean(value),
        Reply::Boolean(value) => Value::Integer(i64::from(value)),
        Reply::Double(value) if resp3 => field(lua, "double", value)?,
        Reply::Double(value) => {
            Value::String(lua.create_string(crate::engine::number::format_double(value))?)
        }
        Reply::BigNumber(digits) if resp3 => field(lua, "big_number", digits)?,
        Reply::BigNumber(digits) => Value::String(lua.create_string(digits)?),
        Reply::Verbatim { format, text } if resp3 => verbatim(lua, format, &text)?,
        Reply::Verbatim { text, .. } => Value::String(lua.create_string(text)?),
        Reply::Map(pairs) if resp3 => map(lua, pairs, version)?,
        Reply::Map(pairs) => {
            let elements = pairs.into_iter().flat_map(|(key, value)| [key, value]);
            sequence(lua, elements.collect(), version)?
        }
        Reply::Set(elements) if resp3 => set(lua, elements, version)?,
        Reply::Set(elements) => sequence(lua, elements, version)?,
        Reply::Attribute(_, reply) => to_lua(lua, *reply, version)?,
        Reply::Sequence(replies) => match replies.into_iter().next() {
            Some(first) => to_lua(lua, first, version)?,
            None => Value::Nil,
        },
    })
}

fn field(lua: &Lua, name: &str, value: impl mlua::IntoLua) -> mlua::Result<Value> {
    let table = lua.create_table()?;
    table.raw_set(name, value)?;
    Ok(Value::Table(table))
}

fn sequence(lua: &Lua, elements: Vec<Reply>, version: RespVersion) -> mlua::Result<Value> {
    let table = lua.create_table_with_capacity(elements.len(), 0)?;
    for (index, element) in (1_i64..).zip(elements) {
        table.raw_set(index, to_lua(lua, element, version)?)?;
    }
    Ok(Value::Table(table))
}

fn map(lua: &Lua, pairs: Vec<(Reply, Reply)>, version: RespVersion) -> mlua::Result<Value> {
    let inner = lua.create_table_with_capacity(0, pairs.len())?;
    for (key, value) in pairs {
        inner.raw_set(to_lua(lua, key, version)?, to_lua(lua, value, version)?)?;
    }
    field(lua, "map", inner)
}

fn set(lua: &Lua, elements: Vec<Reply>, version: RespVersion) -> mlua::Result<Value> {
    let inner = lua.create_table_with_capacity(0, elements.len())?;
    for element in elements {
        inner.raw_set(to_lua(lua, element, version)?, true)?;
    }
    field(lua, "set", inner)
}

fn verbatim(lua: &Lua, format: &str, text: &[u8]) -> mlua::Result<Value> {
    let inner = lua.create_table()?;
    inner.raw_set("format", format)?;
    inner.raw_set("string", lua.create_string(text)?)?;
    field(lua, "verbatim_string", inner)
}

/// The reply that a returned value makes; `version` is what the script chose with `redis.setresp`.
pub(super) fn to_reply(value: &Value, version: RespVersion) -> mlua::Result<Reply> {
    Outgoing { version, depth: 0 }.reply(value)
}

struct Outgoing {
    version: RespVersion,
    depth: usize,
}

impl Outgoing {
    fn reply(&mut self, value: &Value) -> mlua::Result<Reply> {
        Ok(match value {
            Value::String(text) => Reply::bulk(text.as_bytes().to_vec()),
            Value::Integer(value) => Reply::Integer(*value),
            Value::Number(value) => Reply::Integer(truncated(*value)),
            Value::Boolean(value) if self.version == RespVersion::Resp3 => Reply::Boolean(*value),
            Value::Boolean(true) => Reply::Integer(1),
            Value::Table(table) => {
                self.depth += 1;
                let reply = if self.depth > MAX_DEPTH { Ok(TOO_DEEP.into()) } else { self.table(table) };
                self.depth -= 1;
                reply?
            }
            _ => Reply::Null,
        })
    }

    /// One field can give a table a meaning of its own; otherwise it is an array.
    fn table(&mut self, table: &Table) -> mlua::Result<Reply> {
        if let Value::String(text) = table.raw_get("err")? {
            return Ok(CommandError::from_text(lossy(&text)).into());
        }
        if let Value::String(text) = table.raw_get("ok")? {
            return Ok(Reply::Status(lossy(&text).replace(['\r', '\n'], " ")));
        }
        match table.raw_get("double")? {
            Value::Number(value) => return Ok(Reply::Double(value)),
            // Whole numbers come out of Lua as integers.
            Value::Integer(value) => return Ok(Reply::Double(value as f64)),
            _ => {}
        }
        if let Value::Table(map) = table.raw_get("map")? {
            return Ok(Reply::Map(self.pairs(&map)?));
        }
        if let Value::Table(set) = table.raw_get("set")? {
            return Ok(Reply::Set(self.pairs(&set)?.into_iter().map(|(member, _)| member).collect()));
        }
        if let Value::String(digits) = table.raw_get("big_number")? {
            return Ok(Reply::BigNumber(lossy(&digits).replace(['\r', '\n'], " ")));
        }
        if let Value::Table(verbatim) = table.raw_get("verbatim_string")?
            && let (Value::String(format), Value::String(text)) =
                (verbatim.raw_get("format")?, verbatim.raw_get("string")?)
        {
            return Ok(Reply::Verbatim {
                format: known_format(&format.as_bytes()),
                text: text.as_bytes().to_vec().into(),
            });
        }
        self.array(table)
    }

    fn pairs(&mut self, table: &Table) -> mlua::Result<Vec<(Reply, Reply)>> {
        let mut pairs = Vec::new();
        table.for_each(|key: Value, value: Value| {
            pairs.push((self.reply(&key)?, self.reply(&value)?));
            Ok(())
        })?;
        Ok(pairs)
    }

    /// Up to the first nil.
    fn array(&mut self, table: &Table) -> mlua::Result<Reply> {
        let mut elements = Vec::new();
        for index in 1_i64.. {
            match table.raw_get(index)? {
                Value::Nil => break,
                value => elements.push(self.reply(&value)?),
            }
        }
        Ok(Reply::Array(elements))
    }
}

/// As a C compiler for x86-64 converts a double: what does not fit becomes the smallest integer.
fn truncated(value: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&value) { value as i64 } else { i64::MIN }
}

fn known_format(format: &[u8]) -> &'static str {
    if format == b"mkd" { "mkd" } else { "txt" }
}

fn lossy(text: &mlua::LuaString) -> String {
    String::from_utf8_lossy(&text.as_bytes()).into_owned()
}
