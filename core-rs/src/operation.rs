//! A plan made ready to run: every operation checked against its field, every constant prepared.

use prost::Message;

use crate::Error;
use crate::kinds::canonical::Merge;
use crate::plan::{self, Bin, Cipher, EmailDomain, Entity, Hash, Kind, Otherwise, Plan, Shape, Technique};
use crate::techniques::curve::Curve;
use crate::techniques::generate::Generated;
use crate::techniques::mask::Mask;
use crate::techniques::redact::Redaction;
use crate::techniques::seal::Sealing;
use crate::techniques::token::Spelling;
use crate::techniques::{day, decimal};
use crate::text::fit::Fit;

/// Characters of the shortest name of a party that is drawn.
const NAME_MIN: usize = 9;
/// Characters of the shortest other name or place that is drawn.
const WORD_MIN: usize = 2;
/// Characters that a field of names or places has at least.
const NAME_FIELD_MIN: usize = 20;
/// Characters of the shortest e-mail address that is drawn.
const EMAIL_MIN: usize = 17;
/// Characters that a field of e-mail addresses has at least.
const EMAIL_FIELD_MIN: usize = 30;
/// Days that a date is shifted by at most.
const DAYS_MAX: u32 = 36_525;
/// Millionths that noise changes an amount by at most.
const WITHIN_MAX: u32 = 900_000;
/// The largest factor.
const FACTOR_MAX: u32 = 10_000;
/// The version of plan.proto that this code runs.
const PLAN_VERSION: u32 = 1;

/// One operation, ready.
#[derive(Clone, Debug)]
pub struct Operation {
    /// What is done.
    pub action: Action,
    /// What the value is.
    pub kind: Kind,
    /// Which names are one.
    pub merge: Merge,
    /// What the field admits.
    pub fit: Fit,
    /// Whether inputs that the field does not admit are refused.
    pub strict: bool,
    /// Index of the namespace, which exists for the actions that need one.
    pub namespace: usize,
    /// Present where the text is kept but for what is found in it.
    pub search: Option<Search>,
    /// What texts of the same message are searched for.
    pub feeds: Entity,
    /// What has a factor or shift of its own.
    pub subject: Subject,
    /// The value is a month and a day.
    pub month_day: bool,
}

/// What has a factor of amounts or a shift of days of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// All values of the operation's namespace have the same.
    None,
    /// The record.
    Record,
    /// The first value of the record that is masked by this namespace.
    Value(usize),
}

/// A text that is kept but for what is found in it.
#[derive(Clone, Debug)]
pub struct Search {
    /// Operations that replace what is found.
    pub detects: Vec<(Entity, usize)>,
    /// Characters of a line of MT; 0: no limit.
    pub line_max: usize,
}

/// What is done to a value.
///
/// The tag has a byte of its own: hidden in the spare values of a field, as the compiler would have it, it is costly to read, and it is
/// read several times for each value.
#[derive(Clone, Debug)]
#[repr(u8)]
pub enum Action {
    /// Copied; `detect` refuses card numbers and IBANs.
    Keep {
        /// Whether the detector runs.
        detect: bool,
        /// Present where only code words are kept.
        codes: Option<CodesOnly>,
    },
    /// Removed.
    Drop,
    /// A constant.
    Redact(Redaction),
    /// Hidden wholly or in part.
    Mask(Mask),
    /// A keyed hash.
    Hash(Hash, Spelling),
    /// A token; PSEUDONYM of a text too.
    Token(Spelling),
    /// A token behind the value's own prefix.
    PrefixedToken(Spelling, Outside),
    /// Format-preserving encryption.
    Encrypt(Classed),
    /// A draw from the value's class.
    Draw(Classed),
    /// A name, address or text that is made of lists, or drawn in the form of the value.
    People(People),
    /// The same text for every value.
    Constant(Vec<u8>),
    /// The month of a date.
    Month(Outside),
    /// A date so many days earlier or later, at most.
    Shift(u32, Outside),
    /// An amount, by a curve.
    Amount(Curve, Outside),
    /// Encryption of the whole value.
    Seal(Sealing, Outside),
    /// A value of its own, drawn for its place.
    Generate(Box<Generated>),
}

