//! The library `cjson`.

mod decode;
mod encode;
mod settings;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mlua::{Lua, MultiValue, Table, Value};

use crate::engine::script::argument::Arguments;
use decode::Decoder;
use encode::Encoder;
use settings::Settings;

/// What one instance of the library has been told.
type Shared = Arc<Mutex<Settings>>;

pub(super) fn library(lua: &Lua) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    let settings = Shared::default();
    // Tables with this metatable are arrays even when they are empty.
    let array_metatable = lua.create_table()?;
    settings::functions(lua, &table, &settings)?;
    table.raw_set("_NAME", "cjson")?;
    table.raw_set("_VERSION", "2.1.0")?;
    table.raw_set("null", Value::NULL)?;
    table.raw_set("new", lua.create_function(|lua, ()| library(lua))?)?;
    let (shared, metatable) = (Shared::clone(&settings), array_metatable.clone());
    let encode = move |lua: &Lua, values: MultiValue| {
        let value = only_argument(lua, "encode", values)?.get(1).cloned().unwrap_or_default();
        let text = Encoder::new(lua, &locked(&shared), &metatable).encode(value)?;
        lua.create_string(text)
    };
    table.raw_set("encode", lua.create_function(encode)?)?;
    let decode = move |lua: &Lua, values: MultiValue| {
        let text = only_argument(lua, "decode", values)?.text(1)?;
        Decoder::new(lua, &locked(&settings), &array_metatable, &text)?.decode()
    };
    table.raw_set("decode", lua.create_function(decode)?)?;
    Ok(table)
}

fn only_argument<'a>(
    lua: &'a Lua,
    function: &'static str,
    values: MultiValue,
) -> mlua::Result<Arguments<'a>> {
    let arguments = Arguments::new(lua, function, values);
    if arguments.count() == 1 { Ok(arguments) } else { Err(arguments.bad(1, "expected 1 argument")) }
}

fn locked(settings: &Shared) -> MutexGuard<'_, Settings> {
    settings.lock().unwrap_or_else(PoisonError::into_inner)
}
