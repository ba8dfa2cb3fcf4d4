//! Several commands sent as one unit: what became of each, and which may be sent again.

use std::sync::Arc;

use redpoll_protocol::{CommandMeta, RawCommand, Reply, RetryClass};
use tokio::time::Instant;

use super::core::ClientCore;
use super::deadline::Deadline;
use super::dispatch::{Dispatcher, Failure, Target, lost, refused, submit, timed_out};
use super::retry::{Fault, RETRY_DELAY, RetryPolicy};
use crate::connection::{Backoff, Link, Outcome, PooledLink};
use crate::error::{Error, ErrorKind};

/// A pipeline larger than this takes a dedicated connection, so that others do not wait behind it.
const HUGE_COMMANDS: usize = 10_000;
const HUGE_BYTES: usize = 4 * 1024 * 1024;
/// The units in which it is sent there: memory stays bounded, and the server answers while more is written.
const CHUNK_COMMANDS: usize = 1_000;

const MULTI: CommandMeta = CommandMeta::write("MULTI", RetryClass::Accumulating);
const EXEC: CommandMeta = CommandMeta::write("EXEC", RetryClass::Accumulating);

/// Sends commands in order and tells what became of each. Those that surely did not run, and reads, are sent again
/// after a lost connection, unless an earlier command of the pipeline may have run: the order is never changed.
pub(super) async fn run_pipeline(
    dispatcher: Dispatcher<'_>,
    commands: Vec<RawCommand>,
    deadline: Deadline,
) -> Vec<Result<Reply, Error>> {
    if let Err(error) = check(dispatcher, &commands) {
        return refuse_all(&commands, error);
    }
    let mut results = Vec::with_capacity(commands.len());
    let mut rest = &commands[..];
    let mut backoff = Backoff::new(RETRY_DELAY.0, RETRY_DELAY.1);
    let mut retries = 0;
    loop {
        let mut settled = attempt(dispatcher, rest, deadline).await;
        let resend = retryable_from(dispatcher, rest, &settled, retries);
        let pause = backoff.next_delay();
        if resend == rest.len() || deadline.is_before(Instant::now() + pause) {
            results.extend(settled.into_iter().map(|result| result.map_err(|failure| failure.error)));
            return results;
        }
        retries += u32::from(has_repeat(&settled));
        settled.truncate(resend);
        results.extend(settled.into_iter().map(|result| result.map_err(|failure| failure.error)));
        rest = rest.get(resend..).unwrap_or_default();
        tokio::time::sleep(pause).await;
    }
}

fn has_repeat(settled: &[Result<Reply, Failure>]) -> bool {
    settled.iter().any(|result| result.as_ref().is_err_and(|failure| RetryPolicy::is_repeat(failure.fault)))
}

/// From which command on all are to be sent again: as many as there are if none is.
fn retryable_from(
    dispatcher: Dispatcher<'_>,
    commands: &[RawCommand],
    settled: &[Result<Reply, Failure>],
    retries: u32,
) -> usize {
    let is_passing = |failure: &Failure| failure.fault != Fault::Failed;
    let first =
        settled.iter().position(|result| result.as_ref().is_err_and(is_passing)).unwrap_or(commands.len());
    let tail = commands.iter().zip(settled).skip(first);
    let all = tail.clone().all(|(command, result)| {
        result.as_ref().is_err_and(|failure| dispatcher.allows(command, failure.fault, retries))
    });
    let faults = tail.filter_map(|(_, result)| Some(result.as_ref().err()?.fault));
    match faults.max_by_key(|fault| RetryPolicy::is_repeat(*fault)) {
        Some(fault) if all && dispatcher.pays_for(fault) => first,
        _ => commands.len(),
    }
}

async fn attempt(
    dispatcher: Dispatcher<'_>,
    commands: &[RawCommand],
    deadline: Deadline,
) -> Vec<Result<Reply, Failure>> {
    let route = match route(dispatcher, commands, deadline).await {
        Ok(route) => route,
        Err(error) => return fail_all(commands, &error),
    };
    let mut results = Vec::with_capacity(commands.len());
    for unit in commands.chunks(route.unit) {
        let settled = attempt_unit(&route.link, dispatcher.core(), unit, deadline).await;
        let is_broken =
            settled.iter().any(|r| r.as_ref().is_err_and(|f| f.error.kind() != ErrorKind::Server));
        results.extend(settled);
        if is_broken {
            break;
        }
    }
    let unsent = commands.get(results.len()..).unwrap_or_default();
    results.extend(unsent.iter().map(|command| Err(lost(&route.link, command.name(), false, None))));
    results
}

