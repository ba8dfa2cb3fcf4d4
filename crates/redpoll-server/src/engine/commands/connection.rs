//! Commands about the connection: who it is, which database, which protocol.

use bytes::Bytes;

use crate::engine::DATABASES;
use crate::engine::client::ReplyMode;
use crate::engine::command::{CommandSpec, Group};
use crate::engine::commands::client::set_name;
use crate::engine::commands::is_word;
use crate::engine::commands::server::VERSION;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
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
    ctx.engine.stop_monitoring(id);
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
            if !ctx.engine.users.default_has_password() {
                return Err(NO_PASSWORD_CONFIGURED);
            }
            authenticate(ctx, argv, user::DEFAULT.as_bytes(), password)?;
        }
        [_, user, password] => authenticate(ctx, argv, user, password)?,
        _ => return Err(CommandError::SYNTAX),
    }
    Ok(Reply::OK)
}

fn authenticate(
    ctx: &mut Context<'_>,
    argv: &[Bytes],
    user: &[u8],
    password: &[u8],
) -> Result<(), CommandError> {
    if !ctx.engine.users.accepts(user, password) {
        let id = ctx.client_id();
        ctx.engine.authentication_failed(id, argv, user);
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
        authenticate(ctx, argv, user, password)?;
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
    fn unknown_commands_and_subcommands_are_named() {
        let mut probe = Probe::new();
        assert_eq!(probe.run("NOPE a b"), "-ERR unknown command 'NOPE', with args beginning with: 'a' 'b' ");
        assert_eq!(probe.run("CLIENT NOPE"), "-ERR unknown subcommand 'NOPE'. Try CLIENT HELP.");
        assert_eq!(probe.run("CLIENT"), "-ERR wrong number of arguments for 'client' command");
        assert_eq!(probe.run("CLIENT ID x"), "-ERR wrong number of arguments for 'client|id' command");
    }
}
