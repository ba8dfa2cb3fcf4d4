//! A connection that speaks bytes.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::reply::Reply;

/// A server that is silent for longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Wire {
    stream: UnixStream,
    unread: Vec<u8>,
    /// Pushes that came while a reply was awaited.
    early: Vec<Reply>,
    closed: bool,
}

impl Wire {
    /// Connects as soon as somebody listens.
    pub fn connect(path: &Path) -> Self {
        let since = Instant::now();
        let stream = loop {
            match UnixStream::connect(path) {
                Ok(stream) => break stream,
                Err(error) => assert!(since.elapsed() < PATIENCE, "{}: {error}", path.display()),
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self { stream, unread: Vec::new(), early: Vec::new(), closed: false }
    }

    pub fn send(&mut self, commands: &[Vec<Vec<u8>>]) {
        let mut bytes = Vec::new();
        for argv in commands {
            bytes.extend(format!("*{}\r\n", argv.len()).into_bytes());
            for argument in argv {
                bytes.extend(format!("${}\r\n", argument.len()).into_bytes());
                bytes.extend(argument);
                bytes.extend(b"\r\n");
            }
        }
        // A closed connection shows when it is read.
        let _ = self.stream.write_all(&bytes);
    }

    /// Sends commands, and waits for one reply each.
    pub fn ask_all(&mut self, commands: &[Vec<Vec<u8>>]) -> Vec<Reply> {
        self.send(commands);
        commands.iter().map(|_| self.reply()).collect()
    }

    pub fn ask(&mut self, words: &[&str]) -> Reply {
        let argv = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        self.ask_all(&[argv]).remove(0)
    }

    /// Waits for a reply; pushes before it are kept.
    pub fn reply(&mut self) -> Reply {
        loop {
            match Reply::take(&mut self.unread) {
                Some(push) if push.push_kind().is_some() => self.early.push(push),
                Some(reply) => return reply,
                None if self.closed => return Reply::Closed,
                None => self.read_some(),
            }
        }
    }

    /// All that is there. What has begun to arrive is waited for; whether that was so comes second.
    pub fn drain(&mut self) -> (Vec<Reply>, bool) {
        self.read_what_is_there();
        let mut replies = std::mem::take(&mut self.early);
        let mut waited = false;
        loop {
            match Reply::take(&mut self.unread) {
                Some(reply) => replies.push(reply),
                None if self.unread.is_empty() || self.closed => break,
                None => {
                    waited = true;
                    self.read_some();
                }
            }
        }
        if self.closed {
            replies.push(Reply::Closed);
        }
        (replies, waited)
    }

    fn read_some(&mut self) {
        let mut chunk = [0; 64 * 1024];
        match self.stream.read(&mut chunk) {
            Ok(0) => self.closed = true,
            Ok(length) => self.unread.extend(&chunk[..length]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => self.closed = true,
            Err(error) => {
                self.unread = format!("?no reply: {error}\r\n").into_bytes();
                self.closed = true;
            }
        }
    }

    fn read_what_is_there(&mut self) {
        self.stream.set_nonblocking(true).unwrap();
        let mut chunk = [0; 64 * 1024];
        while !self.closed {
            match self.stream.read(&mut chunk) {
                Ok(0) => self.closed = true,
                Ok(length) => {
                    self.unread.extend(&chunk[..length]);
                    if length < chunk.len() {
                        break;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => self.closed = true,
            }
        }
        self.stream.set_nonblocking(false).unwrap();
    }
}
