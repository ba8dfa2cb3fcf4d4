//! Arguments: what callers may pass, written straight into the command's buffer.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use crate::RawCommand;

/// One argument of a command.
///
/// Strings, byte strings, numbers, `bool` (as `1` and `0`) and [`Json`](crate::Json) are arguments.
/// A `u8` alone is not: a slice of them is one byte string, so cast a small number to `u32`.
/// A `Duration` is not either, because its unit depends on the command; typed methods take one where it is meant.
///
/// ```
/// use redpoll_protocol::{ArgWriter, ToArg, Written};
///
/// struct UserKey(u64);
///
/// impl ToArg for UserKey {
///     fn write_arg(&self, arg: ArgWriter<'_>) -> Written {
///         arg.bytes(format!("user:{}", self.0).as_bytes())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a single argument of a command",
    note = "strings, byte strings, numbers and `Json(value)` are; several arguments go in an array, a `Vec` or a slice where the method takes `impl ToArgs`",
    note = "a lone `u8` is a byte, not a number: cast it to `u32`; format a date or a duration in the unit that the command wants"
)]
pub trait ToArg {
    /// Writes the argument. [`Written`] is the proof that exactly one was written.
    fn write_arg(&self, arg: ArgWriter<'_>) -> Written;
}

/// Where one argument is written to; writing consumes it.
#[derive(Debug)]
pub struct ArgWriter<'a> {
    command: &'a mut RawCommand,
}

/// The proof that an [`ArgWriter`] was used.
#[derive(Debug)]
#[must_use]
pub struct Written(());

impl<'a> ArgWriter<'a> {
    pub(crate) fn new(command: &'a mut RawCommand) -> Self {
        Self { command }
    }

    /// Writes a byte string.
    pub fn bytes(self, bytes: &[u8]) -> Written {
        self.command.push_bytes(bytes);
        Written(())
    }

    /// Gives up on the argument: the command is not sent, and whoever sends it gets this reason.
    pub fn fail(self, reason: impl Into<Box<str>>) -> Written {
        self.command.fail(reason);
        // The place is kept, so that the positions of the keys stay right.
        self.bytes(b"")
    }

    /// Writes an integer in decimal.
    pub fn integer(self, n: impl itoa::Integer) -> Written {
        self.bytes(itoa::Buffer::new().format(n).as_bytes())
    }

    /// Writes a double: the shortest text that reads back as the same number, `inf`, `-inf` or `nan`.
    pub fn double(self, x: f64) -> Written {
        // `{:?}` switches to an exponent for very large and very small numbers, which `{}` does not.
        let text = format!("{x:?}");
        self.bytes(text.strip_suffix(".0").unwrap_or(&text).to_ascii_lowercase().as_bytes())
    }
}

/// Any number of arguments: one, or an array, slice, `Vec`, set or tuple of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written as arguments of a command",
    note = "one argument, or an array, slice, `Vec`, set or tuple of arguments can; pass an iterator as `.collect::<Vec<_>>()`"
)]
pub trait ToArgs {
    /// Writes every argument in order.
    fn write_args(&self, command: &mut RawCommand);
}

/// Pairs of arguments: fields and values, members and scores, keys and values.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written as pairs of arguments",
    note = "a pair, an array, slice or `Vec` of pairs, or a map can: `[(\"field\", \"value\")]`"
)]
pub trait ToPairs {
    /// Calls `write` for the first and the second argument of each pair, in order.
    fn write_pairs(&self, command: &mut RawCommand, write: PairWriter);
}

/// How the first argument of a pair is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairWriter {
    /// As a plain argument (`HSET`).
    Plain,
    /// As a key (`MSET`).
    Keys,
}

impl PairWriter {
    /// Writes one pair.
    pub fn pair(
        self,
        command: &mut RawCommand,
        first: &(impl ToArg + ?Sized),
        second: &(impl ToArg + ?Sized),
    ) {
        match self {
            Self::Plain => command.push(first),
            Self::Keys => command.push_key(first),
        }
        command.push(second);
    }
}

