/// How a client's shared connections are doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ConnectionStats {
    /// Shared connections that are up.
    pub connected: usize,
    /// Shared connections in all, those that are being made anew included.
    pub total: usize,
    /// How often a connection was made.
    pub connects: u64,
    /// Commands whose replies have not come yet.
    pub in_flight: usize,
    /// Bytes that wait to be written.
    pub queued_bytes: usize,
    /// Replies received.
    pub replies: u64,
    /// Pushes received.
    pub pushes: u64,
    /// Read system calls.
    pub reads: u64,
    /// Write system calls; divided by the replies, how well commands are batched.
    pub writes: u64,
}
