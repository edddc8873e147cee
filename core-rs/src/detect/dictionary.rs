//! What typed fields of a message hold, in the spellings in which a free text may name it.

use super::stream::{AMPERSAND, APOSTROPHE, COMMA, DIGIT, HYPHEN, Stream};
use super::words::is_dropped;
use crate::kinds::iban::{self, Verdict};
use crate::people::draw::is_organisation;
use crate::people::form::{join_initials, shorten};
use crate::people::lists::{Forms, Role};

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// An account.
    Account,
    /// A reference.
    Reference,
    /// An identifier.
    Id,
}

/// How a text spells a name, the nearest to the whole name first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Variant {
    /// As it is.
    Full,
    /// The family name alone.
    Family,
    /// The family name first.
    Reversed,
    /// Initials in front of the family name.
    InitialsFirst,
    /// Initials behind it.
    InitialsLast,
    /// A company without its legal form.
    Short,
    /// Cut at the end.
    Cut,
}

// What may stand in front of a letter of a spelling.
/// A word begins, so that a gap may.
pub const WORD: u8 = 1;
/// A gap must.
pub const APART: u8 = 2;
/// The gap may have a comma.
pub const WITH_COMMA: u8 = 4;
/// First letter of the word that the name is known by.
pub const CORE: u8 = 8;
/// An initial.
pub const INITIAL: u8 = 16;
/// Within a legal form, where full stops stand between letters.
pub const LEGAL: u8 = 32;

/// One word is all there is: it needs evidence.
pub const SINGLE: u8 = 1;
/// The name of an organisation.
pub const ORGANISATION: u8 = 2;

const CLASSES: usize = 37;
const NONE: u32 = u32::MAX;
/// Words of a name of which all beginnings are taken as given names; of a longer one, all but the last two.
const SPLIT_WORDS: usize = 5;
const TITLE_WORDS: usize = 4;
const LEGAL_WORDS: usize = 8;
/// Letters and digits of a value that is looked for, and of one that is all digits.
const VALUE_MIN: usize = 4;
const VALUE_MAX: usize = 256;
const DIGITS_MIN: usize = 5;
const VALUE_HEADS: usize = 1024;
const IBAN_HEAD: usize = 4;
/// Characters of the end of an IBAN that stands for it.
const TAIL_MIN: usize = 7;

/// A word of a name, as it stands there.
struct Word {
    letters: Vec<u32>,
    /// Places behind a hyphen or an apostrophe.
    joints: Vec<usize>,
    text: String,
    /// Behind a comma.
    part: usize,
}

/// A spelling of a name: its letters from `from` to `to`.
#[derive(Clone, Copy, Debug)]
pub struct Spelling {
    /// First letter.
    pub from: usize,
    /// Behind the last.
    pub to: usize,
    /// Whose name it is.
    pub owner: u32,
    /// How it is spelled.
    pub variant: Variant,
    /// Bits.
    pub traits: u8,
    next: u32,
}

/// A value, or the end of an account in IBAN form.
#[derive(Clone, Copy, Debug)]
pub struct Value {
    /// First letter or digit.
    pub from: usize,
    /// Behind the last.
    pub to: usize,
    /// Whose value it is.
    pub owner: u32,
    /// What it is.
    pub kind: ValueKind,
    /// Only the end of it.
    pub is_tail: bool,
    next: u32,
}

/// Refilled for each message.
pub struct Dictionary {
    /// Letters of spellings.
    pub letters: Vec<u32>,
    /// What may stand in front of each.
    pub marks: Vec<u8>,
    spellings: Vec<Spelling>,
    heads: Vec<u32>,
    /// Letters and digits of values, in small letters.
    pub characters: Vec<u32>,
    values: Vec<Value>,
    value_heads: Vec<u32>,
    // The spelling that is being written.
    before: u32,
    carried: u8,
    start: usize,
}

impl Default for Dictionary {
    fn default() -> Self {
        Self {
            letters: Vec::new(),
            marks: Vec::new(),
            spellings: Vec::new(),
            heads: vec![NONE; CLASSES * CLASSES],
            characters: Vec::new(),
            values: Vec::new(),
            value_heads: vec![NONE; VALUE_HEADS],
            before: 0,
            carried: 0,
            start: 0,
        }
    }
}

impl Dictionary {
    /// Forgets everything.
    pub fn clear(&mut self) {
        // Only the heads that were taken: there are more of them than a message has names.
        for spelling in &self.spellings {
            let own = &self.letters[spelling.from..spelling.to];
            self.heads[class_of(own[0]) * CLASSES + class_of(own[1])] = NONE;
        }
        for value in &self.values {
            self.value_heads[head_of(&self.characters[value.from..])] = NONE;
        }
        self.letters.clear();
        self.marks.clear();
        self.spellings.clear();
        self.characters.clear();
        self.values.clear();
    }

