//! Medians over the rounds, on each client's better runtime, and ratios against the best Rust peer.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;

use crate::clients::ClientName;
use crate::options::Flavour;
use crate::recorder::Sample;
use crate::run::Measured;
use crate::workload::Workload;

/// What is compared, and which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Throughput,
    P50,
    P99,
    Cpu,
}

impl Measure {
    fn of(self, sample: &Sample) -> f64 {
        match self {
            Self::Throughput => sample.ops_per_s,
            Self::P50 => sample.p50_us,
            Self::P99 => sample.p99_us,
            Self::Cpu => sample.cpu_us_per_command,
        }
    }

    fn better(self, one: f64, other: f64) -> bool {
        match self {
            Self::Throughput => one > other,
            Self::P50 | Self::P99 | Self::Cpu => one < other,
        }
    }
}

/// Every row of a run, in the order of the workloads.
#[derive(Debug)]
pub(crate) struct Summary {
    pub(crate) rows: Vec<Row>,
}

/// One client on one workload.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) workload: &'static Workload,
    pub(crate) client: ClientName,
    /// The median of every measure, runtime by runtime.
    medians: Vec<(Flavour, Sample)>,
}

impl Row {
    /// The measure on the client's better runtime for it, and that runtime. Latency belongs to the throughput it
    /// was had at: alone, it would flatter a runtime that serves few callers at once and lets the others wait.
    pub(crate) fn best(&self, measure: Measure) -> Option<(f64, Flavour)> {
        let judge = match measure {
            Measure::Cpu => Measure::Cpu,
            Measure::Throughput | Measure::P50 | Measure::P99 => Measure::Throughput,
        };
        let better = |one: &Sample, other: &Sample| judge.better(judge.of(one), judge.of(other));
        let (flavour, sample) =
            self.medians.iter().reduce(|best, next| if better(&next.1, &best.1) { next } else { best })?;
        Some((measure.of(sample), *flavour))
    }

    /// How often the server read its sockets per command, on the runtime where the client's CPU is lowest.
    pub(crate) fn server_reads(&self) -> Option<f64> {
        let (_, best) = self.best(Measure::Cpu)?;
        let (_, sample) = self.medians.iter().find(|(flavour, _)| *flavour == best)?;
        Some(sample.server_reads_per_command)
    }

    /// The client's write system calls per command on each runtime, where the client counts them.
    pub(crate) fn client_writes(&self) -> impl Iterator<Item = (Flavour, f64)> {
        self.medians
            .iter()
            .filter_map(|(flavour, sample)| Some((*flavour, sample.client_writes_per_command?)))
    }
}

impl Summary {
    pub(crate) fn new(measured: &[Measured]) -> Self {
        let mut rows: Vec<Row> = Vec::new();
        for (workload, client) in subjects_in_order(measured) {
            let medians = client
                .flavours()
                .iter()
                .filter_map(|flavour| Some((*flavour, median_sample(measured, workload, client, *flavour)?)))
                .collect();
            rows.push(Row { workload, client, medians });
        }
        Self { rows }
    }

    /// The best value that a Rust peer reached: each peer on its better runtime.
    pub(crate) fn best_peer(&self, workload: &Workload, measure: Measure) -> Option<f64> {
        let peers = self.rows.iter().filter(|row| row.workload.name == workload.name && row.client.is_peer());
        let values = peers.filter_map(|row| row.best(measure)).map(|(value, _)| value);
        values.reduce(|best, next| if measure.better(next, best) { next } else { best })
    }

    /// The row's measure divided by the best peer's.
    pub(crate) fn ratio(&self, row: &Row, measure: Measure) -> Option<f64> {
        Some(row.best(measure)?.0 / self.best_peer(row.workload, measure)?)
    }

    /// The workloads, each once.
    pub(crate) fn workloads(&self) -> Vec<&'static Workload> {
        let mut workloads: Vec<_> = self.rows.iter().map(|row| row.workload).collect();
        workloads.dedup_by_key(|workload| workload.name);
        workloads
    }

    /// One JSON object per line, client and workload.
    pub(crate) fn json_lines(&self) -> Result<String> {
        let mut lines = String::new();
        for row in &self.rows {
            lines.push_str(&serde_json::to_string(&JsonRow::new(row))?);
            lines.push('\n');
        }
        Ok(lines)
    }
}

