//! FF1 for many values of one radix, length and tweak at once: sixty-four Feistel networks side by side, so that the
//! processor's AES units are never waiting for one network's previous round.

use super::binary::Direction;
use super::{
    AesKey, DOMAIN_MIN, LANES, LENGTH_MIN, ROUNDS, TWEAK_MAX, expanded_bytes, half_bytes, initial_block, padding,
};
use crate::Error;

/// FF1 under one key, radix, length and tweak, for values whose halves fit 64 bits.
///
/// Digits are bytes from `zero` upwards: with `zero` = `b'0'` a value of radix 10 or less is its own text.
///
/// ```
/// use bauta_core::ff1::Batch;
/// # fn main() -> Result<(), bauta_core::Error> {
/// let cipher = Batch::new(&[7; 32], 10, 10, b"tweak", b'0')?;
/// let mut text = *b"01234567899876543210";
/// cipher.encrypt(&mut text)?;
/// cipher.decrypt(&mut text)?;
/// assert_eq!(&text, b"01234567899876543210");
/// # Ok(())
/// # }
/// ```
pub struct Batch {
    aes: AesKey,
    radix: u64,
    length: usize,
    zero: u8,
    /// P and Q chained up to the last block, XOR the tweak and padding of the last block.
    base: u128,
    /// Position of the round number: it stands in front of NUM(B), which has b bytes.
    round_shift: u32,
    /// Whether y has more than 64 bits: d = 12 instead of 8.
    is_wide: bool,
    modulus_u: Modulus,
    modulus_v: Modulus,
}

impl Batch {
    /// # Errors
    /// [`Error::Ff1Parameters`] for a key that is not 16, 24 or 32 bytes, a radix outside 2 to 256, a tweak that is too
    /// long, digits that no byte can spell, or a length whose halves need more than 64 bits; [`Error::Ff1Domain`] below
    /// [`DOMAIN_MIN`].
    pub fn new(key: &[u8], radix: u32, length: usize, tweak: &[u8], zero: u8) -> Result<Self, Error> {
        if !(2..=256 - u32::from(zero)).contains(&radix) {
            return Err(Error::Ff1Parameters("digits are bytes"));
        }
        if length < LENGTH_MIN {
            return Err(Error::Ff1Parameters("a value has 2 digits or more"));
        }
        if tweak.len() > TWEAK_MAX {
            return Err(Error::Ff1Parameters("the tweak has at most 65535 bytes"));
        }
        let u = length / 2;
        let v = length - u;
        let power = |digits: usize| u32::try_from(digits).ok().and_then(|digits| u64::from(radix).checked_pow(digits));
        let (Some(power_u), Some(power_v)) = (power(u), power(v)) else {
            return Err(Error::Ff1Parameters("a half is wider than 64 bits"));
        };
        if power_u.saturating_mul(power_v) < u64::from(DOMAIN_MIN) {
            return Err(Error::Ff1Domain);
        }
        let aes = AesKey::new(key)?;
        let b = half_bytes(u64::from(u64::BITS - (power_v - 1).leading_zeros()));
        let mut fixed = tweak.to_vec();
        fixed.resize(tweak.len() + padding(tweak.len(), b), 0);
        let mut chained = initial_block(radix, u, length, tweak.len());
        aes.encrypt(&mut chained);
        let mut blocks = fixed.chunks_exact(16);
        for block in blocks.by_ref() {
            chained.iter_mut().zip(block).for_each(|(byte, input)| *byte ^= input);
            aes.encrypt(&mut chained);
        }
        // b ≤ 8, so the round number and NUM(B) share the last block with what is left of tweak and padding.
        chained.iter_mut().zip(blocks.remainder()).for_each(|(byte, input)| *byte ^= input);
        Ok(Self {
            aes,
            radix: u64::from(radix),
            length,
            zero,
            base: u128::from_be_bytes(chained),
            round_shift: 8 * b as u32,
            is_wide: expanded_bytes(b) > 8,
            modulus_u: Modulus::new(power_u),
            modulus_v: Modulus::new(power_v),
        })
    }

    /// Encrypts values standing one behind the other, in place.
    ///
    /// # Errors
    /// [`Error::Ff1Parameters`] for a length that is no multiple of the value's, or a byte that is no digit; nothing is
    /// changed then.
    pub fn encrypt(&self, values: &mut [u8]) -> Result<(), Error> {
        self.permute(values, Direction::Encrypt)
    }

    /// The inverse of [`Self::encrypt`].
    ///
    /// # Errors
    /// As [`Self::encrypt`].
    pub fn decrypt(&self, values: &mut [u8]) -> Result<(), Error> {
        self.permute(values, Direction::Decrypt)
    }

    fn permute(&self, values: &mut [u8], direction: Direction) -> Result<(), Error> {
        if !values.len().is_multiple_of(self.length) {
            return Err(Error::Ff1Parameters("values stand one behind the other"));
        }
        // Branch-free, so that the whole check is vectorised.
        let foreign = values
            .iter()
            .fold(false, |foreign, &digit| foreign | (u64::from(digit.wrapping_sub(self.zero)) >= self.radix));
        if foreign {
            return Err(Error::Ff1Parameters("a digit is not below the radix"));
        }
        for group in values.chunks_mut(LANES * self.length) {
            self.permute_group(group, direction);
        }
        Ok(())
    }

