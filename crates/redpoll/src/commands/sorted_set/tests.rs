use super::super::wire::{keys, wire};
use super::*;
use crate::client::Queued;

type Members = Vec<String>;
const Q: Queued = Queued::new();
const WAIT: Duration = Duration::from_secs(5);

#[test]
fn members_and_scores() {
    assert_eq!(wire(Q.zadd("k", [(1.5, "a"), (-2.0, "b")])), "ZADD k 1.5 a -2 b");
    assert_eq!(wire(Q.zincrby("k", -0.5, "m")), "ZINCRBY k -0.5 m");
    assert_eq!(wire(Q.zrem("k", ["a", "b"])), "ZREM k a b");
    assert_eq!(wire(Q.zcard("k")), "ZCARD k");
    assert_eq!(wire(Q.zscore("k", "m")), "ZSCORE k m");
    assert_eq!(wire(Q.zmscore("k", ["a", "b"])), "ZMSCORE k a b");
    assert_eq!(wire(Q.zrank("k", "m")), "ZRANK k m");
    assert_eq!(wire(Q.zrank("k", "m").with_score()), "ZRANK k m WITHSCORE");
    assert_eq!(wire(Q.zrevrank("k", "m").with_score()), "ZREVRANK k m WITHSCORE");
    assert_eq!(wire(Q.zcount("k", 1..5)), "ZCOUNT k 1 (5");
    assert_eq!(wire(Q.zlexcount("k", "a"..="b")), "ZLEXCOUNT k [a [b");
}

#[test]
fn ranges() {
    assert_eq!(wire(Q.zrange::<Members>("k", 0, -1)), "ZRANGE k 0 -1");
    assert_eq!(wire(Q.zrange::<Members>("k", 0, 9).rev().with_scores()), "ZRANGE k 0 9 REV WITHSCORES");
    assert_eq!(
        wire(Q.zrange_byscore::<Members>("k", 1.5..).limit(10, -1).with_scores()),
        "ZRANGE k 1.5 +inf BYSCORE LIMIT 10 -1 WITHSCORES"
    );
    assert_eq!(wire(Q.zrange_byscore::<Members>("k", 1..5).rev()), "ZRANGE k (5 1 BYSCORE REV");
    assert_eq!(
        wire(Q.zrange_byscore::<Members>("k", ..).limit(0, 1).with_scores().rev()),
        "ZRANGE k +inf -inf BYSCORE LIMIT 0 1 WITHSCORES REV"
    );
    assert_eq!(wire(Q.zrange_bylex::<Members>("k", "a"..)), "ZRANGE k [a + BYLEX");
    assert_eq!(
        wire(Q.zrange_bylex::<Members>("k", "a".."b").rev().limit(0, 5)),
        "ZRANGE k (b [a BYLEX REV LIMIT 0 5"
    );
}

#[test]
fn stored_ranges() {
    assert_eq!(wire(Q.zrangestore("d", "s", 0, 9).rev()), "ZRANGESTORE d s 0 9 REV");
    assert_eq!(
        wire(Q.zrangestore_byscore("d", "s", 1..=5).rev().limit(0, 2)),
        "ZRANGESTORE d s 5 1 BYSCORE REV LIMIT 0 2"
    );
    assert_eq!(
        wire(Q.zrangestore_bylex("d", "s", "a".."b").limit(1, 2)),
        "ZRANGESTORE d s [a (b BYLEX LIMIT 1 2"
    );
    assert_eq!(keys(Q.zrangestore_byscore("d", "s", 1..=5).rev()), "d s");
}

#[test]
fn ranges_by_their_old_names() {
    assert_eq!(wire(Q.zrevrange::<Members>("k", 0, 9).with_scores()), "ZREVRANGE k 0 9 WITHSCORES");
    assert_eq!(
        wire(Q.zrangebyscore::<Members>("k", 1..5).with_scores().limit(0, 2)),
        "ZRANGEBYSCORE k 1 (5 WITHSCORES LIMIT 0 2"
    );
    assert_eq!(wire(Q.zrevrangebyscore::<Members>("k", 1..5)), "ZREVRANGEBYSCORE k (5 1");
    assert_eq!(wire(Q.zrangebylex::<Members>("k", "a".."b").limit(0, 2)), "ZRANGEBYLEX k [a (b LIMIT 0 2");
    assert_eq!(wire(Q.zrevrangebylex::<Members>("k", "a".."b")), "ZREVRANGEBYLEX k (b [a");
}

