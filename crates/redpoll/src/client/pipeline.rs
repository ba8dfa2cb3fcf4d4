use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use redpoll_protocol::{RawCommand, Reply};

use super::batch::{run_pipeline, run_transaction};
use super::deadline::Deadline;
use super::dispatch::Dispatcher;
use super::executor::{Queued, sealed::Dispatch as _};
use super::pipelined::{BatchReplies, Pipelined};
use super::{Client, Connection};
use crate::error::{Error, ErrorKind};

/// Commands that are sent together: a pipeline, or a transaction.
///
/// `.await` gives the replies in the shape of the commands, or the first error; [`each`](Self::each) gives one
/// `Result` per command.
///
/// # Cancel safety
/// As for a [`Command`](crate::Command): dropping it withdraws what was not yet written.
#[must_use = "a pipeline does nothing until it is awaited"]
pub struct Pipeline<'a, P> {
    dispatcher: Dispatcher<'a>,
    pipelined: P,
    is_transaction: bool,
    timeout: Option<Duration>,
}

/// A [`Pipeline`] that gives one `Result` per command.
#[must_use = "a pipeline does nothing until it is awaited"]
pub struct EachPipeline<'a, P>(Pipeline<'a, P>);

macro_rules! pipeline_methods {
    ($executor:ty) => {
        impl $executor {
            /// Sends several commands in one round trip. They are executed in order, but not as a unit.
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
            /// # let server = redpoll_server::Server::start().await.unwrap();
            /// # use redpoll::{Client, prelude::*};
            /// # let client = Client::connect(server.url()).await?;
            /// let (views, name) = client.pipeline(|p| (p.incr("views"), p.get::<Option<String>>("name"))).await?;
            /// assert_eq!((views, name), (1, None));
            /// # Ok(()) }
            /// ```
            ///
            /// # Errors
            /// The first error, in the order of the commands; the others are executed all the same.
            pub fn pipeline<P: Pipelined>(&self, build: impl FnOnce(Queued) -> P) -> Pipeline<'_, P> {
                Pipeline::new(self.dispatcher(), build(Queued::new()), false)
            }

            /// Sends several commands as a transaction (`MULTI`, `EXEC`): all are executed as a unit, or none is.
            ///
            /// As always with Redis, a command that fails while the transaction is executed does not undo the others.
            ///
            /// # Errors
            /// The first error, in the order of the commands.
            pub fn transaction<P: Pipelined>(&self, build: impl FnOnce(Queued) -> P) -> Pipeline<'_, P> {
                Pipeline::new(self.dispatcher(), build(Queued::new()), true)
            }
        }
    };
}
pipeline_methods!(Client);
pipeline_methods!(Connection);

impl<'a, P: Pipelined> Pipeline<'a, P> {
    pub(super) const fn new(dispatcher: Dispatcher<'a>, pipelined: P, is_transaction: bool) -> Self {
        Self { dispatcher, pipelined, is_transaction, timeout: None }
    }

    /// The deadline of the whole, in place of [`Config::command_timeout`](crate::Config::command_timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// One `Result` per command instead of failing on the first error.
    pub const fn each(self) -> EachPipeline<'a, P> {
        EachPipeline(self)
    }

    async fn run(&mut self) -> Result<BatchReplies, Error> {
        let mut commands = Vec::new();
        self.pipelined.queue(&mut commands);
        let deadline = self.dispatcher.deadline(self.timeout, None);
        let results = if self.is_transaction {
            transact(self.dispatcher, commands, deadline).await?
        } else if commands.is_empty() {
            Vec::new()
        } else {
            run_pipeline(self.dispatcher, commands, deadline).await
        };
        Ok(BatchReplies::new(results))
    }
}

async fn transact(
    dispatcher: Dispatcher<'_>,
    commands: Vec<RawCommand>,
    deadline: Deadline,
) -> Result<Vec<Result<Reply, Error>>, Error> {
    if commands.is_empty() {
        return Ok(Vec::new());
    }
    run_transaction(dispatcher, commands, deadline).await?.ok_or_else(conflict)
}

/// A key that this connection had watched was changed.
pub(super) fn conflict() -> Error {
    Error::new(ErrorKind::Conflict, "a watched key was changed, the transaction was not executed").of("EXEC")
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

impl<'a, P: Pipelined + Send + Sync + 'a> IntoFuture for Pipeline<'a, P> {
    type Output = Result<P::Output, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            let mut replies = self.run().await?;
            self.pipelined.output(&mut replies)
        })
    }
}

impl<'a, P: Pipelined + Send + Sync + 'a> IntoFuture for EachPipeline<'a, P> {
    type Output = Result<P::Each, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            let mut replies = self.0.run().await?;
            Ok(self.0.pipelined.each(&mut replies))
        })
    }
}

impl<P> fmt::Debug for Pipeline<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline").field("is_transaction", &self.is_transaction).finish_non_exhaustive()
    }
}

impl<P> fmt::Debug for EachPipeline<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
