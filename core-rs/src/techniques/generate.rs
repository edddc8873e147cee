//! GENERATE: values that have nothing of what stood there, drawn for the place where it stood (docs/internals/engine.md, "GENERATE").

use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher};

use super::{day, decimal};
use crate::kinds::class::classify;
use crate::kinds::subject::{CHARACTERS_MAX, Subject};
use crate::operation::{Classed, People};
use crate::people::birth::Birth;
use crate::people::contact::domain_of;
use crate::people::place::Pattern;
use crate::plan::{self, Kind, Shape};
use crate::text::fit::{Fit, is_of_alphabet};

/// Places of a text at most.
const PLACES_MAX: usize = 256;

/// What is drawn.
#[derive(Clone, Debug)]
pub enum Generated {
    /// A number: so many steps from the least one on.
    Amount {
        /// Count of 10⁻⁹.
        from: i128,
        /// Between two that are next to each other.
        step: i128,
        /// How many there are.
        count: u64,
        /// Digits behind the mark.
        decimals: usize,
    },
    /// A day.
    Day {
        /// Days since 1970-01-01.
        from: i64,
        /// How many there are.
        count: u64,
    },
    /// Characters, one of each list.
    Places(Vec<Vec<char>>),
    /// Another value of the class of one.
    Class(Classed, Vec<u8>),
    /// As a pseudonym of a value that is drawn from lists.
    People(People, Vec<u8>),
}

impl Generated {
    /// A number between two.
    ///
    /// # Errors
    /// What the operation breaks, in words.
    pub fn of_amount(operation: &plan::Operation, fit: &Fit) -> Result<Self, &'static str> {
        if !decimal::is_numeric(fit.shape) || !fit.prefix.is_empty() {
            return Err("the shape has no numbers");
        }
        let read = |text: &str| decimal::read(Shape::Number, text.as_bytes()).ok_or("no number to generate from or to");
        let (from, to) = (read(&operation.from)?, read(&operation.to)?);
        let decimals = from.decimals.max(to.decimals);
        let step = decimal::step(decimals);
        let count = u64::try_from((to.units - from.units) / step + 1).ok().filter(|_| from.units <= to.units);
        let count = count.ok_or("the range of amounts is empty or too wide")?;
        for end in [from.units, to.units] {
            let mut out = Vec::new();
            if !decimal::write(end, decimals, fit.shape, &mut out) || !fit.admits(&out) {
                return Err("an end of the range is not of the type");
            }
        }
        Ok(Self::Amount { from: from.units, step, count, decimals })
    }

    /// A day between two.
    ///
    /// # Errors
    /// What the operation breaks, in words.
    pub fn of_day(operation: &plan::Operation, fit: &Fit) -> Result<Self, &'static str> {
        let read = |text: &str| {
            let written = day::Written::new(Shape::Date, false, text.as_bytes(), None).filter(|_| text.len() == 10);
            written.map(|written| written.day).ok_or("no day to generate from or to")
        };
        let (from, to) = (read(&operation.from)?, read(&operation.to)?);
        let count = u64::try_from(to - from + 1).ok().filter(|count| *count > 0).ok_or("the range of days is empty")?;
        for end in [from, to] {
            let mut out = Vec::new();
            let is_written = write_day(fit, end, &mut out);
            // The century in front of a date is one of the neutral constant, not of the value.
            if !is_written || !(fit.admits(&out) || fit.shape == Shape::SwiftDate && !fit.prefix.is_empty()) {
                return Err("the shape has no days");
            }
        }
        Ok(Self::Day { from, count })
    }

    /// Characters from lists.
    ///
    /// # Errors
    /// What the operation breaks, in words.
    pub fn of_places(operation: &plan::Operation, fit: &Fit) -> Result<Self, &'static str> {
        let is_text = matches!(
            fit.shape,
            Shape::Text
                | Shape::SwiftX
                | Shape::Code
                | Shape::Alphanumeric
                | Shape::UpperAlphanumeric
                | Shape::Reference16x
                | Shape::Digits
                | Shape::Hex
        );
        if !is_text || !fit.prefix.is_empty() {
            return Err("the shape takes no generated text");
        }
        let is_taken = |place: &String| {
            !place.is_empty()
                && is_of_alphabet(fit.shape, place.as_bytes())
                && !place.bytes().any(|byte| byte < 0x20)
                && (fit.shape != Shape::Reference16x || !place.contains('/'))
        };
        if !operation.places.iter().all(is_taken) {
            return Err("a place has characters that the shape does not admit");
        }
        let count = operation.places.len();
        if !(1..=PLACES_MAX).contains(&count) || !fit.admits_length(count) {
            return Err("the generated text does not fit");
        }
        Ok(Self::Places(operation.places.iter().map(|place| place.chars().collect()).collect()))
    }

    /// Another value of the class of `like`.
    ///
    /// # Errors
    /// What the operation breaks, in words.
    pub fn of_class(classed: Classed, kind: Kind, like: &str, fit: &Fit) -> Result<Self, &'static str> {
        let like = like.as_bytes();
        let mut characters = [0; CHARACTERS_MAX];
        let is_classed = like.is_ascii()
            && fit.admits(like)
            && Subject::new(like, &mut characters).is_some_and(|mut subject| {
                classify(kind, fit.shape, 0, &mut subject)
                    .is_ok_and(|class| class.family.domain(subject.joined(), &mut None).is_some())
            });
        if is_classed { Ok(Self::Class(classed, like.to_vec())) } else { Err(NOT_LIKE) }
    }

    /// As the pseudonym of `like`.
    ///
    /// # Errors
    /// What the operation breaks, in words.
    pub fn of_people(people: People, kind: Kind, like: &str, fit: &Fit) -> Result<Self, &'static str> {
        let text = like.as_bytes();
        let (digits, letters) = (count(text, u8::is_ascii_digit), count(text, u8::is_ascii_alphabetic));
        let is_code = |pattern: Pattern| {
            text.is_ascii() && text.len() <= CHARACTERS_MAX && pattern.takes(digits, letters) && fit.admits(text)
        };
        let is_like = match kind {
            Kind::Postcode => is_code(Pattern::Postcode),
            Kind::BuildingNumber => is_code(Pattern::BuildingNumber),
            Kind::BirthDate => Birth::of(text).is_some() && (fit.shape == Shape::SwiftDate || fit.admits(text)),
            Kind::Email => domain_of(text).is_some(),
            _ => letters > 0 && text.is_ascii() && !text.iter().any(u8::is_ascii_control),
        };
        if is_like { Ok(Self::People(people, text.to_vec())) } else { Err(NOT_LIKE) }
    }
}

