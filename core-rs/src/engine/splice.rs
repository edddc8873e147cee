//! Phase 3: a record's bytes with outputs in place of segments, in one pass.

use super::batch::Batch;
use super::{Action, Outcome, Scratch};
use crate::issue;
use crate::tables::{Encoding, record, status};
use crate::text::encode::{Sink, Unencodable, encode};
use crate::text::{count_characters, offset_of};

/// "No value is to blame."
const NO_VALUE: u32 = u32::MAX;

/// Writes one record at `at` and fills its rows; returns the offset behind it, or `None` when the output has no room for it, in
/// which case the tables are as they were. `outcomes` is the record's range of [`Scratch::outcomes`].
pub(super) fn write_record(
    batch: &mut Batch,
    record: usize,
    scratch: &Scratch,
    outcomes: (usize, usize),
    output: &mut [u8],
    at: usize,
) -> Option<usize> {
    if batch.record(record, record::STATUS) != 0 {
        batch.set_record(record, record::OUT_START, at as u32);
        batch.set_record(record, record::OUT_END, at as u32);
        return Some(at);
    }
    let first = batch.values_of(record).start;
    let outcomes = &scratch.outcomes[outcomes.0..outcomes.1];
    let mut written = Written::new(batch, record, output, at);
    written.add(batch, scratch, first, outcomes);
    written.finish(batch, record, |batch| set_statuses(batch, first, outcomes))
}

/// Statuses of the values from `first` on.
pub(super) fn set_statuses(batch: &mut Batch, first: usize, outcomes: &[Outcome]) {
    for (value, outcome) in (first..).zip(outcomes) {
        batch.set_status(value, outcome.status);
    }
}

/// A record that is being written, all at once or some values after others.
pub(super) struct Written<'output> {
    sink: Sink<'output>,
    at: usize,
    latin1: bool,
    /// Next byte of the input that is neither written nor replaced.
    cursor: usize,
    /// The first value with an issue, and that issue.
    fault: Option<(usize, u32)>,
}

impl<'output> Written<'output> {
    pub(super) fn new(batch: &Batch, record: usize, output: &'output mut [u8], at: usize) -> Self {
        Self {
            sink: Sink::new(output, at),
            at,
            latin1: batch.record(record, record::FLAGS) & record::FLAG_LATIN1 != 0,
            cursor: batch.record(record, record::START) as usize,
            fault: None,
        }
    }

    /// Writes the values from `first` on, with what is in front of each. Behind an issue nothing is written.
    pub(super) fn add(&mut self, batch: &Batch, scratch: &Scratch, first: usize, outcomes: &[Outcome]) {
        if self.fault.is_some() {
            return;
        }
        let mut writer = Writer { batch, scratch, latin1: self.latin1, cursor: self.cursor };
        self.fault = writer.write_values(first, outcomes, &mut self.sink);
        self.cursor = writer.cursor;
    }

    /// Writes what is behind the last value and fills the record's rows. Issues come before the question whether the record fits the
    /// output: if it does not, the rows stay as they are and `settle`, which writes the statuses of its values, is not called.
    pub(super) fn finish(mut self, batch: &mut Batch, record: usize, settle: impl FnOnce(&mut Batch)) -> Option<usize> {
        if self.fault.is_none() {
            let end = batch.record(record, record::END) as usize;
            self.sink.put(&batch.input()[self.cursor..end]);
            if !self.sink.fits() {
                return None;
            }
        }
        settle(batch);
        let behind = if self.fault.is_some() { self.at } else { self.sink.at() };
        let (issue, value) = self.fault.map_or((0, NO_VALUE), |(value, issue)| (issue, value as u32));
        if let Some((value, issue)) = self.fault {
            batch.set_status(value, issue);
        }
        batch.set_record(record, record::STATUS, issue);
        batch.set_record(record, record::FAULT_VALUE, value);
        batch.set_record(record, record::OUT_START, self.at as u32);
        batch.set_record(record, record::OUT_END, behind as u32);
        Some(behind)
    }
}

