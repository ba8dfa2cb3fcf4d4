//! The options of `SET`, and of the commands that share some of them.

use std::marker::PhantomData;

use redpoll_protocol::{CommandMeta, FromReply, RetryClass, ToArg};

use super::super::choice::{Chosen, Open};
use super::super::expiry::{self, TakesExpiry, TakesKeepTtl};
use super::DELEX;
use crate::client::{Command, Plain};

// What was stored by a first attempt changes what a second one answers.
const SET_CHECKED: CommandMeta = CommandMeta::write("SET", RetryClass::Checked);
const MSETEX_CHECKED: CommandMeta = CommandMeta::write("MSETEX", RetryClass::Checked);

/// The options of [`set`](super::StringCommands::set): whether an expiry (`X`) and a condition (`C`) were said.
#[derive(Debug, Clone, Copy)]
pub struct Set<X = Open, C = Open>(PhantomData<(X, C)>);

/// The options of [`msetex`](super::StringCommands::msetex): whether an expiry (`X`) and a condition (`C`) were said.
#[derive(Debug, Clone, Copy)]
pub struct MSetEx<X = Open, C = Open>(PhantomData<(X, C)>);

/// The options of [`delex`](super::StringCommands::delex).
#[derive(Debug, Clone, Copy)]
pub struct DelEx;

/// What `SET` replies, before a condition is said and after. It is sealed.
pub trait Conditional: sealed::Sealed {
    /// The reply when there is a condition.
    type Reply;
}

/// What `SET` replies while the old value is not asked for. It is sealed.
pub trait Acknowledged: sealed::Sealed {}

/// Commands, replying `T`, that can look at the value there is. It is sealed.
pub trait Compares<T>: sealed::Sealed {
    /// The options that are left.
    type Compared;
    /// The reply when there is a condition.
    type Reply;
    #[doc(hidden)]
    const META: &'static CommandMeta;
}

impl<E, X, T: Conditional> Command<E, Set<X, Open>, T> {
    /// Only if the key does not exist. The reply says whether it was set. Since Redis 2.6.12.
    pub fn nx(self) -> Command<E, Set<X, Chosen>, T::Reply> {
        self.arg("NX").with_meta(&SET_CHECKED).cast()
    }

    /// Only if the key exists. The reply says whether it was set. Since Redis 2.6.12.
    pub fn xx(self) -> Command<E, Set<X, Chosen>, T::Reply> {
        self.arg("XX").with_meta(&SET_CHECKED).cast()
    }
}

impl<E, X, C, T: Acknowledged> Command<E, Set<X, C>, T> {
    /// Replies the old value; `None` if there was none. Whether a condition held is then told by it alone.
    /// Fails if the key held no string. Since Redis 6.2, together with `nx` since 7.0.
    pub fn get<U: FromReply>(self) -> Command<E, Set<X, C>, Option<U>> {
        self.arg("GET").with_meta(&SET_CHECKED).cast()
    }
}

impl<E, M: Compares<T>, T> Command<E, M, T> {
    /// Only if the key holds this value. Since Redis 8.4; for `SET` since Valkey 8.1.
    pub fn ifeq(self, value: impl ToArg) -> Command<E, M::Compared, M::Reply> {
        self.compare("IFEQ", value)
    }

    /// Only if the key does not hold this value. `SET` then makes a key that does not exist. Since Redis 8.4.
    pub fn ifne(self, value: impl ToArg) -> Command<E, M::Compared, M::Reply> {
        self.compare("IFNE", value)
    }

    /// Only if the value has this [`digest`](super::StringCommands::digest). Since Redis 8.4.
    pub fn ifdeq(self, digest: impl ToArg) -> Command<E, M::Compared, M::Reply> {
        self.compare("IFDEQ", digest)
    }

    /// Only if the value does not have this [`digest`](super::StringCommands::digest). `SET` then makes a key that
    /// does not exist. Since Redis 8.4.
    pub fn ifdne(self, digest: impl ToArg) -> Command<E, M::Compared, M::Reply> {
        self.compare("IFDNE", digest)
    }

    fn compare(self, condition: &'static str, with: impl ToArg) -> Command<E, M::Compared, M::Reply> {
        self.arg(condition).arg(with).with_meta(M::META).cast()
    }
}

impl<E, X> Command<E, MSetEx<X, Open>, bool> {
    /// Only if none of the keys exists.
    pub fn nx(self) -> Command<E, MSetEx<X, Chosen>, bool> {
        self.arg("NX").with_meta(&MSETEX_CHECKED).cast()
    }

    /// Only if all of the keys exist.
    pub fn xx(self) -> Command<E, MSetEx<X, Chosen>, bool> {
        self.arg("XX").with_meta(&MSETEX_CHECKED).cast()
    }
}

