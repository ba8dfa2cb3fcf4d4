use crate::client::{Command, Plain};

/// The options of the commands that remove elements of one key: `LPOP`, `RPOP`, `SPOP`, `ZPOPMIN`, `ZPOPMAX`.
#[derive(Debug, Clone, Copy)]
pub struct Pop;

impl<E, T> Command<E, Pop, T> {
    /// Removes up to this many instead of one. Where one is replied as itself, several are replied as a list.
    pub fn count(self, count: u64) -> Command<E, Plain, T> {
        self.arg(count).cast()
    }
}

/// The options of the commands that remove elements of the first of several keys that has any: `LMPOP`, `ZMPOP`,
/// and the blocking `BLMPOP` and `BZMPOP`.
#[derive(Debug, Clone, Copy)]
pub struct MPop;

impl<E, T> Command<E, MPop, T> {
    /// Removes up to this many instead of one.
    pub fn count(self, count: u64) -> Command<E, Plain, T> {
        self.arg("COUNT").arg(count).cast()
    }
}
