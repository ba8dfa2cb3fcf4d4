//! Seeded players that score now and then, so that the board is alive at once.

use std::sync::Arc;
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::live::LiveBoard;
use crate::score::Score;
use crate::seed;
use crate::submission::{PlayerName, Submission};

/// The players who fight for the first places.
const CONTENDERS: usize = 24;
/// Between two scores: slow enough for an eye to follow each.
const PAUSE_MS: std::ops::Range<u64> = 350..1_600;

/// Scores for ever, for one of `players` seeded players at a time.
pub(crate) async fn play(live: Arc<LiveBoard>, players: u32, seed: u64) {
    let mut rng = SmallRng::seed_from_u64(seed);
    loop {
        tokio::time::sleep(Duration::from_millis(rng.random_range(PAUSE_MS))).await;
        let next = if rng.random_bool(0.5) {
            contender(&live, &mut rng).await
        } else {
            anybody(&live, players, &mut rng).await
        };
        if let Some(submission) = next {
            // A score that is lost is no loss here; the next one follows.
            let _ = live.submit(&submission).await;
        }
    }
}

/// One of the best, who overtakes one to four others by a little: so the scores rise slowly.
async fn contender(live: &LiveBoard, rng: &mut SmallRng) -> Option<Submission> {
    let top = live.top(CONTENDERS).await.value.into_rows();
    let from: usize = rng.random_range(1..top.len().max(2));
    let to = from.saturating_sub(rng.random_range(1..=4));
    // Whoever came by the page plays for themselves.
    let player = top.get(from).filter(|row| seed::is_name(&row.player))?.player.as_str();
    submission(player, top.get(to)?.score, rng.random_range(1..=25))
}

/// Anybody on the whole board, who gets a little better.
async fn anybody(live: &LiveBoard, players: u32, rng: &mut SmallRng) -> Option<Submission> {
    let player = seed::name(rng.random_range(0..players.max(1)));
    let score = live.rank(&player).await.value?.score();
    submission(&player, score, rng.random_range(5..=180))
}

fn submission(player: &str, from: Score, more: i32) -> Option<Submission> {
    let score = Score::submitted(from.value() + f64::from(more))?;
    Some(Submission { player: PlayerName::new(player).ok()?, score })
}