impl Conditional for () {
    type Reply = bool;
}

impl<T> Conditional for Option<T> {
    type Reply = Self;
}

impl Acknowledged for () {}
impl Acknowledged for bool {}

impl<X, T: Conditional> Compares<T> for Set<X, Open> {
    type Compared = Set<X, Chosen>;
    type Reply = T::Reply;
    const META: &'static CommandMeta = &SET_CHECKED;
}

impl Compares<bool> for DelEx {
    type Compared = Plain;
    type Reply = bool;
    const META: &'static CommandMeta = &DELEX;
}

impl<C> TakesExpiry for Set<Open, C> {
    type Expiring = Set<Chosen, C>;
}

impl<C> TakesExpiry for MSetEx<Open, C> {
    type Expiring = MSetEx<Chosen, C>;
}

impl<C> TakesKeepTtl for Set<Open, C> {}
impl<C> TakesKeepTtl for MSetEx<Open, C> {}
impl<X, C> expiry::sealed::Sealed for Set<X, C> {}
impl<X, C> expiry::sealed::Sealed for MSetEx<X, C> {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for () {}
    impl Sealed for bool {}
    impl<T> Sealed for Option<T> {}
    impl<X, C> Sealed for super::Set<X, C> {}
    impl Sealed for super::DelEx {}
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::super::super::wire::wire;
    use super::super::StringCommands;
    use super::*;
    use crate::client::Queued;

    const P: Queued = Queued::new();

    fn set() -> Command<Queued, Set, ()> {
        P.set("k", "v")
    }

    #[test]
    fn an_expiry_is_sent_in_the_coarsest_exact_unit() {
        assert_eq!(wire(set()), "SET k v");
        assert_eq!(wire(set().ex(Duration::from_secs(60))), "SET k v EX 60");
        assert_eq!(wire(set().ex(Duration::from_millis(1500))), "SET k v PX 1500");
        assert_eq!(wire(set().ex(Duration::from_micros(1))), "SET k v PX 1");
        assert_eq!(wire(set().px(Duration::from_secs(60))), "SET k v PX 60000");
        assert_eq!(wire(set().exat(UNIX_EPOCH + Duration::from_secs(60))), "SET k v EXAT 60");
        assert_eq!(wire(set().pxat(UNIX_EPOCH + Duration::from_secs(60))), "SET k v PXAT 60000");
        assert_eq!(wire(set().keepttl()), "SET k v KEEPTTL");
    }

    #[test]
    fn a_condition_makes_the_reply_a_bool_and_the_write_a_checked_one() {
        let conditional: Command<_, _, bool> = set().nx();
        assert_eq!(conditional.raw().meta().retry(), RetryClass::Checked);
        assert_eq!(wire(conditional), "SET k v NX");
        assert_eq!(wire(set().xx()), "SET k v XX");
        assert_eq!(wire(set().ifeq("w")), "SET k v IFEQ w");
        assert_eq!(wire(set().ifne("w")), "SET k v IFNE w");
        assert_eq!(wire(set().ifdeq("d")), "SET k v IFDEQ d");
        let conditional: Command<_, _, bool> = set().ifdne("d");
        assert_eq!(conditional.raw().meta().retry(), RetryClass::Checked);
        assert_eq!(wire(conditional), "SET k v IFDNE d");
        assert_eq!(set().raw().meta().retry(), RetryClass::Idempotent);
    }

    #[test]
    fn options_combine_in_any_order() {
        let minute = Duration::from_secs(60);
        assert_eq!(wire(set().nx().ex(minute)), "SET k v NX EX 60");
        assert_eq!(wire(set().ex(minute).xx()), "SET k v EX 60 XX");
        let old: Command<_, _, Option<i64>> = set().nx().get();
        assert_eq!(wire(old), "SET k v NX GET");
        let old: Command<_, _, Option<i64>> = set().get().ifeq(1).keepttl();
        assert_eq!(wire(old), "SET k v GET IFEQ 1 KEEPTTL");
    }

    #[test]
    fn msetex_counts_its_keys() {
        let msetex = || P.msetex([("a", 1), ("b", 2)]);
        assert_eq!(wire(msetex()), "MSETEX 2 a 1 b 2");
        assert_eq!(wire(msetex().nx().keepttl()), "MSETEX 2 a 1 b 2 NX KEEPTTL");
        assert_eq!(wire(msetex().px(Duration::from_secs(1)).xx()), "MSETEX 2 a 1 b 2 PX 1000 XX");
        assert_eq!(msetex().nx().raw().meta().retry(), RetryClass::Checked);
    }
}
