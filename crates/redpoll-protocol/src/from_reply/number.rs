//! Booleans, integers and floating-point numbers.

use bytes::Bytes;

use super::text::bytes;
use super::{FromReply, unexpected};
use crate::{Reply, ReplyError};

const INTEGER: &str = "an integer";
const NUMBER: &str = "a number";
const BOOLEAN: &str = "a boolean";

impl FromReply for bool {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        match reply {
            Reply::Boolean(b) => Ok(b),
            Reply::Integer(n @ (0 | 1)) => Ok(n == 1),
            Reply::Null => Ok(false),
            reply if reply.is_ok() => Ok(true),
            Reply::BulkString(text) if matches!(text.as_ref(), b"0" | b"1") => Ok(text.as_ref() == b"1"),
            Reply::Integer(_) | Reply::BulkString(_) | Reply::SimpleString(_) => {
                Err(ReplyError::Invalid { expected: BOOLEAN, reason: "it is neither 1 nor 0" })
            }
            reply => Err(unexpected(BOOLEAN, reply)),
        }
    }
}

/// Numbers that come as themselves, or as their text.
enum Number {
    Integer(i64),
    Double(f64),
    Text(Bytes),
}

fn number(expected: &'static str, reply: Reply) -> Result<Number, ReplyError> {
    match reply {
        Reply::Integer(n) => Ok(Number::Integer(n)),
        Reply::Double(x) => Ok(Number::Double(x)),
        Reply::Boolean(b) => Ok(Number::Integer(b.into())),
        reply => bytes(expected, reply).map(Number::Text),
    }
}

fn parse<T: std::str::FromStr>(
    text: &[u8],
    expected: &'static str,
    reason: &'static str,
) -> Result<T, ReplyError> {
    let parsed = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    parsed.ok_or(ReplyError::Invalid { expected, reason })
}

/// A double without a fraction, as scores and `INCRBYFLOAT` results often are.
fn integral(x: f64) -> Option<i64> {
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "integral and within ±2⁵³, where every integer is exact"
    )]
    (x.fract() == 0.0 && x.abs() <= LIMIT).then_some(x as i64)
}

macro_rules! integers {
    ($($t:ty)*) => { $(
        impl FromReply for $t {
            fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
                let integer = match number(INTEGER, reply)? {
                    Number::Text(text) => {
                        return parse(&text, INTEGER, concat!("the text is not a decimal number within ", stringify!($t)));
                    }
                    Number::Integer(n) => Some(n),
                    Number::Double(x) => integral(x),
                };
                integer.and_then(|n| <$t>::try_from(n).ok()).ok_or(ReplyError::Invalid {
                    expected: INTEGER,
                    reason: concat!("the number is not within ", stringify!($t)),
                })
            }
        }
    )* };
}
integers!(i8 i16 u16 i32 u32 i64 u64 i128 u128 isize usize);

/// Alone it is a number; a list of them is a byte string.
impl FromReply for u8 {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        let wide = u16::from_reply(reply)?;
        Self::try_from(wide)
            .map_err(|_| ReplyError::Invalid { expected: INTEGER, reason: "the number is not within u8" })
    }

    fn list_from_reply(reply: Reply) -> Result<Vec<Self>, ReplyError> {
        bytes("a string", reply).map(Vec::from)
    }
}

macro_rules! floats {
    ($($t:ty)*) => { $(
        impl FromReply for $t {
            #[expect(clippy::allow_attributes, reason = "which cast is lossy depends on the type")]
            #[allow(clippy::cast_possible_truncation, reason = "the nearest value is what a narrower type means")]
            fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
                match number(NUMBER, reply)? {
                    Number::Integer(n) => Ok(n as $t),
                    Number::Double(x) => Ok(x as $t),
                    Number::Text(text) => parse(&text, NUMBER, "the text is not a number"),
                }
            }
        }
    )* };
}
floats!(f32 f64);

#[cfg(test)]
mod tests {
    use super::*;

    fn bulk(text: &str) -> Reply {
        Reply::BulkString(Bytes::copy_from_slice(text.as_bytes()))
    }

    #[test]
    fn integers_come_as_numbers_and_as_text() {
        for reply in [Reply::Integer(42), bulk("42"), Reply::Double(42.0), Reply::BigNumber("42".into())] {
            assert_eq!(i64::from_reply(reply.clone()).unwrap(), 42);
            assert_eq!(u8::from_reply(reply.clone()).unwrap(), 42);
            assert_eq!(u128::from_reply(reply.clone()).unwrap(), 42);
            assert_eq!(f64::from_reply(reply.clone()).unwrap(), 42.0);
            assert_eq!(f32::from_reply(reply).unwrap(), 42.0);
        }
        assert_eq!(u64::from_reply(bulk("18446744073709551615")).unwrap(), u64::MAX);
    }

    #[test]
    fn what_does_not_fit_is_invalid() {
        for reply in
            [Reply::Integer(-1), Reply::Integer(256), bulk("256"), bulk("1.5"), bulk(""), Reply::Double(0.5)]
        {
            assert!(matches!(u8::from_reply(reply.clone()), Err(ReplyError::Invalid { .. })), "{reply:?}");
        }
        for x in [f64::NAN, f64::INFINITY, 1e300] {
            assert!(i64::from_reply(Reply::Double(x)).is_err(), "{x}");
        }
        assert!(matches!(i64::from_reply(Reply::Array(vec![])), Err(ReplyError::UnexpectedType { .. })));
    }

    #[test]
    fn doubles_come_in_every_spelling_of_the_servers() {
        for (text, value) in
            [("3.5", 3.5), ("1e20", 1e20), ("inf", f64::INFINITY), ("-inf", f64::NEG_INFINITY)]
        {
            assert_eq!(f64::from_reply(bulk(text)).unwrap(), value);
        }
        assert!(f64::from_reply(bulk("nan")).unwrap().is_nan());
        assert_eq!(f32::from_reply(bulk("0.1")).unwrap(), 0.1);
    }

    #[test]
    fn booleans_are_what_servers_mean_by_yes_and_no() {
        let ok = Reply::SimpleString("OK".into());
        for yes in [Reply::Integer(1), Reply::Boolean(true), ok, bulk("1")] {
            assert!(bool::from_reply(yes).unwrap());
        }
        for no in [Reply::Integer(0), Reply::Boolean(false), Reply::Null, bulk("0")] {
            assert!(!bool::from_reply(no).unwrap());
        }
        for neither in [Reply::Integer(2), Reply::Integer(-1), bulk("yes"), Reply::Array(vec![])] {
            assert!(bool::from_reply(neither).is_err());
        }
    }
}
