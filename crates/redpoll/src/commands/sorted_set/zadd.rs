use redpoll_protocol::{CommandMeta, RetryClass};

use crate::client::Command;

const ZADD_CHECKED: CommandMeta = CommandMeta::write("ZADD", RetryClass::Checked);
const ZADD_INCR: CommandMeta = CommandMeta::write("ZADD", RetryClass::Accumulating);

/// The options of [`zadd`](super::SortedSetCommands::zadd). `EXISTENCE` and `COMPARISON` tell which of the
/// conditions are already said: [`nx`](Command::nx) excludes all others, [`gt`](Command::gt) excludes
/// [`lt`](Command::lt).
///
/// ```compile_fail
/// use redpoll::{Client, prelude::*};
/// fn both(client: &Client) {
///     let _ = client.zadd("board", (1.0, "ada")).nx().gt();
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ZAdd<const EXISTENCE: bool = false, const COMPARISON: bool = false>;

impl<E, T> Command<E, ZAdd<false, false>, T> {
    /// Only adds members that are new; scores of others stay as they are. Since Redis 3.0.2.
    pub fn nx(self) -> Command<E, ZAdd<true, true>, T> {
        self.condition(b"NX").cast()
    }
}

impl<E, T, const COMPARISON: bool> Command<E, ZAdd<false, COMPARISON>, T> {
    /// Only updates members that are there; none is added. Since Redis 3.0.2.
    pub fn xx(self) -> Command<E, ZAdd<true, COMPARISON>, T> {
        self.condition(b"XX").cast()
    }
}

impl<E, T, const EXISTENCE: bool> Command<E, ZAdd<EXISTENCE, false>, T> {
    /// Only updates a member if its new score is greater; new ones are added. Since Redis 6.2.
    pub fn gt(self) -> Command<E, ZAdd<EXISTENCE, true>, T> {
        self.condition(b"GT").cast()
    }

    /// Only updates a member if its new score is less; new ones are added. Since Redis 6.2.
    pub fn lt(self) -> Command<E, ZAdd<EXISTENCE, true>, T> {
        self.condition(b"LT").cast()
    }
}

impl<E, const EXISTENCE: bool, const COMPARISON: bool> Command<E, ZAdd<EXISTENCE, COMPARISON>, u64> {
    /// Replies how many members were added or given another score. Since Redis 3.0.2.
    pub fn ch(self) -> Self {
        self.first_option(b"CH")
    }

    /// Adds to the score instead of setting it, as `ZINCRBY` does; takes exactly one member.
    /// The reply is its new score, `None` if a condition did not hold. Since Redis 3.0.2.
    pub fn incr(self) -> Command<E, ZAdd<EXISTENCE, COMPARISON>, Option<f64>> {
        self.first_option(b"INCR").with_meta(&ZADD_INCR).cast()
    }
}

impl<E, T, const EXISTENCE: bool, const COMPARISON: bool> Command<E, ZAdd<EXISTENCE, COMPARISON>, T> {
    fn condition(self, option: &'static [u8]) -> Self {
        let command = self.first_option(option);
        let increments = matches!(command.raw().meta().retry(), RetryClass::Accumulating);
        if increments { command } else { command.with_meta(&ZADD_CHECKED) }
    }

    /// Options go between the key and the members.
    fn first_option(self, option: &'static [u8]) -> Self {
        self.rearrange(1, |args| args.insert(1, option))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::wire::{keys, wire};
    use super::super::SortedSetCommands;
    use super::*;
    use crate::client::Queued;

    const Q: Queued = Queued::new();

    #[test]
    fn options_go_between_the_key_and_the_members() {
        assert_eq!(wire(Q.zadd("k", (1.5, "m")).nx()), "ZADD k NX 1.5 m");
        assert_eq!(wire(Q.zadd("k", [(1, "m"), (2, "n")]).xx()), "ZADD k XX 1 m 2 n");
        assert_eq!(wire(Q.zadd("k", (1.0, "m")).gt()), "ZADD k GT 1 m");
        assert_eq!(wire(Q.zadd("k", (1.0, "m")).lt().ch()), "ZADD k CH LT 1 m");
        assert_eq!(wire(Q.zadd("k", (1.0, "m")).xx().gt().ch()), "ZADD k CH GT XX 1 m");
        assert_eq!(wire(Q.zadd("k", (1.0, "m")).gt().xx()), "ZADD k XX GT 1 m");
        assert_eq!(wire(Q.zadd("k", (1.0, "m")).incr().nx()), "ZADD k NX INCR 1 m");
        assert_eq!(keys(Q.zadd("k", (1.0, "m")).xx().gt().ch()), "k");
    }

    #[test]
    fn options_decide_whether_it_may_be_sent_again() {
        let of = |meta: &CommandMeta| meta.retry();
        assert_eq!(of(Q.zadd("k", (1, "m")).ch().raw().meta()), RetryClass::Idempotent);
        assert_eq!(of(Q.zadd("k", (1, "m")).nx().raw().meta()), RetryClass::Checked);
        assert_eq!(of(Q.zadd("k", (1, "m")).nx().incr().raw().meta()), RetryClass::Accumulating);
        assert_eq!(of(Q.zadd("k", (1, "m")).incr().xx().raw().meta()), RetryClass::Accumulating);
    }
}
