use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use redpoll_protocol::{CommandMeta, RetryClass, ServerError};

use crate::config::Config;

/// How an attempt failed, as far as trying again is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The command was never written whole: it cannot have run.
    NotSent,
    /// It was written, and the connection was lost before the reply.
    ReplyLost,
    /// The server refused it in a way that passes and that proves that it did not run.
    RefusedForNow,
    /// The server answered with any other error.
    Failed,
}

impl Fault {
    pub(crate) fn of_reply(error: &ServerError) -> Self {
        match error.prefix() {
            Some("LOADING" | "MASTERDOWN" | "TRYAGAIN" | "CLUSTERDOWN" | "NOREPLICAS" | "BUSY") => {
                Self::RefusedForNow
            }
            _ => Self::Failed,
        }
    }
}

/// What the user allows when a reply was lost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetryPolicy {
    pub(crate) max_retries: u32,
    pub(crate) retry_idempotent_writes: bool,
}

impl RetryPolicy {
    pub(crate) fn of(config: &Config) -> Self {
        Self { max_retries: config.max_retries, retry_idempotent_writes: config.retry_idempotent_writes }
    }

    /// Whether sending again after this fault is a repeat, which `max_retries` and the budget bound. What never left, or
    /// was turned away, is not: only its deadline bounds it, so that a server that loads its data is waited for.
    pub(crate) const fn is_repeat(fault: Fault) -> bool {
        matches!(fault, Fault::ReplyLost)
    }

    /// Whether a command may be sent again after this fault: the one rule that keeps writes from being applied twice.
    pub(crate) const fn allows(&self, meta: &CommandMeta, fault: Fault) -> bool {
        match fault {
            Fault::NotSent | Fault::RefusedForNow => true,
            Fault::Failed => false,
            Fault::ReplyLost => match meta.retry() {
                RetryClass::ReadOnly => true,
                RetryClass::Idempotent | RetryClass::Checked => self.retry_idempotent_writes,
                RetryClass::Accumulating => false,
            },
        }
    }
}

/// Bounds retries to a share of all commands, over the whole client: retries must not double an overload.
///
/// Kept in thousandths of a retry. Every command that succeeds pays a little in; every retry takes one out.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    balance: AtomicI64,
    per_command: i64,
}

impl RetryBudget {
    const RETRY: i64 = 1000;
    /// A client that has sent little yet may still retry this often.
    const RESERVE: i64 = 100 * Self::RETRY;

    pub(crate) fn new(share: f64) -> Self {
        let per_command = (share.clamp(0.0, 1.0) * Self::RETRY as f64) as i64;
        Self { balance: AtomicI64::new(Self::RESERVE), per_command }
    }

    pub(crate) fn deposit(&self) {
        // Full most of the time: then nothing is written, and no cache line moves between cores.
        if self.balance.load(Ordering::Relaxed) < Self::RESERVE {
            self.balance.fetch_add(self.per_command, Ordering::Relaxed);
        }
    }

    pub(crate) fn withdraw(&self) -> bool {
        self.balance
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |balance| {
                balance.checked_sub(Self::RETRY).filter(|rest| *rest >= 0)
            })
            .is_ok()
    }
}

/// The first delay before a retry, and the longest.
pub(crate) const RETRY_DELAY: (Duration, Duration) = (Duration::from_millis(8), Duration::from_millis(512));

#[cfg(test)]
mod tests {
    use super::*;

    const CLASSES: [RetryClass; 4] =
        [RetryClass::ReadOnly, RetryClass::Idempotent, RetryClass::Checked, RetryClass::Accumulating];

    fn allowed(retry_idempotent_writes: bool, fault: Fault) -> [bool; 4] {
        let policy = RetryPolicy { max_retries: 3, retry_idempotent_writes };
        CLASSES.map(|class| policy.allows(&CommandMeta::write("X", class), fault))
    }

    #[test]
    fn what_did_not_run_may_always_be_sent_again() {
        assert_eq!(allowed(false, Fault::NotSent), [true; 4]);
        assert_eq!(allowed(false, Fault::RefusedForNow), [true; 4]);
    }

    #[test]
    fn what_may_have_run_is_sent_again_only_if_it_reads_or_the_user_opted_in() {
        assert_eq!(allowed(false, Fault::ReplyLost), [true, false, false, false]);
        assert_eq!(allowed(true, Fault::ReplyLost), [true, true, true, false]);
    }

    #[test]
    fn only_what_may_have_run_counts_as_a_repeat() {
        assert!(RetryPolicy::is_repeat(Fault::ReplyLost));
        assert!(!RetryPolicy::is_repeat(Fault::NotSent) && !RetryPolicy::is_repeat(Fault::RefusedForNow));
    }

    #[test]
    fn an_error_reply_is_final() {
        assert_eq!(allowed(true, Fault::Failed), [false; 4]);
        assert_eq!(Fault::of_reply(&ServerError::new("WRONGTYPE x")), Fault::Failed);
        assert_eq!(Fault::of_reply(&ServerError::new("LOADING x")), Fault::RefusedForNow);
    }

    #[test]
    fn retries_are_a_share_of_the_commands() {
        let budget = RetryBudget::new(0.2);
        assert_eq!((0..1000).filter(|_| budget.withdraw()).count(), 100, "the reserve");
        (0..50).for_each(|_| budget.deposit());
        assert_eq!((0..1000).filter(|_| budget.withdraw()).count(), 10, "a fifth of what succeeded");
    }
}
