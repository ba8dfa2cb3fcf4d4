//! The expiry options that several commands share.

use std::time::{Duration, SystemTime};

use super::time_unit::{Exact, millis_after, millis_at};
use crate::client::Command;

/// Commands that can make a key or a field expire (`EX`, `PX`, `EXAT`, `PXAT`). It is sealed.
pub trait TakesExpiry: sealed::Sealed {
    /// The options that are left.
    type Expiring;
    /// Whether the options stand right after the key, since fields follow to the end of the command.
    #[doc(hidden)]
    const AFTER_KEY: bool = false;
}

/// Commands that can keep the expiry that there is (`KEEPTTL`), which they otherwise remove. It is sealed.
pub trait TakesKeepTtl: TakesExpiry {}

/// Commands that can remove an expiry (`PERSIST`). It is sealed.
pub trait TakesPersist: TakesExpiry {
    /// The options that are left.
    type Persisted;
}

impl<E, M: TakesExpiry, T> Command<E, M, T> {
    /// Expires after so long. Sent in seconds (`EX`) if it is a whole number of them, else in milliseconds (`PX`).
    pub fn ex(self, after: Duration) -> Command<E, M::Expiring, T> {
        match Exact::after(after) {
            Exact::Seconds(seconds) => self.expiry("EX", seconds).cast(),
            Exact::Milliseconds(millis) => self.expiry("PX", millis).cast(),
        }
    }

    /// Expires after so long, sent in milliseconds. What is finer is rounded up.
    pub fn px(self, after: Duration) -> Command<E, M::Expiring, T> {
        self.expiry("PX", millis_after(after)).cast()
    }

    /// Expires at this time. Sent in seconds (`EXAT`) if it is a whole number of them, else in milliseconds (`PXAT`).
    pub fn exat(self, at: SystemTime) -> Command<E, M::Expiring, T> {
        match Exact::at(at) {
            Exact::Seconds(seconds) => self.expiry("EXAT", seconds).cast(),
            Exact::Milliseconds(millis) => self.expiry("PXAT", millis).cast(),
        }
    }

    /// Expires at this time, sent in milliseconds. What is finer is rounded up.
    pub fn pxat(self, at: SystemTime) -> Command<E, M::Expiring, T> {
        self.expiry("PXAT", millis_at(at)).cast()
    }

    fn expiry(self, option: &'static str, time: i64) -> Self {
        let command = self.arg(option).arg(time);
        if M::AFTER_KEY { command.last_to(1, 2) } else { command }
    }
}

impl<E, M: TakesKeepTtl, T> Command<E, M, T> {
    /// Keeps the expiry that there is, which a write otherwise removes.
    pub fn keepttl(self) -> Command<E, M::Expiring, T> {
        let command = self.arg("KEEPTTL");
        if M::AFTER_KEY { command.last_to(1, 1).cast() } else { command.cast() }
    }
}

impl<E, M: TakesPersist, T> Command<E, M, T> {
    /// Removes the expiry.
    pub fn persist(self) -> Command<E, M::Persisted, T> {
        let command = self.arg("PERSIST");
        if M::AFTER_KEY { command.last_to(1, 1).cast() } else { command.cast() }
    }
}

impl<E, M, T> Command<E, M, T> {
    /// Moves the last `count` arguments to `position`, where 0 is the first after the name. One key, the first, is kept.
    pub(super) fn last_to(self, position: usize, count: usize) -> Self {
        self.rearrange(1, |args| {
            if let Some(args) = args.get_mut(position..)
                && count <= args.len()
            {
                args.rotate_right(count);
            }
        })
    }
}

pub(super) mod sealed {
    pub trait Sealed {}
}
