//! The crate `redis`: its multiplexed connection.

use std::net::SocketAddr;

use anyhow::Result;
use bytes::Bytes;
use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, Client, pipe};

use super::SharedClient;

#[derive(Clone)]
pub(crate) struct RedisRs(MultiplexedConnection);

impl SharedClient for RedisRs {
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
