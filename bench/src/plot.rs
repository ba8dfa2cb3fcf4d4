//! The plot: two panels of grouped bars, client CPU and throughput relative to the best Rust peer.

use std::fmt::Write;

use crate::clients::ClientName;
use crate::summary::{Measure, Row, Summary};
use crate::workload::Workload;

const BAR: f64 = 15.0;
const GROUP_GAP: f64 = 30.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 70.0;
const PANEL_HEIGHT: f64 = 200.0;
const PANEL_GAP: f64 = 120.0;
/// Longer bars are cut here; the number on them tells the rest.
const LARGEST: f64 = 3.0;

/// The picture as a document of its own.
pub(crate) fn svg(summary: &Summary) -> String {
    let mut plot = Plot::new(summary);
    plot.legend();
    plot.panel(Measure::Cpu, "Client CPU per command, best Rust peer = 1 (lower is better)");
    plot.panel(Measure::Throughput, "Commands per second, best Rust peer = 1 (higher is better)");
    plot.finish()
}

struct Plot<'a> {
    summary: &'a Summary,
    workloads: Vec<&'static Workload>,
    clients: Vec<ClientName>,
    body: String,
    /// Where the next panel begins.
    top: f64,
}

impl<'a> Plot<'a> {
    fn new(summary: &'a Summary) -> Self {
        let mut clients: Vec<_> = summary.rows.iter().map(|row| row.client).collect();
        clients.sort_unstable();
        clients.dedup();
        Self { summary, workloads: summary.workloads(), clients, body: String::new(), top: TOP }
    }

    fn width(&self) -> f64 {
        let groups = self.group_width() * self.workloads.len() as f64;
        (LEFT + groups + GROUP_GAP).max(640.0)
    }

    fn group_width(&self) -> f64 {
        BAR * self.clients.len() as f64 + GROUP_GAP
    }

    fn legend(&mut self) {
        let mut left = LEFT;
        for client in self.clients.clone() {
            self.rectangle(left, 18.0, 12.0, 12.0, color(client));
            self.text(left + 18.0, 28.0, "start", 13, client.name());
            left += 40.0 + 8.0 * client.name().len() as f64;
        }
    }

    fn panel(&mut self, measure: Measure, title: &str) {
        self.text(LEFT, self.top - 14.0, "start", 14, title);
        self.scale();
        for (index, workload) in self.workloads.clone().into_iter().enumerate() {
            let left = LEFT + GROUP_GAP / 2.0 + self.group_width() * index as f64;
            self.group(workload, measure, left);
            self.label(workload, left);
        }
        self.top += PANEL_HEIGHT + PANEL_GAP;
    }

    /// Gridlines; the one at 1 is the best peer's.
    fn scale(&mut self) {
        let right = self.width() - GROUP_GAP / 2.0;
        for step in 0..=6_u8 {
            let ratio = f64::from(step) / 2.0;
            let y = self.height_of(ratio);
            let stroke = if step == 2 { "#444" } else { "#ddd" };
            let _ = writeln!(
                self.body,
                r#"<line x1="{LEFT}" y1="{y:.1}" x2="{right:.1}" y2="{y:.1}" stroke="{stroke}"/>"#
            );
            self.text(LEFT - 8.0, y + 4.0, "end", 11, &format!("{ratio:.1}"));
        }
    }

    fn group(&mut self, workload: &Workload, measure: Measure, left: f64) {
        for (index, client) in self.clients.clone().into_iter().enumerate() {
            let Some(ratio) = self.row(workload, client).and_then(|row| self.summary.ratio(row, measure))
            else {
                continue;
            };
            let x = left + BAR * index as f64;
            let y = self.height_of(ratio.min(LARGEST));
            self.rectangle(x, y, BAR - 2.0, self.top + PANEL_HEIGHT - y, color(client));
            self.turned_text(x + BAR / 2.0 + 2.0, y - 4.0, &format!("{ratio:.2}"));
        }
    }

    fn row(&self, workload: &Workload, client: ClientName) -> Option<&'a Row> {
        self.summary.rows.iter().find(|row| row.workload.name == workload.name && row.client == client)
    }

    fn label(&mut self, workload: &Workload, left: f64) {
        let middle = left + (self.group_width() - GROUP_GAP) / 2.0;
        let (command, callers) = workload.title.rsplit_once(", ").unwrap_or((workload.title, ""));
        for (line, text) in wrapped(command).into_iter().chain([callers.to_owned()]).enumerate() {
            let y = self.top + PANEL_HEIGHT + 16.0 + 13.0 * line as f64;
            self.text(middle, y, "middle", 10, &text);
        }
    }

    fn height_of(&self, ratio: f64) -> f64 {
        self.top + PANEL_HEIGHT * (1.0 - ratio / LARGEST)
    }

    fn rectangle(&mut self, x: f64, y: f64, width: f64, height: f64, fill: &str) {
        let _ = writeln!(
            self.body,
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" fill="{fill}"/>"#
        );
    }

    fn text(&mut self, x: f64, y: f64, anchor: &str, size: u8, text: &str) {
        let _ = writeln!(
            self.body,
            r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" font-size="{size}">{text}</text>"#
        );
    }

    /// Numbers on the bars stand upright, for a bar is narrower than its number.
    fn turned_text(&mut self, x: f64, y: f64, text: &str) {
        let _ = writeln!(
            self.body,
            r#"<text x="{x:.1}" y="{y:.1}" font-size="10" transform="rotate(-90 {x:.1} {y:.1})">{text}</text>"#
        );
    }

    fn finish(self) -> String {
        let (width, height) = (self.width(), self.top - PANEL_GAP + 80.0);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
             width=\"{width:.0}\" height=\"{height:.0}\" font-family=\"sans-serif\" fill=\"#222\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{}</svg>\n",
            self.body
        )
    }
}

fn color(client: ClientName) -> &'static str {
    match client {
        ClientName::Redpoll => "#c0392b",
        ClientName::RedisRs => "#d98c3f",
        ClientName::Fred => "#7a9e4e",
        ClientName::Rustis => "#4f81b0",
        ClientName::Raw => "#bbbbbb",
    }
}

/// Lines of at most fourteen letters, cut between words.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < 14 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_cut_between_words() {
        assert_eq!(wrapped("pipelines of 10 SETs of 1 KiB"), ["pipelines of", "10 SETs of 1", "KiB"]);
    }
}
