//! Every list command with every option, on both protocols.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::time::Duration;

use redpoll::commands::ListEnd::{Left, Right};
use redpoll::commands::Pivot;
use redpoll::prelude::*;
use redpoll::{Client, Error, Protocol};
use support::test_server::{TestServer, on_embedded, on_real};

const SHORT: Duration = Duration::from_millis(10);
const LONG: Duration = Duration::from_secs(5);

#[tokio::test]
async fn lists_on_the_embedded_server() {
    on_embedded(suite).await;
}

#[tokio::test]
async fn lists_on_real_servers() {
    on_real(suite).await;
}

async fn suite(server: TestServer) {
    for protocol in [Protocol::Resp2, Protocol::Resp3] {
        let client = Client::connect(server.config().protocol(protocol)).await.unwrap();
        client.command("FLUSHALL").await.unwrap();
        pushes_and_pops(&client).await.unwrap();
        pops_of_several_keys(&client).await.unwrap();
        blocking_pops(&client).await.unwrap();
        moves(&client).await.unwrap();
        reads(&client).await.unwrap();
        changes(&client).await.unwrap();
        errors(&client).await.unwrap();
    }
}

async fn all(client: &Client, key: &str) -> Result<String, Error> {
    Ok(client.lrange::<Vec<String>>(key, 0, -1).await?.join(" "))
}

async fn pushes_and_pops(client: &Client) -> Result<(), Error> {
    assert_eq!(client.lpushx("push", "x").await?, 0);
    assert_eq!(client.rpushx("push", "x").await?, 0);
    assert_eq!(client.lpush("push", ["b", "a"]).await?, 2);
    assert_eq!(client.rpush("push", ["c", "d"]).await?, 4);
    assert_eq!(client.lpushx("push", "0").await?, 5);
    assert_eq!(client.rpushx("push", ["e", "f"]).await?, 7);
    assert_eq!(all(client, "push").await?, "0 a b c d e f");
    assert_eq!(client.lpop::<String>("push").await?, "0");
    assert_eq!(client.rpop::<String>("push").await?, "f");
    assert_eq!(client.lpop::<Vec<String>>("push").count(2).await?, ["a", "b"]);
    assert_eq!(client.rpop::<Vec<String>>("push").count(9).await?, ["e", "d", "c"]);
    assert_eq!(client.lpop::<Option<String>>("push").await?, None);
    assert_eq!(client.lpop::<Option<Vec<String>>>("push").count(2).await?, None);
    assert_eq!(client.rpop::<Option<Vec<String>>>("push").count(2).await?, None);
    Ok(())
}

async fn pops_of_several_keys(client: &Client) -> Result<(), Error> {
    client.rpush("mpop", [1, 2, 3, 4]).await?;
    let popped = client.lmpop::<u32>(["none", "mpop"], Left).await?;
    assert_eq!(popped, Some(("mpop".to_owned(), vec![1])));
    let popped = client.lmpop::<u32>(["none", "mpop"], Right).count(2).await?;
    assert_eq!(popped, Some(("mpop".to_owned(), vec![4, 3])));
    assert_eq!(client.lmpop::<u32>("none", Left).await?, None);
    Ok(())
}

async fn blocking_pops(client: &Client) -> Result<(), Error> {
    client.rpush("block", ["a", "b", "c", "d", "e"]).await?;
    let of = |element: &str| Some(("block".to_owned(), element.to_owned()));
    assert_eq!(client.blpop::<String>(["none", "block"], LONG).await?, of("a"));
    assert_eq!(client.brpop::<String>("block", Duration::ZERO).await?, of("e"));
    let popped = client.blmpop::<String>(["none", "block"], Right, LONG).count(2).await?;
    assert_eq!(popped, Some(("block".to_owned(), vec!["d".to_owned(), "c".to_owned()])));
    let waiting = async { client.blpop::<String>("late", LONG).await };
    let pushing = async { client.rpush("late", "x").await };
    let (popped, length) = tokio::join!(waiting, pushing);
    assert_eq!((popped?, length?), (Some(("late".to_owned(), "x".to_owned())), 1));
    assert_eq!(client.blpop::<String>("none", SHORT).await?, None);
    assert_eq!(client.brpop::<String>("none", SHORT).await?, None);
    assert_eq!(client.blmpop::<String>("none", Left, SHORT).await?, None);
    Ok(())
}

