mod increx;
mod lcs;
mod set;

use std::time::Duration;

use redpoll_protocol::{CommandMeta, FromReply, RawCommand, RetryClass, ToArg, ToArgs, ToPairs};

pub use self::increx::{Counts, IncrEx};
pub use self::lcs::{Lcs, LcsIdx, LcsIndex, LcsMatch};
pub use self::set::{Acknowledged, Compares, Conditional, DelEx, MSetEx, Set};
use super::expiry::{self, TakesExpiry, TakesPersist};
use super::time_unit::{Exact, millis_after};
use crate::client::{Command, Executor, Plain};

const APPEND: CommandMeta = CommandMeta::write("APPEND", RetryClass::Accumulating);
const DECR: CommandMeta = CommandMeta::write("DECR", RetryClass::Accumulating);
const DECRBY: CommandMeta = CommandMeta::write("DECRBY", RetryClass::Accumulating);
const DELEX: CommandMeta = CommandMeta::write("DELEX", RetryClass::Checked);
const DELIFEQ: CommandMeta = CommandMeta::write("DELIFEQ", RetryClass::Checked);
const DIGEST: CommandMeta = CommandMeta::read("DIGEST");
const GET: CommandMeta = CommandMeta::read("GET");
const GETDEL: CommandMeta = CommandMeta::write("GETDEL", RetryClass::Checked);
const GETEX: CommandMeta = CommandMeta::write("GETEX", RetryClass::Idempotent);
const GETRANGE: CommandMeta = CommandMeta::read("GETRANGE");
const GETSET: CommandMeta = CommandMeta::write("GETSET", RetryClass::Checked);
const INCR: CommandMeta = CommandMeta::write("INCR", RetryClass::Accumulating);
const INCRBY: CommandMeta = CommandMeta::write("INCRBY", RetryClass::Accumulating);
const INCRBYFLOAT: CommandMeta = CommandMeta::write("INCRBYFLOAT", RetryClass::Accumulating);
const INCREX: CommandMeta = CommandMeta::write("INCREX", RetryClass::Accumulating);
const LCS: CommandMeta = CommandMeta::read("LCS");
const MGET: CommandMeta = CommandMeta::read("MGET");
const MSET: CommandMeta = CommandMeta::write("MSET", RetryClass::Idempotent);
const MSETEX: CommandMeta = CommandMeta::write("MSETEX", RetryClass::Idempotent);
const MSETNX: CommandMeta = CommandMeta::write("MSETNX", RetryClass::Checked);
const PSETEX: CommandMeta = CommandMeta::write("PSETEX", RetryClass::Idempotent);
const SET: CommandMeta = CommandMeta::write("SET", RetryClass::Idempotent);
const SETEX: CommandMeta = CommandMeta::write("SETEX", RetryClass::Idempotent);
const SETNX: CommandMeta = CommandMeta::write("SETNX", RetryClass::Checked);
const SETRANGE: CommandMeta = CommandMeta::write("SETRANGE", RetryClass::Idempotent);
const STRLEN: CommandMeta = CommandMeta::read("STRLEN");
const SUBSTR: CommandMeta = CommandMeta::read("SUBSTR");

/// Commands on strings: text, bytes and numbers.
pub trait StringCommands: Executor {
    /// Adds to the end of a string; a missing key counts as an empty one.
    ///
    /// Reply: the length of the string. O(1). Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("log", "a").await?;
    /// assert_eq!(client.append("log", "bc").await?, 3);
    /// # Ok(()) }
    /// ```
    fn append(self, key: impl ToArg, value: impl ToArg) -> Command<Self, Plain, u64> {
        Command::new(self, &APPEND).key(key).arg(value)
    }

    /// Takes one from the number that a key holds; a missing key counts as 0.
    ///
    /// Reply: the new number. Fails if the value is not an integer of 64 bits. O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert_eq!(client.decr("stock").await?, -1);
    /// # Ok(()) }
    /// ```
    fn decr(self, key: impl ToArg) -> Command<Self, Plain, i64> {
        Command::new(self, &DECR).key(key)
    }

