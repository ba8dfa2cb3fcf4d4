//! Every command on keys with every option, on both protocols.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::collections::HashSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redpoll::commands::{ExpireTime, KeyType, Migrated, TimeToLive};
use redpoll::prelude::*;
use redpoll::{Client, Error, ErrorKind, Protocol};
use support::real_server::{RealServer, installed};
use support::test_server::{TestServer, on_embedded, on_real};

const MINUTE: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(60_500);
/// In the year 2100.
const LATE: Duration = Duration::from_secs(4_102_444_800);

#[tokio::test]
async fn keys_on_the_embedded_server() {
    on_embedded(suite).await;
}

#[tokio::test]
async fn keys_on_real_servers() {
    on_real(suite).await;
}

#[tokio::test]
async fn keys_migrate_between_real_servers() {
    for installed in installed() {
        let from = RealServer::start(&installed, &[]);
        let to = RealServer::start(&installed, &["--requirepass", "secret"]);
        migrate(&from, &to).await.unwrap_or_else(|error| unreachable!("on {}: {error}", installed.name));
    }
}

async fn suite(server: TestServer) {
    for protocol in [Protocol::Resp2, Protocol::Resp3] {
        let client = Client::connect(server.config().protocol(protocol)).await.unwrap();
        client.flushall().await.unwrap();
        let commands: HashSet<String> = client.command_list().await.unwrap().into_iter().collect();
        empty(&client).await.unwrap();
        existence(&client).await.unwrap();
        moves(&client).await.unwrap();
        expiry(&client).await.unwrap();
        types(&client).await.unwrap();
        dump_and_restore(&client).await.unwrap();
        sort(&client).await.unwrap();
        scan(&client).await.unwrap();
        wait(&client, commands.contains("waitaof")).await.unwrap();
    }
}

async fn empty(client: &Client) -> Result<(), Error> {
    assert_eq!(client.randomkey::<Option<String>>().await?, None);
    assert!(client.keys::<Vec<String>>("*").await?.is_empty());
    assert!(client.scan().collect::<String>().await?.is_empty());
    assert_eq!(client.object_encoding("none").await?, None);
    assert_eq!(client.object_idletime("none").await?, None);
    assert_eq!(client.object_refcount("none").await?, None);
    assert_eq!(client.object_freq("none").await?, None);
    Ok(())
}

async fn existence(client: &Client) -> Result<(), Error> {
    client.mset([("a", 1), ("b", 2), ("c", 3)]).await?;
    assert_eq!(client.exists(["a", "b", "a", "x"]).await?, 3);
    assert_eq!(client.touch(["a", "x"]).await?, 1);
    assert!(client.randomkey::<String>().await?.len() == 1);
    assert_eq!(client.keys::<HashSet<String>>("[ab]").await?.len(), 2);
    assert_eq!((client.del(["a", "x"]).await?, client.unlink(["b", "c", "x"]).await?), (1, 2));
    Ok(())
}

