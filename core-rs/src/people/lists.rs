//! The lists of schemas/people: each is read once, and only when something asks for it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::form::{Normal, normal};
use super::word_table::WordTable;

static LISTS: LazyLock<Vec<Section>> = LazyLock::new(|| sections(include_str!("../../../schemas/people/lists.txt")));
static FORMS: LazyLock<Vec<Section>> = LazyLock::new(|| sections(include_str!("../../../schemas/people/forms.txt")));

/// Words that are names, about: room for them is made at once.
const NAMES: usize = 40_000;
/// Families of at most so many letters make the names of organisations.
const SHORT_FAMILY: usize = 8;

/// Entries under one head.
#[derive(Debug)]
struct Section {
    list: &'static str,
    key: &'static str,
    entries: &'static str,
}

/// `@list key` and the lines behind it.
fn sections(file: &'static str) -> Vec<Section> {
    let section = |text: &'static str| {
        let (head, entries) = text.split_once('\n').unwrap_or((text, ""));
        let (list, key) = head.split_once(' ').unwrap_or((head, ""));
        Section { list, key, entries }
    };
    file.split("\n@").skip(1).map(section).collect()
}

/// Hashes the few bytes of a word, alike in every process: the keys are the lists' own.
#[derive(Debug, Default)]
pub struct WordHasher(u64);

impl Hasher for WordHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    /// The mark behind a text: a word is the only key there is.
    fn write_u8(&mut self, _: u8) {}
}

/// By words in normal form.
type Words<T> = HashMap<String, T, BuildHasherDefault<WordHasher>>;
/// Words as they are written.
pub type WordSet = HashSet<&'static str, BuildHasherDefault<WordHasher>>;

/// A locale is a bit in the masks below, in the order of the file.
#[derive(Debug)]
struct Country {
    key: &'static str,
    group: &'static str,
}

static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let groups: BTreeMap<&str, &str> = LISTS
        .iter()
        .filter(|section| section.list == "groups")
        .flat_map(|section| section.entries.lines().filter_map(|entry| entry.split_once(' ')))
        .collect();
    let keys = LISTS.iter().filter(|section| section.list == "female").map(|section| section.key);
    keys.map(|key| Country { key, group: groups.get(key).copied().unwrap_or_default() }).collect()
});

/// All locales.
#[must_use]
pub fn all_locales() -> u32 {
    u32::MAX >> (u32::BITS as usize - COUNTRIES.len().clamp(1, u32::BITS as usize))
}

/// The locales of a group of languages.
#[must_use]
pub fn locales_of(group: &str) -> u32 {
    let bits = COUNTRIES.iter().enumerate().filter(|(_, country)| country.group == group);
    bits.fold(0, |mask, (index, _)| mask | 1 << index)
}

/// The lists of a name for each locale.
fn by_locale(list: &str) -> Vec<Vec<&'static str>> {
    let entries = |country: &Country| {
        let sections = LISTS.iter().filter(|section| section.list == list && section.key == country.key);
        sections.flat_map(|section| section.entries.lines()).collect()
    };
    COUNTRIES.iter().map(entries).collect()
}

/// The names of one language and country.
#[derive(Debug, Default)]
pub struct Locale {
    /// Given names of women.
    pub female: Vec<&'static str>,
    /// Given names of men.
    pub male: Vec<&'static str>,
    /// Family names.
    pub family: Vec<&'static str>,
    /// The short ones of them.
    pub short_family: Vec<&'static str>,
    /// Words of the names of organisations of its group of languages.
    pub business: Vec<&'static str>,
}

/// What a word is: the locales, one bit each, in which it is a name, and what else it says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Marks {
    /// As the given name of a woman.
    pub female: u32,
    /// As the given name of a man.
    pub male: u32,
    /// As a family name.
    pub family: u32,
    roles: u8,
}

impl Marks {
    /// As [`Forms::has`].
    #[must_use]
    pub fn has(self, role: Role) -> bool {
        self.roles & role.bit() != 0
    }
}

/// The names.
#[derive(Debug)]
pub struct Names {
    /// In the order of the file.
    pub locales: Vec<Locale>,
    words: WordTable<Marks>,
}

impl Names {
    /// The lists that are part of this crate. Reading them takes a while, so that only a draw does it.
    #[must_use]
    pub fn load() -> &'static Self {
        static NAMES: LazyLock<Names> = LazyLock::new(Names::read);
        &NAMES
    }

    fn read() -> Self {
        let lists = by_locale("female").into_iter().zip(by_locale("male")).zip(by_locale("family"));
        let mut words = WordTable::<Marks>::with_capacity(NAMES);
        let mut form = Normal::default();
        let mut locales = Vec::with_capacity(COUNTRIES.len());
        for (index, (((female, male), family), country)) in lists.zip(COUNTRIES.iter()).enumerate() {
            let bit = 1 << index;
            for name in &female {
                words.entry(form.of(name)).female |= bit;
            }
            for name in &male {
                words.entry(form.of(name)).male |= bit;
            }
            for name in &family {
                words.entry(form.of(name)).family |= bit;
            }
            let short_family = family.iter().filter(|name| name.len() <= SHORT_FAMILY).copied().collect();
            let business = LISTS.iter().filter(|section| section.list == "business" && section.key == country.group);
            let business = business.flat_map(|section| section.entries.lines()).collect();
            locales.push(Locale { female, male, family, short_family, business });
        }
        // Roles are looked up beside names, so that a word of a name costs one look-up.
        for (word, roles) in &Forms::load().roles {
            words.entry(word).roles = *roles;
        }
        Self { locales, words }
    }

    /// What a word in normal form is.
    #[must_use]
    pub fn marks(&self, word: &str) -> Marks {
        self.words.get(word)
    }
}

