//! Lists.

use std::collections::VecDeque;

use bytes::Bytes;

/// Which end of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Left,
    Right,
}

/// Elements in order, cheap to reach at both ends.
#[derive(Debug, Clone, Default)]
pub(crate) struct List {
    elements: VecDeque<Bytes>,
}

impl List {
    pub(crate) fn push(&mut self, end: End, element: Bytes) {
        match end {
            End::Left => self.elements.push_front(element),
            End::Right => self.elements.push_back(element),
        }
    }

    pub(crate) fn pop(&mut self, end: End) -> Option<Bytes> {
        match end {
            End::Left => self.elements.pop_front(),
            End::Right => self.elements.pop_back(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.elements.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Bytes> + ExactSizeIterator {
        self.elements.iter()
    }

    pub(crate) fn encoding(&self) -> &'static str {
        "listpack"
    }
}
