//! Whether a text spells a name of the dictionary at a letter.

use super::dictionary::{
    APART, CORE, Dictionary, INITIAL, LEGAL, ORGANISATION, SINGLE, Spelling, Variant, WITH_COMMA, WORD,
};
use super::evidence::{bits_of, word_before};
use super::stream::{AMPERSAND, APOSTROPHE, CAPITAL, COMMA, CUT, DOT, DROPPED, HYPHEN, PAREN, SPACE, Stream, WRAP};
use super::words::{ARTICLE, COMMON, SALUTATION};

/// Characters in a gap between words of a name, and within a word.
const GAP_MAX: u32 = 4;
const INSIDE_MAX: u32 = 1;
/// Letters of a name cut within a word, and behind one.
const CUT_INSIDE: usize = 16;
const CUT_BEHIND: usize = 20;
/// Letters of a family name that may stand alone.
const ALONE_MIN: usize = 3;

/// A name that was found.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// The element behind it.
    pub end: usize,
    /// Whose name it is.
    pub owner: u32,
    /// How it is spelled.
    pub variant: Variant,
}

/// The longest spelling at an element that begins a word.
#[must_use]
pub fn find_at(stream: &Stream, at: usize, dictionary: &Dictionary) -> Option<Named> {
    let mut second = at + 1;
    while second < stream.len() && stream.flags[second] & DROPPED != 0 {
        second += 1;
    }
    if second >= stream.len() {
        return None;
    }
    let mut found: Option<Named> = None;
    for spelling in dictionary.names(stream.codes[at], stream.codes[second]) {
        let Some((end, is_whole)) = matched(stream, at, dictionary, spelling) else { continue };
        let variant = if is_whole { spelling.variant } else { Variant::Cut };
        let is_better = match found {
            None => true,
            Some(known) if end == known.end => {
                variant != Variant::Cut && (variant, spelling.owner) < (known.variant, known.owner)
            }
            Some(known) => end > known.end,
        };
        if is_better && is_evident(stream, at, end, dictionary, spelling, variant) {
            found = Some(Named { end, owner: spelling.owner, variant });
        }
    }
    found
}

/// Where the letters of a spelling that begin at `at` end, with a word, and whether they are all there; or where it is cut at its end.
fn matched(stream: &Stream, at: usize, dictionary: &Dictionary, spelling: &Spelling) -> Option<(usize, bool)> {
    let (letters, marks) = (&dictionary.letters, &dictionary.marks);
    let is_organisation = spelling.traits & ORGANISATION != 0;
    if marks[spelling.from] & INITIAL != 0 && stream.flags[at] & CAPITAL == 0 {
        return None;
    }
    let mut to = at + 1;
    let mut words = 1;
    for place in spelling.from + 1..spelling.to {
        let mut gap = 0;
        let mut count = 0;
        let before = to;
        while to < stream.len() && stream.flags[to] & DROPPED != 0 {
            gap |= stream.gaps[to];
            count += u32::from(stream.counts[to]);
            to += 1;
        }
        let own = marks[place];
        if to < stream.len() {
            gap |= stream.gaps[to];
            count += u32::from(stream.counts[to]);
        }
        if to >= stream.len()
            || stream.codes[to] != letters[place]
            || !gap_allowed(gap & !CUT, count, own, is_organisation)
        {
            return cut(stream, before, place - spelling.from, own, words, spelling.variant);
        }
        if own & INITIAL != 0 && stream.flags[to] & CAPITAL == 0 {
            return None;
        }
        if own & WORD != 0 {
            words += 1;
        }
        to += 1;
    }
    while to < stream.len() && stream.gaps[to] == 0 && stream.flags[to] & DROPPED != 0 {
        to += 1;
    }
    if !stream.is_edge(to) {
        return None;
    }
    Some((to, true))
}

fn cut(
    stream: &Stream,
    end: usize,
    letters: usize,
    marks: u8,
    words: usize,
    variant: Variant,
) -> Option<(usize, bool)> {
    if !matches!(variant, Variant::Full | Variant::Short) {
        return None;
    }
    let mut at = end;
    while at < stream.len() && stream.gaps[at] == 0 && stream.flags[at] & DROPPED != 0 {
        at += 1;
    }
    if !stream.is_edge(at) || marks & LEGAL != 0 {
        return None;
    }
    let is_enough = if marks & WORD == 0 { letters >= CUT_INSIDE } else { letters >= CUT_BEHIND && words > 1 };
    is_enough.then_some((at, false))
}

/// Whether what stands there is the name and no other word.
fn is_evident(
    stream: &Stream,
    at: usize,
    end: usize,
    dictionary: &Dictionary,
    spelling: &Spelling,
    variant: Variant,
) -> bool {
    if variant == Variant::InitialsFirst {
        // A vowel alone is a word in most languages.
        return !b"aeiouy".iter().any(|vowel| u32::from(*vowel) == stream.codes[at]) || stream.gap(at + 1) & DOT != 0;
    }
    // `Weber, C.F.` may be a name and an abbreviation.
    if variant == Variant::InitialsLast && is_abbreviation(stream, end) {
        return false;
    }
    let is_single = spelling.traits & SINGLE != 0;
    if variant != Variant::Family && !is_single {
        return true;
    }
    let before = word_before(stream, at);
    if before & SALUTATION != 0 {
        return true;
    }
    let core = core_of(stream, at, dictionary, spelling);
    if !stream.is_capital(core) {
        return false;
    }
    if !is_single {
        return true;
    }
    if end < core + ALONE_MIN || before & ARTICLE != 0 {
        return false;
    }
    bits_of(stream, core, end) & COMMON == 0
}

/// Whether one more letter with full stops follows the one in front of an element.
fn is_abbreviation(stream: &Stream, end: usize) -> bool {
    end < stream.len() && stream.gaps[end] == DOT && stream.is_letter(end) && stream.is_edge(end + 1)
}

/// The element at which the first word that is no particle begins.
fn core_of(stream: &Stream, at: usize, dictionary: &Dictionary, spelling: &Spelling) -> usize {
    let mut to = at;
    let mut place = spelling.from;
    while dictionary.marks[place] & CORE == 0 && place + 1 < spelling.to {
        to += 1;
        while to < stream.len() && stream.flags[to] & DROPPED != 0 {
            to += 1;
        }
        place += 1;
    }
    to.min(stream.len().saturating_sub(1))
}

fn gap_allowed(gap: u16, count: u32, marks: u8, is_organisation: bool) -> bool {
    if gap == 0 {
        return marks & APART == 0;
    }
    if gap == WRAP {
        return true;
    }
    if marks & WORD != 0 {
        let mut allowed = WRAP | SPACE | HYPHEN | DOT | APOSTROPHE;
        if is_organisation {
            allowed |= AMPERSAND | PAREN;
        }
        if marks & WITH_COMMA != 0 {
            allowed |= COMMA;
        }
        return gap & !allowed == 0 && count <= GAP_MAX;
    }
    let allowed = if marks & LEGAL != 0 { WRAP | APOSTROPHE | DOT } else { WRAP | APOSTROPHE };
    gap & !allowed == 0 && count <= INSIDE_MAX
}
