mod lex_range;
mod score_range;
#[cfg(test)]
mod tests;
mod zadd;
mod zrange;
mod zunion;

use std::time::Duration;

use redpoll_protocol::{ArgWriter, CommandMeta, FromReply, RetryClass, ToArg, ToArgs, ToPairs, Written};

pub use self::lex_range::LexRange;
pub use self::score_range::{Score, ScoreRange};
pub use self::zadd::ZAdd;
pub use self::zrange::{
    Limited, Reversible, Scored, WithScores, ZRange, ZRangeByLex, ZRangeByScore, ZRangeStore, ZRangeStoreBy,
};
pub use self::zunion::{Aggregate, Weighted, ZUnion, ZUnionStore};
use super::pop::{MPop, Pop};
use super::set::InterCard;
use crate::client::{Command, Executor, Plain, Scan};

const BZMPOP: CommandMeta = CommandMeta::write("BZMPOP", RetryClass::Accumulating).blocking();
const BZPOPMAX: CommandMeta = CommandMeta::write("BZPOPMAX", RetryClass::Accumulating).blocking();
const BZPOPMIN: CommandMeta = CommandMeta::write("BZPOPMIN", RetryClass::Accumulating).blocking();
const ZADD: CommandMeta = CommandMeta::write("ZADD", RetryClass::Idempotent);
const ZCARD: CommandMeta = CommandMeta::read("ZCARD");
const ZCOUNT: CommandMeta = CommandMeta::read("ZCOUNT");
const ZDIFF: CommandMeta = CommandMeta::read("ZDIFF");
const ZDIFFSTORE: CommandMeta = CommandMeta::write("ZDIFFSTORE", RetryClass::Idempotent);
const ZDIFFSTORE_ONTO_ITSELF: CommandMeta = CommandMeta::write("ZDIFFSTORE", RetryClass::Accumulating);
const ZINCRBY: CommandMeta = CommandMeta::write("ZINCRBY", RetryClass::Accumulating);
const ZINTER: CommandMeta = CommandMeta::read("ZINTER");
const ZINTERCARD: CommandMeta = CommandMeta::read("ZINTERCARD");
const ZINTERSTORE: CommandMeta = CommandMeta::write("ZINTERSTORE", RetryClass::Idempotent);
const ZINTERSTORE_ONTO_ITSELF: CommandMeta = CommandMeta::write("ZINTERSTORE", RetryClass::Accumulating);
const ZLEXCOUNT: CommandMeta = CommandMeta::read("ZLEXCOUNT");
const ZMPOP: CommandMeta = CommandMeta::write("ZMPOP", RetryClass::Accumulating);
const ZMSCORE: CommandMeta = CommandMeta::read("ZMSCORE");
const ZPOPMAX: CommandMeta = CommandMeta::write("ZPOPMAX", RetryClass::Accumulating);
const ZPOPMIN: CommandMeta = CommandMeta::write("ZPOPMIN", RetryClass::Accumulating);
const ZRANDMEMBER: CommandMeta = CommandMeta::read("ZRANDMEMBER");
const ZRANGE: CommandMeta = CommandMeta::read("ZRANGE");
const ZRANGEBYLEX: CommandMeta = CommandMeta::read("ZRANGEBYLEX");
const ZRANGEBYSCORE: CommandMeta = CommandMeta::read("ZRANGEBYSCORE");
const ZRANGESTORE: CommandMeta = CommandMeta::write("ZRANGESTORE", RetryClass::Idempotent);
const ZRANGESTORE_ONTO_ITSELF: CommandMeta = CommandMeta::write("ZRANGESTORE", RetryClass::Accumulating);
const ZRANK: CommandMeta = CommandMeta::read("ZRANK");
const ZREM: CommandMeta = CommandMeta::write("ZREM", RetryClass::Idempotent);
const ZREMRANGEBYLEX: CommandMeta = CommandMeta::write("ZREMRANGEBYLEX", RetryClass::Idempotent);
// After the first removal, other members have these ranks.
const ZREMRANGEBYRANK: CommandMeta = CommandMeta::write("ZREMRANGEBYRANK", RetryClass::Accumulating);
const ZREMRANGEBYSCORE: CommandMeta = CommandMeta::write("ZREMRANGEBYSCORE", RetryClass::Idempotent);
const ZREVRANGE: CommandMeta = CommandMeta::read("ZREVRANGE");
const ZREVRANGEBYLEX: CommandMeta = CommandMeta::read("ZREVRANGEBYLEX");
const ZREVRANGEBYSCORE: CommandMeta = CommandMeta::read("ZREVRANGEBYSCORE");
const ZREVRANK: CommandMeta = CommandMeta::read("ZREVRANK");
const ZSCAN: CommandMeta = CommandMeta::read("ZSCAN");
const ZSCORE: CommandMeta = CommandMeta::read("ZSCORE");
const ZUNION: CommandMeta = CommandMeta::read("ZUNION");
const ZUNIONSTORE: CommandMeta = CommandMeta::write("ZUNIONSTORE", RetryClass::Idempotent);
// `ZUNIONSTORE total 2 total today` adds today's scores each time.
const ZUNIONSTORE_ONTO_ITSELF: CommandMeta = CommandMeta::write("ZUNIONSTORE", RetryClass::Accumulating);

