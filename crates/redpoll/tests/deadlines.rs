//! Every call ends at its deadline, whatever it waits for; what is bounded stays bounded; closing drains.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::future::IntoFuture;
use std::time::{Duration, Instant};

use redpoll::prelude::*;
use redpoll::{Client, Config, ErrorKind, PoolConfig, PoolWait, WhenFull};
use support::proxy::Proxy;
use support::random::Random;
use support::test_server::{TestServer, on_embedded, on_real};
use support::{eventually, gauges_return_to_zero};

const SLACK: Duration = Duration::from_millis(50);

/// A proxy whose server does not answer any more, and a client behind it.
async fn silent(server: &TestServer, change: impl Fn(Config) -> Config) -> (Proxy, Client) {
    let proxy = Proxy::to(server.port(), &mut Random::of_this_run("deadlines")).await;
    let client = Client::connect(change(proxy.config())).await.unwrap();
    proxy.black_hole();
    (proxy, client)
}

async fn ends_after<T: std::fmt::Debug>(
    expected: Duration,
    call: impl IntoFuture<Output = Result<T, redpoll::Error>>,
) -> redpoll::Error {
    let since = Instant::now();
    let error = call.await.unwrap_err();
    let took = since.elapsed();
    assert!(took >= expected && took <= expected + SLACK, "{took:?} rather than {expected:?}: {error:?}");
    error
}

async fn a_call_ends_at_its_deadline(server: TestServer) {
    let (proxy, client) = silent(&server, |config| config).await;
    let error = ends_after(Duration::from_secs(1), client.get::<String>("k")).await;
    assert!(error.is_timeout() && error.may_have_run());
    ends_after(Duration::from_millis(20), client.get::<String>("k").timeout(Duration::from_millis(20))).await;
    let both =
        client.pipeline(|p| (p.get::<String>("k"), p.set("k", "v"))).timeout(Duration::from_millis(30));
    assert!(ends_after(Duration::from_millis(30), both).await.is_timeout());
    proxy.behave();
    gauges_return_to_zero(&client).await;
    assert_eq!(client.connection_stats().connects, 1);
}

#[tokio::test]
async fn a_call_ends_at_its_deadline_embedded() {
    on_embedded(a_call_ends_at_its_deadline).await;
}

#[tokio::test]
async fn a_call_ends_at_its_deadline_real() {
    on_real(a_call_ends_at_its_deadline).await;
}

#[tokio::test]
async fn waiting_for_room_is_within_the_deadline_and_first_come_is_first_served() {
    on_embedded(async |server| {
        let (proxy, client) = silent(&server, |config| config.max_in_flight(2)).await;
        let long = Duration::from_secs(10);
        let filling: Vec<_> = (0..2)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.get::<Option<String>>("k").timeout(long).await })
            })
            .collect();
        eventually("the queue is full", async || client.connection_stats().in_flight == 2).await;
        let error = ends_after(SLACK, client.set("late", "v").timeout(SLACK)).await;
        assert!(!error.may_have_run(), "it never had a place: {error:?}");
        let waiting: Vec<_> = (0..20)
            .map(|number| {
                let client = client.clone();
                tokio::spawn(
                    async move { client.command("RPUSH").key("order").arg(number).timeout(long).await },
                )
            })
            .collect();
        tokio::task::yield_now().await;
        proxy.behave();
        for call in filling {
            call.await.unwrap().unwrap();
        }
        for call in waiting {
            call.await.unwrap().unwrap();
        }
        let order: Vec<usize> = server
            .as_embedded()
            .unwrap()
            .db(0)
            .list("order")
            .iter()
            .map(|number| std::str::from_utf8(number).unwrap().parse().unwrap())
            .collect();
        assert_eq!(order, (0..20).collect::<Vec<_>>());
        assert!(!server.as_embedded().unwrap().db(0).exists("late"));
    })
    .await;
}

#[tokio::test]
async fn a_full_queue_fails_at_once_if_told_so() {
    on_embedded(async |server| {
        let fail = |config: Config| config.max_in_flight(8).when_full(WhenFull::Fail);
        let (proxy, client) = silent(&server, fail).await;
        let calls: Vec<_> = (0..8)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.get::<Option<String>>("k").await })
            })
            .collect();
        eventually("the queue is full", async || client.connection_stats().in_flight == 8).await;
        let since = Instant::now();
        for _ in 0..1000 {
            let error = client.set("k", "v").await.unwrap_err();
            assert_eq!((error.kind(), error.may_have_run()), (ErrorKind::Busy, false));
        }
        assert!(since.elapsed() < Duration::from_secs(1), "1 ms each: {:?}", since.elapsed());
        proxy.behave();
        for call in calls {
            call.await.unwrap().unwrap();
        }
        client.set("k", "v").await.unwrap();
    })
    .await;
}

