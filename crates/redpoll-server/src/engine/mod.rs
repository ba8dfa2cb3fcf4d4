//! The engine: connections, commands, keys and time, without sockets, threads or a runtime.
//!
//! A front end gives it connections ([`Engine::connect`]) and commands ([`Engine::feed`]), takes what is to be
//! written ([`Engine::take_output`]) and calls [`Engine::tick`] at [`Engine::next_deadline`]. What one command
//! makes ready for another connection — a popped element, a message — wakes that connection's front end.

mod access;
mod blocking;
pub(crate) mod client;
pub(crate) mod clock;
pub(crate) mod command;
pub(crate) mod commands;
pub(crate) mod config;
pub(crate) mod context;
pub(crate) mod database;
mod dispatch;
pub(crate) mod error;
pub(crate) mod event;
mod faults;
pub(crate) mod log;
pub(crate) mod long_double;
mod monitor;
mod natural;
pub(crate) mod number;
pub(crate) mod pattern;
pub(crate) mod pause;
#[cfg(test)]
pub(crate) mod probe;
pub(crate) mod pubsub;
pub(crate) mod random;
pub(crate) mod reply;
pub mod request;
pub(crate) mod scan;
mod script;
pub(crate) mod user;
pub(crate) mod value;
mod watch;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::task::Waker;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use blocking::Blocking;
use client::{Client, ConnectionId, ConnectionInfo, Wait, Wake};
use clock::{Clock, Millis, to_millis};
use config::Config;
use database::{Database, Expired};
use event::EventClass;
use faults::Faults;
use log::CommandLog;
use pause::Pause;
use pubsub::PubSub;
use random::Random;
use reply::Reply;
use request::ProtocolError;
use script::Scripts;
use user::{AccessLog, Users};
use watch::Watches;

/// How many databases there are, as in Redis by default.
pub(crate) const DATABASES: usize = 16;

/// Commands a waiting client may have sent ahead, in bytes, before it is closed.
const PENDING_LIMIT: usize = 1024 * 1024 * 1024;

/// The whole server, but for its sockets.
#[derive(Debug)]
pub(crate) struct Engine {
    clock: Clock,
    now: Millis,
    started: Millis,
    pub(crate) random: Random,
    pub(crate) run_id: String,
    dbs: Vec<Database>,
    clients: BTreeMap<ConnectionId, Client>,
    next_id: u64,
    /// Whose command is being executed: its front end takes the output without being woken.
    current: Option<ConnectionId>,
    watches: Watches,
    blocking: Blocking,
    pub(crate) pubsub: PubSub,
    faults: Faults,
    pause: Option<Pause>,
    /// The clients that see every command.
    monitors: BTreeSet<ConnectionId>,
    pub(crate) log: CommandLog,
    pub(crate) scripts: Scripts,
    pub(crate) users: Users,
    pub(crate) access_log: AccessLog,
    pub(crate) config: Config,
    pub(crate) stats: Stats,
    /// When to look again at clients that wait.
    timers: BTreeSet<(Millis, ConnectionId)>,
    /// Clients that waited no longer and have commands pending.
    runnable: VecDeque<ConnectionId>,
    announced: Option<Millis>,
    on_deadline: Option<Deadline>,
    observers: Vec<Waker>,
}

/// Called when the next deadline has come nearer.
struct Deadline(Wake);

impl std::fmt::Debug for Deadline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Deadline")
    }
}

/// What INFO counts.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    pub(crate) connections: u64,
    pub(crate) commands: u64,
    pub(crate) expired_keys: u64,
    pub(crate) keyspace_hits: u64,
    pub(crate) keyspace_misses: u64,
}

/// What a front end has to write, and whether to close then.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) bytes: BytesMut,
    pub(crate) close: bool,
}

/// The connection is not served.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It is closed at once.
    ByRule,
    /// It gets an error first.
    TooManyClients,
}

impl Refused {
    /// What the connection is sent before it is closed.
    pub(crate) fn message(&self) -> &'static [u8] {
        match self {
            Self::ByRule => b"",
            Self::TooManyClients => b"-ERR max number of clients reached\r\n",
        }
    }
}

