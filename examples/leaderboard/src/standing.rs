//! Where players stand, and what changes it.

use serde::{Deserialize, Serialize};

use crate::score::Score;

/// One row of the board. The best player has rank 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Standing {
    /// Counted from 1.
    pub(crate) rank: u64,
    /// The player's name.
    pub(crate) player: String,
    /// The player's best score.
    pub(crate) score: Score,
}

/// What a submitted score did to the board. Published to every instance, and sent on to every browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Change {
    /// Where the player stands now.
    #[serde(flatten)]
    pub(crate) standing: Standing,
    /// The player's best score before, if there was one.
    pub(crate) previous_score: Option<Score>,
    /// The player's rank before, if there was one.
    pub(crate) previous_rank: Option<u64>,
    /// How many players are on the board now.
    pub(crate) players: u64,
}

impl Change {
    /// Whether the score counts: it is the player's first, or better than the best before.
    pub(crate) fn improved(&self) -> bool {
        self.previous_score.is_none_or(|before| self.standing.score > before)
    }

    /// Whether the first `n` places look different after this change. Scores only rise, so a player
    /// who stands below them afterwards was below them before.
    pub(crate) fn touches_top(&self, n: u64) -> bool {
        self.standing.rank <= n
    }
}

/// A stretch of the board, best first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Standings {
    /// The rows.
    pub(crate) rows: Vec<Standing>,
    /// How many players are on the whole board.
    pub(crate) players: u64,
}

impl Standings {
    /// Numbers `members`, which come best first, from rank `first` on.
    pub(crate) fn numbered(
        first: u64,
        members: impl IntoIterator<Item = (String, Score)>,
        players: u64,
    ) -> Self {
        let rows =
            (first..).zip(members).map(|(rank, (player, score))| Standing { rank, player, score }).collect();
        Self { rows, players }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(previous_score: Option<f64>, score: f64, rank: u64) -> Change {
        Change {
            standing: Standing { rank, player: "ada".to_owned(), score: Score::stored(score) },
            previous_score: previous_score.map(Score::stored),
            previous_rank: None,
            players: 3,
        }
    }

    #[test]
    fn only_a_first_or_a_better_score_counts() {
        assert!(change(None, 0.0, 1).improved());
        assert!(change(Some(1.0), 2.0, 1).improved());
        assert!(!change(Some(2.0), 2.0, 1).improved());
    }

    #[test]
    fn a_change_below_the_top_ten_leaves_it_as_it_is() {
        assert!(change(None, 1.0, 10).touches_top(10));
        assert!(!change(None, 1.0, 11).touches_top(10));
    }

    #[test]
    fn a_change_reads_back_as_it_was_published() {
        let sent = change(Some(1.5), 2.0, 7);
        let json = serde_json::to_string(&sent).unwrap();
        assert_eq!(
            json,
            r#"{"rank":7,"player":"ada","score":2,"previous_score":1.5,"previous_rank":null,"players":3}"#
        );
        assert_eq!(serde_json::from_str::<Change>(&json).unwrap(), sent);
    }
}
