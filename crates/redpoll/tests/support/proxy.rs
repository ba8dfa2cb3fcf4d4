use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::random::Random;

/// A TCP proxy in front of a server that misbehaves as its rules say. Rules can be changed at any time and hold for
/// open connections too. Dropping it closes all of them.
#[derive(Debug)]
pub struct Proxy {
    shared: Arc<Shared>,
    address: SocketAddr,
    listening: Option<JoinHandle<()>>,
    random: Random,
}

/// What is done to the bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules {
    /// From the client to the server.
    pub up: Flow,
    /// From the server to the client.
    pub down: Flow,
}

/// What is done to the bytes of one direction.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flow {
    /// Each piece is held back for a random time up to this.
    pub delay: Duration,
    /// Each piece is cut into pieces of a random size from 1 up to this.
    pub pieces: Option<usize>,
    /// The connection is closed once so many bytes have passed in this direction.
    pub cut_after: Option<u64>,
    /// Nothing passes, and the sockets stay open.
    pub is_stopped: bool,
}

#[derive(Debug)]
struct Shared {
    upstream: SocketAddr,
    rules: watch::Sender<Rules>,
    /// What becomes of the connections that exist when it changes.
    fate: watch::Sender<Fate>,
    open: Mutex<Vec<JoinHandle<()>>>,
    connections: AtomicU64,
    bytes_up: AtomicU64,
    bytes_down: AtomicU64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Live,
    Close,
    Reset,
}

impl Proxy {
    /// A proxy to a port of 127.0.0.1, on a free port, that just passes bytes on.
    pub async fn to(port: u16, random: &mut Random) -> Self {
        let shared = Arc::new(Shared {
            upstream: SocketAddr::from(([127, 0, 0, 1], port)),
            rules: watch::Sender::new(Rules::default()),
            fate: watch::Sender::new(Fate::Live),
            open: Mutex::default(),
            connections: AtomicU64::new(0),
            bytes_up: AtomicU64::new(0),
            bytes_down: AtomicU64::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut proxy = Self { shared, address, listening: None, random: random.fork() };
        proxy.accept(listener);
        proxy
    }

    pub const fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn config(&self) -> redpoll::Config {
        redpoll::Config::new("127.0.0.1", self.port())
    }

    /// Changes the rules.
    pub fn set(&self, change: impl FnOnce(&mut Rules)) {
        self.shared.rules.send_modify(change);
    }

    /// Changes the rules of both directions.
    pub fn set_both(&self, change: impl Fn(&mut Flow)) {
        self.set(|rules| [&mut rules.up, &mut rules.down].into_iter().for_each(change));
    }

    /// Nothing passes in either direction any more, and nobody is told.
    pub fn black_hole(&self) {
        self.set_both(|flow| flow.is_stopped = true);
    }

    /// Passes bytes on as they come.
    pub fn behave(&self) {
        self.set(|rules| *rules = Rules::default());
    }

    /// Ends every connection in order (FIN); they are gone when this returns.
    pub async fn close_connections(&self) {
        self.end_connections(Fate::Close).await;
    }

    /// Ends every connection at once (RST); they are gone when this returns.
    pub async fn reset_connections(&self) {
        self.end_connections(Fate::Reset).await;
    }

    async fn end_connections(&self, fate: Fate) {
        let open = std::mem::take(&mut *self.shared.open.lock().unwrap());
        self.shared.fate.send_replace(fate);
        for connection in open {
            let _ = connection.await;
        }
    }

    /// Closes the port: connections are refused.
    pub async fn refuse(&mut self) {
        if let Some(listening) = self.listening.take() {
            listening.abort();
            let _ = listening.await;
        }
    }

    /// Opens the port again.
    pub async fn listen(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.accept(listener);
    }

    /// Connections that were accepted so far.
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// Bytes that were passed on to the server, and to clients.
    pub fn bytes(&self) -> (u64, u64) {
        (self.shared.bytes_up.load(Ordering::Relaxed), self.shared.bytes_down.load(Ordering::Relaxed))
    }

    fn accept(&mut self, listener: TcpListener) {
        let (shared, mut random) = (Arc::clone(&self.shared), self.random.fork());
        self.listening = Some(tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::Relaxed);
                let fate = shared.fate.subscribe();
                let mut open = shared.open.lock().unwrap();
                open.retain(|connection| !connection.is_finished());
                open.push(tokio::spawn(Arc::clone(&shared).serve(client, fate, random.fork())));
            }
        }));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(listening) = self.listening.take() {
            listening.abort();
        }
        self.shared.fate.send_replace(Fate::Close);
    }
}

impl Shared {
    async fn serve(self: Arc<Self>, client: TcpStream, mut fate: watch::Receiver<Fate>, mut random: Random) {
        // A server that refuses shows as a connection that is closed at once.
        let Ok(server) = TcpStream::connect(self.upstream).await else { return };
        client.set_nodelay(true).unwrap();
        server.set_nodelay(true).unwrap();
        let up =
            Pump { shared: &self, flow: |rules| rules.up, passed: &self.bytes_up, random: random.fork() };
        let down =
            Pump { shared: &self, flow: |rules| rules.down, passed: &self.bytes_down, random: random.fork() };
        let is_reset = {
            let up = up.run(&client, &server);
            let down = down.run(&server, &client);
            tokio::select! {
                // Either end of the conversation ends it.
                _ = up => false,
                _ = down => false,
                changed = fate.changed() => changed.is_ok() && *fate.borrow() == Fate::Reset,
            }
        };
        if is_reset {
            for stream in [&client, &server] {
                let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
            }
        }
    }
}

struct Pump<'a> {
    shared: &'a Shared,
    flow: fn(&Rules) -> Flow,
    passed: &'a AtomicU64,
    random: Random,
}

impl Pump<'_> {
    async fn run(mut self, from: &TcpStream, to: &TcpStream) -> io::Result<()> {
        let mut rules = self.shared.rules.subscribe();
        let mut buffer = vec![0; 64 * 1024];
        let mut total = 0;
        loop {
            let read = read(from, &mut buffer).await?;
            let mut rest = buffer.get(..read).unwrap_or_default();
            if rest.is_empty() {
                return Ok(());
            }
            while !rest.is_empty() {
                let flow = {
                    let flow = self.flow;
                    let rules = rules.wait_for(|rules| !flow(rules).is_stopped).await;
                    flow(&*rules.map_err(io::Error::other)?)
                };
                let size = flow.pieces.map_or(rest.len(), |most| 1 + self.random.below(most)).min(rest.len());
                let left = flow.cut_after.map_or(u64::MAX, |limit| limit.saturating_sub(total));
                let size = size.min(usize::try_from(left).unwrap_or(usize::MAX));
                let (piece, after) = rest.split_at(size);
                self.hold_back(flow.delay).await;
                write(to, piece).await?;
                total += size as u64;
                self.passed.fetch_add(size as u64, Ordering::Relaxed);
                if size as u64 == left {
                    return Ok(());
                }
                rest = after;
            }
        }
    }

    /// The timer ticks in milliseconds: shorter delays just let others go first.
    async fn hold_back(&mut self, most: Duration) {
        let delay = self.random.up_to(most);
        if delay >= Duration::from_millis(1) {
            tokio::time::sleep(delay).await;
        } else if !most.is_zero() {
            tokio::task::yield_now().await;
        }
    }
}

async fn read(from: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        from.readable().await?;
        match from.try_read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            result => return result,
        }
    }
}

async fn write(to: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        to.writable().await?;
        match to.try_write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
        }
    }
    Ok(())
}
