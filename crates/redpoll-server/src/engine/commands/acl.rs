//! ACL: who may do what.

use bytes::Bytes;

use crate::engine::command::{CommandSpec, Group};
use crate::engine::commands::help::help;
use crate::engine::commands::{self, is_word};
use crate::engine::context::Context;
use crate::engine::error::{CommandError, echoed, text_of};
use crate::engine::number::integer;
use crate::engine::reply::Reply;
use crate::engine::user::{self, DEFAULT, Denied, Entry, Permissions, User};

pub(super) const GROUP: Group = Group {
    name: "server",
    category: "",
    commands: &[CommandSpec::container(
        "acl",
        "6.0.0",
        &[
            CommandSpec::new("acl|cat", -2, "6.0.0", cat).noscript().loading().stale(),
            CommandSpec::new("acl|deluser", -3, "6.0.0", deluser)
                .admin()
                .noscript()
                .loading()
                .stale()
                .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
            CommandSpec::new("acl|dryrun", -4, "7.0.0", dryrun).admin().noscript().loading().stale(),
            CommandSpec::new("acl|genpass", -2, "6.0.0", genpass).noscript().loading().stale(),
            CommandSpec::new("acl|getuser", 3, "6.0.0", getuser).admin().noscript().loading().stale(),
            CommandSpec::new("acl|help", 2, "6.0.0", acl_help).loading().stale(),
            CommandSpec::new("acl|list", 2, "6.0.0", list).admin().noscript().loading().stale(),
            CommandSpec::new("acl|load", 2, "6.0.0", no_file).admin().noscript().loading().stale(),
            CommandSpec::new("acl|log", -2, "6.0.0", log).admin().noscript().loading().stale(),
            CommandSpec::new("acl|save", 2, "6.0.0", no_file)
                .admin()
                .noscript()
                .loading()
                .stale()
                .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
            CommandSpec::new("acl|setuser", -3, "6.0.0", setuser)
                .admin()
                .noscript()
                .loading()
                .stale()
                .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
            CommandSpec::new("acl|users", 2, "6.0.0", users).admin().noscript().loading().stale(),
            CommandSpec::new("acl|whoami", 2, "6.0.0", whoami).noscript().loading().stale(),
        ],
    )],
};

/// How many entries ACL LOG shows unless told.
const SHOWN_ENTRIES: usize = 10;

/// How many bits ACL GENPASS gives unless told, and at most.
const PASSWORD_BITS: usize = 256;
const MAX_PASSWORD_BITS: i64 = 4096;

const BAD_USER_NAME: CommandError =
    CommandError::new("ERR Usernames can't contain spaces or null characters");
const DEFAULT_STAYS: CommandError = CommandError::new("ERR The 'default' user cannot be removed");
const BAD_BITS: CommandError = CommandError::new(
    "ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096",
);
const NO_FILE: CommandError = CommandError::new(
    "ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL \
     SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order \
     to store users in the Redis configuration.",
);

/// All rules hold, or none.
fn setuser(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let name = text(&argv[2]);
    if name.contains(|c: char| c.is_ascii_whitespace() || matches!(c, '\x0b' | '\0')) {
        return Err(BAD_USER_NAME);
    }
    let mut user = ctx.engine.users.get(&name).cloned().unwrap_or_default();
    for rule in user::merge_selectors(&argv[3..])? {
        user.apply(&rule)?;
    }
    ctx.engine.users.insert(&name, user);
    ctx.engine.kill_forbidden_subscribers(&name);
    Ok(Reply::OK)
}

fn deluser(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let names: Vec<String> = argv[2..].iter().map(text).collect();
    if names.iter().any(|name| name == DEFAULT) {
        return Err(DEFAULT_STAYS);
    }
    let mut removed = 0;
    for name in names {
        if ctx.engine.users.remove(&name) {
            ctx.engine.kill_user(&name);
            removed += 1;
        }
    }
    Ok(Reply::Integer(removed))
}

fn getuser(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(ctx.engine.users.get(&text(&argv[2])).map_or(Reply::Null, described))
}

fn described(user: &User) -> Reply {
    let flags = user.flags().into_iter().map(Reply::bulk).collect();
    let passwords = user.passwords.iter().cloned().map(Reply::bulk).collect();
    let mut facts =
        vec![(Reply::bulk("flags"), Reply::Set(flags)), (Reply::bulk("passwords"), Reply::Array(passwords))];
    facts.extend(permissions(&user.root));
    let selectors = user.selectors.iter().map(|selector| Reply::Map(permissions(selector).into()));
    facts.push((Reply::bulk("selectors"), Reply::Array(selectors.collect())));
    Reply::Map(facts)
}