/// Commands on sorted sets: members in the order of their scores, and of their bytes where scores are equal.
///
/// Ranges of scores and of members are the ranges of Rust, always from low to high: see [`ScoreRange`] and
/// [`LexRange`]. Ranks count from 0; negative ones count from the end.
pub trait SortedSetCommands: Executor {
    /// Adds members with their scores, and gives those that are there the new score: pairs of score and member.
    /// Options: [`nx`](Command::nx), [`xx`](Command::xx), [`gt`](Command::gt), [`lt`](Command::lt),
    /// [`ch`](Command::ch), [`incr`](Command::incr).
    ///
    /// Reply: how many members are new. O(log n) per member. Since Redis 1.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("board", [(3200.0, "ada"), (2900.0, "grace")]).await?;
    /// assert_eq!(client.zadd("board", (3000, "ada")).gt().ch().await?, 0);
    /// assert_eq!(client.zadd("board", (50, "ada")).incr().await?, Some(3250.0));
    /// # Ok(()) }
    /// ```
    fn zadd(self, key: impl ToArg, members: impl ToPairs) -> Command<Self, ZAdd, u64> {
        Command::new(self, &ZADD).key(key).pairs(members)
    }

    /// Adds to the score of a member; a missing one counts as 0.
    ///
    /// Reply: the new score. O(log n). Since Redis 1.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert_eq!(client.zincrby("board", 2.5, "ada").await?, 2.5);
    /// # Ok(()) }
    /// ```
    fn zincrby(
        self,
        key: impl ToArg,
        increment: impl ToArg,
        member: impl ToArg,
    ) -> Command<Self, Plain, f64> {
        Command::new(self, &ZINCRBY).key(key).arg(increment).arg(member)
    }

    /// Removes members.
    ///
    /// Reply: how many were in the set. O(log n) per member. Since Redis 1.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("board", [(1, "ada"), (2, "grace")]).await?;
    /// assert_eq!(client.zrem("board", ["ada", "linus"]).await?, 1);
    /// # Ok(()) }
    /// ```
    fn zrem(self, key: impl ToArg, members: impl ToArgs) -> Command<Self, Plain, u64> {
        Command::new(self, &ZREM).key(key).args(members)
    }

    /// How many members there are; 0 if there is no such key.
    ///
    /// O(1). Since Redis 1.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("board", [(1, "ada"), (2, "grace")]).await?;
    /// assert_eq!(client.zcard("board").await?, 2);
    /// # Ok(()) }
    /// ```
    fn zcard(self, key: impl ToArg) -> Command<Self, Plain, u64> {
        Command::new(self, &ZCARD).key(key)
    }

    /// The score of a member.
    ///
    /// Reply: the score; `None` if there is no such member. O(1). Since Redis 1.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("board", (3200, "ada")).await?;
    /// assert_eq!(client.zscore("board", "ada").await?, Some(3200.0));
    /// assert_eq!(client.zscore("board", "linus").await?, None);
    /// # Ok(()) }
    /// ```
    fn zscore(self, key: impl ToArg, member: impl ToArg) -> Command<Self, Plain, Option<f64>> {
        Command::new(self, &ZSCORE).key(key).arg(member)
    }

    /// The scores of members, in the order given.
    ///
    /// O(1) per member. Since Redis 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("board", (3200, "ada")).await?;
    /// assert_eq!(client.zmscore("board", ["ada", "linus"]).await?, [Some(3200.0), None]);
    /// # Ok(()) }
    /// ```
    fn zmscore(self, key: impl ToArg, members: impl ToArgs) -> Command<Self, Plain, Vec<Option<f64>>> {
        Command::new(self, &ZMSCORE).key(key).args(members)
    }

