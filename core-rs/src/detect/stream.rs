//! A text as the detector reads it: its letters and digits side by side, and what stands between them.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::words::is_dropped;
use crate::people::lists::{TextWords, WordHasher};
use crate::text::count_characters;
use crate::text::reading::read_as;
use crate::text::unicode::Unicode;

/// What stands in the gap in front of a letter or digit: a line break or a subfield that goes on.
pub const WRAP: u16 = 1;
/// White space.
pub const SPACE: u16 = 2;
/// A hyphen or underscore.
pub const HYPHEN: u16 = 4;
/// A full stop.
pub const DOT: u16 = 8;
/// A slash.
pub const SLASH: u16 = 16;
/// A comma.
pub const COMMA: u16 = 32;
/// An apostrophe.
pub const APOSTROPHE: u16 = 64;
/// `&` or `+`.
pub const AMPERSAND: u16 = 128;
/// A bracket.
pub const PAREN: u16 = 256;
/// Anything else.
pub const OTHER: u16 = 512;
/// An empty line.
pub const BLANK: u16 = 1024;
/// The wrap may stand inside a word.
pub const CUT: u16 = 2048;
/// A subfield begins.
pub const FIELD: u16 = 4096;

/// The letter is a capital.
pub const CAPITAL: u8 = 1;
/// Counts for nothing in a name: the second letter of an umlaut.
pub const DROPPED: u8 = 2;
/// First letter of a SEPA code in front of its plus sign.
pub const CODE: u8 = 4;
/// A digit.
pub const DIGIT: u8 = 8;
/// A letter.
pub const LETTER: u8 = 16;

/// Lengths of lines at which messages cut, words or not.
const LINE_LENGTHS: [usize; 2] = [35, 65];

/// The gap that an ASCII character makes; 0 for a letter or digit.
static GAP_OF_ASCII: [u16; 128] = {
    let mut table = [OTHER; 128];
    let mut code = 0_u8;
    while code < 128 {
        table[code as usize] = match code {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => 0,
            b' ' | b'\t' => SPACE,
            b'-' | b'_' => HYPHEN,
            b'.' => DOT,
            b'/' => SLASH,
            b',' => COMMA,
            b'\'' | b'`' => APOSTROPHE,
            b'&' | b'+' => AMPERSAND,
            b'(' | b')' => PAREN,
            _ => OTHER,
        };
        code += 1;
    }
    table
};

/// The code and the flags of an ASCII letter or digit; no flags for all else.
static ASCII: [[u8; 2]; 256] = {
    let mut table = [[0; 2]; 256];
    let mut code = 0_u8;
    while code < 128 {
        table[code as usize] = match code {
            b'0'..=b'9' => [code, DIGIT],
            b'A'..=b'Z' => [code + 32, LETTER | CAPITAL],
            b'a'..=b'z' => [code, LETTER],
            _ => [0; 2],
        };
        code += 1;
    }
    table
};

/// Bits of a word of a map.
const BITS: usize = u64::BITS as usize;

/// What a character beyond ASCII is read as.
#[derive(Clone, Copy, Debug, Default)]
struct Folded {
    gap: u16,
    letters: [u32; FOLDED_MAX],
    length: usize,
    flags: u8,
}

/// Letters that one character is read as at most.
const FOLDED_MAX: usize = 12;

impl Folded {
    fn sign(gap: u16) -> Self {
        Self { gap, ..Self::default() }
    }

    fn letter(letters: &[u32], flags: u8) -> Self {
        let mut folded = Self { flags, ..Self::default() };
        for (place, letter) in folded.letters.iter_mut().zip(letters) {
            *place = *letter;
            folded.length += 1;
        }
        folded
    }
}

/// A subfield's number, the place behind it, and where a line begins inside of it.
#[derive(Clone, Copy)]
struct Field {
    number: u32,
    end: usize,
    line: Option<usize>,
}

/// The gap that is being read.
#[derive(Clone, Copy, Default)]
struct Gap {
    flags: u16,
    count: u8,
    lines: u32,
}

