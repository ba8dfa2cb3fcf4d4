//! The thread that listens and serves, and how it is told what to do.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::thread::JoinHandle;

use tokio::io::DuplexStream;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinSet;
#[cfg(feature = "tls")]
use tokio_rustls::TlsAcceptor;

use crate::engine::client::ConnectionInfo;
use crate::net::connection::{SharedEngine, lock, serve};
#[cfg(feature = "tls")]
use crate::net::tls::{Credentials, serve_tls};

/// Where to listen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Addresses {
    pub(crate) tcp: Option<SocketAddr>,
    pub(crate) unix: Option<PathBuf>,
    /// For the TCP address.
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<Credentials>,
}

impl Addresses {
    /// How URLs of the TCP address begin.
    pub(crate) fn scheme(&self) -> &'static str {
        #[cfg(feature = "tls")]
        if self.tls.is_some() {
            return "rediss";
        }
        "redis"
    }
}

/// A request to the thread.
pub(crate) enum Order {
    /// Opens the listeners; the TCP address that was bound comes back.
    Listen(Addresses, oneshot::Sender<io::Result<Option<SocketAddr>>>),
    /// Closes the listeners and all connections.
    Silence(oneshot::Sender<()>),
    /// Serves a connection that needs no socket.
    Serve(DuplexStream),
}

/// The thread, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Host {
    orders: Option<mpsc::UnboundedSender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    pub(crate) fn spawn(engine: SharedEngine) -> io::Result<Self> {
        let (orders, inbox) = mpsc::unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let thread = std::thread::Builder::new()
            .name("redpoll-server".to_owned())
            .spawn(move || runtime.block_on(run(engine, inbox)))?;
        Ok(Self { orders: Some(orders), thread: Some(thread) })
    }

    /// The thread takes orders for as long as the host exists.
    pub(crate) fn order(&self, order: Order) {
        if let Some(orders) = &self.orders {
            let _ = orders.send(order);
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The open sockets.
#[derive(Default)]
struct Listeners {
    tcp: Option<TcpListener>,
    unix: Option<(UnixListener, PathBuf)>,
    #[cfg(feature = "tls")]
    tls: Option<TlsAcceptor>,
}

async fn run(engine: SharedEngine, mut inbox: mpsc::UnboundedReceiver<Order>) {
    let deadline = std::sync::Arc::new(Notify::new());
    let announced = std::sync::Arc::clone(&deadline);
    lock(&engine).on_deadline(std::sync::Arc::new(move || announced.notify_one()));
    let mut listeners = Listeners::default();
    let mut connections = JoinSet::new();
    let mut timekeeper = JoinSet::new();
    timekeeper.spawn(keep_time(SharedEngine::clone(&engine), deadline));
    loop {
        tokio::select! {
            order = inbox.recv() => match order {
                None => return listeners.close(),
                Some(Order::Listen(addresses, bound)) => {
                    let _ = bound.send(listeners.open(&addresses).await);
                }
                Some(Order::Silence(done)) => {
                    listeners.close();
                    connections.shutdown().await;
                    let _ = done.send(());
                }
                Some(Order::Serve(stream)) => {
                    let info = ConnectionInfo { address: "memory:0".to_owned(), ..ConnectionInfo::default() };
                    connections.spawn(serve(SharedEngine::clone(&engine), info, stream));
                }
            },
            accepted = listeners.accept() => listeners.serve(&engine, &mut connections, accepted),
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

/// Does what comes due, when it does.
async fn keep_time(engine: SharedEngine, nearer: std::sync::Arc<Notify>) {
    loop {
        let next = {
            let mut engine = lock(&engine);
            engine.tick();
            engine.until_next_deadline()
        };
        match next {
            None => nearer.notified().await,
            Some(delay) => {
                let _ = tokio::time::timeout(delay, nearer.notified()).await;
            }
        }
    }
}

enum Accepted {
    Tcp(tokio::net::TcpStream, SocketAddr),
    Unix(tokio::net::UnixStream),
}

impl Listeners {
    async fn open(&mut self, addresses: &Addresses) -> io::Result<Option<SocketAddr>> {
        #[cfg(feature = "tls")]
        {
            self.tls = addresses.tls.as_ref().map(Credentials::acceptor).transpose()?;
        }
        if let Some(address) = addresses.tcp {
            self.tcp = Some(TcpListener::bind(address).await?);
        }
        if let Some(path) = &addresses.unix {
            // A socket left behind by a server that is gone would be in the way.
            let _ = std::fs::remove_file(path);
            self.unix = Some((UnixListener::bind(path)?, path.clone()));
        }
        self.tcp.as_ref().map(TcpListener::local_addr).transpose()
    }

    fn close(&mut self) {
        self.tcp = None;
        if let Some((_, path)) = self.unix.take() {
            let _ = std::fs::remove_file(path);
        }
    }

    fn serve(&self, engine: &SharedEngine, connections: &mut JoinSet<()>, accepted: io::Result<Accepted>) {
        let engine = SharedEngine::clone(engine);
        // A connection that failed while it was accepted is the peer's loss.
        match accepted {
            Ok(Accepted::Tcp(stream, peer)) => {
                let _ = stream.set_nodelay(true);
                let local_address = stream.local_addr().map(|local| local.to_string()).unwrap_or_default();
                let info = ConnectionInfo { address: peer.to_string(), local_address, unix: false };
                #[cfg(feature = "tls")]
                if let Some(acceptor) = self.tls.clone() {
                    connections.spawn(serve_tls(acceptor, engine, info, stream));
                    return;
                }
                connections.spawn(serve(engine, info, stream));
            }
            Ok(Accepted::Unix(stream)) => {
                let info =
                    ConnectionInfo { address: "unix:0".to_owned(), unix: true, ..ConnectionInfo::default() };
                connections.spawn(serve(engine, info, stream));
            }
            Err(_) => {}
        }
    }

    async fn accept(&self) -> io::Result<Accepted> {
        let tcp = async {
            match &self.tcp {
                Some(listener) => listener.accept().await.map(|(stream, peer)| Accepted::Tcp(stream, peer)),
                None => std::future::pending().await,
            }
        };
        let unix = async {
            match &self.unix {
                Some((listener, _)) => listener.accept().await.map(|(stream, _)| Accepted::Unix(stream)),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            accepted = tcp => accepted,
            accepted = unix => accepted,
        }
    }
}
