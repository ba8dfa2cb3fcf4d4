//! What callers are told when something breaks: whether their command may have run, and what is tried again for them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "the figures are part of the result")]

mod support;

use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use redpoll::prelude::*;
use redpoll::{Client, Error, ErrorKind};
use redpoll_server::{Fault, Reaction, Server};
use support::proxy::Proxy;
use support::random::Random;
use support::scripted_server::ScriptedServer;
use support::test_server::{TestServer, on_embedded, on_real};
use support::{eventually, gauges_return_to_zero};

/// A client that reaches its server through a proxy, and one that does not.
struct Pair {
    proxy: Proxy,
    client: Client,
    direct: Client,
    /// Its port stays open as long as the pair is used.
    _server: TestServer,
}

impl Pair {
    async fn on(server: TestServer, change: impl Fn(redpoll::Config) -> redpoll::Config) -> Self {
        let proxy = Proxy::to(server.port(), &mut Random::of_this_run("faults")).await;
        let client = Client::connect(change(proxy.config())).await.unwrap();
        let direct = server.client().await;
        Self { proxy, client, direct, _server: server }
    }

    /// Ends the connection after the server has executed a command and before its reply has come.
    async fn lose_reply<T: Send + 'static>(
        &self,
        command: impl Future<Output = Result<T, Error>> + Send + 'static,
        has_run: impl AsyncFn(&Client) -> bool,
    ) -> Result<T, Error> {
        self.proxy.set(|rules| rules.down.is_stopped = true);
        let task = tokio::spawn(command);
        eventually("the server executes the command", || has_run(&self.direct)).await;
        self.proxy.reset_connections().await;
        self.proxy.behave();
        task.await.unwrap()
    }
}

async fn counter(client: &Client) -> i64 {
    client.get::<Option<i64>>("counter").await.unwrap().unwrap_or(0)
}

async fn incr(client: Client) -> Result<i64, Error> {
    client.incr("counter").await
}

async fn a_lost_reply_is_an_error_that_says_so(server: TestServer) {
    let pair = Pair::on(server, |config| config).await;
    let lost = pair.lose_reply(incr(pair.client.clone()), async |direct| counter(direct).await == 1).await;
    let error = lost.unwrap_err();
    assert_eq!((error.kind(), error.command()), (ErrorKind::ConnectionLost, Some("INCR")), "{error:?}");
    assert!(error.may_have_run() && !error.is_retryable(), "{error:?}");
    assert_eq!(counter(&pair.client).await, 1, "it was not sent again");
    gauges_return_to_zero(&pair.client).await;
}

#[tokio::test]
async fn a_lost_reply_is_an_error_that_says_so_embedded() {
    on_embedded(a_lost_reply_is_an_error_that_says_so).await;
}

#[tokio::test]
async fn a_lost_reply_is_an_error_that_says_so_real() {
    on_real(a_lost_reply_is_an_error_that_says_so).await;
}

#[tokio::test]
async fn a_reply_lost_by_a_fault_rule_is_an_error_that_says_so() {
    let server = Server::start().await.unwrap();
    let client = Client::connect(server.url()).await.unwrap();
    for reaction in [Reaction::LoseReply, Reaction::CutReply(1)] {
        server.flush_all();
        server.fault(Fault::on("INCR").times(1).then(reaction));
        let error = client.incr("counter").await.unwrap_err();
        assert!(error.may_have_run(), "{error:?}");
        assert_eq!(counter(&client).await, 1);
    }
    // The server says nothing of whether a command that it did not answer was executed.
    server.flush_all();
    server.fault(Fault::on("INCR").times(1).then(Reaction::Close));
    assert!(client.incr("counter").await.unwrap_err().may_have_run());
    assert_eq!(counter(&client).await, 0);
}

