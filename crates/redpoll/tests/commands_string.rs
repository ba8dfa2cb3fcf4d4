//! Every string command with every option, on both protocols.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use redpoll::commands::TimeToLive;
use redpoll::prelude::*;
use redpoll::{Client, Error, Protocol};
use support::test_server::{TestServer, on_embedded, on_real};

const MINUTE: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(60_500);

#[tokio::test]
async fn strings_on_the_embedded_server() {
    on_embedded(suite).await;
}

#[tokio::test]
async fn strings_on_real_servers() {
    on_real(suite).await;
}

async fn suite(server: TestServer) {
    for protocol in [Protocol::Resp2, Protocol::Resp3] {
        let client = Client::connect(server.config().protocol(protocol)).await.unwrap();
        client.flushall().await.unwrap();
        let commands: HashSet<String> = client.command_list().await.unwrap().into_iter().collect();
        values(&client).await.unwrap();
        numbers(&client).await.unwrap();
        set_options(&client).await.unwrap();
        getex(&client).await.unwrap();
        several(&client).await.unwrap();
        lcs(&client).await.unwrap();
        if commands.contains("digest") {
            comparisons(&client).await.unwrap();
        }
        if commands.contains("msetex") {
            msetex(&client).await.unwrap();
        }
        if commands.contains("delifeq") {
            delifeq(&client).await.unwrap();
        }
        if commands.contains("increx") {
            increx(&client).await.unwrap();
        }
    }
}

async fn values(client: &Client) -> Result<(), Error> {
    assert_eq!(client.append("a", "Hello").await?, 5);
    assert_eq!(client.append("a", " World").await?, 11);
    assert_eq!(client.strlen("a").await?, 11);
    assert_eq!(client.getrange::<String>("a", 0, 4).await?, "Hello");
    assert_eq!(client.substr::<String>("a", -5, -1).await?, "World");
    assert_eq!(client.setrange("a", 6, "Redis").await?, 11);
    assert_eq!(client.get::<String>("a").await?, "Hello Redis");
    assert_eq!(client.getset::<Option<String>>("a", "b").await?.as_deref(), Some("Hello Redis"));
    assert_eq!(client.getdel::<String>("a").await?, "b");
    assert_eq!(client.getdel::<Option<String>>("a").await?, None);
    assert!(client.get::<String>("a").await.unwrap_err().is_nil());
    assert_eq!(client.strlen("a").await?, 0);
    Ok(())
}

async fn numbers(client: &Client) -> Result<(), Error> {
    assert_eq!((client.incr("n").await?, client.incrby("n", 10).await?), (1, 11));
    assert_eq!((client.decr("n").await?, client.decrby("n", 20).await?), (10, -10));
    assert_eq!(client.incrbyfloat("n", 0.5).await?, -9.5);
    assert_eq!(client.incr("n").await.unwrap_err().prefix(), Some("ERR"));
    Ok(())
}

async fn set_options(client: &Client) -> Result<(), Error> {
    let soon = SystemTime::now() + MINUTE;
    for command in [
        client.set("k", 1).ex(MINUTE),
        client.set("k", 1).ex(SHORT),
        client.set("k", 1).px(MINUTE),
        client.set("k", 1).exat(soon),
        client.set("k", 1).pxat(soon),
    ] {
        client.set("k", 0).await?;
        assert_eq!(client.ttl("k").await?, TimeToLive::Persistent);
        command.await?;
        assert!(client.pttl("k").await?.duration() > Some(Duration::from_secs(50)));
    }
    client.set("k", 2).keepttl().await?;
    assert!(client.ttl("k").await?.duration().is_some());
    assert!(!client.set("k", 3).nx().await? && client.set("k", 4).xx().await?);
    assert!(!client.set("missing", 3).xx().await? && client.set("new", 4).ex(MINUTE).nx().await?);
    assert_eq!(client.set("k", 5).get::<i64>().await?, Some(4));
    assert_eq!(client.set("k", 6).nx().get::<i64>().await?, Some(5));
    assert_eq!(client.set("k", 7).get::<i64>().xx().await?, Some(5));
    assert_eq!(client.set("newer", 8).get::<i64>().nx().await?, None);
    assert_eq!(client.get::<i64>("newer").await?, 8);
    client.setex("k", MINUTE, 1).await?;
    client.setex("k", SHORT, 1).await?;
    client.psetex("k", SHORT, 1).await?;
    assert!(client.pttl("k").await?.duration() > Some(Duration::from_secs(50)));
    assert!(client.set("k", 1).ex(Duration::ZERO).await.unwrap_err().to_string().contains("invalid expire"));
    Ok(())
}

async fn getex(client: &Client) -> Result<(), Error> {
    client.set("g", 1).await?;
    assert_eq!(client.getex::<i64>("g").await?, 1);
    assert_eq!(client.ttl("g").await?, TimeToLive::Persistent);
    let soon = SystemTime::now() + MINUTE;
    for command in [
        client.getex::<i64>("g").ex(MINUTE),
        client.getex("g").ex(SHORT),
        client.getex("g").px(MINUTE),
        client.getex("g").exat(soon),
        client.getex("g").pxat(soon),
    ] {
        assert_eq!(command.await?, 1);
        assert!(client.pttl("g").await?.duration() > Some(Duration::from_secs(50)));
        client.getex::<i64>("g").persist().await?;
        assert_eq!(client.ttl("g").await?, TimeToLive::Persistent);
    }
    Ok(())
}

