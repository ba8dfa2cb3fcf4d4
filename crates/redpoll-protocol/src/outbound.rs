use std::collections::VecDeque;

use bytes::BytesMut;

use crate::RawCommand;

/// What a connection still has to write, and which replies it waits for, in order.
///
/// An *entry* is one command or one batch that was queued as a unit; its token names whoever waits for it.
/// Replies belong to entries, never to callers: an entry whose caller went away keeps its place in the order, and its
/// replies are dropped when they come. An entry of which nothing was taken for writing can still be withdrawn.
///
/// ```
/// use redpoll_protocol::{CommandMeta, Outbound, RawCommand};
///
/// const PING: CommandMeta = CommandMeta::read("PING");
/// let mut outbound = Outbound::new();
/// outbound.queue([&RawCommand::new(&PING)], "caller");
/// let mut wire = bytes::BytesMut::new();
/// outbound.take(&mut wire);
/// assert_eq!(wire, &b"*1\r\n$4\r\nPING\r\n"[..]);
/// let answered = outbound.answered().unwrap();
/// assert_eq!((answered.token, answered.is_last), (Some("caller"), true));
/// ```
#[derive(Debug)]
pub struct Outbound<T> {
    buffer: BytesMut,
    entries: VecDeque<Entry<T>>,
    /// The sequence number of the front entry; entries are numbered without holes.
    first: u64,
    /// How many entries at the front were taken for writing.
    taken: usize,
    commands: usize,
    /// Bytes of withdrawn entries that are still in the buffer.
    withdrawn: usize,
}

/// Withdrawn bytes are removed when the buffer is to be written, or earlier: when they are half of this or more, and
/// half of the buffer. So a buffer that waits for a connection stays in proportion to what is still wanted.
const REMOVE_AT: usize = 64 * 1024;

/// The number of an entry, valid until its last reply has come or it is withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sequence(u64);

/// One reply has come, and this is the entry that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered<T> {
    /// Who waits for it, or `None` if nobody does any more.
    pub token: Option<T>,
    /// Whether it completes the entry.
    pub is_last: bool,
}

/// An entry whose connection was lost before all of its replies had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost<T> {
    /// Who waits for it.
    pub token: T,
    /// How many of its bytes had been written: a command all of whose bytes were written may have run.
    pub written: usize,
}

#[derive(Debug)]
struct Entry<T> {
    token: Option<T>,
    /// Replies that are still to come.
    replies: usize,
    length: usize,
}

impl<T: Copy> Outbound<T> {
    /// Nothing queued, nothing expected.
    pub fn new() -> Self {
        Self {
            buffer: BytesMut::new(),
            entries: VecDeque::new(),
            first: 0,
            taken: 0,
            commands: 0,
            withdrawn: 0,
        }
    }

