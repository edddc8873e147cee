//! Alphabets of single places, and the mixed-radix number that a value's variable places spell ("rank").

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
    /// X, Y, Z: the first letter of a Spanish number of foreigners.
    SpanishSeries,
    /// A–D: the last letter of a British national insurance number.
    BritishSuffix,
    /// The letters of months in an Italian fiscal code.
    ItalianMonth,
    /// Two places: 01–12.
    Month,
    /// Two places: the day of birth in an Italian fiscal code, a woman's with 40 on top; 01–31, 41–71.
    ItalianDay,
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
            // Of a place of two characters it says only how many there are.
            Self::DigitUpperLower | Self::ItalianDay => {
                b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
            }
            Self::BicSeventh => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ23456789",
            Self::BicEighth => b"ABCDEFGHIJKLMNPQRSTUVWXYZ0123456789",
            Self::Hexadecimal => b"0123456789abcdef",
            Self::UuidVariant => b"89ab",
            Self::SpanishSeries => b"XYZ",
            Self::BritishSuffix => b"ABCD",
            Self::ItalianMonth => b"ABCDEHLMPRST",
            Self::Month => b"0123456789AB",
        }
    }

    /// How many characters there are.
    #[must_use]
    pub const fn radix(self) -> u8 {
        self.characters().len() as u8
    }

    /// How many characters one of its places has.
    const fn width(self) -> usize {
        if matches!(self, Self::Month | Self::ItalianDay) { 2 } else { 1 }
    }

    /// Whether a character is of the alphabet.
    #[inline]
    #[must_use]
    pub fn has(self, character: u8) -> bool {
        DIGITS[self as usize][usize::from(character)] != NONE
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

static DIGITS: [[u8; 256]; 14] = [
    digits_of(Alphabet::Digit),
    digits_of(Alphabet::Upper),
    digits_of(Alphabet::Lower),
    digits_of(Alphabet::DigitUpper),
    digits_of(Alphabet::DigitUpperLower),
    digits_of(Alphabet::BicSeventh),
    digits_of(Alphabet::BicEighth),
    digits_of(Alphabet::Hexadecimal),
    digits_of(Alphabet::UuidVariant),
    digits_of(Alphabet::SpanishSeries),
    digits_of(Alphabet::BritishSuffix),
    digits_of(Alphabet::ItalianMonth),
    digits_of(Alphabet::Month),
    digits_of(Alphabet::ItalianDay),
];

/// The digit of a place of two characters, from the number that they are: months from 1 on, and days from 1 and 41 on.
fn digit_of_pair(number: u64) -> u64 {
    number.saturating_sub(if number > 40 { 10 } else { 1 })
}

fn pair_of_digit(digit: u64) -> u64 {
    if digit < 31 { digit + 1 } else { digit + 10 }
}

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

/// Places side by side over one alphabet, few enough for their number to fit a word; one place of two characters.
#[derive(Clone, Copy, Debug)]
struct Run {
    start: usize,
    length: usize,
    alphabet: Alphabet,
    /// radix^length.
    power: u64,
}

impl Run {
    /// The number that the run's characters spell. A character outside of the alphabet does not occur: the class was tested.
    #[inline]
    fn number(&self, text: &[u8]) -> u64 {
        let characters = &text[self.start..self.start + self.length];
        if self.alphabet.width() > 1 {
            let number = characters.iter().fold(0, |number, character| number * 10 + u64::from(character - b'0'));
            return digit_of_pair(number);
        }
        let digits = &DIGITS[self.alphabet as usize];
        let radix = u64::from(self.alphabet.radix());
        characters.iter().fold(0, |number, character| {
            number.wrapping_mul(radix).wrapping_add(u64::from(digits[usize::from(*character)]))
        })
    }

    #[inline]
    fn write(&self, number: u64, text: &mut [u8]) {
        let place = &mut text[self.start..self.start + self.length];
        // Radixes as constants, so that the compiler turns the divisions into multiplications.
        match self.alphabet {
            Alphabet::Digit => write_digits::<10>(number, b"0123456789", place),
            Alphabet::DigitUpper => write_digits::<36>(number, Alphabet::DigitUpper.characters(), place),
            Alphabet::DigitUpperLower => write_digits::<62>(number, Alphabet::DigitUpperLower.characters(), place),
            Alphabet::Upper => write_digits::<26>(number, Alphabet::Upper.characters(), place),
            Alphabet::Hexadecimal => write_digits::<16>(number, Alphabet::Hexadecimal.characters(), place),
            Alphabet::Month | Alphabet::ItalianDay => {
                write_digits::<10>(pair_of_digit(number), b"0123456789", place);
            }
            alphabet => {
                let mut rest = number;
                for character in place.iter_mut().rev() {
                    *character = alphabet.characters()[(rest % u64::from(alphabet.radix())) as usize];
                    rest /= u64::from(alphabet.radix());
                }
            }
        }
    }
}

#[inline]
fn write_digits<const RADIX: u64>(mut number: u64, characters: &[u8], place: &mut [u8]) {
    for character in place.iter_mut().rev() {
        *character = characters[(number % RADIX) as usize];
        number /= RADIX;
    }
}

/// The variable places of a class and their alphabets: which values it has, and the number of each.
#[derive(Clone, Debug)]
pub struct Domain {
    runs: Vec<Run>,
    size: Size,
}

impl Domain {
    /// Of places in order of significance; `None` above 256 bits.
    #[must_use]
    pub fn new(places: impl IntoIterator<Item = (usize, Alphabet)>) -> Option<Self> {
        let mut runs: Vec<Run> = Vec::new();
        let mut count = Count::new();
        for (position, alphabet) in places {
            let radix = u64::from(alphabet.radix());
            if !count.multiply(radix) {
                return None;
            }
            let joins = |run: &&mut Run| {
                run.alphabet == alphabet && run.start + run.length == position && alphabet.width() == 1
            };
            let last = runs.last_mut().filter(joins);
            match last.and_then(|run| Some((run.power.checked_mul(radix)?, run))) {
                Some((power, run)) => {
                    run.length += 1;
                    run.power = power;
                }
                None => runs.push(Run { start: position, length: alphabet.width(), alphabet, power: radix }),
            }
        }
        Some(Self { runs, size: count.size() })
    }

    /// How many values there are.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }

    /// The rank of a value: the mixed-radix number of its variable characters, first one most significant; the least significant
    /// word first.
    #[must_use]
    pub fn rank(&self, text: &[u8]) -> [u64; 4] {
        let mut number = [0; 4];
        let words = self.size.bits.div_ceil(64) as usize;
        for run in &self.runs {
            multiply_add(&mut number[..words], run.power, run.number(text));
        }
        number
    }

    /// Writes the characters of `number` modulo N and returns whether the number was below N. Uses `number` up.
    pub fn unrank(&self, number: &mut [u64], text: &mut [u8]) -> bool {
        let mut words = number.len();
        for run in self.runs.iter().rev() {
            while words > 0 && number[words - 1] == 0 {
                words -= 1;
            }
            run.write(divide(&mut number[..words], run.power), text);
        }
        number[..words].iter().all(|&word| word == 0)
    }
}

fn multiply_add(number: &mut [u64], factor: u64, summand: u64) {
    let mut carry = u128::from(summand);
    for word in number {
        carry += u128::from(*word) * u128::from(factor);
        *word = carry as u64;
        carry >>= 64;
    }
}

/// Divides in place and returns the remainder.
fn divide(number: &mut [u64], divisor: u64) -> u64 {
    let mut remainder = 0_u64;
    for word in number.iter_mut().rev() {
        if remainder == 0 {
            // One division by hardware instead of a call for two words.
            (*word, remainder) = (*word / divisor, *word % divisor);
        } else {
            let dividend = u128::from(remainder) << 64 | u128::from(*word);
            let quotient = (dividend / u128::from(divisor)) as u64;
            // The remainder is below 2^64, so the lower words are enough for it.
            remainder = word.wrapping_sub(quotient.wrapping_mul(divisor));
            *word = quotient;
        }
    }
    remainder
}

/// The lowest digits of a number in a radix, least significant last, as characters. Uses `number` up.
pub fn write_number(number: &mut [u64], characters: &[u8], out: &mut [u8]) {
    for character in out.iter_mut().rev() {
        *character = characters[divide(number, characters.len() as u64) as usize];
    }
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
    /// Length of the bit string that FF1 runs on.
    #[must_use]
    pub fn string_length(self) -> u32 {
        self.bits.max(crate::ff1::binary::BITS_MIN)
    }
}

/// N while it is being multiplied up, least significant word first.
struct Count([u64; 5]);

impl Count {
    fn new() -> Self {
        Self([1, 0, 0, 0, 0])
    }

    /// `false` beyond 2^256, which itself is still the size of a class of 256 bits.
    fn multiply(&mut self, factor: u64) -> bool {
        multiply_add(&mut self.0, factor, 0);
        let [low @ .., high] = &self.0;
        *high == 0 || (*high == 1 && low.iter().all(|&word| word == 0))
    }

    fn size(mut self) -> Size {
        let small = self.0[1..].iter().all(|&word| word == 0) && self.0[0] < u64::from(crate::ff1::DOMAIN_MIN);
        let mut borrow = true;
        for word in &mut self.0 {
            (*word, borrow) = word.overflowing_sub(u64::from(borrow));
        }
        let highest = self.0.iter().enumerate().rfind(|(_, word)| **word != 0);
        Size { bits: highest.map_or(0, |(index, word)| 64 * index as u32 + 64 - word.leading_zeros()), small }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use super::*;

    fn uniform(alphabet: Alphabet, count: usize) -> Option<Domain> {
        Domain::new((0..count).map(|position| (position, alphabet)))
    }

    #[test]
    fn ranks_come_back() {
        let alphabets = [
            Alphabet::Digit,
            Alphabet::Digit,
            Alphabet::Upper,
            Alphabet::DigitUpper,
            Alphabet::BicSeventh,
            Alphabet::UuidVariant,
        ];
        let places = || alphabets.iter().cycle().take(40).copied().enumerate();
        let domain = Domain::new(places()).unwrap();
        let text: Vec<u8> = places()
            .map(|(index, alphabet)| alphabet.characters()[index * 7 % usize::from(alphabet.radix())])
            .collect();
        let mut number = domain.rank(&text);
        let mut back = vec![b' '; text.len()];
        assert!(domain.unrank(&mut number, &mut back));
        assert_eq!(back, text);
    }

    #[test]
    fn ranks_are_numbers() {
        let domain = uniform(Alphabet::Digit, 40).unwrap();
        assert_eq!(domain.rank(b"0000000000000000000018446744073709551616"), [0, 1, 0, 0]);
        let domain = uniform(Alphabet::DigitUpper, 2).unwrap();
        assert_eq!(domain.rank(b"A1"), [361, 0, 0, 0]);
    }

    #[test]
    fn a_number_beyond_the_class_is_said() {
        let domain = uniform(Alphabet::Digit, 3).unwrap();
        let mut text = [0; 3];
        assert!(domain.unrank(&mut [999, 0], &mut text));
        assert_eq!(&text, b"999");
        assert!(!domain.unrank(&mut [1000, 0], &mut text));
        assert_eq!(&text, b"000");
        assert!(!domain.unrank(&mut [0, 1], &mut text));
        assert_eq!(&text, b"616");
    }

    #[test]
    fn sizes() {
        let size = |alphabet, count| uniform(alphabet, count).map(|domain| domain.size());
        assert_eq!(size(Alphabet::Digit, 5), Some(Size { bits: 17, small: true }));
        assert_eq!(size(Alphabet::Digit, 6), Some(Size { bits: 20, small: false }));
        assert_eq!(size(Alphabet::UuidVariant, 10), Some(Size { bits: 20, small: false }));
        assert_eq!(size(Alphabet::DigitUpper, 18), Some(Size { bits: 94, small: false }));
        assert_eq!(size(Alphabet::DigitUpperLower, 42), Some(Size { bits: 251, small: false }));
        assert_eq!(size(Alphabet::DigitUpperLower, 43), None);
        assert_eq!(size(Alphabet::Hexadecimal, 64), Some(Size { bits: 256, small: false }));
        assert_eq!(size(Alphabet::Hexadecimal, 65), None);
        assert_eq!(size(Alphabet::Digit, 0), Some(Size { bits: 0, small: true }));
    }
}