/// In the order in which they were first measured; the rounds only repeat it.
fn subjects_in_order(measured: &[Measured]) -> Vec<(&'static Workload, ClientName)> {
    let mut seen: Vec<(&'static Workload, ClientName)> = Vec::new();
    for Measured { subject, .. } in measured {
        if !seen
            .iter()
            .any(|(workload, client)| workload.name == subject.workload.name && *client == subject.client)
        {
            seen.push((subject.workload, subject.client));
        }
    }
    seen.sort_by_key(|(workload, _)| crate::workload::position(workload));
    seen
}

fn median_sample(
    measured: &[Measured],
    workload: &Workload,
    client: ClientName,
    flavour: Flavour,
) -> Option<Sample> {
    let samples: Vec<_> = measured
        .iter()
        .filter(|Measured { subject, .. }| {
            subject.workload.name == workload.name && subject.client == client && subject.flavour == flavour
        })
        .map(|measured| measured.sample)
        .collect();
    let median_of = |value: fn(&Sample) -> f64| median(samples.iter().map(value).collect());
    let median_of_counted =
        |value: fn(&Sample) -> Option<f64>| median(samples.iter().filter_map(value).collect());
    Some(Sample {
        ops_per_s: median_of(|sample| sample.ops_per_s)?,
        p50_us: median_of(|sample| sample.p50_us)?,
        p99_us: median_of(|sample| sample.p99_us)?,
        cpu_us_per_command: median_of(|sample| sample.cpu_us_per_command)?,
        server_reads_per_command: median_of(|sample| sample.server_reads_per_command)?,
        client_writes_per_command: median_of_counted(|sample| sample.client_writes_per_command),
        client_reads_per_command: median_of_counted(|sample| sample.client_reads_per_command),
    })
}

/// The middle value, or the mean of the middle two.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 {
        Some(upper)
    } else {
        Some((upper + values.get(middle.checked_sub(1)?)?) / 2.0)
    }
}

/// A line of `--json`. Throughput and latency are those of the runtime with the higher throughput, CPU is that of
/// the runtime that needs less; `runtimes` holds them all.
#[derive(Serialize)]
struct JsonRow<'a> {
    client: &'a str,
    workload: &'a str,
    callers: usize,
    ops_per_s: Option<f64>,
    p50_us: Option<f64>,
    p99_us: Option<f64>,
    cpu_us_per_command: Option<f64>,
    runtimes: BTreeMap<&'static str, Sample>,
}

impl<'a> JsonRow<'a> {
    fn new(row: &'a Row) -> Self {
        let value = |measure| row.best(measure).map(|(value, _)| value);
        Self {
            client: row.client.name(),
            workload: row.workload.name,
            callers: row.workload.callers,
            ops_per_s: value(Measure::Throughput),
            p50_us: value(Measure::P50),
            p99_us: value(Measure::P99),
            cpu_us_per_command: value(Measure::Cpu),
            runtimes: row.medians.iter().map(|(flavour, sample)| (flavour.name(), *sample)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Subject;
    use crate::workload::named;

    fn measured(client: ClientName, flavour: Flavour, ops_per_s: f64, cpu: f64) -> Measured {
        let sample = Sample {
            ops_per_s,
            p50_us: 1.0,
            p99_us: 2.0,
            cpu_us_per_command: cpu,
            server_reads_per_command: 0.1,
            client_writes_per_command: None,
            client_reads_per_command: None,
        };
        Measured { subject: Subject { workload: named("get-1k-10").unwrap(), client, flavour }, sample }
    }

    #[test]
    fn the_median_of_an_even_number_is_the_mean_of_the_middle_two() {
        assert_eq!(median(vec![4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![]), None);
    }

    #[test]
    fn throughput_and_cpu_are_each_taken_on_the_better_runtime() {
        let summary = Summary::new(&[
            measured(ClientName::Rustis, Flavour::CurrentThread, 100.0, 2.0),
            measured(ClientName::Rustis, Flavour::MultiThread, 150.0, 3.0),
        ]);
        assert_eq!(summary.rows[0].best(Measure::Throughput), Some((150.0, Flavour::MultiThread)));
        assert_eq!(summary.rows[0].best(Measure::P99), Some((2.0, Flavour::MultiThread)));
        assert_eq!(summary.rows[0].best(Measure::Cpu), Some((2.0, Flavour::CurrentThread)));
    }

    #[test]
    fn ratios_are_against_the_best_peer_and_never_against_the_floor() {
        let summary = Summary::new(&[
            measured(ClientName::RedisRs, Flavour::CurrentThread, 100.0, 4.0),
            measured(ClientName::Rustis, Flavour::CurrentThread, 80.0, 2.0),
            measured(ClientName::Raw, Flavour::Blocking, 200.0, 1.0),
        ]);
        let raw = &summary.rows[2];
        assert_eq!(summary.ratio(raw, Measure::Throughput), Some(2.0));
        assert_eq!(summary.ratio(raw, Measure::Cpu), Some(0.5));
    }
}