    /// The rank of a member; the lowest score has rank 0. Option: [`with_score`](Command::with_score).
    ///
    /// Reply: the rank; `None` if there is no such member. O(log n). Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("board", [(3200, "ada"), (2900, "grace")]).await?;
    /// assert_eq!(client.zrank("board", "ada").await?, Some(1));
    /// assert_eq!(client.zrank("board", "ada").with_score().await?, Some((1, 3200.0)));
    /// # Ok(()) }
    /// ```
    fn zrank(self, key: impl ToArg, member: impl ToArg) -> Command<Self, ZRank, Option<u64>> {
        Command::new(self, &ZRANK).key(key).arg(member)
    }

    /// The rank of a member from the end; the highest score has rank 0. Option: [`with_score`](Command::with_score).
    ///
    /// Reply: the rank; `None` if there is no such member. O(log n). Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("board", [(3200, "ada"), (2900, "grace")]).await?;
    /// assert_eq!(client.zrevrank("board", "ada").await?, Some(0));
    /// # Ok(()) }
    /// ```
    fn zrevrank(self, key: impl ToArg, member: impl ToArg) -> Command<Self, ZRank, Option<u64>> {
        Command::new(self, &ZREVRANK).key(key).arg(member)
    }

    /// How many members have a score in a range.
    ///
    /// O(log n). Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("board", [(1, "a"), (2, "b"), (3, "c")]).await?;
    /// assert_eq!(client.zcount("board", 1.0..3.0).await?, 2);
    /// assert_eq!(client.zcount("board", ..).await?, 3);
    /// # Ok(()) }
    /// ```
    fn zcount(self, key: impl ToArg, scores: impl ScoreRange) -> Command<Self, Plain, u64> {
        Command::new(self, &ZCOUNT).key(key).scores(scores)
    }

    /// How many members are in a range of members. All scores of the set have to be equal.
    ///
    /// O(log n). Since Redis 2.8.9.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("names", [(0, "ada"), (0, "alan"), (0, "grace")]).await?;
    /// assert_eq!(client.zlexcount("names", "a".."b").await?, 2);
    /// # Ok(()) }
    /// ```
    fn zlexcount(self, key: impl ToArg, members: impl LexRange) -> Command<Self, Plain, u64> {
        Command::new(self, &ZLEXCOUNT).key(key).members(members)
    }

    /// The members from one rank to another, both included, lowest score first.
    /// Options: [`rev`](Command::rev), [`with_scores`](Command::with_scores).
    ///
    /// O(log n + m) for m members. Since Redis 1.2; `rev` 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("board", [(3200.0, "ada"), (2900.0, "grace"), (3100.0, "linus")]).await?;
    /// let lowest: Vec<String> = client.zrange("board", 0, 0).await?;
    /// let top: Vec<(String, f64)> = client.zrange("board", 0, 1).rev().with_scores().await?;
    /// assert_eq!(lowest, ["grace"]);
    /// assert_eq!(top, [("ada".to_owned(), 3200.0), ("linus".to_owned(), 3100.0)]);
    /// # Ok(()) }
    /// ```
    fn zrange<T: FromReply>(self, key: impl ToArg, start: i64, stop: i64) -> Command<Self, ZRange, T> {
        Command::new(self, &ZRANGE).key(key).arg(start).arg(stop)
    }

    /// The members with a score in a range, lowest first (`ZRANGE` with `BYSCORE`).
    /// Options: [`rev`](Command::rev), [`limit`](Command::limit), [`with_scores`](Command::with_scores).
    ///
    /// O(log n + m) for m members. Since Redis 6.2; see [`zrangebyscore`](Self::zrangebyscore) for older servers.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("board", [(1, "a"), (2, "b"), (3, "c")]).await?;
    /// let two: Vec<String> = client.zrange_byscore("board", 2..).await?;
    /// let best: Vec<(String, f64)> =
    ///     client.zrange_byscore("board", ..3.5).rev().limit(0, 1).with_scores().await?;
    /// assert_eq!(two, ["b", "c"]);
    /// assert_eq!(best, [("c".to_owned(), 3.0)]);
    /// # Ok(()) }
    /// ```
    fn zrange_byscore<T: FromReply>(
        self,
        key: impl ToArg,
        scores: impl ScoreRange,
    ) -> Command<Self, ZRangeByScore, T> {
        Command::new(self, &ZRANGE).key(key).scores(scores).arg("BYSCORE")
    }

    /// The members in a range of members, in the order of their bytes (`ZRANGE` with `BYLEX`). All scores of the set
    /// have to be equal. Options: [`rev`](Command::rev), [`limit`](Command::limit).
    ///
    /// O(log n + m) for m members. Since Redis 6.2; see [`zrangebylex`](Self::zrangebylex) for older servers.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("names", [(0, "ada"), (0, "alan"), (0, "grace")]).await?;
    /// let a: Vec<String> = client.zrange_bylex("names", "a".."b").await?;
    /// assert_eq!(a, ["ada", "alan"]);
    /// # Ok(()) }
    /// ```
    fn zrange_bylex<T: FromReply>(
        self,
        key: impl ToArg,
        members: impl LexRange,
    ) -> Command<Self, ZRangeByLex, T> {
        Command::new(self, &ZRANGE).key(key).members(members).arg("BYLEX")
    }

