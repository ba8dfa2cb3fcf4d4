//! Publish and subscribe.

use bytes::Bytes;

use crate::engine::command::{CommandSpec, Group, KeySpec};
use crate::engine::commands::help::help;
use crate::engine::context::Context;
use crate::engine::error::CommandError;
use crate::engine::pattern;
use crate::engine::pubsub::Kind;
use crate::engine::reply::Reply;

pub(super) const GROUP: Group = Group {
    name: "pubsub",
    category: "@pubsub",
    commands: &[
        CommandSpec::new("psubscribe", -2, "2.0.0", |ctx, argv| subscribe(ctx, argv, Kind::Pattern))
            .denyoom()
            .pubsub()
            .noscript()
            .loading()
            .stale(),
        CommandSpec::new("publish", 3, "2.0.0", publish).pubsub().loading().stale().fast(),
        CommandSpec::container(
            "pubsub",
            "2.8.0",
            &[
                CommandSpec::new("pubsub|channels", -2, "2.8.0", |ctx, argv| {
                    channels(ctx, argv, Kind::Channel)
                })
                .pubsub()
                .loading()
                .stale(),
                CommandSpec::new("pubsub|help", 2, "6.2.0", pubsub_help).loading().stale().acl_only(""),
                CommandSpec::new("pubsub|numpat", 2, "2.8.0", numpat).pubsub().loading().stale(),
                CommandSpec::new("pubsub|numsub", -2, "2.8.0", |ctx, argv| numsub(ctx, argv, Kind::Channel))
                    .pubsub()
                    .loading()
                    .stale(),
                CommandSpec::new("pubsub|shardchannels", -2, "7.0.0", |ctx, argv| {
                    channels(ctx, argv, Kind::Shard)
                })
                .pubsub()
                .loading()
                .stale(),
                CommandSpec::new("pubsub|shardnumsub", -2, "7.0.0", |ctx, argv| {
                    numsub(ctx, argv, Kind::Shard)
                })
                .pubsub()
                .loading()
                .stale(),
            ],
        ),
        CommandSpec::new("punsubscribe", -1, "2.0.0", |ctx, argv| unsubscribe(ctx, argv, Kind::Pattern))
            .pubsub()
            .noscript()
            .loading()
            .stale(),
        CommandSpec::new("spublish", 3, "7.0.0", spublish)
            .pubsub()
            .loading()
            .stale()
            .fast()
            .keys(&[KeySpec::one("not_key", 1)]),
        CommandSpec::new("ssubscribe", -2, "7.0.0", |ctx, argv| subscribe(ctx, argv, Kind::Shard))
            .denyoom()
            .pubsub()
            .noscript()
            .loading()
            .stale()
            .keys(&[KeySpec::range("not_key", 1, -1, 1)]),
        CommandSpec::new("subscribe", -2, "2.0.0", |ctx, argv| subscribe(ctx, argv, Kind::Channel))
            .denyoom()
            .pubsub()
            .noscript()
            .loading()
            .stale(),
        CommandSpec::new("sunsubscribe", -1, "7.0.0", |ctx, argv| unsubscribe(ctx, argv, Kind::Shard))
            .pubsub()
            .noscript()
            .loading()
            .stale()
            .keys(&[KeySpec::range("not_key", 1, -1, 1)]),
        CommandSpec::new("unsubscribe", -1, "2.0.0", |ctx, argv| unsubscribe(ctx, argv, Kind::Channel))
            .pubsub()
            .noscript()
            .loading()
            .stale(),
    ],
};

/// One confirmation per channel.
fn subscribe(ctx: &mut Context<'_>, argv: &[Bytes], kind: Kind) -> Result<Reply, CommandError> {
    let id = ctx.client_id();
    Ok(Reply::Sequence(argv[1..].iter().map(|name| ctx.engine.subscribe(id, kind, name)).collect()))
}

fn unsubscribe(ctx: &mut Context<'_>, argv: &[Bytes], kind: Kind) -> Result<Reply, CommandError> {
    let id = ctx.client_id();
    if argv.len() == 1 {
        return Ok(Reply::Sequence(ctx.engine.unsubscribe_kind(id, kind)));
    }
    Ok(Reply::Sequence(argv[1..].iter().map(|name| ctx.engine.unsubscribe(id, kind, name)).collect()))
}

fn publish(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::count(ctx.engine.publish(&argv[1], &argv[2])))
}

fn spublish(ctx: &mut Context<'_>, argv: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::count(ctx.engine.publish_to_shard(&argv[1], &argv[2])))
}

