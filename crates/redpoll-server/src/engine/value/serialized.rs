//! Values as bytes: what DUMP replies and RESTORE takes.
//!
//! The format is that of RDB files, in the plain types that every server since Redis 5 loads; hashes whose fields
//! expire need Redis 7.4. The compact types that servers write themselves (listpacks, LZF) are not read.

use bytes::Bytes;
use crc::{CRC_64_REDIS, Crc};

use crate::engine::clock::Millis;
use crate::engine::value::Value;
use crate::engine::value::hash::Hash;
use crate::engine::value::list::{End, List};
use crate::engine::value::set::Set;
use crate::engine::value::sorted_set::SortedSet;
use crate::engine::value::text::Text;

const CHECKSUM: Crc<u64> = Crc::<u64>::new(&CRC_64_REDIS);
/// The version of the format that is written.
const VERSION: u16 = 9;
/// The version that knows fields that expire.
const EXPIRING_VERSION: u16 = 12;
/// The newest version that is read.
const NEWEST_VERSION: u16 = 13;

const STRING: u8 = 0;
const LIST: u8 = 1;
const SET: u8 = 2;
const HASH: u8 = 4;
const SORTED_SET: u8 = 5;
/// A hash some of whose fields expire.
const EXPIRING_HASH: u8 = 24;

/// Why bytes are no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    /// They were not written by a server, or by too new a one, or were changed since.
    Envelope,
    /// What is in the envelope is not understood.
    Content,
}

/// The value with its version and checksum.
pub(crate) fn serialize(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write_value(&mut out, value);
    let version = if value.next_field_expiry().is_some() { EXPIRING_VERSION } else { VERSION };
    out.extend_from_slice(&version.to_le_bytes());
    let checksum = CHECKSUM.checksum(&out);
    out.extend_from_slice(&checksum.to_le_bytes());
    out
}

/// A value that [`serialize`] wrote. Encodings are yet to be chosen.
pub(crate) fn deserialize(bytes: &[u8]) -> Result<Value, Damage> {
    let (signed, checksum) = bytes.split_last_chunk().ok_or(Damage::Envelope)?;
    let (content, version) = signed.split_last_chunk().ok_or(Damage::Envelope)?;
    let is_known = u16::from_le_bytes(*version) <= NEWEST_VERSION;
    if !is_known || CHECKSUM.checksum(signed) != u64::from_le_bytes(*checksum) {
        return Err(Damage::Envelope);
    }
    let mut reader = Reader { rest: content };
    let value = reader.value().filter(|value| reader.rest.is_empty() && !value.is_empty());
    value.ok_or(Damage::Content)
}

fn write_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::String(text) => {
            out.push(STRING);
            write_string(out, text.bytes());
        }
        Value::List(list) => {
            begin(out, LIST, list.len());
            list.iter().for_each(|element| write_string(out, element));
        }
        Value::Set(set) => {
            begin(out, SET, set.len());
            set.iter().for_each(|member| write_string(out, member));
        }
        Value::SortedSet(set) => {
            begin(out, SORTED_SET, set.len());
            for ranked in set.iter() {
                write_string(out, &ranked.member);
                out.extend_from_slice(&ranked.score.to_le_bytes());
            }
        }
        Value::Hash(hash) => write_hash(out, hash),
    }
}

fn write_hash(out: &mut Vec<u8>, hash: &Hash) {
    let Some(first_expiry) = hash.next_expiry() else {
        begin(out, HASH, hash.len());
        for (name, field) in hash.iter() {
            write_string(out, name);
            write_string(out, &field.value);
        }
        return;
    };
    out.push(EXPIRING_HASH);
    out.extend_from_slice(&first_expiry.to_le_bytes());
    write_length(out, hash.len() as u64);
    for (name, field) in hash.iter() {
        // Times are told from the first one on; 0 is for fields that stay.
        let after = field.expires_at.map_or(0, |at| at.abs_diff(first_expiry) + 1);
        write_length(out, after);
        write_string(out, name);
        write_string(out, &field.value);
    }
}

fn begin(out: &mut Vec<u8>, kind: u8, length: usize) {
    out.push(kind);
    write_length(out, length as u64);
}

