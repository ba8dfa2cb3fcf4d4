//! Redis clients for Rust side by side: throughput, latency and client CPU per command, in one interleaved run
//! against one real redis-server.
//!
//! The parent process starts the server on one core and then, round after round, one worker process per client,
//! runtime and workload on another core. A worker is this same program: what getrusage tells about it is the
//! client's cost and nobody else's.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program prints its findings")]

mod clients;
mod cores;
mod gate;
mod load;
mod markdown;
mod memory;
mod messages;
mod options;
mod plot;
mod recorder;
mod run;
mod server;
mod summary;
mod versions;
mod wire;
mod workload;

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;

use crate::options::{Mode, Options};
use crate::summary::Summary;

fn main() -> ExitCode {
    match dispatch(Options::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(options: Options) -> Result<ExitCode> {
    match &options.mode {
        Some(Mode::Worker(worker)) => load::work(worker)?,
        Some(Mode::MemoryWorker(worker)) => memory::work(worker)?,
        Some(Mode::Memory(memory)) => memory::compare(memory)?,
        None => return compare(&options),
    }
    Ok(ExitCode::SUCCESS)
}

fn compare(options: &Options) -> Result<ExitCode> {
    let outcome = run::run(options)?;
    let summary = Summary::new(&outcome.samples);
    let report = markdown::report(&outcome, &summary);
    println!("{report}");
    if let Some(path) = &options.json {
        fs::write(path, summary.json_lines()?).with_context(|| format!("writing {}", path.display()))?;
    }
    if let Some(path) = &options.markdown {
        fs::write(path, &report).with_context(|| format!("writing {}", path.display()))?;
    }
    if let Some(path) = &options.svg {
        fs::write(path, plot::svg(&summary)).with_context(|| format!("writing {}", path.display()))?;
    }
    if options.gate { gate::judge(&summary, &outcome.failures) } else { Ok(ExitCode::SUCCESS) }
}
