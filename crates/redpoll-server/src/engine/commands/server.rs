//! Commands about the server itself.

use bytes::Bytes;

use crate::engine::DATABASES;
use crate::engine::command::{Begin, CommandSpec, Flag, Group, KeySpec, Place};
use crate::engine::commands::help::help;
use crate::engine::commands::{self, Listed, is_word};
use crate::engine::config::Rejected;
use crate::engine::context::Context;
use crate::engine::error::{CommandError, text_of};
use crate::engine::number::parse_integer;
use crate::engine::pattern;
use crate::engine::reply::Reply;

pub(super) const GROUP: Group = Group {
    name: "server",
    category: "",
    commands: &[
        CommandSpec::new("command", -1, "2.8.13", command)
            .loading()
            .stale()
            .acl("@connection")
            .tips(&["nondeterministic_output_order"])
            .subcommands(&[
                CommandSpec::new("command|count", 2, "2.8.13", command_count)
                    .loading()
                    .stale()
                    .acl("@connection"),
                CommandSpec::new("command|docs", -2, "7.0.0", command_docs)
                    .loading()
                    .stale()
                    .acl("@connection")
                    .tips(&["nondeterministic_output_order"]),
                CommandSpec::new("command|getkeys", -3, "2.8.13", command_getkeys)
                    .loading()
                    .stale()
                    .acl("@connection"),
                CommandSpec::new("command|getkeysandflags", -3, "7.0.0", command_getkeysandflags)
                    .loading()
                    .stale()
                    .acl("@connection"),
                CommandSpec::new("command|help", 2, "5.0.0", command_help)
                    .loading()
                    .stale()
                    .acl("@connection"),
                CommandSpec::new("command|info", -2, "2.8.13", command_info)
                    .loading()
                    .stale()
                    .acl("@connection")
                    .tips(&["nondeterministic_output_order"]),
                CommandSpec::new("command|list", -2, "7.0.0", command_list)
                    .loading()
                    .stale()
                    .acl("@connection")
                    .tips(&["nondeterministic_output_order"]),
            ]),
        CommandSpec::container(
            "config",
            "2.0.0",
            &[
                CommandSpec::new("config|get", -3, "2.0.0", config_get).admin().noscript().loading().stale(),
                CommandSpec::new("config|help", 2, "5.0.0", config_help).loading().stale(),
                CommandSpec::new("config|resetstat", 2, "2.0.0", config_resetstat)
                    .admin()
                    .noscript()
                    .loading()
                    .stale()
                    .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
                CommandSpec::new("config|set", -4, "2.0.0", config_set)
                    .admin()
                    .noscript()
                    .loading()
                    .stale()
                    .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
            ],
        ),
        CommandSpec::new("dbsize", 1, "1.0.0", dbsize)
            .readonly()
            .fast()
            .acl("@keyspace")
            .tips(&["request_policy:all_shards", "response_policy:agg_sum"]),
        CommandSpec::new("flushall", -1, "1.0.0", flushall)
            .write()
            .acl("@keyspace @dangerous")
            .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
        CommandSpec::new("flushdb", -1, "1.0.0", flushdb)
            .write()
            .acl("@keyspace @dangerous")
            .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
        CommandSpec::new("info", -1, "1.0.0", info).loading().stale().acl("@dangerous").tips(&[
            "nondeterministic_output",
            "request_policy:all_shards",
            "response_policy:special",
        ]),
        CommandSpec::new("monitor", 1, "1.0.0", monitor).admin().noscript().loading().stale(),
        CommandSpec::new("swapdb", 3, "4.0.0", swapdb).write().fast().acl("@keyspace @dangerous"),
        CommandSpec::new("time", 1, "2.6.0", time)
            .loading()
            .stale()
            .fast()
            .tips(&["nondeterministic_output"]),
    ],
};

/// The version whose behaviour is followed.
pub(crate) const VERSION: &str = "8.4.0";

fn command(_: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::Array(commands::all().map(|listed| described(listed.spec, listed.group)).collect()))
}

fn command_count(_: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::count(commands::all().len()))
}

fn command_info(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    if argv.len() == 2 {
        return command(ctx, argv);
    }
    let describe = |name: &Bytes| found(name).map_or(Reply::Null, |(spec, group)| described(spec, group));
    Ok(Reply::Array(argv[2..].iter().map(describe).collect()))
}

