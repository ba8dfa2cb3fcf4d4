mod key_type;
mod migrate;
mod restore;
mod sort;

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use redpoll_protocol::{CommandMeta, FromReply, RetryClass, ToArg, ToArgs};

pub use self::key_type::KeyType;
pub use self::migrate::{Migrate, Migrated};
pub use self::restore::Restore;
pub use self::sort::Sort;
use super::choice::Open;
use super::expire_condition::Expire;
use super::time_to_live::{ExpireTime, TimeToLive};
use super::time_unit::{Exact, Milliseconds, millis_after, millis_at};
use crate::client::{Command, Executor, Plain, Scan};

// Applied a second time, it would not find what it has moved away.
const COPY: CommandMeta = CommandMeta::write("COPY", RetryClass::Checked);
const COPY_REPLACE: CommandMeta = CommandMeta::write("COPY", RetryClass::Idempotent);
const DEL: CommandMeta = CommandMeta::write("DEL", RetryClass::Idempotent);
const DUMP: CommandMeta = CommandMeta::read("DUMP");
const EXISTS: CommandMeta = CommandMeta::read("EXISTS");
const EXPIRE: CommandMeta = CommandMeta::write("EXPIRE", RetryClass::Idempotent);
const EXPIREAT: CommandMeta = CommandMeta::write("EXPIREAT", RetryClass::Idempotent);
const EXPIRETIME: CommandMeta = CommandMeta::read("EXPIRETIME");
const KEYS: CommandMeta = CommandMeta::read("KEYS");
const MIGRATE: CommandMeta = CommandMeta::write("MIGRATE", RetryClass::Checked);
const MOVE: CommandMeta = CommandMeta::write("MOVE", RetryClass::Checked);
const OBJECT_ENCODING: CommandMeta = CommandMeta::read("OBJECT ENCODING");
const OBJECT_FREQ: CommandMeta = CommandMeta::read("OBJECT FREQ");
const OBJECT_IDLETIME: CommandMeta = CommandMeta::read("OBJECT IDLETIME");
const OBJECT_REFCOUNT: CommandMeta = CommandMeta::read("OBJECT REFCOUNT");
const PERSIST: CommandMeta = CommandMeta::write("PERSIST", RetryClass::Idempotent);
const PEXPIRE: CommandMeta = CommandMeta::write("PEXPIRE", RetryClass::Idempotent);
const PEXPIREAT: CommandMeta = CommandMeta::write("PEXPIREAT", RetryClass::Idempotent);
const PEXPIRETIME: CommandMeta = CommandMeta::read("PEXPIRETIME");
const PTTL: CommandMeta = CommandMeta::read("PTTL");
const RANDOMKEY: CommandMeta = CommandMeta::read("RANDOMKEY");
const RENAME: CommandMeta = CommandMeta::write("RENAME", RetryClass::Checked);
const RENAMENX: CommandMeta = CommandMeta::write("RENAMENX", RetryClass::Checked);
const RESTORE: CommandMeta = CommandMeta::write("RESTORE", RetryClass::Checked);
const SCAN: CommandMeta = CommandMeta::read("SCAN");
// The server counts it as a write whether or not it stores, so replicas refuse it.
const SORT: CommandMeta = CommandMeta::write("SORT", RetryClass::Idempotent);
const SORT_RO: CommandMeta = CommandMeta::read("SORT_RO");
const TOUCH: CommandMeta = CommandMeta::read("TOUCH");
const TTL: CommandMeta = CommandMeta::read("TTL");
const TYPE: CommandMeta = CommandMeta::read("TYPE");
const UNLINK: CommandMeta = CommandMeta::write("UNLINK", RetryClass::Idempotent);
// They wait for what was written on the same connection: on a shared one that is everybody's, on a borrowed one nothing.
const WAIT: CommandMeta = CommandMeta::read("WAIT").blocking().dedicated();
const WAITAOF: CommandMeta = CommandMeta::read("WAITAOF").blocking().dedicated();

