//! The options of `SORT` and `SORT_RO`.

use std::marker::PhantomData;

use redpoll_protocol::ToArg;

use super::super::choice::{Chosen, Open};
use crate::client::{Command, Plain};

/// The options of [`sort`](super::GenericCommands::sort) and [`sort_ro`](super::GenericCommands::sort_ro): whether the
/// order (`O`) was said, and whether the result can be stored.
#[derive(Debug, Clone, Copy)]
pub struct Sort<O = Open, const STORES: bool = true>(PhantomData<O>);

impl<E, O, const STORES: bool, T> Command<E, Sort<O, STORES>, T> {
    /// Sorts by the values of other keys: the pattern names them, `*` stands for the element, and a field of a hash
    /// follows `->`. A pattern without `*`, such as `nosort`, leaves the elements as they are.
    pub fn by(self, pattern: impl ToArg) -> Self {
        self.arg("BY").arg(pattern)
    }

    /// Skips `offset` elements and takes up to `count`; all that follow if it is negative.
    pub fn limit(self, offset: u64, count: i64) -> Self {
        self.arg("LIMIT").arg(offset).arg(count)
    }

    /// Replies the values of other keys in place of the elements; `#` stands for the element itself. It can be said
    /// several times: the reply has so many values for each element.
    pub fn get(self, pattern: impl ToArg) -> Self {
        self.arg("GET").arg(pattern)
    }

    /// Sorts as text, byte by byte.
    pub fn alpha(self) -> Self {
        self.arg("ALPHA")
    }
}

impl<E, const STORES: bool, T> Command<E, Sort<Open, STORES>, T> {
    /// From the smallest to the largest, as without an option.
    pub fn asc(self) -> Command<E, Sort<Chosen, STORES>, T> {
        self.arg("ASC").cast()
    }

    /// From the largest to the smallest.
    pub fn desc(self) -> Command<E, Sort<Chosen, STORES>, T> {
        self.arg("DESC").cast()
    }
}

impl<E, O, T> Command<E, Sort<O>, T> {
    /// Stores the result as a list instead of replying it. The reply is its length.
    pub fn store(self, destination: impl ToArg) -> Command<E, Plain, u64> {
        self.arg("STORE").key(destination).cast()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::wire::{keys, wire};
    use super::super::GenericCommands;
    use crate::client::Queued;

    const P: Queued = Queued::new();

    #[test]
    fn options_are_sent_as_they_are_said() {
        assert_eq!(wire(P.sort::<()>("k")), "SORT k");
        assert_eq!(
            wire(P.sort::<()>("k").by("w_*").limit(1, -1).get("#").get("o_*->f").asc().alpha()),
            "SORT k BY w_* LIMIT 1 -1 GET # GET o_*->f ASC ALPHA"
        );
        assert_eq!(wire(P.sort::<()>("k").desc().store("d")), "SORT k DESC STORE d");
        assert_eq!(keys(P.sort::<()>("k").by("w_*").store("d")), "k d");
        assert_eq!(wire(P.sort_ro::<()>("k").alpha().desc().limit(0, 2)), "SORT_RO k ALPHA DESC LIMIT 0 2");
    }
}
