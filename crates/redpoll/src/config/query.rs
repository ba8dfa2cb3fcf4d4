use std::time::Duration;

use redpoll_protocol::Protocol;

#[cfg(feature = "tls")]
use super::TlsConfig;
use super::{Config, Keepalive, PoolWait, WhenFull, duration, size};

/// What the value should have been.
pub(super) type Expected = &'static str;

type Apply = fn(&mut Config, &str) -> Result<(), Expected>;

/// The settings that a URL can name.
const SETTINGS: &[(&str, Apply)] = &[
    ("blocking_margin", |c, v| set(&mut c.blocking_margin, time(v))),
    ("client_name", |c, v| set(&mut c.client_name, Ok(Some(v.to_owned())))),
    ("command_timeout", |c, v| set(&mut c.command_timeout, time(v))),
    ("connect_timeout", |c, v| set(&mut c.connect_timeout, time(v))),
    ("connections", |c, v| set(&mut c.connections, count(v))),
    ("database", |c, v| set(&mut c.database, database(v))),
    ("db", |c, v| set(&mut c.database, database(v))),
    ("limit_aggregate", |c, v| set(&mut c.limits.aggregate, count(v))),
    ("limit_bulk", |c, v| set(&mut c.limits.bulk, bytes(v))),
    ("limit_depth", |c, v| set(&mut c.limits.depth, count(v))),
    ("limit_line", |c, v| set(&mut c.limits.line, bytes(v))),
    ("limit_reply", |c, v| set(&mut c.limits.reply, bytes(v))),
    ("max_in_flight", |c, v| set(&mut c.max_in_flight, count(v))),
    ("max_queued_bytes", |c, v| set(&mut c.max_queued_bytes, bytes(v))),
    ("max_retries", |c, v| set(&mut c.max_retries, number(v))),
    ("ping_idle_after", |c, v| set(&mut c.ping_idle_after, time(v))),
    ("pool_max_concurrent_dials", |c, v| set(&mut c.pool.max_concurrent_dials, count(v))),
    ("pool_max_idle_time", |c, v| set(&mut c.pool.max_idle_time, optional_time(v))),
    ("pool_max_lifetime", |c, v| set(&mut c.pool.max_lifetime, optional_time(v))),
    ("pool_max_size", |c, v| set(&mut c.pool.max_size, count(v))),
    ("pool_min_idle", |c, v| set(&mut c.pool.min_idle, count(v))),
    ("pool_wait_timeout", |c, v| set(&mut c.pool.wait, pool_wait(v))),
    ("pooled", |c, v| set(&mut c.pooled, switch(v))),
    ("protocol", |c, v| set(&mut c.protocol, protocol(v))),
    ("pubsub_buffer", |c, v| set(&mut c.pubsub_buffer, count(v))),
    ("reconnect_max_delay", |c, v| set(&mut c.reconnect_max_delay, time(v))),
    ("reconnect_min_delay", |c, v| set(&mut c.reconnect_min_delay, time(v))),
    ("retry_budget", |c, v| set(&mut c.retry_budget, share(v))),
    ("retry_idempotent_writes", |c, v| set(&mut c.retry_idempotent_writes, switch(v))),
    ("tcp_keepalive", |c, v| keepalive(&mut c.tcp_keepalive, v)),
    ("tcp_keepalive_idle", |c, v| set(&mut probing(c).idle, time(v))),
    ("tcp_keepalive_interval", |c, v| set(&mut probing(c).interval, time(v))),
    ("tcp_keepalive_probes", |c, v| set(&mut probing(c).probes, number(v))),
    ("tcp_nodelay", |c, v| set(&mut c.tcp_nodelay, switch(v))),
    ("tcp_user_timeout", |c, v| set(&mut c.tcp_user_timeout, optional_time(v))),
    ("when_full", |c, v| set(&mut c.when_full, when_full(v))),
];

/// How the setting of this name is applied, if there is one.
pub(super) fn find(name: &str) -> Option<&'static (&'static str, Apply)> {
    SETTINGS.iter().chain(TLS_SETTINGS).find(|(known, _)| *known == name)
}

/// The names of all settings.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().chain(TLS_SETTINGS).map(|(name, _)| *name)
}

