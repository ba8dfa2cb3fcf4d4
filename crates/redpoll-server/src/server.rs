//! Starting, stopping and restarting a server.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::DuplexStream;
use tokio::sync::oneshot;

use crate::engine::Engine;
use crate::engine::client::ConnectionId;
use crate::engine::clock::Clock;
use crate::engine::reply::Reply;
use crate::engine::user::Users;
use crate::fault::Fault;
use crate::net::connection::{SharedEngine, lock};
use crate::net::host::{Addresses, Host, Order};
#[cfg(feature = "tls")]
use crate::net::tls::Credentials;

/// How much an in-memory connection buffers in each direction.
const DUPLEX_BUFFER: usize = 64 * 1024;

/// How many commands are recorded unless the builder says otherwise.
const DEFAULT_COMMAND_LOG: usize = 10_000;

/// A running server. Dropping it stops it: all connections are closed and the port is free.
#[derive(Debug)]
pub struct Server {
    pub(crate) engine: SharedEngine,
    host: Host,
    addresses: Addresses,
    url: String,
}

/// What [`Server::restart`] does with the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Data {
    /// They survive, as with a persistent server.
    Keep,
    /// They are gone.
    Drop,
}

impl Server {
    /// Starts a server on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// No thread or no port could be had.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// As [`Server::start`], for tests without a runtime.
    ///
    /// # Errors
    /// No thread or no port could be had.
    pub fn start_blocking() -> io::Result<Self> {
        Self::builder().start_blocking()
    }

    /// A server with other settings than the default ones.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Where clients connect: `redis://127.0.0.1:port` (`rediss:` with TLS), or `unix:///path` when there is no TCP.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The TCP port; 0 when there is none.
    pub fn port(&self) -> u16 {
        self.addresses.tcp.map_or(0, |address| address.port())
    }

    /// The unix socket, if the server has one.
    pub fn unix_path(&self) -> Option<&Path> {
        self.addresses.unix.as_deref()
    }

    /// A connection without a socket.
    pub fn connect_in_memory(&self) -> DuplexStream {
        let (near, far) = tokio::io::duplex(DUPLEX_BUFFER);
        self.host.order(Order::Serve(far));
        near
    }

    /// Moves the server's clock on. Everything that comes due on the way — keys, hash fields, blocked clients,
    /// delayed commands — happens in order, each at its own time, before this returns.
    pub fn fast_forward(&self, by: Duration) {
        lock(&self.engine).fast_forward(by);
    }

    /// Adds a fault rule.
    pub fn fault(&self, fault: Fault) {
        lock(&self.engine).add_fault(fault);
    }

    /// Removes all fault rules.
    pub fn clear_faults(&self) {
        lock(&self.engine).clear_faults();
    }

    /// How often the present fault rules have fired.
    pub fn faults_fired(&self) -> u64 {
        lock(&self.engine).faults_fired()
    }

    /// Executes a command as if a RESP3 client had sent it, without a connection. Blocking commands do not block,
    /// and fault rules do not apply.
    pub fn execute<I>(&self, command: I) -> Reply
    where
        I: IntoIterator,
        I::Item: Into<Bytes>,
    {
        let argv: Vec<Bytes> = command.into_iter().map(Into::into).collect();
        let mut engine = lock(&self.engine);
        engine.advance();
        let reply = engine.call_directly(ConnectionId::DIRECT, &argv);
        engine.settle();
        engine.finish();
        reply
    }

    /// Closes the port and all connections. Keys stay; [`Server::resume`] opens the same port again.
    ///
    /// # Errors
    /// The server's thread is gone.
    pub async fn stop(&self) -> io::Result<()> {
        let (done, stopped) = oneshot::channel();
        self.host.order(Order::Silence(done));
        stopped.await.map_err(gone)
    }

    /// Opens the port again after [`Server::stop`].
    ///
    /// # Errors
    /// Another process has taken the port.
    pub async fn resume(&self) -> io::Result<()> {
        let (bound, listening) = oneshot::channel();
        self.host.order(Order::Listen(self.addresses.clone(), bound));
        listening.await.map_err(gone)??;
        Ok(())
    }

    /// Closes all connections and the port, and opens the same port again, as a server that is restarted does.
    ///
    /// # Errors
    /// Another process has taken the port.
    pub async fn restart(&self, data: Data) -> io::Result<()> {
        self.stop().await?;
        if data == Data::Drop {
            self.flush_all();
        }
        self.resume().await
    }

    /// Stops the server; the same as dropping it.
    pub fn shutdown(self) {}
}

