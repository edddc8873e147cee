//! The lists of schemas/people, read once.

use std::collections::{BTreeMap, BTreeSet};
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
    /// Index of its group in [`People::business`].
    pub group: usize,
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
    /// Index of the group of languages that it tells.
    pub group: Option<usize>,
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
}

/// All lists.
#[derive(Debug, Default)]
pub struct People {
    /// In the order of the file.
    pub locales: Vec<Locale>,
    /// Words of the names of organisations, by group of languages.
    pub business: Vec<Vec<&'static str>>,
    words: BTreeMap<String, Marks>,
    roles: BTreeSet<(Role, String)>,
    legal: BTreeMap<String, Legal>,
}

impl People {
    /// The lists that are part of this crate.
    #[must_use]
    pub fn load() -> &'static Self {
        static PEOPLE: LazyLock<People> = LazyLock::new(|| People::parse(LISTS, FORMS));
        &PEOPLE
    }

    fn parse(lists: &'static str, forms: &'static str) -> Self {
        let mut people = Self::default();
        let mut names = Vec::new();
        let mut groups = Vec::new();
        let mut group_of = BTreeMap::new();
        for (list, key, entry) in entries(lists) {
            match list {
                "business" => people.business_of(key, &mut groups).push(entry),
                "groups" => group_of.extend(entry.split_once(' ')),
                _ => people.locale_of(key, &mut names).add(list, entry),
            }
        }
        for (index, (locale, name)) in people.locales.iter_mut().zip(&names).enumerate() {
            let group = group_of.get(name);
            locale.group = groups.iter().position(|known| Some(known) == group).unwrap_or(0);
            locale.short_family = locale.family.iter().filter(|name| name.len() <= SHORT_FAMILY).copied().collect();
            let bit = 1 << index;
            for name in &locale.female {
                people.words.entry(normal(name)).or_default().female |= bit;
            }
            for name in &locale.male {
                people.words.entry(normal(name)).or_default().male |= bit;
            }
            for name in &locale.family {
                people.words.entry(normal(name)).or_default().family |= bit;
            }
        }
        for (list, _, entry) in entries(forms) {
            if list == "legal" {
                let (form, written) = entry.split_once('=').unwrap_or((entry, entry));
                let (display, group) = written.split_once('@').unwrap_or((written, ""));
                let group = groups.iter().position(|known| *known == group);
                people.legal.insert(normal(form), Legal { display, group });
                continue;
            }
            let role = match list {
                "organisation" => Role::Organisation,
                "title" => Role::Title,
                "suffix" => Role::Suffix,
                _ => Role::Particle,
            };
            people.roles.insert((role, normal(entry)));
        }
        people
    }

    fn business_of(&mut self, group: &'static str, groups: &mut Vec<&'static str>) -> &mut Vec<&'static str> {
        let index = index_in(group, groups);
        self.business.resize_with(groups.len(), Vec::new);
        &mut self.business[index]
    }

    fn locale_of(&mut self, name: &'static str, names: &mut Vec<&'static str>) -> &mut Locale {
        let index = index_in(name, names);
        self.locales.resize_with(names.len(), Locale::default);
        &mut self.locales[index]
    }

    /// Where a word in normal form is a name.
    #[must_use]
    pub fn marks(&self, word: &str) -> Marks {
        self.words.get(word).copied().unwrap_or_default()
    }

    /// Whether words in normal form, joined by spaces, have a role.
    #[must_use]
    pub fn has(&self, role: Role, words: &str) -> bool {
        self.roles.contains(&(role, words.to_owned()))
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

fn index_in(name: &'static str, names: &mut Vec<&'static str>) -> usize {
    names.iter().position(|known| *known == name).unwrap_or_else(|| {
        names.push(name);
        names.len() - 1
    })
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
