use std::borrow::Cow;
use std::net::Ipv6Addr;

use redpoll_protocol::Secret;

use super::{Address, Config, query};
use crate::error::{Error, ErrorKind};

const SCHEMES: &str = "redis://, rediss://, valkey://, valkeys:// or unix://";

/// What a URL's scheme asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Tcp,
    Tls,
    Unix,
    Sentinel,
    Cluster,
}

/// A URL, taken apart and not decoded yet.
struct Parts<'a> {
    scheme: Scheme,
    credentials: Option<&'a str>,
    /// Host and port.
    host: &'a str,
    /// With the slash in front, or empty.
    path: &'a str,
    query: Option<&'a str>,
}

/// What is wrong: the end of a sentence that begins with "the URL".
///
/// Never quotes what stands before the path: a password that was not percent-encoded may have ended up anywhere in it.
type Fault = Cow<'static, str>;

/// Reads a URL. Bounds of settings are not checked here.
pub(super) fn parse(url: &str) -> Result<Config, Error> {
    try_parse(url).map_err(|fault| Error::new(ErrorKind::Config, format!("the URL {fault}")))
}

fn try_parse(url: &str) -> Result<Config, Fault> {
    let parts = split(url)?;
    let mut names = Vec::new();
    let mut config = match parts.scheme {
        Scheme::Tcp => server(&parts, &mut names)?,
        Scheme::Tls => with_tls(server(&parts, &mut names)?)?,
        Scheme::Unix => unix(&parts)?,
        Scheme::Sentinel => {
            return Err("asks for Sentinel (redis-sentinel://), which is not supported yet".into());
        }
        Scheme::Cluster => {
            return Err("asks for a cluster (redis-cluster://), which is not supported yet".into());
        }
    };
    if let Some(credentials) = parts.credentials {
        authenticate(&mut config, credentials)?;
    }
    if let Some(query) = parts.query {
        apply(&mut config, query, names)?;
    }
    Ok(config)
}

fn split(url: &str) -> Result<Parts<'_>, Fault> {
    if url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("contains a space or a control character: remove it, or percent-encode it".into());
    }
    let (scheme, rest) =
        url.split_once("://").ok_or_else(|| format!("has no scheme: it must begin with {SCHEMES}"))?;
    let scheme = scheme_of(scheme)?;
    if rest.contains('#') {
        return Err("contains a '#', which means nothing here: write %23 in a password or a name".into());
    }
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let has_stray_at = path.contains('@') || query.is_some_and(|query| query.contains('@'));
    if has_stray_at && (scheme != Scheme::Unix || !authority.is_empty()) {
        return Err("has an '@' after its host: in a password write / ? # @ as %2F %3F %23 %40".into());
    }
    let (credentials, host) = match authority.rsplit_once('@') {
        Some((credentials, host)) => (Some(credentials), host),
        None => (None, authority),
    };
    Ok(Parts { scheme, credentials, host, path, query })
}

fn scheme_of(name: &str) -> Result<Scheme, Fault> {
    match name.to_ascii_lowercase().as_str() {
        "redis" | "valkey" => Ok(Scheme::Tcp),
        "rediss" | "valkeys" => Ok(Scheme::Tls),
        "unix" | "redis+unix" => Ok(Scheme::Unix),
        "redis-sentinel" => Ok(Scheme::Sentinel),
        "redis-cluster" => Ok(Scheme::Cluster),
        _ => Err(format!("has an unknown scheme: it must begin with {SCHEMES}").into()),
    }
}

fn server(parts: &Parts<'_>, names: &mut Vec<&'static str>) -> Result<Config, Fault> {
    let (host, port) = host_and_port(parts.host)?;
    let mut config = Config::new(host, port);
    let database = parts.path.strip_prefix('/').unwrap_or_default();
    if !database.is_empty() {
        config.database = query::database(database)
            .map_err(|_| "has a path that is not the number of a database: write /0, or leave it out")?;
        names.push("database");
    }
    Ok(config)
}

fn host_and_port(text: &str) -> Result<(&str, u16), Fault> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => bracketed(rest)?,
        None => match text.split_once(':') {
            Some((host, port)) => (named(host)?, Some(port)),
            None => (named(text)?, None),
        },
    };
    match port {
        None => Ok((host, Address::DEFAULT_PORT)),
        Some(port) => match query::whole(port) {
            Some(0) | None => Err("has a bad port: it must be a number from 1 to 65535".into()),
            Some(port) => Ok((host, port)),
        },
    }
}

/// An IPv6 address up to its closing bracket, and what follows the colon behind it.
fn bracketed(rest: &str) -> Result<(&str, Option<&str>), Fault> {
    let (host, after) = rest.split_once(']').ok_or("has a '[' before its host, but no ']' behind it")?;
    if host.parse::<Ipv6Addr>().is_err() {
        return Err("has no IPv6 address between '[' and ']'".into());
    }
    match after.strip_prefix(':') {
        None if after.is_empty() => Ok((host, None)),
        None => Err("has something other than ':' and a port behind the ']'".into()),
        port => Ok((host, port)),
    }
}