/// The known name that is most like this one, and whether it is likely to be meant.
pub(super) fn nearest(name: &str) -> (&'static str, bool) {
    // The work grows with the length, and no name is longer.
    let name: String = name.chars().take(40).collect();
    if let Some(longer) = names().find(|known| name.len() > 2 && known.contains(&name)) {
        return (longer, true);
    }
    let (distance, nearest) = names().map(|known| (distance(&name, known), known)).min().unwrap_or_default();
    (nearest, distance <= nearest.len() / 2)
}

/// The edit distance: how many bytes to insert, remove or replace to make one of the other (Wagner and Fischer).
pub(super) fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in to.bytes().enumerate() {
            let least = (diagonal + usize::from(a != b)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], least);
        }
    }
    row[to.len()]
}

fn set<T>(setting: &mut T, value: Result<T, Expected>) -> Result<(), Expected> {
    *setting = value?;
    Ok(())
}

fn time(text: &str) -> Result<Duration, Expected> {
    duration::parse(text).ok_or(duration::EXPECTED)
}

fn optional_time(text: &str) -> Result<Option<Duration>, Expected> {
    match text {
        "none" => Ok(None),
        text => {
            time(text).map(Some).map_err(|_| "a whole number with its unit, such as 500ms, 2s or 1m, or none")
        }
    }
}

fn bytes(text: &str) -> Result<usize, Expected> {
    size::parse(text).ok_or(size::EXPECTED)
}

fn count(text: &str) -> Result<usize, Expected> {
    whole(text).ok_or("a whole number")
}

fn number(text: &str) -> Result<u32, Expected> {
    whole(text).ok_or("a whole number")
}

pub(super) fn database(text: &str) -> Result<u32, Expected> {
    whole(text).ok_or("the number of a database, such as 0")
}

/// Digits alone: `parse` would take a leading plus sign as well.
pub(super) fn whole<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn share(text: &str) -> Result<f64, Expected> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_plain.then(|| text.parse().ok()).flatten().ok_or("a number from 0 to 1, such as 0.2")
}

fn switch(text: &str) -> Result<bool, Expected> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("true or false"),
    }
}

fn protocol(text: &str) -> Result<Protocol, Expected> {
    match text {
        "resp3" => Ok(Protocol::Resp3),
        "resp2" => Ok(Protocol::Resp2),
        _ => Err("resp3 or resp2"),
    }
}

fn when_full(text: &str) -> Result<WhenFull, Expected> {
    match text {
        "wait" => Ok(WhenFull::Wait),
        "fail" => Ok(WhenFull::Fail),
        _ => Err("wait or fail"),
    }
}

fn pool_wait(text: &str) -> Result<PoolWait, Expected> {
    match text {
        "fail" => Ok(PoolWait::Fail),
        text => time(text).map(PoolWait::Wait).map_err(|_| "a duration such as 500ms or 2s, or fail"),
    }
}

/// Turning it on keeps the details that were named before.
fn keepalive(setting: &mut Option<Keepalive>, text: &str) -> Result<(), Expected> {
    *setting = switch(text)?.then(|| setting.unwrap_or_default());
    Ok(())
}

/// A detail of the keepalive turns it on.
fn probing(config: &mut Config) -> &mut Keepalive {
    config.tcp_keepalive.get_or_insert_default()
}

#[cfg(feature = "tls")]
fn tls(config: &mut Config, change: impl FnOnce(TlsConfig) -> TlsConfig) -> Result<(), Expected> {
    let tls = config.tls.take().ok_or("left out of a URL without TLS; rediss:// turns it on")?;
    config.tls = Some(change(tls));
    Ok(())
}

#[cfg(feature = "tls")]
const TLS_SETTINGS: &[(&str, Apply)] = &[
    ("tls_ca_file", |c, v| tls(c, |tls| tls.ca_file(v))),
    ("tls_cert_file", |c, v| tls(c, |tls| tls.cert_file(v))),
    ("tls_key_file", |c, v| tls(c, |tls| tls.key_file(v))),
    ("tls_server_name", |c, v| tls(c, |tls| tls.server_name(v))),
];

#[cfg(not(feature = "tls"))]
const TLS_SETTINGS: &[(&str, Apply)] = &[];
