mod function;

use bytes::Bytes;
use redpoll_protocol::{CommandMeta, FromReply, RetryClass, ToArg, ToArgs};

pub use self::function::{
    EngineStats, FunctionInfo, FunctionList, FunctionLoad, FunctionRestore, FunctionStats, LibraryInfo,
    RunningFunction,
};
use super::flush::Flush;
use crate::client::{Command, EVAL, EVAL_RO, EVALSHA, EVALSHA_RO, Executor, Plain, RunScript, Script};

const FCALL: CommandMeta = CommandMeta::write("FCALL", RetryClass::Accumulating).script();
const FCALL_RO: CommandMeta = CommandMeta::read("FCALL_RO").script();
const FUNCTION_DELETE: CommandMeta = CommandMeta::write("FUNCTION DELETE", RetryClass::Checked);
const FUNCTION_DUMP: CommandMeta = CommandMeta::read("FUNCTION DUMP");
const FUNCTION_FLUSH: CommandMeta = CommandMeta::write("FUNCTION FLUSH", RetryClass::Idempotent);
const FUNCTION_LIST: CommandMeta = CommandMeta::read("FUNCTION LIST");
const FUNCTION_LOAD: CommandMeta = CommandMeta::write("FUNCTION LOAD", RetryClass::Checked);
const FUNCTION_RESTORE: CommandMeta = CommandMeta::write("FUNCTION RESTORE", RetryClass::Checked);
const SCRIPT_EXISTS: CommandMeta = CommandMeta::read("SCRIPT EXISTS");
const SCRIPT_FLUSH: CommandMeta = CommandMeta::write("SCRIPT FLUSH", RetryClass::Idempotent);
const SCRIPT_LOAD: CommandMeta = CommandMeta::write("SCRIPT LOAD", RetryClass::Idempotent);
const SCRIPT_SHOW: CommandMeta = CommandMeta::read("SCRIPT SHOW");

// While a script runs, its connection waits for it, and on the shared one everybody does: what is meant to reach the
// server meanwhile goes on a connection of its own. A second KILL may hit the next script.
const FUNCTION_KILL: CommandMeta = CommandMeta::write("FUNCTION KILL", RetryClass::Accumulating).blocking();
const FUNCTION_STATS: CommandMeta = CommandMeta::read("FUNCTION STATS").blocking();
const SCRIPT_KILL: CommandMeta = CommandMeta::write("SCRIPT KILL", RetryClass::Accumulating).blocking();

/// Commands that run Lua scripts and functions on the server.
///
/// `SCRIPT DEBUG` is left out: it turns its connection into a debugger's, which no reply type fits.
///
/// [`run_script`](Self::run_script) is what most programs need: it sends the digest of a [`Script`], and its source
/// only if the server does not know it. Keys have to be given as keys, so that a cluster can route the script; where
/// there are none, give `()`.
pub trait ScriptingCommands: Executor {
    /// Runs a [`Script`]. Keys and arguments chain on it: [`key`](RunScript::key), [`arg`](RunScript::arg).
    ///
    /// Reply: what the script returns. O(script).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use redpoll::Script;
    ///
    /// let add = Script::new("return redis.call('INCRBY', KEYS[1], ARGV[1])");
    /// let n: i64 = client.run_script(&add).key("n").arg(5).await?;
    /// assert_eq!(n, 5);
    /// # Ok(()) }
    /// ```
    #[doc(alias = "EVALSHA")]
    fn run_script<T: FromReply>(self, script: &Script) -> RunScript<Self, T> {
        RunScript::new(self, script)
    }

    /// Runs a script, given whole.
    ///
    /// Reply: what it returns. O(script). Since Redis 2.6.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let n: i64 = client.eval("return redis.call('INCRBY', KEYS[1], ARGV[1])", ["n"], [5]).await?;
    /// let text: String = client.eval("return 'hello'", (), ()).await?;
    /// assert_eq!((n, text.as_str()), (5, "hello"));
    /// # Ok(()) }
    /// ```
    fn eval<T: FromReply>(
        self,
        script: impl ToArg,
        keys: impl ToArgs,
        args: impl ToArgs,
    ) -> Command<Self, Plain, T> {
        Command::new(self, &EVAL).arg(script).counted_keys(keys).args(args)
    }

    /// Runs a script that only reads, given whole. May be sent again when its reply is lost.
    ///
    /// Reply: what it returns. O(script). Since Redis 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.set("n", 7).await?;
    /// let n: i64 = client.eval_ro("return tonumber(redis.call('GET', KEYS[1]))", ["n"], ()).await?;
    /// assert_eq!(n, 7);
    /// # Ok(()) }
    /// ```
    fn eval_ro<T: FromReply>(
        self,
        script: impl ToArg,
        keys: impl ToArgs,
        args: impl ToArgs,
    ) -> Command<Self, Plain, T> {
        Command::new(self, &EVAL_RO).arg(script).counted_keys(keys).args(args)
    }