struct Route {
    link: Arc<Link>,
    unit: usize,
    _pooled: Option<PooledLink>,
}

async fn route(
    dispatcher: Dispatcher<'_>,
    commands: &[RawCommand],
    deadline: Deadline,
) -> Result<Route, Error> {
    let bytes: usize = commands.iter().map(RawCommand::encoded_len).sum();
    let is_huge = commands.len() > HUGE_COMMANDS || bytes > HUGE_BYTES;
    let unit = if is_huge { CHUNK_COMMANDS } else { commands.len().max(1) };
    let shared = match commands.first() {
        Some(first) if !is_huge || matches!(dispatcher.0, Target::Connection(_)) => {
            dispatcher.link_now(first)
        }
        _ => None,
    };
    if let Some(link) = shared {
        return Ok(Route { link: Arc::clone(link), unit, _pooled: None });
    }
    let pooled = deadline.bound(dispatcher.core().node().pool().borrow()).await??;
    Ok(Route { link: Arc::clone(pooled.link()), unit, _pooled: Some(pooled) })
}

async fn attempt_unit(
    link: &Arc<Link>,
    core: &Arc<ClientCore>,
    commands: &[RawCommand],
    deadline: Deadline,
) -> Vec<Result<Reply, Failure>> {
    match submit(link, core, commands, deadline).await {
        Ok(outcome) => settle(core, link, commands, deadline, outcome),
        Err(error) => fail_all(commands, &error),
    }
}

fn settle(
    core: &Arc<ClientCore>,
    link: &Arc<Link>,
    commands: &[RawCommand],
    deadline: Deadline,
    outcome: Outcome,
) -> Vec<Result<Reply, Failure>> {
    core.budget().deposit();
    let (replies, written, end, withdrawn) = match outcome {
        Outcome::Replied(replies) => (replies.into_vec(), usize::MAX, None, None),
        Outcome::Lost { written, replies, end } => (replies.into_vec(), written, Some(end), None),
        Outcome::TimedOut { withdrawn, replies } => (replies.into_vec(), usize::MAX, None, Some(withdrawn)),
    };
    let mut replies = replies.into_iter();
    let mut length = 0_usize;
    let settle_one = |command: &RawCommand| {
        length = length.saturating_add(command.encoded_len());
        match (replies.next(), withdrawn) {
            (Some(Reply::Error(error)), _) => Err(refused(link, command, error)),
            (Some(reply), _) => Ok(reply),
            (None, Some(withdrawn)) => Err(timed_out(link, command.name(), deadline, withdrawn)),
            (None, None) => Err(lost(link, command.name(), length <= written, end.as_ref())),
        }
    };
    commands.iter().map(settle_one).collect()
}

/// Sends `MULTI`, the commands and `EXEC` as one unit. `None`: a watched key had changed, and nothing was applied.
pub(super) async fn run_transaction(
    dispatcher: Dispatcher<'_>,
    commands: Vec<RawCommand>,
    deadline: Deadline,
) -> Result<Option<Vec<Result<Reply, Error>>>, Error> {
    check(dispatcher, &commands)?;
    let mut unit = Vec::with_capacity(commands.len() + 2);
    unit.push(RawCommand::new(&MULTI));
    unit.extend(commands);
    unit.push(RawCommand::new(&EXEC));
    let mut backoff = Backoff::new(RETRY_DELAY.0, RETRY_DELAY.1);
    let mut retries = 0;
    loop {
        let failure = match attempt_transaction(dispatcher, &unit, deadline).await {
            Ok(results) => return Ok(results),
            Err(failure) => failure,
        };
        let pause = backoff.next_delay();
        let exec = RawCommand::new(&EXEC);
        if !dispatcher.may_retry(&exec, failure.fault, retries) || deadline.is_before(Instant::now() + pause)
        {
            return Err(failure.error);
        }
        retries += u32::from(RetryPolicy::is_repeat(failure.fault));
        tokio::time::sleep(pause).await;
    }
}

type Executed = Option<Vec<Result<Reply, Error>>>;

