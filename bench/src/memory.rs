//! What an idle connection costs the client in memory: resident size with 1,001 connections open minus with one.

use std::fs;
use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use redpoll::prelude::*;
use redpoll::{Client, Config, Connection, PoolConfig};
use serde::{Deserialize, Serialize};

use crate::clients::{ClientName, Fred, RedisRs, Rustis, SharedClient};
use crate::cores::Cores;
use crate::load::start_runtime;
use crate::options::{Flavour, MemoryOptions, MemoryWorkerOptions};
use crate::run::start_self;
use crate::server::Server;
use crate::versions;
use crate::workload::{KIB, string_key};

/// KiB at three moments: resident size of a worker, or what one connection adds to it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Footprint {
    opened_kib: f64,
    after_a_small_command_kib: f64,
    after_a_large_reply_kib: f64,
}

impl Footprint {
    /// What each connection beyond the first adds.
    fn per_connection(self, one: Self, connections: u32) -> Self {
        let share = |many: f64, one: f64| (many - one) / f64::from(connections);
        Self {
            opened_kib: share(self.opened_kib, one.opened_kib),
            after_a_small_command_kib: share(self.after_a_small_command_kib, one.after_a_small_command_kib),
            after_a_large_reply_kib: share(self.after_a_large_reply_kib, one.after_a_large_reply_kib),
        }
    }
}

/// Measures and prints every client.
pub(crate) fn compare(options: &MemoryOptions) -> Result<()> {
    // The server and the workers inherit the limit.
    allow_open_files(u64::from(options.connections) + 200)?;
    let server = Server::start(Cores::pick()?.server)?;
    println!("Client memory per idle connection, KiB ({} beyond the first)\n", options.connections);
    println!(
        "| client | opened | after a small command | {:.0} s after a 256 KiB reply |",
        options.seconds.as_secs_f64()
    );
    println!("|---|---|---|---|");
    let mut lines = String::new();
    for client in options.clients() {
        let one = measure(client, 1, &server, options)?;
        let many = measure(client, options.connections + 1, &server, options)?;
        let each = many.per_connection(one, options.connections);
        println!(
            "| {} | {:.1} | {:.1} | {:.1} |",
            versions::titled(client),
            each.opened_kib,
            each.after_a_small_command_kib,
            each.after_a_large_reply_kib
        );
        lines.push_str(&serde_json::to_string(&JsonRow { client: client.name(), footprint: each })?);
        lines.push('\n');
    }
    if let Some(path) = &options.json {
        fs::write(path, lines).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

#[derive(Serialize)]
struct JsonRow<'a> {
    client: &'a str,
    #[serde(flatten)]
    footprint: Footprint,
}

fn measure(
    client: ClientName,
    connections: u32,
    server: &Server,
    options: &MemoryOptions,
) -> Result<Footprint> {
    let arguments = [
        ("--client", client.name().to_owned()),
        ("--connections", connections.to_string()),
        ("--address", server.address().to_string()),
        ("--seconds", options.seconds.as_secs_f64().to_string()),
    ];
    serde_json::from_slice(&start_self("memory-worker", &arguments)?).context("the worker's footprint")
}

fn allow_open_files(files: u64) -> Result<()> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft < files {
        ensure!(files <= hard, "{files} open files are needed and {hard} allowed: raise `ulimit -Hn`");
        setrlimit(Resource::RLIMIT_NOFILE, files, hard)?;
    }
    Ok(())
}

/// Opens the connections, uses them, and prints the footprint as JSON.
pub(crate) fn work(options: &MemoryWorkerOptions) -> Result<()> {
    let footprint = match options.client {
        ClientName::Redpoll => take_pooled(options),
        ClientName::RedisRs => take::<RedisRs>(options),
        ClientName::Fred => take::<Fred>(options),
        ClientName::Rustis => take::<Rustis>(options),
        ClientName::Raw => anyhow::bail!("the raw client keeps nothing per connection"),
    }?;
    println!("{}", serde_json::to_string(&footprint)?);
    Ok(())
}

fn take<C: SharedClient>(options: &MemoryWorkerOptions) -> Result<Footprint> {
    start_runtime(Flavour::CurrentThread)?.block_on(async {
        let mut clients = open::<C>(options.address, options.connections).await?;
        let opened_kib = resident_kib()?;
        read_each(&mut clients, 64).await?;
        let after_a_small_command_kib = resident_kib()?;
        read_each(&mut clients, 256 * KIB).await?;
        tokio::time::sleep(options.seconds).await;
        Ok(Footprint { opened_kib, after_a_small_command_kib, after_a_large_reply_kib: resident_kib()? })
    })
}

/// As `take`, with the pool that redpoll has for such connections: all of them are borrowed at once, used and given
/// back. The one shared connection that every client has besides is there with one pooled connection as with many,
/// and so cancels out.
fn take_pooled(options: &MemoryWorkerOptions) -> Result<Footprint> {
    start_runtime(Flavour::CurrentThread)?.block_on(async {
        let connections = options.connections as usize;
        let config = Config::new(options.address.ip().to_string(), options.address.port());
        let client = Client::connect(config.pool(PoolConfig::new().max_size(connections))).await?;
        let borrowed = borrow_all(&client, connections).await?;
        let opened_kib = resident_kib()?;
        read_on_each(borrowed, 64).await?;
        let after_a_small_command_kib = resident_kib()?;
        read_on_each(borrow_all(&client, connections).await?, 256 * KIB).await?;
        tokio::time::sleep(options.seconds).await;
        let after_a_large_reply_kib = resident_kib()?;
        let stats = client.pool_stats();
        ensure!(
            (stats.idle, stats.dials) == (connections, u64::from(options.connections)),
            "the pool did not keep its connections: {stats:?}"
        );
        Ok(Footprint { opened_kib, after_a_small_command_kib, after_a_large_reply_kib })
    })
}

async fn borrow_all(client: &Client, connections: usize) -> Result<Vec<Connection>> {
    let mut borrowed = Vec::new();
    for _ in 0..connections {
        borrowed.push(client.connection().await?);
    }
    Ok(borrowed)
}

/// Uses every connection once, then gives all of them back.
async fn read_on_each(borrowed: Vec<Connection>, size: usize) -> Result<()> {
    let key = string_key(size).context("no such string")?;
    for connection in &borrowed {
        let value: Bytes = connection.get(key).await?;
        ensure!(value.len() == size, "a value of another length");
    }
    Ok(())
}

async fn open<C: SharedClient>(address: SocketAddr, connections: u32) -> Result<Vec<C>> {
    let mut clients = Vec::new();
    for _ in 0..connections {
        clients.push(C::connect(address).await?);
    }
    Ok(clients)
}

async fn read_each<C: SharedClient>(clients: &mut [C], size: usize) -> Result<()> {
    let key = string_key(size).context("no such string")?;
    for client in clients {
        ensure!(client.get(key).await? == size, "a value of another length");
    }
    Ok(())
}

fn resident_kib() -> Result<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_connection_is_not_charged() {
        let footprint =
            |kib| Footprint { opened_kib: kib, after_a_small_command_kib: kib, after_a_large_reply_kib: kib };
        let each = footprint(5_000.0).per_connection(footprint(1_000.0), 1_000);
        assert!((each.opened_kib - 4.0).abs() < f64::EPSILON);
    }

    #[test]
    fn this_process_takes_memory() {
        assert!(resident_kib().unwrap() > 100.0);
    }
}
