//! NFD and full case folding by pinned tables (schemas/unicode/tables.bin; layout and algorithms in its README.md).

use std::sync::LazyLock;

use crate::Error;

static FILE: &[u8] = include_bytes!("../../../schemas/unicode/tables.bin");

/// The pinned version of Unicode.
pub struct Unicode {
    assigned: Vec<u32>,
    decomposition: Mapping,
    classes: Vec<u32>,
    folding: Mapping,
}

/// A code point outside [`Unicode`]'s version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unassigned;

/// From code points to runs of code points.
struct Mapping {
    keys: Vec<u32>,
    starts: Vec<u32>,
    pool: Vec<u32>,
}

impl Mapping {
    fn of(&self, code: u32) -> Option<&[u32]> {
        let index = self.keys.binary_search(&code).ok()?;
        self.pool.get(*self.starts.get(index)? as usize..*self.starts.get(index + 1)? as usize)
    }
}

impl Unicode {
    /// The tables that are part of this crate, read once.
    ///
    /// # Errors
    /// [`Error::Malformed`] if they are not of the layout that this code reads.
    pub fn load() -> Result<&'static Self, Error> {
        static TABLES: LazyLock<Option<Unicode>> = LazyLock::new(|| Unicode::parse(FILE));
        TABLES.as_ref().ok_or(Error::Malformed("the Unicode tables are of another layout"))
    }

    fn parse(file: &[u8]) -> Option<Self> {
        let words: Vec<u32> =
            file.chunks_exact(4).map(|bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])).collect();
        if words.first() != Some(&u32::from_le_bytes(*b"BUNI")) || words.get(1) != Some(&1) || words.get(3) != Some(&8)
        {
            return None;
        }
        let section = |index: usize| -> Option<Vec<u32>> {
            let start = *words.get(4 + 2 * index)? as usize;
            Some(words.get(start..start + *words.get(5 + 2 * index)? as usize)?.to_vec())
        };
        Some(Self {
            assigned: section(0)?,
            decomposition: Mapping { keys: section(1)?, starts: section(2)?, pool: section(3)? },
            classes: section(4)?,
            folding: Mapping { keys: section(5)?, starts: section(6)?, pool: section(7)? },
        })
    }

    /// Appends the canonical form of a text kind: decomposed, white space runs as one space, none at the ends; `fold` also folds
    /// case and decomposes again (The Unicode Standard, 3.13, D145).
    ///
    /// # Errors
    /// [`Unassigned`]; nothing was appended then.
    pub fn write_canonical(&self, text: &[u8], fold: bool, out: &mut Vec<u8>) -> Result<(), Unassigned> {
        if text.is_ascii() {
            // ASCII is decomposed and, but for A–Z, folded already.
            let start = out.len();
            for word in text.split(|byte| b" \t\n\r".contains(byte)).filter(|word| !word.is_empty()) {
                if out.len() > start {
                    out.push(b' ');
                }
                out.extend_from_slice(word);
            }
            if fold {
                out[start..].make_ascii_lowercase();
            }
            return Ok(());
        }
        let codes: Vec<u32> = text.utf8_chunks().flat_map(|chunk| chunk.valid().chars()).map(u32::from).collect();
        if codes.iter().any(|code| !self.is_assigned(*code)) {
            return Err(Unassigned);
        }
        let mut canonical = Vec::with_capacity(codes.len());
        let decomposed = self.decompose(&codes);
        let words = decomposed.split(|code| [0x20, 0x09, 0x0a, 0x0d, 0xa0].contains(code));
        for word in words.filter(|word| !word.is_empty()) {
            if !canonical.is_empty() {
                canonical.push(0x20);
            }
            canonical.extend_from_slice(word);
        }
        if fold {
            let mut folded = Vec::with_capacity(canonical.len());
            for code in &canonical {
                match code {
                    0x41..=0x5a => folded.push(code + 0x20),
                    0..0x80 => folded.push(*code),
                    _ => folded.extend_from_slice(self.folding.of(*code).unwrap_or(core::slice::from_ref(code))),
                }
            }
            canonical = self.decompose(&folded);
        }
        for character in canonical.into_iter().filter_map(char::from_u32) {
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Ok(())
    }

    fn is_assigned(&self, code: u32) -> bool {
        code < 0x80 || row_of::<2>(&self.assigned, code).is_some_and(|[_, last]| code <= last)
    }

    /// Whether a code point beyond ASCII folds to one other.
    pub(crate) fn is_capital(&self, code: u32) -> bool {
        code >= 0x80 && self.folding.of(code).is_some_and(|folded| folded.len() == 1)
    }

    /// A code point decomposed, folded and decomposed again.
    pub(crate) fn folded(&self, code: u32) -> Vec<u32> {
        let decomposed = self.decompose(&[code]);
        let mut folded = Vec::with_capacity(decomposed.len());
        for code in &decomposed {
            match code {
                0x41..=0x5a => folded.push(code + 0x20),
                0..0x80 => folded.push(*code),
                _ => folded.extend_from_slice(self.folding.of(*code).unwrap_or(core::slice::from_ref(code))),
            }
        }
        self.decompose(&folded)
    }

    /// The canonical combining class.
    pub(crate) fn combining_class(&self, code: u32) -> u32 {
        // The first combining mark is U+0300.
        if code < 0x300 {
            return 0;
        }
        row_of::<3>(&self.classes, code).map_or(0, |[_, last, class]| if code <= last { class } else { 0 })
    }

    /// NFD.
    fn decompose(&self, codes: &[u32]) -> Vec<u32> {
        let mut out = Vec::with_capacity(codes.len());
        for code in codes {
            match code {
                // The first that is composed is U+00C0.
                0..0xc0 => out.push(*code),
                0xac00..0xd7a4 => decompose_hangul(code - 0xac00, &mut out),
                _ => out.extend_from_slice(self.decomposition.of(*code).unwrap_or(core::slice::from_ref(code))),
            }
        }
        self.order(&mut out);
        out
    }

    /// Stable insertion of each mark behind those of its own or a lower class (The Unicode Standard, 3.11, D108 and D109).
    fn order(&self, codes: &mut [u32]) {
        for index in 1..codes.len() {
            let own = self.combining_class(codes[index]);
            if own == 0 {
                continue;
            }
            let mut to = index;
            while to > 0 && self.combining_class(codes[to - 1]) > own {
                to -= 1;
            }
            codes[to..=index].rotate_right(1);
        }
    }
}

