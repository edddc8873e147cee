//! Pseudonyms of parties: which lists a name is drawn from, and the draw (docs/internals/people.md, "Names").

use std::borrow::Cow;

use super::form::is_form_of;
use super::lists::{Forms, Legal, Locale, Marks, Names, Role, all_locales, locales_of};
use super::lot::Lot;
use crate::text::unicode::Unicode;

/// The longest pseudonym, so that it stands in Nm and, behind `1/`, in a line of SWIFT text alike.
pub const LENGTH_MAX: usize = 33;
/// Words of the longest legal form, an `&` among them.
const LEGAL_WORDS: usize = 6;
/// Letters of a legal form that is one wherever it stands.
const LEGAL_INSIDE: usize = 3;
/// Characters of the code that keeps equal names apart.
const CODE_LENGTH: usize = 6;

/// What of a person or an organisation is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A person or an organisation, as the words tell.
    Party,
    /// An organisation.
    Organisation,
    /// Given names of a person.
    Given,
    /// The family name of a person.
    Family,
}

/// A name as its canonical form tells it.
#[derive(Debug)]
pub struct Party<'name> {
    sort: Named,
    name: &'name str,
    legal: Option<Legal>,
    locales: u32,
    /// Of the first given name; `None` if it tells nothing.
    is_female: Option<bool>,
}

impl<'name> Party<'name> {
    /// The party of a canonical form. A pure function of it: no path says whether a person stands there.
    #[must_use]
    pub fn of(sort: Named, name: &'name str, forms: &Forms, names: &Names) -> Self {
        let is_party = matches!(sort, Named::Party | Named::Organisation);
        let mut count = Count::default();
        let mut votes = None;
        let (mut may_be_legal, mut is_firm) = (false, false);
        for word in words(name) {
            let marks = names.marks(word);
            let given = marks.female | marks.male;
            count.add(match sort {
                Named::Given => given,
                Named::Family => marks.family,
                Named::Party | Named::Organisation => given | marks.family,
            });
            if votes.is_none() && given != 0 {
                votes = Some(marks);
            }
            may_be_legal |= word == "&" || marks.has(Role::LegalEnd);
            is_firm |= is_of_firm(word) || marks.has(Role::Organisation);
        }
        let legal = if is_party && may_be_legal { legal_of(&words(name).collect::<Vec<_>>(), forms) } else { None };
        let sort = if sort == Named::Party && (legal.is_some() || is_firm) { Named::Organisation } else { sort };
        let group = || legal.and_then(|legal| legal.group).map_or(0, locales_of);
        let locales = Some(count.most())
            .filter(|mask| *mask != 0)
            .or_else(|| Some(group()).filter(|mask| *mask != 0))
            .unwrap_or_else(|| all_locales().max(1));
        Self { sort, name, legal, locales, is_female: votes.and_then(sex_of) }
    }

    /// Writes another party's name for a lot, over what was there; `false` if it has a word of this one's.
    #[must_use]
    pub fn draw(&self, names: &Names, lot: &mut Lot, out: &mut String) -> bool {
        let locale = &names.locales[lot.bit(self.locales)];
        let words = match self.sort {
            Named::Party => {
                let given = self.given(locale, lot);
                let [first, second] = lot.two_entries(given);
                [first, second, lot.entry(&locale.family)]
            }
            Named::Organisation => self.draw_organisation(locale, lot),
            Named::Given => {
                let given = self.given(locale, lot);
                let is_one = !self.name.contains(' ');
                if is_one { [lot.entry(given), "", ""] } else { with_none(lot.two_entries(given)) }
            }
            Named::Family => [lot.entry(&locale.family), "", ""],
        };
        out.clear();
        let written = words.into_iter().filter(|word| !word.is_empty());
        for word in written.clone().chain(self.legal.map(|legal| legal.display)) {
            push_word(word, out);
        }
        !written.flat_map(parts).any(|word| has_form(self.name, word))
    }

    fn given<'list>(&self, locale: &'list Locale, lot: &mut Lot) -> &'list [&'static str] {
        let is_female = self.is_female.unwrap_or_else(|| lot.take_of::<2>() == 0);
        if is_female { &locale.female } else { &locale.male }
    }

    fn draw_organisation(&self, locale: &Locale, lot: &mut Lot) -> [&'static str; 3] {
        let [first, second] = lot.two_entries(&locale.short_family);
        let business = lot.entry(&locale.business);
        let legal = self.legal.map_or(0, |legal| 1 + legal.display.len());
        let is_long = first.len() + second.len() + business.len() + 2 + legal > LENGTH_MAX;
        [first, second, if is_long { "" } else { business }]
    }
}

