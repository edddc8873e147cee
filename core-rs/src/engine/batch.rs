//! A batch as the caller lends it: input bytes and the three tables that describe them.

use core::ops::Range;

use crate::Error;
use crate::tables::{Encoding, record, segment, term, value};

/// Input and tables of one call. Rows are as in [`crate::tables`].
pub struct Batch<'call> {
    input: &'call [u8],
    records: &'call mut [u32],
    values: &'call mut [u32],
    segments: &'call [u32],
    terms: &'call [u32],
}

/// A segment as the engine sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub start: usize,
    pub end: usize,
    /// `None` for a number without meaning, which is an issue only where the segment is decoded.
    pub encoding: Option<Encoding>,
}

impl<'call> Batch<'call> {
    /// Takes tables that hold at least so many rows; what is behind them is not looked at.
    ///
    /// # Errors
    /// [`Error::Malformed`] for counts beyond a table.
    pub fn new(
        input: &'call [u8],
        (records, record_count): (&'call mut [u32], usize),
        (values, value_count): (&'call mut [u32], usize),
        (segments, segment_count): (&'call [u32], usize),
    ) -> Result<Self, Error> {
        const SHORT: Error = Error::Malformed("table counts");
        if u32::try_from(input.len()).is_err() {
            return Err(Error::Malformed("offsets are 32 bits"));
        }
        Ok(Self {
            input,
            records: words(record_count, record::STRIDE).and_then(|words| records.get_mut(..words)).ok_or(SHORT)?,
            values: words(value_count, value::STRIDE).and_then(|words| values.get_mut(..words)).ok_or(SHORT)?,
            segments: words(segment_count, segment::STRIDE).and_then(|words| segments.get(..words)).ok_or(SHORT)?,
            terms: &[],
        })
    }

    /// The same with terms of amounts.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a count beyond the table.
    pub fn with_terms(self, terms: &'call [u32], count: usize) -> Result<Self, Error> {
        const SHORT: Error = Error::Malformed("table counts");
        let terms = words(count, term::STRIDE).and_then(|words| terms.get(..words)).ok_or(SHORT)?;
        Ok(Self { terms, ..self })
    }

    /// Proves that every row from record `first` on stays inside its batch and its record, so that nothing behind this check has to.
    pub(super) fn check(&self, first: usize, operations: usize) -> Result<(), Error> {
        let value_count = self.values.len() / value::STRIDE;
        let segment_count = self.segments.len() / segment::STRIDE;
        for row in self.records.chunks_exact(record::STRIDE).skip(first) {
            let (start, end) = (row[record::START], row[record::END]);
            let range = range(row[record::FIRST_VALUE], row[record::VALUE_COUNT], value_count);
            let Some(values) = range.filter(|_| start <= end && end as usize <= self.input.len()) else {
                return Err(Error::Malformed("record table"));
            };
            let mut cursor = start;
            for row in self.values[values.0 * value::STRIDE..values.1 * value::STRIDE].chunks_exact(value::STRIDE) {
                let range = range_of_segments(row, segment_count);
                if row[value::TERMS] != 0 && self.terms_from(row[value::TERMS]).is_none() {
                    return Err(Error::Malformed("term table"));
                }
                let Some(segments) = range.filter(|_| (row[value::OPERATION] as usize) < operations) else {
                    return Err(Error::Malformed("value table"));
                };
                for row in self.segments[segments.0 * segment::STRIDE..segments.1 * segment::STRIDE]
                    .chunks_exact(segment::STRIDE)
                {
                    let (from, to) = (row[segment::START], row[segment::END]);
                    if from < cursor || to < from || to > end {
                        return Err(Error::Malformed("segment table"));
                    }
                    cursor = to;
                }
            }
        }
        Ok(())
    }

    pub(super) fn record_count(&self) -> usize {
        self.records.len() / record::STRIDE
    }

    pub(super) fn record(&self, record: usize, column: usize) -> u32 {
        self.records[record * record::STRIDE + column]
    }

    pub(super) fn set_record(&mut self, record: usize, column: usize, word: u32) {
        self.records[record * record::STRIDE + column] = word;
    }

    /// Rows of a record's values.
    pub(super) fn values_of(&self, record: usize) -> Range<usize> {
        let first = self.record(record, record::FIRST_VALUE) as usize;
        first..first + self.record(record, record::VALUE_COUNT) as usize
    }

    pub(super) fn value(&self, value: usize, column: usize) -> u32 {
        self.values[value * value::STRIDE + column]
    }

    pub(super) fn set_status(&mut self, value: usize, status: u32) {
        self.values[value * value::STRIDE + value::STATUS] = status;
    }

    /// The segments of a value, in order.
    pub(super) fn segments_of(&self, value: usize) -> impl ExactSizeIterator<Item = Segment> + '_ {
        let first = self.value(value, value::FIRST_SEGMENT) as usize;
        let end = first + self.value(value, value::SEGMENT_COUNT) as usize;
        self.segments[first * segment::STRIDE..end * segment::STRIDE].chunks_exact(segment::STRIDE).map(|row| Segment {
            start: row[segment::START] as usize,
            end: row[segment::END] as usize,
            encoding: Encoding::of(row[segment::ENCODING]),
        })
    }

    /// What a record is by itself, and where that begins: without what separates it from others, where the caller says so, and without the
    /// white space around it.
    pub(super) fn own_bytes(&self, at: usize) -> (u32, &'call [u8]) {
        let (start, end) = match self.record(at, record::OWN_END) {
            0 => (self.record(at, record::START), self.record(at, record::END)),
            end => (self.record(at, record::OWN_START), end),
        };
        let bytes = self.input.get(start as usize..end as usize).unwrap_or_default();
        let behind = bytes.trim_ascii_start();
        (start + (bytes.len() - behind.len()) as u32, behind.trim_ascii_end())
    }

    /// The terms of an amount; none of a value that stands by itself.
    pub(super) fn terms_of(&self, value: usize) -> &'call [u32] {
        self.terms_from(self.value(value, value::TERMS)).unwrap_or_default()
    }

    fn terms_from(&self, column: u32) -> Option<&'call [u32]> {
        let rows = self.terms.get((column as usize).checked_sub(1)? * term::STRIDE..)?;
        let is_last = |row: &[u32]| row[term::FLAGS] & term::FLAG_LAST != 0;
        let count = rows.chunks_exact(term::STRIDE).position(is_last)? + 1;
        rows.get(..count * term::STRIDE)
    }

    pub(super) fn input(&self) -> &'call [u8] {
        self.input
    }
}

fn words(count: usize, stride: usize) -> Option<usize> {
    count.checked_mul(stride)
}

fn range_of_segments(row: &[u32], segment_count: usize) -> Option<(usize, usize)> {
    range(row[value::FIRST_SEGMENT], row[value::SEGMENT_COUNT], segment_count)
}

/// Start and end of `count` rows, if they are rows of a table of `limit`.
fn range(first: u32, count: u32, limit: usize) -> Option<(usize, usize)> {
    let (first, count) = (first as usize, count as usize);
    let end = first.checked_add(count)?;
    (end <= limit).then_some((first, end))
}