    /// Stores the members from one rank to another with their scores, in place of what the destination holds.
    /// Option: [`rev`](Command::rev).
    ///
    /// Reply: how many they are. O(log n + m) for m members. Since Redis 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("board", [(1, "a"), (2, "b"), (3, "c")]).await?;
    /// assert_eq!(client.zrangestore("top", "board", 0, 1).rev().await?, 2);
    /// assert_eq!(client.zrange::<Vec<String>>("top", 0, -1).await?, ["b", "c"]);
    /// # Ok(()) }
    /// ```
    fn zrangestore(
        self,
        destination: impl ToArg,
        source: impl ToArg,
        start: i64,
        stop: i64,
    ) -> Command<Self, ZRangeStore, u64> {
        let command = Command::new(self, &ZRANGESTORE).key(destination).key(source);
        command.unless_onto_itself(&ZRANGESTORE_ONTO_ITSELF).arg(start).arg(stop)
    }

    /// Stores the members with a score in a range, in place of what the destination holds.
    /// Options: [`rev`](Command::rev), [`limit`](Command::limit).
    ///
    /// Reply: how many they are. O(log n + m) for m members. Since Redis 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("board", [(1, "a"), (2, "b"), (3, "c")]).await?;
    /// assert_eq!(client.zrangestore_byscore("good", "board", 2..).await?, 2);
    /// # Ok(()) }
    /// ```
    fn zrangestore_byscore(
        self,
        destination: impl ToArg,
        source: impl ToArg,
        scores: impl ScoreRange,
    ) -> Command<Self, ZRangeStoreBy, u64> {
        let command = Command::new(self, &ZRANGESTORE).key(destination).key(source);
        command.unless_onto_itself(&ZRANGESTORE_ONTO_ITSELF).scores(scores).arg("BYSCORE")
    }

    /// Stores the members in a range of members, in place of what the destination holds. All scores of the source
    /// have to be equal. Options: [`rev`](Command::rev), [`limit`](Command::limit).
    ///
    /// Reply: how many they are. O(log n + m) for m members. Since Redis 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("names", [(0, "ada"), (0, "alan"), (0, "grace")]).await?;
    /// assert_eq!(client.zrangestore_bylex("a", "names", "a".."b").await?, 2);
    /// # Ok(()) }
    /// ```
    fn zrangestore_bylex(
        self,
        destination: impl ToArg,
        source: impl ToArg,
        members: impl LexRange,
    ) -> Command<Self, ZRangeStoreBy, u64> {
        let command = Command::new(self, &ZRANGESTORE).key(destination).key(source);
        command.unless_onto_itself(&ZRANGESTORE_ONTO_ITSELF).members(members).arg("BYLEX")
    }

    /// The members with a score in a range. Redis prefers [`zrange_byscore`](Self::zrange_byscore) since 6.2.
    /// Options: [`limit`](Command::limit), [`with_scores`](Command::with_scores).
    ///
    /// O(log n + m) for m members. Since Redis 1.0.5.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("board", [(1, "a"), (2, "b"), (3, "c")]).await?;
    /// let two: Vec<String> = client.zrangebyscore("board", 2..=3).await?;
    /// assert_eq!(two, ["b", "c"]);
    /// # Ok(()) }
    /// ```
    fn zrangebyscore<T: FromReply>(
        self,
        key: impl ToArg,
        scores: impl ScoreRange,
    ) -> Command<Self, ZRangeByScore<true>, T> {
        Command::new(self, &ZRANGEBYSCORE).key(key).scores(scores)
    }

    /// The members with a score in a range, highest first; the range is still said from low to high.
    /// Redis prefers [`zrange_byscore`](Self::zrange_byscore) with [`rev`](Command::rev) since 6.2.
    /// Options: [`limit`](Command::limit), [`with_scores`](Command::with_scores).
    ///
    /// O(log n + m) for m members. Since Redis 2.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("board", [(1, "a"), (2, "b"), (3, "c")]).await?;
    /// let two: Vec<String> = client.zrevrangebyscore("board", 2..=3).await?;
    /// assert_eq!(two, ["c", "b"]);
    /// # Ok(()) }
    /// ```
    fn zrevrangebyscore<T: FromReply>(
        self,
        key: impl ToArg,
        scores: impl ScoreRange,
    ) -> Command<Self, ZRangeByScore<true>, T> {
        Command::new(self, &ZREVRANGEBYSCORE).key(key).scores_reversed(scores)
    }

