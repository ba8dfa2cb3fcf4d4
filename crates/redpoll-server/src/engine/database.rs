//! One numbered database: keys, their values, their times to live.

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;

use crate::engine::clock::Millis;
use crate::engine::error::CommandError;
use crate::engine::scan::{FixedHash, Page, ScanIndex};
use crate::engine::value::{Typed, Value};

/// What is stored under a key.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) value: Value,
    expires_at: Option<Millis>,
    /// When the first field of the value expires, as the deadlines have it.
    field_expiry: Option<Millis>,
    /// When the key was last read or written, for OBJECT IDLETIME.
    pub(crate) accessed: Millis,
}

/// What a deadline is for; keys come before fields of the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Key,
    Field,
}

/// What [`Database::pop_due`] found.
#[derive(Debug)]
pub(crate) enum Expired {
    Key(Bytes),
    /// Fields of a hash; the hash itself went with its last one.
    Fields(Bytes, Vec<Bytes>),
}

#[derive(Debug, Default)]
pub(crate) struct Database {
    entries: HashMap<Bytes, Entry, FixedHash>,
    index: ScanIndex,
    deadlines: BTreeSet<(Millis, Due, Bytes)>,
    now: Millis,
    /// Keys that this command made with an empty value.
    upserted: Vec<Bytes>,
}

impl Database {
    /// The value of a key, if it is of type `T`.
    pub(crate) fn read<T: Typed>(&self, key: &[u8]) -> Result<Option<&T>, CommandError> {
        self.entries.get(key).map(|entry| T::of(&entry.value).ok_or(CommandError::WRONG_TYPE)).transpose()
    }

    /// The value of a key, to be changed; call `touch` on the context when it was.
    pub(crate) fn modify<T: Typed>(&mut self, key: &[u8]) -> Result<Option<&mut T>, CommandError> {
        self.entries
            .get_mut(key)
            .map(|entry| T::of_mut(&mut entry.value).ok_or(CommandError::WRONG_TYPE))
            .transpose()
    }

    /// As [`Database::modify`]; a missing key gets an empty value, which `touch` removes if it stays empty.
    pub(crate) fn upsert<T: Typed>(&mut self, key: &Bytes) -> Result<&mut T, CommandError> {
        if !self.entries.contains_key(key) {
            self.insert(key, T::default().into_value());
            self.upserted.push(key.clone());
        }
        self.modify(key)?.ok_or(CommandError::NO_SUCH_KEY)
    }

    /// Stores a value over whatever was there; the key loses its time to live.
    pub(crate) fn insert(&mut self, key: &Bytes, value: Value) {
        self.set_expiry(key, None);
        self.replace(key, value);
    }

    /// Stores a value over whatever was there; the key keeps its time to live.
    pub(crate) fn replace(&mut self, key: &Bytes, value: Value) {
        let accessed = self.now;
        if let Some(entry) = self.entries.get_mut(key) {
            entry.value = value;
            entry.accessed = accessed;
        } else {
            // The key must not keep the buffer it was read into alive: requests are copied, see `request`.
            self.index.insert(key.clone());
            let entry = Entry { value, expires_at: None, field_expiry: None, accessed };
            self.entries.insert(key.clone(), entry);
        }
        self.refresh_field_expiry(key);
    }

    /// Removes the keys that this command made and left empty, as one that fails half-way does.
    pub(crate) fn remove_empty_upserts(&mut self) {
        for key in std::mem::take(&mut self.upserted) {
            if self.get(&key).is_some_and(|entry| entry.value.is_empty()) {
                self.remove(&key);
            }
        }
    }

    pub(crate) fn remove(&mut self, key: &[u8]) -> Option<Entry> {
        let (key, entry) = self.entries.remove_entry(key)?;
        self.index.remove(&key);
        if let Some(at) = entry.expires_at {
            self.deadlines.remove(&(at, Due::Key, key.clone()));
        }
        if let Some(at) = entry.field_expiry {
            self.deadlines.remove(&(at, Due::Field, key));
        }
        Some(entry)
    }

    pub(crate) fn contains(&self, key: &[u8]) -> bool {
        self.entries.contains_key(key)
    }

    pub(crate) fn get(&self, key: &[u8]) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// Notes that a key was used.
    pub(crate) fn access(&mut self, key: &[u8]) {
        let now = self.now;
        if let Some(entry) = self.entries.get_mut(key) {
            entry.accessed = now;
        }
    }

    /// Says when a key was last used, as RESTORE may.
    pub(crate) fn set_accessed(&mut self, key: &[u8], at: Millis) {
        if let Some(entry) = self.entries.get_mut(key) {
            entry.accessed = at;
        }
    }

    /// When the key expires.
    pub(crate) fn expiry(&self, key: &[u8]) -> Option<Millis> {
        self.entries.get(key)?.expires_at
    }