fn with_none([first, second]: [&'static str; 2]) -> [&'static str; 3] {
    [first, second, ""]
}

/// More locales have a woman's name than a man's, or fewer.
fn sex_of(marks: Marks) -> Option<bool> {
    let (female, male) = (marks.female.count_ones(), marks.male.count_ones());
    (female != male).then_some(female > male)
}

/// Whether a name form is that of an organisation.
#[must_use]
pub fn is_organisation(name: &str, forms: &Forms) -> bool {
    let words: Vec<&str> = words(name).collect();
    words.iter().any(|word| is_of_firm(word) || forms.has(Role::Organisation, word))
        || legal_of(&words, forms).is_some()
}

/// Whether a word has a digit or is `&`, which no name of a person has.
fn is_of_firm(word: &str) -> bool {
    word == "&" || word.bytes().any(|byte| byte.is_ascii_digit())
}

/// The legal form that stands last in a name, not at its beginning. One of two letters counts at the very end alone, and none behind
/// a particle, where it is part of a family name (de Sa).
fn legal_of(words: &[&str], forms: &Forms) -> Option<Legal> {
    let find = |start: usize, end: usize| {
        let form: Vec<&str> = words[start..end].iter().copied().filter(|word| *word != "&").collect();
        let joined = if let [word] = form.as_slice() { Cow::Borrowed(*word) } else { Cow::Owned(form.join(" ")) };
        if end < words.len() && joined.len() < LEGAL_INSIDE { None } else { forms.legal(&joined) }
    };
    (2..=words.len())
        .rev()
        .filter(|end| words[end - 1] == "&" || forms.has(Role::LegalEnd, words[end - 1]))
        .flat_map(|end| (1..=LEGAL_WORDS.min(end - 1)).rev().map(move |count| (end - count, end)))
        .filter(|(start, _)| !forms.has(Role::Particle, words[start - 1]))
        .find_map(|(start, end)| find(start, end))
}

/// Counts masks bit by bit, all 32 side by side: plane i holds bit i of each count. A name has fewer than 2^17 words.
#[derive(Default)]
struct Count([u32; 17]);

impl Count {
    fn add(&mut self, mask: u32) {
        let mut carry = mask;
        for plane in &mut self.0 {
            if carry == 0 {
                return;
            }
            (*plane, carry) = (*plane ^ carry, *plane & carry);
        }
    }

    /// The bits with the highest count; none if that is 0.
    fn most(&self) -> u32 {
        let planes = self.0.iter().rev();
        planes.fold(0, |best, plane| if best == 0 { *plane } else { narrowed(best, *plane) })
    }
}

fn narrowed(mask: u32, plane: u32) -> u32 {
    if mask & plane == 0 { mask } else { mask & plane }
}

/// The words of a form, which are what stands between its spaces. Searching bytes for a byte takes far less than searching a text
/// for a character, and words are short.
pub(super) fn words(form: &str) -> impl Iterator<Item = &str> {
    pieces(form, |byte| byte == b' ')
}

/// The words of an entry.
pub(super) fn parts(entry: &'static str) -> impl Iterator<Item = &'static str> {
    pieces(entry, |byte| matches!(byte, b' ' | b'-'))
}

fn pieces(text: &str, is_end: impl Fn(u8) -> bool) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let text = rest?;
        let end = text.bytes().position(&is_end);
        rest = end.and_then(|end| text.get(end + 1..));
        text.get(..end.unwrap_or(text.len()))
    })
}

/// Whether a word of the lists is, in its form, one of a canonical form.
pub(super) fn has_form(form: &str, word: &str) -> bool {
    own_word(form, word).is_some()
}

/// The word of a canonical form that a word of the lists is.
pub(super) fn own_word<'form>(form: &'form str, word: &str) -> Option<&'form str> {
    let initial = word.as_bytes().first().map(u8::to_ascii_lowercase);
    words(form).find(|own| own.as_bytes().first().copied() == initial && is_form_of(own, word))
}

/// Appends a word behind a space, if something stands in front of it.
pub(super) fn push_word(word: &str, out: &mut String) {
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(word);
}

/// Cuts a drawn name, which is ASCII, to `max` characters (0: no limit), with no space at its end.
pub fn cut(name: &mut String, max: usize) {
    if max > 0 && name.len() > max {
        name.truncate(max);
        name.truncate(name.trim_end_matches(' ').len());
    }
}

/// Puts the code of a lot behind a name, so that the whole has at most `max` characters (0: as many as a name has).
pub fn add_code(name: &mut String, code: u32, max: usize) {
    const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let max = if max == 0 { LENGTH_MAX } else { max.min(LENGTH_MAX) };
    cut(name, max.saturating_sub(CODE_LENGTH + 1));
    name.push(' ');
    name.extend(code_characters(CROCKFORD, u64::from(code), CODE_LENGTH).map(char::from));
}

