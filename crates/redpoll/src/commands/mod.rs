//! The commands, grouped as in the Redis command reference: one trait per group, implemented for every executor.
//!
//! A method has the name of its command in lower case, container and subcommand joined by `_`. What a command
//! requires are the method's arguments; what it allows are options that chain on it, and two that exclude each other
//! cannot both be said. [`prelude`](crate::prelude) brings all groups in.
//!
//! Transactions have no trait of their own: `MULTI` and `EXEC` are
//! [`Client::transaction`](crate::Client::transaction), and `WATCH` with its retries is
//! [`Client::watch`](crate::Client::watch). A bare `MULTI` would leave its connection in a state that the commands of
//! other tasks fall into. Subscriptions ([`Client::subscribe`](crate::Client::subscribe)) live on the client as well.

mod blocking;
mod choice;
mod connection;
mod expire_condition;
mod expiry;
mod flush;
mod generic;
mod hash;
mod list;
mod pop;
mod pubsub;
mod rearrange;
mod scripting;
mod server;
mod set;
mod sorted_set;
mod store;
mod string;
mod time_to_live;
mod time_unit;

pub use choice::{Chosen, Open};
pub use connection::{
    ClientInfo, ClientKill, ClientKind, ClientList, ClientPause, ClientUnblock, ConnectionCommands,
    FiltersClients, Hello, Ping, TrackingInfo,
};
pub use expire_condition::{ComparesExpiry, Expire, ExpireExisting, ExpiresIf, HExpire};
pub use expiry::{TakesExpiry, TakesKeepTtl, TakesPersist};
pub use flush::Flush;
pub use generic::{CopyKey, GenericCommands, KeyType, Migrate, Migrated, Restore, ScanKeys, Sort};
pub use hash::{FieldExpiry, FieldPersist, HGetEx, HRandField, HRandFields, HScan, HSetEx, HashCommands};
pub use list::{LPos, ListCommands, ListEnd, Pivot};
pub use pop::{MPop, Pop};
pub use pubsub::{PubSubChannels, PubSubCommands};
pub use scripting::{
    EngineStats, FunctionInfo, FunctionList, FunctionLoad, FunctionRestore, FunctionStats, LibraryInfo,
    RunningFunction, ScriptingCommands,
};
pub use server::{CommandList, Info, InfoSections, KeyspaceInfo, ServerCommands, ServerTime};
pub use set::{InterCard, SRandMember, SetCommands};
pub use sorted_set::{
    Aggregate, LexRange, Limited, Reversible, Score, ScoreEnd, ScoreRange, Scored, SortedSetCommands,
    Weighted, WithScores, ZAdd, ZRandMember, ZRange, ZRangeByLex, ZRangeByScore, ZRangeStore, ZRangeStoreBy,
    ZRank, ZScan, ZUnion, ZUnionStore,
};
pub use string::{
    Acknowledged, Compares, Conditional, Counts, DelEx, GetEx, IncrEx, Lcs, LcsIdx, LcsIndex, LcsMatch,
    MSetEx, Set, StringCommands,
};
pub use time_to_live::{ExpireTime, TimeToLive};
pub use time_unit::{Milliseconds, Seconds, TimeUnit};

#[cfg(test)]
mod wire {
    use crate::client::{Command, Queued};

    /// The command as it is sent: its arguments, joined by spaces.
    pub(super) fn wire<M, T>(command: Command<Queued, M, T>) -> String {
        join(command.raw().args())
    }

    /// The keys that a command is routed by, joined by spaces.
    pub(super) fn keys<M, T>(command: Command<Queued, M, T>) -> String {
        join(command.raw().keys())
    }

    fn join<'a>(args: impl Iterator<Item = &'a [u8]>) -> String {
        args.map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
    }
}