fn channels(ctx: &mut Context<'_>, argv: &[Bytes], kind: Kind) -> Result<Reply, CommandError> {
    if argv.len() > 3 {
        return Err(CommandError::wrong_subcommand_arity(argv));
    }
    let wanted = |name: &&Bytes| argv.get(2).is_none_or(|pattern| pattern::matches(pattern, name));
    Ok(Reply::bulks(ctx.engine.pubsub.active(kind).filter(wanted).cloned()))
}

fn numsub(ctx: &mut Context<'_>, argv: &[Bytes], kind: Kind) -> Result<Reply, CommandError> {
    let count = |name: &Bytes| {
        let count = ctx.engine.pubsub.count(kind, name);
        [Reply::BulkString(name.clone()), Reply::count(count)]
    };
    Ok(Reply::Array(argv[2..].iter().flat_map(count).collect()))
}

fn pubsub_help(_: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(help(
        "PUBSUB",
        &[
            ("CHANNELS [<pattern>]", "Name the channels that have subscribers."),
            ("NUMPAT", "Tell how many patterns have subscribers."),
            ("NUMSUB [<channel> ...]", "Tell how many subscribers channels have, not counting patterns."),
            ("SHARDCHANNELS [<pattern>]", "Name the shard channels that have subscribers."),
            ("SHARDNUMSUB [<shardchannel> ...]", "Tell how many subscribers shard channels have."),
        ],
    ))
}

fn numpat(ctx: &mut Context<'_>, _: &[Bytes]) -> Result<Reply, CommandError> {
    Ok(Reply::count(ctx.engine.pubsub.active(Kind::Pattern).count()))
}

#[cfg(test)]
mod tests {
    use crate::engine::probe::Probe;

    #[test]
    fn messages_reach_channels_and_patterns() {
        let mut probe = Probe::new();
        let subscriber = probe.connect();
        assert_eq!(probe.on(subscriber, "SUBSCRIBE a b"), "*3 $9 subscribe $1 a :1 *3 $9 subscribe $1 b :2");
        assert_eq!(probe.on(subscriber, "PSUBSCRIBE a*"), "*3 $10 psubscribe $2 a* :3");
        assert_eq!(probe.run("PUBLISH a hi"), ":2");
        assert_eq!(probe.take(subscriber), "*3 $7 message $1 a $2 hi *4 $8 pmessage $2 a* $1 a $2 hi");
        assert_eq!(probe.run("PUBLISH c hi"), ":0");
        assert_eq!(probe.run("PUBSUB NUMSUB a c"), "*4 $1 a :1 $1 c :0");
        assert_eq!(probe.run("PUBSUB CHANNELS"), "*2 $1 a $1 b");
        assert_eq!(probe.run("PUBSUB NUMPAT"), ":1");
    }

    #[test]
    fn resp3_subscribers_get_pushes_and_may_send_anything() {
        let mut probe = Probe::new();
        let subscriber = probe.connect();
        probe.on(subscriber, "HELLO 3");
        assert_eq!(probe.on(subscriber, "SUBSCRIBE a"), ">3 $9 subscribe $1 a :1");
        assert_eq!(probe.on(subscriber, "PING"), "+PONG");
        assert_eq!(probe.on(subscriber, "PUBLISH a hi"), ":1 >3 $7 message $1 a $2 hi");
    }

    #[test]
    fn a_resp2_subscriber_may_send_little() {
        let mut probe = Probe::new();
        probe.run("SUBSCRIBE a");
        assert_eq!(probe.run("PING"), "*2 $4 pong $0 ");
        assert_eq!(probe.run("PING x"), "*2 $4 pong $1 x");
        assert_eq!(
            probe.run("GET k"),
            "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed \
             in this context"
        );
        assert_eq!(probe.run("UNSUBSCRIBE"), "*3 $11 unsubscribe $1 a :0");
        assert_eq!(probe.run("UNSUBSCRIBE"), "*3 $11 unsubscribe $-1 :0");
        assert_eq!(probe.run("GET k"), "$-1");
    }

    #[test]
    fn shard_channels_are_apart() {
        let mut probe = Probe::new();
        let subscriber = probe.connect();
        assert_eq!(probe.on(subscriber, "SSUBSCRIBE s"), "*3 $10 ssubscribe $1 s :1");
        assert_eq!(probe.run("PUBLISH s x"), ":0");
        assert_eq!(probe.run("SPUBLISH s x"), ":1");
        assert_eq!(probe.take(subscriber), "*3 $8 smessage $1 s $1 x");
    }
}
