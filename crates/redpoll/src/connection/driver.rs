use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use redpoll_protocol::{CommandMeta, DecodeError, Decoder, RawCommand, Reply};
use tokio::io::{AsyncReadExt, AsyncWrite};
use tokio::time::Instant;

use super::dial::Dialed;
use super::link::Link;
use super::timer::Timer;
use crate::transport::Transport;

/// The space offered to a read: the least, which doubles whenever a read fills it, up to the most.
const READ_SPACE: (usize, usize) = (16 * 1024, 256 * 1024);
/// So many replies are completed before the commands that they let follow are written: the server works on those
/// while this side completes the next wave, instead of one waiting for the other.
const WAVE: usize = 64;
/// A large reply takes so many reads before others on this thread get their turn.
const READS_PER_POLL: usize = 16;
/// Buffers that a large command or reply made bigger than this are given back at once.
const KEEP_AT_MOST: usize = 1024 * 1024;

const PING: CommandMeta = CommandMeta::read("PING");

/// Owns the socket of a link: writes what is queued, reads what has come, completes replies in order.
///
/// One poll advances reading and writing both, so that neither side's full buffers can stop the other. Before it
/// flushes it yields once: the callers that it has just woken queue their next commands first, and one write takes
/// them all.
///
/// The future ends when the connection does, and says why.
pub(super) struct Driver<'a> {
    link: &'a Arc<Link>,
    transport: Transport,
    decoder: Decoder,
    input: BytesMut,
    read_space: usize,
    /// What was taken from the queue and is being written.
    wire: BytesMut,
    replies: Vec<Reply>,
    wakers: Vec<Waker>,
    has_yielded: bool,
    timer: Timer,
    health: Health,
}

/// When a driver doubts its connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HealthPolicy {
    /// A connection that was idle for so long is sent a PING.
    pub(crate) ping_after: Option<Duration>,
    /// A connection that owes replies and sent nothing for so long is dead.
    pub(crate) dead_after: Option<Duration>,
    /// Give buffers back whenever nothing is in flight, rather than after a while.
    pub(crate) frugal: bool,
}

/// Why a connection ended.
#[derive(Debug)]
pub(crate) enum End {
    /// It was asked to.
    Closed,
    /// The server closed it.
    HungUp,
    Io(io::Error),
    Protocol(DecodeError),
    /// The server answered what nobody asked.
    UnaskedReply,
    /// The server owes replies and is silent.
    Silent(Duration),
}

#[derive(Debug)]
struct Health {
    policy: HealthPolicy,
    /// When bytes last came, or when the first of the outstanding commands was written, whichever is later.
    last_sign: Instant,
    awaits_replies: bool,
}

impl<'a> Driver<'a> {
    pub(super) fn new(link: &'a Arc<Link>, dialed: Dialed, policy: HealthPolicy) -> Self {
        Self {
            link,
            transport: dialed.transport,
            decoder: dialed.decoder,
            input: dialed.input,
            read_space: READ_SPACE.0,
            wire: BytesMut::new(),
            replies: Vec::new(),
            wakers: Vec::new(),
            has_yielded: false,
            timer: Timer::default(),
            health: Health { policy, last_sign: Instant::now(), awaits_replies: false },
        }
    }

    /// How many bytes that were taken from the queue have not been written.
    pub(super) fn unwritten(&self) -> usize {
        self.wire.len()
    }

    fn advance(&mut self, cx: &mut Context<'_>) -> Result<Poll<()>, End> {
        if self.has_yielded {
            self.has_yielded = false;
            if self.write(cx)?.is_ready() {
                return Ok(Poll::Ready(()));
            }
        }
        let may_read_more = self.read(cx)?;
        // While the socket takes no more, what is queued waits for it, and for nothing else.
        let may_write = self.wire.is_empty() && self.link.has_unsent();
        if may_read_more || may_write {
            self.has_yielded = true;
            cx.waker().wake_by_ref();
            return Ok(Poll::Pending);
        }
        self.write(cx)
    }

