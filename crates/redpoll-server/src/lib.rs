//! redpoll-server
