//! LCS: the longest common subsequence of two strings.

use bytes::Bytes;

use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::number::integer;
use crate::engine::reply::Reply;

const NOT_STRINGS: CommandError = CommandError::new("ERR The specified keys must contain string values");
const LENGTH_AND_INDEXES: CommandError =
    CommandError::new("ERR If you want both the length and indexes, please just use IDX.");
const TOO_LARGE: CommandError =
    CommandError::new("ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");

pub(super) fn lcs(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let [a, b] = [&argv[1], &argv[2]].map(|key| super::read(ctx, key));
    let (Ok(a), Ok(b)) = (a, b) else { return Err(NOT_STRINGS) };
    let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
    let options = Options::parse(&argv[3..])?;
    let limit: usize = ctx.engine.config.get("proto-max-bulk-len").parse().unwrap_or(usize::MAX);
    let cells = (a.len() + 1).saturating_mul(b.len() + 1);
    if cells.saturating_mul(size_of::<u32>()) > limit {
        return Err(TOO_LARGE);
    }
    let table = Table::new(&a, &b);
    Ok(match options {
        Options { length: true, .. } => Reply::Integer(i64::from(table.length())),
        Options { indexes: true, .. } => table.matches(&options),
        _ => Reply::bulk(table.subsequence()),
    })
}

#[derive(Debug, Default)]
struct Options {
    length: bool,
    indexes: bool,
    with_match_length: bool,
    min_match_length: usize,
}

impl Options {
    fn parse(arguments: &[Bytes]) -> Result<Self, CommandError> {
        let mut options = Self::default();
        let mut arguments = arguments.iter();
        while let Some(word) = arguments.next() {
            if is_word(word, "IDX") {
                options.indexes = true;
            } else if is_word(word, "LEN") {
                options.length = true;
            } else if is_word(word, "WITHMATCHLEN") {
                options.with_match_length = true;
            } else if is_word(word, "MINMATCHLEN") {
                let length = integer(arguments.next().ok_or(CommandError::SYNTAX)?)?;
                options.min_match_length = usize::try_from(length).unwrap_or(0);
            } else {
                return Err(CommandError::SYNTAX);
            }
        }
        if options.length && options.indexes { Err(LENGTH_AND_INDEXES) } else { Ok(options) }
    }
}

/// For each pair of prefixes, the length of their longest common subsequence.
struct Table<'a> {
    a: &'a [u8],
    b: &'a [u8],
    lengths: Vec<u32>,
}

/// Bytes that both strings have in common in one piece: where it begins in each, and how long it is.
struct Match {
    a: usize,
    b: usize,
    length: usize,
}

impl<'a> Table<'a> {
    fn new(a: &'a [u8], b: &'a [u8]) -> Self {
        let mut table = Self { a, b, lengths: vec![0; (a.len() + 1) * (b.len() + 1)] };
        for i in 1..=a.len() {
            for j in 1..=b.len() {
                let length = if a[i - 1] == b[j - 1] {
                    table.at(i - 1, j - 1) + 1
                } else {
                    table.at(i - 1, j).max(table.at(i, j - 1))
                };
                table.lengths[i * (b.len() + 1) + j] = length;
            }
        }
        table
    }

    fn at(&self, i: usize, j: usize) -> u32 {
        self.lengths[i * (self.b.len() + 1) + j]
    }

    fn length(&self) -> u32 {
        self.at(self.a.len(), self.b.len())
    }

    fn subsequence(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.common().map(|(i, _)| self.a[i]).collect();
        bytes.reverse();
        bytes
    }

    /// The positions of the common bytes in both strings, from the last to the first.
    fn common(&self) -> impl Iterator<Item = (usize, usize)> {
        let (mut i, mut j) = (self.a.len(), self.b.len());
        std::iter::from_fn(move || {
            while i > 0 && j > 0 {
                if self.a[i - 1] == self.b[j - 1] {
                    (i, j) = (i - 1, j - 1);
                    return Some((i, j));
                }
                if self.at(i - 1, j) > self.at(i, j - 1) {
                    i -= 1;
                } else {
                    j -= 1;
                }
            }
            None
        })
    }

    /// The common bytes in as few pieces as they are found in, the last first.
    fn pieces(&self) -> Vec<Match> {
        let mut pieces: Vec<Match> = Vec::new();
        for (i, j) in self.common() {
            match pieces.last_mut() {
                Some(piece) if piece.a == i + 1 && piece.b == j + 1 => {
                    *piece = Match { a: i, b: j, length: piece.length + 1 };
                }
                _ => pieces.push(Match { a: i, b: j, length: 1 }),
            }
        }
        pieces
    }

    fn matches(&self, options: &Options) -> Reply {
        let range = |start: usize, length: usize| {
            Reply::Array(vec![Reply::count(start), Reply::count(start + length - 1)])
        };
        let described = |piece: Match| {
            let mut parts = vec![range(piece.a, piece.length), range(piece.b, piece.length)];
            parts.extend(options.with_match_length.then(|| Reply::count(piece.length)));
            Reply::Array(parts)
        };
        let pieces = self.pieces().into_iter().filter(|piece| piece.length >= options.min_match_length);
        Reply::Map(vec![
            (Reply::bulk("matches"), Reply::Array(pieces.map(described).collect())),
            (Reply::bulk("len"), Reply::Integer(i64::from(self.length()))),
        ])
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn the_subsequence_its_length_and_its_places_are_found() {
        let mut probe = Probe::new();
        probe.run("MSET a ohmytext b mynewtext");
        for (options, reply) in [
            ("", "$6 mytext"),
            ("LEN", ":6"),
            ("WITHMATCHLEN", "$6 mytext"),
            ("IDX", "*4 $7 matches *2 *2 *2 :4 :7 *2 :5 :8 *2 *2 :2 :3 *2 :0 :1 $3 len :6"),
            ("IDX MINMATCHLEN 4 WITHMATCHLEN", "*4 $7 matches *1 *3 *2 :4 :7 *2 :5 :8 :4 $3 len :6"),
            ("IDX LEN", "-ERR If you want both the length and indexes, please just use IDX."),
            ("MINMATCHLEN", "-ERR syntax error"),
            ("MINMATCHLEN x", "-ERR value is not an integer or out of range"),
        ] {
            assert_eq!(probe.run(&format!("LCS a b {options}")), reply, "{options}");
        }
    }

    #[test]
    fn a_missing_key_is_an_empty_string() {
        let mut probe = Probe::new();
        probe.run("SET a x");
        probe.run("LPUSH l x");
        assert_eq!(probe.run("LCS a missing"), "$0 ");
        assert_eq!(probe.run("LCS a missing IDX"), "*4 $7 matches *0 $3 len :0");
        assert_eq!(probe.run("LCS a l foo"), "-ERR The specified keys must contain string values");
    }
}
