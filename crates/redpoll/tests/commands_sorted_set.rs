//! Every sorted set command with every option, on both protocols.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::ops::Bound;
use std::time::Duration;

use redpoll::commands::{Aggregate, ScoreEnd};
use redpoll::prelude::*;
use redpoll::{Client, Error, Protocol};
use support::test_server::{TestServer, on_embedded, on_real};

type Members = Vec<String>;
type Scored = Vec<(String, f64)>;
const SHORT: Duration = Duration::from_millis(10);
const LONG: Duration = Duration::from_secs(5);

#[tokio::test]
async fn sorted_sets_on_the_embedded_server() {
    on_embedded(suite).await;
}

#[tokio::test]
async fn sorted_sets_on_real_servers() {
    on_real(suite).await;
}

async fn suite(server: TestServer) {
    for protocol in [Protocol::Resp2, Protocol::Resp3] {
        let client = Client::connect(server.config().protocol(protocol)).await.unwrap();
        client.command("FLUSHALL").await.unwrap();
        scores(&client).await.unwrap();
        conditions(&client).await.unwrap();
        ranks(&client).await.unwrap();
        ranges_by_rank(&client).await.unwrap();
        ranges_by_score(&client).await.unwrap();
        ranges_by_member(&client).await.unwrap();
        stored_ranges(&client).await.unwrap();
        removed_ranges(&client).await.unwrap();
        pops(&client).await.unwrap();
        blocking_pops(&client).await.unwrap();
        random_members(&client).await.unwrap();
        combinations(&client).await.unwrap();
        stored_combinations(&client).await.unwrap();
        iteration(&client).await.unwrap();
        if server.name().contains("valkey") {
            iteration_without_scores(&client).await.unwrap();
        }
    }
}

/// A sorted set of a, b, c, d with the scores 1 to 4.
async fn four(client: &Client, key: &str) -> Result<(), Error> {
    client.command("DEL").key(key).await?;
    assert_eq!(client.zadd(key, [(1, "a"), (2, "b"), (3, "c"), (4, "d")]).await?, 4);
    Ok(())
}

fn scored<const N: usize>(members: [(&str, f64); N]) -> Scored {
    members.map(|(member, score)| (member.to_owned(), score)).into()
}

async fn scores(client: &Client) -> Result<(), Error> {
    assert_eq!(client.zadd("z", [(1.5, "a"), (f64::INFINITY, "b")]).await?, 2);
    assert_eq!(client.zincrby("z", -0.25, "a").await?, 1.25);
    assert_eq!(client.zscore("z", "a").await?, Some(1.25));
    assert_eq!(client.zscore("z", "b").await?, Some(f64::INFINITY));
    assert_eq!(client.zscore("z", "x").await?, None);
    assert_eq!(client.zmscore("z", ["a", "x"]).await?, [Some(1.25), None]);
    assert_eq!((client.zcard("z").await?, client.zcard("none").await?), (2, 0));
    assert_eq!(client.zrem("z", ["a", "x"]).await?, 1);
    client.set("text", "x").await?;
    assert_eq!(client.zadd("text", (1, "a")).await.unwrap_err().prefix(), Some("WRONGTYPE"));
    Ok(())
}

async fn conditions(client: &Client) -> Result<(), Error> {
    client.zadd("if", (10, "a")).await?;
    assert_eq!(client.zadd("if", [(99, "a"), (20, "b")]).nx().await?, 1);
    assert_eq!(client.zadd("if", [(11, "a"), (30, "c")]).xx().ch().await?, 1);
    assert_eq!(client.zadd("if", [(5, "a"), (25, "b")]).gt().ch().await?, 1);
    assert_eq!(client.zadd("if", [(5, "a"), (30, "b")]).lt().ch().await?, 1);
    assert_eq!(client.zadd("if", [(6, "a"), (7, "new")]).xx().gt().ch().await?, 1);
    assert_eq!(client.zrange::<Scored>("if", 0, -1).with_scores().await?, scored([("a", 6.0), ("b", 25.0)]));
    assert_eq!(client.zadd("if", (4, "a")).incr().await?, Some(10.0));
    assert_eq!(client.zadd("if", (4, "a")).nx().incr().await?, None);
    assert_eq!(client.zadd("if", (-4, "a")).incr().gt().await?, None);
    assert_eq!(client.zadd("if", (-4, "a")).lt().xx().incr().await?, Some(6.0));
    Ok(())
}

