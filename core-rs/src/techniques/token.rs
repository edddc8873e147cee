//! Tokens and hashes: the keyed digest of a canonical form, spelled in the alphabet of the field (docs/internals/engine.md).

use crate::kinds::alphabet::write_number;
use crate::plan::{self, Kind, Shape};
use crate::text::fit::{Fit, has_reference_slashes, is_of_alphabet};

const TOKEN_WIDTH_DEFAULT: usize = 20;
const TOKEN_WIDTH_MAX: usize = 48;
const DIGITS_WIDTH_DEFAULT: usize = 28;
const HASH_WIDTH_DEFAULT: usize = 32;
const PHONE_DIGITS: usize = 12;
/// Country, `00`, which no IBAN has for check digits, and 20 characters.
const IBAN_TOKEN_LENGTH: usize = 24;

/// Letters in front of a prefixed identifier.
const PREFIX_LETTERS_MAX: usize = 11;
/// A letter, a separator, `PS` and the separator.
const PREFIXED_MIN: usize = 5;
/// As many letters as there may be, and as above.
const PREFIXED_MAX: usize = PREFIX_LETTERS_MAX + 4;

const CROCKFORD: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CROCKFORD_SMALL: &[u8] = b"0123456789abcdefghjkmnpqrstvwxyz";
const DECIMAL: &[u8] = b"0123456789";
const HEXADECIMAL: &[u8] = b"0123456789abcdef";

/// How a digest is spelled: fixed text around `width` characters of an alphabet.
#[derive(Clone, Debug)]
pub struct Spelling {
    alphabet: &'static [u8],
    width: usize,
    before: String,
    after: &'static str,
    /// The country of the value stands in front.
    has_country: bool,
}

impl Spelling {
    /// The token of TOKEN, and of PSEUDONYM of a text kind.
    ///
    /// # Errors
    /// What the operation breaks, in words.
    pub fn of_token(kind: Kind, prefix: &str, width: usize, fit: &Fit) -> Result<Self, &'static str> {
        if width > TOKEN_WIDTH_MAX {
            return Err("token wider than 48");
        }
        let or_default = |default: usize| if width == 0 { default } else { width };
        if kind == Kind::Email {
            return Self::of_email(or_default(TOKEN_WIDTH_DEFAULT), fit);
        }
        match fit.shape {
            Shape::Text
            | Shape::SwiftX
            | Shape::Code
            | Shape::Alphanumeric
            | Shape::UpperAlphanumeric
            | Shape::Reference16x => Self::checked(CROCKFORD, or_default(TOKEN_WIDTH_DEFAULT), prefix, fit),
            Shape::Hex => Self::checked(HEXADECIMAL, or_default(TOKEN_WIDTH_DEFAULT), prefix, fit),
            Shape::Digits => {
                let most = if fit.max == 0 { DIGITS_WIDTH_DEFAULT } else { fit.max.min(DIGITS_WIDTH_DEFAULT) };
                let prefixes = fit.prefix.chars().count() + prefix.chars().count();
                Self::checked(DECIMAL, or_default(most.saturating_sub(prefixes)), prefix, fit)
            }
            Shape::Iban => {
                check_length(IBAN_TOKEN_LENGTH, fit)?;
                Ok(Self::of_iban())
            }
            Shape::Phone => {
                let before = "+999-".to_owned();
                check_length(before.len() + PHONE_DIGITS, fit)?;
                Ok(Self { alphabet: DECIMAL, width: PHONE_DIGITS, before, after: "", has_country: false })
            }
            _ => Err("the shape takes no token"),
        }
    }

    /// The token behind a value's own prefix ([`prefix_of`]).
    ///
    /// # Errors
    /// What the operation breaks, in words.
    pub fn of_prefixed(width: usize, fit: &Fit) -> Result<Self, &'static str> {
        if width > TOKEN_WIDTH_MAX {
            return Err("token wider than 48");
        }
        if !matches!(fit.shape, Shape::Text | Shape::SwiftX | Shape::Code) || !fit.prefix.is_empty() {
            return Err("the shape takes no prefixed token");
        }
        let width = if width == 0 { TOKEN_WIDTH_DEFAULT } else { width };
        if fit.min > PREFIXED_MIN + width || (fit.max > 0 && fit.max < PREFIXED_MAX + width) {
            return Err("a prefixed token does not fit");
        }
        Ok(Self { alphabet: CROCKFORD, width, before: String::new(), after: "", has_country: false })
    }

    /// The token of `otherwise`; `None` where that is a redaction.
    #[must_use]
    pub fn of_otherwise(kind: Kind, fit: &Fit) -> Option<Self> {
        if (1..TOKEN_WIDTH_DEFAULT).contains(&fit.max) {
            return None;
        }
        // What has no prefix gets a text's token.
        let kind = if kind == Kind::PrefixedId { Kind::Text } else { kind };
        Self::of_token(kind, "", 0, fit).ok()
    }

    /// The token that is of IBAN form.
    #[must_use]
    pub fn of_iban() -> Self {
        Self { alphabet: CROCKFORD, width: 20, before: "00".to_owned(), after: "", has_country: true }
    }

    /// The hash of a field.
    ///
    /// # Errors
    /// What the operation breaks, in words.
    pub fn of_hash(hash: plan::Hash, prefix: &str, width: usize, fit: &Fit) -> Result<Self, &'static str> {
        let most = if hash == plan::Hash::HmacSha512 { 128 } else { 64 };
        if width > most {
            return Err("hash wider than its digest");
        }
        match fit.shape {
            Shape::Text | Shape::SwiftX | Shape::Code | Shape::Alphanumeric | Shape::Reference16x | Shape::Hex => {
                Self::checked(HEXADECIMAL, if width == 0 { HASH_WIDTH_DEFAULT } else { width }, prefix, fit)
            }
            _ => Err("the shape takes no hash"),
        }
    }

    fn of_email(width: usize, fit: &Fit) -> Result<Self, &'static str> {
        if fit.shape != Shape::Text || !fit.prefix.is_empty() {
            return Err("an e-mail token is text");
        }
        let after = "@example.com";
        check_length(width + after.len(), fit)?;
        Ok(Self { alphabet: CROCKFORD_SMALL, width, before: String::new(), after, has_country: false })
    }

    fn checked(alphabet: &'static [u8], width: usize, prefix: &str, fit: &Fit) -> Result<Self, &'static str> {
        if width == 0 {
            return Err("no room for a token");
        }
        if !is_prefix_of(fit.shape, prefix) {
            return Err("the prefix has characters that the shape does not admit");
        }
        check_length(fit.prefix.chars().count() + prefix.chars().count() + width, fit)?;
        let before = format!("{}{prefix}", fit.prefix);
        Ok(Self { alphabet, width, before, after: "", has_country: false })
    }

    /// Appends the token of a digest; `text` is the value, whose first two letters are the country of an IBAN token.
    pub fn write_token(&self, digest: [u8; 32], text: &[u8], out: &mut Vec<u8>) {
        if self.has_country {
            out.extend_from_slice(&country_of(text));
        }
        out.extend_from_slice(self.before.as_bytes());
        let start = out.len();
        out.resize(start + self.width, 0);
        write_digits(self.alphabet, digest, &mut out[start..]);
        out.extend_from_slice(self.after.as_bytes());
    }

    /// Appends the first characters of a digest in hexadecimal.
    pub fn write_hash(&self, digest: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(self.before.as_bytes());
        let nibbles = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        out.extend(nibbles.take(self.width).map(|nibble| HEXADECIMAL[usize::from(nibble)]));
    }
}

