//! The options of `RESTORE`.

use std::marker::PhantomData;
use std::time::{Duration, SystemTime};

use super::super::choice::{Chosen, Open};
use super::super::time_unit::{millis_after, millis_at, seconds_after};
use crate::client::Command;

/// The options of [`restore`](super::GenericCommands::restore): whether an expiry (`X`) was said, and how much the key
/// was used (`U`).
#[derive(Debug, Clone, Copy)]
pub struct Restore<X = Open, U = Open>(PhantomData<(X, U)>);

impl<E, X, U> Command<E, Restore<X, U>, ()> {
    /// Deletes the key first if it exists. Since Redis 3.0.
    pub fn replace(self) -> Self {
        self.arg("REPLACE")
    }
}

impl<E, U> Command<E, Restore<Open, U>, ()> {
    /// Expires after so long. What is finer than a millisecond is rounded up.
    pub fn ttl(self, after: Duration) -> Command<E, Restore<Chosen, U>, ()> {
        self.expiry(millis_after(after))
    }

    /// Expires at this time. Since Redis 5.0.
    pub fn absttl(self, at: SystemTime) -> Command<E, Restore<Chosen, U>, ()> {
        self.arg("ABSTTL").expiry(millis_at(at))
    }

    /// Puts the time in the place of the zero after the key.
    fn expiry(self, millis: i64) -> Command<E, Restore<Chosen, U>, ()> {
        let command = self.arg(millis).rearrange(1, |args| {
            if let Some(time) = args.pop()
                && let Some(zero) = args.get_mut(1)
            {
                *zero = time;
            }
        });
        command.cast()
    }
}

impl<E, X> Command<E, Restore<X, Open>, ()> {
    /// How long the key was not used, for eviction by LRU. Sent in seconds, rounded up. Since Redis 5.0.
    pub fn idletime(self, idle: Duration) -> Command<E, Restore<X, Chosen>, ()> {
        self.arg("IDLETIME").arg(seconds_after(idle)).cast()
    }

    /// How often the key was used, from 0 to 255, for eviction by LFU. Since Redis 5.0.
    pub fn freq(self, frequency: u32) -> Command<E, Restore<X, Chosen>, ()> {
        self.arg("FREQ").arg(frequency).cast()
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::super::super::wire::{keys, wire};
    use super::super::GenericCommands;
    use super::*;
    use crate::client::Queued;

    fn restore() -> Command<Queued, Restore, ()> {
        Queued::new().restore("k", "payload")
    }

    #[test]
    fn the_time_to_live_stands_between_the_key_and_the_payload() {
        assert_eq!(wire(restore()), "RESTORE k 0 payload");
        assert_eq!(wire(restore().ttl(Duration::from_secs(1))), "RESTORE k 1000 payload");
        let at = UNIX_EPOCH + Duration::from_secs(7);
        assert_eq!(wire(restore().absttl(at)), "RESTORE k 7000 payload ABSTTL");
        assert_eq!(keys(restore().absttl(at)), "k");
    }

    #[test]
    fn options_are_sent_as_they_are_said() {
        assert_eq!(wire(restore().replace()), "RESTORE k 0 payload REPLACE");
        assert_eq!(wire(restore().idletime(Duration::from_secs(9))), "RESTORE k 0 payload IDLETIME 9");
        assert_eq!(
            wire(restore().freq(5).replace().ttl(Duration::from_secs(1))),
            "RESTORE k 1000 payload FREQ 5 REPLACE"
        );
    }
}
