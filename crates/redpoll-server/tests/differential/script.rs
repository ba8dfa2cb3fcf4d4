//! What is sent, in order; and the text it is kept and printed as.

use std::fmt::Write as _;

pub type Argv = Vec<Vec<u8>>;

/// How many connections a script has: 0 and 1 begin with RESP2, 2 and 3 with RESP3.
pub const CONNECTIONS: usize = 4;

const DISCONNECT: &str = "!disconnect";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub connection: usize,
    pub action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// `{id:N}` in an argument is the ID of connection N.
    Command(Argv),
    /// Closes the connection and opens another in its place.
    Disconnect,
}

/// One step a line: the connection, then the command as redis-cli takes it.
pub fn to_text(script: &[Step]) -> String {
    let mut text = String::new();
    for step in script {
        let line = match &step.action {
            Action::Command(argv) => command_line(argv),
            Action::Disconnect => DISCONNECT.to_owned(),
        };
        let _ = writeln!(text, "{}> {line}", step.connection);
    }
    text
}

pub fn command_line(argv: &[Vec<u8>]) -> String {
    let words: Vec<String> = argv.iter().map(|argument| quoted(argument)).collect();
    words.join(" ")
}

/// Empty lines and lines that begin with `#` do not count.
pub fn from_text(text: &str) -> Vec<Step> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(step).collect()
}

fn step(line: &str) -> Step {
    let (connection, command) = line.split_once('>').expect("CONNECTION> COMMAND");
    let connection = connection.trim().parse().expect("the number of a connection");
    assert!(connection < CONNECTIONS, "{line}");
    let command = command.trim();
    let action = if command == DISCONNECT {
        Action::Disconnect
    } else {
        Action::Command(arguments(command.as_bytes()))
    };
    Step { connection, action }
}

fn quoted(argument: &[u8]) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_graphic() && !b"\"'\\#".contains(byte);
    if !argument.is_empty() && argument.iter().all(is_plain) {
        return String::from_utf8_lossy(argument).into_owned();
    }
    // `escape_ascii` escapes the single quote too, which redis-cli reads back as it is.
    format!("\"{}\"", argument.escape_ascii())
}

fn arguments(mut line: &[u8]) -> Argv {
    let mut argv = Vec::new();
    loop {
        line = line.trim_ascii_start();
        match line.first() {
            None => return argv,
            Some(b'"') => {
                let (argument, rest) = quoted_argument(&line[1..]);
                argv.push(argument);
                line = rest;
            }
            Some(_) => {
                let end = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
                argv.push(line[..end].to_vec());
                line = &line[end..];
            }
        }
    }
}

fn quoted_argument(mut rest: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut argument = Vec::new();
    loop {
        let (byte, after) = match rest {
            [b'"', after @ ..] => return (argument, after),
            [b'\\', b'x', high, low, after @ ..] => {
                let digits = [*high, *low];
                let hex = std::str::from_utf8(&digits).expect("two digits after \\x");
                (u8::from_str_radix(hex, 16).expect("two digits after \\x"), after)
            }
            [b'\\', b'n', after @ ..] => (b'\n', after),
            [b'\\', b'r', after @ ..] => (b'\r', after),
            [b'\\', b't', after @ ..] => (b'\t', after),
            [b'\\', escaped, after @ ..] => (*escaped, after),
            [byte, after @ ..] => (*byte, after),
            [] => panic!("a quote without end"),
        };
        argument.push(byte);
        rest = after;
    }
}

#[test]
fn a_script_is_the_same_after_it_was_text() {
    let argv =
        [&b"SET"[..], b"a b", b"", b"\0\r\n\t\"'\\#\xff", b"#x", b"{id:2}"].map(<[u8]>::to_vec).to_vec();
    let script = vec![
        Step { connection: 3, action: Action::Command(argv) },
        Step { connection: 0, action: Action::Disconnect },
    ];
    assert_eq!(from_text(&format!("# why\n\n{}", to_text(&script))), script);
}
