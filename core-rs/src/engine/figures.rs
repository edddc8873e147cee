//! Amounts, days, constants and ranges (docs/internals/engine.md, "Amounts", "Dates").

use super::batch::Batch;
use super::collect::{Collector, Decoded, Done};
use super::{Action, Namespace};
use crate::issue;
use crate::kinds::canonical::write_canonical;
use crate::operation::{Operation, Outside, Subject};
use crate::tables::{record, status, term, value};
use crate::techniques::curve::{Borders, Curve, Draw};
use crate::techniques::day::Written;
use crate::techniques::decimal;
use crate::text::decode::decode;
use crate::text::unicode::Unicode;

/// What values of a record tell about others of it.
pub(super) struct Figures {
    /// What has a shift or factor of its own, for each subject that the plan has: canonical forms, empty where the record has none.
    subjects: Vec<(Subject, Vec<u8>)>,
    /// The last whole day of the record, in the clear.
    day: Option<i64>,
    /// What curves of the record have drawn, by their namespaces and subjects.
    borders: Vec<((usize, Subject), Borders)>,
    /// Of operations that have none.
    unused: Borders,
}

impl Figures {
    pub(super) fn new(operations: &[Operation]) -> Self {
        let mut subjects: Vec<(Subject, Vec<u8>)> = Vec::new();
        for subject in operations.iter().map(|operation| operation.subject) {
            if subject != Subject::None && !subjects.iter().any(|(known, _)| *known == subject) {
                subjects.push((subject, Vec::new()));
            }
        }
        let mut borders: Vec<((usize, Subject), Borders)> = Vec::new();
        for operation in operations.iter().filter(|operation| operation.is_noise()) {
            let own = (operation.namespace, operation.subject);
            if !borders.iter().any(|(known, _)| *known == own) {
                borders.push((own, Borders::default()));
            }
        }
        Self { subjects, day: None, borders, unused: Borders::default() }
    }

    /// Looks for the subjects of a record.
    pub(super) fn begin(&mut self, operations: &[Operation], unicode: &Unicode, batch: &Batch, at: usize) {
        self.day = None;
        for (_, borders) in &mut self.borders {
            borders.clear();
        }
        for (subject, found) in &mut self.subjects {
            found.clear();
            match subject {
                Subject::None => {}
                Subject::Record => found.extend_from_slice(batch.own_bytes(at).1),
                Subject::Value(namespace) => {
                    let is_own = |value: &usize| {
                        let operation = &operations[batch.value(*value, value::OPERATION) as usize];
                        operation.is_identity() && operation.namespace == *namespace
                    };
                    if let Some(value) = batch.values_of(at).find(is_own) {
                        write_subject(
                            &operations[batch.value(value, value::OPERATION) as usize],
                            unicode,
                            batch,
                            at,
                            value,
                            found,
                        );
                    }
                }
            }
        }
    }

    fn subject(&self, wanted: Subject) -> &[u8] {
        self.subjects.iter().find(|(subject, _)| *subject == wanted).map_or(&[], |(_, found)| found)
    }

    fn borders(&self, operation: &Operation) -> &Borders {
        let own = (operation.namespace, operation.subject);
        self.borders.iter().find(|(known, _)| *known == own).map_or(&self.unused, |(_, borders)| borders)
    }

    pub(super) fn wipe(&mut self) {
        use zeroize::Zeroize;
        for (_, found) in &mut self.subjects {
            found.zeroize();
        }
    }
}

/// The canonical form of a value; nothing of one that has none, which refuses its record by itself.
fn write_subject(operation: &Operation, unicode: &Unicode, batch: &Batch, at: usize, value: usize, out: &mut Vec<u8>) {
    let latin1 = batch.record(at, record::FLAGS) & record::FLAG_LATIN1 != 0;
    let mut text = Vec::new();
    for segment in batch.segments_of(value) {
        let bytes = &batch.input()[segment.start..segment.end];
        let is_decoded = segment.encoding.is_some_and(|encoding| decode(bytes, encoding, latin1, &mut text).is_ok());
        if !is_decoded {
            return;
        }
    }
    if write_canonical(operation.kind, operation.fit.shape, operation.merge, &text, unicode, out).is_err() {
        out.clear();
    }
}

