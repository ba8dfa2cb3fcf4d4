//! Writes replies as a server might: any of the spellings that RESP3 allows, chosen by `style`.

use redpoll_protocol::Reply;

/// Appends a reply. `style` gives one number per choice; zeros give the plain spelling.
pub(crate) fn encode(reply: &Reply, style: &mut impl FnMut() -> u8, out: &mut Vec<u8>) {
    if style() == 7 {
        out.extend_from_slice(b"|1\r\n+ttl\r\n:3600\r\n");
    }
    match reply {
        Reply::SimpleString(text) => line(b'+', text, out),
        Reply::Error(error) if style().is_multiple_of(2) => line(b'-', error.text().as_bytes(), out),
        Reply::Error(error) => bulk(b'!', error.text().as_bytes(), out),
        Reply::Integer(n) => line(b':', n.to_string().as_bytes(), out),
        Reply::BulkString(text) if style() == 5 => streamed(text, out),
        Reply::BulkString(text) => bulk(b'$', text, out),
        Reply::Null => {
            out.extend_from_slice([&b"_\r\n"[..], b"$-1\r\n", b"*-1\r\n"][usize::from(style() % 3)])
        }
        Reply::Boolean(b) => line(b'#', if *b { b"t" } else { b"f" }, out),
        Reply::Double(x) => line(b',', format!("{x:?}").to_lowercase().as_bytes(), out),
        Reply::BigNumber(digits) => line(b'(', digits, out),
        Reply::VerbatimString { format, text } => bulk(b'=', &[&format[..], b":", text].concat(), out),
        Reply::Array(items) => aggregate(b'*', items.iter(), items.len(), style, out),
        Reply::Set(items) => aggregate(b'~', items.iter(), items.len(), style, out),
        Reply::Push(items) => {
            line(b'>', items.len().to_string().as_bytes(), out);
            items.iter().for_each(|item| encode(item, style, out));
        }
        Reply::Map(pairs) => aggregate(b'%', pairs.iter().flat_map(|(k, v)| [k, v]), pairs.len(), style, out),
    }
}

fn aggregate<'a>(
    kind: u8,
    items: impl Iterator<Item = &'a Reply>,
    length: usize,
    style: &mut impl FnMut() -> u8,
    out: &mut Vec<u8>,
) {
    let is_streamed = style() == 6;
    let length = if is_streamed { "?".to_owned() } else { length.to_string() };
    line(kind, length.as_bytes(), out);
    items.for_each(|item| encode(item, style, out));
    if is_streamed {
        line(b'.', b"", out);
    }
}

fn line(kind: u8, text: &[u8], out: &mut Vec<u8>) {
    out.push(kind);
    out.extend_from_slice(text);
    out.extend_from_slice(b"\r\n");
}

fn bulk(kind: u8, text: &[u8], out: &mut Vec<u8>) {
    line(kind, text.len().to_string().as_bytes(), out);
    out.extend_from_slice(text);
    out.extend_from_slice(b"\r\n");
}

fn streamed(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"$?\r\n");
    text.chunks(3).for_each(|chunk| bulk(b';', chunk, out));
    out.extend_from_slice(b";0\r\n");
}
