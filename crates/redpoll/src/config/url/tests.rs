use std::time::Duration;

use proptest::prelude::*;
use redpoll_protocol::Protocol;

use super::*;
use crate::config::{Keepalive, PoolWait, WhenFull};

fn config(url: &str) -> Config {
    Config::from_url(url).unwrap_or_else(|error| panic!("{url}: {error}"))
}

fn fault(url: &str) -> String {
    match Config::from_url(url) {
        Ok(config) => panic!("{url} was read as {config:?}"),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Config, "{url}");
            error.to_string()
        }
    }
}

#[test]
fn a_url_names_a_server_by_host_and_port() {
    for (url, address) in [
        ("redis://localhost", "localhost:6379"),
        ("redis://localhost/", "localhost:6379"),
        ("redis://localhost:6380", "localhost:6380"),
        ("redis://localhost:65535/", "localhost:65535"),
        ("valkey://127.0.0.1:1", "127.0.0.1:1"),
        ("REDIS://Redis-1.my_net.example", "Redis-1.my_net.example:6379"),
        ("redis://[::1]", "[::1]:6379"),
        ("redis://[2001:db8::7]:6380/3", "[2001:db8::7]:6380"),
        ("redis://[::ffff:192.0.2.1]/", "[::ffff:192.0.2.1]:6379"),
        ("redis://user:pw@[::1]:7000", "[::1]:7000"),
        ("redis://:p@ss@host", "host:6379"),
    ] {
        assert_eq!(config(url).address().to_string(), address, "{url}");
    }
}

#[test]
fn an_ipv6_host_is_kept_without_brackets() {
    assert_eq!(*config("redis://[::1]").address(), Address::Tcp { host: "::1".into(), port: 6379 });
}

#[test]
fn a_url_names_a_unix_socket() {
    for (url, path, database) in [
        ("unix:///run/redis.sock", "/run/redis.sock", 0),
        ("unix:///run/redis.sock?db=2", "/run/redis.sock", 2),
        ("redis+unix:///run/redis.sock?database=3", "/run/redis.sock", 3),
        ("unix:///run/redis@6379.sock", "/run/redis@6379.sock", 0),
        ("unix:///a%20b/%C3%A9%3F.sock", "/a b/é?.sock", 0),
        ("unix://ada:pw@/run/redis.sock?db=1", "/run/redis.sock", 1),
    ] {
        let config = config(url);
        assert_eq!((config.address(), config.database), (&Address::Unix(path.into()), database), "{url}");
    }
}

#[test]
fn a_url_names_user_and_password() {
    for (url, username, password) in [
        ("redis://h", None, None),
        ("redis://ada:pw@h", Some("ada"), Some("pw")),
        ("redis://:pw@h", None, Some("pw")),
        ("redis://ada:@h", Some("ada"), Some("")),
        ("redis://ada:p:w@h", Some("ada"), Some("p:w")),
        ("redis://:p@w@h", None, Some("p@w")),
        ("redis://a%3Ad%40a:%2F%3f%23%25%20%C3%BC@h", Some("a:d@a"), Some("/?#% ü")),
        ("redis://:a+b%2Bc@h", None, Some("a+b+c")),
        ("redis://:pässwort@h", None, Some("pässwort")),
        ("unix://:pw@/s", None, Some("pw")),
    ] {
        let config = config(url);
        let read = (config.username.as_deref(), config.password.as_ref().map(Secret::expose));
        assert_eq!(read, (username, password), "{url}");
    }
}

#[test]
fn a_path_names_the_database() {
    for (url, database) in
        [("redis://h/0", 0), ("redis://h/15", 15), ("redis://h/007", 7), ("redis://h?db=4", 4)]
    {
        assert_eq!(config(url).database, database, "{url}");
    }
}

