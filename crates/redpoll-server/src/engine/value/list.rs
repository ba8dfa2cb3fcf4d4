//! Lists.

use std::collections::VecDeque;
use std::ops::Range;

use bytes::Bytes;

use crate::engine::config::Config;
use crate::engine::number::parse_integer;

/// What a listpack takes besides its entries.
const LISTPACK_OVERHEAD: usize = 7;

/// Which end of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Left,
    Right,
}

/// How much fits into the compact encoding of a list: the parameter `list-max-listpack-size`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Packing {
    bytes: usize,
    entries: usize,
}

impl Packing {
    pub(crate) fn of(config: &Config) -> Self {
        let size: i64 = config.get("list-max-listpack-size").parse().unwrap_or(-2);
        match usize::try_from(size) {
            Ok(entries) => Self { bytes: 8192, entries: entries.max(1) },
            Err(_) => Self { bytes: 2048 << size.unsigned_abs().min(5), entries: usize::MAX },
        }
    }

    fn exceeded_by(self, bytes: usize, entries: usize) -> bool {
        bytes > self.bytes || entries > self.entries
    }

    /// A list is packed again only when it has become a good deal smaller.
    fn halved(self) -> Self {
        Self { bytes: self.bytes / 2, entries: self.entries / 2 }
    }
}

/// Elements in order, cheap to reach at both ends.
#[derive(Debug, Clone)]
pub(crate) struct List {
    elements: VecDeque<Bytes>,
    /// The size of a listpack of all elements.
    packed_size: usize,
    /// The list has outgrown the compact encoding.
    linked: bool,
}

impl Default for List {
    fn default() -> Self {
        Self { elements: VecDeque::new(), packed_size: LISTPACK_OVERHEAD, linked: false }
    }
}

impl List {
    /// Changes the encoding if elements of so many bytes would not fit: to be called before they are pushed.
    pub(crate) fn make_room(&mut self, bytes: usize, elements: usize, packing: Packing) {
        self.linked |= packing.exceeded_by(self.packed_size + bytes, self.len() + elements);
    }

    /// Chooses the encoding of a list that was put together at once.
    pub(crate) fn fit(&mut self, packing: Packing) {
        self.linked = packing.exceeded_by(self.packed_size, self.len());
    }

    /// Goes back to the compact encoding where that pays: to be called when elements were removed.
    pub(crate) fn shrink(&mut self, packing: Packing) {
        self.linked &= packing.halved().exceeded_by(self.packed_size, self.len());
    }

    pub(crate) fn push(&mut self, end: End, element: Bytes) {
        self.packed_size += packed_size(&element);
        match end {
            End::Left => self.elements.push_front(element),
            End::Right => self.elements.push_back(element),
        }
    }

    pub(crate) fn pop(&mut self, end: End) -> Option<Bytes> {
        let element = match end {
            End::Left => self.elements.pop_front(),
            End::Right => self.elements.pop_back(),
        }?;
        self.packed_size -= packed_size(&element);
        Some(element)
    }

    /// Inserts before the element at `index`, which is at most the length.
    pub(crate) fn insert(&mut self, index: usize, element: Bytes) {
        self.packed_size += packed_size(&element);
        self.elements.insert(index, element);
    }

    /// Whether there is an element at `index` to be replaced.
    pub(crate) fn replace(&mut self, index: usize, element: Bytes) -> bool {
        let Some(slot) = self.elements.get_mut(index) else { return false };
        self.packed_size = self.packed_size + packed_size(&element) - packed_size(slot);
        *slot = element;
        true
    }

    /// Removes at most `limit` elements equal to this one, from the left or from the right. How many there were.
    pub(crate) fn remove_equal(&mut self, element: &[u8], limit: usize, from: End) -> usize {
        let mut places: Vec<usize> =
            (0..self.len()).filter(|index| self.elements[*index] == element).collect();
        let count = places.len().min(limit);
        match from {
            End::Left => places.truncate(count),
            End::Right => places.drain(..places.len() - count).for_each(drop),
        }
        let mut places = places.into_iter().peekable();
        let mut index = 0;
        self.elements.retain(|_| {
            let removed = places.next_if_eq(&index).is_some();
            index += 1;
            !removed
        });
        self.packed_size -= count * packed_size(element);
        count
    }

