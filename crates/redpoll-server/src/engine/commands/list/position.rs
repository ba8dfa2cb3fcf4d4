//! LPOS: where an element is.

use bytes::Bytes;

use super::symmetric_integer;
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::number::parse_integer;
use crate::engine::reply::Reply;
use crate::engine::value::list::List;

const RANK_ZERO: CommandError = CommandError::new(
    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start \
     from the end of the list",
);
const COUNT_NEGATIVE: CommandError = CommandError::new("ERR COUNT can't be negative");
const MAXLEN_NEGATIVE: CommandError = CommandError::new("ERR MAXLEN can't be negative");

pub(super) fn lpos(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let options = Options::parse(&argv[3..])?;
    let found = match ctx.read::<List>(&argv[1])? {
        Some(list) => options.find(list, &argv[2]),
        None => Vec::new(),
    };
    let mut found = found.into_iter().map(Reply::count);
    Ok(match options.count {
        None => found.next().unwrap_or(Reply::Null),
        Some(_) => Reply::Array(found.collect()),
    })
}

struct Options {
    from_end: bool,
    /// How many matches to pass over.
    skip: usize,
    count: Option<usize>,
    max_len: usize,
}

impl Options {
    fn parse(mut arguments: &[Bytes]) -> Result<Self, CommandError> {
        let mut options = Self { from_end: false, skip: 0, count: None, max_len: usize::MAX };
        while let [word, rest @ ..] = arguments {
            let [value, rest @ ..] = rest else { return Err(CommandError::SYNTAX) };
            if is_word(word, "RANK") {
                options.set_rank(symmetric_integer(value)?)?;
            } else if is_word(word, "COUNT") {
                let count = parse_natural(value).ok_or(COUNT_NEGATIVE)?;
                options.count = Some(if count == 0 { usize::MAX } else { count });
            } else if is_word(word, "MAXLEN") {
                let max_len = parse_natural(value).ok_or(MAXLEN_NEGATIVE)?;
                options.max_len = if max_len == 0 { usize::MAX } else { max_len };
            } else {
                return Err(CommandError::SYNTAX);
            }
            arguments = rest;
        }
        Ok(options)
    }

    fn set_rank(&mut self, rank: i64) -> Result<(), CommandError> {
        if rank == 0 {
            return Err(RANK_ZERO);
        }
        self.from_end = rank < 0;
        self.skip = usize::try_from(rank.unsigned_abs() - 1).unwrap_or(usize::MAX);
        Ok(())
    }

    fn find(&self, list: &List, element: &Bytes) -> Vec<usize> {
        let matching = |(index, other): (usize, &Bytes)| (other == element).then_some(index);
        let count = self.count.unwrap_or(1);
        let places = list.iter().enumerate();
        if self.from_end {
            let compared = places.rev().take(self.max_len);
            compared.filter_map(matching).skip(self.skip).take(count).collect()
        } else {
            places.take(self.max_len).filter_map(matching).skip(self.skip).take(count).collect()
        }
    }
}

fn parse_natural(argument: &[u8]) -> Option<usize> {
    usize::try_from(parse_integer(argument)?).ok()
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn places_are_found_by_rank_count_and_length() {
        let mut probe = Probe::new();
        probe.run("RPUSH l a b c a b a");
        for (options, reply) in [
            ("", ":0"),
            ("RANK 2", ":3"),
            ("RANK -1", ":5"),
            ("RANK -3", ":0"),
            ("RANK 4", "$-1"),
            ("COUNT 0", "*3 :0 :3 :5"),
            ("COUNT 2 RANK -1", "*2 :5 :3"),
            ("COUNT 0 MAXLEN 4", "*2 :0 :3"),
            ("RANK 2 MAXLEN 3", "$-1"),
            ("RANK 9 COUNT 1", "*0"),
            ("RANK x", "-ERR value is not an integer or out of range"),
            ("COUNT -1", "-ERR COUNT can't be negative"),
            ("MAXLEN x", "-ERR MAXLEN can't be negative"),
            ("RANK", "-ERR syntax error"),
            ("FOO 1", "-ERR syntax error"),
        ] {
            assert_eq!(probe.run(&format!("LPOS l a {options}")), reply, "{options}");
        }
        assert_eq!(probe.run("LPOS missing a"), "$-1");
        assert_eq!(probe.run("LPOS missing a COUNT 1"), "*0");
        assert!(probe.run("LPOS missing a RANK 0").starts_with("-ERR RANK can't be zero: use 1"));
        assert!(probe.run("LPOS l a RANK -9223372036854775808").starts_with("-ERR value is out of range"));
    }
}
