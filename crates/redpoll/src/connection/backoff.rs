use std::time::Duration;

/// Delays between attempts: each is drawn at random between the least delay and three times the one before
/// (decorrelated jitter), so that clients that lost the same server do not come back in step.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    min: Duration,
    max: Duration,
    last: Duration,
    random: Random,
}

impl Backoff {
    pub(crate) fn new(min: Duration, max: Duration) -> Self {
        Self { min, max: max.max(min), last: min, random: Random::seeded() }
    }

    /// The delay before the next attempt.
    pub(crate) fn next_delay(&mut self) -> Duration {
        let ceiling = self.last.saturating_mul(3).min(self.max).max(self.min);
        let span = ceiling.saturating_sub(self.min);
        self.last = self.min + span.mul_f64(self.random.fraction());
        self.last
    }

    /// A random number from 0 up to, but not including, 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        self.random.fraction()
    }

    /// Starts again from the least delay, after a success.
    pub(crate) fn reset(&mut self) {
        self.last = self.min;
    }
}

/// A small generator for jitter (SplitMix64): nothing that must not be guessed is made from it.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// Seeded from the standard library's per-process random keys.
    pub(crate) fn seeded() -> Self {
        use std::hash::{BuildHasher, Hasher};
        Self(std::collections::hash_map::RandomState::new().build_hasher().finish())
    }

    /// A number from 0 up to, but not including, 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_stay_in_bounds_grow_and_differ() {
        let (min, max) = (Duration::from_millis(50), Duration::from_secs(10));
        let mut backoff = Backoff::new(min, max);
        let delays: Vec<_> = (0..200).map(|_| backoff.next_delay()).collect();
        assert!(delays.iter().all(|delay| (min..=max).contains(delay)));
        assert!(delays.iter().max() > Some(&Duration::from_secs(2)), "they grow");
        backoff.reset();
        assert!(backoff.next_delay() <= 3 * min);
        assert_ne!(
            Backoff::new(min, max).next_delay(),
            Backoff::new(min, max).next_delay(),
            "two clients do not draw the same"
        );
    }
}
