//! The client: what users hold, and how their commands are executed.

mod batch;
mod blocking;
mod by_name;
mod command;
mod command_future;
mod connection;
mod core;
mod deadline;
mod dispatch;
mod executor;
mod pipeline;
mod pipelined;
mod queued_pipeline;
mod retry;
mod scan;
mod script;
mod subscriber;
mod subscriber_driver;
mod subscription;
mod watch;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redpoll_protocol::{RawCommand, Reply};

pub use self::command::{Command, Custom, Plain};
pub use self::command_future::CommandFuture;
pub use self::connection::Connection;
pub use self::executor::{Dispatch, Executor, Queued};
pub use self::pipeline::{EachPipeline, Pipeline};
pub use self::pipelined::Pipelined;
pub use self::queued_pipeline::{QueuedPipeline, QueuedReplies, QueuedReply};
pub use self::scan::{Items, Scan};
pub use self::script::{RunScript, Script};
pub use self::subscription::{Event, Gap, Message, Subscription};
pub use self::watch::{Commit, Transaction};

pub(crate) use self::script::{EVAL, EVAL_RO, EVALSHA, EVALSHA_RO};

use self::core::ClientCore;
use crate::config::IntoConfig;
use crate::connection::{ConnectionStats, PoolStats};
use crate::error::Error;

/// A client of a Redis or Valkey server.
///
/// It is cheap to clone and to share: all clones use the same connections, which end with the last of them.
/// Ordinary commands share one connection per node (see [`Config::connections`](crate::Config)), batched
/// automatically; blocking commands and [`connection`](Self::connection) use a pool of dedicated ones.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
/// # let server = redpoll_server::Server::start().await.unwrap();
/// use std::time::Duration;
/// use redpoll::{Client, prelude::*};
///
/// let client = Client::connect(server.url()).await?;
/// client.set("greeting", "hello").ex(Duration::from_secs(60)).await?;
/// let greeting: Option<String> = client.get("greeting").await?;
/// assert_eq!(greeting.as_deref(), Some("hello"));
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Client(Arc<ClientCore>);

impl Client {
    /// Connects to the server that a URL or a [`Config`](crate::Config) names, and shakes hands with it.
    ///
    /// From then on the client keeps itself connected. See [`Config::from_url`](crate::Config::from_url) for URLs.
    ///
    /// # Errors
    /// `Config` if the URL is wrong, `Connect` if there is no server, `Auth` if it refuses the credentials.
    pub async fn connect(config: impl IntoConfig) -> Result<Self, Error> {
        Ok(Self(ClientCore::connect(config.into_config()?).await?))
    }

    /// A client that connects in the background: commands wait for the connection until their deadline.
    /// To be called within a tokio runtime.
    ///
    /// # Errors
    /// `Config` if the URL is wrong.
    pub fn connect_lazily(config: impl IntoConfig) -> Result<Self, Error> {
        Ok(Self(ClientCore::connect_lazily(config.into_config()?)))
    }

    /// Any command by its name; a space separates container and subcommand.
    ///
    /// It is never sent again once it may have run. Blocking commands of Redis take a dedicated connection as their
    /// typed methods do; say with [`blocks_for`](Command::blocks_for) how long they may wait. Commands that change
    /// the state of their connection are refused: call them on a [`connection`](Self::connection).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let length: i64 = client.command("APPEND").key("k").arg("text").reply_as::<i64>().await?;
    /// assert_eq!(length, 4);
    /// # Ok(()) }
    /// ```
    pub fn command(&self, name: &str) -> Command<&Self, Custom, Reply> {
        Command::from_raw(self, RawCommand::named(by_name::meta(name), name))
    }

    /// Borrows a dedicated connection from the pool, for commands that change the state of their connection.
    ///
    /// # Errors
    /// `Busy` if none is free in time, `Connect` or `Auth` if a new one cannot be made.
    pub async fn connection(&self) -> Result<Connection, Error> {
        let pooled = self.0.node().pool().borrow().await?;
        Ok(Connection::new(Arc::clone(&self.0), pooled))
    }

    /// What the pool of dedicated connections has done and holds.
    pub fn pool_stats(&self) -> PoolStats {
        self.0.node().pool().stats()
    }

    /// How the shared connections are doing.
    pub fn connection_stats(&self) -> ConnectionStats {
        self.0.node().links().iter().fold(ConnectionStats::default(), |stats, link| link.add_to(stats))
    }

    /// Refuses new commands, waits for the replies to those that were sent (each ends at its deadline at the latest),
    /// and closes every connection.
    pub async fn close(&self) {
        self.0.close().await;
    }

    /// Closes like [`close`](Self::close), but does not wait for longer than `limit`.
    pub async fn close_within(&self, limit: Duration) {
        if tokio::time::timeout(limit, self.close()).await.is_err() {
            self.0.node().close();
        }
    }

    pub(crate) const fn core(&self) -> &Arc<ClientCore> {
        &self.0
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("node", self.0.node().name()).finish_non_exhaustive()
    }
}
