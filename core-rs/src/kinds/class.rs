//! From a value to its class, from the class to a number and back: the table of docs/internals/engine.md, "Kinds", row by row.

use std::ops::Range;
use std::sync::LazyLock;

use super::alphabet::{Alphabet, Domain};
use super::check;
use super::iban::{self, COUNTRIES, Country, CountryIndex, Verdict};
use super::national::{self, CREDITOR_START, RF_START, RowIndex};
use super::phone;
use super::subject::{CHARACTERS_MAX, Separators, Subject};
use crate::issue;
use crate::plan::{Kind, Shape};

/// Which row of the table a value is in, with what the row keeps of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Card number; the count of leading digits that stay.
    Pan(u8, Lead),
    /// IBAN whose national check is right, the bank code listed or unlisted.
    Iban(CountryIndex, Bank),
    /// IBAN whose national check is wrong.
    IbanFree(CountryIndex),
    /// BIC as ISO 9362 writes it; with a branch other than XXX or without.
    Bic(Branch),
    /// Any other BIC of the schema's pattern.
    BicWide(Branch),
    /// Legal entity identifier.
    Lei,
    /// Version 4 UUID.
    Uetr,
    /// Digits.
    Digits(Lead),
    /// Letters and digits without small letters.
    Alphanumeric,
    /// Letters and digits with a small letter.
    AlphanumericSmall,
    /// Each place digit, capital or small as it was.
    Mixed(Lead),
    /// REFERENCE's, ACCOUNT's and IDENTIFIER's own.
    Reference(Sort, Owner),
    /// ISO 11649 reference.
    Rf,
    /// SEPA creditor identifier.
    Creditor,
    /// National identifier of a row.
    National(RowIndex, Lead, Separators, Asked),
    /// Telephone number; digits of the calling code.
    Phone(u8),
}

/// Whether the bank code is on the country's list; numbers of a country without a list count as listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bank {
    /// On the list.
    Listed,
    /// Not on the list.
    Unlisted,
}

/// Whether a BIC has a branch code that varies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Branch {
    /// Eight characters, or XXX behind them.
    None,
    /// Eleven characters.
    Some,
}

/// The three classes of a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Six digits or more and nothing else.
    Digits(Lead),
    /// No small letter.
    Capitals,
    /// A small letter at least.
    Small,
}

/// What the first of several digits is: a number stays one, with no zero in front that was not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// Anything.
    Free,
    /// A zero.
    Zero,
    /// No zero.
    Other,
}

impl Lead {
    fn of(text: &[u8]) -> Self {
        match text {
            [first, _, ..] if text.iter().all(u8::is_ascii_digit) => {
                if *first == b'0' {
                    Self::Zero
                } else {
                    Self::Other
                }
            }
            _ => Self::Free,
        }
    }

    #[inline]
    fn leads(self, text: &[u8]) -> bool {
        match self {
            Self::Free => true,
            Self::Zero => text[0] == b'0',
            Self::Other => text[0] != b'0',
        }
    }

    /// One draw in ten would begin with a zero by chance; those that must are given theirs.
    fn mark(self, text: &mut [u8]) {
        if self == Self::Zero {
            text[0] = b'0';
        }
    }
}

/// Whose reference classes: each leaves out what its kind's earlier rows would take. What stands between the characters says which of
/// them could.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Kind REFERENCE.
    Reference(Separators),
    /// Kind ACCOUNT.
    Account,
    /// Kind IDENTIFIER.
    Identifier(Separators),
}

/// For which kind a national identifier was found: under IDENTIFIER creditor identifiers come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Kind `NATIONAL_ID`.
    National,
    /// Kind IDENTIFIER.
    Identifier,
}

/// How letters of the output are written where the canonical form folded their case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// As in the canonical form.
    AsIs,
    /// All small.
    Small,
    /// All capitals.
    Capital,
}

/// A value's place in the table, together with how it is to be written again.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// The row.
    pub family: Family,
    /// Case of the output.
    pub spelling: Spelling,
    /// Index, among letters and digits, of one that is layout (the terminal letter of a logical terminal address).
    pub skipped: Option<u8>,
}

