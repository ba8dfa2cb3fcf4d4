//! Commands on keys of any type.

mod dump;
mod expiry;
mod keyspace;
mod object;
mod rename;
mod sort;
mod wait;

use dump::{dump, restore};
use expiry::{expire, expireat, expiretime, persist, pexpire, pexpireat, pexpiretime, pttl, ttl};
use keyspace::{del, exists, key_type, keys, randomkey, scan, touch};
use object::{object_encoding, object_freq, object_help, object_idletime, object_refcount};
use rename::{copy, move_key, rename, renamenx};
use sort::{sort, sort_ro};
use wait::{wait, waitaof};

use crate::engine::command::{CommandSpec, Group, KeySpec};

pub(super) const GROUP: Group = Group {
    name: "generic",
    category: "@keyspace",
    commands: &[
        CommandSpec::new("copy", -3, "6.2.0", copy)
            .write()
            .denyoom()
            .keys(&[KeySpec::one("RO access", 1), KeySpec::one("OW update", 2)]),
        CommandSpec::new("del", -2, "1.0.0", del)
            .write()
            .keys(&[KeySpec::range("RM delete", 1, -1, 1)])
            .tips(&["request_policy:multi_shard", "response_policy:agg_sum"]),
        CommandSpec::new("dump", 2, "2.6.0", dump)
            .readonly()
            .keys(&[KeySpec::one("RO access", 1)])
            .tips(&["nondeterministic_output"]),
        CommandSpec::new("exists", -2, "1.0.0", exists)
            .readonly()
            .fast()
            .keys(&[KeySpec::range("RO", 1, -1, 1)])
            .tips(&["request_policy:multi_shard", "response_policy:agg_sum"]),
        CommandSpec::new("expire", -3, "1.0.0", expire).write().fast().keys(&[KeySpec::one("RW update", 1)]),
        CommandSpec::new("expireat", -3, "1.2.0", expireat)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW update", 1)]),
        CommandSpec::new("expiretime", 2, "7.0.0", expiretime)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("keys", 2, "1.0.0", keys)
            .readonly()
            .acl("@dangerous")
            .tips(&["request_policy:all_shards", "nondeterministic_output_order"]),
        CommandSpec::new("move", 3, "1.0.0", move_key)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW access update", 1)]),
        CommandSpec::container(
            "object",
            "2.2.3",
            &[
                CommandSpec::new("object|idletime", 3, "2.2.3", object_idletime)
                    .readonly()
                    .keys(&[KeySpec::one("RO", 2)])
                    .tips(&["nondeterministic_output"]),
                CommandSpec::new("object|help", 2, "6.2.0", object_help).loading().stale(),
                CommandSpec::new("object|refcount", 3, "2.2.3", object_refcount)
                    .readonly()
                    .keys(&[KeySpec::one("RO", 2)])
                    .tips(&["nondeterministic_output"]),
                CommandSpec::new("object|encoding", 3, "2.2.3", object_encoding)
                    .readonly()
                    .keys(&[KeySpec::one("RO", 2)])
                    .tips(&["nondeterministic_output"]),
                CommandSpec::new("object|freq", 3, "4.0.0", object_freq)
                    .readonly()
                    .keys(&[KeySpec::one("RO", 2)])
                    .tips(&["nondeterministic_output"]),
            ],
        ),
        CommandSpec::new("persist", 2, "2.2.0", persist).write().fast().keys(&[KeySpec::one("RW update", 1)]),
        CommandSpec::new("pexpire", -3, "2.6.0", pexpire)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW update", 1)]),
        CommandSpec::new("pexpireat", -3, "2.6.0", pexpireat)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW update", 1)]),
        CommandSpec::new("pexpiretime", 2, "7.0.0", pexpiretime)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)]),
        CommandSpec::new("pttl", 2, "2.6.0", pttl)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)])
            .tips(&["nondeterministic_output"]),
        CommandSpec::new("randomkey", 1, "1.0.0", randomkey).readonly().tips(&[
            "request_policy:all_shards",
            "response_policy:special",
            "nondeterministic_output",
        ]),
        CommandSpec::new("rename", 3, "1.0.0", rename)
            .write()
            .keys(&[KeySpec::one("RW access delete", 1), KeySpec::one("OW update", 2)]),
        CommandSpec::new("renamenx", 3, "1.0.0", renamenx)
            .write()
            .fast()
            .keys(&[KeySpec::one("RW access delete", 1), KeySpec::one("OW insert", 2)]),
        CommandSpec::new("restore", -4, "2.6.0", restore)
            .write()
            .denyoom()
            .acl("@dangerous")
            .keys(&[KeySpec::one("OW update", 1)]),
        CommandSpec::new("scan", -2, "2.8.0", scan).readonly().tips(&[
            "nondeterministic_output",
            "request_policy:special",
            "response_policy:special",
        ]),
        CommandSpec::new("sort", -2, "1.0.0", sort)
            .write()
            .denyoom()
            .acl_only("@set @sortedset @list @dangerous")
            .keys(&[
                KeySpec::one("RO access", 1),
                KeySpec::unknown("RO access"),
                KeySpec::unknown("OW update"),
            ]),
        CommandSpec::new("sort_ro", -2, "7.0.0", sort_ro)
            .readonly()
            .acl_only("@set @sortedset @list @dangerous")
            .keys(&[KeySpec::one("RO access", 1), KeySpec::unknown("RO access")]),
        CommandSpec::new("touch", -2, "3.2.1", touch)
            .readonly()
            .fast()
            .keys(&[KeySpec::range("RO", 1, -1, 1)])
            .tips(&["request_policy:multi_shard", "response_policy:agg_sum"]),
        CommandSpec::new("ttl", 2, "1.0.0", ttl)
            .readonly()
            .fast()
            .keys(&[KeySpec::one("RO access", 1)])
            .tips(&["nondeterministic_output"]),
        CommandSpec::new("type", 2, "1.0.0", key_type).readonly().fast().keys(&[KeySpec::one("RO", 1)]),
        CommandSpec::new("unlink", -2, "4.0.0", del)
            .write()
            .fast()
            .keys(&[KeySpec::range("RM delete", 1, -1, 1)])
            .tips(&["request_policy:multi_shard", "response_policy:agg_sum"]),
        CommandSpec::blocking("wait", 3, "3.0.0", wait)
            .acl_only("@connection")
            .tips(&["request_policy:all_shards", "response_policy:agg_min"]),
        CommandSpec::blocking("waitaof", 4, "7.2.0", waitaof)
            .acl_only("@connection")
            .tips(&["request_policy:all_shards", "response_policy:agg_min"]),
    ],
};
