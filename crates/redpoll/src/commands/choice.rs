//! Options that exclude each other: markers that say whether one of them was chosen.

/// No option of a group that exclude each other was said yet.
#[derive(Debug, Clone, Copy)]
pub struct Open;

/// One option of a group that exclude each other was said: the others are gone.
#[derive(Debug, Clone, Copy)]
pub struct Chosen;
