//! Records whose structure was seen before, scanned by comparing instead of walking (docs/internals/templates.md).
//!
//! A record that a format's scanner read is taken apart into its values and the stretches of structure between them. A later
//! record with the same stretches gets the same rows: what the scanner would make of it depends on nothing but the structure, as
//! long as each value is made of plain characters. Whatever is not seen to be so is left to the scanner.

mod structure;
mod value;

use std::collections::HashMap;

use crate::tables::{Encoding, record, segment, value as column};
use structure::Structure;

/// Longest stretch that is kept, bytes.
const STRETCH_BYTES_MAX: usize = 4096;
/// Bytes of all stretches.
const BYTES_MAX: usize = 8 * 1024 * 1024;
/// Places of all templates.
const PLACES_MAX: usize = 65_536;
/// Stretches behind one place.
const EDGES_MAX: usize = 16;
/// Beginnings of records.
const HEADS_MAX: usize = 64;
/// "No value is to blame."
const NO_VALUE: u32 = u32::MAX;

/// What was learned from records that scanners read.
#[derive(Debug, Default)]
pub struct Templates {
    heads: Vec<Head>,
    places: Vec<Place>,
    bytes: usize,
    /// Two records with one structure had different rows, which no scanner does: nothing is learned or scanned any more.
    is_broken: bool,
}

/// The beginning of records, up to their first value.
#[derive(Debug)]
struct Head {
    bytes: Box<[u8]>,
    /// The caller's number of the format.
    format: u32,
    /// Places are told apart by their fields instead of by the way that leads there.
    is_merged: bool,
    place: usize,
    scope: u32,
    /// By field, if merged.
    by_field: HashMap<u32, usize>,
}

/// A value's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    operation: u32,
    field: u32,
    encoding: Encoding,
}

/// Where a value stands, and what may come behind it.
#[derive(Debug)]
struct Place {
    row: Row,
    /// The longest first: where one begins like another, the longer one is meant.
    edges: Vec<Edge>,
}

#[derive(Debug)]
struct Edge {
    bytes: Box<[u8]>,
    to: Target,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// The next value, and how many scopes further it is.
    Place(usize, u32),
    /// The end of the record, and the index of its message.
    End(u32),
}

/// Tables that are being filled, with how many rows they have, and where in the input that is.
pub struct Filling<'call> {
    /// Record table.
    pub records: &'call mut [u32],
    /// Rows of it.
    pub record_count: usize,
    /// Value table.
    pub values: &'call mut [u32],
    /// Rows of it.
    pub value_count: usize,
    /// Segment table.
    pub segments: &'call mut [u32],
    /// Rows of it.
    pub segment_count: usize,
    /// Behind the last record and what separates it from the next.
    pub at: usize,
}

/// How far [`Templates::scan`] goes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// No record begins, separators included, at or behind it.
    pub stop: usize,
    /// Rows that the record table may have.
    pub records: usize,
    /// Bytes of the longest record.
    pub record_bytes: usize,
    /// Values of a record.
    pub record_values: usize,
}

/// What is known of the end of the input at hand.
#[derive(Clone, Copy, Debug)]
enum Behind {
    /// More may come.
    Stream,
    /// Nothing does.
    FrameEnd,
}

impl Templates {
    /// Learns from a record that a scanner read without a fault. Tables are those of the batch; numbers that do not fit them, and
    /// records that have more than plain values in them, teach nothing.
    pub fn learn(
        &mut self,
        input: &[u8],
        records: &[u32],
        values: &[u32],
        segments: &[u32],
        record: usize,
        format: u32,
    ) {
        if self.is_broken || self.bytes > BYTES_MAX || self.places.len() > PLACES_MAX {
            return;
        }
        let Some(structure) = Structure::of(input, records, values, segments, record) else { return };
        if structure.stretches.iter().any(|stretch| stretch.len() > STRETCH_BYTES_MAX) {
            return;
        }
        if self.add(&structure, format).is_none() {
            *self = Self { is_broken: true, ..Self::default() };
        }
    }