struct Writer<'record> {
    batch: &'record Batch<'record>,
    scratch: &'record Scratch,
    latin1: bool,
    /// Next byte of the input that is neither written nor replaced.
    cursor: usize,
}

impl Writer<'_> {
    /// The first value with an issue, and that issue.
    fn write_values(&mut self, first: usize, outcomes: &[Outcome], sink: &mut Sink) -> Option<(usize, u32)> {
        for (value, outcome) in (first..).zip(outcomes) {
            if outcome.status >= status::ISSUE_MIN {
                return Some((value, outcome.status));
            }
            let done = match outcome.action {
                Action::Copy => Ok(()),
                Action::Remove => {
                    for segment in self.batch.segments_of(value) {
                        self.replace(segment.start, segment.end, sink);
                    }
                    Ok(())
                }
                Action::Write(start, end) => self.write(value, outcome, &self.scratch.output[start..end], sink),
                Action::WriteLines(start, end) => self.write_lines(value, &self.scratch.output[start..end], sink),
            };
            if done.is_err() {
                return Some((value, issue::VALUE_UNENCODABLE));
            }
        }
        None
    }

    /// Writes what is in front of a segment and passes over it.
    fn replace(&mut self, start: usize, end: usize, sink: &mut Sink) {
        sink.put(&self.batch.input()[self.cursor..start]);
        self.cursor = end;
    }

    /// The write-back: cut at the same places if the length is the same, else filled from the left.
    fn write(&mut self, value: usize, outcome: &Outcome, text: &[u8], sink: &mut Sink) -> Result<(), Unencodable> {
        let mut segments = self.batch.segments_of(value);
        let count = segments.len();
        if let (1, Some(segment)) = (count, segments.next()) {
            self.replace(segment.start, segment.end, sink);
            return self.encode(text, segment.start, segment.end, segment.encoding, sink);
        }
        let own = &self.scratch.lengths[outcome.lengths..outcome.lengths + count];
        let total: usize = own.iter().map(|length| *length as usize).sum();
        let mut left = count_characters(text);
        let is_same_length = total == left;
        let mut rest = text;
        let mut least = 0;
        for (index, (segment, own)) in self.batch.segments_of(value).zip(own).enumerate() {
            if index == 0 && matches!(segment.encoding, Some(Encoding::MtLine | Encoding::MtWrap)) {
                least = 1;
            }
            let behind = count - 1 - index;
            let share = if is_same_length {
                *own as usize
            } else if behind == 0 {
                left
            } else {
                left.saturating_sub(least * behind).min(*own as usize).max(least).min(left)
            };
            let (piece, behind) = rest.split_at(offset_of(rest, share));
            self.replace(segment.start, segment.end, sink);
            self.encode(piece, segment.start, segment.end, segment.encoding, sink)?;
            rest = behind;
            left -= share;
        }
        Ok(())
    }

    /// Each segment gets a line of the text, and the last all that are left. Kept apart from what hardly any value passes by.
    #[inline(never)]
    fn write_lines(&mut self, value: usize, text: &[u8], sink: &mut Sink) -> Result<(), Unencodable> {
        let segments = self.batch.segments_of(value);
        let mut lines = text.splitn(segments.len().max(1), |byte| *byte == b'\n');
        for segment in segments {
            self.replace(segment.start, segment.end, sink);
            let line = lines.next().unwrap_or_default();
            self.encode(line, segment.start, segment.end, segment.encoding, sink)?;
        }
        Ok(())
    }

    fn encode(
        &self,
        piece: &[u8],
        start: usize,
        end: usize,
        encoding: Option<Encoding>,
        sink: &mut Sink,
    ) -> Result<(), Unencodable> {
        let original = self.batch.input()[start..end].first().copied();
        encode(piece, encoding.ok_or(Unencodable)?, self.latin1, original, sink)
    }
}
