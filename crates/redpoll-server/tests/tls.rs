//! The server behind TLS: handshakes that succeed, and those that must not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use redpoll_server::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Who signs the certificates of a test.
struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key.
struct Identity {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn sign(&self, name: &str) -> Identity {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        Identity { certificate: params.signed_by(&key, &self.0).unwrap(), key }
    }

    /// A client that trusts this authority, with a certificate of its own or without.
    async fn connect(&self, server: &Server, identity: Option<Identity>) -> io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match identity {
            None => builder.with_no_client_auth(),
            Some(Identity { certificate, key }) => {
                let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
                builder.with_client_auth_cert(vec![certificate.der().clone()], key).unwrap()
            }
        };
        let stream = TcpStream::connect(("127.0.0.1", server.port())).await?;
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    }
}

/// What the server replies to PING; an error when it closes instead.
async fn ping(stream: &mut TlsStream<TcpStream>) -> io::Result<String> {
    stream.write_all(b"PING\r\n").await?;
    let mut reply = [0; 7];
    tokio::time::timeout(Duration::from_secs(10), stream.read_exact(&mut reply)).await??;
    Ok(String::from_utf8_lossy(&reply).into_owned())
}

#[tokio::test]
async fn commands_are_served_behind_tls() {
    let authority = Authority::new();
    let Identity { certificate, key } = authority.sign("localhost");
    let server = Server::builder().tls(certificate.pem(), key.serialize_pem()).start().await.unwrap();
    assert_eq!(server.url(), format!("rediss://127.0.0.1:{}", server.port()));
    let mut stream = authority.connect(&server, None).await.unwrap();
    assert_eq!(ping(&mut stream).await.unwrap(), "+PONG\r\n");
}

#[tokio::test]
async fn large_replies_arrive_whole_behind_tls() {
    const LENGTH: usize = 4 * 1024 * 1024;
    let authority = Authority::new();
    let Identity { certificate, key } = authority.sign("localhost");
    let server = Server::builder().tls(certificate.pem(), key.serialize_pem()).start().await.unwrap();
    server.db(0).set("k", vec![b'x'; LENGTH]);
    let mut stream = authority.connect(&server, None).await.unwrap();
    for _ in 0..4 {
        stream.write_all(b"GET k\r\n").await.unwrap();
    }
    let expected = format!("${LENGTH}\r\n{}\r\n", "x".repeat(LENGTH)).repeat(4);
    let mut replies = vec![0; expected.len()];
    tokio::time::timeout(Duration::from_secs(30), stream.read_exact(&mut replies)).await.unwrap().unwrap();
    assert!(replies == expected.as_bytes());
}

#[tokio::test]
async fn a_client_needs_the_certificate_that_is_asked_for() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let Identity { certificate, key } = authority.sign("localhost");
    let server = Server::builder()
        .tls(certificate.pem(), key.serialize_pem())
        .client_authorities(authority.0.pem())
        .start()
        .await
        .unwrap();
    let mut known = authority.connect(&server, Some(authority.sign("client"))).await.unwrap();
    assert_eq!(ping(&mut known).await.unwrap(), "+PONG\r\n");
    for identity in [None, Some(stranger.sign("client"))] {
        // In TLS 1.3 the client learns that it was refused when it reads.
        let refused = match authority.connect(&server, identity).await {
            Ok(mut stream) => ping(&mut stream).await,
            Err(error) => Err(error),
        };
        assert!(refused.is_err(), "{refused:?}");
    }
    assert_eq!(server.total_connections(), 1);
}

#[tokio::test]
async fn a_certificate_that_is_none_is_told_at_the_start() {
    let error = Server::builder().tls("no certificate", "no key").start().await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
}