async fn reads_are_tried_again_and_writes_only_if_allowed(server: TestServer) {
    let pair = Pair::on(server, |config| config).await;
    pair.direct.set("k", "before").await.unwrap();
    pair.proxy.set(|rules| rules.down.cut_after = Some(1));
    let (reader, proxy) = (pair.client.clone(), &pair.proxy);
    let reading = tokio::spawn(async move { reader.get::<String>("k").await });
    eventually("the connection is lost", async || proxy.connections() >= 2).await;
    pair.proxy.behave();
    assert_eq!(reading.await.unwrap().unwrap(), "before");

    let is_set = async |direct: &Client| direct.get::<String>("k").await.unwrap() == "after";
    let writer = pair.client.clone();
    let error = pair.lose_reply(async move { writer.set("k", "after").await }, is_set).await.unwrap_err();
    assert!(error.may_have_run(), "{error:?}");
}

#[tokio::test]
async fn reads_are_tried_again_and_writes_only_if_allowed_embedded() {
    on_embedded(reads_are_tried_again_and_writes_only_if_allowed).await;
}

#[tokio::test]
async fn reads_are_tried_again_and_writes_only_if_allowed_real() {
    on_real(reads_are_tried_again_and_writes_only_if_allowed).await;
}

async fn idempotent_writes_are_tried_again_if_the_user_says_so(server: TestServer) {
    let pair = Pair::on(server, |config| config.retry_idempotent_writes(true)).await;
    pair.direct.set("k", "before").await.unwrap();
    let is_set = async |direct: &Client| direct.get::<String>("k").await.unwrap() == "after";
    let writer = pair.client.clone();
    pair.lose_reply(async move { writer.set("k", "after").await }, is_set).await.unwrap();
    let lost = pair.lose_reply(incr(pair.client.clone()), async |direct| counter(direct).await == 1).await;
    assert!(lost.unwrap_err().may_have_run(), "INCR never is");
}

#[tokio::test]
async fn idempotent_writes_are_tried_again_if_the_user_says_so_embedded() {
    on_embedded(idempotent_writes_are_tried_again_if_the_user_says_so).await;
}

#[tokio::test]
async fn idempotent_writes_are_tried_again_if_the_user_says_so_real() {
    on_real(idempotent_writes_are_tried_again_if_the_user_says_so).await;
}

/// Replies to a pipeline end in the middle: those that came are results, the others are unknown.
async fn a_pipeline_that_breaks_tells_of_each_command(server: TestServer) {
    const COMMANDS: usize = 20;
    let pair = Pair::on(server, |config| config).await;
    // ":1\r\n" to ":9\r\n" are 4 bytes each; the last of these is cut short. The handshake has passed before.
    let (_, before) = pair.proxy.bytes();
    pair.proxy.set(|rules| rules.down.cut_after = Some(before + 5 * 4 + 2));
    let results = pair
        .client
        .pipeline(|p| (0..COMMANDS).map(|_| p.incr("counter")).collect::<Vec<_>>())
        .each()
        .await
        .unwrap();
    pair.proxy.behave();
    let acknowledged = results.iter().take_while(|result| result.is_ok()).count();
    let unknown = results.iter().filter(|r| r.as_ref().is_err_and(Error::may_have_run)).count();
    println!("{acknowledged} acknowledged, {unknown} unknown");
    assert_eq!((acknowledged, unknown), (5, COMMANDS - 5), "{results:?}");
    for (number, result) in results.iter().enumerate().take(acknowledged) {
        assert_eq!(*result.as_ref().unwrap(), number as i64 + 1);
    }
    let counter = counter(&pair.direct).await as usize;
    assert!((acknowledged..=acknowledged + unknown).contains(&counter), "{counter}");
}

#[tokio::test]
async fn a_pipeline_that_breaks_tells_of_each_command_embedded() {
    on_embedded(a_pipeline_that_breaks_tells_of_each_command).await;
}

#[tokio::test]
async fn a_pipeline_that_breaks_tells_of_each_command_real() {
    on_real(a_pipeline_that_breaks_tells_of_each_command).await;
}

