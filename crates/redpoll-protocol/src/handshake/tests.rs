use super::*;
use crate::{Decoder, FromReply, Limits};

/// A server as far as a handshake sees it.
#[derive(Debug, Clone, Default)]
struct Server {
    /// What it answers to `HELLO 3`; by itself it knows the command.
    hello_error: Option<&'static str>,
    password: Option<&'static str>,
    /// Errors by the start of the command, as `CLIENT SETINFO`.
    errors: Vec<(&'static str, &'static str)>,
    is_authenticated: bool,
    received: Vec<String>,
}

const NOAUTH: &str = "NOAUTH Authentication required.";
const WRONGPASS: &str = "WRONGPASS invalid username-password pair or user is disabled.";
const UNKNOWN: &str = "ERR unknown command 'HELLO', with args beginning with: '3' ";

impl Server {
    /// RESP2 only, as before Redis 6.
    fn old() -> Self {
        Self {
            hello_error: Some(UNKNOWN),
            errors: vec![("CLIENT SETINFO", "ERR Unknown subcommand")],
            ..Self::default()
        }
    }

    fn password(mut self, password: &'static str) -> Self {
        self.password = Some(password);
        self
    }

    fn failing(mut self, command: &'static str, error: &'static str) -> Self {
        self.errors.push((command, error));
        self
    }

    /// Answers one write. As servers do, it drops the reply of a failing `AUTH` with replies pending before it.
    fn answer(&mut self, mut write: BytesMut) -> Vec<u8> {
        let (mut decoder, mut out) = (Decoder::new(Limits::default()), Vec::new());
        while let Some(command) = decoder.decode(&mut write).unwrap() {
            let args = Vec::<String>::from_reply(command).unwrap();
            let reply = self.run(&args);
            self.received.push(args.join(" "));
            let is_dropped = args[0] == "AUTH" && reply.starts_with('-') && !out.is_empty();
            if !is_dropped {
                out.extend_from_slice(reply.as_bytes());
            }
        }
        assert!(write.is_empty(), "a write ends with a whole command");
        out
    }

    fn run(&mut self, args: &[String]) -> String {
        let command = args.join(" ");
        if let Some((_, error)) = self.errors.iter().find(|(start, _)| command.starts_with(start)) {
            return format!("-{error}\r\n");
        }
        match args[0].as_str() {
            "HELLO" => self.hello(args),
            "AUTH" => self.authenticate(args.last()).unwrap_or_else(|| "+OK\r\n".to_owned()),
            _ if self.password.is_some() && !self.is_authenticated => format!("-{NOAUTH}\r\n"),
            "PING" => "+PONG\r\n".to_owned(),
            _ => "+OK\r\n".to_owned(),
        }
    }

    fn hello(&mut self, args: &[String]) -> String {
        if let Some(error) = self.hello_error {
            return format!("-{error}\r\n");
        }
        let auth = args.iter().position(|arg| arg == "AUTH");
        if let Some(refusal) = auth.and_then(|at| self.authenticate(args.get(at + 2))) {
            return refusal;
        }
        if self.password.is_some() && !self.is_authenticated {
            return "-NOAUTH HELLO must be called with the client already authenticated\r\n".to_owned();
        }
        "%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n8.4.0\r\n$5\r\nproto\r\n:3\r\n$2\r\nid\r\n:12\r\n\
         $4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n"
            .to_owned()
    }

    /// The refusal, if it is one.
    fn authenticate(&mut self, password: Option<&String>) -> Option<String> {
        let Some(expected) = self.password else {
            return Some("-ERR AUTH <password> called without any password configured\r\n".to_owned());
        };
        self.is_authenticated = password.is_some_and(|password| password == expected);
        (!self.is_authenticated).then(|| format!("-{WRONGPASS}\r\n"))
    }
}

/// Runs a handshake to its end; the server's bytes arrive in pieces of `piece` bytes.
fn run(
    options: &HandshakeOptions,
    server: &mut Server,
    piece: usize,
) -> Result<(ServerInfo, usize), HandshakeError> {
    let mut handshake = Handshake::new(options.clone());
    let (mut decoder, mut input, mut write, mut writes) =
        (Decoder::new(Limits::default()), BytesMut::new(), BytesMut::new(), 1);
    handshake.first_write(&mut write);
    let mut arriving = server.answer(write);
    loop {
        assert!(!arriving.is_empty(), "both sides wait");
        let rest = arriving.split_off(piece.min(arriving.len()));
        input.extend_from_slice(&std::mem::replace(&mut arriving, rest));
        while let Some(reply) = decoder.decode(&mut input).unwrap() {
            match handshake.handle_reply(reply)? {
                Step::Wait => {}
                Step::Write(write) => {
                    assert!(
                        arriving.is_empty() && input.is_empty(),
                        "nothing is written before replies that pend"
                    );
                    writes += 1;
                    arriving = server.answer(write);
                }
                Step::Done(info) => {
                    assert!(arriving.is_empty() && input.is_empty(), "no reply is left over");
                    return Ok((info, writes));
                }
            }
        }
    }
}

