use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::connection::Due;
use crate::error::Error;

/// Until when a call may take, waiting for a connection and every attempt included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    at: Option<Instant>,
    after: Duration,
}

impl Deadline {
    pub(crate) fn after(timeout: Duration) -> Self {
        Self { at: Instant::now().checked_add(timeout), after: timeout }
    }

    /// For commands that wait on the server without a limit.
    pub(crate) const fn never() -> Self {
        Self { at: None, after: Duration::MAX }
    }

    /// A deadline that was set when the command was queued. Without a timeout there is none.
    pub(crate) fn set(at: Option<Instant>, timeout: Option<Duration>) -> Self {
        Self { at, after: timeout.unwrap_or(Duration::MAX) }
    }

    pub(crate) fn due(&self) -> Due {
        self.at.map_or(Due::Never, Due::At)
    }

    pub(crate) fn is_before(&self, when: Instant) -> bool {
        self.at.is_some_and(|at| at < when)
    }

    /// The error of a call whose deadline has passed.
    pub(crate) fn error(&self) -> Error {
        Error::timeout(self.after)
    }

    /// Bounds something that touches no command.
    pub(crate) async fn bound<T>(&self, future: impl Future<Output = T>) -> Result<T, Error> {
        match self.at {
            None => Ok(future.await),
            Some(at) => timeout_at(at, pin!(future)).await.map_err(|_| self.error()),
        }
    }
}
