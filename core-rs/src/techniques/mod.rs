//! Techniques that need no class of values: constants, partial masks, and spellings of keyed digests.

pub mod mask;
pub mod redact;
pub mod token;
