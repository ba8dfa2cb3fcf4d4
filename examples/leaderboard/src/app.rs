//! The whole app: the store, the live board, the bots and the web server.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use redpoll_server::Server;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::board::Board;
use crate::live::{LiveBoard, LiveTasks};
use crate::web::{self, Web};
use crate::{bots, seed};

/// What replies under way may take when the app stops.
const STOP_DEADLINE: Duration = Duration::from_secs(3);

/// How the app is started.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to serve; port 0 picks a free one.
    pub listen: SocketAddr,
    /// The server to use; `None` starts an embedded one in this process.
    pub redis_url: Option<String>,
    /// How many seeded players an empty board gets, at most 10,000.
    pub players: u32,
    /// Whether seeded players score now and then.
    pub bots: bool,
}

/// The running app. Dropping it ends it at once; [`App::stop`] lets replies under way finish.
#[derive(Debug)]
pub struct App {
    address: SocketAddr,
    live: std::sync::Arc<LiveBoard>,
    stopping: watch::Sender<bool>,
    web: JoinHandle<()>,
    bots: Option<JoinHandle<()>>,
    _tasks: LiveTasks,
    /// Last, so that it outlives everything that talks to it.
    _embedded: Option<Server>,
}

impl App {
    /// Connects, seeds the board if it is empty, and serves.
    ///
    /// # Errors
    /// When the address is taken, the URL is wrong, or the server it names does not answer.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let Settings { listen, redis_url, players, bots } = settings;
        let listener = TcpListener::bind(listen).await.map_err(|error| {
            StartError(format!("cannot listen on {listen}: {error} (--listen chooses another)"))
        })?;
        let address = listener.local_addr().map_err(|error| StartError(error.to_string()))?;
        let (url, embedded) = store(redis_url).await?;
        let players = players.min(seed::PLAYERS_MAX);
        let board = Board::connect(&url).await.map_err(|error| StartError(error.to_string()))?;
        let (live, tasks) =
            LiveBoard::start(board, players).await.map_err(|error| StartError(error.to_string()))?;
        let (stopping, stopped) = watch::channel(false);
        let web = tokio::spawn(serve(listener, Web { live: live.clone(), stopping: stopped }));
        let bots = bots.then(|| tokio::spawn(bots::play(live.clone(), players, rand::random())));
        Ok(Self { address, live, stopping, web, bots, _tasks: tasks, _embedded: embedded })
    }

    /// Where the page is served.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more connections, ends the event streams, and lets other replies finish for up to three seconds.
    ///
    /// Returns whether all of them did.
    pub async fn stop(mut self) -> bool {
        self.stopping.send_replace(true);
        // Whatever has not finished by then is cut off by the drop.
        let finished = tokio::time::timeout(STOP_DEADLINE, &mut self.web).await.is_ok();
        self.live.close().await;
        finished
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.web.abort();
        if let Some(bots) = &self.bots {
            bots.abort();
        }
    }
}

/// Why the app did not start.
#[derive(Debug)]
pub struct StartError(String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

async fn store(redis_url: Option<String>) -> Result<(String, Option<Server>), StartError> {
    if let Some(url) = redis_url {
        return Ok((url, None));
    }
    let server = Server::start()
        .await
        .map_err(|error| StartError(format!("the embedded server did not start: {error}")))?;
    Ok((server.url().to_owned(), Some(server)))
}

async fn serve(listener: TcpListener, web: Web) {
    let stopped = web.stopped();
    // Serving ends only with the signal: errors of single connections are their own.
    let _ = axum::serve(listener, web::router(web)).with_graceful_shutdown(stopped).await;
}
