//! Arguments of functions written in Rust, with the errors of Lua's own library.

use bytes::Bytes;
use mlua::{Lua, MultiValue, Value};

use crate::engine::script::raise::{Raised, text_of, type_name};

/// What a function was called with; indices count from 1, as error texts do.
pub(super) struct Arguments<'a> {
    lua: &'a Lua,
    function: &'static str,
    values: MultiValue,
}

impl<'a> Arguments<'a> {
    pub(super) fn new(lua: &'a Lua, function: &'static str, values: MultiValue) -> Self {
        Self { lua, function, values }
    }

    pub(super) fn count(&self) -> usize {
        self.values.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<&Value> {
        self.values.get(index.checked_sub(1)?)
    }

    pub(super) fn is_none_or_nil(&self, index: usize) -> bool {
        matches!(self.get(index), None | Some(Value::Nil))
    }

    pub(super) fn number(&self, index: usize) -> mlua::Result<f64> {
        let value = self.get(index);
        let number = value.and_then(|value| self.lua.coerce_number(value.clone()).ok().flatten());
        number.ok_or_else(|| self.expected(index, "number"))
    }

    /// As C converts a double to an `int`.
    pub(super) fn integer(&self, index: usize) -> mlua::Result<i64> {
        Ok(self.number(index)? as i64)
    }

    pub(super) fn text(&self, index: usize) -> mlua::Result<Bytes> {
        let text = self.get(index).map(|value| text_of(self.lua, value)).transpose()?.flatten();
        text.ok_or_else(|| self.expected(index, "string"))
    }

    pub(super) fn bad(&self, index: usize, problem: &str) -> mlua::Error {
        Raised::bad_argument(self.lua, index, self.function, problem)
    }

    fn expected(&self, index: usize, kind: &str) -> mlua::Error {
        self.bad(index, &format!("{kind} expected, got {}", type_name(self.get(index))))
    }
}
