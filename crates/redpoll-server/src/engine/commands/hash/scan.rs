//! HSCAN.

use bytes::Bytes;

use super::read::value;
use crate::engine::commands::cursor::{ScanOptions, page_reply, parse_cursor};
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::reply::Reply;
use crate::engine::scan::Page;
use crate::engine::value::hash::Hash;

pub(super) fn hscan(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let cursor = parse_cursor(&argv[2])?;
    let Some(hash) = ctx.read::<Hash>(&argv[1])? else {
        return Ok(page_reply(&Page { cursor: 0, elements: Vec::new() }, Vec::new()));
    };
    let options = ScanOptions::parse(&argv[3..], "hscan")?;
    let page = hash.page(cursor, options.count);
    let mut elements = Vec::new();
    for field in page.elements.iter().filter(|field| options.matches(field)) {
        elements.push(Reply::BulkString(field.clone()));
        if !options.no_values {
            elements.push(value(Some(hash), field));
        }
    }
    Ok(page_reply(&page, elements))
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn a_small_hash_is_returned_at_once() {
        let mut probe = Probe::new();
        probe.run("HSET h a 1 b 2");
        assert_eq!(probe.run("HSCAN h 0 COUNT 1"), "*2 $1 0 *4 $1 a $1 1 $1 b $1 2");
        assert_eq!(probe.run("HSCAN h 0 MATCH b NOVALUES"), "*2 $1 0 *1 $1 b");
        assert_eq!(probe.run("HSCAN missing 0"), "*2 $1 0 *0");
        assert_eq!(probe.run("HSCAN h x"), "-ERR invalid cursor");
    }

    #[test]
    fn a_large_hash_is_returned_in_pages() {
        let mut probe = Probe::new();
        for n in 0..600 {
            probe.run(&format!("HSET h field{n} value"));
        }
        let (mut cursor, mut fields) = ("0".to_owned(), std::collections::BTreeSet::new());
        let mut pages = 0;
        for _ in 0..1000 {
            let reply = probe.run(&format!("HSCAN h {cursor} COUNT 100"));
            let words = reply.split(' ').filter(|word| word.starts_with("field")).map(str::to_owned);
            fields.extend(words);
            cursor = reply.split(' ').nth(2).unwrap_or_default().to_owned();
            pages += 1;
            if cursor == "0" {
                break;
            }
        }
        assert_eq!(fields.len(), 600);
        assert!((5..=6).contains(&pages), "{pages}");
    }
}
