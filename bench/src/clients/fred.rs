//! The crate `fred`.

use std::net::SocketAddr;

use anyhow::Result;
use bytes::Bytes;
use fred::prelude::{Builder, Client, ClientLike, Config, KeysInterface, ListInterface, TcpConfig};

use super::SharedClient;

#[derive(Clone)]
pub(crate) struct Fred(Client);

impl SharedClient for Fred {
    async fn connect(address: SocketAddr) -> Result<Self> {
        let mut builder = Builder::from_config(Config::from_url(&format!("redis://{address}"))?);
        builder.with_connection_config(|connection| {
            connection.tcp = TcpConfig { nodelay: Some(true), ..TcpConfig::default() };
        });
        let client = builder.build()?;
        client.init().await?;
        Ok(Self(client))
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
