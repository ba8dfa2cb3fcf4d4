use std::borrow::Cow;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use redpoll_protocol::{RawCommand, Reply, ServerError};
use tokio::time::Instant;

use super::blocking;
use super::command::Block;
use super::connection::Connection;
use super::core::ClientCore;
use super::deadline::Deadline;
use super::retry::{Fault, RETRY_DELAY, RetryPolicy};
use crate::config::WhenFull;
use crate::connection::{Backoff, End, Link, Outcome, Refused, Ticket};
use crate::error::{Error, ErrorKind};

/// Where an executor sends its commands.
#[derive(Debug, Clone, Copy)]
pub struct Dispatcher<'a>(pub(super) Target<'a>);

#[derive(Debug, Clone, Copy)]
pub(super) enum Target<'a> {
    Client(&'a Arc<ClientCore>),
    Connection(&'a Connection),
}

/// How one attempt at a command ended without a reply to give to the caller.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) fault: Fault,
    pub(super) error: Error,
}

impl<'a> Dispatcher<'a> {
    pub(super) const fn client(core: &'a Arc<ClientCore>) -> Self {
        Self(Target::Client(core))
    }

    pub(super) const fn connection(connection: &'a Connection) -> Self {
        Self(Target::Connection(connection))
    }

    pub(super) const fn core(&self) -> &'a Arc<ClientCore> {
        match self.0 {
            Target::Client(core) => core,
            Target::Connection(connection) => connection.core(),
        }
    }

    /// The link for the first attempt, if nothing has to be waited for: shared, or the dedicated connection's own.
    pub(super) fn link_now(&self, command: &RawCommand) -> Option<&'a Arc<Link>> {
        match self.0 {
            Target::Client(core) if core.config().pooled || command.meta().is_blocking() => None,
            Target::Client(core) => core.node().link(),
            Target::Connection(connection) => Some(connection.link()),
        }
    }

    /// Refuses what makes no sense before anything is sent.
    pub(super) fn check(&self, command: &RawCommand) -> Result<(), Error> {
        if let Some(fault) = command.fault() {
            return Err(Error::usage(fault.to_owned()).of(command.name()));
        }
        match self.0 {
            Target::Client(_) if command.meta().is_dedicated() => Err(Error::usage(
                "it changes the state of its connection; send it on a dedicated one: `client.connection().await?`",
            )
            .of(command.name())),
            Target::Client(_) => Ok(()),
            Target::Connection(connection) => {
                connection.observe(command);
                Ok(())
            }
        }
    }

    pub(super) fn deadline(&self, timeout: Option<Duration>, block: Option<Block>) -> Deadline {
        self.timeout(timeout, block).map_or(Deadline::never(), Deadline::after)
    }

    /// How long a call may take: as it says itself, or as configured, with the time added that it may block.
    pub(super) fn timeout(&self, timeout: Option<Duration>, block: Option<Block>) -> Option<Duration> {
        let config = self.core().config();
        match (timeout, block) {
            (Some(timeout), _) => Some(timeout),
            (None, None) => Some(config.command_timeout),
            (None, Some(Block::For(wait))) => {
                Some(wait.saturating_add(config.command_timeout).saturating_add(config.blocking_margin))
            }
            (None, Some(Block::Forever)) => None,
        }
    }

    /// Whether one more attempt is allowed after this fault, and the budget pays for it.
    pub(super) fn may_retry(&self, command: &RawCommand, fault: Fault, retries: u32) -> bool {
        self.allows(command, fault, retries) && self.pays_for(fault)
    }

    /// Whether the budget has a retry left, if one is needed.
    pub(super) fn pays_for(&self, fault: Fault) -> bool {
        !RetryPolicy::is_repeat(fault) || self.core().budget().withdraw()
    }

    /// Whether one more attempt is allowed after this fault.
    pub(super) fn allows(&self, command: &RawCommand, fault: Fault, retries: u32) -> bool {
        let policy = RetryPolicy::of(self.core().config());
        let survives = match self.0 {
            Target::Client(_) => true,
            // Its state is lost with it; only a refusal leaves it usable.
            Target::Connection(_) => fault == Fault::RefusedForNow,
        };
        let may_repeat = !RetryPolicy::is_repeat(fault) || retries < policy.max_retries;
        survives && may_repeat && policy.allows(command.meta(), fault)
    }
}

/// Sends a command, waiting where that is needed and trying again where that is safe.
/// `failed` is how a first attempt has already ended.
pub(super) async fn execute(
    dispatcher: Dispatcher<'_>,
    command: RawCommand,
    deadline: Deadline,
    mut failed: Option<Failure>,
) -> Result<Reply, Error> {
    let mut backoff = Backoff::new(RETRY_DELAY.0, RETRY_DELAY.1);
    let mut retries = 0;
    loop {
        let failure = match failed.take() {
            Some(failure) => failure,
            None => match attempt(dispatcher, &command, deadline).await {
                Ok(reply) => return Ok(reply),
                Err(failure) => failure,
            },
        };
        if !dispatcher.may_retry(&command, failure.fault, retries) {
            return Err(failure.error);
        }
        let pause = backoff.next_delay();
        if deadline.is_before(Instant::now() + pause) {
            return Err(failure.error);
        }
        retries += u32::from(RetryPolicy::is_repeat(failure.fault));
        tokio::time::sleep(pause).await;
    }
}

