mod client_filter;
mod client_info;
mod hello;
mod tracking_info;

use std::time::Duration;

use redpoll_protocol::{CommandMeta, FromReply, RetryClass, ToArg, ToArgs};

pub use self::client_filter::{ClientKill, ClientKind, ClientList, FiltersClients};
pub use self::client_info::ClientInfo;
pub use self::hello::Hello;
pub use self::tracking_info::TrackingInfo;
use super::time_unit::millis_after;
use crate::client::{Command, Executor, Plain};

const AUTH: CommandMeta = CommandMeta::write("AUTH", RetryClass::Idempotent).dedicated();
const CLIENT_GETNAME: CommandMeta = CommandMeta::read("CLIENT GETNAME");
const CLIENT_GETREDIR: CommandMeta = CommandMeta::read("CLIENT GETREDIR");
const CLIENT_ID: CommandMeta = CommandMeta::read("CLIENT ID");
const CLIENT_INFO: CommandMeta = CommandMeta::read("CLIENT INFO");
// A second one would hit clients that have connected since.
const CLIENT_KILL: CommandMeta = CommandMeta::write("CLIENT KILL", RetryClass::Accumulating);
const CLIENT_LIST: CommandMeta = CommandMeta::read("CLIENT LIST");
const CLIENT_NO_EVICT: CommandMeta =
    CommandMeta::write("CLIENT NO-EVICT", RetryClass::Idempotent).dedicated();
const CLIENT_NO_TOUCH: CommandMeta =
    CommandMeta::write("CLIENT NO-TOUCH", RetryClass::Idempotent).dedicated();
const CLIENT_PAUSE: CommandMeta = CommandMeta::write("CLIENT PAUSE", RetryClass::Idempotent);
const CLIENT_SETINFO: CommandMeta = CommandMeta::write("CLIENT SETINFO", RetryClass::Idempotent).dedicated();
const CLIENT_SETNAME: CommandMeta = CommandMeta::write("CLIENT SETNAME", RetryClass::Idempotent).dedicated();
const CLIENT_TRACKINGINFO: CommandMeta = CommandMeta::read("CLIENT TRACKINGINFO");
const CLIENT_UNBLOCK: CommandMeta = CommandMeta::write("CLIENT UNBLOCK", RetryClass::Checked);
const CLIENT_UNPAUSE: CommandMeta = CommandMeta::write("CLIENT UNPAUSE", RetryClass::Idempotent);
const ECHO: CommandMeta = CommandMeta::read("ECHO");
const HELLO: CommandMeta = CommandMeta::read("HELLO");
const PING: CommandMeta = CommandMeta::read("PING");
const RESET: CommandMeta = CommandMeta::write("RESET", RetryClass::Idempotent).dedicated();
const SELECT: CommandMeta = CommandMeta::write("SELECT", RetryClass::Idempotent).dedicated();

/// Commands on connections, this one and others.
///
/// Those that change the state of their connection need one of their own,
/// [`Client::connection`](crate::Client::connection), and are refused on the client, whose connections are shared. What
/// all connections shall be like (user, database, name) is said in the [`Config`](crate::Config).
///
/// Three commands are missing, since the client would lose track of its replies: `CLIENT REPLY`, `QUIT`, and `HELLO`
/// with a protocol. `CLIENT TRACKING` and `CLIENT CACHING` make sense only together with a cache.
pub trait ConnectionCommands: Executor {
    /// Authenticates this connection by a password, as the user `default`. It needs a connection of its own.
    ///
    /// Fails with `WRONGPASS`. O(n) in the passwords of the user. Since Redis 1.0.
    ///
    /// ```,no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let connection = client.connection().await?;
    /// connection.auth("secret").await?;
    /// # Ok(()) }
    /// ```
    fn auth(self, password: impl ToArg) -> Command<Self, Plain, ()> {
        Command::new(self, &AUTH).arg(password)
    }

    /// Authenticates this connection as a user (`AUTH` with two arguments). It needs a connection of its own.
    ///
    /// Fails with `WRONGPASS`. O(n) in the passwords of the user. Since Redis 6.0.
    ///
    /// ```,no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let connection = client.connection().await?;
    /// connection.auth_as("ada", "secret").await?;
    /// # Ok(()) }
    /// ```
    #[doc(alias = "AUTH")]
    fn auth_as(self, username: impl ToArg, password: impl ToArg) -> Command<Self, Plain, ()> {
        Command::new(self, &AUTH).arg(username).arg(password)
    }

