use std::sync::Arc;
use std::task::{Poll, Waker};

use redpoll_protocol::{Reply, Sequence};
use tokio::time::Instant;

use super::driver::End;

/// Where callers wait for their replies: places that are reused, so that waiting allocates nothing.
#[derive(Debug, Default)]
pub(super) struct Slots {
    slots: Vec<Slot>,
    free: Vec<SlotIndex>,
}

/// The place of one waiting caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SlotIndex(u32);

/// How waiting ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Every reply has come.
    Replied(Replies),
    /// The connection was lost. `written` bytes of the command or batch had been written; these replies had come.
    Lost { written: usize, replies: Replies, end: Arc<End> },
    /// The deadline passed. If nothing had been taken for writing, the command was withdrawn and will never be sent.
    TimedOut { withdrawn: bool, replies: Replies },
}

/// The replies to a command or a batch: one reply is kept without a list.
#[derive(Debug, Default)]
pub(crate) enum Replies {
    #[default]
    None,
    One(Reply),
    Many(Vec<Reply>),
}

#[derive(Debug)]
struct Slot {
    sequence: Sequence,
    deadline: Option<Instant>,
    waker: Option<Waker>,
    replies: Replies,
    outcome: Option<Outcome>,
}

impl Slots {
    pub(super) fn reserve(&mut self) -> SlotIndex {
        self.free.pop().unwrap_or(SlotIndex(u32::try_from(self.slots.len()).unwrap_or(u32::MAX)))
    }

    /// Fills a reserved place.
    pub(super) fn occupy(
        &mut self,
        index: SlotIndex,
        sequence: Sequence,
        deadline: Option<Instant>,
        waker: Waker,
    ) {
        let slot = Slot { sequence, deadline, waker: Some(waker), replies: Replies::None, outcome: None };
        match self.slots.get_mut(index.0 as usize) {
            Some(place) => *place = slot,
            None => self.slots.push(slot),
        }
    }

    /// Adds a reply; the last one ends the waiting and gives who is to be woken.
    pub(super) fn reply(&mut self, index: SlotIndex, reply: Reply, is_last: bool) -> Option<Waker> {
        let slot = self.slots.get_mut(index.0 as usize)?;
        slot.replies.push(reply);
        if !is_last {
            return None;
        }
        slot.end(Outcome::Replied)
    }

    pub(super) fn lose(&mut self, index: SlotIndex, written: usize, end: &Arc<End>) -> Option<Waker> {
        self.slots.get_mut(index.0 as usize)?.end(|replies| Outcome::Lost {
            written,
            replies,
            end: Arc::clone(end),
        })
    }

    /// The outcome, once there is one; the place is free again with it.
    pub(super) fn poll(&mut self, index: SlotIndex, waker: &Waker) -> Poll<Outcome> {
        let Some(slot) = self.slots.get_mut(index.0 as usize) else { return Poll::Pending };
        if let Some(outcome) = slot.outcome.take() {
            slot.deadline = None;
            self.free.push(index);
            return Poll::Ready(outcome);
        }
        match &mut slot.waker {
            Some(stored) => stored.clone_from(waker),
            None => slot.waker = Some(waker.clone()),
        }
        Poll::Pending
    }

    /// Gives the place free before there is an outcome. The entry to forget, if its replies have not come yet.
    pub(super) fn release(&mut self, index: SlotIndex) -> Option<Sequence> {
        let slot = self.slots.get_mut(index.0 as usize)?;
        let waiting = slot.waker.take().is_some();
        slot.outcome = None;
        slot.replies = Replies::None;
        slot.deadline = None;
        self.free.push(index);
        waiting.then_some(slot.sequence)
    }

    /// Ends the waiting of everybody whose deadline has passed, and tells the next deadline.
    /// `withdraw` forgets an entry and says whether it will never be sent.
    pub(super) fn expire(
        &mut self,
        now: Instant,
        mut withdraw: impl FnMut(Sequence) -> bool,
        wakers: &mut Vec<Waker>,
    ) -> Option<Instant> {
        let mut next: Option<Instant> = None;
        for slot in &mut self.slots {
            let Some(deadline) = slot.deadline.filter(|_| slot.waker.is_some()) else { continue };
            if deadline <= now {
                let withdrawn = withdraw(slot.sequence);
                wakers.extend(slot.end(|replies| Outcome::TimedOut { withdrawn, replies }));
            } else {
                next = Some(next.map_or(deadline, |next| next.min(deadline)));
            }
        }
        next
    }

    pub(super) fn has_deadline_after(&self, when: Instant) -> bool {
        self.slots
            .iter()
            .any(|slot| slot.waker.is_some() && slot.deadline.is_some_and(|deadline| deadline > when))
    }

    pub(super) fn shrink(&mut self) {
        if self.free.len() == self.slots.len() {
            *self = Self::default();
        }
    }
}

impl Slot {
    fn end(&mut self, outcome: impl FnOnce(Replies) -> Outcome) -> Option<Waker> {
        let waker = self.waker.take()?;
        self.outcome = Some(outcome(std::mem::take(&mut self.replies)));
        Some(waker)
    }
}

impl Replies {
    fn push(&mut self, reply: Reply) {
        *self = match std::mem::take(self) {
            Self::None => Self::One(reply),
            Self::One(first) => Self::Many(vec![first, reply]),
            Self::Many(mut replies) => {
                replies.push(reply);
                Self::Many(replies)
            }
        };
    }

    /// The only reply, or the last of several.
    pub(crate) fn into_reply(self) -> Option<Reply> {
        match self {
            Self::None => None,
            Self::One(reply) => Some(reply),
            Self::Many(mut replies) => replies.pop(),
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Reply> {
        match self {
            Self::None => Vec::new(),
            Self::One(reply) => vec![reply],
            Self::Many(replies) => replies,
        }
    }
}
