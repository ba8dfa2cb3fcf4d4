//! Every connection command with every option, on both protocols.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::collections::HashSet;
use std::time::Duration;

use redpoll::commands::ClientKind;
use redpoll::prelude::*;
use redpoll::{Client, Error, ErrorKind, Protocol};
use support::eventually;
use support::test_server::{TestServer, on_embedded, on_real};

#[tokio::test]
async fn connections_on_the_embedded_server() {
    on_embedded(suite).await;
}

#[tokio::test]
async fn connections_on_real_servers() {
    on_real(suite).await;
}

async fn suite(server: TestServer) {
    for (protocol, number) in [(Protocol::Resp2, 2), (Protocol::Resp3, 3)] {
        let client = Client::connect(server.config().protocol(protocol)).await.unwrap();
        client.flushall().await.unwrap();
        let commands: HashSet<String> = client.command_list().await.unwrap().into_iter().collect();
        greetings(&client, number).await.unwrap();
        this_connection(&client).await.unwrap();
        other_connections(&client).await.unwrap();
        blocked_connections(&client).await.unwrap();
        authentication(&client).await.unwrap();
        if commands.contains("client|setinfo") {
            libraries(&client).await.unwrap();
        }
        if commands.contains("client|tracking") {
            tracking(&client).await.unwrap();
        }
        if commands.contains("client|pause") {
            pauses(&client).await.unwrap();
        }
        if commands.contains("hexpire") {
            let old = client.client_kill().maxage(Duration::from_secs(3600)).skipme(false);
            assert_eq!(old.await.unwrap(), 0);
        }
        if commands.contains("delifeq") {
            filters_of_valkey(&client).await.unwrap();
        }
    }
}

async fn greetings(client: &Client, protocol: u32) -> Result<(), Error> {
    client.ping().await?;
    assert_eq!(client.ping().message::<String>("hi").await?, "hi");
    assert_eq!(client.echo::<String>("hi").await?, "hi");
    let hello = client.hello().await?;
    assert!(["redis", "valkey"].contains(&hello.server.as_str()) && !hello.version.is_empty());
    assert_eq!((hello.proto, hello.mode.as_str(), hello.role.as_str()), (protocol, "standalone", "master"));
    assert!(hello.id > 0);
    Ok(())
}

async fn this_connection(client: &Client) -> Result<(), Error> {
    assert_eq!(client.select(1).await.unwrap_err().kind(), ErrorKind::Usage);
    let connection = client.connection().await?;
    let id = connection.client_id().await?;
    connection.client_setname("worker").await?;
    assert_eq!(connection.client_getname().await?.as_deref(), Some("worker"));
    connection.select(3).await?;
    let info = connection.client_info().await?;
    assert_eq!((info.id(), info.db(), info.name()), (Some(id), Some(3), Some("worker")));
    assert!(info.addr().is_some() && info.age().is_some() && info.user() == Some("default"));
    connection.client_setname("").await?;
    assert_eq!(connection.client_getname().await?, None);
    connection.client_no_evict(true).await?;
    connection.client_no_evict(false).await?;
    connection.reset().await?;
    assert_eq!(connection.client_info().await?.db(), Some(0));
    Ok(())
}

async fn other_connections(client: &Client) -> Result<(), Error> {
    let connection = client.connection().await?;
    let id = connection.client_id().await?;
    let info = connection.client_info().await?;
    let listed = client.client_list().ids([id, 999_999]).await?;
    assert_eq!((listed.len(), listed[0].id(), listed[0].laddr()), (1, Some(id), info.laddr()));
    assert!(client.client_list().await?.len() >= 2);
    assert!(client.client_list().kind(ClientKind::Normal).await?.len() >= 2);
    for kind in [ClientKind::Primary, ClientKind::Replica, ClientKind::PubSub] {
        assert!(client.client_list().kind(kind).await?.is_empty(), "{kind:?}");
    }
    let addr = info.addr().unwrap();
    let killed = client.client_kill().user("default").addr(addr).laddr("127.0.0.1:1").await?;
    assert_eq!(killed, 0);
    assert_eq!(client.client_kill().id(id).kind(ClientKind::PubSub).await?, 0);
    assert_eq!(client.client_kill().id(id).kind(ClientKind::Normal).skipme(true).await?, 1);
    assert_eq!(connection.ping().await.unwrap_err().kind(), ErrorKind::ConnectionLost);
    Ok(())
}

async fn blocked_connections(client: &Client) -> Result<(), Error> {
    let connection = client.connection().await?;
    let id = connection.client_id().await?;
    assert!(!client.client_unblock(id).await? && !client.client_unblock(id).error().await?);
    let unblock = async |with_error: bool| {
        eventually("the connection waits and is unblocked", async || {
            let unblock = client.client_unblock(id);
            if with_error { unblock.error().await.unwrap() } else { unblock.await.unwrap() }
        })
        .await;
    };
    let minute = Duration::from_secs(60);
    let waits = async || connection.blpop::<String>("nothing", minute).await;
    let (popped, ()) = tokio::join!(waits(), unblock(false));
    assert_eq!(popped?, None);
    let (popped, ()) = tokio::join!(waits(), unblock(true));
    assert_eq!(popped.unwrap_err().prefix(), Some("UNBLOCKED"));
    Ok(())
}

async fn authentication(client: &Client) -> Result<(), Error> {
    let connection = client.connection().await?;
    assert_eq!(connection.auth_as("nobody", "x").await.unwrap_err().prefix(), Some("WRONGPASS"));
    // Without a password of its own, the user `default` may not be authenticated by one alone.
    assert_eq!(connection.auth("x").await.unwrap_err().command(), Some("AUTH"));
    connection.auth_as("default", "anything").await?;
    Ok(())
}

async fn libraries(client: &Client) -> Result<(), Error> {
    let connection = client.connection().await?;
    connection.client_setinfo("LIB-NAME", "mine").await?;
    connection.client_setinfo("LIB-VER", "1.2").await?;
    let info = connection.client_info().await?;
    assert_eq!((info.lib_name(), info.lib_ver()), (Some("mine"), Some("1.2")));
    connection.client_no_touch(true).await?;
    connection.client_no_touch(false).await?;
    Ok(())
}

async fn tracking(client: &Client) -> Result<(), Error> {
    assert_eq!(client.client_getredir().await?, -1);
    let info = client.client_trackinginfo().await?;
    assert_eq!((info.flags, info.redirect, info.prefixes), (vec!["off".to_owned()], -1, vec![]));
    Ok(())
}

async fn pauses(client: &Client) -> Result<(), Error> {
    // What waits holds up its whole connection, so it has one of its own.
    let connection = client.connection().await?;
    client.client_pause(Duration::from_secs(60)).write().await?;
    assert_eq!(client.get::<Option<String>>("k").await?, None);
    let limit = Duration::from_millis(50);
    assert!(connection.set("k", "v").timeout(limit).await.unwrap_err().is_timeout());
    client.client_unpause().await?;
    connection.ping().await?;
    client.client_pause(Duration::from_millis(1)).all().await?;
    client.client_pause(Duration::from_millis(1)).await?;
    client.set("k", "w").await?;
    Ok(())
}

async fn filters_of_valkey(client: &Client) -> Result<(), Error> {
    let info = client.client_info().await?;
    let mine = client.client_list().user("default").addr(info.addr().unwrap()).laddr(info.laddr().unwrap());
    let listed = mine.skipme(false).await?;
    assert_eq!((listed.len(), listed[0].id()), (1, info.id()));
    assert!(client.client_list().maxage(Duration::from_secs(3600)).await?.is_empty());
    Ok(())
}
