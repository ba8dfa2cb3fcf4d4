//! One comparison: rounds of interleaved workers against one server.

use std::env;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};

use crate::clients::ClientName;
use crate::cores::Cores;
use crate::options::{Flavour, Options};
use crate::recorder::Sample;
use crate::server::Server;
use crate::workload::Workload;

/// All that a run found, and how it was done.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) samples: Vec<Measured>,
    pub(crate) failures: Vec<Failure>,
    pub(crate) server: String,
    pub(crate) clients: Vec<ClientName>,
    pub(crate) rounds: u32,
    pub(crate) window: Duration,
}

/// One sample and what it is a sample of.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) subject: Subject,
    pub(crate) sample: Sample,
}

/// A measurement that did not come about.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) subject: Subject,
    pub(crate) reason: String,
}

/// What one worker measures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject {
    pub(crate) workload: &'static Workload,
    pub(crate) client: ClientName,
    pub(crate) flavour: Flavour,
}

pub(crate) fn run(options: &Options) -> Result<Outcome> {
    let cores = Cores::pick()?;
    let server = Server::start(cores.server)?;
    let clients = options.clients();
    let subjects = subjects(&options.workloads(), &clients);
    let progress = progress(subjects.len() as u64 * u64::from(options.rounds()));
    let mut outcome = Outcome {
        samples: Vec::new(),
        failures: Vec::new(),
        server: server.version()?,
        clients,
        rounds: options.rounds(),
        window: options.window(),
    };
    for _ in 0..options.rounds() {
        for subject in &subjects {
            progress.set_message(subject.describe());
            match measure(subject, &server, cores, options.window()) {
                Ok(sample) => outcome.samples.push(Measured { subject: *subject, sample }),
                Err(error) => {
                    outcome.failures.push(Failure { subject: *subject, reason: format!("{error:#}") })
                }
            }
            progress.inc(1);
        }
    }
    progress.finish_and_clear();
    Ok(outcome)
}

/// Workload by workload, every client next to the others: what drifts, drifts for all of them.
fn subjects(workloads: &[&'static Workload], clients: &[ClientName]) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for &workload in workloads {
        for &client in clients {
            subjects.extend(client.flavours().iter().map(|&flavour| Subject { workload, client, flavour }));
        }
    }
    subjects
}

impl Subject {
    pub(crate) fn describe(&self) -> String {
        format!("{}: {}, {}", self.workload.name, self.client.name(), self.flavour.name())
    }
}

fn measure(subject: &Subject, server: &Server, cores: Cores, window: Duration) -> Result<Sample> {
    let arguments = [
        ("--client", subject.client.name().to_owned()),
        ("--runtime", subject.flavour.name().to_owned()),
        ("--workload", subject.workload.name.to_owned()),
        ("--address", server.address().to_string()),
        ("--core", cores.client.to_string()),
        ("--seconds", window.as_secs_f64().to_string()),
    ];
    let output = start_self("worker", &arguments)?;
    serde_json::from_slice(&output).context("the worker's sample")
}

/// Runs this program again and returns what it prints.
pub(crate) fn start_self(mode: &str, arguments: &[(&str, String)]) -> Result<Vec<u8>> {
    let mut command = Command::new(env::current_exe()?);
    command.arg(mode);
    for (name, value) in arguments {
        command.arg(name).arg(value);
    }
    let output = command.output().context("starting a worker")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(output.stdout)
}

fn progress(steps: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} [{eta} left] {msg}");
    ProgressBar::new(steps).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
