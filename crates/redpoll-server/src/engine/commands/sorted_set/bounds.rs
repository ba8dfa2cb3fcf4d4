//! Ranges of scores and of members, as ranks.

use std::ops::Range;

use bytes::Bytes;

use crate::engine::error::CommandError;
use crate::engine::value::sorted_set::SortedSet;

const NOT_A_SCORE: CommandError = CommandError::new("ERR min or max is not a float");
const NOT_A_MEMBER: CommandError = CommandError::new("ERR min or max not valid string range item");

/// `min max` of the commands that go by score; `(` excludes.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScoreBounds {
    min: ScoreBound,
    max: ScoreBound,
}

#[derive(Debug, Clone, Copy)]
struct ScoreBound {
    score: f64,
    exclusive: bool,
}

impl ScoreBounds {
    pub(super) fn parse(min: &[u8], max: &[u8]) -> Result<Self, CommandError> {
        let bound = |text| ScoreBound::parse(text).ok_or(NOT_A_SCORE);
        Ok(Self { min: bound(min)?, max: bound(max)? })
    }

    pub(super) fn ranks(self, set: &SortedSet) -> Range<usize> {
        let Self { min, max } = self;
        let start = if min.exclusive { set.through(min.score) } else { set.below(min.score) };
        let end = if max.exclusive { set.below(max.score) } else { set.through(max.score) };
        start..end.max(start)
    }
}

impl ScoreBound {
    /// More is read here than where scores are set: nothing at all is 0, and what is too large is infinite.
    fn parse(text: &[u8]) -> Option<Self> {
        let (text, exclusive) = text.strip_prefix(b"(").map_or((text, false), |rest| (rest, true));
        if text.is_empty() {
            return Some(Self { score: 0.0, exclusive });
        }
        let score: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
        (!score.is_nan()).then_some(Self { score, exclusive })
    }
}

/// `min max` of the commands that go by member, in sets whose scores are all the same.
#[derive(Debug, Clone)]
pub(super) struct LexBounds {
    min: LexBound,
    max: LexBound,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum LexBound {
    Lowest,
    Inclusive(Bytes),
    Exclusive(Bytes),
    Highest,
}

impl LexBounds {
    pub(super) fn parse(min: &Bytes, max: &Bytes) -> Result<Self, CommandError> {
        let bound = |text| LexBound::parse(text).ok_or(NOT_A_MEMBER);
        Ok(Self { min: bound(min)?, max: bound(max)? })
    }

    /// The ranks of the members within the bounds. Where scores differ there is no right answer: Redis looks from
    /// one end for the first member inside, and goes on to the first one outside. So does this.
    pub(super) fn ranks(&self, set: &SortedSet, reverse: bool) -> Range<usize> {
        let (Some(first), Some(last)) = (set.get(0), set.get(set.len().saturating_sub(1))) else {
            return 0..0;
        };
        if self.is_empty() {
            return 0..0;
        }
        if first.score == last.score {
            let start = self.min.start(set, first.score);
            return start..self.max.end(set, first.score).max(start);
        }
        if !self.is_above_min(&last.member) || !self.is_below_max(&first.member) {
            return 0..0;
        }
        if reverse { self.search_backward(set) } else { self.search_forward(set) }
    }

    fn search_forward(&self, set: &SortedSet) -> Range<usize> {
        let below = |member: &Bytes| !self.is_above_min(member);
        let start = set.iter().take_while(|ranked| below(&ranked.member)).count();
        let inside = set.range(start..set.len()).take_while(|ranked| self.is_below_max(&ranked.member));
        start..start + inside.count()
    }

    fn search_backward(&self, set: &SortedSet) -> Range<usize> {
        let above = |member: &Bytes| !self.is_below_max(member);
        let end = set.len() - set.iter().rev().take_while(|ranked| above(&ranked.member)).count();
        let inside = set.range(0..end).rev().take_while(|ranked| self.is_above_min(&ranked.member));
        end - inside.count()..end
    }

    fn is_above_min(&self, member: &Bytes) -> bool {
        match &self.min {
            LexBound::Lowest => true,
            LexBound::Inclusive(bound) => member >= bound,
            LexBound::Exclusive(bound) => member > bound,
            LexBound::Highest => false,
        }
    }

    fn is_below_max(&self, member: &Bytes) -> bool {
        match &self.max {
            LexBound::Lowest => false,
            LexBound::Inclusive(bound) => member <= bound,
            LexBound::Exclusive(bound) => member < bound,
            LexBound::Highest => true,
        }
    }

