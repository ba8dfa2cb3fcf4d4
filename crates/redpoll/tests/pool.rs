//! The pool of dedicated connections: who is served when, what is kept, what is closed, and that its numbers are exact.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "the figures are part of the result")]

mod support;

use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use redpoll::prelude::*;
use redpoll::{Client, ErrorKind, PoolConfig, PoolWait};
use redpoll_server::{Fault, Reaction, Server};
use support::proxy::Proxy;
use support::random::Random;
use support::test_server::{TestServer, on_embedded, on_real};
use support::{eventually, gauges_return_to_zero};

const LONG: Duration = Duration::from_secs(30);

async fn client_of(server: &TestServer, pool: PoolConfig) -> Client {
    Client::connect(server.config().pool(pool)).await.unwrap()
}

async fn borrowers_are_served_in_the_order_of_their_coming(server: TestServer) {
    let client = client_of(&server, PoolConfig::new().max_size(1).wait(PoolWait::Wait(LONG))).await;
    let first = client.connection().await.unwrap();
    let (order, mut waiting) = (Arc::new(std::sync::Mutex::new(Vec::new())), Vec::new());
    for number in 0..20 {
        let (borrower, order) = (client.clone(), Arc::clone(&order));
        waiting.push(tokio::spawn(async move {
            let connection = borrower.connection().await.unwrap();
            order.lock().unwrap().push(number);
            let _: () = connection.set("k", number).await.unwrap();
        }));
        let misses = number + 2;
        eventually("it is in the line", async || client.pool_stats().misses == misses).await;
    }
    drop(first);
    for borrower in waiting {
        borrower.await.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), (0..20).collect::<Vec<_>>());
    let stats = client.pool_stats();
    assert_eq!((stats.hits, stats.misses, stats.waits, stats.dials), (0, 21, 21, 1));
    assert_eq!((stats.total, stats.idle, stats.in_use, stats.timeouts), (1, 1, 0, 0));
    drop(client.connection().await.unwrap());
    assert_eq!(client.pool_stats().hits, 1);
}

#[tokio::test]
async fn borrowers_are_served_in_the_order_of_their_coming_embedded() {
    on_embedded(borrowers_are_served_in_the_order_of_their_coming).await;
}

#[tokio::test]
async fn borrowers_are_served_in_the_order_of_their_coming_real() {
    on_real(borrowers_are_served_in_the_order_of_their_coming).await;
}

#[tokio::test]
async fn a_borrower_waits_as_long_as_told_or_fails_at_once() {
    on_embedded(async |server| {
        let wait = Duration::from_millis(50);
        let pool = PoolConfig::new().max_size(1);
        for (policy, expected) in [(PoolWait::Wait(wait), wait), (PoolWait::Fail, Duration::ZERO)] {
            let client = client_of(&server, pool.clone().wait(policy)).await;
            let lent = client.connection().await.unwrap();
            let since = Instant::now();
            let error = client.connection().await.unwrap_err();
            let took = since.elapsed();
            assert_eq!((error.kind(), error.may_have_run()), (ErrorKind::Busy, false));
            assert!(took >= expected && took <= expected + wait, "{took:?}");
            assert_eq!(client.pool_stats().timeouts, 1);
            drop(lent);
            drop(client.connection().await.unwrap());
        }
    })
    .await;
}

#[tokio::test]
async fn a_reserve_is_kept_ready() {
    let server = Server::start().await.unwrap();
    let config: redpoll::Config = server.url().parse().unwrap();
    let pool = PoolConfig::new().max_size(8).min_idle(3).max_idle_time(None).max_lifetime(None);
    let client = Client::connect(config.client_name("reserve").pool(pool)).await.unwrap();
    let lent = client.connection().await.unwrap();
    eventually("the reserve is there", async || client.pool_stats().idle >= 2).await;
    let names: Vec<_> = server.clients().into_iter().map(|client| client.name).collect();
    assert!(names.iter().all(|name| name == "reserve"), "each has its handshake behind it: {names:?}");
    drop(lent);
}

#[tokio::test]
async fn idle_connections_are_closed_in_the_background() {
    let server = Server::start().await.unwrap();
    let config: redpoll::Config = server.url().parse().unwrap();
    let pool = PoolConfig::new().max_size(4).max_idle_time(Duration::from_millis(60));
    let client = Client::connect(config.pool(pool)).await.unwrap();
    let lent = [client.connection().await.unwrap(), client.connection().await.unwrap()];
    drop(lent);
    server.wait_connections(1).await;
    let stats = client.pool_stats();
    assert_eq!((stats.total, stats.idle, stats.closed_by_reason.idle, stats.stale), (0, 0, 2, 2));
}

#[tokio::test]
async fn old_connections_are_replaced_even_if_they_are_never_idle() {
    let server = Server::start().await.unwrap();
    let config: redpoll::Config = server.url().parse().unwrap();
    let pool =
        PoolConfig::new().max_size(1).max_lifetime(Duration::from_millis(100)).wait(PoolWait::Wait(LONG));
    let client = Client::connect(config.pool(pool)).await.unwrap();
    let borrowers: Vec<_> = (0..4)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                let since = Instant::now();
                while since.elapsed() < Duration::from_millis(500) {
                    client.connection().await.unwrap().set("k", "v").await.unwrap();
                }
            })
        })
        .collect();
    for borrower in borrowers {
        borrower.await.unwrap();
    }
    let stats = client.pool_stats();
    assert!(stats.closed_by_reason.lifetime >= 3, "{stats:?}");
}

