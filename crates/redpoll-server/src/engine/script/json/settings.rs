//! What scripts can tell `cjson`, and the functions by which they do.

use mlua::{Lua, MultiValue, Table, Value};

use super::{Shared, locked};
use crate::engine::script::argument::Arguments;

#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) sparse_convert: bool,
    pub(super) sparse_ratio: i64,
    pub(super) sparse_safe: i64,
    pub(super) encode_max_depth: i64,
    pub(super) encode_invalid_numbers: InvalidNumbers,
    pub(super) number_precision: i64,
    /// Accepted, and without effect: buffers are never kept.
    keep_buffer: bool,
    pub(super) decode_max_depth: i64,
    pub(super) decode_invalid_numbers: bool,
    pub(super) decode_array_with_array_mt: bool,
}

/// How NaN and the infinities are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InvalidNumbers {
    Refused,
    Written,
    Null,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sparse_convert: false,
            sparse_ratio: 2,
            sparse_safe: 10,
            encode_max_depth: 1000,
            encode_invalid_numbers: InvalidNumbers::Refused,
            number_precision: 14,
            keep_buffer: true,
            decode_max_depth: 1000,
            decode_invalid_numbers: true,
            decode_array_with_array_mt: false,
        }
    }
}

type Setter = fn(&Arguments<'_>, &mut Settings, &Lua) -> mlua::Result<MultiValue>;

/// Each with the number of arguments it takes.
const FUNCTIONS: [(&str, usize, Setter); 8] = [
    ("encode_sparse_array", 3, |arguments, settings, _| {
        switch(arguments, 1, &mut settings.sparse_convert)?;
        number(arguments, 2, 0, &mut settings.sparse_ratio)?;
        number(arguments, 3, 0, &mut settings.sparse_safe)?;
        Ok(MultiValue::from_vec(vec![
            Value::Boolean(settings.sparse_convert),
            Value::Integer(settings.sparse_ratio),
            Value::Integer(settings.sparse_safe),
        ]))
    }),
    ("encode_max_depth", 1, |arguments, settings, _| {
        number(arguments, 1, 1, &mut settings.encode_max_depth)?;
        Ok(one(Value::Integer(settings.encode_max_depth)))
    }),
    ("decode_max_depth", 1, |arguments, settings, _| {
        number(arguments, 1, 1, &mut settings.decode_max_depth)?;
        Ok(one(Value::Integer(settings.decode_max_depth)))
    }),
    ("encode_number_precision", 1, |arguments, settings, _| {
        number_between(arguments, 1, 1, 14, &mut settings.number_precision)?;
        Ok(one(Value::Integer(settings.number_precision)))
    }),
    ("encode_keep_buffer", 1, |arguments, settings, _| {
        switch(arguments, 1, &mut settings.keep_buffer)?;
        Ok(one(Value::Boolean(settings.keep_buffer)))
    }),
    ("encode_invalid_numbers", 1, |arguments, settings, lua| {
        invalid_numbers(arguments, &mut settings.encode_invalid_numbers)?;
        Ok(one(match settings.encode_invalid_numbers {
            InvalidNumbers::Refused => Value::Boolean(false),
            InvalidNumbers::Written => Value::Boolean(true),
            InvalidNumbers::Null => Value::String(lua.create_string("null")?),
        }))
    }),
    ("decode_invalid_numbers", 1, |arguments, settings, _| {
        switch(arguments, 1, &mut settings.decode_invalid_numbers)?;
        Ok(one(Value::Boolean(settings.decode_invalid_numbers)))
    }),
    ("decode_array_with_array_mt", 1, |arguments, settings, _| {
        switch(arguments, 1, &mut settings.decode_array_with_array_mt)?;
        Ok(one(Value::Boolean(settings.decode_array_with_array_mt)))
    }),
];

pub(super) fn functions(lua: &Lua, table: &Table, settings: &Shared) -> mlua::Result<()> {
    for (name, limit, set) in FUNCTIONS {
        let settings = Shared::clone(settings);
        let function = move |lua: &Lua, values: MultiValue| {
            let arguments = Arguments::new(lua, name, values);
            if arguments.count() > limit {
                return Err(arguments.bad(limit + 1, "found too many arguments"));
            }
            set(&arguments, &mut locked(&settings), lua)
        };
        table.raw_set(name, lua.create_function(function)?)?;
    }
    Ok(())
}

fn one(value: Value) -> MultiValue {
    MultiValue::from_vec(vec![value])
}

fn number(arguments: &Arguments<'_>, index: usize, least: i64, setting: &mut i64) -> mlua::Result<()> {
    number_between(arguments, index, least, i64::from(i32::MAX), setting)
}

fn number_between(
    arguments: &Arguments<'_>,
    index: usize,
    least: i64,
    most: i64,
    setting: &mut i64,
) -> mlua::Result<()> {
    if arguments.is_none_or_nil(index) {
        return Ok(());
    }
    let value = arguments.integer(index)?;
    if !(least..=most).contains(&value) {
        // Whichever argument it is, the error names the first.
        return Err(arguments.bad(1, &format!("expected integer between {least} and {most}")));
    }
    *setting = value;
    Ok(())
}

fn switch(arguments: &Arguments<'_>, index: usize, setting: &mut bool) -> mlua::Result<()> {
    match word(arguments, index)? {
        None => {}
        Some(word) if word == "on" => *setting = true,
        Some(word) if word == "off" => *setting = false,
        Some(word) => return Err(invalid_option(arguments, index, &word)),
    }
    Ok(())
}

fn invalid_numbers(arguments: &Arguments<'_>, setting: &mut InvalidNumbers) -> mlua::Result<()> {
    *setting = match word(arguments, 1)? {
        None => return Ok(()),
        Some(word) if word == "on" => InvalidNumbers::Written,
        Some(word) if word == "off" => InvalidNumbers::Refused,
        Some(word) if word == "null" => InvalidNumbers::Null,
        Some(word) => return Err(invalid_option(arguments, 1, &word)),
    };
    Ok(())
}

/// A choice; booleans stand for `on` and `off`.
fn word(arguments: &Arguments<'_>, index: usize) -> mlua::Result<Option<String>> {
    if arguments.is_none_or_nil(index) {
        return Ok(None);
    }
    if let Some(Value::Boolean(value)) = arguments.get(index) {
        return Ok(Some(if *value { "on" } else { "off" }.to_owned()));
    }
    let text = arguments.text(index)?;
    Ok(Some(String::from_utf8_lossy(&text).into_owned()))
}

fn invalid_option(arguments: &Arguments<'_>, index: usize, word: &str) -> mlua::Error {
    arguments.bad(index, &format!("invalid option '{word}'"))
}
