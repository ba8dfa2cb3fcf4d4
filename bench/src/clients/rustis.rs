//! The crate `rustis`.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use bytes::Bytes;
use futures_util::StreamExt;
use rustis::client::{BatchPreparedCommand, Client, PubSubStream};
use rustis::commands::{ListCommands, PubSubCommands, StringCommands};
use rustis::resp::{BulkString, RefBulkString};

use super::{SharedClient, Subscriber};

#[derive(Clone)]
pub(crate) struct Rustis(Client);

impl SharedClient for Rustis {
    type Subscriber = RustisSubscriber;

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

pub(crate) struct RustisSubscriber(PubSubStream);

impl Subscriber for RustisSubscriber {
    async fn subscribe(address: SocketAddr, channel: &'static str) -> Result<Self> {
        let client = Client::connect(format!("redis://{address}")).await?;
        Ok(Self(client.subscribe(channel).await?))
    }

    async fn receive(&mut self) -> Result<usize> {
        let message = self.0.next().await.context("the subscription ended")??;
        Ok(message.payload().len())
    }
}