async fn ranks(client: &Client) -> Result<(), Error> {
    four(client, "rank").await?;
    assert_eq!(client.zrank("rank", "b").await?, Some(1));
    assert_eq!(client.zrevrank("rank", "b").await?, Some(2));
    assert_eq!(client.zrank("rank", "x").await?, None);
    assert_eq!(client.zrevrank("none", "x").await?, None);
    if version(client).await? >= (7, 2) {
        assert_eq!(client.zrank("rank", "b").with_score().await?, Some((1, 2.0)));
        assert_eq!(client.zrevrank("rank", "b").with_score().await?, Some((2, 2.0)));
        assert_eq!(client.zrank("rank", "x").with_score().await?, None);
    }
    Ok(())
}

/// The version of Redis that the server speaks as.
async fn version(client: &Client) -> Result<(u32, u32), Error> {
    let info: String = client.command("INFO").arg("server").reply_as().await?;
    let version = info.lines().find_map(|line| line.strip_prefix("redis_version:")).unwrap();
    let mut numbers = version.split('.').map(|number| number.parse().unwrap());
    Ok((numbers.next().unwrap(), numbers.next().unwrap()))
}

async fn ranges_by_rank(client: &Client) -> Result<(), Error> {
    four(client, "rank").await?;
    assert_eq!(client.zrange::<Members>("rank", 1, 2).await?, ["b", "c"]);
    assert_eq!(client.zrange::<Members>("rank", 0, 1).rev().await?, ["d", "c"]);
    let top: Scored = client.zrange("rank", 0, 0).rev().with_scores().await?;
    assert_eq!(top, scored([("d", 4.0)]));
    let last: Scored = client.zrange("rank", -1, -1).with_scores().await?;
    assert_eq!(last, scored([("d", 4.0)]));
    assert_eq!(client.zrevrange::<Members>("rank", 0, 1).await?, ["d", "c"]);
    let all: Scored = client.zrevrange("rank", 2, -1).with_scores().await?;
    assert_eq!(all, scored([("b", 2.0), ("a", 1.0)]));
    assert!(client.zrange::<Scored>("none", 0, -1).with_scores().await?.is_empty());
    Ok(())
}

async fn ranges_by_score(client: &Client) -> Result<(), Error> {
    four(client, "score").await?;
    let above_one = (Bound::Excluded(1.0), Bound::Included(3.0));
    assert_eq!(client.zcount("score", 2..4).await?, 2);
    assert_eq!(client.zcount("score", ..).await?, 4);
    assert_eq!(client.zcount("score", above_one).await?, 2);
    assert_eq!(client.zrange_byscore::<Members>("score", 2..=3).await?, ["b", "c"]);
    assert_eq!(client.zrange_byscore::<Members>("score", 2..4).rev().await?, ["c", "b"]);
    assert_eq!(client.zrange_byscore::<Members>("score", ..).limit(1, 2).await?, ["b", "c"]);
    assert_eq!(client.zrange_byscore::<Members>("score", ..).limit(1, -1).rev().await?, ["c", "b", "a"]);
    let best: Scored = client.zrange_byscore("score", ..=3.5).rev().limit(0, 1).with_scores().await?;
    assert_eq!(best, scored([("c", 3.0)]));
    let old: Scored = client.zrangebyscore("score", above_one).with_scores().limit(0, 1).await?;
    assert_eq!(old, scored([("b", 2.0)]));
    let old: Scored = client.zrevrangebyscore("score", above_one).with_scores().limit(0, 1).await?;
    assert_eq!(old, scored([("c", 3.0)]));
    Ok(())
}

