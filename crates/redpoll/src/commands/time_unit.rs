//! Times as arguments: which unit they are sent in, and how they are rounded.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The unit of a whole number that stands for a time; see [`TimeToLive`](super::TimeToLive).
pub trait TimeUnit: sealed::Sealed + Copy {
    #[doc(hidden)]
    fn duration(count: u64) -> Duration;
}

/// Times in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seconds;

/// Times in whole milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Milliseconds;

/// A time in the coarsest unit that is exact. What is finer than a millisecond is rounded up, so that nothing expires
/// early, and a short time never becomes zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exact {
    Seconds(i64),
    Milliseconds(i64),
}

impl Exact {
    pub(super) fn after(duration: Duration) -> Self {
        Self::of(millis_after(duration))
    }

    pub(super) fn at(time: SystemTime) -> Self {
        Self::of(millis_at(time))
    }

    const fn of(millis: i64) -> Self {
        if millis % 1000 == 0 { Self::Seconds(millis / 1000) } else { Self::Milliseconds(millis) }
    }
}

/// A duration in milliseconds, rounded up.
pub(super) fn millis_after(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(i64::MAX)
}

/// A time in milliseconds since 1970, rounded up; negative before.
pub(super) fn millis_at(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => millis_after(since),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |millis| -millis),
    }
}

/// A duration in seconds, rounded up.
pub(super) fn seconds_after(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos().div_ceil(1_000_000_000)).unwrap_or(i64::MAX)
}

impl TimeUnit for Seconds {
    fn duration(count: u64) -> Duration {
        Duration::from_secs(count)
    }
}

impl TimeUnit for Milliseconds {
    fn duration(count: u64) -> Duration {
        Duration::from_millis(count)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Seconds {}
    impl Sealed for super::Milliseconds {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coarsest_exact_unit_is_chosen() {
        assert_eq!(Exact::after(Duration::from_secs(60)), Exact::Seconds(60));
        assert_eq!(Exact::after(Duration::from_millis(1500)), Exact::Milliseconds(1500));
        assert_eq!(Exact::at(UNIX_EPOCH + Duration::from_secs(7)), Exact::Seconds(7));
        assert_eq!(Exact::at(UNIX_EPOCH + Duration::from_millis(7001)), Exact::Milliseconds(7001));
    }

    #[test]
    fn what_is_finer_than_a_millisecond_is_rounded_up() {
        assert_eq!(Exact::after(Duration::from_nanos(1)), Exact::Milliseconds(1));
        assert_eq!(Exact::after(Duration::from_micros(1500)), Exact::Milliseconds(2));
        assert_eq!(seconds_after(Duration::from_millis(1)), 1);
        assert_eq!(Exact::after(Duration::ZERO), Exact::Seconds(0));
    }

    #[test]
    fn times_out_of_range_are_the_ends_of_the_range_and_times_before_1970_are_negative() {
        assert_eq!(millis_after(Duration::MAX), i64::MAX);
        assert_eq!(seconds_after(Duration::MAX), i64::MAX);
        assert_eq!(millis_at(UNIX_EPOCH - Duration::from_millis(1500)), -1500);
    }
}
