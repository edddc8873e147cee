//! From the bytes of a segment to text (docs/internals/engine.md, "Encodings of a segment").

use super::count_characters;
use crate::tables::Encoding;

/// Bytes that an encoding does not admit; the scanner should have refused them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inadmissible;

/// Appends the text of a segment as UTF-8 and returns how many code points it is. `latin1`: bytes from 0x80 on are the code
/// points of the same numbers.
///
/// # Errors
/// [`Inadmissible`]; what was appended until then is to be thrown away.
pub fn decode(bytes: &[u8], encoding: Encoding, latin1: bool, out: &mut Vec<u8>) -> Result<usize, Inadmissible> {
    let found = bytes.iter().fold(0, |found, byte| found | MARKS[usize::from(*byte)]);
    let is_plain = found & marks_of(encoding) == 0;
    let is_ascii = found & BEYOND_ASCII == 0;
    if is_plain && is_ascii {
        out.extend_from_slice(bytes);
        return Ok(bytes.len());
    }
    if !is_ascii && !latin1 && core::str::from_utf8(bytes).is_err() {
        return Err(Inadmissible);
    }
    let start = out.len();
    if is_plain && !latin1 {
        out.extend_from_slice(bytes);
    } else {
        decode_units(bytes, encoding, latin1, out)?;
    }
    Ok(count_characters(&out[start..]))
}

/// Whether the text of a segment is its bytes, and ASCII.
#[inline]
#[must_use]
pub fn is_plain(bytes: &[u8], encoding: Encoding) -> bool {
    bytes.iter().fold(0, |found, byte| found | MARKS[usize::from(*byte)]) & (marks_of(encoding) | BEYOND_ASCII) == 0
}

const BEYOND_ASCII: u8 = 1;
const CARRIAGE_RETURN: u8 = 2;
const AMPERSAND: u8 = 4;
const TAB_OR_LINE_FEED: u8 = 8;
const BACKSLASH: u8 = 16;

/// Which bytes some encoding does not take as they are.
static MARKS: [u8; 256] = {
    let mut marks = [0; 256];
    let mut byte = 0x80;
    while byte < 256 {
        marks[byte] = BEYOND_ASCII;
        byte += 1;
    }
    marks[b'\r' as usize] = CARRIAGE_RETURN;
    marks[b'&' as usize] = AMPERSAND;
    marks[b'\t' as usize] = TAB_OR_LINE_FEED;
    marks[b'\n' as usize] = TAB_OR_LINE_FEED;
    marks[b'\\' as usize] = BACKSLASH;
    marks
};

fn marks_of(encoding: Encoding) -> u8 {
    match encoding {
        Encoding::XmlText => CARRIAGE_RETURN,
        Encoding::XmlTextRefs => CARRIAGE_RETURN | AMPERSAND,
        Encoding::XmlAttribute => CARRIAGE_RETURN | AMPERSAND | TAB_OR_LINE_FEED,
        Encoding::JsonString => BACKSLASH,
        Encoding::XmlCdata | Encoding::JsonNumber | Encoding::MtLine | Encoding::MtWrap | Encoding::Raw => 0,
    }
}

fn decode_units(bytes: &[u8], encoding: Encoding, latin1: bool, out: &mut Vec<u8>) -> Result<(), Inadmissible> {
    let has_references = matches!(encoding, Encoding::XmlTextRefs | Encoding::XmlAttribute);
    let has_xml_lines = has_references || encoding == Encoding::XmlText;
    let is_json = encoding == Encoding::JsonString;
    let mut rest = bytes;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            b'&' if has_references => {
                let (character, length) = reference(behind).ok_or(Inadmissible)?;
                push(character, out);
                rest = &behind[length..];
            }
            b'\\' if is_json => {
                let (character, length) = escape(behind).ok_or(Inadmissible)?;
                push(character, out);
                rest = &behind[length..];
            }
            b'\r' | b'\n' | b'\t' if has_xml_lines => {
                // XML 1.0, 2.11 (line ends) comes before 3.3.3 (attribute values).
                if byte == b'\r' {
                    rest = behind.strip_prefix(b"\n").unwrap_or(behind);
                }
                out.push(match byte {
                    _ if encoding == Encoding::XmlAttribute => b' ',
                    b'\r' => b'\n',
                    _ => byte,
                });
            }
            0x80.. if latin1 => push(char::from(byte), out),
            _ => out.push(byte),
        }
    }
    Ok(())
}

