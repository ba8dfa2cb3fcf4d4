mod info;
mod server_time;

use std::collections::HashMap;

use redpoll_protocol::{CommandMeta, RetryClass, ToArg, ToArgs, ToPairs};

pub use self::info::{Info, KeyspaceInfo};
pub use self::server_time::ServerTime;
use super::flush::Flush;
use crate::client::{Command, Executor, Plain};

const COMMAND_COUNT: CommandMeta = CommandMeta::read("COMMAND COUNT");
const COMMAND_LIST: CommandMeta = CommandMeta::read("COMMAND LIST");
const CONFIG_GET: CommandMeta = CommandMeta::read("CONFIG GET");
const CONFIG_RESETSTAT: CommandMeta = CommandMeta::write("CONFIG RESETSTAT", RetryClass::Idempotent);
const CONFIG_REWRITE: CommandMeta = CommandMeta::write("CONFIG REWRITE", RetryClass::Idempotent);
const CONFIG_SET: CommandMeta = CommandMeta::write("CONFIG SET", RetryClass::Idempotent);
const DBSIZE: CommandMeta = CommandMeta::read("DBSIZE");
// A second one would delete what was written since.
const FLUSHALL: CommandMeta = CommandMeta::write("FLUSHALL", RetryClass::Accumulating);
const FLUSHDB: CommandMeta = CommandMeta::write("FLUSHDB", RetryClass::Accumulating);
const INFO: CommandMeta = CommandMeta::read("INFO");
const TIME: CommandMeta = CommandMeta::read("TIME");

/// Commands on the server itself.
pub trait ServerCommands: Executor {
    /// How many commands the server knows.
    ///
    /// O(1). Since Redis 2.8.13.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert!(client.command_count().await? > 0);
    /// # Ok(()) }
    /// ```
    fn command_count(self) -> Command<Self, Plain, u64> {
        Command::new(self, &COMMAND_COUNT)
    }

    /// The names of the commands that the server knows, in lower case. Options:
    /// [`filterby_module`](Command::filterby_module), [`filterby_aclcat`](Command::filterby_aclcat) or
    /// [`filterby_pattern`](Command::filterby_pattern).
    ///
    /// O(n) in the commands. Since Redis 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let names = client.command_list().filterby_pattern("ge*").await?;
    /// assert!(names.contains(&"get".to_owned()));
    /// # Ok(()) }
    /// ```
    fn command_list(self) -> Command<Self, CommandList, Vec<String>> {
        Command::new(self, &COMMAND_LIST)
    }

    /// The parameters that match any of some glob-style patterns, and their values.
    ///
    /// O(n) in the parameters. Since Redis 2.0, several patterns since 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let parameters = client.config_get("maxmemory*").await?;
    /// assert!(parameters.contains_key("maxmemory"));
    /// # Ok(()) }
    /// ```
    fn config_get(self, parameters: impl ToArgs) -> Command<Self, Plain, HashMap<String, String>> {
        Command::new(self, &CONFIG_GET).args(parameters)
    }

    /// Sets the counters of [`info`](Self::info) back to zero.
    ///
    /// O(1). Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.config_resetstat().await?;
    /// # Ok(()) }
    /// ```
    fn config_resetstat(self) -> Command<Self, Plain, ()> {
        Command::new(self, &CONFIG_RESETSTAT)
    }

    /// Writes the parameters that are in force to the configuration file.
    ///
    /// Fails if the server was started without one. O(1). Since Redis 2.8.
    ///
    /// ```,no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.config_rewrite().await?;
    /// # Ok(()) }
    /// ```
    fn config_rewrite(self) -> Command<Self, Plain, ()> {
        Command::new(self, &CONFIG_REWRITE)
    }

    /// Sets parameters, all or none.
    ///
    /// O(n) in the parameters. Since Redis 2.0, several parameters since 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.config_set(("maxmemory-policy", "allkeys-lru")).await?;
    /// assert_eq!(client.config_get("maxmemory-policy").await?["maxmemory-policy"], "allkeys-lru");
    /// # Ok(()) }
    /// ```
    fn config_set(self, parameters: impl ToPairs) -> Command<Self, Plain, ()> {
        Command::new(self, &CONFIG_SET).pairs(parameters)
    }

    /// How many keys the database has. Keys that have expired unseen count.
    ///
    /// O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("k", "v").await?;
    /// assert_eq!(client.dbsize().await?, 1);
    /// # Ok(()) }
    /// ```
    fn dbsize(self) -> Command<Self, Plain, u64> {
        Command::new(self, &DBSIZE)
    }

    /// Deletes all keys of all databases. Options: [`asynchronous`](Command::asynchronous),
    /// [`synchronous`](Command::synchronous).
    ///
    /// O(n) in the keys. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("k", "v").await?;
    /// client.flushall().await?;
    /// assert_eq!(client.dbsize().await?, 0);
    /// # Ok(()) }
    /// ```
    fn flushall(self) -> Command<Self, Flush, ()> {
        Command::new(self, &FLUSHALL)
    }

