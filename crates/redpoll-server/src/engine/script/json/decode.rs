//! JSON as Lua values.

use mlua::{Lua, LuaString, Table, Value};

use super::settings::Settings;
use crate::engine::script::raise::Raised;

pub(super) struct Decoder<'a> {
    lua: &'a Lua,
    settings: &'a Settings,
    array_metatable: &'a Table,
    input: &'a [u8],
    at: usize,
}

/// One piece of the text, and where it begins.
struct Token {
    kind: Kind,
    at: usize,
}

enum Kind {
    ObjectBegin,
    ObjectEnd,
    ArrayBegin,
    ArrayEnd,
    String(Vec<u8>),
    Number(f64),
    Boolean(bool),
    Null,
    Colon,
    Comma,
    End,
    /// What is wrong with the text here.
    Error(&'static str),
}

impl Kind {
    /// As error texts call it.
    fn name(&self) -> &'static str {
        match self {
            Self::ObjectBegin => "T_OBJ_BEGIN",
            Self::ObjectEnd => "T_OBJ_END",
            Self::ArrayBegin => "T_ARR_BEGIN",
            Self::ArrayEnd => "T_ARR_END",
            Self::String(_) => "T_STRING",
            Self::Number(_) => "T_NUMBER",
            Self::Boolean(_) => "T_BOOLEAN",
            Self::Null => "T_NULL",
            Self::Colon => "T_COLON",
            Self::Comma => "T_COMMA",
            Self::End => "T_END",
            Self::Error(problem) => problem,
        }
    }
}

/// A collection that is half read.
enum Open {
    Array(Table),
    Object(Table, LuaString),
}

impl<'a> Decoder<'a> {
    pub(super) fn new(
        lua: &'a Lua,
        settings: &'a Settings,
        array_metatable: &'a Table,
        input: &'a [u8],
    ) -> mlua::Result<Self> {
        if matches!(input, [0, _, ..] | [_, 0, ..]) {
            return Err(Raised::here(lua, "JSON parser does not support UTF-16 or UTF-32"));
        }
        Ok(Self { lua, settings, array_metatable, input, at: 0 })
    }

    pub(super) fn decode(mut self) -> mlua::Result<Value> {
        let mut open = Vec::new();
        let mut token = self.next();
        loop {
            let mut complete = match self.begin(&mut token, &mut open)? {
                Some(value) => value,
                None => continue,
            };
            // A complete value may complete those around it.
            loop {
                let Some(around) = open.pop() else {
                    let end = self.next();
                    return if matches!(end.kind, Kind::End) {
                        Ok(complete)
                    } else {
                        Err(self.expected("the end", &end))
                    };
                };
                match self.add(around, complete, &mut open)? {
                    Some(value) => complete = value,
                    None => break,
                }
            }
            token = self.next();
        }
    }

    /// The value that begins with `token`; `None` if it is a collection, which is then open, with the first token
    /// of its first value in `token`.
    fn begin(&mut self, token: &mut Token, open: &mut Vec<Open>) -> mlua::Result<Option<Value>> {
        Ok(Some(match &token.kind {
            Kind::String(text) => Value::String(self.lua.create_string(text)?),
            Kind::Number(value) => Value::Number(*value),
            Kind::Boolean(value) => Value::Boolean(*value),
            Kind::Null => Value::NULL,
            Kind::ArrayBegin => {
                self.descend(open.len())?;
                let table = self.lua.create_table()?;
                if self.settings.decode_array_with_array_mt {
                    table.set_metatable(Some(self.array_metatable.clone()))?;
                }
                *token = self.next();
                if !matches!(token.kind, Kind::ArrayEnd) {
                    open.push(Open::Array(table));
                    return Ok(None);
                }
                Value::Table(table)
            }
            Kind::ObjectBegin => {
                self.descend(open.len())?;
                let table = self.lua.create_table()?;
                *token = self.next();
                if !matches!(token.kind, Kind::ObjectEnd) {
                    let key = self.key(token)?;
                    open.push(Open::Object(table, key));
                    *token = self.next();
                    return Ok(None);
                }
                Value::Table(table)
            }
            _ => return Err(self.expected("value", token)),
        }))
    }