async fn moves(client: &Client) -> Result<(), Error> {
    client.rpush("from", ["a", "b", "c", "d", "e"]).await?;
    assert_eq!(client.lmove::<String>("from", "to", Left, Right).await?, "a");
    assert_eq!(client.lmove::<String>("from", "to", Right, Left).await?, "e");
    assert_eq!(client.rpoplpush::<String>("from", "to").await?, "d");
    assert_eq!(client.blmove::<String>("from", "to", Left, Left, LONG).await?.as_deref(), Some("b"));
    assert_eq!(client.brpoplpush::<String>("from", "to", LONG).await?.as_deref(), Some("c"));
    assert_eq!(all(client, "to").await?, "c b d e a");
    assert_eq!(client.lmove::<Option<String>>("none", "to", Left, Left).await?, None);
    assert_eq!(client.rpoplpush::<Option<String>>("none", "to").await?, None);
    assert_eq!(client.blmove::<String>("none", "to", Left, Left, SHORT).await?, None);
    assert_eq!(client.brpoplpush::<String>("none", "to", SHORT).await?, None);
    Ok(())
}

async fn reads(client: &Client) -> Result<(), Error> {
    client.rpush("read", ["a", "b", "a", "c", "a"]).await?;
    assert_eq!(client.llen("read").await?, 5);
    assert_eq!(client.llen("none").await?, 0);
    assert_eq!(client.lindex::<String>("read", 1).await?, "b");
    assert_eq!(client.lindex::<Option<String>>("read", 9).await?, None);
    assert_eq!(client.lrange::<Vec<String>>("read", -2, -1).await?, ["c", "a"]);
    assert!(client.lrange::<Vec<String>>("none", 0, -1).await?.is_empty());
    assert_eq!(client.lpos("read", "a").await?, Some(0));
    assert_eq!(client.lpos("read", "x").await?, None);
    assert_eq!(client.lpos("read", "a").rank(-1).await?, Some(4));
    assert_eq!(client.lpos("read", "a").maxlen(3).count(0).await?, [0, 2]);
    assert_eq!(client.lpos("read", "a").rank(2).count(1).await?, [2]);
    assert!(client.lpos("read", "x").count(0).await?.is_empty());
    Ok(())
}

async fn changes(client: &Client) -> Result<(), Error> {
    client.rpush("edit", ["a", "c"]).await?;
    assert_eq!(client.linsert("edit", Pivot::Before("c"), "b").await?, 3);
    assert_eq!(client.linsert("edit", Pivot::After("c"), "d").await?, 4);
    assert_eq!(client.linsert("edit", Pivot::After("x"), "y").await?, -1);
    assert_eq!(client.linsert("none", Pivot::After("x"), "y").await?, 0);
    client.lset("edit", -1, "z").await?;
    assert_eq!(all(client, "edit").await?, "a b c z");
    client.ltrim("edit", 1, -1).await?;
    assert_eq!(all(client, "edit").await?, "b c z");
    client.rpush("edit", ["b", "b", "b"]).await?;
    assert_eq!(client.lrem("edit", 1, "b").await?, 1);
    assert_eq!(client.lrem("edit", -2, "b").await?, 2);
    assert_eq!(client.lrem("edit", 0, "b").await?, 1);
    assert_eq!(all(client, "edit").await?, "c z");
    Ok(())
}

async fn errors(client: &Client) -> Result<(), Error> {
    client.set("text", "x").await?;
    assert_eq!(client.rpush("text", "x").await.unwrap_err().prefix(), Some("WRONGTYPE"));
    assert_eq!(client.blpop::<String>("text", LONG).await.unwrap_err().prefix(), Some("WRONGTYPE"));
    let no_key = client.lset("none", 0, "x").await.unwrap_err();
    assert!(no_key.to_string().contains("no such key"), "{no_key}");
    Ok(())
}