impl Gap {
    fn add(&mut self, flags: u16) {
        self.flags |= flags;
        self.count = self.count.saturating_add(1);
    }
}

/// Reused for every text.
pub struct Stream {
    /// Letters as small ASCII letters, marks off; digits; other letters as they fold.
    pub codes: Vec<u32>,
    /// First byte of the text that an element stands for.
    pub starts: Vec<u32>,
    /// Behind its last byte, marks behind it included.
    pub ends: Vec<u32>,
    /// What stands in front of an element; one more for what stands behind the last.
    pub gaps: Vec<u16>,
    /// How many characters of the gap are no wrap.
    pub counts: Vec<u8>,
    /// What an element is.
    pub flags: Vec<u8>,
    /// From and to which byte each at sign stands.
    pub ats: Vec<(usize, usize)>,
    /// Whether all lines but the last are cut at the same length.
    pub all_cut: bool,
    /// A bit for each element that is a digit, and for each in front of which a gap or a code begins: most places are passed over by them.
    digits: Vec<u64>,
    edges: Vec<u64>,
    /// Elements that were read so far; the lists are longer until the text is at its end.
    read: usize,
    unicode: &'static Unicode,
    folded: HashMap<char, Folded, BuildHasherDefault<WordHasher>>,
}

impl Stream {
    /// An empty one.
    #[must_use]
    pub fn new(unicode: &'static Unicode) -> Self {
        Self {
            codes: Vec::new(),
            starts: Vec::new(),
            ends: Vec::new(),
            gaps: Vec::new(),
            counts: Vec::new(),
            flags: Vec::new(),
            ats: Vec::new(),
            all_cut: true,
            digits: Vec::new(),
            edges: Vec::new(),
            read: 0,
            unicode,
            folded: HashMap::default(),
        }
    }

    /// Changes places with another one; what characters fold to stays with the one that knows it.
    pub fn swap(&mut self, other: &mut Self) {
        core::mem::swap(self, other);
        core::mem::swap(&mut self.folded, &mut other.folded);
    }

    /// Count of elements.
    #[must_use]
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether the text has no letter or digit.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// Reads a text, which is valid UTF-8.
    pub fn read(&mut self, text: &[u8]) {
        self.clear();
        self.make_room(text.len());
        self.all_cut = true;
        let mut gap = Gap::default();
        let mut line_start = 0;
        let mut has_fields = None;
        let mut at = 0;
        while at < text.len() {
            let byte = text[at];
            if byte >= 0x80 {
                at = self.read_wide(text, at, &mut gap);
                continue;
            }
            let own = GAP_OF_ASCII[usize::from(byte)];
            if own == 0 {
                at = self.read_run(text, at, gap);
                gap = Gap::default();
                continue;
            }
            match byte {
                b'\n' | b'\r' => {
                    let length = count_characters(&text[line_start..at]);
                    at += if text[at..].starts_with(b"\r\n") { 2 } else { 1 };
                    gap.flags |= if gap.lines == 0 { WRAP } else { WRAP | BLANK };
                    gap.lines += 1;
                    line_start = at;
                    if text[at..].starts_with(b"//") {
                        at += 2;
                    }
                    if LINE_LENGTHS.contains(&length) {
                        gap.flags |= CUT;
                    } else if text.get(line_start).is_some_and(|next| *next != b'/') {
                        self.all_cut = false;
                    }
                    continue;
                }
                b'?' => {
                    if let Some(field) = field_at(text, at)
                        && *has_fields.get_or_insert_with(|| has_two_fields(text, at, field))
                    {
                        if continues(field.number) {
                            gap.flags |= WRAP | CUT;
                        } else {
                            gap.add(OTHER | FIELD);
                        }
                        line_start = field.line.unwrap_or(line_start);
                        at = field.end;
                        continue;
                    }
                }
                b'@' => self.ats.push((at, at + 1)),
                b')' if self.is_at(text, at, gap.flags) => self.ats.push((at - 3, at + 1)),
                b'+' if gap.flags & !(WRAP | CUT) == 0 => self.mark_code(),
                _ => {}
            }
            gap.add(own);
            at += 1;
        }
        let length = self.read;
        for list in [&mut self.codes, &mut self.starts, &mut self.ends] {
            list.truncate(length);
        }
        self.flags.truncate(length);
        self.gaps.truncate(length + 1);
        self.counts.truncate(length + 1);
        self.gaps[length] = if gap.flags == 0 { OTHER } else { gap.flags };
        self.counts[length] = gap.count;
        self.edges[length / BITS] |= 1 << (length % BITS);
    }

