use std::time::Duration;

use redpoll_protocol::{ArgWriter, CommandMeta, FromReply, RetryClass, ToArg, ToArgs, Written};

use super::pop::{MPop, Pop};
use crate::client::{Command, Executor, Plain};

const BLMOVE: CommandMeta = CommandMeta::write("BLMOVE", RetryClass::Accumulating).blocking();
const BLMPOP: CommandMeta = CommandMeta::write("BLMPOP", RetryClass::Accumulating).blocking();
const BLPOP: CommandMeta = CommandMeta::write("BLPOP", RetryClass::Accumulating).blocking();
const BRPOP: CommandMeta = CommandMeta::write("BRPOP", RetryClass::Accumulating).blocking();
const BRPOPLPUSH: CommandMeta = CommandMeta::write("BRPOPLPUSH", RetryClass::Accumulating).blocking();
const LINDEX: CommandMeta = CommandMeta::read("LINDEX");
const LINSERT: CommandMeta = CommandMeta::write("LINSERT", RetryClass::Accumulating);
const LLEN: CommandMeta = CommandMeta::read("LLEN");
const LMOVE: CommandMeta = CommandMeta::write("LMOVE", RetryClass::Accumulating);
const LMPOP: CommandMeta = CommandMeta::write("LMPOP", RetryClass::Accumulating);
const LPOP: CommandMeta = CommandMeta::write("LPOP", RetryClass::Accumulating);
const LPOS: CommandMeta = CommandMeta::read("LPOS");
const LPUSH: CommandMeta = CommandMeta::write("LPUSH", RetryClass::Accumulating);
const LPUSHX: CommandMeta = CommandMeta::write("LPUSHX", RetryClass::Accumulating);
const LRANGE: CommandMeta = CommandMeta::read("LRANGE");
// A second LREM finds the next occurrences; only with a count of 0 there are none left.
const LREM: CommandMeta = CommandMeta::write("LREM", RetryClass::Accumulating);
const LREM_ALL: CommandMeta = CommandMeta::write("LREM", RetryClass::Idempotent);
const LSET: CommandMeta = CommandMeta::write("LSET", RetryClass::Idempotent);
// `LTRIM key 1 -1` takes the head off each time.
const LTRIM: CommandMeta = CommandMeta::write("LTRIM", RetryClass::Accumulating);
const RPOP: CommandMeta = CommandMeta::write("RPOP", RetryClass::Accumulating);
const RPOPLPUSH: CommandMeta = CommandMeta::write("RPOPLPUSH", RetryClass::Accumulating);
const RPUSH: CommandMeta = CommandMeta::write("RPUSH", RetryClass::Accumulating);
const RPUSHX: CommandMeta = CommandMeta::write("RPUSHX", RetryClass::Accumulating);

/// Commands on lists.
///
/// Indexes count from 0 at the head; negative ones count from the tail, -1 being the last element.
///
/// The blocking commands wait on a connection of their own, so nobody else waits with them. Their timeout is a
/// `Duration`, of which zero waits for ever. When the future is dropped, what was popped meanwhile is put back; what was
/// moved stays in its destination.
pub trait ListCommands: Executor {
    /// Adds elements at the head of a list, one after the other: the last one given becomes the first.
    ///
    /// Reply: the length of the list. O(1) per element. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let length = client.lpush("jobs", ["a", "b"]).await?;
    /// assert_eq!(length, 2);
    /// assert_eq!(client.lrange::<Vec<String>>("jobs", 0, -1).await?, ["b", "a"]);
    /// # Ok(()) }
    /// ```
    fn lpush(self, key: impl ToArg, elements: impl ToArgs) -> Command<Self, Plain, u64> {
        Command::new(self, &LPUSH).key(key).args(elements)
    }

    /// Adds elements at the head of a list, if it exists.
    ///
    /// Reply: the length of the list; 0 if there is none. O(1) per element. Since Redis 2.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert_eq!(client.lpushx("jobs", "a").await?, 0);
    /// # Ok(()) }
    /// ```
    fn lpushx(self, key: impl ToArg, elements: impl ToArgs) -> Command<Self, Plain, u64> {
        Command::new(self, &LPUSHX).key(key).args(elements)
    }

