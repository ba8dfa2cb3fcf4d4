//! How far values keep their compact encodings, which hold elements in order and are iterated whole.

use crate::engine::config::Config;

/// The limits of one encoding: a value that passes one of them changes for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// How many elements.
    pub(crate) entries: usize,
    /// How long an element, in bytes.
    pub(crate) length: usize,
}

impl Limits {
    /// The `-max-listpack-` parameters of `prefix`, which is `hash`, `set` or `zset`.
    pub(crate) fn listpack(config: &Config, prefix: &str) -> Self {
        Self {
            entries: parameter(config, &format!("{prefix}-max-listpack-entries")),
            length: parameter(config, &format!("{prefix}-max-listpack-value")),
        }
    }

    pub(crate) fn allow(self, entries: usize, longest: usize) -> bool {
        entries <= self.entries && longest <= self.length
    }
}

fn parameter(config: &Config, name: &str) -> usize {
    config.get(name).parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_those_of_the_configuration() {
        let mut config = Config::default();
        assert_eq!(Limits::listpack(&config, "zset"), Limits { entries: 128, length: 64 });
        config.set("zset-max-listpack-entries", "2").unwrap();
        let limits = Limits::listpack(&config, "zset");
        assert!(limits.allow(2, 64));
        assert!(!limits.allow(3, 1));
        assert!(!limits.allow(1, 65));
    }
}