/// Places of one sort.
#[derive(Debug)]
pub struct Places {
    /// By locale, in the order of the file.
    pub lists: Vec<Vec<&'static str>>,
    /// The locales that have any.
    pub any: u32,
    forms: WordTable<u32>,
}

impl Places {
    /// Towns.
    #[must_use]
    pub fn towns() -> &'static Self {
        static TOWNS: LazyLock<Places> = LazyLock::new(|| Places::read("town", true));
        &TOWNS
    }

    /// Subdivisions of countries.
    #[must_use]
    pub fn subdivisions() -> &'static Self {
        static SUBDIVISIONS: LazyLock<Places> = LazyLock::new(|| Places::read("subdivision", true));
        &SUBDIVISIONS
    }

    /// Streets, which nobody looks up.
    #[must_use]
    pub fn streets() -> &'static Self {
        static STREETS: LazyLock<Places> = LazyLock::new(|| Places::read("street", false));
        &STREETS
    }

    fn read(list: &str, is_looked_up: bool) -> Self {
        let lists = by_locale(list);
        let count = if is_looked_up { lists.iter().map(Vec::len).sum() } else { 0 };
        let mut forms = WordTable::<u32>::with_capacity(count);
        let mut form = Normal::default();
        let mut any = 0;
        for (index, list) in lists.iter().enumerate() {
            let bit = 1 << index;
            any |= if list.is_empty() { 0 } else { bit };
            for place in list.iter().filter(|_| is_looked_up) {
                *forms.entry(form.of(place)) |= bit;
            }
        }
        Self { lists, any, forms }
    }

    /// The locales that have a place of this word form.
    #[must_use]
    pub fn having(&self, form: &str) -> u32 {
        self.forms.get(form)
    }
}

/// A legal form.
#[derive(Clone, Copy, Debug)]
pub struct Legal {
    /// As it is written.
    pub display: &'static str,
    /// The group of languages that it tells.
    pub group: Option<&'static str>,
}

/// What words are that are no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// They stand in the name of an organisation.
    Organisation,
    /// They stand in front of a name.
    Title,
    /// They stand behind a name.
    Suffix,
    /// They join names.
    Particle,
    /// A title begins with the word.
    TitleStart,
    /// A suffix ends with the word.
    SuffixEnd,
    /// A legal form ends with the word.
    LegalEnd,
}

impl Role {
    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The words by which names are told.
#[derive(Debug, Default)]
pub struct Forms {
    /// Bits of [`Role`].
    roles: Words<u8>,
    legal: Words<Legal>,
}

impl Forms {
    /// The lists that are part of this crate.
    #[must_use]
    pub fn load() -> &'static Self {
        static FORMS_READ: LazyLock<Forms> = LazyLock::new(Forms::read);
        &FORMS_READ
    }

    fn read() -> Self {
        let mut forms = Self::default();
        for section in FORMS.iter() {
            for entry in section.entries.lines() {
                match section.list {
                    "legal" => forms.add_legal(entry),
                    "organisation" => forms.add(Role::Organisation, normal(entry)),
                    "particle" => forms.add(Role::Particle, normal(entry)),
                    "title" => {
                        let words = normal(entry);
                        forms.add(Role::TitleStart, words.split(' ').next().unwrap_or_default().to_owned());
                        forms.add(Role::Title, words);
                    }
                    "suffix" => {
                        let words = normal(entry);
                        forms.add(Role::SuffixEnd, words.rsplit(' ').next().unwrap_or_default().to_owned());
                        forms.add(Role::Suffix, words);
                    }
                    _ => {}
                }
            }
        }
        forms
    }

    fn add(&mut self, role: Role, words: String) {
        *self.roles.entry(words).or_default() |= role.bit();
    }

    /// `form=Written@group`.
    fn add_legal(&mut self, entry: &'static str) {
        let (form, written) = entry.split_once('=').unwrap_or((entry, entry));
        let (display, group) = match written.split_once('@') {
            Some((display, group)) => (display, Some(group)),
            None => (written, None),
        };
        let form = normal(form);
        self.add(Role::LegalEnd, form.rsplit(' ').next().unwrap_or_default().to_owned());
        self.legal.insert(form, Legal { display, group });
    }

