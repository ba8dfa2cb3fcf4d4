//! What the handler of a command can see and do.

use bytes::Bytes;

use crate::engine::Engine;
use crate::engine::client::{Client, ConnectionId};
use crate::engine::clock::Millis;
use crate::engine::command::{CommandSpec, Flag};
use crate::engine::database::Database;
use crate::engine::error::CommandError;
use crate::engine::event::EventClass;
use crate::engine::long_double::LongDouble;
use crate::engine::number::parse_float;
use crate::engine::random::Random;
use crate::engine::reply::RespVersion;
use crate::engine::value::Typed;

/// One execution of one command for one client.
#[derive(Debug)]
pub(crate) struct Context<'e> {
    pub(crate) engine: &'e mut Engine,
    client: ConnectionId,
    db: usize,
    spec: &'static CommandSpec,
    may_block: bool,
}

impl<'e> Context<'e> {
    /// The client exists: [`Engine::call`] looked.
    pub(crate) fn new(
        engine: &'e mut Engine,
        client: ConnectionId,
        spec: &'static CommandSpec,
        may_block: bool,
    ) -> Self {
        let db = engine.client(client).map_or(0, |client| client.db);
        Self { engine, client, db, spec, may_block }
    }

    /// The value of a key, if it is of type `T`; a key of another type is WRONGTYPE.
    pub(crate) fn read<T: Typed>(&mut self, key: &[u8]) -> Result<Option<&T>, CommandError> {
        self.accessed(key);
        self.engine.db(self.db).read(key)
    }

    /// The value of an existing key, to be changed. Call [`Context::touch`] afterwards if it was.
    pub(crate) fn modify<T: Typed>(&mut self, key: &[u8]) -> Result<Option<&mut T>, CommandError> {
        self.accessed(key);
        self.db_mut().modify(key)
    }

    /// The value of a key, which is made if missing. Call [`Context::touch`] afterwards if it was changed;
    /// a value that stays empty is gone when the command ends.
    pub(crate) fn upsert<T: Typed>(&mut self, key: &Bytes) -> Result<&mut T, CommandError> {
        self.accessed(key);
        self.db_mut().upsert(key)
    }

    /// The client's database.
    pub(crate) fn db(&self) -> &Database {
        self.engine.db(self.db)
    }

    pub(crate) fn db_mut(&mut self) -> &mut Database {
        self.engine.db_mut(self.db)
    }

    pub(crate) fn db_index(&self) -> usize {
        self.db
    }

    /// The value of a key was written, or the key removed: an empty collection goes, watches break, and clients
    /// blocked on the key are served when the command has ended. To be called once per key written.
    pub(crate) fn touch(&mut self, key: &Bytes) {
        self.engine.touch(self.db, key);
    }

    /// Tells those who listen to keyspace events.
    pub(crate) fn notify(&mut self, class: EventClass, event: &str, key: &Bytes) {
        self.engine.notify_event(self.db, class, event, key);
    }

    /// Removes a key, with all that follows from it. Whether it existed.
    pub(crate) fn delete(&mut self, key: &Bytes) -> bool {
        let existed = self.db_mut().remove(key).is_some();
        if existed {
            self.touch(key);
            self.notify(EventClass::Generic, "del", key);
        }
        existed
    }

    /// The time of this command; it does not change while it runs, nor within a transaction.
    pub(crate) fn now(&self) -> Millis {
        self.engine.now()
    }

    pub(crate) fn random(&mut self) -> &mut Random {
        &mut self.engine.random
    }

    /// The protocol that replies are for: the client's, or what a script chose.
    pub(crate) fn resp(&self) -> RespVersion {
        self.engine.script_resp().unwrap_or(self.client().resp)
    }

    /// Whether the client's user may run this command on any key, as far as reading goes.
    pub(crate) fn may_read_all_keys(&self, argv: &[Bytes]) -> bool {
        let user = self.client().user.as_deref().and_then(|name| self.engine.users.get(name));
        user.is_none_or(|user| user.may_read_all_keys(self.spec, argv))
    }

    pub(crate) fn is_resp3(&self) -> bool {
        self.resp() == RespVersion::Resp3
    }

    pub(crate) fn client_id(&self) -> ConnectionId {
        self.client
    }

    #[expect(clippy::expect_used, reason = "a client stays while its command is executed: see Engine::kill")]
    pub(crate) fn client(&self) -> &Client {
        self.engine.client(self.client).expect("the client of a context is connected")
    }

    #[expect(clippy::expect_used, reason = "a client stays while its command is executed: see Engine::kill")]
    pub(crate) fn client_mut(&mut self) -> &mut Client {
        self.engine.client_mut(self.client).expect("the client of a context is connected")
    }

    /// The entry of the command table, for error texts that name the command.
    pub(crate) fn spec(&self) -> &'static CommandSpec {
        self.spec
    }

    /// False in transactions and scripts.
    pub(crate) fn may_block(&self) -> bool {
        self.may_block
    }

    pub(crate) fn wrong_arity(&self) -> CommandError {
        CommandError::wrong_arity(self.spec.name)
    }

    /// The deadline that a blocking command's timeout argument (seconds, 0 for none) asks for.
    pub(crate) fn block_deadline(&self, seconds: &[u8]) -> Result<Option<Millis>, CommandError> {
        let seconds = seconds_to_wait(seconds).ok_or(CommandError::TIMEOUT_NOT_A_FLOAT)?;
        let millis = (seconds * 1000.0).ceil();
        if millis > i64::MAX as f64 {
            return Err(CommandError::TIMEOUT_OUT_OF_RANGE);
        }
        if seconds < 0.0 {
            return Err(CommandError::TIMEOUT_NEGATIVE);
        }
        if millis == 0.0 {
            return Ok(None);
        }
        let deadline = self.now().checked_add(millis as Millis);
        deadline.map(Some).ok_or(CommandError::TIMEOUT_OUT_OF_RANGE)
    }

    /// The command has ended.
    pub(crate) fn finish(self) {
        self.engine.db_mut(self.db).remove_empty_upserts();
    }

    /// Counts hits and misses, and notes when keys were used.
    fn accessed(&mut self, key: &[u8]) {
        let found = self.db().contains(key);
        if self.spec.has(Flag::Readonly) {
            let stats = &mut self.engine.stats;
            if found {
                stats.keyspace_hits += 1;
            } else {
                stats.keyspace_misses += 1;
            }
        }
        if found && !self.client().no_touch {
            self.db_mut().access(key);
        }
    }
}

/// Timeouts are long doubles: what only they can hold is infinite here.
fn seconds_to_wait(text: &[u8]) -> Option<f64> {
    parse_float(text).or_else(|| {
        LongDouble::parse(text)?;
        std::str::from_utf8(text).ok()?.parse().ok()
    })
}
