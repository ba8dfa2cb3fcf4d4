//! The library `bit`: operations on the low 32 bits of numbers.

use mlua::{Lua, MultiValue, Table};

use crate::engine::script::argument::Arguments;

type Fold = fn(i32, i32) -> i32;
type Shift = fn(i32, u32) -> i32;
type Unary = fn(i32) -> i32;

pub(super) fn library(lua: &Lua) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    let folds: [(&'static str, Fold); 3] =
        [("band", |a, b| a & b), ("bor", |a, b| a | b), ("bxor", |a, b| a ^ b)];
    for (name, fold) in folds {
        table.raw_set(name, lua.create_function(move |lua, values| folded(lua, name, values, fold))?)?;
    }
    let shifts: [(&'static str, Shift); 5] = [
        ("lshift", |value, by| (value as u32).wrapping_shl(by) as i32),
        ("rshift", |value, by| (value as u32).wrapping_shr(by) as i32),
        ("arshift", |value, by| value.wrapping_shr(by)),
        ("rol", |value, by| value.rotate_left(by % 32)),
        ("ror", |value, by| value.rotate_right(by % 32)),
    ];
    for (name, shift) in shifts {
        table.raw_set(name, lua.create_function(move |lua, values| shifted(lua, name, values, shift))?)?;
    }
    let units: [(&'static str, Unary); 3] =
        [("tobit", |value| value), ("bnot", |value| !value), ("bswap", i32::swap_bytes)];
    for (name, unit) in units {
        let function = move |lua: &Lua, values| Ok(unit(bits(&Arguments::new(lua, name, values), 1)?));
        table.raw_set(name, lua.create_function(function)?)?;
    }
    table.raw_set("tohex", lua.create_function(tohex)?)?;
    Ok(table)
}

/// The low 32 bits of a number, rounded to the nearest integer.
fn bits(arguments: &Arguments<'_>, index: usize) -> mlua::Result<i32> {
    /// Adding this moves the integer part of a double to its lowest bits.
    const ALIGN: f64 = 6_755_399_441_055_744.0;
    Ok((arguments.number(index)? + ALIGN).to_bits() as i32)
}

fn folded(lua: &Lua, name: &'static str, values: MultiValue, fold: Fold) -> mlua::Result<i32> {
    let arguments = Arguments::new(lua, name, values);
    let mut result = bits(&arguments, 1)?;
    for index in 2..=arguments.count() {
        result = fold(result, bits(&arguments, index)?);
    }
    Ok(result)
}

fn shifted(lua: &Lua, name: &'static str, values: MultiValue, shift: Shift) -> mlua::Result<i32> {
    let arguments = Arguments::new(lua, name, values);
    Ok(shift(bits(&arguments, 1)?, bits(&arguments, 2)? as u32 & 31))
}

/// A negative number of digits asks for capitals.
fn tohex(lua: &Lua, values: MultiValue) -> mlua::Result<String> {
    let arguments = Arguments::new(lua, "tohex", values);
    let value = bits(&arguments, 1)?;
    let digits = if arguments.count() < 2 { 8 } else { bits(&arguments, 2)? };
    let shown = usize::try_from(digits.unsigned_abs()).map_or(8, |digits| digits.min(8));
    let hex = if digits < 0 { format!("{value:08X}") } else { format!("{value:08x}") };
    Ok(hex[8 - shown..].to_owned())
}
