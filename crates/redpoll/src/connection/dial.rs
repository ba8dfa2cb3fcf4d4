use std::future::Future;
use std::pin::pin;
use std::sync::Arc;

use bytes::{Buf, BytesMut};
use redpoll_protocol::{Decoder, Handshake, HandshakeError, ServerInfo, Step};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};

use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::transport::{self, Transport};

/// A connection that has its handshake behind it: authenticated, named, in its database.
pub(crate) struct Dialed {
    pub(crate) transport: Transport,
    pub(crate) decoder: Decoder,
    /// What came after the handshake's replies.
    pub(crate) input: BytesMut,
    pub(crate) info: ServerInfo,
}

/// Connects and shakes hands, both within the connect timeout.
pub(crate) async fn dial(config: &Config, node: &Arc<str>) -> Result<Dialed, Error> {
    let deadline = Instant::now() + config.connect_timeout;
    let attempt = async {
        let transport = transport::connect(config).await?;
        shake_hands(config, transport).await
    };
    match timeout_at(deadline, pin!(attempt)).await {
        Ok(result) => result.map_err(|error| error.at(node)),
        Err(_) => {
            let message = format!("no connection within {:?} (connect_timeout)", config.connect_timeout);
            Err(Error::new(ErrorKind::Connect, message).at(node))
        }
    }
}

fn shake_hands(config: &Config, mut transport: Transport) -> impl Future<Output = Result<Dialed, Error>> {
    let mut handshake = Handshake::new(config.handshake_options());
    let mut decoder = Decoder::new(config.limits);
    async move {
        let mut out = BytesMut::new();
        handshake.first_write(&mut out);
        let mut input = BytesMut::with_capacity(1024);
        loop {
            while out.has_remaining() {
                transport.write_buf(&mut out).await.map_err(lost)?;
            }
            if transport.read_buf(&mut input).await.map_err(lost)? == 0 {
                return Err(Error::new(
                    ErrorKind::Connect,
                    "the server closed the connection during the handshake",
                ));
            }
            while let Some(reply) = decoder.decode(&mut input).map_err(broken)? {
                match handshake.handle_reply(reply).map_err(refused)? {
                    Step::Wait => {}
                    Step::Write(bytes) => out.extend_from_slice(&bytes),
                    Step::Done(info) => return Ok(Dialed { transport, decoder, input, info }),
                }
            }
        }
    }
}

fn lost(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Connect, "the connection was lost during the handshake").because(error)
}

fn broken(error: redpoll_protocol::DecodeError) -> Error {
    Error::new(
        ErrorKind::Protocol,
        "this does not look like a Redis server: the handshake's reply cannot be read",
    )
    .because(error)
}

fn refused(error: HandshakeError) -> Error {
    let kind = match &error {
        HandshakeError::Auth(_) => ErrorKind::Auth,
        _ => ErrorKind::Connect,
    };
    Error::new(kind, "the server refused the handshake").because(error)
}
