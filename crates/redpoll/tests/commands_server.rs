//! Every server command with every option, on both protocols.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::time::{Duration, SystemTime};

use redpoll::prelude::*;
use redpoll::{Client, Error, Protocol};
use support::test_server::{TestServer, on_embedded, on_real};

#[tokio::test]
async fn the_embedded_server() {
    on_embedded(suite).await;
}

#[tokio::test]
async fn real_servers() {
    on_real(suite).await;
}

async fn suite(server: TestServer) {
    for protocol in [Protocol::Resp2, Protocol::Resp3] {
        let client = Client::connect(server.config().protocol(protocol)).await.unwrap();
        databases(&client).await.unwrap();
        configuration(&client).await.unwrap();
        commands(&client).await.unwrap();
        information(&client).await.unwrap();
        time(&client, server.as_embedded().is_some()).await.unwrap();
    }
}

async fn databases(client: &Client) -> Result<(), Error> {
    for flush in [client.flushall(), client.flushdb()] {
        client.mset([("a", 1), ("b", 2)]).await?;
        assert_eq!(client.dbsize().await?, 2);
        flush.await?;
        assert_eq!(client.dbsize().await?, 0);
    }
    for flush in [
        client.flushall().asynchronous(),
        client.flushall().synchronous(),
        client.flushdb().asynchronous(),
        client.flushdb().synchronous(),
    ] {
        client.set("a", 1).await?;
        flush.await?;
        assert_eq!(client.dbsize().await?, 0);
    }
    Ok(())
}

async fn configuration(client: &Client) -> Result<(), Error> {
    client.config_set([("maxmemory-policy", "allkeys-lru"), ("maxmemory", "0")]).await?;
    let parameters = client.config_get(["maxmemory-pol*", "maxmemory"]).await?;
    assert_eq!((parameters.len(), parameters["maxmemory-policy"].as_str()), (2, "allkeys-lru"));
    client.config_set(("maxmemory-policy", "noeviction")).await?;
    assert!(client.config_get("no-such-parameter").await?.is_empty());
    assert_eq!(client.config_set(("no-such-parameter", 1)).await.unwrap_err().prefix(), Some("ERR"));
    client.config_resetstat().await?;
    // It was started without a file.
    assert_eq!(client.config_rewrite().await.unwrap_err().command(), Some("CONFIG REWRITE"));
    Ok(())
}

async fn commands(client: &Client) -> Result<(), Error> {
    assert!(client.command_count().await? > 50);
    assert!(client.command_list().await?.contains(&"get".to_owned()));
    assert!(client.command_list().filterby_aclcat("string").await?.contains(&"get".to_owned()));
    assert!(!client.command_list().filterby_pattern("ex*").await?.contains(&"get".to_owned()));
    assert!(client.command_list().filterby_module("none").await?.is_empty());
    Ok(())
}

async fn information(client: &Client) -> Result<(), Error> {
    client.set("expires", 1).ex(Duration::from_secs(60)).await?;
    client.set("stays", 1).await?;
    let info = client.info().await?;
    assert!(info.version().is_some_and(|version| version.contains('.')));
    assert_eq!((info.mode(), info.role()), (Some("standalone"), Some("master")));
    assert!(info.connected_clients() >= Some(1) && info.uptime().is_some());
    let keyspace = info.keyspace();
    assert_eq!((keyspace[&0].keys, keyspace[&0].expires), (2, 1));
    assert!(info.sections().any(|section| section == "Server"));
    let info = client.info().section("replication").section("clients").await?;
    assert_eq!(info.sections().collect::<Vec<_>>().len(), 2);
    assert_eq!((info.version(), info.role()), (None, Some("master")));
    assert!(client.info().section("everything").await?.version().is_some());
    client.flushall().await
}

/// The clock of the embedded server may have been moved.
async fn time(client: &Client, is_embedded: bool) -> Result<(), Error> {
    let before = SystemTime::now() - Duration::from_secs(1);
    let time = SystemTime::from(client.time().await?);
    assert!(time > before && (is_embedded || time < before + Duration::from_secs(60)));
    Ok(())
}
