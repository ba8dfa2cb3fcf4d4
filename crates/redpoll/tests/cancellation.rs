//! Futures dropped at any point: no reply reaches the wrong caller, no connection is given up for it, and no element
//! that a blocking pop took is lost.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "the figures are part of the result")]

mod support;

use std::collections::HashMap;
use std::future::{Future, IntoFuture, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use redpoll::prelude::*;
use redpoll::{Client, Error, PoolConfig, PoolWait, Reply};
use support::gauges_return_to_zero;
use support::proxy::Proxy;
use support::random::Random;
use support::test_server::{TestServer, on_embedded, on_real};

/// How many commands are sent; `REDPOLL_TEST_COMMANDS` says otherwise.
fn commands_to_send() -> usize {
    std::env::var("REDPOLL_TEST_COMMANDS").map_or(100_000, |number| number.parse().unwrap())
}

/// Polls a future so often, then drops it.
async fn polled(times: usize, future: impl IntoFuture<Output = Answer>) -> Option<Answer> {
    let mut future = pin!(future.into_future());
    for _ in 0..times {
        let poll = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
        if let Poll::Ready(answer) = poll {
            return Some(answer);
        }
        tokio::task::yield_now().await;
    }
    None
}

type Answer = Result<Option<String>, Error>;

/// Lets a future go on until it is done or its caller loses patience, in one of several ways.
async fn with_little_patience(
    random: &mut Random,
    client: &Client,
    command: impl Future<Output = Answer> + Send + 'static,
) -> Option<Answer> {
    match random.below(8) {
        0..=2 => Some(command.await),
        3 | 4 => polled(random.below(4), command).await,
        5 => {
            let patience = random.up_to(Duration::from_millis(5));
            tokio::time::timeout(patience, command).await.ok()
        }
        6 => {
            let task = tokio::spawn(command);
            (0..random.below(4)).for_each(|_| std::hint::spin_loop());
            tokio::task::yield_now().await;
            task.abort();
            task.await.ok()
        }
        _ => {
            let other = client.get::<Option<String>>("other").into_future();
            tokio::select! { answer = command => Some(answer), _ = other => None }
        }
    }
}

/// A value that says what it is: whose, which, and that it is whole.
fn value(key: &str, sequence: u64) -> String {
    let text = format!("{key}|{sequence}");
    let sum = text.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    format!("{text}|{sum:08x}")
}

/// One task: it owns its keys, so it knows which values each can hold.
struct Caller {
    client: Client,
    random: Random,
    id: usize,
    /// By key: the last sequence that was acknowledged, and the last that was sent.
    keys: HashMap<String, (u64, u64)>,
    answers: u64,
}

impl Caller {
    async fn call(&mut self) {
        let key = format!("key:{}:{}", self.id, self.random.below(16));
        match self.random.below(3) {
            0 => self.set(key).await,
            1 => self.get(key).await,
            _ => self.echo().await,
        }
    }

    async fn set(&mut self, key: String) {
        let (_, sent) = self.keys.entry(key.clone()).or_default();
        *sent += 1;
        let sequence = *sent;
        let (client, name, value) = (self.client.clone(), key.clone(), value(&key, sequence));
        let command = async move { client.set(name, value).reply_as::<Option<String>>().await };
        if let Some(answer) = with_little_patience(&mut self.random, &self.client, command).await {
            assert_eq!(answer.unwrap().as_deref(), Some("OK"));
            self.keys.entry(key).or_default().0 = sequence;
            self.answers += 1;
        }
    }

    async fn get(&mut self, key: String) {
        let (client, name) = (self.client.clone(), key.clone());
        let command = async move { client.get(name).await };
        let Some(answer) = with_little_patience(&mut self.random, &self.client, command).await else {
            return;
        };
        self.answers += 1;
        let (acknowledged, sent) = self.keys.get(&key).copied().unwrap_or_default();
        match answer.unwrap() {
            None => assert_eq!(acknowledged, 0, "{key} was set"),
            Some(held) => {
                let sequence = held.split('|').nth(1).unwrap().parse().unwrap();
                assert_eq!(held, value(&key, sequence), "a reply to somebody else");
                assert!((acknowledged..=sent).contains(&sequence), "{key}: {sequence} is not a value of now");
            }
        }
    }

    async fn echo(&mut self) {
        let token = format!("{}|{}", self.id, self.random.next());
        let (client, sent) = (self.client.clone(), token.clone());
        let command = async move { client.command("ECHO").arg(sent).reply_as::<Option<String>>().await };
        if let Some(answer) = with_little_patience(&mut self.random, &self.client, command).await {
            assert_eq!(answer.unwrap(), Some(token), "a reply to somebody else");
            self.answers += 1;
        }
    }
}

async fn no_reply_reaches_the_wrong_caller(server: TestServer) {
    const CALLERS: usize = 256;
    let mut random = Random::of_this_run("cancellation");
    let proxy = Proxy::to(server.port(), &mut random).await;
    proxy.set_both(|flow| (flow.delay, flow.pieces) = (Duration::from_millis(2), Some(8 * 1024)));
    let client = Client::connect(proxy.config().command_timeout(Duration::from_secs(30))).await.unwrap();
    let (commands, sent) = (commands_to_send(), Arc::new(AtomicUsize::new(0)));
    let since = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|id| {
            let (client, random, sent) = (client.clone(), random.fork(), Arc::clone(&sent));
            let mut caller = Caller { client, random, id, keys: HashMap::new(), answers: 0 };
            tokio::spawn(async move {
                while sent.fetch_add(1, Ordering::Relaxed) < commands {
                    caller.call().await;
                }
                caller.answers
            })
        })
        .collect();
    let mut answers = 0;
    for caller in callers {
        answers += caller.await.unwrap();
    }
    gauges_return_to_zero(&client).await;
    let stats = client.connection_stats();
    println!(
        "{}: {commands} commands in {:?}, {answers} answered, the others dropped, 0 mismatches, {} connections",
        server.name(),
        since.elapsed(),
        stats.connects,
    );
    assert!(answers > 0 && answers < commands as u64, "some were dropped, some were not");
    assert_eq!((stats.connects, proxy.connections()), (1, 1), "dropping a future costs no connection");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_reply_reaches_the_wrong_caller_embedded() {
    on_embedded(no_reply_reaches_the_wrong_caller).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_reply_reaches_the_wrong_caller_real() {
    on_real(no_reply_reaches_the_wrong_caller).await;
}

/// A caller that left may have been answered late: the next caller on the connection gets its own reply all the same.
async fn a_late_reply_is_dropped(server: TestServer) {
    let mut random = Random::of_this_run("late");
    let proxy = Proxy::to(server.port(), &mut random).await;
    let client = Client::connect(proxy.config()).await.unwrap();
    client.set("a", "of a").await.unwrap();
    client.set("b", "of b").await.unwrap();
    for hold in [20_u64, 50, 200] {
        // Far less than the deadline, which would wake the connection as well.
        let since = Instant::now();
        proxy.set(|rules| rules.down.is_stopped = true);
        let late = client.get::<String>("a").timeout(Duration::from_millis(hold)).await.unwrap_err();
        assert!(late.is_timeout() && late.may_have_run());
        proxy.behave();
        assert_eq!(client.get::<String>("b").await.unwrap(), "of b");
        assert!(since.elapsed() < Duration::from_millis(hold + 500), "{:?}", since.elapsed());
    }
    gauges_return_to_zero(&client).await;
    assert_eq!(client.connection_stats().connects, 1);
}

#[tokio::test]
async fn a_late_reply_is_dropped_embedded() {
    on_embedded(a_late_reply_is_dropped).await;
}

#[tokio::test]
async fn a_late_reply_is_dropped_real() {
    on_real(a_late_reply_is_dropped).await;
}

/// One way to pop, with its own key and its own way to push and to read what remains.
#[derive(Clone, Copy)]
struct Pop {
    command: &'static str,
    key: &'static str,
}

const POPS: [Pop; 4] = [
    Pop { command: "BLPOP", key: "list:left" },
    Pop { command: "BRPOP", key: "list:right" },
    Pop { command: "BLMPOP", key: "list:several" },
    Pop { command: "BZPOPMIN", key: "scores" },
];

impl Pop {
    async fn pop(self, client: Client, random: &mut Random) -> Result<Vec<String>, Error> {
        // Short waits end on the server, long ones by the caller's deadline or with the caller.
        let wait = if random.below(2) == 0 { 0.02 } else { 0.0 };
        let command = client.command(self.command);
        let command = match self.command {
            "BLMPOP" => command.arg(wait).arg(1).key(self.key).arg("LEFT").arg("COUNT").arg(3),
            _ => command.key(self.key).arg(wait),
        };
        let deadline = Duration::from_millis(5) + random.up_to(Duration::from_millis(40));
        Ok(match command.timeout(deadline).reply_as::<Reply>().await? {
            Reply::Array(mut parts) if parts.len() >= 2 => match parts.swap_remove(1) {
                Reply::Array(several) => {
                    several.into_iter().map(|one| String::from_reply(one).unwrap()).collect()
                }
                one => vec![String::from_reply(one).unwrap()],
            },
            _ => Vec::new(),
        })
    }

    async fn push(self, client: &Client, element: &str, score: usize) -> Result<(), Error> {
        let command = match self.command {
            "BZPOPMIN" => client.command("ZADD").key(self.key).arg(score),
            _ => client.command("RPUSH").key(self.key),
        };
        command.arg(element).reply_as::<u64>().await.map(drop)
    }

    async fn remaining(self, client: &Client) -> Vec<String> {
        let command = if self.command == "BZPOPMIN" { "ZRANGE" } else { "LRANGE" };
        client.command(command).key(self.key).arg(0).arg(-1).reply_as().await.unwrap()
    }
}

/// Pops, unless patience ends first. The answer may be there already by then, on its way to a caller that is gone.
async fn impatiently(pop: Pop, client: &Client, random: &mut Random) -> Option<Result<Vec<String>, Error>> {
    let patience = tokio::time::sleep(random.up_to(Duration::from_millis(12)));
    let (client, mut fork) = (client.clone(), random.fork());
    let popping = async move { pop.pop(client, &mut fork).await };
    if random.below(2) == 0 {
        // Whichever is looked at first ends the other, even if that is ready as well.
        return tokio::select! { popped = popping => Some(popped), () = patience => None };
    }
    let task = tokio::spawn(popping);
    patience.await;
    task.abort();
    task.await.ok()
}

async fn nothing_popped_is_lost(server: &TestServer, pop: Pop) {
    const POPPERS: usize = 16;
    const ELEMENTS: usize = 1_500;
    let mut random = Random::of_this_run(pop.command);
    let pool = PoolConfig::new().max_size(POPPERS).wait(PoolWait::Wait(Duration::from_secs(5)));
    let client = Client::connect(server.config().pool(pool)).await.unwrap();
    let is_over = Arc::new(AtomicUsize::new(0));
    let poppers: Vec<_> = (0..POPPERS)
        .map(|_| {
            let (client, mut random, is_over) = (client.clone(), random.fork(), Arc::clone(&is_over));
            tokio::spawn(async move {
                let (mut popped, mut gave_up) = (Vec::new(), 0);
                while is_over.load(Ordering::Relaxed) == 0 {
                    match impatiently(pop, &client, &mut random).await {
                        Some(Ok(elements)) => popped.extend(elements),
                        Some(Err(error)) => assert!(error.is_timeout(), "{error:?}"),
                        None => gave_up += 1,
                    }
                }
                (popped, gave_up)
            })
        })
        .collect();
    for number in 0..ELEMENTS {
        pop.push(&client, &format!("e{number}"), number).await.unwrap();
        tokio::time::sleep(random.up_to(Duration::from_micros(1_900))).await;
    }
    is_over.store(1, Ordering::Relaxed);
    let (mut all, mut gave_up) = (Vec::new(), 0);
    for popper in poppers {
        let (popped, gave_up_here) = popper.await.unwrap();
        all.extend(popped);
        gave_up += gave_up_here;
    }
    // What a cancelled pop took is put back by then.
    gauges_return_to_zero(&client).await;
    let popped = all.len();
    all.extend(pop.remaining(&client).await);
    println!(
        "{} {}: {ELEMENTS} pushed, {popped} popped, {} remain, {gave_up} cancelled",
        server.name(),
        pop.command,
        all.len() - popped
    );
    assert!(gave_up > 0, "some are cancelled");
    for number in 0..ELEMENTS {
        let element = format!("e{number}");
        let times = all.iter().filter(|other| **other == element).count();
        assert_eq!(times, 1, "pushed is popped and remaining, each exactly once: {element}");
    }
    assert_eq!(all.len(), ELEMENTS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_popped_is_lost_embedded() {
    on_embedded(async |server| {
        for pop in POPS {
            nothing_popped_is_lost(&server, pop).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_popped_is_lost_real() {
    on_real(async |server| {
        for pop in POPS {
            nothing_popped_is_lost(&server, pop).await;
        }
    })
    .await;
}
