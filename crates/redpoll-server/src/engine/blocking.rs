//! Clients that wait for a key: first come, first served.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;

use super::Engine;
use super::client::{ConnectionId, Wait};
use super::command::{Block, CommandSpec, Outcome};
use super::reply::Reply;

/// Who waits for which key, in the order they came, and which keys have become ready.
#[derive(Debug, Default)]
pub(super) struct Blocking {
    queues: BTreeMap<(usize, Bytes), VecDeque<ConnectionId>>,
    ready: VecDeque<(usize, Bytes)>,
}

impl Engine {
    /// How many clients wait in a blocking command.
    pub(crate) fn blocked_clients(&self) -> usize {
        self.clients().filter(|client| client.is_blocked()).count()
    }

    /// Ends a client's blocking with a reply. Whether it was blocked.
    pub(crate) fn unblock_with(&mut self, id: ConnectionId, reply: &Reply) -> bool {
        let is_blocked = self.client(id).is_some_and(|client| client.is_blocked());
        if is_blocked {
            self.unblock(id);
            self.answer(id, reply);
        }
        is_blocked
    }

    pub(super) fn block(
        &mut self,
        id: ConnectionId,
        argv: Vec<Bytes>,
        spec: &'static CommandSpec,
        block: Block,
    ) {
        let Some(db) = self.client(id).map(|client| client.db) else { return };
        for key in &block.keys {
            let queue = self.blocking.queues.entry((db, key.clone())).or_default();
            // The same key may be named twice.
            if !queue.contains(&id) {
                queue.push_back(id);
            }
        }
        self.set_wait(id, Wait::Blocked { argv, spec, block });
        self.end_command(id);
    }

    /// Ends whatever a client waits for, without a reply.
    pub(super) fn unblock(&mut self, id: ConnectionId) {
        let Some(db) = self.client(id).map(|client| client.db) else { return };
        let Some(Wait::Blocked { block, .. }) = self.end_wait(id) else { return };
        for key in block.keys {
            let slot = (db, key);
            if let Some(queue) = self.blocking.queues.get_mut(&slot) {
                queue.retain(|waiting| *waiting != id);
                if queue.is_empty() {
                    self.blocking.queues.remove(&slot);
                }
            }
        }
    }

    pub(super) fn mark_ready(&mut self, db: usize, key: &Bytes) {
        if self.blocking.queues.is_empty() {
            return;
        }
        let slot = (db, key.clone());
        if self.blocking.queues.contains_key(&slot) && !self.blocking.ready.contains(&slot) {
            self.blocking.ready.push_back(slot);
        }
    }

    /// All keys of a database may be other keys now.
    pub(super) fn mark_database_ready(&mut self, db: usize) {
        let keys: Vec<Bytes> = self
            .blocking
            .queues
            .range((db, Bytes::new())..)
            .take_while(|((queue_db, _), _)| *queue_db == db)
            .map(|((_, key), _)| key.clone())
            .collect();
        for key in keys {
            self.mark_ready(db, &key);
        }
    }

    /// Executes the commands of waiting clients again, for as long as keys become ready.
    pub(super) fn serve_ready_keys(&mut self) {
        while let Some((db, key)) = self.blocking.ready.pop_front() {
            let Some(queue) = self.blocking.queues.get(&(db, key.clone())) else { continue };
            for id in queue.clone() {
                if !self.serve(id, db, &key) {
                    break;
                }
            }
        }
    }

    /// Whether it makes sense to go on with the next client: the key is still there.
    fn serve(&mut self, id: ConnectionId, db: usize, key: &Bytes) -> bool {
        let Some(entry) = self.db(db).get(key) else { return false };
        let kind = entry.value.kind();
        let Some(client) = self.client(id) else { return true };
        let Some(Wait::Blocked { argv, spec, block }) = &client.wait else { return true };
        if block.kind != kind {
            return true;
        }
        let (argv, spec) = (argv.clone(), *spec);
        // A command that has to wait again keeps its place and its deadline.
        self.begin_command(id);
        if let Outcome::Reply(reply) = self.run(id, spec, &argv, true) {
            self.unblock_with(id, &reply);
        }
        self.end_command(id);
        true
    }

    fn begin_command(&mut self, id: ConnectionId) {
        if let Some(client) = self.client_mut(id) {
            client.begin_command();
        }
    }

    fn end_command(&mut self, id: ConnectionId) {
        if let Some(client) = self.client_mut(id) {
            client.end_of_command();
        }
    }
}
