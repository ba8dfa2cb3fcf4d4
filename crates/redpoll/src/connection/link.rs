use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::BytesMut;
use redpoll_protocol::{Outbound, RawCommand, Reply, ServerInfo};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::connection_stats::ConnectionStats;
use super::driver::End;
use super::line::Line;
use super::slots::{Outcome, SlotIndex, Slots};
use crate::error::{Error, ErrorKind};

/// One connection to a node, as callers see it. A driver owns the socket and keeps the connection up.
///
/// Callers encode their commands straight into the shared queue and wait in slots; what is queued while the
/// connection is down is written once it is up again, unless its deadline has passed by then.
#[derive(Debug)]
pub(crate) struct Link {
    queue: Mutex<Queue>,
    /// Told when the link is closed for good.
    closed: Notify,
    limits: QueueLimits,
    node: Arc<str>,
    counters: LinkCounters,
}

/// How much may be queued on a link.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QueueLimits {
    pub(crate) commands: usize,
    pub(crate) bytes: usize,
}

/// Until when a command waits for its replies.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Due {
    Never,
    At(Instant),
    After(Duration),
}

/// Why a command was not queued.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The limits are reached.
    Full,
    /// The link is closed for good.
    Closed,
}

/// What a link has done so far.
#[derive(Debug, Default)]
pub(super) struct LinkCounters {
    pub(super) connects: AtomicU64,
    pub(super) reads: AtomicU64,
    pub(super) writes: AtomicU64,
    pub(super) replies: AtomicU64,
    pub(super) pushes: AtomicU64,
}

/// Whether the link is connected.
#[derive(Debug)]
enum Status {
    Connecting,
    Ready,
    /// No new commands; the driver closes the socket when the last reply has come.
    Draining,
    Closed,
}

/// What callers and the driver share, under one lock that is never held across an await or a syscall.
#[derive(Debug)]
struct Queue {
    outbound: Outbound<SlotIndex>,
    slots: Slots,
    status: Status,
    info: Option<Arc<ServerInfo>>,
    /// Why the last attempt to connect failed, or the connection was lost, for the errors of those who waited in vain.
    failure: Option<Arc<str>>,
    /// Set while the driver sleeps.
    driver: Option<Waker>,
    /// The time of the read whose replies were completed last, as long as the driver has not slept since: who queues
    /// the next command meanwhile need not ask the clock.
    now: Option<Instant>,
    /// Not after the earliest deadline of all slots.
    earliest: Option<Instant>,
    /// Who waits for room.
    line: Line,
}

/// What the driver finds when it looks at the queue.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) earliest: Option<Instant>,
    pub(super) awaits_replies: bool,
    pub(super) is_idle: bool,
    pub(super) should_close: bool,
}

impl Link {
    pub(super) fn new(node: Arc<str>, limits: QueueLimits) -> Arc<Self> {
        Arc::new(Self {
            queue: Mutex::new(Queue {
                outbound: Outbound::new(),
                slots: Slots::default(),
                status: Status::Connecting,
                info: None,
                failure: None,
                driver: None,
                now: None,
                earliest: None,
                line: Line::default(),
            }),
            closed: Notify::new(),
            limits,
            node,
            counters: LinkCounters::default(),
        })
    }

