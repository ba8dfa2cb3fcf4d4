use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::{Decoder, FromReply, Limits};
use SubscriptionKind::{Channel, Pattern, ShardChannel};

const KINDS: [SubscriptionKind; 3] = [Channel, Pattern, ShardChannel];

/// A server's side of one connection.
#[derive(Debug, Default)]
struct Server {
    subscriptions: BTreeSet<(SubscriptionKind, Bytes)>,
    /// Commands with this name are refused.
    forbidden: Option<Bytes>,
    input: BytesMut,
    replies: VecDeque<Reply>,
}

impl Server {
    /// Runs everything that was written to it.
    fn run(&mut self) {
        let mut decoder = Decoder::new(Limits::default());
        while let Some(command) = decoder.decode(&mut self.input).unwrap() {
            let mut args = Vec::<Bytes>::from_reply(command).unwrap();
            let word = args.remove(0).to_ascii_lowercase();
            let (kind, subscribes) = match word.as_slice() {
                b"subscribe" => (Channel, true),
                b"unsubscribe" => (Channel, false),
                b"psubscribe" => (Pattern, true),
                b"punsubscribe" => (Pattern, false),
                b"ssubscribe" => (ShardChannel, true),
                b"sunsubscribe" => (ShardChannel, false),
                other => unreachable!("{}", other.escape_ascii()),
            };
            if subscribes && self.forbidden.as_ref().is_some_and(|name| args.contains(name)) {
                self.replies
                    .push_back(Reply::Error(ServerError::new("NOPERM No permissions to access a channel")));
                continue;
            }
            args.into_iter().for_each(|name| self.change(kind, subscribes, name));
        }
    }

    fn change(&mut self, kind: SubscriptionKind, subscribes: bool, name: Bytes) {
        if subscribes {
            self.subscriptions.insert((kind, name.clone()));
        } else {
            self.subscriptions.remove(&(kind, name.clone()));
        }
        let word = kind.command(subscribes).name().to_ascii_lowercase();
        let count = i64::try_from(self.subscriptions.len()).unwrap();
        let elements = vec![Reply::BulkString(word.into()), Reply::BulkString(name), Reply::Integer(count)];
        self.replies.push_back(Reply::Push(elements));
    }
}

fn text(text: &'static str) -> Reply {
    Reply::BulkString(text.into())
}

fn wire(subscriptions: &mut Subscriptions) -> Vec<String> {
    let (mut out, mut decoder) = (BytesMut::new(), Decoder::new(Limits::default()));
    assert_eq!(subscriptions.poll_transmit(&mut out), !out.is_empty());
    let mut commands = Vec::new();
    while let Some(command) = decoder.decode(&mut out).unwrap() {
        commands.push(Vec::<String>::from_reply(command).unwrap().join(" "));
    }
    commands
}

#[test]
fn changes_that_cancel_out_are_not_sent() {
    let mut subscriptions = Subscriptions::new();
    assert!(subscriptions.subscribe(Channel, "a"));
    assert!(!subscriptions.subscribe(Channel, "a"));
    assert!(subscriptions.unsubscribe(Channel, "a"));
    assert!(!subscriptions.unsubscribe(Channel, "never"));
    assert!(wire(&mut subscriptions).is_empty());
    assert!(subscriptions.is_empty());
}

#[test]
fn names_of_one_kind_share_a_command_and_shard_channels_one_per_slot() {
    let mut subscriptions = Subscriptions::new();
    for name in ["a", "b"] {
        subscriptions.subscribe(Channel, name);
        subscriptions.subscribe(Pattern, name);
    }
    for name in ["{x}1", "{x}2", "{y}"] {
        subscriptions.subscribe(ShardChannel, name);
    }
    let mut commands = wire(&mut subscriptions);
    commands.sort();
    assert_eq!(commands, ["PSUBSCRIBE a b", "SSUBSCRIBE {x}1 {x}2", "SSUBSCRIBE {y}", "SUBSCRIBE a b"]);
    assert!(wire(&mut subscriptions).is_empty());
}

