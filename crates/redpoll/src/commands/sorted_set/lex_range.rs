use std::ops::{Bound, Range, RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

use crate::client::Command;

/// A range of members in the order of their bytes: the ranges of Rust, over strings or byte strings, and pairs of
/// [`Bound`]s.
///
/// | Rust | Members |
/// |---|---|
/// | `"a"..="c"` | from `a` to `c`, both included |
/// | `"a".."c"` | from `a` to `c`, `c` excluded |
/// | `"a"..`, `.."c"`, `..="c"` | open at one side |
/// | `..` | all |
/// | `(Bound::Excluded("a"), Bound::Included("c"))` | from `a` to `c`, `a` excluded |
pub trait LexRange {
    /// The first and the last member.
    fn lex_bounds(&self) -> (Bound<&[u8]>, Bound<&[u8]>);
}

macro_rules! lex_ranges {
    ($($range:ty)*) => { $(
        impl<S: AsRef<[u8]>> LexRange for $range {
            fn lex_bounds(&self) -> (Bound<&[u8]>, Bound<&[u8]>) {
                (self.start_bound().map(AsRef::as_ref), self.end_bound().map(AsRef::as_ref))
            }
        }
    )* };
}
lex_ranges!(Range<S> RangeInclusive<S> RangeFrom<S> RangeTo<S> RangeToInclusive<S> (Bound<S>, Bound<S>));

impl LexRange for RangeFull {
    fn lex_bounds(&self) -> (Bound<&[u8]>, Bound<&[u8]>) {
        (Bound::Unbounded, Bound::Unbounded)
    }
}

impl<E, M, T> Command<E, M, T> {
    /// Adds a range as `min max`.
    pub(super) fn members(self, range: impl LexRange) -> Self {
        let (min, max) = range.lex_bounds();
        self.arg(text(min, b"-")).arg(text(max, b"+"))
    }

    /// Adds a range as `max min`.
    pub(super) fn members_reversed(self, range: impl LexRange) -> Self {
        let (min, max) = range.lex_bounds();
        self.arg(text(max, b"+")).arg(text(min, b"-"))
    }
}

fn text(bound: Bound<&[u8]>, unbounded: &[u8]) -> Vec<u8> {
    match bound {
        Bound::Included(member) => [b"[", member].concat(),
        Bound::Excluded(member) => [b"(", member].concat(),
        Bound::Unbounded => unbounded.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(range: impl LexRange) -> String {
        let (min, max) = range.lex_bounds();
        String::from_utf8([text(min, b"-"), text(max, b"+")].join(&b' ')).unwrap()
    }

    #[test]
    fn ranges_of_rust_are_ranges_of_members() {
        assert_eq!(sent("a"..="c"), "[a [c");
        assert_eq!(sent("a".to_owned().."c".to_owned()), "[a (c");
        assert_eq!(sent(b"a"..), "[a +");
        assert_eq!(sent(.."c"), "- (c");
        assert_eq!(sent(..="c"), "- [c");
        assert_eq!(sent(..), "- +");
        assert_eq!(sent((Bound::Excluded("a"), Bound::Unbounded)), "(a +");
    }

    #[test]
    fn a_member_that_looks_like_a_bound_is_a_member() {
        assert_eq!(sent("+"..="-"), "[+ [-");
        assert_eq!(sent("(a".."[b"), "[(a ([b");
    }
}