fn write_string(out: &mut Vec<u8>, bytes: &[u8]) {
    write_length(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// In six, fourteen, thirty-two or sixty-four bits, as the first byte says.
fn write_length(out: &mut Vec<u8>, length: u64) {
    match length {
        0..=0x3F => out.push(length as u8),
        0x40..=0x3FFF => out.extend_from_slice(&(0x4000 | length as u16).to_be_bytes()),
        0x4000..=0xFFFF_FFFF => {
            out.push(0x80);
            out.extend_from_slice(&(length as u32).to_be_bytes());
        }
        _ => {
            out.push(0x81);
            out.extend_from_slice(&length.to_be_bytes());
        }
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn value(&mut self) -> Option<Value> {
        match self.byte()? {
            STRING => Some(Value::String(Text::new(self.string()?))),
            LIST => {
                let mut list = List::default();
                self.elements(|reader| reader.string().map(|element| list.push(End::Right, element)))?;
                Some(Value::List(list))
            }
            SET => {
                let mut set = Set::default();
                self.elements(|reader| set.insert(reader.string()?).then_some(()))?;
                Some(Value::Set(set))
            }
            SORTED_SET => {
                let mut set = SortedSet::default();
                self.elements(|reader| {
                    let (member, score) = (reader.string()?, f64::from_le_bytes(reader.array()?));
                    (!score.is_nan() && set.insert(member, score).is_none()).then_some(())
                })?;
                Some(Value::SortedSet(set))
            }
            HASH => {
                let mut hash = Hash::default();
                self.elements(|reader| hash.set(reader.string()?, reader.string()?).then_some(()))?;
                Some(Value::Hash(hash))
            }
            EXPIRING_HASH => self.expiring_hash(),
            _ => None,
        }
    }

    fn expiring_hash(&mut self) -> Option<Value> {
        let first_expiry = Millis::from_le_bytes(self.array()?);
        let mut hash = Hash::default();
        self.elements(|reader| {
            let after = Millis::try_from(reader.length()?).ok()?;
            let (name, value) = (reader.string()?, reader.string()?);
            let is_new = hash.set(name.clone(), value);
            if after > 0 {
                hash.expire(&name, Some(first_expiry.checked_add(after - 1)?));
            }
            is_new.then_some(())
        })?;
        Some(Value::Hash(hash))
    }

    /// As many elements as a length says; the first one that cannot be read ends it all.
    fn elements(&mut self, mut read: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        (0..self.length()?).try_for_each(|_| read(self))
    }

    fn string(&mut self) -> Option<Bytes> {
        let integer: i32 = match self.rest.first()? {
            0xC0 => i8::from_le_bytes(self.tagged()?).into(),
            0xC1 => i16::from_le_bytes(self.tagged()?).into(),
            0xC2 => i32::from_le_bytes(self.tagged()?),
            _ => {
                let length = usize::try_from(self.length()?).ok()?;
                return self.take(length).map(Bytes::copy_from_slice);
            }
        };
        Some(integer.to_string().into())
    }

    fn length(&mut self) -> Option<u64> {
        let first = self.byte()?;
        match first {
            0..=0x3F => Some(first.into()),
            0x40..=0x7F => Some(u16::from_be_bytes([first & 0x3F, self.byte()?]).into()),
            0x80 => Some(u32::from_be_bytes(self.array()?).into()),
            0x81 => Some(u64::from_be_bytes(self.array()?)),
            _ => None,
        }
    }

    /// What follows a byte that only says how long it is.
    fn tagged<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.byte()?;
        self.array()
    }

    fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*array)
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Bytes {
        Bytes::from(text.to_owned())
    }

    /// Content in an intact envelope.
    fn sealed(content: &[u8]) -> Vec<u8> {
        let mut out = [content, &VERSION.to_le_bytes()].concat();
        out.extend_from_slice(&CHECKSUM.checksum(&out).to_le_bytes());
        out
    }

    fn samples() -> Vec<Value> {
        let mut list = List::default();
        let mut set = Set::default();
        let mut sorted = SortedSet::default();
        let (mut hash, mut expiring) = (Hash::default(), Hash::default());
        for n in 0..100 {
            list.push(End::Right, bytes(&"x".repeat(n * 300)));
            set.insert(bytes(&n.to_string()));
            sorted.insert(bytes(&n.to_string()), n as f64 / 3.0);
            hash.set(bytes(&n.to_string()), bytes("v"));
            expiring.set(bytes(&n.to_string()), bytes("v"));
        }
        expiring.expire(b"7", Some(1_900_000_000_000));
        expiring.expire(b"8", Some(1_900_000_000_500));
        let text = Value::String(Text::new(bytes("hello")));
        let (list, set, sorted) = (Value::List(list), Value::Set(set), Value::SortedSet(sorted));
        vec![text, list, set, sorted, Value::Hash(hash), Value::Hash(expiring)]
    }

    #[test]
    fn values_come_back_as_they_were() {
        for value in samples() {
            let written = serialize(&value);
            let read = deserialize(&written).unwrap();
            assert_eq!(read.next_field_expiry(), value.next_field_expiry());
            assert_eq!(serialize(&read), written);
        }
    }

    #[test]
    fn a_string_is_written_as_servers_write_it() {
        let by_redis = b"\x00\x05hello\x0d\x00\xc1\xdb\x56\xc5\x62\x81\x57\xca";
        assert!(matches!(deserialize(by_redis), Ok(Value::String(text)) if text.bytes() == "hello"));
    }

    #[test]
    fn integers_are_read_in_their_short_forms() {
        for (content, text) in [
            (&b"\x00\xc0\xff"[..], "-1"),
            (b"\x00\xc1\x00\x01", "256"),
            (b"\x00\xc2\x00\x00\x01\x00", "65536"),
        ] {
            let value = deserialize(&sealed(content));
            assert!(matches!(value, Ok(Value::String(read)) if read.bytes() == text));
        }
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let written = serialize(&samples()[0]);
        for index in 0..written.len() {
            let mut changed = written.clone();
            changed[index] ^= 1;
            assert_eq!(deserialize(&changed).unwrap_err(), Damage::Envelope);
            assert!(deserialize(&written[..index]).is_err());
        }
    }

    #[test]
    fn content_that_makes_no_sense_is_refused() {
        for content in [
            &b""[..],
            b"\x00",
            b"\x00\x05hell",
            b"\x00\x05hellooo",
            b"\x01\x00",
            b"\x01\x81\xff\xff\xff\xff\xff\xff\xff\xff\x00",
            b"\x02\x02\x01a\x01a",
            b"\x05\x01\x01a\x00\x00\x00\x00\x00\x00\xf8\x7f",
            b"\x63\x01",
        ] {
            assert_eq!(deserialize(&sealed(content)).unwrap_err(), Damage::Content, "{content:?}");
        }
    }
}