/// Runs the same handshake with every way of splitting, and checks that the outcome is always the same.
fn shake(
    options: &HandshakeOptions,
    server: &Server,
) -> (Result<(ServerInfo, usize), HandshakeError>, Vec<String>) {
    let outcome = |piece| {
        let mut server = server.clone();
        (run(options, &mut server, piece), server.received)
    };
    let whole = outcome(usize::MAX);
    for piece in 1..80 {
        assert_eq!(outcome(piece), whole, "pieces of {piece}");
    }
    whole
}

fn full() -> HandshakeOptions {
    HandshakeOptions::new()
        .username("ada")
        .password("secret")
        .client_name("me")
        .database(3)
        .library("redpoll", "0.1")
}

#[test]
fn resp3_takes_one_write_and_says_who_the_server_is() {
    let (outcome, received) = shake(&full(), &Server::default().password("secret"));
    assert_eq!(
        received,
        [
            "HELLO 3 AUTH ada secret SETNAME me",
            "CLIENT SETINFO LIB-NAME redpoll",
            "CLIENT SETINFO LIB-VER 0.1",
            "SELECT 3",
        ]
    );
    let (info, writes) = outcome.unwrap();
    assert_eq!((info.protocol, info.connection_id, writes), (Protocol::Resp3, Some(12), 1));
    assert_eq!((info.server.as_deref(), info.version.as_deref()), (Some("redis"), Some("8.4.0")));
    assert_eq!((info.mode.as_deref(), info.role.as_deref()), (Some("standalone"), Some("master")));
}

#[test]
fn a_password_without_a_user_is_the_default_users() {
    let options = HandshakeOptions::new().password("secret");
    let (outcome, received) = shake(&options, &Server::default().password("secret"));
    assert_eq!((outcome.is_ok(), received), (true, vec!["HELLO 3 AUTH default secret".to_owned()]));
}

#[test]
fn a_server_without_hello_gets_the_same_in_resp2_after_the_first_write_is_answered() {
    let (outcome, received) = shake(&full(), &Server::old().password("secret"));
    // SELECT was refused for want of authentication, so it is sent again, after AUTH.
    assert_eq!(received[4..], ["AUTH ada secret", "CLIENT SETNAME me", "SELECT 3"]);
    let (info, writes) = outcome.unwrap();
    assert_eq!((info, writes), (ServerInfo::new(Protocol::Resp2), 2));
}

#[test]
fn what_was_done_before_the_fallback_is_not_done_twice() {
    let options = HandshakeOptions::new().client_name("me").database(3).library("redpoll", "0.1");
    let (outcome, received) = shake(&options, &Server::old());
    assert_eq!(received[4..], ["CLIENT SETNAME me"]);
    assert_eq!(outcome.unwrap().1, 2);
}

#[test]
fn a_fallback_that_owes_nothing_takes_one_write() {
    let options = HandshakeOptions::new().database(3);
    let (outcome, received) = shake(&options, &Server::old());
    assert_eq!((outcome.unwrap().1, received.len()), (1, 2));
}

#[test]
fn library_and_replica_mode_are_sent_again_too_when_they_needed_authentication() {
    let mut server = Server::old().password("secret");
    server.errors.clear();
    let options = HandshakeOptions::new().password("secret").library("redpoll", "0.1").read_only(true);
    let (outcome, received) = shake(&options, &server);
    let again = ["AUTH secret", "CLIENT SETINFO LIB-NAME redpoll", "CLIENT SETINFO LIB-VER 0.1", "READONLY"];
    assert_eq!(received[4..], again);
    assert!(outcome.is_ok());
}

#[test]
fn every_refusal_of_hello_that_resp2_may_survive_falls_back() {
    for error in [
        UNKNOWN,
        "ERR unknown command `HELLO`",
        "NOPROTO unsupported protocol version",
        "ERR Syntax error in HELLO option 'setname'",
        "NOPERM this user has no permissions to run the 'hello' command",
        "ERR unsupported command",
    ] {
        let server = Server { hello_error: Some(error), ..Server::default() }.password("secret");
        let (info, _) = shake(&full(), &server).0.unwrap();
        assert_eq!(info.protocol, Protocol::Resp2, "{error}");
    }
}

#[test]
fn a_wrong_password_is_an_authentication_error_in_both_protocols() {
    for options in [full(), full().protocol(Protocol::Resp2)] {
        for server in [Server::default(), Server::old()] {
            let outcome = shake(&options, &server.password("other")).0;
            assert_eq!(outcome, Err(HandshakeError::Auth(ServerError::new(WRONGPASS))), "{options:?}");
        }
    }
}