#[test]
fn removed_ranges() {
    assert_eq!(wire(Q.zremrangebyrank("k", 0, -11)), "ZREMRANGEBYRANK k 0 -11");
    assert_eq!(wire(Q.zremrangebyscore("k", ..100)), "ZREMRANGEBYSCORE k -inf (100");
    assert_eq!(wire(Q.zremrangebylex("k", "a"..="b")), "ZREMRANGEBYLEX k [a [b");
}

#[test]
fn pops() {
    assert_eq!(wire(Q.zpopmin::<String>("k")), "ZPOPMIN k");
    assert_eq!(wire(Q.zpopmax::<String>("k").count(2)), "ZPOPMAX k 2");
    assert_eq!(wire(Q.zmpop::<String>(["a", "b"], ScoreEnd::Min).count(2)), "ZMPOP 2 a b MIN COUNT 2");
    assert_eq!(wire(Q.bzpopmin::<String>(["a", "b"], WAIT)), "BZPOPMIN a b 5");
    assert_eq!(wire(Q.bzpopmax::<String>("a", WAIT)), "BZPOPMAX a 5");
    assert_eq!(wire(Q.bzmpop::<String>("a", ScoreEnd::Max, WAIT).count(2)), "BZMPOP 5 1 a MAX COUNT 2");
    assert_eq!(wire(Q.zrandmember::<String>("k")), "ZRANDMEMBER k");
    assert_eq!(wire(Q.zrandmember::<Members>("k").count(-5).with_scores()), "ZRANDMEMBER k -5 WITHSCORES");
}

#[test]
fn combinations() {
    assert_eq!(wire(Q.zunion::<Members>(["a", "b"])), "ZUNION 2 a b");
    assert_eq!(
        wire(Q.zunion::<Members>(["a", "b"]).weights([1.0, 0.5]).aggregate(Aggregate::Max).with_scores()),
        "ZUNION 2 a b WEIGHTS 1 0.5 AGGREGATE MAX WITHSCORES"
    );
    assert_eq!(wire(Q.zinter::<Members>("a").aggregate(Aggregate::Sum)), "ZINTER 1 a AGGREGATE SUM");
    assert_eq!(wire(Q.zdiff::<Members>(["a", "b"]).with_scores()), "ZDIFF 2 a b WITHSCORES");
    assert_eq!(wire(Q.zintercard(["a", "b"]).limit(3)), "ZINTERCARD 2 a b LIMIT 3");
    assert_eq!(
        wire(Q.zunionstore("d", ["a", "b"]).weights([1, 2]).aggregate(Aggregate::Min)),
        "ZUNIONSTORE d 2 a b WEIGHTS 1 2 AGGREGATE MIN"
    );
    assert_eq!(wire(Q.zinterstore("d", ["a", "b"])), "ZINTERSTORE d 2 a b");
    assert_eq!(wire(Q.zdiffstore("d", ["a", "b"])), "ZDIFFSTORE d 2 a b");
    assert_eq!(keys(Q.zunionstore("d", ["a", "b"]).weights([1, 2])), "d a b");
}

#[test]
fn what_is_stored_onto_a_source_is_not_repeatable() {
    let retry = |meta: &CommandMeta| meta.retry();
    assert_eq!(retry(Q.zunionstore("d", ["a", "b"]).raw().meta()), RetryClass::Idempotent);
    assert_eq!(retry(Q.zunionstore("a", ["a", "b"]).raw().meta()), RetryClass::Accumulating);
    assert_eq!(retry(Q.zinterstore("a", ["b", "a"]).raw().meta()), RetryClass::Accumulating);
    assert_eq!(retry(Q.zdiffstore("a", ["b", "a"]).raw().meta()), RetryClass::Accumulating);
    assert_eq!(retry(Q.zrangestore("a", "a", 1, 2).raw().meta()), RetryClass::Accumulating);
}
