//! Commands over TLS: the embedded server behind a TLS front of the test's own.
#![cfg(feature = "tls")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use redpoll::prelude::*;
use redpoll::{Client, Config, ErrorKind, TlsConfig};
use redpoll_server::Server;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Agrees on TLS with who comes, and passes everything on to a server without TLS. Gives the port and the certificate.
async fn front(server: &Server) -> (u16, String) {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let front = listener.local_addr().unwrap().port();
    let behind = server.port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut stream = acceptor.accept(stream).await?;
                let mut behind = TcpStream::connect(("127.0.0.1", behind)).await?;
                tokio::io::copy_bidirectional(&mut stream, &mut behind).await
            });
        }
    });
    (front, certified.cert.pem())
}

#[tokio::test]
async fn commands_small_large_and_many_at_once_run_over_tls() {
    let server = Server::start().await.unwrap();
    let (port, certificate) = front(&server).await;
    let config = Config::new("localhost", port).tls(TlsConfig::new().ca_pem(certificate));
    let client = Client::connect(config.command_timeout(Duration::from_secs(60))).await.unwrap();

    // Larger than any buffer of sockets and TLS together.
    let large = "x".repeat(8 << 20);
    client.set("large", large.as_str()).await.unwrap();
    assert!(client.get::<String>("large").await.unwrap() == large, "the value came back changed");

    client.set("small", "1").await.unwrap();
    let many: Vec<u32> =
        client.pipeline(|p| (0..1000).map(|_| p.get("small")).collect::<Vec<_>>()).await.unwrap();
    assert_eq!(many, vec![1; 1000]);
    client.close().await;
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_ends_the_connect() {
    let server = Server::start().await.unwrap();
    let (port, _) = front(&server).await;
    let stranger = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let config = Config::new("localhost", port).tls(TlsConfig::new().ca_pem(stranger.cert.pem()));
    let error = Client::connect(config).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.to_string().ends_with("the server's certificate is not valid"), "{error}");
    assert!(error.node().is_some_and(|node| node.starts_with("localhost:")));
}
