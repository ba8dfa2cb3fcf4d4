//! The sans-IO core of redpoll: what Redis and Valkey speak, without a socket, a clock or a task.
//!
//! ```text
//!   arguments ──▶ RawCommand ──▶ Outbound ──▶ bytes ─ ─ ─▶ server
//!   (ToArg …)     (CommandMeta)    │ who waits for what        │
//!                                  ▼                           ▼
//!   your type ◀── FromReply ◀── Reply ◀────── Decoder ◀─ ─ ─ bytes
//! ```
//!
//! A driver moves the bytes; everything that has to be decided is decided here, so that it is tested
//! in memory: [`Handshake`] sets a connection up, [`Outbound`] keeps the order of what is in flight,
//! [`Subscriptions`] brings the server's Pub/Sub state to what is wanted, [`HashSlot`] says where a key lives.
//!
//! ```
//! use bytes::BytesMut;
//! use redpoll_protocol::{CommandMeta, Decoder, FromReply, Limits, RawCommand};
//!
//! const GET: CommandMeta = CommandMeta::read("GET");
//! let mut get = RawCommand::new(&GET);
//! get.push_key("views");
//! assert_eq!(get.to_bytes(), &b"*2\r\n$3\r\nGET\r\n$5\r\nviews\r\n"[..]);
//!
//! let mut decoder = Decoder::new(Limits::default());
//! let mut arrived = BytesMut::from(&b"$2\r\n"[..]);
//! assert_eq!(decoder.decode(&mut arrived)?, None);
//! arrived.extend_from_slice(b"42\r\n");
//! let reply = decoder.decode(&mut arrived)?.expect("the reply is whole");
//! assert_eq!(u64::from_reply(reply)?, 42);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Whatever a peer sends, nothing here panics, recurses or allocates from a length that it only declared.

#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_possible_wrap,
        clippy::string_slice
    )
)]

mod arg;
mod codec;
mod decode_error;
mod decoder;
mod from_reply;
mod handshake;
#[cfg(feature = "json")]
mod json;
mod limits;
mod meta;
mod outbound;
mod raw_command;
mod reply;
mod reply_error;
mod secret;
mod server_error;
mod slot;
mod subscription;

// The public interface is:
pub use arg::{ArgWriter, PairWriter, ToArg, ToArgs, ToPairs, Written};
pub use codec::{Codec, Coded, Decodes, Encodes};
pub use decode_error::DecodeError;
pub use decoder::Decoder;
pub use from_reply::FromReply;
pub use handshake::{Handshake, HandshakeError, HandshakeOptions, Protocol, ServerInfo, Step};
#[cfg(feature = "json")]
pub use json::{Json, JsonCodec};
pub use limits::Limits;
pub use meta::{CommandMeta, RetryClass};
pub use outbound::{Answered, Lost, Outbound, Sequence};
pub use raw_command::RawCommand;
pub use reply::Reply;
pub use reply_error::ReplyError;
pub use secret::Secret;
pub use server_error::ServerError;
pub use slot::HashSlot;
pub use subscription::{PubSubEvent, SubscriptionKind, Subscriptions};
