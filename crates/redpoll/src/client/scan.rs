use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use redpoll_protocol::{CommandMeta, FromReply, RawCommand, Reply, ToArg};

use super::command::Plain;
use super::dispatch::execute;
use super::executor::Dispatch;
use crate::error::Error;

/// An iteration by cursor (`SCAN`, `HSCAN`, `SSCAN`, `ZSCAN`): page after page is asked for as it is consumed.
///
/// What exists from the beginning to the end of the iteration is given at least once; it may be given more than once.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
/// # let server = redpoll_server::Server::start().await.unwrap();
/// # use redpoll::{Client, prelude::*};
/// # let client = Client::connect(server.url()).await?;
/// # client.set("user:1", "Ada").await?;
/// let mut keys = client.scan().pattern("user:*").items::<String>();
/// while let Some(key) = keys.next().await {
///     assert_eq!(key?, "user:1");
/// }
/// # Ok(()) }
/// ```
#[must_use = "an iteration does nothing until it is collected or turned into items"]
pub struct Scan<E, M = Plain> {
    executor: E,
    meta: &'static CommandMeta,
    key: Option<RawCommand>,
    options: RawCommand,
    timeout: Option<Duration>,
    _options: PhantomData<fn() -> M>,
}

impl<E: Copy, M> Scan<E, M> {
    pub(crate) fn new(executor: E, meta: &'static CommandMeta) -> Self {
        Self {
            executor,
            meta,
            key: None,
            options: RawCommand::named(meta, ""),
            timeout: None,
            _options: PhantomData,
        }
    }

    pub(crate) fn of(executor: E, meta: &'static CommandMeta, key: impl ToArg) -> Self {
        let mut holder = RawCommand::named(meta, "");
        holder.push(&key);
        Self { key: Some(holder), ..Self::new(executor, meta) }
    }

    /// Only what matches a glob-style pattern.
    pub fn pattern(mut self, pattern: impl ToArg) -> Self {
        self.options.push("MATCH");
        self.options.push(&pattern);
        self
    }

    /// A hint how many elements the server looks at for one page; it says 10 by itself.
    pub fn count(mut self, count: u64) -> Self {
        self.options.push("COUNT");
        self.options.push(&count);
        self
    }

    /// The deadline of each page, in place of [`Config::command_timeout`](crate::Config::command_timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    pub(crate) fn option(mut self, name: &str) -> Self {
        self.options.push(name);
        self
    }

    pub(crate) fn option_with(mut self, name: &str, value: impl ToArg) -> Self {
        self.options.push(name);
        self.options.push(&value);
        self
    }

    /// The same iteration with other options left.
    pub(crate) fn cast<M2>(self) -> Scan<E, M2> {
        let Self { executor, meta, key, options, timeout, _options } = self;
        Scan { executor, meta, key, options, timeout, _options: PhantomData }
    }

    fn page(&self, cursor: u64) -> RawCommand {
        let mut command = RawCommand::new(self.meta);
        if let Some(key) = self.key.as_ref().and_then(|key| key.args().nth(1)) {
            command.push_key(key);
        }
        command.push(&cursor);
        self.options.args().skip(1).for_each(|option| command.push(option));
        if let Some(fault) = self.options.fault().or(self.key.as_ref().and_then(|key| key.fault())) {
            command.fail(fault);
        }
        command
    }
}

impl<'a, D: Dispatch, M> Scan<&'a D, M> {
    /// The elements as a stream.
    pub fn items<T: FromReply>(self) -> Items<'a, D, T> {
        Items { scan: self.cast(), cursor: Some(0), page: None, ready: VecDeque::new(), _item: PhantomData }
    }

    /// Everything, in one `Vec`. With pairs (`HSCAN`, `ZSCAN`), `T` is a tuple.
    ///
    /// # Errors
    /// Those of the pages; what was collected until then is lost.
    pub async fn collect<T: FromReply>(self) -> Result<Vec<T>, Error> {
        let mut items = self.items();
        let mut all = Vec::new();
        while let Some(item) = items.next().await {
            all.push(item?);
        }
        Ok(all)
    }
}

/// The elements of a [`Scan`], as a stream.
///
/// # Cancel safety
/// [`next`](Self::next) loses nothing when it is dropped.
#[must_use = "streams do nothing unless polled"]
pub struct Items<'a, D, T> {
    scan: Scan<&'a D>,
    /// Where the next page begins; `None` after the last.
    cursor: Option<u64>,
    page: Option<Page<'a>>,
    ready: VecDeque<T>,
    _item: PhantomData<fn() -> T>,
}

/// A page that was asked for.
type Page<'a> = Pin<Box<dyn Future<Output = Result<Reply, Error>> + Send + 'a>>;

impl<D: Dispatch, T: FromReply> Items<'_, D, T> {
    /// The next element; `None` after the last, and after an error.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }
}

impl<D: Dispatch, T: FromReply> Items<'_, D, T> {
    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            let Some(cursor) = self.cursor else { return Poll::Ready(None) };
            let page = self.page.get_or_insert_with(|| fetch(&self.scan, cursor));
            let Poll::Ready(reply) = page.as_mut().poll(cx) else { return Poll::Pending };
            self.page = None;
            match reply.and_then(|reply| Ok(<(u64, Vec<T>)>::from_reply(reply)?)) {
                Ok((next, items)) => {
                    self.cursor = (next != 0).then_some(next);
                    self.ready = items.into();
                }
                Err(error) => {
                    self.cursor = None;
                    return Poll::Ready(Some(Err(error.of(self.scan.meta.name()))));
                }
            }
        }
    }
}

fn fetch<'a, D: Dispatch>(scan: &Scan<&'a D>, cursor: u64) -> Page<'a> {
    let dispatcher = scan.executor.dispatcher();
    let command = scan.page(cursor);
    let deadline = dispatcher.deadline(scan.timeout, None);
    Box::pin(async move {
        dispatcher.check(&command)?;
        execute(dispatcher, command, deadline, None).await
    })
}

/// Nothing in it is ever pinned: elements are moved out.
impl<D, T> Unpin for Items<'_, D, T> {}

impl<D: Dispatch, T: FromReply> Stream for Items<'_, D, T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(cx)
    }
}

impl<E, M> fmt::Debug for Scan<E, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan").field("command", &self.meta.name()).finish_non_exhaustive()
    }
}

impl<D, T> fmt::Debug for Items<'_, D, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("cursor", &self.cursor)
            .field("ready", &self.ready.len())
            .finish_non_exhaustive()
    }
}
