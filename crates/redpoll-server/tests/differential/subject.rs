//! The two servers that are compared, each with a connection for looks from outside.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use redpoll_server::Server;

use crate::reply::Reply;
use crate::script::CONNECTIONS;
use crate::wire::Wire;

/// One server under comparison.
pub struct Subject {
    pub control: Wire,
    pub workers: Vec<Worker>,
    socket: PathBuf,
    running: Running,
}

/// One of the connections of a script.
pub struct Worker {
    pub wire: Wire,
    pub id: i64,
}

enum Running {
    Embedded { _server: Server },
    Real(Child),
}

impl Subject {
    pub fn embedded() -> Self {
        let socket = socket_path("embedded");
        let server =
            Server::builder().without_tcp().unix_path(&socket).command_log(0).start_blocking().unwrap();
        Self::connected(socket, Running::Embedded { _server: server })
    }

    pub fn real(program: &Path) -> Self {
        let socket = socket_path("real");
        let process = Command::new(program)
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(&socket)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self::connected(socket, Running::Real(process))
    }

    fn connected(socket: PathBuf, running: Running) -> Self {
        let mut control = Wire::connect(&socket);
        control.ask(&["HELLO", "3"]);
        let mut subject = Self { control, workers: Vec::new(), socket, running };
        subject.workers = (0..CONNECTIONS).map(|number| subject.worker(number)).collect();
        subject
    }

    /// A new connection in the place of an old one.
    pub fn reconnect(&mut self, number: usize) {
        let worker = self.worker(number);
        self.workers[number] = worker;
    }

    fn worker(&self, number: usize) -> Worker {
        let mut wire = Wire::connect(&self.socket);
        if number >= CONNECTIONS / 2 {
            wire.ask(&["HELLO", "3"]);
        }
        let Reply::Integer(id) = wire.ask(&["CLIENT", "ID"]) else { panic!("CLIENT ID gives a number") };
        Worker { wire, id }
    }

    /// The names of all commands it has, subcommands as `config|get`.
    pub fn commands(&mut self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        collect_names(&self.control.ask(&["COMMAND"]), &mut names);
        names
    }

    pub fn version(&mut self) -> String {
        let info = self.control.ask(&["INFO", "server"]);
        let text = String::from_utf8_lossy(info.bytes().unwrap_or_default()).into_owned();
        let line = text.lines().find_map(|line| line.strip_prefix("redis_version:"));
        line.unwrap_or_default().to_owned()
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        if let Running::Real(process) = &mut self.running {
            let _ = process.kill();
            let _ = process.wait();
        }
        let _ = std::fs::remove_file(&self.socket);
    }
}

fn collect_names(list: &Reply, names: &mut BTreeSet<String>) {
    for command in list.elements() {
        let facts = command.elements();
        if let Some(name) = facts.first().and_then(|name| name.bytes()) {
            names.insert(String::from_utf8_lossy(name).into_owned());
        }
        if let Some(subcommands) = facts.get(9) {
            collect_names(subcommands, names);
        }
    }
}

fn socket_path(name: &str) -> PathBuf {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("redpoll-differential-{}-{name}-{number}", std::process::id()))
}

/// The real server to compare with: `redis-8.6` in `REDPOLL_TEST_SERVERS`, else the newest Redis there, else the one
/// on `PATH`. `None`, with the reason printed, when there is none; with `REDPOLL_REQUIRE_REAL=1` that is a failure.
pub fn installed() -> Option<PathBuf> {
    let found = match std::env::var_os("REDPOLL_TEST_SERVERS") {
        Some(folder) => in_folders(Path::new(&folder)),
        None => on_path(),
    };
    if found.is_none() {
        let is_required = std::env::var_os("REDPOLL_REQUIRE_REAL").is_some_and(|value| value == "1");
        assert!(!is_required, "REDPOLL_REQUIRE_REAL is set, and no redis-server was found");
        println!("skipped: no redis-server on PATH, and none in REDPOLL_TEST_SERVERS");
    }
    found
}

fn in_folders(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("REDPOLL_TEST_SERVERS is a folder");
    let mut names: Vec<PathBuf> = entries.map_while(Result::ok).map(|entry| entry.path()).collect();
    names.sort();
    names.sort_by_key(|path| path.ends_with("redis-8.6"));
    names.into_iter().rev().map(|path| path.join("bin/redis-server")).find(|program| program.is_file())
}

fn on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join("redis-server")).find(|program| program.is_file())
}
