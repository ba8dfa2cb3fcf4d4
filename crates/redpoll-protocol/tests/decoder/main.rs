//! The decoder against a naive twin, against every split, and against hostile input.

mod encoder;
mod hostile;
mod naive;
mod types;

use bytes::{Bytes, BytesMut};
use proptest::collection::vec;
use proptest::prelude::*;
use redpoll_protocol::{DecodeError, Decoder, Limits, Reply, ServerError};

/// Everything that comes out of `input` when it arrives in pieces of these sizes, and the error that ends it.
fn decode_in_pieces(input: &[u8], sizes: impl Iterator<Item = usize>) -> (Vec<Reply>, Option<DecodeError>) {
    let mut decoder = Decoder::new(Limits::default());
    let (mut buffer, mut replies, mut rest) = (BytesMut::new(), Vec::new(), input);
    for size in sizes.map(|size| size.max(1)) {
        let (piece, after) = rest.split_at(size.min(rest.len()));
        rest = after;
        buffer.extend_from_slice(piece);
        loop {
            match decoder.decode(&mut buffer) {
                Ok(Some(reply)) => replies.push(reply),
                Ok(None) if rest.is_empty() => return (replies, None),
                Ok(None) => break,
                Err(error) => return (replies, Some(error)),
            }
        }
    }
    unreachable!("the sizes never end")
}

fn decode_whole(input: &[u8]) -> (Vec<Reply>, Option<DecodeError>) {
    decode_in_pieces(input, std::iter::repeat(input.len()))
}

/// One canonical spelling per reply, since a NaN is not equal to itself.
fn canonical(replies: &[Reply]) -> Vec<u8> {
    let mut out = Vec::new();
    replies.iter().for_each(|reply| encoder::encode(reply, &mut || 0, &mut out));
    out
}

fn scalar() -> impl Strategy<Value = Reply> {
    let line = "[ -~é]{0,12}";
    prop_oneof![
        line.prop_map(|text| Reply::SimpleString(text.into())),
        line.prop_map(|text| Reply::Error(ServerError::new(text))),
        any::<i64>().prop_map(Reply::Integer),
        vec(any::<u8>(), 0..24).prop_map(|text| Reply::BulkString(text.into())),
        (0..40_000_usize).prop_map(|length| Reply::BulkString(vec![b'\r'; length].into())),
        Just(Reply::Null),
        any::<bool>().prop_map(Reply::Boolean),
        any::<f64>().prop_map(Reply::Double),
        "[+-]?[0-9]{1,40}".prop_map(|digits| Reply::BigNumber(digits.into())),
        (any::<[u8; 3]>(), vec(any::<u8>(), 0..12))
            .prop_map(|(format, text)| Reply::VerbatimString { format, text: Bytes::from(text) }),
    ]
}

fn reply() -> impl Strategy<Value = Reply> {
    let nested = scalar().prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Reply::Array),
            vec(inner.clone(), 0..6).prop_map(Reply::Set),
            vec((inner.clone(), inner), 0..4).prop_map(Reply::Map),
        ]
    });
    prop_oneof![9 => nested.clone(), 1 => vec(nested, 0..4).prop_map(Reply::Push)]
}

/// Replies on the wire, in random spellings.
fn wire() -> impl Strategy<Value = (Vec<Reply>, Vec<u8>)> {
    (vec(reply(), 1..4), vec(0_u8..8, 32)).prop_map(|(replies, styles)| {
        let (mut styles, mut out) = (styles.into_iter().cycle(), Vec::new());
        replies
            .iter()
            .for_each(|reply| encoder::encode(reply, &mut || styles.next().unwrap_or_default(), &mut out));
        (replies, out)
    })
}

fn naive_whole(mut input: &[u8]) -> (Vec<Reply>, Option<naive::Stop>) {
    let mut replies = Vec::new();
    loop {
        match naive::decode(input) {
            Ok((reply, rest)) => {
                replies.push(reply);
                input = rest;
            }
            Err(naive::Stop::Incomplete) => return (replies, None),
            Err(stop) => return (replies, Some(stop)),
        }
    }
}

proptest! {
    #[test]
    fn what_was_encoded_is_decoded_and_the_twin_agrees((replies, bytes) in wire()) {
        let (decoded, error) = decode_whole(&bytes);
        prop_assert_eq!(error, None);
        prop_assert_eq!(canonical(&decoded), canonical(&replies));
        prop_assert_eq!(canonical(&naive_whole(&bytes).0), canonical(&replies));
    }

    #[test]
    fn pieces_decode_as_the_whole((_, bytes) in wire(), sizes in vec(1_usize..40, 1..20)) {
        let (decoded, error) = decode_in_pieces(&bytes, sizes.into_iter().cycle());
        prop_assert_eq!(error, None);
        prop_assert_eq!(canonical(&decoded), canonical(&decode_whole(&bytes).0));
    }

    #[test]
    fn damaged_bytes_end_where_the_twin_ends(
        (_, mut bytes) in wire(),
        damage in vec((any::<prop::sample::Index>(), prop_oneof![
            any::<u8>(),
            prop::sample::select(b"+-:$*_#,(!=%~>|;.\r\n0123456789?".to_vec()),
        ]), 1..4),
    ) {
        for (index, byte) in damage {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        let (decoded, error) = decode_whole(&bytes);
        let (expected, stop) = naive_whole(&bytes);
        prop_assert_eq!(error.is_some(), stop.is_some(), "{:?}: {}", error, bytes.escape_ascii());
        prop_assert_eq!(canonical(&decoded), canonical(&expected));
    }

    #[test]
    fn no_bytes_panic(bytes in vec(prop_oneof![
        any::<u8>(),
        prop::sample::select(b"+-:$*_#,(!=%~>|;.\r\n0123456789?".to_vec()),
    ], 0..200)) {
        let whole = decode_whole(&bytes);
        let split = decode_in_pieces(&bytes, std::iter::repeat(1));
        prop_assert_eq!(canonical(&whole.0), canonical(&split.0));
        prop_assert_eq!(whole.1, split.1);
    }
}

#[test]
fn every_split_point_gives_the_same_replies() {
    let bytes: &[u8] = b"+OK\r\n$5\r\nhello\r\n*2\r\n$-1\r\n*1\r\n:-12\r\n%1\r\n+k\r\n,1.5\r\n|1\r\n+a\r\n+b\r\n~2\r\n#t\r\n_\r\n\
        >2\r\n+message\r\n$2\r\n\r\n\r\n=8\r\ntxt:text\r\n!7\r\nERR bad\r\n$?\r\n;2\r\nab\r\n;1\r\nc\r\n;0\r\n*?\r\n:1\r\n.\r\n(123\r\n";
    let (whole, error) = decode_whole(bytes);
    assert_eq!((whole.len(), error), (11, None));
    for split in 1..bytes.len() {
        let sizes = [split, bytes.len()].into_iter().cycle();
        assert_eq!(decode_in_pieces(bytes, sizes), (whole.clone(), None), "split at {split}");
    }
    assert_eq!(decode_in_pieces(bytes, std::iter::repeat(1)), (whole, None));
}
