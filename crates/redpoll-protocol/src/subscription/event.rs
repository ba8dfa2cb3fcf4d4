use bytes::Bytes;

use crate::{CommandMeta, FromReply, Reply, RetryClass, ServerError};

/// What a subscription names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubscriptionKind {
    /// One channel (`SUBSCRIBE`).
    Channel,
    /// Every channel that matches a pattern (`PSUBSCRIBE`).
    Pattern,
    /// One channel of one shard of a cluster (`SSUBSCRIBE`).
    ShardChannel,
}

/// What has come on a connection that is used for Pub/Sub.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum PubSubEvent {
    /// The server confirms a subscription.
    Subscribed {
        /// What the subscription names.
        kind: SubscriptionKind,
        /// The channel or pattern.
        name: Bytes,
        /// How many subscriptions the connection now has; shard channels are counted apart.
        count: u64,
    },
    /// The server confirms the end of a subscription, or ends it by itself.
    Unsubscribed {
        /// What the subscription named.
        kind: SubscriptionKind,
        /// The channel or pattern.
        name: Bytes,
        /// How many subscriptions the connection still has; shard channels are counted apart.
        count: u64,
    },
    /// The server refused a command with several names without saying which. Each is sent again alone.
    Retrying {
        /// What the server says.
        error: ServerError,
    },
    /// The server refuses to change these subscriptions.
    Refused {
        /// What the subscriptions name.
        kind: SubscriptionKind,
        /// Whether they were to begin or to end.
        subscribes: bool,
        /// The channels or patterns.
        names: Vec<Bytes>,
        /// What the server says.
        error: ServerError,
    },
    /// A message.
    Message {
        /// By which kind of subscription it was received.
        kind: SubscriptionKind,
        /// The channel that it was published to.
        channel: Bytes,
        /// The pattern that matched the channel, if that was subscribed to.
        pattern: Option<Bytes>,
        /// The message itself.
        payload: Bytes,
    },
    /// The answer to a `PING` on a RESP2 connection with subscriptions.
    Pong {
        /// The argument of the `PING`.
        payload: Bytes,
    },
    /// Nothing of Pub/Sub: another push, or the reply to a command.
    Other(Reply),
}

impl SubscriptionKind {
    pub(super) const fn command(self, subscribes: bool) -> &'static CommandMeta {
        const SUBSCRIBE: CommandMeta = CommandMeta::write("SUBSCRIBE", RetryClass::Idempotent);
        const UNSUBSCRIBE: CommandMeta = CommandMeta::write("UNSUBSCRIBE", RetryClass::Idempotent);
        const PSUBSCRIBE: CommandMeta = CommandMeta::write("PSUBSCRIBE", RetryClass::Idempotent);
        const PUNSUBSCRIBE: CommandMeta = CommandMeta::write("PUNSUBSCRIBE", RetryClass::Idempotent);
        const SSUBSCRIBE: CommandMeta = CommandMeta::write("SSUBSCRIBE", RetryClass::Idempotent);
        const SUNSUBSCRIBE: CommandMeta = CommandMeta::write("SUNSUBSCRIBE", RetryClass::Idempotent);
        match (self, subscribes) {
            (Self::Channel, true) => &SUBSCRIBE,
            (Self::Channel, false) => &UNSUBSCRIBE,
            (Self::Pattern, true) => &PSUBSCRIBE,
            (Self::Pattern, false) => &PUNSUBSCRIBE,
            (Self::ShardChannel, true) => &SSUBSCRIBE,
            (Self::ShardChannel, false) => &SUNSUBSCRIBE,
        }
    }
}

/// A reply, sorted by what it means for subscriptions.
pub(super) enum Incoming {
    Confirmation { kind: SubscriptionKind, subscribes: bool, name: Bytes, count: u64 },
    Error(ServerError),
    Event(PubSubEvent),
}

pub(super) fn classify(reply: Reply) -> Incoming {
    let other = |reply| Incoming::Event(PubSubEvent::Other(reply));
    match reply {
        Reply::Error(error) => Incoming::Error(error),
        Reply::Push(elements) => read(&elements).unwrap_or_else(|| other(Reply::Push(elements))),
        Reply::Array(elements) => read(&elements).unwrap_or_else(|| other(Reply::Array(elements))),
        reply => other(reply),
    }
}

fn read(elements: &[Reply]) -> Option<Incoming> {
    use SubscriptionKind::{Channel, Pattern, ShardChannel};
    let (word, rest) = elements.split_first()?;
    match word.as_bytes()? {
        b"message" => message(Channel, rest),
        b"pmessage" => message(Pattern, rest),
        b"smessage" => message(ShardChannel, rest),
        b"subscribe" => confirmation(Channel, true, rest),
        b"unsubscribe" => confirmation(Channel, false, rest),
        b"psubscribe" => confirmation(Pattern, true, rest),
        b"punsubscribe" => confirmation(Pattern, false, rest),
        b"ssubscribe" => confirmation(ShardChannel, true, rest),
        b"sunsubscribe" => confirmation(ShardChannel, false, rest),
        b"pong" => pong(rest),
        _ => None,
    }
}

fn confirmation(kind: SubscriptionKind, subscribes: bool, rest: &[Reply]) -> Option<Incoming> {
    let [name, count] = rest else { return None };
    let count = u64::from_reply(count.clone()).ok()?;
    Some(Incoming::Confirmation { kind, subscribes, name: text(name)?, count })
}

fn message(kind: SubscriptionKind, rest: &[Reply]) -> Option<Incoming> {
    let (pattern, channel, payload) = match (kind, rest) {
        (SubscriptionKind::Pattern, [pattern, channel, payload]) => (Some(text(pattern)?), channel, payload),
        (SubscriptionKind::Channel | SubscriptionKind::ShardChannel, [channel, payload]) => {
            (None, channel, payload)
        }
        _ => return None,
    };
    let (channel, payload) = (text(channel)?, text(payload)?);
    Some(Incoming::Event(PubSubEvent::Message { kind, channel, pattern, payload }))
}

fn pong(rest: &[Reply]) -> Option<Incoming> {
    let [payload] = rest else { return None };
    Some(Incoming::Event(PubSubEvent::Pong { payload: text(payload)? }))
}

fn text(reply: &Reply) -> Option<Bytes> {
    Bytes::from_reply(reply.clone()).ok()
}
