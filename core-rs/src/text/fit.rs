//! What a field's own type admits (docs/internals/engine.md, "Fit check" and "Strict").

use super::{count_characters, lexical};
use crate::kinds::alphabet::Alphabet;
use crate::plan;
use crate::plan::Shape;

/// A field's type, ready to be asked.
#[derive(Clone, Debug)]
pub struct Fit {
    /// The language.
    pub shape: Shape,
    /// Fewest code points, `prefix` included.
    pub min: usize,
    /// Most code points; 0 is no limit. Digits for DECIMAL.
    pub max: usize,
    /// Most digits behind the point of a DECIMAL.
    pub fraction: usize,
    /// Items of an ENUM.
    pub values: Vec<String>,
    /// What every value begins with.
    pub prefix: String,
}

impl Fit {
    /// `None` for a shape that has no meaning. A field without a type is any text.
    #[must_use]
    pub fn new(fit: Option<&plan::Fit>) -> Option<Self> {
        let absent = plan::Fit::default();
        let fit = fit.unwrap_or(&absent);
        Some(Self {
            shape: Shape::try_from(fit.shape).ok()?,
            min: fit.min as usize,
            max: fit.max as usize,
            fraction: fit.fraction as usize,
            values: fit.values.clone(),
            prefix: fit.prefix.clone(),
        })
    }

    /// Whether `length` code points are neither too few nor too many.
    #[must_use]
    pub fn admits_length(&self, length: usize) -> bool {
        length >= self.min && (self.max == 0 || length <= self.max)
    }

    /// Whether a text in UTF-8 is of the type.
    #[must_use]
    pub fn admits(&self, text: &[u8]) -> bool {
        let text = if collapses_white_space(self.shape) { trim(text) } else { text };
        if has_length_facets(self.shape) {
            // White space in base64 is layout: XSD's own lengths count octets.
            let is_ink = |byte: &&u8| !b" \t\r\n".contains(byte);
            let length =
                if self.shape == Shape::Base64 { text.iter().filter(is_ink).count() } else { count_characters(text) };
            if !self.admits_length(length) {
                return false;
            }
        }
        // Hardly any type has a prefix. Comparing with an empty one cost half of the engine's time: memcmp reads no byte of it, but its
        // masked load from the dangling pointer of an empty string takes a microcode assist.
        if self.prefix.is_empty() {
            return self.is_of_shape(text);
        }
        text.strip_prefix(self.prefix.as_bytes()).is_some_and(|text| self.is_of_shape(text))
    }

    fn is_of_shape(&self, text: &[u8]) -> bool {
        match self.shape {
            Shape::Text
            | Shape::Unknown
            | Shape::SwiftX
            | Shape::Alphanumeric
            | Shape::UpperAlphanumeric
            | Shape::Digits
            | Shape::Code
            | Shape::SwiftDateTime => is_of_alphabet(self.shape, text),
            Shape::Reference16x => is_of_alphabet(self.shape, text) && has_reference_slashes(text),
            Shape::Hex => !text.is_empty() && is_of_alphabet(self.shape, text),
            Shape::Iban => {
                (5..=34).contains(&text.len())
                    && text[..2].iter().all(u8::is_ascii_uppercase)
                    && text[2..4].iter().all(u8::is_ascii_digit)
                    && text[4..].iter().all(u8::is_ascii_alphanumeric)
            }
            Shape::Bic => matches!(text.len(), 8 | 11) && is_business_code(text),
            Shape::LtAddress => text.len() == 12 && is_business_code(text),
            Shape::Lei => {
                text.len() == 20 && is_upper_alphanumeric(&text[..18]) && text[18..].iter().all(u8::is_ascii_digit)
            }
            Shape::Uuid4 => is_uuid_4(text),
            Shape::Country => text.len() == 2 && text.iter().all(u8::is_ascii_uppercase),
            Shape::Currency => text.len() == 3 && text.iter().all(u8::is_ascii_uppercase),
            Shape::Date => lexical::is_date(text),
            Shape::DateTime => lexical::is_date_time(text),
            Shape::Time => lexical::is_time(text),
            Shape::Year => lexical::is_year(text),
            Shape::Decimal => lexical::is_decimal(text, self.max, self.fraction),
            Shape::Boolean => matches!(text, b"true" | b"false" | b"1" | b"0"),
            Shape::Phone => lexical::is_phone_number(text),
            Shape::Base64 => lexical::is_base64(text),
            Shape::SwiftAmount => lexical::is_swift_amount(text),
            Shape::SwiftDate => lexical::is_swift_date(text),
            Shape::Number => lexical::is_json_number(text),
            Shape::Enum => self.values.iter().any(|value| value.as_bytes() == text),
        }
    }
}

/// Shapes of which min and max count code points.
#[must_use]
pub fn has_length_facets(shape: Shape) -> bool {
    !collapses_white_space(shape) && shape != Shape::Enum
}

/// XSD's white space facet `collapse`, which these types have.
fn collapses_white_space(shape: Shape) -> bool {
    matches!(shape, Shape::Date | Shape::DateTime | Shape::Time | Shape::Year | Shape::Decimal | Shape::Boolean)
}

fn trim(text: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| b" \t\r\n".contains(byte);
    let start = text.iter().take_while(|byte| is_space(byte)).count();
    let text = &text[start..];
    let end = text.iter().rev().take_while(|byte| is_space(byte)).count();
    &text[..text.len() - end]
}

