use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use super::backoff::Random;
use super::keeper::Keeper;
use super::link::Link;
use super::pool_stats::{CloseReason, Counters, PoolStats};
use crate::config::{PoolConfig, PoolWait};
use crate::error::{Error, ErrorKind};

/// Dedicated connections, lent to one borrower at a time.
///
/// Borrowers are served in the order of their coming. Dials belong to the pool, not to the borrower: one who gives up
/// leaves a connection behind for the next. The pool dials only for those who wait, so a connection that comes
/// back meanwhile serves the first of them just as well.
#[derive(Debug)]
pub(crate) struct Pool {
    keeper: Keeper,
    config: PoolConfig,
    state: Mutex<State>,
    counters: Counters,
}

#[derive(Debug, Default)]
struct State {
    /// The most recently used last: it is lent first, so that a pool larger than needed can shrink.
    idle: VecDeque<Idle>,
    waiters: VecDeque<oneshot::Sender<Result<PooledLink, Error>>>,
    /// Connections that exist, lent or idle.
    total: usize,
    dialing: usize,
    is_closed: bool,
    has_reaper: bool,
}

#[derive(Debug)]
struct Idle {
    link: Arc<Link>,
    born: Birth,
    since: Instant,
}

/// When a connection was made, and when it is too old to be lent again.
#[derive(Debug, Clone, Copy)]
struct Birth {
    dies: Option<Instant>,
}

/// A borrowed connection. Dropping it gives it back, or closes it if its state is in doubt.
#[derive(Debug)]
pub(crate) struct PooledLink {
    link: Arc<Link>,
    pool: Weak<Pool>,
    born: Birth,
    /// Set when the borrower changed what the next one relies on.
    is_tainted: bool,
}

impl Birth {
    fn is_over(&self, now: Instant) -> bool {
        self.dies.is_some_and(|dies| dies <= now)
    }
}

impl Pool {
    pub(crate) fn new(keeper: Keeper) -> Arc<Self> {
        let config = keeper.config().pool.clone();
        Arc::new(Self { keeper, config, state: Mutex::default(), counters: Counters::default() })
    }

    /// Borrows a connection: an idle one, one that comes back in time, or a new one.
    ///
    /// # Cancel safety
    /// Dropping the future gives up the place in the line; a connection that was already assigned goes to the next.
    pub(crate) async fn borrow(self: &Arc<Self>) -> Result<PooledLink, Error> {
        let receiver = match self.borrow_now()? {
            Borrowed::Now(link) => return Ok(link),
            Borrowed::Later(receiver) => receiver,
        };
        let since = Instant::now();
        let result = timeout(self.config.wait_limit(), receiver).await;
        self.counters.waited(since.elapsed());
        match result {
            Ok(Ok(granted)) => granted,
            Ok(Err(_)) => Err(Error::closed()),
            Err(_) => Err(self.exhausted()),
        }
    }

    fn borrow_now(self: &Arc<Self>) -> Result<Borrowed, Error> {
        let mut state = self.lock();
        if state.is_closed {
            return Err(Error::closed());
        }
        if state.waiters.is_empty()
            && let Some(idle) = self.take_idle(&mut state)
        {
            self.counters.hit();
            return Ok(Borrowed::Now(self.lend(idle.link, idle.born)));
        }
        self.counters.miss();
        let is_exhausted = state.total + state.dialing >= self.config.max_size_limit();
        if is_exhausted && self.config.wait_policy() == PoolWait::Fail {
            drop(state);
            return Err(self.exhausted());
        }
        let (sender, receiver) = oneshot::channel();
        state.waiters.push_back(sender);
        self.start_dials(&mut state);
        Ok(Borrowed::Later(receiver))
    }

    /// The most recently used connection that is still good.
    fn take_idle(&self, state: &mut State) -> Option<Idle> {
        let now = Instant::now();
        while let Some(idle) = state.idle.pop_back() {
            match self.fault(&idle, now) {
                None => return Some(idle),
                Some(reason) => self.discard(state, &idle.link, reason),
            }
        }
        None
    }

    fn fault(&self, idle: &Idle, now: Instant) -> Option<CloseReason> {
        if !idle.link.is_ready() {
            Some(CloseReason::Lost)
        } else if idle.born.is_over(now) {
            Some(CloseReason::Lifetime)
        } else if self
            .config
            .max_idle_time_limit()
            .is_some_and(|limit| now.duration_since(idle.since) >= limit)
        {
            Some(CloseReason::Idle)
        } else {
            None
        }
    }

    fn discard(&self, state: &mut State, link: &Arc<Link>, reason: CloseReason) {
        link.close();
        state.total = state.total.saturating_sub(1);
        self.counters.closed(reason);
    }

    fn lend(self: &Arc<Self>, link: Arc<Link>, born: Birth) -> PooledLink {
        PooledLink { link, pool: Arc::downgrade(self), born, is_tainted: false }
    }

    /// Starts as many dials as those who wait, and the least number of idle connections, call for.
    fn start_dials(self: &Arc<Self>, state: &mut State) {
        if state.is_closed {
            return;
        }
        if !state.has_reaper {
            state.has_reaper = true;
            tokio::spawn(reap(Arc::downgrade(self), self.config.reap_interval()));
        }
        let missing_idle = self.config.min_idle_count().saturating_sub(state.idle.len());
        let wanted = state
            .waiters
            .len()
            .max(missing_idle)
            .min(self.config.max_size_limit().saturating_sub(state.total));
        while state.dialing < wanted.min(self.config.max_concurrent_dials_limit()) {
            state.dialing += 1;
            self.counters.dial();
            tokio::spawn(Arc::clone(self).dial());
        }
    }