/// More is queued than the sockets hold when the connection is lost: what was not written whole cannot have run.
async fn what_was_not_written_is_sent_again(server: TestServer) {
    const COMMANDS: usize = 24;
    const SIZE: usize = 1024 * 1024;
    let pair = Pair::on(server, |config| config.command_timeout(Duration::from_secs(20))).await;
    pair.proxy.set(|rules| rules.up.is_stopped = true);
    let value = bytes::Bytes::from(vec![b'v'; SIZE]);
    let tasks: Vec<_> = (0..COMMANDS)
        .map(|number| {
            let (client, value) = (pair.client.clone(), value.clone());
            let append = async move {
                client.command("APPEND").key(format!("k{number}")).arg(value).reply_as::<usize>().await
            };
            tokio::spawn(append)
        })
        .collect();
    let mut writes = 0;
    eventually("the sockets are full", || {
        let now = pair.client.connection_stats().writes;
        let is_steady = writes > 0 && writes == now;
        writes = now;
        async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            is_steady
        }
    })
    .await;
    pair.proxy.reset_connections().await;
    pair.proxy.behave();
    let (mut applied, mut unknown) = (0, 0);
    for (number, task) in tasks.into_iter().enumerate() {
        let length =
            pair.direct.command("STRLEN").key(format!("k{number}")).reply_as::<usize>().await.unwrap();
        match task.await.unwrap() {
            Ok(reply) => {
                let length = pair.direct.command("STRLEN").key(format!("k{number}")).reply_as::<usize>();
                assert_eq!((reply, length.await.unwrap()), (SIZE, SIZE), "applied once");
                applied += 1;
            }
            Err(error) => {
                assert!(error.may_have_run() && length <= SIZE, "{error:?}");
                unknown += 1;
            }
        }
    }
    println!("{applied} applied, {unknown} unknown");
    assert!(applied > 0 && unknown > 0, "some were written whole, some were not");
}

#[tokio::test]
async fn what_was_not_written_is_sent_again_embedded() {
    on_embedded(what_was_not_written_is_sent_again).await;
}

#[tokio::test]
async fn what_was_not_written_is_sent_again_real() {
    on_real(what_was_not_written_is_sent_again).await;
}

async fn a_deadline_withdraws_what_was_not_sent(mut server: TestServer) {
    let client =
        Client::connect(server.config().reconnect_max_delay(Duration::from_millis(100))).await.unwrap();
    server.kill().await;
    eventually("the client knows", async || client.connection_stats().connected == 0).await;
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.incr("counter").timeout(Duration::from_millis(50)).await })
        })
        .collect();
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert!(!error.may_have_run() && error.is_retryable(), "{error:?}");
        assert_eq!(error.kind(), ErrorKind::Connect, "it says why: {error:?}");
    }
    server.start_again().await;
    assert_eq!(
        client.incr("counter").timeout(Duration::from_secs(10)).await.unwrap(),
        1,
        "none of them is applied"
    );
}

#[tokio::test]
async fn a_deadline_withdraws_what_was_not_sent_embedded() {
    on_embedded(a_deadline_withdraws_what_was_not_sent).await;
}

#[tokio::test]
async fn a_deadline_withdraws_what_was_not_sent_real() {
    on_real(a_deadline_withdraws_what_was_not_sent).await;
}

/// A server whose first answer to `BAD` is this; everything else it knows is `GET`.
fn garbling(answer: &'static [u8]) -> ScriptedServer {
    let garbled = AtomicUsize::new(0);
    ScriptedServer::start(move |command| match command.first().map(Vec::as_slice) {
        Some(b"BAD") if garbled.fetch_add(1, Ordering::Relaxed) == 0 => Some(answer.to_vec()),
        Some(b"GET") => Some(b"$1\r\nv\r\n".to_vec()),
        _ => Some(b"+OK\r\n".to_vec()),
    })
}

#[tokio::test]
async fn a_reply_that_cannot_be_read_is_a_protocol_error_and_ends_the_connection() {
    let server = garbling(b"?what\r\n");
    let client = Client::connect(server.config()).await.unwrap();
    let bad = client.command("BAD");
    let (bad, get) = tokio::join!(bad.into_future(), client.get::<String>("k").into_future());
    let error = bad.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error:?}");
    assert!(error.may_have_run(), "{error:?}");
    assert!(std::error::Error::source(&error).is_some(), "it says what was wrong: {error:?}");
    assert_eq!(get.unwrap(), "v", "a read behind it is tried again");
    assert_eq!(client.connection_stats().connects, 2);
}

