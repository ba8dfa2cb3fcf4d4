//! Whether a client's user may do what the client asks for.

use bytes::Bytes;

use super::Engine;
use super::client::ConnectionId;
use super::command::CommandSpec;
use super::commands;
use super::error::CommandError;
use super::user::{Denial, Denied, Place, Refusal};

impl Engine {
    /// Whether the client's user may run this command. A refusal is logged, and told in a few words.
    pub(super) fn authorize(
        &mut self,
        id: ConnectionId,
        spec: &'static CommandSpec,
        argv: &[Bytes],
    ) -> Result<(), String> {
        let Some((name, Err(denial))) = self.permission(id, spec, argv) else { return Ok(()) };
        let user = name.to_owned();
        let denied = Denied { denial, user: &user, spec, argv };
        let refusal = match denial {
            Denial::Command => Refusal::Command,
            Denial::Key(_) => Refusal::Key,
            Denial::Channel(_) => Refusal::Channel,
        };
        self.log_refusal(id, refusal, denied.object(), user.clone());
        Err(denied.reason())
    }

    /// Whether the client's user may run this command, without a trace.
    pub(super) fn is_permitted(&self, id: ConnectionId, spec: &'static CommandSpec, argv: &[Bytes]) -> bool {
        self.permission(id, spec, argv).is_none_or(|(_, permission)| permission.is_ok())
    }

    /// A password was wrong.
    pub(crate) fn authentication_failed(&mut self, id: ConnectionId, argv: &[Bytes], user: &[u8]) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let object = argv.first().map(|command| text(command)).unwrap_or_default();
        self.log_refusal(id, Refusal::Auth, object, text(user));
    }

    /// Closes the connections of a user that is gone.
    pub(crate) fn kill_user(&mut self, user: &str) {
        let ids: Vec<ConnectionId> = self
            .clients()
            .filter(|client| client.user.as_deref() == Some(user))
            .map(|client| client.id)
            .collect();
        ids.iter().for_each(|id| self.kill(*id));
    }

    /// Closes the connections of a user that are subscribed to what the user may no longer hear.
    pub(crate) fn kill_forbidden_subscribers(&mut self, name: &str) {
        let Some(user) = self.users.get(name) else { return };
        let is_forbidden = |client: &&super::client::Client| {
            let channels = client.channels.iter().chain(&client.shard_channels);
            client.user.as_deref() == Some(name)
                && (channels.into_iter().any(|channel| !user.may_subscribe(channel, false))
                    || client.patterns.iter().any(|pattern| !user.may_subscribe(pattern, true)))
        };
        let ids: Vec<ConnectionId> = self.clients().filter(is_forbidden).map(|client| client.id).collect();
        ids.iter().for_each(|id| self.kill(*id));
    }

    /// The client's user, and what its permissions say; `None` without a user, or one that is gone.
    fn permission(
        &self,
        id: ConnectionId,
        spec: &'static CommandSpec,
        argv: &[Bytes],
    ) -> Option<(&str, Result<(), Denial>)> {
        let name = self.client(id)?.user.as_deref()?;
        let user = self.users.get(name)?;
        Some((name, user.check(spec, argv)))
    }

    fn log_refusal(&mut self, id: ConnectionId, refusal: Refusal, object: String, user: String) {
        let Some(client) = self.client(id) else { return };
        let place = if self.script_resp().is_some() {
            Place::Lua
        } else if client.transaction.is_some() {
            Place::Multi
        } else {
            Place::TopLevel
        };
        let description = commands::describe_client(self, client);
        let now = self.now();
        self.access_log.record(refusal, place, object, user, description, now);
    }
}

/// The error reply to a client without permission.
pub(super) fn no_permission(reason: &str) -> CommandError {
    CommandError::from_text(format!("NOPERM {reason}"))
}
