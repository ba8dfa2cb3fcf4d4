//! Commands about the connection: who it is, which database, which protocol.

use bytes::Bytes;

use crate::engine::DATABASES;
use crate::engine::client::{Client, ConnectionId, ReplyMode};
use crate::engine::command::{CommandSpec, Group};
use crate::engine::commands::is_word;
use crate::engine::commands::server::VERSION;
use crate::engine::context::Context;
use crate::engine::error::{CommandError, text_of};
use crate::engine::number::{integer, parse_integer};
use crate::engine::reply::{Reply, RespVersion};
use crate::engine::user;

pub(super) const GROUP: Group = Group {
    name: "connection",
    category: "@connection",
    commands: &[
        CommandSpec::new("auth", -2, "1.0.0", auth)
            .noscript()
            .loading()
            .stale()
            .fast()
            .no_auth()
            .allow_busy(),
        CommandSpec::container(
            "client",
            "2.4.0",
            &[
                CommandSpec::new("client|getname", 2, "2.6.9", client_getname).noscript().loading().stale(),
                CommandSpec::new("client|id", 2, "5.0.0", client_id).noscript().loading().stale(),
                CommandSpec::new("client|info", 2, "6.2.0", client_info)
                    .noscript()
                    .loading()
                    .stale()
                    .tips(&["nondeterministic_output"]),
                CommandSpec::new("client|kill", -3, "2.4.0", client_kill)
                    .admin()
                    .noscript()
                    .loading()
                    .stale(),
                CommandSpec::new("client|list", -2, "2.4.0", client_list)
                    .admin()
                    .noscript()
                    .loading()
                    .stale()
                    .tips(&["nondeterministic_output"]),
                CommandSpec::new("client|no-evict", 3, "7.0.0", client_no_evict)
                    .admin()
                    .noscript()
                    .loading()
                    .stale(),
                CommandSpec::new("client|no-touch", 3, "7.2.0", client_no_touch).noscript().loading().stale(),
                CommandSpec::new("client|reply", 3, "3.2.0", client_reply).noscript().loading().stale(),
                CommandSpec::new("client|setinfo", 4, "7.2.0", client_setinfo)
                    .noscript()
                    .loading()
                    .stale()
                    .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
                CommandSpec::new("client|setname", 3, "2.6.9", client_setname)
                    .noscript()
                    .loading()
                    .stale()
                    .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
                CommandSpec::new("client|unblock", -3, "5.0.0", client_unblock)
                    .admin()
                    .noscript()
                    .loading()
                    .stale(),
            ],
        ),
        CommandSpec::new("echo", 2, "1.0.0", echo).loading().stale().fast(),
        CommandSpec::new("hello", -1, "6.0.0", hello)
            .noscript()
            .loading()
            .stale()
            .fast()
            .no_auth()
            .allow_busy(),
        CommandSpec::new("ping", -1, "1.0.0", ping)
            .fast()
            .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
        CommandSpec::new("quit", -1, "1.0.0", quit)
            .noscript()
            .loading()
            .stale()
            .fast()
            .no_auth()
            .allow_busy(),
        CommandSpec::new("reset", 1, "6.2.0", reset)
            .noscript()
            .loading()
            .stale()
            .fast()
            .no_auth()
            .allow_busy(),
        CommandSpec::new("select", 2, "1.0.0", select).loading().stale().fast(),
    ],
};

const NO_PASSWORD_CONFIGURED: CommandError = CommandError::new(
    "ERR AUTH <password> called without any password configured for the default user. Are you sure your \
     configuration is correct?",
);
const NOPROTO: CommandError = CommandError::new("NOPROTO unsupported protocol version");
const PROTOCOL_NOT_AN_INTEGER: CommandError =
    CommandError::new("ERR Protocol version is not an integer or out of range");
const HELLO_NOAUTH: CommandError = CommandError::new(
    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> \
     <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
);
const BAD_CLIENT_NAME: CommandError =
    CommandError::new("ERR Client names cannot contain spaces, newlines or special characters.");
const NO_SUCH_CLIENT: CommandError = CommandError::new("ERR No such client");
const BAD_CLIENT_ID: CommandError = CommandError::new("ERR client-id should be greater than 0");
const INVALID_CLIENT_ID: CommandError = CommandError::new("ERR Invalid client ID");
const BAD_UNBLOCK_REASON: CommandError =
    CommandError::new("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");

