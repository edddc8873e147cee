//! Towns, streets, subdivisions and their codes (docs/internals/people.md, "Addresses").

use super::draw::{has_form, own_word, parts, words};
use super::lists::{PlaceWords, Places};
use super::lot::Lot;

/// Letters of the shortest word of a street that tells it from others.
const STREET_LETTERS: usize = 4;
/// Numbers of houses, from 1 on.
const HOUSE_NUMBERS: u64 = 199;

/// Writes a town of one of `locales`, over what was there; `false` if it has a word of the form.
#[must_use]
pub fn draw_town(form: &str, locales: u32, lot: &mut Lot, out: &mut String) -> bool {
    draw_place(Places::towns(), form, locales, lot, out)
}

/// Where a town may be drawn for a word form: where it is a town, else where a word of it tells.
#[must_use]
pub fn town_locales(form: &str) -> u32 {
    or_else(Places::towns().having(form), || PlaceWords::towns().locales(form))
}

fn draw_place(places: &Places, form: &str, locales: u32, lot: &mut Lot, out: &mut String) -> bool {
    let place = lot.bit(locales);
    let drawn = places.lists.get(place).map_or("", |list| lot.entry(list));
    out.clear();
    out.push_str(drawn);
    !parts(drawn).any(|word| has_form(form, word))
}

fn or_else(mask: u32, otherwise: impl FnOnce() -> u32) -> u32 {
    if mask == 0 { otherwise() } else { mask }
}

/// A street as its word form tells it.
#[derive(Debug)]
pub struct Street<'form> {
    form: &'form str,
    locales: u32,
    number: Option<Side>,
}

/// Where the number of a house stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Front,
    Behind,
}

impl<'form> Street<'form> {
    /// The street of a word form.
    #[must_use]
    pub fn of(form: &'form str) -> Self {
        let locales = PlaceWords::streets().locales(form);
        let side = |index| if index == 0 { Side::Front } else { Side::Behind };
        Self { form, locales, number: words(form).position(has_digit).map(side) }
    }

    /// Writes a street for a lot, over what was there; `false` if it is too like this one.
    #[must_use]
    pub fn draw(&self, lot: &mut Lot, out: &mut String) -> bool {
        let locale = lot.bit(self.locales);
        let street = Places::streets().lists.get(locale).map_or("", |list| lot.entry(list));
        let number = self.number.map(|side| (side, 1 + lot.take_of::<HOUSE_NUMBERS>()));
        out.clear();
        match number {
            Some((Side::Front, number)) => {
                push_number(number, out);
                out.push(' ');
                out.push_str(street);
            }
            Some((Side::Behind, number)) => {
                out.push_str(street);
                out.push(' ');
                push_number(number, out);
            }
            None => out.push_str(street),
        }
        !self.is_like(street)
    }

    /// Whether a drawn street has a word of this one's that tells it from others, or no word that is not this one's.
    fn is_like(&self, street: &'static str) -> bool {
        let words = PlaceWords::streets();
        let mut are_all_own = true;
        for part in parts(street) {
            match own_word(self.form, part) {
                Some(own) if own.len() >= STREET_LETTERS && !words.has(own) => return true,
                Some(_) => {}
                None => are_all_own = false,
            }
        }
        are_all_own
    }
}

/// Appends a number below a thousand in decimal.
fn push_number(number: usize, out: &mut String) {
    let digits = [number / 100, number / 10 % 10, number % 10].map(|digit| char::from(b'0' + digit as u8));
    let leading = if number < 10 { 2 } else { usize::from(number < 100) };
    out.extend(&digits[leading..]);
}