    /// Whether words in normal form, joined by spaces, have a role.
    #[must_use]
    pub fn has(&self, role: Role, words: &str) -> bool {
        self.roles.get(words).is_some_and(|roles| roles & role.bit() != 0)
    }

    /// The legal form that words in normal form, joined by spaces, are.
    #[must_use]
    pub fn legal(&self, words: &str) -> Option<Legal> {
        self.legal.get(words).copied()
    }
}

/// The words by which the language of a place is told, with the locales of their groups of languages.
#[derive(Debug)]
pub struct PlaceWords {
    /// Those that are ends of words too among them.
    entries: Words<u32>,
    /// By their last letter, the longest first.
    ends: [Vec<(String, u32)>; LETTERS],
    /// All locales.
    anywhere: u32,
}

const LETTERS: usize = 26;

fn letter_index(letter: Option<&u8>) -> usize {
    letter.map_or(LETTERS, |letter| usize::from(letter.wrapping_sub(b'a')))
}

impl PlaceWords {
    /// Those of streets.
    #[must_use]
    pub fn streets() -> &'static Self {
        static STREETS: LazyLock<PlaceWords> = LazyLock::new(|| PlaceWords::read("street-word"));
        &STREETS
    }

    /// Those of towns.
    #[must_use]
    pub fn towns() -> &'static Self {
        static TOWNS: LazyLock<PlaceWords> = LazyLock::new(|| PlaceWords::read("town-word"));
        &TOWNS
    }

    fn read(list: &str) -> Self {
        let mut words =
            Self { entries: Words::default(), ends: core::array::from_fn(|_| Vec::new()), anywhere: all_locales() };
        let sections = FORMS.iter().filter(|section| section.list == list);
        for (entry, group) in
            sections.flat_map(|section| section.entries.lines()).filter_map(|line| line.split_once('='))
        {
            let form = normal(entry.trim_start_matches('-'));
            let locales = locales_of(group);
            if let Some(ends) = words.ends.get_mut(letter_index(form.as_bytes().last()))
                && entry.starts_with('-')
            {
                ends.push((form.clone(), locales));
            }
            words.entries.insert(form, locales);
        }
        for ends in &mut words.ends {
            ends.sort_by_key(|(end, _)| core::cmp::Reverse(end.len()));
        }
        words
    }

    /// Whether a word in normal form is an entry itself.
    #[must_use]
    pub fn has(&self, word: &str) -> bool {
        self.entries.contains_key(word)
    }

    /// Where places may be drawn for a word form: in the countries of the group that its last such word tells, else anywhere.
    #[must_use]
    pub fn locales(&self, form: &str) -> u32 {
        let told = form.rsplit(' ').find_map(|word| self.group(word));
        told.filter(|mask| *mask != 0).unwrap_or(self.anywhere)
    }

    /// The locales of the group of languages of such a word: an entry, or a word that ends with one.
    #[must_use]
    pub fn group(&self, word: &str) -> Option<u32> {
        if let Some(locales) = self.entries.get(word) {
            return Some(*locales);
        }
        let ends = self.ends.get(letter_index(word.as_bytes().last()))?;
        ends.iter().find(|(end, _)| word.ends_with(end.as_str())).map(|(_, locales)| *locales)
    }
}

/// The words of free text.
#[derive(Debug, Default)]
pub struct TextWords {
    /// Between slashes they are structure.
    pub codes: WordSet,
    /// In front of a plus sign they are structure.
    pub sepa: WordSet,
    /// Those that are drawn, one for each byte.
    pub neutral: Vec<&'static str>,
}

impl TextWords {
    /// The lists that are part of this crate.
    #[must_use]
    pub fn load() -> &'static Self {
        static TEXT_WORDS: LazyLock<TextWords> = LazyLock::new(|| {
            let list = |name: &'static str| {
                FORMS.iter().filter(move |section| section.list == name).flat_map(|section| section.entries.lines())
            };
            TextWords { codes: list("code").collect(), sepa: list("sepa").collect(), neutral: list("text").collect() }
        });
        &TEXT_WORDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_whole() {
        assert_eq!(all_locales().count_ones(), 28);
        assert_eq!(locales_of("de").count_ones(), 3);
        assert_eq!(locales_of("xx"), 0);
        for places in [Places::towns(), Places::streets(), Places::subdivisions()] {
            assert_eq!(places.any, all_locales());
        }
        assert_eq!(TextWords::load().neutral.len(), 256);
        assert!(Names::load().locales.iter().all(|locale| !locale.business.is_empty() && locale.family.len() > 100));
    }

    #[test]
    fn street_words() {
        let words = PlaceWords::streets();
        for (word, group) in [
            ("ahornstrasse", Some("de")),
            ("ru", Some("fr")),
            ("steenweg", Some("nl")),
            ("amselweg", Some("de")),
            ("meunier", None),
        ] {
            assert_eq!(words.group(word), group.map(locales_of), "{word}");
        }
        assert!(words.has("strasse") && !words.has("ahornstrasse"));
    }
}
