use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

use bytes::{Bytes, BytesMut};
use redpoll_protocol::{
    CommandMeta, PubSubEvent, RawCommand, Reply, SubscriptionKind, Subscriptions, ToArgs,
};
use tokio::sync::oneshot;

use super::Client;
use super::deadline::Deadline;
use super::subscriber_driver;
use super::subscription::{Listener, Message, Subscription};
use crate::config::Config;
use crate::error::Error;

/// The Pub/Sub side of a client: one connection for all its subscriptions, made when the first one is.
///
/// It is apart from the shared connections, so that a flood of messages never delays a reply.
#[derive(Debug)]
pub(super) struct Subscriber(Arc<Shared>);

/// What the subscriptions and the driver of their connection share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) config: Arc<Config>,
    pub(super) node: Arc<str>,
    registry: Mutex<Registry>,
}

#[derive(Debug, Default)]
struct Registry {
    subscriptions: Subscriptions,
    listeners: HashMap<Name, Vec<Arc<Listener>>>,
    /// Who waits for the server to confirm what it asked for.
    joining: Vec<Joining>,
    /// Who is to be told of a gap once everything of it is confirmed again.
    rejoining: Vec<Arc<Listener>>,
    driver: Option<Waker>,
    is_driven: bool,
    is_closed: bool,
}

type Name = (SubscriptionKind, Bytes);

#[derive(Debug)]
struct Joining {
    names: Vec<Name>,
    joined: oneshot::Sender<Result<(), Error>>,
}

impl Client {
    /// Subscribes to channels. It returns when the server has confirmed: from then on no message is missed.
    ///
    /// # Errors
    /// `Timeout` or `Connect` if the server does not confirm in time, `Server` if it refuses.
    ///
    /// # Cancel safety
    /// Dropping the future undoes the subscription.
    pub async fn subscribe(&self, channels: impl ToArgs) -> Result<Subscription, Error> {
        self.core().subscriber().subscribe(SubscriptionKind::Channel, &channels).await
    }

    /// Subscribes to every channel that matches one of these glob-style patterns. See [`subscribe`](Self::subscribe).
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub async fn psubscribe(&self, patterns: impl ToArgs) -> Result<Subscription, Error> {
        self.core().subscriber().subscribe(SubscriptionKind::Pattern, &patterns).await
    }

    /// Subscribes to shard channels. Since Redis 7.0. See [`subscribe`](Self::subscribe).
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub async fn ssubscribe(&self, channels: impl ToArgs) -> Result<Subscription, Error> {
        self.core().subscriber().subscribe(SubscriptionKind::ShardChannel, &channels).await
    }
}

impl Subscriber {
    pub(super) fn new(config: Arc<Config>, node: Arc<str>) -> Self {
        Self(Arc::new(Shared { config, node, registry: Mutex::default() }))
    }

    async fn subscribe(&self, kind: SubscriptionKind, names: &impl ToArgs) -> Result<Subscription, Error> {
        let deadline = Deadline::after(self.0.config.command_timeout);
        let names = names_of(kind, names)?;
        let (joined, confirmation) = oneshot::channel();
        // Made first, so that giving up (a dropped future, a passed deadline) undoes what was registered.
        let subscription = self.0.register(names, joined)?;
        let refused = |error: Error| error.of(command_name(kind)).at(&self.0.node);
        match deadline.bound(confirmation).await {
            Ok(Ok(result)) => result.map(|()| subscription).map_err(refused),
            Ok(Err(_)) => Err(refused(Error::closed())),
            Err(timeout) => Err(refused(timeout)),
        }
    }