/// Commands on keys, whatever they hold.
pub trait GenericCommands: Executor {
    /// Copies the value of a key, and its expiry, to another key. Options: [`db`](Command::db),
    /// [`replace`](Command::replace).
    ///
    /// Reply: whether it was copied. O(n) in the elements of the value. Since Redis 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("a", 1).await?;
    /// assert!(client.copy("a", "b").await?);
    /// assert!(!client.copy("a", "b").await?);
    /// assert!(client.copy("a", "b").replace().await?);
    /// # Ok(()) }
    /// ```
    fn copy(self, source: impl ToArg, destination: impl ToArg) -> Command<Self, CopyKey, bool> {
        Command::new(self, &COPY).key(source).key(destination)
    }

    /// Deletes keys.
    ///
    /// Reply: how many there were. O(n) in the keys, and in the elements of collections. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.mset([("a", 1), ("b", 2)]).await?;
    /// assert_eq!(client.del(["a", "b", "c"]).await?, 2);
    /// # Ok(()) }
    /// ```
    #[doc(alias = "delete")]
    fn del(self, keys: impl ToArgs) -> Command<Self, Plain, u64> {
        Command::new(self, &DEL).keys_of(keys)
    }

    /// The value of a key in the form that [`restore`](Self::restore) takes, without its expiry.
    ///
    /// Reply: the bytes; `None` if the key does not exist. O(n) in the size of the value. Since Redis 2.6.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("a", 1).await?;
    /// let payload = client.dump("a").await?.expect("the key exists");
    /// client.restore("b", payload).await?;
    /// assert_eq!(client.get::<u64>("b").await?, 1);
    /// # Ok(()) }
    /// ```
    fn dump(self, key: impl ToArg) -> Command<Self, Plain, Option<Bytes>> {
        Command::new(self, &DUMP).key(key)
    }

    /// How many of some keys exist. A key that is given twice counts twice.
    ///
    /// O(n) in the keys. Since Redis 1.0, several keys since 3.0.3.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("a", 1).await?;
    /// assert_eq!(client.exists(["a", "b"]).await?, 1);
    /// # Ok(()) }
    /// ```
    fn exists(self, keys: impl ToArgs) -> Command<Self, Plain, u64> {
        Command::new(self, &EXISTS).keys_of(keys)
    }

    /// Lets a key expire after so long. Options: [`nx`](Command::nx), [`xx`](Command::xx), [`gt`](Command::gt) or
    /// [`lt`](Command::lt).
    ///
    /// A time that is not a whole number of seconds is sent by `PEXPIRE`.
    ///
    /// Reply: whether the expiry was set. O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    ///
    /// client.set("session", "s").await?;
    /// assert!(client.expire("session", Duration::from_secs(60)).nx().await?);
    /// assert!(!client.expire("session", Duration::from_secs(30)).gt().await?);
    /// # Ok(()) }
    /// ```
    fn expire(self, key: impl ToArg, after: Duration) -> Command<Self, Expire, bool> {
        match Exact::after(after) {
            Exact::Seconds(seconds) => Command::new(self, &EXPIRE).key(key).arg(seconds),
            Exact::Milliseconds(millis) => Command::new(self, &PEXPIRE).key(key).arg(millis),
        }
    }

    /// Lets a key expire at a time. Options: [`nx`](Command::nx), [`xx`](Command::xx), [`gt`](Command::gt) or
    /// [`lt`](Command::lt).
    ///
    /// A time that is not a whole number of seconds is sent by `PEXPIREAT`; one that has passed deletes the key.
    ///
    /// Reply: whether the expiry was set. O(1). Since Redis 1.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::{Duration, SystemTime};
    ///
    /// client.set("session", "s").await?;
    /// assert!(client.expireat("session", SystemTime::now() + Duration::from_secs(60)).await?);
    /// # Ok(()) }
    /// ```
    fn expireat(self, key: impl ToArg, at: SystemTime) -> Command<Self, Expire, bool> {
        match Exact::at(at) {
            Exact::Seconds(seconds) => Command::new(self, &EXPIREAT).key(key).arg(seconds),
            Exact::Milliseconds(millis) => Command::new(self, &PEXPIREAT).key(key).arg(millis),
        }
    }

