//! Commands that pick at random or walk with a cursor: each server is checked against itself.

use std::collections::BTreeSet;

use crate::kind;
use crate::reply::Reply;
use crate::script::Argv;
use crate::wire::Wire;

/// A walk that takes longer does not end.
const LONGEST_WALK: usize = 5000;

/// The command that reads everything `argv` may pick from.
pub fn base(argv: &Argv) -> Argv {
    let words: &[&[u8]] = match kind::name(argv).as_str() {
        "hrandfield" => &[b"HGETALL"],
        "zrandmember" => &[b"ZRANGE", b"0", b"-1", b"WITHSCORES"],
        "randomkey" => &[b"KEYS", b"*"],
        _ => &[b"SMEMBERS"],
    };
    let mut base: Argv = words.iter().map(|word| word.to_vec()).collect();
    if kind::name(argv) != "randomkey"
        && let Some(key) = argv.get(1)
    {
        base.insert(1, key.clone());
    }
    base
}

/// What is wrong with a pick.
pub fn fault(argv: &Argv, base: &Reply, pick: &Reply) -> Option<String> {
    if pick.is_error() || base.is_error() {
        return None;
    }
    let known: BTreeSet<&Reply> = base.leaves().into_iter().collect();
    let picked = pick.leaves();
    let is_known = |leaf: &&Reply| matches!(leaf, Reply::Null | Reply::NullBulk) || known.contains(leaf);
    if let Some(stranger) = picked.iter().find(|leaf| !is_known(leaf)) {
        return Some(format!("{stranger} was not there"));
    }
    let count: i64 = argv.get(2).and_then(|count| std::str::from_utf8(count).ok()?.parse().ok()).unwrap_or(0);
    let distinct: BTreeSet<&Reply> = picked.iter().copied().collect();
    (argv.len() == 3 && count > 0 && distinct.len() < picked.len())
        .then(|| "the same was picked twice".to_owned())
}

/// Everything a cursor shows from 0 to the end, each once and sorted; or what went wrong.
pub fn walk(wire: &mut Wire, argv: &Argv) -> Reply {
    let mut argv = argv.clone();
    let place = if kind::name(&argv) == "scan" { 1 } else { 2 };
    if argv.get(place).is_none_or(|cursor| cursor != b"0") {
        return first_page_without_cursor(wire, argv);
    }
    let in_pairs = is_in_pairs(&argv);
    let mut seen = BTreeSet::new();
    for _ in 0..LONGEST_WALK {
        let reply = wire.ask_all(std::slice::from_ref(&argv)).remove(0);
        let Reply::Array(page) = &reply else { return reply };
        let [Reply::Bulk(cursor), elements] = page.as_slice() else { return reply };
        let elements = elements.elements();
        seen.extend(
            elements
                .chunks(if in_pairs { 2 } else { 1 })
                .map(|chunk| Reply::Array(chunk.iter().map(|element| (*element).clone()).collect())),
        );
        if cursor == b"0" {
            return Reply::Array(seen.into_iter().collect());
        }
        argv[place].clone_from(cursor);
    }
    Reply::Garbage(b"a walk without end".to_vec())
}

fn is_in_pairs(argv: &Argv) -> bool {
    let without_values = argv.iter().any(|argument| argument.eq_ignore_ascii_case(b"NOVALUES"));
    match kind::name(argv).as_str() {
        "hscan" => !without_values,
        "zscan" => true,
        _ => false,
    }
}

/// A cursor out of thin air: errors are compared, pages are the server's own.
fn first_page_without_cursor(wire: &mut Wire, argv: Argv) -> Reply {
    let reply = wire.ask_all(&[argv]).remove(0);
    if reply.is_error() { reply } else { Reply::Simple(b"a page".to_vec()) }
}