fn ping(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    if argv.len() > 2 {
        return Err(ctx.wrong_arity());
    }
    let message = argv.get(1).cloned();
    if ctx.client().is_in_subscriber_mode() {
        return Ok(Reply::bulks([Bytes::from_static(b"pong"), message.unwrap_or_default()]));
    }
    Ok(message.map_or(Reply::SimpleString("PONG"), Reply::BulkString))
}

fn echo(_: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::BulkString(argv[1].clone()))
}

fn select(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let index = i32::try_from(integer(&argv[1])?).map_err(|_| CommandError::NOT_AN_INT)?;
    let index = usize::try_from(index).ok().filter(|index| *index < DATABASES);
    ctx.client_mut().db = index.ok_or(CommandError::DB_INDEX_OUT_OF_RANGE)?;
    Ok(Reply::OK)
}

fn quit(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    ctx.client_mut().closing = true;
    Ok(Reply::OK)
}

/// Back to what the connection was when it was made.
fn reset(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    let id = ctx.client_id();
    ctx.engine.unwatch(id);
    ctx.engine.unsubscribe_all(id);
    let user = ctx.engine.users.without_password();
    let client = ctx.client_mut();
    client.transaction = None;
    client.db = 0;
    client.resp = RespVersion::Resp2;
    client.name = Bytes::new();
    client.user = user;
    client.reply_mode = ReplyMode::On;
    client.no_evict = false;
    client.no_touch = false;
    Ok(Reply::SimpleString("RESET"))
}

fn auth(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    match argv {
        [_, password] => {
            if ctx.engine.users.without_password().is_some() {
                return Err(NO_PASSWORD_CONFIGURED);
            }
            authenticate(ctx, user::DEFAULT.as_bytes(), password)?;
        }
        [_, user, password] => authenticate(ctx, user, password)?,
        _ => return Err(CommandError::SYNTAX),
    }
    Ok(Reply::OK)
}

fn authenticate(ctx: &mut Context<'_>, user: &[u8], password: &[u8]) -> Result<(), CommandError> {
    if !ctx.engine.users.accepts(user, password) {
        return Err(CommandError::WRONGPASS);
    }
    ctx.client_mut().user = Some(String::from_utf8_lossy(user).into_owned());
    Ok(())
}

fn hello(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let version = argv.get(1).map(|version| protocol(version)).transpose()?;
    let mut options = argv.get(2..).unwrap_or_default();
    let mut name = None;
    let mut credentials = None;
    while let [option, rest @ ..] = options {
        options = match rest {
            [user, password, rest @ ..] if is_word(option, "AUTH") => {
                credentials = Some((user, password));
                rest
            }
            [wanted, rest @ ..] if is_word(option, "SETNAME") => {
                name = Some(wanted.clone());
                rest
            }
            _ => {
                let option = String::from_utf8_lossy(option);
                return Err(CommandError::from_text(format!("ERR Syntax error in HELLO option '{option}'")));
            }
        };
    }
    if let Some((user, password)) = credentials {
        authenticate(ctx, user, password)?;
    }
    if ctx.client().user.is_none() {
        return Err(HELLO_NOAUTH);
    }
    if let Some(name) = name {
        set_name(ctx, &name)?;
    }
    if let Some(version) = version {
        ctx.client_mut().resp = version;
    }
    Ok(greeting(ctx))
}

fn protocol(version: &[u8]) -> Result<RespVersion, CommandError> {
    match parse_integer(version).ok_or(PROTOCOL_NOT_AN_INTEGER)? {
        2 => Ok(RespVersion::Resp2),
        3 => Ok(RespVersion::Resp3),
        _ => Err(NOPROTO),
    }
}

fn greeting(ctx: &Context<'_>) -> Reply {
    let proto = if ctx.is_resp3() { 3 } else { 2 };
    let id = i64::try_from(ctx.client_id().get()).unwrap_or(i64::MAX);
    Reply::Map(vec![
        (Reply::bulk("server"), Reply::bulk("redis")),
        (Reply::bulk("version"), Reply::bulk(VERSION)),
        (Reply::bulk("proto"), Reply::Integer(proto)),
        (Reply::bulk("id"), Reply::Integer(id)),
        (Reply::bulk("mode"), Reply::bulk("standalone")),
        (Reply::bulk("role"), Reply::bulk("master")),
        (Reply::bulk("modules"), Reply::Array(Vec::new())),
    ])
}

