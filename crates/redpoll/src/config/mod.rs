//! Configuration: the settings with their defaults, and the URLs that name them.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use redpoll_protocol::{HandshakeOptions, Limits, Protocol, Secret};

use crate::error::Error;

mod address;
mod bounds;
mod duration;
mod keepalive;
mod pool;
mod query;
mod settings;
mod size;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "tls")]
mod tls_client;
mod url;

pub use address::Address;
pub use keepalive::Keepalive;
pub use pool::{PoolConfig, PoolWait};
pub use settings::WhenFull;
#[cfg(feature = "tls")]
pub use tls::TlsConfig;

/// Which server to connect to, and how.
///
/// Every setting has a default that suits a service next to its server. Settings are chained; most of them can be
/// named in a URL as well, under the same name.
///
/// ```
/// use redpoll::Config;
/// use std::time::Duration;
///
/// let config = Config::new("localhost", 6379).password("secret").database(2).command_timeout(Duration::from_millis(250));
/// let same: Config = "redis://:secret@localhost/2?command_timeout=250ms".parse()?;
/// assert_eq!(format!("{config:?}"), format!("{same:?}"));
/// # Ok::<(), redpoll::Error>(())
/// ```
///
/// # URLs
/// | URL | What it names |
/// |---|---|
/// | `redis://host`, `redis://host:6380/2` | a server; the port is 6379 and the database 0 unless named. `valkey://` means the same |
/// | `redis://user:password@host`, `redis://:password@host` | credentials; a user without a password is written `user:@` |
/// | `redis://[::1]:6379` | an IPv6 address, in brackets |
/// | `rediss://host` | TLS (feature `tls`). `valkeys://` means the same |
/// | `unix:///run/redis.sock?db=2` | a unix socket. `redis+unix://` means the same |
/// | `redis://host?command_timeout=250ms&pool_max_size=32` | any setting, under its name |
///
/// User, password, path and the values of settings are percent-decoded: write `@ / ? # % : &` in them as
/// `%40 %2F %3F %23 %25 %3A %26`. A `+` is a plus sign. Durations are written `500ms`, `2s`, `1m`, `1h`; sizes `512B`, `64KiB`,
/// `64MiB`, `1GiB`; switches `true` or `false`; limits that can be lifted, `none`. Settings of a part have its name in front:
/// `pool_max_size`, `tcp_keepalive_idle`, `limit_depth`, `tls_ca_file`.
///
/// URLs are read strictly. An unknown or repeated setting, a bad value, a missing host or anything left over is an error of kind
/// [`Config`](crate::ErrorKind::Config) that says which part is wrong, and never shows a password.
#[derive(Clone)]
pub struct Config {
    address: Address,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<Secret>,
    pub(crate) database: u32,
    pub(crate) client_name: Option<String>,
    pub(crate) protocol: Protocol,
    pub(crate) command_timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) blocking_margin: Duration,
    pub(crate) connections: usize,
    pub(crate) pooled: bool,
    pub(crate) max_in_flight: usize,
    pub(crate) max_queued_bytes: usize,
    pub(crate) when_full: WhenFull,
    pub(crate) reconnect_min_delay: Duration,
    pub(crate) reconnect_max_delay: Duration,
    pub(crate) max_retries: u32,
    pub(crate) retry_idempotent_writes: bool,
    pub(crate) retry_budget: f64,
    pub(crate) tcp_keepalive: Option<Keepalive>,
    pub(crate) tcp_user_timeout: Option<Duration>,
    pub(crate) tcp_nodelay: bool,
    pub(crate) ping_idle_after: Duration,
    pub(crate) pool: PoolConfig,
    pub(crate) pubsub_buffer: usize,
    pub(crate) limits: Limits,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<TlsConfig>,
}

