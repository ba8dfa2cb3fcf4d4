//! Keyspace events: what `notify-keyspace-events` asks to be published.

use bytes::Bytes;

use super::Engine;

/// The classes of events, each a letter of `notify-keyspace-events`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "the vocabulary is complete, whichever commands exist")]
pub(crate) enum EventClass {
    Generic,
    String,
    List,
    Set,
    Hash,
    SortedSet,
    Expired,
    Evicted,
    Stream,
    /// Not part of `A`.
    KeyMiss,
    /// Not part of `A`.
    New,
}

impl EventClass {
    fn letter(self) -> char {
        match self {
            Self::Generic => 'g',
            Self::String => '$',
            Self::List => 'l',
            Self::Set => 's',
            Self::Hash => 'h',
            Self::SortedSet => 'z',
            Self::Expired => 'x',
            Self::Evicted => 'e',
            Self::Stream => 't',
            Self::KeyMiss => 'm',
            Self::New => 'n',
        }
    }

    fn is_enabled(self, flags: &str) -> bool {
        let in_all = !matches!(self, Self::KeyMiss | Self::New);
        flags.contains(self.letter()) || (in_all && flags.contains('A'))
    }
}

impl Engine {
    pub(crate) fn notify_event(&mut self, db: usize, class: EventClass, event: &str, key: &Bytes) {
        let flags = self.config.keyspace_events();
        if flags.is_empty() || !class.is_enabled(flags) {
            return;
        }
        let (keyspace, keyevent) = (flags.contains('K'), flags.contains('E'));
        let event = Bytes::copy_from_slice(event.as_bytes());
        if keyspace {
            let channel = [format!("__keyspace@{db}__:").as_bytes(), key].concat();
            self.publish(&Bytes::from(channel), &event);
        }
        if keyevent {
            let channel = [format!("__keyevent@{db}__:").as_bytes(), &event].concat();
            self.publish(&Bytes::from(channel), key);
        }
    }
}