    /// Takes an amount from the number that a key holds; a missing key counts as 0.
    ///
    /// Reply: the new number. Fails if the value is not an integer of 64 bits. O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("stock", 10).await?;
    /// assert_eq!(client.decrby("stock", 3).await?, 7);
    /// # Ok(()) }
    /// ```
    fn decrby(self, key: impl ToArg, decrement: i64) -> Command<Self, Plain, i64> {
        Command::new(self, &DECRBY).key(key).arg(decrement)
    }

    /// Deletes a key if its value is as expected: [`ifeq`](Command::ifeq), [`ifne`](Command::ifne),
    /// [`ifdeq`](Command::ifdeq) or [`ifdne`](Command::ifdne). Without an option it deletes any key.
    ///
    /// Reply: whether it was deleted. O(1) for values, O(n) in the length of the value for digests. Since Redis 8.4.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("lock", "me").await?;
    /// assert!(!client.delex("lock").ifeq("you").await?);
    /// assert!(client.delex("lock").ifeq("me").await?);
    /// # Ok(()) }
    /// ```
    fn delex(self, key: impl ToArg) -> Command<Self, DelEx, bool> {
        Command::new(self, &DELEX).key(key)
    }

    /// Deletes a key if it holds this value. Only Valkey has it; in Redis it is [`delex`](Self::delex) with `ifeq`.
    ///
    /// Reply: whether it was deleted. O(1). Since Valkey 9.0.
    ///
    /// ```,no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("lock", "me").await?;
    /// assert!(client.delifeq("lock", "me").await?);
    /// # Ok(()) }
    /// ```
    fn delifeq(self, key: impl ToArg, value: impl ToArg) -> Command<Self, Plain, bool> {
        Command::new(self, &DELIFEQ).key(key).arg(value)
    }

    /// The hash digest of a value: 16 hexadecimal digits, for [`ifdeq`](Command::ifdeq) and
    /// [`ifdne`](Command::ifdne). It spares sending a large value back to be compared.
    ///
    /// Reply: the digest (XXH3); `None` if the key does not exist. O(n) in the length of the value. Since Redis 8.4.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("k", "v").await?;
    /// let digest = client.digest("k").await?.expect("the key exists");
    /// assert!(client.set("k", "w").ifdeq(&digest).await?);
    /// # Ok(()) }
    /// ```
    fn digest(self, key: impl ToArg) -> Command<Self, Plain, Option<String>> {
        Command::new(self, &DIGEST).key(key)
    }

    /// The value of a key.
    ///
    /// Reply: the value; nil if the key does not exist. O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("k", 7).await?;
    /// let value: u64 = client.get("k").await?;
    /// let missing: Option<u64> = client.get("other").await?;
    /// assert_eq!((value, missing), (7, None));
    /// # Ok(()) }
    /// ```
    fn get<T: FromReply>(self, key: impl ToArg) -> Command<Self, Plain, T> {
        Command::new(self, &GET).key(key)
    }

    /// The value of a key, which is deleted.
    ///
    /// Reply: the value; nil if the key does not exist. O(1). Since Redis 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("token", "secret").await?;
    /// assert_eq!(client.getdel::<String>("token").await?, "secret");
    /// assert_eq!(client.getdel::<Option<String>>("token").await?, None);
    /// # Ok(()) }
    /// ```
    fn getdel<T: FromReply>(self, key: impl ToArg) -> Command<Self, Plain, T> {
        Command::new(self, &GETDEL).key(key)
    }

    /// The value of a key, whose expiry is changed by an option: [`ex`](Command::ex), [`px`](Command::px),
    /// [`exat`](Command::exat), [`pxat`](Command::pxat) or [`persist`](Command::persist).
    ///
    /// Reply: the value; nil if the key does not exist. O(1). Since Redis 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    ///
    /// client.set("session", "s").await?;
    /// let value: String = client.getex("session").ex(Duration::from_secs(60)).await?;
    /// assert_eq!(value, "s");
    /// assert!(client.ttl("session").await?.duration().is_some());
    /// # Ok(()) }
    /// ```
    fn getex<T: FromReply>(self, key: impl ToArg) -> Command<Self, GetEx, T> {
        Command::new(self, &GETEX).key(key)
    }