    /// When a key expires, to the second.
    ///
    /// O(1). Since Redis 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::{Duration, SystemTime};
    /// use redpoll::commands::ExpireTime;
    ///
    /// let soon = SystemTime::UNIX_EPOCH + Duration::from_secs(4_102_444_800);
    /// client.set("session", "s").exat(soon).await?;
    /// assert_eq!(client.expiretime("session").await?, ExpireTime::At(soon));
    /// # Ok(()) }
    /// ```
    fn expiretime(self, key: impl ToArg) -> Command<Self, Plain, ExpireTime> {
        Command::new(self, &EXPIRETIME).key(key)
    }

    /// All keys that match a glob-style pattern. It stops the server while it looks at every key of the database:
    /// use [`scan`](Self::scan).
    ///
    /// Reply: a list. O(n) in the keys of the database. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.mset([("user:1", 1), ("post:1", 2)]).await?;
    /// assert_eq!(client.keys::<Vec<String>>("user:*").await?, ["user:1"]);
    /// # Ok(()) }
    /// ```
    fn keys<T: FromReply>(self, pattern: impl ToArg) -> Command<Self, Plain, T> {
        Command::new(self, &KEYS).arg(pattern)
    }

    /// Moves keys to another server. Options: [`copy`](Command::copy), [`replace`](Command::replace),
    /// [`auth`](Command::auth) or [`auth2`](Command::auth2).
    ///
    /// `timeout` is how long the server waits for the other one at each step; the command's own deadline is extended by
    /// it. Both servers stop meanwhile.
    ///
    /// Reply: whether there was anything to move. O(n) in the size of the values. Since Redis 2.6, several keys since
    /// 3.0.6.
    ///
    /// ```,no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    /// use redpoll::commands::Migrated;
    ///
    /// let moved = client.migrate("10.0.0.2", 6379, ["a", "b"], 0, Duration::from_secs(1)).replace().await?;
    /// assert_eq!(moved, Migrated::Done);
    /// # Ok(()) }
    /// ```
    fn migrate(
        self,
        host: impl ToArg,
        port: u16,
        keys: impl ToArgs,
        db: u32,
        timeout: Duration,
    ) -> Command<Self, Migrate, Migrated> {
        let command = Command::new(self, &MIGRATE).arg(host).arg(port).arg("").arg(db);
        command.arg(millis_after(timeout)).arg("KEYS").keys_of(keys).blocks_for(timeout)
    }

