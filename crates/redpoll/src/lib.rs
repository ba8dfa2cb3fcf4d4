//! redpoll
