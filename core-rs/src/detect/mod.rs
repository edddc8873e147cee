//! Texts that are kept but for what is found in them (docs/internals/detect.md).

pub mod dictionary;
pub mod evidence;
pub mod finder;
pub mod layout;
pub mod names;
pub mod stream;
pub mod words;