    /// Completes one wave of replies, reading when none is whole. Whether there may be more to read.
    fn read(&mut self, cx: &mut Context<'_>) -> Result<bool, End> {
        for _ in 0..READS_PER_POLL {
            let decoded = self.decode();
            let has_replies = !self.replies.is_empty();
            if has_replies {
                self.complete()?;
            }
            // Replies that came before the bytes that are none are good.
            decoded?;
            if has_replies {
                return Ok(true);
            }
            if self.fill(cx)?.is_pending() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn fill(&mut self, cx: &mut Context<'_>) -> Result<Poll<()>, End> {
        if self.transport.poll_readable(cx).map_err(End::Io)?.is_pending() {
            return Ok(Poll::Pending);
        }
        if self.input.capacity() - self.input.len() < self.read_space / 2 {
            self.input.reserve(self.decoder.wanted().clamp(self.read_space, KEEP_AT_MOST));
        }
        match pin!(self.transport.read_buf(&mut self.input)).poll(cx) {
            Poll::Pending => return Ok(Poll::Pending),
            Poll::Ready(Ok(0)) => return Err(End::HungUp),
            Poll::Ready(Ok(_)) => self.link.counters().reads.fetch_add(1, Ordering::Relaxed),
            Poll::Ready(Err(error)) => return Err(End::Io(error)),
        };
        if self.input.len() == self.input.capacity() {
            self.read_space = (2 * self.read_space).min(READ_SPACE.1);
        }
        self.health.last_sign = Instant::now();
        Ok(Poll::Ready(()))
    }

    fn decode(&mut self) -> Result<(), End> {
        while self.replies.len() < WAVE {
            match self.decoder.decode(&mut self.input).map_err(End::Protocol)? {
                Some(Reply::Push(_)) => {
                    self.link.counters().pushes.fetch_add(1, Ordering::Relaxed);
                }
                Some(reply) => self.replies.push(reply),
                None => break,
            }
        }
        Ok(())
    }

    fn complete(&mut self) -> Result<(), End> {
        self.link.counters().replies.fetch_add(self.replies.len() as u64, Ordering::Relaxed);
        let were_asked = self.link.complete(&mut self.replies, self.health.last_sign, &mut self.wakers);
        self.wakers.drain(..).for_each(Waker::wake);
        if were_asked { Ok(()) } else { Err(End::UnaskedReply) }
    }

    /// Writes until nothing is queued or the socket is full.
    fn write(&mut self, cx: &mut Context<'_>) -> Result<Poll<()>, End> {
        loop {
            let look = self.link.look(&mut self.wire, cx);
            self.watch(look.earliest, look.awaits_replies, look.is_idle);
            if look.should_close {
                return Ok(Poll::Ready(()));
            }
            if self.wire.is_empty() {
                return Ok(Poll::Pending);
            }
            match Pin::new(&mut self.transport).poll_write(cx, &self.wire) {
                Poll::Pending => return Ok(Poll::Pending),
                Poll::Ready(Ok(0)) => return Err(End::Io(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(written)) => self.written(written),
                Poll::Ready(Err(error)) => return Err(End::Io(error)),
            }
        }
    }

    fn written(&mut self, bytes: usize) {
        self.link.counters().writes.fetch_add(1, Ordering::Relaxed);
        self.wire.advance(bytes);
        if self.wire.is_empty() {
            if self.wire.capacity() > KEEP_AT_MOST {
                self.wire = BytesMut::new();
            } else {
                self.wire.clear();
            }
        }
    }

    /// Sets the timer for whatever is due first.
    fn watch(&mut self, earliest: Option<Instant>, awaits_replies: bool, is_idle: bool) {
        if awaits_replies && !self.health.awaits_replies {
            self.health.last_sign = Instant::now();
        }
        self.health.awaits_replies = awaits_replies;
        if let Some(when) = earliest.into_iter().chain(self.health.next_check()).min() {
            self.timer.arm(when);
        }
        if is_idle && self.health.policy.frugal {
            self.give_memory_back();
        }
    }

    /// The timer has fired: deadlines, the silent server, the idle connection.
    fn check(&mut self) -> Result<(), End> {
        let now = Instant::now();
        self.link.expire(now, &mut self.wakers);
        self.wakers.drain(..).for_each(Waker::wake);
        match self.health.verdict(now) {
            Verdict::Fine => {}
            Verdict::Dead { limit, .. } if self.link.has_patient_callers(now + limit / 4) => {
                self.health.look_again(now, limit);
            }
            Verdict::Dead { silence, .. } => return Err(End::Silent(silence)),
            Verdict::Idle => {
                self.give_memory_back();
                self.link.submit_unattended(&RawCommand::new(&PING));
            }
        }
        Ok(())
    }

    fn give_memory_back(&mut self) {
        if self.input.is_empty() && self.decoder.is_idle() && self.input.capacity() > 0 {
            self.input = BytesMut::new();
            self.read_space = READ_SPACE.0;
        }
        if self.wire.is_empty() && self.wire.capacity() > 0 {
            self.wire = BytesMut::new();
        }
        self.replies = Vec::new();
        self.wakers = Vec::new();
        self.link.shrink();
    }

    fn shut_down(&mut self, cx: &mut Context<'_>) {
        // The peer learns of the end from the closed socket in any case; a TLS goodbye is a courtesy.
        let _ = Pin::new(&mut self.transport).poll_shutdown(cx);
    }
}

impl Future for Driver<'_> {
    type Output = End;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<End> {
        let this = self.get_mut();
        loop {
            match this.advance(cx) {
                Ok(Poll::Pending) => {}
                Ok(Poll::Ready(())) => {
                    this.shut_down(cx);
                    return Poll::Ready(End::Closed);
                }
                Err(end) => return Poll::Ready(end),
            }
            match this.timer.poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) => {
                    if let Err(end) = this.check() {
                        return Poll::Ready(end);
                    }
                }
            }
        }
    }
}

