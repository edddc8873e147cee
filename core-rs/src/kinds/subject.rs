//! One value as the kinds look at it: its letters and digits side by side, and what stands between them.

/// Longest value, in characters, that is looked at as an identifier.
pub const CHARACTERS_MAX: usize = 256;

/// Where a subject keeps its letters and digits; lent to it, so that a subject is small enough to be passed around.
pub type Characters = [u8; CHARACTERS_MAX];

/// What stands between the letters and digits of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separators {
    /// Nothing.
    None,
    /// Single spaces.
    Spaces,
    /// Hyphens behind the third and the fifth of nine (`ddd-dd-dddd`).
    SocialSecurity,
    /// Other single spaces, `-`, `.` and `/`.
    Single,
    /// Anything else.
    Other,
}

impl Separators {
    /// Nothing or single spaces.
    #[must_use]
    pub fn are_spaces(self) -> bool {
        matches!(self, Self::None | Self::Spaces)
    }

    /// Nothing or single spaces, `-`, `.` and `/`.
    #[must_use]
    pub fn are_single(self) -> bool {
        self != Self::Other
    }
}

/// A value of at most [`CHARACTERS_MAX`] ASCII characters.
pub struct Subject<'value> {
    /// The whole value.
    pub text: &'value [u8],
    characters: &'value mut Characters,
    /// Count of letters and digits.
    pub length: usize,
    /// Count of digits.
    pub digits: usize,
    /// Count of capital letters.
    pub capitals: usize,
    /// Count of small letters.
    pub smalls: usize,
}

impl<'value> Subject<'value> {
    /// `None` for more than [`CHARACTERS_MAX`] bytes. The caller has made sure that the text is ASCII.
    #[inline]
    #[must_use]
    pub fn new(text: &'value [u8], characters: &'value mut Characters) -> Option<Self> {
        if text.len() > CHARACTERS_MAX {
            return None;
        }
        let digits = count(text, u8::is_ascii_digit);
        let capitals = count(text, u8::is_ascii_uppercase);
        let smalls = count(text, u8::is_ascii_lowercase);
        let length = digits + capitals + smalls;
        if length == text.len() {
            characters[..length].copy_from_slice(text);
        } else {
            // Every character is written where the next one belongs, so that nothing waits for what a character is.
            let mut at = 0;
            for character in text {
                characters[at % CHARACTERS_MAX] = *character;
                at += usize::from(character.is_ascii_alphanumeric());
            }
        }
        Some(Self { text, characters, length, digits, capitals, smalls })
    }

    /// The letters and digits, as written or in the case that was asked for last.
    #[must_use]
    pub fn joined(&self) -> &[u8] {
        &self.characters[..self.length]
    }

    /// The letters and digits, to be overwritten.
    pub fn joined_mut(&mut self) -> &mut [u8] {
        &mut self.characters[..self.length]
    }

    /// Count of characters that are neither letter nor digit.
    #[must_use]
    pub fn layout(&self) -> usize {
        self.text.len() - self.length
    }

    /// Letters to capitals.
    pub fn make_upper_case(&mut self) {
        if self.smalls > 0 {
            self.joined_mut().make_ascii_uppercase();
        }
    }

    /// Letters to small ones.
    pub fn make_lower_case(&mut self) {
        if self.capitals > 0 {
            self.joined_mut().make_ascii_lowercase();
        }
    }

    /// Letters as they are written. Not after [`Self::remove`].
    pub fn restore_case(&mut self) {
        if self.smalls > 0 {
            let written = self.text.iter().filter(|character| character.is_ascii_alphanumeric());
            for (character, written) in self.characters.iter_mut().zip(written) {
                *character = *written;
            }
        }
    }

    /// Takes one letter or digit out of [`Self::joined`].
    pub fn remove(&mut self, index: usize) {
        self.characters.copy_within(index + 1..self.length, index);
        self.length -= 1;
    }

    /// There are letters, and all are small.
    #[must_use]
    pub fn all_small(&self) -> bool {
        self.smalls > 0 && self.capitals == 0
    }

    /// There are letters, and all are capitals.
    #[must_use]
    pub fn all_capital(&self) -> bool {
        self.capitals > 0 && self.smalls == 0
    }

    /// Digits alone, with single separators (space, `-`, `.`, `/`) only between two of them.
    #[must_use]
    pub fn is_grouped_digits(&self) -> bool {
        self.digits == self.length && self.is_grouped(b" -./")
    }

    /// Letters and digits, with single separators (space, `-`) only between two of them.
    #[must_use]
    pub fn is_grouped_alphanumerics(&self) -> bool {
        self.is_grouped(b" -")
    }

    /// Nothing or single spaces between letters and digits; all else is other.
    #[must_use]
    pub fn spaces(&self) -> Separators {
        match self.layout() {
            0 if self.length > 0 => Separators::None,
            _ if is_grouped(self.text, b" ") => Separators::Spaces,
            _ => Separators::Other,
        }
    }

    /// What stands between letters and digits.
    #[must_use]
    pub fn separators(&self) -> Separators {
        let text = self.text;
        let spaces = self.spaces();
        if spaces != Separators::Other {
            spaces
        } else if self.length == 9 && text.len() == 11 && text[3] == b'-' && text[6] == b'-' {
            Separators::SocialSecurity
        } else if is_grouped(text, b" -./") {
            Separators::Single
        } else {
            Separators::Other
        }
    }

