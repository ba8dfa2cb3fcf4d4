//! What the server knows about each command: the one source for dispatch, arity, flags, keys and COMMAND.

use bytes::Bytes;

use crate::engine::clock::Millis;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::reply::Reply;
use crate::engine::value::ValueKind;

/// What most handlers are: they look at the arguments (the command's name first) and reply.
pub(crate) type ReplyHandler = fn(&mut Context<'_>, &[Bytes]) -> Result<Reply, CommandError>;
/// What the handlers of blocking commands are.
pub(crate) type BlockingHandler = fn(&mut Context<'_>, &[Bytes]) -> Result<Outcome, CommandError>;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Handler {
    Reply(ReplyHandler),
    Blocking(BlockingHandler),
    /// A container such as CONFIG: its subcommands do the work.
    Subcommands,
}

/// How a blocking command ends.
#[derive(Debug)]
pub(crate) enum Outcome {
    Reply(Reply),
    /// Nothing to serve yet: the command is executed again when one of the keys is ready.
    Block(Block),
}

/// What a blocked client waits for.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) keys: Vec<Bytes>,
    /// The command is executed again only when a key holds this type, so that BLPOP sleeps on over a SET.
    pub(crate) kind: ValueKind,
    /// `None` waits forever.
    pub(crate) deadline: Option<Millis>,
    /// The reply when time is up, and when blocking is not allowed (in a transaction or a script).
    pub(crate) on_timeout: Reply,
}

impl From<Reply> for Outcome {
    fn from(reply: Reply) -> Self {
        Self::Reply(reply)
    }
}

/// One entry of the command table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommandSpec {
    /// In lower case; `config|get` for a subcommand.
    pub(crate) name: &'static str,
    /// The number of arguments with the name; negative when it is a minimum.
    pub(crate) arity: i32,
    pub(crate) since: &'static str,
    pub(crate) handler: Handler,
    pub(crate) flags: u32,
    /// Besides those that follow from the flags and the group.
    pub(crate) categories: &'static str,
    /// Whether the command is in its group's category.
    pub(crate) in_group_category: bool,
    pub(crate) keys: &'static [KeySpec],
    pub(crate) tips: &'static [&'static str],
    pub(crate) subcommands: &'static [CommandSpec],
}

impl CommandSpec {
    pub(crate) const fn new(
        name: &'static str,
        arity: i32,
        since: &'static str,
        handler: ReplyHandler,
    ) -> Self {
        Self::with(name, arity, since, Handler::Reply(handler))
    }

    /// A command that may wait for a key.
    pub(crate) const fn blocking(
        name: &'static str,
        arity: i32,
        since: &'static str,
        handler: BlockingHandler,
    ) -> Self {
        Self::with(name, arity, since, Handler::Blocking(handler)).flag(Flag::Blocking)
    }

    pub(crate) const fn container(
        name: &'static str,
        since: &'static str,
        subcommands: &'static [Self],
    ) -> Self {
        let mut spec = Self::with(name, -2, since, Handler::Subcommands);
        spec.subcommands = subcommands;
        spec.in_group_category = false;
        spec
    }

    const fn with(name: &'static str, arity: i32, since: &'static str, handler: Handler) -> Self {
        Self {
            name,
            arity,
            since,
            handler,
            flags: 0,
            categories: "",
            in_group_category: true,
            keys: &[],
            tips: &[],
            subcommands: &[],
        }
    }

    pub(crate) const fn keys(mut self, keys: &'static [KeySpec]) -> Self {
        self.keys = keys;
        self
    }

    pub(crate) const fn tips(mut self, tips: &'static [&'static str]) -> Self {
        self.tips = tips;
        self
    }

    /// Gives a command that can be called alone (COMMAND) its subcommands.
    pub(crate) const fn subcommands(mut self, subcommands: &'static [Self]) -> Self {
        self.subcommands = subcommands;
        self
    }

    /// ACL categories besides the group's and those that follow from the flags, parted by spaces.
    pub(crate) const fn acl(mut self, categories: &'static str) -> Self {
        self.categories = categories;
        self
    }

    /// As [`CommandSpec::acl`], for a command that is not in its group's category.
    pub(crate) const fn acl_only(mut self, categories: &'static str) -> Self {
        self.categories = categories;
        self.in_group_category = false;
        self
    }

    pub(crate) const fn has(&self, flag: Flag) -> bool {
        self.flags & flag.bit() != 0
    }

    pub(crate) fn accepts_arity(&self, arguments: usize) -> bool {
        let minimum = usize::try_from(self.arity.unsigned_abs()).unwrap_or(usize::MAX);
        if self.arity < 0 { arguments >= minimum } else { arguments == minimum }
    }

    /// The names of the flags, in the order COMMAND INFO gives them.
    pub(crate) fn flag_names(&self) -> Vec<&'static str> {
        let mut names: Vec<&'static str> =
            Flag::ALL.iter().filter(|(flag, _)| self.has(*flag)).map(|(_, name)| *name).collect();
        if self.has_movable_keys() {
            names.push("movablekeys");
        }
        names
    }

    /// Whether the first key, last key and step do not tell where all keys are.
    pub(crate) fn has_movable_keys(&self) -> bool {
        let plain =
            |spec: &KeySpec| matches!(spec.place, Place::Range { .. }) && !spec.flags.contains("incomplete");
        self.keys.len() > 1 && !self.keys.iter().all(plain) || self.keys.iter().any(|spec| !plain(spec))
    }

    const fn flag(mut self, flag: Flag) -> Self {
        self.flags |= flag.bit();
        self
    }
}

