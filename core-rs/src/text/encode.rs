//! From text to the bytes of a segment (docs/internals/engine.md, "Encodings of a segment" and "Fine print").

use super::lexical;
use crate::tables::Encoding;

/// A piece that cannot stand in its segment: issue 6012.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unencodable;

/// The caller's output, filled from the front. What does not fit is counted but not stored.
pub struct Sink<'output> {
    output: &'output mut [u8],
    at: usize,
}

impl<'output> Sink<'output> {
    /// Writes behind the first `at` bytes.
    #[must_use]
    pub fn new(output: &'output mut [u8], at: usize) -> Self {
        Self { output, at }
    }

    /// Appends bytes.
    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        if let Some(room) = self.output.get_mut(self.at..self.at + bytes.len()) {
            room.copy_from_slice(bytes);
        }
        self.at += bytes.len();
    }

    /// End of what was put; beyond the output if not all of it was stored.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// Whether all that was put was stored.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.at <= self.output.len()
    }
}

/// Writes the piece of a value's text that goes into one segment. `original` is the first byte of the segment as it was.
///
/// # Errors
/// [`Unencodable`]; what was put until then is to be thrown away.
pub fn encode(
    piece: &[u8],
    encoding: Encoding,
    latin1: bool,
    original: Option<u8>,
    sink: &mut Sink,
) -> Result<(), Unencodable> {
    if !is_admitted(piece, encoding, original) {
        return Err(Unencodable);
    }
    let found = piece.iter().fold(0, |found, byte| found | MARKS[usize::from(*byte)]);
    let latin1_mark = if latin1 { BEYOND_ASCII } else { 0 };
    if found & (marks_of(encoding) | latin1_mark) == 0 {
        sink.put(piece);
        return Ok(());
    }
    for chunk in piece.utf8_chunks() {
        for character in chunk.valid().chars() {
            encode_character(character, encoding, latin1, sink)?;
        }
    }
    Ok(())
}

const BEYOND_ASCII: u8 = 1;
const OF_XML_TEXT: u8 = 2;
const OF_XML_ATTRIBUTE: u8 = 4;
const OF_JSON: u8 = 8;

/// Which bytes some encoding does not write as they are; for ASCII the same as [`special`] says.
static MARKS: [u8; 256] = {
    let mut marks = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        if byte >= 0x80 {
            marks[byte] = BEYOND_ASCII;
        } else {
            let character = byte as u8;
            if special(character, Encoding::XmlText).is_some() {
                marks[byte] |= OF_XML_TEXT;
            }
            if special(character, Encoding::XmlAttribute).is_some() {
                marks[byte] |= OF_XML_ATTRIBUTE;
            }
            if special(character, Encoding::JsonString).is_some() {
                marks[byte] |= OF_JSON;
            }
        }
        byte += 1;
    }
    marks
};

fn marks_of(encoding: Encoding) -> u8 {
    match encoding {
        Encoding::XmlText | Encoding::XmlTextRefs => OF_XML_TEXT,
        Encoding::XmlAttribute => OF_XML_ATTRIBUTE,
        Encoding::JsonString => OF_JSON,
        Encoding::XmlCdata | Encoding::JsonNumber | Encoding::MtLine | Encoding::MtWrap | Encoding::Raw => 0,
    }
}

fn encode_character(character: char, encoding: Encoding, latin1: bool, sink: &mut Sink) -> Result<(), Unencodable> {
    match u8::try_from(character) {
        Ok(byte) if byte < 0x80 => match special(byte, encoding) {
            Some(Special::Spelled(text)) => sink.put(text.as_bytes()),
            Some(Special::Control) => {
                const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";
                let digits = [HEX_DIGITS[usize::from(byte >> 4)], HEX_DIGITS[usize::from(byte & 15)]];
                sink.put(b"\\u00");
                sink.put(&digits);
            }
            None => sink.put(&[byte]),
        },
        Ok(byte) if latin1 => sink.put(&[byte]),
        _ if !latin1 => sink.put(character.encode_utf8(&mut [0; 4]).as_bytes()),
        _ if is_xml_text(encoding) => {
            let mut digits = [0; 7];
            let mut start = digits.len();
            let mut number = u32::from(character);
            while number > 0 {
                start -= 1;
                digits[start] = b'0' + (number % 10) as u8;
                number /= 10;
            }
            sink.put(b"&#");
            sink.put(&digits[start..]);
            sink.put(b";");
        }
        _ => return Err(Unencodable),
    }
    Ok(())
}

fn is_xml_text(encoding: Encoding) -> bool {
    matches!(encoding, Encoding::XmlText | Encoding::XmlTextRefs | Encoding::XmlAttribute)
}

