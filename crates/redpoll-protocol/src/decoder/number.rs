use bytes::Bytes;

use crate::{DecodeError, Reply};

/// The length in a header.
pub(super) enum Length {
    Of(u64),
    /// `-1`: the null of RESP2.
    Null,
    /// `?`: the end will be marked.
    Streamed,
}

/// Digits alone, `-1` or `?`.
pub(super) fn length(text: &[u8]) -> Result<Length, DecodeError> {
    match text {
        b"-1" => Ok(Length::Null),
        b"?" => Ok(Length::Streamed),
        [] => Err(DecodeError::BadLength),
        digits => digits.iter().try_fold(0_u64, append).map(Length::Of).ok_or(DecodeError::BadLength),
    }
}

/// An optional sign and digits, within 64 bits.
pub(super) fn integer(text: &[u8]) -> Option<i64> {
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() {
        return None;
    }
    let magnitude = digits.iter().try_fold(0, append)?;
    if is_negative { 0_i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
}

/// The types that are one line and rare.
pub(super) fn scalar(kind: u8, text: &[u8]) -> Result<Reply, DecodeError> {
    match (kind, text) {
        (b'_', []) => Ok(Reply::Null),
        (b'_', _) => Err(DecodeError::BadNull),
        (b'#', b"t") => Ok(Reply::Boolean(true)),
        (b'#', b"f") => Ok(Reply::Boolean(false)),
        (b'#', _) => Err(DecodeError::BadBoolean),
        (b',', text) => double(text).map(Reply::Double).ok_or(DecodeError::BadDouble),
        (b'(', text) if is_big_number(text) => Ok(Reply::BigNumber(Bytes::copy_from_slice(text))),
        (b'(', _) => Err(DecodeError::BadBigNumber),
        _ => Err(DecodeError::UnknownType(kind)),
    }
}

fn append(number: u64, digit: &u8) -> Option<u64> {
    let digit = digit.wrapping_sub(b'0');
    if digit > 9 {
        return None;
    }
    number.checked_mul(10)?.checked_add(u64::from(digit))
}

/// What Rust reads is what servers send: decimals, exponents, `inf`, `-inf`, `nan`, and the `-nan` of C.
fn double(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn is_big_number(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}