/// What a command does and where it may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Flag {
    Write,
    Readonly,
    DenyOom,
    Admin,
    PubSub,
    NoScript,
    Blocking,
    Loading,
    Stale,
    SkipMonitor,
    SkipSlowlog,
    Asking,
    Fast,
    NoAuth,
    MayReplicate,
    NoMandatoryKeys,
    NoAsyncLoading,
    NoMulti,
    AllowBusy,
}

impl Flag {
    const ALL: &'static [(Self, &'static str)] = &[
        (Self::Write, "write"),
        (Self::Readonly, "readonly"),
        (Self::DenyOom, "denyoom"),
        (Self::Admin, "admin"),
        (Self::PubSub, "pubsub"),
        (Self::NoScript, "noscript"),
        (Self::Blocking, "blocking"),
        (Self::Loading, "loading"),
        (Self::Stale, "stale"),
        (Self::SkipMonitor, "skip_monitor"),
        (Self::SkipSlowlog, "skip_slowlog"),
        (Self::Asking, "asking"),
        (Self::Fast, "fast"),
        (Self::NoAuth, "no_auth"),
        (Self::MayReplicate, "may_replicate"),
        (Self::NoMandatoryKeys, "no_mandatory_keys"),
        (Self::NoAsyncLoading, "no_async_loading"),
        (Self::NoMulti, "no_multi"),
        (Self::AllowBusy, "allow_busy"),
    ];

    const fn bit(self) -> u32 {
        1 << self as u8
    }
}

/// One chained setter per flag, named as COMMAND INFO names it.
macro_rules! flag_setters {
    ($($name:ident => $flag:ident),+ $(,)?) => {
        impl CommandSpec {
            $(#[allow(dead_code, reason = "the vocabulary is complete, whichever commands exist")]
            pub(crate) const fn $name(self) -> Self {
                self.flag(Flag::$flag)
            })+
        }
    };
}

flag_setters! {
    write => Write, readonly => Readonly, denyoom => DenyOom, admin => Admin, pubsub => PubSub,
    noscript => NoScript, loading => Loading, stale => Stale, skip_monitor => SkipMonitor,
    skip_slowlog => SkipSlowlog, asking => Asking, fast => Fast, no_auth => NoAuth,
    may_replicate => MayReplicate, no_mandatory_keys => NoMandatoryKeys, no_async_loading => NoAsyncLoading,
    no_multi => NoMulti, allow_busy => AllowBusy,
}

