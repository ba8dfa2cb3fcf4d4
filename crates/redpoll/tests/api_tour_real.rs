//! The tour of `api_tour.rs`, word for word, on a real server.
//!
//! This crate poses as `redpoll_server` for it: `Server` here is a released server, and time travel takes its time off
//! every key that expires. Where none is installed the embedded server stands in, and the skip is printed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    dead_code,
    unreachable_pub,
    reason = "as in the other suites"
)]
#![allow(missing_docs, missing_debug_implementations, reason = "a stand-in, for one test")]

extern crate redpoll_server as embedded_server;
extern crate self as redpoll_server;

#[path = "api_tour.rs"]
mod api_tour;
#[path = "support/real_server.rs"]
mod real_server;

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use real_server::{RealServer, installed};

/// Takes time off the life of every key.
const AGE: &str = "for _, key in ipairs(redis.call('KEYS', '*')) do \
    local left = redis.call('PTTL', key) \
    if left >= 0 then redis.call('PEXPIRE', key, left - ARGV[1]) end end return 'aged'";

/// What the tour starts.
pub struct Server {
    running: Running,
    url: String,
}

enum Running {
    Real(RealServer),
    Embedded(embedded_server::Server),
}

impl Server {
    pub async fn start() -> io::Result<Self> {
        let running = match installed().into_iter().rfind(|server| server.program.ends_with("redis-server")) {
            Some(newest) => Running::Real(RealServer::start(&newest, &[])),
            None => Running::Embedded(embedded_server::Server::start().await?),
        };
        let url = match &running {
            Running::Real(server) => server.url(),
            Running::Embedded(server) => server.url().to_owned(),
        };
        Ok(Self { running, url })
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn fast_forward(&self, by: Duration) {
        match &self.running {
            Running::Embedded(server) => server.fast_forward(by),
            Running::Real(server) => age(server.port(), by),
        }
    }
}

fn age(port: u16, by: Duration) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let milliseconds = by.as_millis().to_string();
    write!(stream, "*4\r\n$4\r\nEVAL\r\n${}\r\n{AGE}\r\n$1\r\n0\r\n", AGE.len()).unwrap();
    write!(stream, "${}\r\n{milliseconds}\r\n", milliseconds.len()).unwrap();
    let mut reply = [0; 10];
    stream.read_exact(&mut reply).unwrap();
    assert_eq!(&reply, b"$4\r\naged\r\n");
}