macro_rules! integer_args {
    ($($t:ty)*) => { $(
        impl ToArg for $t {
            fn write_arg(&self, arg: ArgWriter<'_>) -> Written {
                arg.integer(*self)
            }
        }
    )* };
}
integer_args!(i8 i16 u16 i32 u32 i64 u64 i128 u128 isize usize);

macro_rules! byte_args {
    ($($t:ty => $as_bytes:expr;)*) => { $(
        impl ToArg for $t {
            fn write_arg(&self, arg: ArgWriter<'_>) -> Written {
                let as_bytes: fn(&Self) -> &[u8] = $as_bytes;
                arg.bytes(as_bytes(self))
            }
        }
    )* };
}
byte_args! {
    str => |s| s.as_bytes();
    String => |s| s.as_bytes();
    Cow<'_, str> => |s| s.as_bytes();
    [u8] => |s| s;
    Vec<u8> => |s| s;
    Cow<'_, [u8]> => |s| s;
    Bytes => |s| s;
    BytesMut => |s| s;
}

impl<const N: usize> ToArg for [u8; N] {
    fn write_arg(&self, arg: ArgWriter<'_>) -> Written {
        arg.bytes(self)
    }
}

impl ToArg for char {
    fn write_arg(&self, arg: ArgWriter<'_>) -> Written {
        arg.bytes(self.encode_utf8(&mut [0; 4]).as_bytes())
    }
}

impl ToArg for bool {
    fn write_arg(&self, arg: ArgWriter<'_>) -> Written {
        arg.bytes(if *self { b"1" } else { b"0" })
    }
}

impl ToArg for f64 {
    fn write_arg(&self, arg: ArgWriter<'_>) -> Written {
        arg.double(*self)
    }
}

impl ToArg for f32 {
    fn write_arg(&self, arg: ArgWriter<'_>) -> Written {
        // Through the text of the `f32`: widening 0.1_f32 would send 0.10000000149011612.
        let text = format!("{self:?}");
        arg.bytes(text.strip_suffix(".0").unwrap_or(&text).to_ascii_lowercase().as_bytes())
    }
}

macro_rules! forwarded_args {
    ($($t:ty),*) => { $(
        impl<T: ToArg + ?Sized> ToArg for $t {
            fn write_arg(&self, arg: ArgWriter<'_>) -> Written {
                (**self).write_arg(arg)
            }
        }
    )* };
}
forwarded_args!(&T, &mut T, Box<T>, Arc<T>, Rc<T>);

impl<T: ToArg> ToArgs for T {
    fn write_args(&self, command: &mut RawCommand) {
        command.push(self);
    }
}

macro_rules! sequence_args {
    ($($(#[$with:meta])? [$($generics:tt)*] $t:ty;)*) => { $(
        impl<$($generics)*> ToArgs for $t {
            fn write_args(&self, command: &mut RawCommand) {
                for item in self.iter() {
                    item.write_args(command);
                }
            }
        }
    )* };
}
sequence_args! {
    [T: ToArgs, const N: usize] [T; N];
    [T: ToArgs, const N: usize] &[T; N];
    [T: ToArgs] &[T];
    [T: ToArgs] Vec<T>;
    [T: ToArgs] &Vec<T>;
    [T: ToArgs] BTreeSet<T>;
    [T: ToArgs] &BTreeSet<T>;
    [T: ToArgs, S] HashSet<T, S>;
    [T: ToArgs, S] &HashSet<T, S>;
}

impl<T: ToArgs> ToArgs for Option<T> {
    fn write_args(&self, command: &mut RawCommand) {
        if let Some(args) = self {
            args.write_args(command);
        }
    }
}

impl ToArgs for () {
    fn write_args(&self, _: &mut RawCommand) {}
}

macro_rules! tuple_args {
    ($(($($t:ident $i:tt)+))*) => { $(
        impl<$($t: ToArgs),+> ToArgs for ($($t,)+) {
            fn write_args(&self, command: &mut RawCommand) {
                $(self.$i.write_args(command);)+
            }
        }
    )* };
}
tuple_args!((A 0)(A 0 B 1)(A 0 B 1 C 2)(A 0 B 1 C 2 D 3)(A 0 B 1 C 2 D 3 E 4)(A 0 B 1 C 2 D 3 E 4 F 5)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6)(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7));

