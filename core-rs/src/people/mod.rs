//! Names of parties: how they are recognised, folded to one form, and drawn (docs/internals/people.md).

pub mod draw;
pub mod form;
pub mod lists;
