//! FF1 for one value of any radix and length: the plain reading of the standard that the batch kernels are tested against.

use num_bigint::BigUint;

use super::binary::Direction;
use super::{
    AesKey, DOMAIN_MIN, LENGTH_MAX, LENGTH_MIN, ROUNDS, TWEAK_MAX, expanded_bytes, half_bytes, initial_block, padding,
};
use crate::Error;

/// FF1 under one key and radix.
///
/// ```
/// use bauta_core::ff1::Ff1;
/// # fn main() -> Result<(), bauta_core::Error> {
/// let cipher = Ff1::new(&[0x2b; 16], 10)?;
/// let masked = cipher.encrypt(b"tweak", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9])?;
/// assert_eq!(cipher.decrypt(b"tweak", &masked)?, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Ff1 {
    aes: AesKey,
    radix: u32,
}

impl Ff1 {
    /// Takes an AES key of 16, 24 or 32 bytes and a radix of 2 to 65,536 (SP 800-38G Rev. 1, section 5.1).
    ///
    /// # Errors
    /// [`Error::Ff1Parameters`] for any other key length or radix.
    pub fn new(key: &[u8], radix: u32) -> Result<Self, Error> {
        if !(2..=65_536).contains(&radix) {
            return Err(Error::Ff1Parameters("the radix is 2 to 65536"));
        }
        Ok(Self { aes: AesKey::new(key)?, radix })
    }

    /// FF1.Encrypt (Algorithm 7) of digits below the radix, most significant first. The output is as long as the input.
    ///
    /// # Errors
    /// [`Error::Ff1Parameters`] for a length outside [`LENGTH_MIN`] to [`LENGTH_MAX`], a digit not below the radix or a
    /// tweak above [`TWEAK_MAX`]; [`Error::Ff1Domain`] if radix^length is below [`DOMAIN_MIN`].
    pub fn encrypt(&self, tweak: &[u8], digits: &[u16]) -> Result<Vec<u16>, Error> {
        self.permute(tweak, digits, Direction::Encrypt)
    }

    /// FF1.Decrypt (Algorithm 8), the inverse of [`Self::encrypt`] with the same errors.
    ///
    /// # Errors
    /// As [`Self::encrypt`].
    pub fn decrypt(&self, tweak: &[u8], digits: &[u16]) -> Result<Vec<u16>, Error> {
        self.permute(tweak, digits, Direction::Decrypt)
    }

    fn permute(&self, tweak: &[u8], digits: &[u16], direction: Direction) -> Result<Vec<u16>, Error> {
        self.check(tweak, digits)?;
        // Halves of at most 96 bits keep y (d ≤ 16 bytes) and every sum inside 128 bits.
        let digit_bits = u64::from((self.radix - 1).ilog2()) + 1;
        if digits.len().div_ceil(2) as u64 * digit_bits <= 96 {
            Ok(self.feistel::<u128>(tweak, digits, direction))
        } else {
            Ok(self.feistel::<BigUint>(tweak, digits, direction))
        }
    }

    fn check(&self, tweak: &[u8], digits: &[u16]) -> Result<(), Error> {
        if !(LENGTH_MIN..=LENGTH_MAX).contains(&digits.len()) {
            return Err(Error::Ff1Parameters("a value has 2 to 4096 digits"));
        }
        if tweak.len() > TWEAK_MAX {
            return Err(Error::Ff1Parameters("the tweak has at most 65535 bytes"));
        }
        if digits.iter().any(|&digit| u32::from(digit) >= self.radix) {
            return Err(Error::Ff1Parameters("a digit is not below the radix"));
        }
        let domain = (0..digits.len()).try_fold(1_u32, |domain, _| match domain.saturating_mul(self.radix) {
            reached if reached >= DOMAIN_MIN => Err(()),
            below => Ok(below),
        });
        if domain.is_ok() { Err(Error::Ff1Domain) } else { Ok(()) }
    }

    fn feistel<N: Half>(&self, tweak: &[u8], digits: &[u16], direction: Direction) -> Vec<u16> {
        let n = digits.len();
        // Step 2: A and B, kept as numbers; STR (step 6.vii) is taken once at the end.
        let (left, right) = digits.split_at(n / 2);
        let halves = (N::from_digits(self.radix, left), N::from_digits(self.radix, right));
        let (a, b) = feistel(&self.aes, self.radix, n, tweak, halves, direction);
        // Step 7: A ‖ B. After an even number of rounds A has u digits again.
        let mut out = vec![0; n];
        let (left, right) = out.split_at_mut(n / 2);
        a.write_digits(self.radix, left);
        b.write_digits(self.radix, right);
        out
    }
}

