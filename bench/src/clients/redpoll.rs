//! The crate `redpoll`: ours.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use redpoll::prelude::*;
use redpoll::{Client, Subscription};

use super::{SharedClient, Subscriber, Traffic};

#[derive(Clone)]
pub(crate) struct Redpoll(Client);

impl SharedClient for Redpoll {
    type Subscriber = RedpollSubscriber;

    async fn connect(address: SocketAddr) -> Result<Self> {
        Ok(Self(Client::connect(format!("redis://{address}")).await?))
    }

    async fn get(&mut self, key: &'static str) -> Result<usize> {
        let value: Bytes = self.0.get(key).await?;
        Ok(value.len())
    }

    async fn set(&mut self, key: &'static str, value: &Bytes) -> Result<()> {
        Ok(self.0.set(key, &value[..]).await?)
    }

    async fn pipeline_of_sets(&mut self, key: &'static str, value: &Bytes, commands: usize) -> Result<()> {
        self.0.pipeline(|p| (0..commands).map(|_| p.set(key, &value[..])).collect::<Vec<_>>()).await?;
        Ok(())
    }

    async fn lrange(&mut self, key: &'static str) -> Result<usize> {
        let range = self.0.command("LRANGE").key(key).arg(0).arg(-1);
        Ok(range.reply_as::<Vec<Bytes>>().await?.len())
    }

    fn traffic(&self) -> Option<Traffic> {
        let stats = self.0.connection_stats();
        Some(Traffic { writes: stats.writes, reads: stats.reads, replies: stats.replies })
    }
}

pub(crate) struct RedpollSubscriber {
    subscription: Subscription,
    /// The subscription ends with it.
    _client: Client,
}

impl Subscriber for RedpollSubscriber {
    async fn subscribe(address: SocketAddr, channel: &'static str) -> Result<Self> {
        let client = Client::connect(format!("redis://{address}")).await?;
        Ok(Self { subscription: client.subscribe([channel]).await?, _client: client })
    }

    async fn receive(&mut self) -> Result<usize> {
        let message = self.subscription.next().await.context("the subscription ended")??;
        ensure!(message.gap().is_none(), "messages were missed: {:?}", message.gap());
        Ok(message.payload_bytes().len())
    }
}
