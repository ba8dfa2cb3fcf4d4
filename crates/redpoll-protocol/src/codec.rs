use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;

use crate::{ArgWriter, FromReply, Reply, ReplyError, ToArg, Written};

/// A format in which values are kept in the server: JSON, MessagePack, Protocol Buffers, compressed or encrypted bytes.
///
/// What a codec can write and read is said by [`Encodes`] and [`Decodes`], so that a codec for `serde` types, one for
/// generated messages and one for a single type all fit. [`Coded`] puts it to work.
///
/// ```
/// use redpoll_protocol::{Codec, Coded, CommandMeta, Decodes, Encodes, FromReply, RawCommand, Reply};
///
/// /// Four bytes, the least significant first.
/// struct LittleEndian;
///
/// impl Codec for LittleEndian {
///     const NAME: &'static str = "little-endian";
///     type Error = std::array::TryFromSliceError;
/// }
///
/// impl Encodes<u32> for LittleEndian {
///     fn encode(value: &u32, out: &mut Vec<u8>) -> Result<(), Self::Error> {
///         out.extend_from_slice(&value.to_le_bytes());
///         Ok(())
///     }
/// }
///
/// impl Decodes<u32> for LittleEndian {
///     fn decode(bytes: &[u8]) -> Result<u32, Self::Error> {
///         Ok(u32::from_le_bytes(bytes.try_into()?))
///     }
/// }
///
/// type Packed<T> = Coded<LittleEndian, T>;
///
/// const SET: CommandMeta = CommandMeta::read("X");
/// let mut command = RawCommand::new(&SET);
/// command.push(&Packed::new(258_u32));
/// assert_eq!(command.args().last(), Some(&[2, 1, 0, 0][..]));
/// let read = Packed::<u32>::from_reply(Reply::BulkString(vec![2, 1, 0, 0].into()))?;
/// assert_eq!(*read, 258);
/// # Ok::<(), redpoll_protocol::ReplyError>(())
/// ```
pub trait Codec {
    /// The name of the format, for error messages.
    const NAME: &'static str;
    /// What goes wrong when writing or reading it.
    type Error: std::error::Error + Send + Sync + 'static;
}

/// A codec that can write a `T`.
#[diagnostic::on_unimplemented(
    message = "the codec `{Self}` cannot write a `{T}`",
    note = "codecs that use serde need `T: serde::Serialize`: derive it"
)]
pub trait Encodes<T: ?Sized>: Codec {
    /// Appends the encoded value to `out`.
    ///
    /// # Errors
    ///
    /// If the format has no way to write this value; what was appended until then is dropped.
    fn encode(value: &T, out: &mut Vec<u8>) -> Result<(), Self::Error>;
}

/// A codec that can read a `T`.
#[diagnostic::on_unimplemented(
    message = "the codec `{Self}` cannot read a `{T}`",
    note = "codecs that use serde need `T: serde::de::DeserializeOwned`: derive `Deserialize` and own the data"
)]
pub trait Decodes<T>: Codec {
    /// Reads a value.
    ///
    /// # Errors
    ///
    /// If the bytes are not a `T` in this format.
    fn decode(bytes: &[u8]) -> Result<T, Self::Error>;
}

/// A value that travels through the codec `C`: an argument and a reply.
///
/// A value that the codec cannot write marks its command as faulty ([`RawCommand::fault`](crate::RawCommand::fault)):
/// it is not sent, and awaiting it gives the codec's error.
pub struct Coded<C, T> {
    value: T,
    codec: PhantomData<fn() -> C>,
}

impl<C, T> Coded<C, T> {
    /// Wraps a value, or a reference to one.
    pub const fn new(value: T) -> Self {
        Self { value, codec: PhantomData }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<C, T> std::ops::Deref for Coded<C, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<C, T: Clone> Clone for Coded<C, T> {
    fn clone(&self) -> Self {
        Self::new(self.value.clone())
    }
}

impl<C, T: PartialEq> PartialEq for Coded<C, T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<C, T: fmt::Debug> fmt::Debug for Coded<C, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Coded").field(&self.value).finish()
    }
}

impl<C: Encodes<T>, T> ToArg for Coded<C, T> {
    fn write_arg(&self, arg: ArgWriter<'_>) -> Written {
        write::<C, T>(&self.value, arg)
    }
}

impl<C: Decodes<T>, T> FromReply for Coded<C, T> {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        read::<C, T>(reply).map(Self::new)
    }
}

/// The largest scratch buffer that a thread keeps.
const KEEP: usize = 64 * 1024;

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

pub(crate) fn write<C: Encodes<T>, T: ?Sized>(value: &T, arg: ArgWriter<'_>) -> Written {
    // Taken, not borrowed: a `Serialize` implementation may itself build commands.
    let mut scratch = SCRATCH.try_with(RefCell::take).unwrap_or_default();
    scratch.clear();
    let written = match C::encode(value, &mut scratch) {
        Ok(()) => arg.bytes(&scratch),
        Err(error) => arg.fail(format!("cannot be written as {}: {error}", C::NAME)),
    };
    if scratch.capacity() <= KEEP {
        // A thread that is ending has no store any more; the buffer is then simply freed.
        let _ = SCRATCH.try_with(|store| store.replace(scratch));
    }
    written
}

pub(crate) fn read<C: Decodes<T>, T>(reply: Reply) -> Result<T, ReplyError> {
    let bytes = bytes::Bytes::from_reply(reply)?;
    C::decode(&bytes).map_err(|error| ReplyError::Codec { codec: C::NAME, source: Box::new(error) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CommandMeta, RawCommand};

    struct Refusing;

    impl Codec for Refusing {
        const NAME: &'static str = "nothing";
        type Error = std::fmt::Error;
    }

    impl Encodes<u8> for Refusing {
        fn encode(_: &u8, out: &mut Vec<u8>) -> Result<(), std::fmt::Error> {
            out.push(1);
            Err(std::fmt::Error)
        }
    }

    impl Decodes<u8> for Refusing {
        fn decode(_: &[u8]) -> Result<u8, std::fmt::Error> {
            Err(std::fmt::Error)
        }
    }

    #[test]
    fn what_cannot_be_written_marks_the_command_and_keeps_its_place() {
        const ANY: CommandMeta = CommandMeta::read("X");
        let mut command = RawCommand::new(&ANY);
        command.push(&Coded::<Refusing, _>::new(7));
        assert_eq!(command.args().skip(1).collect::<Vec<_>>(), [b""]);
        assert!(command.fault().is_some_and(|fault| fault.starts_with("cannot be written as nothing: ")));
    }

    #[test]
    fn what_cannot_be_read_names_the_codec() {
        let error = Coded::<Refusing, u8>::from_reply(Reply::BulkString("secret".into())).unwrap_err();
        assert_eq!(error.to_string(), "the value is not valid nothing");
        assert!(std::error::Error::source(&error).is_some());
        let nil = Coded::<Refusing, u8>::from_reply(Reply::Null).unwrap_err();
        assert!(matches!(nil, ReplyError::Nil));
    }
}