/// The lowest bits of a number, five for each character, most significant first.
pub(super) fn code_characters(alphabet: &[u8; 32], code: u64, length: usize) -> impl Iterator<Item = u8> {
    (0..length).rev().map(move |index| alphabet[(code >> (5 * index)) as usize % alphabet.len()])
}

/// How the letters of a name are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// As in the lists.
    Mixed,
    /// All capitals.
    Upper,
    /// All small.
    Lower,
}

impl Case {
    /// Of a value: what its letters say. Beyond ASCII a capital is what folds to another character.
    #[must_use]
    pub fn of(text: &[u8], unicode: &Unicode) -> Self {
        let is_capital = |character: char| character.is_ascii_uppercase() || unicode.is_capital(u32::from(character));
        let has_capital = if text.is_ascii() {
            text.iter().any(u8::is_ascii_uppercase)
        } else {
            text.utf8_chunks().flat_map(|chunk| chunk.valid().chars()).any(is_capital)
        };
        match (has_capital, text.iter().any(u8::is_ascii_lowercase)) {
            (true, false) => Self::Upper,
            (false, true) => Self::Lower,
            _ => Self::Mixed,
        }
    }

    /// Writes ASCII letters so.
    pub fn apply(self, text: &mut str) {
        match self {
            Self::Mixed => {}
            Self::Upper => text.make_ascii_uppercase(),
            Self::Lower => text.make_ascii_lowercase(),
        }
    }
}

/// Appends a drawn name on so many lines with line feeds between them, words in order; a line for which there is none is `X`.
pub fn write_lines(name: &str, lines: usize, out: &mut Vec<u8>) {
    if lines < 2 {
        out.extend_from_slice(name.as_bytes());
        return;
    }
    let mut words = name.split(' ');
    let mut left = words.clone().count();
    for line in 0..lines {
        if line > 0 {
            out.push(b'\n');
        }
        let count = left.div_ceil(lines - line);
        if count == 0 {
            out.push(b'X');
        }
        for (index, word) in words.by_ref().take(count).enumerate() {
            if index > 0 {
                out.push(b' ');
            }
            out.extend_from_slice(word.as_bytes());
        }
        left -= count;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parties() {
        let (forms, names) = (Forms::load(), Names::load());
        let party = |named, name| Party::of(named, name, forms, names);
        let firm = party(Named::Party, "meunier sarl");
        assert_eq!((firm.sort, firm.legal.unwrap().display), (Named::Organisation, "Sarl"));
        assert_eq!(party(Named::Party, "meunier sarl &").legal.unwrap().display, "Sarl");
        assert_eq!(party(Named::Party, "maria de sa").sort, Named::Party);
        assert_eq!(party(Named::Party, "ottilie").is_female, Some(true));
        assert_eq!(party(Named::Organisation, "ottilie meunier").sort, Named::Organisation);
        assert_eq!(party(Named::Family, "xyzzy").locales, all_locales());
    }

    #[test]
    fn drawn_names() {
        let (forms, names) = (Forms::load(), Names::load());
        let mut out = String::new();
        for (named, name, words) in [
            (Named::Given, "anna", 1),
            (Named::Given, "anna maria luise", 2),
            (Named::Family, "von droste", 1),
            (Named::Party, "anna droste", 3),
        ] {
            let mut lot = Lot::new(&[0x5a; 32]);
            assert!(Party::of(named, name, forms, names).draw(names, &mut lot, &mut out));
            assert_eq!(out.split(' ').count(), words, "{out}");
        }
        out = "Anna Maria Brandhorst-Wolkenstein".to_owned();
        add_code(&mut out, 0x7fff_ffff, 35);
        assert_eq!(out, "Anna Maria Brandhorst-Wolk ZZZZZZ");
    }

    #[test]
    fn words_on_lines() {
        for (name, lines, written) in
            [("A B C", 1, "A B C"), ("A B C", 2, "A B\nC"), ("A", 3, "A\nX\nX"), ("A B C D", 3, "A B\nC\nD")]
        {
            let mut out = Vec::new();
            write_lines(name, lines, &mut out);
            assert_eq!(out, written.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn planes_count(masks in proptest::collection::vec(any::<u32>(), 0..40)) {
            let mut count = Count::default();
            for mask in &masks {
                count.add(*mask);
            }
            let counts: Vec<usize> = (0..32).map(|bit| masks.iter().filter(|mask| (*mask >> bit) & 1 == 1).count()).collect();
            let most = counts.iter().copied().max().unwrap_or(0);
            let best = (0..32).filter(|bit| counts[*bit] == most && most > 0).fold(0, |mask, bit| mask | 1 << bit);
            prop_assert_eq!(count.most(), best);
        }
    }
}
