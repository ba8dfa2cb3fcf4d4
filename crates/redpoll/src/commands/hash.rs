mod field_expiry;
mod field_list;

use std::time::{Duration, SystemTime};

use redpoll_protocol::{CommandMeta, FromReply, RetryClass, ToArg, ToArgs, ToPairs};

pub use self::field_expiry::{FieldExpiry, FieldPersist, HGetEx, HSetEx};
use super::expire_condition::HExpire;
use super::time_to_live::{ExpireTime, TimeToLive};
use super::time_unit::{Exact, Milliseconds, millis_after, millis_at};
use crate::client::{Command, Executor, Plain, Scan};

const HDEL: CommandMeta = CommandMeta::write("HDEL", RetryClass::Idempotent);
const HEXISTS: CommandMeta = CommandMeta::read("HEXISTS");
const HEXPIRE: CommandMeta = CommandMeta::write("HEXPIRE", RetryClass::Idempotent);
const HEXPIREAT: CommandMeta = CommandMeta::write("HEXPIREAT", RetryClass::Idempotent);
const HEXPIRETIME: CommandMeta = CommandMeta::read("HEXPIRETIME");
const HGET: CommandMeta = CommandMeta::read("HGET");
const HGETALL: CommandMeta = CommandMeta::read("HGETALL");
const HGETDEL: CommandMeta = CommandMeta::write("HGETDEL", RetryClass::Checked);
const HGETEX: CommandMeta = CommandMeta::write("HGETEX", RetryClass::Idempotent);
const HINCRBY: CommandMeta = CommandMeta::write("HINCRBY", RetryClass::Accumulating);
const HINCRBYFLOAT: CommandMeta = CommandMeta::write("HINCRBYFLOAT", RetryClass::Accumulating);
const HKEYS: CommandMeta = CommandMeta::read("HKEYS");
const HLEN: CommandMeta = CommandMeta::read("HLEN");
const HMGET: CommandMeta = CommandMeta::read("HMGET");
const HMSET: CommandMeta = CommandMeta::write("HMSET", RetryClass::Idempotent);
const HPERSIST: CommandMeta = CommandMeta::write("HPERSIST", RetryClass::Idempotent);
const HPEXPIRE: CommandMeta = CommandMeta::write("HPEXPIRE", RetryClass::Idempotent);
const HPEXPIREAT: CommandMeta = CommandMeta::write("HPEXPIREAT", RetryClass::Idempotent);
const HPEXPIRETIME: CommandMeta = CommandMeta::read("HPEXPIRETIME");
const HPTTL: CommandMeta = CommandMeta::read("HPTTL");
const HRANDFIELD: CommandMeta = CommandMeta::read("HRANDFIELD");
const HSCAN: CommandMeta = CommandMeta::read("HSCAN");
const HSET: CommandMeta = CommandMeta::write("HSET", RetryClass::Idempotent);
const HSETEX: CommandMeta = CommandMeta::write("HSETEX", RetryClass::Idempotent);
const HSETNX: CommandMeta = CommandMeta::write("HSETNX", RetryClass::Checked);
const HSTRLEN: CommandMeta = CommandMeta::read("HSTRLEN");
const HTTL: CommandMeta = CommandMeta::read("HTTL");
const HVALS: CommandMeta = CommandMeta::read("HVALS");

/// Commands on hashes: fields and values under one key.
///
/// Fields can expire on their own since Redis 7.4 and Valkey 9.0.
pub trait HashCommands: Executor {
    /// Deletes fields of a hash.
    ///
    /// Reply: how many there were. O(n) in the fields. Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.hset("user:1", [("name", "Ada"), ("plan", "pro")]).await?;
    /// assert_eq!(client.hdel("user:1", ["plan", "age"]).await?, 1);
    /// # Ok(()) }
    /// ```
    fn hdel(self, key: impl ToArg, fields: impl ToArgs) -> Command<Self, Plain, u64> {
        Command::new(self, &HDEL).key(key).args(fields)
    }