#[test]
fn every_setting_can_be_named() {
    let second = Duration::from_secs(1);
    type Check = (&'static str, &'static str, fn(&Config) -> bool);
    let checks: &[Check] = &[
        ("blocking_margin", "0ms", |c| c.blocking_margin.is_zero()),
        ("client_name", "web%2D1", |c| c.client_name.as_deref() == Some("web-1")),
        ("command_timeout", "250ms", |c| c.command_timeout == Duration::from_millis(250)),
        ("connect_timeout", "1m", |c| c.connect_timeout == Duration::from_secs(60)),
        ("connections", "4", |c| c.connections == 4),
        ("database", "5", |c| c.database == 5),
        ("db", "6", |c| c.database == 6),
        ("limit_aggregate", "1000", |c| c.limits.aggregate == 1000),
        ("limit_bulk", "1MiB", |c| c.limits.bulk == 1 << 20),
        ("limit_depth", "9", |c| c.limits.depth == 9),
        ("limit_line", "1KiB", |c| c.limits.line == 1024),
        ("limit_reply", "1GiB", |c| c.limits.reply == 1 << 30),
        ("max_in_flight", "17", |c| c.max_in_flight == 17),
        ("max_queued_bytes", "2KiB", |c| c.max_queued_bytes == 2048),
        ("max_retries", "0", |c| c.max_retries == 0),
        ("ping_idle_after", "30s", |c| c.ping_idle_after == Duration::from_secs(30)),
        ("pool_max_concurrent_dials", "2", |c| c.pool.max_concurrent_dials == 2),
        ("pool_max_idle_time", "none", |c| c.pool.max_idle_time.is_none()),
        ("pool_max_lifetime", "2h", |c| c.pool.max_lifetime == Some(Duration::from_secs(7200))),
        ("pool_max_size", "32", |c| c.pool.max_size == 32),
        ("pool_min_idle", "3", |c| c.pool.min_idle == 3),
        ("pool_wait_timeout", "fail", |c| c.pool.wait == PoolWait::Fail),
        ("pooled", "true", |c| c.pooled),
        ("protocol", "resp2", |c| c.protocol == Protocol::Resp2),
        ("pubsub_buffer", "8", |c| c.pubsub_buffer == 8),
        ("reconnect_max_delay", "3s", |c| c.reconnect_max_delay == Duration::from_secs(3)),
        ("reconnect_min_delay", "7ms", |c| c.reconnect_min_delay == Duration::from_millis(7)),
        ("retry_budget", "0.05", |c| c.retry_budget == 0.05),
        ("retry_idempotent_writes", "true", |c| c.retry_idempotent_writes),
        ("tcp_keepalive", "false", |c| c.tcp_keepalive.is_none()),
        ("tcp_keepalive_idle", "60s", |c| c.tcp_keepalive.unwrap().idle == Duration::from_secs(60)),
        ("tcp_keepalive_interval", "9s", |c| c.tcp_keepalive.unwrap().interval == Duration::from_secs(9)),
        ("tcp_keepalive_probes", "5", |c| c.tcp_keepalive.unwrap().probes == 5),
        ("tcp_nodelay", "false", |c| !c.tcp_nodelay),
        ("tcp_user_timeout", "none", |c| c.tcp_user_timeout.is_none()),
        ("when_full", "fail", |c| c.when_full == WhenFull::Fail),
    ];
    let untouched = Config::new("h", 6379);
    for (name, value, holds) in checks {
        assert!(!holds(&untouched), "{name}: the test names the default");
        assert!(holds(&config(&format!("redis://h?{name}={value}"))), "{name}");
    }
    let named = checks.iter().map(|(name, ..)| *name);
    assert!(named.eq(query::names().filter(|name| !name.starts_with("tls_"))), "a setting without a check");
    assert_eq!(
        config("redis://h?pool_wait_timeout=1s&pool_max_idle_time=1s").pool.max_idle_time,
        Some(second)
    );
    assert_eq!(config("redis://h/1?pooled=false&when_full=wait&protocol=resp3").when_full, WhenFull::Wait);
}

#[test]
fn the_order_of_keepalive_settings_does_not_matter() {
    let expected = Some(Keepalive { probes: 9, ..Keepalive::default() });
    for query in ["tcp_keepalive=true&tcp_keepalive_probes=9", "tcp_keepalive_probes=9&tcp_keepalive=true"] {
        assert_eq!(config(&format!("redis://h?{query}")).tcp_keepalive, expected, "{query}");
    }
}

