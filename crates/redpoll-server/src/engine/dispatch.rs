//! From a command as it came to the handler that executes it, and back with the reply.

use bytes::Bytes;

use super::Engine;
use super::client::{ConnectionId, Wait};
use super::command::{CommandSpec, Flag, Handler, Outcome};
use super::commands;
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
        let now = self.now();
        let Some(client) = self.client_mut(id) else { return };
        client.last_command_at = now;
        client.commands += 1;
        client.begin_command();
        let db = client.db;
        self.log.record(id, db, &argv);
        self.stats.commands += 1;
        match self.dispatch(id, &argv) {
            (_, Outcome::Reply(reply)) => self.answer(id, &reply),
            (Some(spec), Outcome::Block(block)) => self.block(id, argv, spec, block),
            (None, Outcome::Block(block)) => self.answer(id, &block.on_timeout),
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

    /// Executes a command without any check. When it must not wait, a blocking command behaves as if its time
    /// were up.
    pub(super) fn call(
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

    fn dispatch(&mut self, id: ConnectionId, argv: &[Bytes]) -> (Option<&'static CommandSpec>, Outcome) {
        let checked = commands::resolve(argv).and_then(|spec| self.check(id, spec).map(|()| spec));
        let Some(client) = self.client_mut(id) else { return (None, Outcome::Reply(Reply::NOTHING)) };
        let spec = match checked {
            Ok(spec) => spec,
            Err(error) => {
                if argv.first().is_some_and(|name| commands::is_word(name, "exec")) {
                    return (None, Outcome::Reply(Reply::Error(self.refuse_exec(id, &error))));
                }
                if let Some(transaction) = &mut client.transaction {
                    transaction.aborted = true;
                }
                return (None, Outcome::Reply(Reply::Error(error)));
            }
        };
        client.last_command = spec.name;
        if let Some(transaction) = &mut client.transaction
            && !NOT_QUEUED.contains(&spec.name)
        {
            transaction.queued.push((spec, argv.to_vec()));
            return (Some(spec), Outcome::Reply(Reply::SimpleString("QUEUED")));
        }
        (Some(spec), self.call(id, spec, argv, true))
    }

    /// An EXEC that may not run ends the transaction it stood for.
    fn refuse_exec(&mut self, id: ConnectionId, why: &CommandError) -> CommandError {
        if let Some(client) = self.client_mut(id) {
            client.transaction = None;
        }
        self.unwatch(id);
        let why = why.text().strip_prefix("ERR ").unwrap_or(why.text());
        CommandError::from_text(format!("EXECABORT Transaction discarded because of: {why}"))
    }

    /// Whether this client may send this command now.
    fn check(&self, id: ConnectionId, spec: &'static CommandSpec) -> Result<(), CommandError> {
        let Some(client) = self.client(id) else { return Ok(()) };
        if client.user.is_none() && !spec.has(Flag::NoAuth) {
            return Err(CommandError::NOAUTH);
        }
        if client.transaction.is_some() && spec.has(Flag::NoMulti) {
            return Err(CommandError::NOT_ALLOWED_IN_TRANSACTION);
        }
        if client.is_in_subscriber_mode() && !SUBSCRIBER_MODE.contains(&spec.name) {
            return Err(CommandError::not_in_subscriber_mode(spec.name));
        }
        Ok(())
    }

    fn has_client(&self, id: ConnectionId) -> bool {
        self.client(id).is_some()
    }
}
