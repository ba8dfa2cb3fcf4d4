//! ZSCAN.

use bytes::Bytes;

use crate::engine::commands::cursor::{ScanOptions, page_reply, parse_cursor};
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::reply::Reply;
use crate::engine::scan::Page;
use crate::engine::value::sorted_set::SortedSet;

pub(super) fn zscan(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let cursor = parse_cursor(&argv[2])?;
    let Some(set) = ctx.read::<SortedSet>(&argv[1])? else {
        return Ok(page_reply(&Page { cursor: 0, elements: Vec::new() }, Vec::new()));
    };
    let options = ScanOptions::parse(&argv[3..], "zscan")?;
    let page = set.page(cursor, options.count);
    let accepted = page.elements.iter().filter(|member| options.matches(member));
    let elements = accepted.flat_map(|member| {
        // Text in RESP3 too.
        let score = set.score_text(set.score(member).unwrap_or(0.0));
        [Reply::BulkString(member.clone()), Reply::bulk(score)]
    });
    Ok(page_reply(&page, elements.collect()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::engine::probe::Probe;

    #[test]
    fn a_small_set_is_returned_at_once() {
        let mut probe = Probe::new();
        probe.run("ZADD z 1 a 2.5 b");
        assert_eq!(probe.run("ZSCAN z 0"), "*2 $1 0 *4 $1 a $1 1 $1 b $3 2.5");
        assert_eq!(probe.run("ZSCAN z 7 MATCH b COUNT 1"), "*2 $1 0 *2 $1 b $3 2.5");
        assert_eq!(probe.run("ZSCAN missing 0 x"), "*2 $1 0 *0");
        assert_eq!(probe.run("ZSCAN z 0 x"), "-ERR syntax error");
    }

    #[test]
    fn a_large_set_is_returned_in_pages_once() {
        let mut probe = Probe::new();
        for n in 0..500 {
            probe.run(&format!("ZADD z {n} member{n}"));
        }
        let (mut cursor, mut members, mut pages) = ("0".to_owned(), Vec::new(), 0);
        for _ in 0..1000 {
            let reply = probe.run(&format!("ZSCAN z {cursor} COUNT 50"));
            let words: Vec<&str> = reply.split(' ').collect();
            members
                .extend(words.iter().filter(|word| word.starts_with("member")).map(|word| word.to_string()));
            cursor = words[2].to_owned();
            pages += 1;
            if cursor == "0" {
                break;
            }
        }
        let different: BTreeSet<&String> = members.iter().collect();
        assert_eq!((members.len(), different.len()), (500, 500));
        assert!((9..=10).contains(&pages), "{pages}");
    }
}
