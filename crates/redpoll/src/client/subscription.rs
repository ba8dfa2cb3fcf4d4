use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_core::Stream;
use redpoll_protocol::{FromReply, Reply, SubscriptionKind};

use super::subscriber::Shared;
use crate::error::Error;

/// Messages of the channels, patterns or shard channels that were subscribed to, as a stream.
///
/// It resubscribes by itself when the connection was lost, and does not hide what was missed:
/// [`next_event`](Self::next_event) gives a [`Gap`] in its place between the messages, and
/// [`next`](Self::next), which only gives messages, marks the one after it ([`Message::gap`]).
///
/// Messages wait in a buffer of [`Config::pubsub_buffer`](crate::Config::pubsub_buffer) messages. When it is full, the oldest is dropped and
/// counted: a slow consumer never holds up the connection nor other subscriptions.
///
/// Dropping it unsubscribes from whatever no other subscription of the client wants.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
/// # let server = redpoll_server::Server::start().await.unwrap();
/// use redpoll::{Client, prelude::*};
///
/// let client = Client::connect(server.url()).await?;
/// let mut news = client.subscribe(["news"]).await?;
/// client.publish("news", "hello").await?;
/// let message = news.next().await.expect("the client is open")?;
/// assert_eq!((message.channel(), message.payload::<String>()?), ("news", "hello".to_owned()));
/// # Ok(()) }
/// ```
pub struct Subscription {
    listener: Arc<Listener>,
    shared: Arc<Shared>,
    names: Vec<(SubscriptionKind, Bytes)>,
}

/// What a [`Subscription`] gives.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A message.
    Message(Message),
    /// Messages may be missing, or are, between the event before and the one after.
    Gap(Gap),
}

/// Why messages are missing from a [`Subscription`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Gap {
    /// Exactly so many messages were dropped because the buffer was full.
    pub dropped: u64,
    /// The connection was lost and everything is subscribed anew: the server keeps no messages, so it is not known
    /// how many were missed in between.
    pub reconnected: bool,
}

/// A Pub/Sub message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub(super) channel: Bytes,
    pub(super) pattern: Option<Bytes>,
    pub(super) payload: Bytes,
    pub(super) gap: Option<Gap>,
}

impl Message {
    /// The channel that it was published to. A name that is not UTF-8 shows as `�`: use
    /// [`channel_bytes`](Self::channel_bytes) for those.
    pub fn channel(&self) -> &str {
        std::str::from_utf8(&self.channel).unwrap_or("\u{FFFD}")
    }

    /// The channel's name as bytes.
    pub const fn channel_bytes(&self) -> &Bytes {
        &self.channel
    }

    /// The pattern that matched the channel, for messages of `psubscribe`.
    pub fn pattern(&self) -> Option<&str> {
        self.pattern.as_ref().map(|pattern| std::str::from_utf8(pattern).unwrap_or("\u{FFFD}"))
    }

    /// The payload as a type, read as the reply of `GET` would be.
    ///
    /// # Errors
    /// `Decode` if it does not fit.
    pub fn payload<T: FromReply>(&self) -> Result<T, Error> {
        Ok(T::from_reply(Reply::BulkString(self.payload.clone()))?)
    }

    /// The payload as bytes.
    pub const fn payload_bytes(&self) -> &Bytes {
        &self.payload
    }

    /// What is missing between the message before and this one, if anything is.
    pub const fn gap(&self) -> Option<Gap> {
        self.gap
    }
}

impl Subscription {
    pub(super) const fn new(
        listener: Arc<Listener>,
        shared: Arc<Shared>,
        names: Vec<(SubscriptionKind, Bytes)>,
    ) -> Self {
        Self { listener, shared, names }
    }

    /// The next message; `None` once the client is closed.
    ///
    /// # Errors
    /// The server refused to subscribe anew after a reconnection, for instance because of changed permissions.
    ///
    /// # Cancel safety
    /// Dropping the future loses no message.
    pub async fn next(&mut self) -> Option<Result<Message, Error>> {
        poll_fn(|cx| self.poll_message(cx)).await
    }

    /// The next message or gap; `None` once the client is closed.
    ///
    /// # Errors
    /// As for [`next`](Self::next).
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    pub async fn next_event(&mut self) -> Option<Result<Event, Error>> {
        poll_fn(|cx| self.listener.poll_event(cx)).await
    }

    /// How many messages were dropped because the buffer was full, since the subscription began.
    pub fn dropped(&self) -> u64 {
        self.listener.lock().dropped_in_all
    }