    /// Whether a hash has a field.
    ///
    /// O(1). Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.hset("user:1", ("name", "Ada")).await?;
    /// assert!(client.hexists("user:1", "name").await?);
    /// # Ok(()) }
    /// ```
    fn hexists(self, key: impl ToArg, field: impl ToArg) -> Command<Self, Plain, bool> {
        Command::new(self, &HEXISTS).key(key).arg(field)
    }

    /// Lets fields expire after so long. Options: [`nx`](Command::nx), [`xx`](Command::xx), [`gt`](Command::gt) or
    /// [`lt`](Command::lt).
    ///
    /// A time that is not a whole number of seconds is sent by `HPEXPIRE`.
    ///
    /// Reply: what became of each field, in order. O(n) in the fields. Since Redis 7.4 and Valkey 9.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    /// use redpoll::commands::FieldExpiry;
    ///
    /// client.hset("user:1", ("token", "t")).await?;
    /// let set = client.hexpire("user:1", Duration::from_secs(60), ["token", "other"]).nx().await?;
    /// assert_eq!(set, [FieldExpiry::Set, FieldExpiry::Missing]);
    /// # Ok(()) }
    /// ```
    fn hexpire(
        self,
        key: impl ToArg,
        after: Duration,
        fields: impl ToArgs,
    ) -> Command<Self, HExpire, Vec<FieldExpiry>> {
        match Exact::after(after) {
            Exact::Seconds(seconds) => Command::new(self, &HEXPIRE).key(key).arg(seconds).fields(fields),
            Exact::Milliseconds(millis) => Command::new(self, &HPEXPIRE).key(key).arg(millis).fields(fields),
        }
    }

    /// Lets fields expire at a time. Options: [`nx`](Command::nx), [`xx`](Command::xx), [`gt`](Command::gt) or
    /// [`lt`](Command::lt).
    ///
    /// A time that is not a whole number of seconds is sent by `HPEXPIREAT`.
    ///
    /// Reply: what became of each field, in order. O(n) in the fields. Since Redis 7.4 and Valkey 9.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::{Duration, SystemTime};
    /// use redpoll::commands::FieldExpiry;
    ///
    /// client.hset("user:1", ("token", "t")).await?;
    /// let soon = SystemTime::now() + Duration::from_secs(60);
    /// assert_eq!(client.hexpireat("user:1", soon, "token").await?, [FieldExpiry::Set]);
    /// # Ok(()) }
    /// ```
    fn hexpireat(
        self,
        key: impl ToArg,
        at: SystemTime,
        fields: impl ToArgs,
    ) -> Command<Self, HExpire, Vec<FieldExpiry>> {
        match Exact::at(at) {
            Exact::Seconds(seconds) => Command::new(self, &HEXPIREAT).key(key).arg(seconds).fields(fields),
            Exact::Milliseconds(millis) => {
                Command::new(self, &HPEXPIREAT).key(key).arg(millis).fields(fields)
            }
        }
    }

    /// When fields expire, to the second.
    ///
    /// Reply: the time of each field, in order. O(n) in the fields. Since Redis 7.4 and Valkey 9.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use redpoll::commands::ExpireTime;
    ///
    /// client.hset("user:1", ("name", "Ada")).await?;
    /// let times = client.hexpiretime("user:1", ["name", "age"]).await?;
    /// assert_eq!(times, [ExpireTime::Persistent, ExpireTime::Missing]);
    /// # Ok(()) }
    /// ```
    fn hexpiretime(self, key: impl ToArg, fields: impl ToArgs) -> Command<Self, Plain, Vec<ExpireTime>> {
        Command::new(self, &HEXPIRETIME).key(key).fields(fields)
    }

    /// The value of a field.
    ///
    /// Reply: the value; nil if there is no such field. O(1). Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.hset("user:1", ("name", "Ada")).await?;
    /// let name: String = client.hget("user:1", "name").await?;
    /// let age: Option<u32> = client.hget("user:1", "age").await?;
    /// assert_eq!((name.as_str(), age), ("Ada", None));
    /// # Ok(()) }
    /// ```
    fn hget<T: FromReply>(self, key: impl ToArg, field: impl ToArg) -> Command<Self, Plain, T> {
        Command::new(self, &HGET).key(key).arg(field)
    }

