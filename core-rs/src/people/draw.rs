//! Pseudonyms of parties: which lists a name is drawn from, and the draw (docs/internals/people.md, "Draw").

use super::form::shorten;
use super::lists::{Legal, Locale, Marks, People, Role};
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
    pub fn of(name: &'name str, people: &People) -> Self {
        let words: Vec<&str> = name.split(' ').collect();
        let legal = legal_of(&words, people);
        let is_organisation = legal.is_some()
            || words.iter().any(|word| {
                *word == "&" || word.bytes().any(|byte| byte.is_ascii_digit()) || people.has(Role::Organisation, word)
            });
        Self { words, legal, is_organisation }
    }

    /// Another party's name for a number; `None` if it has a word of this one's.
    #[must_use]
    pub fn draw(&self, people: &People, number: [u64; 8]) -> Option<String> {
        let mut number = number;
        let marks: Vec<Marks> = self.words.iter().map(|word| people.marks(word)).collect();
        let candidates = self.candidates(people, &marks);
        let locale = &people.locales[candidates[take(&mut number, candidates.len())]];
        let words = if self.is_organisation {
            self.draw_organisation(people, locale, &mut number)
        } else {
            draw_person(locale, &marks, &mut number)
        };
        let is_free = !words.iter().any(|word| self.words.contains(&shorten(&word.to_ascii_lowercase()).as_str()));
        let legal = self.legal.iter().map(|legal| legal.display);
        is_free.then(|| words.into_iter().chain(legal).collect::<Vec<_>>().join(" "))
    }

    /// The locales that most words are names in; those of the legal form's languages where no word is one; else all.
    fn candidates(&self, people: &People, marks: &[Marks]) -> Vec<usize> {
        let count_in = |locale: usize| {
            marks.iter().filter(|marks| (marks.female | marks.male | marks.family) >> locale & 1 == 1).count()
        };
        let counts: Vec<usize> = (0..people.locales.len()).map(count_in).collect();
        let best = counts.iter().max().copied().unwrap_or(0);
        let group = self.legal.and_then(|legal| legal.group);
        (0..counts.len())
            .filter(|locale| {
                let is_of_group = group.is_none_or(|group| people.locales[*locale].group == group);
                counts[*locale] == best && (best > 0 || is_of_group)
            })
            .collect()
    }

    fn draw_organisation(&self, people: &People, locale: &Locale, number: &mut [u64; 8]) -> Vec<&'static str> {
        let [first, second] = take_two(&locale.short_family, number);
        let business = &people.business[locale.group];
        let word = business[take(number, business.len())];
        let legal = self.legal.map_or(0, |legal| 1 + legal.display.len());
        let is_long = first.len() + second.len() + word.len() + 2 + legal > LENGTH_MAX;
        if is_long { vec![first, second] } else { vec![first, second, word] }
    }
}

fn draw_person(locale: &Locale, marks: &[Marks], number: &mut [u64; 8]) -> Vec<&'static str> {
    let votes = |marks: &Marks| (marks.female.count_ones(), marks.male.count_ones());
    let (female, male) = marks.iter().map(votes).find(|votes| *votes != (0, 0)).unwrap_or((0, 0));
    let is_female = if female == male { take(number, 2) == 0 } else { female > male };
    let given = if is_female { &locale.female } else { &locale.male };
    let [first, second] = take_two(given, number);
    vec![first, second, locale.family[take(number, locale.family.len())]]
}

/// The legal form that stands last in a name, not at its beginning. One of two letters counts at the very end alone, and none behind
/// a particle, where it is part of a family name (de Sa).
fn legal_of(words: &[&str], people: &People) -> Option<Legal> {
    let find = |start: usize, end: usize| {
        let form: Vec<&str> = words[start..end].iter().copied().filter(|word| *word != "&").collect();
        let form = form.join(" ");
        if end < words.len() && form.len() < LEGAL_INSIDE { None } else { people.legal(&form) }
    };
    (2..=words.len())
        .rev()
        .flat_map(|end| (1..=LEGAL_WORDS.min(end - 1)).rev().map(move |count| (end - count, end)))
        .filter(|(start, _)| !people.has(Role::Particle, words[start - 1]))
        .find_map(|(start, end)| find(start, end))
}

/// The remainder by a list's length; the number becomes the quotient.
fn take(number: &mut [u64; 8], length: usize) -> usize {
    let divisor = length as u128;
    let mut rest = 0_u128;
    for word in number.iter_mut().rev() {
        let dividend = rest << 64 | u128::from(*word);
        *word = (dividend / divisor) as u64;
        rest = dividend % divisor;
    }
    rest as usize
}

/// Two different entries.
fn take_two(list: &[&'static str], number: &mut [u64; 8]) -> [&'static str; 2] {
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
