//! Hashes, whose fields may expire one by one.

use bytes::Bytes;
use indexmap::IndexMap;

use crate::engine::clock::Millis;
use crate::engine::scan::FixedHash;

/// Fields in the order they were set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hash {
    fields: IndexMap<Bytes, Field, FixedHash>,
    /// How many fields have an expiry: most hashes have none, and nothing is looked through for them.
    expiring: usize,
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
        let previous = self.fields.insert(field, Field { value, expires_at: None });
        let was_expiring = previous.as_ref().is_some_and(|field| field.expires_at.is_some());
        self.expiring -= usize::from(was_expiring);
        previous.is_none()
    }

    pub(crate) fn get(&self, field: &[u8]) -> Option<&Field> {
        self.fields.get(field)
    }

    /// Keeps the order of the other fields.
    pub(crate) fn remove(&mut self, field: &[u8]) -> Option<Field> {
        let removed = self.fields.shift_remove(field)?;
        self.expiring -= usize::from(removed.expires_at.is_some());
        Some(removed)
    }

    /// Sets or clears the expiry of a field. Whether the field exists.
    pub(crate) fn expire(&mut self, field: &[u8], at: Option<Millis>) -> bool {
        let Some(field) = self.fields.get_mut(field) else { return false };
        self.expiring -= usize::from(field.expires_at.is_some());
        self.expiring += usize::from(at.is_some());
        field.expires_at = at;
        true
    }

    /// Removes the fields whose time has come.
    pub(crate) fn remove_expired(&mut self, now: Millis) -> Vec<Bytes> {
        let due = |field: &Field| field.expires_at.is_some_and(|at| at <= now);
        let expired: Vec<Bytes> =
            self.fields.iter().filter(|(_, field)| due(field)).map(|(name, _)| name.clone()).collect();
        for name in &expired {
            self.remove(name);
        }
        expired
    }

    pub(crate) fn next_expiry(&self) -> Option<Millis> {
        if self.expiring == 0 {
            return None;
        }
        self.fields.values().filter_map(|field| field.expires_at).min()
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

    pub(crate) fn encoding(&self) -> &'static str {
        "listpack"
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
}