    /// All fields and values of a hash.
    ///
    /// Reply: pairs, as a map or a list; none if the key does not exist. O(n) in the fields. Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::collections::HashMap;
    ///
    /// client.hset("user:1", [("name", "Ada"), ("plan", "pro")]).await?;
    /// let user: HashMap<String, String> = client.hgetall("user:1").await?;
    /// assert_eq!(user["plan"], "pro");
    /// # Ok(()) }
    /// ```
    fn hgetall<T: FromReply>(self, key: impl ToArg) -> Command<Self, Plain, T> {
        Command::new(self, &HGETALL).key(key)
    }

    /// The values of fields, which are deleted.
    ///
    /// Reply: a value for each field, in order; nil where there is none.
    /// O(n) in the fields. Since Redis 8.0 and Valkey 9.1.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.hset("user:1", ("token", "t")).await?;
    /// let values: Vec<Option<String>> = client.hgetdel("user:1", ["token", "other"]).await?;
    /// assert_eq!(values, [Some("t".to_owned()), None]);
    /// assert!(!client.hexists("user:1", "token").await?);
    /// # Ok(()) }
    /// ```
    fn hgetdel<T: FromReply>(self, key: impl ToArg, fields: impl ToArgs) -> Command<Self, Plain, T> {
        Command::new(self, &HGETDEL).key(key).fields(fields)
    }

    /// The values of fields, whose expiry is changed by an option: [`ex`](Command::ex), [`px`](Command::px),
    /// [`exat`](Command::exat), [`pxat`](Command::pxat) or [`persist`](Command::persist).
    ///
    /// Reply: a value for each field, in order; nil where there is none.
    /// O(n) in the fields. Since Redis 8.0 and Valkey 9.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    ///
    /// client.hset("user:1", ("token", "t")).await?;
    /// let values: Vec<String> = client.hgetex("user:1", ["token"]).ex(Duration::from_secs(60)).await?;
    /// assert_eq!(values, ["t"]);
    /// assert!(client.httl("user:1", "token").await?[0].duration().is_some());
    /// # Ok(()) }
    /// ```
    fn hgetex<T: FromReply>(self, key: impl ToArg, fields: impl ToArgs) -> Command<Self, HGetEx, T> {
        Command::new(self, &HGETEX).key(key).fields(fields)
    }

    /// Adds an amount to the number in a field; a missing field counts as 0.
    ///
    /// Reply: the new number. Fails if the value is not an integer of 64 bits. O(1). Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert_eq!(client.hincrby("user:1", "credits", 150).await?, 150);
    /// # Ok(()) }
    /// ```
    fn hincrby(self, key: impl ToArg, field: impl ToArg, increment: i64) -> Command<Self, Plain, i64> {
        Command::new(self, &HINCRBY).key(key).arg(field).arg(increment)
    }

    /// Adds an amount to the floating-point number in a field; a missing field counts as 0.
    ///
    /// Reply: the new number. Fails if the value is not a number, or the sum is none. O(1). Since Redis 2.6.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert_eq!(client.hincrbyfloat("user:1", "balance", 10.5).await?, 10.5);
    /// # Ok(()) }
    /// ```
    fn hincrbyfloat(self, key: impl ToArg, field: impl ToArg, increment: f64) -> Command<Self, Plain, f64> {
        Command::new(self, &HINCRBYFLOAT).key(key).arg(field).arg(increment)
    }

    /// The fields of a hash.
    ///
    /// Reply: a list; empty if the key does not exist. O(n) in the fields. Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.hset("user:1", ("name", "Ada")).await?;
    /// assert_eq!(client.hkeys::<Vec<String>>("user:1").await?, ["name"]);
    /// # Ok(()) }
    /// ```
    fn hkeys<T: FromReply>(self, key: impl ToArg) -> Command<Self, Plain, T> {
        Command::new(self, &HKEYS).key(key)
    }

