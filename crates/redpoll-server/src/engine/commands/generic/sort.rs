//! SORT and SORT_RO.

use std::cmp::Ordering;

use bytes::Bytes;

use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::database::Database;
use crate::engine::error::CommandError;
use crate::engine::event::EventClass;
use crate::engine::number::integer;
use crate::engine::reply::Reply;
use crate::engine::value::Value;
use crate::engine::value::list::{End, List, Packing};
use crate::engine::value::sorted_set::SortedSet;

const NOT_NUMBERS: CommandError = CommandError::new("ERR One or more scores can't be converted into double");

const BY_DENIED: CommandError =
    CommandError::new("ERR BY option of SORT denied due to insufficient ACL permissions.");
const GET_DENIED: CommandError =
    CommandError::new("ERR GET option of SORT denied due to insufficient ACL permissions.");

pub(super) fn sort(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let options = Options::parse(&argv[2..], true, ctx.may_read_all_keys(argv))?;
    let sorted = sorted(ctx, &argv[1], &options)?;
    Ok(match options.store {
        Some(destination) => store(ctx, destination, sorted),
        None => Reply::Array(sorted.into_iter().map(Reply::bulk_or_null).collect()),
    })
}

pub(super) fn sort_ro(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let options = Options::parse(&argv[2..], false, ctx.may_read_all_keys(argv))?;
    let sorted = sorted(ctx, &argv[1], &options)?;
    Ok(Reply::Array(sorted.into_iter().map(Reply::bulk_or_null).collect()))
}

#[derive(Debug, Default)]
struct Options<'a> {
    by: Option<Pattern<'a>>,
    limit: Option<(i64, i64)>,
    get: Vec<Pattern<'a>>,
    descending: bool,
    by_bytes: bool,
    store: Option<&'a Bytes>,
}

impl<'a> Options<'a> {
    /// Patterns can name any key: they need the permission to read all.
    fn parse(mut arguments: &'a [Bytes], may_store: bool, may_read_all: bool) -> Result<Self, CommandError> {
        let mut options = Self::default();
        while let [word, rest @ ..] = arguments {
            arguments = match rest {
                _ if is_word(word, "ASC") => {
                    options.descending = false;
                    rest
                }
                _ if is_word(word, "DESC") => {
                    options.descending = true;
                    rest
                }
                _ if is_word(word, "ALPHA") => {
                    options.by_bytes = true;
                    rest
                }
                [offset, count, rest @ ..] if is_word(word, "LIMIT") => {
                    options.limit = Some((integer(offset)?, integer(count)?));
                    rest
                }
                [destination, rest @ ..] if may_store && is_word(word, "STORE") => {
                    options.store = Some(destination);
                    rest
                }
                [pattern, rest @ ..] if is_word(word, "BY") => {
                    // Once said, "in no order" stays, whatever is said after it.
                    if !options.keeps_order() {
                        options.by = Some(Pattern::weight(pattern));
                    }
                    if !options.keeps_order() && !may_read_all {
                        return Err(BY_DENIED);
                    }
                    rest
                }
                [_, ..] if is_word(word, "GET") && !may_read_all => return Err(GET_DENIED),
                [pattern, rest @ ..] if is_word(word, "GET") => {
                    options.get.push(Pattern::new(pattern));
                    rest
                }
                _ => return Err(CommandError::SYNTAX),
            };
        }
        Ok(options)
    }

    /// Whether the elements are to stay in the order they have.
    fn keeps_order(&self) -> bool {
        matches!(self.by, Some(Pattern::Constant))
    }

    /// The part of the elements that LIMIT asks for.
    fn window<T>(&self, mut elements: Vec<T>) -> Vec<T> {
        let Some((offset, count)) = self.limit else { return elements };
        let offset = usize::try_from(offset).unwrap_or(0).min(elements.len());
        elements.drain(..offset);
        elements.truncate(usize::try_from(count).unwrap_or(usize::MAX));
        elements
    }
}

/// The place of a value that belongs to an element: `weight_*`, `object_*->field`, `#`.
#[derive(Debug, Clone, Copy)]
enum Pattern<'a> {
    Element,
    Value {
        prefix: &'a [u8],
        suffix: &'a [u8],
        field: Option<&'a [u8]>,
    },
    /// There is no `*` in it.
    Constant,
}

impl<'a> Pattern<'a> {
    fn new(text: &'a [u8]) -> Self {
        if text == b"#" {
            return Self::Element;
        }
        let Some(star) = text.iter().position(|byte| *byte == b'*') else { return Self::Constant };
        let (prefix, suffix) = (&text[..star], &text[star + 1..]);
        let arrow = suffix.windows(2).position(|pair| pair == b"->").filter(|at| at + 2 < suffix.len());
        match arrow {
            Some(at) => Self::Value { prefix, suffix: &suffix[..at], field: Some(&suffix[at + 2..]) },
            None => Self::Value { prefix, suffix, field: None },
        }
    }