/// KEEP of code words alone.
#[derive(Clone, Debug)]
pub struct CodesOnly {
    /// Most characters of one.
    pub max: usize,
    /// What becomes of any other value; `None`: it is refused.
    pub otherwise: Option<Redaction>,
}

/// What FPE and PSEUDONYM share.
#[derive(Clone, Debug)]
pub struct Classed {
    /// Digits of a card number that stay.
    pub bin: u8,
    /// What becomes of a value in no class.
    pub otherwise: Outside,
}

/// PSEUDONYM of the kinds of docs/internals/people.md.
#[derive(Clone, Debug)]
pub struct People {
    /// Whether a code keeps equal names apart.
    pub distinct: bool,
    /// What becomes of the domain of an e-mail address.
    pub domain: EmailDomain,
    /// What becomes of a value for which there is none.
    pub otherwise: Outside,
}

/// `otherwise`.
#[derive(Clone, Debug)]
pub enum Outside {
    /// The issue.
    Refuse,
    /// The constant.
    Redact(Redaction),
    /// A token, unless the field takes none.
    Token {
        /// For values of IBAN form.
        iban: Option<Spelling>,
        /// For all others.
        token: Option<Spelling>,
        /// Where there is no token.
        redaction: Redaction,
    },
}

/// A plan, ready.
pub struct Compiled {
    /// In the plan's order.
    pub operations: Vec<Operation>,
    /// How many there are.
    pub namespaces: usize,
    /// What changes generated values, and nothing else.
    pub seed: String,
}

/// Decodes a plan and prepares its operations.
///
/// # Errors
/// [`Error::Malformed`] for bytes that are no plan, [`Error::Unfit`] and [`Error::PlanVersion`] for a plan that cannot run.
pub fn compile(bytes: &[u8]) -> Result<Compiled, Error> {
    let plan = Plan::decode(bytes).map_err(|_| Error::Malformed("the plan is not a protobuf message of its schema"))?;
    if plan.version != PLAN_VERSION {
        return Err(Error::PlanVersion);
    }
    let namespaces = plan.namespaces.len();
    let compiled = plan.operations.iter().enumerate().map(|(index, operation)| {
        let search = Search::new(operation, &plan);
        let compiled = search.and_then(|search| Operation::new(operation, namespaces, search));
        compiled.map_err(|reason| Error::Unfit { operation: index, reason })
    });
    Ok(Compiled { operations: compiled.collect::<Result<_, _>>()?, namespaces, seed: plan.seed.clone() })
}