    /// How many fields a hash has.
    ///
    /// Reply: the number; 0 if the key does not exist. O(1). Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.hset("user:1", ("name", "Ada")).await?;
    /// assert_eq!(client.hlen("user:1").await?, 1);
    /// # Ok(()) }
    /// ```
    fn hlen(self, key: impl ToArg) -> Command<Self, Plain, u64> {
        Command::new(self, &HLEN).key(key)
    }

    /// The values of several fields.
    ///
    /// Reply: a value for each field, in order; nil where there is none. O(n) in the fields. Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.hset("user:1", ("name", "Ada")).await?;
    /// let (name, age): (String, Option<u32>) = client.hmget("user:1", ["name", "age"]).await?;
    /// assert_eq!((name.as_str(), age), ("Ada", None));
    /// # Ok(()) }
    /// ```
    fn hmget<T: FromReply>(self, key: impl ToArg, fields: impl ToArgs) -> Command<Self, Plain, T> {
        Command::new(self, &HMGET).key(key).args(fields)
    }

    /// Sets fields of a hash. [`hset`](Self::hset) has replaced it.
    ///
    /// O(n) in the fields. Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.hmset("user:1", [("name", "Ada"), ("plan", "pro")]).await?;
    /// assert_eq!(client.hlen("user:1").await?, 2);
    /// # Ok(()) }
    /// ```
    fn hmset(self, key: impl ToArg, fields: impl ToPairs) -> Command<Self, Plain, ()> {
        Command::new(self, &HMSET).key(key).pairs(fields)
    }

    /// Removes the expiry of fields.
    ///
    /// Reply: what became of each field, in order. O(n) in the fields. Since Redis 7.4 and Valkey 9.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use redpoll::commands::FieldPersist;
    ///
    /// client.hset("user:1", ("name", "Ada")).await?;
    /// let persisted = client.hpersist("user:1", ["name", "age"]).await?;
    /// assert_eq!(persisted, [FieldPersist::NoExpiry, FieldPersist::Missing]);
    /// # Ok(()) }
    /// ```
    fn hpersist(self, key: impl ToArg, fields: impl ToArgs) -> Command<Self, Plain, Vec<FieldPersist>> {
        Command::new(self, &HPERSIST).key(key).fields(fields)
    }

    /// Lets fields expire after so long, sent in milliseconds; see [`hexpire`](Self::hexpire).
    ///
    /// Reply: what became of each field, in order. O(n) in the fields. Since Redis 7.4 and Valkey 9.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use redpoll::commands::FieldExpiry;
    ///
    /// client.hset("user:1", ("token", "t")).await?;
    /// let set = client.hpexpire("user:1", std::time::Duration::from_millis(1500), "token").await?;
    /// assert_eq!(set, [FieldExpiry::Set]);
    /// # Ok(()) }
    /// ```
    fn hpexpire(
        self,
        key: impl ToArg,
        after: Duration,
        fields: impl ToArgs,
    ) -> Command<Self, HExpire, Vec<FieldExpiry>> {
        Command::new(self, &HPEXPIRE).key(key).arg(millis_after(after)).fields(fields)
    }

    /// Lets fields expire at a time, sent in milliseconds; see [`hexpireat`](Self::hexpireat).
    ///
    /// Reply: what became of each field, in order. O(n) in the fields. Since Redis 7.4 and Valkey 9.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use redpoll::commands::FieldExpiry;
    ///
    /// client.hset("user:1", ("token", "t")).await?;
    /// let gone = client.hpexpireat("user:1", std::time::SystemTime::UNIX_EPOCH, "token").await?;
    /// assert_eq!(gone, [FieldExpiry::Deleted]);
    /// # Ok(()) }
    /// ```
    fn hpexpireat(
        self,
        key: impl ToArg,
        at: SystemTime,
        fields: impl ToArgs,
    ) -> Command<Self, HExpire, Vec<FieldExpiry>> {
        Command::new(self, &HPEXPIREAT).key(key).arg(millis_at(at)).fields(fields)
    }