    /// BY takes `#` for a name like any other.
    fn weight(text: &'a [u8]) -> Self {
        if text == b"#" { Self::Constant } else { Self::new(text) }
    }

    fn lookup(self, db: &Database, element: &Bytes) -> Option<Bytes> {
        let (prefix, suffix, field) = match self {
            Self::Element => return Some(element.clone()),
            Self::Constant => return None,
            Self::Value { prefix, suffix, field } => (prefix, suffix, field),
        };
        let entry = db.get(&[prefix, element, suffix].concat())?;
        match (&entry.value, field) {
            (Value::String(text), None) => Some(text.bytes().clone()),
            (Value::Hash(hash), Some(field)) => hash.get(field).map(|field| field.value.clone()),
            _ => None,
        }
    }
}

/// What the command replies: per element, itself or what GET asks for.
fn sorted(
    ctx: &mut Context<'_>,
    key: &Bytes,
    options: &Options<'_>,
) -> Result<Vec<Option<Bytes>>, CommandError> {
    let (elements, is_set) = elements(ctx, key)?;
    let db = ctx.db();
    let keeps_order = options.keeps_order();
    let sorted = if keeps_order && is_set && options.store.is_some() {
        // Sets have no order, but what is stored is to be the same everywhere.
        options.window(order(elements, None, true, options.descending, db)?)
    } else if keeps_order {
        let mut elements = elements;
        if options.descending && !is_set {
            elements.reverse();
        }
        options.window(elements)
    } else {
        options.window(order(elements, options.by, options.by_bytes, options.descending, db)?)
    };
    if options.get.is_empty() {
        return Ok(sorted.into_iter().map(Some).collect());
    }
    let got = |element: &Bytes| -> Vec<Option<Bytes>> {
        options.get.iter().map(|pattern| pattern.lookup(db, element)).collect()
    };
    Ok(sorted.iter().flat_map(got).collect())
}

/// The elements of a list, a set or a sorted set, and whether it is a set.
fn elements(ctx: &mut Context<'_>, key: &Bytes) -> Result<(Vec<Bytes>, bool), CommandError> {
    if !ctx.client().no_touch {
        ctx.db_mut().access(key);
    }
    // Redis changes the encoding for good, to be able to go by rank.
    if let Ok(Some(set)) = ctx.modify::<SortedSet>(key) {
        set.outgrow();
    }
    match ctx.db().get(key).map(|entry| &entry.value) {
        None => Ok((Vec::new(), false)),
        Some(Value::List(list)) => Ok((list.iter().cloned().collect(), false)),
        Some(Value::Set(set)) => Ok((set.iter().cloned().collect(), true)),
        Some(Value::SortedSet(set)) => Ok((set.iter().map(|ranked| ranked.member.clone()).collect(), false)),
        Some(_) => Err(CommandError::WRONG_TYPE),
    }
}

fn order(
    elements: Vec<Bytes>,
    by: Option<Pattern<'_>>,
    by_bytes: bool,
    descending: bool,
    db: &Database,
) -> Result<Vec<Bytes>, CommandError> {
    let weight = |element: &Bytes| by.map_or_else(|| Some(element.clone()), |by| by.lookup(db, element));
    if by_bytes {
        let weighed = elements.into_iter().map(|element| (weight(&element), element)).collect();
        return Ok(by_weight(weighed, descending, Ord::cmp, |_, _| Ordering::Equal));
    }
    let number = |element: &Bytes| weight(element).map_or(Some(0.0), |text| parse_weight(&text));
    let weigh = |element: Bytes| number(&element).map(|number| (number, element));
    let weighed: Option<Vec<(f64, Bytes)>> = elements.into_iter().map(weigh).collect();
    Ok(by_weight(weighed.ok_or(NOT_NUMBERS)?, descending, f64::total_cmp, Ord::cmp))
}

/// Sorts by weight, then by what decides among equals.
fn by_weight<W>(
    mut weighed: Vec<(W, Bytes)>,
    descending: bool,
    compare: impl Fn(&W, &W) -> Ordering,
    among_equals: impl Fn(&Bytes, &Bytes) -> Ordering,
) -> Vec<Bytes> {
    weighed.sort_by(|(a_weight, a), (b_weight, b)| {
        let order = compare(a_weight, b_weight).then_with(|| among_equals(a, b));
        if descending { order.reverse() } else { order }
    });
    weighed.into_iter().map(|(_, element)| element).collect()
}

