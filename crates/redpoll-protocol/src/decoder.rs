mod aggregate;
mod cursor;
mod number;

use bytes::{Bytes, BytesMut};

use self::aggregate::{Aggregate, AggregateKind};
use self::cursor::{Cursor, HeaderKind};
use self::number::Length;
use crate::{DecodeError, Limits, Reply, ServerError};

/// From this size on, a bulk string is a slice of the input instead of a copy. Below it the copy costs less than
/// what a slice holds on to: the whole buffer that the connection read into.
const SLICE_FROM: usize = 16 * 1024;

/// Takes replies off the front of what a connection has read.
///
/// RESP2 and RESP3 alike, resumable at every byte: what has arrived of a reply is consumed and kept inside, and is not
/// looked at again when the rest comes. Nesting is a list of open aggregates, not recursion, and nothing is allocated
/// from a length that is only declared.
///
/// ```
/// use bytes::BytesMut;
/// use redpoll_protocol::{Decoder, Limits, Reply};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let mut input = BytesMut::from(&b"*2\r\n:1\r\n"[..]);
/// assert_eq!(decoder.decode(&mut input)?, None);
/// assert!(input.is_empty() && !decoder.is_idle());
/// input.extend_from_slice(b":2\r\n+OK\r\n");
/// assert_eq!(decoder.decode(&mut input)?, Some(Reply::Array(vec![Reply::Integer(1), Reply::Integer(2)])));
/// assert!(decoder.decode(&mut input)?.is_some_and(|reply| reply.is_ok()));
/// # Ok::<(), redpoll_protocol::DecodeError>(())
/// ```
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    /// Aggregates whose elements are still coming, the outermost first.
    open: Vec<Aggregate>,
    /// A bulk string whose header has been consumed.
    body: Option<Body>,
    /// What has come of a streamed string.
    chunks: Option<Vec<u8>>,
    /// How many bytes at the front of the input are known to hold no line end.
    scanned: usize,
    wanted: usize,
    /// Bytes of the current reply that earlier calls consumed.
    consumed: usize,
    failed: Option<DecodeError>,
}

#[derive(Debug, Clone, Copy)]
struct Body {
    kind: BodyKind,
    length: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BodyKind {
    BulkString,
    BulkError,
    VerbatimString,
    Chunk,
}

/// What one step over the input has brought.
enum Step {
    /// More bytes are needed.
    Incomplete,
    /// An aggregate was opened, an attribute dropped, a chunk kept.
    Inside,
    /// One element, or the whole reply.
    Value(Reply),
}

impl Decoder {
    /// A decoder at the start of a connection.
    pub const fn new(limits: Limits) -> Self {
        Self {
            limits,
            open: Vec::new(),
            body: None,
            chunks: None,
            scanned: 0,
            wanted: 0,
            consumed: 0,
            failed: None,
        }
    }

    /// Takes one whole reply off the front of `input`, or what there is of one.
    ///
    /// Between calls `input` may only grow at its end. After an error the connection must be closed: where the next
    /// reply would begin is unknown, and every further call repeats the error.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the bytes are not RESP or exceed a limit.
    pub fn decode(&mut self, input: &mut BytesMut) -> Result<Option<Reply>, DecodeError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let mut cursor = Cursor::new(input);
        let decoded = self.run(&mut cursor);
        let read = cursor.finish();
        let decoded = decoded.and_then(|reply| self.account(read, input.len(), reply));
        self.failed = decoded.as_ref().err().copied();
        decoded
    }

    /// How many more bytes the current bulk string needs at least; 0 if that is not known.
    pub const fn wanted(&self) -> usize {
        self.wanted
    }

    /// Whether no reply is half-read.
    pub const fn is_idle(&self) -> bool {
        self.consumed == 0 && self.scanned == 0
    }

    fn run(&mut self, cursor: &mut Cursor<'_>) -> Result<Option<Reply>, DecodeError> {
        self.wanted = 0;
        loop {
            match self.step(cursor)? {
                Step::Incomplete => return Ok(None),
                Step::Inside => {}
                Step::Value(reply) => {
                    if let Some(whole) = self.close(reply) {
                        return Ok(Some(whole));
                    }
                }
            }
        }
    }

    /// Holds a reply against [`Limits::reply`]; while it is incomplete, everything that is left belongs to it.
    fn account(
        &mut self,
        read: usize,
        left: usize,
        reply: Option<Reply>,
    ) -> Result<Option<Reply>, DecodeError> {
        let limit = self.limits.reply;
        self.consumed = self.consumed.saturating_add(read);
        let length = if reply.is_some() { self.consumed } else { self.consumed.saturating_add(left) };
        if length > limit {
            return Err(DecodeError::ReplyTooLong { limit });
        }
        if reply.is_some() {
            self.consumed = 0;
        }
        Ok(reply)
    }

