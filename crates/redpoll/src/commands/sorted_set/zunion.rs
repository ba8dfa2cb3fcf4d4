use redpoll_protocol::{ArgWriter, ToArg, ToArgs, Written};

use super::zrange::{Scored, sealed};
use crate::client::Command;

/// The options of [`zunion`](super::SortedSetCommands::zunion) and [`zinter`](super::SortedSetCommands::zinter).
#[derive(Debug, Clone, Copy)]
pub struct ZUnion;

/// The options of [`zunionstore`](super::SortedSetCommands::zunionstore) and
/// [`zinterstore`](super::SortedSetCommands::zinterstore).
#[derive(Debug, Clone, Copy)]
pub struct ZUnionStore;

/// How the score of a member that several sets have is made of its scores there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Aggregate {
    /// Their sum, as without this option.
    Sum,
    /// The lowest.
    Min,
    /// The highest.
    Max,
}

/// Commands that combine the scores of several sets. It is sealed.
pub trait Weighted: sealed::Sealed {}

impl<E, M: Weighted, T> Command<E, M, T> {
    /// Multiplies the scores of each set by a factor: one for each key, in their order.
    pub fn weights(self, weights: impl ToArgs) -> Self {
        self.arg("WEIGHTS").args(weights)
    }

    /// How the scores of a member are combined.
    pub fn aggregate(self, aggregate: Aggregate) -> Self {
        self.arg("AGGREGATE").arg(aggregate)
    }
}

impl ToArg for Aggregate {
    fn write_arg(&self, arg: ArgWriter<'_>) -> Written {
        match self {
            Self::Sum => arg.bytes(b"SUM"),
            Self::Min => arg.bytes(b"MIN"),
            Self::Max => arg.bytes(b"MAX"),
        }
    }
}

impl sealed::Sealed for ZUnion {}
impl sealed::Sealed for ZUnionStore {}
impl Weighted for ZUnion {}
impl Weighted for ZUnionStore {}
impl Scored for ZUnion {}
