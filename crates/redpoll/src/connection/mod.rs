//! Connections: the link that callers see, the driver that owns the socket, and the pool of dedicated ones.

mod backoff;
mod connection_stats;
mod dial;
mod driver;
mod keeper;
mod line;
mod link;
mod pool;
mod pool_stats;
mod slots;
mod timer;

pub(crate) use backoff::Backoff;
pub(crate) use dial::{Dialed, dial};
pub(crate) use driver::End;
pub(crate) use keeper::Keeper;
pub(crate) use link::{Due, Link, Refused, Ticket};
pub(crate) use pool::{Pool, PooledLink};
pub(crate) use slots::Outcome;

pub use connection_stats::ConnectionStats;
pub use pool_stats::{ClosedByReason, PoolStats};
