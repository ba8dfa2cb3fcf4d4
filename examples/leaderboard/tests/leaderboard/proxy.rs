//! Between the app and its Redis: can go away, or fall silent, and come back at the same address.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) struct Proxy {
    address: SocketAddr,
    server: SocketAddr,
    silent: Arc<watch::Sender<bool>>,
    accepting: Option<JoinHandle<()>>,
}

impl Proxy {
    /// In front of the server of this URL.
    pub(crate) async fn start(url: &str) -> Self {
        let server = url.strip_prefix("redis://").unwrap().trim_end_matches('/').parse().unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let silent = Arc::new(watch::channel(false).0);
        let mut proxy = Self { address, server, silent, accepting: None };
        proxy.accept(listener);
        proxy
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// Cuts every connection and refuses new ones.
    pub(crate) async fn cut(&mut self) {
        let accepting = self.accepting.take().expect("not cut yet");
        accepting.abort();
        // The port is free, and the connections are closed, once the task is gone.
        let _ = accepting.await;
    }

    /// Takes connections again.
    pub(crate) async fn restore(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.accept(listener);
    }

    /// Keeps every connection open and passes nothing on, or passes on again.
    pub(crate) fn silence(&self, silent: bool) {
        self.silent.send_replace(silent);
    }

    fn accept(&mut self, listener: TcpListener) {
        let (server, silent) = (self.server, self.silent.clone());
        self.accepting = Some(tokio::spawn(async move {
            // Dropped with this task, and every connection with it.
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                connections.spawn(pass_on(client, server, silent.subscribe()));
            }
        }));
    }
}

async fn pass_on(client: TcpStream, server: SocketAddr, silent: watch::Receiver<bool>) {
    let Ok(server) = TcpStream::connect(server).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = copy(from_client, to_server, silent.clone()) => {}
        () = copy(from_server, to_client, silent) => {}
    }
}

async fn copy(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut silent: watch::Receiver<bool>,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let speaking = silent.wait_for(|silent| !silent).await.is_ok();
        if !speaking || to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
