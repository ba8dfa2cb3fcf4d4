//! Every set command with every option, on both protocols.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::collections::{BTreeSet, HashSet};

use redpoll::prelude::*;
use redpoll::{Client, Error, Protocol};
use support::test_server::{TestServer, on_embedded, on_real};

type Members = BTreeSet<u32>;

#[tokio::test]
async fn sets_on_the_embedded_server() {
    on_embedded(suite).await;
}

#[tokio::test]
async fn sets_on_real_servers() {
    on_real(suite).await;
}

async fn suite(server: TestServer) {
    for protocol in [Protocol::Resp2, Protocol::Resp3] {
        let client = Client::connect(server.config().protocol(protocol)).await.unwrap();
        client.command("FLUSHALL").await.unwrap();
        members(&client).await.unwrap();
        random_members(&client).await.unwrap();
        combinations(&client).await.unwrap();
        iteration(&client).await.unwrap();
    }
}

async fn members(client: &Client) -> Result<(), Error> {
    assert_eq!(client.sadd("s", ["a", "b", "c"]).await?, 3);
    assert_eq!(client.sadd("s", ["c", "d"]).await?, 1);
    assert_eq!(client.srem("s", ["d", "x"]).await?, 1);
    assert_eq!(client.scard("s").await?, 3);
    assert_eq!(client.scard("none").await?, 0);
    assert!(client.sismember("s", "a").await? && !client.sismember("s", "x").await?);
    assert_eq!(client.smismember("s", ["a", "x", "b"]).await?, [true, false, true]);
    assert_eq!(client.smismember("none", "a").await?, [false]);
    let all: HashSet<String> = client.smembers("s").await?;
    assert_eq!(all, HashSet::from(["a".to_owned(), "b".to_owned(), "c".to_owned()]));
    assert!(client.smembers::<Vec<String>>("none").await?.is_empty());
    assert!(client.smove("s", "t", "a").await? && !client.smove("s", "t", "x").await?);
    assert_eq!(client.smembers::<Vec<String>>("t").await?, ["a"]);
    client.set("text", "x").await?;
    assert_eq!(client.sadd("text", "x").await.unwrap_err().prefix(), Some("WRONGTYPE"));
    Ok(())
}

async fn random_members(client: &Client) -> Result<(), Error> {
    client.sadd("r", [1, 2, 3]).await?;
    assert!((1..=3).contains(&client.srandmember::<u32>("r").await?));
    assert_eq!(client.srandmember::<Members>("r").count(9).await?, Members::from([1, 2, 3]));
    assert_eq!(client.srandmember::<Vec<u32>>("r").count(-9).await?.len(), 9);
    assert_eq!(client.srandmember::<Option<u32>>("none").await?, None);
    assert!(client.srandmember::<Vec<u32>>("none").count(2).await?.is_empty());
    assert!((1..=3).contains(&client.spop::<u32>("r").await?));
    assert_eq!(client.spop::<Members>("r").count(9).await?.len(), 2);
    assert_eq!(client.spop::<Option<u32>>("r").await?, None);
    assert!(client.spop::<Vec<u32>>("r").count(2).await?.is_empty());
    Ok(())
}

async fn combinations(client: &Client) -> Result<(), Error> {
    client.sadd("a", [1, 2, 3]).await?;
    client.sadd("b", [2, 3, 4]).await?;
    assert_eq!(client.sinter::<Members>(["a", "b"]).await?, Members::from([2, 3]));
    assert_eq!(client.sunion::<Members>(["a", "b"]).await?, Members::from([1, 2, 3, 4]));
    assert_eq!(client.sdiff::<Members>(["a", "b"]).await?, Members::from([1]));
    assert_eq!(client.sintercard(["a", "b"]).await?, 2);
    assert_eq!(client.sintercard(["a", "b"]).limit(1).await?, 1);
    assert_eq!(client.sinterstore("i", ["a", "b"]).await?, 2);
    assert_eq!(client.sunionstore("u", ["a", "b"]).await?, 4);
    assert_eq!(client.sdiffstore("d", ["a", "b"]).await?, 1);
    assert_eq!(client.smembers::<Members>("u").await?, Members::from([1, 2, 3, 4]));
    assert_eq!(client.sinterstore("u", ["a", "none"]).await?, 0);
    assert_eq!(client.scard("u").await?, 0);
    Ok(())
}

async fn iteration(client: &Client) -> Result<(), Error> {
    client.sadd("many", (0..1000).collect::<Vec<_>>()).await?;
    let all: Members = client.sscan("many").count(50).collect().await?.into_iter().collect();
    assert_eq!(all.len(), 1000);
    let some: Members = client.sscan("many").pattern("99*").collect().await?.into_iter().collect();
    assert_eq!(some, (990..1000).chain([99]).collect());
    Ok(())
}