    /// Queues commands as one unit and gives the place where their replies will be.
    ///
    /// `waited` is for callers whom [`wait_for_room`](Self::wait_for_room) let in: the others queue up behind them.
    pub(crate) fn submit<'a, 'c>(
        self: &'a Arc<Self>,
        commands: impl IntoIterator<Item = &'c RawCommand>,
        due: Due,
        waker: &Waker,
        waited: bool,
    ) -> Result<Ticket<'a>, Refused> {
        let mut queue = self.lock();
        if !matches!(queue.status, Status::Ready | Status::Connecting) {
            return Err(Refused::Closed);
        }
        if !queue.has_room(self.limits) || (!queue.line.is_empty() && !waited) {
            return Err(Refused::Full);
        }
        let deadline = due.deadline(queue.now);
        let slot = queue.slots.reserve();
        let sequence = queue.outbound.queue(commands, slot);
        queue.slots.occupy(slot, sequence, deadline, waker.clone());
        queue.earliest = queue.earliest.into_iter().chain(deadline).min();
        let driver = queue.driver.take();
        drop(queue);
        wake(driver);
        Ok(Ticket { link: self, slot, deadline, is_done: false })
    }

    /// Waits for room in the queue. Those who wait are let in in the order of their coming; the next one's turn comes
    /// when the place is given up, so that is to be done as soon as the commands are queued.
    ///
    /// # Cancel safety
    /// Dropping the future gives up the place in the line.
    pub(crate) async fn wait_for_room(&self) -> Place<'_> {
        let place = Place { link: self, number: self.lock().line.join() };
        poll_fn(|cx| {
            let mut queue = self.lock();
            let is_closed = matches!(queue.status, Status::Closed | Status::Draining);
            if is_closed || (queue.line.is_first(place.number) && queue.has_room(self.limits)) {
                return Poll::Ready(());
            }
            queue.line.wait(place.number, cx.waker());
            Poll::Pending
        })
        .await;
        place
    }

    pub(crate) fn node(&self) -> &Arc<str> {
        &self.node
    }

    pub(crate) fn is_ready(&self) -> bool {
        matches!(self.lock().status, Status::Ready)
    }

    /// Whether no reply is outstanding and nothing is queued: the connection is in a known state.
    pub(crate) fn is_idle(&self) -> bool {
        self.lock().outbound.commands() == 0
    }

    pub(crate) fn info(&self) -> Option<Arc<ServerInfo>> {
        self.lock().info.clone()
    }

    /// Commands whose replies have not come.
    pub(crate) fn in_flight(&self) -> usize {
        self.lock().outbound.commands()
    }

    /// Adds what this link is and has done to a sum over several.
    pub(crate) fn add_to(&self, mut sum: ConnectionStats) -> ConnectionStats {
        {
            let queue = self.lock();
            sum.connected += usize::from(matches!(queue.status, Status::Ready));
            sum.in_flight += queue.outbound.commands();
            sum.queued_bytes += queue.outbound.queued_bytes();
        }
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        sum.total += 1;
        sum.connects += get(&self.counters.connects);
        sum.replies += get(&self.counters.replies);
        sum.pushes += get(&self.counters.pushes);
        sum.reads += get(&self.counters.reads);
        sum.writes += get(&self.counters.writes);
        sum
    }

    pub(super) const fn counters(&self) -> &LinkCounters {
        &self.counters
    }

    /// The error for a command that timed out before it could be written.
    pub(crate) fn unsent_error(&self, timeout: Error) -> Error {
        let failure = self.lock().failure.clone();
        match failure {
            Some(failure) => Error::new(ErrorKind::Connect, format!("not connected in time: {failure}")),
            None => timeout,
        }
    }

    /// Refuses new commands, waits for the replies to those that were sent, then closes.
    pub(crate) async fn drain(&self) {
        let closed = self.closed.notified();
        tokio::pin!(closed);
        closed.as_mut().enable();
        let driver = {
            let mut queue = self.lock();
            if matches!(queue.status, Status::Closed) {
                return;
            }
            queue.status = Status::Draining;
            queue.driver.take()
        };
        wake(driver);
        closed.await;
    }

    /// Closes at once: whoever still waits is told that the connection is lost.
    pub(crate) fn close(&self) {
        let (driver, line) = {
            let mut queue = self.lock();
            queue.status = Status::Closed;
            (queue.driver.take(), queue.line.all())
        };
        line.into_iter().for_each(Waker::wake);
        wake(driver);
        self.closed.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics while the lock is held; if it did, the queue would still be whole.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the driver does to a link.
impl Link {
    pub(super) fn connected(&self, info: ServerInfo) {
        let mut queue = self.lock();
        if matches!(queue.status, Status::Connecting) {
            queue.status = Status::Ready;
        }
        queue.failure = None;
        queue.info = Some(Arc::new(info));
        self.counters.connects.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn connect_failed(&self, failure: &Error) {
        let why = match std::error::Error::source(failure) {
            Some(source) => format!("{failure}: {source}"),
            None => failure.to_string(),
        };
        self.lock().failure = Some(why.into());
    }

    /// Assigns replies in order and collects who is to be woken. `false` if the server answered what nobody asked.
    pub(super) fn complete(&self, replies: &mut Vec<Reply>, now: Instant, wakers: &mut Vec<Waker>) -> bool {
        let mut queue = self.lock();
        queue.now = Some(now);
        for reply in replies.drain(..) {
            let Some(answered) = queue.outbound.answered() else { return false };
            if let Some(slot) = answered.token {
                wakers.extend(queue.slots.reply(slot, reply, answered.is_last));
            }
        }
        wakers.extend(queue.let_in(self.limits));
        true
    }

    pub(super) fn has_unsent(&self) -> bool {
        self.lock().outbound.has_unsent()
    }

    /// Takes what is to be written if `wire` is empty, and remembers whom to wake when there is more.
    pub(super) fn look(&self, wire: &mut BytesMut, cx: &Context<'_>) -> Look {
        let mut queue = self.lock();
        let mut first_in_line = None;
        if wire.is_empty() && queue.outbound.has_unsent() {
            queue.outbound.take(wire);
            first_in_line = queue.let_in(self.limits);
        }
        queue.sleep(cx);
        let look = queue.look();
        drop(queue);
        wake(first_in_line);
        look
    }

    /// As [`look`](Self::look), while there is no connection to write to.
    pub(super) fn look_disconnected(&self, cx: &Context<'_>) -> Look {
        let mut queue = self.lock();
        queue.sleep(cx);
        queue.look()
    }

    /// Ends the waiting of those whose deadline has passed.
    pub(super) fn expire(&self, now: Instant, wakers: &mut Vec<Waker>) -> Option<Instant> {
        let mut guard = self.lock();
        let queue = &mut *guard;
        let outbound = &mut queue.outbound;
        queue.earliest = queue.slots.expire(now, |sequence| outbound.withdraw(sequence), wakers);
        wakers.extend(queue.let_in(self.limits));
        queue.earliest
    }

    /// Whether some caller waits until after `when`.
    pub(super) fn has_patient_callers(&self, when: Instant) -> bool {
        self.lock().slots.has_deadline_after(when)
    }

    /// Queues a command of the driver's own; its reply is dropped when it comes.
    pub(super) fn submit_unattended(&self, command: &RawCommand) {
        let mut queue = self.lock();
        let slot = queue.slots.reserve();
        let sequence = queue.outbound.queue([command], slot);
        queue.slots.occupy(slot, sequence, None, Waker::noop().clone());
        queue.slots.release(slot);
        queue.outbound.forget(sequence);
    }

    /// The socket is gone: everybody who waits is told. `unwritten` bytes of those taken had not been written.
    pub(super) fn lost(&self, unwritten: usize, end: End, closes: bool) {
        let mut wakers = Vec::new();
        let end = Arc::new(end);
        {
            let mut guard = self.lock();
            let queue = &mut *guard;
            queue.status = match queue.status {
                Status::Ready | Status::Connecting if !closes => Status::Connecting,
                _ => Status::Closed,
            };
            let lost = match queue.status {
                Status::Closed => queue.outbound.lose_all(unwritten),
                // What was not taken waits for the next connection, or for its deadline.
                _ => queue.outbound.lose(unwritten),
            };
            for lost in lost {
                wakers.extend(queue.slots.lose(lost.token, lost.written, &end));
            }
            queue.failure.get_or_insert_with(|| end.to_string().into());
            wakers.extend(queue.let_in(self.limits));
            if matches!(queue.status, Status::Closed) {
                queue.driver = None;
                wakers.extend(queue.line.all());
            }
        }
        wakers.drain(..).for_each(Waker::wake);
        if self.is_closed() {
            self.closed.notify_waiters();
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        matches!(self.lock().status, Status::Closed)
    }

    /// Gives back the memory that a burst needed.
    pub(super) fn shrink(&self) {
        let mut queue = self.lock();
        queue.outbound.shrink();
        queue.slots.shrink();
    }
}

impl Due {
    fn deadline(self, now: Option<Instant>) -> Option<Instant> {
        match self {
            Self::Never => None,
            Self::At(deadline) => Some(deadline),
            Self::After(timeout) => now.unwrap_or_else(Instant::now).checked_add(timeout),
        }
    }
}

impl Queue {
    fn has_room(&self, limits: QueueLimits) -> bool {
        self.outbound.commands() < limits.commands && self.outbound.queued_bytes() < limits.bytes
    }

    /// The first of those who wait, to be woken if there is room now; it lets the next one in.
    #[must_use = "wakers are called after the lock is released"]
    fn let_in(&mut self, limits: QueueLimits) -> Option<Waker> {
        if self.has_room(limits) { self.line.first() } else { None }
    }

    fn sleep(&mut self, cx: &Context<'_>) {
        self.now = None;
        match &mut self.driver {
            Some(stored) => stored.clone_from(cx.waker()),
            None => self.driver = Some(cx.waker().clone()),
        }
    }

    fn look(&self) -> Look {
        let is_idle = self.outbound.commands() == 0;
        Look {
            earliest: self.earliest,
            // Withdrawn commands at the end of what was taken owe nothing.
            awaits_replies: !is_idle && self.outbound.awaits_replies(),
            is_idle,
            should_close: match self.status {
                Status::Connecting | Status::Ready => false,
                Status::Draining => is_idle,
                Status::Closed => true,
            },
        }
    }
}

/// A place in the line of those who wait for room.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    link: &'a Link,
    number: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut queue = self.link.lock();
        queue.line.leave(self.number);
        let next = queue.let_in(self.link.limits);
        drop(queue);
        wake(next);
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// A caller's claim to the replies of what it queued.
///
/// # Cancel safety
/// Dropping it withdraws what was not yet taken for writing; otherwise the replies are drained in order when they come.
#[derive(Debug)]
pub(crate) struct Ticket<'a> {
    link: &'a Arc<Link>,
    slot: SlotIndex,
    deadline: Option<Instant>,
    /// The outcome was taken, and the place given free with it.
    is_done: bool,
}

impl<'a> Ticket<'a> {
    /// The replies, once they are all there or will not come any more. To be polled until it is ready, not after.
    pub(crate) fn poll(&mut self, cx: &Context<'_>) -> Poll<Outcome> {
        let poll = self.link.lock().slots.poll(self.slot, cx.waker());
        self.is_done = poll.is_ready();
        poll
    }

    pub(crate) const fn link(&self) -> &'a Arc<Link> {
        self.link
    }

    /// Until when the replies are waited for.
    pub(crate) const fn deadline(&self) -> Option<Instant> {
        self.deadline
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.is_done {
            return;
        }
        let mut queue = self.link.lock();
        let Some(sequence) = queue.slots.release(self.slot) else { return };
        queue.outbound.withdraw(sequence);
        let next = queue.let_in(self.link.limits);
        drop(queue);
        wake(next);
    }
}