fn command_docs(_: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    if argv.len() == 2 {
        return Ok(Reply::Map(commands::all().map(|listed| documented(listed.spec, listed.group)).collect()));
    }
    let wanted = argv[2..].iter().filter_map(found);
    Ok(Reply::Map(wanted.map(|(spec, group)| documented(spec, group)).collect()))
}

type Filter<'a> = Box<dyn Fn(&Listed) -> bool + 'a>;

fn command_list(_: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let wanted: Filter<'_> = match &argv[2..] {
        [] => Box::new(|_| true),
        [by, kind, value] if is_word(by, "FILTERBY") && is_word(kind, "ACLCAT") => Box::new(move |listed| {
            let wanted = |category: &&str| is_word(value, category.trim_start_matches('@'));
            commands::categories(listed.spec, listed.group).iter().any(wanted)
        }),
        [by, kind, value] if is_word(by, "FILTERBY") && is_word(kind, "PATTERN") => {
            Box::new(move |listed| pattern::matches(value, listed.spec.name.as_bytes()))
        }
        [by, kind, _] if is_word(by, "FILTERBY") && is_word(kind, "MODULE") => Box::new(|_| false),
        _ => return Err(CommandError::SYNTAX),
    };
    Ok(Reply::bulks(commands::all().filter(|listed| wanted(listed)).map(|listed| listed.spec.name)))
}

const INVALID_COMMAND: CommandError = CommandError::new("ERR Invalid command specified");
const NO_KEYS: CommandError = CommandError::new("ERR The command has no key arguments");
const INVALID_ARGUMENT_COUNT: CommandError =
    CommandError::new("ERR Invalid number of arguments specified for command");
const INVALID_ARGUMENTS: CommandError = CommandError::new("ERR Invalid arguments specified for command");

fn command_getkeys(_: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let keys = keys_and_flags(&argv[2..])?;
    Ok(Reply::bulks(keys.into_iter().map(|(key, _)| key)))
}

fn command_getkeysandflags(_: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let described = |(key, flags): (Bytes, &'static str)| {
        let flags = flags.split_whitespace().filter(|flag| !KEY_REMARKS.contains(flag));
        Reply::Array(vec![Reply::BulkString(key), Reply::Set(flags.map(Reply::SimpleString).collect())])
    };
    Ok(Reply::Array(keys_and_flags(&argv[2..])?.into_iter().map(described).collect()))
}

/// Flags that are about a specification, not about the use of a key.
const KEY_REMARKS: [&str; 2] = ["incomplete", "variable_flags"];

fn keys_and_flags(argv: &[Bytes]) -> Result<Vec<(Bytes, &'static str)>, CommandError> {
    let spec = commands::lookup(argv).map_err(|_| INVALID_COMMAND)?;
    let specifications = || spec.keys.iter().filter(|keys| !keys.flags.contains("not_key"));
    if specifications().next().is_none() {
        return Err(NO_KEYS);
    }
    if !spec.accepts_arity(argv.len()) {
        return Err(INVALID_ARGUMENT_COUNT);
    }
    let mut found = Vec::new();
    for keys in specifications() {
        let flags = commands::key_flags(spec, keys, argv);
        let indices = match keys.find(argv) {
            None if spec.has(Flag::NoMandatoryKeys) => Vec::new(),
            indices => indices.ok_or(INVALID_ARGUMENTS)?,
        };
        found.extend(indices.into_iter().filter_map(|index| Some((argv.get(index)?.clone(), flags))));
    }
    if spec.name == "sort" {
        found.extend(sort_destination(argv).map(|key| (key, "OW update")));
    }
    if found.is_empty() && !spec.has(Flag::NoMandatoryKeys) { Err(NO_KEYS) } else { Ok(found) }
}

fn command_help(_: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(help(
        "COMMAND",
        &[
            ("(no subcommand)", "Describe all commands."),
            ("COUNT", "Tell how many commands there are."),
            ("DOCS [<command-name> ...]", "Tell since when commands exist, and of which group they are."),
            ("GETKEYS <full-command>", "Find the keys in a command."),
            ("GETKEYSANDFLAGS <full-command>", "Find the keys in a command, and what it does with them."),
            ("INFO [<command-name> ...]", "Describe commands."),
            ("LIST [FILTERBY (MODULE|ACLCAT|PATTERN) <value>]", "Name commands."),
        ],
    ))
}