#[tokio::test]
async fn a_reply_that_nobody_asked_for_ends_the_connection_and_takes_nobody_down() {
    let server = garbling(b"+OK\r\n+and more\r\n");
    let client = Client::connect(server.config()).await.unwrap();
    let reply = client.command("BAD").reply_as::<String>().await;
    assert_eq!(reply.unwrap(), "OK", "its own reply had come");
    assert_eq!(client.get::<String>("k").await.unwrap(), "v");
    assert_eq!(client.connection_stats().connects, 2, "which reply belongs to whom is in doubt from then on");
}

#[tokio::test]
async fn what_the_server_refuses_for_now_is_tried_again() {
    let server = Server::start().await.unwrap();
    let client = Client::connect(server.url()).await.unwrap();
    for text in ["LOADING Redis is loading the dataset in memory", "BUSY Redis is busy running a script."] {
        server.clear_faults();
        server.fault(Fault::on("SET").times(2).then(Reaction::Error(text.to_owned())));
        client.set("k", "v").await.unwrap();
        assert_eq!(server.faults_fired(), 2);
    }
}

/// A server that loads its data turns commands away for as long as that takes: only the deadline ends the waiting.
#[tokio::test]
async fn a_server_that_loads_its_data_is_waited_for_until_the_deadline() {
    let server = Server::start().await.unwrap();
    let client = Client::connect(server.url()).await.unwrap();
    let loading = || Reaction::Error("LOADING Redis is loading the dataset in memory".to_owned());
    server.fault(Fault::on("INCR").times(8).then(loading()));
    let n = client.incr("n").timeout(Duration::from_secs(20)).await.unwrap();
    assert_eq!((n, server.faults_fired()), (1, 8));
    server.fault(Fault::on("INCR").then(loading()));
    let error = client.incr("n").timeout(Duration::from_secs(1)).await.unwrap_err();
    assert_eq!((error.prefix(), error.may_have_run()), (Some("LOADING"), false));
}

/// A caller who agreed to wait for longer than the connection is trusted otherwise gets what it waits for.
#[tokio::test]
async fn a_long_deadline_keeps_a_silent_connection_alive() {
    let server = Server::start().await.unwrap();
    let timeout = Duration::from_millis(50);
    let config = redpoll::Config::from_url(server.url()).unwrap().command_timeout(timeout);
    let client = Client::connect(config).await.unwrap();
    server.fault(Fault::on("INCR").times(1).then(Reaction::Delay(10 * timeout)));
    assert_eq!(client.incr("n").timeout(Duration::from_secs(30)).await.unwrap(), 1);
    assert_eq!(client.connection_stats().connects, 1);
}

#[tokio::test]
async fn what_the_server_refuses_is_typed() {
    let server = Server::start().await.unwrap();
    let client = Client::connect(server.url()).await.unwrap();
    let refusals = [
        ("READONLY You can't write against a read only replica.", true),
        ("OOM command not allowed when used memory > 'maxmemory'.", false),
        (
            "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
            true,
        ),
        ("WRONGTYPE Operation against a key holding the wrong kind of value", false),
    ];
    for (text, is_retryable) in refusals {
        server.fault(Fault::on("SET").times(1).then(Reaction::Error(text.to_owned())));
        let error = client.set("k", "v").await.unwrap_err();
        assert_eq!((error.kind(), error.prefix()), (ErrorKind::Server, text.split(' ').next()));
        assert_eq!((error.may_have_run(), error.is_retryable()), (false, is_retryable), "{text}");
    }
}

