//! The options that say how long a string lives: EX, PX, EXAT, PXAT, KEEPTTL and PERSIST.

use bytes::Bytes;

use crate::engine::clock::Millis;
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::number::integer;

/// How long a string is to live.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Lifetime<'a> {
    /// Nothing was said.
    #[default]
    Unsaid,
    /// As long as before.
    Keep,
    /// For ever.
    Persist,
    Expire(Unit, &'a Bytes),
}

/// What the number of an expiry counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Milliseconds,
    SecondsSinceEpoch,
    MillisecondsSinceEpoch,
}

impl Unit {
    fn from_word(word: &Bytes) -> Option<Self> {
        let units = [
            ("EX", Self::Seconds),
            ("PX", Self::Milliseconds),
            ("EXAT", Self::SecondsSinceEpoch),
            ("PXAT", Self::MillisecondsSinceEpoch),
        ];
        units.into_iter().find(|(name, _)| is_word(word, name)).map(|(_, unit)| unit)
    }

    /// The time that an argument means, in milliseconds since the epoch.
    pub(super) fn deadline(
        self,
        time: &Bytes,
        now: Millis,
        command: &'static str,
    ) -> Result<Millis, CommandError> {
        let time = integer(time)?;
        let (scale, base) = match self {
            Self::Seconds => (1000, now),
            Self::Milliseconds => (1, now),
            Self::SecondsSinceEpoch => (1000, 0),
            Self::MillisecondsSinceEpoch => (1, 0),
        };
        let scaled = Some(time).filter(|time| *time > 0).and_then(|time| time.checked_mul(scale));
        let deadline = scaled.and_then(|time| time.checked_add(base));
        deadline.ok_or_else(|| CommandError::invalid_expire(command))
    }
}

impl<'a> Lifetime<'a> {
    /// Takes an option in, if it is one of these and goes with what was said before. How many arguments it has.
    pub(super) fn accept(
        &mut self,
        options: &'a [Bytes],
        special: &str,
    ) -> Result<Option<usize>, CommandError> {
        let Some(option) = options.first() else { return Ok(None) };
        if is_word(option, special) {
            let (said, conflicts) = match special {
                "KEEPTTL" => (Self::Keep, matches!(self, Self::Expire(..) | Self::Persist)),
                _ => (Self::Persist, matches!(self, Self::Expire(..) | Self::Keep)),
            };
            *self = said;
            return if conflicts { Err(CommandError::SYNTAX) } else { Ok(Some(1)) };
        }
        let (Some(unit), Some(time)) = (Unit::from_word(option), options.get(1)) else { return Ok(None) };
        let conflicts = match self {
            Self::Unsaid => false,
            Self::Expire(said, _) => *said != unit,
            Self::Keep | Self::Persist => true,
        };
        *self = Self::Expire(unit, time);
        if conflicts { Err(CommandError::SYNTAX) } else { Ok(Some(2)) }
    }

    /// When the string expires, if a time was said.
    pub(super) fn deadline(self, ctx: &Context<'_>) -> Result<Option<Millis>, CommandError> {
        match self {
            Self::Expire(unit, time) => unit.deadline(time, ctx.now(), ctx.spec().name).map(Some),
            _ => Ok(None),
        }
    }
}
