//! The whole app over HTTP, and its page in a real browser.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says on standard output why it was skipped"
)]

mod api;
mod browser;
mod http;
mod outage;
mod page;
mod proxy;
mod running;
