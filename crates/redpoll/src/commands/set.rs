use redpoll_protocol::{CommandMeta, FromReply, RetryClass, ToArg, ToArgs};

use super::pop::Pop;
use crate::client::{Command, Executor, Plain, Scan};

const SADD: CommandMeta = CommandMeta::write("SADD", RetryClass::Idempotent);
const SCARD: CommandMeta = CommandMeta::read("SCARD");
const SDIFF: CommandMeta = CommandMeta::read("SDIFF");
const SDIFFSTORE: CommandMeta = CommandMeta::write("SDIFFSTORE", RetryClass::Idempotent);
// `SDIFFSTORE a b a` stores something else each time.
const SDIFFSTORE_ONTO_ITSELF: CommandMeta = CommandMeta::write("SDIFFSTORE", RetryClass::Accumulating);
const SINTER: CommandMeta = CommandMeta::read("SINTER");
const SINTERCARD: CommandMeta = CommandMeta::read("SINTERCARD");
const SINTERSTORE: CommandMeta = CommandMeta::write("SINTERSTORE", RetryClass::Idempotent);
const SISMEMBER: CommandMeta = CommandMeta::read("SISMEMBER");
const SMEMBERS: CommandMeta = CommandMeta::read("SMEMBERS");
const SMISMEMBER: CommandMeta = CommandMeta::read("SMISMEMBER");
const SMOVE: CommandMeta = CommandMeta::write("SMOVE", RetryClass::Checked);
const SPOP: CommandMeta = CommandMeta::write("SPOP", RetryClass::Accumulating);
const SRANDMEMBER: CommandMeta = CommandMeta::read("SRANDMEMBER");
const SREM: CommandMeta = CommandMeta::write("SREM", RetryClass::Idempotent);
const SSCAN: CommandMeta = CommandMeta::read("SSCAN");
const SUNION: CommandMeta = CommandMeta::read("SUNION");
const SUNIONSTORE: CommandMeta = CommandMeta::write("SUNIONSTORE", RetryClass::Idempotent);

/// Commands on sets.
///
/// Where a command replies members, ask for the collection that suits: `Vec<String>`, `HashSet<u64>`, …
pub trait SetCommands: Executor {
    /// Adds members.
    ///
    /// Reply: how many were not in the set before. O(1) per member. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert_eq!(client.sadd("tags", ["rust", "redis"]).await?, 2);
    /// assert_eq!(client.sadd("tags", "rust").await?, 0);
    /// # Ok(()) }
    /// ```
    fn sadd(self, key: impl ToArg, members: impl ToArgs) -> Command<Self, Plain, u64> {
        Command::new(self, &SADD).key(key).args(members)
    }

    /// Removes members.
    ///
    /// Reply: how many were in the set. O(1) per member. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.sadd("tags", ["rust", "redis"]).await?;
    /// assert_eq!(client.srem("tags", ["rust", "go"]).await?, 1);
    /// # Ok(()) }
    /// ```
    fn srem(self, key: impl ToArg, members: impl ToArgs) -> Command<Self, Plain, u64> {
        Command::new(self, &SREM).key(key).args(members)
    }

    /// All members, in no particular order.
    ///
    /// Reply: the members; an empty set if there is no such key. O(n): for large sets, see [`sscan`](Self::sscan).
    /// Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::collections::HashSet;
    ///
    /// client.sadd("primes", [2, 3, 5]).await?;
    /// let primes: HashSet<u32> = client.smembers("primes").await?;
    /// assert_eq!(primes, HashSet::from([2, 3, 5]));
    /// # Ok(()) }
    /// ```
    fn smembers<T: FromReply>(self, key: impl ToArg) -> Command<Self, Plain, T> {
        Command::new(self, &SMEMBERS).key(key)
    }