    pub(super) fn close(&self) {
        let (waker, listeners) = {
            let mut registry = self.0.lock();
            registry.is_closed = true;
            registry.joining.clear();
            (registry.driver.take(), std::mem::take(&mut registry.listeners))
        };
        listeners.values().flatten().for_each(|listener| listener.close());
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Shared {
    fn register(
        self: &Arc<Self>,
        names: Vec<Name>,
        joined: oneshot::Sender<Result<(), Error>>,
    ) -> Result<Subscription, Error> {
        let listener = Listener::new(self.config.pubsub_buffer);
        let waker = {
            let mut registry = self.lock();
            if registry.is_closed {
                return Err(Error::closed());
            }
            for (kind, name) in &names {
                registry.subscriptions.subscribe(*kind, name.clone());
                registry.listeners.entry((*kind, name.clone())).or_default().push(Arc::clone(&listener));
            }
            registry.joining.push(Joining { names: names.clone(), joined });
            registry.settle_joining();
            if !registry.is_driven {
                registry.is_driven = true;
                tokio::spawn(subscriber_driver::run(Arc::clone(self)));
            }
            registry.driver.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        Ok(Subscription::new(listener, Arc::clone(self), names))
    }

    /// One subscription ends: what nobody else listens to is wanted no more.
    pub(super) fn unsubscribe(&self, listener: &Arc<Listener>, names: &[Name]) {
        let waker = {
            let mut registry = self.lock();
            for name in names {
                let Some(listeners) = registry.listeners.get_mut(name) else { continue };
                listeners.retain(|other| !Arc::ptr_eq(other, listener));
                if listeners.is_empty() {
                    registry.listeners.remove(name);
                    registry.subscriptions.unsubscribe(name.0, name.1.clone());
                }
            }
            registry.rejoining.retain(|other| !Arc::ptr_eq(other, listener));
            registry.driver.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Appends what is to be written, and remembers whom to wake when there is more. `false`: the driver is done.
    pub(super) fn poll_transmit(&self, out: &mut BytesMut, cx: &Context<'_>) -> bool {
        let mut registry = self.lock();
        registry.subscriptions.poll_transmit(out);
        registry.driver = Some(cx.waker().clone());
        let is_done = registry.is_closed || registry.subscriptions.is_empty();
        if is_done {
            registry.is_driven = false;
            registry.driver = None;
        }
        !is_done
    }

    /// Takes one reply or push of the connection.
    pub(super) fn handle_reply(&self, reply: Reply) {
        let mut registry = self.lock();
        match registry.subscriptions.handle_reply(reply) {
            PubSubEvent::Message { kind, channel, pattern, payload } => {
                let name = (kind, pattern.clone().unwrap_or_else(|| channel.clone()));
                let Some(listeners) = registry.listeners.get(&name) else { return };
                let message = Message { channel, pattern, payload, gap: None };
                listeners.iter().for_each(|listener| listener.push(message.clone()));
            }
            PubSubEvent::Subscribed { .. } => registry.confirmed(),
            PubSubEvent::Refused { kind, names, error, .. } => {
                registry.refused(kind, &names, &Error::server(error))
            }
            // Another event is the answer to the driver's PING: that bytes have come at all is what counts.
            _ => {}
        }
    }

    /// The connection is lost. Everybody is told of the gap once they are subscribed again.
    pub(super) fn connection_lost(&self) {
        let mut registry = self.lock();
        registry.subscriptions.on_connection_lost();
        let mut listeners: Vec<Arc<Listener>> = Vec::new();
        for listener in registry.listeners.values().flatten() {
            if !listeners.iter().any(|other| Arc::ptr_eq(other, listener)) {
                listeners.push(Arc::clone(listener));
            }
        }
        registry.rejoining = listeners;
    }

    /// Whether nobody is left to connect for. If so, the next subscription starts a new driver.
    pub(super) fn is_done(&self) -> bool {
        let mut registry = self.lock();
        let is_done = registry.is_closed || registry.listeners.is_empty();
        if is_done {
            registry.subscriptions = Subscriptions::new();
            registry.is_driven = false;
        }
        is_done
    }

    fn lock(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registry {
    fn confirmed(&mut self) {
        self.settle_joining();
        if !self.rejoining.is_empty() && self.subscriptions.is_settled() {
            self.rejoining.drain(..).for_each(|listener| listener.reconnected());
        }
    }

    fn settle_joining(&mut self) {
        let subscriptions = &self.subscriptions;
        let is_joined = |joining: &mut Joining| {
            joining.names.iter().all(|(kind, name)| subscriptions.is_confirmed(*kind, name))
        };
        for joining in self.joining.extract_if(.., is_joined) {
            // One who gave up meanwhile has undone its subscription itself.
            let _ = joining.joined.send(Ok(()));
        }
    }

    /// Those who wait for these names learn of it as the result of subscribing, the others from their stream.
    fn refused(&mut self, kind: SubscriptionKind, names: &[Bytes], error: &Error) {
        let concerns = |joining: &mut Joining| {
            joining.names.iter().any(|(other, name)| *other == kind && names.contains(name))
        };
        for joining in self.joining.extract_if(.., concerns) {
            let _ = joining.joined.send(Err(error.copy()));
        }
        for name in names {
            for listener in self.listeners.get(&(kind, name.clone())).into_iter().flatten() {
                listener.fail(error.copy());
            }
        }
    }
}

fn command_name(kind: SubscriptionKind) -> &'static str {
    match kind {
        SubscriptionKind::Channel => "SUBSCRIBE",
        SubscriptionKind::Pattern => "PSUBSCRIBE",
        SubscriptionKind::ShardChannel => "SSUBSCRIBE",
    }
}

fn names_of(kind: SubscriptionKind, names: &impl ToArgs) -> Result<Vec<Name>, Error> {
    const HOLDER: CommandMeta = CommandMeta::read("");
    let mut holder = RawCommand::new(&HOLDER);
    holder.extend(names);
    if let Some(fault) = holder.fault() {
        return Err(Error::usage(fault.to_owned()).of(command_name(kind)));
    }
    let mut all: Vec<Name> = Vec::new();
    for name in holder.args().skip(1) {
        let name = (kind, Bytes::copy_from_slice(name));
        if !all.contains(&name) {
            all.push(name);
        }
    }
    if all.is_empty() {
        return Err(
            Error::usage("there is nothing to subscribe to: name at least one").of(command_name(kind))
        );
    }
    Ok(all)
}
