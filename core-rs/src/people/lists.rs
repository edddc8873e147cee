//! The lists of schemas/people, read once.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::LazyLock;

use super::form::{join_initials, shorten};

static LISTS: &str = include_str!("../../../schemas/people/lists.txt");
static FORMS: &str = include_str!("../../../schemas/people/forms.txt");

/// Families of at most so many letters make the names of organisations.
const SHORT_FAMILY: usize = 8;

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
    /// Its group of languages.
    pub group: &'static str,
}

/// Locales, one bit each, in which a word is a name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Marks {
    /// As the given name of a woman.
    pub female: u32,
    /// As the given name of a man.
    pub male: u32,
    /// As a family name.
    pub family: u32,
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

/// By words in normal form; hashed alike in every process.
type Words<T> = HashMap<String, T, BuildHasherDefault<DefaultHasher>>;

/// The names.
#[derive(Debug, Default)]
pub struct Names {
    /// In the order of the file.
    pub locales: Vec<Locale>,
    /// Words of the names of organisations, by group of languages.
    pub business: BTreeMap<&'static str, Vec<&'static str>>,
    words: Words<Marks>,
}

/// The words by which names are told.
#[derive(Debug, Default)]
pub struct Forms {
    /// Bits of [`Role`].
    roles: Words<u8>,
    legal: Words<Legal>,
}

impl Names {
    /// The lists that are part of this crate. Reading them takes a while, so that only a draw does it.
    #[must_use]
    pub fn load() -> &'static Self {
        static NAMES: LazyLock<Names> = LazyLock::new(|| Names::parse(LISTS));
        &NAMES
    }

    fn parse(lists: &'static str) -> Self {
        let mut names = Self::default();
        let mut keys = Vec::new();
        let mut groups = BTreeMap::new();
        for (list, key, entry) in entries(lists) {
            match list {
                "business" => names.business.entry(key).or_default().push(entry),
                "groups" => groups.extend(entry.split_once(' ')),
                _ => names.locale_of(key, &mut keys).add(list, entry),
            }
        }
        for (index, (locale, key)) in names.locales.iter_mut().zip(&keys).enumerate() {
            locale.group = groups.get(key).copied().unwrap_or_default();
            locale.short_family = locale.family.iter().filter(|name| name.len() <= SHORT_FAMILY).copied().collect();
            let bit = 1 << index;
            for name in &locale.female {
                names.words.entry(normal(name)).or_default().female |= bit;
            }
            for name in &locale.male {
                names.words.entry(normal(name)).or_default().male |= bit;
            }
            for name in &locale.family {
                names.words.entry(normal(name)).or_default().family |= bit;
            }
        }
        names
    }

    fn locale_of(&mut self, key: &'static str, keys: &mut Vec<&'static str>) -> &mut Locale {
        let index = keys.iter().position(|known| *known == key).unwrap_or_else(|| {
            keys.push(key);
            self.locales.push(Locale::default());
            keys.len() - 1
        });
        &mut self.locales[index]
    }

    /// Where a word in normal form is a name.
    #[must_use]
    pub fn marks(&self, word: &str) -> Marks {
        self.words.get(word).copied().unwrap_or_default()
    }
}

impl Forms {
    /// The lists that are part of this crate.
    #[must_use]
    pub fn load() -> &'static Self {
        static FORMS_READ: LazyLock<Forms> = LazyLock::new(|| Forms::parse(FORMS));
        &FORMS_READ
    }

    fn parse(file: &'static str) -> Self {
        let mut forms = Self::default();
        for (list, _, entry) in entries(file) {
            let role = match list {
                "organisation" => Role::Organisation,
                "title" => Role::Title,
                "suffix" => Role::Suffix,
                "particle" => Role::Particle,
                _ => {
                    let (form, written) = entry.split_once('=').unwrap_or((entry, entry));
                    let (display, group) = match written.split_once('@') {
                        Some((display, group)) => (display, Some(group)),
                        None => (written, None),
                    };
                    let form = normal(form);
                    let last = form.rsplit(' ').next().unwrap_or_default().to_owned();
                    *forms.roles.entry(last).or_default() |= Role::LegalEnd.bit();
                    forms.legal.insert(form, Legal { display, group });
                    continue;
                }
            };
            let words = normal(entry);
            if role == Role::Title {
                let first = words.split(' ').next().unwrap_or_default().to_owned();
                *forms.roles.entry(first).or_default() |= Role::TitleStart.bit();
            }
            if role == Role::Suffix {
                let last = words.rsplit(' ').next().unwrap_or_default().to_owned();
                *forms.roles.entry(last).or_default() |= Role::SuffixEnd.bit();
            }
            *forms.roles.entry(words).or_default() |= role.bit();
        }
        forms
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

impl Locale {
    fn add(&mut self, list: &str, entry: &'static str) {
        match list {
            "female" => self.female.push(entry),
            "male" => self.male.push(entry),
            "family" => self.family.push(entry),
            _ => {}
        }
    }
}

/// List, key and text of each entry.
fn entries(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let mut section = ("", "");
    file.lines().skip(1).filter_map(move |line| match line.strip_prefix('@') {
        Some(head) => {
            section = head.split_once(' ').unwrap_or((head, ""));
            None
        }
        None => Some((section.0, section.1, line)),
    })
}

/// The normal form of ASCII words.
fn normal(words: &str) -> String {
    let words = words.to_ascii_lowercase().split(' ').map(shorten).collect();
    join_initials(words).join(" ")
}
