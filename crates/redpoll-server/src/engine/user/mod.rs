//! Users: their passwords, and what they may do (the ACL of the Redis documentation).

mod commands;
mod denial;
mod log;
mod permissions;
mod rule;

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::engine::command::CommandSpec;

pub(crate) use denial::{Denial, Denied};
pub(crate) use log::{AccessLog, Entry, Place, Refusal};
pub(crate) use permissions::Permissions;
pub(crate) use rule::merge_selectors;

/// The user that a connection has until it authenticates as another.
pub(crate) const DEFAULT: &str = "default";

/// A user: who proves to be it, and what it may do.
#[derive(Clone, Default)]
pub(crate) struct User {
    pub(crate) enabled: bool,
    /// Any password will do.
    pub(crate) no_password: bool,
    pub(crate) skip_sanitize_payload: bool,
    /// SHA-256 digests in hexadecimal, in the order they were added.
    pub(crate) passwords: Vec<String>,
    pub(crate) root: Permissions,
    /// Further permissions, each of its own: a command needs what one of them, or the root, gives.
    pub(crate) selectors: Vec<Permissions>,
}

#[derive(Clone)]
pub(crate) struct Users {
    users: BTreeMap<String, User>,
    /// The password that CONFIG GET requirepass shows.
    required_password: String,
}

impl User {
    /// A user who may do everything, and needs no password.
    fn unlimited() -> Self {
        Self { enabled: true, no_password: true, root: Permissions::all(), ..Self::default() }
    }

    /// Whether the user may run this command with these arguments.
    pub(crate) fn check(&self, spec: &CommandSpec, argv: &[Bytes]) -> Result<(), Denial> {
        let mut worst = match self.root.check(spec, argv) {
            Ok(()) => return Ok(()),
            Err(denial) => denial,
        };
        for selector in &self.selectors {
            match selector.check(spec, argv) {
                Ok(()) => return Ok(()),
                // The one that came nearest to allowing it says what is missing.
                Err(denial) if denial > worst => worst = denial,
                Err(_) => {}
            }
        }
        Err(worst)
    }

    /// Whether the user may run this command, and read whatever it reads.
    pub(crate) fn may_read_all_keys(&self, spec: &CommandSpec, argv: &[Bytes]) -> bool {
        let mut permissions = std::iter::once(&self.root).chain(&self.selectors);
        permissions
            .any(|permissions| permissions.commands.allow(spec, argv) && permissions.keys.allow_reading_all())
    }

    /// Whether the user may stay subscribed; a pattern has to be allowed as it stands.
    pub(crate) fn may_subscribe(&self, name: &[u8], is_pattern: bool) -> bool {
        let mut permissions = std::iter::once(&self.root).chain(&self.selectors);
        permissions.any(|permissions| permissions.channels.allow(name, is_pattern))
    }

    fn accepts(&self, password: &[u8]) -> bool {
        self.enabled && (self.no_password || self.passwords.contains(&digest(password)))
    }
}

/// As it stands in the list of ACL LIST, without the user's name.
impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = self.flags();
        f.write_str(&flags.join(" "))?;
        for password in &self.passwords {
            write!(f, " #{password}")?;
        }
        write!(f, " {}", self.root)?;
        self.selectors.iter().try_for_each(|selector| write!(f, " ({selector})"))
    }
}

impl User {
    pub(crate) fn flags(&self) -> Vec<&'static str> {
        let mut flags = vec![if self.enabled { "on" } else { "off" }];
        if self.no_password {
            flags.push("nopass");
        }
        flags.push(if self.skip_sanitize_payload { "skip-sanitize-payload" } else { "sanitize-payload" });
        flags
    }
}

/// Never shows a password, nor its digest.
impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("enabled", &self.enabled).finish_non_exhaustive()
    }
}

impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.users.keys()).finish()
    }
}

impl Default for Users {
    fn default() -> Self {
        let users = BTreeMap::from([(DEFAULT.to_owned(), User::unlimited())]);
        Self { users, required_password: String::new() }
    }
}

impl Users {
    /// Gives a user one more password. A new user may do everything.
    pub(crate) fn add_password(&mut self, user: &str, password: &str) {
        let user = self.users.entry(user.to_owned()).or_insert_with(User::unlimited);
        user.no_password = false;
        user.passwords.push(digest(password.as_bytes()));
    }

    /// Sets the default user's only password; empty for none.
    pub(crate) fn require_password(&mut self, password: &str) {
        password.clone_into(&mut self.required_password);
        let default = self.users.entry(DEFAULT.to_owned()).or_insert_with(User::unlimited);
        default.no_password = password.is_empty();
        default.passwords = Vec::new();
        if !password.is_empty() {
            default.passwords.push(digest(password.as_bytes()));
        }
    }

    /// What [`Users::require_password`] was last told.
    pub(crate) fn required_password(&self) -> &str {
        &self.required_password
    }

    /// The default user, if connections have it without authenticating.
    pub(crate) fn without_password(&self) -> Option<String> {
        let default = self.users.get(DEFAULT)?;
        (default.enabled && default.no_password).then(|| DEFAULT.to_owned())
    }

    /// Whether the default user needs a password to be proven.
    pub(crate) fn default_has_password(&self) -> bool {
        self.users.get(DEFAULT).is_some_and(|default| !default.no_password)
    }

    pub(crate) fn accepts(&self, user: &[u8], password: &[u8]) -> bool {
        let user = std::str::from_utf8(user).ok().and_then(|user| self.users.get(user));
        user.is_some_and(|user| user.accepts(password))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&User> {
        self.users.get(name)
    }

    pub(crate) fn insert(&mut self, name: &str, user: User) {
        self.users.insert(name.to_owned(), user);
    }

    /// Whether there was such a user.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        self.users.remove(name).is_some()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &User)> {
        self.users.iter().map(|(name, user)| (name.as_str(), user))
    }
}

fn digest(password: &[u8]) -> String {
    Sha256::digest(password).iter().map(|byte| format!("{byte:02x}")).collect()
}
