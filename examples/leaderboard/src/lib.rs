//! A live leaderboard in the browser, on [`redpoll`].
//!
//! ```text
//!   browsers ◀── server-sent events ── web ── live ── board ── Redis
//!                                              │                ▲
//!                                         last_known      another instance
//! ```
//!
//! - `board` holds the sorted set and the channel: the only file that names the client.
//! - `live` keeps every browser up to date: each change is published through Redis, each instance
//!   subscribes once and fans out to its browsers. While Redis is out of reach it answers from
//!   `last_known`, says so, and recovers by itself.
//! - `web` is the page, the JSON API and the event stream; `app` puts everything together.
//!
//! Start it with `cargo run --release -p leaderboard`, or in a test with [`App::start`].

mod answer;
mod app;
mod board;
mod bots;
mod last_known;
mod live;
mod score;
mod seed;
mod standing;
mod submission;
mod web;

// The public interface is:
pub use app::{App, Settings, StartError};
