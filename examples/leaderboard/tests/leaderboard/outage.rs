//! Redis goes away and comes back; another instance writes; the store is lost.

use redpoll_server::Server;
use serde_json::json;

use crate::http::{Events, get, post, submit};
use crate::proxy::Proxy;
use crate::running::{app, soon};

#[tokio::test]
async fn without_redis_every_read_is_answered_and_marked_stale() {
    let server = Server::start().await.unwrap();
    let mut proxy = Proxy::start(server.url()).await;
    let app = app(Some(proxy.url())).await;
    let mut events = Events::open(&app).await;
    events.snapshot(false).await;
    submit(&app, "ada", 20_000).await;
    events.next("top").await;

    proxy.cut().await;
    let snapshot = events.snapshot(true).await;
    assert_eq!(snapshot["top"][0]["player"], "ada");
    let top = get(&app, "/api/top?n=3").await;
    assert_eq!((top.status, &top.json()["stale"]), (200, &json!(true)));
    assert!(top.json()["stale_since"].as_u64().unwrap() > 1_700_000_000_000);
    assert_eq!(top.json()["top"][0], json!({ "rank": 1, "player": "ada", "score": 20_000 }));
    let rank = get(&app, "/api/rank/ada").await.json();
    assert_eq!((&rank["stale"], &rank["rank"], &rank["players"]), (&json!(true), &json!(1), &json!(101)));
    let around = get(&app, "/api/around/ada?n=2").await.json();
    assert_eq!((&around["stale"], around["around"].as_array().unwrap().len()), (&json!(true), 3));
    let nobody = get(&app, "/api/rank/nobody").await;
    assert_eq!((nobody.status, &nobody.json()["stale"]), (404, &json!(true)));
    assert_eq!(get(&app, "/").await.status, 200);

    let refused = post(&app, "/api/scores", r#"{"player":"grace","score":1}"#).await;
    assert_eq!((refused.status, &refused.json()["may_have_run"]), (503, &json!(false)));
    let health = get(&app, "/health").await;
    assert_eq!((health.status, &health.json()["status"]), (503, &json!("unavailable")));
    assert!(!health.json()["reason"].as_str().unwrap().is_empty());
    assert_eq!(get(&app, "/stats").await.json()["stale"], true);

    proxy.restore().await;
    events.snapshot(false).await;
    submit(&app, "grace", 30_000).await;
    events.hears_of("grace").await;
    let top = get(&app, "/api/top?n=2").await.json();
    assert_eq!((&top["stale"], &top["top"][1]["player"]), (&json!(false), &json!("ada")));
    assert_eq!(get(&app, "/health").await.status, 200);
}

#[tokio::test]
async fn a_redis_that_falls_silent_is_noticed_and_comes_back() {
    let server = Server::start().await.unwrap();
    let proxy = Proxy::start(server.url()).await;
    let app = app(Some(proxy.url())).await;
    let mut events = Events::open(&app).await;
    events.snapshot(false).await;
    proxy.silence(true);
    let health = get(&app, "/health").await;
    assert_eq!(health.status, 503);
    events.snapshot(true).await;
    assert_eq!(get(&app, "/api/top").await.json()["stale"], true);
    proxy.silence(false);
    events.snapshot(false).await;
    submit(&app, "ada", 20_000).await;
    events.hears_of("ada").await;
}

#[tokio::test]
async fn changes_made_while_the_link_was_lost_are_there_afterwards() {
    let server = Server::start().await.unwrap();
    let mut proxy = Proxy::start(server.url()).await;
    let (near, far) = (app(Some(proxy.url())).await, app(Some(server.url().to_owned())).await);
    let mut events = Events::open(&near).await;
    events.snapshot(false).await;
    proxy.cut().await;
    events.snapshot(true).await;
    submit(&far, "ada", 20_000).await;
    proxy.restore().await;
    assert_eq!(events.snapshot(false).await["top"][0]["player"], "ada");
    proxy.cut().await;
    assert_eq!(events.snapshot(true).await["top"][0]["player"], "ada");
}

#[tokio::test]
async fn a_change_through_one_instance_reaches_the_browsers_of_another() {
    let server = Server::start().await.unwrap();
    let (one, other) = (app(Some(server.url().to_owned())).await, app(Some(server.url().to_string())).await);
    let mut events = Events::open(&other).await;
    events.snapshot(false).await;
    submit(&one, "ada", 20_000).await;
    assert_eq!(events.next("change").await["player"], "ada");
    assert_eq!(events.next("top").await["top"][0]["player"], "ada");
    assert_eq!(get(&other, "/api/rank/ada").await.json()["rank"], 1);
}

#[tokio::test]
async fn a_board_that_is_not_empty_is_left_as_it_is() {
    let server = Server::start().await.unwrap();
    let first = app(Some(server.url().to_owned())).await;
    submit(&first, "ada", 20_000).await;
    soon("the stop", first.stop()).await;
    let second = app(Some(server.url().to_owned())).await;
    assert_eq!(get(&second, "/api/top").await.json()["players"], 101);
}