    /// Spellings that begin with two letters, the last added first.
    pub fn names(&self, first: u32, second: u32) -> impl Iterator<Item = &Spelling> {
        let mut next = self.heads[class_of(first) * CLASSES + class_of(second)];
        core::iter::from_fn(move || {
            let spelling = self.spellings.get(next as usize)?;
            next = spelling.next;
            Some(spelling)
        })
    }

    /// Values whose letters and digits may begin as `codes` do, of which there are four; the last added first.
    pub fn values(&self, codes: &[u32]) -> impl Iterator<Item = &Value> {
        let mut next = if self.values.is_empty() { NONE } else { self.value_heads[head_of(codes)] };
        core::iter::from_fn(move || {
            let value = self.values.get(next as usize)?;
            next = value.next;
            Some(value)
        })
    }

    /// Adds an account, a reference or an id; `owner` is given back with what is found.
    pub fn add_value(&mut self, kind: ValueKind, text: &[u8], owner: u32, reader: &mut Stream) {
        reader.read(text);
        let length = reader.len();
        let digits = reader.flags.iter().filter(|flags| **flags & DIGIT != 0).count();
        // A value without a digit may be any word (NOTPROVIDED).
        if !(VALUE_MIN..=VALUE_MAX).contains(&length) || digits == 0 || (digits == length && length < DIGITS_MIN) {
            return;
        }
        let from = self.characters.len();
        self.characters.extend_from_slice(&reader.codes);
        let to = self.characters.len();
        self.add_row(kind, from, to, owner, false);
        if is_iban(&reader.codes) {
            // The country and the check digits are no part of an account.
            for start in from + IBAN_HEAD..=to - TAIL_MIN {
                self.add_row(kind, start, to, owner, true);
            }
        }
    }

    fn add_row(&mut self, kind: ValueKind, from: usize, to: usize, owner: u32, is_tail: bool) {
        let head = head_of(&self.characters[from..]);
        let own = &self.characters[from..to];
        let mut known = self.value_heads[head];
        while let Some(value) = self.values.get(known as usize) {
            if self.characters[value.from..value.to] == *own {
                return;
            }
            known = value.next;
        }
        let next = self.value_heads[head];
        self.value_heads[head] = self.values.len() as u32;
        self.values.push(Value { from, to, owner, kind, is_tail, next });
    }

    /// Adds the name of a party in all its spellings.
    pub fn add_name(&mut self, text: &[u8], owner: u32, reader: &mut Stream) {
        let forms = Forms::load();
        let words = words_of(text, reader, forms);
        if words.is_empty() {
            return;
        }
        let has_ampersand = reader.gaps.iter().take(reader.len()).skip(1).any(|gap| gap & AMPERSAND != 0);
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        let legal = legal_words(&texts, forms);
        if legal > 0 || has_ampersand || is_organisation(&texts.join(" "), forms) {
            self.add_organisation(&words, legal, owner);
        } else {
            self.add_person(&words, owner, forms);
        }
    }

    fn add_organisation(&mut self, words: &[Word], legal: usize, owner: u32) {
        let short = words.len() - legal;
        for end in (short..=words.len()).rev() {
            self.begin();
            for (index, word) in words.iter().take(end).enumerate() {
                let marks = match index {
                    0 if short > 0 => CORE,
                    _ if index < short => 0,
                    _ => LEGAL | if index == short { WITH_COMMA } else { 0 },
                };
                self.word(word, marks);
            }
            let variant = if end == short && legal > 0 { Variant::Short } else { Variant::Full };
            self.end(owner, variant, ORGANISATION | if end == 1 { SINGLE } else { 0 });
        }
    }

    fn add_person(&mut self, words: &[Word], owner: u32, forms: &Forms) {
        let count = words.len();
        let is_particle = |index: usize| forms.has(Role::Particle, &words[index].text);
        self.begin();
        for (index, word) in words.iter().enumerate() {
            self.word(word, if index == 0 { CORE } else { 0 });
        }
        self.end(owner, Variant::Full, if count == 1 { SINGLE } else { 0 });
        let mut first = 1;
        if count > SPLIT_WORDS {
            first = count - 2;
            while first > 1 && is_particle(first) {
                first -= 1;
            }
            while first > 1 && is_particle(first - 1) {
                first -= 1;
            }
        }
        for at in first..count {
            let (given, family) = words.split_at(at);
            self.add_split(given, family, owner, forms);
        }
    }

