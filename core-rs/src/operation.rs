//! A plan made ready to run: every operation checked against its field, every constant prepared.

use prost::Message;

use crate::Error;
use crate::plan::{self, Bin, Hash, Kind, Otherwise, Plan, Shape, Technique};
use crate::techniques::mask::Mask;
use crate::techniques::redact::Redaction;
use crate::techniques::token::Spelling;
use crate::text::fit::Fit;

/// Characters of the shortest name that is drawn.
const NAME_MIN: usize = 9;
/// Characters that a field of names has at least.
const NAME_FIELD_MIN: usize = 20;
/// The version of plan.proto that this code runs.
const PLAN_VERSION: u32 = 1;

/// One operation, ready.
#[derive(Clone, Debug)]
pub struct Operation {
    /// What is done.
    pub action: Action,
    /// What the value is.
    pub kind: Kind,
    /// What the field admits.
    pub fit: Fit,
    /// Whether inputs that the field does not admit are refused.
    pub strict: bool,
    /// Index of the namespace, which exists for the actions that need one.
    pub namespace: usize,
}

/// What is done to a value.
#[derive(Clone, Debug)]
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
    /// A token; PSEUDONYM of a text kind too.
    Token(Spelling),
    /// Format-preserving encryption.
    Encrypt(Classed),
    /// A draw from the value's class.
    Draw(Classed),
    /// A drawn name.
    Name(Outside),
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

/// Decodes a plan and prepares its operations; returns them and the count of namespaces.
///
/// # Errors
/// [`Error::Malformed`] for bytes that are no plan, [`Error::Unfit`] and [`Error::PlanVersion`] for a plan that cannot run.
pub fn compile(bytes: &[u8]) -> Result<(Vec<Operation>, usize), Error> {
    let plan = Plan::decode(bytes).map_err(|_| Error::Malformed("the plan is not a protobuf message of its schema"))?;
    if plan.version != PLAN_VERSION {
        return Err(Error::PlanVersion);
    }
    let namespaces = plan.namespaces.len();
    let compiled = plan.operations.iter().enumerate().map(|(index, operation)| {
        Operation::new(operation, namespaces).map_err(|reason| Error::Unfit { operation: index, reason })
    });
    Ok((compiled.collect::<Result<_, _>>()?, namespaces))
}

impl Operation {
    fn new(operation: &plan::Operation, namespaces: usize) -> Result<Self, &'static str> {
        let technique = Technique::try_from(operation.technique).map_err(|_| "unknown technique")?;
        let kind = Kind::try_from(operation.kind).map_err(|_| "unknown kind")?;
        let fit = Fit::new(operation.fit.as_ref()).ok_or("unknown shape")?;
        let hash = Hash::try_from(operation.hash).map_err(|_| "unknown hash")?;
        let bin = Bin::try_from(operation.bin).map_err(|_| "unknown bin")?;
        let otherwise = Otherwise::try_from(operation.otherwise).map_err(|_| "unknown otherwise")?;
        let needs_namespace =
            matches!(technique, Technique::Hash | Technique::Token | Technique::Fpe | Technique::Pseudonym);
        let namespace = operation.namespace as usize;
        if operation.fit.is_none() && !matches!(technique, Technique::Keep | Technique::Drop | Technique::Unspecified) {
            return Err("no fit");
        }
        if needs_namespace && namespace >= namespaces {
            return Err("unknown namespace");
        }
        let is_text = matches!(kind, Kind::Text | Kind::Email);
        let token = || Spelling::of_token(kind, &operation.prefix, operation.width as usize, &fit).map(Action::Token);
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
            Technique::Token => token()?,
            Technique::Pseudonym if is_text => token()?,
            Technique::Pseudonym if kind == Kind::PartyName => Action::Name(name(kind, otherwise, &fit)?),
            Technique::Pseudonym => Action::Draw(Classed::new(kind, bin, otherwise, &fit)?),
            Technique::Fpe => Action::Encrypt(Classed::new(kind, bin, otherwise, &fit)?),
        };
        Ok(Self { action, kind, fit, strict: operation.strict, namespace })
    }
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

/// A drawn name is of letters and spaces, of which a field must hold enough to tell it from others.
fn name(kind: Kind, otherwise: Otherwise, fit: &Fit) -> Result<Outside, &'static str> {
    if !matches!(fit.shape, Shape::Text | Shape::SwiftX) || !fit.prefix.is_empty() {
        return Err("the shape takes no name");
    }
    if fit.min > NAME_MIN || (1..NAME_FIELD_MIN).contains(&fit.max) {
        return Err("a name does not fit");
    }
    Outside::new(kind, otherwise, fit)
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
        Kind::Alphanumeric | Kind::Reference => &[],
        Kind::Text | Kind::PartyName | Kind::Email | Kind::Date | Kind::Amount => return None,
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