    /// When fields expire, to the millisecond.
    ///
    /// Reply: the time of each field, in order. O(n) in the fields. Since Redis 7.4 and Valkey 9.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::{Duration, SystemTime};
    ///
    /// client.hset("user:1", ("token", "t")).await?;
    /// let soon = SystemTime::UNIX_EPOCH + Duration::from_millis(4_102_444_800_001);
    /// client.hpexpireat("user:1", soon, "token").await?;
    /// assert_eq!(client.hpexpiretime("user:1", "token").await?[0].time(), Some(soon));
    /// # Ok(()) }
    /// ```
    fn hpexpiretime(
        self,
        key: impl ToArg,
        fields: impl ToArgs,
    ) -> Command<Self, Plain, Vec<ExpireTime<Milliseconds>>> {
        Command::new(self, &HPEXPIRETIME).key(key).fields(fields)
    }

    /// How long fields still have to live, to the millisecond.
    ///
    /// Reply: the time of each field, in order. O(n) in the fields. Since Redis 7.4 and Valkey 9.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use redpoll::commands::TimeToLive;
    ///
    /// client.hset("user:1", ("name", "Ada")).await?;
    /// assert_eq!(client.hpttl("user:1", "name").await?, [TimeToLive::Persistent]);
    /// # Ok(()) }
    /// ```
    fn hpttl(
        self,
        key: impl ToArg,
        fields: impl ToArgs,
    ) -> Command<Self, Plain, Vec<TimeToLive<Milliseconds>>> {
        Command::new(self, &HPTTL).key(key).fields(fields)
    }

    /// A field at random. Option: [`count`](Command::count), with which the reply is a list.
    ///
    /// Reply: the field; nil if the key does not exist. O(n) in the fields of the reply. Since Redis 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.hset("coin", [("heads", 1), ("tails", 2)]).await?;
    /// let side: Option<String> = client.hrandfield("coin").await?;
    /// let both: Vec<(String, u32)> = client.hrandfield("coin").count(5).with_values().await?;
    /// assert_eq!((side.is_some(), both.len()), (true, 2));
    /// # Ok(()) }
    /// ```
    fn hrandfield<T: FromReply>(self, key: impl ToArg) -> Command<Self, HRandField, T> {
        Command::new(self, &HRANDFIELD).key(key)
    }

    /// Iterates over the fields and values of a hash, page by page. Ask for pairs, or for fields alone with
    /// [`novalues`](Scan::novalues).
    ///
    /// O(1) for a page, O(n) for all. Since Redis 2.8.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.hset("user:1", [("name", "Ada"), ("nick", "ada"), ("plan", "pro")]).await?;
    /// let names: Vec<(String, String)> = client.hscan("user:1").pattern("n*").collect().await?;
    /// assert_eq!(names.len(), 2);
    /// # Ok(()) }
    /// ```
    fn hscan(self, key: impl ToArg) -> Scan<Self, HScan> {
        Scan::of(self, &HSCAN, key)
    }

    /// Sets fields of a hash.
    ///
    /// Reply: how many of them are new. O(n) in the fields. Since Redis 2.0, several fields since 4.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert_eq!(client.hset("user:1", [("name", "Ada"), ("plan", "pro")]).await?, 2);
    /// assert_eq!(client.hset("user:1", ("plan", "free")).await?, 0);
    /// # Ok(()) }
    /// ```
    fn hset(self, key: impl ToArg, fields: impl ToPairs) -> Command<Self, Plain, u64> {
        Command::new(self, &HSET).key(key).pairs(fields)
    }

    /// Sets fields of a hash together with their expiry. Options: [`ex`](Command::ex), [`px`](Command::px),
    /// [`exat`](Command::exat), [`pxat`](Command::pxat) or [`keepttl`](Command::keepttl);
    /// [`fnx`](Command::fnx) or [`fxx`](Command::fxx); in Valkey also [`nx`](Command::nx) or [`xx`](Command::xx).
    ///
    /// Reply: whether they were set, all or none. O(n) in the fields. Since Redis 8.0 and Valkey 9.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    ///
    /// let minute = Duration::from_secs(60);
    /// assert!(client.hsetex("user:1", [("token", "t")]).ex(minute).await?);
    /// assert!(!client.hsetex("user:1", [("token", "u")]).fnx().ex(minute).await?);
    /// # Ok(()) }
    /// ```
    fn hsetex(self, key: impl ToArg, fields: impl ToPairs) -> Command<Self, HSetEx, bool> {
        Command::new(self, &HSETEX).key(key).field_pairs(fields)
    }

