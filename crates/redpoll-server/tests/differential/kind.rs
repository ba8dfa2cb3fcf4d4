//! How a command is executed and how its replies are compared.

use crate::script::Argv;

/// How a command is executed on the two servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Plain,
    /// Picks at random: each pick is checked against what there was.
    Random,
    /// Walks with a cursor of the server's own: the walks are compared as wholes.
    Scan,
    /// Confirms with pushes instead of a reply.
    Subscription,
    /// Nothing is pipelined with it.
    Alone,
}

/// How two replies to the same command are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    Exact,
    /// The order means nothing.
    Unordered,
    /// As [`Rule::Unordered`], of keys and values in turn.
    UnorderedPairs,
    /// Numbers of seconds or milliseconds, which pass between the one server and the other.
    Near(i64),
    /// HELLO: the ID, the version and the modules are the server's own.
    Greeting,
    /// The server's own business: only the RESP type.
    Type,
}

/// The kind of a command named as COMMAND INFO does.
pub fn of(name: &str) -> Kind {
    match name {
        "spop" | "srandmember" | "hrandfield" | "zrandmember" | "randomkey" => Kind::Random,
        "scan" | "sscan" | "hscan" | "zscan" => Kind::Scan,
        "subscribe" | "psubscribe" | "ssubscribe" | "unsubscribe" | "punsubscribe" | "sunsubscribe" => {
            Kind::Subscription
        }
        // The real server drops the reply to an AUTH that fails while other replies wait to be written.
        "auth" => Kind::Alone,
        _ => Kind::Plain,
    }
}

pub fn rule(argv: &Argv) -> Rule {
    let arguments = argv.len();
    let has = |word: &[u8]| argv.iter().any(|argument| argument.eq_ignore_ascii_case(word));
    match name(argv).as_str() {
        "smembers"
        | "sinter"
        | "sunion"
        | "sdiff"
        | "keys"
        | "hkeys"
        | "hvals"
        | "pubsub|channels"
        | "pubsub|shardchannels"
        | "acl|users"
        | "acl|list" => Rule::Unordered,
        "hgetall" | "config|get" => Rule::UnorderedPairs,
        "ttl" | "expiretime" | "httl" | "hexpiretime" => Rule::Near(2),
        "pttl" | "pexpiretime" | "hpttl" | "hpexpiretime" => Rule::Near(2000),
        "object|idletime" => Rule::Near(10),
        "hello" => Rule::Greeting,
        // Elements whose weights are equal come as an unstable sort leaves them.
        "sort" | "sort_ro" if has(b"BY") && has(b"ALPHA") => Rule::Type,
        "command|info" if arguments == 2 => Rule::Type,
        "info" | "time" | "client|id" | "client|info" | "client|list" | "lastsave" | "command|count"
        | "acl|genpass" | "acl|cat" => Rule::Type,
        _ => Rule::Exact,
    }
}

/// The name of the command that `argv` calls; of a container, with the subcommand.
pub fn name(argv: &Argv) -> String {
    let words: Vec<String> =
        argv.iter().take(2).map(|word| String::from_utf8_lossy(word).to_ascii_lowercase()).collect();
    match words.as_slice() {
        [] => String::new(),
        [first] => first.clone(),
        [first, second, ..] => {
            let is_container = matches!(
                first.as_str(),
                "acl"
                    | "client"
                    | "command"
                    | "config"
                    | "function"
                    | "memory"
                    | "object"
                    | "pubsub"
                    | "script"
            );
            if is_container { format!("{first}|{second}") } else { first.clone() }
        }
    }
}

/// The command a script executes, if `argv` is EVAL with one.
pub fn nested(argv: &Argv) -> Option<Argv> {
    let is_eval = matches!(name(argv).as_str(), "eval" | "eval_ro" | "evalsha" | "evalsha_ro");
    let keys: usize = std::str::from_utf8(argv.get(2)?).ok()?.parse().ok()?;
    if is_eval { argv.get(3usize.checked_add(keys)?..).map(<[_]>::to_vec) } else { None }
}