impl<A: ToArg, B: ToArg> ToPairs for (A, B) {
    fn write_pairs(&self, command: &mut RawCommand, write: PairWriter) {
        write.pair(command, &self.0, &self.1);
    }
}

macro_rules! sequence_pairs {
    ($([$($generics:tt)*] $t:ty;)*) => { $(
        impl<$($generics)*> ToPairs for $t {
            fn write_pairs(&self, command: &mut RawCommand, write: PairWriter) {
                for (first, second) in self.iter() {
                    write.pair(command, first, second);
                }
            }
        }
    )* };
}
sequence_pairs! {
    [A: ToArg, B: ToArg, const N: usize] [(A, B); N];
    [A: ToArg, B: ToArg, const N: usize] &[(A, B); N];
    [A: ToArg, B: ToArg] &[(A, B)];
    [A: ToArg, B: ToArg] Vec<(A, B)>;
    [A: ToArg, B: ToArg] &Vec<(A, B)>;
    [A: ToArg, B: ToArg] BTreeMap<A, B>;
    [A: ToArg, B: ToArg] &BTreeMap<A, B>;
    [A: ToArg, B: ToArg, S] HashMap<A, B, S>;
    [A: ToArg, B: ToArg, S] &HashMap<A, B, S>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CommandMeta;

    const ANY: CommandMeta = CommandMeta::read("X");

    fn args(args: impl ToArgs) -> Vec<String> {
        let mut command = RawCommand::new(&ANY);
        args.write_args(&mut command);
        command.args().skip(1).map(|a| String::from_utf8_lossy(a).into_owned()).collect()
    }

    #[test]
    fn scalars_are_one_argument() {
        assert_eq!(args("a"), ["a"]);
        assert_eq!(args(b"bytes"), ["bytes"]);
        assert_eq!(args(vec![104_u8, 105]), ["hi"]);
        assert_eq!(args((-7_i64, u64::MAX, true, 'é')), ["-7", "18446744073709551615", "1", "é"]);
    }

    #[test]
    fn doubles_are_the_shortest_text_that_reads_back() {
        assert_eq!(args((3.0, -0.1, 1e300, 0.1_f32)), ["3", "-0.1", "1e300", "0.1"]);
        assert_eq!(args((f64::INFINITY, f64::NEG_INFINITY, f64::NAN)), ["inf", "-inf", "nan"]);
    }

    #[test]
    fn sequences_and_nested_tuples_flatten() {
        assert_eq!(args(["a", "b"]), ["a", "b"]);
        assert_eq!(args(vec![(1, "a"), (2, "b")]), ["1", "a", "2", "b"]);
        assert_eq!(args(&["x".to_owned()][..]), ["x"]);
        assert_eq!(args((Some("a"), None::<&str>, ())), ["a"]);
    }

    #[test]
    fn pairs_mark_keys_only_when_asked() {
        let mut command = RawCommand::new(&ANY);
        [("k1", "v1"), ("k2", "v2")].write_pairs(&mut command, PairWriter::Keys);
        HashMap::from([("f", 1)]).write_pairs(&mut command, PairWriter::Plain);
        assert_eq!(command.keys().map(<[u8]>::to_vec).collect::<Vec<_>>(), [b"k1", b"k2"]);
        assert_eq!(command.args().count(), 7);
    }
}
