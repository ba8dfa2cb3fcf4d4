//! On what condition an expiry is set: the options of `EXPIRE` and its kind.

use crate::client::{Command, Plain};

/// The options of [`expire`](super::GenericCommands::expire) and its kind.
#[derive(Debug, Clone, Copy)]
pub struct Expire;

/// The options of [`expire`](super::GenericCommands::expire) that are left after [`xx`](Command::xx).
#[derive(Debug, Clone, Copy)]
pub struct ExpireExisting;

/// The options of [`hexpire`](super::HashCommands::hexpire) and its kind.
#[derive(Debug, Clone, Copy)]
pub struct HExpire;

/// Commands that can look at whether there is an expiry already. It is sealed.
pub trait ExpiresIf: ComparesExpiry {
    /// The options that are left after `XX`.
    type Existing;
}

/// Commands that can compare the new expiry with the one there is. It is sealed.
pub trait ComparesExpiry: sealed::Sealed {
    /// Whether the options stand after the key and the time, since fields follow to the end of the command.
    #[doc(hidden)]
    const BEFORE_FIELDS: bool = false;
}

impl<E, M: ExpiresIf, T> Command<E, M, T> {
    /// Only if there is no expiry. Since Redis 7.0.
    pub fn nx(self) -> Command<E, Plain, T> {
        self.condition("NX").cast()
    }

    /// Only if there is an expiry. Since Redis 7.0.
    pub fn xx(self) -> Command<E, M::Existing, T> {
        self.condition("XX").cast()
    }
}

impl<E, M: ComparesExpiry, T> Command<E, M, T> {
    /// Only if it is later than the expiry there is. What does not expire counts as the latest. Since Redis 7.0.
    pub fn gt(self) -> Command<E, Plain, T> {
        self.condition("GT").cast()
    }

    /// Only if it is earlier than the expiry there is. What does not expire counts as the latest. Since Redis 7.0.
    pub fn lt(self) -> Command<E, Plain, T> {
        self.condition("LT").cast()
    }

    fn condition(self, condition: &'static str) -> Self {
        let command = self.arg(condition);
        if M::BEFORE_FIELDS { command.last_to(2, 1) } else { command }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Expire {}
    impl Sealed for super::ExpireExisting {}
    impl Sealed for super::HExpire {}
}

impl ExpiresIf for Expire {
    type Existing = ExpireExisting;
}

impl ExpiresIf for HExpire {
    type Existing = Plain;
}

impl ComparesExpiry for Expire {}
impl ComparesExpiry for ExpireExisting {}
impl ComparesExpiry for HExpire {
    const BEFORE_FIELDS: bool = true;
}
