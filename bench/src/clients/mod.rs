//! The clients compared, each behind the same few methods.

mod fred;
mod raw;
mod redis_rs;
mod redpoll;
mod rustis;

use std::net::SocketAddr;

use anyhow::Result;
use bytes::Bytes;
use clap::ValueEnum;

use crate::options::Flavour;

pub(crate) use fred::Fred;
pub(crate) use raw::RawClient;
pub(crate) use redis_rs::RedisRs;
pub(crate) use redpoll::Redpoll;
pub(crate) use rustis::Rustis;

/// A client with one connection that its clones share.
///
/// Each reads replies into the cheapest owned bytes it offers and keeps its defaults, except that none may wait
/// for more data before it sends (TCP_NODELAY).
pub(crate) trait SharedClient: Clone + Send + 'static {
    type Subscriber: Subscriber;

    fn connect(address: SocketAddr) -> impl Future<Output = Result<Self>> + Send;

    /// GET; returns the length of the value.
    fn get(&mut self, key: &'static str) -> impl Future<Output = Result<usize>> + Send;

    fn set(&mut self, key: &'static str, value: &Bytes) -> impl Future<Output = Result<()>> + Send;

    /// An explicit pipeline that sets the same key `commands` times.
    fn pipeline_of_sets(
        &mut self,
        key: &'static str,
        value: &Bytes,
        commands: usize,
    ) -> impl Future<Output = Result<()>> + Send;

    /// LRANGE of the whole list; returns how many elements came.
    fn lrange(&mut self, key: &'static str) -> impl Future<Output = Result<usize>> + Send;

    /// What the client itself counted since it connected; `None` if it does not count.
    fn traffic(&self) -> Option<Traffic> {
        None
    }
}

/// A subscription to one channel.
pub(crate) trait Subscriber: Sized + Send + 'static {
    /// Ends when the server has confirmed.
    fn subscribe(address: SocketAddr, channel: &'static str) -> impl Future<Output = Result<Self>> + Send;

    /// Waits for the next message; returns the length of its payload. A message that was dropped is an error.
    fn receive(&mut self) -> impl Future<Output = Result<usize>> + Send;
}

/// How often a client wrote to its socket and read from it, and how many replies that brought.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traffic {
    pub(crate) writes: u64,
    pub(crate) reads: u64,
    pub(crate) replies: u64,
}

impl Traffic {
    /// Write and read system calls per command since `earlier`; `None` if no reply has come.
    pub(crate) fn per_command_since(self, earlier: Self) -> Option<(f64, f64)> {
        let replies = self.replies.checked_sub(earlier.replies).filter(|replies| *replies > 0)?;
        let share = |now: u64, before: u64| now.saturating_sub(before) as f64 / replies as f64;
        Some((share(self.writes, earlier.writes), share(self.reads, earlier.reads)))
    }
}

/// The client that the others are there to be compared with.
pub(crate) const OURS: &str = "redpoll";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum ClientName {
    Redpoll,
    RedisRs,
    Fred,
    Rustis,
    Raw,
}

impl ClientName {
    /// Those that a run without `--clients` measures.
    pub(crate) fn measured() -> Vec<Self> {
        Self::value_variants().to_vec()
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Redpoll => OURS,
            Self::RedisRs => "redis-rs",
            Self::Fred => "fred",
            Self::Rustis => "rustis",
            Self::Raw => "raw",
        }
    }

    /// The crate whose version the report states.
    pub(crate) fn package(self) -> Option<&'static str> {
        match self {
            Self::Redpoll => Some("redpoll"),
            Self::RedisRs => Some("redis"),
            Self::Fred => Some("fred"),
            Self::Rustis => Some("rustis"),
            Self::Raw => None,
        }
    }

    /// Whether it is one of those that redpoll is held against.
    pub(crate) fn is_peer(self) -> bool {
        match self {
            Self::RedisRs | Self::Fred | Self::Rustis => true,
            Self::Redpoll | Self::Raw => false,
        }
    }

    pub(crate) fn flavours(self) -> &'static [Flavour] {
        match self {
            Self::Redpoll | Self::RedisRs | Self::Fred | Self::Rustis => {
                &[Flavour::CurrentThread, Flavour::MultiThread]
            }
            Self::Raw => &[Flavour::Blocking],
        }
    }
}
