//! Pseudonyms of parties: which lists a name is drawn from, and the draw (docs/internals/people.md, "Draw").

use super::form::shorten;
use super::lists::{Forms, Legal, Locale, Marks, Names, Role};
use crate::text::unicode::Unicode;

/// The longest pseudonym, so that it stands in Nm and, behind `1/`, in a line of SWIFT text alike.
pub const LENGTH_MAX: usize = 33;
/// Words of the longest legal form, an `&` among them.
const LEGAL_WORDS: usize = 6;
/// Letters of a legal form that is one wherever it stands.
const LEGAL_INSIDE: usize = 3;

/// A party as its name form tells it.
#[derive(Debug)]
pub struct Party<'name> {
    words: Vec<&'name str>,
    legal: Option<Legal>,
    is_organisation: bool,
}

impl<'name> Party<'name> {
    /// The party of a name form. A pure function of it: no path says whether a person stands there.
    #[must_use]
    pub fn of(name: &'name str, forms: &Forms) -> Self {
        let words: Vec<&str> = name.split(' ').collect();
        let legal = legal_of(&words, forms);
        let is_organisation = legal.is_some()
            || words.iter().any(|word| {
                *word == "&" || word.bytes().any(|byte| byte.is_ascii_digit()) || forms.has(Role::Organisation, word)
            });
        Self { words, legal, is_organisation }
    }

    /// Another party's name for a number; `None` if it has a word of this one's.
    #[must_use]
    pub fn draw(&self, names: &Names, number: u128) -> Option<String> {
        let mut number = number;
        let marks: Vec<Marks> = self.words.iter().map(|word| names.marks(word)).collect();
        let locale = self.locale(names, &marks, &mut number);
        let words = if self.is_organisation {
            self.draw_organisation(names, locale, &mut number)
        } else {
            draw_person(locale, &marks, &mut number)
        };
        if words.iter().any(|word| self.has(word)) {
            return None;
        }
        let mut name = String::with_capacity(2 * LENGTH_MAX);
        for word in words.into_iter().chain(self.legal.map(|legal| legal.display)) {
            if !name.is_empty() {
                name.push(' ');
            }
            name.push_str(word);
        }
        Some(name)
    }

    /// Whether a word of the lists is one of the party's own.
    fn has(&self, word: &str) -> bool {
        let initial = word.as_bytes().first().map(u8::to_ascii_lowercase);
        let mut alike = self.words.iter().filter(|own| own.as_bytes().first().copied() == initial).peekable();
        alike.peek().is_some() && {
            let form = shorten(&word.to_ascii_lowercase());
            alike.any(|own| *own == form)
        }
    }

    /// One of the locales that most words are names in; of those of the legal form's languages where no word is one; else of all.
    fn locale<'list>(&self, names: &'list Names, marks: &[Marks], number: &mut u128) -> &'list Locale {
        let count_in = |index: usize| {
            marks.iter().filter(|marks| ((marks.female | marks.male | marks.family) >> index) & 1 == 1).count()
        };
        let best = (0..names.locales.len()).map(count_in).max().unwrap_or(0);
        let group = self.legal.and_then(|legal| legal.group);
        let is_candidate = |(index, locale): &(usize, &Locale)| {
            count_in(*index) == best && (best > 0 || group.is_none_or(|group| locale.group == group))
        };
        let candidates = || names.locales.iter().enumerate().filter(is_candidate);
        let taken = take(number, candidates().count());
        candidates().nth(taken).map_or(&names.locales[0], |(_, locale)| locale)
    }

    fn draw_organisation(&self, names: &Names, locale: &Locale, number: &mut u128) -> Vec<&'static str> {
        let [first, second] = take_two(&locale.short_family, number);
        let business = &names.business[locale.group];
        let word = business[take(number, business.len())];
        let legal = self.legal.map_or(0, |legal| 1 + legal.display.len());
        let is_long = first.len() + second.len() + word.len() + 2 + legal > LENGTH_MAX;
        if is_long { vec![first, second] } else { vec![first, second, word] }
    }
}

fn draw_person(locale: &Locale, marks: &[Marks], number: &mut u128) -> Vec<&'static str> {
    let votes = |marks: &Marks| (marks.female.count_ones(), marks.male.count_ones());
    let (female, male) = marks.iter().map(votes).find(|votes| *votes != (0, 0)).unwrap_or((0, 0));
    let is_female = if female == male { take(number, 2) == 0 } else { female > male };
    let given = if is_female { &locale.female } else { &locale.male };
    let [first, second] = take_two(given, number);
    vec![first, second, locale.family[take(number, locale.family.len())]]
}

/// The legal form that stands last in a name, not at its beginning. One of two letters counts at the very end alone, and none behind
/// a particle, where it is part of a family name (de Sa).
fn legal_of(words: &[&str], forms: &Forms) -> Option<Legal> {
    let find = |start: usize, end: usize| {
        let form: Vec<&str> = words[start..end].iter().copied().filter(|word| *word != "&").collect();
        let form = form.join(" ");
        if end < words.len() && form.len() < LEGAL_INSIDE { None } else { forms.legal(&form) }
    };
    (2..=words.len())
        .rev()
        .filter(|end| forms.has(Role::LegalEnd, words[end - 1]))
        .flat_map(|end| (1..=LEGAL_WORDS.min(end - 1)).rev().map(move |count| (end - count, end)))
        .filter(|(start, _)| !forms.has(Role::Particle, words[start - 1]))
        .find_map(|(start, end)| find(start, end))
}

/// The remainder by a list's length; the number becomes the quotient. No list is near 2^32 long, so that 32 bits at a time divide
/// without a wide division.
fn take(number: &mut u128, length: usize) -> usize {
    let divisor = length as u64;
    let (mut quotient, mut rest) = (0_u128, 0_u64);
    for shift in [96, 64, 32, 0] {
        let dividend = (rest << 32) | ((*number >> shift) as u64 & 0xffff_ffff);
        quotient = (quotient << 32) | u128::from(dividend / divisor);
        rest = dividend % divisor;
    }
    *number = quotient;
    rest as usize
}

/// Two different entries.
fn take_two(list: &[&'static str], number: &mut u128) -> [&'static str; 2] {
    let first = take(number, list.len());
    let second = take(number, list.len() - 1);
    [list[first], list[if second >= first { second + 1 } else { second }]]
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
        let mut characters = text.utf8_chunks().flat_map(|chunk| chunk.valid().chars());
        match (characters.any(is_capital), text.iter().any(u8::is_ascii_lowercase)) {
            (true, false) => Self::Upper,
            (false, true) => Self::Lower,
            _ => Self::Mixed,
        }
    }
}

/// Appends a drawn name in a case, cut to `max` characters (0: no limit), with no space at its end.
pub fn write_name(name: &str, case: Case, max: usize, out: &mut Vec<u8>) {
    let cut = if max > 0 && name.len() > max { name[..max].trim_end() } else { name };
    let start = out.len();
    out.extend_from_slice(cut.as_bytes());
    match case {
        Case::Mixed => {}
        Case::Upper => out[start..].make_ascii_uppercase(),
        Case::Lower => out[start..].make_ascii_lowercase(),
    }
}
