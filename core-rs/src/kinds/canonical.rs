//! The canonical form that identities are made of (docs/internals/engine.md, "Canonical form of a kind").

use super::class::is_card_number;
use super::subject::{CHARACTERS_MAX, Subject};
use super::{iban, national};
use crate::issue;
use crate::people::birth::Birth;
use crate::people::form::{initials, name_form, word_form, write_plain_name, write_small_words};
use crate::people::lists::Forms;
use crate::plan::{Kind, Shape};
use crate::text::offset_of;
use crate::text::unicode::{Unassigned, Unicode};

/// Code points that a line shows of a name.
const LINE_CHARACTERS: usize = 35;

/// Which names are one besides those that the name form makes one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Merge {
    /// Names and what a line shows of them.
    pub truncated: bool,
    /// Names and their initials.
    pub initials: bool,
}

/// Appends the canonical form of a value as UTF-8.
///
/// # Errors
/// [`issue::UNICODE_UNASSIGNED`].
pub fn write_canonical(
    kind: Kind,
    shape: Shape,
    merge: Merge,
    text: &[u8],
    unicode: &Unicode,
    out: &mut Vec<u8>,
) -> Result<(), u32> {
    let written = match kind {
        Kind::Date | Kind::Amount => {
            out.extend_from_slice(text);
            Ok(())
        }
        Kind::Text | Kind::FreeText => unicode.write_canonical(text, false, out),
        Kind::Email => unicode.write_canonical(text, true, out),
        Kind::PartyName | Kind::Organisation => write_name(kind, merge, text, unicode, out),
        Kind::GivenName | Kind::FamilyName | Kind::Street | Kind::Town | Kind::Subdivision | Kind::AddressLine => {
            write_words(text, unicode, out)
        }
        _ if text.is_ascii() && write_identifier(kind, shape, text, out) => Ok(()),
        _ => unicode.write_canonical(text, false, out),
    };
    written.map_err(|_| issue::UNICODE_UNASSIGNED)
}

fn write_name(kind: Kind, merge: Merge, text: &[u8], unicode: &Unicode, out: &mut Vec<u8>) -> Result<(), Unassigned> {
    let start = out.len();
    let forms = Forms::load();
    let is_cut = merge.truncated && text.len() > LINE_CHARACTERS;
    if is_cut || !write_plain_name(text, forms, out) {
        write_folded(merge.truncated, text, unicode, out)?;
        let name = name_form(&String::from_utf8_lossy(&out[start..]), unicode, forms);
        replace(out, start, &name);
    }
    if merge.initials && kind == Kind::PartyName {
        let merged = initials(&String::from_utf8_lossy(&out[start..]), forms);
        if let Some(merged) = merged {
            replace(out, start, &merged);
        }
    }
    Ok(())
}

fn write_words(text: &[u8], unicode: &Unicode, out: &mut Vec<u8>) -> Result<(), Unassigned> {
    let start = out.len();
    if !write_small_words(text, out) {
        unicode.write_canonical(text, true, out)?;
        let form = word_form(&String::from_utf8_lossy(&out[start..]), unicode);
        replace(out, start, &form);
    }
    Ok(())
}

fn replace(out: &mut Vec<u8>, start: usize, text: &str) {
    out.truncate(start);
    out.extend_from_slice(text.as_bytes());
}

/// Appends a folded text, cut before it is folded.
fn write_folded(is_cut: bool, text: &[u8], unicode: &Unicode, out: &mut Vec<u8>) -> Result<(), Unassigned> {
    // Decomposition makes no text shorter, but white space may go, so that the count of bytes is no more than a hint.
    if !is_cut || text.len() <= LINE_CHARACTERS && text.is_ascii() {
        return unicode.write_canonical(text, true, out);
    }
    let mut line = Vec::with_capacity(text.len());
    unicode.write_canonical(text, false, &mut line)?;
    line.truncate(offset_of(&line, LINE_CHARACTERS));
    if line.last() == Some(&b' ') {
        line.pop();
    }
    unicode.write_canonical(&line, true, out)
}