    /// `None` for a record that contradicts what was learned before.
    fn add(&mut self, structure: &Structure, format: u32) -> Option<()> {
        let (first, behind) = structure.rows.split_first()?;
        let (head_bytes, stretches) = structure.stretches.split_first()?;
        let is_merged = structure.is_merged;
        let known = self
            .heads
            .iter()
            .position(|head| head.is_merged == is_merged && head.format == format && *head.bytes == **head_bytes);
        let head = match known {
            Some(head) => head,
            None if self.heads.len() == HEADS_MAX => return Some(()),
            None => {
                let place = self.add_place(first.row);
                let by_field = HashMap::from([(first.row.field, place)]);
                self.bytes += head_bytes.len();
                self.heads.push(Head {
                    bytes: (*head_bytes).into(),
                    format,
                    is_merged,
                    place,
                    scope: first.scope,
                    by_field,
                });
                self.heads.len() - 1
            }
        };
        let mut place = self.heads[head].place;
        if self.places[place].row != first.row || self.heads[head].scope != first.scope {
            return None;
        }
        let mut scope = first.scope;
        for (next, bytes) in behind.iter().map(Some).chain([None]).zip(stretches) {
            let known = self.places[place].edges.iter().find(|edge| *edge.bytes == **bytes).map(|edge| edge.to);
            let to = match (known, next) {
                (Some(to), _) => to,
                (None, _) if self.places[place].edges.len() == EDGES_MAX => return Some(()),
                (None, None) => self.add_edge(place, bytes, Target::End(structure.message)),
                (None, Some(value)) => {
                    let next = self.place_of(head, value.row);
                    self.add_edge(place, bytes, Target::Place(next, value.scope.wrapping_sub(scope)))
                }
            };
            match (to, next) {
                (Target::End(message), None) if message == structure.message => {}
                (Target::Place(next, scopes), Some(value))
                    if self.places[next].row == value.row && scope.wrapping_add(scopes) == value.scope =>
                {
                    place = next;
                    scope = value.scope;
                }
                _ => return None,
            }
        }
        Some(())
    }

    fn place_of(&mut self, head: usize, row: Row) -> usize {
        if !self.heads[head].is_merged {
            return self.add_place(row);
        }
        if let Some(place) = self.heads[head].by_field.get(&row.field) {
            return *place;
        }
        let place = self.add_place(row);
        self.heads[head].by_field.insert(row.field, place);
        place
    }

    fn add_place(&mut self, row: Row) -> usize {
        self.places.push(Place { row, edges: Vec::new() });
        self.places.len() - 1
    }

    fn add_edge(&mut self, place: usize, bytes: &[u8], to: Target) -> Target {
        self.bytes += bytes.len();
        let edges = &mut self.places[place].edges;
        let at = edges.partition_point(|edge| edge.bytes.len() >= bytes.len());
        edges.insert(at, Edge { bytes: bytes.into(), to });
        to
    }

    /// Adds rows for the records that stand in `input` from `filling.at` on, one behind the other, until one comes that no template
    /// fits, that the tables have no room for, or of which the end cannot be told yet. Where the record itself ends stands in its
    /// row; its column [`record::OUT_START`] has the format's number, and [`record::OUT_END`] where the next one may begin.
    pub fn scan(&self, input: &[u8], filling: &mut Filling, bounds: Bounds) {
        while filling.record_count < bounds.records && filling.at < bounds.stop {
            let start = behind_separators(input, filling.at);
            let rest = input.get(start..).unwrap_or_default();
            let mut heads = self.heads.iter().filter(|head| rest.starts_with(&head.bytes));
            if !heads.any(|head| self.scan_record(head, input, start, filling, Behind::Stream, bounds).is_some()) {
                return;
            }
        }
    }

    /// The same for records in frames of known bounds, each of them one record and what may stand around it: rows for `frames` (start and
    /// end of each), one behind the other, until one comes that no template fits, the tables have no room for, or `bytes_max` bytes of
    /// frames were taken. Returns how many frames were.
    pub fn scan_frames(
        &self,
        input: &[u8],
        frames: &[[u32; 2]],
        bytes_max: usize,
        filling: &mut Filling,
        bounds: Bounds,
    ) -> usize {
        let mut bytes = 0;
        for (taken, [from, to]) in frames.iter().map(|frame| frame.map(|offset| offset as usize)).enumerate() {
            let is_full = filling.record_count >= bounds.records || bytes >= bytes_max;
            let Some(input) = input.get(..to).filter(|_| !is_full && to.saturating_sub(from) <= bounds.record_bytes)
            else {
                return taken;
            };
            let start = behind_separators(input, from);
            let rest = input.get(start..).unwrap_or_default();
            let before = (filling.record_count, filling.value_count, filling.segment_count);
            let mut heads = self.heads.iter().filter(|head| rest.starts_with(&head.bytes));
            let is_known =
                heads.any(|head| self.scan_record(head, input, start, filling, Behind::FrameEnd, bounds).is_some());
            // Several records in one frame are for whoever knows what becomes of the frame then.
            if !is_known || filling.at != to {
                (filling.record_count, filling.value_count, filling.segment_count) = before;
                return taken;
            }
            bytes += to - from;
        }
        frames.len()
    }