    /// The name of the connection.
    ///
    /// Reply: the name; `None` if it has none. O(1). Since Redis 2.6.9.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let connection = client.connection().await?;
    /// connection.client_setname("worker-1").await?;
    /// assert_eq!(connection.client_getname().await?.as_deref(), Some("worker-1"));
    /// # Ok(()) }
    /// ```
    fn client_getname(self) -> Command<Self, Plain, Option<String>> {
        Command::new(self, &CLIENT_GETNAME)
    }

    /// Where the invalidations of this connection are sent.
    ///
    /// Reply: the ID of the connection they go to; 0 if they stay here, -1 without tracking. O(1). Since Redis 6.0.
    ///
    /// ```,no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert_eq!(client.client_getredir().await?, -1);
    /// # Ok(()) }
    /// ```
    fn client_getredir(self) -> Command<Self, Plain, i64> {
        Command::new(self, &CLIENT_GETREDIR)
    }

    /// The ID of the connection. Later connections have larger IDs.
    ///
    /// O(1). Since Redis 5.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let connection = client.connection().await?;
    /// assert!(connection.client_id().await? > 0);
    /// # Ok(()) }
    /// ```
    fn client_id(self) -> Command<Self, Plain, u64> {
        Command::new(self, &CLIENT_ID)
    }

    /// What the server knows of the connection.
    ///
    /// O(1). Since Redis 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let connection = client.connection().await?;
    /// connection.client_setname("worker-1").await?;
    /// let info = connection.client_info().await?;
    /// assert_eq!((info.name(), info.db()), (Some("worker-1"), Some(0)));
    /// # Ok(()) }
    /// ```
    fn client_info(self) -> Command<Self, Plain, ClientInfo> {
        Command::new(self, &CLIENT_INFO)
    }

    /// Closes connections: all that meet every filter. At least one must be said: [`id`](Command::id),
    /// [`kind`](Command::kind), [`user`](Command::user), [`addr`](Command::addr), [`laddr`](Command::laddr),
    /// [`skipme`](Command::skipme), [`maxage`](Command::maxage).
    ///
    /// Reply: how many were closed. O(n) in the connections. Since Redis 2.8.12.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let connection = client.connection().await?;
    /// let id = connection.client_id().await?;
    /// assert_eq!(client.client_kill().id(id).await?, 1);
    /// # Ok(()) }
    /// ```
    fn client_kill(self) -> Command<Self, ClientKill, u64> {
        Command::new(self, &CLIENT_KILL)
    }

    /// What the server knows of all connections. Options: [`kind`](Command::kind), [`ids`](Command::ids), and the other
    /// filters of [`client_kill`](Self::client_kill) since Valkey 8.1.
    ///
    /// O(n) in the connections. Since Redis 2.4.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let connection = client.connection().await?;
    /// connection.client_setname("worker-1").await?;
    /// let clients = client.client_list().await?;
    /// assert!(clients.iter().any(|client| client.name() == Some("worker-1")));
    /// # Ok(()) }
    /// ```
    fn client_list(self) -> Command<Self, ClientList, Vec<ClientInfo>> {
        Command::new(self, &CLIENT_LIST)
    }

    /// Says whether the connection is spared when clients are evicted (`maxmemory-clients`). It needs a connection of
    /// its own.
    ///
    /// O(1). Since Redis 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.connection().await?.client_no_evict(true).await?;
    /// # Ok(()) }
    /// ```
    fn client_no_evict(self, on: bool) -> Command<Self, Plain, ()> {
        Command::new(self, &CLIENT_NO_EVICT).arg(on_off(on))
    }

    /// Says whether the commands of the connection leave it to [`touch`](super::GenericCommands::touch) to count keys
    /// as used. It needs a connection of its own.
    ///
    /// O(1). Since Redis 7.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.connection().await?.client_no_touch(true).await?;
    /// # Ok(()) }
    /// ```
    fn client_no_touch(self, on: bool) -> Command<Self, Plain, ()> {
        Command::new(self, &CLIENT_NO_TOUCH).arg(on_off(on))
    }

    /// Lets the commands of all clients wait for so long. Option: [`write`](Command::write).
    ///
    /// A command that waits holds up its whole connection, [`client_unpause`](Self::client_unpause) included.
    ///
    /// O(1). Since Redis 3.0.
    ///
    /// ```,no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.client_pause(std::time::Duration::from_millis(100)).write().await?;
    /// # Ok(()) }
    /// ```
    fn client_pause(self, timeout: Duration) -> Command<Self, ClientPause, ()> {
        Command::new(self, &CLIENT_PAUSE).arg(millis_after(timeout))
    }