#[test]
fn many_names_go_in_several_commands() {
    let mut subscriptions = Subscriptions::new();
    for n in 0..1200 {
        subscriptions.subscribe(Channel, n.to_string());
    }
    assert_eq!(wire(&mut subscriptions).len(), 3);
}

#[test]
fn messages_of_each_kind_are_read_in_both_protocols() {
    let message = |kind, pattern: Option<&'static str>| PubSubEvent::Message {
        kind,
        channel: "c".into(),
        pattern: pattern.map(Bytes::from),
        payload: "hi".into(),
    };
    let cases = [
        (vec![text("message"), text("c"), text("hi")], message(Channel, None)),
        (vec![text("smessage"), text("c"), text("hi")], message(ShardChannel, None)),
        (vec![text("pmessage"), text("c*"), text("c"), text("hi")], message(Pattern, Some("c*"))),
        (vec![text("pong"), text("")], PubSubEvent::Pong { payload: "".into() }),
    ];
    for (elements, event) in cases {
        for reply in [Reply::Array(elements.clone()), Reply::Push(elements)] {
            assert_eq!(Subscriptions::new().handle_reply(reply), event);
        }
    }
}

#[test]
fn what_is_not_pubsub_is_given_back_as_it_is() {
    for reply in [
        Reply::Push(vec![text("invalidate"), Reply::Array(vec![text("key")])]),
        Reply::Push(vec![text("message"), text("too short")]),
        Reply::Push(vec![text("unsubscribe"), Reply::Null, Reply::Integer(0)]),
        Reply::Push(vec![]),
        Reply::Array(vec![Reply::Integer(1)]),
        Reply::SimpleString("PONG".into()),
        Reply::Error(ServerError::new("ERR nobody asked")),
    ] {
        assert_eq!(Subscriptions::new().handle_reply(reply.clone()), PubSubEvent::Other(reply));
    }
}

#[test]
fn a_refused_subscription_is_wanted_no_more() {
    let mut subscriptions = Subscriptions::new();
    subscriptions.subscribe(Channel, "secret");
    assert_eq!(wire(&mut subscriptions), ["SUBSCRIBE secret"]);
    let error = ServerError::new("NOPERM No permissions to access a channel");
    let event = subscriptions.handle_reply(Reply::Error(error.clone()));
    let names = vec![Bytes::from("secret")];
    assert_eq!(event, PubSubEvent::Refused { kind: Channel, subscribes: true, names, error });
    assert!(subscriptions.is_settled());
    assert!(wire(&mut subscriptions).is_empty() && subscriptions.is_empty());
}

#[test]
fn names_that_were_refused_together_are_tried_alone() {
    let mut server = Server { forbidden: Some("secret".into()), ..Server::default() };
    let mut subscriptions = Subscriptions::new();
    for name in ["a", "secret", "b"] {
        subscriptions.subscribe(Channel, name);
    }
    let mut refused = Vec::new();
    while subscriptions.poll_transmit(&mut server.input) {
        server.run();
        while let Some(reply) = server.replies.pop_front() {
            if let PubSubEvent::Refused { names, .. } = subscriptions.handle_reply(reply) {
                refused.extend(names);
            }
        }
    }
    assert!(subscriptions.is_settled());
    assert_eq!(refused, ["secret"]);
    assert_eq!(server.subscriptions, BTreeSet::from([(Channel, "a".into()), (Channel, "b".into())]));
}

#[test]
fn a_subscription_that_the_server_ends_is_sent_again() {
    let mut server = Server::default();
    let mut subscriptions = Subscriptions::new();
    subscriptions.subscribe(ShardChannel, "s");
    subscriptions.poll_transmit(&mut server.input);
    server.run();
    server.change(ShardChannel, false, "s".into());
    while let Some(reply) = server.replies.pop_front() {
        subscriptions.handle_reply(reply);
    }
    assert!(!subscriptions.is_settled());
    assert_eq!(wire(&mut subscriptions), ["SSUBSCRIBE s"]);
}