impl Collector<'_> {
    pub(super) fn constant(&mut self, constant: &[u8]) -> Done {
        self.written(status::MASKED, |out| out.extend_from_slice(constant))
    }

    pub(super) fn month(&mut self, otherwise: &Outside, text: &[u8], decoded: Decoded) -> Result<Done, u32> {
        let Some(written) = self.day(text) else {
            return self.outside(otherwise, text, decoded, issue::FIELD_FORMAT);
        };
        Ok(self.written(status::MASKED, |out| written.write_month(out)))
    }

    pub(super) fn shift(&mut self, days: u32, otherwise: &Outside, text: &[u8], decoded: Decoded) -> Result<Done, u32> {
        let Some(written) = self.day(text) else {
            return self.outside(otherwise, text, decoded, issue::FIELD_FORMAT);
        };
        let days = i64::from(days);
        // Never by no day at all.
        let place = (self.own_draw().number(b"date shift", b"") >> 1).cast_signed() % (2 * days);
        let by = if place < days { place - days } else { place - days + 1 };
        let start = self.scratch.output.len();
        if !written.write_shifted(by, &mut self.scratch.output) {
            self.scratch.output.truncate(start);
            return self.outside(otherwise, text, decoded, issue::FIELD_FORMAT);
        }
        Ok(self.finished(start))
    }

    fn day<'text>(&mut self, text: &'text [u8]) -> Option<Written<'text>> {
        let Operation { fit, month_day, .. } = self.operation;
        let written = Written::new(fit.shape, *month_day, text, self.figures.day)?;
        if written.is_whole() {
            self.figures.day = Some(written.day);
        }
        Some(written)
    }

    pub(super) fn amount(
        &mut self,
        curve: &Curve,
        otherwise: &Outside,
        text: &[u8],
        decoded: Decoded,
    ) -> Result<Done, u32> {
        let fit = &self.operation.fit;
        let Some(read) = decimal::read(fit.shape, text) else {
            return self.outside(otherwise, text, decoded, issue::FIELD_FORMAT);
        };
        let (units, decimals) = match (self.terms, curve) {
            // Bounds are written as they are.
            ([], Curve::Bucket(_)) => (curve.alone(read.units, &self.own_draw()), 0),
            ([], _) => (decimal::rounded(curve.alone(read.units, &self.own_draw()), read.decimals), read.decimals),
            (terms, _) => self.sum(curve, terms).ok_or(issue::VALUE_UNENCODABLE)?,
        };
        let start = self.scratch.output.len();
        let is_written = decimal::write(units, read.decimals.min(decimals), fit.shape, &mut self.scratch.output);
        if !is_written || !fit.admits(&self.scratch.output[start..]) {
            self.scratch.output.truncate(start);
            return Err(issue::VALUE_UNENCODABLE);
        }
        Ok(self.finished(start))
    }

    /// The output of the value at hand is what was appended since `start`.
    fn finished(&mut self, start: usize) -> Done {
        if self.room != usize::MAX {
            self.fill_if_long(start);
        }
        (status::MASKED, Action::Write(start, self.scratch.output.len()))
    }

    /// What the terms come to, and its decimals; `None` for what is beyond all amounts.
    fn sum(&self, curve: &Curve, terms: &[u32]) -> Option<(i128, usize)> {
        let draw = self.own_draw();
        let mut sum = 0_i128;
        let mut most = 0;
        for row in terms.chunks_exact(term::STRIDE) {
            let flags = row[term::FLAGS];
            let decimals = (row[term::DECIMALS] as usize).min(decimal::SCALE);
            let place = place_of(row);
            let height =
                if flags & term::FLAG_RUNNING == 0 { curve.alone(place, &draw) } else { curve.running(place, &draw) };
            let mut amount = decimal::rounded(height, decimals);
            let mut last = decimals;
            if flags & term::FLAG_FACTOR != 0 {
                last = (row[term::PRODUCT_DECIMALS] as usize).min(decimal::SCALE);
                let factor = i128::from(row[term::FACTOR]) | i128::from(row[term::FACTOR + 1]) << 32;
                let divisor = 10_i128.checked_pow(row[term::FACTOR_DECIMALS])?;
                amount = amount.checked_mul(factor)? / divisor;
            }
            most = most.max(last);
            sum = if flags & term::FLAG_NEGATIVE == 0 { sum.checked_add(amount)? } else { sum.checked_sub(amount)? };
        }
        // Once, and not term by term: the product of a difference is not that of two rounded ones.
        let sum = decimal::rounded(sum, most);
        // What an amount itself leaves out, its sign, stands in another field.
        Some((if self.operation.fit.shape == crate::plan::Shape::Number { sum } else { sum.abs() }, most))
    }

    fn own_draw(&self) -> Draw<'_> {
        let operation = self.operation;
        let hmac = self.namespaces.get(operation.namespace).map(|Namespace { hmac_sha256, .. }| hmac_sha256);
        let borders = self.figures.borders(operation);
        Draw { hmac, subject: self.figures.subject(operation.subject), borders }
    }
}

fn place_of(row: &[u32]) -> i128 {
    let words = row[term::PLACE..term::FACTOR].iter().rev();
    words.fold(0_u128, |place, word| place << 32 | u128::from(*word)).cast_signed()
}
