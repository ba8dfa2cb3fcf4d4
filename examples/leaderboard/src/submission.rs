//! What a player sends: checked field by field, so that the message names what was wrong.

use std::fmt;

use serde_json::{Map, Value};

use crate::score::Score;

/// A player's name: 1 to 24 characters, without control characters or surrounding white space.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PlayerName(String);

impl PlayerName {
    /// The longest name, in characters: it fits a row on a phone.
    pub(crate) const MAX: usize = 24;

    /// Checks a name as it was sent.
    pub(crate) fn new(name: &str) -> Result<Self, Wrong> {
        let name = name.trim();
        let wrong = |message: String| Err(Wrong { field: "player", message });
        if name.is_empty() {
            return wrong("player must not be empty".to_owned());
        }
        if name.chars().count() > Self::MAX {
            return wrong(format!("player may have at most {} characters", Self::MAX));
        }
        if name.chars().any(char::is_control) {
            return wrong("player must not contain control characters".to_owned());
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A score for a player, as `POST /api/scores` takes it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Submission {
    /// Who scored.
    pub(crate) player: PlayerName,
    /// What was reached.
    pub(crate) score: Score,
}

impl Submission {
    /// Reads `{"player": …, "score": …}` and nothing else.
    pub(crate) fn from_json(body: &[u8]) -> Result<Self, Wrong> {
        let body: Value = serde_json::from_slice(body)
            .map_err(|error| Wrong { field: "body", message: format!("body is not JSON: {error}") })?;
        let Value::Object(fields) = body else {
            let message = format!("body must be an object with player and score, not {}", kind(&body));
            return Err(Wrong { field: "body", message });
        };
        if let Some(unknown) = fields.keys().find(|name| !matches!(name.as_str(), "player" | "score")) {
            let message = format!("unknown field {unknown:?}; expected player and score");
            return Err(Wrong { field: "body", message });
        }
        Ok(Self { player: player(&fields)?, score: score(&fields)? })
    }
}

/// What was wrong with the input: the field and a message for whoever sent it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wrong {
    /// `player`, `score`, `n`, or `body` for the whole of it.
    pub(crate) field: &'static str,
    /// One sentence that names the field.
    pub(crate) message: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

fn player(fields: &Map<String, Value>) -> Result<PlayerName, Wrong> {
    match fields.get("player") {
        Some(Value::String(name)) => PlayerName::new(name),
        Some(other) => Err(wrong_kind("player", "a string", other)),
        None => Err(Wrong { field: "player", message: "player is missing".to_owned() }),
    }
}

fn score(fields: &Map<String, Value>) -> Result<Score, Wrong> {
    let number = match fields.get("score") {
        Some(Value::Number(number)) => number,
        Some(other) => return Err(wrong_kind("score", "a number", other)),
        None => return Err(Wrong { field: "score", message: "score is missing".to_owned() }),
    };
    number
        .as_f64()
        .and_then(Score::submitted)
        .ok_or_else(|| Wrong { field: "score", message: format!("score must be from 0 to {}", Score::MAX) })
}

fn wrong_kind(field: &'static str, expected: &str, found: &Value) -> Wrong {
    Wrong { field, message: format!("{field} must be {expected}, not {}", kind(found)) }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &str) -> (&'static str, String) {
        let wrong = Submission::from_json(body.as_bytes()).unwrap_err();
        (wrong.field, wrong.message)
    }

    #[test]
    fn a_name_loses_its_surrounding_white_space() {
        let submission = Submission::from_json(br#"{"player":"  Ada ","score":12.5}"#).unwrap();
        assert_eq!(submission.player.as_str(), "Ada");
        assert_eq!(submission.score, Score::stored(12.5));
    }

    #[test]
    fn the_message_names_the_field_and_what_is_wrong_with_it() {
        for (body, field, message) in [
            (r#"{"score":1}"#, "player", "player is missing"),
            (r#"{"player":" ","score":1}"#, "player", "player must not be empty"),
            (r#"{"player":7,"score":1}"#, "player", "player must be a string, not a number"),
            (r#"{"player":"a\u0000b","score":1}"#, "player", "player must not contain control characters"),
            (r#"{"player":"ada"}"#, "score", "score is missing"),
            (r#"{"player":"ada","score":"9"}"#, "score", "score must be a number, not a string"),
            (r#"{"player":"ada","score":null}"#, "score", "score must be a number, not null"),
            (r#"{"player":"ada","score":-1}"#, "score", "score must be from 0 to 9007199254740991"),
            (r#"{"player":"ada","score":1,"x":2}"#, "body", "unknown field \"x\"; expected player and score"),
            ("[]", "body", "body must be an object with player and score, not an array"),
        ] {
            assert_eq!(refused(body), (field, message.to_owned()), "{body}");
        }
        assert!(refused("{").1.starts_with("body is not JSON"));
    }

    #[test]
    fn the_longest_name_is_counted_in_characters() {
        assert!(PlayerName::new(&"ä".repeat(24)).is_ok());
        let wrong = PlayerName::new(&"ä".repeat(25)).unwrap_err();
        assert_eq!(wrong.message, "player may have at most 24 characters");
    }
}