    /// Adds elements at the tail of a list, in the order given.
    ///
    /// Reply: the length of the list. O(1) per element. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.rpush("jobs", "a").await?;
    /// assert_eq!(client.rpush("jobs", ["b", "c"]).await?, 3);
    /// # Ok(()) }
    /// ```
    fn rpush(self, key: impl ToArg, elements: impl ToArgs) -> Command<Self, Plain, u64> {
        Command::new(self, &RPUSH).key(key).args(elements)
    }

    /// Adds elements at the tail of a list, if it exists.
    ///
    /// Reply: the length of the list; 0 if there is none. O(1) per element. Since Redis 2.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.rpush("jobs", "a").await?;
    /// assert_eq!(client.rpushx("jobs", "b").await?, 2);
    /// # Ok(()) }
    /// ```
    fn rpushx(self, key: impl ToArg, elements: impl ToArgs) -> Command<Self, Plain, u64> {
        Command::new(self, &RPUSHX).key(key).args(elements)
    }

    /// Removes the first element. Option: [`count`](Command::count), with which the reply is a list.
    ///
    /// Reply: the element; nil if there is no list. O(n) in the elements removed. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.rpush("jobs", ["a", "b", "c"]).await?;
    /// let first: String = client.lpop("jobs").await?;
    /// let rest: Option<Vec<String>> = client.lpop("jobs").count(10).await?;
    /// assert_eq!((first, rest), ("a".into(), Some(vec!["b".into(), "c".into()])));
    /// assert_eq!(client.lpop::<Option<String>>("jobs").await?, None);
    /// # Ok(()) }
    /// ```
    fn lpop<T: FromReply>(self, key: impl ToArg) -> Command<Self, Pop, T> {
        Command::new(self, &LPOP).key(key)
    }

    /// Removes the last element. Option: [`count`](Command::count), with which the reply is a list, last one first.
    ///
    /// Reply: the element; nil if there is no list. O(n) in the elements removed. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.rpush("jobs", ["a", "b", "c"]).await?;
    /// let last: Vec<String> = client.rpop("jobs").count(2).await?;
    /// assert_eq!(last, ["c", "b"]);
    /// # Ok(()) }
    /// ```
    fn rpop<T: FromReply>(self, key: impl ToArg) -> Command<Self, Pop, T> {
        Command::new(self, &RPOP).key(key)
    }

    /// Removes an element at one end of the first list that has any. Option: [`count`](Command::count).
    ///
    /// Reply: the key and the elements; `None` if all lists are empty.
    /// O(keys + elements removed). Since Redis 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use redpoll::commands::ListEnd;
    ///
    /// client.rpush("low", ["a", "b", "c"]).await?;
    /// let popped = client.lmpop::<String>(["high", "low"], ListEnd::Left).count(2).await?;
    /// assert_eq!(popped, Some(("low".to_owned(), vec!["a".to_owned(), "b".to_owned()])));
    /// # Ok(()) }
    /// ```
    fn lmpop<T: FromReply>(
        self,
        keys: impl ToArgs,
        from: ListEnd,
    ) -> Command<Self, MPop, Option<(String, Vec<T>)>> {
        Command::new(self, &LMPOP).counted_keys(keys).arg(from)
    }

    /// Removes an element at one end of the first list that has any, waiting for one if all are empty.
    /// Option: [`count`](Command::count).
    ///
    /// Reply: the key and the elements; `None` if the timeout has passed. O(keys + elements removed). Since Redis 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    /// use redpoll::commands::ListEnd;
    ///
    /// client.rpush("jobs", ["a", "b"]).await?;
    /// let popped = client.blmpop::<String>(["jobs"], ListEnd::Right, Duration::from_secs(5)).await?;
    /// assert_eq!(popped, Some(("jobs".to_owned(), vec!["b".to_owned()])));
    /// # Ok(()) }
    /// ```
    fn blmpop<T: FromReply>(
        self,
        keys: impl ToArgs,
        from: ListEnd,
        timeout: Duration,
    ) -> Command<Self, MPop, Option<(String, Vec<T>)>> {
        Command::new(self, &BLMPOP).block(timeout).counted_keys(keys).arg(from)
    }

