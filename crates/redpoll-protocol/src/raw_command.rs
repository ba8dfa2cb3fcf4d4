use std::cell::RefCell;
use std::fmt;

use bytes::{BufMut, BytesMut};

use crate::arg::{ArgWriter, PairWriter, ToArg, ToArgs, ToPairs};
use crate::{CommandMeta, HashSlot};

/// A command as it travels: its arguments already encoded, where its keys are, and what is known of it.
///
/// Arguments are encoded as they are added, into a buffer that is recycled when the command is dropped, so that
/// building and sending a command allocates nothing once a thread is warm.
///
/// ```
/// use redpoll_protocol::{CommandMeta, RawCommand};
///
/// const GET: CommandMeta = CommandMeta::read("GET");
/// let mut get = RawCommand::new(&GET);
/// get.push_key("user:1");
/// assert_eq!(get.to_bytes(), &b"*2\r\n$3\r\nGET\r\n$6\r\nuser:1\r\n"[..]);
/// ```
pub struct RawCommand {
    /// Every argument, the name included, as RESP bulk strings; the array header is written when it is sent.
    body: Vec<u8>,
    args: u32,
    meta: &'static CommandMeta,
    keys: KeyPositions,
    fault: Option<Box<str>>,
}

/// Which arguments are keys: a bit for each of the first 64, and one regular run for those beyond.
#[derive(Debug, Clone, Copy, Default)]
struct KeyPositions {
    first: u64,
    tail: Option<Run>,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    start: u32,
    step: u32,
    count: u32,
}

impl RawCommand {
    /// A command of this name without arguments.
    pub fn new(meta: &'static CommandMeta) -> Self {
        if !meta.is_one_word() {
            return Self::named(meta, meta.name());
        }
        let mut command = Self::hollow(meta, recycle::take());
        command.push_bytes(meta.name().as_bytes());
        command
    }

    /// A command with this metadata under another name: for commands known only at run time.
    /// A space in `name` separates container and subcommand.
    pub fn named(meta: &'static CommandMeta, name: &str) -> Self {
        let mut command = Self::hollow(meta, recycle::take());
        for word in name.split(' ') {
            command.push_bytes(word.as_bytes());
        }
        command
    }

    /// Moves the command out. What stays behind has the same metadata and not even a name.
    pub fn take(&mut self) -> Self {
        let hollow = Self::hollow(self.meta, Vec::new());
        std::mem::replace(self, hollow)
    }

    const fn hollow(meta: &'static CommandMeta, body: Vec<u8>) -> Self {
        Self { body, args: 0, meta, keys: KeyPositions { first: 0, tail: None }, fault: None }
    }

    /// Adds one argument.
    pub fn push(&mut self, arg: &(impl ToArg + ?Sized)) {
        let _written = arg.write_arg(ArgWriter::new(self));
    }

    /// Adds one argument and records it as a key.
    pub fn push_key(&mut self, key: &(impl ToArg + ?Sized)) {
        self.keys.record(self.args);
        self.push(key);
    }

    /// Adds any number of arguments.
    pub fn extend(&mut self, args: &(impl ToArgs + ?Sized)) {
        args.write_args(self);
    }

    /// Adds any number of arguments and records each as a key.
    pub fn extend_keys(&mut self, keys: &(impl ToArgs + ?Sized)) {
        let first = self.args;
        keys.write_args(self);
        (first..self.args).for_each(|index| self.keys.record(index));
    }

    /// Adds any number of pairs.
    pub fn extend_pairs(&mut self, pairs: &(impl ToPairs + ?Sized)) {
        pairs.write_pairs(self, PairWriter::Plain);
    }

    /// Adds any number of pairs and records the first of each as a key.
    pub fn extend_key_pairs(&mut self, pairs: &(impl ToPairs + ?Sized)) {
        pairs.write_pairs(self, PairWriter::Keys);
    }

    /// Adds the number of arguments that `args` writes, then the arguments, recorded as keys: `numkeys key [key ...]`.
    pub fn extend_counted_keys(&mut self, keys: &(impl ToArgs + ?Sized)) {
        let mut counter = Self::named(self.meta, "");
        keys.write_args(&mut counter);
        self.push(&counter.args.saturating_sub(1));
        self.extend_keys(keys);
    }

