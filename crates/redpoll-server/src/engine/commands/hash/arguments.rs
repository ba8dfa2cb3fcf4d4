//! What the commands for the expiry of fields have in common: `FIELDS numfields field …`, and times.

use bytes::Bytes;

use crate::engine::clock::Millis;
use crate::engine::commands::is_word;
use crate::engine::error::{CommandError, text_of};
use crate::engine::number::{integer, parse_integer};

const FIELDS_MISPLACED: CommandError =
    CommandError::new("ERR Mandatory argument FIELDS is missing or not at the right position");
const NUMBER_NOT_POSITIVE: CommandError =
    CommandError::new("ERR Number of fields must be a positive integer");
const NUMBER_DIFFERS: CommandError =
    CommandError::new("ERR The `numfields` parameter must match the number of arguments");
const NEGATIVE_TIME: CommandError = CommandError::new("ERR invalid expire time, must be >= 0");

/// Redis keeps 46 bits of the time at which a field expires.
const LATEST: Millis = (1 << 46) - 1;

/// The fields of a command that takes nothing else: `FIELDS numfields field …`, up to the end.
pub(super) fn fields_only(arguments: &[Bytes]) -> Result<&[Bytes], CommandError> {
    let [word, number, fields @ ..] = arguments else { return Err(FIELDS_MISPLACED) };
    if !is_word(word, "FIELDS") {
        return Err(FIELDS_MISPLACED);
    }
    let number = parse_integer(number).filter(|number| *number > 0).ok_or(NUMBER_NOT_POSITIVE)?;
    if usize::try_from(number) == Ok(fields.len()) { Ok(fields) } else { Err(NUMBER_DIFFERS) }
}

/// A number of fields.
pub(super) fn positive(text: &[u8]) -> Option<usize> {
    let number = i32::try_from(parse_integer(text)?).ok()?;
    usize::try_from(number).ok().filter(|number| *number > 0)
}

/// How a command, or an option, gives the time at which fields expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimeFormat {
    /// How many milliseconds one of the unit has.
    pub(super) unit: Millis,
    /// Whether the time is counted from now.
    pub(super) relative: bool,
}

impl TimeFormat {
    pub(super) const SECONDS: Self = Self { unit: 1000, relative: true };
    pub(super) const MILLIS: Self = Self { unit: 1, relative: true };
    pub(super) const UNIX_SECONDS: Self = Self { unit: 1000, relative: false };
    pub(super) const UNIX_MILLIS: Self = Self { unit: 1, relative: false };

    /// The option with this name.
    pub(super) fn of_option(word: &[u8]) -> Option<Self> {
        let options = [
            ("EX", Self::SECONDS),
            ("PX", Self::MILLIS),
            ("EXAT", Self::UNIX_SECONDS),
            ("PXAT", Self::UNIX_MILLIS),
        ];
        options.iter().find(|(name, _)| is_word(word, name)).map(|(_, format)| *format)
    }

    pub(super) fn parse(self, text: &[u8], now: Millis, command: &str) -> Result<Millis, CommandError> {
        let time = integer(text)?;
        if time < 0 {
            return Err(NEGATIVE_TIME);
        }
        let start = if self.relative { now } else { 0 };
        let at = time.checked_mul(self.unit).and_then(|time| time.checked_add(start));
        at.filter(|at| *at <= LATEST).ok_or_else(|| CommandError::invalid_expire(command))
    }
}

pub(super) fn unknown_argument(argument: &[u8]) -> CommandError {
    CommandError::from_text(format!("ERR unknown argument: {}", text_of(argument)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_bounded() {
        let parse = |format: TimeFormat, text: &str| format.parse(text.as_bytes(), 1000, "x");
        assert_eq!(parse(TimeFormat::SECONDS, "2"), Ok(3000));
        assert_eq!(parse(TimeFormat::UNIX_MILLIS, "70368744177663"), Ok(LATEST));
        let invalid = CommandError::invalid_expire("x");
        assert_eq!(parse(TimeFormat::UNIX_MILLIS, "70368744177664"), Err(invalid.clone()));
        assert_eq!(parse(TimeFormat::MILLIS, "70368744177663"), Err(invalid.clone()));
        assert_eq!(parse(TimeFormat::SECONDS, "9223372036854775807"), Err(invalid));
        assert_eq!(parse(TimeFormat::SECONDS, "-1"), Err(NEGATIVE_TIME));
    }

    #[test]
    fn fields_are_counted() {
        let parse = |line: &str| {
            let arguments: Vec<Bytes> = line.split(' ').map(|word| Bytes::from(word.to_owned())).collect();
            fields_only(&arguments).map(<[Bytes]>::len)
        };
        assert_eq!(parse("fields 2 a b"), Ok(2));
        assert_eq!(parse("FIELDS 3 a b"), Err(NUMBER_DIFFERS));
        assert_eq!(parse("FIELDS 0 a b"), Err(NUMBER_NOT_POSITIVE));
        assert_eq!(parse("2 a b"), Err(FIELDS_MISPLACED));
    }
}