    /// Removes the first element of the first list that has any, waiting for one if all are empty.
    ///
    /// Reply: the key and the element; `None` if the timeout has passed. O(keys). Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    ///
    /// client.rpush("jobs", "a").await?;
    /// let popped = client.blpop::<String>(["urgent", "jobs"], Duration::from_secs(5)).await?;
    /// assert_eq!(popped, Some(("jobs".to_owned(), "a".to_owned())));
    /// # Ok(()) }
    /// ```
    fn blpop<T: FromReply>(
        self,
        keys: impl ToArgs,
        timeout: Duration,
    ) -> Command<Self, Plain, Option<(String, T)>> {
        Command::new(self, &BLPOP).keys_of(keys).block(timeout)
    }

    /// Removes the last element of the first list that has any, waiting for one if all are empty.
    ///
    /// Reply: the key and the element; `None` if the timeout has passed. O(keys). Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    ///
    /// client.rpush("jobs", ["a", "b"]).await?;
    /// let popped = client.brpop::<String>("jobs", Duration::from_secs(5)).await?;
    /// assert_eq!(popped, Some(("jobs".to_owned(), "b".to_owned())));
    /// # Ok(()) }
    /// ```
    fn brpop<T: FromReply>(
        self,
        keys: impl ToArgs,
        timeout: Duration,
    ) -> Command<Self, Plain, Option<(String, T)>> {
        Command::new(self, &BRPOP).keys_of(keys).block(timeout)
    }

    /// Moves an element from one end of a list to one end of another, or of the same.
    ///
    /// Reply: the element; nil if the source is empty. O(1). Since Redis 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use redpoll::commands::ListEnd::{Left, Right};
    ///
    /// client.rpush("jobs", ["a", "b"]).await?;
    /// let job: Option<String> = client.lmove("jobs", "working", Left, Right).await?;
    /// assert_eq!(job.as_deref(), Some("a"));
    /// # Ok(()) }
    /// ```
    fn lmove<T: FromReply>(
        self,
        source: impl ToArg,
        destination: impl ToArg,
        from: ListEnd,
        to: ListEnd,
    ) -> Command<Self, Plain, T> {
        Command::new(self, &LMOVE).key(source).key(destination).arg(from).arg(to)
    }

    /// Moves an element from one end of a list to one end of another, waiting for one if the source is empty.
    ///
    /// Reply: the element; `None` if the timeout has passed. O(1). Since Redis 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    /// use redpoll::commands::ListEnd::{Left, Right};
    ///
    /// client.rpush("jobs", ["a", "b"]).await?;
    /// let job = client.blmove::<String>("jobs", "working", Left, Right, Duration::from_secs(5)).await?;
    /// assert_eq!(job.as_deref(), Some("a"));
    /// # Ok(()) }
    /// ```
    fn blmove<T: FromReply>(
        self,
        source: impl ToArg,
        destination: impl ToArg,
        from: ListEnd,
        to: ListEnd,
        timeout: Duration,
    ) -> Command<Self, Plain, Option<T>> {
        Command::new(self, &BLMOVE).key(source).key(destination).arg(from).arg(to).block(timeout)
    }

    /// Moves the last element of a list to the head of another. Redis prefers [`lmove`](Self::lmove) since 6.2.
    ///
    /// Reply: the element; nil if the source is empty. O(1). Since Redis 1.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.rpush("jobs", ["a", "b"]).await?;
    /// assert_eq!(client.rpoplpush::<String>("jobs", "working").await?, "b");
    /// # Ok(()) }
    /// ```
    fn rpoplpush<T: FromReply>(self, source: impl ToArg, destination: impl ToArg) -> Command<Self, Plain, T> {
        Command::new(self, &RPOPLPUSH).key(source).key(destination)
    }

