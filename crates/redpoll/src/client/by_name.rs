use redpoll_protocol::{CommandMeta, RetryClass};

const ANY: CommandMeta = CommandMeta::write("", RetryClass::Accumulating);
const BLOCKING: CommandMeta = ANY.blocking();
const STATEFUL: CommandMeta = ANY.dedicated();

/// What is assumed of a command that is known by its name only: that each application counts.
///
/// The names that would harm others on a shared connection are known: those that wait on the server, and those
/// that change the state of their connection.
pub(super) fn meta(name: &str) -> &'static CommandMeta {
    match name.to_ascii_uppercase().as_str() {
        "BLPOP" | "BRPOP" | "BLMPOP" | "BLMOVE" | "BRPOPLPUSH" | "BLMOVEM" | "BZPOPMIN" | "BZPOPMAX"
        | "BZMPOP" | "XREAD" | "XREADGROUP" | "WAIT" | "WAITAOF" => &BLOCKING,
        "SELECT" | "AUTH" | "HELLO" | "RESET" | "QUIT" | "MULTI" | "EXEC" | "DISCARD" | "WATCH"
        | "UNWATCH" | "MONITOR" | "SUBSCRIBE" | "PSUBSCRIBE" | "SSUBSCRIBE" | "UNSUBSCRIBE"
        | "PUNSUBSCRIBE" | "SUNSUBSCRIBE" | "ASKING" | "READONLY" | "READWRITE" | "SYNC" | "PSYNC"
        | "CLIENT REPLY" | "CLIENT TRACKING" | "CLIENT CACHING" | "CLIENT SETNAME" | "CLIENT SETINFO"
        | "CLIENT NO-EVICT" | "CLIENT NO-TOUCH" | "SCRIPT DEBUG" => &STATEFUL,
        _ => &ANY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_would_harm_others_are_known() {
        assert!(meta("blpop").is_blocking() && meta("XREAD").is_blocking());
        assert!(meta("Select").is_dedicated() && meta("CLIENT REPLY").is_dedicated());
        assert!(!meta("GET").is_blocking() && !meta("CLIENT LIST").is_dedicated());
    }
}
