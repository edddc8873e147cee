//! Kinds: what a value is, as data over a few primitives (docs/internals/engine.md, "Kinds").

pub mod alphabet;
pub mod canonical;
pub mod check;
pub mod class;
pub mod iban;
pub mod national;
pub mod phone;
pub mod subject;
