use std::time::Duration;

use redpoll_protocol::{CommandMeta, FromReply, RetryClass, ToArg};

use crate::client::{Command, Executor, Plain};

const GET: CommandMeta = CommandMeta::read("GET");
const SET: CommandMeta = CommandMeta::write("SET", RetryClass::Idempotent);
const SET_CHECKED: CommandMeta = CommandMeta::write("SET", RetryClass::Checked);
const INCR: CommandMeta = CommandMeta::write("INCR", RetryClass::Accumulating);

/// Commands on strings.
pub trait StringCommands: Executor {
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

    /// Sets a key to a value, whatever it held, and removes its expiry unless an option says otherwise.
    fn set(self, key: impl ToArg, value: impl ToArg) -> Command<Self, Set, ()> {
        Command::new(self, &SET).key(key).arg(value)
    }

    /// Adds one to the number that a key holds; a missing key counts as 0.
    fn incr(self, key: impl ToArg) -> Command<Self, Plain, i64> {
        Command::new(self, &INCR).key(key)
    }
}

impl<E: Executor> StringCommands for E {}

/// The options of `SET`.
#[derive(Debug, Clone, Copy)]
pub struct Set;

impl<E, T> Command<E, Set, T> {
    /// Expires after so long. Sent in seconds if it is a whole number of them, else in milliseconds.
    pub fn ex(self, after: Duration) -> Self {
        self.arg("EX").arg(after.as_secs())
    }
}

impl<E> Command<E, Set, ()> {
    /// Only if the key does not exist. The reply says whether it was set.
    pub fn nx(self) -> Command<E, Set, bool> {
        self.arg("NX").with_meta(&SET_CHECKED).cast()
    }

    /// Gives the old value.
    pub fn get<T: FromReply>(self) -> Command<E, Set, Option<T>> {
        self.arg("GET").with_meta(&SET_CHECKED).cast()
    }
}