impl Operation {
    fn new(operation: &plan::Operation, namespaces: usize, search: Option<Search>) -> Result<Self, &'static str> {
        let technique = Technique::try_from(operation.technique).map_err(|_| "unknown technique")?;
        let kind = Kind::try_from(operation.kind).map_err(|_| "unknown kind")?;
        let fit = Fit::new(operation.fit.as_ref()).ok_or("unknown shape")?;
        let hash = Hash::try_from(operation.hash).map_err(|_| "unknown hash")?;
        let bin = Bin::try_from(operation.bin).map_err(|_| "unknown bin")?;
        let otherwise = Otherwise::try_from(operation.otherwise).map_err(|_| "unknown otherwise")?;
        let needs_namespace = is_identity(technique)
            || matches!(
                technique,
                Technique::Noise | Technique::Scale | Technique::DateShift | Technique::Encrypt | Technique::Generate
            );
        let namespace = operation.namespace as usize;
        if operation.fit.is_none() && !matches!(technique, Technique::Keep | Technique::Drop | Technique::Unspecified) {
            return Err("no fit");
        }
        if needs_namespace && namespace >= namespaces {
            return Err("unknown namespace");
        }
        let domain = EmailDomain::try_from(operation.domain).map_err(|_| "unknown domain")?;
        let cipher = Cipher::try_from(operation.cipher).map_err(|_| "unknown cipher")?;
        let merge = Merge { truncated: operation.truncated, initials: operation.initials };
        let is_party = matches!(kind, Kind::PartyName | Kind::Organisation);
        if !is_party && (operation.distinct || merge.truncated || merge.initials) {
            return Err("the kind is no name of a party");
        }
        if kind != Kind::Email && domain != EmailDomain::EmailExample {
            return Err("the kind has no domain");
        }
        let action = match technique {
            Technique::Unspecified => return Err("unknown technique"),
            Technique::Keep if fit.shape == Shape::Unknown => return Err("keep of an unknown type"),
            Technique::Keep => Action::Keep {
                detect: operation.detect,
                codes: CodesOnly::new(operation.code_max as usize, otherwise, &fit)?,
            },
            Technique::Drop => Action::Drop,
            Technique::Redact => Action::Redact(Redaction::new(&fit)?),
            Technique::Mask => Action::Mask(Mask::new(
                kind,
                &fit,
                &operation.mask_character,
                operation.keep_first,
                operation.keep_last,
            )?),
            Technique::Hash => {
                Action::Hash(hash, Spelling::of_hash(hash, &operation.prefix, operation.width as usize, &fit)?)
            }
            Technique::Token => token(kind, otherwise, operation, &fit)?,
            Technique::Pseudonym if matches!(kind, Kind::Text | Kind::PrefixedId) => {
                token(kind, otherwise, operation, &fit)?
            }
            Technique::Pseudonym if is_drawn(kind) => {
                check_drawn(kind, &fit)?;
                let otherwise = Outside::new(kind, otherwise, &fit)?;
                Action::People(People { distinct: operation.distinct, domain, otherwise })
            }
            Technique::Pseudonym => Action::Draw(Classed::new(kind, bin, otherwise, &fit)?),
            Technique::Fpe => Action::Encrypt(Classed::new(kind, bin, otherwise, &fit)?),
            Technique::Constant => constant(operation, &fit)?,
            Technique::Bucket => bucket(operation, kind, otherwise, &fit)?,
            Technique::Month | Technique::DateShift => dated(technique, operation, kind, otherwise, &fit)?,
            Technique::Round | Technique::Noise | Technique::Scale => {
                amount(technique, operation, kind, otherwise, &fit)?
            }
            Technique::Encrypt if kind != Kind::Text => return Err("only texts are encrypted"),
            Technique::Encrypt => Action::Seal(Sealing::new(cipher, &fit)?, Outside::new(kind, otherwise, &fit)?),
            Technique::Generate => Action::Generate(Box::new(generated(kind, operation, domain, &fit)?)),
        };
        let feeds = Entity::try_from(operation.feeds).unwrap_or(Entity::None);
        let subject = match operation.subject {
            0 => Subject::None,
            1 => Subject::Record,
            number if (number - 2) as usize >= namespaces => return Err("unknown subject"),
            number => Subject::Value((number - 2) as usize),
        };
        if subject != Subject::None && !matches!(technique, Technique::Scale | Technique::DateShift) {
            return Err("only factors and shifts have subjects");
        }
        if operation.month_day && fit.shape != Shape::SwiftDateTime {
            return Err("the shape has no month and day");
        }
        let month_day = operation.month_day;
        Ok(Self { action, kind, merge, fit, strict: operation.strict, namespace, search, feeds, subject, month_day })
    }

    /// Whether it draws a curve of many borders.
    #[must_use]
    pub fn is_noise(&self) -> bool {
        matches!(self.action, Action::Amount(Curve::Noise(_), _))
    }

    /// Whether equal values have equal outputs.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        matches!(
            self.action,
            Action::Hash(..)
                | Action::Token(_)
                | Action::PrefixedToken(..)
                | Action::Encrypt(_)
                | Action::Draw(_)
                | Action::People(_)
        )
    }

    /// Whether outputs depend on where a value stands.
    #[must_use]
    pub fn is_of_its_place(&self) -> bool {
        match &self.action {
            Action::Generate(_) => true,
            Action::Seal(sealing, _) => sealing.cipher == Cipher::AesGcm,
            _ => false,
        }
    }

    /// Index of the operation that replaces what is found in the text.
    #[must_use]
    pub fn detecting(&self, entity: Entity) -> Option<usize> {
        let detects = self.search.iter().flat_map(|search| &search.detects);
        detects.into_iter().find(|(own, _)| *own == entity).map(|(_, operation)| *operation)
    }

    /// Whether lines are parted by line feeds before the value is read: for the kinds of words, where words are made something of.
    #[must_use]
    pub fn joins_lines(&self) -> bool {
        is_worded(self.kind) && matches!(self.action, Action::Hash(..) | Action::Token(_) | Action::People(_))
    }
}