    /// The members in a range of members. All scores of the set have to be equal.
    /// Redis prefers [`zrange_bylex`](Self::zrange_bylex) since 6.2. Option: [`limit`](Command::limit).
    ///
    /// O(log n + m) for m members. Since Redis 2.8.9.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("names", [(0, "ada"), (0, "alan"), (0, "grace")]).await?;
    /// let second: Vec<String> = client.zrangebylex("names", ..).limit(1, 1).await?;
    /// assert_eq!(second, ["alan"]);
    /// # Ok(()) }
    /// ```
    fn zrangebylex<T: FromReply>(
        self,
        key: impl ToArg,
        members: impl LexRange,
    ) -> Command<Self, ZRangeByLex<true>, T> {
        Command::new(self, &ZRANGEBYLEX).key(key).members(members)
    }

    /// The members in a range of members, last first; the range is still said from low to high. All scores of the
    /// set have to be equal. Redis prefers [`zrange_bylex`](Self::zrange_bylex) with [`rev`](Command::rev) since 6.2.
    /// Option: [`limit`](Command::limit).
    ///
    /// O(log n + m) for m members. Since Redis 2.8.9.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("names", [(0, "ada"), (0, "alan"), (0, "grace")]).await?;
    /// let a: Vec<String> = client.zrevrangebylex("names", "a".."b").await?;
    /// assert_eq!(a, ["alan", "ada"]);
    /// # Ok(()) }
    /// ```
    fn zrevrangebylex<T: FromReply>(
        self,
        key: impl ToArg,
        members: impl LexRange,
    ) -> Command<Self, ZRangeByLex<true>, T> {
        Command::new(self, &ZREVRANGEBYLEX).key(key).members_reversed(members)
    }

    /// The members from one rank to another, highest score first. Redis prefers [`zrange`](Self::zrange) with
    /// [`rev`](Command::rev) since 6.2. Option: [`with_scores`](Command::with_scores).
    ///
    /// O(log n + m) for m members. Since Redis 1.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("board", [(1, "a"), (2, "b"), (3, "c")]).await?;
    /// let top: Vec<(String, f64)> = client.zrevrange("board", 0, 0).with_scores().await?;
    /// assert_eq!(top, [("c".to_owned(), 3.0)]);
    /// # Ok(()) }
    /// ```
    fn zrevrange<T: FromReply>(self, key: impl ToArg, start: i64, stop: i64) -> Command<Self, WithScores, T> {
        Command::new(self, &ZREVRANGE).key(key).arg(start).arg(stop)
    }

    /// Removes the members from one rank to another, both included.
    ///
    /// Reply: how many were removed. O(log n + m) for m members. Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("board", [(1, "a"), (2, "b"), (3, "c")]).await?;
    /// assert_eq!(client.zremrangebyrank("board", 0, -2).await?, 2);
    /// # Ok(()) }
    /// ```
    fn zremrangebyrank(self, key: impl ToArg, start: i64, stop: i64) -> Command<Self, Plain, u64> {
        Command::new(self, &ZREMRANGEBYRANK).key(key).arg(start).arg(stop)
    }

    /// Removes the members with a score in a range.
    ///
    /// Reply: how many were removed. O(log n + m) for m members. Since Redis 1.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("events", [(10, "a"), (20, "b")]).await?;
    /// assert_eq!(client.zremrangebyscore("events", ..20).await?, 1);
    /// # Ok(()) }
    /// ```
    fn zremrangebyscore(self, key: impl ToArg, scores: impl ScoreRange) -> Command<Self, Plain, u64> {
        Command::new(self, &ZREMRANGEBYSCORE).key(key).scores(scores)
    }

    /// Removes the members in a range of members. All scores of the set have to be equal.
    ///
    /// Reply: how many were removed. O(log n + m) for m members. Since Redis 2.8.9.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("names", [(0, "ada"), (0, "alan"), (0, "grace")]).await?;
    /// assert_eq!(client.zremrangebylex("names", "a".."b").await?, 2);
    /// # Ok(()) }
    /// ```
    fn zremrangebylex(self, key: impl ToArg, members: impl LexRange) -> Command<Self, Plain, u64> {
        Command::new(self, &ZREMRANGEBYLEX).key(key).members(members)
    }