    fn add_split(&mut self, given: &[Word], family: &[Word], owner: u32, forms: &Forms) {
        let is_particle = |word: &Word| forms.has(Role::Particle, &word.text);
        let Some(core) = family.iter().position(|word| !is_particle(word)) else { return };
        let is_behind_particle = given.last().is_some_and(is_particle);
        if is_behind_particle && core > 0 {
            return;
        }
        let names: Vec<&Word> = given.iter().filter(|word| !is_particle(word)).collect();
        if names.is_empty() {
            return;
        }
        self.begin();
        self.family(family, core);
        self.end(owner, Variant::Family, if family.len() - core == 1 { SINGLE } else { 0 });
        if !is_behind_particle {
            self.begin();
            self.family(family, core);
            for (index, word) in given.iter().enumerate() {
                self.word(word, if index == 0 { APART | WITH_COMMA } else { 0 });
            }
            self.end(owner, Variant::Reversed, 0);
        }
        for initials in initials_of(&names) {
            self.begin();
            for letter in &initials {
                self.letter(*letter, WORD | INITIAL);
            }
            for (index, word) in family.iter().enumerate() {
                self.word(word, if index == core { CORE } else { 0 } | if index == 0 { APART } else { 0 });
            }
            self.end(owner, Variant::InitialsFirst, 0);
            self.begin();
            self.family(family, core);
            for (index, letter) in initials.iter().enumerate() {
                self.letter(*letter, WORD | INITIAL | if index == 0 { APART | WITH_COMMA } else { 0 });
            }
            self.end(owner, Variant::InitialsLast, 0);
        }
    }

    fn family(&mut self, family: &[Word], core: usize) {
        for (index, word) in family.iter().enumerate() {
            self.word(word, if index == core { CORE } else { 0 });
        }
    }

    fn begin(&mut self) {
        self.start = self.letters.len();
        self.before = 0;
        self.carried = 0;
    }

    fn word(&mut self, word: &Word, marks: u8) {
        for (index, letter) in word.letters.iter().enumerate() {
            let own = if index == 0 {
                marks | WORD
            } else {
                (marks & LEGAL) | if word.joints.contains(&index) { WORD } else { 0 }
            };
            self.letter(*letter, own);
        }
    }

    /// The next letter of a spelling; one that is left out hands its marks on.
    fn letter(&mut self, letter: u32, marks: u8) {
        let is_left_out = is_dropped(self.before, letter);
        self.before = letter;
        if is_left_out {
            self.carried |= marks;
            return;
        }
        self.letters.push(letter);
        self.marks.push(marks | self.carried);
        self.carried = 0;
    }

    fn end(&mut self, owner: u32, variant: Variant, traits: u8) {
        let (from, to) = (self.start, self.letters.len());
        if to - from < 2 {
            self.drop_spelling();
            return;
        }
        let own = &self.letters[from..to];
        let head = class_of(own[0]) * CLASSES + class_of(own[1]);
        let mut known = self.heads[head];
        while let Some(spelling) = self.spellings.get(known as usize) {
            let is_like = spelling.traits == traits && spelling.variant == variant;
            if is_like && self.letters[spelling.from..spelling.to] == *own {
                self.drop_spelling();
                return;
            }
            known = spelling.next;
        }
        let next = self.heads[head];
        self.heads[head] = self.spellings.len() as u32;
        self.spellings.push(Spelling { from, to, owner, variant, traits, next });
    }

    fn drop_spelling(&mut self) {
        self.letters.truncate(self.start);
        self.marks.truncate(self.start);
    }
}

/// Count of words of a drawn name without its legal form.
#[must_use]
pub fn without_legal(words: &[&str]) -> usize {
    let normal = |word: &&str| {
        let letters: String = word.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        shorten(&letters)
    };
    let texts: Vec<String> = words.iter().map(normal).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    words.len() - legal_words(&texts, Forms::load())
}

