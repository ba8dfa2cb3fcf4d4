use std::time::Duration;

/// Seeded randomness (SplitMix64). The seed is printed, and read from `REDPOLL_TEST_SEED` to repeat a run.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// From the seed of this run.
    pub fn of_this_run(test: &str) -> Self {
        let given = std::env::var("REDPOLL_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let now = || std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_nanos() as u64);
        let seed = given.unwrap_or_else(now);
        println!("{test}: REDPOLL_TEST_SEED={seed}");
        Self(seed)
    }

    pub const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// Another sequence, which goes on by itself.
    pub fn fork(&mut self) -> Self {
        Self(self.next())
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 up to, but not including, `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    pub fn up_to(&mut self, most: Duration) -> Duration {
        most.mul_f64((self.next() >> 11) as f64 / (1_u64 << 53) as f64)
    }
}