    /// The bytes of a string from `start` to `end`, both included; negative positions count from the end.
    ///
    /// Reply: the part that there is; an empty string if the key does not exist. O(n) in its length. Since Redis 2.4.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("k", "redpoll").await?;
    /// assert_eq!(client.getrange::<String>("k", 0, 2).await?, "red");
    /// assert_eq!(client.getrange::<String>("k", -4, -1).await?, "poll");
    /// # Ok(()) }
    /// ```
    fn getrange<T: FromReply>(self, key: impl ToArg, start: i64, end: i64) -> Command<Self, Plain, T> {
        Command::new(self, &GETRANGE).key(key).arg(start).arg(end)
    }

    /// Sets a key and gives its old value. [`set`](Self::set) with `get` has replaced it.
    ///
    /// Reply: the old value; nil if the key did not exist. Fails if it held no string. O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let old: Option<String> = client.getset("k", "new").await?;
    /// assert_eq!(old, None);
    /// # Ok(()) }
    /// ```
    fn getset<T: FromReply>(self, key: impl ToArg, value: impl ToArg) -> Command<Self, Plain, T> {
        Command::new(self, &GETSET).key(key).arg(value)
    }

    /// Adds one to the number that a key holds; a missing key counts as 0.
    ///
    /// Reply: the new number. Fails if the value is not an integer of 64 bits. O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert_eq!(client.incr("views").await?, 1);
    /// assert_eq!(client.incr("views").await?, 2);
    /// # Ok(()) }
    /// ```
    fn incr(self, key: impl ToArg) -> Command<Self, Plain, i64> {
        Command::new(self, &INCR).key(key)
    }

    /// Adds an amount to the number that a key holds; a missing key counts as 0.
    ///
    /// Reply: the new number. Fails if the value is not an integer of 64 bits. O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert_eq!(client.incrby("credits", 150).await?, 150);
    /// # Ok(()) }
    /// ```
    fn incrby(self, key: impl ToArg, increment: i64) -> Command<Self, Plain, i64> {
        Command::new(self, &INCRBY).key(key).arg(increment)
    }

    /// Adds an amount to the floating-point number that a key holds; a missing key counts as 0.
    ///
    /// Reply: the new number. Fails if the value is not a number, or the sum is none. O(1). Since Redis 2.6.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert_eq!(client.incrbyfloat("balance", 10.5).await?, 10.5);
    /// # Ok(()) }
    /// ```
    fn incrbyfloat(self, key: impl ToArg, increment: f64) -> Command<Self, Plain, f64> {
        Command::new(self, &INCRBYFLOAT).key(key).arg(increment)
    }

    /// Adds one to the number that a key holds, or what [`byint`](Command::byint) or [`byfloat`](Command::byfloat)
    /// says, within bounds ([`lbound`](Command::lbound), [`ubound`](Command::ubound)), and sets its expiry in the same
    /// step. A missing key counts as 0.
    ///
    /// Reply: the number and what was added to it. A sum out of bounds is not stored and nothing is added, unless
    /// [`saturate`](Command::saturate) says to go up to the bound. O(1). Since Redis 8.8 and Valkey 9.2.
    ///
    /// ```,no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    ///
    /// // At most 100 calls a minute: the expiry is set by the first.
    /// let (_calls, added) = client.increx("calls").ubound(100).ex(Duration::from_secs(60)).enx().await?;
    /// let is_allowed = added == 1;
    /// # assert!(is_allowed);
    /// # Ok(()) }
    /// ```
    fn increx(self, key: impl ToArg) -> Command<Self, IncrEx, (i64, i64)> {
        Command::new(self, &INCREX).key(key)
    }

    /// The longest common subsequence of the strings of two keys. Options: [`len`](Command::len) for its length,
    /// [`idx`](Command::idx) for where it is found.
    ///
    /// Reply: the subsequence; a missing key counts as an empty string. O(n × m) in the lengths. Since Redis 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.mset([("a", "ohmytext"), ("b", "mynewtext")]).await?;
    /// let common: String = client.lcs("a", "b").await?;
    /// let length: u64 = client.lcs::<String>("a", "b").len().await?;
    /// assert_eq!((common.as_str(), length), ("mytext", 6));
    /// # Ok(()) }
    /// ```
    fn lcs<T: FromReply>(self, key1: impl ToArg, key2: impl ToArg) -> Command<Self, Lcs, T> {
        Command::new(self, &LCS).key(key1).key(key2)
    }

