//! The native engine of Bauta: bytes in, bytes out.
//!
//! No I/O, no clock, no randomness of its own, no unsafe code. The contract that this crate shares with the portable
//! (TypeScript) engine is `docs/internals/engine.md`; both write the same bytes for the same plan, keys and batch.
#![forbid(unsafe_code)]
#![allow(
    clippy::cast_possible_truncation,
    reason = "words are cut to their lower bits throughout; lengths are below 2^32 because the tables are"
)]

pub mod detect;
pub mod engine;
pub mod error;
pub mod ff1;
pub mod hash;
pub mod kinds;
pub mod operation;
pub mod people;
pub mod plan;
pub mod tables;
pub mod techniques;
pub mod templates;
pub mod text;
pub mod tree;

pub use error::{Error, issue};
