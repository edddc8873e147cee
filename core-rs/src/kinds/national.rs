//! National identifiers, creditor identifiers and ISO 11649 references: the rows of docs/internals/engine.md, "National identifiers".

use super::alphabet::Alphabet;
use super::check;
use super::subject::Separators;
use crate::text::lexical::days_in;

/// Characters of the longest identifier of a row.
const LENGTH_MAX: usize = 16;

/// A class of national identifiers.
pub struct Row {
    /// Behind `id/` in the tweak. Rows of one name are one class in two spellings.
    pub name: &'static str,
    /// What each character is: `d` a digit, `u` a capital, other small letters as in [`is_of`]; anything else itself.
    pattern: &'static [u8],
    /// Runs of variable characters: the first, behind the last, their alphabet.
    variable: &'static [(usize, usize, Alphabet)],
    /// Writes the check characters; whether the whole is valid then.
    complete: fn(&mut [u8]) -> bool,
    /// What may stand between its characters.
    layout: Layout,
}

/// What may stand between the characters of an identifier.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    Single,
    SocialSecurity,
    None,
}

impl Layout {
    fn admits(self, separators: Separators) -> bool {
        match self {
            Self::Single => separators.are_single(),
            Self::SocialSecurity => separators == Separators::SocialSecurity,
            Self::None => separators == Separators::None,
        }
    }
}

const fn row(
    name: &'static str,
    pattern: &'static [u8],
    variable: &'static [(usize, usize, Alphabet)],
    complete: fn(&mut [u8]) -> bool,
) -> Row {
    Row { name, pattern, variable, complete, layout: Layout::Single }
}

use Alphabet::{BritishSuffix, Digit, ItalianDay, ItalianMonth, Month, SpanishSeries, Upper};

const FISCAL_CODE: &[(usize, usize, Alphabet)] =
    &[(0, 6, Upper), (6, 8, Digit), (8, 9, ItalianMonth), (9, 10, ItalianDay), (11, 12, Upper), (12, 15, Digit)];
const INSURANCE_NUMBER: &[(usize, usize, Alphabet)] = &[(0, 2, Upper), (2, 8, Digit), (8, 9, BritishSuffix)];

/// In the order in which a value is looked at.
static ROWS: [Row; 19] = [
    row("it-cf", b"uuuuuudduddudddu", FISCAL_CODE, italian_fiscal_code),
    row("fr-nir", b"sdddddddddddddd", &[(1, 3, Digit), (3, 4, Month), (5, 13, Digit)], french_nir),
    row("fr-nir", b"sdddd2cdddddddd", &[(1, 3, Digit), (3, 4, Month), (7, 13, Digit)], french_nir),
    row("es-dni", b"ddddddddu", &[(0, 8, Digit)], spanish_letter),
    row("es-nie", b"xdddddddu", &[(0, 1, SpanishSeries), (1, 8, Digit)], spanish_letter),
    row("gb-nino", b"uudddddde", INSURANCE_NUMBER, british_insurance_number),
    row("ch-ahv", b"756dddddddddd", &[(3, 12, Digit)], swiss_number),
    row("br-cnpj", b"dddddddddddddd", &[(0, 12, Digit)], brazilian),
    row("pl-pesel", b"ddddddddddd", &[(0, 10, Digit)], polish_pesel),
    row("be-nn", b"ddddddddddd", &[(0, 9, Digit)], belgian_before_2000),
    row("be-nn", b"ddddddddddd", &[(0, 9, Digit)], belgian_from_2000),
    row("de-idnr", b"ddddddddddd", &[(0, 10, Digit)], german_number),
    row("br-cpf", b"ddddddddddd", &[(0, 9, Digit)], brazilian),
    row("pl-nip", b"dddddddddd", &[(0, 9, Digit)], polish_nip),
    row("gb-nhs", b"dddddddddd", &[(0, 9, Digit)], british_health_number),
    row("gb-utr", b"dddddddddd", &[(1, 10, Digit)], british_tax_reference),
    Row { layout: Layout::SocialSecurity, ..row("us-ssn", b"ddddddddd", &[(0, 9, Digit)], social_security_number) },
    row("nl-bsn", b"ddddddddd", &[(0, 8, Digit)], dutch_number),
    Row { layout: Layout::None, ..row("us-ssn", b"ddddddddd", &[(0, 9, Digit)], social_security_number) },
];

/// Index of a row.
pub type RowIndex = u8;

/// The rows, in the order in which a value is looked at.
#[must_use]
pub fn rows() -> &'static [Row] {
    &ROWS
}

