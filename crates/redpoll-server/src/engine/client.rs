//! What the engine knows about one connection.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use crate::engine::clock::Millis;
use crate::engine::command::{Block, CommandSpec};
use crate::engine::reply::{Reply, RespVersion};

/// Names a connection, as CLIENT ID does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub(crate) u64);

impl ConnectionId {
    /// The engine's own client, through which the direct API runs commands.
    pub(crate) const DIRECT: Self = Self(0);

    /// The number that CLIENT ID replies.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Tells the front end that a connection has output, or is to be closed.
pub(crate) type Wake = Arc<dyn Fn() + Send + Sync>;

/// Where a connection comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConnectionInfo {
    pub(crate) address: String,
    pub(crate) local_address: String,
    pub(crate) unix: bool,
}

pub(crate) struct Client {
    pub(crate) id: ConnectionId,
    pub(crate) info: ConnectionInfo,
    pub(crate) name: Bytes,
    pub(crate) library_name: Bytes,
    pub(crate) library_version: Bytes,
    pub(crate) db: usize,
    pub(crate) resp: RespVersion,
    /// Who the client is; `None` until it has authenticated.
    pub(crate) user: Option<String>,
    pub(crate) created: Millis,
    pub(crate) last_command_at: Millis,
    pub(crate) last_command: &'static str,
    pub(crate) commands: u64,
    pub(crate) no_evict: bool,
    pub(crate) no_touch: bool,
    pub(crate) reply_mode: ReplyMode,
    pub(crate) transaction: Option<Transaction>,
    pub(crate) watched: Vec<(usize, Bytes)>,
    /// A watched key was changed: EXEC will reply null.
    pub(crate) watch_broken: bool,
    pub(crate) channels: BTreeSet<Bytes>,
    pub(crate) patterns: BTreeSet<Bytes>,
    pub(crate) shard_channels: BTreeSet<Bytes>,
    pub(crate) wait: Option<Wait>,
    /// The command that a pause holds back. It goes before those that came after it.
    pub(crate) postponed: Option<Vec<Bytes>>,
    /// Commands that came while the client was waiting.
    pending: VecDeque<Vec<Bytes>>,
    pub(crate) output: BytesMut,
    /// While a command of the client is being executed, messages wait here: its reply goes first.
    messages: Option<BytesMut>,
    pub(crate) closing: bool,
    pending_bytes: usize,
    /// A fault rule lets only this much of the next reply through.
    cut: Option<usize>,
    wake: Wake,
    woken: bool,
}

/// Which replies the client wants: CLIENT REPLY.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ReplyMode {
    #[default]
    On,
    Off,
    /// CLIENT REPLY SKIP itself was just executed.
    SkipNext,
    SkipThis,
}

/// The commands between MULTI and EXEC.
#[derive(Debug, Default)]
pub(crate) struct Transaction {
    pub(crate) queued: Vec<(&'static CommandSpec, Vec<Bytes>)>,
    /// A command could not be queued: EXEC will reply EXECABORT.
    pub(crate) aborted: bool,
}

/// Why no further command of the client is executed for now.
#[derive(Debug)]
pub(crate) enum Wait {
    Blocked {
        argv: Vec<Bytes>,
        spec: &'static CommandSpec,
        block: Block,
    },
    /// CLIENT PAUSE holds back the command that is postponed.
    Paused {
        until: Millis,
    },
    /// A fault rule delays this command.
    Delayed {
        argv: Vec<Bytes>,
        until: Millis,
    },
}

impl Wait {
    pub(crate) fn deadline(&self) -> Option<Millis> {
        match self {
            Self::Blocked { block, .. } => block.deadline,
            Self::Paused { until } | Self::Delayed { until, .. } => Some(*until),
        }
    }
}

impl Client {
    pub(crate) fn new(id: ConnectionId, info: ConnectionInfo, now: Millis, wake: Wake) -> Self {
        Self {
            id,
            info,
            name: Bytes::new(),
            library_name: Bytes::new(),
            library_version: Bytes::new(),
            db: 0,
            resp: RespVersion::Resp2,
            user: None,
            created: now,
            last_command_at: now,
            last_command: "NULL",
            commands: 0,
            no_evict: false,
            no_touch: false,
            reply_mode: ReplyMode::On,
            transaction: None,
            watched: Vec::new(),
            watch_broken: false,
            channels: BTreeSet::new(),
            patterns: BTreeSet::new(),
            shard_channels: BTreeSet::new(),
            wait: None,
            postponed: None,
            pending: VecDeque::new(),
            output: BytesMut::new(),
            messages: None,
            closing: false,
            pending_bytes: 0,
            cut: None,
            wake,
            woken: false,
        }
    }

