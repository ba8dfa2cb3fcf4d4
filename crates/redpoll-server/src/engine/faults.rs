//! Fault rules at work: which rule applies to which command.

use std::time::Duration;

use bytes::Bytes;

use super::Engine;
use super::client::ConnectionId;
use super::command::KeySpec;
use super::commands;
use super::error::CommandError;
use super::pattern;
use super::random::Random;
use crate::fault::{Fault, Reaction, Trigger};

/// The rules, in the order they were made, and how often each has matched.
#[derive(Debug)]
pub(super) struct Faults {
    rules: Vec<Rule>,
    /// Apart from the engine's, so that rules change no other choice.
    random: Random,
}

#[derive(Debug)]
struct Rule {
    fault: Fault,
    matched: u64,
    fired: u64,
}

/// What happens to a command.
#[derive(Debug)]
pub(super) enum Interference {
    Delay(Duration),
    Close,
    CutReply(usize),
    Error(CommandError),
}

impl Faults {
    pub(super) fn new(seed: u64) -> Self {
        Self { rules: Vec::new(), random: Random::new(!seed) }
    }

    pub(super) fn refuses_connection(&mut self) -> bool {
        let random = &mut self.random;
        self.rules.iter_mut().any(|rule| {
            let concerned = matches!(rule.fault.condition.trigger, Trigger::Connection);
            concerned && rule.fires(random)
        })
    }
}

impl Rule {
    /// Counts a match, and decides whether the rule fires for it.
    fn fires(&mut self, random: &mut Random) -> bool {
        let condition = &self.fault.condition;
        self.matched += 1;
        let fires = self.fired < condition.times
            && condition.nth.is_none_or(|nth| nth == self.matched)
            && condition.probability.is_none_or(|probability| random.chance(probability));
        self.fired += u64::from(fires);
        fires
    }
}

impl Engine {
    pub(crate) fn add_fault(&mut self, fault: Fault) {
        self.faults.rules.push(Rule { fault, matched: 0, fired: 0 });
    }

    pub(crate) fn clear_faults(&mut self) {
        self.faults.rules.clear();
    }

    /// How often rules have fired.
    pub(crate) fn faults_fired(&self) -> u64 {
        self.faults.rules.iter().map(|rule| rule.fired).sum()
    }

    /// The first rule that fires decides.
    pub(super) fn interfere(&mut self, id: ConnectionId, argv: &[Bytes]) -> Option<Interference> {
        if self.faults.rules.is_empty() {
            return None;
        }
        let mut faults = std::mem::replace(&mut self.faults, Faults::new(0));
        let Faults { rules, random } = &mut faults;
        let mut interference = None;
        for rule in rules {
            if self.concerns(&rule.fault, id, argv) && rule.fires(random) {
                interference = self::interference(&rule.fault.reaction);
                break;
            }
        }
        self.faults = faults;
        interference
    }

    fn concerns(&self, fault: &Fault, id: ConnectionId, argv: &[Bytes]) -> bool {
        let condition = &fault.condition;
        let Some(name) = argv.first() else { return false };
        let command = match &condition.trigger {
            Trigger::Connection => false,
            Trigger::AnyCommand => true,
            Trigger::Command(command) => is_command(command, name, argv.get(1)),
        };
        command
            && condition.connection.is_none_or(|connection| connection == id)
            && condition
                .client_name
                .as_ref()
                .is_none_or(|wanted| self.client(id).is_some_and(|client| client.name == wanted.as_bytes()))
            && condition.key.as_ref().is_none_or(|key| {
                keys_of(argv).iter().any(|candidate| pattern::matches(key.as_bytes(), candidate))
            })
    }
}

/// `CLIENT SETNAME` names a subcommand.
fn is_command(wanted: &str, name: &Bytes, subcommand: Option<&Bytes>) -> bool {
    match wanted.split_once(' ') {
        None => name.eq_ignore_ascii_case(wanted.as_bytes()),
        Some((container, wanted)) => {
            name.eq_ignore_ascii_case(container.as_bytes())
                && subcommand.is_some_and(|name| name.eq_ignore_ascii_case(wanted.as_bytes()))
        }
    }
}

fn keys_of(argv: &[Bytes]) -> Vec<&Bytes> {
    let specs: &'static [KeySpec] = commands::resolve(argv).map_or(&[], |spec| spec.keys);
    let indices = specs.iter().filter_map(|spec| spec.find(argv)).flatten();
    indices.filter_map(|index| argv.get(index)).collect()
}

fn interference(reaction: &Reaction) -> Option<Interference> {
    Some(match reaction {
        Reaction::Delay(delay) => Interference::Delay(*delay),
        Reaction::Refuse => return None,
        Reaction::Close => Interference::Close,
        Reaction::LoseReply => Interference::CutReply(0),
        Reaction::CutReply(length) => Interference::CutReply(*length),
        Reaction::Error(text) => Interference::Error(CommandError::from_text(text.clone())),
    })
}
