//! One connection: bytes in, commands to the engine, bytes out.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::Notify;

use crate::engine::client::{ConnectionId, ConnectionInfo};
use crate::engine::request::RequestParser;
use crate::engine::{Engine, Output};

/// How much room a read has at least.
const READ_SIZE: usize = 16 * 1024;

/// Above this much unsent output no further requests are read: a client that never reads cannot fill the memory.
const OUTPUT_LIMIT: usize = 256 * 1024 * 1024;

/// The engine, shared by the front ends and the direct API. Never held across an await.
pub(crate) type SharedEngine = Arc<Mutex<Engine>>;

/// A handler that panicked has left one command half-way; tests go on and see what it did.
pub(crate) fn lock(engine: &SharedEngine) -> MutexGuard<'_, Engine> {
    engine.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves a connection until either side closes it.
pub(crate) async fn serve<S>(engine: SharedEngine, info: ConnectionInfo, mut stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let wake = Arc::new(Notify::new());
    let waker = Arc::clone(&wake);
    let connected = lock(&engine).connect(info, Arc::new(move || waker.notify_one()));
    let id = match connected {
        Ok(id) => id,
        Err(refused) => {
            let _ = stream.write_all(refused.message()).await;
            let _ = stream.shutdown().await;
            return;
        }
    };
    let mut connection = Connection {
        stream,
        session: Session { engine, id },
        parser: RequestParser::new(),
        input: BytesMut::new(),
        output: BytesMut::new(),
        unflushed: false,
        closing: false,
    };
    // An I/O error means that the peer is gone, which is all there is to know.
    let _ = connection.run(&wake).await;
}

struct Connection<S> {
    stream: S,
    session: Session,
    parser: RequestParser,
    input: BytesMut,
    output: BytesMut,
    /// TLS may hold back what it has taken.
    unflushed: bool,
    closing: bool,
}

/// Tells the engine when the connection ends, even if the task is dropped.
struct Session {
    engine: SharedEngine,
    id: ConnectionId,
}

impl Drop for Session {
    fn drop(&mut self) {
        lock(&self.engine).disconnect(self.id);
    }
}

/// What made progress.
enum Progress {
    Received,
    EndOfInput,
    Sent,
    Woken,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    async fn run(&mut self, wake: &Notify) -> io::Result<()> {
        loop {
            if self.closing && self.output.is_empty() {
                return self.stream.shutdown().await;
            }
            match self.progress(wake).await? {
                Progress::Received => self.execute(),
                Progress::Woken => {
                    let output = lock(&self.session.engine).take_output(self.session.id);
                    self.queue(output);
                }
                Progress::EndOfInput => return Ok(()),
                Progress::Sent => {}
            }
        }
    }

    /// Reading and writing advance side by side: a peer that writes more before it reads does not get stuck.
    async fn progress(&mut self, wake: &Notify) -> io::Result<Progress> {
        let mut notified = std::pin::pin!(wake.notified());
        poll_fn(|cx| {
            let sent = self.poll_send(cx)?;
            if let Poll::Ready(received) = self.poll_receive(cx)? {
                return Poll::Ready(Ok(if received { Progress::Received } else { Progress::EndOfInput }));
            }
            if notified.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Ok(Progress::Woken));
            }
            if sent { Poll::Ready(Ok(Progress::Sent)) } else { Poll::Pending }
        })
        .await
    }

    /// Whether all output has gone out, and there was some.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> io::Result<bool> {
        if self.output.is_empty() && !self.unflushed {
            return Ok(false);
        }
        while !self.output.is_empty() {
            match Pin::new(&mut self.stream).poll_write(cx, &self.output)? {
                Poll::Ready(0) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(written) => {
                    self.output.advance(written);
                    self.unflushed = true;
                }
                Poll::Pending => return Ok(false),
            }
        }
        self.unflushed = Pin::new(&mut self.stream).poll_flush(cx)?.is_pending();
        Ok(!self.unflushed)
    }

    /// False at the end of the input.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        if self.closing || self.output.len() > OUTPUT_LIMIT {
            return Poll::Pending;
        }
        self.input.reserve(READ_SIZE);
        let read = std::pin::pin!(self.stream.read_buf(&mut self.input));
        read.poll(cx).map(|received| received.map(|length| length > 0))
    }

    /// Executes all commands that have arrived whole, under one lock.
    fn execute(&mut self) {
        let id = self.session.id;
        let mut engine = lock(&self.session.engine);
        loop {
            self.parser.set_authenticated(engine.is_authenticated(id));
            match self.parser.next(&mut self.input) {
                Ok(Some(argv)) => engine.feed(id, argv),
                Ok(None) => break,
                Err(error) => {
                    engine.protocol_error(id, error);
                    break;
                }
            }
        }
        engine.resume();
        let output = engine.take_output(id);
        drop(engine);
        self.queue(output);
    }

    fn queue(&mut self, output: Output) {
        if self.output.is_empty() {
            self.output = output.bytes;
        } else {
            self.output.extend_from_slice(&output.bytes);
        }
        self.closing |= output.close;
    }
}