/// While the server is down, calls queue up and are withdrawn at their deadlines: the room they took is free again.
async fn the_queue_is_bounded_in_bytes(mut server: TestServer) {
    const LIMIT: usize = 256 * 1024;
    let config = server.config().max_queued_bytes(LIMIT).reconnect_max_delay(Duration::from_millis(100));
    let client = Client::connect(config).await.unwrap();
    server.kill().await;
    eventually("the client knows", async || client.connection_stats().connected == 0).await;
    let value = bytes::Bytes::from(vec![b'v'; 10_000]);
    let calls: Vec<_> = (0..200)
        .map(|number| {
            let (client, value) = (client.clone(), value.clone());
            tokio::spawn(async move {
                client.set(format!("k{number}"), value).timeout(Duration::from_millis(100)).await
            })
        })
        .collect();
    tokio::task::yield_now().await;
    let queued = client.connection_stats().queued_bytes;
    assert!(queued > 0 && queued <= LIMIT + 11_000, "{queued}");
    for call in calls {
        assert!(!call.await.unwrap().unwrap_err().may_have_run());
    }
    assert_eq!(client.connection_stats().queued_bytes, 0, "what was withdrawn takes no room");
    let late = client.clone();
    let late = tokio::spawn(async move { late.set("late", "v").timeout(Duration::from_secs(10)).await });
    tokio::task::yield_now().await;
    server.start_again().await;
    let since = Instant::now();
    late.await.unwrap().unwrap();
    assert!(since.elapsed() < Duration::from_secs(1), "{:?}", since.elapsed());
}

#[tokio::test]
async fn the_queue_is_bounded_in_bytes_embedded() {
    on_embedded(the_queue_is_bounded_in_bytes).await;
}

#[tokio::test]
async fn the_queue_is_bounded_in_bytes_real() {
    on_real(the_queue_is_bounded_in_bytes).await;
}

/// A call that gave up before it was written leaves nothing behind that the server would owe a reply for.
#[tokio::test]
async fn a_withdrawn_command_does_not_make_the_connection_look_dead() {
    on_embedded(async |server| {
        let config = server.config().command_timeout(Duration::from_millis(100));
        let client = Client::connect(config).await.unwrap();
        let first = client.get::<Option<String>>("k").into_future();
        let mut second = Box::pin(client.get::<Option<String>>("k").into_future());
        let polled = async {
            // Queued by the first poll, and dropped before the connection's task has run.
            let _ = std::future::poll_fn(|cx| std::task::Poll::Ready(second.as_mut().poll(cx))).await;
            drop(second);
        };
        let (answer, ()) = tokio::join!(first, polled);
        answer.unwrap();
        // Well past four times the command timeout, after which a server that owes a reply counts as dead.
        tokio::time::sleep(Duration::from_millis(600)).await;
        client.get::<Option<String>>("k").await.unwrap();
        assert_eq!(client.connection_stats().connects, 1);
    })
    .await;
}

async fn a_blocking_command_extends_its_own_deadline(server: TestServer) {
    let config = server.config().command_timeout(Duration::from_millis(200));
    let client = Client::connect(config).await.unwrap();
    let wait = Duration::from_millis(700);
    let since = Instant::now();
    let popped = client.command("BLPOP").key("none").arg(0.7).blocks_for(wait);
    let popped = popped.reply_as::<Option<(String, String)>>().await.unwrap();
    assert!(popped.is_none() && since.elapsed() >= wait - SLACK && since.elapsed() <= wait + 4 * SLACK);
    // Shorter than the wait on the server: unblocked there, not merely forgotten here.
    let limited = client.command("BLPOP").key("none").arg(0).blocks_for(Duration::ZERO).timeout(SLACK);
    let since = Instant::now();
    let answer = limited.reply_as::<Option<(String, String)>>().await;
    assert!((SLACK..=4 * SLACK).contains(&since.elapsed()), "{:?}", since.elapsed());
    assert_eq!(answer.unwrap(), None, "the server's answer to having been unblocked");
    gauges_return_to_zero(&client).await;
    assert_eq!(client.pool_stats().total, 1, "the connection is good for the next");
}

#[tokio::test]
async fn a_blocking_command_extends_its_own_deadline_embedded() {
    on_embedded(a_blocking_command_extends_its_own_deadline).await;
}

#[tokio::test]
async fn a_blocking_command_extends_its_own_deadline_real() {
    on_real(a_blocking_command_extends_its_own_deadline).await;
}

#[tokio::test]
async fn waiting_for_a_pooled_connection_is_within_the_deadline() {
    on_embedded(async |server| {
        let pool = PoolConfig::new().max_size(1).wait(PoolWait::Wait(Duration::from_secs(30)));
        let client = Client::connect(server.config().pooled().pool(pool)).await.unwrap();
        let _lent = client.connection().await.unwrap();
        let error = ends_after(SLACK, client.set("k", "v").timeout(SLACK)).await;
        assert!(error.is_timeout() && !error.may_have_run(), "{error:?}");
    })
    .await;
}

async fn closing_waits_for_replies_and_refuses_new_calls(server: TestServer) {
    let (proxy, client) = silent(&server, |config| config.command_timeout(Duration::from_secs(10))).await;
    let calls: Vec<_> = (0..50)
        .map(|number| {
            let client = client.clone();
            tokio::spawn(async move { client.set(format!("k{number}"), "v").await })
        })
        .collect();
    eventually("they are in flight", async || client.connection_stats().in_flight == 50).await;
    let closing = client.clone();
    let closing = tokio::spawn(async move { closing.close().await });
    tokio::task::yield_now().await;
    assert_eq!(client.get::<String>("k").await.unwrap_err().kind(), ErrorKind::Closed);
    proxy.behave();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    closing.await.unwrap();
    assert_eq!(client.connection_stats().connected, 0);
}

#[tokio::test]
async fn closing_waits_for_replies_and_refuses_new_calls_embedded() {
    on_embedded(closing_waits_for_replies_and_refuses_new_calls).await;
}

#[tokio::test]
async fn closing_waits_for_replies_and_refuses_new_calls_real() {
    on_real(closing_waits_for_replies_and_refuses_new_calls).await;
}
