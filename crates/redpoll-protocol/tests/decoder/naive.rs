//! The decoder as one would write it first: recursive, whole input only. What it lacks in speed and in resistance
//! to hostile input it has in obviousness.

use bytes::Bytes;
use redpoll_protocol::{Reply, ServerError};

/// Why there is no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Incomplete,
    Invalid,
}

use Stop::{Incomplete, Invalid};

/// The default of `Limits::depth`.
const DEPTH: usize = 128;

/// The first reply and what is after it.
pub(crate) fn decode(input: &[u8]) -> Result<(Reply, &[u8]), Stop> {
    value(input, 0)
}

fn value(input: &[u8], depth: usize) -> Result<(Reply, &[u8]), Stop> {
    let kind = *input.first().ok_or(Incomplete)?;
    if !b"+-:$*_#,(!=%~>|".contains(&kind) || (kind == b'>' && depth > 0) {
        return Err(Invalid);
    }
    let (line, rest) = line(&input[1..])?;
    // No number and no keyword is anything but UTF-8.
    let text = std::str::from_utf8(line).unwrap_or("\u{fffd}");
    let number = unsigned(text);
    Ok(match kind {
        b'+' => (Reply::SimpleString(Bytes::copy_from_slice(line)), rest),
        b'-' => (Reply::Error(ServerError::from_bytes(line)), rest),
        b':' => (Reply::Integer(text.parse().map_err(|_| Invalid)?), rest),
        b'_' if text.is_empty() => (Reply::Null, rest),
        b'#' if text == "t" || text == "f" => (Reply::Boolean(text == "t"), rest),
        b',' => (Reply::Double(text.parse().map_err(|_| Invalid)?), rest),
        b'(' if is_big_number(text) => (Reply::BigNumber(Bytes::copy_from_slice(line)), rest),
        b'$' | b'*' if text == "-1" => (Reply::Null, rest),
        b'$' if text == "?" => chunks(rest)?,
        b'$' => {
            body(number?, rest).map(|(text, rest)| (Reply::BulkString(Bytes::copy_from_slice(text)), rest))?
        }
        b'!' => {
            body(number?, rest).map(|(text, rest)| (Reply::Error(ServerError::from_bytes(text)), rest))?
        }
        b'=' => verbatim(body(number?, rest)?)?,
        b'*' => elements(text, 1, rest, depth).map(|(items, rest)| (Reply::Array(items), rest))?,
        b'~' => elements(text, 1, rest, depth).map(|(items, rest)| (Reply::Set(items), rest))?,
        b'>' if text != "?" => {
            elements(text, 1, rest, depth).map(|(items, rest)| (Reply::Push(items), rest))?
        }
        b'%' => elements(text, 2, rest, depth).map(|(items, rest)| (Reply::Map(pairs(items)), rest))?,
        b'|' if text != "?" => value(elements(text, 2, rest, depth)?.1, depth)?,
        _ => return Err(Invalid),
    })
}

fn line(input: &[u8]) -> Result<(&[u8], &[u8]), Stop> {
    let end = input.iter().position(|b| *b == b'\r' || *b == b'\n').ok_or(Incomplete)?;
    match &input[end..] {
        [b'\r'] => Err(Incomplete),
        [b'\r', b'\n', rest @ ..] => Ok((&input[..end], rest)),
        _ => Err(Invalid),
    }
}

fn body(length: u64, input: &[u8]) -> Result<(&[u8], &[u8]), Stop> {
    let length = usize::try_from(length).map_err(|_| Invalid)?;
    if length > 512 * 1024 * 1024 {
        return Err(Invalid);
    }
    match input.split_at_checked(length) {
        Some((text, [b'\r', b'\n', rest @ ..])) => Ok((text, rest)),
        Some((_, [_, _, ..])) => Err(Invalid),
        _ => Err(Incomplete),
    }
}

fn verbatim<'a>((text, rest): (&[u8], &'a [u8])) -> Result<(Reply, &'a [u8]), Stop> {
    let [a, b, c, b':', text @ ..] = text else { return Err(Invalid) };
    Ok((Reply::VerbatimString { format: [*a, *b, *c], text: Bytes::copy_from_slice(text) }, rest))
}

fn chunks(mut rest: &[u8]) -> Result<(Reply, &[u8]), Stop> {
    let mut whole = Vec::new();
    loop {
        if *rest.first().ok_or(Incomplete)? != b';' {
            return Err(Invalid);
        }
        let (length, after) = line(&rest[1..])?;
        let length = unsigned(std::str::from_utf8(length).map_err(|_| Invalid)?)?;
        if length == 0 {
            return Ok((Reply::BulkString(whole.into()), after));
        }
        let (text, after) = body(length, after)?;
        whole.extend_from_slice(text);
        rest = after;
    }
}

fn elements<'a>(
    length: &str,
    width: u64,
    rest: &'a [u8],
    depth: usize,
) -> Result<(Vec<Reply>, &'a [u8]), Stop> {
    let length = if length == "?" { None } else { Some(unsigned(length)?) };
    if depth >= DEPTH || length.is_some_and(|length| length > u64::from(u32::MAX)) {
        return Err(Invalid);
    }
    let (mut items, mut rest) = (Vec::new(), rest);
    while length.is_none_or(|length| (items.len() as u64) < length * width) {
        if length.is_none() && (items.len() as u64).is_multiple_of(width) && rest.first() == Some(&b'.') {
            let (text, rest) = line(&rest[1..])?;
            return if text.is_empty() { Ok((items, rest)) } else { Err(Invalid) };
        }
        let (item, after) = value(rest, depth + 1)?;
        items.push(item);
        rest = after;
    }
    Ok((items, rest))
}

fn pairs(items: Vec<Reply>) -> Vec<(Reply, Reply)> {
    items.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
}

fn is_big_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Rust reads "+5" as a number; no length is written so.
fn unsigned(text: &str) -> Result<u64, Stop> {
    if text.starts_with('+') { Err(Invalid) } else { text.parse().map_err(|_| Invalid) }
}