fn is_identity(technique: Technique) -> bool {
    matches!(technique, Technique::Hash | Technique::Token | Technique::Fpe | Technique::Pseudonym)
}

fn constant(operation: &plan::Operation, fit: &Fit) -> Result<Action, &'static str> {
    let constant = operation.constant.as_bytes();
    let is_admitted = !constant.is_empty() && fit.shape != Shape::Unknown && fit.admits(constant);
    if is_admitted { Ok(Action::Constant(constant.to_vec())) } else { Err("the constant is not of the type") }
}

fn bucket(operation: &plan::Operation, kind: Kind, otherwise: Otherwise, fit: &Fit) -> Result<Action, &'static str> {
    check_numeric(fit)?;
    let bounds = operation.bounds.iter().map(|bound| decimal_of(bound)).collect::<Option<Vec<_>>>();
    let bounds = bounds.filter(|bounds| !bounds.is_empty() && bounds.is_sorted_by(|a, b| a < b));
    let bounds = bounds.ok_or("the bounds do not ascend")?;
    let is_admitted = |bound: &i128| {
        let mut out = Vec::new();
        decimal::write(*bound, 0, fit.shape, &mut out) && fit.admits(&out)
    };
    if !bounds.iter().all(is_admitted) {
        return Err("a bound is not of the type");
    }
    Ok(Action::Amount(Curve::Bucket(bounds), Outside::new(kind, otherwise, fit)?))
}

fn dated(
    technique: Technique,
    operation: &plan::Operation,
    kind: Kind,
    otherwise: Otherwise,
    fit: &Fit,
) -> Result<Action, &'static str> {
    if !day::is_dated(fit.shape) || !(fit.prefix.is_empty() || fit.shape == Shape::SwiftDate) {
        return Err("the shape has no days");
    }
    let otherwise = Outside::new(kind, otherwise, fit)?;
    match (technique, operation.days) {
        (Technique::Month, _) => Ok(Action::Month(otherwise)),
        (_, days @ 1..=DAYS_MAX) => Ok(Action::Shift(days, otherwise)),
        _ => Err("days out of range"),
    }
}

fn amount(
    technique: Technique,
    operation: &plan::Operation,
    kind: Kind,
    otherwise: Otherwise,
    fit: &Fit,
) -> Result<Action, &'static str> {
    check_numeric(fit)?;
    let (within, low, high) = (operation.within_ppm, operation.factor_min, operation.factor_max);
    let curve = match technique {
        Technique::Noise if (1..=WITHIN_MAX).contains(&within) => Curve::Noise(within),
        Technique::Scale if 0 < low && low <= high && high <= FACTOR_MAX => Curve::Scale(low, high),
        Technique::Round => Curve::Round(decimal_of(&operation.unit).filter(|unit| *unit > 0).ok_or("no unit")?),
        _ => return Err("parameters of the amount out of range"),
    };
    Ok(Action::Amount(curve, Outside::new(kind, otherwise, fit)?))
}

fn generated(
    kind: Kind,
    operation: &plan::Operation,
    domain: EmailDomain,
    fit: &Fit,
) -> Result<Generated, &'static str> {
    let otherwise = Outside::Refuse;
    match kind {
        Kind::Amount => Generated::of_amount(operation, fit),
        Kind::Date => Generated::of_day(operation, fit),
        Kind::Text => Generated::of_places(operation, fit),
        _ if is_drawn(kind) => {
            check_drawn(kind, fit)?;
            let people = People { distinct: operation.distinct, domain, otherwise };
            Generated::of_people(people, kind, &operation.like, fit)
        }
        _ => {
            let classed = Classed::new(kind, Bin::None, Otherwise::Error, fit)?;
            Generated::of_class(classed, kind, &operation.like, fit)
        }
    }
}

fn check_numeric(fit: &Fit) -> Result<(), &'static str> {
    if decimal::is_numeric(fit.shape) && fit.prefix.is_empty() { Ok(()) } else { Err("the shape has no numbers") }
}