    /// Whether nothing can be within, whatever the set.
    fn is_empty(&self) -> bool {
        match (&self.min, &self.max) {
            (LexBound::Highest, _) | (_, LexBound::Lowest) => true,
            (LexBound::Inclusive(min), LexBound::Inclusive(max)) => min > max,
            (
                LexBound::Inclusive(min) | LexBound::Exclusive(min),
                LexBound::Inclusive(max) | LexBound::Exclusive(max),
            ) => min >= max,
            (LexBound::Lowest, _) | (_, LexBound::Highest) => false,
        }
    }
}

impl LexBound {
    fn parse(text: &Bytes) -> Option<Self> {
        match text.first()? {
            b'-' if text.len() == 1 => Some(Self::Lowest),
            b'+' if text.len() == 1 => Some(Self::Highest),
            b'[' => Some(Self::Inclusive(text.slice(1..))),
            b'(' => Some(Self::Exclusive(text.slice(1..))),
            _ => None,
        }
    }

    fn start(&self, set: &SortedSet, score: f64) -> usize {
        match self {
            Self::Lowest => 0,
            Self::Inclusive(bound) => set.place(score, bound.clone()),
            Self::Exclusive(bound) => set.place(score, successor(bound)),
            Self::Highest => set.len(),
        }
    }

    fn end(&self, set: &SortedSet, score: f64) -> usize {
        match self {
            Self::Lowest => 0,
            Self::Inclusive(bound) => set.place(score, successor(bound)),
            Self::Exclusive(bound) => set.place(score, bound.clone()),
            Self::Highest => set.len(),
        }
    }
}

/// The next member in the order of bytes.
fn successor(member: &Bytes) -> Bytes {
    [member, &b"\0"[..]].concat().into()
}

/// `start stop` of the commands that go by rank: negative ones count from the end, both are included.
pub(super) fn rank_bounds(start: i64, stop: i64, length: usize) -> Range<usize> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let from_end = |rank: i64| if rank < 0 { rank.saturating_add(length) } else { rank };
    let start = from_end(start).max(0);
    let end = from_end(stop).min(length - 1) + 1;
    let index = |rank: i64| usize::try_from(rank).unwrap_or(0);
    if start >= end { 0..0 } else { index(start)..index(end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(members: &[(&'static str, f64)]) -> SortedSet {
        members.iter().map(|(member, score)| (Bytes::from(*member), *score)).collect()
    }

    #[test]
    fn scores_are_bounded_inclusively_unless_said_otherwise() {
        let set = set(&[("a", 1.0), ("b", 2.0), ("c", 2.0), ("d", 3.0)]);
        for (min, max, ranks) in [
            ("1", "2", 0..3),
            ("(1", "(2", 1..1),
            ("(1", "2", 1..3),
            ("-inf", "+inf", 0..4),
            ("(3", "inf", 4..4),
            ("3", "1", 3..3),
            ("", "1e999", 0..4),
        ] {
            let bounds = ScoreBounds::parse(min.as_bytes(), max.as_bytes()).unwrap();
            assert_eq!(bounds.ranks(&set), ranks, "{min} {max}");
        }
        assert!(ScoreBounds::parse(b"nan", b"1").is_err());
        assert!(ScoreBounds::parse(b"((1", b"1").is_err());
    }

    #[test]
    fn members_are_bounded_by_their_bytes() {
        let set = set(&[("a", 0.0), ("aa", 0.0), ("b", 0.0), ("c", 0.0)]);
        for (min, max, ranks) in [
            ("-", "+", 0..4),
            ("[a", "[b", 0..3),
            ("(a", "(b", 1..2),
            ("(b", "(b", 0..0),
            ("+", "-", 0..0),
            ("[b", "+", 2..4),
        ] {
            let bounds = LexBounds::parse(&Bytes::from(min), &Bytes::from(max)).unwrap();
            assert_eq!(bounds.ranks(&set, false), ranks, "{min} {max}");
            assert_eq!(bounds.ranks(&set, true), ranks, "{min} {max}");
        }
        for text in ["", "a", "-a", "+a"] {
            assert!(LexBounds::parse(&Bytes::from(text), &Bytes::from("+")).is_err());
        }
    }

    #[test]
    fn ranks_count_from_either_end() {
        for (start, stop, ranks) in [
            (0, -1, 0..3),
            (-2, -1, 1..3),
            (-9, 9, 0..3),
            (2, 1, 0..0),
            (3, 9, 0..0),
            (0, -9, 0..0),
            (i64::MIN, i64::MAX, 0..3),
        ] {
            assert_eq!(rank_bounds(start, stop, 3), ranks, "{start} {stop}");
        }
        assert_eq!(rank_bounds(0, -1, 0), 0..0);
    }
}
