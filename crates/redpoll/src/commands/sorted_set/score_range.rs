use std::ops::{Bound, Range, RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

use crate::client::Command;

/// A range of scores: the ranges of Rust, over any numbers, and pairs of [`Bound`]s.
///
/// | Rust | Scores |
/// |---|---|
/// | `1.0..=5.0` | from 1 to 5, both included |
/// | `1.0..5.0` | from 1 to 5, 5 excluded |
/// | `1.0..`, `..5.0`, `..=5.0` | open at one side |
/// | `..` | all |
/// | `(Bound::Excluded(1.0), Bound::Included(5.0))` | from 1 to 5, 1 excluded |
pub trait ScoreRange {
    /// The lowest and the highest score.
    fn score_bounds(&self) -> (Bound<f64>, Bound<f64>);
}

/// A number that can be a score. Servers keep scores as `f64`: beyond 2⁵³, integers are rounded.
pub trait Score: Copy {
    /// The score.
    fn to_score(self) -> f64;
}

macro_rules! scores {
    ($($number:ty)*) => { $(
        impl Score for $number {
            fn to_score(self) -> f64 {
                self as f64
            }
        }
    )* };
}
scores!(f32 f64 i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

macro_rules! score_ranges {
    ($($range:ty)*) => { $(
        impl<S: Score> ScoreRange for $range {
            fn score_bounds(&self) -> (Bound<f64>, Bound<f64>) {
                (self.start_bound().map(|s| s.to_score()), self.end_bound().map(|s| s.to_score()))
            }
        }
    )* };
}
score_ranges!(Range<S> RangeInclusive<S> RangeFrom<S> RangeTo<S> RangeToInclusive<S> (Bound<S>, Bound<S>));

impl ScoreRange for RangeFull {
    fn score_bounds(&self) -> (Bound<f64>, Bound<f64>) {
        (Bound::Unbounded, Bound::Unbounded)
    }
}

impl<E, M, T> Command<E, M, T> {
    /// Adds a range as `min max`.
    pub(super) fn scores(self, range: impl ScoreRange) -> Self {
        let (min, max) = range.score_bounds();
        self.arg(text(min, "-inf")).arg(text(max, "+inf"))
    }

    /// Adds a range as `max min`.
    pub(super) fn scores_reversed(self, range: impl ScoreRange) -> Self {
        let (min, max) = range.score_bounds();
        self.arg(text(max, "+inf")).arg(text(min, "-inf"))
    }
}

fn text(bound: Bound<f64>, unbounded: &str) -> String {
    let (prefix, score) = match bound {
        Bound::Included(score) => ("", score),
        Bound::Excluded(score) => ("(", score),
        Bound::Unbounded => return unbounded.to_owned(),
    };
    // `{:?}` switches to an exponent for very large and very small numbers, which `{}` does not.
    let text = format!("{prefix}{score:?}");
    text.strip_suffix(".0").unwrap_or(&text).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(range: impl ScoreRange) -> String {
        let (min, max) = range.score_bounds();
        format!("{} {}", text(min, "-inf"), text(max, "+inf"))
    }

    #[test]
    fn ranges_of_rust_are_ranges_of_scores() {
        assert_eq!(sent(1.0..=5.5), "1 5.5");
        assert_eq!(sent(1..5), "1 (5");
        assert_eq!(sent(1_u64..), "1 +inf");
        assert_eq!(sent(..-5), "-inf (-5");
        assert_eq!(sent(..=5), "-inf 5");
        assert_eq!(sent(..), "-inf +inf");
        assert_eq!(sent((Bound::Excluded(1.0), Bound::Unbounded)), "(1 +inf");
    }

    #[test]
    fn extreme_scores_are_written_in_full_precision() {
        assert_eq!(sent(f64::NEG_INFINITY..=f64::INFINITY), "-inf inf");
        assert_eq!(sent(5e-324..=f64::MAX), "5e-324 1.7976931348623157e308");
        assert_eq!(sent(0.1_f64..1_732_147_200_123_f64), "0.1 (1732147200123");
    }
}
