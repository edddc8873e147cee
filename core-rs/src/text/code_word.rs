//! What a code looks like (docs/internals/engine.md, "KEEP"): all that is kept of fields which could hold anything.

/// Most digits of a word in capitals: codes have few, numbers of persons and accounts have more.
const DIGITS_MAX: usize = 5;
/// Most characters of one, whatever a rule allows: texts in capitals are longer.
const CAPITALS_MAX: usize = 12;

/// Whether a text is a code word of at most `max` characters.
#[must_use]
pub fn is_code_word(text: &[u8], max: usize) -> bool {
    // Code words are ASCII, so that their bytes are their characters.
    text.len() <= max && (is_word_in_capitals(text) || is_versioned_name(text))
}

/// `CTRC`, `B2B`, `ISO11649`, `UTF-8`: capitals, digits and `_ . / + -`, at least one of the former two, five digits and twelve characters
/// at most.
fn is_word_in_capitals(text: &[u8]) -> bool {
    let is_sign = |byte: &u8| b"_./+-".contains(byte);
    let is_letter_or_digit = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    text.len() <= CAPITALS_MAX
        && text.iter().all(|byte| is_letter_or_digit(byte) || is_sign(byte))
        && text.iter().any(is_letter_or_digit)
        && text.iter().filter(|byte| byte.is_ascii_digit()).count() <= DIGITS_MAX
}

/// `pacs.008.001.08`, `swift.cbprplus.02`: two parts or more, joined by points, each of which is two or three digits, or letters
/// and digits behind a letter; the first begins with a letter, the last is of digits. Letters are small.
fn is_versioned_name(text: &[u8]) -> bool {
    let mut parts = text.split(|byte| *byte == b'.');
    let (first, last) = (parts.next(), parts.next_back());
    first.is_some_and(is_name) && last.is_some_and(is_number) && parts.all(|part| is_name(part) || is_number(part))
}

fn is_name(part: &[u8]) -> bool {
    part.first().is_some_and(u8::is_ascii_lowercase)
        && part.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn is_number(part: &[u8]) -> bool {
    (2..=3).contains(&part.len()) && part.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_words() {
        for text in [
            "CTRC",
            "B2B",
            "0",
            "N/A",
            "UTF-8",
            "ISO11649",
            "A_.+/-",
            "12345",
            "pacs.008.001.08",
            "swift.cbprplus.02",
            "t2s.01",
        ] {
            assert!(is_code_word(text.as_bytes(), 35), "{text}");
            assert!(is_code_word(text.as_bytes(), text.len()), "{text}");
            assert!(!is_code_word(text.as_bytes(), text.len() - 1), "{text}");
        }
    }

    #[test]
    fn anything_else() {
        let texts = [
            "",
            "-",
            "./",
            "Sepa",
            "John Smith",
            "JOHN SMITH",
            "123456",
            "A1B2C3D4E5F6",
            "\u{c4}",
            "john.smith",
            "john",
            "a.1",
            "a.0001",
            "a..02",
            "a.02.",
            "a.2b.02",
            "A.b.02",
            "a.02.b",
        ];
        for text in texts {
            assert!(!is_code_word(text.as_bytes(), 35), "{text}");
        }
    }
}