fn permissions(permissions: &Permissions) -> [(Reply, Reply); 3] {
    [
        (Reply::bulk("commands"), Reply::bulk(permissions.commands.to_string())),
        (Reply::bulk("keys"), Reply::bulk(permissions.keys.to_string())),
        (Reply::bulk("channels"), Reply::bulk(permissions.channels.to_string())),
    ]
}

fn list(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::bulks(ctx.engine.users.iter().map(|(name, user)| format!("user {name} {user}"))))
}

fn users(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::bulks(ctx.engine.users.iter().map(|(name, _)| name.to_owned())))
}

fn whoami(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::bulk_or_null(ctx.client().user.clone().map(Bytes::from)))
}

fn cat(_: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    match &argv[2..] {
        [] => Ok(Reply::bulks(commands::CATEGORIES.iter().map(|name| name.trim_start_matches('@')))),
        [wanted] => {
            let category = format!("@{}", text(wanted));
            let known = commands::CATEGORIES.iter().find(|known| is_word(category.as_bytes(), known));
            let category = known.ok_or_else(|| {
                CommandError::from_text(format!("ERR Unknown category '{}'", echoed(wanted)))
            })?;
            Ok(Reply::bulks(commands::in_category(category)))
        }
        _ => Err(CommandError::wrong_subcommand_arity(argv)),
    }
}

/// Half a byte for every four bits that were asked for.
fn genpass(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let bits = match &argv[2..] {
        [] => PASSWORD_BITS,
        [bits] => {
            let bits = integer(bits)?;
            let bits = Some(bits).filter(|bits| (1..=MAX_PASSWORD_BITS).contains(bits)).ok_or(BAD_BITS)?;
            usize::try_from(bits).map_err(|_| BAD_BITS)?
        }
        _ => return Err(CommandError::wrong_subcommand_arity(argv)),
    };
    Ok(Reply::bulk(ctx.random().hex(bits.div_ceil(4))))
}

/// Checks as if the user had sent the command; executes nothing, and logs nothing.
fn dryrun(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let name = text(&argv[2]);
    let not_found = || CommandError::from_text(format!("ERR User '{}' not found", text_of(&argv[2])));
    let user = ctx.engine.users.get(&name).ok_or_else(not_found)?;
    let argv = &argv[3..];
    let spec = commands::lookup(argv)
        .map_err(|_| CommandError::from_text(format!("ERR Command '{}' not found", echoed(&argv[0]))))?;
    if !spec.accepts_arity(argv.len()) {
        return Err(CommandError::wrong_arity(spec.name));
    }
    Ok(match user.check(spec, argv) {
        Ok(()) => Reply::OK,
        Err(denial) => Reply::bulk(Denied { denial, user: &name, spec, argv }.detailed_reason()),
    })
}

fn log(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let shown = match &argv[2..] {
        [] => SHOWN_ENTRIES,
        [word] if is_word(word, "RESET") => {
            ctx.engine.access_log.clear();
            return Ok(Reply::OK);
        }
        [count] => usize::try_from(integer(count)?).unwrap_or(0),
        _ => return Err(CommandError::wrong_subcommand_arity(argv)),
    };
    let now = ctx.now();
    Ok(Reply::Array(ctx.engine.access_log.iter().take(shown).map(|entry| logged(entry, now)).collect()))
}

fn logged(entry: &Entry, now: i64) -> Reply {
    let number = |value: u64| Reply::Integer(i64::try_from(value).unwrap_or(i64::MAX));
    Reply::Map(vec![
        (Reply::bulk("count"), number(entry.count)),
        (Reply::bulk("reason"), Reply::bulk(entry.refusal.name())),
        (Reply::bulk("context"), Reply::bulk(entry.place.name())),
        (Reply::bulk("object"), Reply::bulk(entry.object.clone())),
        (Reply::bulk("username"), Reply::bulk(entry.user.clone())),
        (Reply::bulk("age-seconds"), Reply::Double((now - entry.created) as f64 / 1000.0)),
        (Reply::bulk("client-info"), Reply::bulk(entry.client.clone())),
        (Reply::bulk("entry-id"), number(entry.id)),
        (Reply::bulk("timestamp-created"), Reply::Integer(entry.created)),
        (Reply::bulk("timestamp-last-updated"), Reply::Integer(entry.updated)),
    ])
}

