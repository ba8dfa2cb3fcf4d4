use crate::client::{Command, Plain};

/// The options of the commands that delete everything, such as `SCRIPT FLUSH`. Without one of them, the server's
/// configuration decides (`lazyfree-lazy-user-flush`).
#[derive(Debug, Clone, Copy)]
pub struct Flush;

impl<E, T> Command<E, Flush, T> {
    /// Frees the memory in the background (`ASYNC`).
    #[doc(alias = "async")]
    pub fn asynchronous(self) -> Command<E, Plain, T> {
        self.arg("ASYNC").cast()
    }

    /// Frees the memory before the reply (`SYNC`).
    #[doc(alias = "sync")]
    pub fn synchronous(self) -> Command<E, Plain, T> {
        self.arg("SYNC").cast()
    }
}