    /// Runs a script that the server knows, by the SHA-1 digest of its source.
    ///
    /// Reply: what it returns. Errors: `NOSCRIPT` if the server does not know it. O(script). Since Redis 2.6.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let digest = client.script_load("return ARGV[1]").await?;
    /// let n: i64 = client.evalsha(&digest, (), [7]).await?;
    /// assert_eq!(n, 7);
    /// # Ok(()) }
    /// ```
    fn evalsha<T: FromReply>(
        self,
        digest: impl ToArg,
        keys: impl ToArgs,
        args: impl ToArgs,
    ) -> Command<Self, Plain, T> {
        Command::new(self, &EVALSHA).arg(digest).counted_keys(keys).args(args)
    }

    /// Runs a script that only reads, by the SHA-1 digest of its source. May be sent again when its reply is lost.
    ///
    /// Reply: what it returns. Errors: `NOSCRIPT` if the server does not know it. O(script). Since Redis 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let digest = client.script_load("return #KEYS").await?;
    /// let n: i64 = client.evalsha_ro(&digest, ["a", "b"], ()).await?;
    /// assert_eq!(n, 2);
    /// # Ok(()) }
    /// ```
    fn evalsha_ro<T: FromReply>(
        self,
        digest: impl ToArg,
        keys: impl ToArgs,
        args: impl ToArgs,
    ) -> Command<Self, Plain, T> {
        Command::new(self, &EVALSHA_RO).arg(digest).counted_keys(keys).args(args)
    }

    /// Has the server remember a script without running it.
    ///
    /// Reply: the SHA-1 digest of its source. O(n) in its length. Since Redis 2.6.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// use redpoll::Script;
    ///
    /// let script = Script::new("return 1");
    /// assert_eq!(client.script_load(script.source()).await?, script.digest());
    /// # Ok(()) }
    /// ```
    fn script_load(self, script: impl ToArg) -> Command<Self, Plain, String> {
        Command::new(self, &SCRIPT_LOAD).arg(script)
    }

    /// Whether the server knows each of these scripts, by the SHA-1 digests of their sources.
    ///
    /// O(n) in the digests given. Since Redis 2.6.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let digest = client.script_load("return 1").await?;
    /// assert_eq!(client.script_exists([digest.as_str(), "ffff"]).await?, [true, false]);
    /// # Ok(()) }
    /// ```
    fn script_exists(self, digests: impl ToArgs) -> Command<Self, Plain, Vec<bool>> {
        Command::new(self, &SCRIPT_EXISTS).args(digests)
    }

    /// The source of a script that the server knows, by its SHA-1 digest.
    ///
    /// Errors: `NOSCRIPT` if the server does not know it. O(1). Since Valkey 8.0; Redis does not have it.
    ///
    /// ```no_run
    /// # async fn on_valkey(client: &redpoll::Client) -> Result<(), redpoll::Error> {
    /// # use redpoll::prelude::*;
    /// let digest = client.script_load("return 1").await?;
    /// assert_eq!(client.script_show(&digest).await?, "return 1");
    /// # Ok(()) }
    /// ```
    fn script_show(self, digest: impl ToArg) -> Command<Self, Plain, String> {
        Command::new(self, &SCRIPT_SHOW).arg(digest)
    }

    /// Has the server forget all scripts.
    /// Options: [`asynchronous`](Command::asynchronous), [`synchronous`](Command::synchronous).
    ///
    /// O(n) in the scripts. Since Redis 2.6; the options 6.2.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let digest = client.script_load("return 1").await?;
    /// client.script_flush().await?;
    /// assert_eq!(client.script_exists(digest).await?, [false]);
    /// # Ok(()) }
    /// ```
    fn script_flush(self) -> Command<Self, Flush, ()> {
        Command::new(self, &SCRIPT_FLUSH)
    }

    /// Stops the script that runs, if it has not written yet.
    ///
    /// Errors: `NOTBUSY` if none runs, `UNKILLABLE` if it has written. O(1). Since Redis 2.6.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert_eq!(client.script_kill().await.unwrap_err().prefix(), Some("NOTBUSY"));
    /// # Ok(()) }
    /// ```
    fn script_kill(self) -> Command<Self, Plain, ()> {
        Command::new(self, &SCRIPT_KILL)
    }