    /// The values of several keys.
    ///
    /// Reply: a value for each key, in order; nil where a key does not exist or holds no string.
    /// O(n) in the keys. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("a", 1).await?;
    /// let values: Vec<Option<u64>> = client.mget(["a", "b"]).await?;
    /// assert_eq!(values, [Some(1), None]);
    /// # Ok(()) }
    /// ```
    fn mget<T: FromReply>(self, keys: impl ToArgs) -> Command<Self, Plain, T> {
        Command::new(self, &MGET).keys_of(keys)
    }

    /// Sets several keys at once, whatever they held, and removes their expiry.
    ///
    /// O(n) in the keys. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.mset([("a", 1), ("b", 2)]).await?;
    /// assert_eq!(client.get::<u64>("b").await?, 2);
    /// # Ok(()) }
    /// ```
    fn mset(self, pairs: impl ToPairs) -> Command<Self, Plain, ()> {
        Command::new(self, &MSET).key_pairs(pairs)
    }

    /// Sets several keys at once, with the same expiry. Options: [`ex`](Command::ex), [`px`](Command::px),
    /// [`exat`](Command::exat), [`pxat`](Command::pxat) or [`keepttl`](Command::keepttl); [`nx`](Command::nx) or
    /// [`xx`](Command::xx).
    ///
    /// Reply: whether they were set, all or none. O(n) in the keys. Since Redis 8.4 and Valkey 9.1.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    ///
    /// let minute = Duration::from_secs(60);
    /// assert!(client.msetex([("a", 1), ("b", 2)]).ex(minute).await?);
    /// assert!(!client.msetex([("b", 3), ("c", 4)]).nx().ex(minute).await?);
    /// # Ok(()) }
    /// ```
    fn msetex(self, pairs: impl ToPairs) -> Command<Self, MSetEx, bool> {
        let mut counter = RawCommand::named(&MSETEX, "");
        counter.extend_pairs(&pairs);
        Command::new(self, &MSETEX).arg(counter.arg_count() / 2).key_pairs(pairs)
    }

    /// Sets several keys at once, if none of them exists.
    ///
    /// Reply: whether they were set, all or none. O(n) in the keys. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert!(client.msetnx([("a", 1), ("b", 2)]).await?);
    /// assert!(!client.msetnx([("b", 3), ("c", 4)]).await?);
    /// # Ok(()) }
    /// ```
    fn msetnx(self, pairs: impl ToPairs) -> Command<Self, Plain, bool> {
        Command::new(self, &MSETNX).key_pairs(pairs)
    }

    /// Sets a key that expires, in milliseconds. [`set`](Self::set) with `px` has replaced it.
    ///
    /// O(1). Since Redis 2.6.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.psetex("k", std::time::Duration::from_millis(1500), "v").await?;
    /// assert!(client.ttl("k").await?.duration().is_some());
    /// # Ok(()) }
    /// ```
    fn psetex(self, key: impl ToArg, after: Duration, value: impl ToArg) -> Command<Self, Plain, ()> {
        Command::new(self, &PSETEX).key(key).arg(millis_after(after)).arg(value)
    }

    /// Sets a key to a value, whatever it held, and removes its expiry unless an option says otherwise.
    ///
    /// Options: an expiry ([`ex`](Command::ex), [`px`](Command::px), [`exat`](Command::exat),
    /// [`pxat`](Command::pxat) or [`keepttl`](Command::keepttl)), a condition ([`nx`](Command::nx),
    /// [`xx`](Command::xx), [`ifeq`](Command::ifeq), [`ifne`](Command::ifne), [`ifdeq`](Command::ifdeq) or
    /// [`ifdne`](Command::ifdne)), with which the reply says whether it was set, and [`get`](Command::get), with which
    /// it is the old value. O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    ///
    /// client.set("k", "v").ex(Duration::from_secs(300)).await?;
    /// let was_set: bool = client.set("k", "w").nx().await?;
    /// let old = client.set("k", "x").keepttl().get::<String>().await?;
    /// assert_eq!((was_set, old.as_deref()), (false, Some("v")));
    /// # Ok(()) }
    /// ```
    ///
    /// What excludes each other cannot be said together:
    ///
    /// ```compile_fail
    /// # use redpoll::{Client, prelude::*};
    /// # async fn both(client: Client) {
    /// client.set("k", "v").nx().xx();
    /// # }
    /// ```
    fn set(self, key: impl ToArg, value: impl ToArg) -> Command<Self, Set, ()> {
        Command::new(self, &SET).key(key).arg(value)
    }

