use std::time::Duration;

use redpoll_protocol::{Limits, Protocol, Secret};

#[cfg(feature = "tls")]
use super::TlsConfig;
use super::{Config, Keepalive, PoolConfig};

/// What a call does while its shared connection has no room for another command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenFull {
    /// Waits for room, until its deadline: callers slow down to what the server can do.
    Wait,
    /// Fails at once with [`ErrorKind::Busy`](crate::ErrorKind::Busy): callers learn of the overload and shed it.
    Fail,
}

/// Who, where and in which tongue.
impl Config {
    /// The user to authenticate as; it needs a [password](Config::password). Default: none, which means `default`.
    #[must_use]
    pub fn username(mut self, username: impl Into<String>) -> Self {
        self.username = Some(username.into());
        self
    }

    /// The password, sent with the handshake of every connection. Default: none.
    ///
    /// It is shown in no `Debug` output and no error. Without TLS it crosses the network in the clear.
    #[must_use]
    pub fn password(mut self, password: impl Into<Secret>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// The database that every connection selects. Default: 0.
    ///
    /// Databases share memory, CPU and `FLUSHALL`; they keep keys apart, not tenants.
    #[must_use]
    pub fn database(mut self, database: u32) -> Self {
        self.database = database;
        self
    }

    /// The name under which `CLIENT LIST` shows the connections: printable ASCII without spaces. Default: none.
    #[must_use]
    pub fn client_name(mut self, name: impl Into<String>) -> Self {
        self.client_name = Some(name.into());
        self
    }

    /// The protocol to ask for. Default: RESP3, and RESP2 with a server that does not know it.
    ///
    /// Replies read the same in both. RESP2 helps with proxies that answer `HELLO` but break on RESP3.
    #[must_use]
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }

    /// Uses TLS. Default: no; `rediss://` turns it on.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, tls: TlsConfig) -> Self {
        self.tls = Some(tls);
        self
    }
}

/// Deadlines.
impl Config {
    /// How long a call may take, waiting for room, reconnection and retries included. Default: 1 s.
    ///
    /// Too short, and a garbage collection of fork or disk at the server turns into errors; too long, and callers pile
    /// up behind a dead server. A write that times out [may have run](crate::Error::may_have_run).
    #[must_use]
    pub fn command_timeout(mut self, timeout: Duration) -> Self {
        self.command_timeout = timeout;
        self
    }

    /// How long one attempt to connect may take: name, TCP, TLS and handshake. Default: 2 s.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// What a blocking command gets beyond its own timeout, for the way there and back. Default: 500 ms.
    ///
    /// With too little, the client gives up while the server is about to answer, and an element that was popped is
    /// lost with the connection.
    #[must_use]
    pub fn blocking_margin(mut self, margin: Duration) -> Self {
        self.blocking_margin = margin;
        self
    }
}

/// Connections, queues and what happens when they are full.
impl Config {
    /// Shared connections per node. Default: 1.
    ///
    /// One connection carries every caller's commands in pipelines and keeps a server busy. More of them help when one
    /// core of the client is not enough, or when large replies delay small ones; commands of one task may then overtake
    /// each other if they are not awaited one by one.
    #[must_use]
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }

    /// Sends every command over a connection of the [pool](Config::pool) instead of a shared one. Default: off.
    ///
    /// Calls are isolated: a large reply delays nobody else. It costs a system call per command in each direction and,
    /// under load, as many connections as there are callers: a fraction of the throughput.
    #[must_use]
    pub fn pooled(mut self) -> Self {
        self.pooled = true;
        self
    }

    /// The pool of dedicated connections. Default: [`PoolConfig::new`].
    #[must_use]
    pub fn pool(mut self, pool: PoolConfig) -> Self {
        self.pool = pool;
        self
    }

    /// At most this many commands wait for their reply on a shared connection. Default: 10,000.
    ///
    /// The limit bounds memory and delay when the server is slower than its callers; see [`when_full`](Config::when_full).
    #[must_use]
    pub fn max_in_flight(mut self, commands: usize) -> Self {
        self.max_in_flight = commands;
        self
    }

    /// At most this many bytes of commands wait to be written on a shared connection. Default: 64 MiB.
    ///
    /// A command larger than that is sent when it is alone in the queue.
    #[must_use]
    pub fn max_queued_bytes(mut self, bytes: usize) -> Self {
        self.max_queued_bytes = bytes;
        self
    }

    /// What a call does when one of these limits is reached. Default: [`WhenFull::Wait`].
    #[must_use]
    pub fn when_full(mut self, when_full: WhenFull) -> Self {
        self.when_full = when_full;
        self
    }

    /// How many messages a subscription keeps for a subscriber that is slower than they come. Default: 1024.
    ///
    /// Further messages are dropped and counted: a slow subscriber must not stop replies nor eat the memory.
    #[must_use]
    pub fn pubsub_buffer(mut self, messages: usize) -> Self {
        self.pubsub_buffer = messages;
        self
    }

    /// What a reply may look like at most. A server that exceeds it has broken the protocol and is hung up on.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

