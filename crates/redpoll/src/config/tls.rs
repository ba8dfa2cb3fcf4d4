use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio_rustls::rustls::ClientConfig;

use super::tls_client;
use crate::error::{Error, ErrorKind};

/// TLS, and who has to prove what.
///
/// By default the server's certificate is checked against the roots that the operating system trusts and the host of
/// the address; the client shows none. TLS 1.2 and 1.3 are spoken.
///
/// Files are read again on every dial, so that a renewed certificate is used from the next connection on.
///
/// ```
/// use redpoll::{Config, TlsConfig};
///
/// let tls = TlsConfig::new()
///     .ca_file("/etc/redis/ca.pem")
///     .cert_file("/etc/redis/client.pem")
///     .key_file("/etc/redis/client.key");
/// let config = Config::new("redis.internal", 6380).tls(tls);
///
/// let same: Config = "rediss://redis.internal:6380?tls_ca_file=/etc/redis/ca.pem\
///     &tls_cert_file=/etc/redis/client.pem&tls_key_file=/etc/redis/client.key".parse()?;
/// # Ok::<(), redpoll::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct TlsConfig {
    ca: Option<Pem>,
    cert: Option<Pem>,
    key: Option<Pem>,
    server_name: Option<String>,
    accepts_invalid_certs: bool,
    ready: Arc<Mutex<Option<Ready>>>,
}

/// Certificates or a key, in PEM.
#[derive(Clone)]
enum Pem {
    Bytes(Arc<[u8]>),
    File(PathBuf),
}

/// What the PEM texts held when they were last read.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Material {
    pub(super) ca: Option<Arc<[u8]>>,
    pub(super) cert: Option<Arc<[u8]>>,
    pub(super) key: Option<Arc<[u8]>>,
}

/// A rustls configuration and what it was made from. Kept, because reading the system's roots takes milliseconds, and
/// because sessions are resumed only within one.
struct Ready {
    material: Material,
    client: Arc<ClientConfig>,
}

impl TlsConfig {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts these certificate authorities, in PEM, instead of the system's.
    #[must_use]
    pub fn ca_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.ca = Some(Pem::Bytes(pem.as_ref().into()));
        self.changed()
    }

    /// Trusts the certificate authorities of this PEM file instead of the system's.
    #[must_use]
    pub fn ca_file(mut self, path: impl AsRef<Path>) -> Self {
        self.ca = Some(Pem::File(path.as_ref().to_owned()));
        self.changed()
    }

    /// Shows the server this certificate, in PEM, the leaf first (mutual TLS). It needs its key.
    #[must_use]
    pub fn cert_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.cert = Some(Pem::Bytes(pem.as_ref().into()));
        self.changed()
    }

    /// Shows the server the certificate of this PEM file, the leaf first (mutual TLS). It needs its key.
    #[must_use]
    pub fn cert_file(mut self, path: impl AsRef<Path>) -> Self {
        self.cert = Some(Pem::File(path.as_ref().to_owned()));
        self.changed()
    }

    /// The private key of the client's certificate, in PEM: PKCS #8, PKCS #1 or SEC 1, not encrypted.
    #[must_use]
    pub fn key_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.key = Some(Pem::Bytes(pem.as_ref().into()));
        self.changed()
    }

    /// The PEM file with the private key of the client's certificate: PKCS #8, PKCS #1 or SEC 1, not encrypted.
    #[must_use]
    pub fn key_file(mut self, path: impl AsRef<Path>) -> Self {
        self.key = Some(Pem::File(path.as_ref().to_owned()));
        self.changed()
    }

    /// The name that the server's certificate must bear, and that is sent ahead of it (SNI). Default: the host of the
    /// address.
    ///
    /// For servers that are reached by an address or through a tunnel.
    #[must_use]
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// Accepts any certificate of the server: expired, for another name, or of anyone's making. Default: no.
    ///
    /// Danger: whoever can get between client and server reads and changes everything, the password first. To use a
    /// self-signed certificate, [trust it](TlsConfig::ca_pem) instead. No URL can turn this on.
    #[must_use]
    pub fn danger_accept_invalid_certs(mut self, accept: bool) -> Self {
        self.accepts_invalid_certs = accept;
        self.changed()
    }

    /// What was made from other settings is of no use to this one; clones from before the change keep it.
    fn changed(mut self) -> Self {
        self.ready = Arc::default();
        self
    }

    /// The name to check the server's certificate against, where the address has this host.
    pub(crate) fn name_for<'a>(&'a self, host: &'a str) -> &'a str {
        self.server_name.as_deref().unwrap_or(host)
    }

    /// The configuration for rustls, made anew if a file has changed.
    pub(crate) fn client(&self) -> Result<Arc<ClientConfig>, Error> {
        let material = self.read()?;
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ready) = &*ready
            && ready.material == material
        {
            return Ok(Arc::clone(&ready.client));
        }
        let client = Arc::new(tls_client::build(&material, self.accepts_invalid_certs)?);
        *ready = Some(Ready { material, client: Arc::clone(&client) });
        Ok(client)
    }

    fn read(&self) -> Result<Material, Error> {
        Ok(Material {
            ca: read(self.ca.as_ref(), "tls_ca_file")?,
            cert: read(self.cert.as_ref(), "tls_cert_file")?,
            key: read(self.key.as_ref(), "tls_key_file")?,
        })
    }

    /// The first setting that cannot work, and why.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str)> {
        match (&self.cert, &self.key) {
            (Some(_), None) => Some(("tls_cert_file", "a certificate needs its key (tls_key_file)")),
            (None, Some(_)) => Some(("tls_key_file", "a key needs its certificate (tls_cert_file)")),
            (Some(_), Some(_)) | (None, None) => None,
        }
    }
}

fn read(pem: Option<&Pem>, setting: &str) -> Result<Option<Arc<[u8]>>, Error> {
    match pem {
        None => Ok(None),
        Some(Pem::Bytes(bytes)) => Ok(Some(Arc::clone(bytes))),
        Some(Pem::File(path)) => match std::fs::read(path) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(error) => {
                let message = format!("{setting}: {} cannot be read ({})", path.display(), error.kind());
                Err(Error::new(ErrorKind::Config, message).because(error))
            }
        },
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(_) => f.write_str("[PEM]"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Shows where certificates and key come from, not what they are.
impl fmt::Debug for TlsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsConfig")
            .field("ca", &self.ca)
            .field("cert", &self.cert)
            .field("key", &self.key)
            .field("server_name", &self.server_name)
            .field("accepts_invalid_certs", &self.accepts_invalid_certs)
            .finish()
    }
}
