//! What becomes of an amount: noise, a factor, rounding (docs/internals/engine.md, "Amounts").
//!
//! Each is a function that never falls. What stands alone is read off where it is; what is counted up, as balances are, is read off at its
//! ends: then the sum of the steps is the step of the sums, whatever the function.

use core::cell::RefCell;
use std::collections::HashMap;

use super::decimal::{ONE, nearest};
use crate::hash::HmacSha256;

/// Widths of the cells of running noise, in whole units of the currency: powers of ten.
const LEVELS: [u32; 6] = [1, 3, 5, 7, 9, 11];
/// How the height of a step is cut so that its product with a place in a cell fits 128 bits.
const GRAIN: i128 = 10_000;
/// Draws are of 32 bits.
const DRAWS: i128 = 1 << 32;
/// Parts of one in which slopes are counted.
const PARTS_PER_MILLIONTH: i128 = 1000;

/// A function of amounts.
#[derive(Clone, Debug)]
pub enum Curve {
    /// The nearest multiple of so many 10⁻⁹.
    Round(i128),
    /// At most so many millionths up or down.
    Noise(u32),
    /// A whole factor between two: sums of what is multiplied are multiples of the sums.
    Scale(u32, u32),
    /// The greatest of some numbers that is not above the amount; the least for what is below it.
    Bucket(Vec<i128>),
}

/// Draws of borders that are held at most; a statement meets few, again and again.
const BORDERS_MAX: usize = 1 << 16;

/// What was drawn for borders of cells: of one key and subject.
#[derive(Debug, Default)]
pub struct Borders(RefCell<HashMap<(u32, i128), i128>>);

impl Borders {
    /// Forgets them all.
    pub fn clear(&mut self) {
        self.0.get_mut().clear();
    }
}

/// What a curve is drawn from.
pub struct Draw<'key> {
    /// Of the namespace; nothing is drawn without.
    pub hmac: Option<&'key HmacSha256>,
    /// What has a curve of its own.
    pub subject: &'key [u8],
    /// What was drawn before of this key for this subject.
    pub borders: &'key Borders,
}

impl Draw<'_> {
    /// A number of 64 bits of a label and what else it depends on.
    #[must_use]
    pub fn number(&self, label: &[u8], detail: &[u8]) -> u64 {
        let length = (self.subject.len() as u64).to_be_bytes();
        let parts = [label, &[0], length.as_slice(), self.subject, detail];
        let digest = self.hmac.map_or([0; 32], |hmac| hmac.of(&parts));
        digest.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
    }

    /// A draw of 32 bits.
    fn word(&self, label: &[u8], detail: &[u8]) -> i128 {
        i128::from(self.number(label, detail) >> 32)
    }

    /// The draw of a border between two cells of a level.
    fn border(&self, level: u32, cell: i128) -> i128 {
        let mut known = self.borders.0.borrow_mut();
        if known.len() >= BORDERS_MAX {
            known.clear();
        }
        *known.entry((level, cell)).or_insert_with(|| {
            let mut detail = [0; 17];
            detail[0] = level as u8;
            detail[1..].copy_from_slice(&cell.to_be_bytes());
            self.word(b"running noise", &detail)
        })
    }
}

/// A part of `amplitude` between its negative and itself, by a draw.
const fn part(amplitude: i128, draw: i128) -> i128 {
    amplitude * (2 * draw - (DRAWS - 1)) / (DRAWS - 1)
}

impl Curve {
    /// An amount by itself.
    #[must_use]
    pub fn alone(&self, amount: i128, draw: &Draw) -> i128 {
        match self {
            Self::Noise(within) => {
                let slope = i128::from(*within) * PARTS_PER_MILLIONTH;
                amount + amount * part(slope, draw.word(b"noise", &amount.to_be_bytes())) / ONE
            }
            Self::Bucket(bounds) => {
                bounds.iter().rev().find(|bound| **bound <= amount).or(bounds.first()).copied().unwrap_or_default()
            }
            Self::Round(_) | Self::Scale(..) => self.running(amount, draw),
        }
    }

    /// An amount that others are counted up to.
    #[must_use]
    pub fn running(&self, amount: i128, draw: &Draw) -> i128 {
        match self {
            Self::Round(unit) => nearest(amount, *unit),
            // What is owed is in the same range as what is had.
            Self::Bucket(_) if amount < 0 => -self.alone(-amount, draw),
            Self::Bucket(_) => self.alone(amount, draw),
            Self::Scale(low, high) => {
                let choices = u64::from(high - low) + 1;
                amount * (i128::from(*low) + i128::from(draw.number(b"scale", b"") % choices))
            }
            Self::Noise(within) => {
                let share = i128::from(*within) * PARTS_PER_MILLIONTH / LEVELS.len() as i128;
                let waves = |at: i128| LEVELS.iter().map(|level| wave(at, *level, share, draw)).sum::<i128>();
                amount + waves(amount) - waves(0)
            }
        }
    }
}

/// Height of one level at an amount: straight lines between the borders of its cells, no steeper than `share`, in 10⁻⁹.
fn wave(amount: i128, level: u32, share: i128, draw: &Draw) -> i128 {
    let width = 10_i128.pow(level) * ONE;
    let cell = amount.div_euclid(width);
    let amplitude = width / ONE * share / 2;
    let border = |cell: i128| part(amplitude, draw.border(level, cell));
    let (low, high) = (border(cell), border(cell + 1));
    low + (high - low) / GRAIN * amount.rem_euclid(width) / (width / GRAIN)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn running_noise_rises_within_its_bounds_everywhere() {
        let hmac = HmacSha256::new(&[7; 32]).unwrap();
        let borders = Borders::default();
        let draw = Draw { hmac: Some(&hmac), subject: b"account", borders: &borders };
        let curve = Curve::Noise(100_000);
        assert_eq!(curve.running(0, &draw), 0);
        for exponent in 0..17 {
            let step = 10_i128.pow(exponent) * ONE / 100;
            for start in [-3 * step - 7 * ONE, -step / 2, 0, 999 * ONE, 12_345 * ONE, 10_i128.pow(15) * ONE] {
                let rise = curve.running(start + step, &draw) - curve.running(start, &draw);
                let slack = 20_000 * LEVELS.len() as i128;
                assert!((rise - step).abs() <= step / 10 + slack, "{start} {step} {rise}");
            }
        }
    }

    #[test]
    fn the_largest_amounts_do_not_overflow() {
        let hmac = HmacSha256::new(&[8; 32]).unwrap();
        let borders = Borders::default();
        let draw = Draw { hmac: Some(&hmac), subject: b"", borders: &borders };
        let largest = (10_i128.pow(18) - 1) * ONE;
        for curve in [Curve::Noise(900_000), Curve::Scale(1, 10_000), Curve::Round(ONE)] {
            for amount in [largest, -largest] {
                let _ = (curve.alone(amount, &draw), curve.running(amount, &draw));
            }
        }
    }
}
