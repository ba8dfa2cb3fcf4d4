//! The bars that redpoll must clear on the gated workloads, against the best Rust peer of the same run.

use std::process::ExitCode;

use anyhow::{Result, ensure};

use crate::clients::OURS;
use crate::run::Failure;
use crate::summary::{Measure, Row, Summary};

const LEAST_THROUGHPUT: f64 = 1.0;
const MOST_CPU: f64 = 0.75;

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
        missed.extend(misses.iter().map(|miss| format!("{}: {miss}", row.workload.title)));
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
