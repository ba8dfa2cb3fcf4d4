//! CLIENT PAUSE: for a time, commands of clients wait.

use super::Engine;
use super::client::{ConnectionId, Wait};
use super::clock::Millis;
use super::command::{CommandSpec, Flag};

/// Commands without the flag `write` that may change what replicas hold.
const MAY_REPLICATE: [&str; 5] = ["eval", "evalsha", "fcall", "publish", "spublish"];

#[derive(Debug, Clone, Copy)]
pub(super) struct Pause {
    until: Millis,
    scope: PauseScope,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PauseScope {
    All,
    Writes,
}

impl Engine {
    /// A pause that is longer, or concerns more, goes on as it is.
    pub(crate) fn pause(&mut self, until: Millis, scope: PauseScope) {
        let current = self.pause.filter(|pause| pause.until > self.now);
        let concerns_all = current.is_some_and(|pause| pause.scope == PauseScope::All);
        let until = current.map_or(until, |pause| pause.until.max(until));
        let scope = if concerns_all { PauseScope::All } else { scope };
        self.pause = Some(Pause { until, scope });
    }

    pub(crate) fn unpause(&mut self) {
        self.pause = None;
        let waits = |client: &&super::client::Client| matches!(client.wait, Some(Wait::Paused { .. }));
        let ids: Vec<ConnectionId> = self.clients().filter(waits).map(|client| client.id).collect();
        for id in ids {
            self.end_wait(id);
        }
    }

    /// Until when this command of this client has to wait.
    pub(super) fn paused_until(&self, id: ConnectionId, spec: &CommandSpec) -> Option<Millis> {
        let pause = self.pause.filter(|pause| pause.until > self.now)?;
        let queued = self.client(id)?.transaction.iter().flat_map(|transaction| &transaction.queued);
        let writes = may_write(spec)
            || (spec.name == "exec" && queued.into_iter().any(|(queued, _)| may_write(queued)));
        (writes || pause.scope == PauseScope::All).then_some(pause.until)
    }
}

fn may_write(spec: &CommandSpec) -> bool {
    spec.has(Flag::Write) || spec.has(Flag::MayReplicate) || MAY_REPLICATE.contains(&spec.name)
}