fn decimal_of(text: &str) -> Option<i128> {
    decimal::read(Shape::Number, text.as_bytes()).map(|read| read.units)
}

fn token(kind: Kind, otherwise: Otherwise, operation: &plan::Operation, fit: &Fit) -> Result<Action, &'static str> {
    let width = operation.width as usize;
    if kind != Kind::PrefixedId {
        return Ok(Action::Token(Spelling::of_token(kind, &operation.prefix, width, fit)?));
    }
    if !operation.prefix.is_empty() {
        return Err("the value has a prefix of its own");
    }
    Ok(Action::PrefixedToken(Spelling::of_prefixed(width, fit)?, Outside::new(kind, otherwise, fit)?))
}

/// Kinds of which a value is words.
fn is_worded(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::PartyName
            | Kind::GivenName
            | Kind::FamilyName
            | Kind::Organisation
            | Kind::Street
            | Kind::Town
            | Kind::Subdivision
            | Kind::AddressLine
            | Kind::FreeText
    )
}

/// Kinds without classes of which pseudonyms are drawn.
fn is_drawn(kind: Kind) -> bool {
    is_worded(kind) || matches!(kind, Kind::Postcode | Kind::BuildingNumber | Kind::BirthDate | Kind::Email)
}

/// Whether a field takes what is drawn for it.
fn check_drawn(kind: Kind, fit: &Fit) -> Result<(), &'static str> {
    let is_text = matches!(fit.shape, Shape::Text | Shape::SwiftX);
    let (is_of_shape, min, field_min) = match kind {
        Kind::PartyName | Kind::Organisation => (is_text, NAME_MIN, NAME_FIELD_MIN),
        Kind::FreeText => (is_text, 1, 0),
        Kind::Postcode | Kind::BuildingNumber => (is_written(fit.shape) || fit.shape == Shape::Digits, usize::MAX, 0),
        Kind::BirthDate => {
            let is_date = matches!(fit.shape, Shape::Digits | Shape::Date | Shape::SwiftDate);
            (is_written(fit.shape) || is_date, usize::MAX, 0)
        }
        Kind::Email => (fit.shape == Shape::Text, EMAIL_MIN, EMAIL_FIELD_MIN),
        _ => (is_text, WORD_MIN, NAME_FIELD_MIN),
    };
    // The century in front of a date is one of the neutral constant, not of the value.
    if !is_of_shape || !(fit.prefix.is_empty() || fit.shape == Shape::SwiftDate) {
        return Err("the shape takes no such value");
    }
    if fit.min > min || (1..field_min).contains(&fit.max) {
        return Err("a drawn value does not fit");
    }
    Ok(())
}

/// Shapes that take texts of letters and digits.
fn is_written(shape: Shape) -> bool {
    matches!(
        shape,
        Shape::Text
            | Shape::SwiftX
            | Shape::Code
            | Shape::Alphanumeric
            | Shape::UpperAlphanumeric
            | Shape::Reference16x
    )
}

impl Search {
    /// What an operation says of texts that are searched; `None` if it says nothing.
    fn new(operation: &plan::Operation, plan: &Plan) -> Result<Option<Self>, &'static str> {
        match Entity::try_from(operation.feeds) {
            Ok(Entity::None | Entity::Account | Entity::Identifier | Entity::Reference | Entity::Name) => {}
            _ => return Err("unknown feed"),
        }
        if !operation.searches {
            let is_stray = !operation.detects.is_empty() || operation.line_max > 0;
            return if is_stray { Err("an option of texts that are searched") } else { Ok(None) };
        }
        let is_text = operation.technique == Technique::Pseudonym as i32 && operation.kind == Kind::FreeText as i32;
        if !is_text {
            return Err("only a pseudonym of free text is searched");
        }
        let mut detects: Vec<(Entity, usize)> = Vec::new();
        for detect in &operation.detects {
            let entity = Entity::try_from(detect.entity).map_err(|_| "unknown entity")?;
            let is_behind = detects.last().is_none_or(|(last, _)| *last < entity);
            if entity == Entity::None || !is_behind {
                return Err("unknown or repeated entity");
            }
            let index = detect.operation as usize;
            if !plan.operations.get(index).is_some_and(replaces) {
                return Err("an entity without an operation for it");
            }
            detects.push((entity, index));
        }
        Ok(Some(Self { detects, line_max: operation.line_max as usize }))
    }
}