async fn ranges_by_member(client: &Client) -> Result<(), Error> {
    client.zadd("lex", [(0, "ada"), (0, "alan"), (0, "barbara"), (0, "grace")]).await?;
    assert_eq!(client.zlexcount("lex", "a".."b").await?, 2);
    assert_eq!(client.zlexcount("lex", ..).await?, 4);
    assert_eq!(
        client.zrange_bylex::<Members>("lex", "alan"..="grace").limit(1, 2).await?,
        ["barbara", "grace"]
    );
    assert_eq!(client.zrange_bylex::<Members>("lex", "a".."b").rev().await?, ["alan", "ada"]);
    assert_eq!(client.zrangebylex::<Members>("lex", "b"..).limit(0, 1).await?, ["barbara"]);
    assert_eq!(client.zrevrangebylex::<Members>("lex", .."b").limit(0, 1).await?, ["alan"]);
    assert_eq!(client.zremrangebylex("lex", "a".."b").await?, 2);
    Ok(())
}

async fn stored_ranges(client: &Client) -> Result<(), Error> {
    four(client, "source").await?;
    assert_eq!(client.zrangestore("stored", "source", 0, 1).rev().await?, 2);
    assert_eq!(client.zrange::<Members>("stored", 0, -1).await?, ["c", "d"]);
    assert_eq!(client.zrangestore("stored", "source", 0, 0).await?, 1);
    assert_eq!(client.zrangestore_byscore("stored", "source", 1..4).rev().limit(0, 2).await?, 2);
    assert_eq!(client.zrange::<Members>("stored", 0, -1).await?, ["b", "c"]);
    client.zadd("names", [(0, "a"), (0, "b"), (0, "c")]).await?;
    assert_eq!(client.zrangestore_bylex("stored", "names", "b"..).rev().await?, 2);
    assert_eq!(client.zrange::<Members>("stored", 0, -1).await?, ["b", "c"]);
    Ok(())
}

async fn removed_ranges(client: &Client) -> Result<(), Error> {
    four(client, "remove").await?;
    assert_eq!(client.zremrangebyrank("remove", 0, 0).await?, 1);
    assert_eq!(client.zremrangebyscore("remove", 3..).await?, 2);
    assert_eq!(client.zrange::<Members>("remove", 0, -1).await?, ["b"]);
    Ok(())
}

async fn pops(client: &Client) -> Result<(), Error> {
    four(client, "pop").await?;
    assert_eq!(client.zpopmin::<String>("pop").await?, scored([("a", 1.0)]));
    assert_eq!(client.zpopmax::<String>("pop").count(2).await?, scored([("d", 4.0), ("c", 3.0)]));
    assert_eq!(client.zpopmin::<String>("pop").count(9).await?, scored([("b", 2.0)]));
    assert!(client.zpopmax::<String>("pop").await?.is_empty());
    assert!(client.zpopmin::<String>("pop").count(2).await?.is_empty());
    four(client, "pop").await?;
    let popped = client.zmpop::<String>(["none", "pop"], ScoreEnd::Max).await?;
    assert_eq!(popped, Some(("pop".to_owned(), scored([("d", 4.0)]))));
    let popped = client.zmpop::<String>("pop", ScoreEnd::Min).count(2).await?;
    assert_eq!(popped, Some(("pop".to_owned(), scored([("a", 1.0), ("b", 2.0)]))));
    assert_eq!(client.zmpop::<String>("none", ScoreEnd::Min).await?, None);
    Ok(())
}

async fn blocking_pops(client: &Client) -> Result<(), Error> {
    four(client, "wait").await?;
    let popped = client.bzpopmin::<String>(["none", "wait"], LONG).await?;
    assert_eq!(popped, Some(("wait".to_owned(), "a".to_owned(), 1.0)));
    let popped = client.bzpopmax::<String>("wait", Duration::ZERO).await?;
    assert_eq!(popped, Some(("wait".to_owned(), "d".to_owned(), 4.0)));
    let popped = client.bzmpop::<String>("wait", ScoreEnd::Max, LONG).count(2).await?;
    assert_eq!(popped, Some(("wait".to_owned(), scored([("c", 3.0), ("b", 2.0)]))));
    let (popped, added) = tokio::join!(async { client.bzpopmin::<String>("later", LONG).await }, async {
        client.zadd("later", (7, "x")).await
    });
    assert_eq!((popped?, added?), (Some(("later".to_owned(), "x".to_owned(), 7.0)), 1));
    assert_eq!(client.bzpopmin::<String>("none", SHORT).await?, None);
    assert_eq!(client.bzpopmax::<String>("none", SHORT).await?, None);
    assert_eq!(client.bzmpop::<String>("none", ScoreEnd::Min, SHORT).await?, None);
    Ok(())
}

