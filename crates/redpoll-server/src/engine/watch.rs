//! Optimistic locking: which clients watch which keys.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::Engine;
use super::client::ConnectionId;

#[derive(Debug, Default)]
pub(super) struct Watches {
    watchers: BTreeMap<(usize, Bytes), BTreeSet<ConnectionId>>,
}

impl Watches {
    /// The watched keys of a database.
    pub(super) fn keys_in(&self, db: usize) -> Vec<Bytes> {
        let from = self.watchers.range((db, Bytes::new())..);
        from.take_while(|((key_db, _), _)| *key_db == db).map(|((_, key), _)| key.clone()).collect()
    }
}

impl Engine {
    pub(crate) fn watch(&mut self, id: ConnectionId, key: &Bytes) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        let slot = (client.db, key.clone());
        if !client.watched.contains(&slot) {
            client.watched.push(slot.clone());
            self.watches.watchers.entry(slot).or_default().insert(id);
        }
    }

    /// Ends all watches of a client.
    pub(crate) fn unwatch(&mut self, id: ConnectionId) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        client.watch_broken = false;
        for slot in std::mem::take(&mut client.watched) {
            if let Some(watchers) = self.watches.watchers.get_mut(&slot) {
                watchers.remove(&id);
                if watchers.is_empty() {
                    self.watches.watchers.remove(&slot);
                }
            }
        }
    }

    /// A key was changed: the transactions of those who watch it will not be executed.
    pub(super) fn break_watches(&mut self, db: usize, key: &Bytes) {
        if self.watches.watchers.is_empty() {
            return;
        }
        let Some(watchers) = self.watches.watchers.get(&(db, key.clone())) else { return };
        for id in watchers {
            if let Some(client) = self.clients.get_mut(id) {
                client.watch_broken = true;
            }
        }
    }
}
