//! Large commands and large replies on one connection, against a server that does not read while it writes: whoever
//! stops reading while it writes as well makes both wait for ever.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "the figures are part of the result")]

mod support;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use redpoll::prelude::*;
use redpoll::{Client, Config};
use socket2::{Domain, Socket, Type};
use support::scripted_server::ScriptedServer;
use support::test_server::{TestServer, on_embedded, on_real};

const SIZE: usize = 4 * 1024 * 1024;
const COMMANDS: usize = 8;
const SOCKET_BUFFER: usize = 64 * 1024;

/// A server with small buffers that finishes writing a reply before it reads on.
fn stubborn_server() -> ScriptedServer {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_send_buffer_size(SOCKET_BUFFER).unwrap();
    socket.set_recv_buffer_size(SOCKET_BUFFER).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    socket.listen(8).unwrap();
    let large = [format!("${SIZE}\r\n").into_bytes(), vec![b'x'; SIZE], b"\r\n".to_vec()].concat();
    ScriptedServer::on(socket.into(), move |command| {
        Some(match command {
            [name, _] if name == b"GET" => large.clone(),
            [name, _, value] if name == b"SET" && value.len() == SIZE => b"+OK\r\n".to_vec(),
            _ => b"-ERR unknown command\r\n".to_vec(),
        })
    })
}

async fn large_commands_and_replies_all_complete(config: Config, name: &str) {
    let client = Client::connect(config.command_timeout(Duration::from_secs(30))).await.unwrap();
    let value = Bytes::from(vec![b'v'; SIZE]);
    client.set("read", vec![b'x'; SIZE]).await.unwrap();
    let since = Instant::now();
    let tasks: Vec<_> = (0..COMMANDS)
        .map(|number| {
            let (reader, writer, value) = (client.clone(), client.clone(), value.clone());
            let get = tokio::spawn(async move { reader.get::<Bytes>("read").await.unwrap() });
            let set =
                tokio::spawn(async move { writer.set(format!("written:{number}"), value).await.unwrap() });
            (get, set)
        })
        .collect();
    for (get, set) in tasks {
        let got = get.await.unwrap();
        assert!(got.len() == SIZE && got.iter().all(|byte| *byte == b'x'));
        set.await.unwrap();
    }
    println!("{name}: {COMMANDS} GETs and {COMMANDS} SETs of 4 MiB in {:?}", since.elapsed());
    assert_eq!(client.connection_stats().connects, 1, "all on one connection");
}

#[tokio::test]
async fn large_commands_and_replies_all_complete_against_a_stubborn_server() {
    let config = stubborn_server().config();
    large_commands_and_replies_all_complete(config, "stubborn, current thread").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_commands_and_replies_all_complete_against_a_stubborn_server_on_two_threads() {
    let config = stubborn_server().config();
    large_commands_and_replies_all_complete(config, "stubborn, multi-thread").await;
}

async fn suite(server: TestServer) {
    large_commands_and_replies_all_complete(server.config(), server.name()).await;
}

#[tokio::test]
async fn large_commands_and_replies_all_complete_embedded() {
    on_embedded(suite).await;
}

#[tokio::test]
async fn large_commands_and_replies_all_complete_real() {
    on_real(suite).await;
}