    fn clear(&mut self) {
        for list in [&mut self.codes, &mut self.starts, &mut self.ends] {
            list.clear();
        }
        self.gaps.clear();
        self.counts.clear();
        self.flags.clear();
        self.ats.clear();
        self.digits.clear();
        self.edges.clear();
        self.read = 0;
    }

    /// Room for so many elements more and for the gap at the end.
    fn make_room(&mut self, elements: usize) {
        let room = self.read + elements + 1;
        if room <= self.gaps.len() {
            return;
        }
        for list in [&mut self.codes, &mut self.starts, &mut self.ends] {
            list.resize(room, 0);
        }
        self.gaps.resize(room, 0);
        self.counts.resize(room, 0);
        self.flags.resize(room, 0);
        let words = room / BITS + 1;
        self.digits.resize(words, 0);
        self.edges.resize(words, 0);
    }

    /// The ASCII letters and digits from `at` on, with a gap in front; returns the place behind them.
    fn read_run(&mut self, text: &[u8], at: usize, gap: Gap) -> usize {
        let from = self.read;
        let mut before = if from == 0 { 0 } else { self.codes[from - 1] };
        self.gaps[from] = gap.flags;
        self.counts[from] = gap.count;
        if gap.flags != 0 {
            self.edges[from / BITS] |= 1 << (from % BITS);
        }
        let elements = (self.codes[from..].iter_mut().zip(&mut self.starts[from..]))
            .zip(self.ends[from..].iter_mut().zip(&mut self.flags[from..]));
        let mut place = at;
        let mut element = from;
        for (byte, ((code, start), (end, flags))) in text[at..].iter().zip(elements) {
            let [own, traits] = ASCII[usize::from(*byte)];
            if traits == 0 {
                break;
            }
            let own = u32::from(own);
            let dropped = if is_dropped(before, own) { DROPPED } else { 0 };
            before = own;
            *code = own;
            *flags = traits | dropped;
            *start = place as u32;
            place += 1;
            *end = place as u32;
            if traits & DIGIT != 0 {
                self.digits[element / BITS] |= 1 << (element % BITS);
            }
            element += 1;
        }
        self.read = element;
        place
    }

    /// A character beyond ASCII; returns the place behind it.
    fn read_wide(&mut self, text: &[u8], at: usize, gap: &mut Gap) -> usize {
        let length = text[at..].iter().skip(1).take_while(|byte| **byte & 0xc0 == 0x80).count() + 1;
        let end = at + length;
        let Some(character) = core::str::from_utf8(&text[at..end]).ok().and_then(|text| text.chars().next()) else {
            return end;
        };
        let unicode = self.unicode;
        let Folded { gap: own, letters, length, flags } =
            *self.folded.entry(character).or_insert_with(|| folded(character, unicode));
        if own != 0 {
            gap.add(own);
        } else if length == 0 {
            // A mark belongs to the letter that it stands on.
            if gap.flags == 0
                && let Some(last) = self.read.checked_sub(1).and_then(|last| self.ends.get_mut(last))
            {
                *last = end as u32;
            }
        } else {
            self.make_room(length + text.len() - end);
            for letter in letters.into_iter().take(length) {
                self.push(letter, flags, (at, end), *gap);
                *gap = Gap::default();
            }
        }
        end
    }

