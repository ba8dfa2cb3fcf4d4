/// How much of a server's reply is accepted; beyond it the connection is given up.
///
/// The defaults are far above what a healthy server sends. They exist so that a broken or hostile peer
/// cannot exhaust the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How deep aggregates may nest. Default 128: Redis' own replies stay below 10, scripts and modules below 32.
    pub depth: usize,
    /// The longest bulk string in bytes. Default 512 MiB: the default `proto-max-bulk-len` of a server.
    pub bulk: usize,
    /// The longest line in bytes: a simple string, an error, a number. Default 64 KiB: error texts quote
    /// at most the start of an argument.
    pub line: usize,
    /// The most elements one aggregate may declare. Default 2³² − 1: the most a Redis collection can hold.
    /// Nothing is allocated from the declared number, so that this bounds arithmetic, not memory.
    pub aggregate: usize,
    /// The most bytes one whole reply may take on the wire. Default 2 GiB: it bounds streamed replies and
    /// aggregates of many elements, which no other limit does.
    pub reply: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 128,
            bulk: 512 * 1024 * 1024,
            line: 64 * 1024,
            aggregate: u32::MAX as usize,
            reply: 2 * 1024 * 1024 * 1024 - 1,
        }
    }
}