const NOT_LIKE: &str = "`like` is not of the kind and the type";

fn count(text: &[u8], is_counted: fn(&u8) -> bool) -> usize {
    text.iter().filter(|byte| is_counted(byte)).count()
}

/// Appends a day as the field has it; `false` where it has none.
pub fn write_day(fit: &Fit, day: i64, out: &mut Vec<u8>) -> bool {
    let (year, month, of_month) = day::date_of(day);
    let written = match fit.shape {
        Shape::Date | Shape::Text => format!("{year:04}-{month:02}-{of_month:02}"),
        Shape::DateTime => format!("{year:04}-{month:02}-{of_month:02}T00:00:00Z"),
        Shape::Year => format!("{year:04}"),
        Shape::SwiftDate if fit.prefix.is_empty() => format!("{:02}{month:02}{of_month:02}", year.rem_euclid(100)),
        Shape::SwiftDate => format!("{year:04}{month:02}{of_month:02}"),
        _ => return false,
    };
    out.extend_from_slice(written.as_bytes());
    true
}

/// The keystream of `ChaCha20` (RFC 8439) under one key, nonce 0, from block 0 on.
pub struct Stream(ChaCha20);

impl Stream {
    /// The stream of a key.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(ChaCha20::new(&key.into(), &[0; 12].into()))
    }

    /// The next 32 bytes.
    pub fn key(&mut self) -> [u8; 32] {
        let mut key = [0; 32];
        self.0.apply_keystream(&mut key);
        key
    }

    /// A number below a count: the next eight bytes, big-endian, as a part of 2⁶⁴.
    pub fn below(&mut self, count: u64) -> u64 {
        let mut word = [0; 8];
        self.0.apply_keystream(&mut word);
        ((u128::from(u64::from_be_bytes(word)) * u128::from(count)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8439, A.1, test vectors 1 and 2: the key of zeros, blocks 0 and 1.
    #[test]
    fn the_stream_of_the_standard() {
        let mut stream = Stream::new([0; 32]);
        let first: Vec<u8> = (0..2).flat_map(|_| stream.key()).collect();
        assert_eq!(first[..8], [0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90]);
        assert_eq!(first[60..], [0xb2, 0xee, 0x65, 0x86]);
        let word = u64::from_be_bytes([0x9f, 0x07, 0xe7, 0xbe, 0x55, 0x51, 0x38, 0x7a]);
        assert_eq!(u128::from(stream.below(1_000_003)), (u128::from(word) * 1_000_003) >> 64);
    }
}
