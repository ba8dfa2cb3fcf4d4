//! A small HTTP client: one connection per request, and event streams.

use std::net::SocketAddr;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use leaderboard::App;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::running::soon;

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.content_type, "application/json", "{}", self.body);
        serde_json::from_str(&self.body).unwrap()
    }
}

pub(crate) async fn get(app: &App, path: &str) -> Reply {
    request(app.address(), Method::GET, path, "").await
}

pub(crate) async fn post(app: &App, path: &str, body: &str) -> Reply {
    request(app.address(), Method::POST, path, body).await
}

/// Submits a score that must be stored.
pub(crate) async fn submit(app: &App, player: &str, score: u32) -> Value {
    let body = serde_json::json!({ "player": player, "score": score }).to_string();
    let reply = post(app, "/api/scores", &body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

/// The events of `/api/live`, one by one.
pub(crate) struct Events {
    body: Incoming,
    text: String,
}

impl Events {
    pub(crate) async fn open(app: &App) -> Self {
        let response = send(app.address(), Method::GET, "/api/live", "").await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body(), text: String::new() }
    }

    /// The next event with this name; others are skipped.
    pub(crate) async fn next(&mut self, name: &str) -> Value {
        soon(&format!("the event {name}"), async {
            loop {
                let (found, data) = self.read().await.expect("the stream goes on");
                if found == name {
                    return data;
                }
            }
        })
        .await
    }

    /// The next snapshot that is stale, or is not.
    pub(crate) async fn snapshot(&mut self, stale: bool) -> Value {
        loop {
            let snapshot = self.next("snapshot").await;
            if snapshot["stale"] == stale {
                return snapshot;
            }
        }
    }

    /// Waits until the browser knows of a player's score: by its change, or by a snapshot when the change was published
    /// before the instance listened again.
    pub(crate) async fn hears_of(&mut self, player: &str) {
        soon(&format!("news of {player}"), async {
            loop {
                let (name, data) = self.read().await.expect("the stream goes on");
                let in_top = |row: &Value| row["player"] == player;
                let is_known = match name.as_str() {
                    "change" => data["player"] == player,
                    _ => data["top"].as_array().is_some_and(|top| top.iter().any(in_top)),
                };
                if is_known {
                    return;
                }
            }
        })
        .await;
    }

    /// Reads until the server ends the stream.
    pub(crate) async fn end(&mut self) {
        soon("the end of the stream", async { while self.read().await.is_some() {} }).await;
    }

    async fn read(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
                let read = (field("event: ").to_owned(), serde_json::from_str(field("data: ")).unwrap());
                self.text = rest.to_owned();
                return Some(read);
            }
            let frame = self.body.frame().await?.ok()?;
            self.text.push_str(std::str::from_utf8(&frame.into_data().ok()?).unwrap());
        }
    }
}

async fn request(address: SocketAddr, method: Method, path: &str, body: &str) -> Reply {
    soon(path, async {
        let response = send(address, method, path, body).await;
        let status = response.status().as_u16();
        let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Reply { status, content_type, body: String::from_utf8(body.to_vec()).unwrap() }
    })
    .await
}

async fn send(address: SocketAddr, method: Method, path: &str, body: &str) -> Response<Incoming> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let body = Full::new(Bytes::from(body.to_owned()));
    let request =
        Request::builder().method(method).uri(path).header("host", address.to_string()).body(body).unwrap();
    sender.send_request(request).await.unwrap()
}
