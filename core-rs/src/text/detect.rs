//! Finds card numbers and IBANs in kept text (docs/internals/engine.md, "KEEP").

use crate::kinds::iban::{self, COUNTRIES, Verdict};
use crate::plan::Shape;
use crate::text::reading::reading_of;

const CARD_DIGITS: core::ops::RangeInclusive<usize> = 13..=19;

/// Whether a text holds a number that passes for a card's, or a valid IBAN.
#[must_use]
pub fn holds_identifier(text: &[u8]) -> bool {
    // Digits of another script, or marks between them that nobody sees, must not hide a number from us alone.
    holds_identifier_as_it_is(text) || (!text.is_ascii() && holds_identifier_as_it_is(&reading_of(text)))
}

fn holds_identifier_as_it_is(text: &[u8]) -> bool {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    // The shortest IBAN has 15 characters, of which in some countries only the check digits are digits.
    (digits >= *CARD_DIGITS.start() && holds_card_number(text)) || (digits >= 2 && text.len() >= 15 && holds_iban(text))
}

/// Whether a text, which is of the shape, is a number with a decimal mark: an amount or a rate, whatever its digits.
#[must_use]
pub fn has_decimal_mark(shape: Shape, text: &[u8]) -> bool {
    match shape {
        Shape::SwiftAmount => true,
        Shape::Decimal | Shape::Number => text.contains(&b'.'),
        _ => false,
    }
}

/// A number may begin where a run does, and behind each separator in it: at every digit with none in front.
fn holds_card_number(text: &[u8]) -> bool {
    let mut last = b' ';
    text.iter().enumerate().any(|(at, byte)| {
        let begins = matches!(byte, b'2'..=b'6') && !last.is_ascii_digit();
        last = *byte;
        // Issuers' numbers begin with 2 to 6 (ISO/IEC 7812-1 has 1, 7, 8 and 9 for other industries).
        begins && begins_with_card_number(&text[at..])
    })
}

/// Groups of digits with single separators between them, which end with the end of a group.
fn begins_with_card_number(text: &[u8]) -> bool {
    let mut count = 0;
    // Of Luhn, with every second digit doubled from the second or from the first on: which it is depends on how many there are.
    let mut sums = [0, 0];
    let mut at = 0;
    loop {
        while let Some(digit) = text.get(at).filter(|byte| byte.is_ascii_digit()) {
            if count == *CARD_DIGITS.end() {
                return false;
            }
            let digit = u32::from(digit - b'0');
            let doubled = digit * 2 - if digit > 4 { 9 } else { 0 };
            sums[count % 2] += doubled;
            sums[1 - count % 2] += digit;
            count += 1;
            at += 1;
        }
        if CARD_DIGITS.contains(&count) && sums[count % 2] % 10 == 0 {
            return true;
        }
        let goes_on = text.get(at).is_some_and(|byte| is_separator(*byte));
        if !goes_on || !text.get(at + 1).is_some_and(u8::is_ascii_digit) {
            return false;
        }
        at += 1;
    }
}

/// What may stand between the groups of a number.
fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'.' | b'/' | b'_' | b'\t' | b'\n')
}

/// At any letter: what else is glued to an IBAN does not make it another.
fn holds_iban(text: &[u8]) -> bool {
    text.iter().enumerate().any(|(at, byte)| byte.is_ascii_alphabetic() && begins_with_iban(&text[at..]))
}

/// An IBAN's characters, single separators between them.
fn begins_with_iban(text: &[u8]) -> bool {
    let mut characters = [0_u8; 34];
    let mut length = 0;
    let mut wanted = 4;
    let mut at = 0;
    while length < wanted {
        match text.get(at) {
            Some(byte) if byte.is_ascii_alphanumeric() => {
                characters[length] = byte.to_ascii_uppercase();
                length += 1;
                // Two letters and two digits: what is neither is told from its second character mostly.
                if (length == 2 && byte.is_ascii_digit()) || ((3..=4).contains(&length) && !byte.is_ascii_digit()) {
                    return false;
                }
                if length == 4 {
                    let Some(country) = country_of_head(&characters[..4]) else { return false };
                    wanted = country;
                }
            }
            Some(byte) if is_separator(*byte) && text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) => {}
            _ => return false,
        }
        at += 1;
    }
    matches!(iban::judge(&characters[..length]), Verdict::Valid(_))
}

/// Length of the IBANs of the country that a head names.
fn country_of_head(head: &[u8]) -> Option<usize> {
    if !head[2..].iter().all(u8::is_ascii_digit) {
        return None;
    }
    iban::country_of(head).map(|index| COUNTRIES[usize::from(index)].length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers() {
        for text in [
            "4111111111111111",
            "paid with 4111 1111-1111.1111 today",
            "x4111111111111111y",
            "12 4111111111111111 99",
            "4111\n1111/1111\t1111",
            "5500000000000004,",
            "4111_1111_1111_1111",
            "4111\u{200b}1111\u{200b}1111\u{200b}1111",
            "٤١١١ ١١١١ ١١١١ ١١١١",
        ] {
            assert!(holds_identifier(text.as_bytes()), "{text}");
        }
        for text in [
            "4111111111111112",
            "94111111111111111",
            "1111111111111117",
            "4111  1111 1111 1111",
            "411111111111111",
            "41111111111111110000000",
            "",
        ] {
            assert!(!holds_identifier(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn ibans() {
        for text in [
            "GB29NWBK60161331926819",
            "to gb29 nwbk 6016 1331 9268 19.",
            "(DE89-3704-0044-0532-0130-00)",
            "éDE89370400440532013000",
            "xGB29NWBK60161331926819",
            "GB29NWBK601613319268199",
            "IBAN:GB29.NWBK.6016.1331.9268.19,GBP",
            "ＤＥ８９３７０４００４４０５３２０１３０００",
            "DE89\u{301}3704\u{a0}0044\u{2060}0532013000",
        ] {
            assert!(holds_identifier(text.as_bytes()), "{text}");
        }
        for text in ["GB28NWBK60161331926819", "GB29NWBK6016133192681", "GB29  NWBK60161331926819"] {
            assert!(!holds_identifier(text.as_bytes()), "{text}");
        }
    }
}
