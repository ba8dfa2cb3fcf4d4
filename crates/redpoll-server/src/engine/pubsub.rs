//! Who is subscribed to what, and the delivery of messages.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::Engine;
use super::client::{Client, ConnectionId};
use super::pattern;
use super::reply::Reply;

type Subscribers = BTreeMap<Bytes, BTreeSet<ConnectionId>>;

/// The three kinds of subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Channel,
    Pattern,
    Shard,
}

#[derive(Debug, Default)]
pub(crate) struct PubSub {
    channels: Subscribers,
    patterns: Subscribers,
    shard_channels: Subscribers,
}

impl Kind {
    pub(crate) fn subscribed(self) -> &'static str {
        match self {
            Self::Channel => "subscribe",
            Self::Pattern => "psubscribe",
            Self::Shard => "ssubscribe",
        }
    }

    pub(crate) fn unsubscribed(self) -> &'static str {
        match self {
            Self::Channel => "unsubscribe",
            Self::Pattern => "punsubscribe",
            Self::Shard => "sunsubscribe",
        }
    }
}

impl PubSub {
    /// What at least one client is subscribed to.
    pub(crate) fn active(&self, kind: Kind) -> impl Iterator<Item = &Bytes> {
        self.subscribers(kind).keys()
    }

    /// How many clients are subscribed to exactly this.
    pub(crate) fn count(&self, kind: Kind, name: &[u8]) -> usize {
        self.subscribers(kind).get(name).map_or(0, BTreeSet::len)
    }

    fn subscribers(&self, kind: Kind) -> &Subscribers {
        match kind {
            Kind::Channel => &self.channels,
            Kind::Pattern => &self.patterns,
            Kind::Shard => &self.shard_channels,
        }
    }

    fn subscribers_mut(&mut self, kind: Kind) -> &mut Subscribers {
        match kind {
            Kind::Channel => &mut self.channels,
            Kind::Pattern => &mut self.patterns,
            Kind::Shard => &mut self.shard_channels,
        }
    }
}

impl Client {
    pub(crate) fn subscribed_to(&self, kind: Kind) -> &BTreeSet<Bytes> {
        match kind {
            Kind::Channel => &self.channels,
            Kind::Pattern => &self.patterns,
            Kind::Shard => &self.shard_channels,
        }
    }

    fn subscribed_to_mut(&mut self, kind: Kind) -> &mut BTreeSet<Bytes> {
        match kind {
            Kind::Channel => &mut self.channels,
            Kind::Pattern => &mut self.patterns,
            Kind::Shard => &mut self.shard_channels,
        }
    }

    /// The count in confirmations: channels and patterns together, shard channels apart.
    fn confirmed_count(&self, kind: Kind) -> usize {
        match kind {
            Kind::Channel | Kind::Pattern => self.channels.len() + self.patterns.len(),
            Kind::Shard => self.shard_channels.len(),
        }
    }
}

impl Engine {
    /// The confirmation that the client gets.
    pub(crate) fn subscribe(&mut self, id: ConnectionId, kind: Kind, name: &Bytes) -> Reply {
        let Some(client) = self.clients.get_mut(&id) else { return Reply::NOTHING };
        client.subscribed_to_mut(kind).insert(name.clone());
        self.pubsub.subscribers_mut(kind).entry(name.clone()).or_default().insert(id);
        confirmation(kind.subscribed(), Reply::BulkString(name.clone()), client.confirmed_count(kind))
    }

    pub(crate) fn unsubscribe(&mut self, id: ConnectionId, kind: Kind, name: &Bytes) -> Reply {
        let Some(client) = self.clients.get_mut(&id) else { return Reply::NOTHING };
        client.subscribed_to_mut(kind).remove(name);
        let subscribers = self.pubsub.subscribers_mut(kind);
        if let Some(ids) = subscribers.get_mut(name) {
            ids.remove(&id);
            if ids.is_empty() {
                subscribers.remove(name);
            }
        }
        confirmation(kind.unsubscribed(), Reply::BulkString(name.clone()), client.confirmed_count(kind))
    }

    /// Unsubscribes from everything of a kind; a client with no such subscription gets one confirmation too.
    pub(crate) fn unsubscribe_kind(&mut self, id: ConnectionId, kind: Kind) -> Vec<Reply> {
        let Some(client) = self.clients.get(&id) else { return Vec::new() };
        let names: Vec<Bytes> = client.subscribed_to(kind).iter().cloned().collect();
        if names.is_empty() {
            return vec![confirmation(kind.unsubscribed(), Reply::Null, client.confirmed_count(kind))];
        }
        names.iter().map(|name| self.unsubscribe(id, kind, name)).collect()
    }

    pub(crate) fn unsubscribe_all(&mut self, id: ConnectionId) {
        for kind in [Kind::Channel, Kind::Pattern, Kind::Shard] {
            self.unsubscribe_kind(id, kind);
        }
    }

    /// Delivers a message to those subscribed to the channel, then to those with a pattern that matches. How many.
    pub(crate) fn publish(&mut self, channel: &Bytes, payload: &Bytes) -> usize {
        let message = message("message", [channel, payload]);
        let mut receivers = self.deliver_to(self.receivers(Kind::Channel, channel), &message);
        let matching: Vec<(Bytes, Vec<ConnectionId>)> = self
            .pubsub
            .patterns
            .iter()
            .filter(|(pattern, _)| pattern::matches(pattern, channel))
            .map(|(pattern, ids)| (pattern.clone(), ids.iter().copied().collect()))
            .collect();
        for (pattern, ids) in matching {
            receivers += self.deliver_to(ids, &self::message("pmessage", [&pattern, channel, payload]));
        }
        receivers
    }

    pub(crate) fn publish_to_shard(&mut self, channel: &Bytes, payload: &Bytes) -> usize {
        let message = message("smessage", [channel, payload]);
        self.deliver_to(self.receivers(Kind::Shard, channel), &message)
    }

    fn receivers(&self, kind: Kind, name: &Bytes) -> Vec<ConnectionId> {
        self.pubsub.subscribers(kind).get(name).into_iter().flatten().copied().collect()
    }

    fn deliver_to(&mut self, receivers: Vec<ConnectionId>, message: &Reply) -> usize {
        for id in &receivers {
            if let Some(client) = self.clients.get_mut(id) {
                client.push(message);
            }
            self.wake(*id);
        }
        receivers.len()
    }
}

fn confirmation(what: &'static str, name: Reply, count: usize) -> Reply {
    Reply::Push(vec![Reply::bulk(what), name, Reply::count(count)])
}

fn message<const N: usize>(what: &'static str, parts: [&Bytes; N]) -> Reply {
    let parts = parts.into_iter().cloned().map(Reply::BulkString);
    Reply::Push(std::iter::once(Reply::bulk(what)).chain(parts).collect())
}