impl End {
    /// Whether the server sent what is no reply, or no reply to anything.
    pub(crate) const fn is_protocol_error(&self) -> bool {
        matches!(self, Self::Protocol(_) | Self::UnaskedReply)
    }
}

impl std::error::Error for End {}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Closed => f.write_str("closed"),
            Self::HungUp => f.write_str("the server closed the connection"),
            Self::Io(error) => write!(f, "{error}"),
            Self::Protocol(error) => write!(f, "the server broke the protocol: {error}"),
            Self::UnaskedReply => f.write_str("the server sent a reply that nobody asked for"),
            Self::Silent(silence) => write!(f, "the server owes replies and was silent for {silence:?}"),
        }
    }
}

enum Verdict {
    Fine,
    Idle,
    Dead { silence: Duration, limit: Duration },
}

impl Health {
    fn limit(&self) -> Option<Duration> {
        if self.awaits_replies { self.policy.dead_after } else { self.policy.ping_after }
    }

    fn next_check(&self) -> Option<Instant> {
        self.limit().map(|limit| self.last_sign + limit)
    }

    /// Somebody has agreed to wait for longer: the silence is judged again after a quarter of the limit.
    fn look_again(&mut self, now: Instant, limit: Duration) {
        self.last_sign = now.checked_sub(limit / 4 * 3).unwrap_or(now);
    }

    fn verdict(&mut self, now: Instant) -> Verdict {
        let silence = now.saturating_duration_since(self.last_sign);
        match self.limit() {
            Some(limit) if silence >= limit && self.awaits_replies => Verdict::Dead { silence, limit },
            Some(limit) if silence >= limit => {
                self.last_sign = now;
                Verdict::Idle
            }
            _ => Verdict::Fine,
        }
    }
}
