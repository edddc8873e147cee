//! One value as the kinds look at it: its letters and digits side by side, and what stands between them.

/// Longest value, in characters, that is looked at as an identifier.
pub const CHARACTERS_MAX: usize = 256;

/// A value of at most [`CHARACTERS_MAX`] ASCII characters.
pub struct Subject<'value> {
    /// The whole value.
    pub text: &'value [u8],
    characters: [u8; CHARACTERS_MAX],
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
    #[must_use]
    pub fn new(text: &'value [u8]) -> Option<Self> {
        if text.len() > CHARACTERS_MAX {
            return None;
        }
        let mut subject = Self { text, characters: [0; CHARACTERS_MAX], length: 0, digits: 0, capitals: 0, smalls: 0 };
        for &character in text {
            let (digit, capital, small) =
                (character.is_ascii_digit(), character.is_ascii_uppercase(), character.is_ascii_lowercase());
            // Stored without a branch; what is layout is overwritten by the next letter or digit.
            if let Some(place) = subject.characters.get_mut(subject.length) {
                *place = character;
            }
            subject.digits += usize::from(digit);
            subject.capitals += usize::from(capital);
            subject.smalls += usize::from(small);
            subject.length += usize::from(digit | capital | small);
        }
        Some(subject)
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
        self.characters[..self.length].make_ascii_uppercase();
    }

    /// Letters to small ones.
    pub fn make_lower_case(&mut self) {
        self.characters[..self.length].make_ascii_lowercase();
    }

    /// The letters and digits as they are now, to be [`Self::restore`]d after a change of case.
    #[must_use]
    pub fn characters_of(&self) -> &[u8; CHARACTERS_MAX] {
        &self.characters
    }

    /// Takes letters and digits back that [`Self::characters_of`] gave.
    pub fn restore(&mut self, characters: &[u8; CHARACTERS_MAX]) {
        self.characters = *characters;
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
        self.digits == self.length && is_grouped(self.text, b" -./")
    }

    /// Letters and digits, with single separators (space, `-`) only between two of them.
    #[must_use]
    pub fn is_grouped_alphanumerics(&self) -> bool {
        is_grouped(self.text, b" -")
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
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use super::*;

    fn subject(text: &str) -> Subject<'_> {
        Subject::new(text.as_bytes()).unwrap()
    }

    #[test]
    fn counts() {
        let subject = subject("aB-3/");
        assert_eq!(subject.joined(), b"aB3");
        assert_eq!((subject.digits, subject.capitals, subject.smalls, subject.layout()), (1, 1, 1, 2));
        assert!(Subject::new(&[b'1'; 257]).is_none());
        assert_eq!(Subject::new(&[b'1'; 256]).unwrap().length, 256);
    }

    #[test]
    fn forms() {
        assert!(subject("4111 1111-1111.1111").is_grouped_digits());
        for text in ["", " 1", "1 ", "1  2", "1_2", "1a"] {
            assert!(!subject(text).is_grouped_digits(), "{text}");
        }
        assert!(subject("GB29 NWBK").is_grouped_alphanumerics());
        assert!(!subject("GB29.NWBK").is_grouped_alphanumerics());
        assert!(subject("7f0c1e9a-8b5d-4c3e-9f2a-1b2c3d4e5f60").is_uuid_form());
        assert!(subject("7f0c1e9a8b5d4c3e9f2a1b2c3d4e5f60").is_uuid_form());
        assert!(!subject("7f0c1e9a8b5d-4c3e-9f2a-1b2c3d4e5f60").is_uuid_form());
        assert!(!subject("7f0c1e9a_8b5d_4c3e_9f2a_1b2c3d4e5f60").is_uuid_form());
        for text in ["+49 89 123", "(+49) 89", "+1", "-+1-"] {
            assert!(subject(text).is_phone_form(), "{text}");
        }
        for text in ["49", "4+9", "+", "++49", "+49a", "+49_1", ""] {
            assert!(!subject(text).is_phone_form(), "{text}");
        }
    }
}
