//! Every hash command with every option, on both protocols.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redpoll::commands::{ExpireTime, FieldExpiry, FieldPersist, TimeToLive};
use redpoll::prelude::*;
use redpoll::{Client, Error, Protocol};
use support::test_server::{TestServer, on_embedded, on_real};

const MINUTE: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(60_500);
/// In the year 2100.
const LATE: Duration = Duration::from_secs(4_102_444_800);

#[tokio::test]
async fn hashes_on_the_embedded_server() {
    on_embedded(suite).await;
}

#[tokio::test]
async fn hashes_on_real_servers() {
    on_real(suite).await;
}

async fn suite(server: TestServer) {
    for protocol in [Protocol::Resp2, Protocol::Resp3] {
        let client = Client::connect(server.config().protocol(protocol)).await.unwrap();
        client.flushall().await.unwrap();
        let commands: HashSet<String> = client.command_list().await.unwrap().into_iter().collect();
        fields(&client).await.unwrap();
        numbers(&client).await.unwrap();
        random_fields(&client).await.unwrap();
        iteration(&client).await.unwrap();
        if commands.contains("hexpire") {
            field_expiry(&client).await.unwrap();
            values_are_left_out_of_an_iteration(&client).await.unwrap();
        }
        if commands.contains("hsetex") {
            hsetex_and_hgetex(&client).await.unwrap();
        }
        if commands.contains("hsetex") && commands.contains("delifeq") && commands.contains("msetex") {
            conditions_of_valkey(&client).await.unwrap();
        }
        if commands.contains("hgetdel") {
            hgetdel(&client).await.unwrap();
        }
    }
}

async fn fields(client: &Client) -> Result<(), Error> {
    assert_eq!(client.hset("h", [("a", 1), ("b", 2)]).await?, 2);
    assert_eq!(client.hset("h", BTreeMap::from([("b", 3), ("c", 4)])).await?, 1);
    client.hmset("h", ("d", 5)).await?;
    assert!(client.hexists("h", "a").await? && !client.hexists("h", "x").await?);
    assert_eq!(client.hget::<i64>("h", "b").await?, 3);
    assert_eq!(client.hget::<Option<i64>>("h", "x").await?, None);
    assert_eq!(client.hmget::<(i64, Option<i64>)>("h", ["a", "x"]).await?, (1, None));
    let all: BTreeMap<String, i64> = client.hgetall("h").await?;
    assert_eq!(all, [("a", 1), ("b", 3), ("c", 4), ("d", 5)].map(|(f, v)| (f.to_owned(), v)).into());
    assert!(client.hgetall::<Vec<(String, i64)>>("none").await?.is_empty());
    assert_eq!(client.hkeys::<HashSet<String>>("h").await?.len(), 4);
    assert_eq!(client.hvals::<Vec<i64>>("h").await?.iter().sum::<i64>(), 13);
    assert_eq!((client.hlen("h").await?, client.hstrlen("h", "a").await?), (4, 1));
    assert!(!client.hsetnx("h", "a", 9).await? && client.hsetnx("h", "e", 9).await?);
    assert_eq!(client.hdel("h", ["d", "e", "x"]).await?, 2);
    client.set("text", "x").await?;
    assert_eq!(client.hget::<String>("text", "a").await.unwrap_err().prefix(), Some("WRONGTYPE"));
    Ok(())
}

async fn numbers(client: &Client) -> Result<(), Error> {
    assert_eq!(client.hincrby("n", "i", -7).await?, -7);
    assert_eq!(client.hincrbyfloat("n", "f", 0.5).await?, 0.5);
    assert_eq!(client.hincrby("n", "f", 1).await.unwrap_err().prefix(), Some("ERR"));
    Ok(())
}

async fn random_fields(client: &Client) -> Result<(), Error> {
    client.hset("r", [("a", 1), ("b", 2)]).await?;
    assert!(["a", "b"].contains(&client.hrandfield::<String>("r").await?.as_str()));
    assert_eq!(client.hrandfield::<HashSet<String>>("r").count(5).await?.len(), 2);
    assert_eq!(client.hrandfield::<Vec<String>>("r").count(-5).await?.len(), 5);
    let pairs: BTreeMap<String, i64> = client.hrandfield("r").count(2).with_values().await?;
    assert_eq!(pairs["b"], 2);
    assert_eq!(client.hrandfield::<Option<String>>("none").await?, None);
    Ok(())
}

async fn iteration(client: &Client) -> Result<(), Error> {
    let many: Vec<(String, u32)> = (0..1000).map(|i| (format!("f{i}"), i)).collect();
    client.hset("s", &many).await?;
    let all: BTreeMap<String, u32> =
        client.hscan("s").count(100).collect::<(String, u32)>().await?.into_iter().collect();
    assert_eq!(all, many.into_iter().collect());
    let some: HashSet<(String, u32)> =
        client.hscan("s").pattern("f99*").collect().await?.into_iter().collect();
    assert_eq!(some.len(), 11);
    Ok(())
}