    fn poll_message(&self, cx: &Context<'_>) -> Poll<Option<Result<Message, Error>>> {
        let mut queue = self.listener.lock();
        loop {
            match queue.poll_event(cx) {
                Poll::Ready(Some(Ok(Event::Gap(gap)))) => {
                    queue.skipped = Some(merge(queue.skipped.take(), gap));
                }
                Poll::Ready(Some(Ok(Event::Message(mut message)))) => {
                    message.gap = queue.skipped.take();
                    return Poll::Ready(Some(Ok(message)));
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.shared.unsubscribe(&self.listener, &self.names);
    }
}

impl Stream for Subscription {
    type Item = Result<Message, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_message(cx)
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("subscribed_to", &self.names.len()).finish_non_exhaustive()
    }
}

/// The receiving end of one subscription: a bounded buffer that drops the oldest.
#[derive(Debug)]
pub(super) struct Listener {
    queue: Mutex<EventQueue>,
    capacity: usize,
}

#[derive(Debug, Default)]
struct EventQueue {
    /// Messages, and the gaps that reconnections left between them.
    events: VecDeque<Event>,
    messages: usize,
    /// What is to be told before the first event of the buffer.
    gap: Option<Gap>,
    /// A gap that `next` passed over, for the message after it.
    skipped: Option<Gap>,
    dropped_in_all: u64,
    failure: Option<Error>,
    is_closed: bool,
    waker: Option<Waker>,
}

impl Listener {
    pub(super) fn new(capacity: usize) -> Arc<Self> {
        Arc::new(Self { queue: Mutex::default(), capacity: capacity.max(1) })
    }

    /// Adds a message. When the buffer is full, its oldest is dropped and counted.
    pub(super) fn push(&self, message: Message) {
        self.change(|queue| {
            while queue.messages >= self.capacity {
                queue.drop_oldest();
            }
            queue.messages += 1;
            queue.events.push_back(Event::Message(message));
        });
    }

    /// The connection was lost, and everything is subscribed anew by now.
    pub(super) fn reconnected(&self) {
        let gap = Gap { dropped: 0, reconnected: true };
        self.change(|queue| match queue.events.back_mut() {
            Some(Event::Gap(last)) => *last = merge(Some(*last), gap),
            _ => queue.events.push_back(Event::Gap(gap)),
        });
    }

    pub(super) fn fail(&self, error: Error) {
        self.change(|queue| queue.failure = Some(error));
    }

    pub(super) fn close(&self) {
        self.change(|queue| queue.is_closed = true);
    }

    fn change(&self, change: impl FnOnce(&mut EventQueue)) {
        let waker = {
            let mut queue = self.lock();
            change(&mut queue);
            queue.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn poll_event(&self, cx: &Context<'_>) -> Poll<Option<Result<Event, Error>>> {
        self.lock().poll_event(cx)
    }

    fn lock(&self) -> MutexGuard<'_, EventQueue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventQueue {
    fn poll_event(&mut self, cx: &Context<'_>) -> Poll<Option<Result<Event, Error>>> {
        if let Some(gap) = self.gap.take() {
            return Poll::Ready(Some(Ok(Event::Gap(gap))));
        }
        if let Some(event) = self.events.pop_front() {
            self.messages -= usize::from(matches!(event, Event::Message(_)));
            return Poll::Ready(Some(Ok(event)));
        }
        if let Some(error) = self.failure.take() {
            return Poll::Ready(Some(Err(error)));
        }
        if self.is_closed {
            return Poll::Ready(None);
        }
        self.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Moves the oldest event of the buffer into the gap before it.
    fn drop_oldest(&mut self) {
        let lost = match self.events.pop_front() {
            Some(Event::Message(_)) => {
                self.messages -= 1;
                self.dropped_in_all += 1;
                Gap { dropped: 1, reconnected: false }
            }
            Some(Event::Gap(gap)) => gap,
            None => return,
        };
        self.gap = Some(merge(self.gap, lost));
    }
}

fn merge(before: Option<Gap>, after: Gap) -> Gap {
    let before = before.unwrap_or_default();
    Gap { dropped: before.dropped + after.dropped, reconnected: before.reconnected || after.reconnected }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(payload: &str) -> Message {
        Message { channel: "c".into(), pattern: None, payload: payload.to_owned().into(), gap: None }
    }

    fn drain(listener: &Listener) -> Vec<String> {
        let cx = Context::from_waker(Waker::noop());
        let mut events = Vec::new();
        while let Poll::Ready(Some(event)) = listener.poll_event(&cx) {
            events.push(match event.unwrap() {
                Event::Message(message) => message.payload::<String>().unwrap(),
                Event::Gap(gap) => format!("gap {} {}", gap.dropped, gap.reconnected),
            });
        }
        events
    }

    #[test]
    fn a_full_buffer_drops_the_oldest_and_counts_exactly() {
        let listener = Listener::new(2);
        ["a", "b", "c", "d", "e"].iter().for_each(|payload| listener.push(message(payload)));
        assert_eq!(drain(&listener), ["gap 3 false", "d", "e"]);
        assert_eq!(listener.lock().dropped_in_all, 3);
        listener.push(message("f"));
        assert_eq!(drain(&listener), ["f"]);
    }

    #[test]
    fn a_reconnection_is_told_in_its_place() {
        let listener = Listener::new(2);
        listener.push(message("a"));
        listener.reconnected();
        listener.reconnected();
        listener.push(message("b"));
        assert_eq!(drain(&listener), ["a", "gap 0 true", "b"]);
    }

    #[test]
    fn a_dropped_gap_joins_the_count_before_it() {
        let listener = Listener::new(1);
        listener.push(message("a"));
        listener.reconnected();
        listener.push(message("b"));
        listener.push(message("c"));
        assert_eq!(drain(&listener), ["gap 2 true", "c"]);
    }
}
