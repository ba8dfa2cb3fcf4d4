//! The clock of the server.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redpoll_protocol::{FromReply, Reply, ReplyError};

/// The clock of the server: the reply of `TIME`. It converts into a [`SystemTime`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct ServerTime {
    /// Whole seconds since 1970.
    pub seconds: u64,
    /// Microseconds of the current second.
    pub microseconds: u32,
}

impl From<ServerTime> for SystemTime {
    fn from(time: ServerTime) -> Self {
        let since =
            Duration::from_secs(time.seconds).saturating_add(Duration::from_micros(time.microseconds.into()));
        // What the system cannot tell is not a time that a server has.
        UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH)
    }
}

impl FromReply for ServerTime {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        let (seconds, microseconds) = FromReply::from_reply(reply)?;
        Ok(Self { seconds, microseconds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_seconds_and_microseconds() {
        let text = |text: &'static str| Reply::BulkString(text.into());
        let time = ServerTime::from_reply(Reply::Array(vec![text("1700000000"), text("250000")])).unwrap();
        assert_eq!(time, ServerTime { seconds: 1_700_000_000, microseconds: 250_000 });
        assert_eq!(SystemTime::from(time), UNIX_EPOCH + Duration::from_millis(1_700_000_000_250));
    }
}
