//! The crate `redis`: its multiplexed connection.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use bytes::Bytes;
use futures_util::StreamExt;
use redis::aio::{MultiplexedConnection, PubSubSink, PubSubStream};
use redis::{AsyncCommands, Client, pipe};

use super::{SharedClient, Subscriber};

#[derive(Clone)]
pub(crate) struct RedisRs(MultiplexedConnection);

impl SharedClient for RedisRs {
    type Subscriber = RedisRsSubscriber;

    async fn connect(address: SocketAddr) -> Result<Self> {
        let client = Client::open(format!("redis://{address}"))?;
        Ok(Self(client.get_multiplexed_async_connection().await?))
    }

    async fn get(&mut self, key: &'static str) -> Result<usize> {
        let value: Vec<u8> = self.0.get(key).await?;
        Ok(value.len())
    }

    async fn set(&mut self, key: &'static str, value: &Bytes) -> Result<()> {
        Ok(self.0.set(key, &value[..]).await?)
    }

    async fn pipeline_of_sets(&mut self, key: &'static str, value: &Bytes, commands: usize) -> Result<()> {
        let mut pipeline = pipe();
        for _ in 0..commands {
            pipeline.set(key, &value[..]).ignore();
        }
        Ok(pipeline.exec_async(&mut self.0).await?)
    }

    async fn lrange(&mut self, key: &'static str) -> Result<usize> {
        let elements: Vec<Vec<u8>> = self.0.lrange(key, 0, -1).await?;
        Ok(elements.len())
    }
}

pub(crate) struct RedisRsSubscriber {
    stream: PubSubStream,
    /// The stream ends with it.
    _sink: PubSubSink,
}

impl Subscriber for RedisRsSubscriber {
    async fn subscribe(address: SocketAddr, channel: &'static str) -> Result<Self> {
        let mut connection = Client::open(format!("redis://{address}"))?.get_async_pubsub().await?;
        connection.subscribe(channel).await?;
        let (sink, stream) = connection.split();
        Ok(Self { stream, _sink: sink })
    }

    async fn receive(&mut self) -> Result<usize> {
        let message = self.stream.next().await.context("the subscription ended")?;
        Ok(message.get_payload_bytes().len())
    }
}
