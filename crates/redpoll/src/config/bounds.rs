use std::time::Duration;

use super::Config;
use crate::error::{Error, ErrorKind};

/// The longest duration that any setting takes: what is meant as "never" must not overflow a clock.
pub(super) const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

pub(super) const AT_LEAST_ONE: &str = "it must be at least 1";

/// What is wrong with this duration, if anything is.
pub(super) fn fault_of_duration(duration: Duration) -> Option<&'static str> {
    if duration < Duration::from_millis(1) {
        Some("it must be at least 1 ms")
    } else if duration > LONGEST {
        Some("it must be at most 366 days")
    } else {
        None
    }
}

/// Refuses settings that could not work, whichever way they were set.
pub(super) fn check(config: &Config) -> Result<(), Error> {
    if let Some(fault) = config.address.fault() {
        return Err(Error::new(ErrorKind::Config, fault));
    }
    #[cfg(feature = "tls")]
    check_tls(config)?;
    match fault(config) {
        Some((name, fault)) => Err(wrong(name, fault)),
        None => Ok(()),
    }
}

#[cfg(feature = "tls")]
fn check_tls(config: &Config) -> Result<(), Error> {
    let Some(tls) = &config.tls else { return Ok(()) };
    if matches!(config.address, super::Address::Unix(_)) {
        return Err(Error::new(
            ErrorKind::Config,
            "TLS over a unix socket is not supported: leave one of them out",
        ));
    }
    match tls.fault() {
        Some((name, fault)) => Err(wrong(name, fault)),
        None => Ok(()),
    }
}

fn wrong(name: &str, fault: &str) -> Error {
    Error::new(ErrorKind::Config, format!("the setting {name} is wrong: {fault}"))
}

fn fault(config: &Config) -> Option<(&'static str, &'static str)> {
    fault_of_durations(config)
        .or_else(|| fault_of_counts(config))
        .or_else(|| fault_of_identity(config))
        .or_else(|| config.pool.fault())
}

fn fault_of_durations(config: &Config) -> Option<(&'static str, &'static str)> {
    let keepalive = config.tcp_keepalive;
    let durations = [
        ("command_timeout", Some(config.command_timeout)),
        ("connect_timeout", Some(config.connect_timeout)),
        ("reconnect_min_delay", Some(config.reconnect_min_delay)),
        ("reconnect_max_delay", Some(config.reconnect_max_delay)),
        ("ping_idle_after", Some(config.ping_idle_after)),
        ("tcp_user_timeout", config.tcp_user_timeout),
        ("tcp_keepalive_idle", keepalive.map(|keepalive| keepalive.idle)),
        ("tcp_keepalive_interval", keepalive.map(|keepalive| keepalive.interval)),
    ];
    if config.blocking_margin > LONGEST {
        return Some(("blocking_margin", "it must be at most 366 days"));
    }
    if config.reconnect_min_delay > config.reconnect_max_delay {
        return Some(("reconnect_min_delay", "it must not be more than reconnect_max_delay"));
    }
    durations.into_iter().find_map(|(name, duration)| Some((name, fault_of_duration(duration?)?)))
}

fn fault_of_counts(config: &Config) -> Option<(&'static str, &'static str)> {
    let counts = [
        ("connections", config.connections),
        ("max_in_flight", config.max_in_flight),
        ("max_queued_bytes", config.max_queued_bytes),
        ("pubsub_buffer", config.pubsub_buffer),
        ("tcp_keepalive_probes", config.tcp_keepalive.map_or(1, |keepalive| keepalive.probes as usize)),
    ];
    if !(0.0..=1.0).contains(&config.retry_budget) {
        return Some(("retry_budget", "it must be from 0 to 1"));
    }
    counts.into_iter().find(|(_, count)| *count == 0).map(|(name, _)| (name, AT_LEAST_ONE))
}

fn fault_of_identity(config: &Config) -> Option<(&'static str, &'static str)> {
    // The server refuses such names (CLIENT SETNAME), but a refused name does not fail the handshake.
    let is_nameable = |name: &String| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    if !config.client_name.as_ref().is_none_or(is_nameable) {
        return Some(("client_name", "it must be printable ASCII without spaces"));
    }
    if config.username.is_some() && config.password.is_none() {
        return Some(("username", "it needs a password; give an empty one if the user has none"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{IntoConfig, Keepalive};

    fn fault_of(change: impl FnOnce(Config) -> Config) -> String {
        let error = change(Config::new("localhost", 6379)).into_config().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        error.to_string()
    }

    #[test]
    fn the_defaults_are_within_bounds() {
        Config::new("localhost", 6379).into_config().unwrap();
        Config::unix("/run/redis.sock").into_config().unwrap();
    }

    #[test]
    fn each_wrong_setting_is_named() {
        let (zero, max) = (Duration::ZERO, Duration::MAX);
        let keepalive = Keepalive { probes: 0, ..Keepalive::default() };
        let faults = [
            ("command_timeout", fault_of(|c| c.command_timeout(zero))),
            ("connect_timeout", fault_of(|c| c.connect_timeout(max))),
            ("blocking_margin", fault_of(|c| c.blocking_margin(max))),
            ("reconnect_min_delay", fault_of(|c| c.reconnect_min_delay(Duration::from_secs(11)))),
            ("reconnect_max_delay", fault_of(|c| c.reconnect_max_delay(max))),
            ("ping_idle_after", fault_of(|c| c.ping_idle_after(zero))),
            ("tcp_user_timeout", fault_of(|c| c.tcp_user_timeout(zero))),
            ("tcp_keepalive_probes", fault_of(|c| c.tcp_keepalive(keepalive))),
            ("connections", fault_of(|c| c.connections(0))),
            ("max_in_flight", fault_of(|c| c.max_in_flight(0))),
            ("max_queued_bytes", fault_of(|c| c.max_queued_bytes(0))),
            ("pubsub_buffer", fault_of(|c| c.pubsub_buffer(0))),
            ("retry_budget", fault_of(|c| c.retry_budget(1.5))),
            ("retry_budget", fault_of(|c| c.retry_budget(f64::NAN))),
            ("client_name", fault_of(|c| c.client_name("two words"))),
            ("client_name", fault_of(|c| c.client_name(""))),
            ("username", fault_of(|c| c.username("ada"))),
            ("pool_max_size", fault_of(|c| c.pool(crate::config::PoolConfig::new().max_size(0)))),
        ];
        for (name, fault) in faults {
            assert!(fault.starts_with(&format!("the setting {name} is wrong: ")), "{name}: {fault}");
        }
    }

    #[test]
    fn an_address_that_cannot_be_dialled_is_refused() {
        let fault = |config: Config| config.into_config().unwrap_err().to_string();
        assert_eq!(fault(Config::new("", 6379)), "the host is empty: name one, such as localhost");
        assert_eq!(fault(Config::new("h", 0)), "the port is 0: it must be from 1 to 65535");
        assert_eq!(fault(Config::unix("")), "the path of the unix socket is empty");
    }
}
