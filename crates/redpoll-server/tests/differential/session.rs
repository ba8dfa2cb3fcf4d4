//! Scripts in lock step on both servers.
//!
//! Every exchange ends at a barrier: two PINGs in a row on the control connection of each server. Both servers are
//! one event loop, and a unix socket delivers at once, so that after the second PONG everything sent before has been
//! executed and everything written has arrived. So it is known, without waiting, that a client is blocked.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::{Duration, Instant};

use crate::allowed;
use crate::compare;
use crate::keyspace;
use crate::kind::{self, Kind};
use crate::pick;
use crate::reply::Reply;
use crate::script::{Action, Argv, CONNECTIONS, Step, command_line};
use crate::subject::Subject;

/// How many steps pass between two looks at everything the servers hold.
const STEPS_BETWEEN_READINGS: usize = 10;
/// How long the real server may take for what it does in threads.
const LONGEST_DELAY: Duration = Duration::from_millis(200);
/// How many commands are pipelined at most.
const LONGEST_PIPELINE: usize = 6;

/// The two servers, and what has been sent to them.
pub struct Session {
    pub real: Subject,
    pub embedded: Subject,
    pub counts: BTreeMap<String, u64>,
    /// How often an accepted difference was seen, by its place in the table.
    pub accepted: BTreeMap<usize, u64>,
    has_field_expiry: bool,
    clean_up: Vec<Argv>,
}

/// Where the servers differ.
#[derive(Debug, Clone)]
pub struct Difference {
    pub after: String,
    pub real: String,
    pub embedded: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# {}\n# real:     {}\n# embedded: {}", self.after, self.real, self.embedded)
    }
}

impl Difference {
    /// The same for scripts that probably show the same mistake.
    pub fn signature(&self) -> String {
        let start = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).take(30).collect::<String>();
        let command = self.after.split_whitespace().nth(1).unwrap_or_default().to_ascii_uppercase();
        format!("{command} {} {}", start(&self.real), start(&self.embedded))
    }
}

/// What is known about a connection while a script runs.
#[derive(Debug, Default)]
struct Connection {
    /// Commands that have no reply yet.
    outstanding: VecDeque<Argv>,
    /// The commands queued in a transaction.
    queued: Option<Vec<Argv>>,
}

impl Session {
    pub fn new(mut real: Subject, mut embedded: Subject) -> Self {
        let (ours, theirs) = (embedded.commands(), real.commands());
        let has = |name: &str| ours.contains(name) && theirs.contains(name);
        let clean_up = [
            ("config|set", "CONFIG SET notify-keyspace-events"),
            ("script|flush", "SCRIPT FLUSH"),
            ("acl|deluser", "ACL DELUSER u1"),
            ("flushall", "FLUSHALL"),
        ];
        let clean_up = clean_up.iter().filter(|(name, _)| has(name)).map(|(name, line)| {
            let mut argv: Argv = line.split(' ').map(|word| word.as_bytes().to_vec()).collect();
            if *name == "config|set" {
                argv.push(Vec::new());
            }
            argv
        });
        give_the_same_ids(&mut real, &mut embedded);
        Self {
            clean_up: clean_up.collect(),
            has_field_expiry: has("hpexpiretime"),
            real,
            embedded,
            counts: BTreeMap::new(),
            accepted: BTreeMap::new(),
        }
    }

    pub fn commands_run(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Runs a script on empty servers.
    pub fn run(&mut self, script: &[Step]) -> Result<(), Difference> {
        self.begin();
        Run { session: self, connections: Default::default(), pipeline: Vec::new(), at: 0 }.script(script)
    }

    fn begin(&mut self) {
        for subject in [&mut self.real, &mut self.embedded] {
            (0..CONNECTIONS).for_each(|number| subject.reconnect(number));
            subject.control.ask_all(&[vec![b"PING".to_vec()]]);
            let replies = subject.control.ask_all(&self.clean_up);
            assert!(!replies.iter().any(Reply::is_error), "{replies:?}");
        }
        self.barrier();
    }

    fn barrier(&mut self) {
        let ping = [vec![b"PING".to_vec()]];
        for _ in 0..2 {
            self.real.control.send(&ping);
            self.embedded.control.send(&ping);
            self.real.control.reply();
            self.embedded.control.reply();
        }
    }
}

struct Run<'a> {
    session: &'a mut Session,
    connections: [Connection; CONNECTIONS],
    /// Commands for one connection that are not sent yet.
    pipeline: Vec<Argv>,
    at: usize,
}

