//! Where a command goes: which node, and which of its connections.

mod standalone;

pub(crate) use standalone::Node;
