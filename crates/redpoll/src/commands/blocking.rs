//! How long a blocking command may wait on the server.

use std::time::Duration;

use redpoll_protocol::{ArgWriter, ToArg, Written};

use crate::client::Command;

impl<E, M, T> Command<E, M, T> {
    /// Adds the timeout as an argument, and extends the command's own deadline by it.
    pub(super) fn block(self, timeout: Duration) -> Self {
        self.arg(Seconds(timeout)).blocks_for(timeout)
    }
}

/// A duration in seconds with the fraction that the server understands (since Redis 6.0). Less than a millisecond
/// counts as one: zero would block for ever.
struct Seconds(Duration);

impl ToArg for Seconds {
    fn write_arg(&self, arg: ArgWriter<'_>) -> Written {
        let millis = self.0.as_nanos().div_ceil(1_000_000);
        let (whole, fraction) = (millis / 1000, millis % 1000);
        if fraction == 0 {
            return arg.integer(whole);
        }
        arg.bytes(format!("{whole}.{fraction:03}").trim_end_matches('0').as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::super::wire::wire;
    use super::*;
    use crate::client::{Plain, Queued};

    const WAIT: redpoll_protocol::CommandMeta = redpoll_protocol::CommandMeta::read("W");

    fn sent(timeout: Duration) -> String {
        wire(Command::<_, Plain, ()>::new(Queued::new(), &WAIT).block(timeout))
    }

    #[test]
    fn timeouts_are_seconds_with_a_fraction_and_never_rounded_to_zero() {
        assert_eq!(sent(Duration::from_secs(5)), "W 5");
        assert_eq!(sent(Duration::from_millis(1500)), "W 1.5");
        assert_eq!(sent(Duration::from_millis(20)), "W 0.02");
        assert_eq!(sent(Duration::from_micros(10)), "W 0.001");
        assert_eq!(sent(Duration::ZERO), "W 0");
    }
}
