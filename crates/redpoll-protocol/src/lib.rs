//! redpoll-protocol
