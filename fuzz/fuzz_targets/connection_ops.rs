//! Any order of what callers, sockets and servers do to one connection: every reply reaches the caller of its command,
//! and what is said of a lost connection is true.
#![no_main]

use std::collections::VecDeque;

use bytes::{Buf, BytesMut};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use redpoll_protocol::{CommandMeta, Decoder, FromReply, Limits, Outbound, RawCommand, Reply, Sequence};

#[derive(Debug, Arbitrary)]
enum Op {
    /// Queue an entry of one to four commands with arguments of this length.
    Queue { commands: u8, length: u16 },
    /// The caller of an entry, counted from the newest, goes away; the command may be kept from being sent.
    Withdraw { back: u8 },
    /// The caller of an entry goes away; the command is sent all the same.
    Forget { back: u8 },
    /// The socket takes so many bytes.
    Write { bytes: u16 },
    /// The server answers what it has of whole commands.
    Serve,
    /// So many bytes of the replies arrive.
    Read { bytes: u16 },
    /// The connection is lost; a new one takes over.
    Lose,
    /// The connection is idle: memory is given back.
    Shrink,
}

const ECHO: CommandMeta = CommandMeta::read("ECHO");

/// What a caller knows of its entry.
struct Entry {
    sequence: Sequence,
    token: usize,
    replies: usize,
    length: usize,
    /// Where its bytes begin among all that were taken for writing, once they were.
    start: Option<usize>,
    is_withdrawn: bool,
    is_waited_for: bool,
}

#[derive(Default)]
struct World {
    outbound: Outbound<usize>,
    wire: BytesMut,
    /// What has reached the server, and how far it has read that.
    at_server: BytesMut,
    server: Option<Decoder>,
    /// What the server has answered and the client has not read.
    answers: BytesMut,
    input: BytesMut,
    decoder: Option<Decoder>,
    entries: VecDeque<Entry>,
    next: usize,
    taken: usize,
    written: usize,
}

fuzz_target!(|ops: Vec<Op>| {
    let mut world = World::default();
    for op in ops {
        match op {
            Op::Queue { commands, length } => {
                world.queue(usize::from(commands % 4) + 1, usize::from(length % 300))
            }
            Op::Withdraw { back } => world.withdraw(back),
            Op::Forget { back } => world.forget(back),
            Op::Write { bytes } => world.write(usize::from(bytes)),
            Op::Serve => world.serve(),
            Op::Read { bytes } => world.read(usize::from(bytes)),
            Op::Lose => world.lose(),
            Op::Shrink => world.outbound.shrink(),
        }
        world.check();
    }
    world.settle();
});

impl World {
    /// Each command echoes the token of its entry, so that a reply tells whom it belongs to.
    fn queue(&mut self, commands: usize, length: usize) {
        let token = self.next;
        self.next += 1;
        let mut echo = RawCommand::new(&ECHO);
        echo.push(&format!("{token}:{}", "x".repeat(length)));
        let sequence = self.outbound.queue(std::iter::repeat_n(&echo, commands), token);
        let length = echo.encoded_len() * commands;
        self.entries.push_back(Entry {
            sequence,
            token,
            replies: commands,
            length,
            start: None,
            is_withdrawn: false,
            is_waited_for: true,
        });
    }

    fn withdraw(&mut self, back: u8) {
        let Some(index) = self.entries.len().checked_sub(usize::from(back) + 1) else { return };
        let entry = &mut self.entries[index];
        entry.is_waited_for = false;
        let is_unsent = self.outbound.withdraw(entry.sequence);
        assert!(!is_unsent || entry.start.is_none(), "what was taken cannot be withdrawn");
        entry.is_withdrawn |= is_unsent;
    }

    fn forget(&mut self, back: u8) {
        let Some(index) = self.entries.len().checked_sub(usize::from(back) + 1) else { return };
        let entry = &mut self.entries[index];
        entry.is_waited_for = false;
        self.outbound.forget(entry.sequence);
    }