impl Run<'_> {
    fn script(&mut self, script: &[Step]) -> Result<(), Difference> {
        for (index, step) in script.iter().enumerate() {
            if step.connection != self.at || self.pipeline.len() >= LONGEST_PIPELINE {
                self.flush()?;
            }
            self.at = step.connection;
            match &step.action {
                Action::Command(argv) => self.command(argv)?,
                Action::Disconnect => self.disconnect()?,
            }
            if index % STEPS_BETWEEN_READINGS == STEPS_BETWEEN_READINGS - 1 {
                self.flush()?;
                self.compare_keyspaces()?;
            }
        }
        self.flush()?;
        self.compare_keyspaces()
    }

    fn command(&mut self, argv: &Argv) -> Result<(), Difference> {
        let kind = kind::of(&kind::name(argv));
        if kind == Kind::Plain {
            self.pipeline.push(argv.clone());
            return Ok(());
        }
        self.flush()?;
        let connection = &self.connections[self.at];
        let is_blocked = !connection.outstanding.is_empty();
        // In a transaction the reply to SUBSCRIBE or AUTH breaks the frame of EXEC's, and a pick cannot be put right.
        if is_blocked || connection.queued.is_some() {
            return Ok(());
        }
        match kind {
            Kind::Plain | Kind::Subscription | Kind::Alone => {
                self.pipeline.push(argv.clone());
                self.flush()
            }
            Kind::Random => self.random(argv),
            Kind::Scan => self.scan(argv),
        }
    }

    /// Sends what has been collected, and compares everything that comes of it.
    fn flush(&mut self) -> Result<(), Difference> {
        if self.pipeline.is_empty() {
            return Ok(());
        }
        let pipeline = std::mem::take(&mut self.pipeline);
        for argv in &pipeline {
            *self.session.counts.entry(kind::name(argv)).or_default() += 1;
        }
        for subject in [&mut self.session.real, &mut self.session.embedded] {
            let ids: Vec<i64> = subject.workers.iter().map(|worker| worker.id).collect();
            let commands: Vec<Argv> = pipeline.iter().map(|argv| with_ids(argv, &ids)).collect();
            subject.workers[self.at].wire.send(&commands);
        }
        let sent: Vec<String> = pipeline.iter().map(|argv| command_line(argv)).collect();
        self.connections[self.at].outstanding.extend(pipeline);
        self.settle(&sent.join("; "))
    }

    /// Waits until both servers have nothing left to do, and compares what each connection got.
    fn settle(&mut self, sent: &str) -> Result<(), Difference> {
        let since = Instant::now();
        let mut received: [(Vec<Reply>, Vec<Reply>); CONNECTIONS] = Default::default();
        loop {
            self.session.barrier();
            let mut waited = false;
            for (number, (real, embedded)) in received.iter_mut().enumerate() {
                for (subject, replies) in
                    [(&mut self.session.real, real), (&mut self.session.embedded, embedded)]
                {
                    let (more, had_to_wait) = subject.workers[number].wire.drain();
                    replies.retain(|reply| *reply != Reply::Closed);
                    replies.extend(more);
                    waited |= had_to_wait;
                }
            }
            // FLUSHALL is replied to when a thread of the real server is done, after the barrier if need be.
            let is_behind = received.iter().any(|(real, embedded)| real.len() < embedded.len());
            if !waited && (!is_behind || since.elapsed() > LONGEST_DELAY) {
                break;
            }
        }
        for (number, (real, embedded)) in received.into_iter().enumerate() {
            self.compare(number, real, embedded, sent)?;
        }
        Ok(())
    }

    fn compare(
        &mut self,
        number: usize,
        mut real: Vec<Reply>,
        mut embedded: Vec<Reply>,
        sent: &str,
    ) -> Result<(), Difference> {
        compare::in_order_pushes(&mut real);
        compare::in_order_pushes(&mut embedded);
        let differs = |argv: Option<&Argv>, real: Option<&Reply>, embedded: Option<&Reply>| {
            let to = argv.map_or_else(|| format!("after {sent}"), |argv| command_line(argv));
            let text = |reply: Option<&Reply>| reply.map_or_else(|| "nothing".to_owned(), Reply::to_string);
            Difference { after: format!("{number}> {to}"), real: text(real), embedded: text(embedded) }
        };
        for index in 0..real.len().max(embedded.len()) {
            let (Some(ours), Some(theirs)) = (embedded.get(index), real.get(index)) else {
                return Err(differs(None, real.get(index), embedded.get(index)));
            };
            if *theirs == Reply::Closed || theirs.push_kind().is_some() {
                if compare::in_order(theirs) != compare::in_order(ours) {
                    return Err(differs(None, Some(theirs), Some(ours)));
                }
                self.pushed(number, theirs);
                continue;
            }
            let argv = self.connections[number].next_command();
            let is_same = match self.connections[number].executed(&argv, theirs) {
                Some(queued) => self.same_all(&queued, theirs, ours),
                None => self.is_same(&argv, theirs, ours),
            };
            if !is_same {
                return Err(differs(Some(&argv), Some(theirs), Some(ours)));
            }
            self.connections[number].answered(&argv, theirs);
        }
        Ok(())
    }

    fn is_same(&mut self, argv: &Argv, real: &Reply, embedded: &Reply) -> bool {
        if compare::same(argv, real, embedded) {
            return true;
        }
        let row = allowed::row(argv, real, embedded);
        if let Some(row) = row {
            *self.session.accepted.entry(row).or_default() += 1;
        }
        row.is_some()
    }

    /// As [`Run::is_same`], for the replies in the reply to EXEC.
    fn same_all(&mut self, queued: &[Argv], real: &Reply, embedded: &Reply) -> bool {
        let (theirs, ours) = (real.elements(), embedded.elements());
        if theirs.len() != queued.len() || ours.len() != queued.len() {
            return real == embedded;
        }
        (0..queued.len()).all(|index| self.is_same(&queued[index], theirs[index], ours[index]))
    }

    fn pushed(&mut self, number: usize, push: &Reply) {
        if *push == Reply::Closed {
            self.connections[number] = Connection::default();
            self.session.real.reconnect(number);
            self.session.embedded.reconnect(number);
        } else if push.push_kind().is_some_and(|kind| kind.ends_with(b"subscribe")) {
            self.connections[number].confirmed();
        }
    }

    fn disconnect(&mut self) -> Result<(), Difference> {
        self.flush()?;
        self.pushed(self.at, &Reply::Closed);
        self.settle("!disconnect")
    }

    /// Both servers pick at random: each must have picked from what was there. Then what was picked from goes.
    fn random(&mut self, argv: &Argv) -> Result<(), Difference> {
        let name = kind::name(argv);
        *self.session.counts.entry(name.clone()).or_default() += 1;
        let base = pick::base(argv);
        let ask = |subject: &mut Subject, number: usize| {
            let replies = subject.workers[number].wire.ask_all(&[base.clone(), argv.clone()]);
            (replies[0].clone(), replies[1].clone())
        };
        let (base_of_real, real) = ask(&mut self.session.real, self.at);
        let (base_of_embedded, embedded) = ask(&mut self.session.embedded, self.at);
        let ours = pick::fault(argv, &base_of_embedded, &embedded);
        let theirs = pick::fault(argv, &base_of_real, &real);
        let same_shape = if real.is_error() || embedded.is_error() {
            self.is_same(argv, &real, &embedded)
        } else {
            compare::shape(&real) == compare::shape(&embedded)
        };
        if !same_shape || ours.is_some() {
            let why = ours.map(|why| format!(" ({why})")).unwrap_or_default();
            return Err(Difference {
                after: format!("{}> {}", self.at, command_line(argv)),
                real: real.to_string(),
                embedded: format!("{embedded}{why}"),
            });
        }
        assert!(theirs.is_none(), "{}: {theirs:?} of {base_of_real}: {real}", command_line(argv));
        self.settle(&command_line(argv))?;
        if name == "spop" && real != embedded && !real.is_error() {
            self.pipeline.push(vec![b"DEL".to_vec(), argv[1].clone()]);
            self.flush()?;
        }
        Ok(())
    }

    /// A whole walk on each server; the replies are compared together, whatever their pages are.
    fn scan(&mut self, argv: &Argv) -> Result<(), Difference> {
        *self.session.counts.entry(kind::name(argv)).or_default() += 1;
        let real = pick::walk(&mut self.session.real.workers[self.at].wire, argv);
        let embedded = pick::walk(&mut self.session.embedded.workers[self.at].wire, argv);
        if !self.is_same(argv, &real, &embedded) {
            return Err(Difference {
                after: format!("{}> {} (to the end)", self.at, command_line(argv)),
                real: real.to_string(),
                embedded: embedded.to_string(),
            });
        }
        self.settle(&command_line(argv))
    }

    fn compare_keyspaces(&mut self) -> Result<(), Difference> {
        let real = keyspace::read(&mut self.session.real.control, self.session.has_field_expiry);
        let embedded = keyspace::read(&mut self.session.embedded.control, self.session.has_field_expiry);
        let describe = |reading: Option<&keyspace::Reading>| {
            reading.map_or_else(|| "nothing".to_owned(), |it| format!("{}: {}", it.question, it.answer))
        };
        for index in 0..real.len().max(embedded.len()) {
            let (theirs, ours) = (real.get(index), embedded.get(index));
            if !theirs.zip(ours).is_some_and(|(theirs, ours)| theirs.agrees_with(ours)) {
                return Err(Difference {
                    after: "what the servers hold".to_owned(),
                    real: describe(theirs),
                    embedded: describe(ours),
                });
            }
        }
        Ok(())
    }
}