    /// Puts a value into the collection around it; gives that one if it is complete now.
    fn add(&mut self, around: Open, value: Value, open: &mut Vec<Open>) -> mlua::Result<Option<Value>> {
        match around {
            Open::Array(table) => {
                table.raw_push(value)?;
                let after = self.next();
                match after.kind {
                    Kind::ArrayEnd => Ok(Some(Value::Table(table))),
                    Kind::Comma => {
                        open.push(Open::Array(table));
                        Ok(None)
                    }
                    _ => Err(self.expected("comma or array end", &after)),
                }
            }
            Open::Object(table, key) => {
                table.raw_set(key, value)?;
                let after = self.next();
                match after.kind {
                    Kind::ObjectEnd => Ok(Some(Value::Table(table))),
                    Kind::Comma => {
                        let token = self.next();
                        let key = self.key(&token)?;
                        open.push(Open::Object(table, key));
                        Ok(None)
                    }
                    _ => Err(self.expected("comma or object end", &after)),
                }
            }
        }
    }

    fn key(&mut self, token: &Token) -> mlua::Result<LuaString> {
        let Kind::String(text) = &token.kind else {
            return Err(self.expected("object key string", token));
        };
        let colon = self.next();
        if !matches!(colon.kind, Kind::Colon) {
            return Err(self.expected("colon", &colon));
        }
        self.lua.create_string(text)
    }

    fn descend(&self, open: usize) -> mlua::Result<()> {
        let depth = open + 1;
        if i64::try_from(depth).is_ok_and(|depth| depth <= self.settings.decode_max_depth) {
            return Ok(());
        }
        let text = format!("Found too many nested data structures ({depth}) at character {}", self.at);
        Err(Raised::here(self.lua, text))
    }

    fn expected(&self, what: &str, found: &Token) -> mlua::Error {
        let (found, at) = (found.kind.name(), found.at + 1);
        Raised::here(self.lua, format_args!("Expected {what} but found {found} at character {at}"))
    }

    fn next(&mut self) -> Token {
        while matches!(self.input.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        let at = self.at;
        let rest = self.input.get(at..).unwrap_or_default();
        let (kind, length) = match rest.first() {
            None | Some(0) => (Kind::End, 0),
            Some(b'{') => (Kind::ObjectBegin, 1),
            Some(b'}') => (Kind::ObjectEnd, 1),
            Some(b'[') => (Kind::ArrayBegin, 1),
            Some(b']') => (Kind::ArrayEnd, 1),
            Some(b':') => (Kind::Colon, 1),
            Some(b',') => (Kind::Comma, 1),
            Some(b'"') => return self.string(),
            Some(b'-' | b'0'..=b'9') => {
                if is_unusual_number(rest) && !self.settings.decode_invalid_numbers {
                    (Kind::Error("invalid number"), 0)
                } else {
                    number(rest)
                }
            }
            Some(_) if rest.starts_with(b"true") => (Kind::Boolean(true), 4),
            Some(_) if rest.starts_with(b"false") => (Kind::Boolean(false), 5),
            Some(_) if rest.starts_with(b"null") => (Kind::Null, 4),
            Some(_) if self.settings.decode_invalid_numbers && is_unusual_number(rest) => number(rest),
            Some(_) => (Kind::Error("invalid token"), 0),
        };
        self.at += length;
        Token { kind, at }
    }

    fn string(&mut self) -> Token {
        let start = self.at;
        self.at += 1;
        let mut text = Vec::new();
        loop {
            let at = self.at;
            match self.input.get(at) {
                None | Some(0) => return Token { kind: Kind::Error("unexpected end of string"), at },
                Some(b'"') => {
                    self.at += 1;
                    return Token { kind: Kind::String(text), at: start };
                }
                Some(b'\\') => {
                    if let Err(problem) = self.escape(&mut text) {
                        return Token { kind: Kind::Error(problem), at };
                    }
                }
                Some(byte) => {
                    text.push(*byte);
                    self.at += 1;
                }
            }
        }
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Result<(), &'static str> {
        let byte = match self.input.get(self.at + 1) {
            Some(b'u') => return self.unicode_escape(text),
            Some(byte @ (b'"' | b'\\' | b'/')) => *byte,
            Some(b'b') => 8,
            Some(b't') => b'\t',
            Some(b'n') => b'\n',
            Some(b'f') => 12,
            Some(b'r') => b'\r',
            _ => return Err("invalid escape code"),
        };
        text.push(byte);
        self.at += 2;
        Ok(())
    }

    /// A code point above the basic plane takes two escapes.
    fn unicode_escape(&mut self, text: &mut Vec<u8>) -> Result<(), &'static str> {
        const INVALID: &str = "invalid unicode escape code";
        let first = self.code_unit(self.at).ok_or(INVALID)?;
        let (point, length) = match first {
            0xD800..=0xDBFF => {
                let second = self.code_unit(self.at + 6).filter(|unit| (0xDC00..=0xDFFF).contains(unit));
                let second = second.ok_or(INVALID)?;
                (0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00), 12)
            }
            unit => (unit, 6),
        };
        let point = char::from_u32(point).ok_or(INVALID)?;
        text.extend_from_slice(point.encode_utf8(&mut [0; 4]).as_bytes());
        self.at += length;
        Ok(())
    }

    fn code_unit(&self, at: usize) -> Option<u32> {
        let digits = self.input.get(at..at + 6)?.strip_prefix(b"\\u")?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    }
}

