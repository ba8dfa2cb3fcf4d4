use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep};

/// The one timer of a driver. It only ever moves to an earlier time, and when it fires its owner looks again:
/// so a busy connection, whose deadlines move on with every command, sets it about once a second.
#[derive(Debug, Default)]
pub(super) struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
    at: Option<Instant>,
}

impl Timer {
    /// Makes sure that the timer fires at `when` or before.
    pub(super) fn arm(&mut self, when: Instant) {
        if self.at.is_some_and(|at| at <= when) {
            return;
        }
        self.at = Some(when);
        match &mut self.sleep {
            Some(sleep) => sleep.as_mut().reset(when),
            None => self.sleep = Some(Box::pin(tokio::time::sleep_until(when))),
        }
    }

    /// Ready once when the armed time has come; registers to be woken otherwise.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (Some(_), Some(sleep)) = (self.at, &mut self.sleep) else { return Poll::Pending };
        if sleep.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.at = None;
        Poll::Ready(())
    }
}