/// Settings of a server.
#[derive(Debug, Clone)]
pub struct Builder {
    addresses: Addresses,
    manual_clock: bool,
    seed: u64,
    users: Users,
    command_log: usize,
}

impl Builder {
    fn new() -> Self {
        Self {
            addresses: Addresses {
                tcp: Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)),
                ..Addresses::default()
            },
            manual_clock: false,
            seed: 0,
            users: Users::default(),
            command_log: DEFAULT_COMMAND_LOG,
        }
    }

    /// The TCP address. By default a free port of 127.0.0.1; other addresses let other machines in.
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.addresses.tcp = Some(address);
        self
    }

    /// The TCP port on 127.0.0.1, or on the address given before. By default 0: any free port.
    pub fn port(mut self, port: u16) -> Self {
        let ip = self.addresses.tcp.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |address| address.ip());
        self.addresses.tcp = Some(SocketAddr::new(ip, port));
        self
    }

    /// No TCP: only a unix socket, or in-memory connections.
    pub fn without_tcp(mut self) -> Self {
        self.addresses.tcp = None;
        self
    }

    /// A unix socket, besides TCP. A file that is already there is replaced.
    pub fn unix_path(mut self, path: impl Into<PathBuf>) -> Self {
        self.addresses.unix = Some(path.into());
        self
    }

    /// TLS on the TCP port, with this certificate, or chain of certificates with the server's own first, and its
    /// private key; both in PEM. What is wrong with them is told when the server starts.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, certificates: impl Into<Vec<u8>>, key: impl Into<Vec<u8>>) -> Self {
        self.addresses.tls = Some(Credentials {
            certificates: certificates.into(),
            key: key.into(),
            client_authorities: None,
        });
        self
    }

    /// Refuses clients without a certificate that one of these authorities (in PEM) has signed. Needs
    /// [`Builder::tls`] to be called before; without it, nothing is asked for.
    #[cfg(feature = "tls")]
    pub fn client_authorities(mut self, authorities: impl Into<Vec<u8>>) -> Self {
        if let Some(tls) = &mut self.addresses.tls {
            tls.client_authorities = Some(authorities.into());
        }
        self
    }

    /// A clock that only [`Server::fast_forward`] moves. By default time passes by itself.
    pub fn manual_clock(mut self) -> Self {
        self.manual_clock = true;
        self
    }

    /// What all random choices come from: the same seed and the same commands give the same replies. By default 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Asks clients for a password, as `requirepass` does. By default there is none.
    pub fn password(mut self, password: &str) -> Self {
        self.users.require_password(password);
        self
    }

    /// One more user, or one more password for a user.
    pub fn user(mut self, name: &str, password: &str) -> Self {
        self.users.add_password(name, password);
        self
    }

    /// How many commands [`Server::command_log`] remembers. By default 10,000; 0 for none.
    pub fn command_log(mut self, limit: usize) -> Self {
        self.command_log = limit;
        self
    }

    /// Starts the server.
    ///
    /// # Errors
    /// No thread could be had, or not the address.
    pub async fn start(self) -> io::Result<Server> {
        let (server, listening) = self.spawn()?;
        server.listening_on(listening.await.map_err(gone)??)
    }

    /// Starts the server, for programs without a runtime.
    ///
    /// # Errors
    /// No thread could be had, or not the address.
    pub fn start_blocking(self) -> io::Result<Server> {
        let (server, listening) = self.spawn()?;
        server.listening_on(listening.blocking_recv().map_err(gone)??)
    }

    fn spawn(self) -> io::Result<(Server, Listening)> {
        let clock = if self.manual_clock { Clock::manual() } else { Clock::real() };
        let engine = Arc::new(Mutex::new(Engine::new(clock, self.seed, self.users, self.command_log)));
        let host = Host::spawn(SharedEngine::clone(&engine))?;
        let (bound, listening) = oneshot::channel();
        host.order(Order::Listen(self.addresses.clone(), bound));
        Ok((Server { engine, host, addresses: self.addresses, url: String::new() }, listening))
    }
}

/// The address that was bound, once the server's thread has done so.
type Listening = oneshot::Receiver<io::Result<Option<SocketAddr>>>;

impl Server {
    fn listening_on(mut self, tcp: Option<SocketAddr>) -> io::Result<Self> {
        self.addresses.tcp = tcp;
        self.url = match (tcp, &self.addresses.unix) {
            (Some(address), _) => format!("{}://{address}", self.addresses.scheme()),
            (None, Some(path)) => format!("unix://{}", path.display()),
            (None, None) => String::new(),
        };
        Ok(self)
    }
}

fn gone(_: oneshot::error::RecvError) -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the server's thread is gone")
}
