//! Every type of RESP2 and RESP3 with its bytes.

use bytes::BytesMut;
use redpoll_protocol::{DecodeError, Decoder, Limits, Reply, ServerError};

fn decode(bytes: &[u8]) -> Result<Option<Reply>, DecodeError> {
    let mut input = BytesMut::from(bytes);
    let decoded = Decoder::new(Limits::default()).decode(&mut input);
    if let Ok(Some(_)) = decoded {
        assert!(input.is_empty(), "{} is left of {}", input.escape_ascii(), bytes.escape_ascii());
    }
    decoded
}

fn bulk(text: &'static str) -> Reply {
    Reply::BulkString(text.into())
}

#[test]
fn each_type_is_read() {
    let cases: &[(&[u8], Reply)] = &[
        (b"+OK\r\n", Reply::SimpleString("OK".into())),
        (b"+\r\n", Reply::SimpleString("".into())),
        (b"-ERR no\r\n", Reply::Error(ServerError::new("ERR no"))),
        (b":1000\r\n", Reply::Integer(1000)),
        (b":-9223372036854775808\r\n", Reply::Integer(i64::MIN)),
        (b":9223372036854775807\r\n", Reply::Integer(i64::MAX)),
        (b":+7\r\n", Reply::Integer(7)),
        (b"$5\r\nhello\r\n", bulk("hello")),
        (b"$0\r\n\r\n", bulk("")),
        (b"$4\r\n\r\n\r\n\r\n", bulk("\r\n\r\n")),
        (b"$-1\r\n", Reply::Null),
        (b"*-1\r\n", Reply::Null),
        (b"_\r\n", Reply::Null),
        (b"*0\r\n", Reply::Array(vec![])),
        (
            b"*2\r\n:1\r\n*1\r\n+a\r\n",
            Reply::Array(vec![Reply::Integer(1), Reply::Array(vec![Reply::SimpleString("a".into())])]),
        ),
        (b"#t\r\n", Reply::Boolean(true)),
        (b"#f\r\n", Reply::Boolean(false)),
        (b",1.23\r\n", Reply::Double(1.23)),
        (b",10\r\n", Reply::Double(10.0)),
        (b",-1.5e-7\r\n", Reply::Double(-1.5e-7)),
        (b",inf\r\n", Reply::Double(f64::INFINITY)),
        (b",-inf\r\n", Reply::Double(f64::NEG_INFINITY)),
        (
            b"(3492890328409238509324850943850943825024385\r\n",
            Reply::BigNumber("3492890328409238509324850943850943825024385".into()),
        ),
        (b"!21\r\nSYNTAX invalid syntax\r\n", Reply::Error(ServerError::new("SYNTAX invalid syntax"))),
        (
            b"=15\r\ntxt:Some string\r\n",
            Reply::VerbatimString { format: *b"txt", text: "Some string".into() },
        ),
        (b"%1\r\n+k\r\n:1\r\n", Reply::Map(vec![(Reply::SimpleString("k".into()), Reply::Integer(1))])),
        (b"%0\r\n", Reply::Map(vec![])),
        (b"~1\r\n#t\r\n", Reply::Set(vec![Reply::Boolean(true)])),
        (b">2\r\n+a\r\n$1\r\nb\r\n", Reply::Push(vec![Reply::SimpleString("a".into()), bulk("b")])),
        (b"$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n", bulk("Hello")),
        (b"$?\r\n;0\r\n", bulk("")),
        (b"*?\r\n:1\r\n:2\r\n.\r\n", Reply::Array(vec![Reply::Integer(1), Reply::Integer(2)])),
        (b"~?\r\n.\r\n", Reply::Set(vec![])),
        (b"%?\r\n+k\r\n:1\r\n.\r\n", Reply::Map(vec![(Reply::SimpleString("k".into()), Reply::Integer(1))])),
    ];
    for (bytes, reply) in cases {
        assert_eq!(decode(bytes).as_ref(), Ok(&Some(reply.clone())), "{}", bytes.escape_ascii());
    }
    for nan in [&b",nan\r\n"[..], b",-nan\r\n"] {
        assert!(matches!(decode(nan), Ok(Some(Reply::Double(x))) if x.is_nan()));
    }
}

#[test]
fn attributes_are_read_over_wherever_they_stand() {
    assert_eq!(decode(b"|1\r\n+ttl\r\n*1\r\n:3\r\n:7\r\n"), Ok(Some(Reply::Integer(7))));
    let inside = decode(b"*2\r\n|1\r\n+a\r\n%1\r\n+b\r\n+c\r\n:1\r\n|0\r\n:2\r\n");
    assert_eq!(inside, Ok(Some(Reply::Array(vec![Reply::Integer(1), Reply::Integer(2)]))));
}

#[test]
fn an_attribute_alone_is_not_a_reply_yet() {
    let mut decoder = Decoder::new(Limits::default());
    let mut input = BytesMut::from(&b"|1\r\n+a\r\n+b\r\n"[..]);
    assert_eq!(decoder.decode(&mut input), Ok(None));
    assert!(input.is_empty() && !decoder.is_idle());
}

#[test]
fn errors_that_are_not_utf8_are_replaced() {
    assert_eq!(decode(b"-ERR \xff\r\n"), Ok(Some(Reply::Error(ServerError::new("ERR \u{fffd}")))));
}

#[test]
fn what_is_not_resp_says_what_is_wrong() {
    use DecodeError::*;
    let cases: &[(&[u8], DecodeError)] = &[
        (b"HTTP/1.1 400", UnknownType(b'H')),
        (b"\r\n", UnknownType(b'\r')),
        (b"+a\rb\r\n", BadLineEnd),
        (b"+a\nb\r\n", BadLineEnd),
        (b"$1\r\nab\r\n", BadBulkEnd),
        (b"$x\r\n", BadLength),
        (b"$\r\n", BadLength),
        (b"$-2\r\n", BadLength),
        (b"$+1\r\n", BadLength),
        (b"$99999999999999999999\r\n", BadLength),
        (b"*-2\r\n", BadLength),
        (b"%-1\r\n", BadLength),
        (b"~-1\r\n", BadLength),
        (b">?\r\n", BadLength),
        (b"|?\r\n", BadLength),
        (b"!-1\r\n", BadLength),
        (b"=?\r\n", BadLength),
        (b":\r\n", BadInteger),
        (b":-\r\n", BadInteger),
        (b":1.5\r\n", BadInteger),
        (b":9223372036854775808\r\n", BadInteger),
        (b",\r\n", BadDouble),
        (b",1.5x\r\n", BadDouble),
        (b"#1\r\n", BadBoolean),
        (b"_x\r\n", BadNull),
        (b"(12a\r\n", BadBigNumber),
        (b"(-\r\n", BadBigNumber),
        (b"=3\r\ntxt\r\n", BadVerbatimString),
        (b"=4\r\ntxt-\r\n", BadVerbatimString),
        (b"*1\r\n>1\r\n", MisplacedPush),
        (b".\r\n", MisplacedEnd),
        (b"*1\r\n.\r\n", MisplacedEnd),
        (b"%?\r\n+k\r\n.\r\n", MisplacedEnd),
        (b"*?\r\n.x\r\n", MisplacedEnd),
        (b";1\r\na\r\n", MisplacedChunk),
        (b"$?\r\n:1\r\n", MisplacedChunk),
    ];
    for (bytes, error) in cases {
        assert_eq!(decode(bytes), Err(*error), "{}", bytes.escape_ascii());
    }
}