    /// Removes the member with the lowest score. Option: [`count`](Command::count).
    ///
    /// Reply: the member and its score; an empty list if there is no such key.
    /// O(m × log n) for m members. Since Redis 5.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("queue", [(1, "first"), (2, "second")]).await?;
    /// let popped = client.zpopmin::<String>("queue").await?;
    /// assert_eq!(popped, [("first".to_owned(), 1.0)]);
    /// # Ok(()) }
    /// ```
    fn zpopmin<T: FromReply>(self, key: impl ToArg) -> Command<Self, Pop, Vec<(T, f64)>> {
        Command::new(self, &ZPOPMIN).key(key)
    }

    /// Removes the member with the highest score. Option: [`count`](Command::count).
    ///
    /// Reply: the member and its score; an empty list if there is no such key.
    /// O(m × log n) for m members. Since Redis 5.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("queue", [(1, "low"), (2, "high")]).await?;
    /// let popped = client.zpopmax::<String>("queue").count(2).await?;
    /// assert_eq!(popped, [("high".to_owned(), 2.0), ("low".to_owned(), 1.0)]);
    /// # Ok(()) }
    /// ```
    fn zpopmax<T: FromReply>(self, key: impl ToArg) -> Command<Self, Pop, Vec<(T, f64)>> {
        Command::new(self, &ZPOPMAX).key(key)
    }

    /// Removes the member with the lowest or the highest score of the first set that has any.
    /// Option: [`count`](Command::count).
    ///
    /// Reply: the key and the members with their scores; `None` if all sets are empty.
    /// O(keys + m × log n) for m members. Since Redis 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use redpoll::commands::ScoreEnd;
    ///
    /// client.zadd("later", [(1, "a"), (2, "b")]).await?;
    /// let popped = client.zmpop::<String>(["now", "later"], ScoreEnd::Min).await?;
    /// assert_eq!(popped, Some(("later".to_owned(), vec![("a".to_owned(), 1.0)])));
    /// # Ok(()) }
    /// ```
    fn zmpop<T: FromReply>(self, keys: impl ToArgs, from: ScoreEnd) -> Command<Self, MPop, OfFirst<T>> {
        Command::new(self, &ZMPOP).counted_keys(keys).arg(from)
    }

    /// Removes the member with the lowest or the highest score of the first set that has any, waiting for one if all
    /// are empty; a timeout of zero waits for ever. Option: [`count`](Command::count).
    ///
    /// Reply: the key and the members with their scores; `None` if the timeout has passed.
    /// O(keys + m × log n) for m members. Since Redis 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    /// use redpoll::commands::ScoreEnd;
    ///
    /// client.zadd("queue", [(1, "a"), (2, "b")]).await?;
    /// let popped = client.bzmpop::<String>("queue", ScoreEnd::Max, Duration::from_secs(5)).await?;
    /// assert_eq!(popped, Some(("queue".to_owned(), vec![("b".to_owned(), 2.0)])));
    /// # Ok(()) }
    /// ```
    fn bzmpop<T: FromReply>(
        self,
        keys: impl ToArgs,
        from: ScoreEnd,
        timeout: Duration,
    ) -> Command<Self, MPop, OfFirst<T>> {
        Command::new(self, &BZMPOP).block(timeout).counted_keys(keys).arg(from)
    }

    /// Removes the member with the lowest score of the first set that has any, waiting for one if all are empty; a
    /// timeout of zero waits for ever.
    ///
    /// Reply: the key, the member and its score; `None` if the timeout has passed. O(log n). Since Redis 5.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    ///
    /// client.zadd("queue", (1, "a")).await?;
    /// let popped = client.bzpopmin::<String>("queue", Duration::from_secs(5)).await?;
    /// assert_eq!(popped, Some(("queue".to_owned(), "a".to_owned(), 1.0)));
    /// # Ok(()) }
    /// ```
    fn bzpopmin<T: FromReply>(
        self,
        keys: impl ToArgs,
        timeout: Duration,
    ) -> Command<Self, Plain, Option<(String, T, f64)>> {
        Command::new(self, &BZPOPMIN).keys_of(keys).block(timeout)
    }

    /// Removes the member with the highest score of the first set that has any, waiting for one if all are empty; a
    /// timeout of zero waits for ever.
    ///
    /// Reply: the key, the member and its score; `None` if the timeout has passed. O(log n). Since Redis 5.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    ///
    /// client.zadd("queue", [(1, "a"), (2, "b")]).await?;
    /// let popped = client.bzpopmax::<String>(["urgent", "queue"], Duration::from_secs(5)).await?;
    /// assert_eq!(popped, Some(("queue".to_owned(), "b".to_owned(), 2.0)));
    /// # Ok(()) }
    /// ```
    fn bzpopmax<T: FromReply>(
        self,
        keys: impl ToArgs,
        timeout: Duration,
    ) -> Command<Self, Plain, Option<(String, T, f64)>> {
        Command::new(self, &BZPOPMAX).keys_of(keys).block(timeout)
    }

