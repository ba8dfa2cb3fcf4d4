//! What is measured: a command and how many callers await it.

/// One row of the comparison.
#[derive(Debug)]
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) operation: Operation,
    pub(crate) callers: usize,
    /// Part of a `--quick` run.
    pub(crate) quick: bool,
    /// Judged by `--gate`.
    pub(crate) gated: bool,
}

impl Workload {
    /// How many commands one awaited operation stands for.
    pub(crate) fn commands(&self) -> usize {
        match self.operation {
            Operation::PipelineOfSets { commands, .. } => commands,
            Operation::Get { .. }
            | Operation::Set { .. }
            | Operation::Lrange
            | Operation::Messages { .. } => 1,
        }
    }
}

/// What a caller awaits, again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Get {
        size: usize,
    },
    Set {
        size: usize,
    },
    PipelineOfSets {
        commands: usize,
        size: usize,
    },
    Lrange,
    /// The next message of a subscription.
    Messages {
        size: usize,
    },
}

/// The list that LRANGE reads whole.
pub(crate) const LIST_KEY: &str = "bench:list";
pub(crate) const LIST_ELEMENTS: usize = 10_000;
pub(crate) const LIST_ELEMENT_SIZE: usize = 64;

/// The key that SETs write; nothing reads it.
pub(crate) const WRITTEN_KEY: &str = "bench:set:key";

/// The seeded strings: sizes and where they are.
pub(crate) const STRINGS: [(usize, &str); 4] = [
    (64, "bench:get:64b"),
    (KIB, "bench:get:1k"),
    (256 * KIB, "bench:get:256k"),
    (KIB * KIB, "bench:get:1m"),
];

/// The seeded string of `size` bytes.
pub(crate) fn string_key(size: usize) -> Option<&'static str> {
    STRINGS.iter().find(|(seeded, _)| *seeded == size).map(|(_, key)| *key)
}

pub(crate) const KIB: usize = 1024;

const fn row(name: &'static str, title: &'static str, operation: Operation, callers: usize) -> Workload {
    Workload { name, title, operation, callers, quick: false, gated: false }
}

const fn gated(name: &'static str, title: &'static str, operation: Operation, callers: usize) -> Workload {
    Workload { gated: true, ..row(name, title, operation, callers) }
}

const fn quick(workload: Workload) -> Workload {
    Workload { quick: true, ..workload }
}

const GET_1K: Operation = Operation::Get { size: KIB };
const SET_1K: Operation = Operation::Set { size: KIB };

const fn sets(commands: usize) -> Operation {
    Operation::PipelineOfSets { commands, size: KIB }
}

/// Every workload, in the order of the table.
pub(crate) static ALL: [Workload; 14] = [
    row("get-1k-1", "GET 1 KiB, 1 caller", GET_1K, 1),
    quick(gated("get-1k-10", "GET 1 KiB, 10 callers", GET_1K, 10)),
    quick(gated("get-1k-100", "GET 1 KiB, 100 callers", GET_1K, 100)),
    gated("get-1k-1000", "GET 1 KiB, 1,000 callers", GET_1K, 1_000),
    row("get-64b-100", "GET 64 B, 100 callers", Operation::Get { size: 64 }, 100),
    row("set-1k-1", "SET 1 KiB, 1 caller", SET_1K, 1),
    gated("set-1k-10", "SET 1 KiB, 10 callers", SET_1K, 10),
    quick(gated("set-1k-100", "SET 1 KiB, 100 callers", SET_1K, 100)),
    gated("set-1k-1000", "SET 1 KiB, 1,000 callers", SET_1K, 1_000),
    quick(gated("pipeline-10", "pipelines of 10 SETs of 1 KiB, 10 callers", sets(10), 10)),
    gated("pipeline-100", "pipelines of 100 SETs of 1 KiB, 10 callers", sets(100), 10),
    row("get-1m-1", "GET 1 MiB, 1 caller", Operation::Get { size: KIB * KIB }, 1),
    row("lrange-10k-1", "LRANGE 10,000 × 64 B, 1 caller", Operation::Lrange, 1),
    row("messages-64b", "Pub/Sub messages of 64 B, 1 subscriber", Operation::Messages { size: 64 }, 1),
];

/// Where the workload stands in the table.
pub(crate) fn position(workload: &Workload) -> usize {
    ALL.iter().take_while(|other| other.name != workload.name).count()
}

/// The workload of exactly this name.
pub(crate) fn named(name: &str) -> Result<&'static Workload, String> {
    ALL.iter().find(|workload| workload.name == name).ok_or_else(|| unknown(name))
}

/// The workload of this name, or those whose names go on from it.
pub(crate) fn matching(prefix: &str) -> Result<Vec<&'static Workload>, String> {
    if let Ok(exact) = named(prefix) {
        return Ok(vec![exact]);
    }
    let found: Vec<_> = ALL.iter().filter(|workload| workload.name.starts_with(prefix)).collect();
    if found.is_empty() { Err(unknown(prefix)) } else { Ok(found) }
}

fn unknown(name: &str) -> String {
    let names: Vec<_> = ALL.iter().map(|workload| workload.name).collect();
    format!("no workload is called `{name}`; there are {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_picks_every_workload_that_starts_with_it() {
        let names: Vec<_> = matching("get-1k").unwrap().iter().map(|workload| workload.name).collect();
        assert_eq!(names, ["get-1k-1", "get-1k-10", "get-1k-100", "get-1k-1000"]);
    }

    #[test]
    fn a_full_name_picks_that_workload_only() {
        let names: Vec<_> = matching("get-1k-1").unwrap().iter().map(|workload| workload.name).collect();
        assert_eq!(names, ["get-1k-1"]);
    }

    #[test]
    fn every_get_reads_a_seeded_string() {
        for workload in &ALL {
            if let Operation::Get { size } = workload.operation {
                assert!(string_key(size).is_some(), "{}", workload.name);
            }
        }
    }

    #[test]
    fn the_gate_judges_the_eight_workloads_of_its_promise() {
        assert_eq!(ALL.iter().filter(|workload| workload.gated).count(), 8);
    }
}
