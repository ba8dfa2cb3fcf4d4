//! Keeps the connection of a client's subscriptions up, for as long as there are any.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use redpoll_protocol::{CommandMeta, Decoder, RawCommand};
use tokio::io::{AsyncReadExt, AsyncWrite};
use tokio::time::{Instant, Sleep, sleep_until};

use super::subscriber::Shared;
use crate::connection::{Backoff, Dialed, dial};
use crate::transport::Transport;

const PING: CommandMeta = CommandMeta::read("PING");
const READ_SPACE: usize = 16 * 1024;
/// Somebody waits for messages: the pause stays short, however long the server is down.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// Connects, subscribes to all that is wanted, and hands on what comes; again whenever the connection is lost.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut backoff = Backoff::new(shared.config.reconnect_min_delay, shared.config.reconnect_max_delay);
    while !shared.is_done() {
        if let Ok(dialed) = dial(&shared.config, &shared.node).await {
            let since = Instant::now();
            if drive(&shared, dialed).await {
                return;
            }
            shared.connection_lost();
            // A server that accepts and hangs up at once is not hammered.
            if since.elapsed() >= shared.config.reconnect_min_delay {
                backoff.reset();
                continue;
            }
        }
        tokio::time::sleep(backoff.next_delay().min(LONGEST_PAUSE)).await;
    }
}

/// Moves bytes until the connection is lost (`false`) or nothing is subscribed to any more (`true`).
async fn drive(shared: &Arc<Shared>, dialed: Dialed) -> bool {
    let mut connection = Connection {
        shared,
        transport: dialed.transport,
        decoder: dialed.decoder,
        input: dialed.input,
        out: BytesMut::new(),
        awaits_pong: false,
    };
    let mut timer = pin!(sleep_until(connection.next_check()));
    poll_fn(|cx| connection.poll(timer.as_mut(), cx)).await
}

struct Connection<'a> {
    shared: &'a Arc<Shared>,
    transport: Transport,
    decoder: Decoder,
    input: BytesMut,
    out: BytesMut,
    /// A PING was sent and nothing has come since.
    awaits_pong: bool,
}

struct Lost;

impl Connection<'_> {
    fn poll(&mut self, mut timer: Pin<&mut Sleep>, cx: &mut Context<'_>) -> Poll<bool> {
        loop {
            match self.read(cx) {
                Ok(true) => timer.as_mut().reset(self.next_check()),
                Ok(false) => {}
                Err(Lost) => return Poll::Ready(false),
            }
            match self.write(cx) {
                Ok(true) => {}
                Ok(false) => return Poll::Ready(true),
                Err(Lost) => return Poll::Ready(false),
            }
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if self.awaits_pong {
                return Poll::Ready(false);
            }
            self.awaits_pong = true;
            RawCommand::new(&PING).write_to(&mut self.out);
            timer.as_mut().reset(self.next_check());
        }
    }

    /// When to ask whether the server is still there, or to give it up.
    fn next_check(&self) -> Instant {
        let config = &self.shared.config;
        Instant::now() + if self.awaits_pong { config.command_timeout } else { config.ping_idle_after }
    }

    /// Reads all that is there. Whether something was.
    fn read(&mut self, cx: &mut Context<'_>) -> Result<bool, Lost> {
        let mut has_read = false;
        loop {
            if self.transport.poll_readable(cx).map_err(|_| Lost)?.is_pending() {
                return Ok(has_read);
            }
            self.input.reserve(self.decoder.wanted().clamp(READ_SPACE, 1 << 20));
            match pin!(self.transport.read_buf(&mut self.input)).poll(cx) {
                Poll::Pending => return Ok(has_read),
                Poll::Ready(Ok(0) | Err(_)) => return Err(Lost),
                Poll::Ready(Ok(_)) => {}
            }
            has_read = true;
            self.awaits_pong = false;
            while let Some(reply) = self.decoder.decode(&mut self.input).map_err(|_| Lost)? {
                self.shared.handle_reply(reply);
            }
        }
    }

    /// Writes what is wanted. `false`: there is nothing left to subscribe to.
    fn write(&mut self, cx: &mut Context<'_>) -> Result<bool, Lost> {
        if !self.shared.poll_transmit(&mut self.out, cx) {
            return Ok(false);
        }
        while self.out.has_remaining() {
            match Pin::new(&mut self.transport).poll_write(cx, &self.out) {
                Poll::Pending => break,
                Poll::Ready(Ok(0) | Err(_)) => return Err(Lost),
                Poll::Ready(Ok(written)) => self.out.advance(written),
            }
        }
        Ok(true)
    }
}