    /// Calls a function of a library that was loaded.
    ///
    /// Reply: what it returns. O(function). Since Redis 7.0.
    ///
    /// ```no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.function_load(
    ///     "#!lua name=math
    ///     redis.register_function('double', function(_, a) return a[1] * 2 end)",
    /// ).await?;
    /// assert_eq!(client.fcall::<i64>("double", (), [21]).await?, 42);
    /// # Ok(()) }
    /// ```
    fn fcall<T: FromReply>(
        self,
        function: impl ToArg,
        keys: impl ToArgs,
        args: impl ToArgs,
    ) -> Command<Self, Plain, T> {
        Command::new(self, &FCALL).arg(function).counted_keys(keys).args(args)
    }

    /// Calls a function with the flag `no-writes`. May be sent again when its reply is lost.
    ///
    /// Reply: what it returns. O(function). Since Redis 7.0.
    ///
    /// ```no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.function_load(
    ///     "#!lua name=math
    ///     redis.register_function{function_name='double', flags={'no-writes'}, callback=function(_, a)
    ///         return a[1] * 2
    ///     end}",
    /// ).await?;
    /// assert_eq!(client.fcall_ro::<i64>("double", (), [21]).await?, 42);
    /// # Ok(()) }
    /// ```
    fn fcall_ro<T: FromReply>(
        self,
        function: impl ToArg,
        keys: impl ToArgs,
        args: impl ToArgs,
    ) -> Command<Self, Plain, T> {
        Command::new(self, &FCALL_RO).arg(function).counted_keys(keys).args(args)
    }

    /// Loads a library of functions. Option: [`replace`](Command::replace).
    ///
    /// Reply: the library's name. Errors if it is there already. O(1). Since Redis 7.0.
    ///
    /// ```no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let one = "#!lua name=numbers\n redis.register_function('one', function() return 1 end)";
    /// assert_eq!(client.function_load(one).await?, "numbers");
    /// client.function_load(one).replace().await?;
    /// # Ok(()) }
    /// ```
    fn function_load(self, code: impl ToArg) -> Command<Self, FunctionLoad, String> {
        Command::new(self, &FUNCTION_LOAD).arg(code)
    }

    /// Deletes a library with all its functions.
    ///
    /// Errors if there is no such library. O(1). Since Redis 7.0.
    ///
    /// ```no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let one = "#!lua name=numbers\n redis.register_function('one', function() return 1 end)";
    /// client.function_load(one).await?;
    /// client.function_delete("numbers").await?;
    /// # Ok(()) }
    /// ```
    fn function_delete(self, library: impl ToArg) -> Command<Self, Plain, ()> {
        Command::new(self, &FUNCTION_DELETE).arg(library)
    }

    /// Deletes all libraries.
    /// Options: [`asynchronous`](Command::asynchronous), [`synchronous`](Command::synchronous).
    ///
    /// O(n) in the functions. Since Redis 7.0.
    ///
    /// ```no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// client.function_flush().await?;
    /// assert!(client.function_list().await?.is_empty());
    /// # Ok(()) }
    /// ```
    fn function_flush(self) -> Command<Self, Flush, ()> {
        Command::new(self, &FUNCTION_FLUSH)
    }

    /// The libraries and their functions.
    /// Options: [`library_name`](Command::library_name), [`with_code`](Command::with_code).
    ///
    /// O(n) in the functions. Since Redis 7.0.
    ///
    /// ```no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let one = "#!lua name=numbers\n redis.register_function('one', function() return 1 end)";
    /// client.function_load(one).await?;
    /// let libraries = client.function_list().library_name("num*").with_code().await?;
    /// assert_eq!(libraries[0].functions[0].name, "one");
    /// assert_eq!(libraries[0].code.as_deref(), Some(one));
    /// # Ok(()) }
    /// ```
    fn function_list(self) -> Command<Self, FunctionList, Vec<LibraryInfo>> {
        Command::new(self, &FUNCTION_LIST)
    }

    /// Stops the function that runs, if it has not written yet.
    ///
    /// Errors: `NOTBUSY` if none runs, `UNKILLABLE` if it has written. O(1). Since Redis 7.0.
    ///
    /// ```no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert_eq!(client.function_kill().await.unwrap_err().prefix(), Some("NOTBUSY"));
    /// # Ok(()) }
    /// ```
    fn function_kill(self) -> Command<Self, Plain, ()> {
        Command::new(self, &FUNCTION_KILL)
    }

    /// The function that runs, and what each engine holds. The server answers it while a function runs.
    ///
    /// O(1). Since Redis 7.0.
    ///
    /// ```no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let stats = client.function_stats().await?;
    /// assert!(stats.running.is_none());
    /// assert_eq!((stats.engines[0].name.as_str(), stats.engines[0].functions), ("LUA", 0));
    /// # Ok(()) }
    /// ```
    fn function_stats(self) -> Command<Self, Plain, FunctionStats> {
        Command::new(self, &FUNCTION_STATS)
    }

