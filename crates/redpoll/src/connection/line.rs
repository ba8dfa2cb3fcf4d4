use std::collections::VecDeque;
use std::task::Waker;

/// Who waits for room, in the order of their coming. Only the first is let in, so nobody overtakes.
#[derive(Debug, Default)]
pub(super) struct Line {
    places: VecDeque<(u64, Option<Waker>)>,
    next: u64,
}

impl Line {
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Takes the last place.
    pub(super) fn join(&mut self) -> u64 {
        let number = self.next;
        self.next = self.next.saturating_add(1);
        self.places.push_back((number, None));
        number
    }

    pub(super) fn is_first(&self, number: u64) -> bool {
        self.places.front().is_some_and(|(first, _)| *first == number)
    }

    /// Remembers whom to wake when it is this one's turn.
    pub(super) fn wait(&mut self, number: u64, waker: &Waker) {
        let place = self.position(number).and_then(|position| self.places.get_mut(position));
        if let Some((_, waiting)) = place {
            *waiting = Some(waker.clone());
        }
    }

    pub(super) fn leave(&mut self, number: u64) {
        if let Some(position) = self.position(number) {
            self.places.remove(position);
        }
    }

    /// Whom to wake because it is their turn.
    pub(super) fn first(&mut self) -> Option<Waker> {
        self.places.front_mut().and_then(|(_, waker)| waker.take())
    }

    /// Whom to wake because there will be no turn any more.
    pub(super) fn all(&mut self) -> Vec<Waker> {
        self.places.iter_mut().filter_map(|(_, waker)| waker.take()).collect()
    }

    /// Numbers only grow along the line.
    fn position(&self, number: u64) -> Option<usize> {
        self.places.binary_search_by_key(&number, |(other, _)| *other).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_taken_in_order_and_given_up_at_any_time() {
        let mut line = Line::default();
        let [first, second, third] = [line.join(), line.join(), line.join()];
        assert!(line.is_first(first) && !line.is_first(second));
        line.leave(second);
        line.leave(first);
        assert!(line.is_first(third) && !line.is_empty());
        line.leave(third);
        assert!(line.is_empty());
    }
}