    /// Gives an element to the innermost aggregate. Gives back the reply that it completes, if it does.
    fn close(&mut self, mut reply: Reply) -> Option<Reply> {
        while let Some(aggregate) = self.open.last_mut() {
            if !aggregate.push(reply) {
                return None;
            }
            reply = self.open.pop()?.finish()?;
        }
        Some(reply)
    }

    fn step(&mut self, cursor: &mut Cursor<'_>) -> Result<Step, DecodeError> {
        if let Some(body) = self.body {
            return self.body(body, cursor);
        }
        if self.scanned == 0
            && self.chunks.is_none()
            && self.limits.line >= cursor::HEADER
            && let Some((kind, number)) = cursor.header()
        {
            return self.plain(kind, number, cursor);
        }
        let Some(kind) = cursor.peek() else { return Ok(Step::Incomplete) };
        self.check_type(kind)?;
        let Some(line) = cursor.line(&mut self.scanned, self.limits.line)? else {
            return Ok(Step::Incomplete);
        };
        match kind {
            b'$' => self.bulk_string(number::length(line)?, cursor),
            b':' => number::integer(line).map(Reply::Integer).ok_or(DecodeError::BadInteger).map(Step::Value),
            b'+' => Ok(Step::Value(Reply::SimpleString(simple_string(line)))),
            b'*' => self.aggregate(AggregateKind::Array, number::length(line)?, cursor.left()),
            b'-' => Ok(Step::Value(Reply::Error(ServerError::from_bytes(line)))),
            b'%' => self.aggregate(AggregateKind::Map, number::length(line)?, cursor.left()),
            b'~' => self.aggregate(AggregateKind::Set, number::length(line)?, cursor.left()),
            b'>' => self.aggregate(AggregateKind::Push, number::length(line)?, cursor.left()),
            b'|' => self.aggregate(AggregateKind::Attribute, number::length(line)?, cursor.left()),
            b'!' => self.sized(BodyKind::BulkError, number::length(line)?, cursor),
            b'=' => self.sized(BodyKind::VerbatimString, number::length(line)?, cursor),
            b';' => self.sized(BodyKind::Chunk, number::length(line)?, cursor),
            b'.' => self.end(line),
            _ => number::scalar(kind, line).map(Step::Value),
        }
    }

    /// What nearly every header is: a type and a number, here and whole.
    fn plain(&mut self, kind: HeaderKind, number: u32, cursor: &mut Cursor<'_>) -> Result<Step, DecodeError> {
        match kind {
            HeaderKind::BulkString => self.open_body(BodyKind::BulkString, number.into(), cursor),
            HeaderKind::Integer => Ok(Step::Value(Reply::Integer(number.into()))),
            HeaderKind::Array => {
                self.aggregate(AggregateKind::Array, Length::Of(number.into()), cursor.left())
            }
        }
    }

    /// Refuses a byte at once where waiting for the end of its line could not make it right.
    fn check_type(&self, kind: u8) -> Result<(), DecodeError> {
        match kind {
            b'>' if !self.open.is_empty() => Err(DecodeError::MisplacedPush),
            b';' if self.chunks.is_none() => Err(DecodeError::MisplacedChunk),
            b';' => Ok(()),
            _ if self.chunks.is_some() => Err(DecodeError::MisplacedChunk),
            b'.' if !self.open.last().is_some_and(Aggregate::may_end) => Err(DecodeError::MisplacedEnd),
            b'+' | b'-' | b':' | b'$' | b'*' | b'_' | b'#' | b',' | b'(' | b'!' | b'=' | b'%' | b'~'
            | b'>' | b'|' | b'.' => Ok(()),
            _ => Err(DecodeError::UnknownType(kind)),
        }
    }

    fn bulk_string(&mut self, length: Length, cursor: &mut Cursor<'_>) -> Result<Step, DecodeError> {
        match length {
            Length::Null => Ok(Step::Value(Reply::Null)),
            Length::Streamed => {
                self.chunks = Some(Vec::new());
                Ok(Step::Inside)
            }
            Length::Of(length) => self.open_body(BodyKind::BulkString, length, cursor),
        }
    }

