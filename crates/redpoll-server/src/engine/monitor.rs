//! MONITOR: clients that see every command.

use std::fmt::Write;

use bytes::Bytes;

use super::Engine;
use super::client::ConnectionId;
use super::command::{CommandSpec, Flag};
use super::commands::is_word;
use super::reply::Reply;

const REDACTED: &str = "(redacted)";

impl Engine {
    pub(crate) fn start_monitoring(&mut self, id: ConnectionId) {
        self.monitors.insert(id);
    }

    pub(crate) fn stop_monitoring(&mut self, id: ConnectionId) {
        self.monitors.remove(&id);
    }

    pub(crate) fn is_monitor(&self, id: ConnectionId) -> bool {
        self.monitors.contains(&id)
    }

    /// Shows a command to the clients that monitor.
    pub(super) fn feed_monitors(&mut self, id: ConnectionId, spec: &CommandSpec, argv: &[Bytes]) {
        if self.monitors.is_empty() || spec.has(Flag::Admin) {
            return;
        }
        let line = self.monitored(id, spec, argv);
        for monitor in self.monitors.clone() {
            if let Some(client) = self.client_mut(monitor) {
                client.push(&Reply::Status(line.clone()));
            }
            self.wake(monitor);
        }
    }

    /// `1700000000.123456 [0 127.0.0.1:5000] "GET" "k"`.
    fn monitored(&self, id: ConnectionId, spec: &CommandSpec, argv: &[Bytes]) -> String {
        let now = self.time();
        let (db, address) = match self.client(id) {
            Some(client) if self.script_resp().is_none() => (client.db, client.info.address.as_str()),
            client => (client.map_or(0, |client| client.db), "lua"),
        };
        let mut line = format!("{}.{:06} [{db} {address}]", now.as_secs(), now.subsec_micros());
        for (index, argument) in argv.iter().enumerate() {
            if is_secret(spec, argv, index) {
                let _ = write!(line, " \"{REDACTED}\"");
            } else {
                let _ = write!(line, " {}", quoted(argument));
            }
        }
        line
    }
}

/// Whether an argument is part of a password.
fn is_secret(spec: &CommandSpec, argv: &[Bytes], index: usize) -> bool {
    match spec.name {
        "auth" => index > 0,
        "hello" => {
            (1..=2).any(|back| index.checked_sub(back).is_some_and(|at| at > 1 && is_word(&argv[at], "AUTH")))
        }
        _ => false,
    }
}

fn quoted(argument: &[u8]) -> String {
    let mut text = String::from("\"");
    for byte in argument {
        match byte {
            b'\\' | b'"' => text.extend(['\\', char::from(*byte)]),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            7 => text.push_str("\\a"),
            8 => text.push_str("\\b"),
            b' '..=b'~' => text.push(char::from(*byte)),
            byte => {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::probe::Probe;

    /// What a monitor saw, without times and addresses.
    fn seen(probe: &mut Probe, monitor: ConnectionId) -> String {
        let shown = probe.take(monitor);
        let lines = shown.split(" +").map(|line| line.split_once(" [").map_or(line, |(_, line)| line));
        lines.collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn a_monitor_sees_what_others_execute() {
        let mut probe = Probe::new();
        let monitor = probe.connect();
        assert_eq!(probe.on(monitor, "MONITOR"), "+OK");
        assert!(probe.run("CLIENT LIST").contains(" flags=O "));
        probe.run("SET k \"a b\"");
        probe.run("NOSUCH");
        probe.run("CONFIG GET x");
        assert_eq!(seen(&mut probe, monitor), "0 ] \"SET\" \"k\" \"a b\"");
        probe.run("EVAL \"return redis.call('GET', KEYS[1])\" 1 k");
        assert_eq!(
            seen(&mut probe, monitor),
            "0 ] \"EVAL\" \"return redis.call('GET', KEYS[1])\" \"1\" \"k\" | 0 lua] \"GET\" \"k\""
        );
        assert_eq!(probe.on(monitor, "RESET"), "+RESET");
        probe.run("PING");
        assert_eq!(probe.take(monitor), "");
    }

    #[test]
    fn a_monitor_sees_no_passwords() {
        let mut probe = Probe::new();
        let monitor = probe.connect();
        probe.on(monitor, "MONITOR");
        probe.run("AUTH default secret");
        probe.run("HELLO 3 AUTH default secret SETNAME app");
        assert!(!seen(&mut probe, monitor).contains("secret"));
    }

    #[test]
    fn arguments_are_quoted_so_that_they_can_be_read_back() {
        assert_eq!(quoted(b"a\"b\\c\r\n\t\x07\x08\x00\xff d"), r#""a\"b\\c\r\n\t\a\b\x00\xff d""#);
    }
}
