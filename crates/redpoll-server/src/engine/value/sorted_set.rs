//! Sorted sets.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;

use bytes::Bytes;
use indexset::BTreeSet;

use crate::engine::number::{format_17_digits, format_double};
use crate::engine::scan::{FixedHash, Page, ScanIndex};
use crate::engine::value::limits::Limits;

/// Scores by member, and members by score; the order index counts its nodes, so that ranks cost O(log n).
#[derive(Debug, Clone, Default)]
pub(crate) struct SortedSet {
    scores: HashMap<Bytes, f64, FixedHash>,
    ordered: BTreeSet<Ranked>,
    longest: usize,
    /// Present once the set has outgrown the compact encoding.
    scan: Option<ScanIndex>,
}

/// A member at its place: by score, then by its bytes.
#[derive(Debug, Clone)]
pub(crate) struct Ranked {
    pub(crate) score: f64,
    pub(crate) member: Bytes,
}

impl Ord for Ranked {
    // Scores are never NaN, and -0 equals 0.
    fn cmp(&self, other: &Self) -> Ordering {
        let by_score = self.score.partial_cmp(&other.score).unwrap_or(Ordering::Equal);
        by_score.then_with(|| self.member.cmp(&other.member))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked {}

impl SortedSet {
    /// Sets the score of a member. Its previous score.
    pub(crate) fn insert(&mut self, member: Bytes, score: f64) -> Option<f64> {
        let previous = self.scores.insert(member.clone(), score);
        if let Some(previous) = previous {
            self.ordered.remove(&Ranked { score: previous, member: member.clone() });
        } else if let Some(scan) = &mut self.scan {
            scan.insert(member.clone());
        }
        self.longest = self.longest.max(member.len());
        self.ordered.insert(Ranked { score, member });
        previous
    }

    pub(crate) fn remove(&mut self, member: &Bytes) -> Option<f64> {
        let score = self.scores.remove(member)?;
        self.ordered.remove(&Ranked { score, member: member.clone() });
        if let Some(scan) = &mut self.scan {
            scan.remove(member);
        }
        Some(score)
    }

    /// Gives up the compact encoding.
    pub(crate) fn outgrow(&mut self) {
        if self.scan.is_none() {
            self.scan = Some(self.scores.keys().cloned().collect());
        }
    }

    /// Changes the encoding if a new member would pass the limits of the compact one.
    pub(crate) fn admit(&mut self, member: &[u8], limits: Limits) {
        self.make_room(self.len() + 1, limits);
        if !limits.allow(0, member.len()) {
            self.outgrow();
        }
    }

    /// Changes the encoding if the limits of the compact one are passed.
    pub(crate) fn fit(&mut self, limits: Limits) {
        if !limits.allow(self.len(), self.longest) {
            self.outgrow();
        }
    }

    /// Prepares for so many members: where that is too many for the compact encoding, it ends, or is not begun.
    pub(crate) fn make_room(&mut self, members: usize, limits: Limits) {
        if !limits.allow(members, 0) {
            self.outgrow();
        }
    }

    /// The set with its scores as the encoding keeps them.
    pub(crate) fn into_kept(mut self) -> Self {
        let zeros = self.range(self.below(0.0)..self.through(0.0));
        let members: Vec<Bytes> = zeros.map(|zero| zero.member.clone()).collect();
        for member in members {
            let score = self.score(&member).unwrap_or(0.0);
            self.insert(member, self.kept(score));
        }
        self
    }

    /// A score in the reply of ZSCAN, which shows how the encoding keeps it.
    pub(crate) fn score_text(&self, score: f64) -> String {
        if self.scan.is_none() { format_double(score) } else { format_17_digits(score) }
    }

    /// The score as the encoding keeps it: the compact one has integers for whole numbers, and no negative zero.
    pub(crate) fn kept(&self, score: f64) -> f64 {
        if self.scan.is_none() && score == 0.0 { 0.0 } else { score }
    }

    pub(crate) fn score(&self, member: &[u8]) -> Option<f64> {
        self.scores.get(member).copied()
    }

    /// How many members are before this one.
    pub(crate) fn rank(&self, member: &Bytes) -> Option<usize> {
        let score = self.score(member)?;
        Some(self.place(score, member.clone()))
    }

    /// How many members have a lower score.
    pub(crate) fn below(&self, score: f64) -> usize {
        self.place(score, Bytes::new())
    }

    /// How many members have this score or a lower one.
    pub(crate) fn through(&self, score: f64) -> usize {
        if score == f64::INFINITY { self.len() } else { self.below(score.next_up()) }
    }

    /// How many members are before this place.
    pub(crate) fn place(&self, score: f64, member: Bytes) -> usize {
        self.ordered.rank(&Ranked { score, member })
    }

    /// The member at a rank.
    pub(crate) fn get(&self, rank: usize) -> Option<&Ranked> {
        self.ordered.get_index(rank)
    }

    /// The members at some ranks; ranks beyond the last are left out.
    pub(crate) fn range(&self, ranks: Range<usize>) -> impl DoubleEndedIterator<Item = &Ranked> {
        let ranks = ranks.start..ranks.end.min(self.len());
        let is_empty = ranks.is_empty();
        (!is_empty).then(|| self.ordered.range_idx(ranks)).into_iter().flatten()
    }

    pub(crate) fn len(&self) -> usize {
        self.scores.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    /// From the lowest score up.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Ranked> {
        self.range(0..self.len())
    }

    /// Some members for ZSCAN: all of them at once while the encoding is compact.
    pub(crate) fn page(&self, cursor: u64, count: usize) -> Page {
        match &self.scan {
            Some(scan) => scan.page(cursor, count),
            None => {
                let elements = self.iter().map(|ranked| ranked.member.clone()).collect();
                Page { cursor: 0, elements }
            }
        }
    }

    pub(crate) fn encoding(&self) -> &'static str {
        if self.scan.is_some() { "skiplist" } else { "listpack" }
    }
}

impl FromIterator<(Bytes, f64)> for SortedSet {
    fn from_iter<I: IntoIterator<Item = (Bytes, f64)>>(members: I) -> Self {
        let mut set = Self::default();
        for (member, score) in members {
            set.insert(member, score);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_follow_scores_then_members() {
        let mut set = SortedSet::default();
        for (member, score) in [("b", 1.0), ("a", 1.0), ("c", -1.0), ("d", 2.0)] {
            set.insert(Bytes::from(member), score);
        }
        set.insert(Bytes::from("d"), 0.0);
        let order: Vec<&Bytes> = set.iter().map(|ranked| &ranked.member).collect();
        assert_eq!(order, ["c", "d", "a", "b"]);
        assert_eq!(set.rank(&Bytes::from("a")), Some(2));
        assert_eq!(set.get(1).unwrap().member, "d");
        assert_eq!(set.remove(&Bytes::from("c")), Some(-1.0));
        assert_eq!(set.rank(&Bytes::from("a")), Some(1));
    }

    #[test]
    fn ranges_of_ranks_agree_with_a_sorted_list() {
        let set: SortedSet = (0..3000).map(|n: usize| (Bytes::from(n.to_string()), (n % 7) as f64)).collect();
        let mut sorted: Vec<(usize, String)> = (0..3000).map(|n| (n % 7, n.to_string())).collect();
        sorted.sort();
        for (start, end) in [(0, 3000), (0, 0), (5, 5), (7, 2), (1000, 2049), (2999, 5000), (3000, 3001)] {
            let expected = sorted.get(start..end.min(3000)).unwrap_or_default();
            let expected: Vec<&str> = expected.iter().map(|(_, member)| member.as_str()).collect();
            let mut found: Vec<&Bytes> = set.range(start..end).map(|ranked| &ranked.member).collect();
            assert_eq!(found, expected);
            found.reverse();
            assert!(set.range(start..end).rev().map(|ranked| &ranked.member).eq(found));
        }
        for score in [-1.0, 0.0, 3.0, 3.5, 6.0, f64::INFINITY] {
            let count =
                |test: fn(f64, f64) -> bool| sorted.iter().filter(|(s, _)| test(*s as f64, score)).count();
            assert_eq!(set.below(score), count(|a, b| a < b));
            assert_eq!(set.through(score), count(|a, b| a <= b));
        }
    }

    #[test]
    fn a_set_that_outgrew_its_encoding_is_scanned_in_pages() {
        let mut set: SortedSet = (0..128).map(|n: usize| (Bytes::from(n.to_string()), n as f64)).collect();
        let limits = Limits { entries: 128, length: 64 };
        set.fit(limits);
        assert_eq!((set.encoding(), set.page(0, 10).elements.len()), ("listpack", 128));
        set.insert(Bytes::from("more"), 0.0);
        set.fit(limits);
        set.remove(&Bytes::from("more"));
        set.fit(limits);
        let page = set.page(0, 10);
        assert_eq!((set.encoding(), page.elements.len()), ("skiplist", 10));
        assert_ne!(page.cursor, 0);
    }
}
