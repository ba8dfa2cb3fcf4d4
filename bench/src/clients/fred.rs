//! The crate `fred`.

use std::net::SocketAddr;

use anyhow::Result;
use bytes::Bytes;
use fred::prelude::{
    Builder, Client, ClientLike, Config, EventInterface, KeysInterface, ListInterface, PubsubInterface,
    TcpConfig,
};
use fred::types::Message;
use tokio::sync::broadcast::Receiver;

use super::{SharedClient, Subscriber};
use crate::messages::IN_FLIGHT;

#[derive(Clone)]
pub(crate) struct Fred(Client);

impl SharedClient for Fred {
    type Subscriber = FredSubscriber;

    async fn connect(address: SocketAddr) -> Result<Self> {
        Ok(Self(start(&builder(address)?).await?))
    }

    async fn get(&mut self, key: &'static str) -> Result<usize> {
        let value: Bytes = self.0.get(key).await?;
        Ok(value.len())
    }

    async fn set(&mut self, key: &'static str, value: &Bytes) -> Result<()> {
        Ok(self.0.set(key, value.clone(), None, None, false).await?)
    }

    async fn pipeline_of_sets(&mut self, key: &'static str, value: &Bytes, commands: usize) -> Result<()> {
        let pipeline = self.0.pipeline();
        for _ in 0..commands {
            // Queues the command; the reply comes from `all`.
            let _: () = pipeline.set(key, value.clone(), None, None, false).await?;
        }
        let _: Vec<()> = pipeline.all().await?;
        Ok(())
    }

    async fn lrange(&mut self, key: &'static str) -> Result<usize> {
        let elements: Vec<Bytes> = self.0.lrange(key, 0, -1).await?;
        Ok(elements.len())
    }
}

fn builder(address: SocketAddr) -> Result<Builder> {
    let mut builder = Builder::from_config(Config::from_url(&format!("redis://{address}"))?);
    builder.with_connection_config(|connection| {
        connection.tcp = TcpConfig { nodelay: Some(true), ..TcpConfig::default() };
    });
    Ok(builder)
}

async fn start(builder: &Builder) -> Result<Client> {
    let client = builder.build()?;
    client.init().await?;
    Ok(client)
}

pub(crate) struct FredSubscriber {
    messages: Receiver<Message>,
    /// The messages end with it.
    _client: Client,
}

impl Subscriber for FredSubscriber {
    async fn subscribe(address: SocketAddr, channel: &'static str) -> Result<Self> {
        let mut builder = builder(address)?;
        // The default keeps 32 messages; a subscriber that is to miss none needs more.
        builder.with_performance_config(|performance| performance.broadcast_channel_capacity = IN_FLIGHT);
        let client = start(&builder).await?;
        let messages = client.message_rx();
        client.subscribe(channel).await?;
        Ok(Self { messages, _client: client })
    }

    async fn receive(&mut self) -> Result<usize> {
        let message = self.messages.recv().await?;
        Ok(message.value.as_bytes().map_or(0, <[u8]>::len))
    }
}
