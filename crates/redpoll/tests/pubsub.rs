//! Subscriptions that survive: killed connections, slow consumers, a thousand channels, races, a silent server.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "the figures are part of the result")]

mod support;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use redpoll::{Client, Config, Event, Protocol, Subscription};
use support::eventually;
use support::proxy::Proxy;
use support::random::Random;
use support::test_server::{TestServer, on_embedded, on_real};

const PROTOCOLS: [Protocol; 2] = [Protocol::Resp2, Protocol::Resp3];

async fn publish(client: &Client, channel: &str, payload: &str) -> u64 {
    client.command("PUBLISH").arg(channel).arg(payload).reply_as().await.unwrap()
}

async fn payload(subscription: &mut Subscription) -> String {
    subscription.next().await.unwrap().unwrap().payload().unwrap()
}

async fn kill_subscribers(client: &Client) -> u64 {
    client.command("CLIENT KILL").arg("TYPE").arg("pubsub").reply_as().await.unwrap()
}

/// The channels that anybody is subscribed to.
async fn channels(client: &Client) -> BTreeSet<String> {
    client.command("PUBSUB CHANNELS").reply_as().await.unwrap()
}

/// The gap that tells of a reconnection, and nothing else before it.
async fn reconnected(subscription: &mut Subscription) {
    match subscription.next_event().await.unwrap().unwrap() {
        Event::Gap(gap) => assert!(gap.reconnected && gap.dropped == 0, "{gap:?}"),
        event => panic!("{event:?}"),
    }
}

async fn a_subscription_survives_and_tells_of_the_gap(server: TestServer) {
    for protocol in PROTOCOLS {
        let client = Client::connect(server.config().protocol(protocol)).await.unwrap();
        let mut news = client.subscribe(["news"]).await.unwrap();
        let mut all = client.psubscribe(["n*"]).await.unwrap();
        for round in 0..3 {
            assert_eq!(publish(&client, "news", &format!("before {round}")).await, 2);
            for subscription in [&mut news, &mut all] {
                assert_eq!(payload(subscription).await, format!("before {round}"));
            }
            assert_eq!(kill_subscribers(&client).await, 1, "one connection carries all of them");
            reconnected(&mut news).await;
            reconnected(&mut all).await;
        }
        assert_eq!(publish(&client, "news", "after").await, 2, "each is delivered once");
        assert_eq!((payload(&mut news).await, payload(&mut all).await), ("after".into(), "after".into()));
    }
}

#[tokio::test]
async fn a_subscription_survives_and_tells_of_the_gap_embedded() {
    on_embedded(a_subscription_survives_and_tells_of_the_gap).await;
}

#[tokio::test]
async fn a_subscription_survives_and_tells_of_the_gap_real() {
    on_real(a_subscription_survives_and_tells_of_the_gap).await;
}

async fn a_slow_consumer_loses_an_exact_number_and_holds_up_nobody(server: TestServer) {
    const MESSAGES: u64 = 50_000;
    const BUFFER: usize = 100;
    let client = Client::connect(server.config().pubsub_buffer(BUFFER)).await.unwrap();
    let mut slow = client.subscribe(["flood"]).await.unwrap();
    let mut end = client.subscribe(["end"]).await.unwrap();
    let publisher = server.client().await;
    let flood = tokio::spawn(async move {
        for first in (0..MESSAGES).step_by(500) {
            publisher
                .pipeline(|p| {
                    let publish = |number: u64| {
                        redpoll::Command::<_, redpoll::Plain, u64>::new(p, &PUBLISH).arg("flood").arg(number)
                    };
                    (first..first + 500).map(publish).collect::<Vec<_>>()
                })
                .await
                .unwrap();
        }
        publish(&publisher, "end", "").await
    });
    let mut longest = Duration::ZERO;
    while !flood.is_finished() {
        let since = Instant::now();
        let _: Option<String> = client.command("GET").key("k").reply_as().await.unwrap();
        longest = longest.max(since.elapsed());
    }
    assert_eq!(flood.await.unwrap(), 1);
    end.next().await.unwrap().unwrap();
    let Event::Gap(gap) = slow.next_event().await.unwrap().unwrap() else { panic!("there is a gap") };
    println!("{}: {} dropped of {MESSAGES}; longest GET meanwhile {longest:?}", server.name(), gap.dropped);
    assert_eq!(
        (gap.dropped, gap.reconnected, slow.dropped()),
        (MESSAGES - BUFFER as u64, false, gap.dropped)
    );
    for number in gap.dropped..MESSAGES {
        assert_eq!(payload(&mut slow).await, number.to_string());
    }
}

const PUBLISH: redpoll::CommandMeta =
    redpoll::CommandMeta::write("PUBLISH", redpoll::RetryClass::Accumulating);

#[tokio::test]
async fn a_slow_consumer_loses_an_exact_number_and_holds_up_nobody_embedded() {
    on_embedded(a_slow_consumer_loses_an_exact_number_and_holds_up_nobody).await;
}

#[tokio::test]
async fn a_slow_consumer_loses_an_exact_number_and_holds_up_nobody_real() {
    on_real(a_slow_consumer_loses_an_exact_number_and_holds_up_nobody).await;
}

