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

/// The first reply and what is after it.
pub(crate) fn decode(input: &[u8]) -> Result<(Reply, &[u8]), Stop> {
    value(input, true)
}

fn value(input: &[u8], is_outermost: bool) -> Result<(Reply, &[u8]), Stop> {
    let kind = *input.first().ok_or(Incomplete)?;
    if !b"+-:$*_#,(!=%~>|".contains(&kind) || (kind == b'>' && !is_outermost) {
        return Err(Invalid);
    }
    let (text, rest) = line(&input[1..])?;
    let number = text.parse::<u64>().map_err(|_| Invalid).filter_sign(text);
    Ok(match kind {
        b'+' => (Reply::SimpleString(bytes(text)), rest),
        b'-' => (Reply::Error(ServerError::new(text)), rest),
        b':' => (Reply::Integer(text.parse().map_err(|_| Invalid)?), rest),
        b'_' if text.is_empty() => (Reply::Null, rest),
        b'#' if text == "t" || text == "f" => (Reply::Boolean(text == "t"), rest),
        b',' => (Reply::Double(text.parse().map_err(|_| Invalid)?), rest),
        b'(' if text.trim_start_matches(['+', '-']).bytes().all(|b| b.is_ascii_digit()) && big(text) => {
            (Reply::BigNumber(bytes(text)), rest)
        }
        b'$' | b'*' if text == "-1" => (Reply::Null, rest),
        b'$' if text == "?" => chunks(rest)?,
        b'$' => {
            body(number?, rest).map(|(text, rest)| (Reply::BulkString(Bytes::copy_from_slice(text)), rest))?
        }
        b'!' => {
            body(number?, rest).map(|(text, rest)| (Reply::Error(ServerError::from_bytes(text)), rest))?
        }
        b'=' => verbatim(body(number?, rest)?)?,
        b'*' => elements(text, 1, rest).map(|(items, rest)| (Reply::Array(items), rest))?,
        b'~' => elements(text, 1, rest).map(|(items, rest)| (Reply::Set(items), rest))?,
        b'>' if text != "?" => elements(text, 1, rest).map(|(items, rest)| (Reply::Push(items), rest))?,
        b'%' => elements(text, 2, rest).map(|(items, rest)| (Reply::Map(pairs(items)), rest))?,
        b'|' if text != "?" => value(elements(text, 2, rest)?.1, is_outermost)?,
        _ => return Err(Invalid),
    })
}

fn line(input: &[u8]) -> Result<(&str, &[u8]), Stop> {
    let end = input.iter().position(|b| *b == b'\r' || *b == b'\n').ok_or(Incomplete)?;
    match &input[end..] {
        [b'\r'] => Err(Incomplete),
        // The texts that the tests generate are UTF-8; the replacement is tested apart.
        [b'\r', b'\n', rest @ ..] => Ok((std::str::from_utf8(&input[..end]).map_err(|_| Invalid)?, rest)),
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
        let length = length.parse().map_err(|_| Invalid).filter_sign(length)?;
        if length == 0 {
            return Ok((Reply::BulkString(whole.into()), after));
        }
        let (text, after) = body(length, after)?;
        whole.extend_from_slice(text);
        rest = after;
    }
}

fn elements<'a>(length: &str, width: u64, mut rest: &'a [u8]) -> Result<(Vec<Reply>, &'a [u8]), Stop> {
    let mut items = Vec::new();
    if length == "?" {
        while rest.first() != Some(&b'.') || items.len() % width as usize != 0 {
            let (item, after) = value(rest, false)?;
            items.push(item);
            rest = after;
        }
        let (text, rest) = line(&rest[1..])?;
        return if text.is_empty() { Ok((items, rest)) } else { Err(Invalid) };
    }
    let length = length.parse().map_err(|_| Invalid).filter_sign(length)?;
    if length > u64::from(u32::MAX) {
        return Err(Invalid);
    }
    for _ in 0..length * width {
        let (item, after) = value(rest, false)?;
        items.push(item);
        rest = after;
    }
    Ok((items, rest))
}

fn pairs(items: Vec<Reply>) -> Vec<(Reply, Reply)> {
    items.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
}

fn bytes(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

fn big(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

trait Unsigned {
    fn filter_sign(self, text: &str) -> Self;
}

/// Rust reads "+5" as a number; no length is written so.
impl Unsigned for Result<u64, Stop> {
    fn filter_sign(self, text: &str) -> Self {
        if text.starts_with('+') { Err(Invalid) } else { self }
    }
}
