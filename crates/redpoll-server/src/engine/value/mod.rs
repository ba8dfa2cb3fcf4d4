//! The values of keys: one file per type.

pub(crate) mod hash;
pub(crate) mod limits;
pub(crate) mod list;
pub(crate) mod serialized;
pub(crate) mod set;
pub(crate) mod sorted_set;
pub(crate) mod text;

use hash::Hash;
use list::List;
use set::Set;
use sorted_set::SortedSet;
use text::Text;

use crate::engine::clock::Millis;

/// What a key holds.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    String(Text),
    List(List),
    Set(Set),
    Hash(Hash),
    SortedSet(SortedSet),
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueKind {
    /// A string.
    String,
    /// A list.
    List,
    /// A set.
    Set,
    /// A hash.
    Hash,
    /// A sorted set.
    SortedSet,
}

impl ValueKind {
    /// The name that TYPE replies.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::List => "list",
            Self::Set => "set",
            Self::Hash => "hash",
            Self::SortedSet => "zset",
        }
    }
}

impl Value {
    pub(crate) fn kind(&self) -> ValueKind {
        match self {
            Self::String(_) => ValueKind::String,
            Self::List(_) => ValueKind::List,
            Self::Set(_) => ValueKind::Set,
            Self::Hash(_) => ValueKind::Hash,
            Self::SortedSet(_) => ValueKind::SortedSet,
        }
    }

    /// Whether a key with this value has to go: collections without elements do not exist.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::String(_) => false,
            Self::List(list) => list.is_empty(),
            Self::Set(set) => set.is_empty(),
            Self::Hash(hash) => hash.is_empty(),
            Self::SortedSet(set) => set.is_empty(),
        }
    }

    /// What OBJECT ENCODING replies.
    pub(crate) fn encoding(&self) -> &'static str {
        match self {
            Self::String(text) => text.encoding(),
            Self::List(list) => list.encoding(),
            Self::Set(set) => set.encoding(),
            Self::Hash(hash) => hash.encoding(),
            Self::SortedSet(set) => set.encoding(),
        }
    }

    /// When the first field of the value expires.
    pub(crate) fn next_field_expiry(&self) -> Option<Millis> {
        match self {
            Self::Hash(hash) => hash.next_expiry(),
            _ => None,
        }
    }
}

/// A type of value: what the typed accessors of a database need to know about it.
pub(crate) trait Typed: Sized + Default {
    fn of(value: &Value) -> Option<&Self>;
    fn of_mut(value: &mut Value) -> Option<&mut Self>;
    fn into_value(self) -> Value;
}

/// The same three lines per type.
macro_rules! typed {
    ($($variant:ident($type:ty)),+ $(,)?) => {$(
        impl Typed for $type {
            fn of(value: &Value) -> Option<&Self> {
                if let Value::$variant(inner) = value { Some(inner) } else { None }
            }
            fn of_mut(value: &mut Value) -> Option<&mut Self> {
                if let Value::$variant(inner) = value { Some(inner) } else { None }
            }
            fn into_value(self) -> Value {
                Value::$variant(self)
            }
        }
    )+};
}

typed!(String(Text), List(List), Set(Set), Hash(Hash), SortedSet(SortedSet));