/// The row of letters and digits, letters in capitals.
#[must_use]
pub fn row_of(text: &[u8], separators: Separators) -> Option<RowIndex> {
    let index = ROWS.iter().position(|row| row.layout.admits(separators) && row.has(text));
    index.map(|index| index as RowIndex)
}

#[inline(never)]
/// Makes an identifier of a row whole; whether it is one, and of no row above.
#[must_use]
pub fn complete(index: RowIndex, text: &mut [u8], separators: Separators) -> bool {
    let (above, rest) = ROWS.split_at(usize::from(index));
    rest.first().is_some_and(|row| (row.complete)(text))
        && !above.iter().any(|row| row.layout.admits(separators) && row.has(text))
}

impl Row {
    /// The variable places in order of significance.
    pub fn places(&self) -> impl Iterator<Item = (usize, Alphabet)> {
        self.variable.iter().flat_map(|(start, end, alphabet)| (*start..*end).map(move |place| (place, *alphabet)))
    }

    fn has(&self, text: &[u8]) -> bool {
        if text.len() != self.pattern.len() || !self.pattern.iter().zip(text).all(|(sort, own)| is_of(*sort, *own)) {
            return false;
        }
        let mut copy = [0; LENGTH_MAX];
        let copy = &mut copy[..text.len()];
        copy.copy_from_slice(text);
        (self.complete)(copy) && copy == text
    }
}

fn is_of(sort: u8, character: u8) -> bool {
    match sort {
        b'd' => character.is_ascii_digit(),
        b'u' => character.is_ascii_uppercase(),
        // The sexes in France.
        b's' => matches!(character, b'1' | b'2'),
        // Corsica.
        b'c' => matches!(character, b'A' | b'B'),
        b'x' => SpanishSeries.has(character),
        b'e' => BritishSuffix.has(character),
        other => other == character,
    }
}

/// The number that digits spell.
fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

fn is_day(year: u64, month: u64, day: u64) -> bool {
    (1..=u64::from(days_in(year as u32, month as u32))).contains(&day)
}

/// The sum of digits times their weights.
fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum()
}

/// Writes a digit; `false` for what is none.
fn write_digit(place: &mut u8, digit: u32) -> bool {
    *place = b'0' + (digit % 10) as u8;
    digit < 10
}

fn are_alike(text: &[u8]) -> bool {
    text.windows(2).all(|pair| pair[0] == pair[1])
}

/// Decreto ministeriale of 23 December 1976.
fn italian_fiscal_code(text: &mut [u8]) -> bool {
    let month = ItalianMonth.characters().iter().position(|letter| *letter == text[8]);
    let day = number(&text[9..11]);
    text[15] = check::cin(&text[..15]);
    // No day is one of 19YY alone.
    month.is_some_and(|month| {
        is_day(2000 + number(&text[6..8]), month as u64 + 1, if day > 40 { day - 40 } else { day })
    })
}

/// The departments of Corsica count as 19 and 18.
fn french_nir(text: &mut [u8]) -> bool {
    let department = match &text[5..7] {
        b"2A" => 19,
        b"2B" => 18,
        digits => number(digits),
    };
    let whole = (number(&text[..5]) * 100 + department) * 1_000_000 + number(&text[7..13]);
    text[13..].copy_from_slice(&check::two_digits((97 - whole % 97) as u32));
    (1..=12).contains(&number(&text[3..5]))
}

fn spanish_letter(text: &mut [u8]) -> bool {
    let series = u64::from(match text[0] {
        letter @ b'X'..=b'Z' => letter - b'X',
        digit => digit - b'0',
    });
    let whole = series * 10_000_000 + number(&text[1..8]);
    text[8] = b"TRWAGMYFPDXBNJZSQVHLCKE"[(whole % 23) as usize];
    true
}

fn british_insurance_number(text: &mut [u8]) -> bool {
    !b"DFIQUV".contains(&text[0])
        && !b"DFIOQUV".contains(&text[1])
        && !matches!(&text[..2], b"BG" | b"GB" | b"KN" | b"NK" | b"NT" | b"TN" | b"ZZ")
}

/// EAN-13.
fn swiss_number(text: &mut [u8]) -> bool {
    let sum = weighted(&text[..12], &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]);
    write_digit(&mut text[12], (10 - sum % 10) % 10)
}

