//! SSCAN.

use bytes::Bytes;

use crate::engine::commands::cursor::{ScanOptions, page_reply, parse_cursor};
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::reply::Reply;
use crate::engine::scan::Page;
use crate::engine::value::set::Set;

pub(super) fn sscan(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let cursor = parse_cursor(&argv[2])?;
    let Some(set) = ctx.read::<Set>(&argv[1])? else {
        return Ok(page_reply(&Page { cursor: 0, elements: Vec::new() }, Vec::new()));
    };
    let options = ScanOptions::parse(&argv[3..], "sscan")?;
    let page = set.page(cursor, options.count);
    let accepted = page.elements.iter().filter(|member| options.matches(member));
    Ok(page_reply(&page, accepted.cloned().map(Reply::BulkString).collect()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::engine::probe::Probe;

    #[test]
    fn a_small_set_is_returned_at_once() {
        let mut probe = Probe::new();
        probe.run("SADD s a b");
        assert_eq!(probe.run("SSCAN s 0 COUNT 1"), "*2 $1 0 *2 $1 a $1 b");
        assert_eq!(probe.run("SSCAN s 0 MATCH b"), "*2 $1 0 *1 $1 b");
        assert_eq!(probe.run("SSCAN s 0 NOVALUES"), "-ERR NOVALUES option can only be used in HSCAN");
        assert_eq!(probe.run("SSCAN missing 0"), "*2 $1 0 *0");
    }

    #[test]
    fn what_stays_during_a_scan_is_returned_whatever_else_happens() {
        let mut probe = Probe::new();
        for n in 0..400 {
            probe.run(&format!("SADD s stays{n} goes{n}"));
        }
        let (mut cursor, mut seen, mut round) = ("0".to_owned(), BTreeSet::new(), 0);
        for _ in 0..1000 {
            let reply = probe.run(&format!("SSCAN s {cursor} COUNT 20"));
            let words = reply.split(' ').filter(|word| word.starts_with("stays")).map(str::to_owned);
            seen.extend(words);
            cursor = reply.split(' ').nth(2).unwrap_or_default().to_owned();
            if cursor == "0" {
                break;
            }
            probe.run(&format!("SREM s goes{}", round * 7 % 400));
            probe.run(&format!("SADD s comes{round}"));
            round += 1;
        }
        assert_eq!(seen.len(), 400);
    }
}
