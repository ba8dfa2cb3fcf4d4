//! Blocking commands: on a connection of their own, and without losing what they pop when nobody waits any more.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use redpoll_protocol::{CommandMeta, FromReply, RawCommand, Reply, RetryClass};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::core::ClientCore;
use super::deadline::Deadline;
use super::dispatch::{Failure, attempt_on, lost, settle, submit};
use super::retry::Fault;
use crate::connection::PooledLink;

const CLIENT_ID: CommandMeta = CommandMeta::read("CLIENT ID");
const CLIENT_UNBLOCK: CommandMeta = CommandMeta::write("CLIENT UNBLOCK", RetryClass::Idempotent);
const LPUSH: CommandMeta = CommandMeta::write("LPUSH", RetryClass::Accumulating);
const RPUSH: CommandMeta = CommandMeta::write("RPUSH", RetryClass::Accumulating);
const ZADD: CommandMeta = CommandMeta::write("ZADD", RetryClass::Checked);

/// Between two attempts to unblock: the first can overtake the blocking command on its way to the server.
const UNBLOCK_EVERY: Duration = Duration::from_millis(20);

/// Sends a blocking command on a borrowed connection.
///
/// A task of its own waits for the reply, so that it is there whatever becomes of the caller. If the caller goes away
/// or its deadline passes, the task unblocks the connection (`CLIENT UNBLOCK`), and if the server had popped something
/// by then, puts it back where it came from. Only if the connection is lost as well can an element be lost.
pub(super) async fn attempt(
    core: &Arc<ClientCore>,
    pooled: PooledLink,
    command: &RawCommand,
    deadline: Deadline,
) -> Result<Reply, Failure> {
    let name = command.name();
    let link = Arc::clone(pooled.link());
    let id = connection_id(core, &pooled, deadline).await;
    let (sender, receiver) = oneshot::channel();
    let wait = Wait { core: Arc::clone(core), pooled, id, command: command.clone(), deadline };
    tokio::spawn(wait.run(sender));
    // Without a delivery, the task is gone with its runtime.
    receiver.await.ok().and_then(Delivery::accept).unwrap_or_else(|| Err(lost(&link, name, true, None)))
}

/// What `CLIENT UNBLOCK` needs. `HELLO` told it; a RESP2 connection is asked. A server that is busy with a script does
/// not tell: then the command cannot be unblocked, and giving up closes its connection.
async fn connection_id(core: &Arc<ClientCore>, pooled: &PooledLink, deadline: Deadline) -> Option<u64> {
    if let Some(id) = pooled.link().info().and_then(|info| info.connection_id) {
        return Some(id);
    }
    let asked = attempt_on(pooled.link(), core, &RawCommand::new(&CLIENT_ID), deadline).await.ok()?;
    u64::from_reply(asked).ok()
}

struct Wait {
    core: Arc<ClientCore>,
    pooled: PooledLink,
    id: Option<u64>,
    command: RawCommand,
    deadline: Deadline,
}

type Caller = oneshot::Sender<Delivery>;

/// A reply on its way to the caller. The caller may go away when it is under way already: if nobody accepts it, what
/// the server popped is put back.
struct Delivery {
    /// `None` once it was accepted.
    parcel: Option<(Result<Reply, Failure>, Wait)>,
    runtime: Handle,
}

impl Wait {
    async fn run(mut self, mut caller: Caller) {
        let link = Arc::clone(self.pooled.link());
        let core = Arc::clone(&self.core);
        let command = self.command.clone();
        let mut reply = pin!(submit(&link, &core, std::slice::from_ref(&command), Deadline::never()));
        let submitted = match self.until_given_up(reply.as_mut(), &mut caller).await {
            Some(submitted) => Some(submitted),
            None => self.unblock(reply).await,
        };
        match submitted {
            // A command that was unblocked at its deadline answers null, as at the end of its own timeout.
            Some(Ok(outcome)) => {
                let result = settle(&core, &link, &command, self.deadline, outcome);
                self.deliver(result, caller);
            }
            Some(Err(error)) => self.deliver(Err(Failure { fault: Fault::NotSent, error }), caller),
            None => {
                self.pooled.taint();
                let error = self.deadline.error().ran(true).of(self.command.name()).at(link.node());
                self.deliver(Err(Failure { fault: Fault::Failed, error }), caller);
            }
        }
    }

