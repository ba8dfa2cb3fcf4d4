//! The page and the JSON API. Every reply of the API is JSON, errors included.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use futures_util::stream::{self, Stream, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use crate::answer::{Answer, Around, Place, Top};
use crate::live::{LiveBoard, LiveEvent, NotStored};
use crate::standing::Change;
use crate::submission::{PlayerName, Submission, Wrong};

const PAGE: &str = include_str!("page.html");
/// A submission is two short fields; anything longer is not one.
const BODY_LIMIT: usize = 4 * 1024;
/// The most rows of one reply.
const ROWS_MAX: usize = 100;
const ROWS_TOP: usize = 10;
const ROWS_AROUND: usize = 3;
/// A browser that hears nothing for a few of these knows that its connection is dead.
const BEAT: Duration = Duration::from_secs(5);

/// What every handler needs.
#[derive(Clone, Debug)]
pub(crate) struct Web {
    pub(crate) live: Arc<LiveBoard>,
    /// Turns true when the process stops: event streams end, for they never would by themselves.
    pub(crate) stopping: watch::Receiver<bool>,
}

impl Web {
    /// Ends when the process is asked to stop.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut stopping = self.stopping.clone();
        async move {
            // An error means that the sender is gone, which is the end as well.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        }
    }
}

/// All routes.
pub(crate) fn router(web: Web) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/api/scores", post(submit))
        .route("/api/top", get(top))
        .route("/api/rank/{player}", get(rank))
        .route("/api/around/{player}", get(around))
        .route("/api/live", get(live))
        .route("/health", get(health))
        .route("/stats", get(stats))
        .fallback(no_such_page)
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(web)
}

async fn page() -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                  connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, PAGE).into_response()
}

async fn submit(
    State(web): State<Web>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Fresh<Value>, Failure> {
    let body = body.map_err(|rejection| Failure::from_rejection("body", &rejection.body_text()))?;
    let submission = Submission::from_json(&body)?;
    let change = web.live.submit(&submission).await?;
    let improved = change.improved();
    let Change { standing, previous_score, previous_rank, players } = change;
    Ok(Fresh(json!({
        "player": standing.player,
        "score": standing.score,
        "submitted": submission.score,
        "improved": improved,
        "rank": standing.rank,
        "previous_score": previous_score,
        "previous_rank": previous_rank,
        "players": players,
    })))
}

async fn top(State(web): State<Web>, rows: QueryRows) -> Result<Fresh<Answer<Top>>, Failure> {
    Ok(Fresh(web.live.top(rows_or(rows, ROWS_TOP)?).await))
}

async fn rank(State(web): State<Web>, player: PathPlayer) -> Result<Fresh<Answer<Place>>, Failure> {
    let player = player_name(player)?;
    found(web.live.rank(player.as_str()).await, &player)
}

async fn around(
    State(web): State<Web>,
    player: PathPlayer,
    rows: QueryRows,
) -> Result<Fresh<Answer<Around>>, Failure> {
    let player = player_name(player)?;
    let radius = rows_or(rows, ROWS_AROUND)?;
    found(web.live.around(player.as_str(), radius).await, &player)
}

async fn live(State(web): State<Web>) -> Response {
    let stopped = web.stopped();
    let events = events(web.live).map(Ok::<_, Infallible>).take_until(stopped);
    let beat = KeepAlive::new().interval(BEAT).event(Event::default().event("beat").data("{}"));
    // Proxies that buffer replies would hold events back.
    let unbuffered = (header::HeaderName::from_static("x-accel-buffering"), "no");
    ([unbuffered], Sse::new(events).keep_alive(beat)).into_response()
}

async fn health(State(web): State<Web>) -> Response {
    match web.live.ping().await {
        Ok(took) => Fresh(json!({ "status": "ok", "ping_ms": took.as_secs_f64() * 1_000.0 })).into_response(),
        Err(error) => {
            let body = json!({ "status": "unavailable", "reason": error.to_string() });
            (StatusCode::SERVICE_UNAVAILABLE, Fresh(body)).into_response()
        }
    }
}

async fn stats(State(web): State<Web>) -> Fresh<Value> {
    Fresh(web.live.stats())
}

async fn no_such_page(uri: Uri) -> Failure {
    Failure::new(StatusCode::NOT_FOUND, json!({ "error": format!("there is nothing at {}", uri.path()) }))
}

async fn no_such_method() -> Failure {
    let error = "this address does not take that method";
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, json!({ "error": error }))
}

