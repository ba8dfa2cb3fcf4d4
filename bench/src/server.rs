//! The real server that every client talks to.

use std::env;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use crate::cores;
use crate::wire::{Console, info_field};
use crate::workload::{LIST_ELEMENT_SIZE, LIST_ELEMENTS, LIST_KEY, STRINGS};

/// A redis-server (or valkey-server) started for this run, stopped when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts the server pinned to `core` and seeds what the workloads read.
    pub(crate) fn start(core: usize) -> Result<Self> {
        let binary = find()?;
        let address = free_address()?;
        let process = spawn_pinned(&binary, address.port(), core)?;
        let mut server = Self { process, address };
        let mut console = server.wait_until_it_answers(&binary)?;
        seed(&mut console)?;
        Ok(server)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it calls itself, such as `Redis 7.0.15`.
    pub(crate) fn version(&self) -> Result<String> {
        let info = String::from_utf8(Console::connect(self.address)?.command(&[b"INFO", b"server"])?)?;
        let version = |field| info_field(&info, field).map(str::to_owned);
        version("valkey_version")
            .map(|version| format!("Valkey {version}"))
            .or_else(|| version("redis_version").map(|version| format!("Redis {version}")))
            .context("INFO names no version")
    }

    fn wait_until_it_answers(&mut self, binary: &Path) -> Result<Console> {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let answer = Console::connect(self.address)
                .and_then(|mut console| console.command(&[b"PING"]).map(|_| console));
            match answer {
                Ok(console) => return Ok(console),
                Err(error) if Instant::now() > deadline => {
                    return Err(error.context(format!("{} does not answer", binary.display())));
                }
                Err(_) => self.still_runs(binary)?,
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn still_runs(&mut self, binary: &Path) -> Result<()> {
        match self.process.try_wait()? {
            Some(status) => bail!("{} stopped at once: {status}", binary.display()),
            None => Ok(()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It holds nothing worth saving; an error means that it is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A thread's children inherit its affinity, so the server is pinned before its first instruction.
fn spawn_pinned(binary: &Path, port: u16, core: usize) -> Result<Child> {
    let binary = binary.to_owned();
    let spawn = move || {
        cores::pin_current_thread(core)?;
        Command::new(&binary)
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {}", binary.display()))
    };
    thread::spawn(spawn).join().map_err(|_| anyhow!("the thread that starts the server panicked"))?
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

fn seed(console: &mut Console) -> Result<()> {
    for (size, key) in STRINGS {
        console.command(&[b"SET", key.as_bytes(), &vec![b'x'; size]])?;
    }
    let element = [b'x'; LIST_ELEMENT_SIZE];
    let mut push: Vec<&[u8]> = vec![b"RPUSH", LIST_KEY.as_bytes()];
    push.resize(push.len() + LIST_ELEMENTS, &element);
    console.command(&push)?;
    Ok(())
}

/// Redis 7.0 if it is there, for its figures are the ones to compare with; else the newest Redis, else any Valkey.
fn find() -> Result<PathBuf> {
    let installed = env::var_os("REDPOLL_TEST_SERVERS").map(PathBuf::from);
    installed.as_deref().and_then(in_directory).or_else(on_path).context(
        "no redis-server found. Install one (on Debian: apt-get install redis-server), or set \
         REDPOLL_TEST_SERVERS to a directory that holds NAME/bin/redis-server",
    )
}

fn in_directory(directory: &Path) -> Option<PathBuf> {
    let mut names: Vec<_> = fs::read_dir(directory).ok()?.flatten().map(|entry| entry.file_name()).collect();
    names.sort_by_key(|name| preference(&name.to_string_lossy()));
    let binaries = names.iter().rev().flat_map(|name| {
        let folder = directory.join(name).join("bin");
        [folder.join("redis-server"), folder.join("valkey-server")]
    });
    binaries.into_iter().find(|binary| binary.is_file())
}

fn preference(name: &str) -> (bool, bool, String) {
    (name == "redis-7.0", name.starts_with("redis"), name.to_owned())
}

fn on_path() -> Option<PathBuf> {
    let folders: Vec<_> = env::split_paths(&env::var_os("PATH")?).collect();
    ["redis-server", "valkey-server"]
        .iter()
        .find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redis_7_0_comes_first_then_the_newest_redis_then_valkey() {
        let mut names = ["valkey-9", "redis-7.0", "redis-8.6", "redis-8.0"];
        names.sort_by_key(|name| preference(name));
        names.reverse();
        assert_eq!(names, ["redis-7.0", "redis-8.6", "redis-8.0", "valkey-9"]);
    }
}
