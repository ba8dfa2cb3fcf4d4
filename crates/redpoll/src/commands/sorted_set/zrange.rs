use crate::client::{Command, Plain};

/// The options of [`zrange`](super::SortedSetCommands::zrange).
#[derive(Debug, Clone, Copy)]
pub struct ZRange;

/// The options of [`zrange_byscore`](super::SortedSetCommands::zrange_byscore), and of the commands it replaced,
/// whose order is in their names (`ORDERED`).
#[derive(Debug, Clone, Copy)]
pub struct ZRangeByScore<const ORDERED: bool = false>;

/// The options of [`zrange_bylex`](super::SortedSetCommands::zrange_bylex), and of the commands it replaced,
/// whose order is in their names (`ORDERED`).
#[derive(Debug, Clone, Copy)]
pub struct ZRangeByLex<const ORDERED: bool = false>;

/// The options of [`zrangestore`](super::SortedSetCommands::zrangestore).
#[derive(Debug, Clone, Copy)]
pub struct ZRangeStore;

/// The options of [`zrangestore_byscore`](super::SortedSetCommands::zrangestore_byscore) and
/// [`zrangestore_bylex`](super::SortedSetCommands::zrangestore_bylex). `ORDERED` tells whether the order is said.
#[derive(Debug, Clone, Copy)]
pub struct ZRangeStoreBy<const ORDERED: bool = false>;

/// The options of commands that can do no more than reply the scores as well, such as
/// [`zdiff`](super::SortedSetCommands::zdiff).
#[derive(Debug, Clone, Copy)]
pub struct WithScores;

/// Ranges that can be read from the end. It is sealed.
pub trait Reversible: sealed::Sealed {
    /// The options that are left.
    type Reversed;
    /// How many keys there are.
    #[doc(hidden)]
    const KEYS: usize;
    /// Whether the bounds swap places. Indexes count from the end by themselves.
    #[doc(hidden)]
    const SWAPS: bool;
}

/// Ranges of which a page can be taken. It is sealed.
pub trait Limited: sealed::Sealed {}

/// Commands that can reply scores together with members. It is sealed.
pub trait Scored: sealed::Sealed {}

pub(super) mod sealed {
    pub trait Sealed {}
}

impl<E, M: Reversible, T> Command<E, M, T> {
    /// From the highest to the lowest. A range of scores or members is still said from low to high.
    pub fn rev(self) -> Command<E, M::Reversed, T> {
        let command =
            if M::SWAPS { self.rearrange(M::KEYS, |args| args.swap(M::KEYS, M::KEYS + 1)) } else { self };
        command.arg("REV").cast()
    }
}

impl<E, M: Limited, T> Command<E, M, T> {
    /// Skips `offset` members of the range and takes up to `count`; all that follow if it is negative.
    pub fn limit(self, offset: u64, count: i64) -> Self {
        self.arg("LIMIT").arg(offset).arg(count)
    }
}

impl<E, M: Scored, T> Command<E, M, T> {
    /// Replies each member with its score: ask for pairs, such as `Vec<(String, f64)>`.
    #[doc(alias = "WITHSCORES")]
    pub fn with_scores(self) -> Self {
        self.arg("WITHSCORES")
    }
}

impl sealed::Sealed for ZRange {}
impl<const ORDERED: bool> sealed::Sealed for ZRangeByScore<ORDERED> {}
impl<const ORDERED: bool> sealed::Sealed for ZRangeByLex<ORDERED> {}
impl sealed::Sealed for ZRangeStore {}
impl<const ORDERED: bool> sealed::Sealed for ZRangeStoreBy<ORDERED> {}
impl sealed::Sealed for WithScores {}

impl Reversible for ZRange {
    type Reversed = WithScores;
    const KEYS: usize = 1;
    const SWAPS: bool = false;
}

impl Reversible for ZRangeByScore {
    type Reversed = ZRangeByScore<true>;
    const KEYS: usize = 1;
    const SWAPS: bool = true;
}

impl Reversible for ZRangeByLex {
    type Reversed = ZRangeByLex<true>;
    const KEYS: usize = 1;
    const SWAPS: bool = true;
}

impl Reversible for ZRangeStore {
    type Reversed = Plain;
    const KEYS: usize = 2;
    const SWAPS: bool = false;
}

impl Reversible for ZRangeStoreBy {
    type Reversed = ZRangeStoreBy<true>;
    const KEYS: usize = 2;
    const SWAPS: bool = true;
}

impl<const ORDERED: bool> Limited for ZRangeByScore<ORDERED> {}
impl<const ORDERED: bool> Limited for ZRangeByLex<ORDERED> {}
impl<const ORDERED: bool> Limited for ZRangeStoreBy<ORDERED> {}

impl Scored for ZRange {}
impl<const ORDERED: bool> Scored for ZRangeByScore<ORDERED> {}
impl Scored for WithScores {}
