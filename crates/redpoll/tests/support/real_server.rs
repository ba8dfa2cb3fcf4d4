use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const PROGRAMS: [&str; 2] = ["redis-server", "valkey-server"];

/// A released server that is installed here.
#[derive(Debug, Clone)]
pub struct Installed {
    /// Its folder in `REDPOLL_TEST_SERVERS`, such as `redis-8.6`, or the program's path.
    pub name: String,
    pub program: PathBuf,
}

/// The servers of `REDPOLL_TEST_SERVERS` (`NAME/bin/redis-server` each), or the one on `PATH`.
///
/// If there are none, says that the suite is skipped; with `REDPOLL_REQUIRE_REAL=1` that is a failure.
pub fn installed() -> Vec<Installed> {
    let found = match std::env::var_os("REDPOLL_TEST_SERVERS") {
        Some(folder) => in_folders(Path::new(&folder)),
        None => on_path(),
    };
    if found.is_empty() {
        let is_required = std::env::var_os("REDPOLL_REQUIRE_REAL").is_some_and(|value| value == "1");
        assert!(!is_required, "REDPOLL_REQUIRE_REAL is set, and no redis-server or valkey-server was found");
        println!("skipped on real servers: none on PATH, and REDPOLL_TEST_SERVERS names none");
    }
    found
}

fn in_folders(folder: &Path) -> Vec<Installed> {
    let entries = std::fs::read_dir(folder).expect("REDPOLL_TEST_SERVERS is a folder");
    let mut found: Vec<Installed> = entries
        .map_while(Result::ok)
        .filter_map(|entry| {
            let bin = entry.path().join("bin");
            let program = PROGRAMS.iter().map(|name| bin.join(name)).find(|path| path.is_file())?;
            Some(Installed { name: entry.file_name().to_string_lossy().into_owned(), program })
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn on_path() -> Vec<Installed> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .flat_map(|folder| PROGRAMS.map(|name| folder.join(name)))
        .find(|program| program.is_file());
    found.map(|program| Installed { name: program.display().to_string(), program }).into_iter().collect()
}

/// A server process on a free port of 127.0.0.1 with a folder of its own, gone when dropped.
#[derive(Debug)]
pub struct RealServer {
    installed: Installed,
    args: Vec<String>,
    folder: PathBuf,
    port: u16,
    process: Option<Child>,
}

impl RealServer {
    /// Starts it without persistence, and with these arguments on top.
    pub fn start(installed: &Installed, args: &[&str]) -> Self {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("redpoll-test-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        let mut server =
            Self { installed: installed.clone(), args, folder, port: free_port(), process: None };
        server.spawn();
        // Another process may take the port between looking for it and listening on it.
        for _ in 0..5 {
            if server.wait_until_open() {
                return server;
            }
            server.port = free_port();
            server.spawn();
        }
        panic!("{} does not start: see {}", server.installed.name, server.folder.display());
    }

    pub fn name(&self) -> &str {
        &self.installed.name
    }

    pub const fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// SIGKILL. Keys survive as far as the arguments say so.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts it again on the same port, after [`kill`](Self::kill). Does not wait until it listens.
    pub fn spawn(&mut self) {
        let log = File::create(self.folder.join("log")).unwrap();
        let process = Command::new(&self.installed.program)
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", ""])
            .args(["--appendonly", "no"])
            .args(&self.args)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.process = Some(process);
    }

    /// Whether the port is open; `false` if the process has ended instead.
    pub fn wait_until_open(&mut self) -> bool {
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(20) {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return true;
            }
            let has_ended = self.process.as_mut().is_none_or(|process| process.try_wait().unwrap().is_some());
            if has_ended {
                return false;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        false
    }

    /// Stops the process without closing its sockets (SIGSTOP), as a frozen machine does.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Lets a frozen process go on.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let process = self.process.as_ref().expect("a running server");
        let status = Command::new("kill").args([signal, &process.id().to_string()]).status().unwrap();
        assert!(status.success());
    }
}

impl Drop for RealServer {
    fn drop(&mut self) {
        self.kill();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