/// What C reads as a number and JSON does not: `+1`, `01`, `0x1`, `inf`, `nan`.
fn is_unusual_number(text: &[u8]) -> bool {
    if text.starts_with(b"+") {
        return true;
    }
    match text.strip_prefix(b"-").unwrap_or(text) {
        [b'0', next, ..] => matches!(next, b'x' | b'X' | b'0'..=b'9'),
        [b'0'..=b'9', ..] => false,
        word => starts_with_word(word, b"inf") || starts_with_word(word, b"nan"),
    }
}

/// The longest beginning that C's `strtod` reads, and its length.
fn number(text: &[u8]) -> (Kind, usize) {
    let signed = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let is_negative = text.first() == Some(&b'-');
    let rest = text.get(signed..).unwrap_or_default();
    let read = word(rest).or_else(|| hexadecimal(rest)).or_else(|| decimal(rest));
    match read {
        Some((value, length)) => (Kind::Number(if is_negative { -value } else { value }), signed + length),
        None => (Kind::Error("invalid number"), 0),
    }
}

fn word(text: &[u8]) -> Option<(f64, usize)> {
    if starts_with_word(text, b"infinity") {
        return Some((f64::INFINITY, 8));
    }
    if starts_with_word(text, b"inf") {
        return Some((f64::INFINITY, 3));
    }
    if !starts_with_word(text, b"nan") {
        return None;
    }
    // `nan(…)`: what is between the parentheses has no meaning.
    let payload = text.get(3..)?.strip_prefix(b"(");
    let length = payload.and_then(|payload| payload.iter().position(|byte| !byte.is_ascii_alphanumeric()));
    let is_closed = length.is_some_and(|length| text.get(4 + length) == Some(&b')'));
    Some((f64::NAN, if is_closed { 5 + length.unwrap_or(0) } else { 3 }))
}

fn hexadecimal(text: &[u8]) -> Option<(f64, usize)> {
    let digits = text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X"))?;
    let whole = digits.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let fraction = match digits.get(whole..) {
        Some([b'.', rest @ ..]) => rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count(),
        _ => 0,
    };
    if whole + fraction == 0 {
        return None;
    }
    let digit = |byte: &u8| f64::from(char::from(*byte).to_digit(16).unwrap_or(0));
    let mut value = digits.iter().take(whole).fold(0.0, |value, byte| value * 16.0 + digit(byte));
    let mut weight = 1.0;
    for byte in digits.iter().skip(whole + 1).take(fraction) {
        weight /= 16.0;
        value += digit(byte) * weight;
    }
    let mut length = whole + if fraction > 0 { fraction + 1 } else { 0 };
    if let Some((exponent, exponent_length)) = digits.get(length..).and_then(|rest| exponent(rest, b'p')) {
        value *= f64::from(exponent).exp2();
        length += exponent_length;
    }
    Some((value, 2 + length))
}

fn decimal(text: &[u8]) -> Option<(f64, usize)> {
    let whole = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut length = whole;
    if let Some([b'.', rest @ ..]) = text.get(whole..) {
        let fraction = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if whole + fraction == 0 {
            return None;
        }
        length += 1 + fraction;
    } else if whole == 0 {
        return None;
    }
    if let Some((_, exponent_length)) = text.get(length..).and_then(|rest| exponent(rest, b'e')) {
        length += exponent_length;
    }
    let value = std::str::from_utf8(text.get(..length)?).ok()?.parse().ok()?;
    Some((value, length))
}

/// An exponent, and its length with the letter.
fn exponent(text: &[u8], letter: u8) -> Option<(i32, usize)> {
    let rest = text.split_first().filter(|(first, _)| first.eq_ignore_ascii_case(&letter))?.1;
    let sign = usize::from(matches!(rest.first(), Some(b'+' | b'-')));
    let digits = rest.get(sign..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 {
        return None;
    }
    let value: i32 = std::str::from_utf8(rest.get(..sign + digits)?).ok()?.parse().unwrap_or(i32::MAX);
    Some((value, 1 + sign + digits))
}

fn starts_with_word(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}
