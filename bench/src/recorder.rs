//! What is recorded while callers run, and the window in which it counts.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::{Deserialize, Serialize};

use crate::clients::Traffic;
use crate::wire::Console;

/// Latencies of finished operations. Every client pays the same for it: one clock read, one uncontended lock and
/// one counter in a histogram of a few KiB per operation.
#[derive(Debug)]
pub(crate) struct Recorder {
    latencies: Mutex<Histogram<u32>>,
    stopped: AtomicBool,
}

impl Recorder {
    pub(crate) fn new() -> Result<Self> {
        // 100 ns to 60 s; two significant digits keep the counters inside the first-level cache.
        let latencies = Histogram::new_with_bounds(100, 60_000_000_000, 2)?;
        Ok(Self { latencies: Mutex::new(latencies), stopped: AtomicBool::new(false) })
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Counts operations that all took `latency`.
    pub(crate) fn record(&self, latency: Duration, operations: u32) {
        let nanoseconds = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
        self.histogram().saturating_record_n(nanoseconds, operations);
    }

    /// Lets the callers warm up, watches them for one window, and stops them.
    pub(crate) fn watch(
        &self,
        window: Duration,
        commands: usize,
        console: &mut Console,
        traffic: impl Fn() -> Option<Traffic>,
    ) -> Result<Sample> {
        thread::sleep((window / 3).min(Duration::from_millis(500)));
        let counters_before = console.counters()?;
        let traffic_before = traffic();
        let before = Usage::now()?;
        self.histogram().reset();
        thread::sleep(window);
        let latencies = self.histogram().clone();
        let after = Usage::now()?;
        let traffic_after = traffic();
        let counters_after = console.counters()?;
        self.stop();
        let calls =
            traffic_after.zip(traffic_before).and_then(|(after, before)| after.per_command_since(before));
        let executed = latencies.len() * commands as u64;
        anyhow::ensure!(executed > 0, "no operation finished within the window");
        let per_command = |microseconds: f64| microseconds / executed as f64;
        Ok(Sample {
            ops_per_s: executed as f64 / (after.taken - before.taken).as_secs_f64(),
            p50_us: latencies.value_at_quantile(0.5) as f64 / 1e3,
            p99_us: latencies.value_at_quantile(0.99) as f64 / 1e3,
            cpu_us_per_command: per_command(after.cpu_us - before.cpu_us),
            server_reads_per_command: counters_after.reads_per_command_since(counters_before),
            client_writes_per_command: calls.map(|(writes, _)| writes),
            client_reads_per_command: calls.map(|(_, reads)| reads),
        })
    }

    fn histogram(&self) -> MutexGuard<'_, Histogram<u32>> {
        // A panic between two counters leaves a histogram that is still whole.
        self.latencies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one window showed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Sample {
    /// Commands, not pipelines, per second.
    pub(crate) ops_per_s: f64,
    /// Of an awaited operation: for a pipeline, the whole of it.
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    /// User and system time of the client process.
    pub(crate) cpu_us_per_command: f64,
    /// How often the server read its sockets: 1 means that nothing was batched.
    pub(crate) server_reads_per_command: f64,
    /// Write system calls, as the client itself counts them: exact, where it does.
    pub(crate) client_writes_per_command: Option<f64>,
    /// Read system calls likewise: in how many pieces the replies came.
    pub(crate) client_reads_per_command: Option<f64>,
}

#[derive(Debug)]
struct Usage {
    taken: Instant,
    cpu_us: f64,
}

impl Usage {
    fn now() -> Result<Self> {
        let usage = getrusage(UsageWho::RUSAGE_SELF).context("getrusage")?;
        let cpu_us = (usage.user_time() + usage.system_time()).num_microseconds() as f64;
        Ok(Self { taken: Instant::now(), cpu_us })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latency_beyond_the_bounds_counts_as_the_largest() {
        let recorder = Recorder::new().unwrap();
        recorder.record(Duration::from_secs(3_600), 2);
        recorder.record(Duration::from_micros(10), 1);
        assert_eq!(recorder.histogram().len(), 3);
        assert!(recorder.histogram().value_at_quantile(0.99) >= 60_000_000_000);
    }
}
