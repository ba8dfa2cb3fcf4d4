//! Which keys there are.

use bytes::Bytes;

use crate::engine::commands::cursor::{ScanOptions, page_reply, parse_cursor};
use crate::engine::commands::is_word;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::pattern;
use crate::engine::reply::Reply;

pub(super) fn del(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::count(argv[1..].iter().filter(|key| ctx.delete(key)).count()))
}

pub(super) fn exists(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::count(argv[1..].iter().filter(|key| ctx.db().contains(key)).count()))
}

/// Makes keys used just now, whatever CLIENT NO-TOUCH says: that is what the command is for.
pub(super) fn touch(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    argv[1..].iter().for_each(|key| ctx.db_mut().access(key));
    exists(ctx, argv)
}

pub(super) fn key_type(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let kind = ctx.db().get(&argv[1]).map(|entry| entry.value.kind());
    Ok(Reply::SimpleString(kind.map_or("none", |kind| kind.name())))
}

pub(super) fn keys(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let found = ctx.db().keys().filter(|key| pattern::selects(&argv[1], key));
    Ok(Reply::bulks(found.cloned()))
}

pub(super) fn randomkey(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    let count = ctx.db().len();
    let index = ctx.random().below(count);
    Ok(Reply::bulk_or_null(ctx.db().key_at(index).cloned()))
}

pub(super) fn scan(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    let cursor = parse_cursor(&argv[1])?;
    let options = ScanOptions::parse(&argv[2..], "scan")?;
    let page = ctx.db().scan(cursor, options.count);
    let is_wanted_kind = |key: &Bytes| {
        let kind = ctx.db().get(key).map_or("none", |entry| entry.value.kind().name());
        options.kind.as_ref().is_none_or(|wanted| is_word(wanted, kind))
    };
    let found = page.elements.iter().filter(|key| options.matches(key) && is_wanted_kind(key));
    Ok(page_reply(&page, found.cloned().map(Reply::bulk).collect()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::engine::probe::Probe;

    #[test]
    fn keys_are_counted_as_often_as_they_are_named() {
        let mut probe = Probe::new();
        for (command, reply) in [
            ("MSET a 1 b 2", "+OK"),
            ("EXISTS a a b c", ":3"),
            ("TOUCH a a b c", ":3"),
            ("TYPE a", "+string"),
            ("TYPE c", "+none"),
            ("UNLINK a a c", ":1"),
            ("RANDOMKEY", "$1 b"),
            ("KEYS ?", "*1 $1 b"),
            ("KEYS a*", "*0"),
            ("DEL b", ":1"),
            ("RANDOMKEY", "$-1"),
        ] {
            assert_eq!(probe.run(command), reply, "{command}");
        }
    }

    #[test]
    fn a_scan_finds_every_key_once() {
        let mut probe = Probe::new();
        (0..100).for_each(|n| assert_eq!(probe.run(&format!("SET key{n} v")), "+OK"));
        probe.run("RPUSH list a");
        let (mut cursor, mut found, mut pages) = ("0".to_owned(), Vec::new(), 0);
        loop {
            let reply = probe.run(&format!("SCAN {cursor} COUNT 7 TYPE string MATCH key*"));
            let mut words = reply.split(' ').filter(|word| !word.starts_with(['*', '$']));
            cursor = words.next().unwrap().to_owned();
            found.extend(words.map(str::to_owned));
            pages += 1;
            if cursor == "0" {
                break;
            }
        }
        assert_eq!(found.len(), 100);
        assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), 100);
        assert!(pages > 10);
    }

    #[test]
    fn the_arguments_of_a_scan_are_checked() {
        let mut probe = Probe::new();
        for (arguments, reply) in [
            ("x MATCH", "-ERR invalid cursor"),
            ("0 MATCH", "-ERR syntax error"),
            ("0 COUNT 0", "-ERR syntax error"),
            ("0 COUNT x", "-ERR value is not an integer or out of range"),
            ("0 NOVALUES", "-ERR NOVALUES option can only be used in HSCAN"),
            ("0 TYPE nonesuch", "*2 $1 0 *0"),
        ] {
            assert_eq!(probe.run(&format!("SCAN {arguments}")), reply, "{arguments}");
        }
    }
}