    pub(crate) fn push_bytes(&mut self, arg: &[u8]) {
        const LONGEST_HEADER: usize = 23;
        self.body.reserve(arg.len().saturating_add(LONGEST_HEADER).saturating_add(2));
        match u8::try_from(arg.len()) {
            // Names, options and many keys.
            Ok(length @ 0..=9) => self.body.extend_from_slice(&[b'$', b'0' | length, b'\r', b'\n']),
            _ => {
                self.body.push(b'$');
                self.body.extend_from_slice(itoa::Buffer::new().format(arg.len()).as_bytes());
                self.body.extend_from_slice(b"\r\n");
            }
        }
        self.body.extend_from_slice(arg);
        self.body.extend_from_slice(b"\r\n");
        self.args = self.args.saturating_add(1);
    }

    /// Records that an argument could not be written. The first reason is kept; such a command must not be sent.
    pub fn fail(&mut self, reason: impl Into<Box<str>>) {
        self.fault.get_or_insert_with(|| reason.into());
    }

    /// Why this command must not be sent, if an argument could not be written.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// What is known of the command.
    pub const fn meta(&self) -> &'static CommandMeta {
        self.meta
    }

    /// Replaces what is known of the command: an option can change it (`SET` with `NX` is a checked write).
    pub fn set_meta(&mut self, meta: &'static CommandMeta) {
        self.meta = meta;
    }

    /// The name as sent, for messages: the metadata's, or the first argument if the metadata has none.
    pub fn name(&self) -> std::borrow::Cow<'static, str> {
        if self.meta.name().is_empty() {
            let first = self.args().next().unwrap_or_default();
            return String::from_utf8_lossy(first).to_ascii_uppercase().into();
        }
        self.meta.name().into()
    }

    /// How many arguments there are, the name included.
    pub const fn arg_count(&self) -> u32 {
        self.args
    }

    /// The arguments in order; the first is the command's name.
    pub fn args(&self) -> impl Iterator<Item = &[u8]> + '_ {
        Args { rest: &self.body }
    }

    /// The keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &[u8]> + '_ {
        (0_u32..).zip(self.args()).filter(|(index, _)| self.keys.contains(*index)).map(|(_, arg)| arg)
    }

    /// The hash slot of the first key.
    pub fn slot(&self) -> Option<HashSlot> {
        self.keys().next().map(HashSlot::of)
    }

    /// How many bytes it takes on the wire.
    pub fn encoded_len(&self) -> usize {
        let mut digits = itoa::Buffer::new();
        self.body.len().saturating_add(digits.format(self.args).len()).saturating_add(3)
    }

    /// Appends the encoded command to `out`.
    pub fn write_to(&self, out: &mut BytesMut) {
        let mut digits = itoa::Buffer::new();
        let count = digits.format(self.args);
        out.reserve(self.body.len().saturating_add(count.len()).saturating_add(3));
        out.put_u8(b'*');
        out.put_slice(count.as_bytes());
        out.put_slice(b"\r\n");
        out.put_slice(&self.body);
    }

    /// The encoded command.
    pub fn to_bytes(&self) -> BytesMut {
        let mut out = BytesMut::new();
        self.write_to(&mut out);
        out
    }
}

impl Clone for RawCommand {
    fn clone(&self) -> Self {
        let mut body = recycle::take();
        body.extend_from_slice(&self.body);
        Self { body, args: self.args, meta: self.meta, keys: self.keys, fault: self.fault.clone() }
    }
}

impl Drop for RawCommand {
    fn drop(&mut self) {
        recycle::give(std::mem::take(&mut self.body));
    }
}

/// Shows the name and sizes; arguments are users' data and stay hidden.
impl fmt::Debug for RawCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} arguments, {} bytes)", self.name(), self.args.saturating_sub(1), self.body.len())
    }
}

impl KeyPositions {
    fn record(&mut self, index: u32) {
        if index < u64::BITS {
            self.first |= 1 << index;
            return;
        }
        match &mut self.tail {
            None => self.tail = Some(Run { start: index, step: 1, count: 1 }),
            Some(run) => {
                if run.count == 1 {
                    run.step = index.saturating_sub(run.start);
                }
                run.count = run.count.saturating_add(1);
            }
        }
    }

