//! What the suites share: servers to run on, a proxy that misbehaves on demand, seeded randomness.
#![allow(dead_code, unreachable_pub, reason = "each suite uses its part of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "seeds and figures are shown when a test fails or on demand")]

pub mod proxy;
pub mod random;
pub mod real_server;
pub mod scripted_server;
pub mod test_server;

use std::future::Future;
use std::time::{Duration, Instant};

/// Waits until something holds, looking again and again; fails loudly after ten seconds.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let since = Instant::now();
    while !holds().await {
        assert!(since.elapsed() < Duration::from_secs(10), "still not true: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Waits until no command of a client is in flight and no pooled connection is lent.
pub async fn gauges_return_to_zero(client: &redpoll::Client) {
    eventually("in flight, queued and lent are 0", async || {
        let (shared, pool) = (client.connection_stats(), client.pool_stats());
        shared.in_flight == 0 && shared.queued_bytes == 0 && pool.in_use == 0
    })
    .await;
}