/// Coming back after a failure.
impl Config {
    /// The least delay between two attempts to reconnect. Default: 50 ms.
    #[must_use]
    pub fn reconnect_min_delay(mut self, delay: Duration) -> Self {
        self.reconnect_min_delay = delay;
        self
    }

    /// The longest delay between two attempts to reconnect. Default: 10 s.
    ///
    /// Delays grow up to it, at random, so that the clients of a server that restarts do not come back all at once. It
    /// is also how late a client may notice that the server is back.
    #[must_use]
    pub fn reconnect_max_delay(mut self, delay: Duration) -> Self {
        self.reconnect_max_delay = delay;
        self
    }

    /// How often a command is tried again, within its deadline, when that is safe. Default: 3.
    ///
    /// Safe is what cannot have run, and what only reads. 0 turns retries off.
    #[must_use]
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// Whether a write is tried again too if its reply was lost and running it twice ends the same, as for `SET` or
    /// `DEL`. Default: no.
    ///
    /// Danger: another client's write may come between the two, and is then undone by the second; and the reply tells of the
    /// second run (`DEL` says 0). Writes that accumulate, such as `INCR`, are never tried again.
    #[must_use]
    pub fn retry_idempotent_writes(mut self, retry: bool) -> Self {
        self.retry_idempotent_writes = retry;
        self
    }

    /// Retries are at most this share of all commands, over the whole client: from 0 to 1. Default: 0.2.
    ///
    /// It keeps retries from doubling the load on a server that fails because of its load.
    #[must_use]
    pub fn retry_budget(mut self, share: f64) -> Self {
        self.retry_budget = share;
        self
    }
}

/// The socket, and finding out that the other end is gone.
impl Config {
    /// TCP keepalive; `None` turns it off. Default: 5 s idle, every 5 s, 3 probes.
    ///
    /// Off, a peer that vanished without a word is noticed on an idle connection by the [PING](Config::ping_idle_after)
    /// alone, and on one that waits for a blocking command not at all.
    #[must_use]
    pub fn tcp_keepalive(mut self, keepalive: impl Into<Option<Keepalive>>) -> Self {
        self.tcp_keepalive = keepalive.into();
        self
    }

    /// How long what was sent may stay unacknowledged before the connection is given up (Linux). Default: 20 s;
    /// `None`: as the system does, often 15 minutes.
    #[must_use]
    pub fn tcp_user_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.tcp_user_timeout = timeout.into();
        self
    }

    /// Whether small writes leave at once (`TCP_NODELAY`). Default: yes.
    ///
    /// The client batches by itself. Without it, a command may wait 40 ms for the acknowledgement of the one before.
    #[must_use]
    pub fn tcp_nodelay(mut self, nodelay: bool) -> Self {
        self.tcp_nodelay = nodelay;
        self
    }

    /// A shared connection that was idle for so long is checked with a PING. Default: 10 s.
    ///
    /// It also keeps firewalls and the server's `timeout` from closing the connection.
    #[must_use]
    pub fn ping_idle_after(mut self, idle: Duration) -> Self {
        self.ping_idle_after = idle;
        self
    }
}