    #[inline]
    fn push(&mut self, code: u32, flags: u8, (start, end): (usize, usize), gap: Gap) {
        let at = self.read;
        let dropped = at > 0 && is_dropped(self.codes[at - 1], code);
        self.codes[at] = code;
        self.starts[at] = start as u32;
        self.ends[at] = end as u32;
        self.gaps[at] = gap.flags;
        self.counts[at] = gap.count;
        self.flags[at] = if dropped { flags | DROPPED } else { flags };
        let bit = 1 << (at % BITS);
        if flags & DIGIT != 0 {
            self.digits[at / BITS] |= bit;
        }
        if gap.flags != 0 {
            self.edges[at / BITS] |= bit;
        }
        self.read = at + 1;
    }

    /// Whether the closing bracket at `at` ends `(at)`; `gap` is what stands between the last letter and it.
    fn is_at(&self, text: &[u8], at: usize, gap: u16) -> bool {
        let length = self.read;
        gap == 0
            && length >= 2
            && self.codes[length - 1] == u32::from(b't')
            && self.codes[length - 2] == u32::from(b'a')
            && self.gaps[length - 1] == 0
            && self.ends[length - 1] as usize == at
            && self.starts[length - 2] as usize + 2 == at
            && at >= 3
            && text[at - 3] == b'('
    }

    /// The plus sign behind the last element may end a SEPA code, which begins a new part of the text even within a word.
    fn mark_code(&mut self) {
        let length = self.read;
        for count in [4, 3] {
            let Some(from) = length.checked_sub(count) else { continue };
            let mut word = [0; 4];
            let mut size = 0;
            for index in from..length {
                let is_joined = index == from || self.gaps[index] & !(WRAP | CUT) == 0;
                let code = u8::try_from(self.codes[index]).unwrap_or(0);
                if self.flags[index] & CAPITAL == 0 || !is_joined || !code.is_ascii_lowercase() {
                    break;
                }
                word[size] = code - 32;
                size += 1;
            }
            if core::str::from_utf8(&word[..size]).is_ok_and(|word| TextWords::load().sepa.contains(word)) {
                self.flags[from] |= CODE;
                self.edges[from / BITS] |= 1 << (from % BITS);
                return;
            }
        }
    }

    /// Which of the 64 elements from one on are digits, the first in the lowest bit.
    #[inline]
    #[must_use]
    pub fn digits_at(&self, at: usize) -> u64 {
        window(&self.digits, at)
    }

    /// As [`Self::digits_at`]: in front of which a gap stands or a code begins, and the end of the text.
    #[inline]
    #[must_use]
    pub fn edges_at(&self, at: usize) -> u64 {
        window(&self.edges, at)
    }

    /// What stands in front of an element.
    #[inline]
    #[must_use]
    pub fn gap(&self, at: usize) -> u16 {
        self.gaps.get(at).copied().unwrap_or(0)
    }

    /// Whether a word, a number or what is cut begins at an element; also at the end of the text.
    #[inline]
    #[must_use]
    pub fn is_edge(&self, at: usize) -> bool {
        at == 0 || at >= self.len() || self.gaps[at] != 0 || self.flags[at] & CODE != 0
    }

    /// Whether an element is a letter.
    #[must_use]
    pub fn is_letter(&self, at: usize) -> bool {
        self.flags[at] & LETTER != 0
    }

    /// Whether an element is a digit.
    #[inline]
    #[must_use]
    pub fn is_digit(&self, at: usize) -> bool {
        self.flags[at] & DIGIT != 0
    }

    /// Whether an element is a capital.
    #[must_use]
    pub fn is_capital(&self, at: usize) -> bool {
        self.flags[at] & CAPITAL != 0
    }

    /// The sign right in front of an element, or in front of the wrap there; 0 if there is none.
    #[must_use]
    pub fn sign_before(&self, text: &[u8], at: usize) -> u8 {
        let floor = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        let mut end = self.starts[at] as usize;
        while end > floor {
            let byte = text[end - 1];
            if byte == b'/' && end >= floor + 2 && text[end - 2] == b'/' && end >= 3 && text[end - 3] == b'\n' {
                end -= 2;
            } else if byte == b'\n' || byte == b'\r' {
                end -= 1;
            } else {
                return if byte < 0x80 { byte } else { b'?' };
            }
        }
        0
    }
}