    /// Sets a key that expires. [`set`](Self::set) with `ex` has replaced it.
    ///
    /// A time that is not a whole number of seconds is sent by `PSETEX`. O(1). Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.setex("k", std::time::Duration::from_secs(60), "v").await?;
    /// assert!(client.ttl("k").await?.duration().is_some());
    /// # Ok(()) }
    /// ```
    fn setex(self, key: impl ToArg, after: Duration, value: impl ToArg) -> Command<Self, Plain, ()> {
        match Exact::after(after) {
            Exact::Seconds(seconds) => Command::new(self, &SETEX).key(key).arg(seconds).arg(value),
            Exact::Milliseconds(millis) => Command::new(self, &PSETEX).key(key).arg(millis).arg(value),
        }
    }

    /// Sets a key if it does not exist. [`set`](Self::set) with `nx` has replaced it.
    ///
    /// Reply: whether it was set. O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert!(client.setnx("k", "v").await?);
    /// assert!(!client.setnx("k", "w").await?);
    /// # Ok(()) }
    /// ```
    fn setnx(self, key: impl ToArg, value: impl ToArg) -> Command<Self, Plain, bool> {
        Command::new(self, &SETNX).key(key).arg(value)
    }

    /// Overwrites a string from a position on. A shorter string, or none, is filled up with zero bytes.
    ///
    /// Reply: the length of the string. Fails if it would be longer than 512 MiB.
    /// O(1) for short values, else O(n). Since Redis 2.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("k", "Hello World").await?;
    /// assert_eq!(client.setrange("k", 6, "Redis").await?, 11);
    /// assert_eq!(client.get::<String>("k").await?, "Hello Redis");
    /// # Ok(()) }
    /// ```
    fn setrange(self, key: impl ToArg, offset: u64, value: impl ToArg) -> Command<Self, Plain, u64> {
        Command::new(self, &SETRANGE).key(key).arg(offset).arg(value)
    }

    /// How many bytes the string of a key has.
    ///
    /// Reply: the length; 0 if the key does not exist. O(1). Since Redis 2.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("k", "redpoll").await?;
    /// assert_eq!(client.strlen("k").await?, 7);
    /// # Ok(()) }
    /// ```
    fn strlen(self, key: impl ToArg) -> Command<Self, Plain, u64> {
        Command::new(self, &STRLEN).key(key)
    }

    /// The old name of [`getrange`](Self::getrange).
    ///
    /// Reply: as `getrange`. O(n) in its length. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("k", "redpoll").await?;
    /// assert_eq!(client.substr::<String>("k", 0, 2).await?, "red");
    /// # Ok(()) }
    /// ```
    fn substr<T: FromReply>(self, key: impl ToArg, start: i64, end: i64) -> Command<Self, Plain, T> {
        Command::new(self, &SUBSTR).key(key).arg(start).arg(end)
    }
}

impl<E: Executor> StringCommands for E {}

/// The options of [`getex`](StringCommands::getex).
#[derive(Debug, Clone, Copy)]
pub struct GetEx;

impl expiry::sealed::Sealed for GetEx {}

impl TakesExpiry for GetEx {
    type Expiring = Plain;
}

impl TakesPersist for GetEx {
    type Persisted = Plain;
}

#[cfg(test)]
mod tests {
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::super::wire::{keys, wire};
    use super::*;
    use crate::client::Queued;

    const P: Queued = Queued::new();
    const MINUTE: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(1500);

    fn at(millis: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(millis)
    }

