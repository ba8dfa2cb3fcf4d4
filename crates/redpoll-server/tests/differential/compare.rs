//! When two replies are the same.

use crate::kind::{self, Rule};
use crate::reply::Reply;
use crate::script::Argv;

/// Whether the replies to a command say the same.
pub fn same(argv: &Argv, real: &Reply, embedded: &Reply) -> bool {
    let (real, embedded) = (&in_order(real), &in_order(embedded));
    if real == embedded {
        return true;
    }
    if real.is_error() || embedded.is_error() {
        return false;
    }
    match kind::nested(argv) {
        // What a script makes of a reply without order has none either.
        // The sets of COMMAND INFO lose theirs on the way through Lua.
        Some(nested) if kind::name(&nested) == "command|info" => {
            same_after_script(Rule::Unordered, real, embedded)
        }
        Some(nested) => same_after_script(kind::rule(&nested), real, embedded),
        None => same_by(kind::rule(argv), real, embedded),
    }
}

fn same_by(rule: Rule, real: &Reply, embedded: &Reply) -> bool {
    match rule {
        Rule::Exact => false,
        Rule::Unordered => sorted(real.elements()) == sorted(embedded.elements()),
        Rule::UnorderedPairs => pairs(real) == pairs(embedded),
        Rule::Near(tolerance) => is_near(real, embedded, tolerance),
        Rule::Greeting => without_identity(real) == without_identity(embedded),
        Rule::Type => std::mem::discriminant(real) == std::mem::discriminant(embedded),
    }
}

fn same_after_script(rule: Rule, real: &Reply, embedded: &Reply) -> bool {
    match rule {
        Rule::Exact => false,
        Rule::Unordered | Rule::UnorderedPairs => sorted(real.leaves()) == sorted(embedded.leaves()),
        rule => same_by(rule, real, embedded),
    }
}

/// Sets and maps have no order in RESP3.
pub fn in_order(reply: &Reply) -> Reply {
    let each = |elements: &[Reply]| -> Vec<Reply> { elements.iter().map(in_order).collect() };
    match reply {
        Reply::Set(elements) => {
            let mut elements = each(elements);
            elements.sort();
            Reply::Set(elements)
        }
        Reply::Map(pairs) => {
            let mut pairs: Vec<_> =
                pairs.iter().map(|(key, value)| (in_order(key), in_order(value))).collect();
            pairs.sort();
            Reply::Map(pairs)
        }
        Reply::Array(elements) => Reply::Array(each(elements)),
        Reply::Push(elements) => Reply::Push(each(elements)),
        scalar => scalar.clone(),
    }
}

/// Patterns that match the same message, and channels that are left together, come in any order.
pub fn in_order_pushes(replies: &mut [Reply]) {
    let mut rest = replies;
    while !rest.is_empty() {
        let run = rest.iter().skip(1).take_while(|reply| may_change_places(&rest[0], reply)).count() + 1;
        let (together, after) = rest.split_at_mut(run);
        if run > 1 {
            sort_by_name(together);
        }
        rest = after;
    }
}

fn may_change_places(first: &Reply, other: &Reply) -> bool {
    let kind = first.push_kind();
    match kind {
        Some(b"pmessage") => kind == other.push_kind() && first.elements()[2..] == other.elements()[2..],
        Some(b"unsubscribe" | b"punsubscribe" | b"sunsubscribe") => kind == other.push_kind(),
        _ => false,
    }
}

/// The name is the second element; the counts behind it stay where they are.
fn sort_by_name(pushes: &mut [Reply]) {
    let mut names: Vec<Reply> = pushes.iter().map(|push| push.elements()[1].clone()).collect();
    names.sort();
    for (push, name) in pushes.iter_mut().zip(names) {
        if let Reply::Push(elements) | Reply::Array(elements) = push {
            elements[1] = name;
        }
    }
}

fn sorted(mut replies: Vec<&Reply>) -> Vec<&Reply> {
    replies.sort();
    replies
}

fn pairs(reply: &Reply) -> Vec<Vec<&Reply>> {
    let mut pairs: Vec<Vec<&Reply>> = reply.elements().chunks(2).map(<[_]>::to_vec).collect();
    pairs.sort();
    pairs
}

pub fn is_near(real: &Reply, embedded: &Reply, tolerance: i64) -> bool {
    match (real, embedded) {
        (Reply::Integer(a), Reply::Integer(b)) => {
            a == b || (*a >= 0 && *b >= 0 && a.abs_diff(*b) <= tolerance as u64)
        }
        (Reply::Array(a), Reply::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_near(a, b, tolerance))
        }
        _ => real == embedded,
    }
}

fn without_identity(reply: &Reply) -> Vec<Vec<&Reply>> {
    let is_own = |name: &Reply| matches!(name.bytes(), Some(b"id" | b"version" | b"modules"));
    pairs(reply).into_iter().filter(|pair| !is_own(pair[0])).collect()
}

/// The types and lengths, without what is in them.
pub fn shape(reply: &Reply) -> Reply {
    match reply {
        Reply::Array(elements) => Reply::Array(elements.iter().map(shape).collect()),
        Reply::Set(elements) => Reply::Set(elements.iter().map(shape).collect()),
        Reply::Bulk(_) => Reply::Bulk(Vec::new()),
        Reply::Double(_) => Reply::Double(Vec::new()),
        Reply::Integer(_) => Reply::Integer(0),
        other => other.clone(),
    }
}
