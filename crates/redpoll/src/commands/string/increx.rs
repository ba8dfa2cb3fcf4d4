//! The options of `INCREX`.

use std::marker::PhantomData;

use redpoll_protocol::ToArg;

use super::super::choice::{Chosen, Open};
use super::super::expiry::{self, TakesExpiry, TakesPersist};
use crate::client::{Command, Plain};

/// The options of [`increx`](super::StringCommands::increx): the kind of number that is added (`N`), and whether an
/// expiry (`X`) was said.
#[derive(Debug, Clone, Copy)]
pub struct IncrEx<N = Open, X = Open>(PhantomData<(N, X)>);

/// What `INCREX` adds: an integer, unless [`byfloat`](Command::byfloat) was said. It is sealed.
pub trait Counts: sealed::Sealed {
    /// The kind of number, which bounds must have as well.
    type Number: ToArg;
}

impl<E, X> Command<E, IncrEx<Open, X>, (i64, i64)> {
    /// Adds this instead of one.
    pub fn byint(self, increment: i64) -> Command<E, IncrEx<i64, X>, (i64, i64)> {
        self.arg("BYINT").arg(increment).cast()
    }

    /// Adds this instead of one. The value may then be a floating-point number, and so are bounds.
    pub fn byfloat(self, increment: f64) -> Command<E, IncrEx<f64, X>, (f64, f64)> {
        self.arg("BYFLOAT").arg(increment).cast()
    }
}

impl<E, N: Counts, X, T> Command<E, IncrEx<N, X>, T> {
    /// Does not go below this.
    pub fn lbound(self, lower: N::Number) -> Self {
        self.arg("LBOUND").arg(lower)
    }

    /// Does not go above this.
    pub fn ubound(self, upper: N::Number) -> Self {
        self.arg("UBOUND").arg(upper)
    }

    /// Goes up to the bound, or to the end of the type's range, where it otherwise adds nothing.
    pub fn saturate(self) -> Self {
        self.arg("SATURATE")
    }
}

impl<E, N, T> Command<E, IncrEx<N, Chosen>, T> {
    /// Sets the expiry only if the key has none.
    pub fn enx(self) -> Command<E, IncrEx<N, Plain>, T> {
        self.arg("ENX").cast()
    }
}

impl Counts for Open {
    type Number = i64;
}

impl Counts for i64 {
    type Number = Self;
}

impl Counts for f64 {
    type Number = Self;
}

impl<N, X> expiry::sealed::Sealed for IncrEx<N, X> {}

impl<N> TakesExpiry for IncrEx<N, Open> {
    type Expiring = IncrEx<N, Chosen>;
}

impl<N> TakesPersist for IncrEx<N, Open> {
    type Persisted = IncrEx<N, Plain>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Open {}
    impl Sealed for i64 {}
    impl Sealed for f64 {}
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::super::wire::wire;
    use super::super::StringCommands;
    use super::*;
    use crate::client::Queued;

    fn increx() -> Command<Queued, IncrEx, (i64, i64)> {
        Queued::new().increx("k")
    }

    #[test]
    fn options_are_sent_as_they_are_said() {
        assert_eq!(wire(increx()), "INCREX k");
        assert_eq!(
            wire(increx().byint(5).lbound(-1).ubound(9).saturate()),
            "INCREX k BYINT 5 LBOUND -1 UBOUND 9 SATURATE"
        );
        assert_eq!(wire(increx().byfloat(0.5).ubound(9.5)), "INCREX k BYFLOAT 0.5 UBOUND 9.5");
        assert_eq!(wire(increx().persist().ubound(3)), "INCREX k PERSIST UBOUND 3");
        let minute = Duration::from_secs(60);
        assert_eq!(wire(increx().ubound(3).ex(minute).enx()), "INCREX k UBOUND 3 EX 60 ENX");
        assert_eq!(wire(increx().ex(minute).byint(2)), "INCREX k EX 60 BYINT 2");
    }
}
