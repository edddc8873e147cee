//! Alphabets of single places, and the mixed-radix number that a run of places spells ("rank").

/// The characters that one place of a value can take, in the order of their digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Alphabet {
    /// 0–9.
    Digit,
    /// A–Z.
    Upper,
    /// a–z.
    Lower,
    /// 0–9, A–Z.
    DigitUpper,
    /// 0–9, A–Z, a–z.
    DigitUpperLower,
    /// A–Z, 2–9: the seventh character of a BIC.
    BicSeventh,
    /// A–N, P–Z, 0–9: the eighth character of a BIC.
    BicEighth,
    /// 0–9, a–f.
    Hexadecimal,
    /// 8, 9, a, b: the first digit of a UUID's variant, of which two bits are free (RFC 9562, section 4.1).
    UuidVariant,
}

impl Alphabet {
    /// The characters in the order of their digits.
    #[must_use]
    pub const fn characters(self) -> &'static [u8] {
        match self {
            Self::Digit => b"0123456789",
            Self::Upper => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            Self::Lower => b"abcdefghijklmnopqrstuvwxyz",
            Self::DigitUpper => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            Self::DigitUpperLower => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            Self::BicSeventh => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ23456789",
            Self::BicEighth => b"ABCDEFGHIJKLMNPQRSTUVWXYZ0123456789",
            Self::Hexadecimal => b"0123456789abcdef",
            Self::UuidVariant => b"89ab",
        }
    }

    /// How many characters there are.
    #[must_use]
    pub const fn radix(self) -> u8 {
        self.characters().len() as u8
    }

    /// The digit that a character spells; `None` if it is not of the alphabet.
    #[inline]
    #[must_use]
    pub fn digit(self, character: u8) -> Option<u8> {
        let digit = DIGITS[self as usize][usize::from(character)];
        (digit != NONE).then_some(digit)
    }

    /// The smallest of digit, upper and lower that a letter or digit is in.
    #[must_use]
    pub fn of(character: u8) -> Self {
        match character {
            b'0'..=b'9' => Self::Digit,
            b'A'..=b'Z' => Self::Upper,
            _ => Self::Lower,
        }
    }
}

const NONE: u8 = u8::MAX;

static DIGITS: [[u8; 256]; 9] = [
    digits_of(Alphabet::Digit),
    digits_of(Alphabet::Upper),
    digits_of(Alphabet::Lower),
    digits_of(Alphabet::DigitUpper),
    digits_of(Alphabet::DigitUpperLower),
    digits_of(Alphabet::BicSeventh),
    digits_of(Alphabet::BicEighth),
    digits_of(Alphabet::Hexadecimal),
    digits_of(Alphabet::UuidVariant),
];

const fn digits_of(alphabet: Alphabet) -> [u8; 256] {
    let characters = alphabet.characters();
    let mut digits = [NONE; 256];
    let mut index = 0;
    while index < characters.len() {
        digits[characters[index] as usize] = index as u8;
        index += 1;
    }
    digits
}

/// The number that digits spell under their radices, most significant first, least significant word first.
/// The caller has made sure that it fits 256 bits.
#[must_use]
pub fn rank(radices: &[u8], digits: &[u8]) -> [u64; 4] {
    let mut number = [0_u64; 4];
    let (mut product, mut sum) = (1_u64, 0_u64);
    for (&radix, &digit) in radices.iter().zip(digits) {
        let (radix, digit) = (u64::from(radix), u64::from(digit));
        if let Some(larger) = product.checked_mul(radix) {
            product = larger;
            sum = sum * radix + digit;
        } else {
            multiply_add(&mut number, product, sum);
            (product, sum) = (radix, digit);
        }
    }
    multiply_add(&mut number, product, sum);
    number
}

fn multiply_add(number: &mut [u64; 4], factor: u64, summand: u64) {
    let mut carry = u128::from(summand);
    for word in number {
        carry += u128::from(*word) * u128::from(factor);
        *word = carry as u64;
        carry >>= 64;
    }
}

/// The digits of `number` modulo the product of the radices; returns whether the number was below that product.
/// `number` is used up.
pub fn unrank(number: &mut [u64], radices: &[u8], digits: &mut [u8]) -> bool {
    let mut words = number.len();
    let mut end = radices.len();
    while end > 0 {
        let mut product = 1_u64;
        let mut start = end;
        while start > 0 {
            let Some(larger) = product.checked_mul(u64::from(radices[start - 1])) else { break };
            product = larger;
            start -= 1;
        }
        while words > 0 && number[words - 1] == 0 {
            words -= 1;
        }
        let mut word = divide(&mut number[..words], product);
        for (&radix, digit) in radices[start..end].iter().zip(&mut digits[start..end]).rev() {
            (word, *digit) = split(word, radix);
        }
        end = start;
    }
    number.iter().all(|&word| word == 0)
}

