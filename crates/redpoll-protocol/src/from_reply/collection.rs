//! Lists, sets and maps.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};

use super::{FromReply, unexpected};
use crate::{Reply, ReplyError};

/// The elements of an aggregate; a map gives keys and values in turn, as RESP2 sends it.
pub(super) fn elements(reply: Reply) -> Result<Vec<Reply>, ReplyError> {
    match reply {
        Reply::Array(elements) | Reply::Set(elements) | Reply::Push(elements) => Ok(elements),
        Reply::Map(pairs) => Ok(pairs.into_iter().flat_map(<[Reply; 2]>::from).collect()),
        reply => Err(unexpected("an array", reply)),
    }
}

/// Pairs in any of the three shapes that servers send them in: a map, `[a, b, a, b]`, `[[a, b], [a, b]]`.
/// They are nested if every element is an array of two; a flat list whose keys and values all are is not told apart.
pub(super) fn pairs<A: FromReply, B: FromReply>(reply: Reply) -> Result<Vec<(A, B)>, ReplyError> {
    let pair = |(a, b)| Ok((A::from_reply(a)?, B::from_reply(b)?));
    match reply {
        Reply::Map(pairs) => pairs.into_iter().map(pair).collect(),
        Reply::Array(elements) | Reply::Set(elements) | Reply::Push(elements) => {
            if elements.iter().all(is_pair) {
                return elements.into_iter().map(<(A, B)>::from_reply).collect();
            }
            flat_pairs(elements)?.map(pair).collect()
        }
        reply => Err(unexpected("a map", reply)),
    }
}

fn is_pair(reply: &Reply) -> bool {
    matches!(reply, Reply::Array(elements) if elements.len() == 2)
}

fn flat_pairs(elements: Vec<Reply>) -> Result<impl Iterator<Item = (Reply, Reply)>, ReplyError> {
    if !elements.len().is_multiple_of(2) {
        return Err(ReplyError::Invalid { expected: "a map", reason: "the last key has no value" });
    }
    let mut elements = elements.into_iter();
    Ok(std::iter::from_fn(move || Some((elements.next()?, elements.next()?))))
}

impl<T: FromReply> FromReply for Vec<T> {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        T::list_from_reply(reply)
    }
}

impl<T: FromReply> FromReply for Box<[T]> {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        T::list_from_reply(reply).map(Self::from)
    }
}

impl<T: FromReply> FromReply for VecDeque<T> {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        T::list_from_reply(reply).map(Self::from)
    }
}

impl<T: FromReply, const N: usize> FromReply for [T; N] {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        let list = T::list_from_reply(reply)?;
        list.try_into().map_err(|list: Vec<T>| ReplyError::WrongLength { expected: N, got: list.len() })
    }
}

impl<T: FromReply + Eq + Hash, S: BuildHasher + Default> FromReply for HashSet<T, S> {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        T::list_from_reply(reply).map(|list| list.into_iter().collect())
    }
}

impl<T: FromReply + Ord> FromReply for BTreeSet<T> {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        T::list_from_reply(reply).map(|list| list.into_iter().collect())
    }
}

impl<K: FromReply + Eq + Hash, V: FromReply, S: BuildHasher + Default> FromReply for HashMap<K, V, S> {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        pairs(reply).map(|pairs| pairs.into_iter().collect())
    }
}

