//! One line of an address (docs/internals/people.md, "Addresses").

use super::draw::{LENGTH_MAX, cut, words};
use super::form::{form_of_words, plain_words, word_form, write_small_words};
use super::lists::{PlaceWords, Places};
use super::lot::Lot;
use super::place::{Pattern, Street, draw_town, has_digit, town_locales};
use crate::text::unicode::Unicode;

/// Letters and digits of a postal word that count.
const POSTAL_MAX: usize = 12;

/// What a line of an address is told to be by its words.
#[derive(Debug)]
pub struct Line {
    form: String,
    sort: Sort,
}

#[derive(Debug)]
enum Sort {
    Postal(Postal),
    Street,
    Town,
}

/// A postcode in a line.
#[derive(Debug)]
struct Postal {
    /// Letters and digits in capitals.
    characters: Vec<u8>,
    /// How many of them are the first word.
    first: usize,
    is_in_front: bool,
    /// Where the town is.
    locales: u32,
}

impl Line {
    /// The line of a text that is decomposed and folded.
    #[must_use]
    pub fn of(text: &str, unicode: &Unicode) -> Self {
        if !has_digit(text) {
            let mut small = Vec::new();
            let is_small = write_small_words(text.as_bytes(), &mut small);
            let form = String::from_utf8(small).ok().filter(|_| is_small);
            return Self::of_form(form.unwrap_or_else(|| word_form(text, unicode)), None);
        }
        let words = plain_words(text, unicode);
        let postal = Postal::find(&words);
        Self::of_form(form_of_words(&words, text), postal)
    }

    /// The town of a text without letters and digits.
    #[must_use]
    pub fn town(text: &str) -> Self {
        Self { form: text.to_owned(), sort: Sort::Town }
    }

    fn of_form(form: String, postal: Option<Postal>) -> Self {
        let street_words = PlaceWords::streets();
        let is_street = |word: &str| has_digit(word) || street_words.group(word).is_some();
        let sort = match postal {
            Some(mut postal) => {
                let towns = Places::towns();
                let town = form.rsplit(' ').map(|word| towns.having(word)).find(|locales| *locales != 0);
                postal.locales = town.unwrap_or_else(|| PlaceWords::towns().locales(&form));
                Sort::Postal(postal)
            }
            None if words(&form).any(is_street) => Sort::Street,
            None => Sort::Town,
        };
        Self { form, sort }
    }

    /// What the line is drawn under.
    #[must_use]
    pub fn form(&self) -> &str {
        &self.form
    }

    /// Writes another line for a lot, over what was there; `false` if it is too like this one.
    #[must_use]
    pub fn draw(&self, lot: &mut Lot, out: &mut String) -> bool {
        let is_drawn = match &self.sort {
            Sort::Postal(postal) => postal.draw(&self.form, lot, out),
            Sort::Street => Street::of(&self.form).draw(lot, out),
            Sort::Town => draw_town(&self.form, town_locales(&self.form), lot, out),
        };
        cut(out, LENGTH_MAX);
        is_drawn
    }
}

impl Postal {
    /// The first postal word or pair of words that are joined by spaces.
    fn find(words: &str) -> Option<Self> {
        let mut rest = words.split(' ').peekable();
        let mut is_in_front = true;
        while let Some(word) = rest.next() {
            let next = rest.peek().copied().unwrap_or_default();
            if let Some(pair) = second_of(word, next) {
                let word = &word[..word.len().min(POSTAL_MAX)];
                let characters = [word, pair].concat().to_ascii_uppercase().into_bytes();
                return Some(Self { characters, first: word.len(), is_in_front, locales: 0 });
            }
            is_in_front = false;
        }
        None
    }

    fn draw(&self, form: &str, lot: &mut Lot, out: &mut String) -> bool {
        let is_town = draw_town(form, self.locales, lot, out);
        let mut code = Vec::with_capacity(POSTAL_MAX + 3);
        let is_code = Pattern::Postcode.draw(&self.characters, lot, &mut code);
        if self.first < code.len() {
            code.insert(self.first, b' ');
        }
        // The space that parts code and town is at the code's side of it.
        code.insert(if self.is_in_front { code.len() } else { 0 }, b' ');
        let at = if self.is_in_front { 0 } else { out.len() };
        out.insert_str(at, &String::from_utf8_lossy(&code));
        is_town && is_code
    }
}

/// What belongs to a postal word besides itself, the next word or nothing; `None` if it is none.
fn second_of<'word>(word: &str, next: &'word str) -> Option<&'word str> {
    let (word, second) = (word.as_bytes(), next.as_bytes());
    match (word, second) {
        _ if word.len() >= 4 && word.iter().all(u8::is_ascii_digit) => {
            let has_letters = word.len() == 4 && second.len() == 2 && second.iter().all(u8::is_ascii_lowercase);
            Some(if has_letters { next } else { "" })
        }
        // Canada.
        ([b'a'..=b'z', b'0'..=b'9', b'a'..=b'z'], [b'0'..=b'9', b'a'..=b'z', b'0'..=b'9']) => Some(next),
        (_, [b'0'..=b'9', b'a'..=b'z', b'a'..=b'z']) if is_outward(word) => Some(next),
        _ => None,
    }
}

/// The first half of a British postcode: `[a-z]{1,2}[0-9][0-9a-z]?`.
fn is_outward(word: &[u8]) -> bool {
    let letters = word.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    let is_behind = match &word[letters..] {
        [digit] => digit.is_ascii_digit(),
        [digit, last] => digit.is_ascii_digit() && (last.is_ascii_digit() || last.is_ascii_lowercase()),
        _ => false,
    };
    (1..=2).contains(&letters) && is_behind
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn postal_words() {
        for (words, found) in [
            ("80331 munchen", Some(("80331", 5, true))),
            ("1012 ab amsterdam", Some(("1012AB", 4, true))),
            ("1012 abc amsterdam", Some(("1012", 4, true))),
            ("london sw1a 2ae", Some(("SW1A2AE", 4, false))),
            ("ottawa k1a 0b1", Some(("K1A0B1", 3, false))),
            ("12345678901234 x", Some(("123456789012", 12, true))),
            ("gartenweg 12", None),
            ("b12 3c", None),
        ] {
            let postal = Postal::find(words);
            let postal = postal.as_ref().map(|postal| {
                (String::from_utf8_lossy(&postal.characters).into_owned(), postal.first, postal.is_in_front)
            });
            assert_eq!(
                postal,
                found.map(|(characters, first, front)| (characters.to_owned(), first, front)),
                "{words}"
            );
        }
    }

    #[test]
    fn lines() {
        let unicode = Unicode::load().unwrap();
        let mut out = String::new();
        let draw = |text: &str, out: &mut String| Line::of(text, unicode).draw(&mut Lot::new(&[0x3d; 32]), out);
        assert!(draw("london sw1a 2ae", &mut out));
        let (town, code) = out.split_at(out.len() - 9);
        assert!(!has_digit(town) && code.starts_with(' ') && code[5..].starts_with(' '), "{out}");
        assert!(draw("80331 munchen", &mut out));
        assert!(out[..5].bytes().all(|byte| byte.is_ascii_digit()) && out.as_bytes()[5] == b' ', "{out}");
        assert!(draw("gartenweg 12", &mut out));
        assert!(out.ends_with(|last: char| last.is_ascii_digit()), "{out}");
        assert!(draw("munchen", &mut out));
        assert!(!has_digit(&out), "{out}");
    }
}