/// The class of a value, with the letters and digits of `subject` in canonical spelling, cut to those that the class covers;
/// or the number of the issue of a value that is in none.
///
/// # Errors
/// [`issue::FIELD_FORMAT`] or [`issue::FIELD_CHECK`].
pub fn classify(kind: Kind, shape: Shape, bin: u8, subject: &mut Subject) -> Result<Class, u32> {
    if subject.length == 0 {
        return Err(issue::FIELD_FORMAT);
    }
    match kind {
        Kind::Pan if subject.is_grouped_digits() => pan(subject, bin),
        Kind::Iban if subject.is_grouped_alphanumerics() => {
            let small = subject.all_small();
            subject.make_upper_case();
            iban(subject, small)
        }
        Kind::Bic if subject.layout() == 0 => bic(subject, shape),
        Kind::Lei if subject.layout() == 0 => lei(subject),
        Kind::Uetr if subject.is_uuid_form() => uetr(subject),
        Kind::Digits if subject.is_grouped_digits() => Ok(plain(Family::Digits(Lead::of(subject.joined())))),
        Kind::Alphanumeric if subject.smalls == 0 => Ok(plain(Family::Alphanumeric)),
        Kind::Alphanumeric => Ok(plain(Family::AlphanumericSmall)),
        Kind::Mixed => Ok(plain(Family::Mixed(Lead::of(subject.joined())))),
        Kind::Reference => Ok(reference_of_kind(subject)),
        Kind::RfReference if subject.spaces().are_spaces() => rf(subject),
        Kind::CreditorId if subject.spaces().are_spaces() => creditor(subject),
        Kind::NationalId => national(subject, Asked::National).ok_or(issue::FIELD_FORMAT),
        Kind::Identifier => Ok(identifier(subject)),
        Kind::Account => account(subject, shape, bin),
        Kind::Phone if subject.is_phone_form() => telephone(subject),
        _ => Err(issue::FIELD_FORMAT),
    }
}

fn plain(family: Family) -> Class {
    Class { family, spelling: Spelling::AsIs, skipped: None }
}

fn pan(subject: &Subject, bin: u8) -> Result<Class, u32> {
    if !(12..=19).contains(&subject.length) {
        return Err(issue::FIELD_FORMAT);
    }
    if !check::luhn_valid(subject.joined()) {
        return Err(issue::FIELD_CHECK);
    }
    let lead = if bin == 0 { Lead::of(subject.joined()) } else { Lead::Free };
    Ok(plain(Family::Pan(bin, lead)))
}

/// An IBAN in canonical form; `small` asks for small letters again.
fn iban(subject: &Subject, small: bool) -> Result<Class, u32> {
    let index = match iban::judge(subject.joined()) {
        Verdict::Form => return Err(issue::FIELD_FORMAT),
        Verdict::Check => return Err(issue::FIELD_CHECK),
        Verdict::Valid(index) => index,
    };
    let country = &COUNTRIES[usize::from(index)];
    let bban = &subject.joined()[4..];
    let family = if !check::national_valid(country.checks, bban) {
        Family::IbanFree(index)
    } else if iban::bank_listed(country, bban) {
        Family::Iban(index, Bank::Listed)
    } else {
        Family::Iban(index, Bank::Unlisted)
    };
    let spelling = if small { Spelling::Small } else { Spelling::AsIs };
    Ok(Class { spelling, ..plain(family) })
}

fn bic(subject: &mut Subject, shape: Shape) -> Result<Class, u32> {
    subject.make_upper_case();
    let skipped = (shape == Shape::LtAddress && subject.length == 12).then_some(8);
    if let Some(index) = skipped {
        subject.remove(usize::from(index));
    }
    let text = subject.joined();
    if !matches!(text.len(), 8 | 11) || !text[4..6].iter().all(u8::is_ascii_uppercase) {
        return Err(issue::FIELD_FORMAT);
    }
    let branch = if text.len() == 8 || text.ends_with(b"XXX") { Branch::None } else { Branch::Some };
    let family = if is_iso_9362(text) { Family::Bic(branch) } else { Family::BicWide(branch) };
    if branch == Branch::None {
        subject.length = 8;
    }
    Ok(Class { family, spelling: Spelling::Capital, skipped })
}

