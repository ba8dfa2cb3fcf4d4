//! Tuples: arrays of a fixed length.

use super::{FromReply, collection};
use crate::{Reply, ReplyError};

fn exactly<const N: usize>(reply: Reply) -> Result<[Reply; N], ReplyError> {
    let elements = collection::elements(reply)?;
    elements
        .try_into()
        .map_err(|elements: Vec<Reply>| ReplyError::WrongLength { expected: N, got: elements.len() })
}

/// A list of pairs has shapes of its own.
impl<A: FromReply, B: FromReply> FromReply for (A, B) {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        let [a, b] = exactly(reply)?;
        Ok((A::from_reply(a)?, B::from_reply(b)?))
    }

    fn list_from_reply(reply: Reply) -> Result<Vec<Self>, ReplyError> {
        collection::pairs(reply)
    }
}

macro_rules! tuples {
    ($(($($t:ident $element:ident)+))*) => { $(
        impl<$($t: FromReply),+> FromReply for ($($t,)+) {
            fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
                let [$($element),+] = exactly(reply)?;
                Ok(($($t::from_reply($element)?,)+))
            }
        }
    )* };
}
tuples!((A a)(A a B b C c)(A a B b C c D d)(A a B b C c D d E e)(A a B b C c D d E e F f)
    (A a B b C c D d E e F f G g)(A a B b C c D d E e F f G g H h));

#[cfg(test)]
mod tests {
    use super::*;

    fn integers(n: i64) -> Reply {
        Reply::Array((1..=n).map(Reply::Integer).collect())
    }

    #[test]
    fn a_tuple_is_an_array_of_its_length() {
        assert_eq!(<(u8,)>::from_reply(integers(1)).unwrap(), (1,));
        assert_eq!(<(u8, String)>::from_reply(integers(2)).unwrap(), (1, "2".to_owned()));
        assert_eq!(<(u8, (), Option<f64>)>::from_reply(integers(3)).unwrap(), (1, (), Some(3.0)));
        assert_eq!(
            <(u8, u8, u8, u8, u8, u8, u8, u8)>::from_reply(integers(8)).unwrap(),
            (1, 2, 3, 4, 5, 6, 7, 8)
        );
    }

    #[test]
    fn another_length_is_an_error_that_says_both() {
        let error = <(u8, u8)>::from_reply(integers(3)).unwrap_err();
        assert_eq!(error.to_string(), "expected 2 elements, got 3");
    }

    #[test]
    fn lists_of_longer_tuples_are_nested() {
        let reply = Reply::Array(vec![integers(3), integers(3)]);
        assert_eq!(Vec::<(u8, u8, u8)>::from_reply(reply).unwrap(), [(1, 2, 3), (1, 2, 3)]);
    }
}