    #[test]
    fn values_are_read() {
        assert_eq!(wire(P.get::<()>("k")), "GET k");
        assert_eq!(wire(P.getdel::<()>("k")), "GETDEL k");
        assert_eq!(wire(P.getrange::<()>("k", 0, -1)), "GETRANGE k 0 -1");
        assert_eq!(wire(P.substr::<()>("k", 0, -1)), "SUBSTR k 0 -1");
        assert_eq!(wire(P.mget::<()>(["a", "b"])), "MGET a b");
        assert_eq!(wire(P.strlen("k")), "STRLEN k");
        assert_eq!(wire(P.digest("k")), "DIGEST k");
    }

    #[test]
    fn getex_changes_the_expiry() {
        assert_eq!(wire(P.getex::<()>("k")), "GETEX k");
        assert_eq!(wire(P.getex::<()>("k").ex(MINUTE)), "GETEX k EX 60");
        assert_eq!(wire(P.getex::<()>("k").ex(SHORT)), "GETEX k PX 1500");
        assert_eq!(wire(P.getex::<()>("k").px(MINUTE)), "GETEX k PX 60000");
        assert_eq!(wire(P.getex::<()>("k").exat(at(7000))), "GETEX k EXAT 7");
        assert_eq!(wire(P.getex::<()>("k").exat(at(7001))), "GETEX k PXAT 7001");
        assert_eq!(wire(P.getex::<()>("k").pxat(at(7000))), "GETEX k PXAT 7000");
        assert_eq!(wire(P.getex::<()>("k").persist()), "GETEX k PERSIST");
    }

    #[test]
    fn values_are_written() {
        assert_eq!(wire(P.append("k", "v")), "APPEND k v");
        assert_eq!(wire(P.getset::<()>("k", "v")), "GETSET k v");
        assert_eq!(wire(P.mset([("a", 1), ("b", 2)])), "MSET a 1 b 2");
        assert_eq!(wire(P.msetnx([("a", 1)])), "MSETNX a 1");
        assert_eq!(wire(P.psetex("k", SHORT, "v")), "PSETEX k 1500 v");
        assert_eq!(wire(P.setex("k", MINUTE, "v")), "SETEX k 60 v");
        assert_eq!(wire(P.setex("k", SHORT, "v")), "PSETEX k 1500 v");
        assert_eq!(wire(P.setnx("k", "v")), "SETNX k v");
        assert_eq!(wire(P.setrange("k", 6, "v")), "SETRANGE k 6 v");
    }

    #[test]
    fn numbers_are_changed() {
        assert_eq!(wire(P.incr("k")), "INCR k");
        assert_eq!(wire(P.incrby("k", -2)), "INCRBY k -2");
        assert_eq!(wire(P.incrbyfloat("k", 0.5)), "INCRBYFLOAT k 0.5");
        assert_eq!(wire(P.decr("k")), "DECR k");
        assert_eq!(wire(P.decrby("k", 2)), "DECRBY k 2");
    }

    #[test]
    fn keys_deleted_by_value_say_which() {
        assert_eq!(wire(P.delex("k")), "DELEX k");
        assert_eq!(wire(P.delex("k").ifeq("v")), "DELEX k IFEQ v");
        assert_eq!(wire(P.delex("k").ifne("v")), "DELEX k IFNE v");
        assert_eq!(wire(P.delex("k").ifdeq("d")), "DELEX k IFDEQ d");
        assert_eq!(wire(P.delex("k").ifdne("d")), "DELEX k IFDNE d");
        assert_eq!(wire(P.delifeq("k", "v")), "DELIFEQ k v");
    }

    #[test]
    fn every_key_is_known_for_routing() {
        assert_eq!(keys(P.mget::<()>(["a", "b"])), "a b");
        assert_eq!(keys(P.mset([("a", 1), ("b", 2)])), "a b");
        assert_eq!(keys(P.msetnx([("a", 1), ("b", 2)])), "a b");
        assert_eq!(keys(P.msetex([("a", 1), ("b", 2)]).nx()), "a b");
        assert_eq!(keys(P.lcs::<()>("a", "b")), "a b");
        assert_eq!(keys(P.set("k", "v").ifeq("w")), "k");
    }
}
