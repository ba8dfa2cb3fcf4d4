//! Options and replies of the commands that let fields expire.

use std::marker::PhantomData;

use redpoll_protocol::{CommandMeta, FromReply, Reply, ReplyError, RetryClass};

use super::super::choice::{Chosen, Open};
use super::super::expiry::{self, TakesExpiry, TakesKeepTtl, TakesPersist};
use crate::client::{Command, Plain};

const HSETEX_CHECKED: CommandMeta = CommandMeta::write("HSETEX", RetryClass::Checked);

/// The options of [`hgetex`](super::HashCommands::hgetex).
#[derive(Debug, Clone, Copy)]
pub struct HGetEx;

/// The options of [`hsetex`](super::HashCommands::hsetex): whether an expiry (`X`), a condition on the fields (`F`) and
/// one on the key (`K`) were said.
#[derive(Debug, Clone, Copy)]
pub struct HSetEx<X = Open, F = Open, K = Open>(PhantomData<(X, F, K)>);

/// What became of a field that was to expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldExpiry {
    /// There is no such field.
    Missing,
    /// The condition did not hold.
    NotMet,
    /// The expiry was set.
    Set,
    /// The time had passed already: the field was deleted.
    Deleted,
}

/// What became of a field whose expiry was to be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldPersist {
    /// There is no such field.
    Missing,
    /// It had no expiry.
    NoExpiry,
    /// The expiry was removed.
    Persisted,
}

impl<E, X, K> Command<E, HSetEx<X, Open, K>, bool> {
    /// Only if the hash has none of the fields.
    pub fn fnx(self) -> Command<E, HSetEx<X, Chosen, K>, bool> {
        self.arg("FNX").last_to(1, 1).with_meta(&HSETEX_CHECKED).cast()
    }

    /// Only if the hash has all of the fields.
    pub fn fxx(self) -> Command<E, HSetEx<X, Chosen, K>, bool> {
        self.arg("FXX").last_to(1, 1).with_meta(&HSETEX_CHECKED).cast()
    }
}

impl<E, X, F> Command<E, HSetEx<X, F, Open>, bool> {
    /// Only if the key does not exist. Only Valkey has it.
    pub fn nx(self) -> Command<E, HSetEx<X, F, Chosen>, bool> {
        self.arg("NX").last_to(1, 1).with_meta(&HSETEX_CHECKED).cast()
    }

    /// Only if the key exists. Only Valkey has it.
    pub fn xx(self) -> Command<E, HSetEx<X, F, Chosen>, bool> {
        self.arg("XX").last_to(1, 1).with_meta(&HSETEX_CHECKED).cast()
    }
}

impl FromReply for FieldExpiry {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        match i64::from_reply(reply)? {
            -2 => Ok(Self::Missing),
            0 => Ok(Self::NotMet),
            1 => Ok(Self::Set),
            2 => Ok(Self::Deleted),
            _ => Err(ReplyError::Invalid {
                expected: "what became of a field",
                reason: "the number is unknown",
            }),
        }
    }
}

impl FromReply for FieldPersist {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        match i64::from_reply(reply)? {
            -2 => Ok(Self::Missing),
            -1 => Ok(Self::NoExpiry),
            1 => Ok(Self::Persisted),
            _ => Err(ReplyError::Invalid {
                expected: "what became of a field",
                reason: "the number is unknown",
            }),
        }
    }
}

impl expiry::sealed::Sealed for HGetEx {}
impl<X, F, K> expiry::sealed::Sealed for HSetEx<X, F, K> {}

impl TakesExpiry for HGetEx {
    type Expiring = Plain;
    const AFTER_KEY: bool = true;
}

impl TakesPersist for HGetEx {
    type Persisted = Plain;
}

impl<F, K> TakesExpiry for HSetEx<Open, F, K> {
    type Expiring = HSetEx<Chosen, F, K>;
    const AFTER_KEY: bool = true;
}

impl<F, K> TakesKeepTtl for HSetEx<Open, F, K> {}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::super::super::wire::{keys, wire};
    use super::super::HashCommands;
    use super::*;
    use crate::client::Queued;

    const P: Queued = Queued::new();
    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn the_options_of_hgetex_stand_before_the_fields() {
        let hgetex = || P.hgetex::<()>("k", ["f", "g"]);
        assert_eq!(wire(hgetex()), "HGETEX k FIELDS 2 f g");
        assert_eq!(wire(hgetex().ex(MINUTE)), "HGETEX k EX 60 FIELDS 2 f g");
        assert_eq!(wire(hgetex().px(MINUTE)), "HGETEX k PX 60000 FIELDS 2 f g");
        assert_eq!(wire(hgetex().exat(UNIX_EPOCH + MINUTE)), "HGETEX k EXAT 60 FIELDS 2 f g");
        assert_eq!(wire(hgetex().pxat(UNIX_EPOCH + MINUTE)), "HGETEX k PXAT 60000 FIELDS 2 f g");
        assert_eq!(wire(hgetex().persist()), "HGETEX k PERSIST FIELDS 2 f g");
        assert_eq!(keys(hgetex().persist()), "k");
    }

    #[test]
    fn the_options_of_hsetex_stand_before_the_fields() {
        let hsetex = || P.hsetex("k", [("f", 1), ("g", 2)]);
        assert_eq!(wire(hsetex()), "HSETEX k FIELDS 2 f 1 g 2");
        assert_eq!(wire(hsetex().ex(MINUTE)), "HSETEX k EX 60 FIELDS 2 f 1 g 2");
        assert_eq!(wire(hsetex().keepttl()), "HSETEX k KEEPTTL FIELDS 2 f 1 g 2");
        assert_eq!(wire(hsetex().px(MINUTE).fnx()), "HSETEX k FNX PX 60000 FIELDS 2 f 1 g 2");
        assert_eq!(wire(hsetex().fxx().ex(MINUTE)), "HSETEX k EX 60 FXX FIELDS 2 f 1 g 2");
        assert_eq!(wire(hsetex().fxx().nx()), "HSETEX k NX FXX FIELDS 2 f 1 g 2");
        assert_eq!(wire(hsetex().xx()), "HSETEX k XX FIELDS 2 f 1 g 2");
        assert_eq!(hsetex().fxx().raw().meta().retry(), RetryClass::Checked);
        assert_eq!(hsetex().xx().raw().meta().retry(), RetryClass::Checked);
        assert_eq!(keys(hsetex().fnx().ex(MINUTE)), "k");
    }

    #[test]
    fn each_field_tells_what_became_of_it() {
        let numbers = |numbers: &[i64]| Reply::Array(numbers.iter().copied().map(Reply::Integer).collect());
        use FieldExpiry::{Deleted, Missing, NotMet, Set};
        let read = Vec::<FieldExpiry>::from_reply(numbers(&[-2, 0, 1, 2])).unwrap();
        assert_eq!(read, [Missing, NotMet, Set, Deleted]);
        let read = Vec::<FieldPersist>::from_reply(numbers(&[-2, -1, 1])).unwrap();
        assert_eq!(read, [FieldPersist::Missing, FieldPersist::NoExpiry, FieldPersist::Persisted]);
        assert!(FieldExpiry::from_reply(Reply::Integer(7)).is_err());
        assert!(FieldPersist::from_reply(Reply::Integer(7)).is_err());
    }
}