/// Quotient and remainder; the radices of uniform classes as constants, which the compiler turns into multiplications.
#[inline]
fn split(word: u64, radix: u8) -> (u64, u8) {
    match radix {
        10 => (word / 10, (word % 10) as u8),
        16 => (word / 16, (word % 16) as u8),
        26 => (word / 26, (word % 26) as u8),
        36 => (word / 36, (word % 36) as u8),
        62 => (word / 62, (word % 62) as u8),
        _ => (word / u64::from(radix), (word % u64::from(radix)) as u8),
    }
}

/// Divides in place and returns the remainder.
fn divide(number: &mut [u64], divisor: u64) -> u64 {
    if let [word] = number {
        let remainder = *word % divisor;
        *word /= divisor;
        return remainder;
    }
    let mut remainder = 0_u64;
    for word in number.iter_mut().rev() {
        let dividend = u128::from(remainder) << 64 | u128::from(*word);
        *word = (dividend / u128::from(divisor)) as u64;
        remainder = (dividend % u128::from(divisor)) as u64;
    }
    remainder
}

/// How many values a class has, as far as the engine asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Bits of N − 1.
    pub bits: u32,
    /// N is below the minimum domain of FF1.
    pub small: bool,
}

impl Size {
    /// Size of the class whose places have these radices; `None` above 256 bits.
    #[must_use]
    pub fn of(radices: impl Iterator<Item = u8>) -> Option<Self> {
        let mut product = [1, 0, 0, 0, 0];
        let (words, overflow) = (4, 4);
        for radix in radices {
            let mut carry = 0_u128;
            for word in &mut product {
                carry += u128::from(*word) * u128::from(radix);
                *word = carry as u64;
                carry >>= 64;
            }
            // 2^256 itself is still a class of 256 bits.
            if product[overflow] > 1 || (product[overflow] == 1 && product[..words].iter().any(|&word| word != 0)) {
                return None;
            }
        }
        let small = product[1..].iter().all(|&word| word == 0) && product[0] < u64::from(crate::ff1::DOMAIN_MIN);
        let mut borrow = true;
        for word in &mut product {
            (*word, borrow) = word.overflowing_sub(u64::from(borrow));
        }
        let bits = product.iter().enumerate().rfind(|(_, word)| **word != 0);
        Some(Self { bits: bits.map_or(0, |(index, word)| 64 * index as u32 + 64 - word.leading_zeros()), small })
    }

    /// Length of the bit string that FF1 runs on.
    #[must_use]
    pub fn string_length(self) -> u32 {
        self.bits.max(crate::ff1::binary::BITS_MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_come_back() {
        let radices: Vec<u8> = [10, 26, 36, 62, 34, 35].repeat(8);
        let digits: Vec<u8> = radices.iter().enumerate().map(|(index, radix)| (index * 7 % usize::from(*radix)) as u8).collect();
        let mut number = rank(&radices, &digits);
        let mut back = vec![0; digits.len()];
        assert!(unrank(&mut number, &radices, &mut back));
        assert_eq!(back, digits);
    }

    #[test]
    fn a_number_beyond_the_class_is_said() {
        let mut digits = [0; 3];
        assert!(unrank(&mut [999, 0], &[10; 3], &mut digits));
        assert_eq!(digits, [9, 9, 9]);
        assert!(!unrank(&mut [1000, 0], &[10; 3], &mut digits));
        assert_eq!(digits, [0, 0, 0]);
        assert!(!unrank(&mut [0, 1], &[10; 3], &mut digits));
    }

    #[test]
    fn sizes() {
        let size = |radix, count| Size::of(std::iter::repeat_n(radix, count));
        assert_eq!(size(10, 5), Some(Size { bits: 17, small: true }));
        assert_eq!(size(10, 6), Some(Size { bits: 20, small: false }));
        assert_eq!(size(2, 20), Some(Size { bits: 20, small: false }));
        assert_eq!(size(36, 18), Some(Size { bits: 94, small: false }));
        assert_eq!(size(62, 42), Some(Size { bits: 251, small: false }));
        assert_eq!(size(62, 43), None);
        assert_eq!(size(2, 256), Some(Size { bits: 256, small: false }));
        assert_eq!(size(2, 257), None);
        assert_eq!(size(16, 200), None);
        assert_eq!(size(10, 0), Some(Size { bits: 0, small: true }));
    }
}
