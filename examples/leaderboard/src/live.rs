//! The board as browsers see it: live, and with an answer even while Redis is out of reach.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::{Mutex, Notify, broadcast};
use tokio::task::JoinSet;

use crate::answer::{Answer, Around, Place, Top};
use crate::board::{Board, BoardError, Changes, Heard};
use crate::last_known::LastKnown;
use crate::score::Score;
use crate::seed;
use crate::standing::{Change, Standings};
use crate::submission::Submission;

/// How many rows the page shows on top.
pub(crate) const TOP: usize = 10;
/// How long the link is trusted after it was seen to work.
const CHECK_EVERY: Duration = Duration::from_secs(1);
/// How often a lost link is tried again.
const RETRY_EVERY: Duration = Duration::from_millis(250);
/// What PING may take before the link counts as lost.
pub(crate) const PING_DEADLINE: Duration = Duration::from_millis(500);
/// Changes of the top rows within this time are sent as one: an eye does not see faster.
const TOP_PAUSE: Duration = Duration::from_millis(50);
/// Events a slow browser may fall behind before it gets a fresh snapshot instead.
const BACKLOG: usize = 256;

/// What is sent to every browser. `snapshot` means: forget what you have, this is how things are.
#[derive(Clone, Debug)]
pub(crate) struct LiveEvent {
    /// `snapshot`, `top` or `change`.
    pub(crate) name: &'static str,
    /// Written once, however many browsers receive it.
    pub(crate) json: Arc<str>,
}

/// Why a score was not stored, or may not have been.
#[derive(Debug)]
pub(crate) struct NotStored {
    /// Whether the score may be on the board all the same.
    pub(crate) may_have_run: bool,
    /// What went wrong.
    pub(crate) reason: String,
}

#[derive(Clone, Debug)]
struct Lost {
    since: u64,
    reason: String,
}

/// The board, its last known copy, and the browsers that listen.
#[derive(Debug)]
pub(crate) struct LiveBoard {
    board: Board,
    known: RwLock<LastKnown>,
    lost: RwLock<Option<Lost>>,
    events: broadcast::Sender<LiveEvent>,
    top_changed: Notify,
    /// One reload at a time; the second to come would read the same rows.
    reloading: Mutex<()>,
    seeded_players: u32,
}

impl LiveBoard {
    /// Subscribes, seeds the board if it is empty, and reads it once.
    pub(crate) async fn start(
        board: Board,
        seeded_players: u32,
    ) -> Result<(Arc<Self>, LiveTasks), BoardError> {
        let live = Arc::new(Self {
            board,
            known: RwLock::default(),
            lost: RwLock::default(),
            events: broadcast::channel(BACKLOG).0,
            top_changed: Notify::new(),
            reloading: Mutex::new(()),
            seeded_players,
        });
        let changes = live.board.changes().await?;
        live.reload().await?;
        let mut tasks = JoinSet::new();
        tasks.spawn(live.clone().follow_changes(changes));
        tasks.spawn(live.clone().keep_top_current());
        tasks.spawn(live.clone().watch_link());
        Ok((live, LiveTasks(tasks)))
    }

    /// Stores a score. Only a player's best counts, so sending one twice does no harm.
    pub(crate) async fn submit(&self, submission: &Submission) -> Result<Change, NotStored> {
        if let Some(lost) = self.lost() {
            return Err(NotStored { may_have_run: false, reason: lost.reason });
        }
        let change = match self.board.submit(submission.player.as_str(), submission.score).await {
            Ok(change) => change,
            Err(error) => {
                self.lose(&error);
                return Err(NotStored { may_have_run: error.may_have_run(), reason: error.to_string() });
            }
        };
        // The score is stored. Browsers that miss it get it with the reload that follows.
        if change.improved()
            && let Err(error) = self.board.publish(&change).await
        {
            self.lose(&error);
        }
        Ok(change)
    }

    /// The first `n` rows.
    pub(crate) async fn top(&self, n: usize) -> Answer<Top> {
        let fresh = self.ask(self.board.top(n)).await;
        let answer = fresh.unwrap_or_else(|| self.stale(self.known().top(n)));
        answer.map(Top::from)
    }

    /// Where a player stands, or nothing if the player is not on the board.
    pub(crate) async fn rank(&self, player: &str) -> Answer<Option<Place>> {
        let around = self.standings_around(player, 0).await;
        around.map(|around| Around::new(player, around?).map(Around::into_place))
    }

    /// A player with up to `radius` neighbours on either side.
    pub(crate) async fn around(&self, player: &str, radius: usize) -> Answer<Option<Around>> {
        let around = self.standings_around(player, radius).await;
        around.map(|around| Around::new(player, around?))
    }

    /// How long a PING took, or why there is no reply to it.
    pub(crate) async fn ping(&self) -> Result<Duration, BoardError> {
        self.board.ping(PING_DEADLINE).await
    }

    /// The pool and the connections, and who listens.
    pub(crate) fn stats(&self) -> Value {
        let lost = self.lost();
        json!({
            "redis": self.board.stats(),
            "players": self.known().players(),
            "browsers": self.events.receiver_count(),
            "stale": lost.is_some(),
            "stale_since": lost.as_ref().map(|lost| lost.since),
            "stale_reason": lost.map(|lost| lost.reason),
        })
    }

