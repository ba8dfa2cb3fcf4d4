use std::ops::{Deref, DerefMut};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{ArgWriter, Codec, Decodes, Encodes, FromReply, Reply, ReplyError, ToArg, Written, codec};

/// A value that is kept as a JSON text: an argument (`Json(&widget)`) and a reply (`Json<Widget>`).
///
/// ```
/// use redpoll_protocol::{CommandMeta, FromReply, Json, RawCommand, Reply};
///
/// const ANY: CommandMeta = CommandMeta::read("X");
/// let mut command = RawCommand::new(&ANY);
/// command.push(&Json(&[1, 2]));
/// assert_eq!(command.args().last(), Some(&b"[1,2]"[..]));
///
/// let Json(numbers) = Json::<Vec<u32>>::from_reply(Reply::BulkString("[1, 2]".into()))?;
/// assert_eq!(numbers, [1, 2]);
/// # Ok::<(), redpoll_protocol::ReplyError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Json<T>(pub T);

/// The codec behind [`Json`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JsonCodec;

impl Codec for JsonCodec {
    const NAME: &'static str = "JSON";
    type Error = serde_json::Error;
}

impl<T: Serialize + ?Sized> Encodes<T> for JsonCodec {
    fn encode(value: &T, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        serde_json::to_writer(out, value)
    }
}

impl<T: DeserializeOwned> Decodes<T> for JsonCodec {
    fn decode(bytes: &[u8]) -> Result<T, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

impl<T: Serialize> ToArg for Json<T> {
    fn write_arg(&self, arg: ArgWriter<'_>) -> Written {
        codec::write::<JsonCodec, T>(&self.0, arg)
    }
}

impl<T: DeserializeOwned> FromReply for Json<T> {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        codec::read::<JsonCodec, T>(reply).map(Self)
    }
}

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{CommandMeta, RawCommand};

    const ANY: CommandMeta = CommandMeta::read("X");

    #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
    struct Product {
        id: u32,
        tags: Vec<String>,
    }

    #[test]
    fn what_is_written_reads_back() {
        let product = Product { id: 42, tags: vec!["sale".into()] };
        let mut command = RawCommand::new(&ANY);
        command.push(&Json(&product));
        let text = command.args().last().map(<[u8]>::to_vec).unwrap_or_default();
        assert_eq!(text, br#"{"id":42,"tags":["sale"]}"#);
        let Json(read) = Json::<Product>::from_reply(Reply::BulkString(text.into())).unwrap();
        assert_eq!(read, product);
    }

    #[test]
    fn a_missing_key_is_an_option() {
        assert_eq!(Option::<Json<u32>>::from_reply(Reply::Null).unwrap(), None);
    }

    #[test]
    fn a_value_without_a_json_form_is_not_sent() {
        let mut command = RawCommand::new(&ANY);
        command.push(&Json(BTreeMap::from([((1, 2), 3)])));
        assert_eq!(command.fault(), Some("cannot be written as JSON: key must be a string"));
    }

    #[test]
    fn errors_do_not_show_the_document() {
        let reply = Reply::BulkString(r#""secret""#.into());
        let error = Json::<u32>::from_reply(reply).unwrap_err();
        assert_eq!(error.to_string(), "the value is not valid JSON");
    }
}
