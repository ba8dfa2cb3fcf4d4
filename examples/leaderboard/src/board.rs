//! The board in Redis: one sorted set and one channel. The only file that names the client.

use std::fmt;
use std::time::{Duration, Instant};

use redpoll::prelude::*;
use redpoll::{Client, Error, Event, Json, Script, Subscription};
use serde_json::{Value, json};

use crate::score::Score;
use crate::standing::{Change, Standing, Standings};

const KEY: &str = "leaderboard:scores";
const CHANNEL: &str = "leaderboard:changes";
/// Members that one command reads or writes: few enough not to hold up others on the shared connection.
const CHUNK: usize = 1_000;

/// A player's neighbourhood, read in one step: between two commands the player could have moved out of it.
const AROUND: &str = "
local rank = redis.call('ZREVRANK', KEYS[1], ARGV[1])
if not rank then return false end
local first = math.max(0, rank - tonumber(ARGV[2]))
local rows = redis.call('ZRANGE', KEYS[1], first, rank + tonumber(ARGV[2]), 'REV', 'WITHSCORES')
return {first, redis.call('ZCARD', KEYS[1]), rows}
";

/// The sorted set of scores, and the channel on which its changes are published.
#[derive(Debug)]
pub(crate) struct Board {
    client: Client,
    around: Script,
}

impl Board {
    pub(crate) async fn connect(url: &str) -> Result<Self, BoardError> {
        Ok(Self { client: Client::connect(url).await?, around: Script::read_only(AROUND) })
    }

    /// Stores a score if it is the player's best, and tells what that did to the board.
    pub(crate) async fn submit(&self, player: &str, score: Score) -> Result<Change, BoardError> {
        let (previous_score, previous_rank, _, best, rank, players) = self
            .client
            .transaction(|t| {
                (
                    t.zscore(KEY, player),
                    t.zrevrank(KEY, player),
                    t.zadd(KEY, [(score.value(), player)]).gt(),
                    t.zscore(KEY, player),
                    t.zrevrank(KEY, player),
                    t.zcard(KEY),
                )
            })
            .await?;
        // The transaction has just put the player there.
        let rank = counted_from_one(rank.unwrap_or_default());
        let best = best.unwrap_or(score.value());
        Ok(Change {
            standing: Standing { rank, player: player.to_owned(), score: Score::stored(best) },
            previous_score: previous_score.map(Score::stored),
            previous_rank: previous_rank.map(counted_from_one),
            players,
        })
    }

    /// Tells every instance.
    pub(crate) async fn publish(&self, change: &Change) -> Result<(), BoardError> {
        self.client.publish(CHANNEL, Json(change)).await?;
        Ok(())
    }

    /// What is published from now on.
    pub(crate) async fn changes(&self) -> Result<Changes, BoardError> {
        Ok(Changes(self.client.subscribe([CHANNEL]).await?))
    }

    /// The first `n` members.
    pub(crate) async fn top(&self, n: usize) -> Result<Standings, BoardError> {
        let (members, players) = self
            .client
            .pipeline(|p| (p.zrange::<Members>(KEY, 0, index(n) - 1).rev().with_scores(), p.zcard(KEY)))
            .await?;
        Ok(Standings::numbered(1, scored(members), players))
    }

    /// A player with up to `radius` neighbours on either side, or nothing if the player is not on the board.
    pub(crate) async fn around(&self, player: &str, radius: usize) -> Result<Option<Standings>, BoardError> {
        let found: Option<(u64, u64, Members)> =
            self.client.run_script(&self.around).key(KEY).arg(player).arg(radius).await?;
        Ok(found.map(|(first, players, members)| {
            Standings::numbered(counted_from_one(first), scored(members), players)
        }))
    }

    /// The whole board up to `limit` members, best first, and how many there are.
    ///
    /// Scores only rise, so between two chunks a member can move down, and be read twice, but not up and be missed.
    pub(crate) async fn members(&self, limit: usize) -> Result<(Vec<(String, Score)>, u64), BoardError> {
        let players = self.client.zcard(KEY).await?;
        let mut all = Vec::new();
        for first in (0..limit).step_by(CHUNK) {
            let last = index(limit.min(first + CHUNK)) - 1;
            let members: Members = self.client.zrange(KEY, index(first), last).rev().with_scores().await?;
            let complete = members.len() < CHUNK;
            all.extend(scored(members));
            if complete {
                break;
            }
        }
        Ok((all, players))
    }