async fn several(client: &Client) -> Result<(), Error> {
    client.mset([("m1", 1), ("m2", 2)]).await?;
    assert_eq!(client.mget::<Vec<Option<u32>>>(["m1", "m2", "m3"]).await?, [Some(1), Some(2), None]);
    assert!(!client.msetnx([("m2", 0), ("m3", 3)]).await? && client.msetnx([("m3", 3)]).await?);
    assert!(!client.setnx("m3", 0).await? && client.setnx("m4", 4).await?);
    assert_eq!(client.mget::<(u32, u32)>(["m3", "m4"]).await?, (3, 4));
    Ok(())
}

async fn lcs(client: &Client) -> Result<(), Error> {
    client.mset([("l1", "ohmytext"), ("l2", "mynewtext")]).await?;
    assert_eq!(client.lcs::<String>("l1", "l2").await?, "mytext");
    assert_eq!(client.lcs::<()>("l1", "l2").len().await?, 6);
    let index = client.lcs::<()>("l1", "l2").idx().await?;
    assert_eq!((index.len, index.matches.len(), index.matches[0].len), (6, 2, None));
    let index = client.lcs::<()>("l1", "l2").idx().minmatchlen(4).withmatchlen().await?;
    let [longest] = index.matches.as_slice() else { unreachable!("one piece is so long: {index:?}") };
    assert_eq!((longest.first.clone(), longest.second.clone(), longest.len), (4..=7, 5..=8, Some(4)));
    Ok(())
}

async fn comparisons(client: &Client) -> Result<(), Error> {
    client.set("c", "v").await?;
    let digest = client.digest("c").await?.unwrap();
    assert_eq!((digest.len(), client.digest("missing").await?), (16, None));
    assert!(!client.set("c", "w").ifeq("x").await? && !client.set("c", "w").ifne("v").await?);
    assert!(!client.set("c", "w").ifdne(&digest).await? && client.set("c", "v").ifdeq(&digest).await?);
    assert!(client.set("c", "v").ifeq("v").await? && client.set("c", "v").ifne("x").await?);
    assert!(client.set("c", "v").ifdne("0123456789abcdef").ex(MINUTE).await?);
    assert_eq!(client.set("c", "w").ifeq("x").get::<String>().await?.as_deref(), Some("v"));
    assert!(!client.delex("c").ifeq("x").await? && !client.delex("c").ifne("v").await?);
    assert!(!client.delex("c").ifdne(&digest).await? && client.delex("c").ifdeq(&digest).await?);
    assert!(!client.delex("c").await?);
    client.set("c", "v").await?;
    assert!(client.delex("c").await?);
    Ok(())
}

async fn msetex(client: &Client) -> Result<(), Error> {
    let soon = SystemTime::now() + MINUTE;
    assert!(client.msetex([("x1", 1), ("x2", 2)]).nx().ex(MINUTE).await?);
    assert!(!client.msetex([("x2", 1), ("x3", 2)]).ex(SHORT).nx().await?);
    assert!(!client.msetex([("x2", 1), ("x3", 2)]).xx().px(MINUTE).await?);
    assert!(client.msetex([("x1", 3), ("x2", 4)]).xx().keepttl().await?);
    assert!(client.ttl("x2").await?.duration().is_some());
    assert!(client.msetex([("x1", 3)]).exat(soon).await? && client.msetex([("x1", 3)]).pxat(soon).await?);
    assert!(client.ttl("x1").await?.duration().is_some());
    assert!(client.msetex([("x1", 3)]).await?);
    assert_eq!(client.ttl("x1").await?, TimeToLive::Persistent);
    Ok(())
}

async fn delifeq(client: &Client) -> Result<(), Error> {
    client.set("d", "v").await?;
    assert!(!client.delifeq("d", "x").await? && client.delifeq("d", "v").await?);
    client.set("d", "v").await?;
    assert!(!client.set("d", "w").ifeq("x").await? && client.set("d", "w").ifeq("v").await?);
    Ok(())
}

async fn increx(client: &Client) -> Result<(), Error> {
    assert_eq!(client.increx("i").await?, (1, 1));
    assert_eq!(client.increx("i").byint(5).ubound(6).await?, (6, 5));
    assert_eq!(client.increx("i").ubound(6).ex(MINUTE).enx().await?, (6, 0));
    assert_eq!(client.increx("i").byint(-10).lbound(0).saturate().await?, (0, -6));
    assert_eq!(client.increx("i").ex(MINUTE).await?, (1, 1));
    assert!(client.ttl("i").await?.duration().is_some());
    assert_eq!(client.increx("i").byfloat(0.5).persist().await?, (1.5, 0.5));
    assert_eq!(client.ttl("i").await?, TimeToLive::Persistent);
    Ok(())
}
