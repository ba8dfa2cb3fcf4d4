//! Configuration parameters: CONFIG GET and CONFIG SET.

use std::collections::BTreeMap;

/// The parameters that clients ask for, with the defaults of Redis where they mean anything here.
const DEFAULTS: &[(&str, &str)] = &[
    ("appendonly", "no"),
    ("busy-reply-threshold", "5000"),
    ("databases", "16"),
    ("hash-max-listpack-entries", "512"),
    ("hash-max-listpack-value", "64"),
    ("list-max-listpack-size", "-2"),
    ("maxclients", "10000"),
    ("maxmemory", "0"),
    ("maxmemory-policy", "noeviction"),
    ("notify-keyspace-events", ""),
    ("proto-max-bulk-len", "536870912"),
    ("requirepass", ""),
    ("save", ""),
    ("set-max-intset-entries", "512"),
    ("set-max-listpack-entries", "128"),
    ("set-max-listpack-value", "64"),
    ("timeout", "0"),
    ("zset-max-listpack-entries", "128"),
    ("zset-max-listpack-value", "64"),
];

/// The parameters that cannot be changed while the server runs.
const IMMUTABLE: [&str; 1] = ["databases"];

#[derive(Debug, Clone)]
pub(crate) struct Config {
    parameters: BTreeMap<&'static str, String>,
}

/// Why a parameter was not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejected {
    Unknown,
    Immutable,
    /// Named twice in one command.
    Duplicate,
    /// Not what this parameter takes.
    Invalid,
}

impl Default for Config {
    fn default() -> Self {
        Self { parameters: DEFAULTS.iter().map(|(name, value)| (*name, (*value).to_owned())).collect() }
    }
}

impl Config {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.parameters.iter().map(|(name, value)| (*name, value.as_str()))
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// Whether [`Config::set`] would take it.
    pub(crate) fn check(&self, name: &str, value: &str) -> Result<(), Rejected> {
        let default = DEFAULTS.iter().find(|(known, _)| *known == name).ok_or(Rejected::Unknown)?.1;
        if IMMUTABLE.contains(&name) {
            return Err(Rejected::Immutable);
        }
        let is_number = default.parse::<i64>().is_ok();
        let valid = match name {
            "notify-keyspace-events" => value.chars().all(|c| "KEg$lszxehtdmnA".contains(c)),
            "appendonly" => ["yes", "no"].contains(&value),
            _ => !is_number || value.parse::<i64>().is_ok(),
        };
        if valid { Ok(()) } else { Err(Rejected::Invalid) }
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), Rejected> {
        self.check(name, value)?;
        if let Some(parameter) = self.parameters.get_mut(name) {
            *parameter = match name {
                "notify-keyspace-events" => event_flags(value),
                _ => value.to_owned(),
            };
        }
        Ok(())
    }

    pub(crate) fn keyspace_events(&self) -> &str {
        self.get("notify-keyspace-events")
    }
}

/// The letters of `notify-keyspace-events`, in the order in which CONFIG GET tells them.
fn event_flags(letters: &str) -> String {
    const ALL: &str = "g$lshzxetd";
    let has = |letter: &char| letters.contains(*letter);
    let has_all = has(&'A') || ALL.chars().all(|letter| has(&letter));
    let each = if has_all { String::from("A") } else { "g$lshzxetdn".chars().filter(has).collect() };
    each + &"KEm".chars().filter(has).collect::<String>()
}