    /// Deletes all keys of the database. Options: [`asynchronous`](Command::asynchronous),
    /// [`synchronous`](Command::synchronous).
    ///
    /// O(n) in the keys. Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("k", "v").await?;
    /// client.flushdb().asynchronous().await?;
    /// assert_eq!(client.dbsize().await?, 0);
    /// # Ok(()) }
    /// ```
    fn flushdb(self) -> Command<Self, Flush, ()> {
        Command::new(self, &FLUSHDB)
    }

    /// What the server tells of itself. Option: [`section`](Command::section).
    ///
    /// O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("k", "v").await?;
    /// let info = client.info().await?;
    /// assert_eq!(info.keyspace()[&0].keys, 1);
    /// assert!(info.connected_clients() >= Some(1));
    /// assert_eq!(info.field("role"), Some("master"));
    /// # Ok(()) }
    /// ```
    fn info(self) -> Command<Self, InfoSections, Info> {
        Command::new(self, &INFO)
    }

    /// The clock of the server.
    ///
    /// O(1). Since Redis 2.6.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use std::time::SystemTime;
    ///
    /// let time = SystemTime::from(client.time().await?);
    /// assert!(time > SystemTime::UNIX_EPOCH);
    /// # Ok(()) }
    /// ```
    fn time(self) -> Command<Self, Plain, ServerTime> {
        Command::new(self, &TIME)
    }
}

impl<E: Executor> ServerCommands for E {}

/// The options of [`command_list`](ServerCommands::command_list).
#[derive(Debug, Clone, Copy)]
pub struct CommandList;

/// The options of [`info`](ServerCommands::info).
#[derive(Debug, Clone, Copy)]
pub struct InfoSections;

impl<E> Command<E, CommandList, Vec<String>> {
    /// Only the commands of a module.
    pub fn filterby_module(self, module: impl ToArg) -> Command<E, Plain, Vec<String>> {
        self.arg("FILTERBY").arg("MODULE").arg(module).cast()
    }

    /// Only the commands of an ACL category, such as `string`.
    pub fn filterby_aclcat(self, category: impl ToArg) -> Command<E, Plain, Vec<String>> {
        self.arg("FILTERBY").arg("ACLCAT").arg(category).cast()
    }

    /// Only the commands that match a glob-style pattern.
    pub fn filterby_pattern(self, pattern: impl ToArg) -> Command<E, Plain, Vec<String>> {
        self.arg("FILTERBY").arg("PATTERN").arg(pattern).cast()
    }
}

impl<E> Command<E, InfoSections, Info> {
    /// Only this section, such as `replication`, or a group of them: `default`, `all`, `everything`. It can be said
    /// several times since Redis 7.0.
    pub fn section(self, section: impl ToArg) -> Self {
        self.arg(section)
    }
}

#[cfg(test)]
mod tests {
    use super::super::wire::wire;
    use super::*;
    use crate::client::Queued;

    const P: Queued = Queued::new();

    #[test]
    fn the_server_is_asked_and_told() {
        assert_eq!(wire(P.command_count()), "COMMAND COUNT");
        assert_eq!(wire(P.config_get(["a", "b*"])), "CONFIG GET a b*");
        assert_eq!(wire(P.config_set([("a", 1), ("b", 2)])), "CONFIG SET a 1 b 2");
        assert_eq!(wire(P.config_resetstat()), "CONFIG RESETSTAT");
        assert_eq!(wire(P.config_rewrite()), "CONFIG REWRITE");
        assert_eq!(wire(P.dbsize()), "DBSIZE");
        assert_eq!(wire(P.info()), "INFO");
        assert_eq!(wire(P.info().section("server").section("cpu")), "INFO server cpu");
        assert_eq!(wire(P.time()), "TIME");
    }

    #[test]
    fn commands_are_listed_by_one_filter() {
        assert_eq!(wire(P.command_list()), "COMMAND LIST");
        assert_eq!(wire(P.command_list().filterby_module("m")), "COMMAND LIST FILTERBY MODULE m");
        assert_eq!(wire(P.command_list().filterby_aclcat("string")), "COMMAND LIST FILTERBY ACLCAT string");
        assert_eq!(wire(P.command_list().filterby_pattern("g*")), "COMMAND LIST FILTERBY PATTERN g*");
    }

    #[test]
    fn everything_is_deleted_now_or_in_the_background() {
        assert_eq!(wire(P.flushall()), "FLUSHALL");
        assert_eq!(wire(P.flushall().asynchronous()), "FLUSHALL ASYNC");
        assert_eq!(wire(P.flushdb().synchronous()), "FLUSHDB SYNC");
    }
}
