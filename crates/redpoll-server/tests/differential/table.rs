//! What COMMAND says about each command of the embedded server, beside what the real one says.

use std::collections::BTreeMap;

use crate::compare;
use crate::reply::Reply;

/// What the elements of a row are.
const COLUMNS: [&str; 9] =
    ["name", "arity", "flags", "first key", "last key", "step", "categories", "tips", "key specifications"];
const SUBCOMMANDS: usize = 9;

/// Where the rows that both servers have differ.
pub fn differences(real: &Reply, embedded: &Reply) -> Vec<String> {
    let theirs = rows(real);
    let mut found = Vec::new();
    for (name, ours) in rows(embedded) {
        let Some(theirs) = theirs.get(&name) else { continue };
        for (index, column) in COLUMNS.iter().enumerate() {
            let cell = |row: &Reply| compare::in_order(&without_notes(row.elements()[index]));
            let (real, embedded) = (cell(theirs), cell(ours));
            if real != embedded {
                found.push(format!("{name}, {column}: real {real}, embedded {embedded}"));
            }
        }
        found.extend(differences(theirs.elements()[SUBCOMMANDS], ours.elements()[SUBCOMMANDS]));
    }
    found
}

fn rows(list: &Reply) -> BTreeMap<String, &Reply> {
    let name = |row: &Reply| row.elements().first().map(ToString::to_string).unwrap_or_default();
    list.elements().into_iter().map(|row| (name(row), row)).collect()
}

/// Key specifications without the prose about them.
fn without_notes(cell: &Reply) -> Reply {
    match cell {
        Reply::Set(elements) => Reply::Set(elements.iter().map(without_notes).collect()),
        Reply::Map(pairs) => {
            let is_note = |key: &Reply| key.bytes() == Some(b"notes");
            Reply::Map(pairs.iter().filter(|(key, _)| !is_note(key)).cloned().collect())
        }
        other => other.clone(),
    }
}
