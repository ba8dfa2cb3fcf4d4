//! Looking at a server from the test, without the wire.

use std::collections::{HashMap, HashSet};
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;

use crate::engine::client::ConnectionId;
use crate::engine::log::RecordedCommand;
use crate::engine::pubsub::Kind;
use crate::engine::value::hash::Hash;
use crate::engine::value::list::List;
use crate::engine::value::set::Set;
use crate::engine::value::sorted_set::SortedSet;
use crate::engine::value::text::Text;
use crate::engine::value::{Typed, Value, ValueKind};
use crate::engine::{DATABASES, Engine};
use crate::net::connection::lock;
use crate::server::Server;

/// One database of a server.
#[derive(Debug, Clone, Copy)]
pub struct Db<'s> {
    server: &'s Server,
    index: usize,
}

/// A connection, as the server sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientDescription {
    /// What CLIENT ID replies to it.
    pub id: ConnectionId,
    /// Where it comes from.
    pub address: String,
    /// What CLIENT SETNAME set; empty if nothing.
    pub name: String,
    /// The database it has selected.
    pub db: usize,
    /// Whether it waits in a blocking command.
    pub blocked: bool,
    /// How many channels, patterns and shard channels it is subscribed to.
    pub subscriptions: usize,
}

impl Server {
    /// A database, by its number from 0 to 15; higher numbers mean the last one.
    pub fn db(&self, index: usize) -> Db<'_> {
        Db { server: self, index: index.min(DATABASES - 1) }
    }

    /// Removes the keys of all databases.
    pub fn flush_all(&self) {
        let mut engine = lock(&self.engine);
        for db in 0..DATABASES {
            engine.flush(db);
        }
        engine.finish();
    }

    /// How many connections there are.
    pub fn connection_count(&self) -> usize {
        lock(&self.engine).clients().count()
    }

    /// How many connections there have been.
    pub fn total_connections(&self) -> u64 {
        lock(&self.engine).stats.connections
    }

    /// The connections, oldest first.
    pub fn clients(&self) -> Vec<ClientDescription> {
        let engine = lock(&self.engine);
        let describe = |client: &crate::engine::client::Client| ClientDescription {
            id: client.id,
            address: client.info.address.clone(),
            name: String::from_utf8_lossy(&client.name).into_owned(),
            db: client.db,
            blocked: client.is_blocked(),
            subscriptions: client.subscriptions(),
        };
        engine.clients().map(describe).collect()
    }

    /// Closes all connections, as CLIENT KILL does. How many there were.
    pub fn kill_clients(&self) -> usize {
        let mut engine = lock(&self.engine);
        let ids: Vec<ConnectionId> = engine.clients().map(|client| client.id).collect();
        ids.iter().for_each(|id| engine.kill(*id));
        ids.len()
    }

    /// The latest commands that were executed, oldest first.
    pub fn command_log(&self) -> Vec<RecordedCommand> {
        lock(&self.engine).log.commands()
    }

    /// Forgets the commands executed so far.
    pub fn clear_command_log(&self) {
        lock(&self.engine).log.clear();
    }

    /// Waits until at least `clients` wait in a blocking command. Cancel safe.
    pub async fn wait_blocked(&self, clients: usize) {
        self.wait_until(|engine| engine.blocked_clients() >= clients).await;
    }

    /// Waits until at least `clients` are subscribed to a channel. Cancel safe.
    pub async fn wait_subscribed(&self, channel: &str, clients: usize) {
        self.wait_until(|engine| engine.pubsub.count(Kind::Channel, channel.as_bytes()) >= clients).await;
    }

    /// Waits until there are exactly `count` connections. Cancel safe.
    pub async fn wait_connections(&self, count: usize) {
        self.wait_until(|engine| engine.clients().count() == count).await;
    }

    async fn wait_until(&self, holds: impl Fn(&Engine) -> bool) {
        poll_fn(|cx| {
            let mut engine = lock(&self.engine);
            if holds(&engine) {
                return Poll::Ready(());
            }
            engine.observe(cx.waker());
            Poll::Pending
        })
        .await;
    }
}

