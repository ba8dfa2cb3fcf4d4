//! A server that is killed and comes back on the same port, under load: how soon calls succeed again, how long they take,
//! what is applied, and what the new connections are set up with before anybody uses them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "the figures are part of the result")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use redpoll::prelude::*;
use redpoll::{Client, Error, ErrorKind, Event};
use support::real_server::{RealServer, installed};
use support::test_server::{TestServer, on_durable, on_embedded};
use support::{eventually, gauges_return_to_zero};

const DEADLINE: Duration = Duration::from_secs(1);

/// What the callers have seen.
#[derive(Debug, Default)]
struct Seen {
    acknowledged: AtomicU64,
    unknown: AtomicU64,
    refused: AtomicU64,
    longest_micros: AtomicU64,
    /// Set while the server is up after its restart; the first success then is what counts.
    is_back: AtomicBool,
    successes_since: AtomicU64,
}

impl Seen {
    fn note(&self, result: &Result<i64, Error>, took: Duration) {
        self.longest_micros.fetch_max(took.as_micros() as u64, Ordering::Relaxed);
        match result {
            Ok(_) => {
                self.acknowledged.fetch_add(1, Ordering::Relaxed);
                if self.is_back.load(Ordering::Relaxed) {
                    self.successes_since.fetch_add(1, Ordering::Relaxed);
                }
            }
            Err(error) if error.may_have_run() => drop(self.unknown.fetch_add(1, Ordering::Relaxed)),
            Err(error) => {
                let expected =
                    [ErrorKind::Connect, ErrorKind::ConnectionLost, ErrorKind::Timeout, ErrorKind::Server];
                assert!(expected.contains(&error.kind()), "{error:?}");
                self.refused.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

async fn calls_succeed_soon_after_a_restart(mut server: TestServer) {
    const CALLERS: usize = 64;
    let client = Client::connect(server.config().command_timeout(DEADLINE)).await.unwrap();
    let (seen, is_over) = (Arc::new(Seen::default()), Arc::new(AtomicBool::new(false)));
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (client, seen, is_over) = (client.clone(), Arc::clone(&seen), Arc::clone(&is_over));
            tokio::spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    let since = Instant::now();
                    let result = client.incr("counter").await;
                    seen.note(&result, since.elapsed());
                    // A steady load that leaves the machine time to measure.
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            })
        })
        .collect();
    let mut firsts = Vec::new();
    for down in [50, 300, 1500] {
        let before = seen.acknowledged.load(Ordering::Relaxed);
        eventually("the load runs", async || seen.acknowledged.load(Ordering::Relaxed) > before + 1000).await;
        server.kill().await;
        seen.is_back.store(false, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(down)).await;
        server.start_again().await;
        let since = Instant::now();
        seen.successes_since.store(0, Ordering::Relaxed);
        seen.is_back.store(true, Ordering::Relaxed);
        eventually("a call succeeds", async || seen.successes_since.load(Ordering::Relaxed) > 0).await;
        firsts.push(since.elapsed());
    }
    is_over.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await.unwrap();
    }
    gauges_return_to_zero(&client).await;
    let value = client.get::<u64>("counter").await.unwrap();
    let [acknowledged, unknown, refused, longest] =
        [&seen.acknowledged, &seen.unknown, &seen.refused, &seen.longest_micros]
            .map(|number| number.load(Ordering::Relaxed));
    let longest = Duration::from_micros(longest);
    println!(
        "{}: first success after {firsts:?}; longest call {longest:?}; {acknowledged} acknowledged, {unknown} unknown, \
         {refused} surely not applied, counter {value}",
        server.name()
    );
    assert!((acknowledged..=acknowledged + unknown).contains(&value), "acknowledged <= counter <= + unknown");
    assert!(firsts.iter().all(|first| *first <= Duration::from_millis(500)), "{firsts:?}");
    assert!(longest <= DEADLINE + Duration::from_millis(50), "{longest:?}");
    assert!(unknown <= 3 * CALLERS as u64, "at most what was in flight is unknown");
}

#[tokio::test]
async fn calls_succeed_soon_after_a_restart_embedded() {
    on_embedded(calls_succeed_soon_after_a_restart).await;
}

