//! TLS in front of the TCP port.

use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ServerConfig, WebPkiClientVerifier};
use tokio_rustls::rustls::{RootCertStore, crypto::CryptoProvider};

use crate::engine::client::ConnectionInfo;
use crate::net::connection::{SharedEngine, serve};

/// What a server proves itself with, and what it asks of its clients; all in PEM.
#[derive(Clone)]
pub(crate) struct Credentials {
    /// The server's own certificate first.
    pub(crate) certificates: Vec<u8>,
    pub(crate) key: Vec<u8>,
    /// Who has to have signed the certificates of clients; none are asked for without it.
    pub(crate) client_authorities: Option<Vec<u8>>,
}

/// Shows nothing: one part of it is a secret.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials")
    }
}

impl Credentials {
    pub(crate) fn acceptor(&self) -> io::Result<TlsAcceptor> {
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(invalid)?;
        let builder = match &self.client_authorities {
            None => builder.with_no_client_auth(),
            Some(authorities) => builder.with_client_cert_verifier(verifier(authorities, provider)?),
        };
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(invalid)?;
        let config = builder.with_single_cert(certificates(&self.certificates)?, key).map_err(invalid)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// A connection whose handshake fails is closed.
pub(crate) async fn serve_tls(
    acceptor: TlsAcceptor,
    engine: SharedEngine,
    info: ConnectionInfo,
    stream: TcpStream,
) {
    if let Ok(stream) = acceptor.accept(stream).await {
        serve(engine, info, stream).await;
    }
}

fn verifier(
    authorities: &[u8],
    provider: Arc<CryptoProvider>,
) -> io::Result<Arc<dyn tokio_rustls::rustls::server::danger::ClientCertVerifier>> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(authorities)? {
        roots.add(authority).map_err(invalid)?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().map_err(invalid)
}

fn certificates(pem: &[u8]) -> io::Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(invalid)
}

fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}
