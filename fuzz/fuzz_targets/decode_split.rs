//! Any bytes in any pieces: the same replies and the same error as in one piece.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use redpoll_protocol::{DecodeError, Decoder, Limits};

/// Small limits, so that inputs of a fuzzer's size reach them. Those on lengths that a header declares are met at the
/// same byte however the input is split; the one on whole replies is not, and stays out of reach.
const LIMITS: Limits = Limits { depth: 8, bulk: 256, line: 64, aggregate: 64, reply: usize::MAX };

fuzz_target!(|input: (Vec<u8>, &[u8])| {
    let (sizes, bytes) = input;
    let whole = decode(bytes, std::iter::repeat(bytes.len()));
    let sizes = sizes.into_iter().map(usize::from).chain([1]).collect::<Vec<_>>();
    assert_eq!(decode(bytes, sizes.into_iter().cycle()), whole);
});

/// The replies, as text since a NaN is not equal to itself, and the error after them.
fn decode(bytes: &[u8], sizes: impl Iterator<Item = usize>) -> (Vec<String>, Option<DecodeError>) {
    let mut decoder = Decoder::new(LIMITS);
    let (mut input, mut replies, mut rest) = (BytesMut::new(), Vec::new(), bytes);
    for size in sizes {
        let (piece, after) = rest.split_at(size.clamp(1, rest.len().max(1)).min(rest.len()));
        rest = after;
        input.extend_from_slice(piece);
        loop {
            match decoder.decode(&mut input) {
                Ok(Some(reply)) => replies.push(format!("{reply:?} {:?}", reply.as_bytes())),
                Ok(None) if rest.is_empty() => return (replies, None),
                Ok(None) => break,
                Err(error) => return (replies, Some(error)),
            }
            assert!(decoder.is_idle() && decoder.wanted() == 0);
        }
        assert!(decoder.wanted() <= LIMITS.bulk + 2);
    }
    unreachable!("the sizes never end")
}
