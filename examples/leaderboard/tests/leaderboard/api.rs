//! Every endpoint, with good and with bad input.

use serde_json::json;

use crate::http::{Events, get, post, submit};
use crate::running::app;

#[tokio::test]
async fn a_score_puts_its_player_on_the_board() {
    let app = app(None).await;
    let stored = submit(&app, "Ada Lovelace", 20_000).await;
    assert_eq!(
        stored,
        json!({
            "player": "Ada Lovelace", "score": 20_000, "submitted": 20_000, "improved": true, "rank": 1,
            "previous_score": null, "previous_rank": null, "players": 101,
        })
    );
    let top = get(&app, "/api/top?n=2").await.json();
    assert_eq!((&top["stale"], &top["players"]), (&json!(false), &json!(101)));
    assert_eq!(top["top"][0], json!({ "rank": 1, "player": "Ada Lovelace", "score": 20_000 }));
    assert_eq!(top["top"].as_array().unwrap().len(), 2);
    let rank = get(&app, "/api/rank/Ada%20Lovelace").await.json();
    assert_eq!(
        rank,
        json!({ "stale": false, "player": "Ada Lovelace", "rank": 1, "score": 20_000, "players": 101 })
    );
}

#[tokio::test]
async fn only_the_best_score_counts() {
    let app = app(None).await;
    submit(&app, "ada", 20_000).await;
    let lower = submit(&app, "ada", 300).await;
    assert_eq!(
        (&lower["improved"], &lower["score"], &lower["rank"]),
        (&json!(false), &json!(20_000), &json!(1))
    );
    let higher = submit(&app, "ada", 20_500).await;
    assert_eq!((&higher["improved"], &higher["score"]), (&json!(true), &json!(20_500)));
    assert_eq!((&higher["previous_score"], &higher["previous_rank"]), (&json!(20_000), &json!(1)));
}