    fn is_grouped(&self, separators: &[u8]) -> bool {
        if self.layout() == 0 { self.length > 0 } else { is_grouped(self.text, separators) }
    }

    /// 32 hexadecimal digits without hyphens, or with them at 8, 13, 18 and 23.
    #[must_use]
    pub fn is_uuid_form(&self) -> bool {
        let hyphenated = || self.text.len() == 36 && [8, 13, 18, 23].iter().all(|&at| self.text[at] == b'-');
        self.length == 32 && self.joined().iter().all(u8::is_ascii_hexdigit) && (self.layout() == 0 || hyphenated())
    }

    /// `+` in front of at least one digit; `(` `)` `-` `.` `/` and space anywhere.
    #[must_use]
    pub fn is_phone_form(&self) -> bool {
        let mut front = self.text.iter().filter(|character| !b"()-./ ".contains(character));
        self.digits > 0 && front.next() == Some(&b'+') && front.all(u8::is_ascii_digit)
    }
}

/// Counts in bytes, of which the compiler puts many side by side; a byte holds the count of half the longest text.
fn count(text: &[u8], has: impl Fn(&u8) -> bool) -> usize {
    let halves = text.chunks(CHARACTERS_MAX / 2);
    halves.map(|half| usize::from(half.iter().map(|character| u8::from(has(character))).sum::<u8>())).sum()
}

/// As [`Subject::is_grouped_digits`], for a text of any length and character set.
#[must_use]
pub fn is_grouped_digits(text: &[u8]) -> bool {
    !text.iter().any(u8::is_ascii_alphabetic) && is_grouped(text, b" -./")
}

fn is_grouped(text: &[u8], separators: &[u8]) -> bool {
    let mut separated = true;
    for character in text {
        if character.is_ascii_alphanumeric() {
            separated = false;
        } else if separated || !separators.contains(character) {
            return false;
        } else {
            separated = true;
        }
    }
    !separated
}

#[cfg(test)]
#[allow(clippy::redundant_closure_for_method_calls, reason = "a method by its name has one lifetime too few here")]
mod tests {
    use super::*;

    fn on(text: &str, ask: impl Fn(&Subject) -> bool) -> bool {
        Subject::new(text.as_bytes(), &mut [0; CHARACTERS_MAX]).is_some_and(|subject| ask(&subject))
    }

    #[test]
    fn counts() {
        assert!(on("aB-3/", |subject| {
            subject.joined() == b"aB3"
                && (subject.digits, subject.capitals, subject.smalls, subject.layout()) == (1, 1, 1, 2)
        }));
        assert!(Subject::new(&[b'1'; 257], &mut [0; CHARACTERS_MAX]).is_none());
        assert!(on(&"1".repeat(256), |subject| subject.length == 256));
        assert!(on(&"-".repeat(256), |subject| subject.layout() == 256));
    }

    #[test]
    fn case_comes_back() {
        let mut characters = [0; CHARACTERS_MAX];
        let mut subject = Subject::new(b"a-B/3c", &mut characters);
        assert!(subject.as_mut().is_some_and(|subject| {
            subject.make_upper_case();
            let is_upper = subject.joined() == b"AB3C";
            subject.restore_case();
            is_upper && subject.joined() == b"aB3c"
        }));
    }

    #[test]
    fn forms() {
        assert!(on("4111 1111-1111.1111", |subject| subject.is_grouped_digits()));
        for text in ["", " 1", "1 ", "1  2", "1_2", "1a"] {
            assert!(!on(text, |subject| subject.is_grouped_digits()), "{text}");
            assert!(!is_grouped_digits(text.as_bytes()), "{text}");
        }
        assert!(on("GB29 NWBK", |subject| subject.is_grouped_alphanumerics()));
        assert!(!on("GB29.NWBK", |subject| subject.is_grouped_alphanumerics()));
        assert!(on("7f0c1e9a-8b5d-4c3e-9f2a-1b2c3d4e5f60", |subject| subject.is_uuid_form()));
        assert!(on("7f0c1e9a8b5d4c3e9f2a1b2c3d4e5f60", |subject| subject.is_uuid_form()));
        assert!(!on("7f0c1e9a8b5d-4c3e-9f2a-1b2c3d4e5f60", |subject| subject.is_uuid_form()));
        assert!(!on("7f0c1e9a_8b5d_4c3e_9f2a_1b2c3d4e5f60", |subject| subject.is_uuid_form()));
        for (text, separators) in [
            ("123456789", Separators::None),
            ("RF18 5390", Separators::Spaces),
            ("123-45-6789", Separators::SocialSecurity),
            ("123-456-789", Separators::Single),
            ("12  3", Separators::Other),
            ("", Separators::Other),
        ] {
            assert!(on(text, |subject| subject.separators() == separators), "{text}");
        }
        for text in ["+49 89 123", "(+49) 89", "+1", "-+1-"] {
            assert!(on(text, |subject| subject.is_phone_form()), "{text}");
        }
        for text in ["49", "4+9", "+", "++49", "+49a", "+49_1", ""] {
            assert!(!on(text, |subject| subject.is_phone_form()), "{text}");
        }
    }
}
