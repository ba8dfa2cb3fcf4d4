//! From a command as it came to the handler that executes it, and back with the reply.

use bytes::Bytes;

use super::Engine;
use super::access::no_permission;
use super::client::{ConnectionId, Wait};
use super::clock::Millis;
use super::command::{CommandSpec, Flag, Handler, Outcome};
use super::commands::{self, is_word};
use super::context::Context;
use super::error::CommandError;
use super::faults::Interference;
use super::reply::Reply;

/// The commands that a transaction does not queue.
const NOT_QUEUED: [&str; 6] = ["exec", "discard", "multi", "watch", "quit", "reset"];
/// The commands a RESP2 connection with subscriptions may send.
const SUBSCRIBER_MODE: [&str; 9] = [
    "ping",
    "subscribe",
    "ssubscribe",
    "sunsubscribe",
    "psubscribe",
    "unsubscribe",
    "punsubscribe",
    "quit",
    "reset",
];

impl Engine {
    /// A command arrives: fault rules first.
    pub(super) fn process(&mut self, id: ConnectionId, argv: Vec<Bytes>) {
        match self.interfere(id, &argv) {
            None => self.execute(id, argv),
            Some(Interference::Delay(delay)) => {
                let until = self.after(delay);
                self.set_wait(id, Wait::Delayed { argv, until });
            }
            Some(Interference::Close) => {
                if let Some(client) = self.client_mut(id) {
                    client.closing = true;
                }
                self.wake(id);
            }
            Some(Interference::CutReply(length)) => {
                if let Some(client) = self.client_mut(id) {
                    client.cut_next_reply(length);
                }
                self.execute(id, argv);
            }
            Some(Interference::Error(error)) => self.answer(id, &Reply::Error(error)),
        }
    }

    /// Executes a command and writes its reply, or makes the client wait.
    pub(super) fn execute(&mut self, id: ConnectionId, argv: Vec<Bytes>) {
        let Some(client) = self.client_mut(id) else { return };
        client.begin_command();
        let checked = commands::resolve(&argv).and_then(|spec| self.check(id, spec, &argv).map(|()| spec));
        if let Ok(spec) = checked
            && let Some(until) = self.paused_until(id, spec)
        {
            return self.postpone(id, argv, until);
        }
        self.record(id, &argv);
        let spec = match checked {
            Ok(spec) => spec,
            Err(error) => {
                let error = self.reject(id, &argv, error);
                return self.answer(id, &Reply::Error(error));
            }
        };
        let outcome = self.dispatch(id, spec, &argv);
        self.stats.commands += 1;
        if let Some(client) = self.client_mut(id) {
            client.commands += 1;
        }
        match outcome {
            Outcome::Reply(reply) => self.answer(id, &reply),
            Outcome::Block(block) => self.block(id, argv, spec, block),
        }
    }

    /// Runs a command on behalf of a client that does not wait and gets no output: scripts and the direct API.
    pub(crate) fn call_directly(&mut self, id: ConnectionId, argv: &[Bytes]) -> Reply {
        let spec = match commands::resolve(argv) {
            Ok(spec) => spec,
            Err(error) => return Reply::Error(error),
        };
        match self.call(id, spec, argv, false) {
            Outcome::Reply(reply) => reply,
            Outcome::Block(block) => block.on_timeout,
        }
    }

    /// Executes a command without any check, and shows it to those who monitor.
    pub(super) fn call(
        &mut self,
        id: ConnectionId,
        spec: &'static CommandSpec,
        argv: &[Bytes],
        may_block: bool,
    ) -> Outcome {
        // A script's commands are shown after it, those of a transaction before its EXEC.
        let runs_script = spec.has(Flag::SkipMonitor);
        if runs_script {
            self.feed_monitors(id, spec, argv);
        }
        let outcome = self.run(id, spec, argv, may_block);
        if !runs_script {
            self.feed_monitors(id, spec, argv);
        }
        outcome
    }