    /// All libraries as a payload for [`function_restore`](Self::function_restore).
    ///
    /// O(n) in the functions. Since Redis 7.0.
    ///
    /// ```no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let payload = client.function_dump().await?;
    /// client.function_restore(&payload).await?;
    /// # Ok(()) }
    /// ```
    fn function_dump(self) -> Command<Self, Plain, Bytes> {
        Command::new(self, &FUNCTION_DUMP)
    }

    /// Loads the libraries of a payload, beside those that are there (`APPEND`).
    /// Options: [`flush_first`](Command::flush_first), [`replace`](Command::replace).
    ///
    /// Errors if a library is there already. O(n) in the functions. Since Redis 7.0.
    ///
    /// ```no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let payload = client.function_dump().await?;
    /// client.function_restore(&payload).replace().await?;
    /// # Ok(()) }
    /// ```
    fn function_restore(self, payload: impl ToArg) -> Command<Self, FunctionRestore, ()> {
        Command::new(self, &FUNCTION_RESTORE).arg(payload)
    }
}

impl<E: Executor> ScriptingCommands for E {}

#[cfg(test)]
mod tests {
    use super::super::wire::{keys, wire};
    use super::*;
    use crate::client::Queued;

    const Q: Queued = Queued::new();

    #[test]
    fn scripts_come_with_the_number_of_their_keys() {
        assert_eq!(wire(Q.eval::<i64>("s", ["a", "b"], ["x"])), "EVAL s 2 a b x");
        assert_eq!(wire(Q.eval::<i64>("s", (), ())), "EVAL s 0");
        assert_eq!(wire(Q.eval_ro::<i64>("s", "a", ())), "EVAL_RO s 1 a");
        assert_eq!(wire(Q.evalsha::<i64>("d", (), [1, 2])), "EVALSHA d 0 1 2");
        assert_eq!(wire(Q.evalsha_ro::<i64>("d", "a", "x")), "EVALSHA_RO d 1 a x");
        assert_eq!(wire(Q.fcall::<i64>("f", ["a"], ["x"])), "FCALL f 1 a x");
        assert_eq!(wire(Q.fcall_ro::<i64>("f", (), ())), "FCALL_RO f 0");
        assert_eq!(keys(Q.eval::<i64>("s", ["a", "b"], ["x"])), "a b");
        assert_eq!(keys(Q.fcall::<i64>("f", ["a"], ["x"])), "a");
    }

    #[test]
    fn the_script_cache() {
        assert_eq!(wire(Q.script_load("s")), "SCRIPT LOAD s");
        assert_eq!(wire(Q.script_exists(["a", "b"])), "SCRIPT EXISTS a b");
        assert_eq!(wire(Q.script_show("a")), "SCRIPT SHOW a");
        assert_eq!(wire(Q.script_flush()), "SCRIPT FLUSH");
        assert_eq!(wire(Q.script_flush().asynchronous()), "SCRIPT FLUSH ASYNC");
        assert_eq!(wire(Q.script_flush().synchronous()), "SCRIPT FLUSH SYNC");
        assert_eq!(wire(Q.script_kill()), "SCRIPT KILL");
    }

    #[test]
    fn libraries() {
        assert_eq!(wire(Q.function_load("c")), "FUNCTION LOAD c");
        assert_eq!(wire(Q.function_load("c").replace()), "FUNCTION LOAD REPLACE c");
        assert_eq!(wire(Q.function_delete("l")), "FUNCTION DELETE l");
        assert_eq!(wire(Q.function_flush().asynchronous()), "FUNCTION FLUSH ASYNC");
        assert_eq!(wire(Q.function_list()), "FUNCTION LIST");
        assert_eq!(
            wire(Q.function_list().library_name("l*").with_code()),
            "FUNCTION LIST LIBRARYNAME l* WITHCODE"
        );
        assert_eq!(wire(Q.function_kill()), "FUNCTION KILL");
        assert_eq!(wire(Q.function_stats()), "FUNCTION STATS");
        assert_eq!(wire(Q.function_dump()), "FUNCTION DUMP");
        assert_eq!(wire(Q.function_restore("p")), "FUNCTION RESTORE p");
        assert_eq!(wire(Q.function_restore("p").flush_first()), "FUNCTION RESTORE p FLUSH");
        assert_eq!(wire(Q.function_restore("p").replace()), "FUNCTION RESTORE p REPLACE");
    }

    #[test]
    fn what_reaches_a_busy_server_has_a_connection_of_its_own() {
        assert!(Q.script_kill().raw().meta().is_blocking());
        assert!(Q.function_kill().raw().meta().is_blocking());
        assert!(Q.function_stats().raw().meta().is_blocking());
    }
}
