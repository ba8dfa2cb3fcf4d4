//! Sets.

use bytes::Bytes;
use indexmap::IndexSet;

use crate::engine::config::Config;
use crate::engine::number::parse_integer;
use crate::engine::scan::{FixedHash, Page, ScanIndex};
use crate::engine::value::limits::Limits;

/// Members: in ascending order while they are integers only, else in the order they were added; a set that has
/// outgrown the compact encodings keeps no order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Set {
    members: IndexSet<Bytes, FixedHash>,
    encoding: Encoding,
    longest: usize,
}

#[derive(Debug, Clone, Default)]
enum Encoding {
    #[default]
    Integers,
    Compact,
    Table(ScanIndex),
}

/// How far sets keep their compact encodings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SetLimits {
    integers: usize,
    compact: Limits,
}

impl SetLimits {
    pub(crate) fn of(config: &Config) -> Self {
        let integers = config.get("set-max-intset-entries").parse().unwrap_or(0);
        Self { integers, compact: Limits::listpack(config, "set") }
    }
}

impl Set {
    /// Whether the member is new.
    pub(crate) fn insert(&mut self, member: Bytes) -> bool {
        if self.members.contains(&member) {
            return false;
        }
        if let Encoding::Integers = self.encoding {
            if let Some(value) = parse_integer(&member) {
                let smaller = |other: &Bytes| parse_integer(other).is_some_and(|other| other < value);
                let place = self.members.partition_point(smaller);
                return self.members.shift_insert(place, member);
            }
            self.encoding = Encoding::Compact;
            self.longest = self.members.iter().map(Bytes::len).max().unwrap_or(0);
        }
        if let Encoding::Table(scan) = &mut self.encoding {
            scan.insert(member.clone());
        }
        self.longest = self.longest.max(member.len());
        self.members.insert(member)
    }

    /// Whether the member was there.
    pub(crate) fn remove(&mut self, member: &[u8]) -> bool {
        match &mut self.encoding {
            Encoding::Integers | Encoding::Compact => self.members.shift_remove(member),
            Encoding::Table(scan) => match self.members.swap_take(member) {
                Some(member) => {
                    scan.remove(&member);
                    true
                }
                None => false,
            },
        }
    }

    pub(crate) fn contains(&self, member: &[u8]) -> bool {
        self.members.contains(member)
    }

    pub(crate) fn get_index(&self, index: usize) -> Option<&Bytes> {
        self.members.get_index(index)
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

    /// Changes the encoding if the limits of the present one are passed.
    pub(crate) fn fit(&mut self, limits: SetLimits) {
        self.make_room(self.len(), limits);
        if matches!(self.encoding, Encoding::Compact) && !limits.compact.allow(self.len(), self.longest) {
            self.become_table();
        }
    }

    /// Prepares for so many members to be added at once: too many for the present encoding end it, new or not.
    pub(crate) fn make_room(&mut self, members: usize, limits: SetLimits) {
        let most = match self.encoding {
            Encoding::Integers => limits.integers,
            Encoding::Compact => limits.compact.entries,
            Encoding::Table(_) => usize::MAX,
        };
        if members > most {
            self.become_table();
        }
    }

    /// As [`Set::make_room`] for a new set, whose first member decides where it begins.
    pub(crate) fn begin(first: &[u8], members: usize, limits: SetLimits) -> Self {
        let fits = parse_integer(first).is_some() && members <= limits.integers;
        let encoding = if fits { Encoding::Integers } else { Encoding::Compact };
        let mut set = Self { encoding, ..Self::default() };
        set.make_room(members, limits);
        set
    }

    /// Some members for SSCAN: all of them at once while the encoding is compact.
    pub(crate) fn page(&self, cursor: u64, count: usize) -> Page {
        match &self.encoding {
            Encoding::Table(scan) => scan.page(cursor, count),
            Encoding::Integers | Encoding::Compact => {
                Page { cursor: 0, elements: self.members.iter().cloned().collect() }
            }
        }
    }

    pub(crate) fn encoding(&self) -> &'static str {
        match self.encoding {
            Encoding::Integers => "intset",
            Encoding::Compact => "listpack",
            Encoding::Table(_) => "hashtable",
        }
    }

    fn become_table(&mut self) {
        self.encoding = Encoding::Table(self.members.iter().cloned().collect());
    }
}

impl FromIterator<Bytes> for Set {
    fn from_iter<I: IntoIterator<Item = Bytes>>(members: I) -> Self {
        let mut set = Self::default();
        for member in members {
            set.insert(member);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> SetLimits {
        SetLimits::of(&Config::default())
    }

    fn members(set: &Set) -> Vec<&[u8]> {
        set.iter().map(|member| &member[..]).collect()
    }

    #[test]
    fn integers_are_in_order_until_something_else_comes() {
        let mut set = Set::default();
        for member in ["3", "-10", "20", "3"] {
            set.insert(Bytes::from(member));
        }
        assert_eq!((members(&set), set.encoding()), (vec![&b"-10"[..], b"3", b"20"], "intset"));
        set.insert(Bytes::from("a"));
        set.insert(Bytes::from("5"));
        assert_eq!((members(&set).len(), set.encoding()), (5, "listpack"));
        assert_eq!(members(&set)[3..], [&b"a"[..], b"5"]);
    }

    #[test]
    fn sets_outgrow_their_encodings_for_good() {
        let mut set = Set::default();
        for n in 0..512 {
            set.insert(Bytes::from(n.to_string()));
        }
        set.fit(limits());
        assert_eq!(set.encoding(), "intset");
        set.insert(Bytes::from("512"));
        set.fit(limits());
        assert_eq!((set.encoding(), set.page(0, 10).elements.len()), ("hashtable", 10));
        let mut set = Set::default();
        set.insert(Bytes::from("x".repeat(65)));
        set.fit(limits());
        assert!(set.remove("x".repeat(65).as_bytes()));
        assert_eq!((set.encoding(), set.page(0, 10).elements.len()), ("hashtable", 0));
    }

    #[test]
    fn a_new_set_begins_with_what_its_members_need() {
        for (first, members, encoding) in
            [("1", 512, "intset"), ("1", 513, "hashtable"), ("a", 128, "listpack"), ("a", 129, "hashtable")]
        {
            assert_eq!(Set::begin(first.as_bytes(), members, limits()).encoding(), encoding);
        }
    }
}
