//! The canonical form that identities are made of (docs/internals/engine.md, "Canonical form of a kind").

use super::class::is_card_number;
use super::iban;
use super::subject::{CHARACTERS_MAX, Subject};
use crate::issue;
use crate::people::form::name_form;
use crate::people::lists::Forms;
use crate::plan::{Kind, Shape};
use crate::text::unicode::Unicode;

/// Appends the canonical form of a value as UTF-8.
///
/// # Errors
/// [`issue::UNICODE_UNASSIGNED`].
pub fn write_canonical(kind: Kind, shape: Shape, text: &[u8], unicode: &Unicode, out: &mut Vec<u8>) -> Result<(), u32> {
    let is_taken = match kind {
        Kind::Date | Kind::Amount => {
            out.extend_from_slice(text);
            true
        }
        Kind::Text | Kind::PartyName | Kind::Email => false,
        _ => text.is_ascii() && write_identifier(kind, shape, text, out),
    };
    if is_taken {
        return Ok(());
    }
    let is_folded = matches!(kind, Kind::PartyName | Kind::Email);
    let start = out.len();
    unicode.write_canonical(text, is_folded, out).map_err(|_| issue::UNICODE_UNASSIGNED)?;
    if kind == Kind::PartyName {
        let name = name_form(&String::from_utf8_lossy(&out[start..]), unicode, Forms::load());
        out.truncate(start);
        out.extend_from_slice(name.as_bytes());
    }
    Ok(())
}

/// Of an ASCII value; `false`, and nothing appended, if the kind does not take it.
fn write_identifier(kind: Kind, shape: Shape, text: &[u8], out: &mut Vec<u8>) -> bool {
    if matches!(kind, Kind::Alphanumeric | Kind::Mixed | Kind::Reference) {
        out.extend_from_slice(text);
        return true;
    }
    let mut characters = [0; CHARACTERS_MAX];
    let Some(mut subject) = Subject::new(text, &mut characters) else {
        // Longer than any identifier; only ACCOUNT is canonical as it is.
        let is_account = kind == Kind::Account;
        out.extend_from_slice(if is_account { text } else { &[] });
        return is_account;
    };
    match kind {
        Kind::Pan | Kind::Digits if subject.is_grouped_digits() => out.extend_from_slice(subject.joined()),
        Kind::Iban if subject.is_grouped_alphanumerics() => {
            subject.make_upper_case();
            out.extend_from_slice(subject.joined());
        }
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
        Kind::Lei if subject.layout() == 0 => {
            subject.make_upper_case();
            out.extend_from_slice(subject.joined());
        }
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
        _ => return false,
    }
    true
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
        write_canonical(kind, Shape::Text, text.as_bytes(), Unicode::load().unwrap(), &mut out).unwrap();
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
            // What a kind does not take is text.
            (Kind::Pan, "4111  x", "4111 x"),
            (Kind::Bic, "no  bic", "no bic"),
        ];
        for (kind, text, expected) in pairs {
            assert_eq!(canonical(kind, text), expected, "{text}");
        }
    }

    #[test]
    fn a_logical_terminal_is_a_bic() {
        let mut out = Vec::new();
        write_canonical(Kind::Bic, Shape::LtAddress, b"DEUTDEFFAXXX", Unicode::load().unwrap(), &mut out).unwrap();
        assert_eq!(out, b"DEUTDEFF");
    }
}