    /// Encodes commands as one entry at the end of the queue.
    pub fn queue<'a>(&mut self, commands: impl IntoIterator<Item = &'a RawCommand>, token: T) -> Sequence {
        let before = self.buffer.len();
        let mut replies = 0_usize;
        for command in commands {
            command.write_to(&mut self.buffer);
            replies = replies.saturating_add(1);
        }
        let length = self.buffer.len().saturating_sub(before);
        let sequence = Sequence(self.first.saturating_add(self.entries.len() as u64));
        self.commands = self.commands.saturating_add(replies);
        self.entries.push_back(Entry { token: Some(token), replies, length });
        sequence
    }

    /// Moves everything that is queued into `wire`, which must be empty: from then on it may reach the server.
    /// The buffers change places, so that callers go on queueing while the old one is written.
    pub fn take(&mut self, wire: &mut BytesMut) {
        self.remove_withdrawn_bytes();
        debug_assert!(wire.is_empty(), "what was taken before must be written first");
        std::mem::swap(&mut self.buffer, wire);
        self.taken = self.entries.len();
    }

    /// Assigns one reply that has come. `None` means that the server answered what nobody asked.
    pub fn answered(&mut self) -> Option<Answered<T>> {
        self.drop_withdrawn_front();
        if self.taken == 0 {
            return None;
        }
        let entry = self.entries.front_mut()?;
        entry.replies = entry.replies.saturating_sub(1);
        let answered = Answered { token: entry.token, is_last: entry.replies == 0 };
        self.commands = self.commands.saturating_sub(1);
        if answered.is_last {
            self.pop_front();
        }
        Some(answered)
    }

    /// Forgets who waits for an entry. If none of its bytes was taken for writing, the entry is withdrawn:
    /// it will never be sent, and `true` says so. Otherwise its replies are drained when they come.
    pub fn withdraw(&mut self, sequence: Sequence) -> bool {
        let Some(index) = self.index(sequence) else { return false };
        let is_unsent = index >= self.taken;
        let Some(entry) = self.entries.get_mut(index) else { return false };
        entry.token = None;
        if is_unsent {
            self.commands = self.commands.saturating_sub(entry.replies);
            entry.replies = 0;
            self.withdrawn = self.withdrawn.saturating_add(entry.length);
            if self.withdrawn == self.buffer.len() || self.withdrawn >= self.buffer.len().max(REMOVE_AT) / 2 {
                self.remove_withdrawn_bytes();
            }
        }
        is_unsent
    }

    /// Forgets who waits for an entry, which is sent all the same: its replies are drained when they come.
    pub fn forget(&mut self, sequence: Sequence) {
        if let Some(entry) = self.index(sequence).and_then(|index| self.entries.get_mut(index)) {
            entry.token = None;
        }
    }

    /// The connection is lost. Gives every entry that was taken for writing and that somebody still waits for, oldest
    /// first. What was not taken stays queued, for the next connection.
    /// `unwritten` is how many of the bytes that were taken had not been written.
    pub fn lose(&mut self, unwritten: usize) -> Vec<Lost<T>> {
        let queued = self.entries.split_off(self.taken.min(self.entries.len()));
        let sent = std::mem::replace(&mut self.entries, queued);
        self.first = self.first.saturating_add(sent.len() as u64);
        self.taken = 0;
        let mut unwritten = unwritten;
        let mut lost: Vec<Lost<T>> = Vec::with_capacity(sent.len());
        for entry in sent.into_iter().rev() {
            let missing = entry.length.min(unwritten);
            unwritten = unwritten.saturating_sub(missing);
            self.commands = self.commands.saturating_sub(entry.replies);
            if let Some(token) = entry.token {
                lost.push(Lost { token, written: entry.length.saturating_sub(missing) });
            }
        }
        lost.reverse();
        lost
    }

    /// As [`lose`](Self::lose), and there will be no other connection: what was not taken is lost as well.
    pub fn lose_all(&mut self, unwritten: usize) -> Vec<Lost<T>> {
        let mut lost = self.lose(unwritten);
        self.first = self.first.saturating_add(self.entries.len() as u64);
        lost.extend(
            self.entries.drain(..).filter_map(|entry| Some(Lost { token: entry.token?, written: 0 })),
        );
        self.buffer = BytesMut::new();
        self.commands = 0;
        self.withdrawn = 0;
        lost
    }

    /// Gives back memory that an earlier burst made the queue hold; what is queued stays.
    pub fn shrink(&mut self) {
        if self.buffer.is_empty() {
            self.buffer = BytesMut::new();
        }
        self.entries.shrink_to_fit();
    }

    /// Whether there is something to write.
    pub fn has_unsent(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Bytes queued and not yet taken for writing.
    pub fn queued_bytes(&self) -> usize {
        self.buffer.len()
    }

    /// Commands whose replies have not come, those not yet written included.
    pub const fn commands(&self) -> usize {
        self.commands
    }

    /// Whether some command was taken for writing and has no reply yet.
    pub const fn awaits_replies(&self) -> bool {
        self.taken > 0
    }

    fn index(&self, sequence: Sequence) -> Option<usize> {
        usize::try_from(sequence.0.checked_sub(self.first)?).ok()
    }

    fn pop_front(&mut self) {
        if self.entries.pop_front().is_some() {
            self.first = self.first.saturating_add(1);
            self.taken = self.taken.saturating_sub(1);
        }
    }

    /// Withdrawn entries have no reply to wait for. Their bytes are removed first.
    fn drop_withdrawn_front(&mut self) {
        let is_gone = |entry: &Entry<T>| entry.replies == 0 && entry.token.is_none() && entry.length == 0;
        while self.entries.front().is_some_and(is_gone) {
            self.pop_front();
        }
    }

    fn remove_withdrawn_bytes(&mut self) {
        if self.withdrawn == 0 {
            return;
        }
        let mut kept = BytesMut::with_capacity(self.buffer.len().saturating_sub(self.withdrawn));
        for entry in self.entries.range_mut(self.taken..) {
            let bytes = self.buffer.split_to(entry.length.min(self.buffer.len()));
            if entry.replies == 0 {
                entry.length = 0;
            } else {
                kept.extend_from_slice(&bytes);
            }
        }
        self.buffer = kept;
        self.withdrawn = 0;
        self.drop_withdrawn_front();
    }
}

