//! The options and the reply of `MIGRATE`.

use std::marker::PhantomData;

use redpoll_protocol::{FromReply, RawCommand, Reply, ReplyError, ToArg, ToArgs};

use super::super::choice::{Chosen, Open};
use crate::client::Command;

/// The options of [`migrate`](super::GenericCommands::migrate), and whether credentials (`A`) were said.
#[derive(Debug, Clone, Copy)]
pub struct Migrate<A = Open>(PhantomData<A>);

/// What `MIGRATE` has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Migrated {
    /// The keys that exist were moved.
    Done,
    /// None of the keys exists.
    NoKey,
}

impl<E, A> Command<E, Migrate<A>, Migrated> {
    /// Keeps the keys on this server. Since Redis 3.0.
    pub fn copy(self) -> Self {
        self.before_keys("COPY")
    }

    /// Replaces keys that exist on the other server. Since Redis 3.0.
    pub fn replace(self) -> Self {
        self.before_keys("REPLACE")
    }

    /// Keys end the command, so options go before them.
    fn before_keys(mut self, option: impl ToArgs) -> Self {
        let raw = self.raw_mut();
        let keys_and_word = raw.keys().count().saturating_add(1);
        let fixed = (raw.arg_count() as usize).saturating_sub(keys_and_word);
        let mut arranged = RawCommand::new(raw.meta());
        raw.args().take(fixed).skip(1).for_each(|arg| arranged.push(arg));
        arranged.extend(&option);
        arranged.push("KEYS");
        raw.keys().for_each(|key| arranged.push_key(key));
        if let Some(fault) = raw.fault() {
            arranged.fail(fault);
        }
        *raw = arranged;
        self
    }
}

impl<E> Command<E, Migrate, Migrated> {
    /// The password of the other server. Since Redis 4.0.7.
    pub fn auth(self, password: impl ToArg) -> Command<E, Migrate<Chosen>, Migrated> {
        self.before_keys(("AUTH", password)).cast()
    }

    /// The user and the password on the other server. Since Redis 6.0.
    pub fn auth2(self, username: impl ToArg, password: impl ToArg) -> Command<E, Migrate<Chosen>, Migrated> {
        self.before_keys(("AUTH2", username, password)).cast()
    }
}

impl FromReply for Migrated {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        match &*Box::<str>::from_reply(reply)? {
            "OK" => Ok(Self::Done),
            "NOKEY" => Ok(Self::NoKey),
            _ => Err(ReplyError::Invalid {
                expected: "what was migrated",
                reason: "it is neither OK nor NOKEY",
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::super::wire::{keys, wire};
    use super::super::GenericCommands;
    use super::*;
    use crate::client::Queued;

    fn migrate() -> Command<Queued, Migrate, Migrated> {
        Queued::new().migrate("h", 6379, ["a", "KEYS"], 2, Duration::from_secs(1))
    }

    #[test]
    fn options_stand_before_the_keys() {
        assert_eq!(wire(migrate()), "MIGRATE h 6379  2 1000 KEYS a KEYS");
        assert_eq!(wire(migrate().copy()), "MIGRATE h 6379  2 1000 COPY KEYS a KEYS");
        assert_eq!(wire(migrate().copy().replace()), "MIGRATE h 6379  2 1000 COPY REPLACE KEYS a KEYS");
        assert_eq!(wire(migrate().auth("p")), "MIGRATE h 6379  2 1000 AUTH p KEYS a KEYS");
        assert_eq!(
            wire(migrate().auth2("u", "KEYS").replace()),
            "MIGRATE h 6379  2 1000 AUTH2 u KEYS REPLACE KEYS a KEYS"
        );
        assert_eq!(keys(migrate().auth("p").copy()), "a KEYS");
    }

    #[test]
    fn the_reply_says_whether_there_was_anything() {
        let read = |text: &'static str| Migrated::from_reply(Reply::SimpleString(text.into()));
        assert_eq!(read("OK").unwrap(), Migrated::Done);
        assert_eq!(read("NOKEY").unwrap(), Migrated::NoKey);
        assert!(read("?").is_err());
    }
}
