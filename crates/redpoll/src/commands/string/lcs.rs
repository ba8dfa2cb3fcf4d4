//! The options and replies of `LCS`.

use std::ops::RangeInclusive;

use redpoll_protocol::{FromReply, Reply, ReplyError};

use crate::client::{Command, Plain};

/// The options of [`lcs`](super::StringCommands::lcs).
#[derive(Debug, Clone, Copy)]
pub struct Lcs;

/// The options of [`lcs`](super::StringCommands::lcs) that are left after [`idx`](Command::idx).
#[derive(Debug, Clone, Copy)]
pub struct LcsIdx;

/// Where the longest common subsequence of two strings is found in them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LcsIndex {
    /// The pieces of the subsequence, the last one first.
    pub matches: Vec<LcsMatch>,
    /// The length of the whole subsequence.
    pub len: u64,
}

/// A piece of a common subsequence: the positions of its first and last byte.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LcsMatch {
    /// Where it is in the first string.
    pub first: RangeInclusive<u64>,
    /// Where it is in the second string.
    pub second: RangeInclusive<u64>,
    /// How long it is, if that was asked for.
    pub len: Option<u64>,
}

impl<E, T> Command<E, Lcs, T> {
    /// Replies only the length of the subsequence.
    #[doc(alias = "length")]
    pub fn len(self) -> Command<E, Plain, u64> {
        self.arg("LEN").cast()
    }

    /// Replies where the subsequence is found, instead of the subsequence.
    pub fn idx(self) -> Command<E, LcsIdx, LcsIndex> {
        self.arg("IDX").cast()
    }
}

impl<E> Command<E, LcsIdx, LcsIndex> {
    /// Leaves out pieces that are shorter.
    pub fn minmatchlen(self, len: u64) -> Self {
        self.arg("MINMATCHLEN").arg(len)
    }

    /// Replies the length of each piece as well.
    pub fn withmatchlen(self) -> Self {
        self.arg("WITHMATCHLEN")
    }
}

impl FromReply for LcsIndex {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        let mut index = Self { matches: Vec::new(), len: 0 };
        for (name, value) in Vec::<(String, Reply)>::from_reply(reply)? {
            match name.as_str() {
                "matches" => index.matches = Vec::from_reply(value)?,
                "len" => index.len = u64::from_reply(value)?,
                _ => {}
            }
        }
        Ok(index)
    }
}

impl FromReply for LcsMatch {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        let parts = Vec::<Reply>::from_reply(reply)?;
        let got = parts.len();
        let mut parts = parts.into_iter();
        let (Some(first), Some(second)) = (parts.next(), parts.next()) else {
            return Err(ReplyError::WrongLength { expected: 2, got });
        };
        let len = parts.next().map(u64::from_reply).transpose()?;
        Ok(Self { first: range(first)?, second: range(second)?, len })
    }
}

fn range(reply: Reply) -> Result<RangeInclusive<u64>, ReplyError> {
    let (start, end) = FromReply::from_reply(reply)?;
    Ok(start..=end)
}

#[cfg(test)]
mod tests {
    use super::super::super::wire::wire;
    use super::super::StringCommands;
    use super::*;
    use crate::client::Queued;

    fn lcs() -> Command<Queued, Lcs, String> {
        Queued::new().lcs("a", "b")
    }

    #[test]
    fn options_choose_the_reply() {
        assert_eq!(wire(lcs()), "LCS a b");
        assert_eq!(wire(lcs().len()), "LCS a b LEN");
        assert_eq!(wire(lcs().idx()), "LCS a b IDX");
        assert_eq!(wire(lcs().idx().minmatchlen(4).withmatchlen()), "LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN");
    }

    #[test]
    fn the_index_reads_the_same_in_both_protocols() {
        let pair = |a, b| Reply::Array(vec![Reply::Integer(a), Reply::Integer(b)]);
        let matches = || {
            Reply::Array(vec![
                Reply::Array(vec![pair(4, 7), pair(5, 8), Reply::Integer(4)]),
                Reply::Array(vec![pair(2, 3), pair(0, 1)]),
            ])
        };
        let name = |name: &'static str| Reply::BulkString(name.into());
        let flat = Reply::Array(vec![name("matches"), matches(), name("len"), Reply::Integer(6)]);
        let map = Reply::Map(vec![(name("matches"), matches()), (name("len"), Reply::Integer(6))]);
        for reply in [flat, map] {
            let index = LcsIndex::from_reply(reply).unwrap();
            assert_eq!(index.len, 6);
            assert_eq!(index.matches[0], LcsMatch { first: 4..=7, second: 5..=8, len: Some(4) });
            assert_eq!(index.matches[1], LcsMatch { first: 2..=3, second: 0..=1, len: None });
        }
    }
}
