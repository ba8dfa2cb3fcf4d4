//! How the keys that a connection reads are tracked.

use redpoll_protocol::{FromReply, Reply, ReplyError};

/// How the keys that a connection reads are tracked: the reply of `CLIENT TRACKINGINFO`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TrackingInfo {
    /// `off`, or `on` with what was chosen, such as `bcast` and `noloop`.
    pub flags: Vec<String>,
    /// The ID of the connection that invalidations go to; 0 if they stay here, -1 without tracking.
    pub redirect: i64,
    /// The prefixes of keys that are tracked in broadcasting mode.
    pub prefixes: Vec<String>,
}

impl FromReply for TrackingInfo {
    fn from_reply(reply: Reply) -> Result<Self, ReplyError> {
        let mut info = Self::default();
        for (name, value) in Vec::<(String, Reply)>::from_reply(reply)? {
            match name.as_str() {
                "flags" => info.flags = Vec::from_reply(value)?,
                "redirect" => info.redirect = i64::from_reply(value)?,
                "prefixes" => info.prefixes = Vec::from_reply(value)?,
                _ => {}
            }
        }
        Ok(info)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_the_same_in_both_protocols() {
        let text = |text: &'static str| Reply::BulkString(text.into());
        let fields = || {
            [
                (text("flags"), Reply::Set(vec![text("on"), text("bcast")])),
                (text("redirect"), Reply::Integer(0)),
                (text("prefixes"), Reply::Array(vec![text("user:")])),
            ]
        };
        let flat = Reply::Array(fields().into_iter().flat_map(|(name, value)| [name, value]).collect());
        for reply in [flat, Reply::Map(fields().into())] {
            let info = TrackingInfo::from_reply(reply).unwrap();
            assert_eq!((info.flags, info.redirect), (vec!["on".to_owned(), "bcast".to_owned()], 0));
            assert_eq!(info.prefixes, ["user:"]);
        }
    }
}