/// A server at its `maxclients`: its port, and how often it was dialed.
fn full_server() -> (u16, Arc<AtomicUsize>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let dials = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&dials);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            counted.fetch_add(1, Ordering::Relaxed);
            let _ = std::io::Write::write_all(&mut &stream, b"-ERR max number of clients reached\r\n");
        }
    });
    (port, dials)
}

#[tokio::test]
async fn a_server_that_is_full_says_so_in_the_error() {
    let (port, _) = full_server();
    let error = Client::connect(redpoll::Config::new("127.0.0.1", port)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    assert!(format!("{error:?}").contains("max number of clients"), "{error:?}");
    assert!(!error.may_have_run() && error.is_retryable());
}

/// A server that is there and turns the client away is asked again about once a second, however many wait.
#[tokio::test]
async fn a_server_that_turns_the_client_away_is_asked_once_a_second() {
    let (port, dials) = full_server();
    let client = Client::connect_lazily(redpoll::Config::new("127.0.0.1", port)).unwrap();
    let error = client.incr("n").timeout(Duration::from_millis(1500)).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_run()), (ErrorKind::Connect, false), "{error:?}");
    assert!(dials.load(Ordering::Relaxed) <= 2, "{dials:?} dials in a second and a half");
}

/// The server accepts, shakes hands, and hangs up at the first command: however many call, it is not hammered.
#[tokio::test]
async fn a_server_that_hangs_up_at_once_is_not_hammered() {
    let server = ScriptedServer::start(|_| None);
    let client = Client::connect(server.config().max_retries(1000)).await.unwrap();
    let callers: Vec<_> = (0..64)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                let since = std::time::Instant::now();
                while since.elapsed() < Duration::from_secs(1) {
                    client.get::<String>("k").await.unwrap_err();
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    let connects = client.connection_stats().connects;
    println!("{connects} connections in a second or two");
    assert!(connects <= 60, "{connects} connections");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_hundred_thousand_failures_every_gauge_is_zero() {
    const FAILURES: usize = 100_000;
    const CALLERS: usize = 64;
    let mut random = Random::of_this_run("failures");
    let server = Server::builder().seed(7).command_log(0).start().await.unwrap();
    let proxy = Proxy::to(server.port(), &mut random).await;
    let client =
        Client::connect(proxy.config().max_in_flight(256).command_timeout(Duration::from_millis(200)))
            .await
            .unwrap();
    server.fault(Fault::on("GET").probability(0.000_5).then(Reaction::LoseReply));
    server.fault(Fault::on("SET").probability(0.000_5).then(Reaction::Close));
    server.fault(Fault::on("SET").then(Reaction::Error("OOM command not allowed".to_owned())));
    let failures = Arc::new(AtomicUsize::new(0));
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (client, mut random, failures) = (client.clone(), random.fork(), Arc::clone(&failures));
            tokio::spawn(async move {
                while failures.load(Ordering::Relaxed) < FAILURES {
                    let has_failed = match random.below(16) {
                        0 => {
                            client.get::<Option<String>>("k").timeout(Duration::from_millis(1)).await.is_err()
                        }
                        1 | 2 => {
                            let patience = random.up_to(Duration::from_micros(500));
                            tokio::time::timeout(patience, client.get::<Option<String>>("k").into_future())
                                .await
                                .is_err()
                        }
                        3 => client.get::<String>("missing").await.is_err(),
                        _ => client.set("k", "v").await.is_err(),
                    };
                    failures.fetch_add(usize::from(has_failed), Ordering::Relaxed);
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    gauges_return_to_zero(&client).await;
    println!(
        "{} failures, {} connections",
        failures.load(Ordering::Relaxed),
        client.connection_stats().connects
    );
    // Every place is free again: as many calls as the limit allows are in flight at once.
    server.clear_faults();
    proxy.set(|rules| rules.down.is_stopped = true);
    let calls: Vec<_> = (0..300)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(
                async move { client.get::<Option<String>>("k").timeout(Duration::from_secs(10)).await },
            )
        })
        .collect();
    eventually("the queue is full", async || client.connection_stats().in_flight == 256).await;
    proxy.behave();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    gauges_return_to_zero(&client).await;
}