/// CNPJ and CPF: two digits modulo 11, over weights that ascend from 2 at the right, to 9 and round again in a CNPJ.
fn brazilian(text: &mut [u8]) -> bool {
    let last_weight = if text.len() == 14 { 9 } else { 11 };
    for place in text.len() - 2..text.len() {
        let weights = (2..=last_weight).cycle();
        let sum: u32 =
            text[..place].iter().rev().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        let digit = if sum % 11 < 2 { 0 } else { 11 - sum % 11 };
        text[place] = b'0' + digit as u8;
    }
    !are_alike(text)
}

/// The century is in the month: 1800 with 80 on top, 2000 with 20 and so on.
fn polish_pesel(text: &mut [u8]) -> bool {
    let sum = weighted(&text[..10], &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]);
    let (year, month) = (number(&text[..2]), number(&text[2..4]));
    let century = [1900, 2000, 2100, 2200, 1800][(month / 20) as usize];
    write_digit(&mut text[10], (10 - sum % 10) % 10) && is_day(century + year, month % 20, number(&text[4..6]))
}

fn belgian_before_2000(text: &mut [u8]) -> bool {
    belgian(1900, number(&text[..9]), text)
}

fn belgian_from_2000(text: &mut [u8]) -> bool {
    belgian(2000, 2_000_000_000 + number(&text[..9]), text)
}

fn belgian(century: u64, whole: u64, text: &mut [u8]) -> bool {
    text[9..].copy_from_slice(&check::two_digits((97 - whole % 97) as u32));
    is_day(century + number(&text[..2]), number(&text[2..4]), number(&text[4..6]))
        && (1..=998).contains(&number(&text[6..9]))
}

fn german_number(text: &mut [u8]) -> bool {
    let mut counts = [0_u8; 10];
    for digit in &text[..10] {
        counts[usize::from(digit - b'0')] += 1;
    }
    let mut repeated = counts.iter().filter(|count| **count > 1);
    text[10] = check::mod_11_10(&text[..10]);
    text[0] != b'0' && matches!(repeated.next(), Some(2 | 3)) && repeated.next().is_none()
}

fn polish_nip(text: &mut [u8]) -> bool {
    let sum = weighted(&text[..9], &[6, 5, 7, 2, 3, 4, 5, 6, 7]);
    write_digit(&mut text[9], sum % 11) && text[0] != b'0'
}

fn british_health_number(text: &mut [u8]) -> bool {
    let sum = weighted(&text[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]);
    write_digit(&mut text[9], (11 - sum % 11) % 11)
}

fn british_tax_reference(text: &mut [u8]) -> bool {
    let sum = weighted(&text[1..10], &[6, 7, 8, 9, 10, 5, 4, 3, 2]);
    text[0] = b"21987654321"[(sum % 11) as usize];
    true
}

fn social_security_number(text: &mut [u8]) -> bool {
    let area = number(&text[..3]);
    !matches!(area, 0 | 666 | 900..)
        && text[3..5] != *b"00"
        && text[5..] != *b"0000"
        && !matches!(&*text, b"078051120" | b"219099999" | b"457555462")
}

fn dutch_number(text: &mut [u8]) -> bool {
    let sum = weighted(&text[..8], &[9, 8, 7, 6, 5, 4, 3, 2]);
    write_digit(&mut text[8], sum % 11) && number(text) != 0
}

/// Where the variable part of a creditor identifier begins: behind country, check digits and business code.
pub const CREDITOR_START: usize = 7;
/// Where the variable part of an ISO 11649 reference begins: behind `RF` and the check digits.
pub const RF_START: usize = 4;

/// Whether letters and digits are a creditor identifier, its check digits aside (EPC262-08).
#[must_use]
pub fn has_creditor_form(text: &[u8]) -> bool {
    (CREDITOR_START + 1..=CREDITOR_START + 28).contains(&text.len())
        && text[..2].iter().all(u8::is_ascii_uppercase)
        && has_check_form(text)
}

/// Whether letters and digits are an ISO 11649 reference, its check digits aside.
#[must_use]
pub fn has_rf_form(text: &[u8]) -> bool {
    (RF_START + 1..=RF_START + 21).contains(&text.len()) && text.starts_with(b"RF") && has_check_form(text)
}

fn has_check_form(text: &[u8]) -> bool {
    text[2..4].iter().all(u8::is_ascii_digit)
        && text[4..].iter().all(|character| character.is_ascii_digit() || character.is_ascii_uppercase())
}

/// Check digits of a creditor identifier: the business code does not count.
#[must_use]
pub fn creditor_check(text: &[u8]) -> [u8; 2] {
    check::iso_7064([&text[CREDITOR_START..], &text[..2]])
}

