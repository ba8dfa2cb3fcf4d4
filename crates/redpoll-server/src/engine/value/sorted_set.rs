//! Sorted sets.

use std::cmp::Ordering;
use std::collections::HashMap;

use bytes::Bytes;
use indexset::BTreeSet;

use crate::engine::scan::FixedHash;

/// Scores by member, and members by score; the order index counts its nodes, so that ranks cost O(log n).
#[derive(Debug, Clone, Default)]
pub(crate) struct SortedSet {
    scores: HashMap<Bytes, f64, FixedHash>,
    ordered: BTreeSet<Ranked>,
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
        }
        self.ordered.insert(Ranked { score, member });
        previous
    }

    pub(crate) fn remove(&mut self, member: &Bytes) -> Option<f64> {
        let score = self.scores.remove(member)?;
        self.ordered.remove(&Ranked { score, member: member.clone() });
        Some(score)
    }

    pub(crate) fn score(&self, member: &[u8]) -> Option<f64> {
        self.scores.get(member).copied()
    }

    /// How many members are before this one.
    pub(crate) fn rank(&self, member: &Bytes) -> Option<usize> {
        let score = self.score(member)?;
        Some(self.ordered.rank(&Ranked { score, member: member.clone() }))
    }

    /// The member at a rank.
    pub(crate) fn get(&self, rank: usize) -> Option<&Ranked> {
        self.ordered.get_index(rank)
    }

    pub(crate) fn len(&self) -> usize {
        self.scores.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    /// From the lowest score up.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Ranked> {
        self.ordered.iter()
    }

    pub(crate) fn encoding(&self) -> &'static str {
        "listpack"
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
}
