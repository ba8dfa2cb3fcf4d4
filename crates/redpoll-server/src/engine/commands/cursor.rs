//! What the SCAN commands have in common: the cursor and the options.

use bytes::Bytes;

use crate::engine::commands::is_word;
use crate::engine::error::CommandError;
use crate::engine::number::{integer, parse_integer};
use crate::engine::pattern;
use crate::engine::reply::Reply;
use crate::engine::scan::Page;

const DEFAULT_COUNT: usize = 10;
const NOVALUES_OUTSIDE_HSCAN: CommandError =
    CommandError::new("ERR NOVALUES option can only be used in HSCAN");

/// The options of a SCAN command.
#[derive(Debug)]
pub(super) struct ScanOptions {
    pub(super) count: usize,
    pub(super) pattern: Option<Bytes>,
    /// SCAN alone has it.
    pub(super) kind: Option<Bytes>,
    /// HSCAN alone has it.
    pub(super) no_values: bool,
}

impl ScanOptions {
    /// `command` is the one whose own options are allowed: `scan`, `hscan`, ….
    pub(super) fn parse(arguments: &[Bytes], command: &str) -> Result<Self, CommandError> {
        let mut options = Self { count: DEFAULT_COUNT, pattern: None, kind: None, no_values: false };
        let mut arguments = arguments.iter();
        while let Some(word) = arguments.next() {
            if is_word(word, "NOVALUES") {
                if command != "hscan" {
                    return Err(NOVALUES_OUTSIDE_HSCAN);
                }
                options.no_values = true;
                continue;
            }
            let value = arguments.next().ok_or(CommandError::SYNTAX)?;
            if is_word(word, "COUNT") {
                let count = usize::try_from(integer(value)?).ok().filter(|count| *count > 0);
                options.count = count.ok_or(CommandError::SYNTAX)?;
            } else if is_word(word, "MATCH") {
                options.pattern = Some(value.clone());
            } else if is_word(word, "TYPE") && command == "scan" {
                options.kind = Some(value.clone());
            } else {
                return Err(CommandError::SYNTAX);
            }
        }
        Ok(options)
    }

    pub(super) fn matches(&self, element: &[u8]) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern::selects(pattern, element))
    }
}

/// Reads a cursor as `strtoull` does: it takes leading spaces and a sign, and what is below zero counts from the
/// other end. Only what is a negative number to everybody is refused.
pub(super) fn parse_cursor(text: &[u8]) -> Result<u64, CommandError> {
    let text = std::str::from_utf8(text).map_err(|_| CommandError::INVALID_CURSOR)?;
    let trimmed = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    match trimmed.strip_prefix('-') {
        Some(_) if parse_integer(text.as_bytes()).is_some() => return Err(CommandError::INVALID_CURSOR),
        Some(digits) if !digits.starts_with('+') => digits.parse().map(u64::wrapping_neg),
        _ => trimmed.parse(),
    }
    .map_err(|_| CommandError::INVALID_CURSOR)
}

/// The next cursor and the elements, as every SCAN command replies them.
pub(super) fn page_reply(page: &Page, elements: Vec<Reply>) -> Reply {
    Reply::Array(vec![Reply::bulk(page.cursor.to_string()), Reply::Array(elements)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_unsigned_numbers() {
        for (text, cursor) in [("0", 0), ("00", 0), (" 7", 7), ("+7", 7), ("18446744073709551615", u64::MAX)]
        {
            assert_eq!(parse_cursor(text.as_bytes()), Ok(cursor), "{text}");
        }
        for text in ["", "a", "-1", "0x1", "1 ", "18446744073709551616"] {
            assert_eq!(parse_cursor(text.as_bytes()), Err(CommandError::INVALID_CURSOR), "{text}");
        }
    }
}