impl Engine {
    pub(crate) fn new(clock: Clock, seed: u64, users: Users, log_limit: usize) -> Self {
        let now = clock.now_millis();
        let mut random = Random::new(seed);
        let mut engine = Self {
            clock,
            now,
            started: now,
            run_id: random.hex(40),
            random,
            dbs: (0..DATABASES).map(|_| Database::default()).collect(),
            clients: BTreeMap::new(),
            next_id: 1,
            current: None,
            watches: Watches::default(),
            blocking: Blocking::default(),
            pubsub: PubSub::default(),
            faults: Faults::new(seed),
            pause: None,
            monitors: BTreeSet::new(),
            log: CommandLog::new(log_limit),
            scripts: Scripts::default(),
            users,
            access_log: AccessLog::default(),
            config: Config::default(),
            stats: Stats::default(),
            timers: BTreeSet::new(),
            runnable: VecDeque::new(),
            announced: None,
            on_deadline: None,
            observers: Vec::new(),
        };
        let required = engine.users.required_password();
        if !required.is_empty() {
            // The parameter takes any text.
            let _ = engine.config.set("requirepass", required);
        }
        engine.add_direct_client();
        engine
    }

    /// `wake` is called when the connection has output that no call for this connection produced.
    pub(crate) fn connect(&mut self, info: ConnectionInfo, wake: Wake) -> Result<ConnectionId, Refused> {
        self.advance();
        if self.faults.refuses_connection() {
            return Err(Refused::ByRule);
        }
        if self.clients().count() >= self.max_clients() {
            return Err(Refused::TooManyClients);
        }
        let id = ConnectionId(self.next_id);
        self.next_id += 1;
        let mut client = Client::new(id, info, self.now, wake);
        client.user = self.users.without_password();
        self.clients.insert(id, client);
        self.stats.connections += 1;
        self.notify_observers();
        Ok(id)
    }

    /// The connection is gone: nothing it waited for happens to it any more.
    pub(crate) fn disconnect(&mut self, id: ConnectionId) {
        self.unblock(id);
        self.unwatch(id);
        self.unsubscribe_all(id);
        self.stop_monitoring(id);
        self.clients.remove(&id);
        self.notify_observers();
    }

    /// Executes a command, or puts it behind those the client already waits for.
    pub(crate) fn feed(&mut self, id: ConnectionId, argv: Vec<Bytes>) {
        self.advance();
        let Some(client) = self.clients.get_mut(&id) else { return };
        if client.closing {
            return;
        }
        if client.wait.is_some() || client.has_deferred() {
            if client.defer(argv) > PENDING_LIMIT {
                client.closing = true;
                client.wake();
            }
            return;
        }
        self.current = Some(id);
        self.process(id, argv);
        self.serve_ready_keys();
        self.current = None;
        self.finish();
    }

    /// Executes what clients sent while they were blocked; to be called when all input at hand has been fed, for
    /// those clients come after it.
    pub(crate) fn resume(&mut self) {
        self.settle();
        self.finish();
    }

