//! Honest cursors: an element that exists during the whole of an iteration is returned by it.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use bytes::Bytes;
use indexset::BTreeSet;

/// SipHash with fixed keys: the same data iterates in the same order in every run.
pub(crate) type FixedHash = BuildHasherDefault<DefaultHasher>;

/// Cursors stay below 2^48, so that every client's integer holds them.
const HASH_BITS: u32 = 48;

/// The elements in the order of their hashes. A cursor is the hash of the next element, so that what is
/// inserted or removed meanwhile moves no other element across it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ScanIndex {
    ordered: BTreeSet<(u64, Bytes)>,
}

/// Some elements, and the cursor to go on with; 0 when there are no more.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) cursor: u64,
    pub(crate) elements: Vec<Bytes>,
}

impl ScanIndex {
    pub(crate) fn insert(&mut self, element: Bytes) {
        self.ordered.insert((position(&element), element));
    }

    pub(crate) fn remove(&mut self, element: &Bytes) {
        self.ordered.remove(&(position(element), element.clone()));
    }

    /// Every element, in the order of a scan.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Bytes> {
        self.ordered.iter().map(|(_, element)| element)
    }

    /// The element at `index` in the order of a scan: a uniform choice for a uniform index.
    pub(crate) fn get(&self, index: usize) -> Option<&Bytes> {
        self.ordered.get_index(index).map(|(_, element)| element)
    }

    /// At least `count` elements from `cursor` on; elements with equal hashes are never parted.
    pub(crate) fn page(&self, cursor: u64, count: usize) -> Page {
        let mut elements = Vec::new();
        let mut last = 0;
        for (hash, element) in self.ordered.range((cursor, Bytes::new())..) {
            if elements.len() >= count && *hash != last {
                return Page { cursor: *hash, elements };
            }
            last = *hash;
            elements.push(element.clone());
        }
        Page { cursor: 0, elements }
    }
}

impl FromIterator<Bytes> for ScanIndex {
    fn from_iter<I: IntoIterator<Item = Bytes>>(elements: I) -> Self {
        Self { ordered: elements.into_iter().map(|element| (position(&element), element)).collect() }
    }
}

/// Never 0, which is the cursor that begins and ends an iteration.
fn position(element: &[u8]) -> u64 {
    (FixedHash::default().hash_one(element) >> (u64::BITS - HASH_BITS)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(n: usize) -> Bytes {
        Bytes::from(n.to_string())
    }

    #[test]
    fn what_exists_all_along_is_returned_whatever_happens_meanwhile() {
        let mut index: ScanIndex = (0..1000).map(element).collect();
        let mut seen = std::collections::HashSet::new();
        let mut cursor = 0;
        let mut round = 0;
        loop {
            let page = index.page(cursor, 10);
            seen.extend(page.elements);
            cursor = page.cursor;
            if cursor == 0 {
                break;
            }
            // Odd elements go and others come; even ones stay.
            index.remove(&element(round * 2 + 1));
            index.insert(element(10_000 + round));
            round += 1;
        }
        assert!(round > 50);
        assert!((0..1000).step_by(2).all(|n| seen.contains(&element(n))));
    }

    #[test]
    fn nothing_is_returned_twice_while_nothing_changes() {
        let index: ScanIndex = (0..500).map(element).collect();
        let (mut all, mut cursor) = (Vec::new(), 0);
        loop {
            let page = index.page(cursor, 7);
            all.extend(page.elements);
            cursor = page.cursor;
            if cursor == 0 {
                break;
            }
        }
        assert_eq!(all.len(), 500);
    }
}
