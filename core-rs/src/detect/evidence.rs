//! Words near a place that tell what stands there.

use super::stream::{BLANK, CUT, DOT, DROPPED, HYPHEN, Stream, WRAP};
use super::words::{WORD_MAX, Words};

/// The bits of the word of elements [from, to).
#[must_use]
pub fn bits_of(stream: &Stream, from: usize, to: usize) -> u8 {
    if to - from > WORD_MAX {
        return 0;
    }
    let mut word = [0; WORD_MAX];
    let mut length = 0;
    for at in from..to {
        if at > from && stream.flags[at] & DROPPED != 0 {
            continue;
        }
        match u8::try_from(stream.codes[at]) {
            Ok(code) if code < 0x80 => word[length] = code,
            _ => return 0,
        }
        length += 1;
    }
    core::str::from_utf8(&word[..length]).map_or(0, |word| Words::load().bits(word))
}

/// The bits of the word in front of an element: as it stands, or joined over a wrap, a hyphen or a full stop.
#[must_use]
pub fn word_before(stream: &Stream, at: usize) -> u8 {
    if at == 0 || stream.gap(at) & BLANK != 0 { 0 } else { word_ending_at(stream, at) }
}

/// The bits of the words in front of an element, at most `most` of them, back to a number or an empty line.
#[must_use]
pub fn words_before(stream: &Stream, at: usize, most: usize) -> u8 {
    let mut bits = 0;
    let mut end = at;
    for _ in 0..most {
        if end == 0 || stream.gap(end) & BLANK != 0 || !stream.is_letter(end - 1) {
            break;
        }
        bits |= word_ending_at(stream, end);
        end = start_of(stream, end);
        while end > 0 && stream.gap(end) & !CUT == WRAP && stream.is_letter(end - 1) {
            end = start_of(stream, end);
        }
    }
    bits
}

fn word_ending_at(stream: &Stream, end: usize) -> u8 {
    let mut bits = 0;
    let mut from = end;
    loop {
        from = start_of(stream, from);
        bits |= bits_of(stream, from, end);
        if from == 0 || !is_joined(stream, from) || end - from > WORD_MAX || !stream.is_letter(from - 1) {
            return bits;
        }
    }
}

/// Whether a word may go on behind a gap: over a wrap, a hyphen or a full stop.
fn is_joined(stream: &Stream, at: usize) -> bool {
    stream.gap(at) & !(WRAP | CUT | HYPHEN | DOT) == 0 && stream.counts[at] <= 1
}

/// Where the letters that end at an element begin, within a line.
fn start_of(stream: &Stream, end: usize) -> usize {
    let mut from = end;
    while from > 0 && stream.is_letter(from - 1) && (from == end || !stream.is_edge(from)) {
        from -= 1;
    }
    from
}
