use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use redpoll_protocol::HandshakeError;
use tokio::time::Instant;

use super::backoff::Backoff;
use super::dial::{Dialed, dial};
use super::driver::{Driver, End, HealthPolicy};
use super::link::{Link, QueueLimits};
use super::timer::Timer;
use crate::config::Config;
use crate::error::Error;

/// Makes links and keeps them up: dials, hands the socket to a driver, and dials again when it is lost.
#[derive(Debug, Clone)]
pub(crate) struct Keeper {
    config: Arc<Config>,
    node: Arc<str>,
}

impl Keeper {
    pub(crate) fn new(config: Arc<Config>) -> Self {
        let node = config.address().to_string().into();
        Self { config, node }
    }

    pub(crate) fn node(&self) -> &Arc<str> {
        &self.node
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// A link that reconnects for ever. The first connection is made before this returns.
    pub(crate) async fn shared(&self) -> Result<Arc<Link>, Error> {
        let dialed = dial(&self.config, &self.node).await?;
        let link = self.link();
        link.connected(dialed.info.clone());
        tokio::spawn(self.clone().keep_up(Arc::clone(&link), Some(dialed)));
        Ok(link)
    }

    /// A link that reconnects for ever and starts out disconnected.
    pub(crate) fn shared_lazily(&self) -> Arc<Link> {
        let link = self.link();
        tokio::spawn(self.clone().keep_up(Arc::clone(&link), None));
        link
    }

    /// A link for one borrower at a time. It ends when its connection does.
    pub(crate) async fn dedicated(&self) -> Result<Arc<Link>, Error> {
        let dialed = dial(&self.config, &self.node).await?;
        let link = self.link();
        link.connected(dialed.info.clone());
        let policy = HealthPolicy { ping_after: None, dead_after: None, frugal: true };
        let driven = Arc::clone(&link);
        tokio::spawn(async move {
            drive(&driven, dialed, policy, true).await;
        });
        Ok(link)
    }

    fn link(&self) -> Arc<Link> {
        let limits = QueueLimits { commands: self.config.max_in_flight, bytes: self.config.max_queued_bytes };
        Link::new(Arc::clone(&self.node), limits)
    }

    async fn keep_up(self, link: Arc<Link>, mut first: Option<Dialed>) {
        let policy = HealthPolicy {
            ping_after: Some(self.config.ping_idle_after),
            dead_after: Some(4 * self.config.command_timeout),
            frugal: false,
        };
        let mut backoff = self.backoff();
        loop {
            let dialed = match first.take() {
                Some(dialed) => dialed,
                None => match while_disconnected(&link, self.dial_until_connected(&link, &mut backoff)).await
                {
                    Some(dialed) => dialed,
                    None => return link.lost(0, End::Closed, true),
                },
            };
            let since = Instant::now();
            drive(&link, dialed, policy, false).await;
            if link.is_closed() {
                return;
            }
            if since.elapsed() >= self.config.reconnect_min_delay {
                backoff.reset();
            } else if while_disconnected(&link, pause(&link, &mut backoff)).await.is_none() {
                // A server that accepts and hangs up at once is not hammered; nor is it waited for once closed.
                return link.lost(0, End::Closed, true);
            }
        }
    }

    fn backoff(&self) -> Backoff {
        Backoff::new(self.config.reconnect_min_delay, self.config.reconnect_max_delay)
    }

    /// The first attempt is made at once; every further one after a longer delay.
    async fn dial_until_connected(&self, link: &Arc<Link>, backoff: &mut Backoff) -> Dialed {
        loop {
            match dial(&self.config, &self.node).await {
                Ok(dialed) => {
                    link.connected(dialed.info.clone());
                    return dialed;
                }
                Err(error) => {
                    link.connect_failed(&error);
                    if is_refusal(&error) {
                        tokio::time::sleep(AFTER_REFUSAL.mul_f64(1.0 + backoff.fraction() / 2.0)).await;
                        continue;
                    }
                }
            }
            pause(link, backoff).await;
        }
    }
}

/// Waits for the backoff's next delay, or a shorter one as soon as somebody waits for the connection:
/// an unused client goes easy on a server that is down, a used one finds it back quickly.
async fn pause(link: &Arc<Link>, backoff: &mut Backoff) {
    let start = Instant::now();
    let delay = backoff.next_delay();
    let hurried = delay.min(HURRIED.mul_f64(0.5 + backoff.fraction() / 2.0));
    let mut sleep = pin!(tokio::time::sleep(delay));
    let mut is_hurried = false;
    poll_fn(|cx| {
        if !is_hurried && link.in_flight() > 0 {
            is_hurried = true;
            sleep.as_mut().reset(start + hurried);
        }
        sleep.as_mut().poll(cx)
    })
    .await;
}

/// Whether the server is there and turned the client away: bad credentials, too many clients. Hurry does not help.
fn is_refusal(error: &Error) -> bool {
    let source = std::error::Error::source(error);
    source.is_some_and(|source| source.is::<HandshakeError>())
}

/// The least delay before the next attempt when the server itself refuses.
const AFTER_REFUSAL: Duration = Duration::from_secs(1);
/// The longest delay between attempts while commands wait for the connection.
const HURRIED: Duration = Duration::from_millis(250);

async fn drive(link: &Arc<Link>, dialed: Dialed, policy: HealthPolicy, closes: bool) {
    let mut driver = pin!(Driver::new(link, dialed, policy));
    let end = driver.as_mut().await;
    let closes = closes || matches!(end, End::Closed);
    link.lost(driver.unwritten(), end, closes);
}

/// Runs `dialing` while the deadlines of those who wait go on. `None` if the link was closed meanwhile.
async fn while_disconnected<T>(link: &Arc<Link>, dialing: impl Future<Output = T>) -> Option<T> {
    let mut dialing = pin!(dialing);
    let mut timer = Timer::default();
    let mut wakers = Vec::new();
    poll_fn(|cx| {
        if let Poll::Ready(value) = dialing.as_mut().poll(cx) {
            return Poll::Ready(Some(value));
        }
        poll_deadlines(link, &mut timer, &mut wakers, cx)
    })
    .await
}

fn poll_deadlines<T>(
    link: &Arc<Link>,
    timer: &mut Timer,
    wakers: &mut Vec<Waker>,
    cx: &mut Context<'_>,
) -> Poll<Option<T>> {
    loop {
        let look = link.look_disconnected(cx);
        if look.should_close {
            return Poll::Ready(None);
        }
        if let Some(earliest) = look.earliest {
            timer.arm(earliest);
        }
        if timer.poll(cx).is_pending() {
            return Poll::Pending;
        }
        link.expire(Instant::now(), wakers);
        wakers.drain(..).for_each(Waker::wake);
    }
}
