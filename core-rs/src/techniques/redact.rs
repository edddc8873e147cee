//! REDACT: the constant of the field's shape (docs/internals/engine.md, "REDACT").

use crate::plan::Shape;
use crate::tables::Encoding;
use crate::text::fit::{Fit, has_length_facets};

/// The redaction of a field.
#[derive(Clone, Debug)]
pub struct Redaction {
    /// Output where the encoding has none of its own.
    constant: Vec<u8>,
    /// In MT: what every code point becomes, instead of the constant.
    line_fill: Option<u8>,
    /// Every code point becomes `0`, in all encodings but JSON numbers.
    zero_each: bool,
}

impl Redaction {
    /// # Errors
    /// What the field breaks, in words.
    pub fn new(fit: &Fit) -> Result<Self, &'static str> {
        let constant = match fit.shape {
            Shape::Enum => return Err("an enumerated type has no neutral value"),
            Shape::SwiftDateTime => return Ok(Self { constant: Vec::new(), line_fill: Some(b'0'), zero_each: true }),
            // Zeros are of every hexadecimal type, whatever its length and case.
            Shape::Hex if fit.min > 2 => return Ok(Self { constant: zeros(fit), line_fill: None, zero_each: false }),
            Shape::Unknown => fit.values.first().map(String::as_str),
            Shape::Digits => return Ok(Self { constant: zeros(fit), line_fill: Some(b'0'), zero_each: false }),
            shape => constant_of(shape),
        };
        let Some(constant) = constant else { return Ok(Self::textual(fit)) };
        let length = fit.prefix.chars().count() + constant.chars().count();
        if has_length_facets(fit.shape) && !fit.admits_length(length) {
            return Ok(Self::textual(fit));
        }
        let constant = [fit.prefix.as_bytes(), constant.as_bytes()].concat();
        Ok(Self { constant, line_fill: None, zero_each: false })
    }

    fn textual(fit: &Fit) -> Self {
        let prefix = fit.prefix.chars().count();
        let room = if fit.max == 0 { usize::MAX } else { fit.max.saturating_sub(prefix) };
        let word = &b"REDACTED"[..room.min(8)];
        let mut constant = [fit.prefix.as_bytes(), word].concat();
        let missing = fit.min.saturating_sub(prefix + word.len());
        constant.resize(constant.len() + missing, b'X');
        Self { constant, line_fill: Some(b'X'), zero_each: false }
    }

    /// Appends the redaction of a value of `count` code points; `encoding` is that of its first segment.
    pub fn write(&self, encoding: Encoding, count: usize, out: &mut Vec<u8>) {
        let fill = match encoding {
            Encoding::JsonNumber => {
                out.push(b'0');
                return;
            }
            _ if self.zero_each => Some(b'0'),
            Encoding::MtLine | Encoding::MtWrap => self.line_fill,
            _ => None,
        };
        match fill {
            Some(fill) => out.resize(out.len() + count, fill),
            None => out.extend_from_slice(&self.constant),
        }
    }
}

fn zeros(fit: &Fit) -> Vec<u8> {
    let prefix = fit.prefix.chars().count();
    let count = if fit.min == 0 { 1 } else { fit.min.saturating_sub(prefix) };
    let mut constant = fit.prefix.as_bytes().to_vec();
    constant.resize(constant.len() + count, b'0');
    constant
}

/// The neutral value of a typed shape; `None` for those that take words.
fn constant_of(shape: Shape) -> Option<&'static str> {
    Some(match shape {
        Shape::Iban => "XX00REDACTED",
        Shape::Lei => "00000000000000000000",
        Shape::Uuid4 => "00000000-0000-4000-8000-000000000000",
        Shape::Bic => "ZZZZZZ22",
        Shape::LtAddress => "ZZZZZZ22AXXX",
        Shape::Country => "XX",
        Shape::Currency => "XXX",
        Shape::Date => "1900-01-01",
        Shape::DateTime => "1900-01-01T00:00:00Z",
        Shape::Time => "00:00:00Z",
        Shape::Year => "1900",
        Shape::Decimal | Shape::Number => "0",
        Shape::SwiftAmount => "0,",
        Shape::Boolean => "false",
        Shape::Phone => "+999-000000",
        Shape::Hex => "00",
        Shape::Base64 => "AAAA",
        Shape::SwiftDate => "000101",
        _ => return None,
    })
}