/// A snapshot first, then every event. A browser that fell behind gets a snapshot again.
fn events(live: Arc<LiveBoard>) -> impl Stream<Item = Event> {
    let listener = live.listen();
    stream::unfold((live, listener, true), |(live, mut listener, behind)| async move {
        if behind {
            let snapshot = live.snapshot().await;
            return Some((written(&snapshot), (live, listener, false)));
        }
        match listener.recv().await {
            Ok(event) => Some((written(&event), (live, listener, false))),
            Err(RecvError::Lagged(_)) => {
                // What is still in the buffer is older than the snapshot.
                listener = listener.resubscribe();
                let snapshot = live.snapshot().await;
                Some((written(&snapshot), (live, listener, false)))
            }
            Err(RecvError::Closed) => None,
        }
    })
}

fn written(event: &LiveEvent) -> Event {
    Event::default().event(event.name).data(&*event.json)
}

type PathPlayer = Result<Path<String>, PathRejection>;
type QueryRows = Result<Query<Rows>, QueryRejection>;

#[derive(Debug, Deserialize)]
struct Rows {
    n: Option<String>,
}

fn player_name(player: PathPlayer) -> Result<PlayerName, Failure> {
    let Path(player) =
        player.map_err(|rejection| Failure::from_rejection("player", &rejection.body_text()))?;
    Ok(PlayerName::new(&player)?)
}

fn rows_or(rows: QueryRows, default: usize) -> Result<usize, Failure> {
    let Query(rows) = rows.map_err(|rejection| Failure::from_rejection("n", &rejection.body_text()))?;
    let Some(n) = rows.n else { return Ok(default) };
    let wrong = || Wrong { field: "n", message: format!("n must be a whole number from 1 to {ROWS_MAX}") };
    let n = n.parse().ok().filter(|n| (1..=ROWS_MAX).contains(n)).ok_or_else(wrong)?;
    Ok(n)
}

fn found<T>(answer: Answer<Option<T>>, player: &PlayerName) -> Result<Fresh<Answer<T>>, Failure> {
    let Answer { stale, stale_since, value } = answer;
    match value {
        Some(value) => Ok(Fresh(Answer { stale, stale_since, value })),
        None => {
            let error = format!("{} is not on the board", player.as_str());
            Err(Failure::new(StatusCode::NOT_FOUND, json!({ "error": error, "stale": stale })))
        }
    }
}

/// JSON that nobody may keep: the board is different a moment later.
struct Fresh<T>(T);

impl<T: serde::Serialize> IntoResponse for Fresh<T> {
    fn into_response(self) -> Response {
        ([(header::CACHE_CONTROL, "no-store")], Json(self.0)).into_response()
    }
}

/// A reply that says what went wrong: `{"error": …}`, and the `field` if it was the input.
struct Failure {
    status: StatusCode,
    body: Value,
}

impl Failure {
    fn new(status: StatusCode, body: Value) -> Self {
        Self { status, body }
    }

    /// What axum could not read is bad input like any other, said in axum's words.
    fn from_rejection(field: &'static str, text: &str) -> Self {
        Self::from(Wrong { field, message: format!("{field}: {text}") })
    }
}

impl From<Wrong> for Failure {
    fn from(wrong: Wrong) -> Self {
        Self::new(StatusCode::BAD_REQUEST, json!({ "error": wrong.message, "field": wrong.field }))
    }
}

impl From<NotStored> for Failure {
    fn from(NotStored { may_have_run, reason }: NotStored) -> Self {
        let error = if may_have_run {
            "the score may or may not be stored; sending it again does no harm"
        } else {
            "the score is not stored, because Redis is out of reach; try again in a moment"
        };
        let body = json!({ "error": error, "may_have_run": may_have_run, "reason": reason });
        Self::new(StatusCode::SERVICE_UNAVAILABLE, body)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status, Fresh(self.body)).into_response()
    }
}
