//! A scanned record taken apart: its values' rows, and the stretches of structure in front of, between and behind them.

use super::{Row, value};
use crate::tables::{Encoding, record, segment, value as column};

/// Values of a record whose places are told apart by the way that leads there: a record without end would fill the memory.
const WAY_VALUES_MAX: usize = 1024;

/// What a record is but for the texts of its values.
pub(super) struct Structure<'input> {
    pub(super) rows: Vec<Value>,
    /// One more than rows.
    pub(super) stretches: Vec<&'input [u8]>,
    pub(super) message: u32,
    /// The field of a value tells all that matters of what stood before it.
    pub(super) is_merged: bool,
}

pub(super) struct Value {
    pub(super) row: Row,
    pub(super) scope: u32,
}

impl<'input> Structure<'input> {
    /// `None` for a record that is refused, has no value, or has one that is more than a run of plain characters.
    pub(super) fn of(
        input: &'input [u8],
        records: &[u32],
        values: &[u32],
        segments: &[u32],
        record: usize,
    ) -> Option<Self> {
        let columns = row(records, record, record::STRIDE)?;
        if columns[record::STATUS] != 0 || columns[record::FLAGS] != 0 || columns[record::VALUE_COUNT] == 0 {
            return None;
        }
        let first = columns[record::FIRST_VALUE] as usize;
        let mut at = columns[record::START] as usize;
        let mut rows = Vec::new();
        let mut stretches = Vec::new();
        for index in first..first + columns[record::VALUE_COUNT] as usize {
            let columns = row(values, index, column::STRIDE)?;
            if columns[column::SEGMENT_COUNT] != 1 {
                return None;
            }
            let segment = row(segments, columns[column::FIRST_SEGMENT] as usize, segment::STRIDE)?;
            let encoding = Encoding::of(segment[segment::ENCODING]).filter(|encoding| value::is_known(*encoding))?;
            let row = Row { operation: columns[column::OPERATION], field: columns[column::FIELD], encoding };
            rows.push(Value { row, scope: columns[column::SCOPE] });
            stretches.push(input.get(at..segment[segment::START] as usize)?);
            at = segment[segment::END] as usize;
        }
        stretches.push(input.get(at..columns[record::END] as usize)?);
        let is_xml = rows.iter().all(|value| value::is_xml(value.row.encoding));
        let is_merged = is_xml && is_one_message(&stretches) && has_lone_attributes(&rows, &stretches);
        // Values side by side, with nothing between them that could be compared, are no work of a scanner.
        let has_gap = stretches.iter().all(|stretch| !stretch.is_empty());
        let is_small = is_merged || rows.len() <= WAY_VALUES_MAX;
        (has_gap && is_small).then_some(Self { rows, stretches, message: columns[record::MESSAGE], is_merged })
    }
}

fn row(table: &[u32], index: usize, stride: usize) -> Option<&[u32]> {
    table.get(index * stride..(index + 1) * stride)
}

const DECLARATION: &[u8] = b"xmlns";
const INSTANCES: &[u8] = b"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
/// What the URI of every ISO 20022 message begins with.
const MESSAGES: &[u8] = b"=\"urn:iso:std:iso:20022:tech:xsd:";

/// The root is a message's, and no other namespace of messages is declared anywhere: all elements have one prefix and are the
/// catalogue's, where a field is an element in one place.
fn is_one_message(stretches: &[&[u8]]) -> bool {
    let count = |text: &[u8], word: &[u8]| text.windows(word.len()).filter(|window| *window == word).count();
    let Some((head, behind)) = stretches.split_first() else { return false };
    let is_root = |window: &[u8]| matches!(window, [b'<', letter] if letter.is_ascii_alphabetic());
    let Some(root) = head.windows(2).position(is_root).and_then(|start| head.get(start + 1..)) else { return false };
    let tag = &root[..root.iter().position(|byte| *byte == b'>').unwrap_or(root.len())];
    let name = &tag[..tag.iter().position(|byte| !is_name(*byte)).unwrap_or(tag.len())];
    let mut own = DECLARATION.to_vec();
    if let Some(colon) = name.iter().position(|byte| *byte == b':') {
        own.push(b':');
        own.extend_from_slice(&name[..colon]);
    }
    own.extend_from_slice(MESSAGES);
    count(tag, &own) == 1
        && count(head, DECLARATION) == 1 + count(tag, INSTANCES)
        && behind.iter().all(|stretch| count(stretch, DECLARATION) == 0)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-' | b'.')
}

/// Each attribute is the only one of its tag: which of several were there is not known behind them.
fn has_lone_attributes(rows: &[Value], stretches: &[&[u8]]) -> bool {
    let around = stretches.iter().zip(&stretches[1..]);
    rows.iter().zip(around).filter(|(value, _)| value.row.encoding == Encoding::XmlAttribute).all(
        |(_, (front, behind))| {
            let tag = front.iter().rposition(|byte| *byte == b'<').map_or(&[][..], |start| &front[start..]);
            tag.split(|byte| *byte == b'=').count() == 2 && matches!(behind, [b'"' | b'\'', b'>', ..])
        },
    )
}