    /// `None`, and nothing that counts was added, for a record that the head's template does not fit.
    fn scan_record(
        &self,
        head: &Head,
        input: &[u8],
        start: usize,
        filling: &mut Filling,
        behind: Behind,
        bounds: Bounds,
    ) -> Option<()> {
        let record_index = filling.record_count;
        let record = row(filling.records, record_index, record::STRIDE)?;
        let first_value = filling.value_count;
        let mut value_count = first_value;
        let mut segment_count = filling.segment_count;
        let mut place = self.places.get(head.place)?;
        let mut scope = head.scope;
        let mut at = start + head.bytes.len();
        let mut seen = 0;
        let message = loop {
            let Row { operation, field, encoding } = place.row;
            let end = value::end(encoding, input, at, &mut seen)?;
            let columns = row(filling.values, value_count, column::STRIDE)?;
            columns[column::RECORD] = record_index as u32;
            columns[column::OPERATION] = operation;
            columns[column::FIRST_SEGMENT] = segment_count as u32;
            columns[column::SEGMENT_COUNT] = 1;
            columns[column::SCOPE] = scope;
            columns[column::STATUS] = 0;
            columns[column::FIELD] = field;
            columns[column::TERMS] = 0;
            let columns = row(filling.segments, segment_count, segment::STRIDE)?;
            columns[segment::START] = at as u32;
            columns[segment::END] = end as u32;
            columns[segment::ENCODING] = encoding as u32;
            value_count += 1;
            segment_count += 1;
            let rest = &input[end..];
            let edge = place.edges.iter().find(|edge| rest.starts_with(&edge.bytes))?;
            at = end + edge.bytes.len();
            match edge.to {
                Target::Place(next, scopes) => {
                    place = self.places.get(next)?;
                    scope = scope.wrapping_add(scopes);
                }
                Target::End(message) => break message,
            }
        };
        let is_xml = value::is_xml(place.row.encoding);
        let has_ended = !is_xml
            || match behind {
                Behind::Stream => document_ended(input, at),
                Behind::FrameEnd => spaces(input, at) == input.len() - at,
            };
        let is_text = seen < 0x80 || is_text(&input[start..at], is_xml);
        if !has_ended
            || !is_text
            || at - start > bounds.record_bytes
            || value_count - first_value > bounds.record_values
        {
            return None;
        }
        record[record::START] = start as u32;
        record[record::END] = at as u32;
        record[record::MESSAGE] = message;
        record[record::FIRST_VALUE] = first_value as u32;
        record[record::VALUE_COUNT] = (value_count - first_value) as u32;
        record[record::STATUS] = 0;
        record[record::OUT_START] = head.format;
        record[record::FAULT_VALUE] = NO_VALUE;
        record[record::FLAGS] = 0;
        record[record::OWN_START..record::STRIDE].fill(0);
        filling.at = behind_separators(input, at);
        record[record::OUT_END] = filling.at as u32;
        filling.record_count += 1;
        filling.value_count = value_count;
        filling.segment_count = segment_count;
        Some(())
    }
}

fn row(table: &mut [u32], index: usize, stride: usize) -> Option<&mut [u32]> {
    table.get_mut(index * stride..(index + 1) * stride)
}

/// Behind what may stand between records (runtime/pipeline/frame.ts has the same set).
fn behind_separators(input: &[u8], at: usize) -> usize {
    let rest = input.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b'$' | 0)).count()
}

/// Whether what follows a root element is certainly the next document: comments and instructions would be dropped with this one,
/// and whether any come is not known before something else does.
fn document_ended(input: &[u8], at: usize) -> bool {
    match input.get(at + spaces(input, at)..).unwrap_or_default() {
        [b'<', byte, ..] if byte.is_ascii_alphabetic() => true,
        behind => behind.starts_with(b"<?xml "),
    }
}

/// White space of XML from there on, bytes.
fn spaces(input: &[u8], at: usize) -> usize {
    let rest = input.get(at..).unwrap_or_default();
    rest.iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')).count()
}

/// UTF-8; of XML without U+FFFE and U+FFFF, which are no characters of it.
fn is_text(bytes: &[u8], is_xml: bool) -> bool {
    core::str::from_utf8(bytes).is_ok()
        && !(is_xml && bytes.windows(3).any(|window| matches!(window, [0xef, 0xbf, 0xbe | 0xbf])))
}