    #[inline]
    fn permute_group(&self, values: &mut [u8], direction: Direction) {
        let count = values.len() / self.length;
        let u = self.length / 2;
        let mut left = [0_u64; LANES];
        let mut right = [0_u64; LANES];
        for ((value, a), b) in values.chunks_exact(self.length).zip(&mut left).zip(&mut right) {
            let (high, low) = value.split_at(u);
            *a = self.number(high);
            *b = self.number(low);
        }
        match direction {
            Direction::Encrypt => self.rounds_forward(&mut left[..count], &mut right[..count]),
            Direction::Decrypt => self.rounds_backward(&mut left[..count], &mut right[..count]),
        }
        for ((value, &a), &b) in values.chunks_exact_mut(self.length).zip(&left).zip(&right) {
            let (high, low) = value.split_at_mut(u);
            self.write(a, high);
            self.write(b, low);
        }
    }

    /// Algorithm 7, step 6.
    fn rounds_forward<'lanes>(&self, mut a: &'lanes mut [u64], mut b: &'lanes mut [u64]) {
        for round in 0..ROUNDS {
            let modulus = if round % 2 == 0 { self.modulus_u } else { self.modulus_v };
            self.each_y(round, b, a, |y, a| modulus.add(a, modulus.reduce(y)));
            core::mem::swap(&mut a, &mut b);
        }
    }

    /// Algorithm 8, step 6.
    fn rounds_backward<'lanes>(&self, mut a: &'lanes mut [u64], mut b: &'lanes mut [u64]) {
        for round in (0..ROUNDS).rev() {
            let modulus = if round % 2 == 0 { self.modulus_u } else { self.modulus_v };
            self.each_y(round, a, b, |y, b| modulus.subtract(b, modulus.reduce(y)));
            core::mem::swap(&mut a, &mut b);
        }
    }

    /// Steps 6.i to 6.iv for all lanes, then `step(y, half)` on each of `halves`.
    #[inline]
    fn each_y(&self, round: u32, inputs: &[u64], halves: &mut [u64], step: impl Fn(u128, u64) -> u64) {
        let mut blocks = [[0_u8; 16]; LANES];
        let base = self.base ^ u128::from(round) << self.round_shift;
        let (high, low) = ((base >> 64) as u64, base as u64);
        for (block, &input) in blocks.iter_mut().zip(inputs) {
            block[..8].copy_from_slice(&high.to_be_bytes());
            block[8..].copy_from_slice(&(low ^ input).to_be_bytes());
        }
        self.aes.encrypt_lanes(&mut blocks, inputs.len());
        // d ≤ 12 < 16: S is the front of R.
        if self.is_wide {
            for (block, half) in blocks.iter().zip(halves) {
                *half = step(u128::from_be_bytes(*block) >> 32, *half);
            }
        } else {
            for (block, half) in blocks.iter().zip(halves) {
                let [front, _] = words_of(block);
                *half = step(u128::from(front), *half);
            }
        }
    }

    #[inline]
    fn number(&self, digits: &[u8]) -> u64 {
        digits.iter().fold(0, |number, &digit| number * self.radix + u64::from(digit - self.zero))
    }

    #[inline]
    fn write(&self, number: u64, digits: &mut [u8]) {
        // Most identifiers are decimal; a radix known to the compiler spares the divisions.
        match self.radix {
            10 => write_digits(number, 10, self.zero, digits),
            radix => write_digits(number, radix, self.zero, digits),
        }
    }
}

#[inline]
fn write_digits(mut number: u64, radix: u64, zero: u8, digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        *digit = zero + (number % radix) as u8;
        number /= radix;
    }
}

/// A block as two big-endian words.
#[inline]
pub(super) fn words_of(block: &[u8; 16]) -> [u64; 2] {
    let number = u128::from_be_bytes(*block);
    [(number >> 64) as u64, number as u64]
}

/// A modulus with its reciprocal: a division by a number that is fixed for a batch, without a division.
#[derive(Clone, Copy)]
struct Modulus {
    value: u64,
    /// ⌊2^64 / value⌋, at most 2^63 since value ≥ 2.
    reciprocal: u64,
}

impl Modulus {
    fn new(value: u64) -> Self {
        Self { value, reciprocal: ((1_u128 << 64) / u128::from(value)) as u64 }
    }

    /// y mod the modulus, for y < 2^96.
    #[inline]
    fn reduce(self, y: u128) -> u64 {
        let Ok(narrow) = u64::try_from(y) else {
            return (y % u128::from(self.value)) as u64;
        };
        // The estimate is the quotient or one less: ⌊2^64/m⌋ loses less than 1 part in 2^64 of y < 2^64.
        let quotient = ((u128::from(narrow) * u128::from(self.reciprocal)) >> 64) as u64;
        let remainder = narrow - quotient * self.value;
        if remainder >= self.value { remainder - self.value } else { remainder }
    }

    /// Sum of two residues.
    #[inline]
    fn add(self, a: u64, b: u64) -> u64 {
        let (sum, carried) = a.overflowing_add(b);
        if carried || sum >= self.value { sum.wrapping_sub(self.value) } else { sum }
    }

    /// Difference of two residues.
    #[inline]
    fn subtract(self, a: u64, b: u64) -> u64 {
        if a >= b { a - b } else { a.wrapping_sub(b).wrapping_add(self.value) }
    }
}