    /// Answers bytes that are no command, and closes.
    pub(crate) fn protocol_error(&mut self, id: ConnectionId, error: ProtocolError) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        client.push(&Reply::Error(error::CommandError::from_text(format!("ERR {error}"))));
        client.closing = true;
    }

    /// Whether the client's requests have the limits of an authenticated client; false for one that is gone.
    pub(crate) fn is_authenticated(&self, id: ConnectionId) -> bool {
        self.clients.get(&id).is_some_and(|client| client.user.is_some())
    }

    pub(crate) fn take_output(&mut self, id: ConnectionId) -> Output {
        match self.clients.get_mut(&id) {
            Some(client) => Output { bytes: client.take_output(), close: client.closing },
            None => Output { bytes: BytesMut::new(), close: true },
        }
    }

    /// When [`Engine::tick`] has something to do.
    pub(crate) fn next_deadline(&self) -> Option<Millis> {
        let expiry = self.dbs.iter().filter_map(Database::next_deadline).min();
        let timer = self.timers.first().map(|(at, _)| *at);
        expiry.into_iter().chain(timer).min()
    }

    /// How long until the next deadline; `None` when there is none, or when the clock stands still.
    pub(crate) fn until_next_deadline(&self) -> Option<Duration> {
        let deadline = self.next_deadline().filter(|_| !self.clock.is_manual())?;
        let at = Duration::from_millis(u64::try_from(deadline).unwrap_or(0));
        Some(at.saturating_sub(self.clock.now()))
    }

    /// `announce` is called whenever the next deadline has come nearer.
    pub(crate) fn on_deadline(&mut self, announce: Wake) {
        self.on_deadline = Some(Deadline(announce));
    }

    /// Does what has come due. The caller asks for the next deadline itself, so that it is not announced.
    pub(crate) fn tick(&mut self) {
        self.advance();
        self.announced = self.next_deadline();
        self.notify_observers();
    }

    /// Moves time on: everything due on the way happens in order, each at its own time.
    pub(crate) fn fast_forward(&mut self, by: Duration) {
        self.advance();
        self.clock.fast_forward(by);
        self.advance();
        // Whoever sleeps until the next deadline has slept too long by now.
        self.announced = None;
        self.finish();
    }

    /// Wakes `waker` at the next change of any kind.
    pub(crate) fn observe(&mut self, waker: &Waker) {
        if !self.observers.iter().any(|known| known.will_wake(waker)) {
            self.observers.push(waker.clone());
        }
    }

    /// Brings time and everything that is due up to now; to be called before keys are looked at.
    pub(crate) fn advance(&mut self) {
        let now = self.clock.now_millis();
        while let Some(deadline) = self.next_deadline().filter(|deadline| *deadline <= now) {
            self.now = self.now.max(deadline);
            self.expire(deadline);
            self.fire_timers(deadline);
            self.settle();
        }
        self.now = self.now.max(now);
    }

    /// Serves what the last command made ready, until nothing is.
    pub(crate) fn settle(&mut self) {
        loop {
            self.serve_ready_keys();
            let Some(id) = self.runnable.pop_front() else { break };
            self.run_pending(id);
        }
    }

    /// Ends a call from outside.
    pub(crate) fn finish(&mut self) {
        let next = self.next_deadline();
        let nearer = match (next, self.announced) {
            (Some(next), Some(announced)) => next < announced,
            (next, None) => next.is_some(),
            (None, _) => false,
        };
        if nearer && let Some(Deadline(announce)) = &self.on_deadline {
            self.announced = next;
            announce();
        }
        self.notify_observers();
    }

    pub(crate) fn now(&self) -> Millis {
        self.now
    }

    pub(crate) fn started(&self) -> Millis {
        self.started
    }

    /// Time since the epoch, finer than [`Engine::now`], for TIME.
    pub(crate) fn time(&self) -> Duration {
        self.clock.now()
    }

    /// `index` is below [`DATABASES`]: SELECT and the direct API see to it.
    pub(crate) fn db(&self, index: usize) -> &Database {
        &self.dbs[index]
    }

    pub(crate) fn db_mut(&mut self, index: usize) -> &mut Database {
        let now = self.now;
        let db = &mut self.dbs[index];
        db.set_now(now);
        db
    }

    /// Clients that have a connection.
    pub(crate) fn clients(&self) -> impl Iterator<Item = &Client> {
        self.clients.values().filter(|client| client.id != ConnectionId::DIRECT)
    }

    pub(crate) fn client(&self, id: ConnectionId) -> Option<&Client> {
        self.clients.get(&id)
    }

    pub(crate) fn client_mut(&mut self, id: ConnectionId) -> Option<&mut Client> {
        self.clients.get_mut(&id)
    }

    /// A value was written: removes it if it is empty, breaks watches, wakes who waits for the key.
    pub(crate) fn touch(&mut self, db: usize, key: &Bytes) {
        let database = &mut self.dbs[db];
        if database.get(key).is_some_and(|entry| entry.value.is_empty()) {
            database.remove(key);
        }
        database.refresh_field_expiry(key);
        self.break_watches(db, key);
        self.mark_ready(db, key);
    }

    /// Removes all keys of a database. How many there were.
    pub(crate) fn flush(&mut self, db: usize) -> usize {
        let keys: Vec<Bytes> = self.dbs[db].keys().cloned().collect();
        self.dbs[db].clear();
        for key in &keys {
            self.break_watches(db, key);
        }
        keys.len()
    }

    /// Exchanges two databases under their clients.
    pub(crate) fn swap(&mut self, a: usize, b: usize) {
        for db in [a, b] {
            for key in self.watches.keys_in(db) {
                if self.dbs[a].contains(&key) || self.dbs[b].contains(&key) {
                    self.break_watches(db, &key);
                }
            }
        }
        self.dbs.swap(a, b);
        self.mark_database_ready(a);
        self.mark_database_ready(b);
    }

    /// Closes a connection; at once, unless it is the one whose command is being executed.
    pub(crate) fn kill(&mut self, id: ConnectionId) {
        if self.current != Some(id)
            && let Some(client) = self.clients.get_mut(&id)
        {
            client.wake();
            self.disconnect(id);
        } else if let Some(client) = self.clients.get_mut(&id) {
            client.closing = true;
        }
    }

    /// Makes a client wait; a deadline, if any, ends that.
    fn set_wait(&mut self, id: ConnectionId, wait: Wait) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        if let Some(deadline) = wait.deadline() {
            self.timers.insert((deadline, id));
        }
        client.wait = Some(wait);
    }

    /// Ends the waiting of a client; what it sent meanwhile is executed by [`Engine::settle`].
    fn end_wait(&mut self, id: ConnectionId) -> Option<Wait> {
        let wait = self.clients.get_mut(&id)?.wait.take()?;
        if let Some(deadline) = wait.deadline() {
            self.timers.remove(&(deadline, id));
        }
        self.runnable.push_back(id);
        Some(wait)
    }

    fn expire(&mut self, now: Millis) {
        for db in 0..self.dbs.len() {
            while let Some(expired) = self.dbs[db].pop_due(now) {
                match expired {
                    Expired::Key(key) => self.key_expired(db, &key),
                    Expired::Fields(key, fields) => self.fields_expired(db, &key, &fields),
                }
            }
        }
    }

    fn key_expired(&mut self, db: usize, key: &Bytes) {
        self.stats.expired_keys += 1;
        self.break_watches(db, key);
        self.notify_event(db, EventClass::Expired, "expired", key);
    }

    fn fields_expired(&mut self, db: usize, key: &Bytes, fields: &[Bytes]) {
        if fields.is_empty() {
            return;
        }
        self.break_watches(db, key);
        self.notify_event(db, EventClass::Hash, "hexpired", key);
        if !self.dbs[db].contains(key) {
            self.notify_event(db, EventClass::Generic, "del", key);
        }
    }

    fn fire_timers(&mut self, now: Millis) {
        while let Some((_, id)) = self.timers.first().copied().filter(|(at, _)| *at <= now) {
            self.timers.pop_first();
            match self.clients.get(&id).and_then(|client| client.wait.as_ref()) {
                Some(Wait::Blocked { block, .. }) => {
                    let reply = block.on_timeout.clone();
                    self.unblock_with(id, &reply);
                }
                Some(Wait::Paused { .. }) => {
                    self.end_wait(id);
                }
                Some(Wait::Delayed { .. }) => {
                    if let Some(Wait::Delayed { argv, .. }) = self.end_wait(id) {
                        self.execute(id, argv);
                    }
                }
                None => {}
            }
        }
    }

    /// Executes what a client sent while it waited.
    fn run_pending(&mut self, id: ConnectionId) {
        while let Some(client) = self.clients.get_mut(&id) {
            if client.wait.is_some() || client.closing {
                return;
            }
            if let Some(argv) = client.postponed.take() {
                self.execute(id, argv);
            } else if let Some(argv) = client.next_deferred() {
                self.process(id, argv);
            } else {
                return;
            }
            self.serve_ready_keys();
        }
    }

    fn wake(&mut self, id: ConnectionId) {
        if self.current != Some(id)
            && let Some(client) = self.clients.get_mut(&id)
        {
            client.wake();
        }
    }

    fn notify_observers(&mut self) {
        self.observers.drain(..).for_each(Waker::wake);
    }

    fn add_direct_client(&mut self) {
        let wake: Wake = std::sync::Arc::new(|| {});
        let mut direct = Client::new(ConnectionId::DIRECT, ConnectionInfo::default(), self.now, wake);
        direct.user = Some(user::DEFAULT.to_owned());
        direct.resp = reply::RespVersion::Resp3;
        self.clients.insert(ConnectionId::DIRECT, direct);
    }

    fn max_clients(&self) -> usize {
        self.config.get("maxclients").parse().unwrap_or(usize::MAX)
    }

    /// The deadline that lies `delay` ahead.
    fn after(&self, delay: Duration) -> Millis {
        self.now.saturating_add(to_millis(delay))
    }
}
