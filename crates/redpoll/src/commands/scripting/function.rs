use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use redpoll_protocol::{CommandMeta, FromReply, Reply, ReplyError, RetryClass, ToArg};

use crate::client::{Command, Plain};

const FUNCTION_LOAD_REPLACE: CommandMeta = CommandMeta::write("FUNCTION LOAD", RetryClass::Idempotent);
const FUNCTION_RESTORE_OVER: CommandMeta = CommandMeta::write("FUNCTION RESTORE", RetryClass::Idempotent);

/// The options of [`function_load`](super::ScriptingCommands::function_load).
#[derive(Debug, Clone, Copy)]
pub struct FunctionLoad;

impl<E, T> Command<E, FunctionLoad, T> {
    /// Replaces a library of the same name.
    pub fn replace(self) -> Command<E, Plain, T> {
        self.rearrange(0, |args| args.insert(0, b"REPLACE")).with_meta(&FUNCTION_LOAD_REPLACE).cast()
    }
}

/// The options of [`function_list`](super::ScriptingCommands::function_list).
#[derive(Debug, Clone, Copy)]
pub struct FunctionList;

impl<E, T> Command<E, FunctionList, T> {
    /// Only libraries whose name matches a glob-style pattern.
    pub fn library_name(self, pattern: impl ToArg) -> Self {
        self.arg("LIBRARYNAME").arg(pattern)
    }

    /// Replies the source of each library.
    #[doc(alias = "WITHCODE")]
    pub fn with_code(self) -> Self {
        self.arg("WITHCODE")
    }
}

/// The options of [`function_restore`](super::ScriptingCommands::function_restore).
#[derive(Debug, Clone, Copy)]
pub struct FunctionRestore;

impl<E, T> Command<E, FunctionRestore, T> {
    /// Deletes all libraries first (`FLUSH`).
    #[doc(alias = "FLUSH")]
    pub fn flush_first(self) -> Command<E, Plain, T> {
        self.arg("FLUSH").with_meta(&FUNCTION_RESTORE_OVER).cast()
    }

    /// Replaces libraries of the same name.
    pub fn replace(self) -> Command<E, Plain, T> {
        self.arg("REPLACE").with_meta(&FUNCTION_RESTORE_OVER).cast()
    }
}

/// A library of functions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LibraryInfo {
    /// Its name.
    pub name: String,
    /// The language it is written in, such as `LUA`.
    pub engine: String,
    /// Its functions, in no particular order.
    pub functions: Vec<FunctionInfo>,
    /// Its source, if it was asked for.
    pub code: Option<String>,
}

/// A function of a library.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FunctionInfo {
    /// Its name.
    pub name: String,
    /// What its author says about it.
    pub description: Option<String>,
    /// Its flags, such as `no-writes`.
    pub flags: Vec<String>,
}

/// The functions that run and those that are there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FunctionStats {
    /// The function that runs, if one does.
    pub running: Option<RunningFunction>,
    /// What each engine holds.
    pub engines: Vec<EngineStats>,
}

/// A function that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunningFunction {
    /// Its name.
    pub name: String,
    /// The command that called it, with its arguments.
    pub command: Vec<Bytes>,
    /// How long it has been running.
    pub duration: Duration,
}

/// How much an engine holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EngineStats {
    /// The language, such as `LUA`.
    pub name: String,
    /// How many libraries it holds.
    pub libraries: u64,
    /// How many functions it holds.
    pub functions: u64,
}

/// The named fields of a reply.
struct Fields(HashMap<String, Reply>);

impl Fields {
    fn of(reply: Reply) -> Result<Self, ReplyError> {
        HashMap::from_reply(reply).map(Self)
    }

    /// A field that is not there reads as null.
    fn take<T: FromReply>(&mut self, name: &str) -> Result<T, ReplyError> {
        T::from_reply(self.0.remove(name).unwrap_or(Reply::Null))
    }
}

impl FromReply for LibraryInfo {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        let mut fields = Fields::of(reply)?;
        Ok(Self {
            name: fields.take("library_name")?,
            engine: fields.take("engine")?,
            functions: fields.take("functions")?,
            code: fields.take("library_code")?,
        })
    }
}

impl FromReply for FunctionInfo {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        let mut fields = Fields::of(reply)?;
        Ok(Self {
            name: fields.take("name")?,
            description: fields.take("description")?,
            flags: fields.take("flags")?,
        })
    }
}

impl FromReply for FunctionStats {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        let mut fields = Fields::of(reply)?;
        let engines: Vec<(String, Reply)> = fields.take("engines")?;
        let engines = engines.into_iter().map(|(name, counts)| EngineStats::of(name, counts));
        Ok(Self { running: fields.take("running_script")?, engines: engines.collect::<Result<_, _>>()? })
    }
}

impl FromReply for RunningFunction {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        let mut fields = Fields::of(reply)?;
        Ok(Self {
            name: fields.take("name")?,
            command: fields.take("command")?,
            duration: Duration::from_millis(fields.take("duration_ms")?),
        })
    }
}

impl EngineStats {
    fn of(name: String, counts: Reply) -> Result<Self, ReplyError> {
        let mut fields = Fields::of(counts)?;
        Ok(Self {
            name,
            libraries: fields.take("libraries_count")?,
            functions: fields.take("functions_count")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulk(text: &'static str) -> Reply {
        Reply::BulkString(text.into())
    }

    /// The same fields in the shape of RESP2 and of RESP3.
    fn both<const N: usize>(fields: [(&'static str, Reply); N]) -> [Reply; 2] {
        let flat = fields.clone().into_iter().flat_map(|(name, value)| [bulk(name), value]).collect();
        [
            Reply::Array(flat),
            Reply::Map(fields.into_iter().map(|(name, value)| (bulk(name), value)).collect()),
        ]
    }

    #[test]
    fn a_library_reads_the_same_from_both_protocols() {
        let functions = both([
            ("name", bulk("f")),
            ("description", Reply::Null),
            ("flags", Reply::Set(vec![bulk("no-writes")])),
        ]);
        for function in functions {
            let replies = both([
                ("library_name", bulk("l")),
                ("engine", bulk("LUA")),
                ("functions", Reply::Array(vec![function])),
            ]);
            for reply in replies {
                let library = LibraryInfo::from_reply(reply).unwrap();
                assert_eq!(
                    (library.name.as_str(), library.engine.as_str(), library.code),
                    ("l", "LUA", None)
                );
                let flags = vec!["no-writes".to_owned()];
                let function = FunctionInfo { name: "f".into(), description: None, flags };
                assert_eq!(library.functions, [function]);
            }
        }
    }

    #[test]
    fn stats_tell_what_runs_and_what_is_there() {
        let command = Reply::Array(vec![bulk("FCALL"), bulk("f"), bulk("0")]);
        let running =
            both([("name", bulk("f")), ("command", command), ("duration_ms", Reply::Integer(1500))]);
        let counts = both([("libraries_count", Reply::Integer(1)), ("functions_count", Reply::Integer(2))]);
        for (running, counts) in running.into_iter().zip(counts) {
            let [engines, _] = both([("LUA", counts)]);
            let [reply, _] = both([("running_script", running), ("engines", engines)]);
            let stats = FunctionStats::from_reply(reply).unwrap();
            let running = stats.running.unwrap();
            assert_eq!((running.name.as_str(), running.duration), ("f", Duration::from_millis(1500)));
            assert_eq!(running.command, ["FCALL", "f", "0"]);
            let lua = EngineStats { name: "LUA".into(), libraries: 1, functions: 2 };
            assert_eq!(stats.engines, [lua]);
        }
    }
}
