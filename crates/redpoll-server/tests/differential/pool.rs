//! What arguments are taken from: few keys and members, so that commands meet, and numbers at every boundary.

use crate::dice::Dice;
use crate::lua;

/// Two keys for each type; which of them hold it is up to the commands.
const STRING_KEYS: [&str; 3] = ["s1", "s2", "sa"];
const LIST_KEYS: [&str; 3] = ["l1", "l2", "l3"];
const HASH_KEYS: [&str; 2] = ["h1", "h2"];
const SET_KEYS: [&str; 3] = ["e1", "e2", "e3"];
const SORTED_SET_KEYS: [&str; 3] = ["z1", "z2", "z3"];
const ALL_KEYS: [&str; 15] =
    ["s1", "s2", "sa", "l1", "l2", "l3", "h1", "h2", "e1", "e2", "e3", "z1", "z2", "z3", "none"];

const INTEGERS: [&str; 14] = [
    "0",
    "1",
    "-1",
    "2",
    "7",
    "100",
    "-100",
    "127",
    "40000",
    "2147483648",
    "-2147483648",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
];
const FLOATS: [&str; 18] = [
    "0",
    "1",
    "-1",
    "0.1",
    "-0.5",
    "3.0",
    "1e3",
    "1.5e-7",
    "1e20",
    "1e17",
    "-0",
    "3.14159265358979",
    "1e-10",
    "123456789.123",
    "17179869184",
    "5e-324",
    "0.30000000000000004",
    "1e300",
];
const SCORES: [&str; 16] = [
    "0",
    "1",
    "-1",
    "2",
    "3",
    "1.5",
    "0.1",
    "-0",
    "inf",
    "-inf",
    "+inf",
    "1e20",
    "1e-7",
    "9007199254740993",
    "3.3333333333333335",
    "1e308",
];
const SCORE_BOUNDS: [&str; 12] =
    ["-inf", "+inf", "inf", "0", "1", "2", "(1", "(2", "(0", "(inf", "-1", "1.5"];
const LEX_BOUNDS: [&str; 10] = ["-", "+", "[a", "(a", "[b", "(b", "[", "(", "[c", "[zz"];
const PATTERNS: [&str; 14] =
    ["*", "s*", "?1", "[lh]1", "[^s]*", "a", "*a*", "\\*", "[a-c]*", "l[12]", "", "f?", "[", "[^a"];
const CHANNELS: [&str; 4] = ["news", "new", "n", ""];
const CHANNEL_PATTERNS: [&str; 6] = ["n*", "new?", "*", "__key*__:*", "__keyevent@0__:*", "[ab]"];
/// Past, and so far ahead that no run reaches it.
const SECONDS: [&str; 5] = ["1", "1000000000", "32503680000", "32503680001", "33000000000"];
const MILLISECONDS: [&str; 6] =
    ["1", "1000000000000", "32503680000000", "32503680000001", "33000000000123", "32503680000500"];
const DISTANCES: [&str; 6] = ["100000", "200000", "300000", "-1", "0", "100000000"];
const DISTANCES_MS: [&str; 5] = ["100000000", "200000500", "-1", "0", "300000000"];
const WORDS: [&str; 20] = [
    "",
    "a",
    "b",
    "c",
    "hello",
    "Hello World",
    "10",
    "-5",
    "3.5",
    "0",
    "ohmytext",
    "mynewtext",
    "a\r\nb",
    "\0",
    "1e5",
    " 1",
    "+1",
    "9223372036854775807",
    "00",
    "12345678901234567890",
];
const MEMBERS: [&str; 11] = ["a", "b", "c", "d", "1", "2", "3", "-7", "", "70000", "zz"];
const FIELDS: [&str; 6] = ["a", "b", "c", "f1", "2", ""];
const DIGESTS: [&str; 5] =
    ["b6acb9d84a38ff74", "0000000000000000", "xyz", "2d06800538d394c2", "d24ec4f1a98c6e5b"];

/// Words that have a meaning somewhere, and numbers that have one nowhere: what near-valid commands are made with.
const ODD: [&str; 44] = [
    "",
    "NX",
    "XX",
    "GT",
    "LT",
    "CH",
    "INCR",
    "GET",
    "EX",
    "PX",
    "KEEPTTL",
    "PERSIST",
    "WITHSCORES",
    "WITHVALUES",
    "LIMIT",
    "COUNT",
    "MATCH",
    "FIELDS",
    "STORE",
    "BY",
    "ALPHA",
    "WEIGHTS",
    "AGGREGATE",
    "REPLACE",
    "DB",
    "RANK",
    "nan",
    "1e400",
    "-1e400",
    "0x10",
    "1.",
    ".5",
    "1 ",
    "--1",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "1e18",
    "a\0b",
    "\r\n",
    "(",
    "[",
    "infinity",
    "-nan",
];