/// `[A-Z]{4}cc[A-Z2-9][A-NP-Z0-9]` in front.
fn is_iso_9362(text: &[u8]) -> bool {
    text[..4].iter().all(u8::is_ascii_uppercase)
        && Alphabet::BicSeventh.has(text[6])
        && Alphabet::BicEighth.has(text[7])
}

fn lei(subject: &mut Subject) -> Result<Class, u32> {
    let spelling = if subject.all_small() { Spelling::Small } else { Spelling::AsIs };
    subject.make_upper_case();
    let text = subject.joined();
    if text.len() != 20 || !text[18..].iter().all(u8::is_ascii_digit) {
        return Err(issue::FIELD_FORMAT);
    }
    if check::iso_7064([&text[..18], &[]]) != [text[18], text[19]] {
        return Err(issue::FIELD_CHECK);
    }
    Ok(Class { spelling, ..plain(Family::Lei) })
}

fn uetr(subject: &mut Subject) -> Result<Class, u32> {
    let spelling = if subject.all_capital() { Spelling::Capital } else { Spelling::AsIs };
    subject.make_lower_case();
    let text = subject.joined();
    // RFC 9562, section 5.4: version 4 in the thirteenth digit, variant in the seventeenth.
    if text[12] != b'4' || !Alphabet::UuidVariant.has(text[16]) {
        return Err(issue::FIELD_FORMAT);
    }
    Ok(Class { spelling, ..plain(Family::Uetr) })
}

fn reference(subject: &Subject, owner: Owner) -> Family {
    let sort = if subject.smalls > 0 {
        Sort::Small
    } else if subject.digits == subject.length && subject.length >= 6 {
        Sort::Digits(Lead::of(subject.joined()))
    } else {
        Sort::Capitals
    };
    Family::Reference(sort, owner)
}

/// A reference with check digits, or any other.
fn reference_of_kind(subject: &mut Subject) -> Class {
    let separators = subject.spaces();
    if is_like_rf(subject.joined()) {
        let spelling = in_capitals(subject);
        if national::is_rf(subject.joined(), separators) {
            return Class { spelling, ..plain(Family::Rf) };
        }
        subject.restore_case();
    }
    plain(reference(subject, Owner::Reference(separators)))
}

fn is_like_rf(text: &[u8]) -> bool {
    text.get(..2).is_some_and(|front| front.eq_ignore_ascii_case(b"RF"))
}

/// Letters to capitals; small letters are asked for again if all were small.
fn in_capitals(subject: &mut Subject) -> Spelling {
    let spelling = if subject.all_small() { Spelling::Small } else { Spelling::AsIs };
    subject.make_upper_case();
    spelling
}

#[inline(never)]
fn rf(subject: &mut Subject) -> Result<Class, u32> {
    let spelling = in_capitals(subject);
    let text = subject.joined();
    let is_form = national::has_rf_form(text);
    checked(is_form, is_form && text[2..4] == national::rf_check(text), Class { spelling, ..plain(Family::Rf) })
}

#[inline(never)]
fn creditor(subject: &mut Subject) -> Result<Class, u32> {
    let spelling = in_capitals(subject);
    let text = subject.joined();
    let is_form = national::has_creditor_form(text);
    let is_valid = is_form && text[2..4] == national::creditor_check(text);
    checked(is_form, is_valid, Class { spelling, ..plain(Family::Creditor) })
}

fn checked(is_form: bool, is_valid: bool, class: Class) -> Result<Class, u32> {
    match (is_form, is_valid) {
        (false, _) => Err(issue::FIELD_FORMAT),
        (true, false) => Err(issue::FIELD_CHECK),
        (true, true) => Ok(class),
    }
}