async fn attempt_transaction(
    dispatcher: Dispatcher<'_>,
    unit: &[RawCommand],
    deadline: Deadline,
) -> Result<Executed, Failure> {
    let core = dispatcher.core();
    let failed = |error| Failure { fault: Fault::Failed, error };
    let route = match (dispatcher.0, unit.first()) {
        (Target::Client(_), Some(multi)) if dispatcher.link_now(multi).is_none() => {
            let pooled =
                deadline.bound(core.node().pool().borrow()).await.and_then(|link| link).map_err(failed)?;
            Route { link: Arc::clone(pooled.link()), unit: unit.len(), _pooled: Some(pooled) }
        }
        (_, Some(multi)) => match dispatcher.link_now(multi) {
            Some(link) => Route { link: Arc::clone(link), unit: unit.len(), _pooled: None },
            None => return Err(failed(Error::closed())),
        },
        (_, None) => return Ok(Some(Vec::new())),
    };
    let outcome = submit(&route.link, core, unit, deadline).await.map_err(failed)?;
    executed(&route.link, unit, deadline, outcome)
}

fn executed(
    link: &Arc<Link>,
    unit: &[RawCommand],
    deadline: Deadline,
    outcome: Outcome,
) -> Result<Executed, Failure> {
    let length: usize = unit.iter().map(RawCommand::encoded_len).sum();
    let mut replies = match outcome {
        Outcome::Replied(replies) => replies.into_vec(),
        // Nothing is applied before EXEC arrives whole.
        Outcome::Lost { written, end, .. } => {
            return Err(lost(link, "EXEC".into(), written >= length, Some(&end)));
        }
        Outcome::TimedOut { withdrawn, .. } => {
            return Err(timed_out(link, "EXEC".into(), deadline, withdrawn));
        }
    };
    let commands = unit.get(1..unit.len().saturating_sub(1)).unwrap_or_default();
    match replies.pop() {
        Some(Reply::Array(executed)) => {
            let settle = |(command, reply): (&RawCommand, Reply)| match reply {
                // EXEC ran: a command that failed in it did not, but the others did.
                Reply::Error(error) => Err(refused(link, command, error).error),
                reply => Ok(reply),
            };
            Ok(Some(commands.iter().zip(executed).map(settle).collect()))
        }
        Some(Reply::Null) => Ok(None),
        Some(Reply::Error(error)) => Err(aborted(link, unit, replies, Error::server(error))),
        _ => Err(lost(link, "EXEC".into(), true, None)),
    }
}

/// Why a transaction was not executed: the first command that was refused rather than queued.
fn aborted(link: &Arc<Link>, unit: &[RawCommand], replies: Vec<Reply>, exec: Error) -> Failure {
    let was_queued = replies.iter().skip(1).any(|reply| !matches!(reply, Reply::Error(_)));
    let multi_failed = matches!(replies.first(), Some(Reply::Error(_)));
    let refusal = unit.iter().zip(replies).find_map(|(command, reply)| match reply {
        Reply::Error(error) => Some(refused(link, command, error)),
        _ => None,
    });
    let mut failure =
        refusal.unwrap_or(Failure { fault: Fault::Failed, error: exec.of("EXEC").at(link.node()) });
    if multi_failed && was_queued {
        // MULTI was refused and the rest was not: without MULTI it was executed one by one.
        failure = Failure { fault: Fault::Failed, error: failure.error.ran(true) };
    }
    failure
}

fn check(dispatcher: Dispatcher<'_>, commands: &[RawCommand]) -> Result<(), Error> {
    commands.iter().try_for_each(|command| {
        dispatcher.check(command)?;
        match dispatcher.0 {
            Target::Client(_) if command.meta().is_blocking() => {
                Err(Error::usage("a blocking command would make everybody else wait; send it on its own")
                    .of(command.name()))
            }
            _ => Ok(()),
        }
    })
}

fn refuse_all(commands: &[RawCommand], error: Error) -> Vec<Result<Reply, Error>> {
    let message = format!("not sent: {error}");
    let mut results: Vec<_> =
        commands.iter().skip(1).map(|c| Err(Error::usage(message.clone()).of(c.name()))).collect();
    results.insert(0, Err(error));
    results
}

/// The same failure for every command of a unit that was not queued.
fn fail_all(commands: &[RawCommand], error: &Error) -> Vec<Result<Reply, Failure>> {
    let same =
        |command: &RawCommand| Failure { fault: Fault::Failed, error: error.copy().of(command.name()) };
    commands.iter().map(|command| Err(same(command))).collect()
}