    /// How many members there are; 0 if there is no such key.
    ///
    /// O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.sadd("tags", ["rust", "redis"]).await?;
    /// assert_eq!(client.scard("tags").await?, 2);
    /// # Ok(()) }
    /// ```
    fn scard(self, key: impl ToArg) -> Command<Self, Plain, u64> {
        Command::new(self, &SCARD).key(key)
    }

    /// Whether this is a member.
    ///
    /// O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.sadd("tags", "rust").await?;
    /// assert!(client.sismember("tags", "rust").await?);
    /// # Ok(()) }
    /// ```
    fn sismember(self, key: impl ToArg, member: impl ToArg) -> Command<Self, Plain, bool> {
        Command::new(self, &SISMEMBER).key(key).arg(member)
    }

    /// Whether each of these is a member, in the order given.
    ///
    /// O(1) per member. Since Redis 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.sadd("tags", "rust").await?;
    /// assert_eq!(client.smismember("tags", ["rust", "go"]).await?, [true, false]);
    /// # Ok(()) }
    /// ```
    fn smismember(self, key: impl ToArg, members: impl ToArgs) -> Command<Self, Plain, Vec<bool>> {
        Command::new(self, &SMISMEMBER).key(key).args(members)
    }

    /// Moves a member from one set to another.
    ///
    /// Reply: whether it was in the source. O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.sadd("open", "ticket-1").await?;
    /// assert!(client.smove("open", "closed", "ticket-1").await?);
    /// # Ok(()) }
    /// ```
    fn smove(
        self,
        source: impl ToArg,
        destination: impl ToArg,
        member: impl ToArg,
    ) -> Command<Self, Plain, bool> {
        Command::new(self, &SMOVE).key(source).key(destination).arg(member)
    }

    /// Removes a random member. Option: [`count`](Command::count), with which the reply is a list, empty if there is
    /// no such key.
    ///
    /// Reply: the member; nil if there is no such key. O(n) in the members removed. Since Redis 1.0; `count` 3.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.sadd("tickets", [1, 2, 3]).await?;
    /// let one: Option<u32> = client.spop("tickets").await?;
    /// let rest: Vec<u32> = client.spop("tickets").count(10).await?;
    /// assert!(one.is_some() && rest.len() == 2);
    /// # Ok(()) }
    /// ```
    fn spop<T: FromReply>(self, key: impl ToArg) -> Command<Self, Pop, T> {
        Command::new(self, &SPOP).key(key)
    }

    /// A random member, which stays in the set. Option: [`count`](Command::count), with which the reply is a list,
    /// empty if there is no such key.
    ///
    /// Reply: the member; nil if there is no such key. O(n) in the members replied. Since Redis 1.0; `count` 2.6.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.sadd("colors", ["red", "green"]).await?;
    /// let different: Vec<String> = client.srandmember("colors").count(5).await?;
    /// let repeated: Vec<String> = client.srandmember("colors").count(-5).await?;
    /// assert_eq!((different.len(), repeated.len()), (2, 5));
    /// # Ok(()) }
    /// ```
    fn srandmember<T: FromReply>(self, key: impl ToArg) -> Command<Self, SRandMember, T> {
        Command::new(self, &SRANDMEMBER).key(key)
    }

    /// The members that all these sets have.
    ///
    /// O(n × m): the smallest set times the number of sets. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.sadd("a", [1, 2]).await?;
    /// client.sadd("b", [2, 3]).await?;
    /// assert_eq!(client.sinter::<Vec<u32>>(["a", "b"]).await?, [2]);
    /// # Ok(()) }
    /// ```
    fn sinter<T: FromReply>(self, keys: impl ToArgs) -> Command<Self, Plain, T> {
        Command::new(self, &SINTER).keys_of(keys)
    }