    pub(crate) async fn is_empty(&self) -> Result<bool, BoardError> {
        Ok(self.client.zcard(KEY).await? == 0)
    }

    /// Adds members in bulk, without telling anybody; whoever is there keeps the better score.
    pub(crate) async fn add(&self, members: Vec<(String, Score)>) -> Result<(), BoardError> {
        for chunk in members.chunks(CHUNK) {
            let members: Vec<_> =
                chunk.iter().map(|(player, score)| (score.value(), player.as_str())).collect();
            self.client.zadd(KEY, members).gt().await?;
        }
        Ok(())
    }

    /// How long a PING took.
    pub(crate) async fn ping(&self, deadline: Duration) -> Result<Duration, BoardError> {
        let start = Instant::now();
        self.client.ping().timeout(deadline).await?;
        Ok(start.elapsed())
    }

    /// The pool's and the shared connections' figures.
    pub(crate) fn stats(&self) -> Value {
        let (pool, shared) = (self.client.pool_stats(), self.client.connection_stats());
        json!({
            "pool": {
                "hits": pool.hits, "misses": pool.misses, "timeouts": pool.timeouts, "waits": pool.waits,
                "wait_ms": pool.wait_time.as_secs_f64() * 1_000.0, "in_use": pool.in_use, "idle": pool.idle,
                "total": pool.total, "stale": pool.stale, "dials": pool.dials, "dial_errors": pool.dial_errors,
                "closed_by_reason": {
                    "lost": pool.closed_by_reason.lost, "idle": pool.closed_by_reason.idle,
                    "lifetime": pool.closed_by_reason.lifetime, "doubt": pool.closed_by_reason.doubt,
                    "shutdown": pool.closed_by_reason.shutdown,
                },
            },
            "connections": {
                "connected": shared.connected, "total": shared.total, "connects": shared.connects,
                "in_flight": shared.in_flight, "queued_bytes": shared.queued_bytes, "replies": shared.replies,
                "pushes": shared.pushes, "reads": shared.reads, "writes": shared.writes,
            },
        })
    }

    pub(crate) async fn close(&self) {
        self.client.close().await;
    }
}

/// The subscription to the channel; it subscribes again by itself.
#[derive(Debug)]
pub(crate) struct Changes(Subscription);

impl Changes {
    /// What comes next; nothing once the server refuses to subscribe anew.
    pub(crate) async fn next(&mut self) -> Option<Heard> {
        loop {
            match self.0.next_event().await?.ok()? {
                // Messages of other programs on the channel are none of ours.
                Event::Message(message) => {
                    if let Ok(Json(change)) = message.payload() {
                        return Some(Heard::Change(change));
                    }
                }
                _ => return Some(Heard::Gap),
            }
        }
    }
}

/// What a subscription brings.
#[derive(Debug)]
pub(crate) enum Heard {
    /// A change, published by this instance or by another.
    Change(Change),
    /// The connection was lost or a buffer was full: changes may be missing.
    Gap,
}

/// Why Redis gave no good reply.
#[derive(Debug)]
pub(crate) struct BoardError(Error);

impl BoardError {
    /// Whether what was asked may have happened all the same.
    pub(crate) fn may_have_run(&self) -> bool {
        self.0.may_have_run()
    }
}

impl fmt::Display for BoardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Error> for BoardError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

type Members = Vec<(String, f64)>;

fn scored(members: Members) -> impl Iterator<Item = (String, Score)> {
    members.into_iter().map(|(player, score)| (player, Score::stored(score)))
}

/// Redis counts ranks from 0.
fn counted_from_one(rank: u64) -> u64 {
    rank.saturating_add(1)
}

/// Indexes of a sorted set are signed; those of a few thousand rows are far from the end of either.
fn index(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