#[inline(never)]
/// `None`, and the case as it was, for what is no national identifier.
fn national(subject: &mut Subject, asked: Asked) -> Option<Class> {
    let separators = subject.separators();
    let spelling = in_capitals(subject);
    let Some(row) = national::row_of(subject.joined(), separators) else {
        subject.restore_case();
        return None;
    };
    let family = Family::National(row, Lead::of(subject.joined()), separators, asked);
    Some(Class { spelling, ..plain(family) })
}

#[inline(never)]
fn identifier(subject: &mut Subject) -> Class {
    let separators = subject.separators();
    let spelling = in_capitals(subject);
    if national::is_creditor(subject.joined(), separators) {
        return Class { spelling, ..plain(Family::Creditor) };
    }
    subject.restore_case();
    national(subject, Asked::Identifier).unwrap_or_else(|| plain(reference(subject, Owner::Identifier(separators))))
}

fn account(subject: &mut Subject, shape: Shape, bin: u8) -> Result<Class, u32> {
    if is_card_number(subject.joined()) {
        return pan(subject, bin);
    }
    let small = subject.all_small();
    subject.make_upper_case();
    if iban::has_form(subject.joined()) || shape == Shape::Iban {
        return iban(subject, small).map_err(|_| issue::FIELD_CHECK);
    }
    subject.restore_case();
    Ok(plain(reference(subject, Owner::Account)))
}

/// 13 to 19 digits that pass Luhn.
#[must_use]
pub fn is_card_number(text: &[u8]) -> bool {
    (13..=19).contains(&text.len()) && text.iter().all(u8::is_ascii_digit) && check::luhn_valid(text)
}

fn telephone(subject: &Subject) -> Result<Class, u32> {
    let code = phone::calling_code_length(subject.joined());
    if code == 0 || code == subject.length {
        return Err(issue::FIELD_FORMAT);
    }
    Ok(plain(Family::Phone(code as u8)))
}

/// The domains of all classes whose places do not depend on more than a count.
struct Domains {
    /// By count of places, up to the widest that is a class.
    digit: Vec<Domain>,
    digit_upper: Vec<Domain>,
    digit_upper_lower: Vec<Domain>,
    /// By country: without the places of national checks, and the whole BBAN.
    iban: Vec<(Domain, Domain)>,
    bic: Vec<Domain>,
    lei: Vec<Domain>,
    uetr: Vec<Domain>,
    /// By row.
    national: Vec<Domain>,
}

static DOMAINS: LazyLock<Domains> = LazyLock::new(|| {
    let run = |positions: Range<usize>, alphabet: Alphabet| positions.map(move |position| (position, alphabet));
    let by_count =
        |alphabet: Alphabet| (0..=CHARACTERS_MAX).map_while(|count| Domain::new(run(0..count, alphabet))).collect();
    let bic = |is_wide: bool, branch: Branch| {
        let (letters, seventh, eighth) = if is_wide {
            (Alphabet::DigitUpper, Alphabet::DigitUpper, Alphabet::DigitUpper)
        } else {
            (Alphabet::Upper, Alphabet::BicSeventh, Alphabet::BicEighth)
        };
        let end = if branch == Branch::Some { 11 } else { 8 };
        Domain::new(run(0..4, letters).chain([(6, seventh), (7, eighth)]).chain(run(8..end, Alphabet::DigitUpper)))
    };
    let iban = |country: &Country| {
        let place = |place: usize| (4 + place, country.places[place]);
        let checked = Domain::new(country.variable.iter().map(|index| place(usize::from(*index))))?;
        Some((checked, Domain::new((0..country.places.len()).map(place))?))
    };
    let hexadecimal = |positions| run(positions, Alphabet::Hexadecimal);
    let uetr =
        hexadecimal(0..12).chain(hexadecimal(13..16)).chain([(16, Alphabet::UuidVariant)]).chain(hexadecimal(17..32));
    Domains {
        digit: by_count(Alphabet::Digit),
        digit_upper: by_count(Alphabet::DigitUpper),
        digit_upper_lower: by_count(Alphabet::DigitUpperLower),
        // The widest is a BBAN of 30 letters and digits, 156 bits, so none is missing.
        iban: COUNTRIES.iter().filter_map(iban).collect(),
        bic: [false, true]
            .iter()
            .flat_map(|wide| [Branch::None, Branch::Some].map(|branch| bic(*wide, branch)))
            .flatten()
            .collect(),
        lei: Domain::new(run(0..18, Alphabet::DigitUpper)).into_iter().collect(),
        uetr: Domain::new(uetr).into_iter().collect(),
        national: national::rows().iter().filter_map(|row| Domain::new(row.places())).collect(),
    }
});

