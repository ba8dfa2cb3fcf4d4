//! Sets.

use bytes::Bytes;
use indexmap::IndexSet;

use crate::engine::scan::FixedHash;

/// Members in the order they were added.
#[derive(Debug, Clone, Default)]
pub(crate) struct Set {
    members: IndexSet<Bytes, FixedHash>,
}

impl Set {
    /// Whether the member is new.
    pub(crate) fn insert(&mut self, member: Bytes) -> bool {
        self.members.insert(member)
    }

    /// Whether the member was there.
    pub(crate) fn remove(&mut self, member: &[u8]) -> bool {
        self.members.swap_remove(member)
    }

    pub(crate) fn contains(&self, member: &[u8]) -> bool {
        self.members.contains(member)
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Bytes> {
        self.members.iter()
    }

    pub(crate) fn encoding(&self) -> &'static str {
        "listpack"
    }
}