fn named(host: &str) -> Result<&str, Fault> {
    if host.is_empty() {
        return Err("has no host: name one, such as redis://localhost".into());
    }
    if !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')) {
        return Err("has a host with other characters than letters, digits, '-', '.' and '_'".into());
    }
    Ok(host)
}

#[cfg(feature = "tls")]
fn with_tls(config: Config) -> Result<Config, Fault> {
    Ok(config.tls(super::TlsConfig::new()))
}

#[cfg(not(feature = "tls"))]
fn with_tls(_: Config) -> Result<Config, Fault> {
    Err("asks for TLS: enable the feature `tls` of the crate redpoll".into())
}

fn unix(parts: &Parts<'_>) -> Result<Config, Fault> {
    if !parts.host.is_empty() {
        return Err(
            "names a host before the path of a unix socket: write three slashes, unix:///run/redis.sock"
                .into(),
        );
    }
    if parts.path.len() < 2 {
        return Err("has no path: name the unix socket, such as unix:///run/redis.sock".into());
    }
    let path = decode(parts.path, "path")?;
    if path.contains('\0') {
        return Err("has a path with a zero byte".into());
    }
    Ok(Config::unix(&*path))
}

fn authenticate(config: &mut Config, credentials: &str) -> Result<(), Fault> {
    let Some((username, password)) = credentials.split_once(':') else {
        return Err(
            "has a user without a password: write user:password@, or :password@ for a password alone, \
            or user:@ for a user that has none"
                .into(),
        );
    };
    if username.is_empty() && password.is_empty() {
        return Err("has an empty user and an empty password: leave the ':' and the '@' out".into());
    }
    if !username.is_empty() {
        config.username = Some(decode(username, "user")?.into_owned());
    }
    config.password = Some(Secret::from(decode(password, "password")?.into_owned()));
    Ok(())
}

/// Applies the settings behind the `?`. `given` are those that the URL has named already.
fn apply(config: &mut Config, query: &str, mut given: Vec<&'static str>) -> Result<(), Fault> {
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').ok_or_else(|| incomplete(pair))?;
        let Some((name, set)) = query::find(name) else { return Err(unknown(name).into()) };
        let setting = if *name == "db" { "database" } else { name };
        if given.contains(&setting) {
            return Err(format!("names {setting} twice").into());
        }
        given.push(setting);
        let value = decode(value, name)?;
        set(config, &value).map_err(|expected| {
            format!("has a bad value for {name}, {}: it must be {expected}", excerpt(&value))
        })?;
    }
    Ok(())
}

fn incomplete(pair: &str) -> Fault {
    match query::find(pair) {
        Some((name, _)) => format!("names the setting {name} without a value: write {name}=...").into(),
        None => "has something behind its '?' that is not name=value".into(),
    }
}

fn unknown(name: &str) -> String {
    if matches!(name, "password" | "username" | "user" | "pass" | "auth") {
        return format!(
            "names {} among the settings: write it before the host, redis://user:password@host",
            excerpt(name)
        );
    }
    if cfg!(not(feature = "tls")) && name.starts_with("tls_") {
        return format!("names {}: enable the feature `tls` of the crate redpoll", excerpt(name));
    }
    match query::nearest(name) {
        (nearest, true) => format!("names the unknown setting {}: did you mean {nearest}?", excerpt(name)),
        (nearest, false) => {
            format!("names the unknown setting {}: the nearest known one is {nearest}", excerpt(name))
        }
    }
}

/// What is quoted in an error: never much, and on one line.
fn excerpt(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?}...", text.get(..end).unwrap_or_default()),
    }
}

/// Undoes percent-encoding (RFC 3986, section 2.1).
fn decode<'a>(text: &'a str, part: &str) -> Result<Cow<'a, str>, Fault> {
    if !text.contains('%') {
        return Ok(text.into());
    }
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let byte = if byte == b'%' {
            hex(bytes.next()).zip(hex(bytes.next())).map(|(a, b)| a << 4 | b)
        } else {
            Some(byte)
        };
        decoded.push(
            byte.ok_or_else(|| format!("has a '%' in its {part} without two hexadecimal digits: write %25"))?,
        );
    }
    let decoded =
        String::from_utf8(decoded).map_err(|_| format!("has a {part} that is not UTF-8 once decoded"))?;
    Ok(decoded.into())
}

fn hex(digit: Option<u8>) -> Option<u8> {
    u8::try_from(char::from(digit?).to_digit(16)?).ok()
}

#[cfg(test)]
mod tests;
