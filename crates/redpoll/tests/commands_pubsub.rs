//! Every Pub/Sub command on both protocols; how subscriptions behave has a suite of its own.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use redpoll::prelude::*;
use redpoll::{Client, Error, Protocol};
use support::test_server::{TestServer, on_embedded, on_real};

#[tokio::test]
async fn pubsub_on_the_embedded_server() {
    on_embedded(suite).await;
}

#[tokio::test]
async fn pubsub_on_real_servers() {
    on_real(suite).await;
}

async fn suite(server: TestServer) {
    for protocol in [Protocol::Resp2, Protocol::Resp3] {
        let config = server.config().protocol(protocol);
        nobody_listens(&Client::connect(config.clone()).await.unwrap()).await.unwrap();
        channels(&Client::connect(config.clone()).await.unwrap()).await.unwrap();
        shard_channels(&Client::connect(config).await.unwrap()).await.unwrap();
    }
}

async fn nobody_listens(client: &Client) -> Result<(), Error> {
    assert_eq!(client.publish("nobody", "x").await?, 0);
    assert_eq!(client.spublish("nobody", "x").await?, 0);
    assert!(client.pubsub_channels().pattern("nobody*").await?.is_empty());
    assert_eq!(client.pubsub_numsub(["nobody"]).await?, [("nobody".to_owned(), 0)]);
    assert!(client.pubsub_numsub(()).await?.is_empty());
    Ok(())
}

async fn channels(client: &Client) -> Result<(), Error> {
    let patterns = client.pubsub_numpat().await?;
    let mut news = client.subscribe(["news.eu", "news.us"]).await?;
    let mut all = client.psubscribe(["news.*"]).await?;
    assert_eq!(client.publish("news.eu", "hello").await?, 2);
    assert_eq!(news.next().await.unwrap()?.payload::<String>()?, "hello");
    assert_eq!(all.next().await.unwrap()?.payload::<String>()?, "hello");
    let mut active = client.pubsub_channels().pattern("news.?u").await?;
    active.sort();
    assert_eq!(active, ["news.eu"]);
    assert!(client.pubsub_channels().await?.contains(&"news.us".to_owned()));
    let numbers = client.pubsub_numsub(["news.us", "x"]).await?;
    assert_eq!(numbers, [("news.us".to_owned(), 1), ("x".to_owned(), 0)]);
    assert_eq!(client.pubsub_numpat().await?, patterns + 1);
    Ok(())
}

async fn shard_channels(client: &Client) -> Result<(), Error> {
    let mut orders = client.ssubscribe(["orders"]).await?;
    assert_eq!(client.spublish("orders", 42).await?, 1);
    assert_eq!(orders.next().await.unwrap()?.payload::<u32>()?, 42);
    assert_eq!(client.pubsub_shardchannels().pattern("ord*").await?, ["orders"]);
    assert_eq!(client.pubsub_shardchannels().await?, ["orders"]);
    assert_eq!(client.pubsub_shardnumsub(["orders"]).await?, [("orders".to_owned(), 1)]);
    Ok(())
}
