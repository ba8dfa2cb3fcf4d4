use std::time::Duration;

/// How TCP finds out that an idle connection is dead.
///
/// ```
/// use redpoll::{Config, Keepalive};
/// use std::time::Duration;
///
/// let config = Config::new("localhost", 6379)
///     .tcp_keepalive(Keepalive { idle: Duration::from_secs(60), ..Keepalive::default() });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keepalive {
    /// A connection idle for so long is probed. Default: 5 s. Kernels count whole seconds.
    pub idle: Duration,
    /// The time between two probes. Default: 5 s. Kernels count whole seconds.
    pub interval: Duration,
    /// After so many probes without an answer the connection is closed. Default: 3.
    pub probes: u32,
}

impl Default for Keepalive {
    fn default() -> Self {
        Self { idle: Duration::from_secs(5), interval: Duration::from_secs(5), probes: 3 }
    }
}
