use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};

use super::Transport;
use crate::config::{Address, Config, Keepalive};
use crate::error::{Error, ErrorKind};

/// An address that has not answered for so long gets company (RFC 8305, section 5).
const NEXT_ATTEMPT_AFTER: Duration = Duration::from_millis(250);

/// Opens a transport to the server, within the connect timeout. Names are resolved anew each time.
pub(crate) async fn connect(config: &Config) -> Result<Transport, Error> {
    let limit = Limit { at: Instant::now() + config.connect_timeout, after: config.connect_timeout };
    match config.address() {
        Address::Tcp { host, port } => {
            let stream = open_tcp(host, *port, SocketOptions::of(config), limit).await?;
            secure(config, host, stream, limit).await
        }
        Address::Unix(path) => limit.bound("connecting", open_unix(path)).await,
    }
}

#[cfg(feature = "tls")]
async fn secure(config: &Config, host: &str, stream: TcpStream, limit: Limit) -> Result<Transport, Error> {
    match &config.tls {
        None => Ok(Transport::Tcp(stream)),
        Some(tls) => limit.bound("the TLS handshake", super::tls::secure(tls, host, stream)).await,
    }
}

#[cfg(not(feature = "tls"))]
async fn secure(_: &Config, _: &str, stream: TcpStream, _: Limit) -> Result<Transport, Error> {
    Ok(Transport::Tcp(stream))
}

/// Until when a dial may take.
#[derive(Debug, Clone, Copy)]
struct Limit {
    at: Instant,
    after: Duration,
}

impl Limit {
    async fn bound<T>(&self, what: &str, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        timeout_at(self.at, work).await.unwrap_or_else(|_| {
            let message = format!("{what} took longer than connect_timeout allows, {:?}", self.after);
            Err(Error::new(ErrorKind::Connect, message).because(io::Error::from(io::ErrorKind::TimedOut)))
        })
    }
}

/// What is set on a TCP socket before it connects.
#[derive(Debug, Clone, Copy)]
struct SocketOptions {
    nodelay: bool,
    keepalive: Option<Keepalive>,
    user_timeout: Option<Duration>,
}

impl SocketOptions {
    fn of(config: &Config) -> Self {
        Self {
            nodelay: config.tcp_nodelay,
            keepalive: config.tcp_keepalive,
            user_timeout: config.tcp_user_timeout,
        }
    }

    fn apply(&self, socket: &TcpSocket) -> io::Result<()> {
        socket.set_nodelay(self.nodelay)?;
        let socket = SockRef::from(socket);
        if let Some(keepalive) = self.keepalive {
            let probing = TcpKeepalive::new().with_time(whole_seconds(keepalive.idle));
            #[cfg(not(target_os = "openbsd"))]
            let probing =
                probing.with_interval(whole_seconds(keepalive.interval)).with_retries(keepalive.probes);
            socket.set_tcp_keepalive(&probing)?;
        }
        #[cfg(target_os = "linux")]
        socket.set_tcp_user_timeout(self.user_timeout)?;
        Ok(())
    }
}

/// Kernels count in seconds and refuse 0.
fn whole_seconds(duration: Duration) -> Duration {
    Duration::from_secs(duration.as_secs_f64().ceil() as u64).max(Duration::from_secs(1))
}

async fn open_tcp(host: &str, port: u16, options: SocketOptions, limit: Limit) -> Result<TcpStream, Error> {
    let addresses = limit.bound("resolving the name", resolve(host, port)).await?;
    limit.bound("connecting", race(addresses, options)).await
}

async fn resolve(host: &str, port: u16) -> Result<VecDeque<SocketAddr>, Error> {
    let failed = |why: &'static str| Error::new(ErrorKind::Connect, format!("the name {host} {why}"));
    let found =
        lookup_host((host, port)).await.map_err(|error| failed("cannot be resolved").because(error))?;
    let addresses = interleave(found.collect());
    if addresses.is_empty() { Err(failed("has no address")) } else { Ok(addresses) }
}

/// Alternates between the families, beginning with that of the first address: one dead family delays a
/// dial by one attempt only (RFC 8305, section 4).
fn interleave(addresses: Vec<SocketAddr>) -> VecDeque<SocketAddr> {
    let is_v6_first = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (mut first, mut second): (VecDeque<_>, VecDeque<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == is_v6_first);
    let mut mixed = VecDeque::with_capacity(first.len() + second.len());
    while let Some(address) = first.pop_front() {
        mixed.push_back(address);
        mixed.extend(second.pop_front());
    }
    mixed.extend(second);
    mixed
}

/// Tries the addresses one after the other, the next one as soon as the one before has failed or is late.
/// The first connection wins; the other attempts are dropped.
async fn race(mut addresses: VecDeque<SocketAddr>, options: SocketOptions) -> Result<TcpStream, Error> {
    let mut attempts = JoinSet::new();
    let mut failures = Vec::new();
    loop {
        if let Some(address) = addresses.pop_front() {
            attempts.spawn(async move { (address, open(address, options).await) });
        }
        let finished = if addresses.is_empty() {
            attempts.join_next().await
        } else {
            match timeout(NEXT_ATTEMPT_AFTER, attempts.join_next()).await {
                Ok(finished) => finished,
                Err(_) => continue,
            }
        };
        match finished {
            Some(Ok((_, Ok(stream)))) => return Ok(stream),
            Some(Ok((address, Err(error)))) => failures.push((address, error)),
            // Only when the runtime is shutting down.
            Some(Err(_)) => {}
            None => return Err(unreachable(failures)),
        }
    }
}

async fn open(address: SocketAddr, options: SocketOptions) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    options.apply(&socket)?;
    socket.connect(address).await
}

/// Every address and why it failed; the source is the first failure.
fn unreachable(failures: Vec<(SocketAddr, io::Error)>) -> Error {
    let reasons: Vec<String> =
        failures.iter().map(|(address, error)| format!("{address} ({})", error.kind())).collect();
    let error = Error::new(ErrorKind::Connect, format!("cannot connect to {}", reasons.join(", ")));
    match failures.into_iter().next() {
        Some((_, first)) => error.because(first),
        None => error,
    }
}

#[cfg(unix)]
async fn open_unix(path: &Path) -> Result<Transport, Error> {
    match tokio::net::UnixStream::connect(path).await {
        Ok(stream) => Ok(Transport::Unix(stream)),
        Err(error) => {
            let message = format!("cannot connect to the unix socket {} ({})", path.display(), error.kind());
            Err(Error::new(ErrorKind::Connect, message).because(error))
        }
    }
}

#[cfg(not(unix))]
async fn open_unix(path: &Path) -> Result<Transport, Error> {
    let message = format!("{} is a unix socket, which this platform does not have", path.display());
    Err(Error::new(ErrorKind::Connect, message))
}
