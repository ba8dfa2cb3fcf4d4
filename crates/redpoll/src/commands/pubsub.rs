use redpoll_protocol::{CommandMeta, RetryClass, ToArg, ToArgs};

use crate::client::{Command, Executor, Plain};

const PUBLISH: CommandMeta = CommandMeta::write("PUBLISH", RetryClass::Accumulating);
const PUBSUB_CHANNELS: CommandMeta = CommandMeta::read("PUBSUB CHANNELS");
const PUBSUB_NUMPAT: CommandMeta = CommandMeta::read("PUBSUB NUMPAT");
const PUBSUB_NUMSUB: CommandMeta = CommandMeta::read("PUBSUB NUMSUB");
const PUBSUB_SHARDCHANNELS: CommandMeta = CommandMeta::read("PUBSUB SHARDCHANNELS");
const PUBSUB_SHARDNUMSUB: CommandMeta = CommandMeta::read("PUBSUB SHARDNUMSUB");
const SPUBLISH: CommandMeta = CommandMeta::write("SPUBLISH", RetryClass::Accumulating);

/// Commands that publish, and that tell who is subscribed.
///
/// To subscribe, see [`Client::subscribe`](crate::Client::subscribe).
pub trait PubSubCommands: Executor {
    /// Sends a message to everyone who is subscribed to a channel, or to a pattern that it matches.
    ///
    /// Reply: how many received it on this server; those of other cluster nodes are not counted.
    /// O(subscribers + patterns). Since Redis 2.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let mut news = client.subscribe(["news"]).await?;
    /// assert_eq!(client.publish("news", "hello").await?, 1);
    /// let message = news.next().await.unwrap()?;
    /// assert_eq!(message.payload::<String>()?, "hello");
    /// # Ok(()) }
    /// ```
    fn publish(self, channel: impl ToArg, message: impl ToArg) -> Command<Self, Plain, u64> {
        Command::new(self, &PUBLISH).arg(channel).arg(message)
    }

    /// Sends a message to everyone who is subscribed to a shard channel. In a cluster it goes to the shard that the
    /// channel's hash slot belongs to.
    ///
    /// Reply: how many received it. O(subscribers). Since Redis 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// assert_eq!(client.spublish("orders:{eu}", "42").await?, 0);
    /// # Ok(()) }
    /// ```
    fn spublish(self, channel: impl ToArg, message: impl ToArg) -> Command<Self, Plain, u64> {
        Command::new(self, &SPUBLISH).key(channel).arg(message)
    }

    /// The channels that somebody is subscribed to, subscriptions by pattern apart.
    /// Option: [`pattern`](Command::pattern).
    ///
    /// O(n) in all such channels. Since Redis 2.8.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let _news = client.subscribe(["news.eu", "weather"]).await?;
    /// assert_eq!(client.pubsub_channels().pattern("news.*").await?, ["news.eu"]);
    /// # Ok(()) }
    /// ```
    fn pubsub_channels(self) -> Command<Self, PubSubChannels, Vec<String>> {
        Command::new(self, &PUBSUB_CHANNELS)
    }

    /// How many are subscribed to each of these channels, subscriptions by pattern apart.
    ///
    /// Reply: channels and numbers, in the order given. O(n) in the channels given. Since Redis 2.8.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let _news = client.subscribe(["news"]).await?;
    /// let numbers = client.pubsub_numsub(["news", "weather"]).await?;
    /// assert_eq!(numbers, [("news".to_owned(), 1), ("weather".to_owned(), 0)]);
    /// # Ok(()) }
    /// ```
    fn pubsub_numsub(self, channels: impl ToArgs) -> Command<Self, Plain, Vec<(String, u64)>> {
        Command::new(self, &PUBSUB_NUMSUB).args(channels)
    }

    /// How many different patterns are subscribed to.
    ///
    /// O(1). Since Redis 2.8.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let _all = client.psubscribe(["news.*"]).await?;
    /// assert_eq!(client.pubsub_numpat().await?, 1);
    /// # Ok(()) }
    /// ```
    fn pubsub_numpat(self) -> Command<Self, Plain, u64> {
        Command::new(self, &PUBSUB_NUMPAT)
    }

    /// The shard channels that somebody is subscribed to. Option: [`pattern`](Command::pattern).
    ///
    /// O(n) in all such channels. Since Redis 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let _orders = client.ssubscribe(["orders"]).await?;
    /// assert_eq!(client.pubsub_shardchannels().await?, ["orders"]);
    /// # Ok(()) }
    /// ```
    fn pubsub_shardchannels(self) -> Command<Self, PubSubChannels, Vec<String>> {
        Command::new(self, &PUBSUB_SHARDCHANNELS)
    }

    /// How many are subscribed to each of these shard channels.
    ///
    /// Reply: channels and numbers, in the order given. O(n) in the channels given. Since Redis 7.0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), redpoll::Error> {
    /// # let server = redpoll_server::Server::start().await.unwrap();
    /// # use redpoll::{Client, prelude::*};
    /// # let client = Client::connect(server.url()).await?;
    /// let _orders = client.ssubscribe(["orders"]).await?;
    /// assert_eq!(client.pubsub_shardnumsub(["orders"]).await?, [("orders".to_owned(), 1)]);
    /// # Ok(()) }
    /// ```
    fn pubsub_shardnumsub(self, channels: impl ToArgs) -> Command<Self, Plain, Vec<(String, u64)>> {
        Command::new(self, &PUBSUB_SHARDNUMSUB).args(channels)
    }
}

impl<E: Executor> PubSubCommands for E {}

/// The options of [`pubsub_channels`](PubSubCommands::pubsub_channels) and
/// [`pubsub_shardchannels`](PubSubCommands::pubsub_shardchannels).
#[derive(Debug, Clone, Copy)]
pub struct PubSubChannels;

impl<E, T> Command<E, PubSubChannels, T> {
    /// Only channels that match a glob-style pattern.
    pub fn pattern(self, pattern: impl ToArg) -> Command<E, Plain, T> {
        self.arg(pattern).cast()
    }
}

#[cfg(test)]
mod tests {
    use super::super::wire::{keys, wire};
    use super::*;
    use crate::client::Queued;

    const Q: Queued = Queued::new();

    #[test]
    fn publishing() {
        assert_eq!(wire(Q.publish("c", "m")), "PUBLISH c m");
        assert_eq!(wire(Q.spublish("c", "m")), "SPUBLISH c m");
    }

    #[test]
    fn only_shard_channels_are_routed_by_their_hash_slot() {
        assert_eq!(keys(Q.publish("c", "m")), "");
        assert_eq!(keys(Q.spublish("c", "m")), "c");
    }

    #[test]
    fn introspection() {
        assert_eq!(wire(Q.pubsub_channels()), "PUBSUB CHANNELS");
        assert_eq!(wire(Q.pubsub_channels().pattern("n*")), "PUBSUB CHANNELS n*");
        assert_eq!(wire(Q.pubsub_numsub(["a", "b"])), "PUBSUB NUMSUB a b");
        assert_eq!(wire(Q.pubsub_numpat()), "PUBSUB NUMPAT");
        assert_eq!(wire(Q.pubsub_shardchannels().pattern("n*")), "PUBSUB SHARDCHANNELS n*");
        assert_eq!(wire(Q.pubsub_shardnumsub("a")), "PUBSUB SHARDNUMSUB a");
    }
}
