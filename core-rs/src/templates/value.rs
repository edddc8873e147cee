//! Where a value ends that has nothing in it but plain characters.

use crate::tables::Encoding;

/// Ends of values, and what no plain value has, for character data, attributes and JSON strings.
const TEXT: u8 = 1;
const ATTRIBUTE: u8 = 2;
const STRING: u8 = 4;
/// What is white space in character data.
const SPACE: u8 = 8;
/// What could separate a card number from the rest of a track (runtime/formats/json/text.ts).
const TRACK: u8 = 16;

/// Fewest digits of a card number (runtime/formats/sensitive.ts has the same).
const TRACK_DIGITS: usize = 12;

static MARKS: [u8; 256] = {
    let mut marks = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        marks[byte] = TEXT | ATTRIBUTE | STRING;
        byte += 1;
    }
    // A carriage return is a line feed to whoever reads it.
    marks[b'\t' as usize] = SPACE | ATTRIBUTE | STRING;
    marks[b'\n' as usize] = SPACE | ATTRIBUTE | STRING;
    marks[b' ' as usize] = SPACE;
    marks[b'<' as usize] = TEXT | ATTRIBUTE;
    marks[b'>' as usize] = TEXT;
    marks[b'&' as usize] = TEXT | ATTRIBUTE;
    marks[b'\'' as usize] = ATTRIBUTE;
    marks[b'"' as usize] = ATTRIBUTE | STRING;
    marks[b'\\' as usize] = STRING;
    marks[b'^' as usize] = TRACK;
    marks[b'=' as usize] = TRACK;
    marks[b'D' as usize] = TRACK;
    marks[b'd' as usize] = TRACK;
    marks
};

/// Whether an encoding is one of XML's.
pub(super) const fn is_xml(encoding: Encoding) -> bool {
    matches!(encoding, Encoding::XmlText | Encoding::XmlAttribute)
}

/// Whether templates know values of the encoding.
pub(super) const fn is_known(encoding: Encoding) -> bool {
    is_xml(encoding) || matches!(encoding, Encoding::JsonString | Encoding::JsonNumber)
}

/// Offset behind the value that begins at `at`; `None` if it is not plain, or the input ends before it does. Its bytes are put
/// together in `seen`, so that the caller knows whether there are any beyond ASCII.
#[inline]
pub(super) fn end(encoding: Encoding, input: &[u8], at: usize, seen: &mut u8) -> Option<usize> {
    let rest = input.get(at..)?;
    let length = match encoding {
        Encoding::XmlText => text(rest, seen),
        Encoding::XmlAttribute => attribute(rest, *at.checked_sub(1).and_then(|before| input.get(before))?, seen),
        Encoding::JsonString => string(rest, seen),
        Encoding::JsonNumber => number(rest),
        _ => None,
    };
    length.map(|length| at + length)
}

/// Character data up to the next markup. White space alone may be none (in wrappers), and no text at all is no value.
fn text(rest: &[u8], seen: &mut u8) -> Option<usize> {
    let mut has_ink = false;
    for (length, byte) in rest.iter().enumerate() {
        let marks = MARKS[usize::from(*byte)];
        if marks & TEXT != 0 {
            return (*byte == b'<' && has_ink).then_some(length);
        }
        has_ink |= marks & SPACE == 0;
        *seen |= byte;
    }
    None
}

fn attribute(rest: &[u8], quote: u8, seen: &mut u8) -> Option<usize> {
    for (length, byte) in rest.iter().enumerate() {
        if MARKS[usize::from(*byte)] & ATTRIBUTE != 0 {
            return (*byte == quote).then_some(length);
        }
        *seen |= byte;
    }
    None
}

/// A string without escapes that cannot hold the data of a track: no separator stands behind as many digits as a card number has.
fn string(rest: &[u8], seen: &mut u8) -> Option<usize> {
    for (length, byte) in rest.iter().enumerate() {
        let marks = MARKS[usize::from(*byte)];
        if marks & (STRING | TRACK) != 0 {
            if marks & STRING != 0 {
                return (*byte == b'"').then_some(length);
            }
            if digits_at_end(&rest[..length]) >= TRACK_DIGITS {
                return None;
            }
        }
        *seen |= byte;
    }
    None
}

/// Digits that a text ends with, spaces among them passed over.
fn digits_at_end(text: &[u8]) -> usize {
    let end = text.iter().rev().take_while(|byte| byte.is_ascii_digit() || **byte == b' ');
    end.filter(|byte| **byte != b' ').count()
}

/// A number of RFC 8259, section 6, or `true` or `false`, with something behind it.
fn number(rest: &[u8]) -> Option<usize> {
    for literal in [&b"true"[..], b"false"] {
        if rest.starts_with(literal) {
            return (rest.len() > literal.len()).then_some(literal.len());
        }
    }
    let digits = |from: usize| rest[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(rest.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && rest[at] == b'0') {
        return None;
    }
    at += whole;
    if rest.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    }
    if matches!(rest.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(rest.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at.min(rest.len()));
        if exponent == 0 {
            return None;
        }
        at += exponent;
    }
    (at < rest.len()).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(encoding: Encoding, text: &str) -> Option<&str> {
        let (front, text) = text.split_at(1);
        let input = format!("{front}{text}");
        let end = end(encoding, input.as_bytes(), 1, &mut 0)?;
        text.get(..end - 1)
    }

    #[test]
    fn values_end_where_they_should() {
        for (encoding, text, value) in [
            (Encoding::XmlText, ">Zoë & co<", None),
            (Encoding::XmlText, ">Zoë\tMüller</", Some("Zoë\tMüller")),
            (Encoding::XmlText, "> \n<", None),
            (Encoding::XmlText, "><", None),
            (Encoding::XmlText, ">a\rb<", None),
            (Encoding::XmlText, ">a]]><", None),
            (Encoding::XmlText, ">a", None),
            (Encoding::XmlAttribute, "\"EUR\">", Some("EUR")),
            (Encoding::XmlAttribute, "'EUR'>", Some("EUR")),
            (Encoding::XmlAttribute, "\"\">", Some("")),
            (Encoding::XmlAttribute, "\"it's\">", None),
            (Encoding::XmlAttribute, "\"a&amp;\">", None),
            (Encoding::JsonString, "\"a b\",", Some("a b")),
            (Encoding::JsonString, "\"\",", Some("")),
            (Encoding::JsonString, "\"a\\n\",", None),
            (Encoding::JsonString, "\"a\tb\",", None),
            (Encoding::JsonString, "\"Dd=^\",", Some("Dd=^")),
            (Encoding::JsonString, "\"9d0a 41111 111111=2\",", Some("9d0a 41111 111111=2")),
            (Encoding::JsonString, "\"4111 1111 1111 ^A^\",", None),
            (Encoding::JsonString, "\"4111111111111111=2512\",", None),
            (Encoding::JsonNumber, ":0,", Some("0")),
            (Encoding::JsonNumber, ":-12.50E+7}", Some("-12.50E+7")),
            (Encoding::JsonNumber, ":true]", Some("true")),
            (Encoding::JsonNumber, ":false", None),
            (Encoding::JsonNumber, ":01,", None),
            (Encoding::JsonNumber, ":1.,", None),
            (Encoding::JsonNumber, ":1e,", None),
            (Encoding::JsonNumber, ":1e", None),
            (Encoding::JsonNumber, ":-,", None),
            (Encoding::JsonNumber, ":null,", None),
            (Encoding::JsonNumber, ":12", None),
            (Encoding::MtLine, ":a\r", None),
        ] {
            assert_eq!(plain(encoding, text), value, "{text}");
        }
    }
}