    /// Moves a key to another database of the same server.
    ///
    /// Reply: whether it was moved. O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("a", 1).await?;
    /// assert!(client.r#move("a", 1).await?);
    /// assert_eq!(client.exists("a").await?, 0);
    /// # Ok(()) }
    /// ```
    fn r#move(self, key: impl ToArg, db: u32) -> Command<Self, Plain, bool> {
        Command::new(self, &MOVE).key(key).arg(db)
    }

    /// How the server keeps a value in memory, such as `listpack` or `hashtable`.
    ///
    /// Reply: the encoding; `None` if the key does not exist. O(1). Since Redis 2.2.3.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("n", 7).await?;
    /// assert_eq!(client.object_encoding("n").await?.as_deref(), Some("int"));
    /// # Ok(()) }
    /// ```
    fn object_encoding(self, key: impl ToArg) -> Command<Self, Plain, Option<String>> {
        Command::new(self, &OBJECT_ENCODING).key(key)
    }

    /// How often a key was used: a logarithmic counter that decays.
    ///
    /// Reply: the counter; `None` if the key does not exist. Fails unless `maxmemory-policy` is one of the LFU
    /// policies. O(1). Since Redis 4.0.
    ///
    /// ```,no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert!(client.object_freq("n").await?.is_none());
    /// # Ok(()) }
    /// ```
    fn object_freq(self, key: impl ToArg) -> Command<Self, Plain, Option<u64>> {
        Command::new(self, &OBJECT_FREQ).key(key)
    }

    /// For how many seconds a key was not used.
    ///
    /// Reply: the seconds; `None` if the key does not exist. Fails if `maxmemory-policy` is one of the LFU policies.
    /// O(1). Since Redis 2.2.3.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("n", 7).await?;
    /// assert_eq!(client.object_idletime("n").await?, Some(0));
    /// # Ok(()) }
    /// ```
    fn object_idletime(self, key: impl ToArg) -> Command<Self, Plain, Option<u64>> {
        Command::new(self, &OBJECT_IDLETIME).key(key)
    }

    /// How many references the server holds to a value.
    ///
    /// Reply: the number; `None` if the key does not exist. O(1). Since Redis 2.2.3.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("k", "v").await?;
    /// assert_eq!(client.object_refcount("k").await?, Some(1));
    /// # Ok(()) }
    /// ```
    fn object_refcount(self, key: impl ToArg) -> Command<Self, Plain, Option<u64>> {
        Command::new(self, &OBJECT_REFCOUNT).key(key)
    }

    /// Removes the expiry of a key.
    ///
    /// Reply: whether there was one. O(1). Since Redis 2.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("k", "v").ex(std::time::Duration::from_secs(60)).await?;
    /// assert!(client.persist("k").await?);
    /// # Ok(()) }
    /// ```
    fn persist(self, key: impl ToArg) -> Command<Self, Plain, bool> {
        Command::new(self, &PERSIST).key(key)
    }

    /// Lets a key expire after so long, sent in milliseconds; see [`expire`](Self::expire).
    ///
    /// Reply: whether the expiry was set. O(1). Since Redis 2.6.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("k", "v").await?;
    /// assert!(client.pexpire("k", std::time::Duration::from_millis(1500)).await?);
    /// # Ok(()) }
    /// ```
    fn pexpire(self, key: impl ToArg, after: Duration) -> Command<Self, Expire, bool> {
        Command::new(self, &PEXPIRE).key(key).arg(millis_after(after))
    }

    /// Lets a key expire at a time, sent in milliseconds; see [`expireat`](Self::expireat).
    ///
    /// Reply: whether the expiry was set. O(1). Since Redis 2.6.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("k", "v").await?;
    /// assert!(client.pexpireat("k", std::time::SystemTime::UNIX_EPOCH).await?);
    /// assert_eq!(client.exists("k").await?, 0);
    /// # Ok(()) }
    /// ```
    fn pexpireat(self, key: impl ToArg, at: SystemTime) -> Command<Self, Expire, bool> {
        Command::new(self, &PEXPIREAT).key(key).arg(millis_at(at))
    }

    /// When a key expires, to the millisecond.
    ///
    /// O(1). Since Redis 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::{Duration, SystemTime};
    ///
    /// let soon = SystemTime::UNIX_EPOCH + Duration::from_millis(4_102_444_800_001);
    /// client.set("session", "s").exat(soon).await?;
    /// assert_eq!(client.pexpiretime("session").await?.time(), Some(soon));
    /// # Ok(()) }
    /// ```
    fn pexpiretime(self, key: impl ToArg) -> Command<Self, Plain, ExpireTime<Milliseconds>> {
        Command::new(self, &PEXPIRETIME).key(key)
    }

    /// How long a key still has to live, to the millisecond.
    ///
    /// O(1). Since Redis 2.6.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use redpoll::commands::TimeToLive;
    ///
    /// assert_eq!(client.pttl("missing").await?, TimeToLive::Missing);
    /// # Ok(()) }
    /// ```
    fn pttl(self, key: impl ToArg) -> Command<Self, Plain, TimeToLive<Milliseconds>> {
        Command::new(self, &PTTL).key(key)
    }

    /// A key of the database at random.
    ///
    /// Reply: the key; nil if there is none. O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let key: Option<String> = client.randomkey().await?;
    /// assert_eq!(key, None);
    /// # Ok(()) }
    /// ```
    fn randomkey<T: FromReply>(self) -> Command<Self, Plain, T> {
        Command::new(self, &RANDOMKEY)
    }

    /// Gives a key another name. A key that has that name already is deleted.
    ///
    /// Fails if the key does not exist. O(1), and the cost of a deletion. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("a", 1).await?;
    /// client.rename("a", "b").await?;
    /// assert_eq!(client.get::<u64>("b").await?, 1);
    /// # Ok(()) }
    /// ```
    fn rename(self, key: impl ToArg, newkey: impl ToArg) -> Command<Self, Plain, ()> {
        Command::new(self, &RENAME).key(key).key(newkey)
    }

    /// Gives a key another name that no key has yet.
    ///
    /// Reply: whether it was renamed. Fails if the key does not exist. O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.mset([("a", 1), ("b", 2)]).await?;
    /// assert!(!client.renamenx("a", "b").await?);
    /// # Ok(()) }
    /// ```
    fn renamenx(self, key: impl ToArg, newkey: impl ToArg) -> Command<Self, Plain, bool> {
        Command::new(self, &RENAMENX).key(key).key(newkey)
    }

    /// Makes a key of what [`dump`](Self::dump) has given. Options: [`ttl`](Command::ttl) or
    /// [`absttl`](Command::absttl), [`replace`](Command::replace), [`idletime`](Command::idletime) or
    /// [`freq`](Command::freq).
    ///
    /// Fails with `BUSYKEY` if the key exists, unless it is to be replaced. O(n) in the size of the value. Since
    /// Redis 2.6.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    ///
    /// client.set("a", 1).await?;
    /// let payload = client.dump("a").await?;
    /// client.restore("a", payload.expect("the key exists")).ttl(Duration::from_secs(60)).replace().await?;
    /// assert!(client.ttl("a").await?.duration().is_some());
    /// # Ok(()) }
    /// ```
    fn restore(self, key: impl ToArg, payload: impl ToArg) -> Command<Self, Restore, ()> {
        Command::new(self, &RESTORE).key(key).arg(0_u32).arg(payload)
    }

    /// Iterates over the keys of the database, page by page. Options: [`pattern`](Scan::pattern),
    /// [`count`](Scan::count), [`kind`](Scan::kind).
    ///
    /// What exists from the beginning to the end is given at least once; it may be given more than once.
    /// O(1) for a page, O(n) for all. Since Redis 2.8.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use redpoll::commands::KeyType;
    ///
    /// client.mset([("user:1", 1), ("user:2", 2), ("post:1", 3)]).await?;
    /// let users: Vec<String> = client.scan().pattern("user:*").kind(KeyType::String).collect().await?;
    /// assert_eq!(users.len(), 2);
    /// # Ok(()) }
    /// ```
    fn scan(self) -> Scan<Self, ScanKeys> {
        Scan::new(self, &SCAN)
    }

    /// The elements of a list, a set or a sorted set, sorted as numbers. Options: [`by`](Command::by),
    /// [`limit`](Command::limit), [`get`](Command::get), [`asc`](Command::asc) or [`desc`](Command::desc),
    /// [`alpha`](Command::alpha), and [`store`](Command::store), with which the reply is a number.
    ///
    /// Reply: a list. Fails if an element is not a number. O(n + m × log m) for n elements of which m are
    /// replied. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.rpush("numbers", [3, 1, 2]).await?;
    /// assert_eq!(client.sort::<Vec<u32>>("numbers").desc().await?, [3, 2, 1]);
    /// assert_eq!(client.sort::<()>("numbers").store("sorted").await?, 3);
    /// # Ok(()) }
    /// ```
    fn sort<T: FromReply>(self, key: impl ToArg) -> Command<Self, Sort, T> {
        Command::new(self, &SORT).key(key)
    }

    /// As [`sort`](Self::sort) without `store`: replicas serve it too.
    ///
    /// Reply: a list. O(n + m × log m). Since Redis 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.rpush("numbers", [3, 1, 2]).await?;
    /// assert_eq!(client.sort_ro::<Vec<u32>>("numbers").limit(0, 2).await?, [1, 2]);
    /// # Ok(()) }
    /// ```
    fn sort_ro<T: FromReply>(self, key: impl ToArg) -> Command<Self, Sort<Open, false>, T> {
        Command::new(self, &SORT_RO).key(key)
    }

    /// Counts keys as used, so that they are evicted later.
    ///
    /// Reply: how many of them exist. O(n) in the keys. Since Redis 3.2.1.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("a", 1).await?;
    /// assert_eq!(client.touch(["a", "b"]).await?, 1);
    /// # Ok(()) }
    /// ```
    fn touch(self, keys: impl ToArgs) -> Command<Self, Plain, u64> {
        Command::new(self, &TOUCH).keys_of(keys)
    }

    /// How long a key still has to live, to the second.
    ///
    /// O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use redpoll::commands::TimeToLive;
    ///
    /// client.set("k", "v").await?;
    /// assert_eq!(client.ttl("k").await?, TimeToLive::Persistent);
    /// assert_eq!(client.ttl("missing").await?, TimeToLive::Missing);
    /// # Ok(()) }
    /// ```
    fn ttl(self, key: impl ToArg) -> Command<Self, Plain, TimeToLive> {
        Command::new(self, &TTL).key(key)
    }

    /// What a key holds.
    ///
    /// Reply: the type; [`KeyType::None`] if the key does not exist. O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use redpoll::commands::KeyType;
    ///
    /// client.set("k", "v").await?;
    /// assert_eq!(client.r#type("k").await?, KeyType::String);
    /// assert_eq!(client.r#type("missing").await?, KeyType::None);
    /// # Ok(()) }
    /// ```
    fn r#type(self, key: impl ToArg) -> Command<Self, Plain, KeyType> {
        Command::new(self, &TYPE).key(key)
    }

    /// Deletes keys, freeing their memory in the background.
    ///
    /// Reply: how many there were. O(1) for each key, whatever it holds. Since Redis 4.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("a", 1).await?;
    /// assert_eq!(client.unlink(["a", "b"]).await?, 1);
    /// # Ok(()) }
    /// ```
    fn unlink(self, keys: impl ToArgs) -> Command<Self, Plain, u64> {
        Command::new(self, &UNLINK).keys_of(keys)
    }

    /// Waits until so many replicas have what was written on this connection, but not for longer than `timeout`
    /// (zero: for ever). It needs a connection of its own: [`Client::connection`](crate::Client::connection).
    ///
    /// Reply: how many replicas have it. O(1). Since Redis 3.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    ///
    /// let connection = client.connection().await?;
    /// connection.set("k", "v").await?;
    /// assert_eq!(connection.wait(0, Duration::from_millis(100)).await?, 0);
    /// # Ok(()) }
    /// ```
    fn wait(self, numreplicas: u32, timeout: Duration) -> Command<Self, Plain, u64> {
        Command::new(self, &WAIT).arg(numreplicas).arg(millis_after(timeout)).blocks_for(timeout)
    }

    /// Waits until what was written on this connection is in the append-only file of this server (`numlocal` 1) and of
    /// so many replicas, but not for longer than `timeout` (zero: for ever). It needs a connection of its own:
    /// [`Client::connection`](crate::Client::connection).
    ///
    /// Reply: on how many servers it is, this one (0 or 1) and replicas. Fails if `numlocal` is 1 and there is no
    /// append-only file. O(1). Since Redis 7.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    ///
    /// let connection = client.connection().await?;
    /// connection.set("k", "v").await?;
    /// let (_local, replicas) = connection.waitaof(0, 0, Duration::from_millis(100)).await?;
    /// assert_eq!(replicas, 0);
    /// # Ok(()) }
    /// ```
    fn waitaof(self, numlocal: u32, numreplicas: u32, timeout: Duration) -> Command<Self, Plain, (u64, u64)> {
        let command = Command::new(self, &WAITAOF).arg(numlocal).arg(numreplicas);
        command.arg(millis_after(timeout)).blocks_for(timeout)
    }
}