impl<T: Copy> Default for Outbound<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CommandMeta;

    const PING: CommandMeta = CommandMeta::read("PING");
    const WIRE: usize = 14;

    fn ping() -> RawCommand {
        RawCommand::new(&PING)
    }

    fn take(outbound: &mut Outbound<u32>) -> usize {
        let mut wire = BytesMut::new();
        outbound.take(&mut wire);
        wire.len()
    }

    #[test]
    fn replies_are_assigned_in_the_order_of_the_commands() {
        let mut outbound = Outbound::new();
        outbound.queue([&ping()], 1);
        outbound.queue([&ping(), &ping()], 2);
        assert_eq!(take(&mut outbound), 3 * WIRE);
        let mut got = Vec::new();
        while let Some(answered) = outbound.answered() {
            got.push((answered.token, answered.is_last));
        }
        assert_eq!(got, [(Some(1), true), (Some(2), false), (Some(2), true)]);
        assert_eq!(outbound.commands(), 0);
    }

    #[test]
    fn a_reply_to_a_command_that_was_not_written_is_nobodys() {
        let mut outbound = Outbound::new();
        assert_eq!(outbound.answered(), None);
        outbound.queue([&ping()], 1);
        assert_eq!(outbound.answered(), None);
    }

    #[test]
    fn an_abandoned_command_keeps_its_place() {
        let mut outbound = Outbound::new();
        let first = outbound.queue([&ping()], 1);
        outbound.queue([&ping()], 2);
        take(&mut outbound);
        assert!(!outbound.withdraw(first));
        assert_eq!(outbound.answered().map(|a| a.token), Some(None));
        assert_eq!(outbound.answered().map(|a| a.token), Some(Some(2)));
    }

    #[test]
    fn a_command_withdrawn_before_writing_is_never_sent() {
        let mut outbound = Outbound::new();
        outbound.queue([&ping()], 1);
        let second = outbound.queue([&ping()], 2);
        let third = outbound.queue([&ping()], 3);
        assert!(outbound.withdraw(second));
        assert_eq!(outbound.commands(), 2);
        assert_eq!(take(&mut outbound), 2 * WIRE);
        assert!(!outbound.withdraw(third));
        assert_eq!(outbound.answered().map(|a| a.token), Some(Some(1)));
        assert_eq!(outbound.answered().map(|a| a.token), Some(None));
        assert_eq!(outbound.answered(), None);
        assert!(!outbound.awaits_replies());
    }

    #[test]
    fn a_lost_connection_tells_what_was_written() {
        let mut outbound = Outbound::new();
        outbound.queue([&ping()], 1);
        outbound.queue([&ping(), &ping()], 2);
        outbound.queue([&ping()], 3);
        take(&mut outbound);
        outbound.queue([&ping()], 4);
        let lost = outbound.lose(WIRE + 4);
        let written: Vec<_> = lost.iter().map(|l| (l.token, l.written)).collect();
        assert_eq!(written, [(1, WIRE), (2, 2 * WIRE - 4), (3, 0)]);
        assert!(outbound.has_unsent() && !outbound.awaits_replies());
        assert_eq!((outbound.commands(), take(&mut outbound)), (1, WIRE));
        assert_eq!(outbound.answered().map(|a| a.token), Some(Some(4)));
    }

    #[test]
    fn a_connection_lost_for_good_loses_what_is_queued_as_well() {
        let mut outbound = Outbound::new();
        outbound.queue([&ping()], 1);
        take(&mut outbound);
        outbound.queue([&ping()], 2);
        let written: Vec<_> = outbound.lose_all(0).iter().map(|l| (l.token, l.written)).collect();
        assert_eq!(written, [(1, WIRE), (2, 0)]);
        assert_eq!((outbound.commands(), outbound.has_unsent()), (0, false));
        assert!(!outbound.awaits_replies());
    }

    #[test]
    fn what_is_withdrawn_while_others_wait_does_not_pile_up() {
        let mut outbound = Outbound::new();
        outbound.queue([&ping()], 0);
        for n in 1..20_000_u32 {
            let sequence = outbound.queue([&ping()], n);
            assert!(outbound.withdraw(sequence));
            assert!(outbound.queued_bytes() <= REMOVE_AT);
        }
        assert_eq!(take(&mut outbound), WIRE);
    }
}