async fn a_connection_that_was_lost_is_not_lent(mut server: TestServer) {
    let client = client_of(&server, PoolConfig::new().max_size(4)).await;
    let lent = [client.connection().await.unwrap(), client.connection().await.unwrap()];
    drop(lent);
    assert_eq!(client.pool_stats().idle, 2);
    server.restart().await;
    eventually("the client knows", async || client.connection_stats().connects == 2).await;
    let connection = client.connection().await.unwrap();
    connection.set("k", "v").await.unwrap();
    let stats = client.pool_stats();
    assert_eq!((stats.closed_by_reason.lost, stats.stale, stats.total), (2, 2, 1));
}

#[tokio::test]
async fn a_connection_that_was_lost_is_not_lent_embedded() {
    on_embedded(a_connection_that_was_lost_is_not_lent).await;
}

#[tokio::test]
async fn a_connection_that_was_lost_is_not_lent_real() {
    on_real(a_connection_that_was_lost_is_not_lent).await;
}

async fn a_connection_in_doubt_is_closed(server: TestServer) {
    let client = client_of(&server, PoolConfig::new().max_size(1)).await;
    let connection = client.connection().await.unwrap();
    connection.command("SELECT").arg(5).reply_as::<()>().await.unwrap();
    connection.set("k", "in 5").await.unwrap();
    drop(connection);
    assert_eq!(client.pool_stats().closed_by_reason.doubt, 1, "it was in another database");
    let connection = client.connection().await.unwrap();
    assert_eq!(connection.get::<Option<String>>("k").await.unwrap(), None);
    {
        let pop = connection.command("BLPOP").key("none").arg(0).blocks_for(Duration::ZERO);
        assert!(tokio::time::timeout(Duration::from_millis(20), pop.into_future()).await.is_err());
    }
    drop(connection);
    assert_eq!(client.pool_stats().closed_by_reason.doubt, 2, "a reply was outstanding");
    assert_eq!(client.connection().await.unwrap().get::<Option<String>>("k").await.unwrap(), None);
}

#[tokio::test]
async fn a_connection_in_doubt_is_closed_embedded() {
    on_embedded(a_connection_in_doubt_is_closed).await;
}

#[tokio::test]
async fn a_connection_in_doubt_is_closed_real() {
    on_real(a_connection_in_doubt_is_closed).await;
}

#[tokio::test]
async fn a_borrower_who_gives_up_leaves_the_dial_for_the_next() {
    on_embedded(async |server| {
        let proxy = Proxy::to(server.port(), &mut Random::of_this_run("pool")).await;
        let client = Client::connect(proxy.config().pool(PoolConfig::new().max_size(1))).await.unwrap();
        proxy.black_hole();
        assert!(tokio::time::timeout(Duration::from_millis(20), client.connection()).await.is_err());
        proxy.behave();
        drop(client.connection().await.unwrap());
        let stats = client.pool_stats();
        assert_eq!((stats.dials, stats.total, stats.idle), (1, 1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_failed_dial_is_reported_to_a_borrower() {
    let server = Server::start().await.unwrap();
    let client = Client::connect(server.url()).await.unwrap();
    server.fault(Fault::on_connect().times(1).then(Reaction::Refuse));
    let error = client.connection().await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_run()), (ErrorKind::Connect, false), "{error:?}");
    let stats = client.pool_stats();
    assert_eq!((stats.dials, stats.dial_errors, stats.total), (1, 1, 0));
    drop(client.connection().await.unwrap());
}

/// Every connection is killed again and again, in the pooled mode: nothing is applied twice, and nothing leaks.
async fn a_storm_of_kills_applies_nothing_twice(server: TestServer) {
    let pool = PoolConfig::new().max_size(8).wait(PoolWait::Wait(LONG));
    let config =
        server.config().pooled().pool(pool).command_timeout(Duration::from_secs(5)).retry_budget(1.0);
    let client = Client::connect(config).await.unwrap();
    let killer = server.client().await;
    let is_over = Arc::new(AtomicBool::new(false));
    let [acknowledged, unknown] = [0; 2].map(|_| Arc::new(AtomicU64::new(0)));
    let callers: Vec<_> = (0..16)
        .map(|_| {
            let (client, is_over) = (client.clone(), Arc::clone(&is_over));
            let (acknowledged, unknown) = (Arc::clone(&acknowledged), Arc::clone(&unknown));
            tokio::spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    match client.incr("counter").await {
                        Ok(_) => acknowledged.fetch_add(1, Ordering::Relaxed),
                        Err(error) if error.may_have_run() => unknown.fetch_add(1, Ordering::Relaxed),
                        Err(_) => 0,
                    };
                }
            })
        })
        .collect();
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let kill = killer.command("CLIENT KILL").arg("TYPE").arg("normal").arg("SKIPME").arg("yes");
        kill.reply_as::<u64>().await.unwrap();
    }
    is_over.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await.unwrap();
    }
    gauges_return_to_zero(&client).await;
    let value = killer.get::<u64>("counter").await.unwrap();
    let [acknowledged, unknown] = [acknowledged, unknown].map(|number| number.load(Ordering::Relaxed));
    println!("{}: {acknowledged} acknowledged, {unknown} unknown, counter {value}", server.name());
    assert!((acknowledged..=acknowledged + unknown).contains(&value));
    let stats = client.pool_stats();
    assert!(stats.total <= 8 && stats.closed_by_reason.lost > 0, "{stats:?}");
}

#[tokio::test]
async fn a_storm_of_kills_applies_nothing_twice_embedded() {
    on_embedded(a_storm_of_kills_applies_nothing_twice).await;
}

#[tokio::test]
async fn a_storm_of_kills_applies_nothing_twice_real() {
    on_real(a_storm_of_kills_applies_nothing_twice).await;
}
