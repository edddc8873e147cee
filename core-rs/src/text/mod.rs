//! Text: from the bytes of a segment to code points and back, the shapes of fields, Unicode by pinned tables.
//!
//! A decoded value is UTF-8 throughout; lengths of the contract count code points.

pub mod code_word;
pub mod decode;
pub mod detect;
pub mod encode;
pub mod fit;
pub mod lexical;
pub mod reading;
pub mod unicode;

/// Count of code points of valid UTF-8.
#[must_use]
pub fn count_characters(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// Offset behind the first `count` code points of valid UTF-8, at most its end.
#[must_use]
pub fn offset_of(text: &[u8], count: usize) -> usize {
    if text.is_ascii() {
        return count.min(text.len());
    }
    let starts = text.iter().enumerate().filter(|(_, byte)| **byte & 0xc0 != 0x80);
    starts.map(|(offset, _)| offset).nth(count).unwrap_or(text.len())
}
