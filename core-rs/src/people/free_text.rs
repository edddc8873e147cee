//! Free text: other words of about the same length, with its structure kept (docs/internals/people.md, "Free text").

use super::draw::Case;
use super::lists::TextWords;
use crate::hash::HmacSha256;
use crate::text::count_characters;

/// Characters of the longest reference that is replaced character by character.
const REFERENCE_MAX: usize = 35;
/// Characters of the longest word between slashes.
const CODE_MAX: usize = 16;

/// Bytes without end, made of a seed.
struct Stream<'key> {
    hmac: &'key HmacSha256,
    seed: [u8; 32],
    block: [u8; 32],
    /// Bytes that were given out.
    taken: usize,
}

impl Stream<'_> {
    fn next(&mut self) -> u8 {
        let index = self.taken % 32;
        if index == 0 {
            let counter = (self.taken / 32) as u32;
            self.block = self.hmac.of(&[&self.seed, &counter.to_be_bytes()]);
        }
        self.taken += 1;
        self.block[index]
    }

    /// A number below `count`, all alike.
    fn below(&mut self, count: u8) -> u8 {
        let limit = u8::MAX / count * count;
        loop {
            let byte = self.next();
            if byte < limit {
                return byte % count;
            }
        }
    }
}

/// Appends another text for a value, in UTF-8, and its canonical form.
pub fn write_text(text: &[u8], canonical: &[u8], case: Case, hmac: &HmacSha256, out: &mut Vec<u8>) {
    let seed = hmac.of(&[canonical]);
    let mut writer =
        Writer { words: TextWords::load(), stream: Stream { hmac, seed, block: [0; 32], taken: 0 }, case, out };
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        if index > 0 {
            writer.out.push(b'\n');
        }
        writer.line(line);
    }
}

struct Writer<'call> {
    words: &'static TextWords,
    stream: Stream<'call>,
    case: Case,
    out: &'call mut Vec<u8>,
}

impl Writer<'_> {
    fn line(&mut self, line: &[u8]) {
        let mut start = 0;
        let mut at = 0;
        while at < line.len() {
            // What follows structure, or begins a line, is behind no letter.
            let is_open = at == start || !line[at - 1].is_ascii_alphanumeric();
            let length = structure_length(self.words, &line[at..], at == 0, is_open);
            if length == 0 {
                at += 1;
                continue;
            }
            self.span(&line[start..at]);
            self.out.extend_from_slice(&line[at..at + length]);
            at += length;
            start = at;
        }
        self.span(&line[start..]);
    }

    fn span(&mut self, span: &[u8]) {
        if !span.iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii()) {
            self.out.extend(span.iter().filter(|byte| !byte.is_ascii_control()));
            return;
        }
        let front = span.iter().take_while(|byte| **byte == b' ').count();
        let behind = span.iter().rev().take_while(|byte| **byte == b' ').count();
        let inside = &span[front..span.len() - behind];
        self.out.extend_from_slice(&span[..front]);
        if is_reference(inside) {
            self.reference(inside);
        } else {
            self.words(count_characters(inside));
        }
        self.out.extend_from_slice(&span[span.len() - behind..]);
    }

    fn reference(&mut self, reference: &[u8]) {
        for character in reference {
            let drawn = match character {
                b'0'..=b'9' => b'0' + self.stream.below(10),
                b'A'..=b'Z' => b'A' + self.stream.below(26),
                b'a'..=b'z' => b'a' + self.stream.below(26),
                other => *other,
            };
            self.out.push(drawn);
        }
    }

    /// Words of at most `max` characters together, one at least, which may be cut.
    fn words(&mut self, max: usize) {
        let start = self.out.len();
        let first = self.word();
        self.out.extend_from_slice(&first[..first.len().min(max)]);
        loop {
            let word = self.word();
            if self.out.len() - start + 1 + word.len() > max {
                break;
            }
            self.out.push(b' ');
            self.out.extend_from_slice(word);
        }
        match self.case {
            Case::Mixed => self.out[start..=start].make_ascii_uppercase(),
            Case::Upper => self.out[start..].make_ascii_uppercase(),
            Case::Lower => {}
        }
    }

    fn word(&mut self) -> &'static [u8] {
        let index = usize::from(self.stream.next());
        self.words.neutral.get(index).copied().unwrap_or("text").as_bytes()
    }
}

/// Bytes of the structure that a text begins with; 0 for none.
fn structure_length(words: &TextWords, text: &[u8], is_line: bool, is_open: bool) -> usize {
    match text {
        [b'/', b'/', ..] if is_line => 2,
        [b'/', rest @ ..] => match rest.iter().take(CODE_MAX).position(|byte| *byte == b'/') {
            Some(length) if has(&words.codes, &rest[..length]) => length + 2,
            _ => 0,
        },
        [b'?', b'0'..=b'9', b'0'..=b'9', ..] => 3,
        [_, _, _, b'+', ..] if is_open && has(&words.sepa, &text[..3]) => 4,
        [_, _, _, _, b'+', ..] if is_open && has(&words.sepa, &text[..4]) => 5,
        _ => 0,
    }
}

fn has(words: &super::lists::WordSet, word: &[u8]) -> bool {
    core::str::from_utf8(word).is_ok_and(|word| words.contains(word))
}

/// At most 35 of `[A-Za-z0-9./_-]`, a digit among them.
fn is_reference(text: &[u8]) -> bool {
    text.len() <= REFERENCE_MAX
        && text.iter().any(u8::is_ascii_digit)
        && text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"./_-".contains(byte))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::unicode::Unicode;

    fn written(text: &str) -> String {
        let hmac = HmacSha256::new(&[1; 32]).unwrap();
        let mut out = Vec::new();
        let case = Case::of(text.as_bytes(), Unicode::load().unwrap());
        write_text(text.as_bytes(), text.as_bytes(), case, &hmac, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn structure_stays() {
        let text = written("/INV/RE-2024/0815/ROC/ paid by Ottilie \n//more for you?20EREF+AB12?21 Zoë");
        let mut parts = text.split(['\n', '?']);
        let first = parts.next().unwrap();
        assert!(first.starts_with("/INV/") && &first[17..22] == "/ROC/" && &first[7..8] == "-", "{first}");
        assert!(parts.next().unwrap().starts_with("//"));
        assert!(parts.next().unwrap().starts_with("20EREF+"));
        assert!(parts.next().unwrap().starts_with("21 "));
        assert!(!text.contains("Ottilie") && !text.contains("AB12"));
    }

    #[test]
    fn case_and_marks() {
        assert_eq!(written("--- \t"), "--- ");
        assert!(written("PAID IN FULL").bytes().all(|byte| !byte.is_ascii_lowercase()));
        assert!(written("Paid in full").starts_with(|first: char| first.is_ascii_uppercase()));
    }

    proptest! {
        #[test]
        fn never_longer(text in "([/A-Z]{0,6}|EREF\\+|/INV/|\\?[0-9]{2}|[ -~\n\té]{0,12}){0,8}") {
            let out = written(&text);
            prop_assert!(out.chars().count() <= text.chars().count());
            prop_assert_eq!(out.split('\n').count(), text.split('\n').count());
        }
    }
}