    fn write(&mut self, bytes: usize) {
        if self.wire.is_empty() {
            self.outbound.take(&mut self.wire);
            for entry in self.entries.iter_mut().filter(|entry| entry.start.is_none() && !entry.is_withdrawn)
            {
                entry.start = Some(self.taken);
                self.taken += entry.length;
            }
        }
        let bytes = bytes.min(self.wire.len());
        self.at_server.extend_from_slice(&self.wire[..bytes]);
        self.wire.advance(bytes);
        self.written += bytes;
    }

    fn serve(&mut self) {
        let server = self.server.get_or_insert_with(|| Decoder::new(Limits::default()));
        while let Some(command) = server.decode(&mut self.at_server).expect("commands are RESP") {
            let (name, echo) = <(String, String)>::from_reply(command).expect("a name and an argument");
            assert_eq!(name, "ECHO");
            self.answers.extend_from_slice(format!("${}\r\n{echo}\r\n", echo.len()).as_bytes());
        }
    }

    fn read(&mut self, bytes: usize) {
        let bytes = bytes.min(self.answers.len());
        self.input.extend_from_slice(&self.answers[..bytes]);
        self.answers.advance(bytes);
        let mut decoder = self.decoder.take().unwrap_or_else(|| Decoder::new(Limits::default()));
        while let Some(reply) = decoder.decode(&mut self.input).expect("replies are RESP") {
            self.answered(reply);
        }
        self.decoder = Some(decoder);
    }

    fn answered(&mut self, reply: Reply) {
        let answered = self.outbound.answered().expect("somebody asked");
        while self.entries.front().is_some_and(|entry| entry.is_withdrawn) {
            self.entries.pop_front();
        }
        let entry = self.entries.front_mut().expect("a reply belongs to an entry");
        entry.replies -= 1;
        let echo = String::from_reply(reply).expect("an echo");
        assert_eq!(
            echo.split(':').next(),
            Some(entry.token.to_string().as_str()),
            "a reply to another caller"
        );
        assert_eq!(answered.token, entry.is_waited_for.then_some(entry.token));
        assert_eq!(answered.is_last, entry.replies == 0);
        if answered.is_last {
            self.entries.pop_front();
        }
    }

    fn lose(&mut self) {
        let unwritten = self.wire.len();
        let lost = self.outbound.lose_all(unwritten);
        let waiting: Vec<_> = self.entries.iter().filter(|entry| entry.is_waited_for).collect();
        assert_eq!(
            lost.iter().map(|l| l.token).collect::<Vec<_>>(),
            waiting.iter().map(|e| e.token).collect::<Vec<_>>()
        );
        for (lost, entry) in lost.iter().zip(waiting) {
            let written = entry.start.map_or(0, |start| self.written.saturating_sub(start).min(entry.length));
            assert_eq!(lost.written, written);
        }
        let next = self.next;
        *self = Self { outbound: std::mem::take(&mut self.outbound), next, ..Self::default() };
    }

    fn check(&self) {
        let commands: usize = self.entries.iter().filter(|e| !e.is_withdrawn).map(|e| e.replies).sum();
        assert_eq!(self.outbound.commands(), commands);
    }

    /// Nothing is left when everything is written, served and read.
    fn settle(&mut self) {
        while !self.wire.is_empty() || self.outbound.has_unsent() {
            let before = self.outbound.queued_bytes() + self.wire.len();
            self.write(usize::MAX);
            assert!(self.wire.len() + self.outbound.queued_bytes() < before || before == 0);
        }
        self.serve();
        self.read(usize::MAX);
        assert!(self.entries.iter().all(|entry| entry.is_withdrawn));
        assert_eq!(self.outbound.commands(), 0);
        assert!(self.outbound.answered().is_none() && !self.outbound.awaits_replies());
    }
}
