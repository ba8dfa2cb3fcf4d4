use std::error::Error as _;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

use self::authority::{Authority, Identity};
use super::*;
use crate::config::Config;
use crate::transport::connect;

mod authority;
mod real_server;

/// A server that answers whatever comes with a PONG, once TLS is agreed.
struct PongServer<'a> {
    identity: Identity,
    clients: Option<&'a Authority>,
    version: &'static SupportedProtocolVersion,
}

impl<'a> PongServer<'a> {
    fn new(identity: Identity) -> Self {
        Self { identity, clients: None, version: &TLS13 }
    }

    /// Asks for a client certificate of this authority.
    fn only_for(self, clients: &'a Authority) -> Self {
        Self { clients: Some(clients), ..self }
    }

    fn speaking(self, version: &'static SupportedProtocolVersion) -> Self {
        Self { version, ..self }
    }

    fn config(&self) -> ServerConfig {
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_protocol_versions(&[self.version]).unwrap();
        let builder = match self.clients {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(CertificateDer::from_pem_slice(authority.pem.as_bytes()).unwrap()).unwrap();
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build().unwrap();
                builder.with_client_cert_verifier(verifier)
            }
        };
        let chain = vec![CertificateDer::from_pem_slice(self.identity.cert.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(self.identity.key.as_bytes()).unwrap();
        builder.with_single_cert(chain, key).unwrap()
    }

    async fn start(self) -> u16 {
        let acceptor = TlsAcceptor::from(Arc::new(self.config()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Who is refused learns of it by an alert.
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut command = [0; 6];
                if stream.read_exact(&mut command).await.is_ok() {
                    stream.write_all(b"+PONG\r\n").await.unwrap();
                    stream.shutdown().await.unwrap();
                }
            }
        });
        port
    }
}

/// The address by name, as the certificates have it; TLS as told.
fn secured(host: &str, port: u16, tls: impl FnOnce(TlsConfig) -> TlsConfig) -> Config {
    Config::new(host, port).tls(tls(TlsConfig::new())).connect_timeout(Duration::from_secs(60))
}

/// The reply to a PING, or what went wrong with all its causes.
async fn ping(config: &Config) -> Result<String, String> {
    let mut transport = connect(config).await.map_err(|error| chain(&error))?;
    let mut reply = [0; 7];
    let exchange = async {
        transport.write_all(b"PING\r\n").await?;
        transport.read_exact(&mut reply).await
    };
    exchange.await.map_err(|error| chain(&error))?;
    Ok(String::from_utf8_lossy(&reply).into_owned())
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (**error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[tokio::test]
async fn a_certificate_of_the_trusted_authority_for_the_host_is_accepted() {
    let authority = Authority::new("the authority");
    for version in [&TLS12, &TLS13] {
        let port = PongServer::new(authority.issue("localhost")).speaking(version).start().await;
        let config = secured("localhost", port, |tls| tls.ca_pem(&authority.pem));
        assert_eq!(ping(&config).await.unwrap(), "+PONG\r\n");
    }
}

#[tokio::test]
async fn a_server_can_be_known_by_its_address_or_by_a_name_given_apart() {
    let authority = Authority::new("the authority");
    let port = PongServer::new(authority.issue("127.0.0.1")).start().await;
    ping(&secured("127.0.0.1", port, |tls| tls.ca_pem(&authority.pem))).await.unwrap();

    let port = PongServer::new(authority.issue("redis.example")).start().await;
    let named =
        |name: &'static str| secured("127.0.0.1", port, |tls| tls.ca_pem(&authority.pem).server_name(name));
    ping(&named("redis.example")).await.unwrap();
    let failure = ping(&named("not a name")).await.unwrap_err();
    assert!(failure.starts_with("not a name is neither a DNS name nor an IP address"), "{failure}");
}

#[tokio::test]
async fn a_certificate_that_is_not_valid_is_refused_and_the_reason_is_given() {
    let (authority, stranger) = (Authority::new("the authority"), Authority::new("a stranger"));
    for (identity, reason) in [
        (stranger.issue("localhost"), "UnknownIssuer"),
        (authority.issue("redis.example"), "certificate not valid for name \"localhost\""),
        (authority.issue_until("localhost", 2020), "certificate expired"),
    ] {
        let port = PongServer::new(identity).start().await;
        let error = connect(&secured("localhost", port, |tls| tls.ca_pem(&authority.pem))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect);
        let expected = "the TLS handshake with localhost failed: the server's certificate is not valid";
        assert_eq!(error.to_string(), expected);
        let source = error.source().unwrap().to_string();
        assert!(source.starts_with(&format!("invalid peer certificate: {reason}")), "{source}");
    }
}

#[tokio::test]
async fn any_certificate_is_accepted_only_where_that_danger_was_chosen() {
    let port = PongServer::new(Authority::new("anyone").issue_until("redis.example", 2020)).start().await;
    let config = secured("localhost", port, |tls| tls.danger_accept_invalid_certs(true));
    assert_eq!(ping(&config).await.unwrap(), "+PONG\r\n");
    let config = secured("localhost", port, |tls| {
        tls.danger_accept_invalid_certs(true).danger_accept_invalid_certs(false)
    });
    ping(&config).await.unwrap_err();
}

#[tokio::test]
async fn the_client_proves_itself_with_its_certificate() {
    let (authority, stranger) = (Authority::new("the authority"), Authority::new("a stranger"));
    for (version, missing) in [
        (&TLS13, "received fatal alert: CertificateRequired"),
        (&TLS12, "the TLS handshake with localhost failed: the server refused"),
    ] {
        let server = PongServer::new(authority.issue("localhost")).only_for(&authority).speaking(version);
        let port = server.start().await;
        let with = |identity: &Identity| {
            secured("localhost", port, |tls| {
                tls.ca_pem(&authority.pem).cert_pem(&identity.cert).key_pem(&identity.key)
            })
        };
        assert_eq!(ping(&with(&authority.issue("client"))).await.unwrap(), "+PONG\r\n");

        let failure = ping(&secured("localhost", port, |tls| tls.ca_pem(&authority.pem))).await.unwrap_err();
        assert!(failure.contains(missing), "{failure}");
        let failure = ping(&with(&stranger.issue("client"))).await.unwrap_err();
        assert!(failure.contains("received fatal alert: UnknownCA"), "{failure}");
    }
}

#[tokio::test]
async fn a_server_that_stays_silent_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = secured("localhost", port, |tls| tls.ca_pem(Authority::new("any").pem));
    let error = connect(&config.connect_timeout(Duration::from_millis(50))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.to_string(), "the TLS handshake took longer than connect_timeout allows, 50ms");
}

#[tokio::test]
async fn a_server_without_tls_is_recognised() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"-ERR unknown command\r\n").await.unwrap();
        // Open until the client is gone: closing at once could overtake the error.
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let failure =
        ping(&secured("localhost", port, |tls| tls.ca_pem(Authority::new("any").pem))).await.unwrap_err();
    let expected = "the TLS handshake with localhost failed: the server does not speak TLS on this port";
    assert!(failure.starts_with(expected), "{failure}");
}

