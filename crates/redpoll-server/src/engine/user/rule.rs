//! The rules of ACL SETUSER: `on`, `>password`, `~pattern`, `+command`, ….

use bytes::Bytes;

use super::commands::Unknown;
use super::permissions::{Channels, KeyPattern, Keys, Permissions};
use super::{User, digest};
use crate::engine::error::{CommandError, text_of};

/// How long a SHA-256 digest is in hexadecimal.
const DIGEST_LENGTH: usize = 64;

const SYNTAX: &str = "Syntax error";
const UNKNOWN: &str = "Unknown command or category name in ACL";
const NO_SUCH_PASSWORD: &str = "The password you are trying to remove from the user does not exist";
const BAD_DIGEST: &str =
    "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters";
const KEYS_AFTER_ALL: &str = "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does \
                              not have any effect. Try 'resetkeys' to start with an empty list of patterns";
const CHANNELS_AFTER_ALL: &str = "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid \
                                  and does not have any effect. Try 'resetchannels' to start with an empty list \
                                  of channels";

/// What is wrong with a rule, as the error reply says it.
type Wrong = &'static str;

impl User {
    /// Applies one rule.
    pub(crate) fn apply(&mut self, rule: &str) -> Result<(), CommandError> {
        self.change(rule).map_err(|wrong| {
            let rule = text_of(rule.as_bytes());
            CommandError::from_text(format!("ERR Error in ACL SETUSER modifier '{rule}': {wrong}"))
        })
    }

    fn change(&mut self, rule: &str) -> Result<(), Wrong> {
        match rule.to_ascii_lowercase().as_str() {
            "on" => self.enabled = true,
            "off" => self.enabled = false,
            "nopass" => {
                self.no_password = true;
                self.passwords.clear();
            }
            "resetpass" => {
                self.no_password = false;
                self.passwords.clear();
            }
            "sanitize-payload" => self.skip_sanitize_payload = false,
            "skip-sanitize-payload" => self.skip_sanitize_payload = true,
            "clearselectors" => self.selectors.clear(),
            "reset" => *self = Self::default(),
            _ => return self.change_by_prefix(rule),
        }
        Ok(())
    }

    fn change_by_prefix(&mut self, rule: &str) -> Result<(), Wrong> {
        let (kind, rest) = split_first(rule).ok_or(SYNTAX)?;
        match kind {
            '>' => self.add_digest(digest(rest.as_bytes())),
            '<' => self.remove_digest(&digest(rest.as_bytes()))?,
            '#' => self.add_digest(checked_digest(rest)?),
            '!' => self.remove_digest(&checked_digest(rest)?)?,
            '(' => self.selectors.push(selector(rest.strip_suffix(')').ok_or(SYNTAX)?)?),
            _ => self.root.change(rule)?,
        }
        Ok(())
    }

    fn add_digest(&mut self, digest: String) {
        self.no_password = false;
        if !self.passwords.contains(&digest) {
            self.passwords.push(digest);
        }
    }

    fn remove_digest(&mut self, digest: &str) -> Result<(), Wrong> {
        let at = self.passwords.iter().position(|known| known == digest).ok_or(NO_SUCH_PASSWORD)?;
        self.passwords.remove(at);
        Ok(())
    }
}

impl Permissions {
    fn change(&mut self, rule: &str) -> Result<(), Wrong> {
        let unknown = |Unknown| UNKNOWN;
        match rule.to_ascii_lowercase().as_str() {
            "allcommands" => return self.commands.change("@all", true).map_err(unknown),
            "nocommands" => return self.commands.change("@all", false).map_err(unknown),
            "allkeys" => return self.keys.add("*", true, true),
            "resetkeys" => {
                self.keys = Keys::default();
                return Ok(());
            }
            "allchannels" => return self.channels.add("*"),
            "resetchannels" => {
                self.channels = Channels::default();
                return Ok(());
            }
            _ => {}
        }
        let (kind, rest) = split_first(rule).ok_or(SYNTAX)?;
        match kind {
            '+' => self.commands.change(rest, true).map_err(unknown),
            '-' => self.commands.change(rest, false).map_err(unknown),
            '~' => self.keys.add(rest, true, true),
            '%' => {
                let (access, pattern) = rest.split_once('~').ok_or(SYNTAX)?;
                let access = access.to_ascii_uppercase();
                if access.is_empty() || !access.chars().all(|letter| "RW".contains(letter)) {
                    return Err(SYNTAX);
                }
                self.keys.add(pattern, access.contains('R'), access.contains('W'))
            }
            '&' => self.channels.add(rest),
            _ => Err(SYNTAX),
        }
    }
}

impl Keys {
    fn add(&mut self, pattern: &str, reads: bool, writes: bool) -> Result<(), Wrong> {
        check_pattern(pattern)?;
        if pattern == "*" && reads && writes {
            *self = Self { all: true, patterns: Vec::new() };
            return Ok(());
        }
        if self.all {
            return Err(KEYS_AFTER_ALL);
        }
        match self.patterns.iter_mut().find(|known| known.pattern == pattern) {
            Some(known) => {
                known.reads |= reads;
                known.writes |= writes;
            }
            None => self.patterns.push(KeyPattern { pattern: pattern.to_owned(), reads, writes }),
        }
        Ok(())
    }
}

impl Channels {
    fn add(&mut self, pattern: &str) -> Result<(), Wrong> {
        check_pattern(pattern)?;
        if pattern == "*" {
            *self = Self { all: true, patterns: Vec::new() };
            return Ok(());
        }
        if self.all {
            return Err(CHANNELS_AFTER_ALL);
        }
        if !self.patterns.iter().any(|known| known == pattern) {
            self.patterns.push(pattern.to_owned());
        }
        Ok(())
    }
}

/// Puts the rules of a selector, which arrive as arguments of their own, together again: `(+get` `~k)`.
pub(crate) fn merge_selectors(arguments: &[Bytes]) -> Result<Vec<String>, CommandError> {
    let mut rules: Vec<String> = Vec::new();
    let mut open: Option<(String, String)> = None;
    for argument in arguments {
        let text = String::from_utf8_lossy(argument).into_owned();
        let (first, merged) = match open.take() {
            Some((first, merged)) => (first, format!("{merged} {text}")),
            None if text.starts_with('(') => (text.clone(), text),
            None => {
                rules.push(text);
                continue;
            }
        };
        if merged.ends_with(')') {
            rules.push(merged);
        } else {
            open = Some((first, merged));
        }
    }
    match open {
        None => Ok(rules),
        Some((first, _)) => Err(CommandError::from_text(format!(
            "ERR Unmatched parenthesis in acl selector starting at '{first}'."
        ))),
    }
}

fn selector(rules: &str) -> Result<Permissions, Wrong> {
    let mut permissions = Permissions::default();
    rules.split_whitespace().try_for_each(|rule| permissions.change(rule))?;
    Ok(permissions)
}

fn check_pattern(pattern: &str) -> Result<(), Wrong> {
    if pattern.contains(|c: char| c.is_whitespace() || c == '\0') { Err(SYNTAX) } else { Ok(()) }
}

fn checked_digest(text: &str) -> Result<String, Wrong> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_digest = text.len() == DIGEST_LENGTH && text.bytes().all(is_digit);
    if is_digest { Ok(text.to_owned()) } else { Err(BAD_DIGEST) }
}

fn split_first(rule: &str) -> Option<(char, &str)> {
    let first = rule.chars().next()?;
    Some((first, &rule[first.len_utf8()..]))
}
