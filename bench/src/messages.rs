//! Pub/Sub: one subscriber, and a publisher that stays a little ahead of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use anyhow::{Result, anyhow, ensure};

use crate::clients::Subscriber;
use crate::recorder::Recorder;
use crate::wire::{self, Console};

pub(crate) const CHANNEL: &str = "bench:messages";
/// What is published without looking back. The subscriber pays for one round trip of its publisher per burst.
pub(crate) const BURST: u32 = 500;
/// Bursts on their way at a time: one is published while the other is received.
const AHEAD: u32 = 2;
/// A subscriber must be able to keep so many messages: fewer than that, and some are dropped.
pub(crate) const IN_FLIGHT: usize = (BURST * AHEAD) as usize;

/// Receives burst after burst until the recorder stops, and records how long each took.
pub(crate) async fn receive<S: Subscriber>(
    mut subscriber: S,
    publisher: Publisher,
    size: usize,
    recorder: &Recorder,
) -> Result<()> {
    let mut started = Instant::now();
    while !recorder.is_stopped() {
        for _ in 0..BURST {
            ensure!(subscriber.receive().await? == size, "a message of another length");
        }
        started = publisher.burst_received(started, recorder);
    }
    publisher.finish()
}

/// The floor: counts the bytes that messages take.
pub(crate) fn receive_raw(address: SocketAddr, size: usize, recorder: &Recorder) -> Result<()> {
    let mut stream = subscribe_raw(address)?;
    let publisher = Publisher::start(address, size)?;
    let mut burst = vec![0; message_length(size) * BURST as usize];
    let mut started = Instant::now();
    while !recorder.is_stopped() {
        stream.read_exact(&mut burst)?;
        started = publisher.burst_received(started, recorder);
    }
    publisher.finish()
}

fn subscribe_raw(address: SocketAddr) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    let mut command = Vec::new();
    wire::encode(&mut command, &[b"SUBSCRIBE", CHANNEL.as_bytes()]);
    stream.write_all(&command)?;
    // The confirmation is six lines; nothing follows it before the publisher starts.
    let mut confirmation = BufReader::new(&stream).lines();
    for _ in 0..6 {
        confirmation.next().transpose()?;
    }
    Ok(stream)
}

/// A message has the form of a command.
fn message_length(size: usize) -> usize {
    let mut message = Vec::new();
    wire::encode(&mut message, &[b"message", CHANNEL.as_bytes(), &vec![b'x'; size]]);
    message.len()
}

/// A thread with a blocking socket that lets the server publish a burst for each one received.
#[derive(Debug)]
pub(crate) struct Publisher {
    permits: Sender<()>,
    thread: JoinHandle<Result<()>>,
}

impl Publisher {
    /// Starts with as many bursts as may be ahead.
    pub(crate) fn start(address: SocketAddr, size: usize) -> Result<Self> {
        let console = Console::connect(address)?;
        let (permits, granted) = channel();
        for _ in 0..AHEAD {
            permits.send(())?;
        }
        Ok(Self { permits, thread: thread::spawn(move || publish(console, size, &granted)) })
    }

    /// When the next burst began to count.
    fn burst_received(&self, started: Instant, recorder: &Recorder) -> Instant {
        let finished = Instant::now();
        recorder.record(finished - started, BURST);
        // If the publisher has failed, the subscriber waits in vain, and the worker's patience ends it.
        let _ = self.permits.send(());
        finished
    }

    fn finish(self) -> Result<()> {
        drop(self.permits);
        self.thread.join().map_err(|_| anyhow!("the publishing thread panicked"))?
    }
}

/// The script spares the worker the encoding of every PUBLISH, which would count as CPU of the client measured.
fn publish(mut console: Console, size: usize, granted: &Receiver<()>) -> Result<()> {
    const SCRIPT: &str = "for _ = 1, ARGV[1] do redis.call('PUBLISH', KEYS[1], ARGV[2]) end \
                          return redis.status_reply('OK')";
    let (burst, payload) = (BURST.to_string(), vec![b'x'; size]);
    for () in granted {
        let arguments =
            [b"EVAL", SCRIPT.as_bytes(), b"1", CHANNEL.as_bytes(), burst.as_bytes(), payload.as_slice()];
        console.command(&arguments)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_an_array_of_kind_channel_and_payload() {
        let message = "*3\r\n$7\r\nmessage\r\n$14\r\nbench:messages\r\n$64\r\n";
        assert_eq!(message_length(64), message.len() + 64 + 2);
    }
}