/// FF1 of radix 2 over the `length` lower bits of a number: what the masks' kernel does with strings it cannot interleave.
pub(super) fn permute_bits(aes: &AesKey, tweak: &[u8], number: BigUint, length: u32, direction: Direction) -> BigUint {
    let right_bits = length.div_ceil(2);
    let left = &number >> right_bits;
    let right = number - (&left << right_bits);
    let (left, right) = feistel(aes, 2, length as usize, tweak, (left, right), direction);
    (left << right_bits) + right
}

/// Algorithm 7 or 8 on the two halves as numbers.
fn feistel<N: Half>(aes: &AesKey, radix: u32, n: usize, tweak: &[u8], halves: (N, N), direction: Direction) -> (N, N) {
    let (mut a, mut b) = halves;
    // Step 1: u = ⌊n/2⌋, v = n − u.
    let modulus_u = N::power(radix, n / 2);
    let modulus_v = N::power(radix, n - n / 2);
    let mut function = RoundFunction::new(aes, radix, n, modulus_v.bits_below(), tweak);
    // Step 6, one way or the other. c = (NUM(A) ± y) mod radix^m with m = u in even rounds, v in odd ones.
    match direction {
        Direction::Encrypt => {
            for round in 0..ROUNDS {
                let modulus = if round % 2 == 0 { &modulus_u } else { &modulus_v };
                let c = a.add(function.y(round, &b), modulus);
                a = b;
                b = c;
            }
        }
        Direction::Decrypt => {
            for round in (0..ROUNDS).rev() {
                let modulus = if round % 2 == 0 { &modulus_u } else { &modulus_v };
                let c = b.subtract(function.y(round, &a), modulus);
                b = a;
                a = c;
            }
        }
    }
    (a, b)
}

/// Steps 3 to 6.iv: from a round number and a half to the bytes of y.
struct RoundFunction<'key> {
    aes: &'key AesKey,
    /// CBC-MAC over P and all blocks of Q that no round changes.
    chained: [u8; 16],
    /// What is left of Q: the end of tweak and padding, the round number, NUM(B).
    tail: Vec<u8>,
    half_bytes: usize,
    s: Vec<u8>,
    expanded_bytes: usize,
}

impl<'key> RoundFunction<'key> {
    fn new(aes: &'key AesKey, radix: u32, n: usize, half_bits: u64, tweak: &[u8]) -> Self {
        // Steps 3 and 4.
        let b = half_bytes(half_bits);
        let d = expanded_bytes(b);
        // Step 5.
        let mut chained = initial_block(radix, n / 2, n, tweak.len());
        aes.encrypt(&mut chained);
        // Step 6.i as far as it is the same in every round.
        let mut fixed = tweak.to_vec();
        fixed.resize(tweak.len() + padding(tweak.len(), b), 0);
        let tail = fixed.split_off(fixed.len() / 16 * 16);
        chain(aes, &mut chained, &fixed);
        let mut tail = tail;
        tail.resize(tail.len() + 1 + b, 0);
        Self { aes, chained, tail, half_bytes: b, s: vec![0; d.div_ceil(16) * 16], expanded_bytes: d }
    }

    /// The bytes of y for one round; `half` is NUM(B), for decryption NUM(A).
    fn y<N: Half>(&mut self, round: u32, half: &N) -> &[u8] {
        // Step 6.i: Q = T ‖ [0]^((−t−b−1) mod 16) ‖ [i] ‖ [NUM(B)]^b.
        let number = self.tail.len() - self.half_bytes;
        self.tail[number - 1] = (round & 0xff) as u8;
        half.write_bytes(&mut self.tail[number..]);
        // Step 6.ii: R = PRF(P ‖ Q), CBC-MAC with zero IV (Algorithm 6).
        let mut r = self.chained;
        chain(self.aes, &mut r, &self.tail);
        // Step 6.iii: S = first d bytes of R ‖ CIPH(R ⊕ [1]) ‖ CIPH(R ⊕ [2]) …
        for (index, block) in (0_u128..).zip(self.s.chunks_exact_mut(16)) {
            let mut expanded = (u128::from_be_bytes(r) ^ index).to_be_bytes();
            if index > 0 {
                self.aes.encrypt(&mut expanded);
            }
            block.copy_from_slice(&expanded);
        }
        // Step 6.iv: y = NUM(S).
        &self.s[..self.expanded_bytes]
    }
}