/// Whether a word has an ASCII digit.
#[must_use]
pub fn has_digit(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

/// A subdivision as its value and word form tell it.
#[derive(Debug)]
pub enum Subdivision<'form> {
    /// A code of two or three letters; the value's in small letters.
    Code(Vec<u8>),
    /// A name, and where it may be drawn.
    Name(&'form str, u32),
}

impl<'form> Subdivision<'form> {
    /// The subdivision of a value and its word form.
    #[must_use]
    pub fn of(text: &[u8], form: &'form str) -> Self {
        if matches!(text.len(), 2 | 3) && text.iter().all(u8::is_ascii_alphabetic) {
            return Self::Code(text.to_ascii_uppercase());
        }
        let places = Places::subdivisions();
        Self::Name(form, or_else(places.having(form), || places.any))
    }

    /// Writes a subdivision for a lot, over what was there; `false` if it is this one or has a word of it.
    #[must_use]
    pub fn draw(&self, lot: &mut Lot, out: &mut String) -> bool {
        match self {
            Self::Code(own) => {
                out.clear();
                out.extend(own.iter().map(|_| char::from(b'A' + lot.take_of::<26>() as u8)));
                out.as_bytes() != own
            }
            Self::Name(form, locales) => draw_place(Places::subdivisions(), form, *locales, lot, out),
        }
    }
}

/// Which postal pattern a character is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Letters that stand in any postcode of the countries that have letters in them.
    Postcode,
    /// Letters that stand behind a number.
    BuildingNumber,
}

impl Pattern {
    /// Whether so many letters and digits of the sorts are one.
    #[must_use]
    pub fn takes(self, digits: usize, letters: usize) -> bool {
        let (lengths, letters_max) = match self {
            Self::Postcode => (3..=12, 12),
            Self::BuildingNumber => (1..=10, 3),
        };
        lengths.contains(&(digits + letters)) && digits > 0 && letters <= letters_max
    }

    /// Appends another code of the pattern of `own`, letters and digits without small letters; `false` if it is the same.
    #[must_use]
    pub fn draw(self, own: &[u8], lot: &mut Lot, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        let mut last = b'A';
        for (index, character) in own.iter().enumerate() {
            let is_first = !last.is_ascii_digit();
            last = *character;
            out.push(match character {
                b'0' if index == 0 && own.len() > 1 => b'0',
                b'1'..=b'9' if is_first => b'1' + lot.take_of::<9>() as u8,
                b'0'..=b'9' => b'0' + lot.take_of::<10>() as u8,
                _ if self == Self::Postcode => b"ABEGHJLNPRTY"[lot.take_of::<12>()],
                _ => b"ABCDEF"[lot.take_of::<6>()],
            });
        }
        out[start..] != *own
    }
}

#[cfg(test)]
mod tests {
    use super::super::lists::locales_of;
    use super::*;

    #[test]
    fn codes_keep_their_pattern() {
        let mut lot = Lot::new(&[0x77; 32]);
        for own in ["0123A", "SW1A1AA", "1012AB"] {
            let mut out = Vec::new();
            assert!(Pattern::Postcode.draw(own.as_bytes(), &mut lot, &mut out));
            let sort = |text: &[u8]| -> Vec<bool> { text.iter().map(u8::is_ascii_digit).collect() };
            assert_eq!(sort(&out), sort(own.as_bytes()));
            assert_eq!(out.starts_with(b"0"), own.starts_with('0'));
        }
        assert!(Pattern::BuildingNumber.takes(1, 0) && !Pattern::BuildingNumber.takes(1, 4));
        assert!(Pattern::Postcode.takes(3, 0) && !Pattern::Postcode.takes(0, 4) && !Pattern::Postcode.takes(2, 0));
    }

    #[test]
    fn streets() {
        let mut out = String::new();
        let street = Street::of("12 ru du lac");
        assert_eq!((street.number, street.locales), (Some(Side::Front), locales_of("fr")));
        assert!(street.draw(&mut Lot::new(&[3; 32]), &mut out));
        assert!(out.starts_with(|first: char| first.is_ascii_digit()), "{out}");
        assert!(street.is_like("Rue du Lac") && !street.is_like("Rue du Moulin"));
        let street = Street::of("ahornstrasse 5");
        assert!(street.is_like("Ahornstrasse") && !street.is_like("Birkenstrasse"));
    }

    #[test]
    fn subdivisions() {
        let mut out = String::new();
        assert!(Subdivision::of(b"ny", "ny").draw(&mut Lot::new(&[9; 32]), &mut out));
        assert_eq!(out.len(), 2);
        let bavaria = Subdivision::of(b"Bayern", "bayern");
        assert!(bavaria.draw(&mut Lot::new(&[9; 32]), &mut out));
        assert!(Places::subdivisions().having(&super::super::form::normal(&out)) & locales_of("de") != 0, "{out}");
    }
}
