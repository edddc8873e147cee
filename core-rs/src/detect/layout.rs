//! Writes what was found as something else, in the layout of the text.

use super::dictionary::{Variant, without_legal};
use super::finder::Finding;
use super::stream::{CAPITAL, COMMA, DOT, LETTER, Stream, WRAP};
use crate::text::{count_characters, offset_of};

/// Bytes `start` to `end` of the text are replaced by a range of [`Pieces::text`].
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// First byte.
    pub start: usize,
    /// Behind the last.
    pub end: usize,
    from: usize,
    to: usize,
}

/// What is put into a text, in its order.
#[derive(Debug, Default)]
pub struct Pieces {
    list: Vec<Piece>,
    /// What is put in, side by side.
    pub text: Vec<u8>,
}

/// A text, as it is and as it is read.
#[derive(Clone, Copy)]
pub struct Source<'text> {
    /// As it is.
    pub text: &'text [u8],
    /// As it is read.
    pub stream: &'text Stream,
}

impl Pieces {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.list.clear();
        self.text.clear();
    }

    /// One letter or digit for each of the text's; what stands between them stays.
    pub fn mapped(&mut self, finding: &Finding, letters: &[u8], source: Source) {
        let mut letters = letters.iter();
        self.lay_out(finding, source, |_| letters.next().copied());
    }

    /// `X` for each letter and digit; one for a letter that is read as two.
    pub fn hidden(&mut self, finding: &Finding, source: Source) {
        self.lay_out(finding, source, |is_rest| if is_rest { None } else { Some(b'X') });
    }

    /// `letter` is asked for each element, and told whether the character is the one of the element before.
    fn lay_out(&mut self, finding: &Finding, source: Source, mut letter: impl FnMut(bool) -> Option<u8>) {
        let stream = source.stream;
        for (first, behind) in parts(finding, stream) {
            let from = self.text.len();
            for at in first..behind {
                self.text.extend(letter(at > first && stream.starts[at] == stream.starts[at - 1]));
                if at + 1 < behind {
                    let (end, next) = (stream.ends[at] as usize, stream.starts[at + 1] as usize);
                    if let Some(gap) = source.text.get(end..next) {
                        self.text.extend_from_slice(gap);
                    }
                }
            }
            self.push(stream, first, behind, from);
        }
    }

    /// A text of its own length over the parts of the finding: each gets as many characters as it has letters and digits, the last the rest.
    pub fn spread(&mut self, finding: &Finding, text: &[u8], source: Source) {
        let count = parts(finding, source.stream).count();
        let mut rest = text;
        for (index, (first, behind)) in parts(finding, source.stream).enumerate() {
            let left = count_characters(rest);
            let parts_behind = count - 1 - index;
            let share = if parts_behind == 0 {
                left
            } else {
                left.saturating_sub(parts_behind).min(behind - first).max(1).min(left)
            };
            let (own, other) = rest.split_at(offset_of(rest, share));
            rest = other;
            let from = self.text.len();
            self.text.extend_from_slice(if own.is_empty() { b"X" } else { own });
            self.push(source.stream, first, behind, from);
        }
    }

    /// Words over the parts of the finding, as evenly as whole words allow; where there are fewer words than parts, as any text.
    pub fn spread_words(&mut self, finding: &Finding, words: &[String], source: Source) {
        let count = parts(finding, source.stream).count();
        if words.len() < count {
            self.spread(finding, words.join(" ").as_bytes(), source);
            return;
        }
        let mut rest = words;
        for (index, (first, behind)) in parts(finding, source.stream).enumerate() {
            let (own, other) = rest.split_at(rest.len().div_ceil(count - index));
            rest = other;
            let from = self.text.len();
            self.text.extend_from_slice(own.join(" ").as_bytes());
            self.push(source.stream, first, behind, from);
        }
    }

    fn push(&mut self, stream: &Stream, first: usize, behind: usize, from: usize) {
        let (start, end) = (stream.starts[first] as usize, stream.ends[behind - 1] as usize);
        self.list.push(Piece { start, end, from, to: self.text.len() });
    }

    /// Cuts what was put in where it makes a line or the text longer than its type admits, and longer than it was: the last first.
    pub fn fit(&mut self, text: &[u8], max: usize, line_max: usize, lines: usize) {
        if line_max > 0 {
            let mut from = 0;
            for line in text.split(|byte| *byte == b'\n') {
                let end = from + line.len();
                let first = self.list.partition_point(|piece| piece.start < from);
                let behind = first + self.list[first..].iter().take_while(|piece| piece.end <= end).count();
                self.shorten(text, first, behind, count_characters(line), line_max);
                from = end + 1;
            }
        }
        if max > 0 {
            let feeds = lines.saturating_sub(1);
            self.shorten(text, 0, self.list.len(), count_characters(text) - feeds, max);
        }
    }

    /// `own`: characters of what the pieces stand in, before they are put in.
    fn shorten(&mut self, text: &[u8], first: usize, behind: usize, own: usize, limit: usize) {
        let most = own.max(limit);
        let written = |piece: &Piece, put: &[u8]| count_characters(&put[piece.from..piece.to]);
        let replaced = |piece: &Piece| count_characters(&text[piece.start..piece.end]);
        let pieces = &mut self.list[first..behind];
        let put = &self.text;
        let removed: usize = pieces.iter().map(replaced).sum();
        let added: usize = pieces.iter().map(|piece| written(piece, put)).sum();
        let mut length = own + added - removed;
        for piece in pieces.iter_mut().rev() {
            if length <= most {
                return;
            }
            let (before, least) = (written(piece, put), replaced(piece));
            if before <= least {
                continue;
            }
            // Without spaces at the end; one character at least.
            let size = before.saturating_sub(length - most).max(least).max(1);
            let cut = &put[piece.from..piece.from + offset_of(&put[piece.from..piece.to], size)];
            let trimmed = cut.len() - cut.iter().rev().take_while(|byte| **byte == b' ').count();
            let kept = if trimmed == 0 { 1.min(cut.len()) } else { trimmed };
            piece.to = piece.from + kept;
            length -= before - written(piece, put);
        }
    }

    /// Appends the text with its pieces, cut to `max` characters (0: no limit); line feeds between segments are no characters of it.
    pub fn write(&self, text: &[u8], max: usize, lines: usize, out: &mut Vec<u8>) {
        let start = out.len();
        let mut at = 0;
        for piece in &self.list {
            out.extend_from_slice(&text[at..piece.start]);
            out.extend_from_slice(&self.text[piece.from..piece.to]);
            at = piece.end;
        }
        out.extend_from_slice(&text[at..]);
        if max == 0 {
            return;
        }
        let feeds = lines.saturating_sub(1);
        if count_characters(&out[start..]) - feeds <= max {
            return;
        }
        let whole = out.split_off(start);
        let mut left = max;
        for character in whole.utf8_chunks().flat_map(|chunk| chunk.valid().chars()) {
            if lines > 1 && character == '\n' {
                out.push(b'\n');
            } else if left > 0 {
                left -= 1;
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
}

/// The words of a drawn name, which is in the case of the text, in the spelling that was found.
#[must_use]
pub fn spelled_as(name: &str, finding: &Finding, has_code: bool, stream: &Stream) -> Vec<String> {
    let mut words: Vec<&str> = name.split(' ').collect();
    let code = if has_code && words.len() > 1 { words.pop() } else { None };
    let (given, family) = match words.split_last() {
        Some((family, given)) => (given, *family),
        None => return Vec::new(),
    };
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let has_comma = (finding.start + 1..finding.end).any(|at| stream.gaps[at] & COMMA != 0);
    let comma = if has_comma { "," } else { "" };
    let dot = if stream.gap(finding.start + 1) & DOT != 0 { "." } else { "" };
    let initial: String = given.first().unwrap_or(&family).chars().take(1).collect();
    match finding.variant {
        Variant::Short => owned(&words[..without_legal(&words)]),
        Variant::Family => vec![family.to_owned()],
        Variant::Reversed if given.is_empty() => vec![family.to_owned()],
        Variant::Reversed => {
            let mut turned = vec![format!("{family}{comma}")];
            turned.extend(owned(given));
            turned
        }
        Variant::InitialsFirst => vec![format!("{initial}{dot}"), family.to_owned()],
        Variant::InitialsLast => vec![format!("{family}{comma}"), initial],
        Variant::Full | Variant::Cut => {
            words.extend(code);
            owned(&words)
        }
    }
}

/// ASCII letters in the case of the finding: capitals if its letters are, small if they are.
pub fn turn(text: &mut [u8], finding: &Finding, stream: &Stream) {
    let flags = &stream.flags[finding.start..finding.end];
    let has_capital = flags.iter().any(|flags| flags & CAPITAL != 0);
    let has_small = flags.iter().any(|flags| flags & (CAPITAL | LETTER) == LETTER);
    match (has_capital, has_small) {
        (true, false) => text.make_ascii_uppercase(),
        (false, true) => text.make_ascii_lowercase(),
        _ => {}
    }
}

/// Runs of elements between wraps.
fn parts(finding: &Finding, stream: &Stream) -> impl Iterator<Item = (usize, usize)> {
    let end = finding.end;
    let mut from = finding.start;
    core::iter::from_fn(move || {
        if from >= end {
            return None;
        }
        let behind = (from + 1..end).find(|at| stream.gaps[*at] & WRAP != 0).unwrap_or(end);
        let part = (from, behind);
        from = behind;
        Some(part)
    })
}
