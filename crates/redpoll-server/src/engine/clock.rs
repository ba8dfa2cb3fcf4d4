//! The one source of time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Wall time in milliseconds since the Unix epoch; every deadline of the engine is one of these.
pub(crate) type Millis = i64;

/// Real time, which may be shifted forward, or a time that only moves when it is told to.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    kind: Kind,
    offset: Duration,
}

#[derive(Debug, Clone)]
enum Kind {
    /// Wall time is read once; from then on the monotonic clock counts, so that time never goes back.
    Real {
        started: Instant,
        wall: Duration,
    },
    Manual {
        start: Duration,
    },
}

impl Clock {
    pub(crate) fn real() -> Self {
        Self { kind: Kind::Real { started: Instant::now(), wall: wall_time() }, offset: Duration::ZERO }
    }

    pub(crate) fn manual() -> Self {
        Self { kind: Kind::Manual { start: wall_time() }, offset: Duration::ZERO }
    }

    pub(crate) fn is_manual(&self) -> bool {
        matches!(self.kind, Kind::Manual { .. })
    }

    pub(crate) fn fast_forward(&mut self, by: Duration) {
        self.offset += by;
    }

    /// Time since the Unix epoch.
    pub(crate) fn now(&self) -> Duration {
        let base = match self.kind {
            Kind::Real { started, wall } => wall + started.elapsed(),
            Kind::Manual { start } => start,
        };
        base + self.offset
    }

    pub(crate) fn now_millis(&self) -> Millis {
        to_millis(self.now())
    }
}

/// Saturates far beyond any time that can be reached.
pub(crate) fn to_millis(time: Duration) -> Millis {
    Millis::try_from(time.as_millis()).unwrap_or(Millis::MAX)
}

fn wall_time() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let mut clock = Clock::manual();
        let start = clock.now();
        assert_eq!(clock.now(), start);
        clock.fast_forward(Duration::from_secs(60));
        assert_eq!(clock.now() - start, Duration::from_secs(60));
    }

    #[test]
    fn a_real_clock_can_be_moved_forward() {
        let mut clock = Clock::real();
        let start = clock.now();
        clock.fast_forward(Duration::from_secs(3600));
        assert!(clock.now() - start >= Duration::from_secs(3600));
    }
}
