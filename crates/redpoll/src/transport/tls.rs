use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig};

use super::Transport;
use crate::config::TlsConfig;
use crate::error::{Error, ErrorKind};

/// Agrees on TLS over a connection that is open.
///
/// With TLS 1.3 the server may still refuse the client's certificate afterwards: that shows when it is read from.
pub(super) async fn secure(tls: &TlsConfig, host: &str, stream: TcpStream) -> Result<Transport, Error> {
    let name = tls.name_for(host);
    let server_name = ServerName::try_from(name.to_owned()).map_err(|error| {
        let message =
            format!("{name} is neither a DNS name nor an IP address, and TLS needs one (tls_server_name)");
        Error::new(ErrorKind::Config, message).because(error)
    })?;
    let connector = TlsConnector::from(client(tls).await?);
    match connector.connect(server_name, stream).await {
        Ok(stream) => Ok(Transport::Tls(Box::new(stream))),
        Err(error) => Err(refused(name, error)),
    }
}

/// Off the runtime's threads: it reads files.
async fn client(tls: &TlsConfig) -> Result<Arc<ClientConfig>, Error> {
    let tls = tls.clone();
    let made = tokio::task::spawn_blocking(move || tls.client()).await;
    made.unwrap_or_else(|error| {
        Err(Error::new(ErrorKind::Connect, "the runtime is shutting down").because(error))
    })
}

fn refused(name: &str, error: io::Error) -> Error {
    let reason = match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(_)) => "the server's certificate is not valid",
        Some(rustls::Error::AlertReceived(_)) => "the server refused",
        Some(rustls::Error::InvalidMessage(_)) => "the server does not speak TLS on this port",
        _ => "it was broken off",
    };
    Error::new(ErrorKind::Connect, format!("the TLS handshake with {name} failed: {reason}")).because(error)
}

#[cfg(test)]
mod tests;
