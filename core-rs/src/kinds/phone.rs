//! Country calling codes (ITU-T E.164).

include!(concat!(env!("OUT_DIR"), "/calling_codes.rs"));

/// How many of the first ASCII digits are a country calling code; 0 if none are. No code is a prefix of another.
#[must_use]
pub fn calling_code_length(digits: &[u8]) -> usize {
    let digit = |index: usize| digits.get(index).map_or(0, |character| usize::from(character - b'0'));
    let length = usize::from(CALLING_CODE_LENGTH[digit(0) * 100 + digit(1) * 10 + digit(2)]);
    if length <= digits.len() { length } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_one_to_three_digits() {
        assert_eq!(calling_code_length(b"12025550123"), 1);
        assert_eq!(calling_code_length(b"4989123456"), 2);
        assert_eq!(calling_code_length(b"35312345"), 3);
        assert_eq!(calling_code_length(b"21512345"), 0);
        assert_eq!(calling_code_length(b"1"), 1);
        assert_eq!(calling_code_length(b"2"), 0);
        assert_eq!(calling_code_length(b""), 0);
    }
}