    /// A random member, which stays in the set. Option: [`count`](Command::count), with which the reply is a list,
    /// empty if there is no such key, and [`with_scores`](Command::with_scores) after it.
    ///
    /// Reply: the member; nil if there is no such key. O(m) for m members. Since Redis 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("board", [(1, "a"), (2, "b")]).await?;
    /// let one: Option<String> = client.zrandmember("board").await?;
    /// let both: Vec<(String, f64)> = client.zrandmember("board").count(5).with_scores().await?;
    /// assert!(one.is_some() && both.len() == 2);
    /// # Ok(()) }
    /// ```
    fn zrandmember<T: FromReply>(self, key: impl ToArg) -> Command<Self, ZRandMember, T> {
        Command::new(self, &ZRANDMEMBER).key(key)
    }

    /// The members that at least one of these sets has. A plain set counts as one whose scores are 1.
    /// Options: [`weights`](Command::weights), [`aggregate`](Command::aggregate),
    /// [`with_scores`](Command::with_scores).
    ///
    /// O(n + m × log m): n members in all sets, m in the union. Since Redis 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("mon", [(1, "ada"), (2, "grace")]).await?;
    /// client.zadd("tue", (5, "ada")).await?;
    /// let week: Vec<(String, f64)> = client.zunion(["mon", "tue"]).with_scores().await?;
    /// assert_eq!(week, [("grace".to_owned(), 2.0), ("ada".to_owned(), 6.0)]);
    /// # Ok(()) }
    /// ```
    fn zunion<T: FromReply>(self, keys: impl ToArgs) -> Command<Self, ZUnion, T> {
        Command::new(self, &ZUNION).counted_keys(keys)
    }

    /// Stores the members that at least one of these sets has, in place of what the destination holds.
    /// Options: [`weights`](Command::weights), [`aggregate`](Command::aggregate).
    ///
    /// Reply: how many they are. O(n + m × log m): n members in all sets, m in the union. Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use redpoll::commands::Aggregate;
    ///
    /// client.zadd("mon", [(1, "ada"), (2, "grace")]).await?;
    /// client.zadd("tue", (5, "ada")).await?;
    /// let members = client.zunionstore("best", ["mon", "tue"]).weights([1, 10]).aggregate(Aggregate::Max).await?;
    /// assert_eq!((members, client.zscore("best", "ada").await?), (2, Some(50.0)));
    /// # Ok(()) }
    /// ```
    fn zunionstore(self, destination: impl ToArg, keys: impl ToArgs) -> Command<Self, ZUnionStore, u64> {
        let command = Command::new(self, &ZUNIONSTORE).key(destination).counted_keys(keys);
        command.unless_onto_itself(&ZUNIONSTORE_ONTO_ITSELF)
    }

    /// The members that all these sets have. A plain set counts as one whose scores are 1.
    /// Options: [`weights`](Command::weights), [`aggregate`](Command::aggregate),
    /// [`with_scores`](Command::with_scores).
    ///
    /// O(n × k + m × log m): n in the smallest of k sets, m in the result. Since Redis 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("mon", [(1, "ada"), (2, "grace")]).await?;
    /// client.zadd("tue", (5, "ada")).await?;
    /// assert_eq!(client.zinter::<Vec<String>>(["mon", "tue"]).await?, ["ada"]);
    /// # Ok(()) }
    /// ```
    fn zinter<T: FromReply>(self, keys: impl ToArgs) -> Command<Self, ZUnion, T> {
        Command::new(self, &ZINTER).counted_keys(keys)
    }

    /// Stores the members that all these sets have, in place of what the destination holds.
    /// Options: [`weights`](Command::weights), [`aggregate`](Command::aggregate).
    ///
    /// Reply: how many they are. O(n × k + m × log m): n in the smallest of k sets, m in the result. Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("mon", [(1, "ada"), (2, "grace")]).await?;
    /// client.zadd("tue", (5, "ada")).await?;
    /// assert_eq!(client.zinterstore("both", ["mon", "tue"]).await?, 1);
    /// # Ok(()) }
    /// ```
    fn zinterstore(self, destination: impl ToArg, keys: impl ToArgs) -> Command<Self, ZUnionStore, u64> {
        let command = Command::new(self, &ZINTERSTORE).key(destination).counted_keys(keys);
        command.unless_onto_itself(&ZINTERSTORE_ONTO_ITSELF)
    }

