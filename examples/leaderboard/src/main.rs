//! leaderboard
fn main() {}
