use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use redpoll_protocol::{CommandMeta, FromReply, RawCommand, Reply, RetryClass, ToArg, ToArgs};

use super::deadline::Deadline;
use super::dispatch::{Dispatcher, execute};
use super::executor::{Dispatch, Executor, Queued};
use super::pipelined::{BatchReplies, Pipelined};
use crate::error::Error;

pub(crate) const EVAL: CommandMeta = CommandMeta::write("EVAL", RetryClass::Accumulating).script();
pub(crate) const EVALSHA: CommandMeta = CommandMeta::write("EVALSHA", RetryClass::Accumulating).script();
pub(crate) const EVAL_RO: CommandMeta = CommandMeta::read("EVAL_RO").script();
pub(crate) const EVALSHA_RO: CommandMeta = CommandMeta::read("EVALSHA_RO").script();

/// A Lua script that the server caches: it is sent by its SHA-1 digest, and whole only when the server does not know it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
/// # let server = redpoll_server::Server::start().await.unwrap();
/// # use redpoll::{Client, Script, prelude::*};
/// # let client = Client::connect(server.url()).await?;
/// let add = Script::new("return redis.call('INCRBY', KEYS[1], ARGV[1])");
/// let n: i64 = client.run_script(&add).key("n").arg(5).await?;
/// assert_eq!(n, 5);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    source: Arc<str>,
    digest: Arc<str>,
    is_read_only: bool,
}

impl Script {
    /// A script of this source.
    pub fn new(source: impl Into<Arc<str>>) -> Self {
        let source = source.into();
        let digest = sha1_smol::Sha1::from(source.as_bytes()).hexdigest().into();
        Self { source, digest, is_read_only: false }
    }

    /// A script that only reads: it is run with `EVALSHA_RO` and may be sent again after a lost connection.
    /// Since Redis 7.0.
    pub fn read_only(source: impl Into<Arc<str>>) -> Self {
        Self { is_read_only: true, ..Self::new(source) }
    }

    /// The Lua source.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The SHA-1 digest of the source, in hexadecimal, as `SCRIPT EXISTS` and `EVALSHA` take it.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

/// A run of a [`Script`]: keys and arguments are added, then it is awaited or put in a pipeline.
#[must_use = "a script does nothing until it is awaited or put in a pipeline"]
pub struct RunScript<E, T> {
    executor: E,
    script: Script,
    /// Only collects keys and arguments; its name is empty.
    keys: RawCommand,
    args: RawCommand,
    timeout: Option<Duration>,
    _reply: PhantomData<fn() -> T>,
}

impl<E: Executor, T> RunScript<E, T> {
    pub(crate) fn new(executor: E, script: &Script) -> Self {
        let (keys, args) = (RawCommand::named(&EVAL, ""), RawCommand::named(&EVAL, ""));
        Self { executor, script: script.clone(), keys, args, timeout: None, _reply: PhantomData }
    }

    /// Adds a key: `KEYS[1]` and on.
    pub fn key(mut self, key: impl ToArg) -> Self {
        self.keys.push(&key);
        self
    }

    /// Adds several keys.
    pub fn keys(mut self, keys: impl ToArgs) -> Self {
        self.keys.extend(&keys);
        self
    }

    /// Adds an argument: `ARGV[1]` and on.
    pub fn arg(mut self, arg: impl ToArg) -> Self {
        self.args.push(&arg);
        self
    }

    /// Adds several arguments.
    pub fn args(mut self, args: impl ToArgs) -> Self {
        self.args.extend(&args);
        self
    }

    /// The deadline of this call, in place of [`Config::command_timeout`](crate::Config::command_timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    fn by_digest(&self) -> RawCommand {
        let meta = if self.script.is_read_only { &EVALSHA_RO } else { &EVALSHA };
        self.build(meta, &self.script.digest)
    }

    fn by_source(&self) -> RawCommand {
        let meta = if self.script.is_read_only { &EVAL_RO } else { &EVAL };
        self.build(meta, &self.script.source)
    }

    fn build(&self, meta: &'static CommandMeta, script: &str) -> RawCommand {
        let mut command = RawCommand::new(meta);
        command.push(script);
        command.push(&self.keys.arg_count().saturating_sub(1));
        self.keys.args().skip(1).for_each(|key| command.push_key(key));
        self.args.args().skip(1).for_each(|arg| command.push(arg));
        if let Some(fault) = self.keys.fault().or(self.args.fault()) {
            command.fail(fault);
        }
        command
    }
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

impl<'a, D: Dispatch, T: FromReply> IntoFuture for RunScript<&'a D, T> {
    type Output = Result<T, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let dispatcher = self.executor.dispatcher();
        let deadline = dispatcher.deadline(self.timeout, None);
        let (by_digest, by_source) = (self.by_digest(), self.by_source());
        Box::pin(async move {
            let reply = run(dispatcher, by_digest, by_source, deadline).await?;
            T::from_reply(reply).map_err(|error| Error::reply(error).of("EVALSHA"))
        })
    }
}

/// `NOSCRIPT` proves that nothing ran, so sending the source next applies nothing twice.
async fn run(
    dispatcher: Dispatcher<'_>,
    by_digest: RawCommand,
    by_source: RawCommand,
    deadline: Deadline,
) -> Result<Reply, Error> {
    dispatcher.check(&by_digest)?;
    match execute(dispatcher, by_digest, deadline, None).await {
        Err(error) if error.prefix() == Some("NOSCRIPT") => {
            execute(dispatcher, by_source, deadline, None).await
        }
        result => result,
    }
}

/// In a pipeline the source is sent whole: nobody could react to `NOSCRIPT` between two commands.
impl<T: FromReply> Pipelined for RunScript<Queued, T> {
    type Output = T;
    type Each = Result<T, Error>;

    fn queue(&mut self, commands: &mut Vec<RawCommand>) {
        commands.push(self.by_source());
    }

    fn output(&self, replies: &mut BatchReplies) -> Result<T, Error> {
        replies.take("EVAL")
    }

    fn each(&self, replies: &mut BatchReplies) -> Result<T, Error> {
        self.output(replies)
    }
}

impl<E, T> fmt::Debug for RunScript<E, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunScript").field("digest", &self.script.digest).finish_non_exhaustive()
    }
}