fn client_id(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::Integer(i64::try_from(ctx.client_id().get()).unwrap_or(i64::MAX)))
}

fn client_getname(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    let name = ctx.client().name.clone();
    Ok(Reply::bulk_or_null(Some(name).filter(|name| !name.is_empty())))
}

fn client_setname(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    set_name(ctx, &argv[2])?;
    Ok(Reply::OK)
}

fn set_name(ctx: &mut Context<'_>, name: &Bytes) -> Result<(), CommandError> {
    if !text_of(name).bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(BAD_CLIENT_NAME);
    }
    ctx.client_mut().name = name.clone();
    Ok(())
}

fn client_setinfo(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (attribute, value) = (&argv[2], &argv[3]);
    let is_name = is_word(attribute, "lib-name");
    if !is_name && !is_word(attribute, "lib-ver") {
        let attribute = String::from_utf8_lossy(attribute);
        return Err(CommandError::from_text(format!("ERR Unrecognized option '{attribute}'")));
    }
    if !text_of(value).bytes().all(|byte| byte.is_ascii_graphic()) {
        let attribute = String::from_utf8_lossy(attribute);
        return Err(CommandError::from_text(format!(
            "ERR {attribute} cannot contain spaces, newlines or special characters."
        )));
    }
    let client = ctx.client_mut();
    *(if is_name { &mut client.library_name } else { &mut client.library_version }) = value.clone();
    Ok(Reply::OK)
}

fn client_no_evict(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    ctx.client_mut().no_evict = on_or_off(&argv[2])?;
    Ok(Reply::OK)
}

fn client_no_touch(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    ctx.client_mut().no_touch = on_or_off(&argv[2])?;
    Ok(Reply::OK)
}

fn on_or_off(argument: &[u8]) -> Result<bool, CommandError> {
    if is_word(argument, "on") {
        Ok(true)
    } else if is_word(argument, "off") {
        Ok(false)
    } else {
        Err(CommandError::SYNTAX)
    }
}

fn client_reply(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let client = ctx.client_mut();
    if is_word(&argv[2], "on") {
        client.reply_mode = ReplyMode::On;
        Ok(Reply::OK)
    } else if is_word(&argv[2], "off") {
        client.reply_mode = ReplyMode::Off;
        Ok(Reply::NOTHING)
    } else if is_word(&argv[2], "skip") {
        if client.reply_mode != ReplyMode::Off {
            client.reply_mode = ReplyMode::SkipNext;
        }
        Ok(Reply::NOTHING)
    } else {
        Err(CommandError::SYNTAX)
    }
}

fn client_info(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(listing(ctx, &[ctx.client_id()]))
}

fn client_list(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let ids: Vec<ConnectionId> = match &argv[2..] {
        [] => ctx.engine.clients().map(|client| client.id).collect(),
        [filter, kind] if is_word(filter, "TYPE") => {
            let kind = ClientType::parse(kind)?;
            ctx.engine
                .clients()
                .filter(|client| ClientType::of(client) == kind)
                .map(|client| client.id)
                .collect()
        }
        [filter, ids @ ..] if is_word(filter, "ID") && !ids.is_empty() => {
            ids.iter().map(|id| client_id_argument(id).ok_or(INVALID_CLIENT_ID)).collect::<Result<_, _>>()?
        }
        _ => return Err(CommandError::SYNTAX),
    };
    Ok(listing(ctx, &ids))
}

fn listing(ctx: &Context<'_>, ids: &[ConnectionId]) -> Reply {
    let lines = ids.iter().filter_map(|id| ctx.engine.client(*id)).map(|client| describe(ctx, client));
    Reply::Verbatim { format: "txt", text: lines.collect::<String>().into() }
}