async fn moves(client: &Client) -> Result<(), Error> {
    client.mset([("m1", 1), ("m2", 2)]).await?;
    client.rename("m1", "m3").await?;
    assert_eq!(client.rename("m1", "m3").await.unwrap_err().kind(), ErrorKind::Server);
    assert!(!client.renamenx("m2", "m3").await? && client.renamenx("m2", "m4").await?);
    assert!(client.copy("m3", "m5").await? && !client.copy("m3", "m5").await?);
    assert!(client.copy("m4", "m5").replace().await? && client.copy("m4", "m5").db(1).await?);
    assert!(!client.copy("m4", "m5").db(1).await? && client.copy("m4", "m5").db(1).replace().await?);
    assert_eq!(client.get::<i64>("m5").await?, 2);
    assert!(client.r#move("m3", 2).await? && !client.r#move("m3", 2).await?);
    Ok(())
}

async fn expiry(client: &Client) -> Result<(), Error> {
    client.set("e", 1).await?;
    assert_eq!(client.ttl("e").await?, TimeToLive::Persistent);
    assert_eq!(client.pttl("none").await?, TimeToLive::Missing);
    assert_eq!(client.expiretime("e").await?, ExpireTime::Persistent);
    assert!(!client.expire("e", MINUTE).xx().await? && client.expire("e", MINUTE).nx().await?);
    assert!(!client.expire("e", MINUTE).nx().await? && client.expire("e", SHORT).gt().await?);
    assert!(!client.pexpire("e", MINUTE).gt().await? && client.pexpire("e", MINUTE).lt().await?);
    assert!(client.expire("e", 2 * MINUTE).xx().gt().await?);
    assert!(!client.expire("e", 2 * MINUTE).xx().lt().await?);
    assert!(client.ttl("e").await?.duration() > Some(MINUTE));
    assert!(client.pttl("e").await?.duration() > Some(MINUTE));
    let (late, later) = (UNIX_EPOCH + LATE, UNIX_EPOCH + LATE + Duration::from_millis(1));
    assert!(client.expireat("e", late).await?);
    assert_eq!(client.expiretime("e").await?, ExpireTime::At(late));
    assert!(client.expireat("e", later).await?);
    assert_eq!(client.pexpiretime("e").await?, ExpireTime::At(later));
    assert!(client.pexpireat("e", late).await?);
    assert_eq!(client.pexpiretime("e").await?.time(), Some(late));
    assert!(client.persist("e").await? && !client.persist("e").await?);
    assert!(client.expireat("e", SystemTime::now() - MINUTE).await?);
    assert_eq!(client.exists("e").await?, 0);
    assert!(!client.expire("e", MINUTE).await?);
    Ok(())
}

async fn types(client: &Client) -> Result<(), Error> {
    client.set("t:string", 1).await?;
    client.rpush("t:list", 1).await?;
    client.sadd("t:set", "a").await?;
    client.zadd("t:zset", [(1.0, "a")]).await?;
    client.hset("t:hash", ("f", "v")).await?;
    assert_eq!(client.r#type("t:none").await?, KeyType::None);
    for kind in [KeyType::String, KeyType::List, KeyType::Set, KeyType::SortedSet, KeyType::Hash] {
        let key = format!("t:{}", kind.name());
        assert_eq!(client.r#type(&key).await?, kind);
        let found: Vec<String> = client.scan().pattern("t:*").kind(kind).collect().await?;
        assert_eq!(found, [key]);
    }
    assert_eq!(client.object_encoding("t:string").await?.as_deref(), Some("int"));
    assert!(client.object_refcount("t:list").await? >= Some(1));
    assert!(client.object_idletime("t:list").await? <= Some(1));
    Ok(())
}

async fn dump_and_restore(client: &Client) -> Result<(), Error> {
    client.set("d", "value").await?;
    let payload = client.dump("d").await?.unwrap();
    assert_eq!(client.dump("none").await?, None);
    client.restore("d1", &payload).await?;
    assert_eq!(client.ttl("d1").await?, TimeToLive::Persistent);
    assert_eq!(client.restore("d1", &payload).await.unwrap_err().prefix(), Some("BUSYKEY"));
    client.restore("d1", &payload).replace().ttl(MINUTE).await?;
    assert!(client.pttl("d1").await?.duration() > Some(Duration::from_secs(50)));
    client.restore("d1", &payload).absttl(UNIX_EPOCH + LATE).idletime(MINUTE).replace().await?;
    assert_eq!(client.expiretime("d1").await?, ExpireTime::At(UNIX_EPOCH + LATE));
    assert!(client.object_idletime("d1").await? >= Some(60));
    client.restore("d2", &payload).freq(5).await?;
    assert_eq!(client.get::<String>("d2").await?, "value");
    Ok(())
}

async fn sort(client: &Client) -> Result<(), Error> {
    client.rpush("s", [3, 1, 2]).await?;
    client.mset([("w1", 30), ("w2", 20), ("w3", 10), ("o1", 100), ("o2", 200), ("o3", 300)]).await?;
    assert_eq!(client.sort::<Vec<u32>>("s").await?, [1, 2, 3]);
    assert_eq!(client.sort::<Vec<u32>>("s").asc().alpha().await?, [1, 2, 3]);
    assert_eq!(client.sort::<Vec<u32>>("s").desc().limit(1, 1).await?, [2]);
    assert_eq!(client.sort::<Vec<u32>>("s").by("w*").await?, [3, 2, 1]);
    let both: Vec<u32> = client.sort("s").by("nosort").get("#").get("o*").await?;
    assert_eq!(both, [3, 300, 1, 100, 2, 200]);
    assert_eq!(client.sort::<()>("s").store("sorted").await?, 3);
    assert_eq!(client.lrange::<Vec<u32>>("sorted", 0, -1).await?, [1, 2, 3]);
    assert_eq!(client.sort_ro::<Vec<u32>>("s").desc().get("o*").limit(0, 2).await?, [300, 200]);
    Ok(())
}

async fn scan(client: &Client) -> Result<(), Error> {
    let many: Vec<(String, u32)> = (0..1000).map(|i| (format!("scan:{i}"), i)).collect();
    client.mset(&many).await?;
    let all: HashSet<String> =
        client.scan().pattern("scan:*").count(100).collect().await?.into_iter().collect();
    assert_eq!(all.len(), 1000);
    let mut keys = client.scan().pattern("scan:7").kind(KeyType::String).items::<String>();
    assert_eq!(keys.next().await.unwrap()?, "scan:7");
    assert!(keys.next().await.is_none());
    Ok(())
}

async fn wait(client: &Client, has_waitaof: bool) -> Result<(), Error> {
    assert_eq!(client.wait(1, MINUTE).await.unwrap_err().kind(), ErrorKind::Usage);
    let connection = client.connection().await?;
    connection.set("w", 1).await?;
    assert_eq!(connection.wait(1, Duration::from_millis(20)).await?, 0);
    if has_waitaof {
        assert_eq!(connection.waitaof(0, 1, Duration::from_millis(20)).await?.1, 0);
    }
    Ok(())
}

async fn migrate(from: &RealServer, to: &RealServer) -> Result<(), Error> {
    let source = Client::connect(from.url()).await?;
    let target = Client::connect(format!("redis://:secret@127.0.0.1:{}", to.port())).await?;
    source.mset([("a", 1), ("b", 2)]).await?;
    let migrate = || source.migrate("127.0.0.1", to.port(), ["a", "b"], 0, MINUTE);
    assert_eq!(migrate().await.unwrap_err().kind(), ErrorKind::Server);
    assert_eq!(migrate().copy().auth("secret").await?, Migrated::Done);
    assert_eq!(source.exists(["a", "b"]).await?, 2);
    assert!(migrate().auth("secret").await.unwrap_err().to_string().contains("BUSYKEY"));
    assert_eq!(migrate().auth2("default", "secret").replace().await?, Migrated::Done);
    assert_eq!(source.exists(["a", "b"]).await?, 0);
    assert_eq!(target.mget::<Vec<u32>>(["a", "b"]).await?, [1, 2]);
    assert_eq!(migrate().auth("secret").await?, Migrated::NoKey);
    Ok(())
}