fn is_admitted(piece: &[u8], encoding: Encoding, original: Option<u8>) -> bool {
    let is_line_mark = |byte: Option<&u8>| matches!(byte, Some(b':' | b'-'));
    match encoding {
        // XML 1.0, 2.7.
        Encoding::XmlCdata => !piece.windows(3).any(|window| window == b"]]>"),
        Encoding::JsonNumber => lexical::is_json_number(piece),
        // At the start of a line `:` begins a field and `-` ends the block.
        Encoding::MtLine | Encoding::MtWrap if piece.is_empty() => original.is_none(),
        Encoding::MtLine | Encoding::MtWrap => !is_line_mark(piece.first()) || is_line_mark(original.as_ref()),
        _ => true,
    }
}

enum Special {
    Spelled(&'static str),
    /// A control character of JSON without a short escape.
    Control,
}

/// How an encoding spells an ASCII character that it does not write as it is.
const fn special(byte: u8, encoding: Encoding) -> Option<Special> {
    let text = match encoding {
        Encoding::XmlText | Encoding::XmlTextRefs | Encoding::XmlAttribute => match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            // As a literal it would be read back as a line feed.
            b'\r' => "&#13;",
            _ if !matches!(encoding, Encoding::XmlAttribute) => return None,
            b'\t' => "&#9;",
            b'\n' => "&#10;",
            b'"' => "&quot;",
            b'\'' => "&apos;",
            _ => return None,
        },
        Encoding::JsonString => match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            8 => "\\b",
            b'\t' => "\\t",
            b'\n' => "\\n",
            12 => "\\f",
            b'\r' => "\\r",
            0..0x20 => return Some(Special::Control),
            _ => return None,
        },
        _ => return None,
    };
    Some(Special::Spelled(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, encoding: Encoding, latin1: bool, original: &[u8]) -> Option<Vec<u8>> {
        let mut output = [0; 64];
        let mut sink = Sink::new(&mut output, 0);
        encode(text.as_bytes(), encoding, latin1, original.first().copied(), &mut sink).ok()?;
        let end = sink.at();
        Some(output[..end].to_vec())
    }

    fn spelled(text: &str, encoding: Encoding) -> Option<String> {
        written(text, encoding, false, b"x").and_then(|bytes| String::from_utf8(bytes).ok())
    }

    #[test]
    fn spellings() {
        assert_eq!(spelled("a<&>\"'\r\n\tü", Encoding::XmlText).as_deref(), Some("a&lt;&amp;&gt;\"'&#13;\n\tü"));
        assert_eq!(spelled("a\"'\r\n\t", Encoding::XmlAttribute).as_deref(), Some("a&quot;&apos;&#13;&#10;&#9;"));
        assert_eq!(
            spelled("\"\\\u{1}\u{1f}\n\u{8}ü/", Encoding::JsonString).as_deref(),
            Some("\\\"\\\\\\u0001\\u001f\\n\\bü/")
        );
        assert_eq!(spelled("a<&]]", Encoding::XmlCdata).as_deref(), Some("a<&]]"));
        assert_eq!(spelled("a]]>", Encoding::XmlCdata), None);
        assert_eq!(spelled("-0.5e+7", Encoding::JsonNumber).as_deref(), Some("-0.5e+7"));
        assert_eq!(spelled("01", Encoding::JsonNumber), None);
    }

    #[test]
    fn latin_1() {
        assert_eq!(written("ü€", Encoding::XmlText, true, b"x").as_deref(), Some(&b"\xfc&#8364;"[..]));
        assert_eq!(written("ü", Encoding::MtLine, true, b"x").as_deref(), Some(&b"\xfc"[..]));
        assert_eq!(written("€", Encoding::XmlCdata, true, b"x"), None);
    }

    #[test]
    fn lines_of_mt() {
        assert_eq!(spelled(":20:", Encoding::MtLine), None);
        assert_eq!(spelled("-", Encoding::MtLine), None);
        assert_eq!(written("-a", Encoding::MtLine, false, b":").as_deref(), Some(&b"-a"[..]));
        assert_eq!(written("", Encoding::MtLine, false, b"x"), None);
        assert_eq!(written("", Encoding::MtLine, false, b"").as_deref(), Some(&b""[..]));
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut output = [0; 3];
        let mut sink = Sink::new(&mut output, 1);
        sink.put(b"ab");
        assert!(sink.fits());
        sink.put(b"cd");
        assert!(!sink.fits());
        assert_eq!(sink.at(), 5);
    }
}