fn config_help(_: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(help(
        "CONFIG",
        &[
            ("GET <pattern> [<pattern> ...]", "Show parameters."),
            ("RESETSTAT", "Set the counts of INFO back to zero."),
            ("SET <directive> <value> [<directive> <value> ...]", "Change parameters."),
        ],
    ))
}

/// The key that SORT stores to, which no key specification can find: the last one said.
fn sort_destination(argv: &[Bytes]) -> Option<Bytes> {
    let (mut destination, mut at) = (None, 2);
    while let Some(word) = argv.get(at) {
        if is_word(word, "STORE") {
            destination = argv.get(at + 1).cloned().or(destination);
        }
        let arguments = [("LIMIT", 2), ("GET", 1), ("BY", 1)];
        at += arguments.iter().find(|(option, _)| is_word(word, option)).map_or(1, |(_, count)| 1 + count);
    }
    destination
}

fn found(name: &Bytes) -> Option<(&'static CommandSpec, &'static Group)> {
    let (container, _) = name.split_at(name.iter().position(|byte| *byte == b'|').unwrap_or(name.len()));
    let listed = commands::find(container)?;
    if container.len() == name.len() {
        return Some((listed.spec, listed.group));
    }
    let subcommand = commands::find_subcommand(std::str::from_utf8(name).ok()?)?;
    Some((subcommand, listed.group))
}

/// One entry of COMMAND INFO.
fn described(spec: &CommandSpec, group: &Group) -> Reply {
    let (first, last, step) = first_range(spec.keys);
    let status = |names: Vec<&'static str>| Reply::Set(names.into_iter().map(Reply::SimpleString).collect());
    Reply::Array(vec![
        Reply::bulk(spec.name),
        Reply::Integer(i64::from(spec.arity)),
        status(spec.flag_names()),
        Reply::Integer(first),
        Reply::Integer(last),
        Reply::Integer(step),
        status(commands::categories(spec, group)),
        Reply::Set(spec.tips.iter().map(|tip| Reply::bulk(*tip)).collect()),
        Reply::Set(spec.keys.iter().map(key_specification).collect()),
        Reply::Set(spec.subcommands.iter().map(|subcommand| described(subcommand, group)).collect()),
    ])
}

/// The keys as clients before Redis 7 look for them: first, last and step. Ranges that follow one another are one.
fn first_range(specs: &[KeySpec]) -> (i64, i64, i64) {
    let ranges = specs.iter().map_while(|spec| match (spec.begin, spec.place) {
        (Begin::Index(first), Place::Range { last, step, .. }) => {
            Some((first, if last < 0 { last } else { first + last }, step))
        }
        _ => None,
    });
    let merged = ranges.reduce(|(first, last, step), (next, next_last, next_step)| {
        let follows = step == 1 && next_step == 1 && last >= 0 && next == last + 1;
        (first, if follows { next_last } else { last }, step)
    });
    let (first, last, step) = merged.unwrap_or_default();
    (i64::from(first), i64::from(last), i64::from(step))
}

fn key_specification(spec: &KeySpec) -> Reply {
    let flags = spec.flags.split_whitespace().map(Reply::SimpleString).collect();
    let (begin, begin_spec) = match spec.begin {
        Begin::Index(index) => ("index", vec![pair("index", index)]),
        Begin::Keyword(keyword, from) => {
            let keyword = (Reply::bulk("keyword"), Reply::bulk(keyword));
            ("keyword", vec![keyword, pair("startfrom", from)])
        }
        Begin::Unknown => ("unknown", Vec::new()),
    };
    let (find, find_spec) = match spec.place {
        Place::Range { last, step, limit } => {
            ("range", vec![pair("lastkey", last), pair("keystep", step), pair("limit", limit)])
        }
        Place::KeyNum { count, first, step } => {
            ("keynum", vec![pair("keynumidx", count), pair("firstkey", first), pair("keystep", step)])
        }
        Place::Unknown => ("unknown", Vec::new()),
    };
    Reply::Map(vec![
        (Reply::bulk("flags"), Reply::Set(flags)),
        (Reply::bulk("begin_search"), typed_spec(begin, begin_spec)),
        (Reply::bulk("find_keys"), typed_spec(find, find_spec)),
    ])
}

