/// What is known of a command before it is sent: its name and the policies that follow from it.
///
/// Written once, beside the typed method, as a constant:
///
/// ```
/// use redpoll_protocol::{CommandMeta, RetryClass};
///
/// const GET: CommandMeta = CommandMeta::read("GET");
/// const INCR: CommandMeta = CommandMeta::write("INCR", RetryClass::Accumulating);
/// assert!(GET.is_read_only() && !INCR.is_read_only());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandMeta {
    name: &'static str,
    retry: RetryClass,
    blocking: bool,
    dedicated: bool,
    script: bool,
    is_one_word: bool,
}

/// What may be done when a command was sent and its reply was lost (see `docs/design.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryClass {
    /// Reads change nothing: they are sent again.
    ReadOnly,
    /// Applying it twice leaves the same data as once (`SET`, `DEL`, `HSET`): sent again only if the user opted in.
    Idempotent,
    /// A condition guards it (`SET NX`), but the second answer may differ: sent again only if the user opted in.
    Checked,
    /// Each application counts (`INCR`, `LPUSH`): never sent again once it may have run.
    Accumulating,
}

impl CommandMeta {
    /// A command that reads.
    pub const fn read(name: &'static str) -> Self {
        Self {
            name,
            retry: RetryClass::ReadOnly,
            blocking: false,
            dedicated: false,
            script: false,
            is_one_word: is_one_word(name),
        }
    }

    /// A command that writes, and what may be done when its reply is lost.
    pub const fn write(name: &'static str, retry: RetryClass) -> Self {
        Self { name, retry, blocking: false, dedicated: false, script: false, is_one_word: is_one_word(name) }
    }

    /// Marks a command that can wait on the server: it is sent on a dedicated connection.
    pub const fn blocking(mut self) -> Self {
        self.blocking = true;
        self
    }

    /// Marks a command that changes the state of its connection: it is refused on shared connections.
    pub const fn dedicated(mut self) -> Self {
        self.dedicated = true;
        self
    }

    /// Marks a command that runs a script or a function: an error reply does not prove that nothing was applied.
    pub const fn script(mut self) -> Self {
        self.script = true;
        self
    }

    /// The command's name in capitals; container and subcommand are joined by a space.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What may be done when its reply is lost.
    pub const fn retry(&self) -> RetryClass {
        self.retry
    }

    /// Whether the name is one word, not a container and its subcommand.
    pub(crate) const fn is_one_word(&self) -> bool {
        self.is_one_word
    }

    /// Whether the command changes nothing.
    pub const fn is_read_only(&self) -> bool {
        matches!(self.retry, RetryClass::ReadOnly)
    }

    /// Whether the command can wait on the server.
    pub const fn is_blocking(&self) -> bool {
        self.blocking
    }

    /// Whether the command runs a script or a function.
    pub const fn is_script(&self) -> bool {
        self.script
    }

    /// Whether the command changes the state of its connection.
    pub const fn is_dedicated(&self) -> bool {
        self.dedicated
    }
}

const fn is_one_word(name: &str) -> bool {
    let mut rest = name.as_bytes();
    while let [first, others @ ..] = rest {
        if *first == b' ' {
            return false;
        }
        rest = others;
    }
    true
}