    /// Removes all elements but those in a range.
    pub(crate) fn keep(&mut self, range: Range<usize>) {
        self.elements.truncate(range.end);
        self.elements.drain(..range.start.min(self.elements.len()));
        let sizes = self.elements.iter().map(|element| packed_size(element));
        self.packed_size = LISTPACK_OVERHEAD + sizes.sum::<usize>();
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Bytes> {
        self.elements.get(index)
    }

    /// The place of the first element equal to this one.
    pub(crate) fn position(&self, element: &[u8]) -> Option<usize> {
        self.elements.iter().position(|other| other == element)
    }

    pub(crate) fn len(&self) -> usize {
        self.elements.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Bytes> + ExactSizeIterator {
        self.elements.iter()
    }

    /// The elements at some places.
    pub(crate) fn range(&self, range: Range<usize>) -> impl ExactSizeIterator<Item = &Bytes> {
        self.elements.range(range)
    }

    /// Brings an index that counts from the end when negative to one that counts from the start.
    pub(crate) fn index(&self, index: i64) -> Option<usize> {
        let from_start = if index < 0 { index + self.len() as i64 } else { index };
        usize::try_from(from_start).ok().filter(|index| *index < self.len())
    }

    /// The places from `start` to `end`, both included and counted from the end when negative.
    pub(crate) fn places(&self, start: i64, end: i64) -> Range<usize> {
        let length = self.len() as i64;
        let from_start = |index: i64| if index < 0 { (index + length).max(-1) } else { index };
        let (start, end) = (from_start(start).max(0), from_start(end).min(length - 1));
        if start > end { 0..0 } else { start as usize..end as usize + 1 }
    }

    pub(crate) fn encoding(&self) -> &'static str {
        if self.linked { "quicklist" } else { "listpack" }
    }
}

/// What an element takes in a listpack, which keeps integers in as few bytes as they need.
fn packed_size(element: &[u8]) -> usize {
    let entry = match parse_integer(element) {
        Some(0..=127) => 1,
        Some(-4096..=4095) => 2,
        Some(-0x8000..=0x7FFF) => 3,
        Some(-0x80_0000..=0x7F_FFFF) => 4,
        Some(-0x8000_0000..=0x7FFF_FFFF) => 5,
        Some(_) => 9,
        None => match element.len() {
            length @ 0..=63 => length + 1,
            length @ 64..=4095 => length + 2,
            length => length + 5,
        },
    };
    // Each entry is followed by its length, seven bits to a byte.
    entry + (usize::BITS - entry.leading_zeros()).div_ceil(7) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(elements: &[&str]) -> List {
        let mut list = List::default();
        elements.iter().for_each(|element| list.push(End::Right, Bytes::from((*element).to_owned())));
        list
    }

    #[test]
    fn the_packed_size_follows_every_change() {
        let mut changed = list(&["a", "b", "a", "1000", "a"]);
        changed.remove_equal(b"a", 2, End::Right);
        changed.insert(1, Bytes::from("new"));
        changed.replace(0, Bytes::from("7"));
        changed.pop(End::Right);
        changed.push(End::Left, Bytes::from("x".repeat(100)));
        changed.keep(0..3);
        assert!(changed.iter().eq([&Bytes::from("x".repeat(100)), &Bytes::from("7"), &Bytes::from("new")]));
        let again: Vec<&str> = changed.iter().map(|element| std::str::from_utf8(element).unwrap()).collect();
        assert_eq!(changed.packed_size, list(&again).packed_size);
    }

    #[test]
    fn elements_are_removed_from_either_side() {
        for (limit, from, rest) in [
            (usize::MAX, End::Left, vec!["b"]),
            (2, End::Left, vec!["b", "a"]),
            (2, End::Right, vec!["a", "b"]),
        ] {
            let mut list = list(&["a", "b", "a", "a"]);
            list.remove_equal(b"a", limit, from);
            assert!(list.iter().eq(&rest));
        }
    }

    #[test]
    fn a_list_that_has_outgrown_its_encoding_goes_back_at_half_the_size() {
        let packing = Packing::of(&Config::default());
        let mut long = list(&[]);
        let element = Bytes::from("x".repeat(1000));
        let mut encodings = Vec::new();
        for _ in 0..9 {
            long.make_room(element.len(), 1, packing);
            long.push(End::Right, element.clone());
            encodings.push(long.encoding());
        }
        assert_eq!(encodings[7..], ["listpack", "quicklist"]);
        while long.encoding() == "quicklist" {
            long.pop(End::Right);
            long.shrink(packing);
        }
        assert_eq!(long.len(), 4);
    }

    #[test]
    fn a_limit_can_be_a_number_of_elements() {
        let mut config = Config::default();
        config.set("list-max-listpack-size", "2").unwrap();
        let mut list = list(&["a", "b"]);
        list.make_room(0, 0, Packing::of(&config));
        assert_eq!(list.encoding(), "listpack");
        list.make_room(1, 1, Packing::of(&config));
        assert_eq!(list.encoding(), "quicklist");
    }
}
