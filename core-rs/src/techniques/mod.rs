//! Techniques that need no class of values: constants, partial masks, spellings of keyed digests, amounts, days.

pub mod curve;
pub mod day;
pub mod decimal;
pub mod mask;
pub mod redact;
pub mod token;
