//! The commands, grouped as in the Redis command reference: one trait per group, implemented for every executor.

mod string;

pub use string::{Set, StringCommands};
