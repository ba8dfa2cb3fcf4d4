//! Choices at random, as ZRANDMEMBER, HRANDFIELD and SRANDMEMBER make them.

use std::collections::HashSet;

use crate::engine::error::CommandError;
use crate::engine::number::integer;
use crate::engine::random::Random;

const COUNT_OUT_OF_RANGE: CommandError = CommandError::new(
    "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
);

/// More than this is refused: a server in a test must not take all the memory of the machine.
const MOST_REPEATED: usize = 1 << 24;

/// What the count argument asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sample {
    /// No count: one element, not an array.
    One,
    /// So many different elements, or all there are.
    Distinct(usize),
    /// Exactly so many, each chosen from all.
    Repeating(usize),
}

impl Sample {
    pub(super) fn parse(count: &[u8]) -> Result<Self, CommandError> {
        let count = integer(count)?;
        if count == i64::MIN {
            return Err(COUNT_OUT_OF_RANGE);
        }
        let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
        Ok(if count < 0 { Self::Repeating(size) } else { Self::Distinct(size) })
    }

    /// The same for a reply with two elements for each: twice the count has to be a number still.
    pub(super) fn of_pairs(self) -> Result<Self, CommandError> {
        match self {
            Self::Repeating(count) | Self::Distinct(count) if count > LARGEST_OF_PAIRS => {
                Err(CommandError::OUT_OF_RANGE)
            }
            sample => Ok(sample),
        }
    }
}

const LARGEST_OF_PAIRS: usize = (i64::MAX / 2) as usize;

/// The indices to take of `length` elements; all of them are in order.
pub(super) fn picks(random: &mut Random, length: usize, sample: Sample) -> Result<Vec<usize>, CommandError> {
    Ok(match sample {
        _ if length == 0 => Vec::new(),
        Sample::One => vec![random.below(length)],
        Sample::Repeating(count) if count > MOST_REPEATED => return Err(CommandError::OUT_OF_RANGE),
        Sample::Repeating(count) => (0..count).map(|_| random.below(length)).collect(),
        Sample::Distinct(count) if count >= length => (0..length).collect(),
        Sample::Distinct(count) => distinct(random, length, count),
    })
}

/// Floyd's algorithm: as many draws as elements wanted, every subset as likely as any other.
fn distinct(random: &mut Random, length: usize, count: usize) -> Vec<usize> {
    let mut chosen = HashSet::with_capacity(count);
    let mut picks = Vec::with_capacity(count);
    for last in length - count..length {
        let drawn = random.below(last + 1);
        let pick = if chosen.insert(drawn) { drawn } else { last };
        chosen.insert(pick);
        picks.push(pick);
    }
    picks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinct_picks_differ_and_reach_everything() {
        let mut random = Random::new(1);
        let mut seen = HashSet::new();
        for _ in 0..200 {
            let picks = picks(&mut random, 10, Sample::Distinct(4)).unwrap();
            let different: HashSet<usize> = picks.iter().copied().collect();
            assert_eq!(different.len(), 4);
            assert!(picks.iter().all(|pick| *pick < 10));
            seen.extend(picks);
        }
        assert_eq!(seen.len(), 10);
    }

    #[test]
    fn counts_are_read_with_their_sign() {
        assert_eq!(Sample::parse(b"-3"), Ok(Sample::Repeating(3)));
        assert_eq!(Sample::parse(b"3"), Ok(Sample::Distinct(3)));
        assert_eq!(Sample::parse(b"-9223372036854775808"), Err(COUNT_OUT_OF_RANGE));
        assert_eq!(Sample::Repeating(usize::MAX).of_pairs(), Err(CommandError::OUT_OF_RANGE));
        let picks = |length, sample| picks(&mut Random::new(1), length, sample);
        assert_eq!(picks(3, Sample::Distinct(9)), Ok(vec![0, 1, 2]));
        assert_eq!(picks(0, Sample::Repeating(usize::MAX)), Ok(vec![]));
        assert_eq!(picks(1, Sample::Repeating(usize::MAX)), Err(CommandError::OUT_OF_RANGE));
    }
}