    /// Tells the server which library the connection is used by: `LIB-NAME` or `LIB-VER`, and its value. The client has
    /// done so already. It needs a connection of its own.
    ///
    /// O(1). Since Redis 7.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let connection = client.connection().await?;
    /// connection.client_setinfo("LIB-NAME", "redpoll(my-framework)").await?;
    /// # Ok(()) }
    /// ```
    fn client_setinfo(self, attribute: impl ToArg, value: impl ToArg) -> Command<Self, Plain, ()> {
        Command::new(self, &CLIENT_SETINFO).arg(attribute).arg(value)
    }

    /// Names the connection; an empty name removes it. It needs a connection of its own;
    /// [`Config`](crate::Config) names all of a client.
    ///
    /// O(1). Since Redis 2.6.9.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.connection().await?.client_setname("worker-1").await?;
    /// # Ok(()) }
    /// ```
    fn client_setname(self, name: impl ToArg) -> Command<Self, Plain, ()> {
        Command::new(self, &CLIENT_SETNAME).arg(name)
    }

    /// Whether and how the keys that the connection reads are tracked.
    ///
    /// O(1). Since Redis 6.2.
    ///
    /// ```,no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert!(client.client_trackinginfo().await?.flags.contains(&"off".to_owned()));
    /// # Ok(()) }
    /// ```
    fn client_trackinginfo(self) -> Command<Self, Plain, TrackingInfo> {
        Command::new(self, &CLIENT_TRACKINGINFO)
    }

    /// Ends the wait of a blocking command on another connection, as if its timeout had passed. Option:
    /// [`error`](Command::error).
    ///
    /// Reply: whether that connection was waiting. O(log n) in the connections. Since Redis 5.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert!(!client.client_unblock(999_999).await?);
    /// # Ok(()) }
    /// ```
    fn client_unblock(self, id: u64) -> Command<Self, ClientUnblock, bool> {
        Command::new(self, &CLIENT_UNBLOCK).arg(id)
    }

    /// Ends [`client_pause`](Self::client_pause).
    ///
    /// O(n) in the clients that wait. Since Redis 6.2.
    ///
    /// ```,no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.client_unpause().await?;
    /// # Ok(()) }
    /// ```
    fn client_unpause(self) -> Command<Self, Plain, ()> {
        Command::new(self, &CLIENT_UNPAUSE)
    }

    /// Sends a message back.
    ///
    /// O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert_eq!(client.echo::<String>("hello").await?, "hello");
    /// # Ok(()) }
    /// ```
    fn echo<T: FromReply>(self, message: impl ToArg) -> Command<Self, Plain, T> {
        Command::new(self, &ECHO).arg(message)
    }

    /// What the server says of itself and of the connection. The protocol stays as it is.
    ///
    /// O(1). Since Redis 6.2 (without a protocol).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let hello = client.hello().await?;
    /// assert_eq!((hello.proto, hello.mode.as_str()), (3, "standalone"));
    /// # Ok(()) }
    /// ```
    fn hello(self) -> Command<Self, Plain, Hello> {
        Command::new(self, &HELLO)
    }

    /// Asks for a sign of life. Option: [`message`](Command::message).
    ///
    /// O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.ping().timeout(std::time::Duration::from_millis(500)).await?;
    /// assert_eq!(client.ping().message::<String>("hello").await?, "hello");
    /// # Ok(()) }
    /// ```
    fn ping(self) -> Command<Self, Ping, ()> {
        Command::new(self, &PING)
    }

    /// Brings the connection back to how it was before the handshake: RESP2, database 0, nobody authenticated, no
    /// transaction. It needs a connection of its own, which is closed afterwards.
    ///
    /// O(1). Since Redis 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.connection().await?.reset().await?;
    /// # Ok(()) }
    /// ```
    fn reset(self) -> Command<Self, Plain, ()> {
        Command::new(self, &RESET)
    }

    /// Changes the database of the connection. It needs a connection of its own; the database of a client is in its
    /// [`Config`](crate::Config).
    ///
    /// O(1). Since Redis 1.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let connection = client.connection().await?;
    /// connection.select(1).await?;
    /// connection.set("k", "v").await?;
    /// assert_eq!(client.exists("k").await?, 0);
    /// # Ok(()) }
    /// ```
    fn select(self, index: u32) -> Command<Self, Plain, ()> {
        Command::new(self, &SELECT).arg(index)
    }
}

impl<E: Executor> ConnectionCommands for E {}

/// The options of [`client_pause`](ConnectionCommands::client_pause).
#[derive(Debug, Clone, Copy)]
pub struct ClientPause;

