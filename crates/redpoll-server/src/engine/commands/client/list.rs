//! CLIENT LIST and INFO.

use bytes::Bytes;

use crate::engine::Engine;
use crate::engine::client::{Client, ConnectionId};
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::number::parse_integer;
use crate::engine::reply::{Reply, RespVersion};
use crate::engine::user;

const INVALID_ID: CommandError = CommandError::new("ERR Invalid client ID");

pub(super) fn info(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(listing(ctx, &[ctx.client_id()]))
}

pub(super) fn list(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let ids: Vec<ConnectionId> = match &argv[2..] {
        [] => ctx.engine.clients().map(|client| client.id).collect(),
        [filter, kind] if is_word(filter, "TYPE") => {
            let kind = ClientType::parse(kind)?;
            let of_type = ctx.engine.clients().filter(|client| ClientType::of(client) == kind);
            of_type.map(|client| client.id).collect()
        }
        [filter, ids @ ..] if is_word(filter, "ID") && !ids.is_empty() => {
            let numbers = ids.iter().map(|id| parse_integer(id).ok_or(INVALID_ID));
            let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
            let ids = numbers.into_iter().filter_map(|number| u64::try_from(number).ok()).map(ConnectionId);
            ids.filter(|id| *id != ConnectionId::DIRECT).collect()
        }
        _ => return Err(CommandError::SYNTAX),
    };
    Ok(listing(ctx, &ids))
}

fn listing(ctx: &Context<'_>, ids: &[ConnectionId]) -> Reply {
    let clients = ids.iter().filter_map(|id| ctx.engine.client(*id));
    let lines = clients.map(|client| describe(ctx.engine, client) + "\n");
    Reply::Verbatim { format: "txt", text: lines.collect::<String>().into() }
}

/// One line of CLIENT LIST. What has no meaning here — buffers, file descriptors — is there for those who parse it.
pub(crate) fn describe(engine: &Engine, client: &Client) -> String {
    let seconds = |since: i64| (engine.now() - since) / 1000;
    let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    let queued =
        client.transaction.as_ref().map_or(-1, |t| i64::try_from(t.queued.len()).unwrap_or(i64::MAX));
    format!(
        "id={} addr={} laddr={} fd=0 name={} age={} idle={} flags={} db={} sub={} psub={} ssub={} multi={} \
         watch={} qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=0 omem=0 tot-mem=0 events=r \
         cmd={} user={} redir=-1 resp={} lib-name={} lib-ver={} io-thread=0 tot-net-in=0 tot-net-out=0 \
         tot-cmds={}",
        client.id,
        client.info.address,
        client.info.local_address,
        text(&client.name),
        seconds(client.created),
        seconds(client.last_command_at),
        flags(engine, client),
        client.db,
        client.channels.len(),
        client.patterns.len(),
        client.shard_channels.len(),
        queued,
        client.watched.len(),
        client.last_command,
        client.user.as_deref().unwrap_or(user::DEFAULT),
        if client.resp == RespVersion::Resp3 { 3 } else { 2 },
        text(&client.library_name),
        text(&client.library_version),
        client.commands,
    )
}

fn flags(engine: &Engine, client: &Client) -> String {
    let flags: String = [
        (engine.is_monitor(client.id), 'O'),
        (client.subscriptions() > 0, 'P'),
        (client.transaction.is_some(), 'x'),
        (client.is_blocked(), 'b'),
        (client.watch_broken, 'd'),
        (client.closing, 'c'),
        (client.info.unix, 'U'),
        (client.no_evict, 'e'),
        (client.no_touch, 'T'),
    ]
    .iter()
    .filter(|(holds, _)| *holds)
    .map(|(_, flag)| flag)
    .collect();
    if flags.is_empty() { "N".to_owned() } else { flags }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClientType {
    Normal,
    PubSub,
    /// There are no replicas and no primary here.
    Replication,
}

impl ClientType {
    pub(super) fn of(client: &Client) -> Self {
        if client.subscriptions() > 0 { Self::PubSub } else { Self::Normal }
    }

    pub(super) fn parse(name: &[u8]) -> Result<Self, CommandError> {
        let known = [
            ("normal", Self::Normal),
            ("pubsub", Self::PubSub),
            ("master", Self::Replication),
            ("primary", Self::Replication),
            ("replica", Self::Replication),
            ("slave", Self::Replication),
        ];
        known.iter().find(|(word, _)| is_word(name, word)).map(|(_, kind)| *kind).ok_or_else(|| {
            CommandError::from_text(format!("ERR Unknown client type '{}'", String::from_utf8_lossy(name)))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn clients_are_listed_by_type_or_by_number() {
        let mut probe = Probe::new();
        let subscriber = probe.connect();
        probe.on(subscriber, "CLIENT SETNAME news");
        probe.on(subscriber, "SUBSCRIBE a b");
        let line = probe.run("CLIENT LIST TYPE pubsub");
        assert!(line.contains(&format!("id={subscriber} ")), "{line}");
        assert!(
            line.contains(" name=news ") && line.contains(" flags=P ") && line.contains(" sub=2 "),
            "{line}"
        );
        assert_eq!(probe.run("CLIENT LIST TYPE replica"), "$0 ");
        assert_eq!(probe.run("CLIENT LIST ID 999"), "$0 ");
        assert_eq!(probe.run("CLIENT LIST ID -1 0"), "$0 ");
        assert_eq!(probe.run("CLIENT LIST ID x"), "-ERR Invalid client ID");
        assert_eq!(probe.run("CLIENT LIST TYPE nosuch"), "-ERR Unknown client type 'nosuch'");
        assert_eq!(probe.run("CLIENT LIST FOO"), "-ERR syntax error");
    }
}
