//! Scripts.

use crate::dice::Dice;

/// Scripts that execute the command in `ARGV`.
pub const CALLS: [&str; 7] = [
    "return redis.call(unpack(ARGV))",
    "return redis.call(unpack(ARGV))",
    "return redis.pcall(unpack(ARGV))",
    "local r = redis.pcall(unpack(ARGV)); if type(r) == 'table' and r.err then return {'failed', r.err} end; return {r}",
    "redis.setresp(3); return redis.call(unpack(ARGV))",
    "redis.pcall(unpack(ARGV)); return redis.call('EXISTS', 's1', 'l1', 'z1')",
    "local r = redis.pcall(unpack(ARGV)); return type(r)",
];

/// Scripts about a key and a value; `KEYS[1]`, `ARGV[1]`.
pub const SCRIPTS: [&str; 44] = [
    "return 1",
    "return 3.99",
    "return -3.99",
    "return 'text'",
    "return true",
    "return false",
    "return nil",
    "return {1, 2, nil, 4}",
    "return {1, {2, 'three', {4.5}}, true, false}",
    "return {}",
    "return {ok = 'FINE'}",
    "return {err = 'MINE went wrong'}",
    "return {err = 'no prefix'}",
    "return {double = 3.5}",
    "return {map = {a = 1}}",
    "return {set = {a = true}}",
    "redis.setresp(3); return {map = {a = {double = 1.5}}}",
    "redis.setresp(3); return {big_number = '12345678901234567890'}",
    "return redis.error_reply('OOPS why')",
    "return redis.error_reply('-OOPS why')",
    "return redis.status_reply('FINE')",
    "return KEYS[1]",
    "return ARGV",
    "return {KEYS, ARGV, #KEYS, #ARGV}",
    "return redis.call('SET', KEYS[1], ARGV[1])",
    "redis.call('SET', KEYS[1], ARGV[1]); return redis.call('GET', KEYS[1])",
    "redis.call('SET', KEYS[1], 1.5); return redis.call('GET', KEYS[1])",
    "redis.call('SET', KEYS[1], 1e15); return redis.call('GET', KEYS[1])",
    "return redis.call('RPUSH', KEYS[1], ARGV[1], ARGV[1])",
    "return redis.pcall('LPUSH', KEYS[1], 'a')",
    "local r = redis.pcall('INCR', KEYS[1]); return type(r) == 'table' and r.err or r",
    "return redis.call('NOSUCH', KEYS[1])",
    "return redis.call('GET')",
    "return redis.call()",
    "return redis.call('GET', {})",
    "return redis.sha1hex(ARGV[1] or '')",
    "return tostring(redis.call('GET', KEYS[1]))",
    "error('thrown')",
    "error({err = 'TABLE thrown'})",
    "return nosuch",
    "globally = 1",
    "return 1 +",
    "return cjson.encode({1, 2, 'x', true, {a = 'b'}})",
    "return cjson.decode('[1, 2.5, \"x\", [true, {\"a\": 3}]]')",
];

/// The SHA-1 sums of `return 1` (in both cases) and of the script that only does SET, and of none.
const SUMS: [&str; 5] = [
    "e0e1f9fabfc9d4800c877a703b823ac0578ff8db",
    "E0E1F9FABFC9D4800C877A703B823AC0578FF8DB",
    "ffffffffffffffffffffffffffffffffffffffff",
    "d8f2fad9f8e86a53d2a6ebd960b33c4972cacc37",
    "short",
];

pub fn sha(dice: &mut Dice<'_>) -> Vec<u8> {
    dice.of(&SUMS).as_bytes().to_vec()
}