    fn sized(
        &mut self,
        kind: BodyKind,
        length: Length,
        cursor: &mut Cursor<'_>,
    ) -> Result<Step, DecodeError> {
        match length {
            Length::Of(length) => self.open_body(kind, length, cursor),
            Length::Null | Length::Streamed => Err(DecodeError::BadLength),
        }
    }

    fn open_body(
        &mut self,
        kind: BodyKind,
        length: u64,
        cursor: &mut Cursor<'_>,
    ) -> Result<Step, DecodeError> {
        let limit = self.limits.bulk;
        let kept = self.chunks.as_ref().map_or(0, Vec::len);
        match usize::try_from(length) {
            Ok(length) if length.saturating_add(kept) <= limit => {
                if kind == BodyKind::Chunk && length == 0 {
                    let chunks = self.chunks.take().unwrap_or_default();
                    return Ok(Step::Value(Reply::BulkString(chunks.into())));
                }
                self.body(Body { kind, length }, cursor)
            }
            _ => Err(DecodeError::BulkTooLong { limit }),
        }
    }

    fn body(&mut self, body: Body, cursor: &mut Cursor<'_>) -> Result<Step, DecodeError> {
        if let Some(missing) = cursor.missing(body.length) {
            self.wanted = missing;
            self.body = Some(body);
            return Ok(Step::Incomplete);
        }
        self.body = None;
        let reply = match body.kind {
            BodyKind::BulkString if body.length >= SLICE_FROM => {
                Reply::BulkString(cursor.slice(body.length)?)
            }
            BodyKind::BulkString => Reply::BulkString(copied(cursor.bulk(body.length)?)),
            BodyKind::BulkError => Reply::Error(ServerError::from_bytes(cursor.bulk(body.length)?)),
            BodyKind::VerbatimString => verbatim_string(cursor.bulk(body.length)?)?,
            BodyKind::Chunk => {
                let chunk = cursor.bulk(body.length)?;
                self.chunks.get_or_insert_default().extend_from_slice(chunk);
                return Ok(Step::Inside);
            }
        };
        Ok(Step::Value(reply))
    }

    /// `left` is how many bytes have arrived after the header: it bounds what is allocated for the elements.
    fn aggregate(&mut self, kind: AggregateKind, length: Length, left: usize) -> Result<Step, DecodeError> {
        let length = match length {
            Length::Null if kind == AggregateKind::Array => return Ok(Step::Value(Reply::Null)),
            Length::Streamed if kind.may_stream() => None,
            Length::Of(length) => Some(self.bounded(length)?),
            Length::Null | Length::Streamed => return Err(DecodeError::BadLength),
        };
        let limit = self.limits.depth;
        if self.open.len() >= limit {
            return Err(DecodeError::TooDeep { limit });
        }
        // Each level may use half of what the one around it may, so that the sum stays below the double.
        let shift = u32::try_from(self.open.len()).unwrap_or(u32::MAX);
        let aggregate = Aggregate::new(kind, length, left.checked_shr(shift).unwrap_or(0));
        if length == Some(0) {
            return Ok(aggregate.finish().map_or(Step::Inside, Step::Value));
        }
        self.open.push(aggregate);
        Ok(Step::Inside)
    }

    fn bounded(&self, length: u64) -> Result<usize, DecodeError> {
        let limit = self.limits.aggregate;
        let length = usize::try_from(length).ok().filter(|length| *length <= limit);
        length.ok_or(DecodeError::AggregateTooLong { limit })
    }

    fn end(&mut self, text: &[u8]) -> Result<Step, DecodeError> {
        if !text.is_empty() {
            return Err(DecodeError::MisplacedEnd);
        }
        let aggregate = self.open.pop().ok_or(DecodeError::MisplacedEnd)?;
        Ok(aggregate.finish().map_or(Step::Inside, Step::Value))
    }
}

/// The texts that make up nearly all simple strings need no allocation.
fn simple_string(text: &[u8]) -> Bytes {
    match text {
        b"OK" => Bytes::from_static(b"OK"),
        b"QUEUED" => Bytes::from_static(b"QUEUED"),
        b"PONG" => Bytes::from_static(b"PONG"),
        _ => copied(text),
    }
}

fn copied(text: &[u8]) -> Bytes {
    if text.is_empty() { Bytes::new() } else { Bytes::copy_from_slice(text) }
}

fn verbatim_string(body: &[u8]) -> Result<Reply, DecodeError> {
    match body {
        [a, b, c, b':', text @ ..] => Ok(Reply::VerbatimString { format: [*a, *b, *c], text: copied(text) }),
        _ => Err(DecodeError::BadVerbatimString),
    }
}