impl Config {
    /// A server by host and port, every setting at its default. The host is a name, an IPv4 or an IPv6 address.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self::at(Address::tcp(host, port))
    }

    /// A server by the path of its unix socket, every setting at its default.
    pub fn unix(path: impl AsRef<Path>) -> Self {
        Self::at(Address::unix(path))
    }

    /// Reads a URL; see [the forms](Config#urls).
    ///
    /// # Errors
    /// Of kind [`Config`](crate::ErrorKind::Config), if any part of the URL is wrong.
    pub fn from_url(url: &str) -> Result<Self, Error> {
        let config = url::parse(url)?;
        bounds::check(&config)?;
        Ok(config)
    }

    fn at(address: Address) -> Self {
        Self {
            address,
            username: None,
            password: None,
            database: 0,
            client_name: None,
            protocol: Protocol::Resp3,
            command_timeout: Duration::from_secs(1),
            connect_timeout: Duration::from_secs(2),
            blocking_margin: Duration::from_millis(500),
            connections: 1,
            pooled: false,
            max_in_flight: 10_000,
            max_queued_bytes: 64 << 20,
            when_full: WhenFull::Wait,
            reconnect_min_delay: Duration::from_millis(50),
            reconnect_max_delay: Duration::from_secs(10),
            max_retries: 3,
            retry_idempotent_writes: false,
            retry_budget: 0.2,
            tcp_keepalive: Some(Keepalive::default()),
            tcp_user_timeout: Some(Duration::from_secs(20)),
            tcp_nodelay: true,
            ping_idle_after: Duration::from_secs(10),
            pool: PoolConfig::default(),
            pubsub_buffer: 1024,
            limits: Limits::default(),
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// Where the server listens.
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// What every new connection tells the server.
    pub(crate) fn handshake_options(&self) -> HandshakeOptions {
        let mut options = HandshakeOptions::new()
            .protocol(self.protocol)
            .database(self.database)
            .library(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        if let Some(password) = &self.password {
            options = options.password(password.clone());
        }
        if let Some(username) = &self.username {
            options = options.username(username.as_str());
        }
        match &self.client_name {
            Some(name) => options.client_name(name),
            None => options,
        }
    }
}

/// Shows every setting, and no secret.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Config");
        out.field("address", &format_args!("{}", self.address))
            .field("username", &self.username)
            .field("password", &self.password)
            .field("database", &self.database)
            .field("client_name", &self.client_name)
            .field("protocol", &self.protocol)
            .field("command_timeout", &self.command_timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("blocking_margin", &self.blocking_margin)
            .field("connections", &self.connections)
            .field("pooled", &self.pooled)
            .field("max_in_flight", &self.max_in_flight)
            .field("max_queued_bytes", &self.max_queued_bytes)
            .field("when_full", &self.when_full)
            .field("reconnect_min_delay", &self.reconnect_min_delay)
            .field("reconnect_max_delay", &self.reconnect_max_delay)
            .field("max_retries", &self.max_retries)
            .field("retry_idempotent_writes", &self.retry_idempotent_writes)
            .field("retry_budget", &self.retry_budget)
            .field("tcp_keepalive", &self.tcp_keepalive)
            .field("tcp_user_timeout", &self.tcp_user_timeout)
            .field("tcp_nodelay", &self.tcp_nodelay)
            .field("ping_idle_after", &self.ping_idle_after)
            .field("pool", &self.pool)
            .field("pubsub_buffer", &self.pubsub_buffer)
            .field("limits", &self.limits);
        #[cfg(feature = "tls")]
        out.field("tls", &self.tls);
        out.finish()
    }
}

impl FromStr for Config {
    type Err = Error;

    fn from_str(url: &str) -> Result<Self, Error> {
        Self::from_url(url)
    }
}

impl TryFrom<&str> for Config {
    type Error = Error;

    fn try_from(url: &str) -> Result<Self, Error> {
        Self::from_url(url)
    }
}

/// What a client can be connected with: a [`Config`], or a URL.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which server to connect to",
    note = "give a URL (`&str` or `String`) or a `Config`"
)]
pub trait IntoConfig {
    /// The configuration, checked.
    ///
    /// # Errors
    /// Of kind [`Config`](crate::ErrorKind::Config), if the URL cannot be read or a setting is out of bounds.
    fn into_config(self) -> Result<Config, Error>;
}

impl IntoConfig for Config {
    fn into_config(self) -> Result<Config, Error> {
        bounds::check(&self)?;
        Ok(self)
    }
}

impl IntoConfig for &Config {
    fn into_config(self) -> Result<Config, Error> {
        self.clone().into_config()
    }
}

impl IntoConfig for &str {
    fn into_config(self) -> Result<Config, Error> {
        Config::from_url(self)
    }
}

impl IntoConfig for String {
    fn into_config(self) -> Result<Config, Error> {
        Config::from_url(&self)
    }
}

impl IntoConfig for &String {
    fn into_config(self) -> Result<Config, Error> {
        Config::from_url(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_every_setting_and_no_password() {
        let shown = format!("{:#?}", Config::new("localhost", 6379).username("ada").password("hunter2"));
        assert!(!shown.contains("hunter2") && shown.contains("<redacted>"), "{shown}");
        let no_field = |name: &&str| !shown.contains(&format!("    {name}: "));
        let shared = query::names().filter(|name| !name.contains("pool_") && !name.starts_with("tls"));
        let own = shared.filter(|name| !name.starts_with("limit_") && !name.starts_with("tcp_keepalive_"));
        assert_eq!(own.filter(no_field).collect::<Vec<_>>(), ["db"], "an alias");
    }

    #[test]
    fn the_handshake_says_what_was_configured() {
        let options = |config: Config| format!("{:?}", config.handshake_options());
        let library = HandshakeOptions::new().library("redpoll", env!("CARGO_PKG_VERSION"));
        assert_eq!(options(Config::new("h", 1)), format!("{library:?}"));
        let named =
            library.username("ada").password("pw").database(3).client_name("web").protocol(Protocol::Resp2);
        let config = Config::new("h", 1).username("ada").password("pw").database(3).client_name("web");
        assert_eq!(options(config.protocol(Protocol::Resp2)), format!("{named:?}"));
    }

    #[test]
    fn a_client_takes_a_url_or_a_config() {
        let configs = [
            "redis://localhost".into_config(),
            "redis://localhost".to_owned().into_config(),
            (&"redis://localhost".to_owned()).into_config(),
            (&Config::new("localhost", 6379)).into_config(),
            Config::new("localhost", 6379).into_config(),
            "redis://localhost".parse(),
            Config::try_from("redis://localhost"),
        ];
        for config in configs {
            assert_eq!(config.unwrap().address().to_string(), "localhost:6379");
        }
    }
}