async fn random_members(client: &Client) -> Result<(), Error> {
    four(client, "random").await?;
    assert_eq!(client.zrandmember::<String>("random").await?.len(), 1);
    assert_eq!(client.zrandmember::<Option<String>>("none").await?, None);
    assert_eq!(client.zrandmember::<Members>("random").count(9).await?.len(), 4);
    let mut all: Scored = client.zrandmember("random").count(4).with_scores().await?;
    all.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(all, scored([("a", 1.0), ("b", 2.0), ("c", 3.0), ("d", 4.0)]));
    assert_eq!(client.zrandmember::<Scored>("random").count(-9).with_scores().await?.len(), 9);
    assert!(client.zrandmember::<Scored>("none").count(2).with_scores().await?.is_empty());
    Ok(())
}

async fn combinations(client: &Client) -> Result<(), Error> {
    client.zadd("l", [(1, "a"), (2, "b")]).await?;
    client.zadd("r", [(10, "b"), (20, "c")]).await?;
    assert_eq!(client.zunion::<Members>(["l", "r"]).await?, ["a", "b", "c"]);
    let sum: Scored = client.zunion(["l", "r"]).weights([2.0, 0.5]).with_scores().await?;
    assert_eq!(sum, scored([("a", 2.0), ("b", 9.0), ("c", 10.0)]));
    let min: Scored = client.zunion(["l", "r"]).aggregate(Aggregate::Min).with_scores().await?;
    assert_eq!(min, scored([("a", 1.0), ("b", 2.0), ("c", 20.0)]));
    assert_eq!(client.zinter::<Members>(["l", "r"]).await?, ["b"]);
    let max: Scored =
        client.zinter(["l", "r"]).weights([10, 1]).aggregate(Aggregate::Max).with_scores().await?;
    assert_eq!(max, scored([("b", 20.0)]));
    assert_eq!(client.zintercard(["l", "r"]).await?, 1);
    assert_eq!(client.zintercard(["l", "l"]).limit(1).await?, 1);
    assert_eq!(client.zdiff::<Members>(["l", "r"]).await?, ["a"]);
    assert_eq!(client.zdiff::<Scored>(["r", "l"]).with_scores().await?, scored([("c", 20.0)]));
    Ok(())
}

async fn stored_combinations(client: &Client) -> Result<(), Error> {
    client.zadd("l", [(1, "a"), (2, "b")]).await?;
    client.zadd("r", [(10, "b"), (20, "c")]).await?;
    let weighed = client.zunionstore("u", ["l", "r"]).weights([1, 2]).aggregate(Aggregate::Sum);
    assert_eq!(weighed.await?, 3);
    assert_eq!(client.zscore("u", "b").await?, Some(22.0));
    assert_eq!(client.zinterstore("i", ["l", "r"]).aggregate(Aggregate::Min).await?, 1);
    assert_eq!(client.zscore("i", "b").await?, Some(2.0));
    assert_eq!(client.zdiffstore("d", ["l", "r"]).await?, 1);
    assert_eq!(client.zdiffstore("d", ["l", "l"]).await?, 0);
    assert_eq!(client.zcard("d").await?, 0);
    Ok(())
}

async fn iteration(client: &Client) -> Result<(), Error> {
    let members: Vec<(u32, String)> = (0..1000).map(|n| (n, format!("m{n}"))).collect();
    client.zadd("many", members).await?;
    let mut all: Scored = client.zscan("many").count(50).collect().await?;
    all.sort_by(|a, b| a.1.total_cmp(&b.1));
    all.dedup();
    assert_eq!((all.len(), &all[999]), (1000, &("m999".to_owned(), 999.0)));
    let one: Scored = client.zscan("many").pattern("m42").count(1000).collect().await?;
    assert_eq!(one, scored([("m42", 42.0)]));
    Ok(())
}

async fn iteration_without_scores(client: &Client) -> Result<(), Error> {
    four(client, "short").await?;
    let members: Members = client.zscan("short").noscores().count(10).collect().await?;
    assert_eq!(members, ["a", "b", "c", "d"]);
    Ok(())
}