impl Connection {
    /// The command that the next reply answers.
    fn next_command(&mut self) -> Argv {
        self.outstanding.pop_front().unwrap_or_default()
    }

    /// A confirmation has come: the subscription in front is done.
    fn confirmed(&mut self) {
        let is_subscription = |argv: &Argv| kind::of(&kind::name(argv)) == Kind::Subscription;
        if self.outstanding.front().is_some_and(is_subscription) {
            self.outstanding.pop_front();
        }
    }

    /// The commands of a transaction, if that is what the reply is about.
    fn executed(&mut self, argv: &Argv, reply: &Reply) -> Option<Vec<Argv>> {
        let is_exec = kind::name(argv) == "exec" && matches!(reply, Reply::Array(_));
        if is_exec { self.queued.take() } else { None }
    }

    fn answered(&mut self, argv: &Argv, reply: &Reply) {
        if reply.is_simple("QUEUED")
            && let Some(queued) = &mut self.queued
        {
            queued.push(argv.clone());
            return;
        }
        match kind::name(argv).as_str() {
            "multi" if reply.is_simple("OK") => self.queued = Some(Vec::new()),
            "exec" | "discard" if argv.len() == 1 => self.queued = None,
            "reset" if reply.is_simple("RESET") => self.queued = None,
            _ => {}
        }
    }
}

/// With the IDs of connections in place of `{id:N}`.
fn with_ids(argv: &Argv, ids: &[i64]) -> Argv {
    let number = |argument: &[u8]| -> Option<usize> {
        let inner = argument.strip_prefix(b"{id:")?.strip_suffix(b"}")?;
        std::str::from_utf8(inner).ok()?.parse().ok()
    };
    let replaced = |argument: &Vec<u8>| match number(argument).and_then(|number| ids.get(number)) {
        Some(id) => id.to_string().into_bytes(),
        None => argument.clone(),
    };
    argv.iter().map(replaced).collect()
}

/// Connections are counted from different numbers: the server that is behind gets some more.
fn give_the_same_ids(real: &mut Subject, embedded: &mut Subject) {
    loop {
        let (theirs, ours) = (real.workers[0].id, embedded.workers[0].id);
        let behind = match theirs.cmp(&ours) {
            std::cmp::Ordering::Equal => return,
            std::cmp::Ordering::Less => &mut *real,
            std::cmp::Ordering::Greater => &mut *embedded,
        };
        behind.reconnect(0);
    }
}