fn no_file(_: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Err(NO_FILE)
}

fn acl_help(_: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(help(
        "ACL",
        &[
            ("CAT [<category>]", "Name the categories of commands, or the commands of one."),
            ("DELUSER <username> [<username> ...]", "Remove users, and close their connections."),
            ("DRYRUN <username> <command> [<arg> ...]", "Tell whether a user may run a command."),
            ("GENPASS [<bits>]", "Make up a password."),
            ("GETUSER <username>", "Describe a user."),
            ("LIST", "Describe all users by the rules that would make them."),
            ("LOAD", "Read the file of users; there is none here."),
            ("LOG [<count> | RESET]", "Tell what was denied lately, or forget it."),
            ("SAVE", "Write the file of users; there is none here."),
            ("SETUSER <username> [<rule> ...]", "Make or change a user."),
            ("USERS", "Name all users."),
            ("WHOAMI", "Name the user of this connection."),
        ],
    ))
}

fn text(argument: &Bytes) -> String {
    String::from_utf8_lossy(argument).into_owned()
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    fn flattened(probe: &mut Probe, user: &str) -> String {
        let described = probe.run(&format!("ACL GETUSER {user}"));
        described.split("$8 commands ").nth(1).unwrap_or_default().to_owned()
    }

    #[test]
    fn a_new_user_may_do_nothing() {
        let mut probe = Probe::new();
        assert_eq!(probe.run("ACL SETUSER ada"), "+OK");
        assert_eq!(
            probe.run("ACL LIST"),
            "*2 $49 user ada off sanitize-payload resetchannels -@all $51 user default on nopass \
             sanitize-payload ~* &* +@all"
        );
        assert_eq!(probe.run("AUTH ada x"), "-WRONGPASS invalid username-password pair or user is disabled.");
    }

    #[test]
    fn rules_about_commands_replace_those_they_overrule() {
        let mut probe = Probe::new();
        for (rules, commands) in [
            ("+get", "-@all +get"),
            ("+set -get", "-@all +set -get"),
            ("+@read -@string", "-@all +set -get +@read -@string"),
            ("+config|get", "-@all +set -get +@read -@string +config|get"),
            ("+config", "-@all +set -get +@read -@string +config"),
            ("-config|set", "-@all +set -get +@read -@string +config -config|set"),
            ("+@all -@dangerous", "+@all -@dangerous"),
            ("nocommands +SELECT|0", "-@all +select|0"),
        ] {
            assert_eq!(probe.run(&format!("ACL SETUSER ada {rules}")), "+OK", "{rules}");
            let described = flattened(&mut probe, "ada");
            assert_eq!(
                described.split(" $4 keys").next(),
                Some(format!("${} {commands}", commands.len()).as_str())
            );
        }
    }

    #[test]
    fn wrong_rules_change_nothing() {
        let mut probe = Probe::new();
        for (rules, error) in [
            ("+nosuch", "'+nosuch': Unknown command or category name in ACL"),
            ("on +@nosuch", "'+@nosuch': Unknown command or category name in ACL"),
            ("foo", "'foo': Syntax error"),
            ("%X~a", "'%X~a': Syntax error"),
            ("<nosuch", "'<nosuch': The password you are trying to remove from the user does not exist"),
        ] {
            let reply = probe.run(&format!("ACL SETUSER ada {rules}"));
            assert_eq!(reply, format!("-ERR Error in ACL SETUSER modifier {error}"));
        }
        assert_eq!(probe.run("ACL USERS"), "*1 $7 default");
    }

    #[test]
    fn what_is_missing_is_told() {
        let mut probe = Probe::new();
        probe.run("ACL SETUSER bob on >pw ~k* %R~r* %W~w* &c* +get +set +publish +psubscribe +eval +multi");
        assert_eq!(probe.run_other("AUTH bob pw"), "+OK");
        for (command, reply) in [
            ("GET k", "$-1"),
            ("GET r", "$-1"),
            ("GET x", "-NOPERM No permissions to access a key"),
            ("GET w", "-NOPERM No permissions to access a key"),
            ("SET w v", "+OK"),
            ("SET w v GET", "-NOPERM No permissions to access a key"),
            ("DEL k", "-NOPERM User bob has no permissions to run the 'del' command"),
            ("CONFIG SET a b", "-NOPERM User bob has no permissions to run the 'config|set' command"),
            ("PUBLISH c1 m", ":0"),
            ("PUBLISH x m", "-NOPERM No permissions to access a channel"),
            ("PSUBSCRIBE c1", "-NOPERM No permissions to access a channel"),
            (
                "EXEC",
                "-EXECABORT Transaction discarded because of: NOPERM User bob has no permissions to run the 'exec' \
                 command",
            ),
        ] {
            assert_eq!(probe.run_other(command), reply, "{command}");
        }
        let script = "EVAL \"return redis.pcall('GET', 'x')\" 0";
        assert_eq!(probe.run_other(script), "-ERR ACL failure in script: No permissions to access a key");
        let checked = "EVAL \"return redis.acl_check_cmd('GET', 'x')\" 0";
        assert_eq!(probe.run_other(checked), "$-1");
        assert_eq!(
            probe.run("ACL DRYRUN bob GET x"),
            "$49 User bob has no permissions to access the 'x' key"
        );
        assert!(
            probe.run("ACL LOG 1").contains("$6 reason $3 key $7 context $3 lua $6 object $1 x $8 username")
        );
    }

    #[test]
    fn a_selector_gives_permissions_of_its_own() {
        let mut probe = Probe::new();
        probe.run("ACL SETUSER ada on nopass +set ~a (+get ~b)");
        probe.run_other("AUTH ada x");
        assert_eq!(probe.run_other("GET b"), "$-1");
        assert_eq!(probe.run_other("SET a 1"), "+OK");
        assert_eq!(probe.run_other("GET a"), "-NOPERM No permissions to access a key");
        assert_eq!(
            probe.run("ACL SETUSER ada (+get ~c +ping"),
            "-ERR Unmatched parenthesis in acl selector starting at '(+get'."
        );
    }

    #[test]
    fn sorting_by_other_keys_needs_the_permission_to_read_all() {
        let mut probe = Probe::new();
        probe.run("ACL SETUSER ada on nopass +@all ~a*");
        probe.run_other("AUTH ada x");
        probe.run_other("RPUSH a 2 1");
        let denied =
            |option| format!("-ERR {option} option of SORT denied due to insufficient ACL permissions.");
        assert_eq!(probe.run_other("SORT a"), "*2 $1 1 $1 2");
        assert_eq!(probe.run_other("SORT a BY w_*"), denied("BY"));
        assert_eq!(probe.run_other("SORT a GET #"), denied("GET"));
        probe.run("ACL SETUSER ada %R~*");
        assert_eq!(probe.run_other("SORT a GET #"), "*2 $1 1 $1 2");
    }

    #[test]
    fn a_removed_user_loses_its_connections() {
        let mut probe = Probe::new();
        probe.run("ACL SETUSER ada on nopass allkeys allchannels allcommands");
        let client = probe.connect();
        assert_eq!(probe.on(client, "AUTH ada x"), "+OK");
        assert_eq!(probe.on(client, "ACL WHOAMI"), "$3 ada");
        assert_eq!(probe.run("ACL DELUSER ada nosuch"), ":1");
        assert!(probe.is_closed(client));
        assert_eq!(probe.run("ACL DELUSER default"), "-ERR The 'default' user cannot be removed");
    }

    #[test]
    fn a_subscriber_who_may_listen_no_longer_is_closed() {
        let mut probe = Probe::new();
        probe.run("ACL SETUSER ada on nopass +@all &c*");
        let client = probe.connect();
        probe.on(client, "AUTH ada x");
        probe.on(client, "SUBSCRIBE c1");
        probe.run("ACL SETUSER ada off");
        assert!(!probe.is_closed(client));
        probe.run("ACL SETUSER ada resetchannels");
        assert!(probe.is_closed(client));
    }

    #[test]
    fn requirepass_is_the_default_users_password() {
        let mut probe = Probe::new();
        probe.run("CONFIG SET requirepass sekret");
        let client = probe.connect();
        assert_eq!(probe.on(client, "PING"), "-NOAUTH Authentication required.");
        assert_eq!(probe.on(client, "AUTH sekret"), "+OK");
        assert!(
            probe
                .run("ACL GETUSER default")
                .contains("bb757689c39373a6cac9ef6ba55616c6249d7500ca4d443f1130c4766453a412")
        );
        probe.run("CONFIG SET requirepass \"\"");
        assert!(probe.run("ACL LIST").contains("user default on nopass "));
        assert!(probe.run_other("AUTH x").starts_with("-ERR AUTH <password> called without any password"));
    }
}