    /// Moves the last element of a list to the head of another, waiting for one if the source is empty.
    /// Redis prefers [`blmove`](Self::blmove) since 6.2.
    ///
    /// Reply: the element; `None` if the timeout has passed. O(1). Since Redis 2.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::Duration;
    ///
    /// client.rpush("jobs", ["a", "b"]).await?;
    /// let job = client.brpoplpush::<String>("jobs", "working", Duration::from_secs(5)).await?;
    /// assert_eq!(job.as_deref(), Some("b"));
    /// # Ok(()) }
    /// ```
    fn brpoplpush<T: FromReply>(
        self,
        source: impl ToArg,
        destination: impl ToArg,
        timeout: Duration,
    ) -> Command<Self, Plain, Option<T>> {
        Command::new(self, &BRPOPLPUSH).key(source).key(destination).block(timeout)
    }

    /// The elements from one index to another, both included.
    ///
    /// Reply: the elements; an empty list where there are none.
    /// O(s + n) for n elements, s from the nearer end. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.rpush("jobs", ["a", "b", "c"]).await?;
    /// let all: Vec<String> = client.lrange("jobs", 0, -1).await?;
    /// assert_eq!(all, ["a", "b", "c"]);
    /// # Ok(()) }
    /// ```
    fn lrange<T: FromReply>(self, key: impl ToArg, start: i64, stop: i64) -> Command<Self, Plain, T> {
        Command::new(self, &LRANGE).key(key).arg(start).arg(stop)
    }

    /// The element at an index.
    ///
    /// Reply: the element; nil if the index is out of range. O(n) from the nearer end. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.rpush("jobs", ["a", "b"]).await?;
    /// assert_eq!(client.lindex::<String>("jobs", -1).await?, "b");
    /// assert_eq!(client.lindex::<Option<String>>("jobs", 2).await?, None);
    /// # Ok(()) }
    /// ```
    fn lindex<T: FromReply>(self, key: impl ToArg, index: i64) -> Command<Self, Plain, T> {
        Command::new(self, &LINDEX).key(key).arg(index)
    }

    /// The length of a list; 0 if there is none.
    ///
    /// O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.rpush("jobs", ["a", "b"]).await?;
    /// assert_eq!(client.llen("jobs").await?, 2);
    /// # Ok(()) }
    /// ```
    fn llen(self, key: impl ToArg) -> Command<Self, Plain, u64> {
        Command::new(self, &LLEN).key(key)
    }

    /// The index of an element. Options: [`rank`](Command::rank), [`maxlen`](Command::maxlen),
    /// [`count`](Command::count).
    ///
    /// Reply: the index of the first match; `None` if there is none. O(n). Since Redis 6.0.6.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.rpush("jobs", ["a", "b", "a"]).await?;
    /// assert_eq!(client.lpos("jobs", "a").await?, Some(0));
    /// assert_eq!(client.lpos("jobs", "a").rank(-1).await?, Some(2));
    /// assert_eq!(client.lpos("jobs", "a").count(0).await?, [0, 2]);
    /// # Ok(()) }
    /// ```
    fn lpos(self, key: impl ToArg, element: impl ToArg) -> Command<Self, LPos, Option<u64>> {
        Command::new(self, &LPOS).key(key).arg(element)
    }

    /// Inserts an element before or after another, the pivot: the first one from the head.
    ///
    /// Reply: the length of the list; 0 if there is no list, -1 if the pivot is not in it.
    /// O(n) from the head to the pivot. Since Redis 2.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use redpoll::commands::Pivot;
    ///
    /// client.rpush("jobs", ["a", "c"]).await?;
    /// assert_eq!(client.linsert("jobs", Pivot::Before("c"), "b").await?, 3);
    /// assert_eq!(client.linsert("jobs", Pivot::After("x"), "y").await?, -1);
    /// # Ok(()) }
    /// ```
    fn linsert(
        self,
        key: impl ToArg,
        pivot: Pivot<impl ToArg>,
        element: impl ToArg,
    ) -> Command<Self, Plain, i64> {
        let command = Command::new(self, &LINSERT).key(key);
        let command = match pivot {
            Pivot::Before(pivot) => command.arg("BEFORE").arg(pivot),
            Pivot::After(pivot) => command.arg("AFTER").arg(pivot),
        };
        command.arg(element)
    }