/// Of an ASCII value; `false`, and nothing appended, if the kind does not take it.
fn write_identifier(kind: Kind, shape: Shape, text: &[u8], out: &mut Vec<u8>) -> bool {
    match kind {
        Kind::Alphanumeric | Kind::Mixed | Kind::Reference | Kind::PrefixedId => {
            out.extend_from_slice(text);
            return true;
        }
        Kind::BirthDate => return Birth::of(text).map(|birth| birth.write_canonical(out)).is_some(),
        _ => {}
    }
    let mut characters = [0; CHARACTERS_MAX];
    let Some(mut subject) = Subject::new(text, &mut characters) else {
        // Longer than any identifier; only those that are canonical as they are.
        let is_open = matches!(kind, Kind::Account | Kind::Identifier);
        out.extend_from_slice(if is_open { text } else { &[] });
        return is_open;
    };
    match kind {
        Kind::Pan | Kind::Digits if subject.is_grouped_digits() => out.extend_from_slice(subject.joined()),
        Kind::Iban if subject.is_grouped_alphanumerics() => write_capitals(&mut subject, out),
        Kind::Bic if subject.layout() == 0 => {
            if shape == Shape::LtAddress && subject.length == 12 {
                subject.remove(8);
            }
            subject.make_upper_case();
            let joined = subject.joined();
            out.extend_from_slice(if joined.len() == 11 {
                joined.strip_suffix(b"XXX").unwrap_or(joined)
            } else {
                joined
            });
        }
        Kind::Lei if subject.layout() == 0 => write_capitals(&mut subject, out),
        Kind::Uetr if subject.is_uuid_form() => {
            subject.make_lower_case();
            out.extend_from_slice(subject.joined());
        }
        Kind::Phone if subject.is_phone_form() => {
            out.push(b'+');
            out.extend_from_slice(subject.joined());
        }
        Kind::Account => {
            subject.make_upper_case();
            let is_joined = iban::has_form(subject.joined()) || is_card_number(subject.joined());
            out.extend_from_slice(if is_joined { subject.joined() } else { text });
        }
        Kind::Postcode | Kind::BuildingNumber if subject.length > 0 => write_capitals(&mut subject, out),
        Kind::NationalId if subject.separators().are_single() => write_capitals(&mut subject, out),
        Kind::CreditorId | Kind::RfReference if subject.spaces().are_spaces() => write_capitals(&mut subject, out),
        Kind::Identifier => {
            let separators = subject.separators();
            subject.make_upper_case();
            let is_joined = national::is_identifier(subject.joined(), separators);
            out.extend_from_slice(if is_joined { subject.joined() } else { text });
        }
        _ => return false,
    }
    true
}

fn write_capitals(subject: &mut Subject, out: &mut Vec<u8>) {
    subject.make_upper_case();
    out.extend_from_slice(subject.joined());
}

/// Whether the canonical IBAN text of a value under kind IBAN or ACCOUNT is of IBAN form.
#[must_use]
pub fn is_iban_like(kind: Kind, text: &[u8]) -> bool {
    let mut characters = [0; CHARACTERS_MAX];
    let subject = if text.is_ascii() { Subject::new(text, &mut characters) } else { None };
    let Some(mut subject) = subject else { return false };
    if kind == Kind::Iban && !subject.is_grouped_alphanumerics() {
        return false;
    }
    subject.make_upper_case();
    iban::has_form(subject.joined())
}

