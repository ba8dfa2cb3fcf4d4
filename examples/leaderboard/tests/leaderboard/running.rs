//! An app for one test, on a free port.

use std::net::SocketAddr;
use std::time::Duration;

use leaderboard::{App, Settings};

/// Longer than anything here takes: what has not come by then never comes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// An app with a hundred seeded players and no bots: nothing moves but what the test moves.
pub(crate) async fn app(redis_url: Option<String>) -> App {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    App::start(Settings { listen, redis_url, players: 100, bots: false }).await.unwrap()
}

/// Fails the test instead of hanging it.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what} did not happen within {PATIENCE:?}"),
    }
}
