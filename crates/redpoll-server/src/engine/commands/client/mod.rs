//! CLIENT: the connections, seen from one of them.

mod kill;
mod list;
mod pause;

use bytes::Bytes;

use crate::engine::client::{ConnectionId, ReplyMode};
use crate::engine::command::{CommandSpec, Group};
use crate::engine::commands::help::help;
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::{CommandError, text_of};
use crate::engine::number::integer;
use crate::engine::reply::Reply;

pub(crate) use list::describe;

pub(super) const GROUP: Group = Group {
    name: "connection",
    category: "@connection",
    commands: &[CommandSpec::container(
        "client",
        "2.4.0",
        &[
            CommandSpec::new("client|getname", 2, "2.6.9", getname).noscript().loading().stale(),
            CommandSpec::new("client|getredir", 2, "6.0.0", getredir).noscript().loading().stale(),
            CommandSpec::new("client|help", 2, "5.0.0", client_help).loading().stale(),
            CommandSpec::new("client|id", 2, "5.0.0", id).noscript().loading().stale(),
            CommandSpec::new("client|info", 2, "6.2.0", list::info)
                .noscript()
                .loading()
                .stale()
                .tips(&["nondeterministic_output"]),
            CommandSpec::new("client|kill", -3, "2.4.0", kill::kill).admin().noscript().loading().stale(),
            CommandSpec::new("client|list", -2, "2.4.0", list::list)
                .admin()
                .noscript()
                .loading()
                .stale()
                .tips(&["nondeterministic_output"]),
            CommandSpec::new("client|no-evict", 3, "7.0.0", no_evict).admin().noscript().loading().stale(),
            CommandSpec::new("client|no-touch", 3, "7.2.0", no_touch).noscript().loading().stale(),
            CommandSpec::new("client|pause", -3, "3.0.0", pause::pause).admin().noscript().loading().stale(),
            CommandSpec::new("client|reply", 3, "3.2.0", reply).noscript().loading().stale(),
            CommandSpec::new("client|setinfo", 4, "7.2.0", setinfo)
                .noscript()
                .loading()
                .stale()
                .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
            CommandSpec::new("client|setname", 3, "2.6.9", setname)
                .noscript()
                .loading()
                .stale()
                .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
            CommandSpec::new("client|trackinginfo", 2, "6.2.0", trackinginfo).noscript().loading().stale(),
            CommandSpec::new("client|unblock", -3, "5.0.0", unblock).admin().noscript().loading().stale(),
            CommandSpec::new("client|unpause", 2, "6.2.0", pause::unpause)
                .admin()
                .noscript()
                .loading()
                .stale(),
        ],
    )],
};

const BAD_NAME: CommandError =
    CommandError::new("ERR Client names cannot contain spaces, newlines or special characters.");
const BAD_UNBLOCK_REASON: CommandError =
    CommandError::new("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");

fn id(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::Integer(i64::try_from(ctx.client_id().get()).unwrap_or(i64::MAX)))
}

fn getname(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    let name = ctx.client().name.clone();
    Ok(Reply::bulk_or_null(Some(name).filter(|name| !name.is_empty())))
}

fn setname(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    set_name(ctx, &argv[2])?;
    Ok(Reply::OK)
}

/// As CLIENT SETNAME and HELLO do it.
pub(super) fn set_name(ctx: &mut Context<'_>, name: &Bytes) -> Result<(), CommandError> {
    if !is_one_word(name) {
        return Err(BAD_NAME);
    }
    ctx.client_mut().name = name.clone();
    Ok(())
}

fn setinfo(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let (attribute, value) = (&argv[2], &argv[3]);
    let is_name = is_word(attribute, "lib-name");
    if !is_name && !is_word(attribute, "lib-ver") {
        let attribute = text_of(attribute);
        return Err(CommandError::from_text(format!("ERR Unrecognized option '{attribute}'")));
    }
    if !is_one_word(value) {
        let attribute = text_of(attribute);
        return Err(CommandError::from_text(format!(
            "ERR {attribute} cannot contain spaces, newlines or special characters."
        )));
    }
    let client = ctx.client_mut();
    *(if is_name { &mut client.library_name } else { &mut client.library_version }) = value.clone();
    Ok(Reply::OK)
}