    async fn dial(self: Arc<Self>) {
        let dialed = self.keeper.dedicated().await;
        let mut state = self.lock();
        state.dialing = state.dialing.saturating_sub(1);
        match dialed {
            Ok(link) => {
                state.total += 1;
                let born = self.birth();
                drop(state);
                self.give(link, born);
            }
            Err(error) => {
                self.counters.dial_error();
                if let Some(waiter) = next_waiter(&mut state) {
                    // One who stopped waiting meanwhile needs no answer.
                    let _ = waiter.send(Err(error));
                }
                self.start_dials_for_waiters(&mut state);
            }
        }
    }

    /// After a failed dial: those who still wait get their own attempt; an idle reserve is left to the reaper.
    fn start_dials_for_waiters(self: &Arc<Self>, state: &mut State) {
        if !state.waiters.is_empty() {
            self.start_dials(state);
        }
    }

    fn birth(&self) -> Birth {
        let lifetime = self.config.max_lifetime_limit();
        // Up to a tenth earlier, so that connections made together do not all end together.
        let dies =
            lifetime.map(|limit| Instant::now() + limit.mul_f64(1.0 - Random::seeded().fraction() / 10.0));
        Birth { dies }
    }

    /// A good connection is there: for the first who waits, or to be kept.
    fn give(self: &Arc<Self>, link: Arc<Link>, born: Birth) {
        let mut granted = self.lend(link, born);
        loop {
            let mut state = self.lock();
            if state.is_closed {
                self.discard(&mut state, &granted.link, CloseReason::Shutdown);
                granted.forget();
                return;
            }
            let Some(waiter) = next_waiter(&mut state) else {
                state.idle.push_back(Idle { link: Arc::clone(&granted.link), born, since: Instant::now() });
                granted.forget();
                return;
            };
            drop(state);
            match waiter.send(Ok(granted)) {
                Ok(()) => return,
                Err(Ok(returned)) => granted = returned,
                Err(Err(_)) => return,
            }
        }
    }

    fn give_back(self: &Arc<Self>, link: Arc<Link>, born: Birth, is_tainted: bool) {
        let reason = if !link.is_ready() {
            CloseReason::Lost
        } else if is_tainted || !link.is_idle() {
            CloseReason::Doubt
        } else if born.is_over(Instant::now()) {
            CloseReason::Lifetime
        } else {
            return self.give(link, born);
        };
        let mut state = self.lock();
        self.discard(&mut state, &link, reason);
        self.start_dials_for_waiters(&mut state);
    }

    fn exhausted(&self) -> Error {
        self.counters.timeout();
        let message = match self.config.wait_policy() {
            PoolWait::Fail => format!("all {} pooled connections are in use", self.config.max_size_limit()),
            PoolWait::Wait(limit) => {
                format!(
                    "no pooled connection within {limit:?}: all {} are in use",
                    self.config.max_size_limit()
                )
            }
        };
        Error::new(ErrorKind::Busy, message).at(self.keeper.node())
    }

    /// What the pool has done and holds.
    pub(crate) fn stats(&self) -> PoolStats {
        let state = self.lock();
        self.counters.snapshot(state.total, state.idle.len())
    }

    /// Closes idle connections; lent ones are closed when they come back.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        state.waiters.clear();
        while let Some(idle) = state.idle.pop_back() {
            self.discard(&mut state, &idle.link, CloseReason::Shutdown);
        }
    }

    fn reap_once(self: &Arc<Self>) {
        let now = Instant::now();
        let mut state = self.lock();
        let idle = std::mem::take(&mut state.idle);
        for idle in idle {
            match self.fault(&idle, now) {
                None => state.idle.push_back(idle),
                Some(reason) => self.discard(&mut state, &idle.link, reason),
            }
        }
        self.start_dials(&mut state);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Borrowed {
    Now(PooledLink),
    Later(oneshot::Receiver<Result<PooledLink, Error>>),
}

/// The first who still waits.
fn next_waiter(state: &mut State) -> Option<oneshot::Sender<Result<PooledLink, Error>>> {
    loop {
        let waiter = state.waiters.pop_front()?;
        if !waiter.is_closed() {
            return Some(waiter);
        }
    }
}

/// Closes connections that were idle for too long or are too old, until the pool is gone.
async fn reap(pool: Weak<Pool>, interval: Duration) {
    loop {
        tokio::time::sleep(interval).await;
        let Some(pool) = pool.upgrade() else { return };
        if pool.lock().is_closed {
            return;
        }
        pool.reap_once();
    }
}

impl PooledLink {
    pub(crate) const fn link(&self) -> &Arc<Link> {
        &self.link
    }

    /// The connection is not lent again: what the borrower did to it outlives the borrowing.
    pub(crate) fn taint(&mut self) {
        self.is_tainted = true;
    }

    /// It was given away otherwise.
    fn forget(mut self) {
        self.pool = Weak::new();
    }
}

impl Drop for PooledLink {
    fn drop(&mut self) {
        if let Some(pool) = self.pool.upgrade() {
            pool.give_back(Arc::clone(&self.link), self.born, self.is_tainted);
        }
    }
}