/// The options of [`client_unblock`](ConnectionCommands::client_unblock).
#[derive(Debug, Clone, Copy)]
pub struct ClientUnblock;

/// The options of [`ping`](ConnectionCommands::ping).
#[derive(Debug, Clone, Copy)]
pub struct Ping;

impl<E> Command<E, ClientPause, ()> {
    /// Lets only commands wait that write. Since Redis 6.2.
    pub fn write(self) -> Command<E, Plain, ()> {
        self.arg("WRITE").cast()
    }

    /// Lets all commands wait, as without an option. Since Redis 6.2.
    pub fn all(self) -> Command<E, Plain, ()> {
        self.arg("ALL").cast()
    }
}

impl<E> Command<E, ClientUnblock, bool> {
    /// Ends the wait with the error `UNBLOCKED` instead.
    pub fn error(self) -> Command<E, Plain, bool> {
        self.arg("ERROR").cast()
    }
}

impl<E> Command<E, Ping, ()> {
    /// Has this message sent back.
    pub fn message<T: FromReply>(self, message: impl ToArg) -> Command<E, Plain, T> {
        self.arg(message).cast()
    }
}

impl<E> Command<E, ClientKill, u64> {
    /// The connection that has this ID.
    pub fn id(self, id: u64) -> Self {
        self.arg("ID").arg(id)
    }
}

impl<E> Command<E, ClientList, Vec<ClientInfo>> {
    /// The connections that have these IDs. It ends the options. Since Redis 6.2.
    pub fn ids(self, ids: impl ToArgs) -> Command<E, Plain, Vec<ClientInfo>> {
        self.arg("ID").args(ids).cast()
    }
}

const fn on_off(on: bool) -> &'static str {
    if on { "ON" } else { "OFF" }
}

#[cfg(test)]
mod tests {
    use super::super::wire::wire;
    use super::*;
    use crate::client::Queued;

    const P: Queued = Queued::new();

    #[test]
    fn this_connection_is_asked_and_changed() {
        assert_eq!(wire(P.auth("p")), "AUTH p");
        assert_eq!(wire(P.auth_as("u", "p")), "AUTH u p");
        assert_eq!(wire(P.client_getname()), "CLIENT GETNAME");
        assert_eq!(wire(P.client_getredir()), "CLIENT GETREDIR");
        assert_eq!(wire(P.client_id()), "CLIENT ID");
        assert_eq!(wire(P.client_info()), "CLIENT INFO");
        assert_eq!(wire(P.client_no_evict(true)), "CLIENT NO-EVICT ON");
        assert_eq!(wire(P.client_no_touch(false)), "CLIENT NO-TOUCH OFF");
        assert_eq!(wire(P.client_setinfo("LIB-VER", "1")), "CLIENT SETINFO LIB-VER 1");
        assert_eq!(wire(P.client_setname("n")), "CLIENT SETNAME n");
        assert_eq!(wire(P.client_trackinginfo()), "CLIENT TRACKINGINFO");
        assert_eq!(wire(P.echo::<()>("m")), "ECHO m");
        assert_eq!(wire(P.hello()), "HELLO");
        assert_eq!(wire(P.ping()), "PING");
        assert_eq!(wire(P.ping().message::<()>("m")), "PING m");
        assert_eq!(wire(P.reset()), "RESET");
        assert_eq!(wire(P.select(3)), "SELECT 3");
    }

    #[test]
    fn other_clients_wait_and_go_on() {
        assert_eq!(wire(P.client_pause(Duration::from_secs(1))), "CLIENT PAUSE 1000");
        assert_eq!(wire(P.client_pause(Duration::from_secs(1)).write()), "CLIENT PAUSE 1000 WRITE");
        assert_eq!(wire(P.client_pause(Duration::from_secs(1)).all()), "CLIENT PAUSE 1000 ALL");
        assert_eq!(wire(P.client_unpause()), "CLIENT UNPAUSE");
        assert_eq!(wire(P.client_unblock(7)), "CLIENT UNBLOCK 7");
        assert_eq!(wire(P.client_unblock(7).error()), "CLIENT UNBLOCK 7 ERROR");
    }

    #[test]
    fn what_changes_the_connection_needs_one_of_its_own() {
        for command in [
            P.auth("p"),
            P.auth_as("u", "p"),
            P.client_no_evict(true),
            P.client_no_touch(true),
            P.client_setinfo("LIB-VER", "1"),
            P.client_setname("n"),
            P.reset(),
            P.select(1),
        ] {
            assert!(command.raw().meta().is_dedicated(), "{command:?}");
        }
        assert!(!P.ping().raw().meta().is_dedicated());
    }
}
