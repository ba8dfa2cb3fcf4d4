//! An embedded Redis-compatible server for tests and demonstrations.
//!
//! ```text
//!   TCP ─┐
//!  unix ─┼─▶ front end ─▶ request parser ─▶ engine: commands, keys, time ─▶ replies, messages
//! memory ┘   (tokio)                         (one lock, no I/O)
//!                        the test ──────────▶ direct API: look, set, fast-forward, make faults
//! ```
//!
//! [`Server::start`] gives a server on a free port, on a thread of its own; it works from any runtime and from
//! tests without one, and stops when it is dropped. Time is real by default, and [`Server::fast_forward`] moves it:
//!
//! ```
//! use std::time::Duration;
//! use redpoll_server::Server;
//!
//! let server = Server::start_blocking()?;
//! server.execute(["SET", "session", "s", "EX", "60"]);
//! server.fast_forward(Duration::from_secs(61));
//! assert!(!server.db(0).exists("session"));
//! # Ok::<(), std::io::Error>(())
//! ```

mod engine;
mod fault;
mod inspect;
mod net;
mod server;

// The public interface is:
pub use engine::client::ConnectionId;
pub use engine::error::CommandError;
pub use engine::log::RecordedCommand;
pub use engine::reply::Reply;
pub use engine::request;
pub use engine::value::ValueKind;
pub use fault::{Condition, Fault, Reaction};
pub use inspect::{ClientDescription, Db};
pub use server::{Builder, Data, Server};
