//! Any bytes: the decoder gives the replies that a naive, recursive decoder gives, and fails where that fails.
#![no_main]

#[path = "../../crates/redpoll-protocol/tests/decoder/encoder.rs"]
mod encoder;
#[path = "../../crates/redpoll-protocol/tests/decoder/naive.rs"]
mod naive;

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use redpoll_protocol::{Decoder, Limits, Reply};

fuzz_target!(|bytes: &[u8]| {
    let mut decoder = Decoder::new(Limits::default());
    let (mut input, mut rest) = (BytesMut::from(bytes), bytes);
    loop {
        match (decoder.decode(&mut input), naive::decode(rest)) {
            (Ok(Some(reply)), Ok((expected, after))) => {
                assert_eq!(canonical(&reply), canonical(&expected));
                assert!(decoder.is_idle());
                assert_eq!(input, after);
                rest = after;
            }
            (Ok(None), Err(naive::Stop::Incomplete)) | (Err(_), Err(naive::Stop::Invalid)) => return,
            (decoded, expected) => panic!("{decoded:?} instead of {expected:?}"),
        }
    }
});

/// Comparable even if it holds a NaN.
fn canonical(reply: &Reply) -> Vec<u8> {
    let mut out = Vec::new();
    encoder::encode(reply, &mut || 0, &mut out);
    out
}