    /// The outcome, or `None` when the caller went away or its deadline has passed.
    async fn until_given_up<R>(
        &self,
        mut reply: Pin<&mut impl Future<Output = R>>,
        caller: &mut Caller,
    ) -> Option<R> {
        let waiting = poll_fn(|cx| match reply.as_mut().poll(cx) {
            Poll::Ready(submitted) => Poll::Ready(Some(submitted)),
            Poll::Pending => caller.poll_closed(cx).map(|()| None),
        });
        self.deadline.bound(waiting).await.ok().flatten()
    }

    /// Unblocks the command and waits for its reply; `None` if the server does not answer any more.
    async fn unblock<R>(&self, mut reply: Pin<&mut impl Future<Output = R>>) -> Option<R> {
        let limit = Deadline::after(self.core.config().command_timeout);
        let id = self.id?;
        let unblocking = async {
            loop {
                let mut unblock = RawCommand::new(&CLIENT_UNBLOCK);
                unblock.push(&id);
                if let Some(link) = self.core.node().link() {
                    // It may fail: the reply that is waited for tells whether it has worked.
                    let _ = attempt_on(link, &self.core, &unblock, limit).await;
                }
                if let Ok(submitted) = tokio::time::timeout(UNBLOCK_EVERY, reply.as_mut()).await {
                    return submitted;
                }
            }
        };
        limit.bound(unblocking).await.ok()
    }

    fn deliver(self, result: Result<Reply, Failure>, caller: Caller) {
        let delivery = Delivery { parcel: Some((result, self)), runtime: Handle::current() };
        // Whether it is refused here or forgotten on its way, dropping it puts back what it holds.
        drop(caller.send(delivery));
    }

    async fn put_back(self, restore: RawCommand) {
        let limit = Deadline::after(self.core.config().command_timeout);
        // Nobody is left to hear of a failure.
        let _ = attempt_on(self.pooled.link(), &self.core, &restore, limit).await;
    }
}

impl Delivery {
    fn accept(mut self) -> Option<Result<Reply, Failure>> {
        self.parcel.take().map(|(result, _)| result)
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        let Some((Ok(reply), wait)) = self.parcel.take() else { return };
        if let Some(restore) = restoring(&wait.command, &reply) {
            self.runtime.spawn(wait.put_back(restore));
        }
    }
}

/// The command that puts back what a blocking pop took, or `None` if it took nothing that can be lost.
fn restoring(command: &RawCommand, reply: &Reply) -> Option<RawCommand> {
    let Reply::Array(items) = reply else { return None };
    let key = items.first()?;
    match &*command.name() {
        "BLPOP" => push(&LPUSH, key, items.get(1..)?),
        "BRPOP" => push(&RPUSH, key, items.get(1..)?),
        "BLMPOP" => {
            let Reply::Array(elements) = items.get(1)? else { return None };
            push(if pops_from_left(command)? { &LPUSH } else { &RPUSH }, key, elements)
        }
        "BZPOPMIN" | "BZPOPMAX" => add(key, [(items.get(1)?, items.get(2)?)]),
        "BZMPOP" => {
            let Reply::Array(members) = items.get(1)? else { return None };
            let pairs: Option<Vec<_>> = members.iter().map(pair).collect();
            add(key, pairs?)
        }
        _ => None,
    }
}

/// `BLMPOP timeout numkeys key [key ...] LEFT|RIGHT`
fn pops_from_left(command: &RawCommand) -> Option<bool> {
    let keys: usize = std::str::from_utf8(command.args().nth(2)?).ok()?.parse().ok()?;
    Some(command.args().nth(keys.checked_add(3)?)?.eq_ignore_ascii_case(b"LEFT"))
}

