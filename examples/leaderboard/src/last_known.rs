//! The board as this process last saw it: what pages show while Redis is out of reach.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::score::Score;
use crate::standing::{Change, Standing, Standings};

/// A copy of the board, kept up to date by the published changes.
///
/// It costs a second copy of every name; [`LastKnown::LIMIT`] bounds it.
#[derive(Debug, Default)]
pub(crate) struct LastKnown {
    scores: HashMap<String, Score>,
    players: u64,
    /// Sorted on first use after a change: during an outage nothing changes, so that is once.
    ranking: OnceLock<Vec<(String, Score)>>,
    /// Changes that arrived while a new copy is being read, to be applied to that one as well.
    since: Option<Vec<Change>>,
}

impl LastKnown {
    /// The most players that are remembered; those below are unknown while Redis is out of reach.
    pub(crate) const LIMIT: usize = 100_000;

    /// Applies one published change. Scores only rise, so one that arrives late does no harm.
    pub(crate) fn apply(&mut self, change: &Change) {
        if let Some(since) = &mut self.since {
            since.push(change.clone());
        }
        self.players = self.players.max(change.players);
        let Standing { player, score, .. } = &change.standing;
        let full = self.scores.len() >= Self::LIMIT;
        match self.scores.get_mut(player) {
            Some(best) if *best >= *score => return,
            Some(best) => *best = *score,
            None if full => return,
            None => {
                self.scores.insert(player.clone(), *score);
            }
        }
        self.ranking.take();
    }

    /// From here on changes are kept for the new copy that is now being read.
    pub(crate) fn begin_reload(&mut self) {
        self.since = Some(Vec::new());
    }

    /// Takes over a copy read from Redis, and applies what arrived in the meantime.
    pub(crate) fn finish_reload(&mut self, members: Vec<(String, Score)>, players: u64) {
        let since = self.since.take().unwrap_or_default();
        self.scores = members.into_iter().collect();
        self.players = players;
        self.ranking.take();
        for change in &since {
            self.apply(change);
        }
    }

    /// The new copy could not be read: this one stays.
    pub(crate) fn abandon_reload(&mut self) {
        self.since = None;
    }

    /// The first `n` players.
    pub(crate) fn top(&self, n: usize) -> Standings {
        self.stretch(0, n)
    }

    /// A player with up to `radius` neighbours on either side.
    pub(crate) fn around(&self, player: &str, radius: usize) -> Option<Standings> {
        let index = self.index(player)?;
        let first = index.saturating_sub(radius);
        Some(self.stretch(first, index - first + radius + 1))
    }

    /// How many players are on the board.
    pub(crate) fn players(&self) -> u64 {
        self.players
    }

    fn index(&self, player: &str) -> Option<usize> {
        self.scores.get(player)?;
        self.ranking().iter().position(|(name, _)| name == player)
    }

    fn stretch(&self, first: usize, len: usize) -> Standings {
        let members = self.ranking().iter().skip(first).take(len).cloned();
        Standings::numbered(first as u64 + 1, members, self.players)
    }

    /// Equal scores stand in the order of `ZRANGE … REV`: the lexicographically greater name first.
    fn ranking(&self) -> &[(String, Score)] {
        self.ranking.get_or_init(|| {
            let mut ranking: Vec<_> = self.scores.iter().map(|(p, s)| (p.clone(), *s)).collect();
            ranking.sort_unstable_by(|(a, x), (b, y)| y.value().total_cmp(&x.value()).then_with(|| b.cmp(a)));
            ranking
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(list: &[(&str, f64)]) -> Vec<(String, Score)> {
        list.iter().map(|(player, score)| ((*player).to_owned(), Score::stored(*score))).collect()
    }

    fn loaded(list: &[(&str, f64)]) -> LastKnown {
        let mut known = LastKnown::default();
        known.finish_reload(members(list), list.len() as u64);
        known
    }

    fn change(player: &str, score: f64, players: u64) -> Change {
        Change {
            standing: Standing { rank: 1, player: player.to_owned(), score: Score::stored(score) },
            previous_score: None,
            previous_rank: None,
            players,
        }
    }

    fn names(standings: &Standings) -> Vec<(u64, &str)> {
        standings.rows.iter().map(|row| (row.rank, row.player.as_str())).collect()
    }

    #[test]
    fn equal_scores_stand_in_reverse_lexicographic_order() {
        let known = loaded(&[("a", 1.0), ("b", 2.0), ("c", 1.0)]);
        assert_eq!(names(&known.top(9)), [(1, "b"), (2, "c"), (3, "a")]);
        assert_eq!(known.top(9).players, 3);
    }

    #[test]
    fn around_stops_at_both_ends() {
        let known = loaded(&[("a", 4.0), ("b", 3.0), ("c", 2.0), ("d", 1.0)]);
        assert_eq!(names(&known.around("a", 1).unwrap()), [(1, "a"), (2, "b")]);
        assert_eq!(names(&known.around("c", 1).unwrap()), [(2, "b"), (3, "c"), (4, "d")]);
        assert_eq!(names(&known.around("d", 9).unwrap()).len(), 4);
        assert!(known.around("nobody", 1).is_none());
        assert_eq!(names(&known.around("c", 0).unwrap()), [(3, "c")]);
    }

    #[test]
    fn a_change_moves_its_player_and_a_late_one_does_nothing() {
        let mut known = loaded(&[("a", 4.0), ("b", 3.0)]);
        known.apply(&change("b", 9.0, 2));
        assert_eq!(names(&known.top(2)), [(1, "b"), (2, "a")]);
        known.apply(&change("b", 3.5, 2));
        assert_eq!(known.top(1).rows[0].score, Score::stored(9.0));
        known.apply(&change("new", 1.0, 3));
        assert_eq!(known.players(), 3);
    }

    #[test]
    fn changes_that_arrive_during_a_reload_are_in_the_new_copy() {
        let mut known = loaded(&[("a", 4.0)]);
        known.begin_reload();
        known.apply(&change("b", 5.0, 2));
        known.finish_reload(members(&[("a", 4.0)]), 1);
        assert_eq!(names(&known.top(2)), [(1, "b"), (2, "a")]);
        assert_eq!(known.players(), 2);
    }
}