fn push(character: char, out: &mut Vec<u8>) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// One of XML's five entities or a character reference (XML 1.0, 4.1 and 4.6), without its `&`; and its length.
fn reference(text: &[u8]) -> Option<(char, usize)> {
    const ENTITIES: [(&[u8], char); 5] =
        [(b"lt;", '<'), (b"gt;", '>'), (b"amp;", '&'), (b"quot;", '"'), (b"apos;", '\'')];
    if let Some(digits) = text.strip_prefix(b"#") {
        return character_reference(digits).map(|(character, length)| (character, length + 1));
    }
    ENTITIES.iter().find(|(name, _)| text.starts_with(name)).map(|(name, character)| (*character, name.len()))
}

fn character_reference(text: &[u8]) -> Option<(char, usize)> {
    let (digits, radix) = text.strip_prefix(b"x").map_or((text, 10), |digits| (digits, 16));
    let count = digits.iter().position(|byte| *byte == b';').filter(|count| *count > 0)?;
    let mut value = 0_u32;
    for digit in &digits[..count] {
        value = value * radix + char::from(*digit).to_digit(radix)?;
        if value > 0x10_ffff {
            return None;
        }
    }
    let character = char::from_u32(value).filter(|character| is_xml_character(*character))?;
    Some((character, text.len() - digits.len() + count + 1))
}

/// Char of XML 1.0, 2.2.
#[must_use]
pub fn is_xml_character(character: char) -> bool {
    !matches!(character, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// One JSON escape (RFC 8259, section 7) without its `\`, both halves of a surrogate pair together; and its length.
fn escape(text: &[u8]) -> Option<(char, usize)> {
    let character = match text.first()? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode_escape(&text[1..]).map(|(character, length)| (character, length + 1)),
        _ => return None,
    };
    Some((character, 1))
}

fn unicode_escape(text: &[u8]) -> Option<(char, usize)> {
    let unit = four_digits(text)?;
    if !(0xd800..0xdc00).contains(&unit) {
        // A low surrogate by itself is no character.
        return char::from_u32(unit).map(|character| (character, 4));
    }
    let low = four_digits(text[4..].strip_prefix(b"\\u")?)?;
    if !(0xdc00..0xe000).contains(&low) {
        return None;
    }
    char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00)).map(|character| (character, 10))
}

fn four_digits(text: &[u8]) -> Option<u32> {
    text.get(..4)?.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], encoding: Encoding, latin1: bool) -> Option<String> {
        let mut out = Vec::new();
        let count = decode(bytes, encoding, latin1, &mut out).ok()?;
        String::from_utf8(out).ok().filter(|text| text.chars().count() == count)
    }

    #[test]
    fn references_and_line_ends() {
        let refs = |bytes: &[u8]| text(bytes, Encoding::XmlTextRefs, false);
        assert_eq!(refs(b"a&lt;b&#52;&#x1F600;&apos;").as_deref(), Some("a<b4\u{1f600}'"));
        assert_eq!(refs(b"a\r\nb\rc\nd").as_deref(), Some("a\nb\nc\nd"));
        assert_eq!(text(b"a\r\nb\tc", Encoding::XmlAttribute, false).as_deref(), Some("a b c"));
        assert_eq!(text(b"a&b\r\n", Encoding::XmlText, false).as_deref(), Some("a&b\n"));
        assert_eq!(text(b"a\r\n&lt;", Encoding::XmlCdata, false).as_deref(), Some("a\r\n&lt;"));
        for bad in
            [&b"&"[..], b"&#;", b"&#x;", b"&#0;", b"&#xD800;", b"&#X41;", b"&#1114112;", b"&#65", b"&nbsp;", b"&#4 ;"]
        {
            assert_eq!(refs(bad), None);
        }
    }

    #[test]
    fn escapes() {
        let json = |bytes: &[u8]| text(bytes, Encoding::JsonString, false);
        assert_eq!(
            json(br#"a\"\\\/\b\f\n\r\t\u0034\ud83D\ude00"#).as_deref(),
            Some("a\"\\/\u{8}\u{c}\n\r\t4\u{1f600}")
        );
        for bad in [&br"\"[..], br"\x", br"\u12", br"\ud83d", br"\ud83d\n", br"\ud83d\u0041", br"\ude00", br"\u+123"] {
            assert_eq!(json(bad), None);
        }
    }

    #[test]
    fn bytes_beyond_ascii() {
        assert_eq!(text(b"M\xfcller", Encoding::XmlText, true).as_deref(), Some("Müller"));
        assert_eq!(text("Müller".as_bytes(), Encoding::Raw, false).as_deref(), Some("Müller"));
        assert_eq!(text(b"M\xfcller", Encoding::Raw, false), None);
        assert_eq!(text(b"\xed\xa0\x80", Encoding::Raw, false), None);
    }
}