    /// Sets a field if the hash does not have it.
    ///
    /// Reply: whether it was set. O(1). Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert!(client.hsetnx("user:1", "name", "Ada").await?);
    /// assert!(!client.hsetnx("user:1", "name", "Grace").await?);
    /// # Ok(()) }
    /// ```
    fn hsetnx(self, key: impl ToArg, field: impl ToArg, value: impl ToArg) -> Command<Self, Plain, bool> {
        Command::new(self, &HSETNX).key(key).arg(field).arg(value)
    }

    /// How many bytes the value of a field has.
    ///
    /// Reply: the length; 0 if there is no such field. O(1). Since Redis 3.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.hset("user:1", ("name", "Ada")).await?;
    /// assert_eq!(client.hstrlen("user:1", "name").await?, 3);
    /// # Ok(()) }
    /// ```
    fn hstrlen(self, key: impl ToArg, field: impl ToArg) -> Command<Self, Plain, u64> {
        Command::new(self, &HSTRLEN).key(key).arg(field)
    }

    /// How long fields still have to live, to the second.
    ///
    /// Reply: the time of each field, in order. O(n) in the fields. Since Redis 7.4 and Valkey 9.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use redpoll::commands::TimeToLive;
    ///
    /// client.hset("user:1", ("name", "Ada")).await?;
    /// let left = client.httl("user:1", ["name", "age"]).await?;
    /// assert_eq!(left, [TimeToLive::Persistent, TimeToLive::Missing]);
    /// # Ok(()) }
    /// ```
    fn httl(self, key: impl ToArg, fields: impl ToArgs) -> Command<Self, Plain, Vec<TimeToLive>> {
        Command::new(self, &HTTL).key(key).fields(fields)
    }

    /// The values of a hash.
    ///
    /// Reply: a list; empty if the key does not exist. O(n) in the fields. Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.hset("user:1", ("name", "Ada")).await?;
    /// assert_eq!(client.hvals::<Vec<String>>("user:1").await?, ["Ada"]);
    /// # Ok(()) }
    /// ```
    fn hvals<T: FromReply>(self, key: impl ToArg) -> Command<Self, Plain, T> {
        Command::new(self, &HVALS).key(key)
    }
}

impl<E: Executor> HashCommands for E {}

/// The options of [`hrandfield`](HashCommands::hrandfield).
#[derive(Debug, Clone, Copy)]
pub struct HRandField;

/// The options of [`hrandfield`](HashCommands::hrandfield) that are left after [`count`](Command::count).
#[derive(Debug, Clone, Copy)]
pub struct HRandFields;

/// The options of [`hscan`](HashCommands::hscan).
#[derive(Debug, Clone, Copy)]
pub struct HScan;

impl<E, T> Command<E, HRandField, T> {
    /// So many different fields, or all that there are; if it is negative, so many that may repeat.
    /// The reply is a list.
    pub fn count(self, count: i64) -> Command<E, HRandFields, T> {
        self.arg(count).cast()
    }
}

impl<E, T> Command<E, HRandFields, T> {
    /// Replies each field with its value: ask for pairs, such as `Vec<(String, String)>`.
    #[doc(alias = "WITHVALUES")]
    pub fn with_values(self) -> Command<E, Plain, T> {
        self.arg("WITHVALUES").cast()
    }
}

