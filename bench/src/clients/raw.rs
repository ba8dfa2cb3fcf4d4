//! The floor: no client at all, a blocking socket that writes prepared commands and counts the bytes that come back.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use crate::recorder::Recorder;
use crate::wire;
use crate::workload::{
    LIST_ELEMENT_SIZE, LIST_ELEMENTS, LIST_KEY, Operation, WRITTEN_KEY, Workload, string_key,
};

/// What every caller would send and receive in one turn, prepared.
#[derive(Debug)]
pub(crate) struct RawClient {
    stream: TcpStream,
    commands: Vec<u8>,
    reply_bytes: usize,
    buffer: Vec<u8>,
    callers: u32,
}

impl RawClient {
    pub(crate) fn connect(address: SocketAddr, workload: &Workload) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let (command, reply) = exchange(workload.operation)?;
        Ok(Self {
            stream,
            commands: command.repeat(workload.callers),
            reply_bytes: reply * workload.callers,
            buffer: vec![0; 256 * 1024],
            callers: u32::try_from(workload.callers)?,
        })
    }

    /// Turn after turn until the recorder stops.
    pub(crate) fn run(mut self, recorder: &Recorder) -> Result<()> {
        let mut started = Instant::now();
        while !recorder.is_stopped() {
            self.turn()?;
            let finished = Instant::now();
            recorder.record(finished - started, self.callers);
            started = finished;
        }
        Ok(())
    }

    fn turn(&mut self) -> Result<()> {
        self.stream.write_all(&self.commands)?;
        let mut missing = self.reply_bytes;
        while missing > 0 {
            let read = self.stream.read(&mut self.buffer)?;
            ensure!(read > 0, "the server closed the connection");
            missing = missing.checked_sub(read).context("more reply bytes than expected")?;
        }
        Ok(())
    }
}

/// The bytes of one operation, and how many bytes answer it.
fn exchange(operation: Operation) -> Result<(Vec<u8>, usize)> {
    let mut command = Vec::new();
    let reply = match operation {
        Operation::Get { size } => {
            let key = string_key(size).context("no such string")?;
            wire::encode(&mut command, &[b"GET", key.as_bytes()]);
            bulk_length(size)
        }
        Operation::Set { size } => set(&mut command, size),
        Operation::PipelineOfSets { commands, size } => (0..commands).map(|_| set(&mut command, size)).sum(),
        Operation::Messages { .. } => bail!("messages come unasked"),
        Operation::Lrange => {
            wire::encode(&mut command, &[b"LRANGE", LIST_KEY.as_bytes(), b"0", b"-1"]);
            header_length(LIST_ELEMENTS) + LIST_ELEMENTS * bulk_length(LIST_ELEMENT_SIZE)
        }
    };
    Ok((command, reply))
}

fn set(command: &mut Vec<u8>, size: usize) -> usize {
    wire::encode(command, &[b"SET", WRITTEN_KEY.as_bytes(), &vec![b'x'; size]]);
    b"+OK\r\n".len()
}

fn bulk_length(size: usize) -> usize {
    header_length(size) + size + 2
}

/// A type byte, a number, CRLF.
fn header_length(number: usize) -> usize {
    number.to_string().len() + 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reply_to_get_is_a_bulk_string() {
        let (command, reply) = exchange(Operation::Get { size: 64 }).unwrap();
        assert_eq!(command, b"*2\r\n$3\r\nGET\r\n$13\r\nbench:get:64b\r\n");
        assert_eq!(reply, b"$64\r\n".len() + 64 + 2);
    }

    #[test]
    fn a_pipeline_is_as_many_sets_and_as_many_ok_replies() {
        let (one, ok) = exchange(Operation::Set { size: 5 }).unwrap();
        let (ten, oks) = exchange(Operation::PipelineOfSets { commands: 10, size: 5 }).unwrap();
        assert_eq!((ten, oks), (one.repeat(10), ok * 10));
    }
}
