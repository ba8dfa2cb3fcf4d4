//! What the server knows of a connection.

use std::time::Duration;

use redpoll_protocol::{FromReply, Reply, ReplyError};

/// What the server knows of a connection: a line of `CLIENT LIST`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientInfo {
    fields: Vec<(Box<str>, Box<str>)>,
}

impl ClientInfo {
    /// A field by its name in the Redis reference, such as `tot-mem`.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| &**field == name).map(|(_, value)| &**value)
    }

    /// All fields, in the order of the server.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(field, value)| (&**field, &**value))
    }

    /// The ID.
    pub fn id(&self) -> Option<u64> {
        self.number("id")
    }

    /// The address it comes from, `ip:port`.
    pub fn addr(&self) -> Option<&str> {
        self.field("addr")
    }

    /// The address of the server that it goes to, `ip:port`. Since Redis 6.2.
    pub fn laddr(&self) -> Option<&str> {
        self.field("laddr")
    }

    /// The name, if it has one.
    pub fn name(&self) -> Option<&str> {
        self.field("name").filter(|name| !name.is_empty())
    }

    /// For how long it is open.
    pub fn age(&self) -> Option<Duration> {
        self.number("age").map(Duration::from_secs)
    }

    /// For how long it was not used.
    pub fn idle(&self) -> Option<Duration> {
        self.number("idle").map(Duration::from_secs)
    }

    /// Letters that the Redis reference explains: `N` for nothing special, `b` for waiting, `P` for subscriptions.
    pub fn flags(&self) -> Option<&str> {
        self.field("flags")
    }

    /// The database.
    pub fn db(&self) -> Option<u32> {
        self.number("db")
    }

    /// The last command, in lower case, container and subcommand joined by `|`.
    pub fn cmd(&self) -> Option<&str> {
        self.field("cmd")
    }

    /// The user that is authenticated.
    pub fn user(&self) -> Option<&str> {
        self.field("user")
    }

    /// The version of the protocol, 2 or 3. Since Redis 7.0.
    pub fn resp(&self) -> Option<u32> {
        self.number("resp")
    }

    /// The library that uses it, if it has told. Since Redis 7.2.
    pub fn lib_name(&self) -> Option<&str> {
        self.field("lib-name").filter(|name| !name.is_empty())
    }

    /// The version of the library, if it has told. Since Redis 7.2.
    pub fn lib_ver(&self) -> Option<&str> {
        self.field("lib-ver").filter(|version| !version.is_empty())
    }

    /// The memory that it takes on the server, in bytes. Since Redis 6.2.
    pub fn tot_mem(&self) -> Option<u64> {
        self.number("tot-mem")
    }

    fn number<N: std::str::FromStr>(&self, name: &str) -> Option<N> {
        self.field(name)?.parse().ok()
    }

    /// Values hold no spaces: the server refuses them in names.
    fn parse(line: &str) -> Self {
        let fields = line.split_whitespace().filter_map(|field| field.split_once('='));
        Self { fields: fields.map(|(name, value)| (name.into(), value.into())).collect() }
    }
}

impl FromReply for ClientInfo {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        String::from_reply(reply).map(|line| Self::parse(&line))
    }

    fn list_from_reply(reply: Reply) -> Result<Vec<Self>, ReplyError> {
        let text = String::from_reply(reply)?;
        Ok(text.lines().filter(|line| !line.is_empty()).map(Self::parse).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "id=3 addr=127.0.0.1:59888 laddr=127.0.0.1:6379 fd=7 name=w age=61 idle=2 flags=N db=4 sub=0 \
        tot-mem=37658 cmd=client|list user=default resp=3 lib-name= lib-ver=1.2=3\n";

    #[test]
    fn a_line_is_fields_with_values() {
        let info = ClientInfo::from_reply(Reply::BulkString(LINE.into())).unwrap();
        assert_eq!((info.id(), info.db(), info.resp()), (Some(3), Some(4), Some(3)));
        assert_eq!((info.addr(), info.laddr()), (Some("127.0.0.1:59888"), Some("127.0.0.1:6379")));
        assert_eq!((info.name(), info.flags(), info.cmd()), (Some("w"), Some("N"), Some("client|list")));
        assert_eq!((info.age(), info.idle()), (Some(Duration::from_secs(61)), Some(Duration::from_secs(2))));
        assert_eq!((info.user(), info.lib_name(), info.lib_ver()), (Some("default"), None, Some("1.2=3")));
        assert_eq!((info.tot_mem(), info.field("sub"), info.field("?")), (Some(37658), Some("0"), None));
        assert_eq!(info.fields().next(), Some(("id", "3")));
    }

    #[test]
    fn a_list_is_a_line_for_each() {
        let text = format!("{LINE}{LINE}");
        let list = Vec::<ClientInfo>::from_reply(Reply::BulkString(text.into())).unwrap();
        assert_eq!(list.len(), 2);
        let verbatim = Reply::VerbatimString { format: *b"txt", text: "".into() };
        assert_eq!(Vec::<ClientInfo>::from_reply(verbatim).unwrap(), []);
    }
}