impl<E: Executor> GenericCommands for E {}

/// The options of [`copy`](GenericCommands::copy).
#[derive(Debug, Clone, Copy)]
pub struct CopyKey;

/// The options of [`scan`](GenericCommands::scan).
#[derive(Debug, Clone, Copy)]
pub struct ScanKeys;

impl<E> Command<E, CopyKey, bool> {
    /// The database of the destination, if it is another one.
    pub fn db(self, db: u32) -> Self {
        self.arg("DB").arg(db)
    }

    /// Deletes the destination first.
    pub fn replace(self) -> Self {
        self.arg("REPLACE").with_meta(&COPY_REPLACE)
    }
}

impl<E: Copy> Scan<E, ScanKeys> {
    /// Only keys that hold this type. Since Redis 6.0.
    #[doc(alias = "type")]
    pub fn kind(self, kind: KeyType) -> Self {
        self.option_with("TYPE", kind)
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

    fn at(millis: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(millis)
    }

    #[test]
    fn keys_are_looked_at() {
        assert_eq!(wire(P.exists(["a", "b"])), "EXISTS a b");
        assert_eq!(wire(P.touch(["a", "b"])), "TOUCH a b");
        assert_eq!(wire(P.keys::<()>("u*")), "KEYS u*");
        assert_eq!(wire(P.randomkey::<()>()), "RANDOMKEY");
        assert_eq!(wire(P.r#type("k")), "TYPE k");
        assert_eq!(wire(P.dump("k")), "DUMP k");
        assert_eq!(wire(P.object_encoding("k")), "OBJECT ENCODING k");
        assert_eq!(wire(P.object_freq("k")), "OBJECT FREQ k");
        assert_eq!(wire(P.object_idletime("k")), "OBJECT IDLETIME k");
        assert_eq!(wire(P.object_refcount("k")), "OBJECT REFCOUNT k");
        assert_eq!(keys(P.object_encoding("k")), "k");
    }

    #[test]
    fn keys_are_moved_and_deleted() {
        assert_eq!(wire(P.del(["a", "b"])), "DEL a b");
        assert_eq!(wire(P.unlink("a")), "UNLINK a");
        assert_eq!(wire(P.rename("a", "b")), "RENAME a b");
        assert_eq!(wire(P.renamenx("a", "b")), "RENAMENX a b");
        assert_eq!(wire(P.r#move("a", 1)), "MOVE a 1");
        assert_eq!(wire(P.copy("a", "b")), "COPY a b");
        assert_eq!(wire(P.copy("a", "b").db(1).replace()), "COPY a b DB 1 REPLACE");
        assert_eq!(keys(P.copy("a", "b").db(1)), "a b");
        assert_eq!(P.copy("a", "b").raw().meta().retry(), RetryClass::Checked);
        assert_eq!(P.copy("a", "b").replace().raw().meta().retry(), RetryClass::Idempotent);
    }

    #[test]
    fn an_expiry_goes_by_the_command_whose_unit_is_exact() {
        assert_eq!(wire(P.expire("k", MINUTE)), "EXPIRE k 60");
        assert_eq!(wire(P.expire("k", SHORT)), "PEXPIRE k 1500");
        assert_eq!(wire(P.pexpire("k", MINUTE)), "PEXPIRE k 60000");
        assert_eq!(wire(P.expireat("k", at(7000))), "EXPIREAT k 7");
        assert_eq!(wire(P.expireat("k", at(7001))), "PEXPIREAT k 7001");
        assert_eq!(wire(P.pexpireat("k", at(7000))), "PEXPIREAT k 7000");
        assert_eq!(wire(P.persist("k")), "PERSIST k");
    }

    #[test]
    fn an_expiry_has_conditions() {
        assert_eq!(wire(P.expire("k", MINUTE).nx()), "EXPIRE k 60 NX");
        assert_eq!(wire(P.expire("k", MINUTE).xx()), "EXPIRE k 60 XX");
        assert_eq!(wire(P.expire("k", MINUTE).gt()), "EXPIRE k 60 GT");
        assert_eq!(wire(P.expire("k", MINUTE).lt()), "EXPIRE k 60 LT");
        assert_eq!(wire(P.expire("k", MINUTE).xx().lt()), "EXPIRE k 60 XX LT");
        assert_eq!(wire(P.pexpireat("k", at(1)).xx().gt()), "PEXPIREAT k 1 XX GT");
    }

    #[test]
    fn lifetimes_are_asked_for() {
        assert_eq!(wire(P.ttl("k")), "TTL k");
        assert_eq!(wire(P.pttl("k")), "PTTL k");
        assert_eq!(wire(P.expiretime("k")), "EXPIRETIME k");
        assert_eq!(wire(P.pexpiretime("k")), "PEXPIRETIME k");
    }

    #[test]
    fn waiting_is_in_milliseconds() {
        assert_eq!(wire(P.wait(2, SHORT)), "WAIT 2 1500");
        assert_eq!(wire(P.waitaof(1, 2, Duration::ZERO)), "WAITAOF 1 2 0");
        assert_eq!(wire(P.wait(2, Duration::from_nanos(1))), "WAIT 2 1");
    }
}
