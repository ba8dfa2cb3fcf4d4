use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::retry::RetryBudget;
use super::subscriber::Subscriber;
use crate::config::Config;
use crate::error::Error;
use crate::routing::Node;

/// What all clones of a client share. The connections end with the last of them.
#[derive(Debug)]
pub(crate) struct ClientCore {
    config: Arc<Config>,
    node: Node,
    budget: RetryBudget,
    subscriber: Subscriber,
    is_closed: AtomicBool,
}

impl ClientCore {
    pub(super) async fn connect(config: Config) -> Result<Arc<Self>, Error> {
        let config = Arc::new(config);
        let node = Node::connect(Arc::clone(&config)).await?;
        Ok(Self::new(config, node))
    }

    pub(super) fn connect_lazily(config: Config) -> Arc<Self> {
        let config = Arc::new(config);
        let node = Node::connect_lazily(Arc::clone(&config));
        Self::new(config, node)
    }

    fn new(config: Arc<Config>, node: Node) -> Arc<Self> {
        let budget = RetryBudget::new(config.retry_budget);
        let subscriber = Subscriber::new(Arc::clone(&config), Arc::clone(node.name()));
        Arc::new(Self { config, node, budget, subscriber, is_closed: AtomicBool::new(false) })
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) const fn node(&self) -> &Node {
        &self.node
    }

    pub(super) const fn budget(&self) -> &RetryBudget {
        &self.budget
    }

    pub(super) const fn subscriber(&self) -> &Subscriber {
        &self.subscriber
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    pub(super) async fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        self.subscriber.close();
        self.node.drain().await;
    }
}

impl Drop for ClientCore {
    fn drop(&mut self) {
        self.subscriber.close();
        self.node.close();
    }
}