/// Check digits of an ISO 11649 reference.
#[must_use]
pub fn rf_check(text: &[u8]) -> [u8; 2] {
    check::iso_7064([&text[RF_START..], &text[..2]])
}

/// Whether letters and digits, letters in capitals, are a creditor identifier.
#[must_use]
pub fn is_creditor(text: &[u8], separators: Separators) -> bool {
    separators.are_spaces() && has_creditor_form(text) && text[2..4] == creditor_check(text)
}

/// Whether letters and digits, letters in capitals, are an ISO 11649 reference.
#[must_use]
pub fn is_rf(text: &[u8], separators: Separators) -> bool {
    separators.are_spaces() && has_rf_form(text) && text[2..4] == rf_check(text)
}

/// Whether letters and digits, letters in capitals, are a creditor's or a national identifier.
#[must_use]
pub fn is_identifier(text: &[u8], separators: Separators) -> bool {
    is_creditor(text, separators) || row_of(text, separators).is_some()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kinds::alphabet::Domain;

    /// Made by the rules as their authorities publish them, or published as examples.
    const EXAMPLES: [(&str, &[&str]); 15] = [
        ("it-cf", &["RSSMRA85T10A562S", "MRTMTT91D08F205J"]),
        ("fr-nir", &["255081416802538", "185052A00000107"]),
        ("es-dni", &["12345678Z"]),
        ("es-nie", &["X1234567L", "Z1234567R"]),
        ("gb-nino", &["AB123456C"]),
        ("ch-ahv", &["7569217076985"]),
        ("br-cnpj", &["11222333000181"]),
        ("pl-pesel", &["44051401359"]),
        ("be-nn", &["85073003328", "17073003384"]),
        ("de-idnr", &["86095742719"]),
        ("br-cpf", &["52998224725"]),
        ("pl-nip", &["5260001246"]),
        ("gb-nhs", &["9434765919"]),
        ("gb-utr", &["1955839661"]),
        ("nl-bsn", &["111222333"]),
    ];

    fn name_of(text: &str, separators: Separators) -> Option<&'static str> {
        row_of(text.as_bytes(), separators).map(|row| ROWS[usize::from(row)].name)
    }

    #[test]
    fn examples_of_every_row() {
        for (name, examples) in EXAMPLES {
            for text in examples {
                assert_eq!(name_of(text, Separators::Single), Some(name), "{text}");
                let mut wrong = text.as_bytes().to_vec();
                let last = wrong.last_mut().unwrap();
                *last = if *last == b'1' { b'2' } else { b'1' };
                assert_ne!(row_of(&wrong, Separators::Single), row_of(text.as_bytes(), Separators::Single), "{text}");
            }
        }
        assert_eq!(name_of("536904399", Separators::SocialSecurity), Some("us-ssn"));
        assert_eq!(name_of("536904399", Separators::None), Some("us-ssn"));
        assert_eq!(name_of("536904399", Separators::Single), None);
        assert_eq!(name_of("111222333", Separators::SocialSecurity), Some("us-ssn"));
        assert_eq!(name_of("666904399", Separators::SocialSecurity), None);
    }

    #[test]
    fn other_identifiers() {
        assert!(is_rf(b"RF18539007547034", Separators::Spaces) && !is_rf(b"RF18539007547034", Separators::Single));
        assert!(!is_rf(b"RF19539007547034", Separators::None) && !has_rf_form(b"RF18"));
        assert!(is_creditor(b"DE98ZZZ09999999999", Separators::None));
        assert!(is_creditor(b"DE98ABC09999999999", Separators::None), "the business code does not count");
        assert!(!is_creditor(b"DE97ZZZ09999999999", Separators::None));
    }

    proptest! {
        #[test]
        fn completed_numbers_are_of_their_row(index in 0..19_usize, ranks in proptest::collection::vec(any::<u64>(), 64)) {
            let row = &ROWS[index];
            let domain = Domain::new(row.places()).unwrap();
            let separators = if row.layout == Layout::SocialSecurity { Separators::SocialSecurity } else { Separators::None };
            let mut text: Vec<u8> = row.pattern.iter().map(|sort| match sort {
                b's' | b'd' => b'1',
                b'u' | b'c' => b'A',
                b'x' => b'X',
                other => *other,
            }).collect();
            for rank in ranks {
                let mut number = [rank, 0];
                let is_below = domain.unrank(&mut number, &mut text);
                if is_below && complete(index as RowIndex, &mut text, separators) {
                    prop_assert_eq!(row_of(&text, separators), Some(index as RowIndex));
                    prop_assert_eq!(domain.rank(&text)[0], rank);
                }
            }
        }
    }
}