#[tokio::test]
async fn around_shows_the_neighbours_on_both_sides() {
    let app = app(None).await;
    for (player, score) in [("a", 50_000), ("b", 40_000), ("c", 30_000), ("d", 20_000)] {
        submit(&app, player, score).await;
    }
    let around = get(&app, "/api/around/b?n=1").await.json();
    assert_eq!(
        around,
        json!({
            "stale": false, "player": "b", "rank": 2, "score": 40_000, "players": 104,
            "around": [
                { "rank": 1, "player": "a", "score": 50_000 },
                { "rank": 2, "player": "b", "score": 40_000 },
                { "rank": 3, "player": "c", "score": 30_000 },
            ],
        })
    );
    let first = get(&app, "/api/around/a").await.json();
    assert_eq!(first["around"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn an_empty_board_is_seeded_and_the_top_ten_is_the_default() {
    let app = app(None).await;
    let top = get(&app, "/api/top").await.json();
    let scores: Vec<i64> =
        top["top"].as_array().unwrap().iter().map(|row| row["score"].as_i64().unwrap()).collect();
    assert_eq!(scores.len(), 10);
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    assert_eq!(top["players"], 100);
    assert_eq!(get(&app, "/api/top?n=100").await.json()["top"].as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn bad_input_is_refused_with_a_message_that_names_it() {
    let app = app(None).await;
    for (body, field, message) in [
        ("{", "body", "body is not JSON: EOF while parsing an object at line 1 column 1"),
        ("", "body", "body is not JSON: EOF while parsing a value at line 1 column 0"),
        (r#"{"player":"ada"}"#, "score", "score is missing"),
        (r#"{"score":1}"#, "player", "player is missing"),
        (r#"{"player":"","score":1}"#, "player", "player must not be empty"),
        (r#"{"player":"ada","score":"1"}"#, "score", "score must be a number, not a string"),
        (r#"{"player":"ada","score":-1}"#, "score", "score must be from 0 to 9007199254740991"),
    ] {
        let reply = post(&app, "/api/scores", body).await;
        assert_eq!(reply.status, 400, "{body}");
        assert_eq!(reply.json(), json!({ "error": message, "field": field }), "{body}");
    }
    for n in ["0", "101", "-1", "ten", "1.5", ""] {
        let reply = get(&app, &format!("/api/top?n={n}")).await;
        assert_eq!(reply.status, 400, "{n}");
        assert_eq!(reply.json(), json!({ "error": "n must be a whole number from 1 to 100", "field": "n" }));
    }
    let long = "x".repeat(25);
    for path in [format!("/api/rank/{long}"), format!("/api/around/{long}")] {
        let reply = get(&app, &path).await;
        assert_eq!((reply.status, &reply.json()["field"]), (400, &json!("player")));
    }
    for path in ["/api/rank/%FF", "/api/around/a?n=1&n=2"] {
        let reply = get(&app, path).await;
        assert_eq!(reply.status, 400, "{path}");
        assert!(reply.json()["error"].is_string());
    }
    let huge = post(&app, "/api/scores", &format!(r#"{{"player":"{}"}}"#, "x".repeat(10_000))).await;
    assert_eq!((huge.status, &huge.json()["field"]), (400, &json!("body")));
}

#[tokio::test]
async fn what_is_not_there_is_said_in_json_too() {
    let app = app(None).await;
    let nobody = get(&app, "/api/rank/nobody").await;
    assert_eq!(nobody.status, 404);
    assert_eq!(nobody.json(), json!({ "error": "nobody is not on the board", "stale": false }));
    assert_eq!(get(&app, "/api/around/nobody").await.status, 404);
    let lost = get(&app, "/api/nothing").await;
    assert_eq!((lost.status, lost.json()), (404, json!({ "error": "there is nothing at /api/nothing" })));
    let method = post(&app, "/api/top", "").await;
    assert_eq!(method.status, 405);
    assert_eq!(method.json(), json!({ "error": "this address does not take that method" }));
}

#[tokio::test]
async fn health_and_stats_tell_how_the_server_is() {
    let app = app(None).await;
    let _listening = Events::open(&app).await;
    let health = get(&app, "/health").await;
    assert_eq!((health.status, &health.json()["status"]), (200, &json!("ok")));
    assert!(health.json()["ping_ms"].as_f64().unwrap() > 0.0);
    let stats = get(&app, "/stats").await.json();
    assert_eq!(
        (&stats["browsers"], &stats["players"], &stats["stale"]),
        (&json!(1), &json!(100), &json!(false))
    );
    assert!(stats["redis"]["pool"]["total"].is_u64(), "{stats}");
}

#[tokio::test]
async fn the_page_is_one_file_that_needs_nothing_else() {
    let app = app(None).await;
    let page = get(&app, "/").await;
    assert_eq!((page.status, page.content_type.as_str()), (200, "text/html; charset=utf-8"));
    for foreign in ["src=\"http", "href=\"http", "@import", "url(http"] {
        assert!(!page.body.contains(foreign), "the page loads something: {foreign}");
    }
}

#[tokio::test]
async fn every_browser_hears_of_a_change() {
    let app = app(None).await;
    let (mut one, mut other) = (Events::open(&app).await, Events::open(&app).await);
    assert_eq!(one.next("snapshot").await["players"], 100);
    other.next("snapshot").await;
    submit(&app, "ada", 20_000).await;
    for browser in [&mut one, &mut other] {
        let change = browser.next("change").await;
        assert_eq!((&change["player"], &change["rank"]), (&json!("ada"), &json!(1)));
        let top = browser.next("top").await;
        assert_eq!(top["top"][0], json!({ "rank": 1, "player": "ada", "score": 20_000 }));
    }
}

#[tokio::test]
async fn stopping_ends_the_event_streams() {
    let app = app(None).await;
    let mut events = Events::open(&app).await;
    events.next("snapshot").await;
    let (finished, ()) = tokio::join!(app.stop(), events.end());
    assert!(finished, "the stream had to be cut off");
}
