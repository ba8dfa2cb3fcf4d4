use crate::Reply;

/// The shortest element is a null: three bytes.
const SHORTEST_ELEMENT: usize = 3;

/// An aggregate whose elements are still coming.
#[derive(Debug)]
pub(super) struct Aggregate {
    elements: Elements,
    /// How many elements are missing; `None` if it is streamed, and ends with a `.`.
    missing: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AggregateKind {
    Array,
    Set,
    Push,
    Map,
    Attribute,
}

#[derive(Debug)]
enum Elements {
    Array(Vec<Reply>),
    Set(Vec<Reply>),
    Push(Vec<Reply>),
    Map {
        pairs: Vec<(Reply, Reply)>,
        key: Option<Reply>,
    },
    /// Attributes are hints that may be ignored; they are read over.
    Attribute,
}

impl AggregateKind {
    pub(super) const fn may_stream(self) -> bool {
        matches!(self, Self::Array | Self::Set | Self::Map)
    }

    const fn has_pairs(self) -> bool {
        matches!(self, Self::Map | Self::Attribute)
    }
}

impl Aggregate {
    /// `length` counts pairs where there are pairs; `budget` is how many bytes may hold elements already.
    pub(super) fn new(kind: AggregateKind, length: Option<usize>, budget: usize) -> Self {
        let width = if kind.has_pairs() { 2 } else { 1 };
        let most = budget.checked_div(SHORTEST_ELEMENT.saturating_mul(width)).unwrap_or(0);
        let capacity = length.unwrap_or(0).min(most);
        let elements = match kind {
            AggregateKind::Array => Elements::Array(Vec::with_capacity(capacity)),
            AggregateKind::Set => Elements::Set(Vec::with_capacity(capacity)),
            AggregateKind::Push => Elements::Push(Vec::with_capacity(capacity)),
            AggregateKind::Map => Elements::Map { pairs: Vec::with_capacity(capacity), key: None },
            AggregateKind::Attribute => Elements::Attribute,
        };
        Self { elements, missing: length.map(|length| length.saturating_mul(width)) }
    }

    /// Adds an element and says whether it was the last.
    pub(super) fn push(&mut self, element: Reply) -> bool {
        match &mut self.elements {
            Elements::Array(elements) | Elements::Set(elements) | Elements::Push(elements) => {
                elements.push(element)
            }
            Elements::Map { pairs, key } => match key.take() {
                None => *key = Some(element),
                Some(key) => pairs.push((key, element)),
            },
            Elements::Attribute => {}
        }
        let Some(missing) = &mut self.missing else { return false };
        *missing = missing.saturating_sub(1);
        *missing == 0
    }

    /// Whether it is streamed and no value is owed to a key.
    pub(super) const fn may_end(&self) -> bool {
        self.missing.is_none() && !matches!(self.elements, Elements::Map { key: Some(_), .. })
    }

    /// The reply that it has become; none for an attribute.
    pub(super) fn finish(self) -> Option<Reply> {
        match self.elements {
            Elements::Array(elements) => Some(Reply::Array(elements)),
            Elements::Set(elements) => Some(Reply::Set(elements)),
            Elements::Push(elements) => Some(Reply::Push(elements)),
            Elements::Map { pairs, .. } => Some(Reply::Map(pairs)),
            Elements::Attribute => None,
        }
    }
}