/// C looks no further than to the first zero byte.
fn is_one_word(text: &[u8]) -> bool {
    text_of(text).bytes().all(|byte| byte.is_ascii_graphic())
}

fn no_evict(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    ctx.client_mut().no_evict = on_or_off(&argv[2])?;
    Ok(Reply::OK)
}

fn no_touch(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
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

fn reply(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
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

/// There is no client-side caching here: no client ever tracks.
fn getredir(_: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::Integer(-1))
}

fn trackinginfo(_: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::Map(vec![
        (Reply::bulk("flags"), Reply::Set(vec![Reply::bulk("off")])),
        (Reply::bulk("redirect"), Reply::Integer(-1)),
        (Reply::bulk("prefixes"), Reply::Array(Vec::new())),
    ]))
}

fn unblock(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let by_error = match &argv[3..] {
        [] => false,
        [reason] if is_word(reason, "timeout") => false,
        [reason] if is_word(reason, "error") => true,
        [_] => return Err(BAD_UNBLOCK_REASON),
        _ => return Err(CommandError::wrong_subcommand_arity(argv)),
    };
    let id = integer(&argv[2])?;
    let Ok(id) = u64::try_from(id).map(ConnectionId) else { return Ok(Reply::flag(false)) };
    let on_timeout =
        ctx.engine.client(id).and_then(|client| client.blocked_on()).map(|block| block.on_timeout.clone());
    let Some(on_timeout) = on_timeout else { return Ok(Reply::flag(false)) };
    let reply = if by_error { Reply::Error(CommandError::UNBLOCKED) } else { on_timeout };
    Ok(Reply::flag(ctx.engine.unblock_with(id, &reply)))
}

fn client_help(_: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(help(
        "CLIENT",
        &[
            ("GETNAME", "Tell the name of this connection."),
            ("GETREDIR", "Tell which connection gets the invalidations of this one; there are none here."),
            ("ID", "Tell the number of this connection."),
            ("INFO", "Describe this connection."),
            ("KILL <ip:port>", "Close the connection from an address."),
            ("KILL <option> <value> [<option> <value> [...]]", "Close the connections that all options fit."),
            ("LIST [TYPE (NORMAL|PUBSUB|MASTER|REPLICA) | ID <id> [<id> ...]]", "Describe connections."),
            ("NO-EVICT (ON|OFF)", "Keep this connection when memory is short."),
            ("NO-TOUCH (ON|OFF)", "Let commands of this connection leave the idle times of keys alone."),
            ("PAUSE <timeout> [WRITE|ALL]", "Let commands wait for some milliseconds."),
            ("REPLY (ON|OFF|SKIP)", "Choose whether this connection gets replies."),
            ("SETINFO (LIB-NAME|LIB-VER) <value>", "Tell which library uses this connection."),
            ("SETNAME <name>", "Give this connection a name."),
            ("TRACKINGINFO", "Describe the client-side caching of this connection."),
            ("UNBLOCK <clientid> [TIMEOUT|ERROR]", "End the waiting of a blocked connection."),
            ("UNPAUSE", "End a pause."),
        ],
    ))
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

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
        assert_eq!(
            probe.run("CLIENT UNBLOCK 1 ERROR x"),
            "-ERR unknown subcommand or wrong number of arguments for 'UNBLOCK'. Try CLIENT HELP."
        );
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
    fn names_have_no_spaces() {
        let mut probe = Probe::new();
        assert_eq!(probe.run("CLIENT SETNAME app"), "+OK");
        assert_eq!(probe.run("CLIENT GETNAME"), "$3 app");
        assert_eq!(
            probe.run("CLIENT SETNAME \"a b\""),
            "-ERR Client names cannot contain spaces, newlines or special characters."
        );
        assert_eq!(
            probe.run("CLIENT SETINFO lib-name \"a b\""),
            "-ERR lib-name cannot contain spaces, newlines or special characters."
        );
    }
}
