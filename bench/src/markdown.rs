//! The table, readable in a terminal and in Markdown.

use crate::options::Flavour;
use crate::run::Outcome;
use crate::summary::{Measure, Row, Summary};
use crate::versions;

/// Heading, table and notes of one run.
pub(crate) fn report(outcome: &Outcome, summary: &Summary) -> String {
    let mut report = preamble(outcome);
    report.push_str(&align(&table(summary)));
    report.push_str(
        "\nMedians of the rounds. In parentheses: the ratio to the best Rust peer (for latency and CPU lower is better). \
         Throughput and latency are on the client's tokio runtime with the higher throughput, CPU on the one that \
         needs less: ¹ current-thread, ² multi-thread. Latency is that of one awaited operation; for a pipeline, the \
         whole of it; for Pub/Sub, of a burst of 500 messages. Server reads say how well writes are batched, on the runtime of the CPU column; a server that \
         falls behind reads several writes at once, so the client may have written more often. Client writes are the \
         client's own exact count of write system calls, on each runtime. `raw` is a blocking socket loop that writes \
         prepared commands for all callers at once and counts reply bytes: the floor for CPU, not a client.\n",
    );
    for failure in &outcome.failures {
        report.push_str(&format!("\nFailed: {}: {}\n", failure.subject.describe(), failure.reason));
    }
    report
}

fn preamble(outcome: &Outcome) -> String {
    let clients: Vec<_> = outcome.clients.iter().map(|client| versions::titled(*client)).collect();
    format!(
        "{} on one core, the client on another{}; {} interleaved rounds of {} s. {}.\n\n",
        outcome.server,
        versions::processor().map(|name| format!(" ({name})")).unwrap_or_default(),
        outcome.rounds,
        outcome.window.as_secs_f64(),
        clients.join(", "),
    )
}

const HEADINGS: [&str; 8] = [
    "workload",
    "client",
    "commands/s",
    "p50 µs",
    "p99 µs",
    "client CPU µs/command",
    "server reads/command",
    "client writes/command",
];

fn table(summary: &Summary) -> Vec<Vec<String>> {
    let mut lines = vec![HEADINGS.map(str::to_owned).to_vec()];
    for row in &summary.rows {
        lines.push(cells(summary, row));
    }
    lines
}

fn cells(summary: &Summary, row: &Row) -> Vec<String> {
    let cell = |measure| cell(summary, row, measure);
    vec![
        row.workload.title.to_owned(),
        row.client.name().to_owned(),
        cell(Measure::Throughput),
        cell(Measure::P50),
        cell(Measure::P99),
        cell(Measure::Cpu),
        row.server_reads().map_or_else(|| "–".to_owned(), |reads| format!("{reads:.3}")),
        writes(row),
    ]
}

/// Four decimals, because the bar at 100 callers is 0.012.
fn writes(row: &Row) -> String {
    let each: Vec<_> =
        row.client_writes().map(|(flavour, writes)| format!("{writes:.4}{}", mark(flavour))).collect();
    if each.is_empty() { "–".to_owned() } else { each.join(" ") }
}

fn cell(summary: &Summary, row: &Row, measure: Measure) -> String {
    let Some((value, flavour)) = row.best(measure) else { return "–".to_owned() };
    let ratio = summary.ratio(row, measure).map(|ratio| format!(" ({ratio:.2})")).unwrap_or_default();
    format!("{}{}{ratio}", number(value), mark(flavour))
}

/// Points to the note below the table; the floor has no runtime.
fn mark(flavour: Flavour) -> &'static str {
    match flavour {
        Flavour::CurrentThread => "¹",
        Flavour::MultiThread => "²",
        Flavour::Blocking => "",
    }
}

/// Three figures are what such a measurement can tell.
fn number(value: f64) -> String {
    match value {
        value if value >= 100.0 => thousands(value),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A Markdown table whose columns are as wide as their widest cell.
fn align(lines: &[Vec<String>]) -> String {
    let width = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..HEADINGS.len()).map(width).collect();
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        text.push_str(&format!("| {} |\n", padded(line, &widths).join(" | ")));
        if index == 0 {
            let rules: Vec<_> = widths.iter().map(|width| "-".repeat(*width)).collect();
            text.push_str(&format!("|-{}-|\n", rules.join("-|-")));
        }
    }
    text
}

fn padded(line: &[String], widths: &[usize]) -> Vec<String> {
    line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_figures_and_group_thousands() {
        assert_eq!([1_234_567.0, 123.4, 12.34, 1.234].map(number), ["1,234,567", "123", "12.3", "1.23"]);
    }
}