/// Drivers write until the socket is full and then wait for replies; they do not flush.
#[tokio::test]
async fn what_was_written_while_the_socket_was_full_leaves_while_waiting_for_the_reply() {
    let authority = Authority::new("the authority");
    let acceptor = TlsAcceptor::from(Arc::new(PongServer::new(authority.issue("localhost")).config()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = tokio::sync::oneshot::channel::<usize>();
    tokio::spawn(async move {
        let mut stream = acceptor.accept(listener.accept().await.unwrap().0).await.unwrap();
        let mut input = vec![0; told.await.unwrap()];
        stream.read_exact(&mut input).await.unwrap();
        stream.write_all(b"+PONG\r\n").await.unwrap();
        stream.flush().await.unwrap();
    });

    let mut transport = connect(&secured("localhost", port, |tls| tls.ca_pem(&authority.pem))).await.unwrap();
    let mut taken = 0;
    let chunk = [0; 100_000];
    let fill = |cx: &mut Context<'_>| {
        while let Poll::Ready(written) = Pin::new(&mut transport).poll_write(cx, &chunk) {
            taken += written.unwrap();
        }
        Poll::Ready(())
    };
    poll_fn(fill).await;
    assert!(taken > 0);
    tell.send(taken).unwrap();
    let mut reply = [0; 7];
    timeout(Duration::from_secs(60), transport.read_exact(&mut reply)).await.expect("a reply").unwrap();
    assert_eq!(&reply, b"+PONG\r\n");
}

#[tokio::test]
async fn a_renewed_file_is_used_from_the_next_connection_on() {
    let authority = Authority::new("the authority");
    let port = PongServer::new(authority.issue("localhost")).start().await;
    let file = std::env::temp_dir().join(format!("redpoll-ca-{}-{port}.pem", std::process::id()));
    let config = secured("localhost", port, |tls| tls.ca_file(&file));

    let failure = ping(&config).await.unwrap_err();
    assert!(failure.starts_with(&format!("tls_ca_file: {} cannot be read", file.display())), "{failure}");
    std::fs::write(&file, Authority::new("a stranger").pem).unwrap();
    let failure = ping(&config).await.unwrap_err();
    assert!(failure.ends_with("UnknownIssuer"), "{failure}");
    std::fs::write(&file, &authority.pem).unwrap();
    assert_eq!(ping(&config).await.unwrap(), "+PONG\r\n");
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn what_is_not_as_it_should_be_is_named() {
    let (first, second) =
        (Authority::new("the authority").issue("a"), Authority::new("the authority").issue("b"));
    let fault = |tls: TlsConfig| {
        let error = tls.client().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        error.to_string()
    };
    let identified = |cert: &str, key: &str| TlsConfig::new().ca_pem(&first.cert).cert_pem(cert).key_pem(key);
    for (tls, expected) in [
        (TlsConfig::new().ca_pem("nothing"), "tls_ca_file: no certificate in PEM was found"),
        (TlsConfig::new().ca_pem("-----BEGIN CERTIFICATE-----\n?\n"), "tls_ca_file: this is not PEM"),
        (identified("", &first.key), "tls_cert_file: no certificate in PEM was found"),
        (identified(&first.cert, &first.cert), "tls_key_file: no unencrypted private key in PEM was found"),
        (
            identified(&first.cert, &second.key),
            "tls_cert_file and tls_key_file: the certificate and the key do not work together",
        ),
    ] {
        assert_eq!(fault(tls), expected);
    }
}

#[test]
fn debug_shows_where_a_key_comes_from_and_not_the_key() {
    let identity = Authority::new("any").issue("client");
    let tls = TlsConfig::new().cert_pem(&identity.cert).key_pem(&identity.key).ca_file("/ca.pem");
    let expected = "TlsConfig { ca: Some(/ca.pem), cert: Some([PEM]), key: Some([PEM]), server_name: None, \
        accepts_invalid_certs: false }";
    assert_eq!(format!("{tls:?}"), expected);
}
