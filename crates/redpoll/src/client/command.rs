use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::time::Duration;

use redpoll_protocol::{CommandMeta, FromReply, RawCommand, ToArg, ToArgs, ToPairs};

use super::command_future::CommandFuture;
use super::executor::Dispatch;
use crate::error::Error;

/// A command, ready to be sent: for the executor `E`, with the options of `M`, replying `T`.
///
/// Calling a method such as [`get`](crate::commands::StringCommands::get) builds it, options chain on it, and `.await`
/// sends it. Given to a pipeline or a transaction it is sent with the others.
///
/// # Cancel safety
/// Nothing is sent before the first poll. Dropping the future afterwards is always safe: a command that was not yet
/// written is withdrawn, and the reply of one that was is dropped when it comes.
#[must_use = "a command does nothing until it is awaited or put in a pipeline"]
pub struct Command<E, M, T> {
    executor: E,
    raw: RawCommand,
    timeout: Option<Duration>,
    block: Option<Block>,
    _types: PhantomData<fn() -> (M, T)>,
}

/// The options of a command that has none of its own.
#[derive(Debug, Clone, Copy)]
pub struct Plain;

/// The options of [`Client::command`](crate::Client::command): any argument.
#[derive(Debug, Clone, Copy)]
pub struct Custom;

/// How long a blocking command may wait on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block {
    For(Duration),
    Forever,
}

impl<E, M, T> Command<E, M, T> {
    /// A command without arguments; for authors of command families.
    ///
    /// ```
    /// use redpoll::{Command, CommandMeta, Executor, Plain, RetryClass, ToArg};
    ///
    /// pub trait BloomCommands: Executor {
    ///     /// Adds an item to a Bloom filter; whether it is new.
    ///     fn bf_add(self, key: impl ToArg, item: impl ToArg) -> Command<Self, Plain, bool> {
    ///         const BF_ADD: CommandMeta = CommandMeta::write("BF.ADD", RetryClass::Idempotent);
    ///         Command::new(self, &BF_ADD).key(key).arg(item)
    ///     }
    /// }
    /// impl<E: Executor> BloomCommands for E {}
    /// ```
    pub fn new(executor: E, meta: &'static CommandMeta) -> Self {
        Self::from_raw(executor, RawCommand::new(meta))
    }

    /// A command built by hand; for authors of command families.
    pub fn from_raw(executor: E, raw: RawCommand) -> Self {
        Self { executor, raw, timeout: None, block: None, _types: PhantomData }
    }

    /// Adds an argument; for authors of command families.
    pub fn arg(mut self, arg: impl ToArg) -> Self {
        self.raw.push(&arg);
        self
    }

    /// Adds any number of arguments; for authors of command families.
    pub fn args(mut self, args: impl ToArgs) -> Self {
        self.raw.extend(&args);
        self
    }

    /// Adds an argument that is a key; for authors of command families.
    pub fn key(mut self, key: impl ToArg) -> Self {
        self.raw.push_key(&key);
        self
    }

    /// Adds any number of keys; for authors of command families.
    pub fn keys_of(mut self, keys: impl ToArgs) -> Self {
        self.raw.extend_keys(&keys);
        self
    }

    /// Adds the number of the keys, then the keys; for authors of command families.
    pub fn counted_keys(mut self, keys: impl ToArgs) -> Self {
        self.raw.extend_counted_keys(&keys);
        self
    }

    /// Adds pairs of arguments; for authors of command families.
    pub fn pairs(mut self, pairs: impl ToPairs) -> Self {
        self.raw.extend_pairs(&pairs);
        self
    }

    /// Adds pairs of which the first is a key; for authors of command families.
    pub fn key_pairs(mut self, pairs: impl ToPairs) -> Self {
        self.raw.extend_key_pairs(&pairs);
        self
    }

    /// The encoded command, to be changed; for authors of command families.
    pub fn raw_mut(&mut self) -> &mut RawCommand {
        &mut self.raw
    }

    /// Replaces what is known of the command, where an option changes it; for authors of command families.
    pub fn with_meta(mut self, meta: &'static CommandMeta) -> Self {
        self.raw.set_meta(meta);
        self
    }

    /// The same command with other options and another reply type; for authors of command families.
    pub fn cast<M2, T2>(self) -> Command<E, M2, T2> {
        let Self { executor, raw, timeout, block, _types } = self;
        Command { executor, raw, timeout, block, _types: PhantomData }
    }

    /// Says how long the command may wait on the server (zero: without limit), so that its deadline is extended by
    /// as much; for authors of command families.
    pub fn blocks_for(mut self, timeout: Duration) -> Self {
        self.block = Some(if timeout.is_zero() { Block::Forever } else { Block::For(timeout) });
        self
    }

    /// Reads the reply as another type.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, Reply, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let reply = client.incr("n").reply_as::<Reply>().await?;
    /// assert_eq!(reply, Reply::Integer(1));
    /// # Ok(()) }
    /// ```
    pub fn reply_as<U: FromReply>(self) -> Command<E, M, U> {
        self.cast()
    }

    /// The deadline of this call, in place of [`Config::command_timeout`](crate::Config::command_timeout).
    /// It covers waiting for a connection and every attempt. In a pipeline, the pipeline's own deadline counts.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    pub(crate) const fn raw(&self) -> &RawCommand {
        &self.raw
    }

    /// Moves the encoded command out; what stays behind only remembers its types.
    pub(crate) fn take_raw(&mut self) -> RawCommand {
        self.raw.take()
    }
}

impl<'a, D: Dispatch, M, T: FromReply> IntoFuture for Command<&'a D, M, T> {
    type Output = Result<T, Error>;
    type IntoFuture = CommandFuture<'a, T>;

    fn into_future(self) -> CommandFuture<'a, T> {
        CommandFuture::new(self.executor.dispatcher(), self.raw, self.timeout, self.block)
    }
}

/// Shows the name and the number of arguments, never what they are.
impl<E, M, T> fmt::Debug for Command<E, M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Command({:?})", self.raw)
    }
}
