//! Limits, hostile lengths, and what is kept between calls.

use bytes::BytesMut;
use redpoll_protocol::{DecodeError, Decoder, Limits, Reply};

fn decode(bytes: &[u8], limits: Limits) -> Result<Option<Reply>, DecodeError> {
    Decoder::new(limits).decode(&mut BytesMut::from(bytes))
}

#[test]
fn nesting_is_bounded_and_not_recursive() {
    let limits = Limits { depth: 3, ..Limits::default() };
    assert!(decode(b"*1\r\n*1\r\n*1\r\n:1\r\n", limits).is_ok_and(|reply| reply.is_some()));
    assert_eq!(decode(b"*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", limits), Err(DecodeError::TooDeep { limit: 3 }));
    let deep = b"*1\r\n".repeat(1_000_000);
    assert_eq!(decode(&deep, Limits::default()), Err(DecodeError::TooDeep { limit: 128 }));
}

#[test]
fn a_line_is_bounded_before_its_end_comes() {
    let limits = Limits { line: 4, ..Limits::default() };
    assert!(decode(b"+abcd\r\n", limits).is_ok_and(|reply| reply.is_some()));
    assert_eq!(decode(b"+abcd", limits), Ok(None));
    for long in [&b"+abcde\r\n"[..], b"+abcde"] {
        assert_eq!(decode(long, limits), Err(DecodeError::LineTooLong { limit: 4 }));
    }
}

#[test]
fn a_bulk_string_is_bounded_by_what_it_declares_and_by_its_chunks() {
    let limits = Limits { bulk: 4, ..Limits::default() };
    assert!(decode(b"$4\r\nabcd\r\n", limits).is_ok_and(|reply| reply.is_some()));
    let too_long = Err(DecodeError::BulkTooLong { limit: 4 });
    assert_eq!(decode(b"$5\r\n", limits), too_long);
    assert_eq!(decode(b"$?\r\n;3\r\nabc\r\n;2\r\n", limits), too_long);
    assert_eq!(
        decode(b"$536870913\r\n", Limits::default()),
        Err(DecodeError::BulkTooLong { limit: 536_870_912 })
    );
    assert_eq!(
        decode(b"$18446744073709551615\r\n", Limits::default()).map_err(|e| e.to_string().len() > 10),
        Err(true)
    );
}

#[test]
fn an_aggregate_is_bounded_by_what_it_declares() {
    let limits = Limits { aggregate: 2, ..Limits::default() };
    assert!(decode(b"%2\r\n:1\r\n:2\r\n:3\r\n:4\r\n", limits).is_ok_and(|reply| reply.is_some()));
    for long in [&b"*3\r\n"[..], b"%3\r\n", b"~3\r\n", b">3\r\n", b"|3\r\n"] {
        assert_eq!(decode(long, limits), Err(DecodeError::AggregateTooLong { limit: 2 }));
    }
    let huge = decode(b"*18446744073709551615\r\n", Limits::default());
    assert!(matches!(huge, Err(DecodeError::AggregateTooLong { .. })));
}

#[test]
fn a_reply_is_bounded_even_if_it_never_ends() {
    let limits = Limits { reply: 1000, ..Limits::default() };
    let mut decoder = Decoder::new(limits);
    let mut input = BytesMut::from(&b"*?\r\n"[..]);
    let error = std::iter::repeat_with(|| {
        input.extend_from_slice(b":1\r\n");
        decoder.decode(&mut input)
    })
    .take(1000)
    .find_map(Result::err);
    assert_eq!(error, Some(DecodeError::ReplyTooLong { limit: 1000 }));
}

#[test]
fn many_replies_in_one_read_are_each_held_against_the_limit_alone() {
    let mut decoder = Decoder::new(Limits { reply: 10, ..Limits::default() });
    let mut input = BytesMut::from(&b":1234567\r\n".repeat(3)[..]);
    for _ in 0..3 {
        assert_eq!(decoder.decode(&mut input), Ok(Some(Reply::Integer(1_234_567))));
    }
}

#[test]
fn a_declared_length_allocates_nothing() {
    // With room for each declared element this would take 40 GB; every level declares a billion.
    let hostile = b"*1000000000\r\n".repeat(128);
    let mut decoder = Decoder::new(Limits::default());
    assert_eq!(decoder.decode(&mut BytesMut::from(&hostile[..])), Ok(None));
    let mut decoder = Decoder::new(Limits::default());
    let mut input = BytesMut::from(&b"$536870912\r\n"[..]);
    assert_eq!(decoder.decode(&mut input), Ok(None));
    assert_eq!((decoder.wanted(), input.capacity() < 1024), (536_870_914, true));
}

#[test]
fn an_error_is_repeated_for_ever() {
    let mut decoder = Decoder::new(Limits::default());
    let mut input = BytesMut::from(&b"?"[..]);
    let error = Err(DecodeError::UnknownType(b'?'));
    assert_eq!(decoder.decode(&mut input), error);
    assert_eq!(decoder.decode(&mut BytesMut::from(&b"+OK\r\n"[..])), error);
}

#[test]
fn finished_elements_are_kept_inside_and_leave_the_input() {
    let mut decoder = Decoder::new(Limits::default());
    let mut input = BytesMut::from(&b"*10000\r\n"[..]);
    for n in 0..10_000 {
        assert!(!decoder.is_idle() || n == 0);
        input.extend_from_slice(format!(":{n}\r\n").as_bytes());
        let decoded = decoder.decode(&mut input).unwrap();
        assert!(input.is_empty());
        assert_eq!(decoded.is_some(), n == 9_999);
    }
    assert!(decoder.is_idle());
}

#[test]
fn wanted_says_how_much_of_a_bulk_string_is_missing() {
    let mut decoder = Decoder::new(Limits::default());
    let mut input = BytesMut::from(&b"$10\r\nabc"[..]);
    assert_eq!(decoder.decode(&mut input), Ok(None));
    assert_eq!(decoder.wanted(), 9);
    input.extend_from_slice(b"defghij\r");
    assert_eq!(decoder.decode(&mut input), Ok(None));
    assert_eq!(decoder.wanted(), 1);
    input.extend_from_slice(b"\n$1");
    assert_eq!(decoder.decode(&mut input), Ok(Some(Reply::BulkString("abcdefghij".into()))));
    assert_eq!(decoder.wanted(), 0);
    assert!(decoder.is_idle());
    assert_eq!(decoder.decode(&mut input), Ok(None));
    assert!(!decoder.is_idle());
}

#[test]
fn large_bulk_strings_are_not_copied_and_small_ones_do_not_hold_the_buffer() {
    for (length, is_slice) in [(16 * 1024 - 1, false), (16 * 1024, true), (1 << 20, true)] {
        let mut input = BytesMut::from(format!("*2\r\n+a\r\n${length}\r\n").as_bytes());
        input.resize(input.len() + length, b'x');
        input.extend_from_slice(b"\r\n+next\r\n");
        let memory = input.as_ptr_range();
        let mut decoder = Decoder::new(Limits::default());
        let Ok(Some(Reply::Array(elements))) = decoder.decode(&mut input) else { panic!("{length}") };
        let text = elements[1].as_bytes().unwrap();
        assert_eq!(text.len(), length);
        assert_eq!(memory.contains(&text.as_ptr()), is_slice, "{length}");
        assert_eq!(input, &b"+next\r\n"[..]);
    }
}