impl<K: FromReply + Ord, V: FromReply> FromReply for BTreeMap<K, V> {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        pairs(reply).map(|pairs| pairs.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn bulk(text: &'static str) -> Reply {
        Reply::BulkString(Bytes::from_static(text.as_bytes()))
    }

    fn array<const N: usize>(elements: [Reply; N]) -> Reply {
        Reply::Array(elements.into())
    }

    fn own<T: Into<String>, const N: usize>(texts: [T; N]) -> Vec<String> {
        texts.map(Into::into).into()
    }

    #[test]
    fn arrays_and_sets_are_lists() {
        for reply in [array([bulk("a"), bulk("b")]), Reply::Set(vec![bulk("a"), bulk("b")])] {
            assert_eq!(Vec::<String>::from_reply(reply.clone()).unwrap(), ["a", "b"]);
            assert_eq!(<[String; 2]>::from_reply(reply.clone()).unwrap(), ["a", "b"]);
            assert_eq!(VecDeque::<String>::from_reply(reply.clone()).unwrap(), ["a", "b"]);
            assert_eq!(HashSet::<String>::from_reply(reply.clone()).unwrap().len(), 2);
            assert_eq!(BTreeSet::<char>::from_reply(reply).unwrap(), BTreeSet::from(['a', 'b']));
        }
        let three = <[String; 3]>::from_reply(array([bulk("a")]));
        assert!(matches!(three, Err(ReplyError::WrongLength { expected: 3, got: 1 })));
    }

    #[test]
    fn a_list_of_bytes_is_a_byte_string_and_other_numbers_are_a_list() {
        assert_eq!(Vec::<u8>::from_reply(bulk("12")).unwrap(), b"12");
        assert_eq!(<[u8; 2]>::from_reply(bulk("12")).unwrap(), *b"12");
        assert_eq!(Vec::<u32>::from_reply(array([bulk("12"), Reply::Integer(3)])).unwrap(), [12, 3]);
        assert!(Vec::<u32>::from_reply(bulk("12")).is_err());
        assert_eq!(Vec::<Vec<u8>>::from_reply(array([bulk("1"), bulk("2")])).unwrap(), [b"1", b"2"]);
    }

    #[test]
    fn pairs_read_the_same_in_every_shape() {
        let shapes = [
            Reply::Map(vec![(bulk("a"), Reply::Double(1.0)), (bulk("b"), Reply::Double(2.0))]),
            array([bulk("a"), bulk("1"), bulk("b"), bulk("2")]),
            array([array([bulk("a"), Reply::Double(1.0)]), array([bulk("b"), Reply::Double(2.0)])]),
        ];
        for reply in shapes {
            let pairs = [("a".to_owned(), 1.0), ("b".to_owned(), 2.0)];
            assert_eq!(Vec::<(String, f64)>::from_reply(reply.clone()).unwrap(), pairs);
            assert_eq!(
                HashMap::<String, f64>::from_reply(reply.clone()).unwrap(),
                HashMap::from(pairs.clone())
            );
            assert_eq!(BTreeMap::<String, f64>::from_reply(reply).unwrap(), BTreeMap::from(pairs));
        }
    }

    #[test]
    fn no_pairs_are_no_pairs_in_every_shape() {
        for reply in [Reply::Map(vec![]), array([]), Reply::Set(vec![])] {
            assert!(Vec::<(String, f64)>::from_reply(reply.clone()).unwrap().is_empty());
            assert!(Vec::<String>::from_reply(reply).unwrap().is_empty());
        }
    }

    #[test]
    fn values_that_are_lists_read_from_all_shapes_too() {
        let list = || array([bulk("x"), bulk("y")]);
        let expected = [("s".to_owned(), own(["x", "y"])), ("t".to_owned(), own(["x", "y"]))];
        for reply in [
            Reply::Map(vec![(bulk("s"), list()), (bulk("t"), list())]),
            array([bulk("s"), list(), bulk("t"), list()]),
            array([array([bulk("s"), list()]), array([bulk("t"), list()])]),
        ] {
            assert_eq!(Vec::<(String, Vec<String>)>::from_reply(reply).unwrap(), expected);
        }
    }

    #[test]
    fn the_reply_of_xread_is_streams_with_entries_with_fields() {
        type Streams = Vec<(String, Vec<(String, HashMap<String, String>)>)>;
        let entry = || array([bulk("1-0"), array([bulk("f"), bulk("v")])]);
        let resp2 = array([array([bulk("stream"), array([entry()])])]);
        let resp3 = Reply::Map(vec![(bulk("stream"), array([entry()]))]);
        let fields = HashMap::from([("f".to_owned(), "v".to_owned())]);
        for reply in [resp2, resp3] {
            let expected = [("stream".to_owned(), vec![("1-0".to_owned(), fields.clone())])];
            assert_eq!(Streams::from_reply(reply).unwrap(), expected);
        }
    }

    #[test]
    fn a_map_read_as_a_plain_list_is_flat_as_in_resp2() {
        let reply = Reply::Map(vec![(bulk("a"), bulk("1"))]);
        assert_eq!(Vec::<String>::from_reply(reply).unwrap(), ["a", "1"]);
    }

    #[test]
    fn a_key_without_a_value_is_invalid() {
        let reply = array([bulk("a"), bulk("1"), bulk("b")]);
        assert!(matches!(Vec::<(String, f64)>::from_reply(reply), Err(ReplyError::Invalid { .. })));
    }
}