/// Whether the canonical form of an identifier kind takes a value, so that a strict check looks at that form.
#[must_use]
pub fn is_taken(kind: Kind, text: &[u8]) -> bool {
    let mut characters = [0; CHARACTERS_MAX];
    let subject = if text.is_ascii() { Subject::new(text, &mut characters) } else { None };
    subject.is_some_and(|subject| match kind {
        Kind::Pan => subject.is_grouped_digits(),
        Kind::Iban => subject.is_grouped_alphanumerics(),
        Kind::Uetr => subject.is_uuid_form(),
        Kind::Account => true,
        _ => subject.layout() == 0,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use super::*;

    fn canonical(kind: Kind, text: &str) -> String {
        let mut out = Vec::new();
        let unicode = Unicode::load().unwrap();
        write_canonical(kind, Shape::Text, Merge::default(), text.as_bytes(), unicode, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn two_spellings_of_one_identity() {
        let pairs = [
            (Kind::Pan, "4111 1111-1111.1111", "4111111111111111"),
            (Kind::Iban, "gb29 nwbk 6016-1331 9268 19", "GB29NWBK60161331926819"),
            (Kind::Account, "gb29.nwbk.6016.1331.9268.19", "GB29NWBK60161331926819"),
            (Kind::Account, "4111-1111-1111-1111", "4111111111111111"),
            // Not a card number: its check digit is wrong.
            (Kind::Account, "4111-1111-1111-1112", "4111-1111-1111-1112"),
            (Kind::Bic, "deutdeffXXX", "DEUTDEFF"),
            (Kind::Lei, "529900t8bm49aursdo55", "529900T8BM49AURSDO55"),
            (Kind::Uetr, "7F0C1E9A-8B5D-4C3E-9F2A-1B2C3D4E5F60", "7f0c1e9a8b5d4c3e9f2a1b2c3d4e5f60"),
            (Kind::Phone, "(+49) 89/123", "+4989123"),
            (Kind::PartyName, " Jane  ROSE", "jane rose"),
            (Kind::Text, " Jane  DOE", "Jane DOE"),
            (Kind::Reference, "A-1", "A-1"),
            (Kind::Account, "A-1 ", "A-1 "),
            (Kind::Date, " 2024-01-01", " 2024-01-01"),
            (Kind::FamilyName, "O'BRIEN, M. u. L.", "obrien mul"),
            (Kind::Town, "Mu\u{308}nchen-Riem", "munchen riem"),
            (Kind::Postcode, "sw1a 2ae", "SW1A2AE"),
            (Kind::BirthDate, "30.8.1972", "1972-08-30"),
            (Kind::NationalId, "bsn 11.22", "BSN1122"),
            (Kind::CreditorId, "de98 zzz0 9999 9999 99", "DE98ZZZ09999999999"),
            (Kind::CreditorId, "DE98-ZZZ", "DE98-ZZZ"),
            (Kind::Identifier, "de98 zzz0 9999 9999 99", "DE98ZZZ09999999999"),
            (Kind::Identifier, "a-1", "a-1"),
            (Kind::PrefixedId, "CUST_1", "CUST_1"),
            // What a kind does not take is text.
            (Kind::Pan, "4111  x", "4111 x"),
            (Kind::Bic, "no  bic", "no bic"),
        ];
        for (kind, text, expected) in pairs {
            assert_eq!(canonical(kind, text), expected, "{text}");
        }
    }

    #[test]
    fn merged_names() {
        let canonical = |kind, truncated, initials, text: &str| {
            let mut out = Vec::new();
            let (unicode, merge) = (Unicode::load().unwrap(), Merge { truncated, initials });
            write_canonical(kind, Shape::Text, merge, text.as_bytes(), unicode, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let name = "Maximiliane Friederike von und zu Wolkenstein";
        assert_eq!(canonical(Kind::PartyName, true, false, name), canonical(Kind::PartyName, true, false, &name[..35]));
        assert_eq!(canonical(Kind::PartyName, false, true, "Ottilie Maria Brandhorst"), "o brandhorst");
        assert_eq!(canonical(Kind::PartyName, false, true, "Brandhorst Bau GmbH"), "brandhorst bau gmbh");
        assert_eq!(canonical(Kind::Organisation, false, true, "Ottilie Brandhorst"), "ottilie brandhorst");
    }

    #[test]
    fn a_logical_terminal_is_a_bic() {
        let mut out = Vec::new();
        let unicode = Unicode::load().unwrap();
        write_canonical(Kind::Bic, Shape::LtAddress, Merge::default(), b"DEUTDEFFAXXX", unicode, &mut out).unwrap();
        assert_eq!(out, b"DEUTDEFF");
    }
}
