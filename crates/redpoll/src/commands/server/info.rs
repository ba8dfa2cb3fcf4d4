//! What the server tells of itself.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use redpoll_protocol::{FromReply, Reply, ReplyError};

/// What the server tells of itself: the reply of `INFO`.
///
/// What is asked for most often has a method; everything else is a [`field`](Self::field) by its name in the Redis
/// reference. A method gives `None` where the section was not asked for or the server does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Info {
    sections: Vec<Section>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Section {
    name: Box<str>,
    fields: Vec<(Box<str>, Box<str>)>,
}

/// What the keys of a database are like.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct KeyspaceInfo {
    /// How many there are.
    pub keys: u64,
    /// How many of them expire.
    pub expires: u64,
    /// How long those have to live on average, estimated.
    pub avg_ttl: Duration,
}

impl Info {
    /// A field by its name, from whichever section.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.sections.iter().flat_map(|section| &section.fields);
        fields.find(|(field, _)| &**field == name).map(|(_, value)| &**value)
    }

    /// A field that is a number, or anything else that can be parsed.
    pub fn parsed<T: FromStr>(&self, name: &str) -> Option<T> {
        self.field(name)?.parse().ok()
    }

    /// The names of the sections, such as `Replication`.
    pub fn sections(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().map(|section| &*section.name)
    }

    /// The fields of a section, whose name is compared without case. None if it is missing.
    pub fn section(&self, name: &str) -> impl Iterator<Item = (&str, &str)> {
        let section = self.sections.iter().find(|section| section.name.eq_ignore_ascii_case(name));
        let fields = section.map(|section| section.fields.as_slice()).unwrap_or_default();
        fields.iter().map(|(field, value)| (&**field, &**value))
    }

    /// Whether it is Valkey.
    pub fn is_valkey(&self) -> bool {
        self.field("valkey_version").is_some()
    }

    /// The version of the server: for Valkey its own, not the one of Redis that it is compatible with.
    pub fn version(&self) -> Option<&str> {
        self.field("valkey_version").or_else(|| self.field("redis_version"))
    }

    /// `standalone`, `cluster` or `sentinel`.
    pub fn mode(&self) -> Option<&str> {
        self.field("redis_mode").or_else(|| self.field("server_mode"))
    }

    /// `master` or `slave`.
    pub fn role(&self) -> Option<&str> {
        self.field("role")
    }

    /// For how long the server runs.
    pub fn uptime(&self) -> Option<Duration> {
        self.parsed("uptime_in_seconds").map(Duration::from_secs)
    }

    /// How many clients are connected, replicas not counted.
    pub fn connected_clients(&self) -> Option<u64> {
        self.parsed("connected_clients")
    }

    /// How many clients wait in a blocking command.
    pub fn blocked_clients(&self) -> Option<u64> {
        self.parsed("blocked_clients")
    }

    /// How many bytes the server has allocated.
    pub fn used_memory(&self) -> Option<u64> {
        self.parsed("used_memory")
    }

    /// How many bytes the server may use for data; 0 is no limit.
    pub fn maxmemory(&self) -> Option<u64> {
        self.parsed("maxmemory")
    }

    /// Whether the server is loading its data and refuses commands.
    pub fn is_loading(&self) -> Option<bool> {
        self.parsed::<u8>("loading").map(|loading| loading != 0)
    }

    /// How many commands were processed.
    pub fn total_commands_processed(&self) -> Option<u64> {
        self.parsed("total_commands_processed")
    }

    /// How many look-ups found their key.
    pub fn keyspace_hits(&self) -> Option<u64> {
        self.parsed("keyspace_hits")
    }

    /// How many look-ups found no key.
    pub fn keyspace_misses(&self) -> Option<u64> {
        self.parsed("keyspace_misses")
    }

    /// How many replicas are connected.
    pub fn connected_replicas(&self) -> Option<u64> {
        self.parsed("connected_slaves")
    }

    /// The databases that have keys.
    pub fn keyspace(&self) -> BTreeMap<u32, KeyspaceInfo> {
        let databases = self.section("keyspace").filter_map(|(name, value)| {
            let index = name.strip_prefix("db")?.parse().ok()?;
            Some((index, KeyspaceInfo::parse(value)))
        });
        databases.collect()
    }

    fn parse(text: &str) -> Self {
        let mut sections = Vec::new();
        // A field without a heading goes to a section without a name.
        let mut section = Section { name: "".into(), fields: Vec::new() };
        for line in text.lines() {
            if let Some(name) = line.strip_prefix('#') {
                sections.push(std::mem::replace(
                    &mut section,
                    Section { name: name.trim().into(), fields: Vec::new() },
                ));
            } else if let Some((name, value)) = line.split_once(':') {
                section.fields.push((name.into(), value.into()));
            }
        }
        sections.push(section);
        sections.retain(|section| !section.name.is_empty() || !section.fields.is_empty());
        Self { sections }
    }
}

