//! The server from outside: sockets, time, faults, the direct API.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use redpoll_server::{Data, Fault, Reaction, Reply, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A connection that speaks bytes; it gives up rather than hang.
struct Wire(TcpStream);

impl Wire {
    fn to(server: &Server) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Self(stream)
    }

    fn send(&mut self, command: &str) {
        self.0.write_all(format!("{command}\r\n").as_bytes()).unwrap();
    }

    /// Reads exactly this.
    fn expect(&mut self, expected: &str) {
        let mut reply = vec![0; expected.len()];
        self.0.read_exact(&mut reply).unwrap();
        assert_eq!(String::from_utf8_lossy(&reply), expected);
    }

    fn ask(&mut self, command: &str, expected: &str) {
        self.send(command);
        self.expect(expected);
    }

    /// Reads until the connection is closed. A reset is an end as well.
    fn rest(mut self) -> String {
        let mut rest = Vec::new();
        match self.0.read_to_end(&mut rest) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
        }
        String::from_utf8(rest).unwrap()
    }
}

#[test]
fn commands_are_answered_in_order() {
    let server = Server::start_blocking().unwrap();
    let mut wire = Wire::to(&server);
    wire.0.write_all(b"SET k v\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\nPING\r\n").unwrap();
    wire.expect("+OK\r\n$1\r\nv\r\n+PONG\r\n");
}

#[test]
fn time_passes_by_itself() {
    let server = Server::start_blocking().unwrap();
    let mut wire = Wire::to(&server);
    let start = Instant::now();
    wire.ask("SET k v PX 50", "+OK\r\n");
    wire.ask("BLPOP l 0.1", "*-1\r\n");
    assert!(start.elapsed() >= Duration::from_millis(100));
    wire.ask("GET k", "$-1\r\n");
}

#[test]
fn a_deadline_ahead_keeps_nobody_waiting() {
    let server = Server::start_blocking().unwrap();
    let mut wire = Wire::to(&server);
    wire.ask("SET k v EX 100", "+OK\r\n");
    wire.ask("TTL k", ":100\r\n");
    server.fast_forward(Duration::from_secs(99));
    assert!(server.db(0).ttl("k").is_some_and(|left| left <= Duration::from_secs(1)));
    server.fast_forward(Duration::from_secs(1));
    wire.ask("GET k", "$-1\r\n");
}

#[test]
fn a_manual_clock_stands_still() {
    let server = Server::builder().manual_clock().start_blocking().unwrap();
    let mut wire = Wire::to(&server);
    wire.ask("SET k v EX 10", "+OK\r\n");
    wire.ask("PTTL k", ":10000\r\n");
    server.fast_forward(Duration::from_secs(4));
    assert_eq!(server.db(0).ttl("k"), Some(Duration::from_secs(6)));
    wire.ask("PTTL k", ":6000\r\n");
}

#[tokio::test]
async fn a_blocked_client_is_woken_by_another_connection() {
    let server = Server::start().await.unwrap();
    let mut waiting = Wire::to(&server);
    waiting.send("BLPOP l 0");
    server.wait_blocked(1).await;
    server.execute(["RPUSH", "l", "x"]);
    waiting.expect("*2\r\n$1\r\nl\r\n$1\r\nx\r\n");
    waiting.send("BLPOP l 60");
    server.wait_blocked(1).await;
    server.fast_forward(Duration::from_secs(60));
    waiting.expect("*-1\r\n");
}

