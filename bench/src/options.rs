//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::clients::ClientName;
use crate::workload::{self, Workload};

/// Compare Redis clients for Rust on one real redis-server.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) mode: Option<Mode>,
    /// Fewer workloads, fewer and shorter windows: under a minute in all
    #[arg(long)]
    pub(crate) quick: bool,
    /// Clients to measure, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "CLIENT")]
    clients: Vec<ClientName>,
    /// Workloads to measure, separated by commas; a prefix such as `get-1k` picks several
    #[arg(long, value_delimiter = ',', value_name = "WORKLOAD", value_parser = workload::matching)]
    workloads: Vec<Vec<&'static Workload>>,
    /// Interleaved rounds whose medians are reported
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: Option<u32>,
    /// Length of one measured window
    #[arg(long, value_parser = seconds)]
    seconds: Option<Duration>,
    /// Write one JSON object per line, client and workload
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the table as Markdown
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
    /// Write a plot of the ratios
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    /// Fail when redpoll needs more than 0.75 times the client CPU of the best Rust peer, is slower than it, or writes to
    /// its socket more often than batching allows
    #[arg(long)]
    pub(crate) gate: bool,
}

impl Options {
    pub(crate) fn clients(&self) -> Vec<ClientName> {
        if self.clients.is_empty() { ClientName::measured() } else { self.clients.clone() }
    }

    pub(crate) fn workloads(&self) -> Vec<&'static Workload> {
        if self.workloads.is_empty() {
            return workload::ALL.iter().filter(|workload| workload.quick || !self.quick).collect();
        }
        self.workloads.iter().flatten().copied().collect()
    }

    pub(crate) fn rounds(&self) -> u32 {
        self.rounds.unwrap_or(if self.quick { 3 } else { 5 })
    }

    pub(crate) fn window(&self) -> Duration {
        self.seconds.unwrap_or(Duration::from_millis(if self.quick { 300 } else { 1_000 }))
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("not a positive number of seconds".to_owned()),
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Mode {
    /// What an idle connection costs the client in memory
    Memory(MemoryOptions),
    /// One measurement, in a process of its own
    #[command(hide = true)]
    Worker(WorkerOptions),
    /// One memory measurement, in a process of its own
    #[command(hide = true)]
    MemoryWorker(MemoryWorkerOptions),
}

#[derive(Debug, Args)]
pub(crate) struct MemoryOptions {
    /// Clients to measure, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "CLIENT")]
    clients: Vec<ClientName>,
    /// How many connections to open beyond the first
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) connections: u32,
    /// Rest after the large replies, before the last look
    #[arg(long, default_value = "5", value_parser = seconds)]
    pub(crate) seconds: Duration,
    /// Write one JSON object per line and client
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

impl MemoryOptions {
    pub(crate) fn clients(&self) -> Vec<ClientName> {
        let chosen = if self.clients.is_empty() { ClientName::measured() } else { self.clients.clone() };
        chosen.into_iter().filter(|client| *client != ClientName::Raw).collect()
    }
}

#[derive(Debug, Args)]
pub(crate) struct WorkerOptions {
    #[arg(long)]
    pub(crate) client: ClientName,
    #[arg(long)]
    pub(crate) runtime: Flavour,
    #[arg(long, value_parser = workload::named)]
    pub(crate) workload: &'static Workload,
    #[arg(long)]
    pub(crate) address: SocketAddr,
    #[arg(long)]
    pub(crate) core: usize,
    #[arg(long, value_parser = seconds)]
    pub(crate) seconds: Duration,
}

#[derive(Debug, Args)]
pub(crate) struct MemoryWorkerOptions {
    #[arg(long)]
    pub(crate) client: ClientName,
    #[arg(long)]
    pub(crate) connections: u32,
    #[arg(long)]
    pub(crate) address: SocketAddr,
    #[arg(long, value_parser = seconds)]
    pub(crate) seconds: Duration,
}

/// How a worker's tokio runtime schedules; the raw client blocks and has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Flavour {
    CurrentThread,
    MultiThread,
    Blocking,
}

impl Flavour {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CurrentThread => "current-thread",
            Self::MultiThread => "multi-thread",
            Self::Blocking => "blocking",
        }
    }
}
