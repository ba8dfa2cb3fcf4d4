use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use redpoll_protocol::{FromReply, RawCommand, Reply};

use super::batch::run_pipeline;
use super::command::Command;
use super::dispatch::Dispatcher;
use super::executor::{Queued, sealed::Dispatch as _};
use super::{Client, Connection};
use crate::error::Error;

/// A pipeline that is filled command by command, where the types of the replies differ and a tuple will not do.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
/// # let server = redpoll_server::Server::start().await.unwrap();
/// # use redpoll::{Client, prelude::*};
/// # let client = Client::connect(server.url()).await?;
/// let mut pipeline = client.queued_pipeline();
/// let views = pipeline.push(|p| p.incr("views"));
/// let name = pipeline.push(|p| p.get::<Option<String>>("name"));
/// let mut replies = pipeline.send().await;
/// assert_eq!(replies.take(views)?, 1);
/// assert_eq!(replies.take(name)?, None);
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "a pipeline does nothing until it is sent"]
pub struct QueuedPipeline<'a> {
    dispatcher: Dispatcher<'a>,
    commands: Vec<RawCommand>,
    timeout: Option<Duration>,
    id: u64,
}

/// The claim to one reply of a [`QueuedPipeline`].
#[derive(Debug)]
pub struct QueuedReply<T> {
    index: usize,
    pipeline: u64,
    _reply: PhantomData<fn() -> T>,
}

/// The replies of a [`QueuedPipeline`], to be taken one by one.
#[derive(Debug)]
pub struct QueuedReplies {
    results: HashMap<usize, Result<Reply, Error>>,
    id: u64,
}

impl Client {
    /// An empty pipeline to be filled command by command.
    pub fn queued_pipeline(&self) -> QueuedPipeline<'_> {
        QueuedPipeline::new(self.dispatcher())
    }
}

impl Connection {
    /// An empty pipeline to be filled command by command.
    pub fn queued_pipeline(&self) -> QueuedPipeline<'_> {
        QueuedPipeline::new(self.dispatcher())
    }
}

impl<'a> QueuedPipeline<'a> {
    fn new(dispatcher: Dispatcher<'a>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self { dispatcher, commands: Vec::new(), timeout: None, id: NEXT.fetch_add(1, Ordering::Relaxed) }
    }

    /// Queues a command; what it gives back claims the reply.
    pub fn push<M, T: FromReply>(
        &mut self,
        build: impl FnOnce(Queued) -> Command<Queued, M, T>,
    ) -> QueuedReply<T> {
        let index = self.commands.len();
        self.commands.push(build(Queued::new()).take_raw());
        QueuedReply { index, pipeline: self.id, _reply: PhantomData }
    }

    /// The deadline of the whole, in place of [`Config::command_timeout`](crate::Config::command_timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How many commands are queued.
    pub fn len(&self) -> usize {
        self.commands.len()
    }

    /// Whether no command is queued.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    /// Sends everything in one round trip.
    ///
    /// # Cancel safety
    /// As for a [`Pipeline`](crate::Pipeline).
    pub async fn send(self) -> QueuedReplies {
        let deadline = self.dispatcher.deadline(self.timeout, None);
        let results = if self.commands.is_empty() {
            Vec::new()
        } else {
            run_pipeline(self.dispatcher, self.commands, deadline).await
        };
        QueuedReplies { results: results.into_iter().enumerate().collect(), id: self.id }
    }
}

impl QueuedReplies {
    /// Takes the reply to one command.
    ///
    /// # Errors
    /// What went wrong with this command; `Usage` if the claim belongs to another pipeline.
    pub fn take<T: FromReply>(&mut self, reply: QueuedReply<T>) -> Result<T, Error> {
        if reply.pipeline != self.id {
            return Err(Error::usage("this reply belongs to another pipeline"));
        }
        let missing = || Err(Error::usage("this reply was taken already"));
        Ok(T::from_reply(self.results.remove(&reply.index).unwrap_or_else(missing)?)?)
    }
}
