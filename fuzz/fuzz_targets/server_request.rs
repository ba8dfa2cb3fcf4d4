//! Any bytes in any pieces at the embedded server's request parser: the same commands and the same error as in one piece;
//! and what the client encodes is what the server reads.
#![no_main]

use bytes::{Bytes, BytesMut};
use libfuzzer_sys::fuzz_target;
use redpoll_protocol::{CommandMeta, RawCommand};
use redpoll_server::request::{ProtocolError, RequestParser};

fuzz_target!(|input: (bool, Vec<u8>, &[u8])| {
    let (authenticated, sizes, bytes) = input;
    let whole = parse(bytes, authenticated, std::iter::repeat(bytes.len()));
    let sizes = sizes.into_iter().map(usize::from).chain([1]).collect::<Vec<_>>();
    assert_eq!(parse(bytes, authenticated, sizes.into_iter().cycle()), whole);
    if authenticated {
        let commands: Vec<_> =
            whole.0.into_iter().map(|arguments| [vec![NAME.into()], arguments].concat()).collect();
        let encoded: BytesMut = commands.iter().flat_map(|command| encode(&command[1..])).collect();
        assert_eq!(parse(&encoded, true, std::iter::repeat(encoded.len())), (commands, None));
    }
});

const NAME: &str = "X";

fn encode(arguments: &[Bytes]) -> BytesMut {
    const ANY: CommandMeta = CommandMeta::read(NAME);
    let mut command = RawCommand::new(&ANY);
    command.extend(&arguments);
    command.to_bytes()
}

type Parsed = (Vec<Vec<Bytes>>, Option<ProtocolError>);

fn parse(bytes: &[u8], authenticated: bool, sizes: impl Iterator<Item = usize>) -> Parsed {
    let mut parser = RequestParser::new();
    parser.set_authenticated(authenticated);
    let (mut buffer, mut commands, mut rest) = (BytesMut::new(), Vec::new(), bytes);
    for size in sizes {
        let (piece, after) = rest.split_at(size.max(1).min(rest.len()));
        rest = after;
        buffer.extend_from_slice(piece);
        loop {
            match parser.next(&mut buffer) {
                Ok(Some(command)) => commands.push(command),
                Ok(None) if rest.is_empty() => return (commands, None),
                Ok(None) => break,
                Err(error) => return (commands, Some(error)),
            }
        }
    }
    unreachable!("the sizes never end")
}