    fn contains(&self, index: u32) -> bool {
        if index < u64::BITS {
            return self.first & (1 << index) != 0;
        }
        self.tail.is_some_and(|run| {
            let offset = index.wrapping_sub(run.start);
            index >= run.start
                && offset.checked_rem(run.step) == Some(0)
                && offset.checked_div(run.step).is_some_and(|nth| nth < run.count)
        })
    }
}

struct Args<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Args<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let end = memchr::memchr(b'\r', self.rest)?;
        let digits = std::str::from_utf8(self.rest.get(1..end)?).ok()?;
        let length: usize = digits.parse().ok()?;
        let start = end.checked_add(2)?;
        let stop = start.checked_add(length)?;
        let arg = self.rest.get(start..stop)?;
        self.rest = self.rest.get(stop.checked_add(2)?..)?;
        Some(arg)
    }
}

/// Buffers of finished commands, kept per thread. Bounded in number and in size, so that one large value
/// is not kept for ever.
mod recycle {
    use super::RefCell;

    const MOST: usize = 1024;
    const LARGEST: usize = 4 * 1024;

    thread_local! {
        static BUFFERS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
    }

    pub(super) fn take() -> Vec<u8> {
        BUFFERS.try_with(|buffers| buffers.borrow_mut().pop()).ok().flatten().unwrap_or_default()
    }

    pub(super) fn give(mut buffer: Vec<u8>) {
        if buffer.capacity() == 0 || buffer.capacity() > LARGEST {
            return;
        }
        buffer.clear();
        // A thread that is ending has no store any more; the buffer is then simply freed.
        let _ = BUFFERS.try_with(|buffers| {
            let mut buffers = buffers.borrow_mut();
            if buffers.len() < MOST {
                buffers.push(buffer);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MSET: CommandMeta = CommandMeta::write("MSET", crate::RetryClass::Idempotent);
    const SETNAME: CommandMeta = CommandMeta::read("CLIENT SETNAME");

    #[test]
    fn container_and_subcommand_are_two_arguments() {
        let mut command = RawCommand::new(&SETNAME);
        command.push("me");
        assert_eq!(command.to_bytes(), &b"*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$2\r\nme\r\n"[..]);
        assert_eq!(command.encoded_len(), command.to_bytes().len());
    }

    #[test]
    fn keys_are_found_however_many_there_are() {
        for step in [1, 2, 3] {
            let mut command = RawCommand::new(&MSET);
            for i in 0..200 {
                command.push_key(&format!("k{i}"));
                (1..step).for_each(|_| command.push("v"));
            }
            let keys: Vec<_> = command.keys().map(|k| String::from_utf8_lossy(k).into_owned()).collect();
            assert_eq!(keys, (0..200).map(|i| format!("k{i}")).collect::<Vec<_>>(), "step {step}");
        }
    }

    #[test]
    fn counted_keys_come_after_their_number() {
        let mut command = RawCommand::new(&MSET);
        command.push_key("destination");
        command.extend_counted_keys(&["a", "b"]);
        let args: Vec<_> = command.args().skip(1).collect();
        assert_eq!(args, [&b"destination"[..], b"2", b"a", b"b"]);
        assert_eq!(command.keys().collect::<Vec<_>>(), [&b"destination"[..], b"a", b"b"]);
    }

    #[test]
    fn arguments_may_hold_any_bytes() {
        let mut command = RawCommand::new(&MSET);
        command.push(&b"\r\n$3\r\n\0"[..]);
        command.push("");
        assert_eq!(command.args().skip(1).collect::<Vec<_>>(), [&b"\r\n$3\r\n\0"[..], b""]);
    }

    #[test]
    fn the_first_fault_is_kept_and_cloned() {
        let mut command = RawCommand::new(&MSET);
        assert_eq!(command.fault(), None);
        command.fail("first");
        command.fail("second");
        assert_eq!(command.clone().fault(), Some("first"));
    }

    #[test]
    fn debug_shows_no_argument() {
        let mut command = RawCommand::new(&MSET);
        command.push("secret");
        assert!(!format!("{command:?}").contains("secret"));
    }
}