    /// How many members all these sets have in common. Option: [`limit`](Command::limit).
    ///
    /// O(n × k): n in the smallest of k sets. Since Redis 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("mon", [(1, "ada"), (2, "grace")]).await?;
    /// client.zadd("tue", (5, "ada")).await?;
    /// assert_eq!(client.zintercard(["mon", "tue"]).limit(10).await?, 1);
    /// # Ok(()) }
    /// ```
    fn zintercard(self, keys: impl ToArgs) -> Command<Self, InterCard, u64> {
        Command::new(self, &ZINTERCARD).counted_keys(keys)
    }

    /// The members of the first set that none of the others has.
    /// Option: [`with_scores`](Command::with_scores), those of the first set.
    ///
    /// O(n + m × log m): n members in all sets, m in the result. Since Redis 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("mon", [(1, "ada"), (2, "grace")]).await?;
    /// client.zadd("tue", (5, "ada")).await?;
    /// let absent: Vec<(String, f64)> = client.zdiff(["mon", "tue"]).with_scores().await?;
    /// assert_eq!(absent, [("grace".to_owned(), 2.0)]);
    /// # Ok(()) }
    /// ```
    fn zdiff<T: FromReply>(self, keys: impl ToArgs) -> Command<Self, WithScores, T> {
        Command::new(self, &ZDIFF).counted_keys(keys)
    }

    /// Stores the members of the first set that none of the others has, in place of what the destination holds.
    ///
    /// Reply: how many they are. O(n + m × log m): n members in all sets, m in the result. Since Redis 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("mon", [(1, "ada"), (2, "grace")]).await?;
    /// client.zadd("tue", (5, "ada")).await?;
    /// assert_eq!(client.zdiffstore("absent", ["mon", "tue"]).await?, 1);
    /// # Ok(()) }
    /// ```
    fn zdiffstore(self, destination: impl ToArg, keys: impl ToArgs) -> Command<Self, Plain, u64> {
        let command = Command::new(self, &ZDIFFSTORE).key(destination).counted_keys(keys);
        command.unless_onto_itself(&ZDIFFSTORE_ONTO_ITSELF)
    }

    /// Iterates over the members with their scores: ask for pairs, or for members alone with
    /// [`noscores`](Scan::noscores). Options: [`pattern`](Scan::pattern), [`count`](Scan::count).
    ///
    /// O(1) per page, O(n) for all. Since Redis 2.8.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.zadd("board", [(3200, "ada"), (2900, "grace")]).await?;
    /// let found: Vec<(String, f64)> = client.zscan("board").pattern("g*").collect().await?;
    /// assert_eq!(found, [("grace".to_owned(), 2900.0)]);
    /// # Ok(()) }
    /// ```
    fn zscan(self, key: impl ToArg) -> Scan<Self, ZScan> {
        Scan::of(self, &ZSCAN, key)
    }
}

impl<E: Executor> SortedSetCommands for E {}

/// The first key that has members, and members of it with their scores.
type OfFirst<T> = Option<(String, Vec<(T, f64)>)>;

/// An end of a sorted set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScoreEnd {
    /// The lowest score.
    Min,
    /// The highest score.
    Max,
}

impl ToArg for ScoreEnd {
    fn write_arg(&self, arg: ArgWriter<'_>) -> Written {
        match self {
            Self::Min => arg.bytes(b"MIN"),
            Self::Max => arg.bytes(b"MAX"),
        }
    }
}

/// The options of [`zrank`](SortedSetCommands::zrank) and [`zrevrank`](SortedSetCommands::zrevrank).
#[derive(Debug, Clone, Copy)]
pub struct ZRank;

impl<E> Command<E, ZRank, Option<u64>> {
    /// Replies the score with the rank. Since Redis 7.2.
    pub fn with_score(self) -> Command<E, Plain, Option<(u64, f64)>> {
        self.arg("WITHSCORE").cast()
    }
}

/// The options of [`zrandmember`](SortedSetCommands::zrandmember).
#[derive(Debug, Clone, Copy)]
pub struct ZRandMember;

impl<E, T> Command<E, ZRandMember, T> {
    /// Up to this many different members; if it is negative, exactly as many, where one may come more than once.
    pub fn count(self, count: i64) -> Command<E, WithScores, T> {
        self.arg(count).cast()
    }
}

/// The options of [`zscan`](SortedSetCommands::zscan).
#[derive(Debug, Clone, Copy)]
pub struct ZScan;

impl<E: Copy> Scan<E, ZScan> {
    /// Gives the members without their scores. Since Valkey 8.0; Redis does not have it.
    pub fn noscores(self) -> Scan<E> {
        self.option("NOSCORES").cast()
    }
}