impl<E: Copy> Scan<E, HScan> {
    /// Gives the fields without their values. Since Redis 7.4 and Valkey 8.0.
    pub fn novalues(self) -> Scan<E> {
        self.option("NOVALUES").cast()
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::super::wire::{keys, wire};
    use super::*;
    use crate::client::Queued;

    const P: Queued = Queued::new();
    const MINUTE: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(1500);

    #[test]
    fn fields_are_read() {
        assert_eq!(wire(P.hexists("k", "f")), "HEXISTS k f");
        assert_eq!(wire(P.hget::<()>("k", "f")), "HGET k f");
        assert_eq!(wire(P.hgetall::<()>("k")), "HGETALL k");
        assert_eq!(wire(P.hkeys::<()>("k")), "HKEYS k");
        assert_eq!(wire(P.hlen("k")), "HLEN k");
        assert_eq!(wire(P.hmget::<()>("k", ["f", "g"])), "HMGET k f g");
        assert_eq!(wire(P.hstrlen("k", "f")), "HSTRLEN k f");
        assert_eq!(wire(P.hvals::<()>("k")), "HVALS k");
        assert_eq!(wire(P.hrandfield::<()>("k")), "HRANDFIELD k");
        assert_eq!(wire(P.hrandfield::<()>("k").count(-2)), "HRANDFIELD k -2");
        assert_eq!(wire(P.hrandfield::<()>("k").count(2).with_values()), "HRANDFIELD k 2 WITHVALUES");
    }

    #[test]
    fn fields_are_written() {
        assert_eq!(wire(P.hdel("k", ["f", "g"])), "HDEL k f g");
        assert_eq!(wire(P.hincrby("k", "f", -1)), "HINCRBY k f -1");
        assert_eq!(wire(P.hincrbyfloat("k", "f", 0.5)), "HINCRBYFLOAT k f 0.5");
        assert_eq!(wire(P.hset("k", [("f", 1), ("g", 2)])), "HSET k f 1 g 2");
        assert_eq!(wire(P.hmset("k", [("f", 1)])), "HMSET k f 1");
        assert_eq!(wire(P.hsetnx("k", "f", "v")), "HSETNX k f v");
        assert_eq!(wire(P.hgetdel::<()>("k", ["f", "g"])), "HGETDEL k FIELDS 2 f g");
    }

    #[test]
    fn fields_expire() {
        let at = |millis| UNIX_EPOCH + Duration::from_millis(millis);
        assert_eq!(wire(P.hexpire("k", MINUTE, ["f", "g"])), "HEXPIRE k 60 FIELDS 2 f g");
        assert_eq!(wire(P.hexpire("k", SHORT, "f")), "HPEXPIRE k 1500 FIELDS 1 f");
        assert_eq!(wire(P.hexpireat("k", at(7000), "f")), "HEXPIREAT k 7 FIELDS 1 f");
        assert_eq!(wire(P.hexpireat("k", at(7001), "f")), "HPEXPIREAT k 7001 FIELDS 1 f");
        assert_eq!(wire(P.hpexpire("k", MINUTE, "f")), "HPEXPIRE k 60000 FIELDS 1 f");
        assert_eq!(wire(P.hpexpireat("k", at(7000), "f")), "HPEXPIREAT k 7000 FIELDS 1 f");
        assert_eq!(wire(P.hpersist("k", "f")), "HPERSIST k FIELDS 1 f");
        assert_eq!(wire(P.httl("k", "f")), "HTTL k FIELDS 1 f");
        assert_eq!(wire(P.hpttl("k", "f")), "HPTTL k FIELDS 1 f");
        assert_eq!(wire(P.hexpiretime("k", "f")), "HEXPIRETIME k FIELDS 1 f");
        assert_eq!(wire(P.hpexpiretime("k", "f")), "HPEXPIRETIME k FIELDS 1 f");
    }

    #[test]
    fn conditions_stand_before_the_fields_which_end_the_command() {
        let hexpire = || P.hexpire("k", MINUTE, ["f", "g"]);
        assert_eq!(wire(hexpire().nx()), "HEXPIRE k 60 NX FIELDS 2 f g");
        assert_eq!(wire(hexpire().xx()), "HEXPIRE k 60 XX FIELDS 2 f g");
        assert_eq!(wire(hexpire().gt()), "HEXPIRE k 60 GT FIELDS 2 f g");
        assert_eq!(wire(hexpire().lt()), "HEXPIRE k 60 LT FIELDS 2 f g");
        assert_eq!(keys(hexpire().lt()), "k");
    }
}
