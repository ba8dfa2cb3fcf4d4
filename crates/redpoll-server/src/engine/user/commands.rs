//! Which commands a set of permissions gives.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use bytes::Bytes;

use crate::engine::command::{CommandSpec, Flag};
use crate::engine::commands::{self, CATEGORIES};

/// The allowed commands, and the rules that made them so.
#[derive(Debug, Clone)]
pub(crate) struct Commands {
    /// `+@all` or `-@all`, and what came after it, each at most once.
    rules: Vec<String>,
    /// Commands and subcommands (`config|get`).
    allowed: HashSet<&'static str>,
    /// Of commands that are not allowed, the first arguments that are: `+select|0`.
    first_arguments: BTreeMap<&'static str, Vec<String>>,
}

/// No such command or category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unknown;

impl Default for Commands {
    fn default() -> Self {
        Self { rules: vec!["-@all".to_owned()], allowed: HashSet::new(), first_arguments: BTreeMap::new() }
    }
}

impl fmt::Display for Commands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rules.join(" "))
    }
}

impl Commands {
    pub(super) fn all() -> Self {
        let mut commands = Self::default();
        commands.set_all(true);
        commands
    }

    pub(super) fn allow(&self, spec: &CommandSpec, argv: &[Bytes]) -> bool {
        if spec.has(Flag::NoAuth) || self.allowed.contains(spec.name) {
            return true;
        }
        let first = argv.get(1);
        self.first_arguments.get(spec.name).is_some_and(|allowed| {
            first.is_some_and(|first| allowed.iter().any(|word| first.eq_ignore_ascii_case(word.as_bytes())))
        })
    }

    /// Applies `+…` or `-…`, told apart by `allow`; `what` is a command, a subcommand or `@category`.
    pub(super) fn change(&mut self, what: &str, allow: bool) -> Result<(), Unknown> {
        let what = what.to_ascii_lowercase();
        match what.strip_prefix('@') {
            Some("all") => self.set_all(allow),
            Some(_) => self.set_category(&what, allow)?,
            None => self.set_command(&what, allow)?,
        }
        Ok(())
    }

    fn set_all(&mut self, allow: bool) {
        self.rules.clear();
        self.first_arguments.clear();
        self.allowed = if allow { every_command().collect() } else { HashSet::new() };
        self.note("@all", allow);
    }

    fn set_category(&mut self, category: &str, allow: bool) -> Result<(), Unknown> {
        if !CATEGORIES.contains(&category) {
            return Err(Unknown);
        }
        for listed in commands::all() {
            for spec in std::iter::once(listed.spec).chain(listed.spec.subcommands) {
                if commands::categories(spec, listed.group).contains(&category) {
                    self.set(spec, allow);
                }
            }
        }
        self.note(category, allow);
        Ok(())
    }

    fn set_command(&mut self, name: &str, allow: bool) -> Result<(), Unknown> {
        if let Some(subcommand) = commands::find_subcommand(name) {
            self.set(subcommand, allow);
        } else if let Some(listed) = commands::find(name.as_bytes()) {
            self.set(listed.spec, allow);
            listed.spec.subcommands.iter().for_each(|subcommand| self.set(subcommand, allow));
        } else {
            self.allow_first_argument(name, allow)?;
        }
        self.note(name, allow);
        Ok(())
    }

    /// Only commands without subcommands can be allowed by first argument, and none can be denied.
    fn allow_first_argument(&mut self, name: &str, allow: bool) -> Result<(), Unknown> {
        let (command, argument) = name.split_once('|').filter(|_| allow).ok_or(Unknown)?;
        let spec = commands::find(command.as_bytes()).ok_or(Unknown)?.spec;
        if !spec.subcommands.is_empty() || argument.is_empty() {
            return Err(Unknown);
        }
        self.first_arguments.entry(spec.name).or_default().push(argument.to_owned());
        Ok(())
    }

    fn set(&mut self, spec: &'static CommandSpec, allow: bool) {
        self.first_arguments.remove(spec.name);
        if allow {
            self.allowed.insert(spec.name);
        } else {
            self.allowed.remove(spec.name);
        }
    }

    /// A rule takes the place of those about the same thing, or about a part of it.
    fn note(&mut self, what: &str, allow: bool) {
        let is_replaced = |rule: &String| {
            let rest = rule.get(1..).and_then(|about| about.strip_prefix(what));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('|'))
        };
        self.rules.retain(|rule| !is_replaced(rule));
        self.rules.push(format!("{}{what}", if allow { '+' } else { '-' }));
    }
}

fn every_command() -> impl Iterator<Item = &'static str> {
    commands::all()
        .flat_map(|listed| std::iter::once(listed.spec).chain(listed.spec.subcommands))
        .map(|spec| spec.name)
}