#[tokio::test]
async fn a_message_reaches_a_subscriber() {
    let server = Server::start().await.unwrap();
    let mut subscriber = Wire::to(&server);
    subscriber.ask("SUBSCRIBE news", "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
    server.wait_subscribed("news", 1).await;
    assert_eq!(server.execute(["PUBLISH", "news", "hi"]), Reply::Integer(1));
    subscriber.expect("*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$2\r\nhi\r\n");
}

#[tokio::test]
async fn killed_and_lost_clients_are_gone() {
    let server = Server::start().await.unwrap();
    let mut first = Wire::to(&server);
    first.ask("CLIENT SETNAME first", "+OK\r\n");
    let mut second = Wire::to(&server);
    second.ask("PING", "+PONG\r\n");
    assert_eq!(server.clients().iter().map(|client| client.name.as_str()).collect::<Vec<_>>(), ["first", ""]);
    drop(second);
    server.wait_connections(1).await;
    assert_eq!(server.kill_clients(), 1);
    assert_eq!(first.rest(), "");
    assert_eq!(server.connection_count(), 0);
}

#[tokio::test]
async fn a_restart_closes_connections_and_keeps_the_port() {
    let server = Server::start().await.unwrap();
    let port = server.port();
    let mut wire = Wire::to(&server);
    wire.ask("SET k v", "+OK\r\n");
    server.stop().await.unwrap();
    assert_eq!(wire.rest(), "");
    assert_eq!(TcpStream::connect(("127.0.0.1", port)).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    server.resume().await.unwrap();
    Wire::to(&server).ask("GET k", "$1\r\nv\r\n");
    server.restart(Data::Drop).await.unwrap();
    Wire::to(&server).ask("GET k", "$-1\r\n");
    assert_eq!(server.port(), port);
}

#[test]
fn a_dropped_server_frees_its_port() {
    let server = Server::start_blocking().unwrap();
    let port = server.port();
    let wire = Wire::to(&server);
    drop(server);
    assert_eq!(wire.rest(), "");
    let again = Server::builder().port(port).start_blocking().unwrap();
    assert_eq!(again.port(), port);
}

#[test]
fn a_lost_reply_means_that_the_command_ran() {
    let server = Server::start_blocking().unwrap();
    server.fault(Fault::on("RPUSH").times(1).then(Reaction::LoseReply));
    let mut wire = Wire::to(&server);
    wire.0.write_all(b"PING\r\nRPUSH l x\r\nPING\r\n").unwrap();
    assert_eq!(wire.rest(), "+PONG\r\n");
    assert_eq!(server.db(0).list("l"), ["x"]);
    Wire::to(&server).ask("RPUSH l y", ":2\r\n");
    assert_eq!(server.faults_fired(), 1);
}

#[test]
fn fault_rules_react_as_they_say() {
    let server = Server::start_blocking().unwrap();
    let loading = "LOADING Redis is loading the dataset in memory".to_owned();
    server.fault(Fault::on("get").key("b*").then(Reaction::Error(loading)));
    server.fault(Fault::on_any_command().key("closed").then(Reaction::Close));
    server.fault(Fault::on("ECHO").then(Reaction::CutReply(7)));
    server.fault(Fault::on("PING").nth(2).then(Reaction::Error("ERR the second".to_owned())));
    server.fault(Fault::on_connect().nth(5).then(Reaction::Refuse));
    Wire::to(&server).ask("GET busy", "-LOADING Redis is loading the dataset in memory\r\n");
    let mut closed = Wire::to(&server);
    closed.send("SET closed v");
    assert_eq!(closed.rest(), "");
    assert!(!server.db(0).exists("closed"));
    let mut cut = Wire::to(&server);
    cut.send("ECHO 1234567890");
    assert_eq!(cut.rest(), "$10\r\n12");
    let mut wire = Wire::to(&server);
    wire.ask("PING", "+PONG\r\n");
    wire.ask("PING", "-ERR the second\r\n");
    wire.ask("PING", "+PONG\r\n");
    assert_eq!(Wire::to(&server).rest(), "");
}

#[tokio::test]
async fn a_delayed_command_waits_on_the_servers_clock() {
    let server = Server::builder().manual_clock().start().await.unwrap();
    server.fault(Fault::on("SET").times(1).then(Reaction::Delay(Duration::from_secs(1))));
    let mut delayed = Wire::to(&server);
    delayed.0.write_all(b"PING\r\nSET k v\r\nGET k\r\n").unwrap();
    delayed.expect("+PONG\r\n");
    Wire::to(&server).ask("GET k", "$-1\r\n");
    server.fast_forward(Duration::from_secs(1));
    delayed.expect("+OK\r\n$1\r\nv\r\n");
}

#[tokio::test]
async fn a_connection_needs_no_socket() {
    let server = Server::builder().without_tcp().start().await.unwrap();
    let mut stream = server.connect_in_memory();
    stream.write_all(b"PING\r\n").await.unwrap();
    let mut reply = [0; 7];
    stream.read_exact(&mut reply).await.unwrap();
    assert_eq!(&reply, b"+PONG\r\n");
}

#[tokio::test]
async fn a_unix_socket_serves_and_is_removed() {
    let path = std::env::temp_dir().join(format!("redpoll-server-test-{}.sock", std::process::id()));
    let server = Server::builder().without_tcp().unix_path(&path).start().await.unwrap();
    assert_eq!(server.url(), format!("unix://{}", path.display()));
    let mut stream = tokio::net::UnixStream::connect(&path).await.unwrap();
    stream.write_all(b"PING\r\n").await.unwrap();
    let mut reply = [0; 7];
    stream.read_exact(&mut reply).await.unwrap();
    drop(server);
    assert!(!path.exists());
}

#[test]
fn large_values_pass_while_the_client_only_writes() {
    const LENGTH: usize = 4 * 1024 * 1024;
    let server = Server::start_blocking().unwrap();
    server.db(0).set("k", vec![b'x'; LENGTH]);
    let mut wire = Wire::to(&server);
    wire.0.set_write_timeout(Some(Duration::from_secs(10))).unwrap();
    let header = format!("*3\r\n$3\r\nSET\r\n$1\r\nn\r\n${LENGTH}\r\n");
    let set = [header.as_bytes(), &vec![b'y'; LENGTH], b"\r\n"].concat();
    for _ in 0..8 {
        wire.send("GET k");
        wire.0.write_all(&set).unwrap();
    }
    let reply = format!("${LENGTH}\r\n{}\r\n+OK\r\n", "x".repeat(LENGTH));
    for _ in 0..8 {
        wire.expect(&reply);
    }
}

#[test]
fn a_bad_request_is_answered_and_the_connection_closed() {
    let server = Server::start_blocking().unwrap();
    let mut wire = Wire::to(&server);
    wire.0.write_all(b"PING\r\n*1\r\nx\r\n").unwrap();
    assert_eq!(wire.rest(), "+PONG\r\n-ERR Protocol error: expected '$', got 'x'\r\n");
}

#[test]
fn an_unauthenticated_client_has_tight_limits_until_it_authenticates() {
    let server = Server::builder().password("secret").start_blocking().unwrap();
    let large = format!("*2\r\n$4\r\nECHO\r\n$20000\r\n{}\r\n", "x".repeat(20_000));
    let mut wire = Wire::to(&server);
    wire.0.write_all(format!("AUTH secret\r\n{large}").as_bytes()).unwrap();
    wire.expect("+OK\r\n$20000\r\n");
    let mut stranger = Wire::to(&server);
    stranger.0.write_all(b"*2\r\n$4\r\nECHO\r\n$20000\r\n").unwrap();
    assert_eq!(stranger.rest(), "-ERR Protocol error: unauthenticated bulk length\r\n");
}

#[test]
fn the_log_says_what_was_executed() {
    let server = Server::start_blocking().unwrap();
    let mut wire = Wire::to(&server);
    wire.ask("SELECT 1", "+OK\r\n");
    wire.ask("SET k v", "+OK\r\n");
    let log = server.command_log();
    assert_eq!(log.iter().map(|command| command.db).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(log[1].arguments, ["SET", "k", "v"]);
    assert_eq!(server.db(1).get("k").as_deref(), Some(&b"v"[..]));
}

#[test]
fn too_many_clients_are_told_so() {
    let server = Server::start_blocking().unwrap();
    let mut wire = Wire::to(&server);
    wire.ask("CONFIG SET maxclients 1", "+OK\r\n");
    assert_eq!(Wire::to(&server).rest(), "-ERR max number of clients reached\r\n");
    wire.ask("PING", "+PONG\r\n");
}