/// Whether every character may occur in a text of the shape; `false` for shapes that are no language of characters.
#[must_use]
pub fn is_of_alphabet(shape: Shape, text: &[u8]) -> bool {
    match shape {
        Shape::Text | Shape::Unknown => is_xml_text(text),
        Shape::SwiftX | Shape::Reference16x => {
            text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/-?:().,'+ ".contains(byte))
        }
        Shape::Alphanumeric => text.iter().all(u8::is_ascii_alphanumeric),
        Shape::UpperAlphanumeric => is_upper_alphanumeric(text),
        Shape::Digits => text.iter().all(u8::is_ascii_digit),
        Shape::Code => text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_./+ -".contains(byte)),
        Shape::Hex => text.iter().all(u8::is_ascii_hexdigit),
        Shape::SwiftDateTime => text.iter().all(|byte| byte.is_ascii_digit() || b"+-".contains(byte)),
        _ => false,
    }
}

/// Char of XML 1.0, 2.2, in UTF-8: no controls but tab, LF and CR, and neither U+FFFE nor U+FFFF.
fn is_xml_text(text: &[u8]) -> bool {
    // Hardly any text has a control, and a fold without branches looks at many bytes at a time.
    let has_control = text.iter().fold(0, |found, byte| found | u8::from(*byte < 0x20)) != 0;
    !(has_control && text.iter().any(|byte| *byte < 0x20 && !b"\t\n\r".contains(byte)))
        && (text.is_ascii() || !text.windows(3).any(|window| matches!(window, [0xef, 0xbf, 0xbe | 0xbf])))
}

/// A SWIFT reference neither begins nor ends with a slash and has no two in a row.
#[must_use]
pub fn has_reference_slashes(text: &[u8]) -> bool {
    !text.starts_with(b"/") && !text.ends_with(b"/") && !text.windows(2).any(|window| window == b"//")
}

fn is_upper_alphanumeric(text: &[u8]) -> bool {
    text.iter().all(|byte| Alphabet::DigitUpper.has(*byte))
}

/// Four letters or digits, country, letters or digits: a BIC and the twelve characters of a logical terminal.
fn is_business_code(text: &[u8]) -> bool {
    is_upper_alphanumeric(text) && text[4..6].iter().all(u8::is_ascii_uppercase)
}

fn is_uuid_4(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            14 => *byte == b'4',
            19 => Alphabet::UuidVariant.has(*byte),
            _ => Alphabet::Hexadecimal.has(*byte),
        })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use super::*;

    fn fit(shape: Shape, min: u32, max: u32, prefix: &str) -> Fit {
        let fit = plan::Fit {
            shape: shape.into(),
            min,
            max,
            prefix: prefix.to_owned(),
            fraction: 2,
            values: vec!["A".to_owned()],
        };
        Fit::new(Some(&fit)).unwrap()
    }

    #[test]
    fn shapes() {
        let cases: [(Shape, &str, &str); 22] = [
            (Shape::Text, "Zoë\t\n", "a\u{1}"),
            (Shape::Text, "\u{fffd}", "\u{ffff}"),
            (Shape::SwiftX, "A/-?:().,'+ z", "a_"),
            (Shape::Reference16x, "A/B", "A//B"),
            (Shape::Reference16x, "AB", "/AB"),
            (Shape::UpperAlphanumeric, "A1", "a1"),
            (Shape::Code, "a_./+ -", "a,"),
            (Shape::Iban, "GB29NWBK60161331926819", "GB2XNWBK"),
            (Shape::Bic, "DEUTDEFF500", "DEUTDEFF5"),
            (Shape::LtAddress, "DEUTDEFFAXXX", "DEUTDEFF"),
            (Shape::Lei, "529900T8BM49AURSDO55", "529900T8BM49AURSDO5A"),
            (Shape::Uuid4, "7f0c1e9a-8b5d-4c3e-9f2a-1b2c3d4e5f60", "7F0C1E9A-8B5D-4C3E-9F2A-1B2C3D4E5F60"),
            (Shape::Country, "DE", "de"),
            (Shape::Currency, "EUR", "EU"),
            (Shape::Date, " 2024-02-29\n", "2024-02-30"),
            (Shape::Decimal, " 1.50 ", "1.505"),
            (Shape::Boolean, "true", "TRUE"),
            (Shape::Hex, "0aF", ""),
            (Shape::Number, "1.5", "01"),
            (Shape::Enum, "A", "B"),
            (Shape::SwiftDateTime, "2401011200+0100", "24-01-01T"),
            (Shape::Unknown, "anything", "\u{0}"),
        ];
        for (shape, inside, outside) in cases {
            let fit = fit(shape, 0, if shape == Shape::Decimal { 5 } else { 0 }, "");
            assert!(fit.admits(inside.as_bytes()), "{shape:?} {inside}");
            assert!(!fit.admits(outside.as_bytes()), "{shape:?} {outside}");
        }
    }

    #[test]
    fn lengths_count_code_points_and_the_prefix() {
        let text = fit(Shape::Text, 2, 3, "");
        assert!(text.admits("ëëë".as_bytes()));
        assert!(!text.admits("ëëëë".as_bytes()));
        assert!(!text.admits("ë".as_bytes()));
        let prefixed = fit(Shape::Digits, 0, 8, "CH");
        assert!(prefixed.admits(b"CH123456"));
        assert!(!prefixed.admits(b"CH1234567"));
        assert!(!prefixed.admits(b"DE123456"));
    }
}
