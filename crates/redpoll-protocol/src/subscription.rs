mod event;

use std::collections::{BTreeMap, HashMap, VecDeque};

use bytes::{Bytes, BytesMut};

use self::event::{Incoming, classify};
pub use self::event::{PubSubEvent, SubscriptionKind};
use crate::{HashSlot, RawCommand, Reply, ServerError};

/// How many names one command carries: a command stays small enough to be written between others.
const NAMES_PER_COMMAND: usize = 512;

/// The subscriptions of one connection: what is wanted, what was sent, what the server confirmed.
///
/// Callers change what is wanted; [`poll_transmit`](Self::poll_transmit) writes the commands that bring the server there;
/// [`handle_reply`](Self::handle_reply) takes what comes back. After a lost connection everything that is wanted is
/// sent again. Whatever the order of changes, drops and refusals: once nothing is in flight, the server's
/// subscriptions are the wanted ones.
///
/// ```
/// use bytes::BytesMut;
/// use redpoll_protocol::{PubSubEvent, Reply, SubscriptionKind, Subscriptions};
///
/// let mut subscriptions = Subscriptions::new();
/// subscriptions.subscribe(SubscriptionKind::Channel, "news");
/// let mut out = BytesMut::new();
/// assert!(subscriptions.poll_transmit(&mut out));
/// assert_eq!(out, &b"*2\r\n$9\r\nSUBSCRIBE\r\n$4\r\nnews\r\n"[..]);
///
/// let confirmation = ["subscribe", "news"].map(|text| Reply::BulkString(text.into()));
/// let confirmation = Reply::Push(confirmation.into_iter().chain([Reply::Integer(1)]).collect());
/// let event = subscriptions.handle_reply(confirmation);
/// assert!(matches!(event, PubSubEvent::Subscribed { count: 1, .. }));
/// assert!(subscriptions.is_settled());
/// ```
#[derive(Debug, Default)]
pub struct Subscriptions {
    entries: HashMap<(SubscriptionKind, Bytes), Entry>,
    /// Names whose wanted state may differ from what was sent.
    changed: Vec<(SubscriptionKind, Bytes)>,
    /// Commands that the server has not answered in full, in the order they were written.
    in_flight: VecDeque<InFlight>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    wanted: bool,
    /// What the server will have once it has run everything that was sent.
    sent: bool,
    confirmed: bool,
    /// Confirmations that are still to come.
    awaited: u32,
    /// It was refused together with others, so that it is not known which of them the server minds.
    goes_alone: bool,
}

/// Which names share a command. Shard channels go slot by slot, since a cluster refuses two slots in one command.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    kind: SubscriptionKind,
    subscribes: bool,
    slot: Option<HashSlot>,
    alone: Option<Bytes>,
}

#[derive(Debug)]
struct InFlight {
    kind: SubscriptionKind,
    subscribes: bool,
    /// Names not yet confirmed, in the order of the command.
    names: VecDeque<Bytes>,
}

impl Subscriptions {
    /// Nothing wanted, nothing sent.
    pub fn new() -> Self {
        Self::default()
    }

    /// Wants a subscription. `false` if it was wanted already.
    pub fn subscribe(&mut self, kind: SubscriptionKind, name: impl Into<Bytes>) -> bool {
        self.want(kind, name.into(), true)
    }

    /// Wants a subscription no more. `false` if it was not wanted.
    pub fn unsubscribe(&mut self, kind: SubscriptionKind, name: impl Into<Bytes>) -> bool {
        self.want(kind, name.into(), false)
    }

    /// Appends the commands that bring the server to what is wanted. `false` if there is nothing to write.
    pub fn poll_transmit(&mut self, out: &mut BytesMut) -> bool {
        let groups = self.take_changes();
        let has_changes = !groups.is_empty();
        for (Group { kind, subscribes, .. }, names) in groups {
            for names in names.chunks(NAMES_PER_COMMAND) {
                let mut command = RawCommand::new(kind.command(subscribes));
                names.iter().for_each(|name| command.push(name));
                command.write_to(out);
                self.in_flight.push_back(InFlight {
                    kind,
                    subscribes,
                    names: names.iter().cloned().collect(),
                });
            }
        }
        has_changes
    }

    /// Takes a push, or any reply of a RESP2 connection that is used for Pub/Sub only, and says what it is.
    /// What it changes may call for commands: [`poll_transmit`](Self::poll_transmit) comes next.
    pub fn handle_reply(&mut self, reply: Reply) -> PubSubEvent {
        match classify(reply) {
            Incoming::Event(event) => event,
            Incoming::Error(error) => self.refused(error),
            Incoming::Confirmation { kind, subscribes, name, count } => {
                self.confirmed_by_server(kind, subscribes, &name);
                if subscribes {
                    PubSubEvent::Subscribed { kind, name, count }
                } else {
                    PubSubEvent::Unsubscribed { kind, name, count }
                }
            }
        }
    }

    /// The server has forgotten everything: what is wanted will be sent again on the next connection.
    pub fn on_connection_lost(&mut self) {
        self.in_flight.clear();
        self.entries.retain(|_, entry| entry.wanted);
        for entry in self.entries.values_mut() {
            *entry = Entry { wanted: true, ..Entry::default() };
        }
        self.changed = self.entries.keys().cloned().collect();
        self.changed.sort_unstable();
    }