impl KeyspaceInfo {
    /// `keys=2,expires=1,avg_ttl=1500,…`
    fn parse(value: &str) -> Self {
        let field = |name: &str| {
            let mut fields = value.split(',').filter_map(|field| field.split_once('='));
            fields.find(|(field, _)| *field == name).and_then(|(_, value)| value.parse().ok()).unwrap_or(0)
        };
        Self {
            keys: field("keys"),
            expires: field("expires"),
            avg_ttl: Duration::from_millis(field("avg_ttl")),
        }
    }
}

impl FromReply for Info {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        String::from_reply(reply).map(|text| Self::parse(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Server\r\nredis_version:7.2.4\r\nvalkey_version:9.0.0\r\nserver_mode:standalone\r\n\
        uptime_in_seconds:61\r\nlistener0:name=tcp,bind=127.0.0.1,port=6379\r\n\r\n# Clients\r\nconnected_clients:3\r\n\
        blocked_clients:1\r\n\r\n# Memory\r\nused_memory:1000\r\nmaxmemory:0\r\n\r\n# Persistence\r\nloading:0\r\n\r\n\
        # Replication\r\nrole:master\r\nconnected_slaves:2\r\n\r\n# Stats\r\nkeyspace_hits:5\r\nkeyspace_misses:x\r\n\r\n\
        # Keyspace\r\ndb0:keys=2,expires=1,avg_ttl=1500,subexpiry=0\r\ndb12:keys=7,expires=0,avg_ttl=0\r\n";

    fn info() -> Info {
        Info::from_reply(Reply::VerbatimString { format: *b"txt", text: TEXT.into() }).unwrap()
    }

    #[test]
    fn what_is_asked_for_most_has_a_method() {
        let info = info();
        assert!(info.is_valkey());
        assert_eq!(
            (info.version(), info.mode(), info.role()),
            (Some("9.0.0"), Some("standalone"), Some("master"))
        );
        assert_eq!(info.uptime(), Some(Duration::from_secs(61)));
        assert_eq!((info.connected_clients(), info.blocked_clients()), (Some(3), Some(1)));
        assert_eq!((info.used_memory(), info.maxmemory()), (Some(1000), Some(0)));
        assert_eq!((info.is_loading(), info.connected_replicas()), (Some(false), Some(2)));
        assert_eq!((info.keyspace_hits(), info.keyspace_misses()), (Some(5), None));
        assert_eq!(info.total_commands_processed(), None);
    }

    #[test]
    fn everything_else_is_a_field_of_a_section() {
        let info = info();
        assert_eq!(info.field("listener0"), Some("name=tcp,bind=127.0.0.1,port=6379"));
        assert_eq!(info.sections().nth(1), Some("Clients"));
        assert_eq!(info.section("clients").next(), Some(("connected_clients", "3")));
        assert_eq!(info.section("modules").count(), 0);
        assert_eq!(info.parsed::<u16>("connected_slaves"), Some(2));
    }

    #[test]
    fn databases_are_found_by_number() {
        let keyspace = info().keyspace();
        let first = KeyspaceInfo { keys: 2, expires: 1, avg_ttl: Duration::from_millis(1500) };
        assert_eq!(keyspace[&0], first);
        assert_eq!((keyspace[&12].keys, keyspace.len()), (7, 2));
    }

    #[test]
    fn a_field_before_any_heading_is_kept() {
        let info = Info::from_reply(Reply::BulkString("a:1".into())).unwrap();
        assert_eq!(info.field("a"), Some("1"));
        assert_eq!(Info::from_reply(Reply::BulkString("".into())).unwrap(), Info::default());
    }
}