#[tokio::test]
async fn calls_succeed_soon_after_a_restart_real() {
    on_durable(calls_succeed_soon_after_a_restart).await;
}

const PASSWORD: &str = "open sesame";

async fn everything_is_restored_before_any_command(mut server: TestServer) {
    let config =
        server.config().password(PASSWORD).database(3).client_name("keeper").command_timeout(3 * DEADLINE);
    let client = Client::connect(config).await.unwrap();
    client.set("k", "in database 3").await.unwrap();
    let mut news = client.subscribe(["news"]).await.unwrap();
    let mut patterns = client.psubscribe(["n*"]).await.unwrap();
    for _ in 0..3 {
        server.kill().await;
        let early: Vec<_> = (0..8)
            .map(|number| {
                let client = client.clone();
                tokio::spawn(async move { client.set(format!("early:{number}"), "v").await })
            })
            .collect();
        server.start_again().await;
        for call in early {
            // What was sent to the dying server may be lost; nothing is refused for lack of a password.
            assert!(call.await.unwrap().map_or_else(|error| error.may_have_run(), |()| true));
        }
        let info: String = client.command("CLIENT INFO").reply_as().await.unwrap();
        assert!(info.contains(" db=3 ") && info.contains(" name=keeper "), "{info}");
        assert_eq!(client.get::<String>("k").await.unwrap(), "in database 3");
        for (stream, what) in [(&mut news, "channel"), (&mut patterns, "pattern")] {
            match stream.next_event().await.unwrap().unwrap() {
                Event::Gap(gap) => assert!(gap.reconnected && gap.dropped == 0, "{what}: {gap:?}"),
                event => panic!("{what}: {event:?}"),
            }
        }
        let receivers = client.command("PUBLISH").arg("news").arg("again").reply_as::<u64>().await.unwrap();
        assert_eq!(receivers, 2);
        for stream in [&mut news, &mut patterns] {
            let message = stream.next().await.unwrap().unwrap();
            assert_eq!((message.channel(), message.payload::<String>().unwrap().as_str()), ("news", "again"));
            assert_eq!(message.gap(), None, "the gap was told before");
        }
        let list: String = client.command("CLIENT LIST").reply_as().await.unwrap();
        assert!(list.lines().all(|line| line.contains(" name=keeper ")), "{list}");
        assert_eq!(list.lines().count(), 2, "one connection for commands, one for messages:\n{list}");
    }
}

#[tokio::test]
async fn everything_is_restored_before_any_command_embedded() {
    let server = redpoll_server::Server::builder().password(PASSWORD).start().await.unwrap();
    everything_is_restored_before_any_command(TestServer::Embedded(server)).await;
}

#[tokio::test]
async fn everything_is_restored_before_any_command_real() {
    for installed in installed() {
        let args = ["--appendonly", "yes", "--appendfsync", "no", "--requirepass", PASSWORD];
        everything_is_restored_before_any_command(TestServer::Real(RealServer::start(&installed, &args)))
            .await;
    }
}

/// A server that stands still (SIGSTOP) keeps its sockets: calls fail at their deadline, and go on when it does.
#[tokio::test]
async fn calls_end_at_their_deadline_while_the_server_stands_still() {
    for installed in installed() {
        let server = RealServer::start(&installed, &[]);
        let deadline = Duration::from_millis(300);
        let config = redpoll::Config::new("127.0.0.1", server.port()).command_timeout(deadline);
        let client = Client::connect(config).await.unwrap();
        client.set("k", "v").await.unwrap();
        server.freeze();
        for _ in 0..2 {
            let since = Instant::now();
            let error = client.get::<String>("k").await.unwrap_err();
            assert!(error.is_timeout() && error.may_have_run(), "{error:?}");
            assert!(since.elapsed() <= deadline + Duration::from_millis(50), "{:?}", since.elapsed());
        }
        server.thaw();
        let since = Instant::now();
        assert_eq!(client.get::<String>("k").await.unwrap(), "v");
        println!("{}: answers {:?} after it goes on", server.name(), since.elapsed());
        assert_eq!(client.connection_stats().connects, 1, "a pause is no reason to give the connection up");
        gauges_return_to_zero(&client).await;
    }
}
