//! The words that tell what stands behind them (schemas/detect/words.txt).

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

use crate::people::lists::WordHasher;

/// What a word is evidence of: a phone number follows.
pub const PHONE_WORD: u8 = 1;
/// A number of another kind follows.
pub const NUMBER_WORD: u8 = 2;
/// A BIC follows.
pub const BIC_WORD: u8 = 4;
/// A national identifier follows.
pub const ID_WORD: u8 = 8;
/// A name follows.
pub const SALUTATION: u8 = 16;
/// An article: a noun follows.
pub const ARTICLE: u8 = 32;
/// A family name that is a word of a language.
pub const COMMON: u8 = 64;
/// A word of the form of a BIC.
pub const BIC_ALIKE: u8 = 128;
/// Letters of the longest word that is looked up.
pub const WORD_MAX: usize = 24;

/// The words in letter form, each with its bits, and the countries.
pub struct Words {
    bits: HashMap<String, u8, BuildHasherDefault<WordHasher>>,
    countries: [bool; 26 * 26],
}

impl Words {
    /// The list that is part of this crate.
    #[must_use]
    pub fn load() -> &'static Self {
        static WORDS: LazyLock<Words> = LazyLock::new(Words::read);
        &WORDS
    }

    fn read() -> Self {
        let mut words = Self { bits: HashMap::default(), countries: [false; 26 * 26] };
        let mut list = "";
        for line in include_str!("../../../schemas/detect/words.txt").lines().skip(1) {
            if let Some(head) = line.strip_prefix('@') {
                list = head.split(' ').next().unwrap_or_default();
            } else if let ("country", [first, second]) = (list, line.as_bytes()) {
                if let Some(country) = words.countries.get_mut(country_index(u32::from(*first), u32::from(*second))) {
                    *country = true;
                }
            } else {
                *words.bits.entry(letter_form(line)).or_default() |= bit_of(list);
            }
        }
        words
    }

    /// The bits of a word in letter form.
    #[must_use]
    pub fn bits(&self, word: &str) -> u8 {
        self.bits.get(word).copied().unwrap_or(0)
    }

    /// Whether two small letters are a country.
    #[must_use]
    pub fn is_country(&self, first: u32, second: u32) -> bool {
        self.countries.get(country_index(first, second)).copied().unwrap_or(false)
    }
}

fn country_index(first: u32, second: u32) -> usize {
    let is_letter = |code: u32| (0x61..=0x7a).contains(&code);
    if is_letter(first) && is_letter(second) { ((first - 0x61) * 26 + second - 0x61) as usize } else { usize::MAX }
}

fn bit_of(list: &str) -> u8 {
    match list {
        "phone" => PHONE_WORD,
        "number" => NUMBER_WORD,
        "bic" => BIC_WORD,
        "id" => ID_WORD,
        "salutation" => SALUTATION,
        "article" => ARTICLE,
        "common" => COMMON,
        "bic-word" => BIC_ALIKE,
        _ => 0,
    }
}

/// The letter form of small ASCII letters: `e` behind a, o, u and `a` behind a are left out.
fn letter_form(word: &str) -> String {
    let mut before = 0;
    let mut form = String::with_capacity(word.len());
    for character in word.chars() {
        if !is_dropped(before, u32::from(character)) {
            form.push(character);
        }
        before = u32::from(character);
    }
    form
}

/// Whether a small letter counts for nothing behind another: umlauts and å are written with a second letter.
#[inline]
#[must_use]
pub fn is_dropped(before: u32, code: u32) -> bool {
    match code {
        0x65 => matches!(before, 0x61 | 0x6f | 0x75),
        0x61 => before == 0x61,
        _ => false,
    }
}
