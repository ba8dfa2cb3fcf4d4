//! Users and their passwords.

use std::collections::BTreeMap;
use std::fmt;

/// The user that a connection has until it authenticates as another.
pub(crate) const DEFAULT: &str = "default";

/// A user, and the passwords that prove who it is; none for a user without a password.
#[derive(Clone, Default)]
pub(crate) struct User {
    passwords: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Users {
    users: BTreeMap<String, User>,
}

impl Default for Users {
    fn default() -> Self {
        Self { users: BTreeMap::from([(DEFAULT.to_owned(), User::default())]) }
    }
}

impl Users {
    /// Gives a user one more password.
    pub(crate) fn add_password(&mut self, user: &str, password: &str) {
        self.users.entry(user.to_owned()).or_default().passwords.push(password.to_owned());
    }

    /// Sets the default user's only password; empty for none.
    pub(crate) fn require_password(&mut self, password: &str) {
        let passwords = if password.is_empty() { Vec::new() } else { vec![password.to_owned()] };
        self.users.insert(DEFAULT.to_owned(), User { passwords });
    }

    /// The default user, if connections have it without authenticating.
    pub(crate) fn without_password(&self) -> Option<String> {
        let default = self.users.get(DEFAULT)?;
        default.passwords.is_empty().then(|| DEFAULT.to_owned())
    }

    pub(crate) fn accepts(&self, user: &[u8], password: &[u8]) -> bool {
        let user = std::str::from_utf8(user).ok().and_then(|user| self.users.get(user));
        user.is_some_and(|user| {
            user.passwords.is_empty() || user.passwords.iter().any(|known| known.as_bytes() == password)
        })
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").finish_non_exhaustive()
    }
}