#[test]
fn a_missing_password_is_an_authentication_error_in_both_protocols() {
    let named = HandshakeOptions::new().library("redpoll", "0.1");
    let bare = HandshakeOptions::new().protocol(Protocol::Resp2);
    for options in [named.clone(), named.protocol(Protocol::Resp2), bare] {
        for server in [Server::default(), Server::old()] {
            let mut server = server.password("secret");
            server.errors.clear();
            let outcome = shake(&options, &server).0;
            assert!(matches!(outcome, Err(HandshakeError::Auth(_))), "{outcome:?}");
        }
    }
}

#[test]
fn a_password_that_the_server_does_not_ask_for_is_an_error() {
    let options = HandshakeOptions::new().password("secret").protocol(Protocol::Resp2);
    assert!(matches!(shake(&options, &Server::default()).0, Err(HandshakeError::Auth(_))));
}

#[test]
fn resp2_by_choice_takes_one_write_and_authenticates_first() {
    let (outcome, received) = shake(&full().protocol(Protocol::Resp2), &Server::default().password("secret"));
    let select = received.last().map(String::as_str);
    assert_eq!((received[0].as_str(), received.len(), select), ("AUTH ada secret", 5, Some("SELECT 3")));
    let (info, writes) = outcome.unwrap();
    assert_eq!((info.protocol, writes), (Protocol::Resp2, 1));
}

#[test]
fn resp2_with_nothing_to_set_up_still_asks_something() {
    let options = HandshakeOptions::new().protocol(Protocol::Resp2);
    assert_eq!(shake(&options, &Server::default()).1, ["PING"]);
    let not_allowed =
        Server::default().failing("PING", "NOPERM this user has no permissions to run the 'ping' command");
    assert!(shake(&options, &not_allowed).0.is_ok());
    let loading = Server::default().failing("PING", "LOADING Redis is loading the dataset in memory");
    assert!(shake(&options, &loading).0.is_err_and(|error| error.is_transient()));
}

#[test]
fn optional_steps_may_fail_for_any_reason() {
    for error in ["NOPERM no permissions", "ERR unknown subcommand", "ERR whatever"] {
        let server = Server::default().password("secret").failing("CLIENT", error);
        for options in [full(), full().protocol(Protocol::Resp2)] {
            assert!(shake(&options, &server).0.is_ok(), "{error}");
        }
    }
}

#[test]
fn a_database_that_cannot_be_selected_is_an_error() {
    let error = "ERR DB index is out of range";
    for server in [Server::default(), Server::old()] {
        let server = server.password("secret").failing("SELECT", error);
        let expected = HandshakeError::Database { database: 3, error: ServerError::new(error) };
        assert_eq!(shake(&full(), &server).0, Err(expected));
    }
}

#[test]
fn a_server_that_is_not_ready_is_told_from_one_that_refuses() {
    for error in ["LOADING Redis is loading the dataset in memory", "ERR max number of clients reached"] {
        let server = Server { hello_error: Some(error), ..Server::default() };
        let refused = shake(&full(), &server).0.unwrap_err();
        assert!(refused.is_transient(), "{refused}");
    }
    let server =
        Server { hello_error: Some("DENIED Redis is running in protected mode"), ..Server::default() };
    let refused = shake(&full(), &server).0.unwrap_err();
    assert_eq!((refused.is_transient(), matches!(refused, HandshakeError::Refused(_))), (false, true));
}

#[test]
fn pushes_are_passed_over_and_replies_that_nobody_asked_for_are_not() {
    let mut handshake = Handshake::new(HandshakeOptions::new().protocol(Protocol::Resp2));
    handshake.first_write(&mut BytesMut::new());
    assert_eq!(handshake.handle_reply(Reply::Push(vec![])), Ok(Step::Wait));
    assert!(matches!(handshake.handle_reply(Reply::SimpleString("PONG".into())), Ok(Step::Done(_))));
    let unasked = handshake.handle_reply(Reply::Integer(1));
    assert_eq!(unasked, Err(HandshakeError::UnexpectedReply { got: "integer" }));
}

#[test]
fn what_is_not_an_answer_to_the_command_ends_the_handshake() {
    for reply in [Reply::Integer(1), Reply::Null, Reply::Array(vec![Reply::Integer(1)])] {
        let mut handshake = Handshake::new(HandshakeOptions::new());
        handshake.first_write(&mut BytesMut::new());
        let got = reply.type_name();
        assert_eq!(handshake.handle_reply(reply), Err(HandshakeError::UnexpectedReply { got }));
    }
}

#[test]
fn names_are_cleaned_since_one_bad_character_would_fail_the_hello() {
    let options = HandshakeOptions::new().client_name("my app\né").library("red poll", "");
    let (_, received) = shake(&options, &Server::default());
    assert_eq!(received[..2], ["HELLO 3 SETNAME my-app--", "CLIENT SETINFO LIB-NAME red-poll"]);
}

#[test]
fn debug_shows_no_password() {
    let handshake = Handshake::new(full());
    assert!(!format!("{handshake:?}").contains("secret"));
}