impl Family {
    /// The domain of the class that a member's letters and digits are in, and the index of the first that it is about; `None`
    /// above 256 bits. `mixed` keeps the domain of a pattern, of which there are too many for a table.
    #[inline]
    #[must_use]
    pub fn domain<'call>(self, text: &[u8], mixed: &'call mut Option<Domain>) -> Option<(&'call Domain, usize)> {
        let domains: &'static Domains = &DOMAINS;
        let (domain, start) = match self {
            Self::Pan(bin, _) => (domains.digit.get(text.len() - 1 - usize::from(bin)), usize::from(bin)),
            Self::Iban(country, _) => (domains.iban.get(usize::from(country)).map(|(checked, _)| checked), 0),
            Self::IbanFree(country) => (domains.iban.get(usize::from(country)).map(|(_, free)| free), 0),
            Self::Bic(branch) => (domains.bic.get(branch as usize), 0),
            Self::BicWide(branch) => (domains.bic.get(2 + branch as usize), 0),
            Self::Lei => (domains.lei.first(), 0),
            Self::Uetr => (domains.uetr.first(), 0),
            Self::Digits(_) | Self::Reference(Sort::Digits(_), _) => (domains.digit.get(text.len()), 0),
            Self::Alphanumeric | Self::Reference(Sort::Capitals, _) => (domains.digit_upper.get(text.len()), 0),
            Self::AlphanumericSmall | Self::Reference(Sort::Small, _) => (domains.digit_upper_lower.get(text.len()), 0),
            Self::Phone(code) => (domains.digit.get(text.len() - usize::from(code)), usize::from(code)),
            Self::National(row, ..) => (domains.national.get(usize::from(row)), 0),
            Self::Mixed(_) | Self::Rf | Self::Creditor => {
                let start = self.pattern_start();
                *mixed = Domain::new(text[start..].iter().map(|character| Alphabet::of(*character)).enumerate());
                return mixed.as_ref().map(|domain| (domain, start));
            }
        };
        domain.map(|domain| (domain, start))
    }

    /// Where the characters begin of which each keeps its sort.
    fn pattern_start(self) -> usize {
        match self {
            Self::Rf => RF_START,
            Self::Creditor => CREDITOR_START,
            _ => 0,
        }
    }
}

impl Family {
    /// Makes a value of the class whole after its variable characters were written: recomputes check digits in place, and says
    /// whether the value is a member.
    #[must_use]
    pub fn complete(self, text: &mut [u8]) -> bool {
        match self {
            Self::Pan(_, lead) => {
                if let Some((check, digits)) = text.split_last_mut() {
                    *check = check::luhn(digits);
                }
                lead.leads(text)
            }
            Self::Iban(country, bank) => {
                let country = &COUNTRIES[usize::from(country)];
                let listed = if bank == Bank::Listed { true } else { country.bank_codes.is_empty() };
                if iban::bank_listed(country, &text[4..]) != listed
                    || !check::write_national(country.checks, &mut text[4..])
                {
                    return false;
                }
                write_iban_check(text);
                true
            }
            Self::IbanFree(country) => {
                if check::national_valid(COUNTRIES[usize::from(country)].checks, &text[4..]) {
                    return false;
                }
                write_iban_check(text);
                true
            }
            Self::Bic(branch) => branch == Branch::None || !text.ends_with(b"XXX"),
            Self::BicWide(branch) => (branch == Branch::None || !text.ends_with(b"XXX")) && !is_iso_9362(text),
            Self::Lei => {
                let check = check::iso_7064([&text[..18], &[]]);
                text[18..].copy_from_slice(&check);
                true
            }
            Self::AlphanumericSmall => text.iter().any(u8::is_ascii_lowercase),
            Self::Reference(sort, owner) => is_reference(sort, text) && !is_claimed(owner, text),
            Self::Rf => {
                let check = national::rf_check(text);
                text[2..4].copy_from_slice(&check);
                true
            }
            Self::Creditor => {
                let check = national::creditor_check(text);
                text[2..4].copy_from_slice(&check);
                true
            }
            Self::National(row, lead, separators, asked) => {
                national::complete(row, text, separators)
                    && lead.leads(text)
                    && (asked == Asked::National || !national::is_creditor(text, separators))
            }
            Self::Digits(lead) | Self::Mixed(lead) => lead.leads(text),
            Self::Uetr | Self::Alphanumeric | Self::Phone(_) => true,
        }
    }

