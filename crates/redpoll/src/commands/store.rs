//! Commands that keep their result in a destination key.

use redpoll_protocol::CommandMeta;

use crate::client::Command;

impl<E, M, T> Command<E, M, T> {
    /// Uses `accumulating` if the destination, the first key, is one of the sources: applied a second time, the
    /// command would then start from its own result.
    pub(super) fn unless_onto_itself(self, accumulating: &'static CommandMeta) -> Self {
        let mut keys = self.raw().keys();
        let destination = keys.next();
        let onto_itself = keys.any(|source| Some(source) == destination);
        drop(keys);
        if onto_itself { self.with_meta(accumulating) } else { self }
    }
}
