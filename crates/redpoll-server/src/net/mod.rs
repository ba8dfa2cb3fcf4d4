//! The front ends: sockets on one side, the engine on the other.

pub(crate) mod connection;
pub(crate) mod host;
#[cfg(feature = "tls")]
pub(crate) mod tls;
