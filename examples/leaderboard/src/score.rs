//! What a player has reached: the number the board is sorted by.

use serde::{Deserialize, Serialize, Serializer};

/// A score. On the wire a whole score is an integer (`9120`, not `9120.0`).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Deserialize)]
#[serde(transparent)]
pub(crate) struct Score(f64);

impl Score {
    /// The largest score a player may submit: up to here every whole number is exact in a sorted set.
    pub(crate) const MAX: f64 = 9_007_199_254_740_991.0;

    /// A score as a player may submit it: zero or more, and at most [`Score::MAX`].
    pub(crate) fn submitted(value: f64) -> Option<Self> {
        (0.0..=Self::MAX).contains(&value).then_some(Self(value))
    }

    /// A score as the sorted set holds it: whatever another program put there.
    pub(crate) const fn stored(value: f64) -> Self {
        Self(value)
    }

    /// The number itself.
    pub(crate) const fn value(self) -> f64 {
        self.0
    }
}

impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 && self.0.abs() <= Self::MAX {
            #[expect(clippy::cast_possible_truncation, reason = "whole and within 53 bits, as just checked")]
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_score_is_an_integer_on_the_wire() {
        assert_eq!(serde_json::to_string(&Score(9120.0)).unwrap(), "9120");
        assert_eq!(serde_json::to_string(&Score(0.5)).unwrap(), "0.5");
        assert_eq!(serde_json::to_string(&Score(1e300)).unwrap(), "1e+300");
        assert_eq!(serde_json::from_str::<Score>("9120").unwrap(), Score(9120.0));
    }

    #[test]
    fn only_exact_scores_that_are_not_negative_may_be_submitted() {
        assert_eq!(Score::submitted(0.0), Some(Score(0.0)));
        assert_eq!(Score::submitted(Score::MAX), Some(Score(Score::MAX)));
        for refused in [-1.0, Score::MAX * 2.0, f64::INFINITY, f64::NAN] {
            assert_eq!(Score::submitted(refused), None, "{refused}");
        }
    }
}
