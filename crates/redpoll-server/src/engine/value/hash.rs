//! Hashes, whose fields may expire one by one.

use std::collections::BTreeSet;

use bytes::Bytes;
use indexmap::IndexMap;

use crate::engine::clock::Millis;
use crate::engine::scan::{FixedHash, Page, ScanIndex};
use crate::engine::value::limits::Limits;

/// Fields in the order they were set, those that expire before all others, in the order in which they do; of those
/// that expire together, the last one comes first. A hash that has outgrown the compact encodings keeps no order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hash {
    fields: IndexMap<Bytes, Field, FixedHash>,
    deadlines: BTreeSet<(Millis, Bytes)>,
    /// Whether the compact encoding is the one with expiries.
    extended: bool,
    longest: usize,
    /// Present once the hash has outgrown the compact encodings.
    scan: Option<ScanIndex>,
}

/// The value of a field, and when it goes.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) value: Bytes,
    pub(crate) expires_at: Option<Millis>,
}

impl Hash {
    /// Sets a field and clears its expiry. Whether the field is new.
    pub(crate) fn set(&mut self, field: Bytes, value: Bytes) -> bool {
        self.persist(&field);
        self.update(field, value)
    }

    /// Sets a field, which keeps its expiry if it has one. Whether the field is new.
    pub(crate) fn update(&mut self, field: Bytes, value: Bytes) -> bool {
        self.longest = self.longest.max(field.len()).max(value.len());
        if let Some(existing) = self.fields.get_mut(&field) {
            existing.value = value;
            return false;
        }
        if let Some(scan) = &mut self.scan {
            scan.insert(field.clone());
        }
        self.fields.insert(field, Field { value, expires_at: None });
        true
    }

    pub(crate) fn get(&self, field: &[u8]) -> Option<&Field> {
        self.fields.get(field)
    }

    pub(crate) fn get_index(&self, index: usize) -> Option<(&Bytes, &Field)> {
        self.fields.get_index(index)
    }

    pub(crate) fn remove(&mut self, field: &[u8]) -> Option<Field> {
        let (name, removed) = match &mut self.scan {
            None => self.fields.shift_remove_entry(field)?,
            Some(scan) => {
                let (name, removed) = self.fields.swap_remove_entry(field)?;
                scan.remove(&name);
                (name, removed)
            }
        };
        if let Some(at) = removed.expires_at {
            self.deadlines.remove(&(at, name));
        }
        Some(removed)
    }

    /// Sets or clears the expiry of a field. Whether the field exists.
    pub(crate) fn expire(&mut self, field: &[u8], at: Option<Millis>) -> bool {
        let Some((index, name, entry)) = self.fields.get_full_mut(field) else { return false };
        let name = name.clone();
        let previous = std::mem::replace(&mut entry.expires_at, at);
        if let Some(previous) = previous {
            self.deadlines.remove(&(previous, name.clone()));
        }
        if let Some(at) = at {
            self.deadlines.insert((at, name));
            self.extended = true;
        }
        if self.scan.is_none() && (previous.is_some() || at.is_some()) {
            self.fields.move_index(index, self.place_of(at));
        }
        true
    }

    /// Prepares for expiries, as the commands that set them do whether they set one or not.
    pub(crate) fn extend(&mut self) {
        self.extended = true;
    }

    /// Ends the expiry of a field. Whether it had one.
    pub(crate) fn persist(&mut self, field: &[u8]) -> bool {
        let expires = self.get(field).is_some_and(|field| field.expires_at.is_some());
        expires && self.expire(field, None)
    }

    /// Removes the fields whose time has come.
    pub(crate) fn remove_expired(&mut self, now: Millis) -> Vec<Bytes> {
        let due = self.deadlines.iter().take_while(|(at, _)| *at <= now);
        let expired: Vec<Bytes> = due.map(|(_, name)| name.clone()).collect();
        for name in &expired {
            self.remove(name);
        }
        expired
    }

    pub(crate) fn next_expiry(&self) -> Option<Millis> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Changes the encoding if the limits of the compact ones are passed.
    pub(crate) fn fit(&mut self, limits: Limits) {
        if self.scan.is_none() && !limits.allow(self.len(), self.longest) {
            self.scan = Some(self.fields.keys().cloned().collect());
        }
    }

    /// Prepares for so many fields to be set at once: too many for the compact encodings end them, new or not.
    pub(crate) fn make_room(&mut self, fields: usize, limits: Limits) {
        if self.scan.is_none() && !limits.allow(fields, 0) {
            self.scan = Some(self.fields.keys().cloned().collect());
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.fields.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&Bytes, &Field)> {
        self.fields.iter()
    }

    /// Some fields for HSCAN: all of them at once while the encoding is compact.
    pub(crate) fn page(&self, cursor: u64, count: usize) -> Page {
        match &self.scan {
            Some(scan) => scan.page(cursor, count),
            None => Page { cursor: 0, elements: self.fields.keys().cloned().collect() },
        }
    }

    pub(crate) fn encoding(&self) -> &'static str {
        match (&self.scan, self.extended) {
            (Some(_), _) => "hashtable",
            (None, true) => "listpackex",
            (None, false) => "listpack",
        }
    }

    /// The index of a field that gets this expiry.
    fn place_of(&self, at: Option<Millis>) -> usize {
        let Some(at) = at else { return self.len() - 1 };
        self.deadlines.iter().take_while(|(other, _)| *other < at).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_expire_at_their_own_time() {
        let mut hash = Hash::default();
        for field in ["a", "b", "c"] {
            hash.set(Bytes::from(field), Bytes::from("1"));
        }
        hash.expire(b"a", Some(20));
        hash.expire(b"b", Some(10));
        assert_eq!(hash.next_expiry(), Some(10));
        assert_eq!(hash.remove_expired(10), ["b"]);
        hash.set(Bytes::from("a"), Bytes::from("2"));
        assert_eq!(hash.next_expiry(), None);
        assert_eq!(hash.len(), 2);
    }

    #[test]
    fn fields_that_expire_come_first_in_the_order_they_do() {
        let mut hash = Hash::default();
        for field in ["a", "b", "c", "d"] {
            hash.set(Bytes::from(field), Bytes::from("1"));
        }
        let order = |hash: &Hash| hash.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        hash.expire(b"c", Some(20));
        hash.expire(b"d", Some(10));
        hash.expire(b"b", Some(20));
        assert_eq!(order(&hash), ["d", "b", "c", "a"]);
        hash.expire(b"d", None);
        hash.set(Bytes::from("c"), Bytes::from("2"));
        assert_eq!(order(&hash), ["b", "a", "d", "c"]);
        hash.update(Bytes::from("b"), Bytes::from("3"));
        assert_eq!(hash.next_expiry(), Some(20));
        assert_eq!(hash.encoding(), "listpackex");
    }

    #[test]
    fn a_long_value_or_many_fields_end_the_compact_encoding() {
        let limits = Limits { entries: 2, length: 4 };
        let mut hash = Hash::default();
        hash.set(Bytes::from("a"), Bytes::from("1234"));
        hash.fit(limits);
        assert_eq!(hash.encoding(), "listpack");
        hash.set(Bytes::from("a"), Bytes::from("12345"));
        hash.fit(limits);
        hash.set(Bytes::from("a"), Bytes::from("1"));
        assert_eq!((hash.encoding(), hash.page(0, 10).elements.len()), ("hashtable", 1));
        hash.remove(b"a");
        assert_eq!(hash.page(0, 10).elements.len(), 0);
    }
}
