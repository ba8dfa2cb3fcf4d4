use std::time::Duration;

use super::bounds;

/// The pool of dedicated connections: for blocking commands, WATCH, and, in the [pooled](super::Config::pooled) mode,
/// for every command.
///
/// ```
/// use redpoll::{Config, PoolConfig, PoolWait};
/// use std::time::Duration;
///
/// let pool = PoolConfig::new().max_size(32).min_idle(2).wait(PoolWait::Wait(Duration::from_millis(250)));
/// let config = Config::new("localhost", 6379).pool(pool);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolConfig {
    pub(super) max_size: usize,
    pub(super) min_idle: usize,
    pub(super) max_idle_time: Option<Duration>,
    pub(super) max_lifetime: Option<Duration>,
    pub(super) wait: PoolWait,
    pub(super) max_concurrent_dials: usize,
}

/// What a borrower does while all connections of the pool are in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolWait {
    /// Waits for one, in the order of coming, at most this long and never past the command's own deadline.
    Wait(Duration),
    /// Fails at once with [`ErrorKind::Busy`](crate::ErrorKind::Busy).
    Fail,
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self {
            max_size: 10,
            min_idle: 0,
            max_idle_time: Some(Duration::from_secs(5 * 60)),
            max_lifetime: Some(Duration::from_secs(30 * 60)),
            wait: PoolWait::Wait(Duration::from_secs(1)),
            max_concurrent_dials: 3,
        }
    }
}

impl PoolConfig {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// At most this many connections, lent and idle together. Default: 10.
    ///
    /// Each blocking command that waits holds one, so this is how many can wait at the same time. The server counts
    /// them against its `maxclients` (10,000 unless set), over all processes.
    #[must_use]
    pub fn max_size(mut self, connections: usize) -> Self {
        self.max_size = connections;
        self
    }

    /// Keeps this many connections ready, handshake included. Default: 0.
    ///
    /// A reserve saves the first borrowers the dial, and costs the server a connection each for as long as the
    /// client lives. The reserve is made from the first use of the pool on.
    #[must_use]
    pub fn min_idle(mut self, connections: usize) -> Self {
        self.min_idle = connections;
        self
    }

    /// Closes connections that nobody borrowed for this long. Default: 5 minutes; `None`: never.
    ///
    /// Keep it below the time after which a firewall or the server's own `timeout` drops idle connections silently.
    #[must_use]
    pub fn max_idle_time(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.max_idle_time = limit.into();
        self
    }

    /// Replaces connections of this age, each up to a tenth earlier at random. Default: 30 minutes; `None`: never.
    ///
    /// Lets clients follow a name that points elsewhere now, and spread over new proxies. A connection that is lent
    /// is replaced when it comes back.
    #[must_use]
    pub fn max_lifetime(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.max_lifetime = limit.into();
        self
    }

    /// What a borrower does while all connections are in use. Default: waits, at most 1 s.
    #[must_use]
    pub fn wait(mut self, wait: PoolWait) -> Self {
        self.wait = wait;
        self
    }

    /// At most this many connections are being made at the same time. Default: 3.
    ///
    /// A burst of borrowers must not become a burst of handshakes at a server that has just come back.
    #[must_use]
    pub fn max_concurrent_dials(mut self, dials: usize) -> Self {
        self.max_concurrent_dials = dials;
        self
    }

    pub(crate) const fn max_size_limit(&self) -> usize {
        self.max_size
    }

    pub(crate) const fn min_idle_count(&self) -> usize {
        self.min_idle
    }

    pub(crate) const fn max_idle_time_limit(&self) -> Option<Duration> {
        self.max_idle_time
    }

    pub(crate) const fn max_lifetime_limit(&self) -> Option<Duration> {
        self.max_lifetime
    }

    pub(crate) const fn wait_policy(&self) -> PoolWait {
        self.wait
    }

    /// How long a borrower may wait. One who fails when all connections are in use still waits for a dial of his own,
    /// which the connect timeout ends.
    pub(crate) const fn wait_limit(&self) -> Duration {
        match self.wait {
            PoolWait::Wait(limit) => limit,
            PoolWait::Fail => bounds::LONGEST,
        }
    }

    pub(crate) const fn max_concurrent_dials_limit(&self) -> usize {
        self.max_concurrent_dials
    }

    /// How often to look for connections to close, and for a reserve to fill: twice within the shortest limit.
    pub(crate) fn reap_interval(&self) -> Duration {
        let shortest = [self.max_idle_time, self.max_lifetime].into_iter().flatten().min();
        let half = shortest.unwrap_or(bounds::LONGEST) / 2;
        half.clamp(Duration::from_millis(10), Duration::from_secs(30))
    }

    /// The first setting that is out of bounds, and what it must be.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let times = [
            ("pool_max_idle_time", self.max_idle_time),
            ("pool_max_lifetime", self.max_lifetime),
            ("pool_wait_timeout", Some(self.wait_limit())),
        ];
        if self.max_size == 0 || self.max_concurrent_dials == 0 {
            let name = if self.max_size == 0 { "pool_max_size" } else { "pool_max_concurrent_dials" };
            return Some((name, bounds::AT_LEAST_ONE));
        }
        if self.min_idle > self.max_size {
            return Some(("pool_min_idle", "it must not be more than pool_max_size"));
        }
        times.into_iter().find_map(|(name, time)| Some((name, bounds::fault_of_duration(time?)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reaper_looks_twice_within_the_shortest_limit() {
        let interval = |pool: PoolConfig| pool.reap_interval();
        assert_eq!(
            interval(PoolConfig::new().max_idle_time(Duration::from_secs(20))),
            Duration::from_secs(10)
        );
        assert_eq!(
            interval(PoolConfig::new().max_lifetime(Duration::from_millis(1))),
            Duration::from_millis(10)
        );
        assert_eq!(interval(PoolConfig::new()), Duration::from_secs(30));
        assert_eq!(
            interval(PoolConfig::new().max_idle_time(None).max_lifetime(None)),
            Duration::from_secs(30)
        );
    }

    #[test]
    fn a_pool_that_could_lend_nothing_is_refused() {
        let fault = |pool: PoolConfig| pool.fault().map(|(name, _)| name);
        assert_eq!(fault(PoolConfig::new()), None);
        assert_eq!(fault(PoolConfig::new().max_size(0)), Some("pool_max_size"));
        assert_eq!(fault(PoolConfig::new().max_concurrent_dials(0)), Some("pool_max_concurrent_dials"));
        assert_eq!(fault(PoolConfig::new().max_size(2).min_idle(3)), Some("pool_min_idle"));
        assert_eq!(fault(PoolConfig::new().max_idle_time(Duration::ZERO)), Some("pool_max_idle_time"));
        assert_eq!(fault(PoolConfig::new().wait(PoolWait::Wait(Duration::MAX))), Some("pool_wait_timeout"));
        assert_eq!(fault(PoolConfig::new().wait(PoolWait::Fail)), None);
    }
}