    /// Whether the server has confirmed everything that is wanted and nothing else.
    pub fn is_settled(&self) -> bool {
        self.in_flight.is_empty() && self.entries.values().all(|entry| entry.wanted == entry.confirmed)
    }

    /// Whether nothing is wanted and the server has nothing left either.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether commands were written whose confirmations are still to come.
    pub fn awaits_confirmation(&self) -> bool {
        !self.in_flight.is_empty()
    }

    /// Whether the server has confirmed this subscription.
    pub fn is_confirmed(&self, kind: SubscriptionKind, name: &[u8]) -> bool {
        self.entry(kind, name).is_some_and(|entry| entry.confirmed)
    }

    /// Whether this subscription is wanted.
    pub fn is_wanted(&self, kind: SubscriptionKind, name: &[u8]) -> bool {
        self.entry(kind, name).is_some_and(|entry| entry.wanted)
    }

    /// Everything that is wanted, in no particular order.
    pub fn wanted(&self) -> impl Iterator<Item = (SubscriptionKind, &Bytes)> {
        self.entries.iter().filter(|(_, entry)| entry.wanted).map(|((kind, name), _)| (*kind, name))
    }

    fn entry(&self, kind: SubscriptionKind, name: &[u8]) -> Option<&Entry> {
        self.entries.get(&(kind, Bytes::copy_from_slice(name)))
    }

    fn want(&mut self, kind: SubscriptionKind, name: Bytes, wanted: bool) -> bool {
        let key = (kind, name);
        if !wanted && !self.entries.contains_key(&key) {
            return false;
        }
        let entry = self.entries.entry(key.clone()).or_default();
        let is_change = entry.wanted != wanted;
        if is_change {
            entry.wanted = wanted;
            self.changed.push(key);
        }
        is_change
    }

    /// The names to send, by command.
    fn take_changes(&mut self) -> BTreeMap<Group, Vec<Bytes>> {
        let mut groups = BTreeMap::<_, Vec<Bytes>>::new();
        for key in std::mem::take(&mut self.changed) {
            let Some(entry) = self.entries.get_mut(&key) else { continue };
            if entry.wanted == entry.sent {
                self.forget_if_done(&key);
                continue;
            }
            entry.sent = entry.wanted;
            entry.awaited = entry.awaited.saturating_add(1);
            let (kind, name) = key;
            let slot = (kind == SubscriptionKind::ShardChannel).then(|| HashSlot::of(&name));
            let alone = entry.goes_alone.then(|| name.clone());
            groups.entry(Group { kind, subscribes: entry.sent, slot, alone }).or_default().push(name);
        }
        groups
    }

    fn confirmed_by_server(&mut self, kind: SubscriptionKind, subscribes: bool, name: &Bytes) {
        let is_awaited = self.take_awaited(kind, subscribes, name);
        let key = (kind, name.clone());
        let Some(entry) = self.entries.get_mut(&key) else { return };
        entry.confirmed = subscribes;
        if is_awaited {
            entry.awaited = entry.awaited.saturating_sub(1);
        } else if entry.awaited == 0 && entry.sent != subscribes {
            // Unasked: the slot of a shard channel has moved away, or an administrator intervened.
            entry.sent = subscribes;
            self.changed.push(key.clone());
        }
        self.forget_if_done(&key);
    }

    /// Whether this is the next confirmation that the oldest command waits for; if so, it waits no longer.
    fn take_awaited(&mut self, kind: SubscriptionKind, subscribes: bool, name: &Bytes) -> bool {
        let Some(front) = self.in_flight.front_mut() else { return false };
        if front.kind != kind || front.subscribes != subscribes || front.names.front() != Some(name) {
            return false;
        }
        front.names.pop_front();
        if front.names.is_empty() {
            self.in_flight.pop_front();
        }
        true
    }

    /// An error answers the oldest command as a whole: permissions are checked before any of its names is taken.
    /// A name that was refused alone is wanted no more, or it would be sent for ever; several are sent again one by one.
    fn refused(&mut self, error: ServerError) -> PubSubEvent {
        let Some(command) = self.in_flight.pop_front() else {
            return PubSubEvent::Other(Reply::Error(error));
        };
        let is_final = command.names.len() == 1;
        for name in &command.names {
            self.refuse((command.kind, name.clone()), is_final);
        }
        if !is_final {
            return PubSubEvent::Retrying { error };
        }
        let names = command.names.into();
        PubSubEvent::Refused { kind: command.kind, subscribes: command.subscribes, names, error }
    }

    fn refuse(&mut self, key: (SubscriptionKind, Bytes), is_final: bool) {
        let Some(entry) = self.entries.get_mut(&key) else { return };
        entry.awaited = entry.awaited.saturating_sub(1);
        entry.goes_alone = true;
        // What was sent after the refused command decides, once that is answered.
        if entry.awaited == 0 {
            entry.sent = entry.confirmed;
            if is_final {
                entry.wanted = entry.confirmed;
            }
            self.changed.push(key.clone());
        }
        self.forget_if_done(&key);
    }

    fn forget_if_done(&mut self, key: &(SubscriptionKind, Bytes)) {
        let is_done = |entry: &Entry| !entry.wanted && !entry.sent && !entry.confirmed && entry.awaited == 0;
        if self.entries.get(key).is_some_and(is_done) {
            self.entries.remove(key);
        }
    }
}

#[cfg(test)]
mod tests;