    /// Replaces the element at an index.
    ///
    /// Errors: `ERR no such key` if there is no list, `ERR index out of range`.
    /// O(n) from the nearer end. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.rpush("jobs", ["a", "b"]).await?;
    /// client.lset("jobs", 0, "z").await?;
    /// assert_eq!(client.lindex::<String>("jobs", 0).await?, "z");
    /// # Ok(()) }
    /// ```
    fn lset(self, key: impl ToArg, index: i64, element: impl ToArg) -> Command<Self, Plain, ()> {
        Command::new(self, &LSET).key(key).arg(index).arg(element)
    }

    /// Removes elements that are equal to one: the first `count` from the head, from the tail if it is negative,
    /// all if it is 0.
    ///
    /// Reply: how many were removed. O(n). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.rpush("jobs", ["a", "b", "a", "a"]).await?;
    /// assert_eq!(client.lrem("jobs", -1, "a").await?, 1);
    /// assert_eq!(client.lrem("jobs", 0, "a").await?, 2);
    /// # Ok(()) }
    /// ```
    fn lrem(self, key: impl ToArg, count: i64, element: impl ToArg) -> Command<Self, Plain, u64> {
        let meta = if count == 0 { &LREM_ALL } else { &LREM };
        Command::new(self, meta).key(key).arg(count).arg(element)
    }

    /// Keeps only the elements from one index to another, both included.
    ///
    /// O(n) in the elements removed. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.rpush("log", ["a", "b", "c"]).await?;
    /// client.ltrim("log", -2, -1).await?;
    /// assert_eq!(client.lrange::<Vec<String>>("log", 0, -1).await?, ["b", "c"]);
    /// # Ok(()) }
    /// ```
    fn ltrim(self, key: impl ToArg, start: i64, stop: i64) -> Command<Self, Plain, ()> {
        Command::new(self, &LTRIM).key(key).arg(start).arg(stop)
    }
}

impl<E: Executor> ListCommands for E {}

/// An end of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListEnd {
    /// The head, where index 0 is.
    #[doc(alias = "head")]
    Left,
    /// The tail, where index -1 is.
    #[doc(alias = "tail")]
    Right,
}

impl ToArg for ListEnd {
    fn write_arg(&self, arg: ArgWriter<'_>) -> Written {
        match self {
            Self::Left => arg.bytes(b"LEFT"),
            Self::Right => arg.bytes(b"RIGHT"),
        }
    }
}

/// Where [`linsert`](ListCommands::linsert) inserts: beside an element that is in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pivot<P> {
    /// Before this element.
    Before(P),
    /// After this element.
    After(P),
}

/// The options of [`lpos`](ListCommands::lpos).
#[derive(Debug, Clone, Copy)]
pub struct LPos;

impl<E, T> Command<E, LPos, T> {
    /// Begins with the nth match: 1 is the first from the head, -1 the first from the tail. The server refuses 0.
    pub fn rank(self, rank: i64) -> Self {
        self.arg("RANK").arg(rank)
    }

    /// Compares at most this many elements; 0 compares all.
    pub fn maxlen(self, maxlen: u64) -> Self {
        self.arg("MAXLEN").arg(maxlen)
    }
}

impl<E> Command<E, LPos, Option<u64>> {
    /// Up to this many matches, 0 for all of them. The reply is the list of their indexes.
    pub fn count(self, count: u64) -> Command<E, LPos, Vec<u64>> {
        self.arg("COUNT").arg(count).cast()
    }
}

#[cfg(test)]
mod tests {
    use super::super::wire::{keys, wire};
    use super::*;
    use crate::client::Queued;

    const Q: Queued = Queued::new();
    const WAIT: Duration = Duration::from_millis(2500);

