//! The crate `rustis`.

use std::net::SocketAddr;

use anyhow::Result;
use bytes::Bytes;
use rustis::client::{BatchPreparedCommand, Client};
use rustis::commands::{ListCommands, StringCommands};
use rustis::resp::{BulkString, RefBulkString};

use super::SharedClient;

#[derive(Clone)]
pub(crate) struct Rustis(Client);

impl SharedClient for Rustis {
    async fn connect(address: SocketAddr) -> Result<Self> {
        Ok(Self(Client::connect(format!("redis://{address}")).await?))
    }

    async fn get(&mut self, key: &'static str) -> Result<usize> {
        let value: BulkString = self.0.get(key).await?;
        Ok(value.len())
    }

    async fn set(&mut self, key: &'static str, value: &Bytes) -> Result<()> {
        Ok(self.0.set(key, RefBulkString::new(value)).await?)
    }

    async fn pipeline_of_sets(&mut self, key: &'static str, value: &Bytes, commands: usize) -> Result<()> {
        let mut pipeline = self.0.create_pipeline();
        for _ in 0..commands {
            pipeline.set(key, RefBulkString::new(value)).forget();
        }
        Ok(pipeline.execute::<()>().await?)
    }

    async fn lrange(&mut self, key: &'static str) -> Result<usize> {
        let elements: Vec<BulkString> = self.0.lrange(key, 0, -1).await?;
        Ok(elements.len())
    }
}