    pub(crate) fn subscriptions(&self) -> usize {
        self.channels.len() + self.patterns.len() + self.shard_channels.len()
    }

    /// A RESP2 connection with subscriptions accepts few commands, since its replies cannot be told from messages.
    pub(crate) fn is_in_subscriber_mode(&self) -> bool {
        self.resp == RespVersion::Resp2 && self.subscriptions() > 0
    }

    pub(crate) fn is_blocked(&self) -> bool {
        matches!(self.wait, Some(Wait::Blocked { .. }))
    }

    pub(crate) fn blocked_on(&self) -> Option<&Block> {
        match &self.wait {
            Some(Wait::Blocked { block, .. }) => Some(block),
            _ => None,
        }
    }

    /// Writes the reply to a command, unless the client does not want it.
    pub(crate) fn reply(&mut self, reply: &Reply) {
        let before = self.output.len();
        if self.reply_mode == ReplyMode::On {
            reply.encode(self.resp, &mut self.output);
        }
        if let Some(length) = self.cut.take() {
            self.output.truncate(before.saturating_add(length));
            self.closing = true;
        }
    }

    /// Lets only `length` bytes of the next reply through, and closes the connection then.
    pub(crate) fn cut_next_reply(&mut self, length: usize) {
        self.cut = Some(length);
    }

    /// Puts a command behind those that came while the client was waiting. How many bytes wait now.
    pub(crate) fn defer(&mut self, argv: Vec<Bytes>) -> usize {
        self.pending_bytes += argv.iter().map(Bytes::len).sum::<usize>();
        self.pending.push_back(argv);
        self.pending_bytes
    }

    pub(crate) fn has_deferred(&self) -> bool {
        !self.pending.is_empty()
    }

    pub(crate) fn next_deferred(&mut self) -> Option<Vec<Bytes>> {
        let argv = self.pending.pop_front()?;
        self.pending_bytes -= argv.iter().map(Bytes::len).sum::<usize>();
        Some(argv)
    }

    /// Writes what the client gets whether it wants replies or not: messages.
    pub(crate) fn push(&mut self, reply: &Reply) {
        reply.encode(self.resp, self.messages.as_mut().unwrap_or(&mut self.output));
    }

    /// Holds messages back until [`Client::end_of_command`].
    pub(crate) fn begin_command(&mut self) {
        self.messages.get_or_insert_default();
    }

    /// The reply has been written, or will come later.
    pub(crate) fn end_of_command(&mut self) {
        if let Some(messages) = self.messages.take().filter(|messages| !messages.is_empty() && !self.closing)
        {
            self.output.extend_from_slice(&messages);
        }
    }

    /// CLIENT REPLY SKIP holds for the one command that comes after it.
    pub(crate) fn end_of_reply(&mut self) {
        self.reply_mode = match self.reply_mode {
            ReplyMode::SkipNext => ReplyMode::SkipThis,
            ReplyMode::SkipThis => ReplyMode::On,
            other => other,
        };
    }

    /// Wakes the front end, once until it has taken the output.
    pub(crate) fn wake(&mut self) {
        if !std::mem::replace(&mut self.woken, true) {
            (self.wake)();
        }
    }

    pub(crate) fn take_output(&mut self) -> BytesMut {
        self.woken = false;
        self.output.split()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("id", &self.id).field("db", &self.db).finish_non_exhaustive()
    }
}