/// Where some keys of a command are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeySpec {
    /// What happens to the keys, as COMMAND INFO says it: `RO access`, `RW update`, `OW update`, `RM delete`, ….
    pub(crate) flags: &'static str,
    pub(crate) begin: Begin,
    pub(crate) place: Place,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Begin {
    Index(i32),
    /// After a keyword, looked for from an argument on; from the end when negative.
    Keyword(&'static str, i32),
    Unknown,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// `last` counts from the first key, or from the end when negative; `limit` 2 means half of the rest.
    Range {
        last: i32,
        step: i32,
        limit: i32,
    },
    /// An argument says how many keys follow; the numbers are relative to where the search began.
    KeyNum {
        count: i32,
        first: i32,
        step: i32,
    },
    Unknown,
}

#[allow(dead_code, reason = "the vocabulary is complete, whichever commands exist")]
impl KeySpec {
    /// One key.
    pub(crate) const fn one(flags: &'static str, index: i32) -> Self {
        Self::range(flags, index, 0, 1)
    }

    /// Keys from `first` on; `last` is relative to `first`, or from the end when negative.
    pub(crate) const fn range(flags: &'static str, first: i32, last: i32, step: i32) -> Self {
        Self { flags, begin: Begin::Index(first), place: Place::Range { last, step, limit: 0 } }
    }

    /// `numkeys key [key …]`, with `numkeys` at `index`.
    pub(crate) const fn numkeys(flags: &'static str, index: i32) -> Self {
        Self::keynum(flags, index, 0, 1, 1)
    }

    pub(crate) const fn keynum(flags: &'static str, index: i32, count: i32, first: i32, step: i32) -> Self {
        Self { flags, begin: Begin::Index(index), place: Place::KeyNum { count, first, step } }
    }

    pub(crate) const fn keyword(
        flags: &'static str,
        keyword: &'static str,
        from: i32,
        last: i32,
        step: i32,
        limit: i32,
    ) -> Self {
        Self { flags, begin: Begin::Keyword(keyword, from), place: Place::Range { last, step, limit } }
    }

    /// Keys that only the command itself can find.
    pub(crate) const fn unknown(flags: &'static str) -> Self {
        Self { flags, begin: Begin::Unknown, place: Place::Unknown }
    }

    /// The indices of the keys among the arguments; `None` when the arguments contradict themselves.
    pub(crate) fn find(&self, argv: &[Bytes]) -> Option<Vec<usize>> {
        let length = i64::try_from(argv.len()).ok()?;
        let begin = match self.begin {
            Begin::Index(index) => i64::from(index),
            Begin::Keyword(keyword, from) => match find_keyword(argv, keyword, from) {
                Some(at) => at + 1,
                None => return Some(Vec::new()),
            },
            Begin::Unknown => return Some(Vec::new()),
        };
        let (first, last, step) = match self.place {
            Place::Range { last, step, limit } => {
                let last = match (last, limit) {
                    (-1, limit) if limit > 1 => begin + (length - begin) / i64::from(limit) - 1,
                    (last, _) if last < 0 => length + i64::from(last),
                    (last, _) => begin + i64::from(last),
                };
                (begin, last, step)
            }
            Place::KeyNum { count, first, step } => {
                let count = argv.get(usize::try_from(begin + i64::from(count)).ok()?)?;
                let count = crate::engine::number::parse_integer(count).filter(|count| *count >= 0)?;
                let first = begin + i64::from(first);
                (first, first.checked_add(count.checked_sub(1)?.checked_mul(i64::from(step))?)?, step)
            }
            Place::Unknown => return Some(Vec::new()),
        };
        if last >= length {
            return None;
        }
        let step = usize::try_from(step).ok().filter(|step| *step > 0)?;
        Some((first..=last).step_by(step).filter_map(|index| usize::try_from(index).ok()).collect())
    }
}

fn find_keyword(argv: &[Bytes], keyword: &str, from: i32) -> Option<i64> {
    let is_keyword = |argument: &Bytes| argument.eq_ignore_ascii_case(keyword.as_bytes());
    let at = match usize::try_from(from) {
        Ok(from) => argv.iter().skip(from).position(is_keyword)? + from,
        Err(_) => {
            let until = argv.len().checked_sub(usize::try_from(from.unsigned_abs()).ok()?)?;
            argv.get(..=until)?.iter().rposition(is_keyword)?
        }
    };
    i64::try_from(at).ok()
}

/// The commands of one file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group {
    /// As COMMAND DOCS names it.
    pub(crate) name: &'static str,
    /// The ACL category of its commands; empty for none.
    pub(crate) category: &'static str,
    pub(crate) commands: &'static [CommandSpec],
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argv(line: &str) -> Vec<Bytes> {
        line.split(' ').map(|word| Bytes::from(word.to_owned())).collect()
    }

    #[test]
    fn keys_are_found_by_their_specifications() {
        for (spec, line, keys) in [
            (KeySpec::one("", 1), "get a", Some(vec![1])),
            (KeySpec::range("", 1, -1, 1), "del a b c", Some(vec![1, 2, 3])),
            (KeySpec::range("", 1, -1, 2), "mset a 1 b 2", Some(vec![1, 3])),
            (KeySpec::range("", 1, -2, 1), "blpop a b 0", Some(vec![1, 2])),
            (KeySpec::numkeys("", 2), "eval s 2 a b c", Some(vec![3, 4])),
            (KeySpec::numkeys("", 2), "eval s 9 a", None),
            (KeySpec::numkeys("", 2), "eval s 0 a", Some(vec![])),
            (KeySpec::keyword("", "STREAMS", 1, -1, 1, 2), "xread streams a b 0 0", Some(vec![2, 3])),
            (KeySpec::unknown(""), "sort a", Some(vec![])),
        ] {
            assert_eq!(spec.find(&argv(line)), keys, "{line}");
        }
    }
}
