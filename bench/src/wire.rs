//! The little RESP that the bench itself needs: to seed the server, to read its counters, to be the raw floor.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use anyhow::{Context, Result, bail};

/// Appends a command in the form that servers read.
pub(crate) fn encode(buffer: &mut Vec<u8>, arguments: &[&[u8]]) {
    buffer.extend_from_slice(format!("*{}\r\n", arguments.len()).as_bytes());
    for argument in arguments {
        buffer.extend_from_slice(format!("${}\r\n", argument.len()).as_bytes());
        buffer.extend_from_slice(argument);
        buffer.extend_from_slice(b"\r\n");
    }
}

/// One command at a time on a blocking socket.
#[derive(Debug)]
pub(crate) struct Console {
    stream: BufReader<TcpStream>,
}

impl Console {
    pub(crate) fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("connecting to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Sends a command and returns its reply, which is a line or a bulk string.
    pub(crate) fn command(&mut self, arguments: &[&[u8]]) -> Result<Vec<u8>> {
        let mut command = Vec::new();
        encode(&mut command, arguments);
        self.stream.get_mut().write_all(&command)?;
        self.reply()
    }

    fn reply(&mut self) -> Result<Vec<u8>> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let line = line.trim_end();
        match line.split_at_checked(1) {
            Some(("+" | ":", text)) => Ok(text.as_bytes().to_vec()),
            Some(("$", length)) => self.bulk(length.parse().context("a bulk string without a length")?),
            _ => bail!("the server answered {line:?}"),
        }
    }

    fn bulk(&mut self, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length + 2];
        self.stream.read_exact(&mut bytes)?;
        bytes.truncate(length);
        Ok(bytes)
    }

    /// The server's own counters.
    pub(crate) fn counters(&mut self) -> Result<Counters> {
        let stats = String::from_utf8(self.command(&[b"INFO", b"stats"])?)?;
        Ok(Counters {
            reads: info_number(&stats, "total_reads_processed")?,
            commands: info_number(&stats, "total_commands_processed")?,
        })
    }
}

/// How often the server has read from a socket, and how many commands it has executed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counters {
    reads: u64,
    commands: u64,
}

impl Counters {
    /// Server reads per command since `earlier`: how well the client batches its writes.
    pub(crate) fn reads_per_command_since(self, earlier: Self) -> f64 {
        self.reads.saturating_sub(earlier.reads) as f64
            / self.commands.saturating_sub(earlier.commands).max(1) as f64
    }
}

/// The value of `field` in a reply to INFO.
pub(crate) fn info_field<'a>(info: &'a str, field: &str) -> Option<&'a str> {
    info.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))
}

fn info_number(info: &str, field: &str) -> Result<u64> {
    info_field(info, field)
        .and_then(|number| number.parse().ok())
        .with_context(|| format!("INFO has no {field}: redis-server 6.0 or newer is needed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_an_array_of_bulk_strings() {
        let mut buffer = Vec::new();
        encode(&mut buffer, &[b"GET", b"k"]);
        assert_eq!(buffer, b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n");
    }

    #[test]
    fn an_info_field_is_found_by_its_whole_name() {
        let info = "# Stats\r\nreads_total:1\r\nreads:7\r\n";
        assert_eq!(info_field(info, "reads"), Some("7"));
        assert_eq!(info_field(info, "writes"), None);
    }
}