    /// Overwrites the characters that mark a draw as test data (docs/internals/engine.md, "PSEUDONYM").
    pub fn mark_draw(self, text: &mut [u8]) {
        match self {
            Self::Pan(0, lead) => {
                text[..6].fill(b'9');
                lead.mark(text);
            }
            Self::Digits(lead)
            | Self::Mixed(lead)
            | Self::Reference(Sort::Digits(lead), _)
            | Self::National(_, lead, ..) => lead.mark(text),
            // No bank code that begins with 0 is off Belgium's list, so a draw among the unlisted could not end.
            Self::Iban(country, Bank::Listed) => {
                let country = &COUNTRIES[usize::from(country)];
                let place = country.variable.first().map_or(0, |place| usize::from(*place));
                text[4 + place] = iban_mark(country.places[place]);
            }
            Self::IbanFree(country) => text[4] = iban_mark(COUNTRIES[usize::from(country)].places[0]),
            Self::Bic(_) | Self::BicWide(_) => text[7] = b'0',
            _ => {}
        }
    }

    /// Appends the tweak of FF1: the class in words, and what it keeps of the value.
    pub fn write_tweak(self, subject: &Subject, tweak: &mut Vec<u8>) {
        let text = subject.joined();
        match self {
            Self::Pan(bin, _) => {
                tweak.extend_from_slice(b"pan/");
                write_number(text.len(), tweak);
                tweak.push(b'/');
                tweak.extend_from_slice(&text[..usize::from(bin)]);
            }
            Self::Iban(country, bank) => {
                tweak.extend_from_slice(if bank == Bank::Listed { b"iban/" } else { b"iban-unlisted/" });
                tweak.extend_from_slice(&COUNTRIES[usize::from(country)].code);
            }
            Self::IbanFree(country) => {
                tweak.extend_from_slice(b"iban-free/");
                tweak.extend_from_slice(&COUNTRIES[usize::from(country)].code);
            }
            Self::Bic(branch) | Self::BicWide(branch) => {
                tweak.extend_from_slice(if matches!(self, Self::Bic(_)) { b"bic/" } else { b"bic-wide/" });
                tweak.extend_from_slice(&text[4..6]);
                tweak.extend_from_slice(if branch == Branch::Some { b"/branch" } else { b"" });
            }
            Self::Lei => tweak.extend_from_slice(b"lei"),
            Self::Uetr => tweak.extend_from_slice(b"uetr"),
            Self::Digits(_) => write_counted(b"digits/", text.len(), tweak),
            Self::Alphanumeric => write_counted(b"alnum/", text.len(), tweak),
            Self::AlphanumericSmall => write_counted(b"alnum62/", text.len(), tweak),
            Self::Mixed(_) => {
                tweak.extend_from_slice(b"mixed/");
                write_pattern(text, tweak);
            }
            Self::Rf => {
                tweak.extend_from_slice(b"rf/");
                write_pattern(&text[RF_START..], tweak);
            }
            Self::Creditor => {
                tweak.extend_from_slice(b"ci/");
                tweak.extend_from_slice(&text[..2]);
                write_pattern(&text[CREDITOR_START..], tweak);
            }
            Self::National(row, ..) => {
                tweak.extend_from_slice(b"id/");
                let row = national::rows().get(usize::from(row));
                tweak.extend_from_slice(row.map_or("", |row| row.name).as_bytes());
            }
            Self::Reference(sort, owner) => {
                tweak.extend_from_slice(match owner {
                    Owner::Reference(_) => b"ref-",
                    Owner::Account => b"acc-",
                    Owner::Identifier(_) => b"idn-",
                });
                tweak.extend_from_slice(match sort {
                    Sort::Digits(_) => b"d/",
                    Sort::Capitals => b"u/",
                    Sort::Small => b"m/",
                });
                let layout = |character: &u8| if character.is_ascii_alphanumeric() { b'a' } else { *character };
                tweak.extend(subject.text.iter().map(layout));
            }
            Self::Phone(code) => {
                tweak.extend_from_slice(b"phone/");
                tweak.extend_from_slice(&text[..usize::from(code)]);
                tweak.push(b'/');
                write_number(text.len() - usize::from(code), tweak);
            }
        }
    }
}