    /// Sets or clears when the key expires. Whether the key exists.
    pub(crate) fn set_expiry(&mut self, key: &[u8], at: Option<Millis>) -> bool {
        let Some(entry) = self.entries.get_mut(key) else { return false };
        let previous = std::mem::replace(&mut entry.expires_at, at);
        if previous != at {
            self.move_deadline(key, Due::Key, previous, at);
        }
        true
    }

    /// Brings the deadlines up to date with the fields of a hash that was changed.
    pub(crate) fn refresh_field_expiry(&mut self, key: &[u8]) {
        let Some(entry) = self.entries.get_mut(key) else { return };
        let next = entry.value.next_field_expiry();
        let previous = std::mem::replace(&mut entry.field_expiry, next);
        if previous != next {
            self.move_deadline(key, Due::Field, previous, next);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// How many keys have a time to live.
    pub(crate) fn expiring(&self) -> usize {
        self.deadlines.iter().filter(|(_, due, _)| *due == Due::Key).count()
    }

    /// Every key, in the order of a scan.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Bytes> {
        self.index.iter()
    }

    /// The key at `index` in the order of a scan.
    pub(crate) fn key_at(&self, index: usize) -> Option<&Bytes> {
        self.index.get(index)
    }

    pub(crate) fn scan(&self, cursor: u64, count: usize) -> Page {
        self.index.page(cursor, count)
    }

    pub(crate) fn clear(&mut self) {
        *self = Self { now: self.now, ..Self::default() };
    }

    pub(crate) fn next_deadline(&self) -> Option<Millis> {
        self.deadlines.first().map(|(at, _, _)| *at)
    }

    /// Removes the first key, or the fields of the first key, that is due.
    pub(crate) fn pop_due(&mut self, now: Millis) -> Option<Expired> {
        let (at, due, key) = self.deadlines.first()?.clone();
        if at > now {
            return None;
        }
        if due == Due::Key {
            self.remove(&key);
            return Some(Expired::Key(key));
        }
        let fields = self.expire_fields(&key, now);
        Some(Expired::Fields(key, fields))
    }

    /// The time that accesses are recorded with.
    pub(crate) fn set_now(&mut self, now: Millis) {
        self.now = now;
    }

    fn expire_fields(&mut self, key: &Bytes, now: Millis) -> Vec<Bytes> {
        let fields = match self.entries.get_mut(key).map(|entry| &mut entry.value) {
            Some(Value::Hash(hash)) => hash.remove_expired(now),
            _ => Vec::new(),
        };
        if self.get(key).is_some_and(|entry| entry.value.is_empty()) {
            self.remove(key);
        } else {
            self.refresh_field_expiry(key);
        }
        fields
    }

    fn move_deadline(&mut self, key: &[u8], due: Due, from: Option<Millis>, to: Option<Millis>) {
        let Some((key, _)) = self.entries.get_key_value(key) else { return };
        if let Some(from) = from {
            self.deadlines.remove(&(from, due, key.clone()));
        }
        if let Some(to) = to {
            self.deadlines.insert((to, due, key.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::value::hash::Hash;
    use crate::engine::value::list::List;
    use crate::engine::value::text::Text;

    fn key(name: &str) -> Bytes {
        Bytes::from(name.to_owned())
    }

    #[test]
    fn a_typed_read_of_another_type_is_wrongtype() {
        let mut db = Database::default();
        db.insert(&key("k"), Value::String(Text::new(key("v"))));
        assert_eq!(db.read::<List>(b"k").unwrap_err(), CommandError::WRONG_TYPE);
        assert!(db.read::<Text>(b"k").unwrap().is_some());
        assert!(db.read::<List>(b"missing").unwrap().is_none());
    }

    #[test]
    fn keys_are_due_in_the_order_of_their_deadlines() {
        let mut db = Database::default();
        for (name, at) in [("b", 20), ("a", 10), ("c", 30)] {
            db.insert(&key(name), Value::String(Text::default()));
            db.set_expiry(name.as_bytes(), Some(at));
        }
        db.set_expiry(b"b", Some(5));
        db.insert(&key("c"), Value::String(Text::default()));
        let due: Vec<String> = std::iter::from_fn(|| db.pop_due(100)).map(|due| format!("{due:?}")).collect();
        assert_eq!(due, [r#"Key(b"b")"#, r#"Key(b"a")"#]);
        assert_eq!((db.len(), db.next_deadline()), (1, None));
    }

    #[test]
    fn a_hash_goes_with_its_last_field() {
        let mut db = Database::default();
        let hash: &mut Hash = db.upsert(&key("h")).unwrap();
        hash.set(key("f"), key("v"));
        hash.expire(b"f", Some(10));
        db.refresh_field_expiry(b"h");
        assert_eq!(db.next_deadline(), Some(10));
        assert!(db.pop_due(9).is_none());
        assert!(matches!(db.pop_due(10), Some(Expired::Fields(_, fields)) if fields == ["f"]));
        assert_eq!((db.len(), db.next_deadline()), (0, None));
    }
}