/// One line of CLIENT LIST. What has no meaning here — buffers, file descriptors — is there for those who parse it.
fn describe(ctx: &Context<'_>, client: &Client) -> String {
    let seconds = |since: i64| (ctx.now() - since) / 1000;
    let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    let queued =
        client.transaction.as_ref().map_or(-1, |t| i64::try_from(t.queued.len()).unwrap_or(i64::MAX));
    format!(
        "id={} addr={} laddr={} fd=0 name={} age={} idle={} flags={} db={} sub={} psub={} ssub={} multi={} \
         watch={} qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=0 omem=0 tot-mem=0 events=r \
         cmd={} user={} redir=-1 resp={} lib-name={} lib-ver={} io-thread=0 tot-net-in=0 tot-net-out=0 \
         tot-cmds={}\n",
        client.id,
        client.info.address,
        client.info.local_address,
        text(&client.name),
        seconds(client.created),
        seconds(client.last_command_at),
        flags(client),
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

fn flags(client: &Client) -> String {
    let flags: String = [
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
enum ClientType {
    Normal,
    PubSub,
    /// There are no replicas and no primary here.
    Replication,
}

impl ClientType {
    fn of(client: &Client) -> Self {
        if client.subscriptions() > 0 { Self::PubSub } else { Self::Normal }
    }

    fn parse(name: &[u8]) -> Result<Self, CommandError> {
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

fn client_id_argument(argument: &[u8]) -> Option<ConnectionId> {
    let id = parse_integer(argument)?;
    u64::try_from(id).ok().filter(|id| *id > 0).map(ConnectionId)
}

/// `CLIENT KILL addr:port` of old, or filters that must all hold.
fn client_kill(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    if let [_, _, address] = argv {
        let found = ctx.engine.clients().find(|client| client.info.address.as_bytes() == address);
        let id = found.map(|client| client.id).ok_or(NO_SUCH_CLIENT)?;
        ctx.engine.kill(id);
        return Ok(Reply::OK);
    }
    let filter = KillFilter::parse(&argv[2..])?;
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
struct KillFilter {
    ids: Vec<ConnectionId>,
    kind: Option<ClientType>,
    user: Option<Bytes>,
    address: Option<Bytes>,
    local_address: Option<Bytes>,
    max_age: Option<i64>,
    skip_me: bool,
}

impl KillFilter {
    fn parse(mut options: &[Bytes]) -> Result<Self, CommandError> {
        let mut filter = Self {
            ids: Vec::new(),
            kind: None,
            user: None,
            address: None,
            local_address: None,
            max_age: None,
            skip_me: true,
        };
        while let [option, value, rest @ ..] = options {
            options = rest;
            if is_word(option, "ID") {
                filter.ids.push(client_id_argument(value).ok_or(BAD_CLIENT_ID)?);
            } else if is_word(option, "TYPE") {
                filter.kind = Some(ClientType::parse(value)?);
            } else if is_word(option, "USER") {
                filter.user = Some(value.clone());
            } else if is_word(option, "ADDR") {
                filter.address = Some(value.clone());
            } else if is_word(option, "LADDR") {
                filter.local_address = Some(value.clone());
            } else if is_word(option, "MAXAGE") {
                filter.max_age = Some(integer(value)?);
            } else if is_word(option, "SKIPME") {
                let yes = is_word(value, "yes");
                if !yes && !is_word(value, "no") {
                    return Err(CommandError::SYNTAX);
                }
                filter.skip_me = yes;
            } else {
                return Err(CommandError::SYNTAX);
            }
        }
        if options.is_empty() { Ok(filter) } else { Err(CommandError::SYNTAX) }
    }

    fn matches(&self, client: &Client, now: i64) -> bool {
        let is = |wanted: &Option<Bytes>, actual: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == actual.as_bytes())
        };
        (self.ids.is_empty() || self.ids.contains(&client.id))
            && self.kind.is_none_or(|kind| ClientType::of(client) == kind)
            && is(&self.user, client.user.as_deref().unwrap_or_default())
            && is(&self.address, &client.info.address)
            && is(&self.local_address, &client.info.local_address)
            && self.max_age.is_none_or(|age| (now - client.created) / 1000 >= age)
    }
}

fn client_unblock(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    if argv.len() > 4 {
        let name = text_of(&argv[1]);
        return Err(CommandError::from_text(format!(
            "ERR unknown subcommand or wrong number of arguments for '{name}'. Try CLIENT HELP."
        )));
    }
    let by_error = match &argv[3..] {
        [] => false,
        [reason] if is_word(reason, "timeout") => false,
        [reason] if is_word(reason, "error") => true,
        _ => return Err(BAD_UNBLOCK_REASON),
    };
    let id = integer(&argv[2])?;
    let Ok(id) = u64::try_from(id).map(ConnectionId) else { return Ok(Reply::flag(false)) };
    let on_timeout =
        ctx.engine.client(id).and_then(|client| client.blocked_on()).map(|block| block.on_timeout.clone());
    let Some(on_timeout) = on_timeout else { return Ok(Reply::flag(false)) };
    let reply = if by_error { Reply::Error(CommandError::UNBLOCKED) } else { on_timeout };
    Ok(Reply::flag(ctx.engine.unblock_with(id, &reply)))
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;
    use crate::engine::user::Users;

    fn guarded() -> Probe {
        let mut users = Users::default();
        users.require_password("secret");
        Probe::with_users(users)
    }

    #[test]
    fn a_password_is_asked_for() {
        let mut probe = guarded();
        assert_eq!(probe.run("PING"), "-NOAUTH Authentication required.");
        assert_eq!(probe.run("GET"), "-ERR wrong number of arguments for 'get' command");
        assert_eq!(probe.run("AUTH wrong"), "-WRONGPASS invalid username-password pair or user is disabled.");
        assert!(probe.run("HELLO 3").starts_with("-NOAUTH HELLO must be called"));
        assert_eq!(probe.run("AUTH secret"), "+OK");
        assert_eq!(probe.run("PING"), "+PONG");
        assert_eq!(probe.run_other("AUTH default secret"), "+OK");
    }

    #[test]
    fn hello_chooses_the_protocol_and_sets_the_name() {
        let mut probe = guarded();
        let greeting = probe.run("HELLO 3 AUTH default secret SETNAME app");
        assert!(greeting.starts_with("%7 $6 server $5 redis $7 version"), "{greeting}");
        assert_eq!(probe.run("CLIENT GETNAME"), "$3 app");
        assert_eq!(probe.run("GET k"), "_");
        assert_eq!(probe.run("HELLO 4"), "-NOPROTO unsupported protocol version");
        assert_eq!(probe.run("HELLO 3 FOO"), "-ERR Syntax error in HELLO option 'FOO'");
        assert_eq!(probe.run("RESET"), "+RESET");
        assert_eq!(probe.run("PING"), "-NOAUTH Authentication required.");
    }

    #[test]
    fn databases_are_apart() {
        let mut probe = Probe::new();
        probe.run("SET k 0");
        assert_eq!(probe.run("SELECT 1"), "+OK");
        assert_eq!(probe.run("GET k"), "$-1");
        assert_eq!(probe.run("SELECT 16"), "-ERR DB index is out of range");
        assert_eq!(probe.run("SELECT x"), "-ERR value is not an integer or out of range");
    }

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
    fn a_blocked_client_can_be_unblocked() {
        let mut probe = Probe::new();
        let blocked = probe.connect();
        probe.send(blocked, "BLPOP k 0");
        assert_eq!(probe.run(&format!("CLIENT UNBLOCK {blocked}")), ":1");
        assert_eq!(probe.take(blocked), "*-1");
        probe.send(blocked, "BLPOP k 0");
        assert_eq!(probe.run(&format!("CLIENT UNBLOCK {blocked} ERROR")), ":1");
        assert_eq!(probe.take(blocked), "-UNBLOCKED client unblocked via CLIENT UNBLOCK");
        assert_eq!(probe.run(&format!("CLIENT UNBLOCK {blocked}")), ":0");
    }

    #[test]
    fn replies_can_be_turned_off() {
        let mut probe = Probe::new();
        assert_eq!(probe.run("CLIENT REPLY OFF"), "");
        assert_eq!(probe.run("PING"), "");
        assert_eq!(probe.run("CLIENT REPLY ON"), "+OK");
        assert_eq!(probe.run("CLIENT REPLY SKIP"), "");
        assert_eq!(probe.run("PING"), "");
        assert_eq!(probe.run("PING"), "+PONG");
    }

    #[test]
    fn unknown_commands_and_subcommands_are_named() {
        let mut probe = Probe::new();
        assert_eq!(probe.run("NOPE a b"), "-ERR unknown command 'NOPE', with args beginning with: 'a' 'b' ");
        assert_eq!(probe.run("CLIENT NOPE"), "-ERR unknown subcommand 'NOPE'. Try CLIENT HELP.");
        assert_eq!(probe.run("CLIENT"), "-ERR wrong number of arguments for 'client' command");
        assert_eq!(probe.run("CLIENT ID x"), "-ERR wrong number of arguments for 'client|id' command");
    }
}