/// The least significant digits of a digest as a big-endian number, most significant first.
fn write_digits(alphabet: &[u8], digest: [u8; 32], out: &mut [u8]) {
    let mut number = [0_u64; 4];
    let (words, _) = digest.as_chunks::<8>();
    for (word, bytes) in number.iter_mut().rev().zip(words) {
        *word = u64::from_be_bytes(*bytes);
    }
    if alphabet.len().is_power_of_two() {
        let bits = alphabet.len().ilog2();
        for (index, character) in out.iter_mut().rev().enumerate() {
            let at = index * bits as usize;
            let (word, shift) = (at / 64, (at % 64) as u32);
            let above = number.get(word + 1).copied().unwrap_or(0);
            let digit = (u128::from(above) << 64 | u128::from(number[word])) >> shift;
            *character = alphabet[digit as usize & (alphabet.len() - 1)];
        }
        return;
    }
    write_number(&mut number, alphabet, out);
}

/// Letters and separator in front of a prefixed identifier, `[A-Za-z]{1,11}` and `_` or `-`; `None` for what is none, and for a
/// separator that the shape does not admit.
#[must_use]
pub fn prefix_of(shape: Shape, text: &[u8]) -> Option<&[u8]> {
    let letters = text.iter().take_while(|character| character.is_ascii_alphabetic()).count();
    let (prefix, rest) = text.split_at_checked(letters + 1)?;
    let is_separator = |character: &u8| *character == b'-' || *character == b'_' && shape != Shape::SwiftX;
    let is_inside = |character: &u8| character.is_ascii_alphanumeric() || is_separator(character);
    let is_prefixed = (1..=PREFIX_LETTERS_MAX).contains(&letters)
        && prefix.last().is_some_and(is_separator)
        && !rest.is_empty()
        && rest.iter().all(is_inside);
    is_prefixed.then_some(prefix)
}

/// The first two characters in capitals if they are letters, else `XX`.
fn country_of(text: &[u8]) -> [u8; 2] {
    match text {
        [first, second, ..] if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
            [first.to_ascii_uppercase(), second.to_ascii_uppercase()]
        }
        _ => *b"XX",
    }
}

/// A text shape admits controls in a value, but a fixed prefix has no use for them.
fn is_prefix_of(shape: Shape, prefix: &str) -> bool {
    is_of_alphabet(shape, prefix.as_bytes())
        && !prefix.bytes().any(|byte| byte < 0x20)
        // The characters behind it are no slash, so only its start and its inside can break the rule.
        && (shape != Shape::Reference16x || has_reference_slashes(format!("{prefix}A").as_bytes()))
}

fn check_length(length: usize, fit: &Fit) -> Result<(), &'static str> {
    if length < fit.min {
        Err("shorter than the field's minimum")
    } else if fit.max > 0 && length > fit.max {
        Err("longer than the field's maximum")
    } else {
        Ok(())
    }
}