/// Whether an operation can replace what is found in texts: it takes any text, and equal values have equal outputs.
fn replaces(operation: &plan::Operation) -> bool {
    let is_open = operation
        .fit
        .as_ref()
        .is_some_and(|fit| fit.shape == Shape::Text as i32 && fit.max == 0 && fit.prefix.is_empty());
    let is_identity = matches!(
        Technique::try_from(operation.technique),
        Ok(Technique::Hash | Technique::Token | Technique::Fpe | Technique::Pseudonym)
    );
    is_open && is_identity && !operation.searches
}

impl CodesOnly {
    /// `None` for a `max` of 0: any value is kept.
    fn new(max: usize, otherwise: Otherwise, fit: &Fit) -> Result<Option<Self>, &'static str> {
        let otherwise = match otherwise {
            _ if max == 0 => return Ok(None),
            Otherwise::Error => None,
            Otherwise::Redact => Some(Redaction::new(fit)?),
            Otherwise::Token => return Err("a kept code has no token"),
        };
        Ok(Some(Self { max, otherwise }))
    }
}

impl Classed {
    fn new(kind: Kind, bin: Bin, otherwise: Otherwise, fit: &Fit) -> Result<Self, &'static str> {
        let shapes = shapes_of(kind).ok_or("the kind has no class of values")?;
        if !fit.prefix.is_empty() {
            return Err("a field with a fixed prefix");
        }
        if !is_open(fit.shape) && !shapes.contains(&fit.shape) {
            return Err("the kind does not keep to the shape");
        }
        let otherwise = Outside::new(kind, otherwise, fit)?;
        let bin = match bin {
            Bin::None => 0,
            Bin::Bin6 => 6,
            Bin::Bin8 => 8,
        };
        Ok(Self { bin, otherwise })
    }
}

impl Outside {
    fn new(kind: Kind, otherwise: Otherwise, fit: &Fit) -> Result<Self, &'static str> {
        let redaction = Redaction::new(fit)?;
        Ok(match otherwise {
            Otherwise::Error => Self::Refuse,
            Otherwise::Redact => Self::Redact(redaction),
            Otherwise::Token => {
                let iban = takes_iban_token(kind, fit).then(Spelling::of_iban);
                Self::Token { iban, token: Spelling::of_otherwise(kind, fit), redaction }
            }
        })
    }
}

/// Shapes that take any identifier, since every class keeps the sort of each character or is of letters and digits.
fn is_open(shape: Shape) -> bool {
    matches!(
        shape,
        Shape::Text
            | Shape::SwiftX
            | Shape::Code
            | Shape::Unknown
            | Shape::Alphanumeric
            | Shape::UpperAlphanumeric
            | Shape::Reference16x
            | Shape::Number
    )
}

/// The shapes that a kind with classes takes besides the open ones.
fn shapes_of(kind: Kind) -> Option<&'static [Shape]> {
    Some(match kind {
        Kind::Pan | Kind::Digits | Kind::Mixed => &[Shape::Digits],
        Kind::Iban | Kind::Account => &[Shape::Iban],
        Kind::Bic => &[Shape::Bic, Shape::LtAddress],
        Kind::Lei => &[Shape::Lei],
        Kind::Uetr => &[Shape::Uuid4],
        Kind::Phone => &[Shape::Phone],
        Kind::Alphanumeric
        | Kind::Reference
        | Kind::RfReference
        | Kind::CreditorId
        | Kind::NationalId
        | Kind::Identifier => &[],
        _ => return None,
    })
}

/// Whether `otherwise` writes the IBAN token for a value of IBAN form.
fn takes_iban_token(kind: Kind, fit: &Fit) -> bool {
    let is_wide = fit.min <= 24 && (fit.max == 0 || fit.max >= 24);
    let takes = matches!(
        fit.shape,
        Shape::Text | Shape::SwiftX | Shape::Code | Shape::Alphanumeric | Shape::UpperAlphanumeric | Shape::Iban
    );
    matches!(kind, Kind::Account | Kind::Iban) && is_wide && takes
}
