//! Techniques that need no class of values: constants, partial masks, spellings of keyed digests, amounts, days, ciphers of whole values; and
//! what is drawn for a place.

pub mod curve;
pub mod day;
pub mod decimal;
pub mod generate;
pub mod mask;
pub mod redact;
pub mod seal;
pub mod token;