    /// How many members all these sets have in common. Option: [`limit`](Command::limit).
    ///
    /// O(n × m): the smallest set times the number of sets. Since Redis 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.sadd("a", [1, 2, 3]).await?;
    /// client.sadd("b", [2, 3]).await?;
    /// assert_eq!(client.sintercard(["a", "b"]).await?, 2);
    /// assert_eq!(client.sintercard(["a", "b"]).limit(1).await?, 1);
    /// # Ok(()) }
    /// ```
    fn sintercard(self, keys: impl ToArgs) -> Command<Self, InterCard, u64> {
        Command::new(self, &SINTERCARD).counted_keys(keys)
    }

    /// Stores the members that all these sets have, in place of what the destination holds.
    ///
    /// Reply: how many they are. O(n × m): the smallest set times the number of sets. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.sadd("a", [1, 2]).await?;
    /// client.sadd("b", [2, 3]).await?;
    /// assert_eq!(client.sinterstore("both", ["a", "b"]).await?, 1);
    /// # Ok(()) }
    /// ```
    fn sinterstore(self, destination: impl ToArg, keys: impl ToArgs) -> Command<Self, Plain, u64> {
        Command::new(self, &SINTERSTORE).key(destination).keys_of(keys)
    }

    /// The members that at least one of these sets has.
    ///
    /// O(n) in the members of all sets. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::collections::BTreeSet;
    ///
    /// client.sadd("a", [1, 2]).await?;
    /// client.sadd("b", [2, 3]).await?;
    /// assert_eq!(client.sunion::<BTreeSet<u32>>(["a", "b"]).await?, BTreeSet::from([1, 2, 3]));
    /// # Ok(()) }
    /// ```
    fn sunion<T: FromReply>(self, keys: impl ToArgs) -> Command<Self, Plain, T> {
        Command::new(self, &SUNION).keys_of(keys)
    }

    /// Stores the members that at least one of these sets has, in place of what the destination holds.
    ///
    /// Reply: how many they are. O(n) in the members of all sets. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.sadd("a", [1, 2]).await?;
    /// client.sadd("b", [2, 3]).await?;
    /// assert_eq!(client.sunionstore("any", ["a", "b"]).await?, 3);
    /// # Ok(()) }
    /// ```
    fn sunionstore(self, destination: impl ToArg, keys: impl ToArgs) -> Command<Self, Plain, u64> {
        Command::new(self, &SUNIONSTORE).key(destination).keys_of(keys)
    }

    /// The members of the first set that none of the others has.
    ///
    /// O(n) in the members of all sets. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.sadd("a", [1, 2]).await?;
    /// client.sadd("b", [2, 3]).await?;
    /// assert_eq!(client.sdiff::<Vec<u32>>(["a", "b"]).await?, [1]);
    /// # Ok(()) }
    /// ```
    fn sdiff<T: FromReply>(self, keys: impl ToArgs) -> Command<Self, Plain, T> {
        Command::new(self, &SDIFF).keys_of(keys)
    }

    /// Stores the members of the first set that none of the others has, in place of what the destination holds.
    ///
    /// Reply: how many they are. O(n) in the members of all sets. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.sadd("a", [1, 2]).await?;
    /// client.sadd("b", [2, 3]).await?;
    /// assert_eq!(client.sdiffstore("only-a", ["a", "b"]).await?, 1);
    /// # Ok(()) }
    /// ```
    fn sdiffstore(self, destination: impl ToArg, keys: impl ToArgs) -> Command<Self, Plain, u64> {
        let command = Command::new(self, &SDIFFSTORE).key(destination).keys_of(keys);
        command.unless_onto_itself(&SDIFFSTORE_ONTO_ITSELF)
    }

    /// Iterates over the members. Options: [`pattern`](Scan::pattern), [`count`](Scan::count).
    ///
    /// O(1) per page, O(n) for all. Since Redis 2.8.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.sadd("tags", ["rust", "redis", "go"]).await?;
    /// let mut r: Vec<String> = client.sscan("tags").pattern("r*").collect().await?;
    /// r.sort();
    /// assert_eq!(r, ["redis", "rust"]);
    /// # Ok(()) }
    /// ```
    fn sscan(self, key: impl ToArg) -> Scan<Self> {
        Scan::of(self, &SSCAN, key)
    }
}

