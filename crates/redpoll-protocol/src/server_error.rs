use std::fmt;

/// An error reply: the server's own words.
///
/// Its first word, when in capitals, is the *error prefix* (`WRONGTYPE`, `MOVED`, `ERR`).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ServerError {
    text: Box<str>,
}

impl ServerError {
    /// An error with this text, prefix included.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self { text: text.into() }
    }

    /// An error from the bytes on the wire; what is not UTF-8 is replaced.
    pub fn from_bytes(text: &[u8]) -> Self {
        Self::new(String::from_utf8_lossy(text))
    }

    /// The first word if it is an error prefix, that is, in capitals.
    pub fn prefix(&self) -> Option<&str> {
        let word = self.text.split([' ', '\r', '\n']).next()?;
        let is_prefix = word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_' || c == '-');
        is_prefix.then_some(word)
    }

    /// The whole text, prefix included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether this reply proves that the command did not run, so that sending it again cannot apply it twice.
    pub fn proves_not_run(&self) -> bool {
        match self.prefix() {
            Some(
                "LOADING" | "CLUSTERDOWN" | "MASTERDOWN" | "TRYAGAIN" | "MOVED" | "ASK" | "READONLY"
                | "MISCONF" | "NOREPLICAS" | "BUSY" | "NOSCRIPT",
            ) => true,
            Some("ERR") => self.text.starts_with("ERR max number of clients reached"),
            _ => false,
        }
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerError({:?})", self.text)
    }
}

impl std::error::Error for ServerError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_is_the_first_word_in_capitals() {
        assert_eq!(ServerError::new("WRONGTYPE Operation against a key").prefix(), Some("WRONGTYPE"));
        assert_eq!(ServerError::new("ERR unknown command").prefix(), Some("ERR"));
        assert_eq!(ServerError::new("my own script error").prefix(), None);
        assert_eq!(ServerError::new("").prefix(), None);
    }

    #[test]
    fn only_refusals_before_execution_prove_that_nothing_ran() {
        for refused in ["LOADING Redis is loading", "MOVED 1 h:1", "ERR max number of clients reached"] {
            assert!(ServerError::new(refused).proves_not_run(), "{refused}");
        }
        for ran in ["ERR value is not an integer", "WRONGTYPE x", "UNBLOCKED x", "EXECABORT x"] {
            assert!(!ServerError::new(ran).proves_not_run(), "{ran}");
        }
    }
}