fn iban_mark(place: Alphabet) -> u8 {
    if place == Alphabet::Upper { b'X' } else { b'0' }
}

fn write_iban_check(text: &mut [u8]) {
    let check = check::iso_7064([&text[4..], &text[..2]]);
    text[2..4].copy_from_slice(&check);
}

fn is_reference(sort: Sort, text: &[u8]) -> bool {
    match sort {
        Sort::Digits(lead) => lead.leads(text),
        Sort::Capitals => text.len() < 6 || !text.iter().all(u8::is_ascii_digit),
        Sort::Small => text.iter().any(u8::is_ascii_lowercase),
    }
}

/// Whether an earlier row of the kind takes the letters and digits.
fn is_claimed(owner: Owner, text: &[u8]) -> bool {
    if matches!(owner, Owner::Reference(_)) && !is_like_rf(text) {
        return false;
    }
    let mut upper = [0; CHARACTERS_MAX];
    let upper = &mut upper[..text.len()];
    upper.copy_from_slice(text);
    upper.make_ascii_uppercase();
    match owner {
        Owner::Reference(separators) => national::is_rf(upper, separators),
        Owner::Account => iban::has_form(upper) || is_card_number(text),
        Owner::Identifier(separators) => national::is_identifier(upper, separators),
    }
}

fn write_pattern(text: &[u8], out: &mut Vec<u8>) {
    out.extend(text.iter().map(|character| match Alphabet::of(*character) {
        Alphabet::Digit => b'd',
        Alphabet::Upper => b'u',
        _ => b'l',
    }));
}

fn write_counted(name: &[u8], count: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(name);
    write_number(count, out);
}

/// A number below 1000 in decimal.
fn write_number(number: usize, out: &mut Vec<u8>) {
    if number >= 100 {
        out.push(b'0' + (number / 100) as u8);
    }
    if number >= 10 {
        out.push(b'0' + (number / 10 % 10) as u8);
    }
    out.push(b'0' + (number % 10) as u8);
}

impl Class {
    /// Writes letters and digits into the layout of the value they came from: everything else stays where it is.
    pub fn lay_out(&self, layout: &[u8], text: &[u8], out: &mut Vec<u8>) {
        if layout.len() == text.len() && self.spelling == Spelling::AsIs {
            // Nothing but letters and digits.
            out.extend_from_slice(text);
            return;
        }
        let start = out.len();
        out.extend_from_slice(layout);
        let mut characters = text.iter();
        let places = out[start..].iter_mut().filter(|character| character.is_ascii_alphanumeric());
        for (index, place) in places.enumerate() {
            if self.skipped.is_none_or(|skipped| usize::from(skipped) != index) {
                // Beyond the class there is only a BIC's XXX, which is layout too.
                *place = *characters.next().unwrap_or(place);
            }
            match self.spelling {
                Spelling::AsIs => {}
                Spelling::Small => place.make_ascii_lowercase(),
                Spelling::Capital => place.make_ascii_uppercase(),
            }
        }
    }
}
