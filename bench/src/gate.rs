//! The bars that redpoll must clear on the gated workloads, against the best Rust peer of the same run.

use std::process::ExitCode;

use anyhow::{Result, ensure};

use crate::clients::OURS;
use crate::run::Failure;
use crate::summary::{Measure, Row, Summary};
use crate::workload::Workload;

const LEAST_THROUGHPUT: f64 = 1.0;
const MOST_CPU: f64 = 0.75;
/// Write system calls per command that batching must reach, on every runtime. SETs of 100 callers are left out: the
/// server reads 16 KiB at a time and answers as it reads, so 100 SETs of 1 KiB come back in several groups, and those
/// who were answered first do not wait for the others.
const MOST_WRITES: [(&str, f64); 3] = [("get-1k-10", 0.11), ("get-1k-100", 0.012), ("set-1k-10", 0.11)];

/// Says which bars redpoll misses, and fails if there are any.
///
/// A measurement that failed on a gated workload is a bar missed, whoever failed: without it the ratio says nothing.
pub(crate) fn judge(summary: &Summary, failures: &[Failure]) -> Result<ExitCode> {
    let judged: Vec<&Row> =
        summary.rows.iter().filter(|row| row.client.name() == OURS && row.workload.gated).collect();
    ensure!(!judged.is_empty(), "nothing to judge: {OURS} was not measured on any gated workload");
    let mut missed = Vec::new();
    for row in &judged {
        let ratios = summary.ratio(row, Measure::Throughput).zip(summary.ratio(row, Measure::Cpu));
        let misses = match ratios {
            Some((throughput, cpu)) => misses(throughput, cpu),
            None => vec!["no Rust peer was measured to compare with".to_owned()],
        };
        let writes = row.client_writes();
        let misses = misses.into_iter().chain(
            writes.filter_map(|(flavour, writes)| excess_of_writes(row.workload, writes, flavour.name())),
        );
        missed.extend(misses.map(|miss| format!("{}: {miss}", row.workload.title)));
    }
    let failed = failures.iter().filter(|failure| failure.subject.workload.gated);
    missed.extend(failed.map(|failure| format!("{} failed: {}", failure.subject.describe(), failure.reason)));
    println!("Gate: {} workloads judged, {} bars missed", judged.len(), missed.len());
    for miss in &missed {
        println!("  {miss}");
    }
    Ok(if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn misses(throughput: f64, cpu: f64) -> Vec<String> {
    let mut misses = Vec::new();
    if throughput.is_nan() || throughput < LEAST_THROUGHPUT {
        misses.push(format!(
            "throughput is {throughput:.2} of the best peer's, not {LEAST_THROUGHPUT} or more"
        ));
    }
    if cpu.is_nan() || cpu > MOST_CPU {
        misses.push(format!("CPU per command is {cpu:.2} of the best peer's, not {MOST_CPU} or less"));
    }
    misses
}

fn excess_of_writes(workload: &Workload, writes: f64, runtime: &str) -> Option<String> {
    let (_, most) = MOST_WRITES.iter().find(|(name, _)| *name == workload.name)?;
    (writes.is_nan() || writes > *most)
        .then(|| format!("{writes:.4} writes per command on the {runtime} runtime, not {most} or less"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::named;

    #[test]
    fn a_client_on_the_bar_passes() {
        assert!(misses(1.0, 0.75).is_empty());
    }

    #[test]
    fn each_bar_is_judged_for_itself() {
        assert!(misses(0.99, 0.5)[0].starts_with("throughput is 0.99"));
        assert!(misses(2.0, 0.76)[0].starts_with("CPU per command is 0.76"));
        assert_eq!(misses(f64::NAN, f64::NAN).len(), 2);
    }

    #[test]
    fn writes_are_judged_where_a_server_answers_all_callers_at_once() {
        let excess = |workload, writes| excess_of_writes(named(workload).unwrap(), writes, "multi-thread");
        assert_eq!(excess("get-1k-10", 0.11), None);
        assert!(excess("get-1k-10", 0.12).unwrap().starts_with("0.1200 writes"));
        assert!(excess("get-1k-100", 0.0121).is_some());
        assert_eq!((excess("set-1k-100", 1.0), excess("pipeline-10", 1.0)), (None, None));
        assert!(MOST_WRITES.iter().all(|(name, _)| named(name).is_ok_and(|workload| workload.gated)));
    }
}
