//! Whether arguments share memory: what is written must be the only view of its bytes.

/// Addresses of an argument.
pub type Range = std::ops::Range<*const u8>;

/// Addresses of words.
#[must_use]
pub fn bytes_of(words: &[u32]) -> Range {
    let range = words.as_ptr_range();
    range.start.cast()..range.end.cast()
}

/// Whether any two of the ranges have a byte in common.
#[must_use]
pub fn share_memory(ranges: &[Range]) -> bool {
    ranges.iter().enumerate().any(|(index, one)| {
        let others = &ranges[index + 1..];
        others.iter().any(|other| one.start.max(other.start) < one.end.min(other.end))
    })
}