    #[test]
    fn pushes_and_pops() {
        assert_eq!(wire(Q.lpush("k", ["a", "b"])), "LPUSH k a b");
        assert_eq!(wire(Q.lpushx("k", "a")), "LPUSHX k a");
        assert_eq!(wire(Q.rpush("k", ("a", 1))), "RPUSH k a 1");
        assert_eq!(wire(Q.rpushx("k", "a")), "RPUSHX k a");
        assert_eq!(wire(Q.lpop::<String>("k")), "LPOP k");
        assert_eq!(wire(Q.lpop::<Vec<String>>("k").count(3)), "LPOP k 3");
        assert_eq!(wire(Q.rpop::<String>("k")), "RPOP k");
        assert_eq!(wire(Q.rpop::<Vec<String>>("k").count(3)), "RPOP k 3");
        assert_eq!(wire(Q.lmpop::<String>(["a", "b"], ListEnd::Left)), "LMPOP 2 a b LEFT");
        assert_eq!(wire(Q.lmpop::<String>("a", ListEnd::Right).count(2)), "LMPOP 1 a RIGHT COUNT 2");
    }

    #[test]
    fn blocking_commands() {
        assert_eq!(wire(Q.blpop::<String>(["a", "b"], WAIT)), "BLPOP a b 2.5");
        assert_eq!(wire(Q.brpop::<String>("a", Duration::ZERO)), "BRPOP a 0");
        assert_eq!(
            wire(Q.blmpop::<String>(["a", "b"], ListEnd::Left, WAIT).count(2)),
            "BLMPOP 2.5 2 a b LEFT COUNT 2"
        );
        assert_eq!(
            wire(Q.blmove::<String>("a", "b", ListEnd::Left, ListEnd::Right, WAIT)),
            "BLMOVE a b LEFT RIGHT 2.5"
        );
        assert_eq!(wire(Q.brpoplpush::<String>("a", "b", WAIT)), "BRPOPLPUSH a b 2.5");
    }

    #[test]
    fn moves_and_reads() {
        assert_eq!(wire(Q.lmove::<String>("a", "b", ListEnd::Right, ListEnd::Left)), "LMOVE a b RIGHT LEFT");
        assert_eq!(wire(Q.rpoplpush::<String>("a", "b")), "RPOPLPUSH a b");
        assert_eq!(wire(Q.lrange::<Vec<String>>("k", 0, -1)), "LRANGE k 0 -1");
        assert_eq!(wire(Q.lindex::<String>("k", -1)), "LINDEX k -1");
        assert_eq!(wire(Q.llen("k")), "LLEN k");
        assert_eq!(wire(Q.lpos("k", "e")), "LPOS k e");
        assert_eq!(
            wire(Q.lpos("k", "e").rank(-1).count(2).maxlen(100)),
            "LPOS k e RANK -1 COUNT 2 MAXLEN 100"
        );
    }

    #[test]
    fn changes_in_place() {
        assert_eq!(wire(Q.linsert("k", Pivot::Before("p"), "e")), "LINSERT k BEFORE p e");
        assert_eq!(wire(Q.linsert("k", Pivot::After("p"), "e")), "LINSERT k AFTER p e");
        assert_eq!(wire(Q.lset("k", -1, "e")), "LSET k -1 e");
        assert_eq!(wire(Q.lrem("k", -2, "e")), "LREM k -2 e");
        assert_eq!(wire(Q.ltrim("k", 0, 99)), "LTRIM k 0 99");
    }

    #[test]
    fn keys_are_known_for_routing() {
        assert_eq!(keys(Q.rpush("k", ["a"])), "k");
        assert_eq!(keys(Q.blpop::<String>(["a", "b"], WAIT)), "a b");
        assert_eq!(keys(Q.blmpop::<String>(["a", "b"], ListEnd::Left, WAIT)), "a b");
        assert_eq!(keys(Q.lmove::<String>("a", "b", ListEnd::Left, ListEnd::Left)), "a b");
    }

    #[test]
    fn removing_all_occurrences_may_be_repeated_and_removing_some_may_not() {
        assert_eq!(Q.lrem("k", 0, "e").raw().meta().retry(), RetryClass::Idempotent);
        assert_eq!(Q.lrem("k", 1, "e").raw().meta().retry(), RetryClass::Accumulating);
    }
}