fn typed_spec(kind: &'static str, spec: Vec<(Reply, Reply)>) -> Reply {
    Reply::Map(vec![(Reply::bulk("type"), Reply::bulk(kind)), (Reply::bulk("spec"), Reply::Map(spec))])
}

fn pair(name: &'static str, value: i32) -> (Reply, Reply) {
    (Reply::bulk(name), Reply::Integer(i64::from(value)))
}

fn documented(spec: &CommandSpec, group: &Group) -> (Reply, Reply) {
    let mut facts = vec![
        (Reply::bulk("since"), Reply::bulk(spec.since)),
        (Reply::bulk("group"), Reply::bulk(group.name)),
    ];
    if !spec.subcommands.is_empty() {
        let subcommands = spec.subcommands.iter().map(|subcommand| documented(subcommand, group));
        facts.push((Reply::bulk("subcommands"), Reply::Map(subcommands.collect())));
    }
    (Reply::bulk(spec.name), Reply::Map(facts))
}

fn config_get(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let wanted = |name: &str| {
        let matches = |pattern: &Bytes| pattern::matches(&pattern.to_ascii_lowercase(), name.as_bytes());
        argv[2..].iter().any(matches)
    };
    let found = ctx.engine.config.iter().filter(|(name, _)| wanted(name));
    Ok(Reply::Map(found.map(|(name, value)| (Reply::bulk(name), Reply::bulk(value.to_owned()))).collect()))
}

/// All parameters, or none.
fn config_set(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    if !argv.len().is_multiple_of(2) {
        return Err(CommandError::SYNTAX);
    }
    let text = |argument: &Bytes| String::from_utf8_lossy(argument).into_owned();
    let parameters: Vec<(String, String)> =
        argv[2..].chunks_exact(2).map(|pair| (text(&pair[0]).to_ascii_lowercase(), text(&pair[1]))).collect();
    let said = argv[2..].chunks_exact(2).map(|pair| text_of(&pair[0]));
    for (index, ((name, value), said)) in parameters.iter().zip(said).enumerate() {
        match ctx.engine.config.check(name, value) {
            Err(Rejected::Unknown) => return Err(config_error(Rejected::Unknown, &said)),
            Err(Rejected::Immutable) => return Err(config_error(Rejected::Immutable, name)),
            _ if parameters[..index].iter().any(|(before, _)| before == name) => {
                return Err(config_error(Rejected::Duplicate, name));
            }
            _ => {}
        }
    }
    for (name, value) in &parameters {
        ctx.engine.config.check(name, value).map_err(|why| config_error(why, name))?;
    }
    for (name, value) in &parameters {
        ctx.engine.config.set(name, value).map_err(|why| config_error(why, name))?;
        if name == "requirepass" {
            ctx.engine.users.require_password(value);
        }
    }
    Ok(Reply::OK)
}

fn config_error(why: Rejected, name: &str) -> CommandError {
    CommandError::from_text(match why {
        Rejected::Unknown => format!("ERR Unknown option or number of arguments for CONFIG SET - '{name}'"),
        Rejected::Immutable => {
            format!(
                "ERR CONFIG SET failed (possibly related to argument '{name}') - can't set immutable config"
            )
        }
        Rejected::Duplicate => {
            format!("ERR CONFIG SET failed (possibly related to argument '{name}') - duplicate parameter")
        }
        Rejected::Invalid => {
            let reason = match name {
                "maxmemory" => "argument must be a memory value",
                "notify-keyspace-events" => "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.",
                _ => "argument couldn't be parsed",
            };
            format!("ERR CONFIG SET failed (possibly related to argument '{name}') - {reason}")
        }
    })
}

fn config_resetstat(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    ctx.engine.stats = crate::engine::Stats::default();
    Ok(Reply::OK)
}

fn monitor(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    let id = ctx.client_id();
    ctx.engine.start_monitoring(id);
    Ok(Reply::OK)
}

fn dbsize(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::count(ctx.db().len()))
}