async fn a_thousand_channels_are_subscribed_again_within_a_second(mut server: TestServer) {
    const CHANNELS: usize = 1000;
    let names: Vec<_> = (0..CHANNELS).map(|number| format!("channel:{number}")).collect();
    let client = Client::connect(server.config()).await.unwrap();
    let mut many = client.subscribe(names.clone()).await.unwrap();
    server.restart().await;
    let since = Instant::now();
    reconnected(&mut many).await;
    let took = since.elapsed();
    println!("{}: {CHANNELS} channels again after {took:?}", server.name());
    assert!(took <= Duration::from_secs(1), "{took:?}");
    let observer = server.client().await;
    assert_eq!(channels(&observer).await, names.iter().cloned().collect());
    for name in &names {
        assert_eq!(publish(&observer, name, name).await, 1);
    }
    for name in &names {
        assert_eq!(payload(&mut many).await, *name, "each once, in order");
    }
}

#[tokio::test]
async fn a_thousand_channels_are_subscribed_again_within_a_second_embedded() {
    on_embedded(a_thousand_channels_are_subscribed_again_within_a_second).await;
}

#[tokio::test]
async fn a_thousand_channels_are_subscribed_again_within_a_second_real() {
    on_real(a_thousand_channels_are_subscribed_again_within_a_second).await;
}

/// Subscriptions come and go, some before they are confirmed, while their connection is killed: in the end the server has
/// what is wanted and nothing else.
async fn races_end_with_what_is_wanted(server: TestServer) {
    const OPERATIONS: usize = 3_000;
    let mut random = Random::of_this_run("subscriptions");
    let client = Client::connect(server.config().command_timeout(Duration::from_secs(5))).await.unwrap();
    let observer = server.client().await;
    let mut held: Vec<(BTreeSet<String>, Subscription)> = Vec::new();
    for operation in 0..OPERATIONS {
        let names: BTreeSet<_> =
            (0..1 + random.below(3)).map(|_| format!("channel:{}", random.below(40))).collect();
        match random.below(6) {
            0..=2 if !held.is_empty() => drop(held.swap_remove(random.below(held.len()))),
            3 => {
                let patience = random.up_to(Duration::from_millis(2));
                let list: Vec<_> = names.iter().cloned().collect();
                if let Ok(subscription) = tokio::time::timeout(patience, client.subscribe(list)).await {
                    held.push((names, subscription.unwrap()));
                }
            }
            _ => {
                let list: Vec<_> = names.iter().cloned().collect();
                held.push((names, client.subscribe(list).await.unwrap()));
            }
        }
        if operation % 200 == 199 {
            kill_subscribers(&observer).await;
        }
    }
    let wanted: BTreeSet<_> = held.iter().flat_map(|(names, _)| names).cloned().collect();
    let since = Instant::now();
    eventually("the server has what is wanted", async || channels(&observer).await == wanted).await;
    println!(
        "{}: {} channels after {OPERATIONS} operations, {:?} later",
        server.name(),
        wanted.len(),
        since.elapsed()
    );
    assert!(since.elapsed() <= Duration::from_secs(3));
    held.clear();
    eventually("and nothing in the end", async || channels(&observer).await.is_empty()).await;
}

#[tokio::test]
async fn races_end_with_what_is_wanted_embedded() {
    on_embedded(races_end_with_what_is_wanted).await;
}

#[tokio::test]
async fn races_end_with_what_is_wanted_real() {
    on_real(races_end_with_what_is_wanted).await;
}

async fn a_server_that_falls_silent_is_noticed(server: TestServer) {
    for protocol in PROTOCOLS {
        let proxy = Proxy::to(server.port(), &mut Random::of_this_run("silent")).await;
        let hasty = |config: Config| {
            config
                .protocol(protocol)
                .ping_idle_after(Duration::from_millis(100))
                .command_timeout(Duration::from_millis(200))
        };
        let client = Client::connect(hasty(proxy.config())).await.unwrap();
        let mut news = client.subscribe(["news"]).await.unwrap();
        // Several PINGs are answered: an idle connection is not taken for a dead one.
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert_eq!(proxy.connections(), 2);
        proxy.set(|rules| rules.down.is_stopped = true);
        eventually("the connection is given up", async || proxy.connections() > 2).await;
        proxy.behave();
        reconnected(&mut news).await;
        assert_eq!(publish(&server.client().await, "news", "after").await, 1);
        assert_eq!(payload(&mut news).await, "after");
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_is_noticed_embedded() {
    on_embedded(a_server_that_falls_silent_is_noticed).await;
}

#[tokio::test]
async fn a_server_that_falls_silent_is_noticed_real() {
    on_real(a_server_that_falls_silent_is_noticed).await;
}

/// A server that hangs up at every SUBSCRIBE is asked again and again, but not without pause.
#[tokio::test]
async fn a_server_that_hangs_up_on_subscribers_is_not_hammered() {
    let server = redpoll_server::Server::start().await.unwrap();
    let client = Client::connect(server.url()).await.unwrap();
    server.fault(redpoll_server::Fault::on("SUBSCRIBE").then(redpoll_server::Reaction::Close));
    assert!(client.subscribe(["news"]).await.unwrap_err().is_timeout());
    let dials = server.total_connections();
    println!("{dials} connections in a second");
    assert!(dials <= 40, "{dials} connections in a second");
}