    /// Every event from now on. Listen first, then take the [`LiveBoard::snapshot`]: nothing falls between.
    pub(crate) fn listen(&self) -> broadcast::Receiver<LiveEvent> {
        self.events.subscribe()
    }

    /// The event a browser starts with.
    pub(crate) async fn snapshot(&self) -> LiveEvent {
        LiveEvent::new("snapshot", &self.top(TOP).await)
    }

    /// Ends the client's connections.
    pub(crate) async fn close(&self) {
        self.board.close().await;
    }

    async fn standings_around(&self, player: &str, radius: usize) -> Answer<Option<Standings>> {
        let fresh = self.ask(self.board.around(player, radius)).await;
        fresh.unwrap_or_else(|| self.stale(self.known().around(player, radius)))
    }

    /// Asks Redis, unless the link is known to be lost: then nobody waits for a deadline.
    async fn ask<T>(&self, reply: impl Future<Output = Result<T, BoardError>>) -> Option<Answer<T>> {
        if self.lost().is_some() {
            return None;
        }
        match reply.await {
            Ok(value) => Some(Answer::fresh(value)),
            Err(error) => {
                self.lose(&error);
                None
            }
        }
    }

    fn stale<T>(&self, value: T) -> Answer<T> {
        Answer { stale: true, stale_since: self.lost().map(|lost| lost.since), value }
    }

    async fn follow_changes(self: Arc<Self>, mut changes: Changes) {
        loop {
            match changes.next().await {
                Some(Heard::Change(change)) => self.changed(&change),
                Some(Heard::Gap) => self.reload_or_lose().await,
                None => {
                    changes = self.subscribe_again().await;
                    self.reload_or_lose().await;
                }
            }
        }
    }

    async fn subscribe_again(&self) -> Changes {
        loop {
            match self.board.changes().await {
                Ok(changes) => return changes,
                Err(error) => self.lose(&error),
            }
            tokio::time::sleep(RETRY_EVERY).await;
        }
    }

    async fn keep_top_current(self: Arc<Self>) {
        loop {
            self.top_changed.notified().await;
            tokio::time::sleep(TOP_PAUSE).await;
            let top = self.top(TOP).await;
            if !top.stale {
                self.send("top", &top);
            }
        }
    }

    async fn watch_link(self: Arc<Self>) {
        loop {
            if self.lost().is_some() {
                tokio::time::sleep(RETRY_EVERY).await;
                self.reload_or_lose().await;
            } else {
                tokio::time::sleep(CHECK_EVERY).await;
                if let Err(error) = self.ping().await {
                    self.lose(&error);
                }
            }
        }
    }

    fn changed(&self, change: &Change) {
        self.known_mut().apply(change);
        self.send("change", change);
        if change.touches_top(TOP as u64) {
            self.top_changed.notify_one();
        }
    }

    async fn reload_or_lose(&self) {
        if let Err(error) = self.reload().await {
            self.lose(&error);
        }
    }

    /// Reads the whole board anew, and tells every browser to start over.
    async fn reload(&self) -> Result<(), BoardError> {
        let _one_at_a_time = self.reloading.lock().await;
        self.known_mut().begin_reload();
        let read = self.read_all().await;
        match read {
            Ok((members, players)) => self.known_mut().finish_reload(members, players),
            Err(error) => {
                self.known_mut().abandon_reload();
                return Err(error);
            }
        }
        *self.lost.write().unwrap_or_else(PoisonError::into_inner) = None;
        let event = self.snapshot().await;
        let _ = self.events.send(event);
        Ok(())
    }

    async fn read_all(&self) -> Result<(Vec<(String, Score)>, u64), BoardError> {
        if self.board.is_empty().await? {
            self.board.add(seed::players(self.seeded_players)).await?;
        }
        self.board.members(LastKnown::LIMIT).await
    }

    /// From here on answers are stale, until a reload succeeds.
    fn lose(&self, error: &BoardError) {
        {
            let mut lost = self.lost.write().unwrap_or_else(PoisonError::into_inner);
            if lost.is_some() {
                return;
            }
            *lost = Some(Lost { since: milliseconds_since_1970(), reason: error.to_string() });
        }
        let top = self.stale(self.known().top(TOP));
        self.send("snapshot", &top.map(Top::from));
    }

    /// Nobody listening is no error.
    fn send(&self, name: &'static str, body: &impl Serialize) {
        let _ = self.events.send(LiveEvent::new(name, body));
    }

    fn lost(&self) -> Option<Lost> {
        self.lost.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn known(&self) -> RwLockReadGuard<'_, LastKnown> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn known_mut(&self) -> RwLockWriteGuard<'_, LastKnown> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The tasks behind a [`LiveBoard`]; they end when this is dropped.
#[derive(Debug)]
pub(crate) struct LiveTasks(#[expect(dead_code, reason = "held for its Drop")] JoinSet<()>);

impl LiveEvent {
    fn new(name: &'static str, body: &impl Serialize) -> Self {
        // These bodies are structs of strings and numbers: writing them cannot fail.
        Self { name, json: serde_json::to_string(body).unwrap_or_default().into() }
    }
}

fn milliseconds_since_1970() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
