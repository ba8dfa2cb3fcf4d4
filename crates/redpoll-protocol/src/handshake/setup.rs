use super::{HandshakeOptions, Protocol};
use crate::{CommandMeta, RawCommand};

/// One command of the handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setup {
    Hello,
    Auth,
    SetName,
    LibraryName,
    LibraryVersion,
    Select,
    ReadOnly,
    Ping,
}

const HELLO: CommandMeta = CommandMeta::read("HELLO");
const AUTH: CommandMeta = CommandMeta::read("AUTH");
const CLIENT_SETNAME: CommandMeta = CommandMeta::read("CLIENT SETNAME");
const CLIENT_SETINFO: CommandMeta = CommandMeta::read("CLIENT SETINFO");
const SELECT: CommandMeta = CommandMeta::read("SELECT");
const READONLY: CommandMeta = CommandMeta::read("READONLY");
const PING: CommandMeta = CommandMeta::read("PING");

/// The first write: what authenticates comes first.
pub(super) fn first(options: &HandshakeOptions) -> Vec<Setup> {
    let mut setups = match options.protocol {
        Protocol::Resp3 => vec![Setup::Hello],
        Protocol::Resp2 => instead_of_hello(options),
    };
    if options.library.is_some() {
        setups.extend([Setup::LibraryName, Setup::LibraryVersion]);
    }
    if options.database > 0 {
        setups.push(Setup::Select);
    }
    if options.read_only {
        setups.push(Setup::ReadOnly);
    }
    setups
}

/// What `HELLO` does besides choosing RESP3.
pub(super) fn instead_of_hello(options: &HandshakeOptions) -> Vec<Setup> {
    let auth = options.password.is_some().then_some(Setup::Auth);
    let name = options.client_name.is_some().then_some(Setup::SetName);
    auth.into_iter().chain(name).collect()
}

impl Setup {
    /// Whether the connection is as good without it.
    pub(super) const fn is_optional(self) -> bool {
        matches!(self, Self::SetName | Self::LibraryName | Self::LibraryVersion | Self::Ping)
    }

    pub(super) fn command(self, options: &HandshakeOptions) -> RawCommand {
        match self {
            Self::Hello => hello(options),
            Self::Auth => auth(options),
            Self::SetName => with(&CLIENT_SETNAME, [options.client_name.as_deref().unwrap_or_default()]),
            Self::LibraryName => {
                with(&CLIENT_SETINFO, ["LIB-NAME", options.library.as_ref().map_or("", |(name, _)| name)])
            }
            Self::LibraryVersion => with(
                &CLIENT_SETINFO,
                ["LIB-VER", options.library.as_ref().map_or("", |(_, version)| version)],
            ),
            Self::Select => {
                let mut select = RawCommand::new(&SELECT);
                select.push(&options.database);
                select
            }
            Self::ReadOnly => RawCommand::new(&READONLY),
            Self::Ping => RawCommand::new(&PING),
        }
    }
}

fn hello(options: &HandshakeOptions) -> RawCommand {
    let mut hello = with(&HELLO, ["3"]);
    if let Some(password) = &options.password {
        hello.extend(&["AUTH", options.username.as_deref().unwrap_or("default"), password.expose()]);
    }
    if let Some(name) = &options.client_name {
        hello.extend(&["SETNAME", &**name]);
    }
    hello
}

/// Without a name, or for `default`, in the form that servers before ACLs know.
fn auth(options: &HandshakeOptions) -> RawCommand {
    let mut auth = RawCommand::new(&AUTH);
    if let Some(username) = options.username.as_deref().filter(|name| *name != "default") {
        auth.push(username);
    }
    if let Some(password) = &options.password {
        auth.push(password.expose());
    }
    auth
}

fn with<const N: usize>(meta: &'static CommandMeta, args: [&str; N]) -> RawCommand {
    let mut command = RawCommand::new(meta);
    command.extend(&args);
    command
}
