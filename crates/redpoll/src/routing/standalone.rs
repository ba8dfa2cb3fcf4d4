use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::config::Config;
use crate::connection::{Keeper, Link, Pool};
use crate::error::Error;

/// One server: its shared connections, and the pool of dedicated ones.
#[derive(Debug)]
pub(crate) struct Node {
    shared: Box<[Arc<Link>]>,
    next: AtomicUsize,
    pool: Arc<Pool>,
    keeper: Keeper,
}

impl Node {
    /// Connects: one connection is made before this returns, further ones follow in the background.
    pub(crate) async fn connect(config: Arc<Config>) -> Result<Self, Error> {
        let keeper = Keeper::new(config);
        let first = keeper.shared().await?;
        Ok(Self::with_first(keeper, first))
    }

    /// Connects in the background.
    pub(crate) fn connect_lazily(config: Arc<Config>) -> Self {
        let keeper = Keeper::new(config);
        let first = keeper.shared_lazily();
        Self::with_first(keeper, first)
    }

    fn with_first(keeper: Keeper, first: Arc<Link>) -> Self {
        let more = keeper.config().connections.saturating_sub(1);
        let shared = std::iter::once(first).chain((0..more).map(|_| keeper.shared_lazily())).collect();
        Self { shared, next: AtomicUsize::new(0), pool: Pool::new(keeper.clone()), keeper }
    }

    /// A shared connection, each in turn.
    pub(crate) fn link(&self) -> Option<&Arc<Link>> {
        match &*self.shared {
            [only] => Some(only),
            links => links.get(self.next.fetch_add(1, Ordering::Relaxed) % links.len().max(1)),
        }
    }

    pub(crate) fn links(&self) -> &[Arc<Link>] {
        &self.shared
    }

    pub(crate) const fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    pub(crate) fn name(&self) -> &Arc<str> {
        self.keeper.node()
    }

    /// Waits for the replies to what was sent, then closes.
    pub(crate) async fn drain(&self) {
        self.pool.close();
        for link in &self.shared {
            link.drain().await;
        }
    }

    /// Closes at once.
    pub(crate) fn close(&self) {
        self.pool.close();
        self.shared.iter().for_each(|link| link.close());
    }
}