/// The Unicode Standard, 3.12, "Hangul Syllable Decomposition"; `index` counts syllables.
fn decompose_hangul(index: u32, out: &mut Vec<u32>) {
    out.push(0x1100 + index / 588);
    out.push(0x1161 + index % 588 / 28);
    if !index.is_multiple_of(28) {
        out.push(0x11a7 + index % 28);
    }
}

/// The last row of a table whose first word is not above `code`.
fn row_of<const STRIDE: usize>(rows: &[u32], code: u32) -> Option<[u32; STRIDE]> {
    let (rows, _) = rows.as_chunks::<STRIDE>();
    let behind = rows.partition_point(|row| row[0] <= code);
    rows.get(behind.checked_sub(1)?).copied()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use super::*;

    fn canonical(text: &str, fold: bool) -> Option<String> {
        let mut out = Vec::new();
        Unicode::load().unwrap().write_canonical(text.as_bytes(), fold, &mut out).ok()?;
        Some(String::from_utf8(out).unwrap())
    }

    #[test]
    fn canonical_forms() {
        assert_eq!(canonical("  Jane \t\r\n DOE ", false).as_deref(), Some("Jane DOE"));
        assert_eq!(canonical("  Jane \t DOE ", true).as_deref(), Some("jane doe"));
        assert_eq!(canonical("M\u{fc}ller", false), canonical("Mu\u{308}ller", false));
        assert_eq!(canonical("STRASSE M\u{dc}LLER", true), canonical("stra\u{df}e mu\u{308}ller", true));
        assert_eq!(canonical("\u{a0}a\u{a0}\u{a0}b", false).as_deref(), Some("a b"));
        assert_eq!(
            canonical("\u{d55c}\u{ae00}", false).as_deref(),
            Some("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}")
        );
        // Marks of different classes in either order, of one class in the order given.
        assert_eq!(canonical("a\u{301}\u{323}", false), canonical("a\u{323}\u{301}", false));
        assert_ne!(canonical("a\u{301}\u{300}", false), canonical("a\u{300}\u{301}", false));
        assert_eq!(canonical("\u{1e9e}\u{130}", true).as_deref(), Some("ssi\u{307}"));
    }

    #[test]
    fn unassigned_code_points_are_refused() {
        assert_eq!(canonical("a\u{378}", false), None);
        assert_eq!(canonical("\u{ffff}", false), None);
        assert_eq!(canonical("\u{e000}", false).as_deref(), Some("\u{e000}"));
    }
}
