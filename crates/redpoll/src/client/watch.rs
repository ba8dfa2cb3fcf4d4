use std::time::Duration;

use redpoll_protocol::{CommandMeta, RawCommand, RetryClass, ToArgs};

use super::batch::run_transaction;
use super::dispatch::execute;
use super::executor::{Queued, sealed::Dispatch as _};
use super::pipeline::conflict;
use super::pipelined::{BatchReplies, Pipelined};
use super::{Client, Connection};
use crate::connection::Backoff;
use crate::error::Error;

const WATCH: CommandMeta = CommandMeta::write("WATCH", RetryClass::Idempotent).dedicated();
const UNWATCH: CommandMeta = CommandMeta::write("UNWATCH", RetryClass::Idempotent).dedicated();

/// How often an optimistic transaction is tried before it is given up as a `Conflict`.
const ATTEMPTS: u32 = 64;
const DELAY: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(100));

/// The connection on which keys are watched: what the closure of [`Client::watch`] reads from.
#[derive(Debug)]
pub struct Transaction {
    connection: Connection,
}

/// The commands that are executed if no watched key was changed: what [`Transaction::commit`] makes.
#[derive(Debug)]
#[must_use = "return it from the closure: it is executed then"]
pub struct Commit<P>(P);

impl Transaction {
    /// Says which commands are to be executed as a unit, if no watched key was changed meanwhile.
    pub fn commit<P: Pipelined>(&self, build: impl FnOnce(Queued) -> P) -> Commit<P> {
        Commit(build(Queued::new()))
    }

    pub(super) const fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl Client {
    /// Optimistic locking: reads, then writes only if what was read is unchanged.
    ///
    /// The keys are watched on a dedicated connection while `body` reads them and says what to
    /// [`commit`](Transaction::commit). If one of them was changed by then, nothing is executed and `body` runs again,
    /// after a short random delay.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("n", 20).await?;
    /// let (before,) = client
    ///     .watch(["n"], async |tx| {
    ///         let n: i64 = tx.get("n").await?;
    ///         Ok(tx.commit(|t| (t.set("n", n + 1).get::<i64>(),)))
    ///     })
    ///     .await?;
    /// assert_eq!(before, Some(20));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of `body`, after which nothing is executed; `Conflict` if a watched key was changed at every attempt.
    ///
    /// # Cancel safety
    /// Dropped before the transaction was sent, it applies nothing.
    pub async fn watch<P, F>(&self, keys: impl ToArgs, body: F) -> Result<P::Output, Error>
    where
        P: Pipelined,
        F: AsyncFn(&Transaction) -> Result<Commit<P>, Error>,
    {
        let mut watch = RawCommand::new(&WATCH);
        watch.extend_keys(&keys);
        let transaction = Transaction { connection: self.connection().await? };
        let mut backoff = Backoff::new(DELAY.0, DELAY.1);
        for _ in 0..ATTEMPTS {
            transaction.send(watch.clone()).await?;
            let commit = match body(&transaction).await {
                Ok(commit) => commit,
                Err(error) => return Err(transaction.abandon(error).await),
            };
            if let Some(output) = transaction.execute(commit).await? {
                return Ok(output);
            }
            tokio::time::sleep(backoff.next_delay()).await;
        }
        Err(conflict())
    }
}

impl Transaction {
    async fn send(&self, command: RawCommand) -> Result<(), Error> {
        let dispatcher = self.connection.dispatcher();
        dispatcher.check(&command)?;
        execute(dispatcher, command, dispatcher.deadline(None, None), None).await.map(drop)
    }

    /// Gives the connection back clean, so that a failing closure does not cost one.
    async fn abandon(&self, error: Error) -> Error {
        if self.send(RawCommand::new(&UNWATCH)).await.is_ok() {
            self.connection.undone(2);
        }
        error
    }

    /// `None` if a watched key was changed.
    async fn execute<P: Pipelined>(&self, commit: Commit<P>) -> Result<Option<P::Output>, Error> {
        let Commit(mut pipelined) = commit;
        let mut commands = Vec::new();
        pipelined.queue(&mut commands);
        let dispatcher = self.connection.dispatcher();
        let executed = run_transaction(dispatcher, commands, dispatcher.deadline(None, None)).await?;
        // EXEC has ended the watching in either case.
        self.connection.undone(1);
        executed.map(|results| pipelined.output(&mut BatchReplies::new(results))).transpose()
    }
}
