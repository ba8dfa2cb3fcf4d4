use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use redpoll_protocol::{FromReply, RawCommand, Reply};

use super::command::Block;
use super::deadline::Deadline;
use super::dispatch::{Dispatcher, Failure, execute, settle};
use crate::connection::{Due, Ticket};
use crate::error::Error;

/// A command on its way: what `.await` on a [`Command`](crate::Command) polls.
///
/// The common case, a first attempt on a connection that has room, takes no allocation of its own. Whatever has to
/// wait (for room, for a dedicated connection, for the next attempt) moves to a boxed future.
#[must_use = "futures do nothing unless polled"]
pub struct CommandFuture<'a, T> {
    stage: Stage<'a>,
    dispatcher: Dispatcher<'a>,
    name: &'static str,
    _reply: PhantomData<fn() -> T>,
}

enum Stage<'a> {
    Built { command: RawCommand, timeout: Option<Duration>, block: Option<Block> },
    Waiting { command: RawCommand, ticket: Ticket<'a>, timeout: Option<Duration> },
    Executing(Pin<Box<dyn Future<Output = Result<Reply, Error>> + Send + 'a>>),
    Done,
}

impl<'a, T> CommandFuture<'a, T> {
    pub(super) fn new(
        dispatcher: Dispatcher<'a>,
        command: RawCommand,
        timeout: Option<Duration>,
        block: Option<Block>,
    ) -> Self {
        let name = command.meta().name();
        Self { stage: Stage::Built { command, timeout, block }, dispatcher, name, _reply: PhantomData }
    }

    fn poll_reply(&mut self, cx: &mut Context<'_>) -> Poll<Result<Reply, Error>> {
        loop {
            self.stage = match std::mem::replace(&mut self.stage, Stage::Done) {
                Stage::Built { command, timeout, block } => match self.begin(command, timeout, block, cx) {
                    Ok(stage @ Stage::Waiting { .. }) => {
                        self.stage = stage;
                        return Poll::Pending;
                    }
                    Ok(stage) => stage,
                    Err(error) => return Poll::Ready(Err(error)),
                },
                Stage::Waiting { command, mut ticket, timeout } => match ticket.poll(cx) {
                    Poll::Pending => {
                        self.stage = Stage::Waiting { command, ticket, timeout };
                        return Poll::Pending;
                    }
                    Poll::Ready(outcome) => {
                        let deadline = Deadline::set(ticket.deadline(), timeout);
                        match settle(self.dispatcher.core(), ticket.link(), &command, deadline, outcome) {
                            Ok(reply) => return Poll::Ready(Ok(reply)),
                            Err(failure) => self.execute(command, deadline, Some(failure)),
                        }
                    }
                },
                Stage::Executing(mut future) => {
                    let poll = future.as_mut().poll(cx);
                    if poll.is_pending() {
                        self.stage = Stage::Executing(future);
                    }
                    return poll;
                }
                Stage::Done => return Poll::Pending,
            };
        }
    }

    fn begin(
        &self,
        command: RawCommand,
        timeout: Option<Duration>,
        block: Option<Block>,
        cx: &Context<'_>,
    ) -> Result<Stage<'a>, Error> {
        self.dispatcher.check(&command)?;
        let timeout = self.dispatcher.timeout(timeout, block);
        let due = timeout.map_or(Due::Never, Due::After);
        let link = self.dispatcher.link_now(&command);
        let submitted = link.map(|link| link.submit([&command], due, cx.waker(), false));
        Ok(match submitted {
            Some(Ok(ticket)) => Stage::Waiting { command, ticket, timeout },
            None | Some(Err(_)) => {
                let deadline = timeout.map_or(Deadline::never(), Deadline::after);
                self.execute(command, deadline, None)
            }
        })
    }

    fn execute(&self, command: RawCommand, deadline: Deadline, failed: Option<Failure>) -> Stage<'a> {
        Stage::Executing(Box::pin(execute(self.dispatcher, command, deadline, failed)))
    }
}

impl<T: FromReply> Future for CommandFuture<'_, T> {
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let name = this.name;
        this.poll_reply(cx).map(|reply| T::from_reply(reply?).map_err(|error| Error::reply(error).of(name)))
    }
}

impl<T> fmt::Debug for CommandFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CommandFuture")
    }
}