impl<E: Executor> SetCommands for E {}

/// The options of [`srandmember`](SetCommands::srandmember).
#[derive(Debug, Clone, Copy)]
pub struct SRandMember;

impl<E, T> Command<E, SRandMember, T> {
    /// Up to this many different members; if it is negative, exactly as many, where one may come more than once.
    pub fn count(self, count: i64) -> Command<E, Plain, T> {
        self.arg(count).cast()
    }
}

/// The options of [`sintercard`](SetCommands::sintercard) and
/// [`zintercard`](super::SortedSetCommands::zintercard).
#[derive(Debug, Clone, Copy)]
pub struct InterCard;

impl<E, T> Command<E, InterCard, T> {
    /// Stops counting at this many; 0 counts all.
    pub fn limit(self, limit: u64) -> Command<E, Plain, T> {
        self.arg("LIMIT").arg(limit).cast()
    }
}

#[cfg(test)]
mod tests {
    use super::super::wire::{keys, wire};
    use super::*;
    use crate::client::Queued;

    const Q: Queued = Queued::new();

    #[test]
    fn members() {
        assert_eq!(wire(Q.sadd("k", ["a", "b"])), "SADD k a b");
        assert_eq!(wire(Q.srem("k", "a")), "SREM k a");
        assert_eq!(wire(Q.smembers::<Vec<String>>("k")), "SMEMBERS k");
        assert_eq!(wire(Q.scard("k")), "SCARD k");
        assert_eq!(wire(Q.sismember("k", "a")), "SISMEMBER k a");
        assert_eq!(wire(Q.smismember("k", ["a", "b"])), "SMISMEMBER k a b");
        assert_eq!(wire(Q.smove("a", "b", "m")), "SMOVE a b m");
    }

    #[test]
    fn random_members() {
        assert_eq!(wire(Q.spop::<String>("k")), "SPOP k");
        assert_eq!(wire(Q.spop::<Vec<String>>("k").count(2)), "SPOP k 2");
        assert_eq!(wire(Q.srandmember::<String>("k")), "SRANDMEMBER k");
        assert_eq!(wire(Q.srandmember::<Vec<String>>("k").count(-2)), "SRANDMEMBER k -2");
    }

    #[test]
    fn combinations() {
        assert_eq!(wire(Q.sinter::<Vec<String>>(["a", "b"])), "SINTER a b");
        assert_eq!(wire(Q.sunion::<Vec<String>>(["a", "b"])), "SUNION a b");
        assert_eq!(wire(Q.sdiff::<Vec<String>>(["a", "b"])), "SDIFF a b");
        assert_eq!(wire(Q.sinterstore("d", ["a", "b"])), "SINTERSTORE d a b");
        assert_eq!(wire(Q.sunionstore("d", ["a", "b"])), "SUNIONSTORE d a b");
        assert_eq!(wire(Q.sdiffstore("d", ["a", "b"])), "SDIFFSTORE d a b");
        assert_eq!(wire(Q.sintercard(["a", "b"])), "SINTERCARD 2 a b");
        assert_eq!(wire(Q.sintercard(["a", "b"]).limit(5)), "SINTERCARD 2 a b LIMIT 5");
    }

    #[test]
    fn keys_are_known_for_routing() {
        assert_eq!(keys(Q.smove("a", "b", "m")), "a b");
        assert_eq!(keys(Q.sdiffstore("d", ["a", "b"])), "d a b");
        assert_eq!(keys(Q.sintercard(["a", "b"])), "a b");
    }

    #[test]
    fn a_difference_with_the_destination_itself_is_not_repeatable() {
        assert_eq!(Q.sdiffstore("d", ["a", "b"]).raw().meta().retry(), RetryClass::Idempotent);
        assert_eq!(Q.sdiffstore("a", ["b", "a"]).raw().meta().retry(), RetryClass::Accumulating);
    }
}
