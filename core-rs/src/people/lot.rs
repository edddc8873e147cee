//! What draws from lists are made of: a number of 128 bits, taken apart remainder by remainder (docs/internals/people.md).

use crate::hash::HmacSha256;

/// Attempts of a draw: their suffixes are one byte.
const ATTEMPTS: u8 = 128;

/// One attempt's number.
#[derive(Clone, Copy)]
pub struct Lot {
    number: u128,
    code: u32,
}

impl Lot {
    /// The first 16 bytes of a digest, big-endian; the next four are a code of its own.
    #[must_use]
    pub fn new(digest: &[u8; 32]) -> Self {
        let [high, low, third, _] = words_of(digest);
        Self { number: u128::from(high) << 64 | u128::from(low), code: (third >> 32) as u32 }
    }

    /// 32 bits that no take changes.
    #[must_use]
    pub fn code(&self) -> u32 {
        self.code
    }

    /// The remainder by a count; the number becomes the quotient. Of an empty list it takes 0.
    ///
    /// Schoolbook division, 32 bits at a time. A count of at most 2^16, which all lists have, divides by multiplication with its
    /// reciprocal m = ⌈2^64 / count⌉: m exceeds 2^64 / count by less than 1, and a dividend is below 2^32 × count, so that the
    /// product is off by less than the 2^64 / count that part two quotients.
    pub fn take(&mut self, count: usize) -> usize {
        let divisor = (count as u64).max(1);
        if !(2..=1 << 16).contains(&divisor) {
            return self.divide(divisor, |dividend| dividend / divisor);
        }
        let reciprocal = u64::MAX / divisor + 1;
        self.divide(divisor, |dividend| ((u128::from(dividend) * u128::from(reciprocal)) >> 64) as u64)
    }

    /// [`Self::take`] of a count that is known beforehand, by which the compiler divides as it likes.
    pub fn take_of<const COUNT: u64>(&mut self) -> usize {
        self.divide(COUNT, |dividend| dividend / COUNT)
    }

    #[inline]
    fn divide(&mut self, divisor: u64, quotient_of: impl Fn(u64) -> u64) -> usize {
        let [mut high, mut low] = [(self.number >> 64) as u64, self.number as u64];
        let mut rest = 0;
        for half in [&mut high, &mut low] {
            let mut quotient = 0;
            for digit in [*half >> 32, *half & 0xffff_ffff] {
                let dividend = rest << 32 | digit;
                let digit = quotient_of(dividend);
                rest = dividend - digit * divisor;
                quotient = quotient << 32 | digit;
            }
            *half = quotient;
        }
        self.number = u128::from(high) << 64 | u128::from(low);
        rest as usize
    }

    /// An entry; nothing of an empty list.
    pub fn entry(&mut self, list: &[&'static str]) -> &'static str {
        list.get(self.take(list.len())).copied().unwrap_or_default()
    }

    /// Two different entries.
    pub fn two_entries(&mut self, list: &[&'static str]) -> [&'static str; 2] {
        let first = self.take(list.len());
        let second = self.take(list.len().saturating_sub(1));
        [first, if second >= first { second + 1 } else { second }]
            .map(|index| list.get(index).copied().unwrap_or_default())
    }

    /// One of the bits that are set in a mask.
    pub fn bit(&mut self, mask: u32) -> usize {
        let taken = self.take(mask.count_ones() as usize);
        let rest = (0..taken).fold(mask, |mask, _| mask & mask.wrapping_sub(1));
        rest.trailing_zeros() as usize
    }
}

/// Four numbers, big-endian.
fn words_of(digest: &[u8; 32]) -> [u64; 4] {
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().zip(digest.as_chunks::<8>().0) {
        *word = u64::from_be_bytes(*bytes);
    }
    words
}

/// Draws until `draw` takes a lot; `false` if it rejects all of them.
pub fn draw(hmac: &HmacSha256, canonical: &[u8], mut draw: impl FnMut(&mut Lot) -> bool) -> bool {
    (0..ATTEMPTS).any(|attempt| {
        let digest = if attempt == 0 { hmac.of(&[canonical]) } else { hmac.of(&[canonical, &[attempt]]) };
        draw(&mut Lot::new(&digest))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn takes_and_bits() {
        let mut digest = [0; 32];
        digest[14..20].copy_from_slice(&[0x12, 0x34, 0, 0, 0, 7]);
        let mut lot = Lot::new(&digest);
        assert_eq!(lot.code(), 7);
        assert_eq!(lot.take(10), 0x1234 % 10);
        assert_eq!(lot.take(10), 0x1234 / 10 % 10);
        assert_eq!(lot.bit(0b1010_0100), [2, 5, 7][0x1234 / 100 % 3]);
        let wide = Lot::new(&[0xff; 32]);
        assert_eq!((wide.clone().take(1000), wide.clone().take(3)), ((u128::MAX % 1000) as usize, 0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5000))]
        #[test]
        fn takes_are_divisions(number in any::<u128>(), count in prop_oneof![1..40_usize, 65_000..66_000_usize, 1..1_usize << 32]) {
            for number in [number, u128::MAX - number % 3, number % (count as u128 * 5), (number / count as u128 * count as u128).wrapping_sub(1)] {
                let mut lot = Lot { number, code: 0 };
                prop_assert_eq!(lot.take(count) as u128, number % count as u128);
                prop_assert_eq!(lot.number, number / count as u128);
                let mut lot = Lot { number, code: 0 };
                prop_assert_eq!(lot.take_of::<199>() as u128, number % 199);
                prop_assert_eq!(lot.number, number / 199);
            }
        }
    }
}