#[test]
fn a_fault_names_the_part_and_what_to_do() {
    let schemes = "it must begin with redis://, rediss://, valkey://, valkeys:// or unix://";
    let port = "the URL has a bad port: it must be a number from 1 to 65535";
    let host = "the URL has no host: name one, such as redis://localhost";
    let characters = "the URL has a host with other characters than letters, digits, '-', '.' and '_'";
    let path = "the URL has a path that is not the number of a database: write /0, or leave it out";
    let at = "the URL has an '@' after its host: in a password write / ? # @ as %2F %3F %23 %40";
    let space = "the URL contains a space or a control character: remove it, or percent-encode it";
    let time = "it must be a whole number with its unit, such as 500ms, 2s or 1m";
    for (url, expected) in [
        ("", &*format!("the URL has no scheme: {schemes}")),
        ("localhost:6379", &format!("the URL has no scheme: {schemes}")),
        ("redis:/h", &format!("the URL has no scheme: {schemes}")),
        ("http://h", &format!("the URL has an unknown scheme: {schemes}")),
        ("://h", &format!("the URL has an unknown scheme: {schemes}")),
        (
            "redis-sentinel://h1,h2/mymaster",
            "the URL asks for Sentinel (redis-sentinel://), which is not supported yet",
        ),
        (
            "redis-cluster://h1,h2",
            "the URL asks for a cluster (redis-cluster://), which is not supported yet",
        ),
        ("redis://", host),
        ("redis:///0", host),
        ("redis://:6379", host),
        ("redis://u:p@:6379", host),
        ("redis://?db=1", host),
        ("redis://h:0", port),
        ("redis://h:65536", port),
        ("redis://h:", port),
        ("redis://h:+6379", port),
        ("redis://h:63x", port),
        ("redis://h:1:2", port),
        ("redis://::1", host),
        ("redis://h,i", characters),
        ("redis://h%41", characters),
        ("redis://höst", characters),
        ("redis://[::1", "the URL has a '[' before its host, but no ']' behind it"),
        ("redis://[::x]", "the URL has no IPv6 address between '[' and ']'"),
        ("redis://[127.0.0.1]", "the URL has no IPv6 address between '[' and ']'"),
        ("redis://[::1]6379", "the URL has something other than ':' and a port behind the ']'"),
        ("redis://[::1]:", port),
        ("redis://h/x", path),
        ("redis://h/0/", path),
        ("redis://h/-1", path),
        ("redis://h/+1", path),
        ("redis://h/4294967296", path),
        ("redis://h//", path),
        ("redis://h ", space),
        (" redis://h", space),
        ("redis://h\n", space),
        ("redis://h?client_name=a b", space),
        (
            "redis://h#1",
            "the URL contains a '#', which means nothing here: write %23 in a password or a name",
        ),
        ("redis://:p/w@h", at),
        ("redis://:p?w@h", at),
        ("redis://h?client_name=a@b", at),
        (
            "redis://ada@h",
            "the URL has a user without a password: write user:password@, or :password@ for a password alone, \
             or user:@ for a user that has none",
        ),
        ("redis://:@h", "the URL has an empty user and an empty password: leave the ':' and the '@' out"),
        ("redis://:%4@h", "the URL has a '%' in its password without two hexadecimal digits: write %25"),
        ("redis://%zz:p@h", "the URL has a '%' in its user without two hexadecimal digits: write %25"),
        ("redis://:%FF@h", "the URL has a password that is not UTF-8 once decoded"),
        ("unix://", "the URL has no path: name the unix socket, such as unix:///run/redis.sock"),
        ("unix:///", "the URL has no path: name the unix socket, such as unix:///run/redis.sock"),
        (
            "unix://run/redis.sock",
            "the URL names a host before the path of a unix socket: write three slashes, unix:///run/redis.sock",
        ),
        ("unix:///a%00b", "the URL has a path with a zero byte"),
        ("unix:///s?db=1&db=2", "the URL names database twice"),
        ("redis://h/1?db=1", "the URL names database twice"),
        ("redis://h?pooled=true&pooled=true", "the URL names pooled twice"),
        ("redis://h?", "the URL has something behind its '?' that is not name=value"),
        ("redis://h?pooled=true&", "the URL has something behind its '?' that is not name=value"),
        ("redis://h?pooled", "the URL names the setting pooled without a value: write pooled=..."),
        (
            "redis://h?comand_timeout=1s",
            "the URL names the unknown setting \"comand_timeout\": did you mean command_timeout?",
        ),
        (
            "redis://h?timeout=1s",
            "the URL names the unknown setting \"timeout\": did you mean command_timeout?",
        ),
        ("redis://h?=1s", "the URL names the unknown setting \"\": the nearest known one is db"),
        ("redis://h?xyzzy=1", "the URL names the unknown setting \"xyzzy\": the nearest known one is db"),
        (
            "redis://h?password=hunter2",
            "the URL names \"password\" among the settings: write it before the host, redis://user:password@host",
        ),
        (
            "redis://h?command_timeout=5",
            &format!("the URL has a bad value for command_timeout, \"5\": {time}"),
        ),
        ("redis://h?command_timeout=", &format!("the URL has a bad value for command_timeout, \"\": {time}")),
        ("redis://h?command_timeout=0s", "the setting command_timeout is wrong: it must be at least 1 ms"),
        (
            "redis://h?connections=x",
            "the URL has a bad value for connections, \"x\": it must be a whole number",
        ),
        (
            "redis://h?connections=",
            "the URL has a bad value for connections, \"\": it must be a whole number",
        ),
        ("redis://h?connections=0", "the setting connections is wrong: it must be at least 1"),
        ("redis://h?pooled=yes", "the URL has a bad value for pooled, \"yes\": it must be true or false"),
        (
            "redis://h?max_queued_bytes=64",
            "the URL has a bad value for max_queued_bytes, \"64\": it must be a whole number of bytes with its unit, \
             such as 512B, 64KiB, 64MiB or 1GiB",
        ),
        (
            "redis://h?retry_budget=1e-1",
            "the URL has a bad value for retry_budget, \"1e-1\": it must be a number from 0 to 1, such as 0.2",
        ),
        ("redis://h?retry_budget=2", "the setting retry_budget is wrong: it must be from 0 to 1"),
        ("redis://h?protocol=3", "the URL has a bad value for protocol, \"3\": it must be resp3 or resp2"),
    ] {
        assert_eq!(fault(url), expected, "{url}");
    }
}

