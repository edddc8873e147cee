//! What a reader takes a text for, whatever code points spell it (docs/internals/engine.md, "KEEP"): for the detector of kept text.

/// Zeros of the decimal digits beyond ASCII (Unicode 14, general category Nd); nine digits follow each.
const ZEROS: [u32; 65] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50,
    0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
    0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136,
    0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0,
    0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

/// The text as ASCII: digits of every script and full-width letters as their own, white space as spaces, dashes as hyphens. What is left
/// beyond ASCII (marks, signs that are not seen, other letters) is left out.
#[must_use]
pub fn reading_of(text: &[u8]) -> Vec<u8> {
    text.utf8_chunks().flat_map(|chunk| chunk.valid().chars()).filter_map(read_as).collect()
}

/// The ASCII character that a character is read as.
pub(crate) fn read_as(character: char) -> Option<u8> {
    let code = u32::from(character);
    match code {
        0..0x80 => u8::try_from(code).ok(),
        0xff21..=0xff3a => u8::try_from(code - 0xff21 + 0x41).ok(),
        0xff41..=0xff5a => u8::try_from(code - 0xff41 + 0x61).ok(),
        // General category Zs.
        0xa0 | 0x1680 | 0x2000..=0x200a | 0x202f | 0x205f | 0x3000 => Some(b' '),
        // Hyphens, dashes and the minus sign that stand for a hyphen in print.
        0x2010..=0x2015 | 0x2212 | 0xfe58 | 0xfe63 | 0xff0d => Some(b'-'),
        _ => digit_of(code).map(|digit| b'0' + digit),
    }
}

/// Value of a decimal digit.
fn digit_of(code: u32) -> Option<u8> {
    let behind = ZEROS.partition_point(|zero| *zero <= code);
    let zero = ZEROS.get(behind.checked_sub(1)?)?;
    u8::try_from(code - zero).ok().filter(|digit| *digit < 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_ascend_and_have_room_for_nine_more() {
        assert!(ZEROS.windows(2).all(|pair| pair[1] - pair[0] >= 10));
    }

    #[test]
    fn readings() {
        for (text, reading) in [
            ("ＤＥ８９ ｇｂ", "DE89 gb"),
            ("٤١١١\u{a0}१२\u{2013}𝟗", "4111 12-9"),
            ("4\u{200b}1\u{301}1\u{ad}1é", "4111"),
            ("\u{65f}\u{66a}\u{ff0f}\u{ff1a}", ""),
        ] {
            assert_eq!(reading_of(text.as_bytes()), reading.as_bytes());
        }
    }
}
