use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What the pool of dedicated connections has done since it was made, and what it holds now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PoolStats {
    /// Borrowings that an idle connection served at once.
    pub hits: u64,
    /// Borrowings that found no idle connection.
    pub misses: u64,
    /// Borrowings that ended without a connection, because none was free in time.
    pub timeouts: u64,
    /// Borrowings that had to wait, whether in the end they got a connection or not.
    pub waits: u64,
    /// The time waited in all.
    pub wait_time: Duration,
    /// Connections lent at the moment.
    pub in_use: usize,
    /// Connections that lie ready.
    pub idle: usize,
    /// All connections, lent and idle.
    pub total: usize,
    /// Idle connections that were closed because they were lost, too old or idle for too long.
    pub stale: u64,
    /// Connection attempts.
    pub dials: u64,
    /// Connection attempts that failed.
    pub dial_errors: u64,
    /// Connections closed, by reason.
    pub closed_by_reason: ClosedByReason,
}

/// How many connections were closed, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ClosedByReason {
    /// The server or the network ended them.
    pub lost: u64,
    /// They were idle for longer than `max_idle_time`.
    pub idle: u64,
    /// They were older than `max_lifetime`.
    pub lifetime: u64,
    /// Their state was in doubt when they came back: a reply was outstanding, or the borrower had changed them.
    pub doubt: u64,
    /// The client was closed.
    pub shutdown: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CloseReason {
    Lost,
    Idle,
    Lifetime,
    Doubt,
    Shutdown,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    hits: AtomicU64,
    misses: AtomicU64,
    timeouts: AtomicU64,
    waits: AtomicU64,
    waited_micros: AtomicU64,
    dials: AtomicU64,
    dial_errors: AtomicU64,
    closed: [AtomicU64; 5],
}

impl Counters {
    pub(super) fn hit(&self) {
        add(&self.hits, 1);
    }

    pub(super) fn miss(&self) {
        add(&self.misses, 1);
    }

    pub(super) fn timeout(&self) {
        add(&self.timeouts, 1);
    }

    pub(super) fn waited(&self, time: Duration) {
        add(&self.waits, 1);
        add(&self.waited_micros, u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    pub(super) fn dial(&self) {
        add(&self.dials, 1);
    }

    pub(super) fn dial_error(&self) {
        add(&self.dial_errors, 1);
    }

    pub(super) fn closed(&self, reason: CloseReason) {
        if let Some(counter) = self.closed.get(reason as usize) {
            add(counter, 1);
        }
    }

    pub(super) fn snapshot(&self, total: usize, idle: usize) -> PoolStats {
        let [lost, idle_too_long, lifetime, doubt, shutdown] =
            [0, 1, 2, 3, 4].map(|i| self.closed.get(i).map_or(0, get));
        let closed_by_reason = ClosedByReason { lost, idle: idle_too_long, lifetime, doubt, shutdown };
        PoolStats {
            hits: get(&self.hits),
            misses: get(&self.misses),
            timeouts: get(&self.timeouts),
            waits: get(&self.waits),
            wait_time: Duration::from_micros(get(&self.waited_micros)),
            in_use: total.saturating_sub(idle),
            idle,
            total,
            stale: lost + idle_too_long + lifetime,
            dials: get(&self.dials),
            dial_errors: get(&self.dial_errors),
            closed_by_reason,
        }
    }
}

fn add(counter: &AtomicU64, n: u64) {
    counter.fetch_add(n, Ordering::Relaxed);
}

fn get(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}
