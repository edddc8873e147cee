//! Check digits: Luhn, ISO 7064 MOD 97-10 and the national checks of the IBAN countries (schemas/kinds/README.md).

use super::iban::{Algorithm, CIN_ODD, Check, Letters};

/// The Luhn check digit (ISO/IEC 7812-1, annex B) of ASCII digits without their check digit.
#[must_use]
pub fn luhn(digits: &[u8]) -> u8 {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, character)| {
            let digit = u32::from(character - b'0');
            // From the right, each first, third, … digit is doubled and the digits of the product are added.
            if index % 2 == 0 { digit * 2 - if digit > 4 { 9 } else { 0 } } else { digit }
        })
        .sum();
    b'0' + ((10 - sum % 10) % 10) as u8
}

/// Whether the last of the ASCII digits is the Luhn check digit of the others.
#[must_use]
pub fn luhn_valid(digits: &[u8]) -> bool {
    digits.split_last().is_some_and(|(check, number)| luhn(number) == *check)
}

/// The number that upper-case letters and digits spell, modulo 97: a letter is A = 10 … Z = 35 (ISO 7064).
#[must_use]
pub fn modulo_97(parts: [&[u8]; 2]) -> u32 {
    let mut number = 0_u64;
    for part in parts {
        // A remainder and eight characters are below 97·10^16, so a reduction after each eight is enough.
        for characters in part.chunks(8) {
            number = characters.iter().fold(number % 97, |number, character| {
                let (factor, value) = ISO_7064[usize::from(*character)];
                number * u64::from(factor) + u64::from(value)
            });
        }
    }
    (number % 97) as u32
}

/// By character: by how much it moves what stands in front of it, and its own value.
static ISO_7064: [(u8, u8); 256] = {
    let mut table = [(10, 0); 256];
    let mut character = b'0';
    while character <= b'9' {
        table[character as usize] = (10, character - b'0');
        character += 1;
    }
    character = b'A';
    while character <= b'Z' {
        table[character as usize] = (100, character - b'A' + 10);
        character += 1;
    }
    table
};

/// The two ISO 7064 MOD 97-10 check digits of `parts`, 02 to 98: 98 − (100·V mod 97).
#[must_use]
pub fn iso_7064(parts: [&[u8]; 2]) -> [u8; 2] {
    two_digits(98 - 100 * modulo_97(parts) % 97)
}

/// A number below 100.
pub(super) fn two_digits(number: u32) -> [u8; 2] {
    [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]
}

/// Computes all national checks of a BBAN and writes them in; `false` if one of them does not exist.
#[must_use]
pub fn write_national(checks: &[Check], bban: &mut [u8]) -> bool {
    let mut done: Option<&Check> = None;
    for check in checks {
        // Of checks with the same places the first that applies is the only one.
        if done.is_some_and(|done| done.at == check.at) || !applies(check, bban) {
            continue;
        }
        done = Some(check);
        let Some((characters, count)) = compute(check, bban) else { return false };
        bban[check.at.0..check.at.1].copy_from_slice(&characters[..count]);
    }
    true
}

/// Whether all national checks of a BBAN are right. A check that does not exist is wrong.
#[must_use]
pub fn national_valid(checks: &[Check], bban: &[u8]) -> bool {
    let mut done: Option<&Check> = None;
    for check in checks {
        if done.is_some_and(|done| done.at == check.at) || !applies(check, bban) {
            continue;
        }
        done = Some(check);
        // Written out, since a call of memcmp costs more than two comparisons.
        let right = compute(check, bban).is_some_and(|(characters, count)| {
            let places = &bban[check.at.0..check.at.1];
            places.len() == count && places.iter().zip(characters).all(|(place, character)| *place == character)
        });
        if !right {
            return false;
        }
    }
    true
}

fn applies(check: &Check, bban: &[u8]) -> bool {
    check.prefix.is_empty() || bban.starts_with(check.prefix)
}

/// The characters of a check, one or two.
fn compute(check: &Check, bban: &[u8]) -> Option<([u8; 2], usize)> {
    let over = &bban[check.over.0..check.over.1];
    match check.algorithm {
        Algorithm::Mod97 { multiplier, minuend, letters } => {
            let remainder = match letters {
                Letters::Iso => modulo_97([over, &[]]),
                Letters::Rib => modulo_97_rib(over),
            };
            Some((two_digits(minuend - multiplier * remainder % 97), 2))
        }
        Algorithm::Weighted { modulus, weights, ten } => {
            let sum: u32 =
                over.iter().zip(weights).map(|(character, weight)| u32::from(character - b'0') * weight).sum();
            let digit = match (modulus - sum % modulus) % modulus {
                10 => ten?,
                digit => digit as u8,
            };
            Some(([b'0' + digit, 0], 1))
        }
        Algorithm::Luhn => Some(([luhn(over), 0], 1)),
        Algorithm::Mod1110 => Some(([mod_11_10(over), 0], 1)),
        Algorithm::Cin => Some(([cin(over), 0], 1)),
    }
}

/// As [`modulo_97`], but a letter is one digit: A–I and J–R 1–9, S–Z 2–9 (the French RIB key).
fn modulo_97_rib(characters: &[u8]) -> u32 {
    let mut number = 0_u64;
    // A remainder and seventeen digits are below 97·10^17.
    for characters in characters.chunks(17) {
        number = characters
            .iter()
            .fold(number % 97, |number, character| number * 10 + u64::from(RIB[usize::from(*character)]));
    }
    (number % 97) as u32
}

static RIB: [u8; 256] = {
    let mut table = [0; 256];
    let mut digit = 0;
    while digit <= 9 {
        table[(b'0' + digit) as usize] = digit;
        digit += 1;
    }
    let mut letter = 0;
    while letter < 26 {
        table[(b'A' + letter) as usize] = if letter < 18 { letter % 9 + 1 } else { letter - 18 + 2 };
        letter += 1;
    }
    table
};

/// ISO 7064 MOD 11,10.
#[must_use]
pub fn mod_11_10(digits: &[u8]) -> u8 {
    let product = digits.iter().fold(10, |product, character| {
        let sum = (product + u32::from(character - b'0')) % 10;
        2 * if sum == 0 { 10 } else { sum } % 11
    });
    b'0' + ((11 - product) % 10) as u8
}

/// The check letter of Italian numbers (control internal number, fiscal code).
#[must_use]
pub fn cin(characters: &[u8]) -> u8 {
    let sum: u32 = characters
        .iter()
        .enumerate()
        .map(|(index, character)| {
            let rank = if character.is_ascii_digit() { character - b'0' } else { character - b'A' };
            if index % 2 == 0 { CIN_ODD[usize::from(rank)] } else { u32::from(rank) }
        })
        .sum();
    b'A' + (sum % 26) as u8
}
