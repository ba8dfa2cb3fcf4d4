//! Lua values as JSON.

use mlua::{Lua, Table, Value};

use super::settings::{InvalidNumbers, Settings};
use crate::engine::script::number::general;
use crate::engine::script::raise::{Raised, type_name};

pub(super) struct Encoder<'a> {
    lua: &'a Lua,
    settings: &'a Settings,
    array_metatable: &'a Table,
    text: Vec<u8>,
    /// The tables being written, outermost first.
    open: Vec<Open>,
}

/// A table that is half written.
enum Open {
    Array { table: Table, written: i64, length: i64 },
    Object { pairs: std::vec::IntoIter<(Value, Value)>, is_first: bool },
}

/// What a table is in JSON.
enum Shape {
    Array(i64),
    Object,
}

impl<'a> Encoder<'a> {
    pub(super) fn new(lua: &'a Lua, settings: &'a Settings, array_metatable: &'a Table) -> Self {
        Self { lua, settings, array_metatable, text: Vec::new(), open: Vec::new() }
    }

    pub(super) fn encode(mut self, value: Value) -> mlua::Result<Vec<u8>> {
        self.value(value)?;
        while let Some(open) = self.open.pop() {
            self.go_on(open)?;
        }
        Ok(self.text)
    }

    /// Writes a value; a table is opened, to be gone on with.
    fn value(&mut self, value: Value) -> mlua::Result<()> {
        match value {
            Value::Nil => self.write("null"),
            Value::LightUserData(pointer) if pointer.0.is_null() => self.write("null"),
            Value::Boolean(value) => self.write(if value { "true" } else { "false" }),
            Value::String(text) => self.string(&text.as_bytes()),
            Value::Integer(value) => self.number(value as f64)?,
            Value::Number(value) => self.number(value)?,
            Value::Table(table) => self.table(table)?,
            other => return Err(self.unsupported(&other, "type not supported")),
        }
        Ok(())
    }

    fn table(&mut self, table: Table) -> mlua::Result<()> {
        let depth = self.open.len() + 1;
        if i64::try_from(depth).is_ok_and(|depth| depth > self.settings.encode_max_depth) {
            return Err(Raised::here(
                self.lua,
                format_args!("Cannot serialise, excessive nesting ({depth})"),
            ));
        }
        match self.shape(&table)? {
            Shape::Array(length) => {
                self.write("[");
                self.open.push(Open::Array { table, written: 0, length });
            }
            Shape::Object => {
                self.write("{");
                let pairs: Vec<(Value, Value)> = table.pairs().collect::<mlua::Result<_>>()?;
                self.open.push(Open::Object { pairs: pairs.into_iter(), is_first: true });
            }
        }
        Ok(())
    }

    /// Writes the next element of a table; what that opens goes first.
    fn go_on(&mut self, open: Open) -> mlua::Result<()> {
        match open {
            Open::Array { written, length, .. } if written == length => self.write("]"),
            Open::Array { table, written, length } => {
                if written > 0 {
                    self.write(",");
                }
                let element = table.raw_get(written + 1)?;
                self.open.push(Open::Array { table, written: written + 1, length });
                self.value(element)?;
            }
            Open::Object { mut pairs, is_first } => {
                let Some((key, value)) = pairs.next() else {
                    self.write("}");
                    return Ok(());
                };
                if !is_first {
                    self.write(",");
                }
                self.key(&key)?;
                self.open.push(Open::Object { pairs, is_first: false });
                self.value(value)?;
            }
        }
        Ok(())
    }

    /// A table is an array if its keys are whole numbers from 1 on without too many gaps.
    fn shape(&self, table: &Table) -> mlua::Result<Shape> {
        let (mut items, mut longest) = (0_i64, 0_i64);
        for pair in table.pairs::<Value, Value>() {
            match pair?.0 {
                Value::Integer(index) if (1..=i64::from(i32::MAX)).contains(&index) => {
                    longest = longest.max(index);
                    items += 1;
                }
                _ => return Ok(Shape::Object),
            }
        }
        if longest == 0 {
            let is_array = table.metatable().is_some_and(|metatable| metatable == *self.array_metatable);
            return Ok(if is_array { Shape::Array(0) } else { Shape::Object });
        }
        let Settings { sparse_ratio, sparse_safe, sparse_convert, .. } = *self.settings;
        let is_sparse =
            sparse_ratio > 0 && longest > items.saturating_mul(sparse_ratio) && longest > sparse_safe;
        match (is_sparse, sparse_convert) {
            (false, _) => Ok(Shape::Array(longest)),
            (true, true) => Ok(Shape::Object),
            (true, false) => Err(self.unsupported(&Value::Table(table.clone()), "excessively sparse array")),
        }
    }

    fn key(&mut self, key: &Value) -> mlua::Result<()> {
        match key {
            Value::String(text) => self.string(&text.as_bytes()),
            Value::Integer(_) | Value::Number(_) => {
                self.write("\"");
                self.number(key.as_f64().or(key.as_i64().map(|key| key as f64)).unwrap_or_default())?;
                self.write("\"");
            }
            other => return Err(self.unsupported(other, "table key must be a number or string")),
        }
        self.write(":");
        Ok(())
    }

    fn number(&mut self, value: f64) -> mlua::Result<()> {
        if !value.is_finite() {
            match self.settings.encode_invalid_numbers {
                InvalidNumbers::Refused => {
                    let number = Value::Number(value);
                    return Err(self.unsupported(&number, "must not be NaN or Inf"));
                }
                InvalidNumbers::Null => {
                    self.write("null");
                    return Ok(());
                }
                InvalidNumbers::Written if value.is_nan() => {
                    self.write("nan");
                    return Ok(());
                }
                InvalidNumbers::Written => {}
            }
        }
        let precision = usize::try_from(self.settings.number_precision).unwrap_or(14);
        self.write(&general(value, precision));
        Ok(())
    }

    fn string(&mut self, text: &[u8]) {
        self.write("\"");
        for byte in text {
            match byte {
                b'"' => self.write("\\\""),
                b'\\' => self.write("\\\\"),
                b'/' => self.write("\\/"),
                b'\n' => self.write("\\n"),
                b'\r' => self.write("\\r"),
                b'\t' => self.write("\\t"),
                8 => self.write("\\b"),
                12 => self.write("\\f"),
                0..=31 | 127 => self.write(&format!("\\u{byte:04x}")),
                byte => self.text.push(*byte),
            }
        }
        self.write("\"");
    }

    fn write(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    fn unsupported(&self, value: &Value, reason: &str) -> mlua::Error {
        Raised::here(self.lua, format_args!("Cannot serialise {}: {reason}", type_name(Some(value))))
    }
}
