//! Lua scripts: the cache of EVAL and SCRIPT LOAD, and the interpreter they run in.

mod api;
mod argument;
mod bit;
mod convert;
mod host;
mod json;
mod number;
mod raise;
mod random;
mod run;
mod shebang;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use sha1::{Digest, Sha1};

use crate::engine::Engine;
use crate::engine::error::CommandError;
use crate::engine::reply::RespVersion;
use host::Host;
use shebang::Declared;

/// How many scripts that only EVAL brought are kept; the oldest go first.
const EVALUATED_LIMIT: usize = 500;

const WRITE_SCRIPT: CommandError =
    CommandError::new("ERR Can not execute a script with write flag using *_ro command.");

/// The scripts of a server.
#[derive(Debug, Default)]
pub(crate) struct Scripts {
    /// The interpreter; made for the first script, and away while one runs.
    host: Option<Host>,
    cache: HashMap<String, Arc<Script>>,
    /// The cached scripts that EVAL brought, oldest first. SCRIPT LOAD makes a script stay.
    evaluated: VecDeque<String>,
    pub(super) running: Option<Running>,
}

/// A compiled script.
#[derive(Debug)]
pub(crate) struct Script {
    /// The SHA-1 digest of its text, in hexadecimal: its name.
    sha: String,
    declared: Declared,
    function: mlua::Function,
}

/// What holds for the commands of the script that runs at present.
#[derive(Debug, Clone, Copy)]
pub(super) struct Running {
    /// The protocol in whose terms it gets replies.
    pub(super) resp: RespVersion,
    pub(super) read_only: bool,
}

impl Script {
    pub(crate) fn sha(&self) -> &str {
        &self.sha
    }

    /// Whether it may run under EVAL_RO and its like.
    pub(crate) fn check_read_only(&self) -> Result<(), CommandError> {
        let writes = self.declared.has_shebang && !self.declared.no_writes;
        if writes { Err(WRITE_SCRIPT) } else { Ok(()) }
    }
}

impl Scripts {
    pub(crate) fn find(&self, sha: &[u8]) -> Option<Arc<Script>> {
        let sha = std::str::from_utf8(sha).ok()?.to_ascii_lowercase();
        self.cache.get(&sha).cloned()
    }

    pub(crate) fn clear(&mut self) {
        self.cache.clear();
        self.evaluated.clear();
    }

    /// Keeps a script until SCRIPT FLUSH.
    pub(crate) fn keep(&mut self, script: &Script) {
        self.evaluated.retain(|sha| *sha != script.sha);
    }

    fn insert(&mut self, script: Script) -> Arc<Script> {
        if self.evaluated.len() == EVALUATED_LIMIT
            && let Some(oldest) = self.evaluated.pop_front()
        {
            self.cache.remove(&oldest);
        }
        let script = Arc::new(script);
        self.evaluated.push_back(script.sha.clone());
        self.cache.insert(script.sha.clone(), Arc::clone(&script));
        script
    }
}

impl Engine {
    /// Compiles a script, unless the cache has it.
    pub(crate) fn compile_script(&mut self, body: &Bytes) -> Result<Arc<Script>, CommandError> {
        let sha = sha1_hex(body);
        if let Some(script) = self.scripts.cache.get(&sha) {
            return Ok(Arc::clone(script));
        }
        let (declared, source) = shebang::split(body)?;
        let function = self.script_host()?.compile(source)?;
        Ok(self.scripts.insert(Script { sha, declared, function }))
    }

    fn script_host(&mut self) -> Result<&mut Host, CommandError> {
        let host = match self.scripts.host.take() {
            Some(host) => host,
            None => Host::new().map_err(host::failed)?,
        };
        Ok(self.scripts.host.insert(host))
    }
}

pub(crate) fn sha1_hex(bytes: &[u8]) -> String {
    Sha1::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