    /// Executes a command. When it must not wait, a blocking command behaves as if its time were up.
    pub(super) fn run(
        &mut self,
        id: ConnectionId,
        spec: &'static CommandSpec,
        argv: &[Bytes],
        may_block: bool,
    ) -> Outcome {
        if !self.has_client(id) {
            return Outcome::Reply(Reply::NOTHING);
        }
        let mut context = Context::new(self, id, spec, may_block);
        let outcome = match spec.handler {
            Handler::Reply(handler) => handler(&mut context, argv).map(Outcome::Reply),
            Handler::Blocking(handler) => handler(&mut context, argv),
            Handler::Subcommands => Err(CommandError::wrong_arity(spec.name)),
        };
        context.finish();
        match outcome {
            Ok(Outcome::Block(block)) if !may_block => Outcome::Reply(block.on_timeout),
            Ok(outcome) => outcome,
            Err(error) => Outcome::Reply(Reply::Error(error)),
        }
    }

    pub(super) fn answer(&mut self, id: ConnectionId, reply: &Reply) {
        let Some(client) = self.client_mut(id) else { return };
        client.reply(reply);
        client.end_of_reply();
        client.end_of_command();
        self.wake(id);
    }

    /// Executes a command that may run now, or queues it.
    fn dispatch(&mut self, id: ConnectionId, spec: &'static CommandSpec, argv: &[Bytes]) -> Outcome {
        let Some(client) = self.client_mut(id) else { return Outcome::Reply(Reply::NOTHING) };
        client.last_command = spec.name;
        if let Some(transaction) = &mut client.transaction
            && !NOT_QUEUED.contains(&spec.name)
        {
            transaction.queued.push((spec, argv.to_vec()));
            return Outcome::Reply(Reply::SimpleString("QUEUED"));
        }
        self.call(id, spec, argv, true)
    }

    fn record(&mut self, id: ConnectionId, argv: &[Bytes]) {
        let now = self.now();
        let Some(client) = self.client_mut(id) else { return };
        client.last_command_at = now;
        let db = client.db;
        self.log.record(id, db, argv);
    }

    /// Holds a command back until a pause ends.
    fn postpone(&mut self, id: ConnectionId, argv: Vec<Bytes>, until: Millis) {
        if let Some(client) = self.client_mut(id) {
            client.end_of_command();
            client.postponed = Some(argv);
        }
        self.set_wait(id, Wait::Paused { until });
    }

    /// A command that cannot run breaks the transaction it stands in; if it is EXEC, it ends it.
    fn reject(&mut self, id: ConnectionId, argv: &[Bytes], error: CommandError) -> CommandError {
        let is_exec = argv.first().is_some_and(|name| is_word(name, "exec"));
        let Some(client) = self.client_mut(id) else { return error };
        if is_exec {
            client.transaction = None;
            self.unwatch(id);
            return CommandError::exec_aborted(&error);
        }
        if let Some(transaction) = &mut client.transaction {
            transaction.aborted = true;
        }
        error
    }

    /// Whether this client may send this command now.
    fn check(
        &mut self,
        id: ConnectionId,
        spec: &'static CommandSpec,
        argv: &[Bytes],
    ) -> Result<(), CommandError> {
        let Some(client) = self.client(id) else { return Ok(()) };
        if client.user.is_none() && !spec.has(Flag::NoAuth) {
            return Err(CommandError::NOAUTH);
        }
        if client.transaction.is_some() && spec.has(Flag::NoMulti) {
            return Err(CommandError::NOT_ALLOWED_IN_TRANSACTION);
        }
        self.authorize(id, spec, argv).map_err(|reason| no_permission(&reason))?;
        let Some(client) = self.client(id) else { return Ok(()) };
        if client.is_in_subscriber_mode() && !SUBSCRIBER_MODE.contains(&spec.name) {
            return Err(CommandError::not_in_subscriber_mode(spec.name));
        }
        Ok(())
    }

    fn has_client(&self, id: ConnectionId) -> bool {
        self.client(id).is_some()
    }
}