#[cfg(not(feature = "tls"))]
#[test]
fn tls_needs_its_feature() {
    for url in ["rediss://h", "valkeys://h"] {
        assert_eq!(fault(url), "the URL asks for TLS: enable the feature `tls` of the crate redpoll");
    }
    let expected = "the URL names \"tls_ca_file\": enable the feature `tls` of the crate redpoll";
    assert_eq!(fault("redis://h?tls_ca_file=/x"), expected);
}

#[cfg(feature = "tls")]
#[test]
fn tls_is_asked_for_by_the_scheme() {
    assert!(config("redis://h").tls.is_none());
    assert!(config("rediss://h").tls.is_some() && config("valkeys://h:6380/1").tls.is_some());
    let tls =
        config("rediss://h?tls_ca_file=/ca%20s.pem&tls_cert_file=/c&tls_key_file=/k&tls_server_name=n").tls;
    let expected = "TlsConfig { ca: Some(/ca s.pem), cert: Some(/c), key: Some(/k), server_name: Some(\"n\"), \
        accepts_invalid_certs: false }";
    assert_eq!(format!("{:?}", tls.unwrap()), expected);
    assert_eq!(
        fault("redis://h?tls_ca_file=/x"),
        "the URL has a bad value for tls_ca_file, \"/x\": it must be left out of a URL without TLS; rediss:// turns it on"
    );
    assert_eq!(
        fault("rediss://h?tls_cert_file=/x"),
        "the setting tls_cert_file is wrong: a certificate needs its key (tls_key_file)"
    );
}

/// Percent-encodes everything that has a meaning in a URL.
fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric().then(|| char::from(byte).to_string());
    text.bytes().map(|byte| plain(byte).unwrap_or_else(|| format!("%{byte:02x}"))).collect()
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(url in "(redis|rediss|unix|valkey)?(://)?[a-z0-9:@/?#%&=._\\[\\]é -]{0,40}") {
        // Whether it is a URL does not matter here.
        let _ = Config::from_url(&url);
    }

    #[test]
    fn credentials_and_paths_survive_percent_encoding(user in "\\PC{1,12}", password in "\\PC{0,12}", path in "[^\\x00]{1,12}") {
        let url = format!("unix://{}:{}@/{}", encode(&user), encode(&password), encode(&path));
        let config = Config::from_url(&url)?;
        prop_assert_eq!(config.username.as_deref(), Some(&*user));
        prop_assert_eq!(config.password.as_ref().map(Secret::expose), Some(&*password));
        prop_assert_eq!(config.address(), &Address::Unix(format!("/{path}").into()));
    }

    /// Also if it was not percent-encoded as it should have been, and so ends up anywhere.
    #[test]
    fn a_password_is_in_no_error_and_no_debug_output(
        head in "[/?#@:&=%\\[\\] ]{0,3}",
        tail in "[/?#@:&=%\\[\\] ]{0,3}",
        rest in "(:6379|:x|/x|/0|\\?pooled=x|\\?x=1|\\?pooled)?",
    ) {
        let url = format!("redis://ada:{head}hunter2{tail}hunter3@localhost{rest}");
        let shown = match Config::from_url(&url) {
            Ok(config) => format!("{config:?}"),
            Err(error) => format!("{error} {error:?}"),
        };
        prop_assert!(!shown.contains("hunter"), "{} {}", url, shown);
    }

    /// The distance by its definition, without the table.
    #[test]
    fn the_edit_distance_is_the_least_number_of_edits(from in "[ab]{0,5}", to in "[ab]{0,5}") {
        fn naive(from: &[u8], to: &[u8]) -> usize {
            match (from, to) {
                ([], rest) | (rest, []) => rest.len(),
                ([a, from @ ..], [b, to @ ..]) if a == b => naive(from, to),
                ([_, f @ ..], [_, t @ ..]) => 1 + naive(f, t).min(naive(from, t)).min(naive(f, to)),
            }
        }
        prop_assert_eq!(query::distance(&from, &to), naive(from.as_bytes(), to.as_bytes()));
    }
}