/// CBC-MAC continued over whole blocks.
fn chain(aes: &AesKey, state: &mut [u8; 16], blocks: &[u8]) {
    for block in blocks.chunks_exact(16) {
        for (byte, input) in state.iter_mut().zip(block) {
            *byte ^= input;
        }
        aes.encrypt(state);
    }
}

/// A half of the Feistel network as a number.
trait Half: Sized {
    fn from_digits(radix: u32, digits: &[u16]) -> Self;
    fn write_digits(self, radix: u32, out: &mut [u16]);
    /// Big-endian, right-aligned.
    fn write_bytes(&self, out: &mut [u8]);
    fn power(radix: u32, exponent: usize) -> Self;
    /// Bit length of `self` − 1.
    fn bits_below(&self) -> u64;
    /// (`self` + NUM(y)) mod `modulus`.
    fn add(&self, y: &[u8], modulus: &Self) -> Self;
    /// (`self` − NUM(y)) mod `modulus`.
    fn subtract(&self, y: &[u8], modulus: &Self) -> Self;
}

impl Half for u128 {
    fn from_digits(radix: u32, digits: &[u16]) -> Self {
        digits.iter().fold(0, |number, &digit| number * Self::from(radix) + Self::from(digit))
    }

    fn write_digits(mut self, radix: u32, out: &mut [u16]) {
        for digit in out.iter_mut().rev() {
            *digit = (self % Self::from(radix)) as u16;
            self /= Self::from(radix);
        }
    }

    fn write_bytes(&self, out: &mut [u8]) {
        let bytes = self.to_be_bytes();
        out.copy_from_slice(&bytes[bytes.len() - out.len()..]);
    }

    fn power(radix: u32, exponent: usize) -> Self {
        (0..exponent).fold(1, |power, _| power * Self::from(radix))
    }

    fn bits_below(&self) -> u64 {
        u64::from(Self::BITS - (self - 1).leading_zeros())
    }

    fn add(&self, y: &[u8], modulus: &Self) -> Self {
        (self + number_of(y) % modulus) % modulus
    }

    fn subtract(&self, y: &[u8], modulus: &Self) -> Self {
        (self + modulus - number_of(y) % modulus) % modulus
    }
}

fn number_of(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0, |number, &byte| number << 8 | u128::from(byte))
}

impl Half for BigUint {
    fn from_digits(radix: u32, digits: &[u16]) -> Self {
        let chunk = digits_per_word(radix);
        let mut number = Self::ZERO;
        for digits in digits.chunks(chunk) {
            let word = digits.iter().fold(0_u64, |word, &digit| word * u64::from(radix) + u64::from(digit));
            number = number * word_power(radix, digits.len()) + word;
        }
        number
    }

    fn write_digits(mut self, radix: u32, out: &mut [u16]) {
        let chunk = digits_per_word(radix);
        for digits in out.rchunks_mut(chunk) {
            let power = word_power(radix, digits.len());
            let mut word = (&self % power).iter_u64_digits().next().unwrap_or(0);
            self /= power;
            for digit in digits.iter_mut().rev() {
                *digit = (word % u64::from(radix)) as u16;
                word /= u64::from(radix);
            }
        }
    }

    fn write_bytes(&self, out: &mut [u8]) {
        let bytes = self.to_bytes_be();
        let bytes = bytes.strip_prefix(&[0]).unwrap_or(&bytes);
        out.fill(0);
        let start = out.len() - bytes.len();
        out[start..].copy_from_slice(bytes);
    }

    fn power(radix: u32, exponent: usize) -> Self {
        Self::from(radix).pow(exponent as u32)
    }

    fn bits_below(&self) -> u64 {
        (self - 1_u32).bits()
    }

    fn add(&self, y: &[u8], modulus: &Self) -> Self {
        (self + Self::from_bytes_be(y)) % modulus
    }

    fn subtract(&self, y: &[u8], modulus: &Self) -> Self {
        (self + modulus - Self::from_bytes_be(y) % modulus) % modulus
    }
}

/// How many digits fit a word whatever they are.
fn digits_per_word(radix: u32) -> usize {
    (63 / (radix.ilog2() + 1)) as usize
}

fn word_power(radix: u32, exponent: usize) -> u64 {
    (0..exponent).fold(1, |power, _| power * u64::from(radix))
}