/// Reads a number, more leniently than other commands: nothing at all counts as 0, what is too large as infinite,
/// and what comes after a zero byte not at all. Zero has no sign.
fn parse_weight(text: &[u8]) -> Option<f64> {
    let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
    if text.is_empty() {
        return Some(0.0);
    }
    let value: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    (!value.is_nan()).then_some(value + 0.0)
}

fn store(ctx: &mut Context<'_>, destination: &Bytes, sorted: Vec<Option<Bytes>>) -> Reply {
    if sorted.is_empty() {
        ctx.delete(destination);
        return Reply::Integer(0);
    }
    let mut list = List::default();
    sorted.into_iter().for_each(|element| list.push(End::Right, element.unwrap_or_default()));
    list.fit(Packing::of(&ctx.engine.config));
    let count = list.len();
    ctx.db_mut().insert(destination, Value::List(list));
    ctx.touch(destination);
    ctx.notify(EventClass::List, "sortstore", destination);
    Reply::count(count)
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn elements_are_sorted_as_numbers_or_as_bytes() {
        let mut probe = Probe::new();
        probe.run("RPUSH l 3 1 2 10");
        for (options, reply) in [
            ("", "*4 $1 1 $1 2 $1 3 $2 10"),
            ("DESC", "*4 $2 10 $1 3 $1 2 $1 1"),
            ("ALPHA", "*4 $1 1 $2 10 $1 2 $1 3"),
            ("LIMIT 1 2", "*2 $1 2 $1 3"),
            ("LIMIT -1 2", "*2 $1 1 $1 2"),
            ("LIMIT 2 -1", "*2 $1 3 $2 10"),
            ("BY nosort", "*4 $1 3 $1 1 $1 2 $2 10"),
            ("BY nosort BY w_*", "*4 $1 3 $1 1 $1 2 $2 10"),
            ("BY # DESC", "*4 $2 10 $1 2 $1 1 $1 3"),
            ("BY nosort DESC", "*4 $2 10 $1 2 $1 1 $1 3"),
            ("LIMIT 1", "-ERR syntax error"),
            ("LIMIT x 1", "-ERR value is not an integer or out of range"),
            ("FOO", "-ERR syntax error"),
        ] {
            assert_eq!(probe.run(&format!("SORT l {options}")), reply, "{options}");
        }
        assert_eq!(probe.run("SORT_RO l STORE m"), "-ERR syntax error");
        assert_eq!(probe.run("SORT missing"), "*0");
        probe.run("RPUSH l x");
        assert_eq!(probe.run("SORT l"), "-ERR One or more scores can't be converted into double");
        probe.run("SET s x");
        assert_eq!(probe.run("SORT s"), "-WRONGTYPE Operation against a key holding the wrong kind of value");
    }

    #[test]
    fn weights_and_results_come_from_other_keys() {
        let mut probe = Probe::new();
        probe.run("RPUSH l a b c");
        probe.run("MSET w_a 3 w_b 2 w_c 1 name_c see");
        for (options, reply) in [
            ("BY w_*", "*3 $1 c $1 b $1 a"),
            ("BY w_* DESC", "*3 $1 a $1 b $1 c"),
            ("BY none_*", "*3 $1 a $1 b $1 c"),
            ("BY w_* ALPHA", "*3 $1 c $1 b $1 a"),
            ("BY w_* GET # GET name_* LIMIT 0 2", "*4 $1 c $3 see $1 b $-1"),
            ("ALPHA GET plain LIMIT 0 1", "*1 $-1"),
        ] {
            assert_eq!(probe.run(&format!("SORT l {options}")), reply, "{options}");
        }
    }

    #[test]
    fn a_sorted_set_that_was_sorted_has_its_large_encoding() {
        let mut probe = Probe::new();
        probe.run("ZADD z 1 b 2 a");
        assert_eq!(probe.run("OBJECT ENCODING z"), "$8 listpack");
        assert_eq!(probe.run("SORT z BY nosort DESC"), "*2 $1 a $1 b");
        assert_eq!(probe.run("OBJECT ENCODING z"), "$8 skiplist");
    }

    #[test]
    fn a_result_is_stored_as_a_list() {
        let mut probe = Probe::new();
        probe.run("RPUSH l 2 1");
        probe.run("SET m x EX 100");
        for (command, reply) in [
            ("SORT l STORE m", ":2"),
            ("LRANGE m 0 -1", "*2 $1 1 $1 2"),
            ("TTL m", ":-1"),
            ("SORT l GET none_* STORE m", ":2"),
            ("LRANGE m 0 -1", "*2 $0  $0 "),
            ("SORT missing STORE m", ":0"),
            ("EXISTS m", ":0"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }
}
