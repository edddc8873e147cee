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
        let number = digest[..16].iter().fold(0, |number, byte| number << 8 | u128::from(*byte));
        let code = digest[16..20].iter().fold(0, |code, byte| code << 8 | u32::from(*byte));
        Self { number, code }
    }

    /// 32 bits that no take changes.
    #[must_use]
    pub fn code(&self) -> u32 {
        self.code
    }

    /// The remainder by a count; the number becomes the quotient. Of an empty list it takes 0.
    ///
    /// No list is near 2^32 long, so that 32 bits at a time divide without a wide division.
    pub fn take(&mut self, count: usize) -> usize {
        let divisor = (count as u64).max(1);
        let (mut quotient, mut rest) = (0_u128, 0_u64);
        for shift in [96, 64, 32, 0] {
            let dividend = (rest << 32) | ((self.number >> shift) as u64 & 0xffff_ffff);
            quotient = (quotient << 32) | u128::from(dividend / divisor);
            rest = dividend % divisor;
        }
        self.number = quotient;
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

/// Draws until `draw` takes a lot; `false` if it rejects all of them.
pub fn draw(hmac: &HmacSha256, canonical: &[u8], mut draw: impl FnMut(&mut Lot) -> bool) -> bool {
    (0..ATTEMPTS).any(|attempt| {
        let digest = if attempt == 0 { hmac.of(&[canonical]) } else { hmac.of(&[canonical, &[attempt]]) };
        draw(&mut Lot::new(&digest))
    })
}

#[cfg(test)]
mod tests {
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
}