async fn attempt(
    dispatcher: Dispatcher<'_>,
    command: &RawCommand,
    deadline: Deadline,
) -> Result<Reply, Failure> {
    let not_sent = |error: Error| Failure { fault: Fault::Failed, error: error.of(command.name()) };
    if let Some(link) = dispatcher.link_now(command) {
        return attempt_on(link, dispatcher.core(), command, deadline).await;
    }
    let core = dispatcher.core();
    let pooled = deadline.bound(core.node().pool().borrow()).await.and_then(|link| link).map_err(not_sent)?;
    if command.meta().is_blocking() {
        return blocking::attempt(core, pooled, command, deadline).await;
    }
    attempt_on(pooled.link(), core, command, deadline).await
}

pub(super) async fn attempt_on(
    link: &Arc<Link>,
    core: &ClientCore,
    command: &RawCommand,
    deadline: Deadline,
) -> Result<Reply, Failure> {
    let outcome = submit(link, core, std::slice::from_ref(command), deadline)
        .await
        .map_err(|error| Failure { fault: Fault::Failed, error: error.of(command.name()) })?;
    settle(core, link, command, deadline, outcome)
}

/// Queues commands as one unit on a link and waits for what becomes of them.
///
/// # Errors
/// Only if they were not queued: the queue is full and waiting is not wanted or took too long, or the link is closed.
pub(super) async fn submit(
    link: &Arc<Link>,
    core: &ClientCore,
    commands: &[RawCommand],
    deadline: Deadline,
) -> Result<Outcome, Error> {
    let mut place = None;
    loop {
        let mut ticket = None;
        let submitted: Result<Outcome, Refused> = poll_fn(|cx| match &mut ticket {
            None => match link.submit(commands, deadline.due(), cx.waker(), place.is_some()) {
                Ok(new) => {
                    place = None;
                    ticket = Some(new);
                    Poll::Pending
                }
                Err(refused) => Poll::Ready(Err(refused)),
            },
            Some(ticket) => Ticket::poll(ticket, cx).map(Ok),
        })
        .await;
        match submitted {
            Ok(outcome) => return Ok(outcome),
            Err(Refused::Closed) => return Err(closed(link, core)),
            Err(Refused::Full) if core.config().when_full == WhenFull::Fail => return Err(full(link)),
            Err(Refused::Full) => {
                drop(place);
                place =
                    Some(deadline.bound(link.wait_for_room()).await.map_err(|error| error.at(link.node()))?);
            }
        }
    }
}

fn full(link: &Arc<Link>) -> Error {
    Error::new(ErrorKind::Busy, "the queue of the connection is full (max_in_flight, max_queued_bytes)")
        .at(link.node())
}

fn closed(link: &Arc<Link>, core: &ClientCore) -> Error {
    let error = if core.is_closed() {
        Error::closed()
    } else {
        Error::new(ErrorKind::ConnectionLost, "the dedicated connection is closed; take a new one")
    };
    error.at(link.node())
}

/// What the outcome of one command means to its caller.
pub(super) fn settle(
    core: &ClientCore,
    link: &Arc<Link>,
    command: &RawCommand,
    deadline: Deadline,
    outcome: Outcome,
) -> Result<Reply, Failure> {
    match outcome {
        Outcome::Replied(replies) => {
            core.budget().deposit();
            match replies.into_reply() {
                Some(Reply::Error(error)) => Err(refused(link, command, error)),
                Some(reply) => Ok(reply),
                None => Err(lost(link, command.name(), true, None)),
            }
        }
        Outcome::Lost { written, end, .. } => {
            Err(lost(link, command.name(), written >= command.encoded_len(), Some(&end)))
        }
        Outcome::TimedOut { withdrawn, .. } => Err(timed_out(link, command.name(), deadline, withdrawn)),
    }
}

pub(super) fn refused(link: &Arc<Link>, command: &RawCommand, error: ServerError) -> Failure {
    let mut fault = Fault::of_reply(&error);
    let in_script = command.meta().is_script() && is_of_script(&error);
    if in_script {
        fault = Fault::Failed;
    }
    Failure { fault, error: Error::server(error).ran(in_script).of(command.name()).at(link.node()) }
}

/// Whether the error arose while a script ran, which may have written before; else the server refused to start it.
fn is_of_script(error: &ServerError) -> bool {
    let refused_to_start =
        error.proves_not_run() || matches!(error.prefix(), Some("NOPERM" | "NOAUTH" | "OOM"));
    !refused_to_start || error.text().contains("script")
}

/// `end` is how the connection ended, where that is known.
pub(super) fn lost(
    link: &Arc<Link>,
    command: Cow<'static, str>,
    may_have_run: bool,
    end: Option<&Arc<End>>,
) -> Failure {
    let kind = match end {
        Some(end) if may_have_run && end.is_protocol_error() => ErrorKind::Protocol,
        _ => ErrorKind::ConnectionLost,
    };
    let (fault, message) = if may_have_run {
        (Fault::ReplyLost, "the connection was lost before the reply had come")
    } else {
        (Fault::NotSent, "the connection was lost before the command was written")
    };
    let mut error = Error::new(kind, message).ran(may_have_run);
    if let Some(end) = end {
        error = error.because(Arc::clone(end));
    }
    Failure { fault, error: error.of(command).at(link.node()) }
}

pub(super) fn timed_out(
    link: &Arc<Link>,
    command: Cow<'static, str>,
    deadline: Deadline,
    withdrawn: bool,
) -> Failure {
    let error = if withdrawn { link.unsent_error(deadline.error()) } else { deadline.error().ran(true) };
    // The deadline covers every attempt: there is no time left for another.
    Failure { fault: Fault::Failed, error: error.of(command).at(link.node()) }
}
