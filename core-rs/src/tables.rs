//! The flat tables between scan and engine (docs/internals/engine.md, "Rows"; runtime/record/tables.ts has the same numbers).

/// Columns of the record table.
pub mod record {
    /// Words of a row.
    pub const STRIDE: usize = 18;
    /// First byte in the input.
    pub const START: usize = 0;
    /// Behind the last byte.
    pub const END: usize = 1;
    /// Index of the message type.
    pub const MESSAGE: usize = 2;
    /// Index of the first value.
    pub const FIRST_VALUE: usize = 3;
    /// Count of values.
    pub const VALUE_COUNT: usize = 4;
    /// 0, or the issue that refuses the record.
    pub const STATUS: usize = 5;
    /// First byte in the output.
    pub const OUT_START: usize = 6;
    /// Behind the last byte in the output.
    pub const OUT_END: usize = 7;
    /// Index of the value to blame.
    pub const FAULT_VALUE: usize = 8;
    /// Bits.
    pub const FLAGS: usize = 9;
    /// Bit of [`FLAGS`]: the record is ISO-8859-1.
    pub const FLAG_LATIN1: u32 = 1;
    /// First byte of what the record is by itself, without what separates it from others.
    pub const OWN_START: usize = 10;
    /// Behind its last byte; 0: it is the whole row.
    pub const OWN_END: usize = 11;
    /// Its offset in its source, two words, the less significant first.
    pub const OFFSET: usize = 12;
    /// Which source that is, four words.
    pub const SOURCE: usize = 14;
}

/// Columns of the value table.
pub mod value {
    /// Words of a row.
    pub const STRIDE: usize = 8;
    /// Index of the record.
    pub const RECORD: usize = 0;
    /// Index in the plan.
    pub const OPERATION: usize = 1;
    /// Index of the first segment.
    pub const FIRST_SEGMENT: usize = 2;
    /// Count of segments.
    pub const SEGMENT_COUNT: usize = 3;
    /// What belongs together, as the scanner says: in XML a transaction.
    pub const SCOPE: usize = 4;
    /// Outcome.
    pub const STATUS: usize = 5;
    /// Index of the field, which the scanner knows.
    pub const FIELD: usize = 6;
    /// 0, or one more than the index of the first term that an amount is made of.
    pub const TERMS: usize = 7;
}

/// Columns of the term table: an amount that stands in sums is made of the places where its curve is read off.
pub mod term {
    /// Words of a row.
    pub const STRIDE: usize = 10;
    /// Bits.
    pub const FLAGS: usize = 0;
    /// Bit of [`FLAGS`]: the term is taken off.
    pub const FLAG_NEGATIVE: u32 = 1;
    /// Bit of [`FLAGS`]: the place is one that others are counted up to.
    pub const FLAG_RUNNING: u32 = 2;
    /// Bit of [`FLAGS`]: no term follows.
    pub const FLAG_LAST: u32 = 4;
    /// Bit of [`FLAGS`]: what is read off is multiplied.
    pub const FLAG_FACTOR: u32 = 8;
    /// Decimals of what is read off.
    pub const DECIMALS: usize = 1;
    /// Decimals of the product.
    pub const PRODUCT_DECIMALS: usize = 2;
    /// Decimals of the factor.
    pub const FACTOR_DECIMALS: usize = 3;
    /// The place, a count of 10⁻⁹ in four words of two's complement, the least first.
    pub const PLACE: usize = 4;
    /// The factor without its mark, two words.
    pub const FACTOR: usize = 8;
}

/// Columns of the segment table.
pub mod segment {
    /// Words of a row.
    pub const STRIDE: usize = 3;
    /// First byte in the input.
    pub const START: usize = 0;
    /// Behind the last byte.
    pub const END: usize = 1;
    /// Number of an [`super::Encoding`].
    pub const ENCODING: usize = 2;
}

/// Outcomes of a value; numbers from 1000 on are issues.
pub mod status {
    /// Transformed.
    pub const MASKED: u32 = 1;
    /// Copied.
    pub const KEPT: u32 = 2;
    /// Taken out.
    pub const REMOVED: u32 = 3;
    /// `otherwise` made a token of it.
    pub const TOKEN: u32 = 4;
    /// `otherwise` redacted it.
    pub const REDACTED: u32 = 5;
    /// Not to be unmasked.
    pub const LEFT: u32 = 6;
    /// The first issue.
    pub const ISSUE_MIN: u32 = 1000;
}

/// How the bytes of a segment spell code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Character data without references.
    XmlText,
    /// Character data with references.
    XmlTextRefs,
    /// An attribute's value.
    XmlAttribute,
    /// Inside a CDATA section.
    XmlCdata,
    /// Inside the quotes of a JSON string.
    JsonString,
    /// A JSON number.
    JsonNumber,
    /// A line or part of a line of a SWIFT MT field.
    MtLine,
    /// Bytes as they are.
    Raw,
    /// Part of a text of SWIFT MT that runs over lines and subfields: its segments are one run, and nothing may become longer.
    MtWrap,
}

impl Encoding {
    /// The encoding of a number; `None` for a number without meaning.
    #[must_use]
    pub fn of(number: u32) -> Option<Self> {
        Some(match number {
            0 => Self::XmlText,
            1 => Self::XmlTextRefs,
            2 => Self::XmlAttribute,
            3 => Self::XmlCdata,
            4 => Self::JsonString,
            5 => Self::JsonNumber,
            6 => Self::MtLine,
            7 => Self::Raw,
            8 => Self::MtWrap,
            _ => return None,
        })
    }
}
