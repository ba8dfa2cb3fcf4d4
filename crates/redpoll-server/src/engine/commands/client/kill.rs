//! CLIENT KILL.

use bytes::Bytes;

use super::list::ClientType;
use crate::engine::client::{Client, ConnectionId};
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::number::parse_integer;
use crate::engine::reply::Reply;
use crate::engine::user::Users;

const NO_SUCH_CLIENT: CommandError = CommandError::new("ERR No such client");
const BAD_ID: CommandError = CommandError::new("ERR client-id should be greater than 0");
const AGE_NOT_AN_INTEGER: CommandError = CommandError::new("ERR maxage is not an integer or out of range");
const AGE_NOT_POSITIVE: CommandError = CommandError::new("ERR maxage should be greater than 0");

/// `CLIENT KILL addr:port` of old, or filters that must all hold.
pub(super) fn kill(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    if let [_, _, address] = argv {
        let found = ctx.engine.clients().find(|client| client.info.address.as_bytes() == address);
        let id = found.map(|client| client.id).ok_or(NO_SUCH_CLIENT)?;
        ctx.engine.kill(id);
        return Ok(Reply::OK);
    }
    let filter = Filter::parse(&argv[2..], &ctx.engine.users)?;
    let (own, now) = (ctx.client_id(), ctx.now());
    let victims: Vec<ConnectionId> = ctx
        .engine
        .clients()
        .filter(|client| filter.matches(client, now) && !(filter.skip_me && client.id == own))
        .map(|client| client.id)
        .collect();
    victims.iter().for_each(|id| ctx.engine.kill(*id));
    Ok(Reply::count(victims.len()))
}

#[derive(Debug)]
struct Filter {
    id: Option<ConnectionId>,
    kind: Option<ClientType>,
    user: Option<Bytes>,
    address: Option<Bytes>,
    local_address: Option<Bytes>,
    /// In seconds.
    age: Option<i64>,
    skip_me: bool,
}

impl Filter {
    fn parse(options: &[Bytes], users: &Users) -> Result<Self, CommandError> {
        let mut filter = Self {
            id: None,
            kind: None,
            user: None,
            address: None,
            local_address: None,
            age: None,
            skip_me: true,
        };
        let (pairs, rest) = options.as_chunks::<2>();
        for [option, value] in pairs {
            filter.add(option, value, users)?;
        }
        if rest.is_empty() { Ok(filter) } else { Err(CommandError::SYNTAX) }
    }

    fn add(&mut self, option: &[u8], value: &Bytes, users: &Users) -> Result<(), CommandError> {
        if is_word(option, "ID") {
            self.id = Some(client_id(value).ok_or(BAD_ID)?);
        } else if is_word(option, "TYPE") {
            self.kind = Some(ClientType::parse(value)?);
        } else if is_word(option, "USER") {
            check_user(value, users)?;
            self.user = Some(value.clone());
        } else if is_word(option, "ADDR") {
            self.address = Some(value.clone());
        } else if is_word(option, "LADDR") {
            self.local_address = Some(value.clone());
        } else if is_word(option, "MAXAGE") {
            let age = parse_integer(value).ok_or(AGE_NOT_AN_INTEGER)?;
            self.age = Some(Some(age).filter(|age| *age > 0).ok_or(AGE_NOT_POSITIVE)?);
        } else if is_word(option, "SKIPME") {
            self.skip_me = is_word(value, "yes");
            if !self.skip_me && !is_word(value, "no") {
                return Err(CommandError::SYNTAX);
            }
        } else {
            return Err(CommandError::SYNTAX);
        }
        Ok(())
    }

    fn matches(&self, client: &Client, now: i64) -> bool {
        let is = |wanted: &Option<Bytes>, actual: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == actual.as_bytes())
        };
        self.id.is_none_or(|id| id == client.id)
            && self.kind.is_none_or(|kind| ClientType::of(client) == kind)
            && is(&self.user, client.user.as_deref().unwrap_or_default())
            && is(&self.address, &client.info.address)
            && is(&self.local_address, &client.info.local_address)
            && self.age.is_none_or(|age| (now - client.created) / 1000 >= age)
    }
}

fn client_id(argument: &[u8]) -> Option<ConnectionId> {
    let id = parse_integer(argument)?;
    u64::try_from(id).ok().filter(|id| *id > 0).map(ConnectionId)
}

fn check_user(name: &[u8], users: &Users) -> Result<(), CommandError> {
    let name = String::from_utf8_lossy(name);
    match users.get(&name) {
        Some(_) => Ok(()),
        None => Err(CommandError::from_text(format!("ERR No such user '{name}'"))),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::engine::probe::Probe;

    #[test]
    fn a_killed_client_is_gone() {
        let mut probe = Probe::new();
        let victim = probe.connect();
        assert_eq!(probe.run(&format!("CLIENT KILL ID {victim}")), ":1");
        assert!(probe.is_closed(victim));
        assert_eq!(probe.run(&format!("CLIENT LIST ID {victim}")), "$0 ");
        assert_eq!(probe.run("CLIENT KILL 1.2.3.4:5"), "-ERR No such client");
    }

    #[test]
    fn all_filters_must_hold() {
        let mut probe = Probe::new();
        probe.fast_forward(Duration::from_secs(10));
        let young = probe.connect();
        let subscriber = probe.connect();
        probe.on(subscriber, "SUBSCRIBE c");
        assert_eq!(probe.run(&format!("CLIENT KILL ID {young} MAXAGE 5")), ":0");
        assert_eq!(probe.run("CLIENT KILL TYPE pubsub USER default"), ":1");
        assert!(probe.is_closed(subscriber));
        assert_eq!(probe.run("CLIENT KILL MAXAGE 5"), ":1");
        assert!(!probe.is_closed(young));
        assert_eq!(probe.run("CLIENT KILL SKIPME no MAXAGE 5"), ":1");
    }

    #[test]
    fn wrong_filters_are_refused() {
        let mut probe = Probe::new();
        for (arguments, error) in [
            ("ID 0", "client-id should be greater than 0"),
            ("ID 1 2", "syntax error"),
            ("TYPE nosuch", "Unknown client type 'nosuch'"),
            ("USER nosuch", "No such user 'nosuch'"),
            ("MAXAGE x", "maxage is not an integer or out of range"),
            ("MAXAGE 0", "maxage should be greater than 0"),
            ("SKIPME maybe", "syntax error"),
            ("FOO bar", "syntax error"),
        ] {
            assert_eq!(probe.run(&format!("CLIENT KILL {arguments}")), format!("-ERR {error}"));
        }
    }
}
