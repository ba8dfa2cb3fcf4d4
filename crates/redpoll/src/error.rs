use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redpoll_protocol::{ReplyError, ServerError};

/// Why a command, or the client itself, failed.
///
/// [`kind`](Error::kind) says what sort of failure it is; [`command`](Error::command) and [`node`](Error::node) say
/// where; [`may_have_run`](Error::may_have_run) whether the server may have executed the command all the same.
///
/// `Display` gives one line: the command, the node, what happened. The cause, where there is one, is the
/// [`source`](std::error::Error::source) and is not repeated in that line. Errors never show arguments or replies.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
/// # let server = redpoll_server::Server::start().await.unwrap();
/// use redpoll::{Client, ErrorKind, prelude::*};
///
/// let client = Client::connect(server.url()).await?;
/// client.rpush("queue", ["job"]).await?;
/// let error = client.incr("queue").await.unwrap_err();
/// assert_eq!((error.kind(), error.prefix()), (ErrorKind::Server, Some("WRONGTYPE")));
/// assert_eq!(error.command(), Some("INCR"));
/// assert!(!error.may_have_run());
/// # Ok(()) }
/// ```
pub struct Error(Box<Inner>);

/// What sort of failure an [`Error`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting, URL or address is wrong; nothing was sent.
    Config,
    /// No connection could be made: refused, unreachable, name not found, TLS not agreed.
    Connect,
    /// The server refused the credentials, or asks for some.
    Auth,
    /// The deadline passed.
    Timeout,
    /// The pool had no connection in time, or the queue is full and the client was told to fail at once.
    Busy,
    /// The connection was lost before the reply had come.
    ConnectionLost,
    /// The server answered with an error; its first word is the [`prefix`](Error::prefix).
    Server,
    /// There is no value, and the asked type has no place for that: ask for an `Option`.
    Nil,
    /// The reply does not fit the asked type.
    Decode,
    /// The server broke the protocol; the connection was closed.
    Protocol,
    /// The optimistic transaction was tried as often as allowed; a watched key changed each time.
    Conflict,
    /// The call makes no sense as written: it was refused before sending.
    Usage,
    /// The client was closed.
    Closed,
}

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    server: Option<ServerError>,
    command: Option<Cow<'static, str>>,
    node: Option<Arc<str>>,
    may_have_run: bool,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            server: None,
            command: None,
            node: None,
            may_have_run: false,
            source: None,
        }))
    }

    pub(crate) fn server(error: ServerError) -> Self {
        let kind = match error.prefix() {
            Some("NOAUTH" | "WRONGPASS") => ErrorKind::Auth,
            _ => ErrorKind::Server,
        };
        let mut new = Self::new(kind, "");
        new.0.server = Some(error);
        new
    }

    pub(crate) fn reply(error: ReplyError) -> Self {
        match error {
            ReplyError::Server(error) => Self::server(error),
            ReplyError::Nil => {
                Self::new(ErrorKind::Nil, "there is no value; ask for an Option to accept that")
            }
            // The command did run: only its answer could not be read.
            other => Self::new(ErrorKind::Decode, other.to_string()).ran(true),
        }
    }

    pub(crate) fn timeout(after: Duration) -> Self {
        Self::new(ErrorKind::Timeout, format!("no reply within {after:?}"))
    }

    pub(crate) fn closed() -> Self {
        Self::new(ErrorKind::Closed, "the client is closed")
    }

    pub(crate) fn usage(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    #[must_use]
    pub(crate) fn ran(mut self, may_have_run: bool) -> Self {
        self.0.may_have_run = may_have_run;
        self
    }

    #[must_use]
    pub(crate) fn at(mut self, node: &Arc<str>) -> Self {
        self.0.node.get_or_insert_with(|| Arc::clone(node));
        self
    }

    #[must_use]
    pub(crate) fn of(mut self, command: impl Into<Cow<'static, str>>) -> Self {
        self.0.command.get_or_insert_with(|| command.into());
        self
    }

    #[must_use]
    pub(crate) fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The same failure again, for each command of a batch; the source stays with the first.
    pub(crate) fn copy(&self) -> Self {
        let Inner { kind, message, server, command, node, may_have_run, source: _ } = &*self.0;
        Self(Box::new(Inner {
            kind: *kind,
            message: message.clone(),
            server: server.clone(),
            command: command.clone(),
            node: node.clone(),
            may_have_run: *may_have_run,
            source: None,
        }))
    }

    /// What sort of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The error prefix of the server's reply, such as `WRONGTYPE` or `READONLY`.
    pub fn prefix(&self) -> Option<&str> {
        self.0.server.as_ref().and_then(ServerError::prefix)
    }

    /// The server's error reply, if that is what failed.
    pub fn server_error(&self) -> Option<&ServerError> {
        self.0.server.as_ref()
    }

    /// The name of the command that failed.
    pub fn command(&self) -> Option<&str> {
        self.0.command.as_deref()
    }

    /// The address of the node that the command was sent to.
    pub fn node(&self) -> Option<&str> {
        self.0.node.as_deref()
    }

    /// Whether the server may have executed the command although it failed here: its reply was lost, came too late
    /// or could not be read. `false` is a promise that nothing was applied.
    ///
    /// An error reply of the server counts as not run, since Redis refuses a command before applying it; a script
    /// or function that failed half-way is the exception, and says `true`.
    pub fn may_have_run(&self) -> bool {
        self.0.may_have_run
    }

    /// Whether trying again can help and cannot apply anything twice: the failure is passing, and the command did not run.
    pub fn is_retryable(&self) -> bool {
        if self.may_have_run() {
            return false;
        }
        match self.kind() {
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Busy | ErrorKind::ConnectionLost => true,
            ErrorKind::Conflict => true,
            ErrorKind::Server => self.0.server.as_ref().is_some_and(ServerError::proves_not_run),
            ErrorKind::Config
            | ErrorKind::Auth
            | ErrorKind::Nil
            | ErrorKind::Decode
            | ErrorKind::Protocol
            | ErrorKind::Usage
            | ErrorKind::Closed => false,
        }
    }

    /// Whether the deadline passed.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Whether there was no value where the asked type needs one.
    pub fn is_nil(&self) -> bool {
        self.kind() == ErrorKind::Nil
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(command) = &self.0.command {
            write!(f, "{command}")?;
            if let Some(node) = &self.0.node {
                write!(f, " on {node}")?;
            }
            f.write_str(": ")?;
        } else if let Some(node) = &self.0.node {
            write!(f, "{node}: ")?;
        }
        match &self.0.server {
            Some(error) => write!(f, "{error}")?,
            None => f.write_str(&self.0.message)?,
        }
        if self.0.may_have_run {
            f.write_str(" (the command may have run)")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.0.kind).field("message", &format_args!("{self}"));
        if let Some(source) = &self.0.source {
            out.field("source", source);
        }
        out.finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<ReplyError> for Error {
    fn from(error: ReplyError) -> Self {
        Self::reply(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_the_command_the_node_and_the_failure() {
        let error = Error::timeout(Duration::from_secs(1)).of("INCR").at(&"127.0.0.1:6379".into()).ran(true);
        assert_eq!(
            error.to_string(),
            "INCR on 127.0.0.1:6379: no reply within 1s (the command may have run)"
        );
    }

    #[test]
    fn only_what_surely_did_not_run_is_retryable() {
        assert!(Error::new(ErrorKind::ConnectionLost, "lost").is_retryable());
        assert!(!Error::new(ErrorKind::ConnectionLost, "lost").ran(true).is_retryable());
        assert!(Error::server(ServerError::new("LOADING x")).is_retryable());
        assert!(!Error::server(ServerError::new("WRONGTYPE x")).is_retryable());
    }
}
