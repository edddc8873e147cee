//! The IBAN registry as data (ISO 13616), and what is asked of one number.

use super::alphabet::Alphabet;
use super::check;

/// Where the parts of a country's BBAN are. Offsets count characters of the BBAN; ranges are start and end.
pub struct Country {
    /// The first two characters of the IBAN.
    pub code: [u8; 2],
    /// Characters of the whole IBAN.
    pub length: usize,
    /// What each place of the BBAN can take.
    pub places: &'static [Alphabet],
    /// The places that no national check writes.
    pub variable: &'static [u8],
    /// National checks in the order in which they are computed.
    pub checks: &'static [Check],
    /// The bank identifier.
    pub bank: (usize, usize),
    /// Inclusive ranges of assigned bank codes; empty where there is no list.
    pub bank_codes: &'static [(&'static [u8], &'static [u8])],
}

/// A national check.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// How it is computed.
    pub algorithm: Algorithm,
    /// The places it writes.
    pub at: (usize, usize),
    /// The places it reads.
    pub over: (usize, usize),
    /// It applies to BBANs that begin so.
    pub prefix: &'static [u8],
}

/// Algorithms of national checks (schemas/kinds/README.md).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Two digits: `minuend` − (`multiplier`·V mod 97).
    Mod97 {
        /// Factor of V.
        multiplier: u32,
        /// What the remainder is taken from.
        minuend: u32,
        /// How letters become digits.
        letters: Letters,
    },
    /// One digit from a weighted sum.
    Weighted {
        /// 10 or 11.
        modulus: u32,
        /// One for each place read.
        weights: &'static [u32],
        /// The digit that stands for 10, if there is one.
        ten: Option<u8>,
    },
    /// One digit, ISO/IEC 7812-1.
    Luhn,
    /// One digit, ISO 7064 MOD 11,10.
    Mod1110,
    /// One letter, the Italian control internal number.
    Cin,
}

/// How a letter becomes digits in [`Algorithm::Mod97`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// Two digits, A = 10.
    Iso,
    /// One digit, as in the French RIB.
    Rib,
}

include!(concat!(env!("OUT_DIR"), "/iban.rs"));

/// Index of a country in [`COUNTRIES`].
pub type CountryIndex = u8;

/// The country of two upper-case letters.
#[must_use]
pub fn country_of(code: &[u8]) -> Option<CountryIndex> {
    let [first @ b'A'..=b'Z', second @ b'A'..=b'Z', ..] = code else { return None };
    let index = COUNTRY_INDEX[usize::from(first - b'A') * 26 + usize::from(second - b'A')];
    (index != u8::MAX).then_some(index)
}

/// Whether canonical text is of IBAN form: `[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}`.
#[must_use]
pub fn has_form(text: &[u8]) -> bool {
    (15..=34).contains(&text.len())
        && text[..2].iter().all(u8::is_ascii_uppercase)
        && text[2..4].iter().all(u8::is_ascii_digit)
        && text[4..].iter().all(|character| character.is_ascii_uppercase() || character.is_ascii_digit())
}

/// What a canonical text is as an IBAN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No country of the registry, or not of its length and structure.
    Form,
    /// The check digits are not the ones that would be computed.
    Check,
    /// Valid.
    Valid(CountryIndex),
}

/// Judges letters and digits, letters in upper case.
#[must_use]
pub fn judge(text: &[u8]) -> Verdict {
    let Some(index) = country_of(text) else { return Verdict::Form };
    let country = &COUNTRIES[usize::from(index)];
    let formed = text.len() == country.length
        && text[2..4].iter().all(u8::is_ascii_digit)
        && country.places.iter().zip(&text[4..]).all(|(place, character)| place.has(*character));
    if !formed {
        Verdict::Form
    } else if check::iso_7064([&text[4..], &text[..2]]) != [text[2], text[3]] {
        Verdict::Check
    } else {
        Verdict::Valid(index)
    }
}

/// Whether a BBAN's bank code is on its country's list; `true` where there is none.
#[must_use]
pub fn bank_listed(country: &Country, bban: &[u8]) -> bool {
    let code = &bban[country.bank.0..country.bank.1];
    country.bank_codes.is_empty() || country.bank_codes.iter().any(|(first, last)| (*first..=*last).contains(&code))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn examples_of_every_country() {
        let text = include_str!("../../../schemas/kinds/iban-examples.json");
        let file: serde_json::Value = serde_json::from_str(text).unwrap();
        let examples = file["examples"].as_array().unwrap();
        assert!(examples.len() > COUNTRIES.len());
        for example in examples {
            let iban = example["iban"].as_str().unwrap().as_bytes();
            let Verdict::Valid(index) = judge(iban) else { panic!("{example}") };
            let country = &COUNTRIES[usize::from(index)];
            let national = check::national_valid(country.checks, &iban[4..]);
            match example["national"].as_str().unwrap() {
                "valid" => assert!(national && !country.checks.is_empty(), "{example}"),
                "invalid" => assert!(!national, "{example}"),
                _ => assert!(national && country.checks.is_empty(), "{example}"),
            }
            let mut computed = iban[4..].to_vec();
            assert_eq!(
                national,
                check::write_national(country.checks, &mut computed) && computed == iban[4..],
                "{example}"
            );
            if let Some(bank) = example["bank"].as_str() {
                assert_eq!(bank_listed(country, &iban[4..]), bank == "listed", "{example}");
            }
        }
    }

    #[test]
    fn one_wrong_digit_is_noticed() {
        assert_eq!(judge(b"DE89370400440532013000"), Verdict::Valid(country_of(b"DE").unwrap()));
        assert_eq!(judge(b"DE88370400440532013000"), Verdict::Check);
        assert_eq!(judge(b"DE8937040044053201300"), Verdict::Form);
        assert_eq!(judge(b"QQ89370400440532013000"), Verdict::Form);
        assert_eq!(judge(b"D"), Verdict::Form);
    }
}