/// What an atom of a template stands for this time.
pub fn fill(atom: &str, dice: &mut Dice<'_>) -> Vec<Vec<u8>> {
    match atom {
        "nlist" => counted("list", dice),
        "nset" => counted("set", dice),
        "nzset" => counted("zset", dice),
        "nf" => counted("f", dice),
        "many" => (0..dice.between(120, 140)).map(|number| number.to_string().into_bytes()).collect(),
        "manypairs" => numbered_pairs(520, |number| (format!("f{number}"), number.to_string())),
        "manyscored" => numbered_pairs(130, |number| (number.to_string(), format!("m{number}"))),
        _ => vec![one(atom, dice)],
    }
}

fn counted(atom: &str, dice: &mut Dice<'_>) -> Vec<Vec<u8>> {
    let count = dice.between(1, 3);
    let mut words = vec![count.to_string().into_bytes()];
    words.extend((0..count).map(|_| one(atom, dice)));
    words
}

fn numbered_pairs(count: i64, pair: impl Fn(i64) -> (String, String)) -> Vec<Vec<u8>> {
    (0..count).map(pair).flat_map(|(first, second)| [first.into_bytes(), second.into_bytes()]).collect()
}

fn one(atom: &str, dice: &mut Dice<'_>) -> Vec<u8> {
    let text = match atom {
        "str" => key(&STRING_KEYS, dice),
        "list" => key(&LIST_KEYS, dice),
        "hash" => key(&HASH_KEYS, dice),
        "set" => key(&SET_KEYS, dice),
        "zset" => key(&SORTED_SET_KEYS, dice),
        "any" => dice.of(&ALL_KEYS),
        "val" => return value(dice),
        "m" => return member(dice),
        "f" => dice.of(&FIELDS),
        "int" => dice.of(&INTEGERS),
        "float" => dice.of(&FLOATS),
        "score" => dice.of(&SCORES),
        "smin" | "smax" => dice.of(&SCORE_BOUNDS),
        "lexmin" | "lexmax" => dice.of(&LEX_BOUNDS),
        "sec" => dice.of(&SECONDS),
        "ms" => dice.of(&MILLISECONDS),
        "rel" => dice.of(&DISTANCES),
        "relms" => dice.of(&DISTANCES_MS),
        "pat" => dice.of(&PATTERNS),
        "ch" => dice.of(&CHANNELS),
        "chpat" => dice.of(&CHANNEL_PATTERNS),
        "digest" => dice.of(&DIGESTS),
        "lua" => dice.of(&lua::SCRIPTS),
        "luacall" => dice.of(&lua::CALLS),
        "sha" => return lua::sha(dice),
        "id" => return format!("{{id:{}}}", dice.below(crate::script::CONNECTIONS)).into_bytes(),
        "numval" => return dice.between(-20, 200).to_string().into_bytes(),
        "num" => return dice.between(-4, 5).to_string().into_bytes(),
        "cnt" => return dice.between(0, 4).to_string().into_bytes(),
        "db" => return dice.between(0, 2).to_string().into_bytes(),
        "offset" => return dice.between(0, 12).to_string().into_bytes(),
        "index" if dice.percent(15) => dice.of(&INTEGERS),
        "index" => return dice.between(-6, 6).to_string().into_bytes(),
        _ => panic!("no atom is called {atom}"),
    };
    text.as_bytes().to_vec()
}

fn key(own: &'static [&'static str], dice: &mut Dice<'_>) -> &'static str {
    if dice.percent(92) { dice.of::<&str>(own) } else { dice.of::<&str>(&ALL_KEYS) }
}

fn value(dice: &mut Dice<'_>) -> Vec<u8> {
    match dice.below(20) {
        // On both sides of the longest embedded string and of the longest element of a listpack.
        0 => vec![b'x'; *dice.of(&[44, 45, 64, 65])],
        1..=4 => dice.between(-20, 200).to_string().into_bytes(),
        _ => dice.of(&WORDS).as_bytes().to_vec(),
    }
}

fn member(dice: &mut Dice<'_>) -> Vec<u8> {
    if dice.percent(3) { value(dice) } else { dice.of(&MEMBERS).as_bytes().to_vec() }
}

/// An argument out of place.
pub fn odd(dice: &mut Dice<'_>) -> Vec<u8> {
    match dice.below(10) {
        0..=5 => dice.of(&ODD).as_bytes().to_vec(),
        6 => dice.of(&ALL_KEYS).as_bytes().to_vec(),
        7 => dice.of(&FLOATS).as_bytes().to_vec(),
        8 => vec![b'y'; *dice.of(&[64, 200])],
        _ => dice.of(&INTEGERS).as_bytes().to_vec(),
    }
}
