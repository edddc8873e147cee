//! Amounts and other decimal numbers as whole numbers of 10⁻⁹ (docs/internals/engine.md, "Amounts").

use crate::plan::Shape;
use crate::text::lexical::is_json_number;

/// Decimals of the unit that amounts are counted in.
pub const SCALE: usize = 9;
/// The amount 1.
pub const ONE: i128 = 1_000_000_000;
/// Digits in front of the mark that are read; more is outside.
const WHOLE_MAX: usize = 18;
/// Digits that a value is written with at most: more than any field has.
const WRITTEN_MAX: usize = 40;

/// A number as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// Count of 10⁻⁹.
    pub units: i128,
    /// Digits behind the mark.
    pub decimals: usize,
}

/// Whether values of the shape can be numbers.
#[must_use]
pub fn is_numeric(shape: Shape) -> bool {
    matches!(shape, Shape::Decimal | Shape::Number | Shape::SwiftAmount | Shape::Text)
}

/// The number that a text says in its shape's spelling; `None` if it says none, or one of more than 18 digits before or 9 behind the mark.
#[must_use]
pub fn read(shape: Shape, text: &[u8]) -> Option<Decimal> {
    let mark = if shape == Shape::SwiftAmount { b',' } else { b'.' };
    let text = if shape == Shape::Decimal { text.trim_ascii() } else { text };
    if matches!(shape, Shape::Number | Shape::Text) && !is_json_number(text) {
        return None;
    }
    let (is_negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let at = digits.iter().position(|byte| *byte == mark).unwrap_or(digits.len());
    let (whole, fraction) = (&digits[..at], digits.get(at + 1..).unwrap_or_default());
    let whole = &whole[whole.iter().take_while(|byte| **byte == b'0').count()..];
    let is_of_digits = digits.len() > usize::from(at < digits.len()) && is_digits(whole) && is_digits(fraction);
    if !is_of_digits || whole.len() > WHOLE_MAX || fraction.len() > SCALE {
        return None;
    }
    let padding = core::iter::repeat_n(&b'0', SCALE - fraction.len());
    let units = whole.iter().chain(fraction).chain(padding).fold(0, |sum, byte| sum * 10 + i128::from(byte - b'0'));
    Some(Decimal { units: if is_negative { -units } else { units }, decimals: fraction.len() })
}

/// Rounds to so many decimals, halves away from nought.
#[must_use]
pub fn rounded(units: i128, decimals: usize) -> i128 {
    nearest(units, step(decimals))
}

/// The nearest multiple of a unit above 0, halves away from nought.
#[must_use]
pub fn nearest(units: i128, unit: i128) -> i128 {
    let magnitude = (units.abs() + unit / 2) / unit * unit;
    if units < 0 { -magnitude } else { magnitude }
}

/// The unit of so many decimals.
#[must_use]
pub fn step(decimals: usize) -> i128 {
    (decimals..SCALE).fold(1, |step, _| step * 10)
}

/// Appends a number in the shape's spelling, with `least` decimals and as many more as it has.
/// `false`, and nothing written, for a negative number where the shape has no sign.
pub fn write(units: i128, least: usize, shape: Shape, out: &mut Vec<u8>) -> bool {
    let is_swift = shape == Shape::SwiftAmount;
    if units < 0 {
        if is_swift {
            return false;
        }
        out.push(b'-');
    }
    let mut digits = [b'0'; WRITTEN_MAX];
    let mut rest = units.unsigned_abs();
    let mut first = WRITTEN_MAX;
    while rest > 0 && first > 0 {
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let mark = WRITTEN_MAX - SCALE;
    out.extend_from_slice(&digits[first.min(mark - 1)..mark]);
    let behind = digits[mark..].iter().rposition(|digit| *digit != b'0').map_or(0, |place| place + 1).max(least);
    if is_swift || behind > 0 {
        out.push(if is_swift { b',' } else { b'.' });
        out.extend_from_slice(&digits[mark..mark + behind.min(SCALE)]);
    }
    true
}

fn is_digits(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use super::*;

    fn written(units: i128, least: usize, shape: Shape) -> String {
        let mut out = Vec::new();
        assert!(write(units, least, shape, &mut out));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_read_and_written() {
        let cases = [
            (Shape::Decimal, " +12.50 ", 12_500_000_000, 2),
            (Shape::Decimal, ".5", 500_000_000, 1),
            (Shape::SwiftAmount, "1234,", 1_234_000_000_000, 0),
            (Shape::Number, "-0.1", -100_000_000, 1),
        ];
        for (shape, text, units, decimals) in cases {
            assert_eq!(read(shape, text.as_bytes()), Some(Decimal { units, decimals }), "{text}");
        }
        for (shape, text) in
            [(Shape::Number, "1e3"), (Shape::Text, "1,5"), (Shape::Decimal, "."), (Shape::Decimal, "1.0123456789")]
        {
            assert_eq!(read(shape, text.as_bytes()), None, "{text}");
        }
        assert_eq!(written(12_500_000_000, 2, Shape::Decimal), "12.50");
        assert_eq!(written(-500_000_000, 0, Shape::Number), "-0.5");
        assert_eq!(written(7_000_000_000, 0, Shape::SwiftAmount), "7,");
        assert!(!write(-1, 0, Shape::SwiftAmount, &mut Vec::new()));
    }

    #[test]
    fn halves_go_away_from_nought() {
        assert_eq!(rounded(1_005_000_000, 2), 1_010_000_000);
        assert_eq!(rounded(-1_005_000_000, 2), -1_010_000_000);
        assert_eq!(rounded(1_004_999_999, 2), 1_000_000_000);
    }
}
