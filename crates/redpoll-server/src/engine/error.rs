//! The error replies, word for word as Redis 8 writes them.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

/// How much of an unknown command and of its arguments an error reply repeats.
const ECHO_LIMIT: usize = 128;

/// An error reply: the whole line, prefix included, without `-` and CRLF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandError(Cow<'static, str>);

impl CommandError {
    pub(crate) const SYNTAX: Self = Self::new("ERR syntax error");
    pub(crate) const NOT_AN_INTEGER: Self = Self::new("ERR value is not an integer or out of range");
    pub(crate) const NOT_A_FLOAT: Self = Self::new("ERR value is not a valid float");
    pub(crate) const OUT_OF_RANGE: Self = Self::new("ERR value is out of range");
    pub(crate) const NOT_POSITIVE: Self = Self::new("ERR value is out of range, must be positive");
    pub(crate) const NOT_AN_INT: Self =
        Self::new("ERR value is out of range, value must between -2147483648 and 2147483647");
    pub(crate) const INDEX_OUT_OF_RANGE: Self = Self::new("ERR index out of range");
    pub(crate) const OVERFLOW: Self = Self::new("ERR increment or decrement would overflow");
    pub(crate) const NO_SUCH_KEY: Self = Self::new("ERR no such key");
    pub(crate) const STRING_TOO_LONG: Self =
        Self::new("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    pub(crate) const WRONG_TYPE: Self =
        Self::new("WRONGTYPE Operation against a key holding the wrong kind of value");
    pub(crate) const INVALID_CURSOR: Self = Self::new("ERR invalid cursor");
    pub(crate) const DB_INDEX_OUT_OF_RANGE: Self = Self::new("ERR DB index is out of range");
    pub(crate) const TIMEOUT_NOT_A_FLOAT: Self = Self::new("ERR timeout is not a float or out of range");
    pub(crate) const TIMEOUT_NOT_AN_INTEGER: Self =
        Self::new("ERR timeout is not an integer or out of range");
    pub(crate) const TIMEOUT_NEGATIVE: Self = Self::new("ERR timeout is negative");
    pub(crate) const TIMEOUT_OUT_OF_RANGE: Self = Self::new("ERR timeout is out of range");
    pub(crate) const NOAUTH: Self = Self::new("NOAUTH Authentication required.");
    pub(crate) const WRONGPASS: Self =
        Self::new("WRONGPASS invalid username-password pair or user is disabled.");
    pub(crate) const NOT_ALLOWED_IN_TRANSACTION: Self =
        Self::new("ERR Command not allowed inside a transaction");
    pub(crate) const EXECABORT: Self =
        Self::new("EXECABORT Transaction discarded because of previous errors.");
    pub(crate) const UNBLOCKED: Self = Self::new("UNBLOCKED client unblocked via CLIENT UNBLOCK");

    /// An error whose whole text is known when the program is written.
    pub(crate) const fn new(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// An error whose text is put together from what the client sent; line ends in it become spaces,
    /// and those at its end go.
    pub(crate) fn from_text(text: impl Into<String>) -> Self {
        let mut text: String = text.into();
        text.truncate(text.trim_end_matches(['\r', '\n']).len());
        if text.contains(['\r', '\n']) {
            return Self(Cow::Owned(text.replace(['\r', '\n'], " ")));
        }
        Self(Cow::Owned(text))
    }

    pub(crate) fn wrong_arity(command: &str) -> Self {
        Self::from_text(format!("ERR wrong number of arguments for '{command}' command"))
    }

    /// The text repeats at most [`ECHO_LIMIT`] bytes of the command and of its arguments.
    pub(crate) fn unknown_command(argv: &[Bytes]) -> Self {
        let mut echoed = String::new();
        for argument in argv.iter().skip(1) {
            if echoed.len() >= ECHO_LIMIT {
                break;
            }
            let room = ECHO_LIMIT - echoed.len();
            echoed.push_str(&format!("'{}' ", clip(argument, room)));
        }
        let name = argv.first().map(|name| clip(name, ECHO_LIMIT)).unwrap_or_default();
        if echoed.is_empty() {
            return Self::from_text(format!("ERR unknown command '{name}'"));
        }
        Self::from_text(format!("ERR unknown command '{name}', with args beginning with: {echoed}"))
    }

    pub(crate) fn unknown_subcommand(container: &str, subcommand: &[u8]) -> Self {
        let subcommand = clip(subcommand, ECHO_LIMIT);
        let container = container.to_ascii_uppercase();
        Self::from_text(format!("ERR unknown subcommand '{subcommand}'. Try {container} HELP."))
    }

    /// EXEC itself was refused, and the transaction is gone.
    pub(crate) fn exec_aborted(by: &Self) -> Self {
        let reason = by.text().strip_prefix("ERR ").unwrap_or(by.text());
        Self::from_text(format!("EXECABORT Transaction discarded because of: {reason}"))
    }

    /// For subcommands that tell so themselves; `argv` begins with the container.
    pub(crate) fn wrong_subcommand_arity(argv: &[Bytes]) -> Self {
        let word = |index: usize| text_of(argv.get(index).map(Bytes::as_ref).unwrap_or_default());
        let (container, subcommand) = (word(0).to_ascii_uppercase(), word(1));
        Self::from_text(format!(
            "ERR unknown subcommand or wrong number of arguments for '{subcommand}'. Try {container} HELP."
        ))
    }

    pub(crate) fn invalid_expire(command: &str) -> Self {
        Self::from_text(format!("ERR invalid expire time in '{command}' command"))
    }

    pub(crate) fn not_in_subscriber_mode(command: &str) -> Self {
        Self::from_text(format!(
            "ERR Can't execute '{command}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are \
             allowed in this context"
        ))
    }

    /// The whole text, prefix first.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CommandError {}

/// An argument as error texts repeat it: up to the first zero byte, where C ends strings.
pub(crate) fn text_of(argument: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(argument.split(|byte| *byte == 0).next().unwrap_or_default())
}

/// As [`text_of`], for texts that repeat no more than [`ECHO_LIMIT`] bytes.
pub(crate) fn echoed(argument: &[u8]) -> Cow<'_, str> {
    clip(argument, ECHO_LIMIT)
}

fn clip(bytes: &[u8], limit: usize) -> Cow<'_, str> {
    text_of(bytes.get(..limit).unwrap_or(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_command_repeats_its_first_arguments() {
        let argv = [Bytes::from("foo"), Bytes::from("a"), Bytes::from("b\r\n")];
        assert_eq!(
            CommandError::unknown_command(&argv).text(),
            "ERR unknown command 'foo', with args beginning with: 'a' 'b  ' "
        );
    }

    #[test]
    fn an_unknown_command_repeats_no_more_than_the_limit() {
        let argv = [Bytes::from("foo"), Bytes::from("a".repeat(500)), Bytes::from("b")];
        assert!(CommandError::unknown_command(&argv).text().ends_with(&format!("'{}' ", "a".repeat(128))));
    }
}
