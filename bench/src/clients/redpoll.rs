//! The crate `redpoll`: ours.

use std::net::SocketAddr;

use anyhow::Result;
use bytes::Bytes;
use redpoll::Client;
use redpoll::prelude::*;

use super::{SharedClient, Traffic};

#[derive(Clone)]
pub(crate) struct Redpoll(Client);

impl SharedClient for Redpoll {
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