/// The element popped last was the innermost: it goes back first.
fn push(meta: &'static CommandMeta, key: &Reply, elements: &[Reply]) -> Option<RawCommand> {
    let mut command = RawCommand::new(meta);
    command.push_key(key.as_bytes()?);
    for element in elements.iter().rev() {
        command.push(element.as_bytes()?);
    }
    Some(command)
}

/// A member that was added again meanwhile keeps its new score.
fn add<'r>(key: &Reply, members: impl IntoIterator<Item = (&'r Reply, &'r Reply)>) -> Option<RawCommand> {
    let mut command = RawCommand::new(&ZADD);
    command.push_key(key.as_bytes()?);
    command.push("NX");
    for (member, score) in members {
        match score {
            Reply::Double(score) => command.push(score),
            text => command.push(text.as_bytes()?),
        }
        command.push(member.as_bytes()?);
    }
    Some(command)
}

fn pair(reply: &Reply) -> Option<(&Reply, &Reply)> {
    match reply {
        Reply::Array(items) => Some((items.first()?, items.get(1)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulk(text: &'static str) -> Reply {
        Reply::BulkString(text.into())
    }

    fn restored(meta: &'static CommandMeta, args: &[&str], reply: Reply) -> Option<String> {
        let mut command = RawCommand::new(meta);
        command.extend(&args);
        let restoring = restoring(&command, &reply)?;
        let args: Vec<_> = restoring.args().map(String::from_utf8_lossy).collect();
        Some(args.join(" "))
    }

    #[test]
    fn what_was_popped_goes_back_where_it_came_from() {
        const BLPOP: CommandMeta = CommandMeta::read("BLPOP");
        const BRPOP: CommandMeta = CommandMeta::read("BRPOP");
        const BLMPOP: CommandMeta = CommandMeta::read("BLMPOP");
        const BZPOPMIN: CommandMeta = CommandMeta::read("BZPOPMIN");
        const BZMPOP: CommandMeta = CommandMeta::read("BZMPOP");
        let popped = || Reply::Array(vec![bulk("k"), bulk("v")]);
        assert_eq!(restored(&BLPOP, &["k", "0"], popped()).as_deref(), Some("LPUSH k v"));
        assert_eq!(restored(&BRPOP, &["k", "0"], popped()).as_deref(), Some("RPUSH k v"));
        let several = || Reply::Array(vec![bulk("k"), Reply::Array(vec![bulk("a"), bulk("b")])]);
        assert_eq!(restored(&BLMPOP, &["0", "1", "k", "LEFT"], several()).as_deref(), Some("LPUSH k b a"));
        assert_eq!(restored(&BLMPOP, &["0", "1", "k", "RIGHT"], several()).as_deref(), Some("RPUSH k b a"));
        let misleading = restored(&BLMPOP, &["0", "1", "left", "RIGHT"], several());
        assert_eq!(misleading.as_deref(), Some("RPUSH k b a"));
        let scored = Reply::Array(vec![bulk("k"), bulk("m"), Reply::Double(1.5)]);
        assert_eq!(restored(&BZPOPMIN, &["k", "0"], scored).as_deref(), Some("ZADD k NX 1.5 m"));
        let nested =
            Reply::Array(vec![bulk("k"), Reply::Array(vec![Reply::Array(vec![bulk("m"), bulk("2")])])]);
        assert_eq!(restored(&BZMPOP, &["0", "1", "k", "MIN"], nested).as_deref(), Some("ZADD k NX 2 m"));
    }

    #[test]
    fn nothing_goes_back_when_nothing_was_popped() {
        const BLPOP: CommandMeta = CommandMeta::read("BLPOP");
        const BLMOVE: CommandMeta = CommandMeta::read("BLMOVE");
        assert_eq!(restored(&BLPOP, &["k", "0"], Reply::Null), None);
        assert_eq!(restored(&BLMOVE, &["a", "b", "LEFT", "RIGHT", "0"], bulk("v")), None);
    }
}
