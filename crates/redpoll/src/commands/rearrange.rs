//! Options that the server wants in the middle of a command, or that change the order of its arguments.

use redpoll_protocol::RawCommand;

use crate::client::Command;

impl<E, M, T> Command<E, M, T> {
    /// The same command with its arguments, the name excluded, arranged anew; the first `keys` of them are its keys.
    pub(super) fn rearrange(mut self, keys: usize, arrange: impl FnOnce(&mut Vec<&[u8]>)) -> Self {
        let raw = self.raw_mut();
        let name = raw.meta().name().split(' ').count();
        let mut args: Vec<&[u8]> = raw.args().skip(name).collect();
        arrange(&mut args);
        let mut arranged = RawCommand::new(raw.meta());
        for (index, arg) in args.into_iter().enumerate() {
            if index < keys {
                arranged.push_key(arg);
            } else {
                arranged.push(arg);
            }
        }
        if let Some(fault) = raw.fault() {
            arranged.fail(fault);
        }
        *raw = arranged;
        self
    }
}

#[cfg(test)]
mod tests {
    use redpoll_protocol::{CommandMeta, RetryClass};

    use super::super::wire::{keys, wire};
    use super::*;
    use crate::client::{Plain, Queued};

    const LOAD: CommandMeta = CommandMeta::write("A LOAD", RetryClass::Idempotent);

    fn command() -> Command<Queued, Plain, ()> {
        Command::new(Queued::new(), &LOAD).key("k").arg("v")
    }

    #[test]
    fn keys_stay_keys_and_an_unwritable_argument_still_stops_the_command() {
        assert_eq!(wire(command().rearrange(1, |args| args.insert(1, b"NX"))), "A LOAD k NX v");
        assert_eq!(keys(command().rearrange(1, |args| args.insert(1, b"NX"))), "k");
        let mut faulty = command();
        faulty.raw_mut().fail("no");
        assert_eq!(faulty.rearrange(1, |_| ()).raw().fault(), Some("no"));
    }
}