/// The words of a name in their order, without titles and what stands behind names.
fn words_of(text: &[u8], reader: &mut Stream, forms: &Forms) -> Vec<Word> {
    reader.read(text);
    let mut words: Vec<Word> = Vec::new();
    let mut part = 0;
    let mut letters: Vec<u32> = Vec::new();
    let mut joints = Vec::new();
    for at in 0..=reader.len() {
        let gap = if at == 0 { 0 } else { reader.gap(at) };
        let is_end = at == reader.len();
        if gap != 0 || is_end {
            if !is_end && gap & !(HYPHEN | APOSTROPHE) == 0 {
                joints.push(letters.len());
            } else if !letters.is_empty() {
                let mut text = String::with_capacity(letters.len() + 4);
                text.extend(letters.iter().filter_map(|letter| char::from_u32(*letter)));
                words.push(Word {
                    letters: letters.clone(),
                    joints: core::mem::take(&mut joints),
                    text: shorten(&text),
                    part,
                });
                letters.clear();
            }
            if !is_end && gap & COMMA != 0 {
                part += 1;
            }
        }
        if !is_end {
            letters.push(reader.codes[at]);
        }
    }
    if part == 1 {
        let behind = words.iter().position(|word| word.part == 1).unwrap_or(words.len());
        if behind > 0 && behind < words.len() {
            let joined = joined(&words[behind..]);
            if !forms.has(Role::Suffix, &joined) && forms.legal(&joined).is_none() {
                words.rotate_left(behind);
            }
        }
    }
    while words.first().is_some_and(|first| may_be(Role::TitleStart, &first.text, forms))
        && let Some(taken) = longest(words.len(), |count| forms.has(Role::Title, &joined(&words[..count])))
    {
        words.drain(..taken);
    }
    while words.last().is_some_and(|last| may_be(Role::SuffixEnd, &last.text, forms))
        && let Some(taken) =
            longest(words.len(), |count| forms.has(Role::Suffix, &joined(&words[words.len() - count..])))
    {
        words.truncate(words.len() - taken);
    }
    words
}

/// Whether a word can stand at the end of an entry of a role. Of single letters several are one word.
fn may_be(role: Role, word: &str, forms: &Forms) -> bool {
    word.len() == 1 || forms.has(role, word)
}

fn longest(words: usize, is: impl Fn(usize) -> bool) -> Option<usize> {
    (1..=words.saturating_sub(1).min(TITLE_WORDS)).rev().find(|count| is(*count))
}

fn joined(words: &[Word]) -> String {
    join_initials(words.iter().map(|word| word.text.clone()).collect()).join(" ")
}

/// How many words at the end are legal form.
fn legal_words(texts: &[&str], forms: &Forms) -> usize {
    if !texts.last().is_some_and(|last| may_be(Role::LegalEnd, last, forms)) {
        return 0;
    }
    let is_legal = |count: &usize| {
        let behind = texts.len() - count;
        let joined = || join_initials(texts[behind..].iter().map(|text| (*text).to_owned()).collect()).join(" ");
        !forms.has(Role::Particle, texts[behind - 1]) && forms.legal(&joined()).is_some()
    };
    (1..=LEGAL_WORDS.min(texts.len().saturating_sub(1))).rev().find(is_legal).unwrap_or(0)
}

/// The initials of given names: all of them, those of the words alone, and the first.
fn initials_of(names: &[&Word]) -> Vec<Vec<u32>> {
    let of_word = |word: &&&Word| word.letters.first().copied();
    let all: Vec<u32> = names
        .iter()
        .flat_map(|word| {
            word.letters
                .first()
                .copied()
                .into_iter()
                .chain(word.joints.iter().filter_map(|at| word.letters.get(*at).copied()))
        })
        .collect();
    let of_words: Vec<u32> = names.iter().filter_map(|word| of_word(&word)).collect();
    let first = of_words.first().map(|letter| vec![*letter]);
    let mut lists = vec![all];
    if of_words.len() < lists[0].len() {
        lists.push(of_words.clone());
    }
    if of_words.len() > 1 {
        lists.extend(first);
    }
    lists
}

fn class_of(code: u32) -> usize {
    match code {
        0x61..=0x7a => (code - 0x61) as usize,
        0x30..=0x39 => (code - 0x30 + 26) as usize,
        _ => 36,
    }
}

/// Of the first four letters and digits.
fn head_of(codes: &[u32]) -> usize {
    let [first, second, third, fourth, ..] = codes else { return 0 };
    let hash = u64::from(*first) + 31 * u64::from(*second) + 961 * u64::from(*third) + 29_791 * u64::from(*fourth);
    (hash % VALUE_HEADS as u64) as usize
}

fn is_iban(codes: &[u32]) -> bool {
    let mut characters = [0; 34];
    if !(15..=34).contains(&codes.len()) {
        return false;
    }
    for (character, code) in characters.iter_mut().zip(codes) {
        let Ok(own) = u8::try_from(*code) else { return false };
        if own >= 0x80 {
            return false;
        }
        *character = own.to_ascii_uppercase();
    }
    matches!(iban::judge(&characters[..codes.len()]), Verdict::Valid(_))
}
