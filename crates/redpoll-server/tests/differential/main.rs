//! The embedded server against a real one: random scripts on four connections, in lock step, every reply compared.
//!
//! `REDPOLL_DIFF_COMMANDS` says how many commands are run (20,000 unless it is set), `REDPOLL_DIFF_SEED` which,
//! `REDPOLL_DIFF_FAILURES` how many differences are looked for before the test gives up (1).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "seeds and figures are shown when a test fails or on demand")]
#![allow(unreachable_pub, reason = "nobody sees into a test")]

mod allowed;
mod arbitrary;
mod compare;
mod dice;
mod generator;
mod keyspace;
mod kind;
mod lua;
mod pick;
mod pool;
mod reply;
mod script;
mod session;
mod subject;
mod table;
mod templates;
mod timing;
mod wire;

use std::collections::BTreeSet;
use std::time::Instant;

use arbitrary::Scripts;
use generator::Generator;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use session::Session;
use subject::Subject;

const DEFAULT_COMMANDS: u64 = 20_000;
const DEFAULT_SEED: u64 = 1;
/// How often a script is run to make it smaller.
const SHRINK_TRIES: usize = 1500;

fn setting(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text}")),
        Err(_) => default,
    }
}

/// Both servers; `None` when no real one is installed.
fn session() -> Option<Session> {
    let mut real = Subject::real(&subject::installed()?);
    println!("compared with redis-server {}", real.version());
    Some(Session::new(real, Subject::embedded()))
}

#[test]
fn random_commands_get_the_same_replies() {
    let Some(mut session) = session() else { return };
    let theirs = session.real.commands();
    let shared: BTreeSet<String> = session.embedded.commands().intersection(&theirs).cloned().collect();
    let generator = Generator::new(&shared);
    let commands = setting("REDPOLL_DIFF_COMMANDS", DEFAULT_COMMANDS);
    let seed = setting("REDPOLL_DIFF_SEED", DEFAULT_SEED);
    let failures = setting("REDPOLL_DIFF_FAILURES", 1);
    let found = search(&mut session, &generator, commands, seed, failures);
    report(&session, &generator, seed);
    assert!(found.is_empty(), "{} differences\n{}", found.len(), found.join("\n"));
}

fn search(
    session: &mut Session,
    generator: &Generator,
    commands: u64,
    seed: u64,
    failures: u64,
) -> Vec<String> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = Scripts(generator.clone());
    let (since, mut shown, mut run, mut found) = (Instant::now(), 0, 0, Vec::new());
    let mut seen = BTreeSet::new();
    while run < commands && (found.len() as u64) < failures {
        let mut tree = strategy.new_tree(&mut runner).unwrap();
        let before = session.commands_run();
        let outcome = session.run(&tree.current());
        run += session.commands_run() - before;
        // Any further script with the same difference says nothing new.
        if let Err(difference) = outcome
            && seen.insert(difference.signature())
        {
            let smallest = arbitrary::shrink(&mut tree, SHRINK_TRIES, |script| session.run(script).is_err());
            found.push(describe(session, &smallest, &difference.to_string()));
        }
        if run / 10_000 > shown {
            shown = run / 10_000;
            println!("{run} commands in {:.1} s", since.elapsed().as_secs_f64());
        }
    }
    println!("{run} commands in {:.1} s, seed {seed}", since.elapsed().as_secs_f64());
    found
}

/// The smallest script, and what differs in it.
fn describe(session: &mut Session, script: &[script::Step], first: &str) -> String {
    let text = script::to_text(script);
    match session.run(script) {
        Err(difference) => text + &difference.to_string(),
        Ok(()) => {
            format!("{text}# this time the servers agreed: it depends on something else; at first:\n{first}")
        }
    }
}

fn report(session: &Session, generator: &Generator, seed: u64) {
    let names = generator.commands();
    let count = |name: &String| session.counts.get(name).copied().unwrap_or_default();
    let least = names.iter().min_by_key(|name| count(name));
    println!("seed {seed}: {} kinds of commands", names.len());
    if let Some(least) = least {
        println!("the rarest was {least}: {} times", count(least));
    }
    println!("{} accepted differences are listed:", allowed::ROWS.len());
    for (index, row) in allowed::ROWS.iter().enumerate() {
        let times = session.accepted.get(&index).copied().unwrap_or_default();
        println!("  {times} times {}: {}", row.command, row.reason);
    }
}

#[test]
fn recorded_differences_stay_gone() {
    let Some(mut session) = session() else { return };
    let theirs = session.real.commands();
    let shared: BTreeSet<String> = session.embedded.commands().intersection(&theirs).cloned().collect();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/regressions");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut failed = Vec::new();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "txt")) {
        let script = script::from_text(&std::fs::read_to_string(path).unwrap());
        if session.run(&script).is_err() {
            failed.push(format!("{}\n{}", path.display(), describe(&mut session, &script, "")));
        }
    }
    println!("{} recorded scripts, of {} shared commands", paths.len(), shared.len());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn the_command_tables_agree() {
    let Some(mut session) = session() else { return };
    let real = session.real.control.ask(&["COMMAND"]);
    let embedded = session.embedded.control.ask(&["COMMAND"]);
    let differences = table::differences(&real, &embedded);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_command_is_generated_or_excluded_with_a_reason() {
    let table = Subject::embedded().commands();
    let generated = Generator::new(&table).commands();
    let excluded: BTreeSet<&str> = allowed::EXCLUDED.iter().map(|(name, _)| *name).collect();
    let is_container = |name: &str| table.iter().any(|other| other.starts_with(&format!("{name}|")));
    let missing: Vec<&String> = table
        .iter()
        .filter(|name| !generated.contains(*name) && !excluded.contains(name.as_str()) && !is_container(name))
        .collect();
    assert!(missing.is_empty(), "add a template, or a row to EXCLUDED, for {missing:?}");
    let both: Vec<&&str> = excluded.iter().filter(|name| generated.contains(**name)).collect();
    assert!(both.is_empty(), "generated and excluded: {both:?}");
    println!("{} commands are generated, {} excluded", generated.len(), excluded.len());
}
