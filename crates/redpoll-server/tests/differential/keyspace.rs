//! Everything a server holds, read from outside.

use crate::allowed;
use crate::compare;
use crate::reply::Reply;
use crate::script::Argv;
use crate::wire::Wire;

const DATABASES: usize = 16;

/// One thing that was read, and what it was asked with.
#[derive(Debug, Clone)]
pub struct Reading {
    pub question: String,
    pub answer: Reply,
}

impl Reading {
    /// Whether two servers hold the same, as far as this reading goes.
    pub fn agrees_with(&self, other: &Self) -> bool {
        let is_time = self.question.contains("PTTL") || self.question.contains("HPEXPIRETIME");
        let same =
            self.answer == other.answer || is_time && compare::is_near(&self.answer, &other.answer, 2000);
        // Only scores are doubles: nothing else may be printed in two ways.
        let has_scores = self.answer.leaves().iter().any(|leaf| matches!(leaf, Reply::Double(_)));
        self.question == other.question
            && (same || has_scores && allowed::is_same_but_longer(&self.answer, &other.answer))
    }
}

/// Reads all keys of all databases: type, time to live, encoding, contents.
pub fn read(control: &mut Wire, has_field_expiry: bool) -> Vec<Reading> {
    let sizes = control.ask_all(
        &(0..DATABASES)
            .flat_map(|db| [words(&["SELECT", &db.to_string()]), words(&["DBSIZE"])])
            .collect::<Vec<_>>(),
    );
    let mut readings = Vec::new();
    for db in (0..DATABASES).filter(|db| sizes[db * 2 + 1] != Reply::Integer(0)) {
        read_database(control, db, has_field_expiry, &mut readings);
    }
    control.ask(&["SELECT", "0"]);
    readings
}

fn read_database(control: &mut Wire, db: usize, has_field_expiry: bool, readings: &mut Vec<Reading>) {
    control.ask(&["SELECT", &db.to_string()]);
    let keys = control.ask(&["KEYS", "*"]);
    let mut keys: Vec<Vec<u8>> =
        keys.elements().iter().filter_map(|key| key.bytes()).map(<[u8]>::to_vec).collect();
    keys.sort();
    let facts: Vec<Argv> = keys.iter().flat_map(|key| facts(key)).collect();
    let answers = control.ask_all(&facts);
    for (key, answers) in keys.iter().zip(answers.chunks_exact(3)) {
        let mut note = |what: &str, answer: Reply| {
            let question = format!("SELECT {db}; {what} \"{}\"", key.escape_ascii());
            readings.push(Reading { question, answer });
        };
        note("TYPE", answers[0].clone());
        note("PTTL", answers[1].clone());
        note("OBJECT ENCODING", answers[2].clone());
        let (kind, encoding) =
            (answers[0].bytes().unwrap_or_default(), answers[2].bytes().unwrap_or_default());
        let contents = contents(control, key, kind, encoding);
        if has_field_expiry && kind == b"hash" {
            note("HPEXPIRETIME", field_deadlines(control, key, &contents));
        }
        note("contents of", contents);
    }
}

fn facts(key: &[u8]) -> [Argv; 3] {
    [
        vec![b"TYPE".to_vec(), key.to_vec()],
        vec![b"PTTL".to_vec(), key.to_vec()],
        vec![b"OBJECT".to_vec(), b"ENCODING".to_vec(), key.to_vec()],
    ]
}

/// In the order that the server keeps, where that is one the client can see.
fn contents(control: &mut Wire, key: &[u8], kind: &[u8], encoding: &[u8]) -> Reply {
    let mut argv = match kind {
        b"string" => words(&["GET"]),
        b"list" => words(&["LRANGE", "0", "-1"]),
        b"set" => words(&["SMEMBERS"]),
        b"hash" => words(&["HGETALL"]),
        b"zset" => words(&["ZRANGE", "0", "-1", "WITHSCORES"]),
        _ => return Reply::Null,
    };
    argv.insert(1, key.to_vec());
    let contents = control.ask_all(&[argv]).remove(0);
    if encoding == b"listpack" || encoding == b"intset" { contents } else { compare::in_order(&contents) }
}

/// By field, in the order of their names.
fn field_deadlines(control: &mut Wire, key: &[u8], contents: &Reply) -> Reply {
    let Reply::Map(pairs) = compare::in_order(contents) else { return Reply::Null };
    let mut argv = words(&["HPEXPIRETIME", "FIELDS", &pairs.len().to_string()]);
    argv.insert(1, key.to_vec());
    argv.extend(pairs.iter().filter_map(|(field, _)| field.bytes()).map(<[u8]>::to_vec));
    control.ask_all(&[argv]).remove(0)
}

fn words(words: &[&str]) -> Argv {
    words.iter().map(|word| word.as_bytes().to_vec()).collect()
}
