//! MASK: characters hidden behind one character, wholly or with the ends kept (docs/internals/engine.md, "MASK").

use crate::kinds::subject::is_grouped_digits;
use crate::plan::{Kind, Shape};
use crate::tables::Encoding;
use crate::text::fit::{Fit, is_of_alphabet};

/// Length of a total mask, so that the value's own length does not show.
const TOTAL_WIDTH: usize = 8;
/// Characters that stay hidden at least.
const HIDDEN_MIN: usize = 4;
/// Mask characters of a mailbox, whatever its length.
const MAILBOX_WIDTH: usize = 5;

/// What a value is taken for, by the operation's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    /// Limits by length.
    Pan,
    /// The domain stays, the ends of the mailbox may.
    Email,
    /// Separators stay.
    Digits,
}

/// The mask of a field.
#[derive(Clone, Debug)]
pub struct Mask {
    /// One code point in UTF-8.
    character: String,
    keep_first: usize,
    keep_last: usize,
    total_width: usize,
    /// Limits of an e-mail address; 0 is none.
    min: usize,
    max: usize,
    form: Form,
}

impl Mask {
    /// # Errors
    /// What the operation breaks, in words.
    pub fn new(
        kind: Kind,
        fit: &Fit,
        mask_character: &str,
        keep_first: u32,
        keep_last: u32,
    ) -> Result<Self, &'static str> {
        if !fit.prefix.is_empty() {
            return Err("a field with a fixed prefix takes no mask");
        }
        let default = default_character(fit.shape).ok_or("the shape takes no mask")?;
        let character = if mask_character.is_empty() { default } else { mask_character };
        if character.chars().count() > 1 {
            return Err("mask_character is more than one character");
        }
        if !is_of_alphabet(fit.shape, character.as_bytes()) {
            return Err("the shape does not admit the mask character");
        }
        let cut = if fit.max == 0 { TOTAL_WIDTH } else { fit.max.min(TOTAL_WIDTH) };
        Ok(Self {
            character: character.to_owned(),
            keep_first: keep_first as usize,
            keep_last: keep_last as usize,
            total_width: cut.max(fit.min),
            min: fit.min,
            max: fit.max,
            form: match kind {
                Kind::Pan => Form::Pan,
                Kind::Email => Form::Email,
                Kind::Digits => Form::Digits,
                _ => Form::Text,
            },
        })
    }

    /// Appends the masked form of a text of `count` code points; `encoding` is that of its first segment.
    pub fn write(&self, text: &[u8], encoding: Encoding, count: usize, out: &mut Vec<u8>) {
        let is_line = matches!(encoding, Encoding::MtLine | Encoding::MtWrap);
        if self.form == Form::Email && !is_line && self.write_email(text, out) {
            return;
        }
        let countable = text.iter().filter(|byte| is_countable(**byte)).count();
        let (first, last) = self.kept(text, countable);
        if first + last == 0 && !(self.form == Form::Digits && is_grouped_digits(text)) {
            let width = if is_line { count } else { self.total_width };
            out.extend(self.character.as_bytes().iter().cycle().take(width * self.character.len()));
            return;
        }
        let mut seen = 0;
        for character in text.utf8_chunks().flat_map(|chunk| chunk.valid().chars()) {
            let mut bytes = [0; 4];
            let bytes = character.encode_utf8(&mut bytes).as_bytes();
            let is_counted = is_countable(bytes[0]);
            let is_hidden = is_counted && seen >= first && seen < countable - last;
            seen += usize::from(is_counted);
            out.extend_from_slice(if is_hidden { self.character.as_bytes() } else { bytes });
        }
    }

    /// How many letters and digits stay at both ends.
    fn kept(&self, text: &[u8], countable: usize) -> (usize, usize) {
        match self.form {
            Form::Text => self.ends(countable),
            Form::Digits if is_grouped_digits(text) => self.ends(countable),
            Form::Pan if is_grouped_digits(text) => card_limits(countable, self.keep_first, self.keep_last),
            _ => (0, 0),
        }
    }

    /// The ends that so many characters can spare.
    fn ends(&self, countable: usize) -> (usize, usize) {
        let (first, last) = (self.keep_first, self.keep_last);
        if countable < 2 * (first + last) || countable < first + last + HIDDEN_MIN { (0, 0) } else { (first, last) }
    }

    /// Writes an e-mail address; false for what is none, or does not fit.
    fn write_email(&self, text: &[u8], out: &mut Vec<u8>) -> bool {
        let mut parts = text.split(|byte| *byte == b'@');
        let (Some(mailbox), Some(domain), None) = (parts.next(), parts.next(), parts.next()) else { return false };
        let Ok(mailbox) = std::str::from_utf8(mailbox) else { return false };
        if mailbox.is_empty() || domain.is_empty() || !domain.iter().all(|byte| is_of_domain(*byte)) {
            return false;
        }
        let length = mailbox.chars().count();
        let (first, last) = self.ends(length);
        let width = first + MAILBOX_WIDTH + last + 1 + domain.len();
        if width < self.min || (self.max > 0 && width > self.max) {
            return false;
        }
        let mut bytes = [0; 4];
        for character in mailbox.chars().take(first) {
            out.extend_from_slice(character.encode_utf8(&mut bytes).as_bytes());
        }
        out.extend(self.character.as_bytes().iter().cycle().take(MAILBOX_WIDTH * self.character.len()));
        for character in mailbox.chars().skip(length - last) {
            out.extend_from_slice(character.encode_utf8(&mut bytes).as_bytes());
        }
        out.push(b'@');
        out.extend_from_slice(domain);
        true
    }
}

fn is_of_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-'
}

/// Digits of a card number that may be shown together, by length (PCI DSS 3.4.1 and the council's FAQ on truncation).
fn card_limits(digits: usize, keep_first: usize, keep_last: usize) -> (usize, usize) {
    if digits < 13 {
        return (0, 0);
    }
    let first = keep_first.min(if digits >= 16 { 8 } else { 6 });
    let last = keep_last.min(4);
    (first.min(digits - last - HIDDEN_MIN), last)
}

/// Letters and digits, by the first byte of their UTF-8; whatever is beyond ASCII counts as a letter, so that it is hidden.
fn is_countable(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0xc0
}

fn default_character(shape: Shape) -> Option<&'static str> {
    match shape {
        Shape::Text | Shape::Unknown => Some("*"),
        Shape::Digits => Some("0"),
        Shape::SwiftX | Shape::Reference16x | Shape::Alphanumeric | Shape::UpperAlphanumeric | Shape::Code => Some("X"),
        _ => None,
    }
}
