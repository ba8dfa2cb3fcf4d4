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

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::future::poll_fn;
    use std::task::Poll;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    async fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    /// An address where nobody listens.
    async fn closed() -> SocketAddr {
        listener().await.1
    }

    fn config(address: SocketAddr) -> Config {
        Config::new(address.ip().to_string(), address.port())
    }

    fn options() -> SocketOptions {
        SocketOptions::of(&Config::new("h", 1))
    }

    async fn failure(config: &Config) -> Error {
        let error = connect(config).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect);
        error
    }

    #[tokio::test]
    async fn a_connection_carries_bytes_both_ways_and_tells_when_it_can_be_read() {
        let (listener, address) = listener().await;
        let mut transport = connect(&config(address)).await.unwrap();
        let (mut peer, _) = listener.accept().await.unwrap();
        let pending = poll_fn(|cx| Poll::Ready(transport.poll_readable(cx).is_pending())).await;
        assert!(pending, "nothing was sent yet");
        transport.write_all(b"PING\r\n").await.unwrap();
        let mut buffer = [0; 6];
        peer.read_exact(&mut buffer).await.unwrap();
        peer.write_all(b"+PONG\r\n").await.unwrap();
        poll_fn(|cx| transport.poll_readable(cx)).await.unwrap();
        let mut reply = [0; 7];
        transport.read_exact(&mut reply).await.unwrap();
        assert_eq!((&buffer, &reply), (b"PING\r\n", b"+PONG\r\n"));
    }

    #[tokio::test]
    async fn the_socket_options_are_as_configured() {
        let (_listener, address) = listener().await;
        let Transport::Tcp(stream) = connect(&config(address)).await.unwrap() else { panic!("TCP") };
        let socket = SockRef::from(&stream);
        assert!(socket.tcp_nodelay().unwrap() && socket.keepalive().unwrap());
        #[cfg(target_os = "linux")]
        {
            let second = Duration::from_secs(1);
            let keepalive = (socket.tcp_keepalive_time().unwrap(), socket.tcp_keepalive_interval().unwrap());
            assert_eq!((keepalive, socket.tcp_keepalive_retries().unwrap()), ((5 * second, 5 * second), 3));
            assert_eq!(socket.tcp_user_timeout().unwrap(), Some(20 * second));
        }
        let plain = config(address).tcp_nodelay(false).tcp_keepalive(None).tcp_user_timeout(None);
        let Transport::Tcp(stream) = connect(&plain).await.unwrap() else { panic!("TCP") };
        let socket = SockRef::from(&stream);
        assert!(!socket.tcp_nodelay().unwrap() && !socket.keepalive().unwrap());
    }

    #[test]
    fn kernels_get_whole_seconds_and_never_zero() {
        let rounded = [1, 999, 1000, 1001].map(|ms| whole_seconds(Duration::from_millis(ms)).as_secs());
        assert_eq!(rounded, [1, 1, 1, 2]);
    }

    #[tokio::test]
    async fn a_refused_connection_names_the_address_and_the_reason() {
        let address = closed().await;
        let error = failure(&config(address)).await;
        assert_eq!(error.to_string(), format!("cannot connect to {address} (connection refused)"));
        let source = error.source().and_then(|source| source.downcast_ref::<io::Error>()).unwrap();
        assert_eq!(source.kind(), io::ErrorKind::ConnectionRefused);
    }

    #[tokio::test]
    async fn a_name_that_does_not_exist_is_said_to() {
        // RFC 6761: `.invalid` never exists.
        let error =
            failure(&Config::new("redis.invalid", 6379).connect_timeout(Duration::from_secs(60))).await;
        assert_eq!(error.to_string(), "the name redis.invalid cannot be resolved");
        assert!(error.source().is_some());
    }

    #[tokio::test]
    async fn the_next_address_is_tried_when_one_fails() {
        let (_listener, open) = listener().await;
        let stream = race([closed().await, closed().await, open].into(), options()).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);
    }

    #[tokio::test]
    async fn every_address_that_failed_is_named() {
        let (first, second) = (closed().await, closed().await);
        let error = race([first, second].into(), options()).await.unwrap_err();
        let expected =
            format!("cannot connect to {first} (connection refused), {second} (connection refused)");
        assert_eq!(error.to_string(), expected);
    }

    /// The kernel answers nothing for a listener whose queue of unaccepted connections is full.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn an_address_that_does_not_answer_delays_the_next_by_a_quarter_of_a_second_only() {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let full = socket.listen(1).unwrap();
        let silent = full.local_addr().unwrap();
        let mut queued = Vec::new();
        while let Ok(stream) = timeout(Duration::from_millis(200), TcpStream::connect(silent)).await {
            queued.push(stream.unwrap());
        }
        let (_listener, open) = listener().await;
        let start = Instant::now();
        let stream = race([silent, open].into(), options()).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);
        assert!(start.elapsed() >= NEXT_ATTEMPT_AFTER);

        let error = failure(&config(silent).connect_timeout(Duration::from_millis(50))).await;
        assert_eq!(error.to_string(), "connecting took longer than connect_timeout allows, 50ms");
    }

    #[test]
    fn the_families_take_turns() {
        let read = |text: &str| text.split(' ').map(|a| a.parse().unwrap()).collect::<Vec<SocketAddr>>();
        let mixed: Vec<_> = interleave(read("[::1]:1 [::2]:1 [::3]:1 1.0.0.1:1 1.0.0.2:1")).into();
        assert_eq!(mixed, read("[::1]:1 1.0.0.1:1 [::2]:1 1.0.0.2:1 [::3]:1"));
        let mixed: Vec<_> = interleave(read("1.0.0.1:1 [::1]:1 [::2]:1")).into();
        assert_eq!(mixed, read("1.0.0.1:1 [::1]:1 [::2]:1"));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_unix_socket_carries_bytes_and_tells_when_it_can_be_read() {
        let path = std::env::temp_dir().join(format!("redpoll-{}.sock", std::process::id()));
        let error = failure(&Config::unix(&path)).await;
        let expected = format!("cannot connect to the unix socket {} (entity not found)", path.display());
        assert_eq!(error.to_string(), expected);

        let listener = tokio::net::UnixListener::bind(&path).unwrap();
        let mut transport = connect(&Config::unix(&path)).await.unwrap();
        let (mut peer, _) = listener.accept().await.unwrap();
        std::fs::remove_file(&path).unwrap();
        peer.write_all(b"+PONG\r\n").await.unwrap();
        poll_fn(|cx| transport.poll_readable(cx)).await.unwrap();
        let mut reply = [0; 7];
        transport.read_exact(&mut reply).await.unwrap();
        assert_eq!(&reply, b"+PONG\r\n");
    }
}
