//! `FIELDS numfields field …`, with which newer hash commands end.

use redpoll_protocol::{RawCommand, ToArgs, ToPairs};

use crate::client::Command;

impl<E, M, T> Command<E, M, T> {
    /// Adds `FIELDS`, the number of the fields, then the fields.
    pub(super) fn fields(self, fields: impl ToArgs) -> Self {
        let mut counter = RawCommand::named(self.raw().meta(), "");
        counter.extend(&fields);
        self.arg("FIELDS").arg(counter.arg_count() - 1).args(fields)
    }

    /// Adds `FIELDS`, the number of the fields, then the fields with their values.
    pub(super) fn field_pairs(self, fields: impl ToPairs) -> Self {
        let mut counter = RawCommand::named(self.raw().meta(), "");
        counter.extend_pairs(&fields);
        self.arg("FIELDS").arg(counter.arg_count() / 2).pairs(fields)
    }
}