fn window(bits: &[u64], at: usize) -> u64 {
    let (word, shift) = (at / BITS, at % BITS);
    let low = bits.get(word).copied().unwrap_or(0) >> shift;
    if shift == 0 { low } else { low | bits.get(word + 1).copied().unwrap_or(0) << (BITS - shift) }
}

/// The subfield at a question mark: two digits behind it, maybe with a line break inside.
fn field_at(text: &[u8], at: usize) -> Option<Field> {
    let mut end = at + 1;
    let mut number = 0;
    let mut line = None;
    for _ in 0..2 {
        if line.is_none() && text[end.min(text.len())..].starts_with(b"\r\n") {
            end += 1;
        }
        if line.is_none() && text.get(end) == Some(&b'\n') {
            end += 1;
            line = Some(end);
        }
        let digit = text.get(end).filter(|byte| byte.is_ascii_digit())?;
        number = 10 * number + u32::from(digit - b'0');
        end += 1;
    }
    matches!(number, 0 | 10 | 20..=34 | 60..=63).then_some(Field { number, end, line })
}

/// Whether a text with a subfield is made of them: three characters stand in front of it, it stands within a word, or there is another.
fn has_two_fields(text: &[u8], at: usize, field: Field) -> bool {
    let is_inside = at > 0 && field.end < text.len() && text[at - 1] != b' ' && text[field.end] != b' ';
    count_characters(&text[..at]) == 3
        || is_inside
        || (field.end..text.len()).any(|other| text[other] == b'?' && field_at(text, other).is_some())
}

/// Whether a subfield goes on with the text of the one in front of it.
fn continues(number: u32) -> bool {
    matches!(number, 21..=29 | 33 | 60..=63)
}

fn folded(character: char, unicode: &Unicode) -> Folded {
    let code = u32::from(character);
    match code {
        0x2bc | 0x2018 | 0x2019 | 0x201b => return Folded::sign(APOSTROPHE),
        0xad | 0x200b..=0x200f | 0x2060 | 0xfeff | 0xfe00..=0xfe0f => return Folded::default(),
        _ => {}
    }
    if unicode.combining_class(code) != 0 {
        return Folded::default();
    }
    if let Some(ascii) = read_as(character) {
        let (code, flags) = match ascii {
            b'0'..=b'9' => (ascii, DIGIT),
            b'A'..=b'Z' => (ascii + 32, LETTER | CAPITAL),
            b'a'..=b'z' => (ascii, LETTER),
            _ => return Folded::sign(GAP_OF_ASCII[usize::from(ascii)]),
        };
        return Folded::letter(&[u32::from(code)], flags);
    }
    if is_sign(code) {
        return Folded::sign(OTHER);
    }
    let mut letters = Vec::new();
    for part in unicode.folded(code) {
        match part {
            0xe6 => letters.extend([0x61, 0x65]),
            0x153 => letters.extend([0x6f, 0x65]),
            0xf8 => letters.push(0x6f),
            0x111 | 0xf0 => letters.push(0x64),
            0x127 => letters.push(0x68),
            0x131 => letters.push(0x69),
            0x142 => letters.push(0x6c),
            0x167 => letters.push(0x74),
            0xfe => letters.extend([0x74, 0x68]),
            _ if unicode.combining_class(part) == 0 => letters.push(part),
            _ => {}
        }
    }
    Folded::letter(&letters, if unicode.is_capital(code) { LETTER | CAPITAL } else { LETTER })
}

/// Punctuation, symbols, and what is of no script.
fn is_sign(code: u32) -> bool {
    match code {
        0..0xc0 => !matches!(code, 0xaa | 0xb5 | 0xba),
        0xd7
        | 0xf7
        | 0x2000..=0x2bff
        | 0x2e00..=0x2e7f
        | 0x3000..=0x3030
        | 0xe000..=0xf8ff
        | 0xfe00..=0xfe6f
        | 0xff00..=0xffff
        | 0x1f000..=0x1faff => true,
        _ => code >= 0xe0000,
    }
}