fn flushall(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    check_flush_mode(argv)?;
    for db in 0..DATABASES {
        ctx.engine.flush(db);
    }
    Ok(Reply::OK)
}

fn flushdb(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    check_flush_mode(argv)?;
    let db = ctx.db_index();
    ctx.engine.flush(db);
    Ok(Reply::OK)
}

fn check_flush_mode(argv: &[Bytes]) -> Result<(), CommandError> {
    match argv {
        [_] => Ok(()),
        [_, mode] if is_word(mode, "SYNC") || is_word(mode, "ASYNC") => Ok(()),
        _ => Err(CommandError::SYNTAX),
    }
}

const INVALID_FIRST_DB: CommandError = CommandError::new("ERR invalid first DB index");
const INVALID_SECOND_DB: CommandError = CommandError::new("ERR invalid second DB index");

fn swapdb(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let index = |argument: &Bytes| parse_integer(argument).and_then(|index| i32::try_from(index).ok());
    let a = index(&argv[1]).ok_or(INVALID_FIRST_DB)?;
    let b = index(&argv[2]).ok_or(INVALID_SECOND_DB)?;
    let database = |index: i32| usize::try_from(index).ok().filter(|index| *index < DATABASES);
    let a = database(a).ok_or(CommandError::DB_INDEX_OUT_OF_RANGE)?;
    let b = database(b).ok_or(CommandError::DB_INDEX_OUT_OF_RANGE)?;
    ctx.engine.swap(a, b);
    Ok(Reply::OK)
}

fn time(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    let now = ctx.engine.time();
    Ok(Reply::bulks([now.as_secs().to_string(), now.subsec_micros().to_string()]))
}

type Section = fn(&Context<'_>) -> String;

/// The sections of INFO, in order, and what writes each.
const SECTIONS: [(&str, Section); 5] = [
    ("Server", info_server),
    ("Clients", info_clients),
    ("Stats", info_stats),
    ("Replication", info_replication),
    ("Keyspace", info_keyspace),
];

fn info(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let all = argv.len() == 1
        || argv[1..]
            .iter()
            .any(|name| ["all", "default", "everything"].iter().any(|word| is_word(name, word)));
    let wanted = |section: &str| all || argv[1..].iter().any(|name| is_word(name, section));
    let sections = SECTIONS.iter().filter(|(section, _)| wanted(section));
    let text: Vec<String> =
        sections.map(|(section, write)| format!("# {section}\r\n{}", write(ctx))).collect();
    Ok(Reply::Verbatim { format: "txt", text: text.join("\r\n").into() })
}

fn info_server(ctx: &Context<'_>) -> String {
    let uptime = (ctx.now() - ctx.engine.started()) / 1000;
    format!(
        "redis_version:{VERSION}\r\nredis_mode:standalone\r\nos:embedded\r\narch_bits:64\r\nprocess_id:{}\r\n\
         run_id:{}\r\nuptime_in_seconds:{uptime}\r\nuptime_in_days:{}\r\n",
        std::process::id(),
        ctx.engine.run_id,
        uptime / 86_400,
    )
}

fn info_clients(ctx: &Context<'_>) -> String {
    format!(
        "connected_clients:{}\r\nmaxclients:{}\r\nblocked_clients:{}\r\n",
        ctx.engine.clients().count(),
        ctx.engine.config.get("maxclients"),
        ctx.engine.blocked_clients(),
    )
}

fn info_stats(ctx: &Context<'_>) -> String {
    let stats = &ctx.engine.stats;
    format!(
        "total_connections_received:{}\r\ntotal_commands_processed:{}\r\nexpired_keys:{}\r\n\
         keyspace_hits:{}\r\nkeyspace_misses:{}\r\n",
        stats.connections, stats.commands, stats.expired_keys, stats.keyspace_hits, stats.keyspace_misses,
    )
}

fn info_replication(_: &Context<'_>) -> String {
    "role:master\r\nconnected_slaves:0\r\n".to_owned()
}

fn info_keyspace(ctx: &Context<'_>) -> String {
    let line = |index: usize| {
        let db = ctx.engine.db(index);
        (db.len() > 0).then(|| format!("db{index}:keys={},expires={},avg_ttl=0\r\n", db.len(), db.expiring()))
    };
    (0..DATABASES).filter_map(line).collect()
}
