//! redpoll: a Redis and Valkey client.
//!
//! ```text
//!  client.get("k")                      one task per connection
//!        │                            ┌────────────────────────┐
//!        ▼      encoded straight into │ driver                 │
//!  Command ──▶ the queue of a link ──▶│ writes all that waits, │──▶ server
//!        ▲                            │ reads all that came,   │
//!        └──── reply, in its slot ◀── │ completes in order     │◀──
//!                                     └────────────────────────┘
//! ```
//!
//! # Getting started
//! ```
//! use std::time::Duration;
//! use redpoll::{Client, prelude::*};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
//! # let server = redpoll_server::Server::start().await.unwrap();
//! # let url = server.url();
//! let client = Client::connect(url).await?; // "redis://localhost:6379"
//!
//! client.set("user:1:name", "Ada").ex(Duration::from_secs(300)).await?;
//! let name: Option<String> = client.get("user:1:name").await?;
//!
//! let (views, top) = client
//!     .pipeline(|p| (p.incr("views"), p.zrange::<Vec<String>>("board", 0, 9).rev()))
//!     .await?;
//! # assert_eq!((name.as_deref(), views, top.len()), (Some("Ada"), 1, 0));
//! # Ok(()) }
//! ```
//!
//! # What to know
//! * A command is a value: calling a method builds it, options chain on it, `.await` sends it, and dropping the
//!   future is always safe.
//! * The annotation picks the reply's type; ask for an `Option` where there may be no value.
//! * Every call has a deadline: [`Config::command_timeout`], or its own by [`Command::timeout`].
//! * Nothing is applied twice behind your back: [`Error::may_have_run`] says when the outcome is unknown.
//! * Commands are grouped as in the Redis reference, in [`commands`]; [`prelude`] brings them all in.

mod client;
pub mod commands;
mod config;
mod connection;
mod error;
mod routing;
mod transport;

/// What most programs want: the command families and the traits that make arguments and replies.
///
/// ```
/// use redpoll::prelude::*;
/// ```
pub mod prelude {
    pub use crate::client::{Dispatch, Executor, Pipelined};
    pub use crate::commands::{
        ConnectionCommands, GenericCommands, HashCommands, ListCommands, PubSubCommands, ScriptingCommands,
        ServerCommands, SetCommands, SortedSetCommands, StringCommands,
    };
    pub use redpoll_protocol::{FromReply, ToArg, ToArgs, ToPairs};
}

// The public interface is:
pub use client::{
    Client, Command, CommandFuture, Commit, Connection, Custom, Dispatch, EachPipeline, Event, Executor, Gap,
    Items, Message, Pipeline, Pipelined, Plain, Queued, QueuedPipeline, QueuedReplies, QueuedReply,
    RunScript, Scan, Script, Subscription, Transaction,
};
#[cfg(feature = "tls")]
pub use config::TlsConfig;
pub use config::{Address, Config, IntoConfig, Keepalive, PoolConfig, PoolWait, WhenFull};
pub use connection::{ClosedByReason, ConnectionStats, PoolStats};
pub use error::{Error, ErrorKind};
pub use redpoll_protocol::{
    ArgWriter, Codec, Coded, CommandMeta, Decodes, Encodes, FromReply, Limits, PairWriter, Protocol,
    RawCommand, Reply, ReplyError, RetryClass, Secret, ServerError, ToArg, ToArgs, ToPairs, Written,
};
#[cfg(feature = "json")]
pub use redpoll_protocol::{Json, JsonCodec};
