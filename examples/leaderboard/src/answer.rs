//! What the API answers: the board's replies, and whether they are current.

use serde::Serialize;

use crate::score::Score;
use crate::standing::{Standing, Standings};

/// A reply, and whether it comes from Redis now or from what was last known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Answer<T> {
    /// Whether Redis is out of reach, and this is what was last known.
    pub(crate) stale: bool,
    /// Since when, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stale_since: Option<u64>,
    /// The reply itself.
    #[serde(flatten)]
    pub(crate) value: T,
}

/// The first rows of the board.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Top {
    players: u64,
    top: Vec<Standing>,
}

/// One player's place among all.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Place {
    #[serde(flatten)]
    standing: Standing,
    players: u64,
}

/// One player's place with the neighbours on both sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Around {
    #[serde(flatten)]
    place: Place,
    around: Vec<Standing>,
}

impl<T> Answer<T> {
    /// A reply that came from Redis just now.
    pub(crate) fn fresh(value: T) -> Self {
        Self { stale: false, stale_since: None, value }
    }

    /// The same, about something made of it.
    pub(crate) fn map<U>(self, into: impl FnOnce(T) -> U) -> Answer<U> {
        Answer { stale: self.stale, stale_since: self.stale_since, value: into(self.value) }
    }
}

impl From<Standings> for Top {
    fn from(Standings { rows, players }: Standings) -> Self {
        Self { players, top: rows }
    }
}

impl Top {
    /// The rows, best first.
    pub(crate) fn into_rows(self) -> Vec<Standing> {
        self.top
    }
}

impl Place {
    /// The player's best score.
    pub(crate) fn score(&self) -> Score {
        self.standing.score
    }
}

impl Around {
    /// The player's neighbourhood, if the player is in it.
    pub(crate) fn new(player: &str, standings: Standings) -> Option<Self> {
        let standing = standings.rows.iter().find(|row| row.player == player)?.clone();
        Some(Self { place: Place { standing, players: standings.players }, around: standings.rows })
    }

    /// The player's own place.
    pub(crate) fn into_place(self) -> Place {
        self.place
    }
}
