//! `math.random` and `math.randomseed`, which give on every machine what a real server gives.

use std::sync::{Arc, Mutex, PoisonError};

use mlua::{Lua, MultiValue, Table};

use crate::engine::script::argument::Arguments;
use crate::engine::script::raise::Raised;

/// Where the generator begins. It goes on from script to script; only `math.randomseed` sets it anew.
const START: u64 = 0x1234_ABCD_330E;

/// The linear congruential generator that POSIX names `lrand48`.
#[derive(Debug, Clone)]
pub(super) struct ScriptRandom(Arc<Mutex<u64>>);

impl Default for ScriptRandom {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(START)))
    }
}

impl ScriptRandom {
    fn seed(&self, seed: u32) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (u64::from(seed) << 16) | 0x330E;
    }

    /// From 0 up to, and without, 1.
    fn fraction(&self) -> f64 {
        const MODULUS: u64 = i32::MAX as u64;
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = state.wrapping_mul(0x5_DEEC_E66D).wrapping_add(0xB) & ((1 << 48) - 1);
        ((*state >> 17) % MODULUS) as f64 / MODULUS as f64
    }

    /// The replacements for the functions of `math`.
    pub(super) fn functions(&self, lua: &Lua) -> mlua::Result<Table> {
        let table = lua.create_table()?;
        let random = self.clone();
        table.raw_set("random", lua.create_function(move |lua, values| random.draw(lua, values))?)?;
        let random = self.clone();
        let randomseed = move |lua: &Lua, values: MultiValue| {
            random.seed(Arguments::new(lua, "randomseed", values).integer(1)? as u32);
            Ok(())
        };
        table.raw_set("randomseed", lua.create_function(randomseed)?)?;
        Ok(table)
    }

    fn draw(&self, lua: &Lua, values: MultiValue) -> mlua::Result<f64> {
        let fraction = self.fraction();
        let arguments = Arguments::new(lua, "random", values);
        let (low, high) = match arguments.count() {
            0 => return Ok(fraction),
            1 => (1, arguments.integer(1)?),
            2 => (arguments.integer(1)?, arguments.integer(2)?),
            _ => return Err(Raised::here(lua, "wrong number of arguments")),
        };
        if low > high {
            return Err(arguments.bad(arguments.count(), "interval is empty"));
        }
        Ok((fraction * (high as f64 - low as f64 + 1.0)).floor() + low as f64)
    }
}