#[test]
fn after_a_lost_connection_everything_wanted_is_sent_again_and_nothing_else() {
    let mut subscriptions = Subscriptions::new();
    subscriptions.subscribe(Channel, "a");
    subscriptions.subscribe(Channel, "b");
    wire(&mut subscriptions);
    subscriptions.unsubscribe(Channel, "b");
    subscriptions.subscribe(Pattern, "p");
    subscriptions.on_connection_lost();
    assert_eq!(wire(&mut subscriptions), ["SUBSCRIBE a", "PSUBSCRIBE p"]);
}

#[derive(Debug, Clone)]
enum Op {
    Subscribe(SubscriptionKind, u8),
    Unsubscribe(SubscriptionKind, u8),
    Transmit,
    ServerRuns,
    Deliver(usize),
    /// The server ends a subscription by itself.
    ServerEnds(SubscriptionKind, u8),
    ConnectionLost,
}

fn op() -> impl Strategy<Value = Op> {
    let kind = || prop::sample::select(KINDS.to_vec());
    let name = 0_u8..4;
    prop_oneof![
        4 => (kind(), name.clone()).prop_map(|(kind, name)| Op::Subscribe(kind, name)),
        4 => (kind(), name.clone()).prop_map(|(kind, name)| Op::Unsubscribe(kind, name)),
        4 => Just(Op::Transmit),
        3 => Just(Op::ServerRuns),
        4 => (1_usize..6).prop_map(Op::Deliver),
        1 => (kind(), name).prop_map(|(kind, name)| Op::ServerEnds(kind, name)),
        1 => Just(Op::ConnectionLost),
    ]
}

fn name(n: u8) -> Bytes {
    Bytes::from(format!("n{n}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// The reconciler's promise, with a forbidden name among the others in every second run.
    #[test]
    fn once_settled_the_server_has_what_is_wanted(ops in vec(op(), 0..80), forbids in any::<bool>()) {
        let new_server = || Server { forbidden: forbids.then(|| name(0)), ..Server::default() };
        let (mut server, mut subscriptions) = (new_server(), Subscriptions::new());
        // What callers asked for; a refusal takes it back, as the event tells them.
        let mut wanted = BTreeSet::new();
        for op in ops {
            match op {
                Op::Subscribe(kind, n) => {
                    subscriptions.subscribe(kind, name(n));
                    wanted.insert((kind, name(n)));
                }
                Op::Unsubscribe(kind, n) => {
                    subscriptions.unsubscribe(kind, name(n));
                    wanted.remove(&(kind, name(n)));
                }
                Op::Transmit => {
                    subscriptions.poll_transmit(&mut server.input);
                }
                Op::ServerRuns => server.run(),
                Op::Deliver(most) => deliver(&mut server, &mut subscriptions, most),
                Op::ServerEnds(kind, n) if server.subscriptions.contains(&(kind, name(n))) => {
                    server.change(kind, false, name(n));
                }
                Op::ServerEnds(..) => {}
                Op::ConnectionLost => {
                    server = new_server();
                    subscriptions.on_connection_lost();
                }
            }
        }
        for _ in 0..100 {
            let wrote = subscriptions.poll_transmit(&mut server.input);
            server.run();
            deliver(&mut server, &mut subscriptions, usize::MAX);
            if !wrote && subscriptions.is_settled() {
                break;
            }
        }
        prop_assert!(subscriptions.is_settled(), "{:?}", subscriptions);
        let has: BTreeSet<_> = subscriptions.wanted().map(|(kind, name)| (kind, name.clone())).collect();
        prop_assert_eq!(&server.subscriptions, &has);
        // Nothing but the forbidden name is ever given up.
        let may_have: BTreeSet<_> = wanted.into_iter().filter(|(_, n)| !forbids || *n != name(0)).collect();
        prop_assert_eq!(&has, &may_have);
        prop_assert_eq!(subscriptions.is_empty(), has.is_empty());
    }
}

fn deliver(server: &mut Server, subscriptions: &mut Subscriptions, most: usize) {
    for _ in 0..most {
        let Some(reply) = server.replies.pop_front() else { return };
        subscriptions.handle_reply(reply);
    }
}