impl Db<'_> {
    /// The string at a key; `None` if there is none, or something else.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<Bytes> {
        self.read(key, |text: &Text| text.bytes().clone())
    }

    /// Stores a string, as SET does.
    pub fn set(&self, key: impl AsRef<[u8]>, value: impl Into<Bytes>) {
        let key = Bytes::copy_from_slice(key.as_ref());
        let mut engine = lock(&self.server.engine);
        engine.advance();
        engine.db_mut(self.index).insert(&key, Value::String(Text::new(value.into())));
        engine.touch(self.index, &key);
        engine.settle();
        engine.finish();
    }

    /// Removes a key, as DEL does. Whether it existed.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> bool {
        let key = Bytes::copy_from_slice(key.as_ref());
        let mut engine = lock(&self.server.engine);
        engine.advance();
        let existed = engine.db_mut(self.index).remove(&key).is_some();
        engine.touch(self.index, &key);
        engine.settle();
        engine.finish();
        existed
    }

    /// The elements of a list; empty if there is none.
    pub fn list(&self, key: impl AsRef<[u8]>) -> Vec<Bytes> {
        self.read(key, |list: &List| list.iter().cloned().collect()).unwrap_or_default()
    }

    /// The members of a set; empty if there is none.
    pub fn members(&self, key: impl AsRef<[u8]>) -> HashSet<Bytes> {
        self.read(key, |set: &Set| set.iter().cloned().collect()).unwrap_or_default()
    }

    /// The fields and values of a hash; empty if there is none.
    pub fn hash(&self, key: impl AsRef<[u8]>) -> HashMap<Bytes, Bytes> {
        self.read(key, |hash: &Hash| {
            hash.iter().map(|(name, field)| (name.clone(), field.value.clone())).collect()
        })
        .unwrap_or_default()
    }

    /// The members and scores of a sorted set, lowest first; empty if there is none.
    pub fn sorted_set(&self, key: impl AsRef<[u8]>) -> Vec<(Bytes, f64)> {
        self.read(key, |set: &SortedSet| {
            set.iter().map(|ranked| (ranked.member.clone(), ranked.score)).collect()
        })
        .unwrap_or_default()
    }

    /// All keys, sorted.
    pub fn keys(&self) -> Vec<Bytes> {
        let mut keys: Vec<Bytes> = self.with(|engine| engine.db(self.index).keys().cloned().collect());
        keys.sort();
        keys
    }

    /// Whether a key exists.
    pub fn exists(&self, key: impl AsRef<[u8]>) -> bool {
        self.with(|engine| engine.db(self.index).contains(key.as_ref()))
    }

    /// How long a key still lives; `None` if it does not expire, or does not exist.
    pub fn ttl(&self, key: impl AsRef<[u8]>) -> Option<Duration> {
        self.with(|engine| {
            let left = engine.db(self.index).expiry(key.as_ref())? - engine.now();
            Some(Duration::from_millis(u64::try_from(left).unwrap_or(0)))
        })
    }

    /// The type of the value at a key.
    pub fn type_of(&self, key: impl AsRef<[u8]>) -> Option<ValueKind> {
        self.with(|engine| engine.db(self.index).get(key.as_ref()).map(|entry| entry.value.kind()))
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.with(|engine| engine.db(self.index).len())
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn read<T: Typed, R>(&self, key: impl AsRef<[u8]>, get: impl FnOnce(&T) -> R) -> Option<R> {
        self.with(|engine| engine.db(self.index).read(key.as_ref()).ok().flatten().map(get))
    }

    fn with<R>(&self, look: impl FnOnce(&Engine) -> R) -> R {
        let mut engine = lock(&self.server.engine);
        engine.advance();
        look(&engine)
    }
}