async fn values_are_left_out_of_an_iteration(client: &Client) -> Result<(), Error> {
    let fields: HashSet<String> = client.hscan("s").novalues().collect().await?.into_iter().collect();
    assert_eq!(fields.len(), 1000);
    Ok(())
}

async fn field_expiry(client: &Client) -> Result<(), Error> {
    use FieldExpiry::{Deleted, Missing, NotMet, Set};
    client.hset("e", [("a", 1), ("b", 2), ("c", 3)]).await?;
    assert_eq!(client.hexpire("e", MINUTE, ["a", "x"]).await?, [Set, Missing]);
    assert_eq!(client.hexpire("none", MINUTE, "a").await?, [Missing]);
    assert_eq!(client.hexpire("e", SHORT, ["a", "b"]).nx().await?, [NotMet, Set]);
    assert_eq!(client.hpexpire("e", MINUTE, ["a", "c"]).xx().await?, [Set, NotMet]);
    assert_eq!(client.hexpire("e", 2 * MINUTE, "a").gt().await?, [Set]);
    assert_eq!(client.hexpire("e", 3 * MINUTE, "a").lt().await?, [NotMet]);
    assert_eq!(client.httl("e", ["c", "x"]).await?, [TimeToLive::Persistent, TimeToLive::Missing]);
    assert!(client.hpttl("e", "a").await?[0].duration() > Some(MINUTE));
    let (late, later) = (UNIX_EPOCH + LATE, UNIX_EPOCH + LATE + Duration::from_millis(1));
    assert_eq!(client.hexpireat("e", late, "a").await?, [Set]);
    assert_eq!(client.hexpiretime("e", ["a", "c"]).await?, [ExpireTime::At(late), ExpireTime::Persistent]);
    assert_eq!(client.hexpireat("e", later, "a").await?, [Set]);
    assert_eq!(client.hpexpiretime("e", "a").await?[0].time(), Some(later));
    assert_eq!(client.hpexpireat("e", UNIX_EPOCH + MINUTE, "c").await?, [Deleted]);
    let persisted = client.hpersist("e", ["a", "a", "c"]).await?;
    assert_eq!(persisted, [FieldPersist::Persisted, FieldPersist::NoExpiry, FieldPersist::Missing]);
    Ok(())
}

async fn hsetex_and_hgetex(client: &Client) -> Result<(), Error> {
    let soon = SystemTime::now() + MINUTE;
    assert!(client.hsetex("x", [("a", 1), ("b", 2)]).fnx().ex(MINUTE).await?);
    assert!(!client.hsetex("x", [("a", 3), ("c", 4)]).px(MINUTE).fnx().await?);
    assert!(!client.hsetex("x", [("a", 3), ("c", 4)]).fxx().await?);
    assert!(client.hsetex("x", [("a", 3)]).fxx().keepttl().await?);
    assert!(client.httl("x", "a").await?[0].duration().is_some());
    assert!(client.hsetex("x", [("a", 1)]).await?);
    assert_eq!(client.httl("x", "a").await?, [TimeToLive::Persistent]);
    assert!(client.hsetex("x", [("a", 1)]).exat(soon).await?);
    assert!(client.hsetex("x", [("a", 1)]).pxat(soon).await?);
    let values: (i64, Option<i64>) = client.hgetex("x", ["a", "none"]).await?;
    assert_eq!(values, (1, None));
    for command in [
        client.hgetex::<Vec<i64>>("x", ["a", "b"]).ex(MINUTE),
        client.hgetex("x", ["a", "b"]).ex(SHORT),
        client.hgetex("x", ["a", "b"]).px(MINUTE),
        client.hgetex("x", ["a", "b"]).exat(soon),
        client.hgetex("x", ["a", "b"]).pxat(soon),
    ] {
        assert_eq!(command.await?, [1, 2]);
        assert!(client.httl("x", "a").await?[0].duration().is_some());
        assert_eq!(client.hgetex::<Vec<i64>>("x", "a").persist().await?, [1]);
        assert_eq!(client.httl("x", "a").await?, [TimeToLive::Persistent]);
    }
    Ok(())
}

/// Since the version that has `MSETEX`.
async fn conditions_of_valkey(client: &Client) -> Result<(), Error> {
    assert!(!client.hsetex("v", [("a", 1)]).xx().await? && client.hsetex("v", [("a", 1)]).nx().await?);
    assert!(!client.hsetex("v", [("a", 1)]).nx().ex(MINUTE).await?);
    assert!(client.hsetex("v", [("a", 1)]).ex(MINUTE).fxx().xx().await?);
    Ok(())
}

async fn hgetdel(client: &Client) -> Result<(), Error> {
    client.hset("d", [("a", 1), ("b", 2)]).await?;
    let values: Vec<Option<i64>> = client.hgetdel("d", ["a", "x"]).await?;
    assert_eq!((values, client.hlen("d").await?), (vec![Some(1), None], 1));
    Ok(())
}
