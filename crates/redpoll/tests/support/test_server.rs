use redpoll::{Client, Config};
use redpoll_server::{Data, Server};

use super::real_server::{Installed, RealServer, installed};

/// A server that a suite runs on: the embedded one, or one that is installed.
#[derive(Debug)]
pub enum TestServer {
    Embedded(Server),
    Real(RealServer),
}

impl TestServer {
    pub async fn embedded() -> Self {
        Self::Embedded(Server::start().await.unwrap())
    }

    pub fn real(installed: &Installed) -> Self {
        Self::Real(RealServer::start(installed, &[]))
    }

    /// A real server that keeps what it has acknowledged when it is killed.
    pub fn durable(installed: &Installed) -> Self {
        Self::Real(RealServer::start(installed, &["--appendonly", "yes", "--appendfsync", "no"]))
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Embedded(_) => "embedded",
            Self::Real(server) => server.name(),
        }
    }

    pub fn url(&self) -> String {
        match self {
            Self::Embedded(server) => server.url().to_owned(),
            Self::Real(server) => server.url(),
        }
    }

    pub fn port(&self) -> u16 {
        match self {
            Self::Embedded(server) => server.port(),
            Self::Real(server) => server.port(),
        }
    }

    pub fn config(&self) -> Config {
        Config::new("127.0.0.1", self.port())
    }

    pub async fn client(&self) -> Client {
        Client::connect(self.config()).await.unwrap()
    }

    /// The embedded server, for what only it can do.
    pub const fn as_embedded(&self) -> Option<&Server> {
        match self {
            Self::Embedded(server) => Some(server),
            Self::Real(_) => None,
        }
    }

    /// Closes the port and every connection, without a word to anybody.
    pub async fn kill(&mut self) {
        match self {
            Self::Embedded(server) => server.stop().await.unwrap(),
            Self::Real(server) => server.kill(),
        }
    }

    /// Opens the same port again; the port is open when this returns.
    pub async fn start_again(&mut self) {
        match self {
            Self::Embedded(server) => server.resume().await.unwrap(),
            Self::Real(server) => {
                server.spawn();
                assert!(server.wait_until_open(), "{} did not come back", server.name());
            }
        }
    }

    /// Kills it and starts it again on the same port.
    pub async fn restart(&mut self) {
        match self {
            Self::Embedded(server) => server.restart(Data::Keep).await.unwrap(),
            Self::Real(_) => {
                self.kill().await;
                self.start_again().await;
            }
        }
    }
}

/// Runs a suite on the embedded server.
pub async fn on_embedded(suite: impl AsyncFn(TestServer)) {
    suite(TestServer::embedded().await).await;
}

/// Runs a suite on every server that is installed, one after the other.
pub async fn on_real(suite: impl AsyncFn(TestServer)) {
    for installed in installed() {
        println!("on {}", installed.name);
        suite(TestServer::real(&installed)).await;
    }
}

/// As [`on_real`], on servers that keep what they have acknowledged when they are killed.
pub async fn on_durable(suite: impl AsyncFn(TestServer)) {
    for installed in installed() {
        println!("on {}", installed.name);
        suite(TestServer::durable(&installed)).await;
    }
}
