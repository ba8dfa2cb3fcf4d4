//! How long keys and fields live, as replies.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redpoll_protocol::{FromReply, Reply, ReplyError};

use super::time_unit::{Seconds, TimeUnit};

/// How long a key or a field still has to live.
///
/// The unit `U` is the one that the server counted in: `TTL` in seconds, rounded, `PTTL` in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeToLive<U = Seconds> {
    /// The key, or the field, does not exist.
    Missing,
    /// It does not expire.
    Persistent,
    /// It expires after so long.
    Expires(Duration),
    #[doc(hidden)]
    _Unit(Infallible, PhantomData<U>),
}

/// When a key or a field expires.
///
/// The unit `U` is the one that the server counted in: `EXPIRETIME` in seconds, `PEXPIRETIME` in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExpireTime<U = Seconds> {
    /// The key, or the field, does not exist.
    Missing,
    /// It does not expire.
    Persistent,
    /// It expires at this time.
    At(SystemTime),
    #[doc(hidden)]
    _Unit(Infallible, PhantomData<U>),
}

impl<U> TimeToLive<U> {
    /// The duration, if there is one.
    pub fn duration(self) -> Option<Duration> {
        match self {
            Self::Expires(after) => Some(after),
            _ => None,
        }
    }
}

impl<U> ExpireTime<U> {
    /// The time, if there is one.
    pub fn time(self) -> Option<SystemTime> {
        match self {
            Self::At(time) => Some(time),
            _ => None,
        }
    }
}

/// What the three meanings of one integer are: a time, or one of two negative numbers.
enum Lifetime {
    Missing,
    Persistent,
    Count(u64),
}

fn lifetime(reply: Reply) -> Result<Lifetime, ReplyError> {
    match i64::from_reply(reply)? {
        -2 => Ok(Lifetime::Missing),
        -1 => Ok(Lifetime::Persistent),
        count => u64::try_from(count)
            .map(Lifetime::Count)
            .map_err(|_| ReplyError::Invalid { expected: "a time to live", reason: "it is below -2" }),
    }
}

impl<U: TimeUnit> FromReply for TimeToLive<U> {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        Ok(match lifetime(reply)? {
            Lifetime::Missing => Self::Missing,
            Lifetime::Persistent => Self::Persistent,
            Lifetime::Count(count) => Self::Expires(U::duration(count)),
        })
    }
}

impl<U: TimeUnit> FromReply for ExpireTime<U> {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        Ok(match lifetime(reply)? {
            Lifetime::Missing => Self::Missing,
            Lifetime::Persistent => Self::Persistent,
            Lifetime::Count(count) => {
                Self::At(UNIX_EPOCH.checked_add(U::duration(count)).ok_or(ReplyError::Invalid {
                    expected: "a time",
                    reason: "it is later than this system can tell",
                })?)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::time_unit::Milliseconds;
    use super::*;

    #[test]
    fn one_integer_has_three_meanings() {
        let read = |n| TimeToLive::<Seconds>::from_reply(Reply::Integer(n));
        assert_eq!(read(-2).unwrap(), TimeToLive::Missing);
        assert_eq!(read(-1).unwrap(), TimeToLive::Persistent);
        assert_eq!(read(0).unwrap(), TimeToLive::Expires(Duration::ZERO));
        assert_eq!(read(5).unwrap().duration(), Some(Duration::from_secs(5)));
        assert!(read(-3).is_err());
    }

    #[test]
    fn the_unit_is_that_of_the_command() {
        let read = ExpireTime::<Milliseconds>::from_reply(Reply::Integer(1500)).unwrap();
        assert_eq!(read.time(), Some(UNIX_EPOCH + Duration::from_millis(1500)));
        let read = ExpireTime::<Seconds>::from_reply(Reply::Integer(1500)).unwrap();
        assert_eq!(read, ExpireTime::At(UNIX_EPOCH + Duration::from_secs(1500)));
        assert!(ExpireTime::<Seconds>::from_reply(Reply::Integer(i64::MAX)).is_ok());
    }
}
