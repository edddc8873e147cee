//! Small plans and batches for tests of the engine.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "tests stop at the first surprise, and each uses a part"
)]

use bauta_core::Error;
use bauta_core::engine::{Batch, Direction, Engine};
use bauta_core::plan::{Fit, Kind, Namespace, Operation, Plan, Shape, Technique};
use bauta_core::tables::record;
use prost::Message as _;

/// An operation over a field of any text.
pub fn operation(technique: Technique, kind: Kind) -> Operation {
    Operation {
        technique: technique.into(),
        kind: kind.into(),
        fit: Some(Fit { shape: Shape::Text.into(), ..Fit::default() }),
        ..Operation::default()
    }
}

/// The same over another shape.
pub fn with_shape(operation: Operation, shape: Shape, min: u32, max: u32) -> Operation {
    Operation { fit: Some(Fit { shape: shape.into(), min, max, ..Fit::default() }), ..operation }
}

/// Bytes of a plan with two namespaces.
pub fn plan(operations: &[Operation]) -> Vec<u8> {
    let namespace = |name: &str| Namespace { name: name.to_owned(), key_version: 1 };
    Plan {
        seed: String::new(),
        version: 1,
        model: "test".to_owned(),
        namespaces: vec![namespace("a"), namespace("b")],
        operations: operations.to_vec(),
    }
    .encode_to_vec()
}

/// Keys of the two namespaces.
pub fn keys() -> Vec<u8> {
    (0..64).collect()
}

/// An engine for a plan of these operations.
pub fn engine(operations: &[Operation], direction: Direction) -> Result<Engine, Error> {
    Engine::open(&plan(operations), &keys(), direction)
}

/// A value of a record: operation, encoding, and its segments.
#[derive(Clone, Debug)]
pub struct Value {
    pub operation: u32,
    pub encoding: u32,
    pub segments: Vec<Vec<u8>>,
}

/// A value of one segment in the encoding RAW.
pub fn raw(operation: u32, text: &str) -> Value {
    Value { operation, encoding: 7, segments: vec![text.as_bytes().to_vec()] }
}

/// What a batch became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Each record's output without the marks between values.
    pub records: Vec<Result<Vec<String>, u32>>,
    pub statuses: Vec<u32>,
}

/// The tables of a batch, owned.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    pub input: Vec<u8>,
    pub records: Vec<u32>,
    pub values: Vec<u32>,
    pub segments: Vec<u32>,
}

/// Byte of structure in front of each value and at the end of a record.
const MARK: u8 = 0x1e;

impl Tables {
    /// Lays out records of values with a byte of structure around each.
    pub fn new(records: &[Vec<Value>], latin1: bool) -> Self {
        let mut tables = Self::default();
        for values in records {
            let start = tables.input.len() as u32;
            let first_value = tables.values.len() as u32 / 8;
            for value in values {
                tables.input.push(MARK);
                let first_segment = tables.segments.len() as u32 / 3;
                for segment in &value.segments {
                    let from = tables.input.len() as u32;
                    tables.input.extend_from_slice(segment);
                    tables.segments.extend_from_slice(&[from, tables.input.len() as u32, value.encoding]);
                }
                let count = value.segments.len() as u32;
                tables.values.extend_from_slice(&[0, value.operation, first_segment, count, 0, 0, 0, 0]);
            }
            tables.input.push(MARK);
            let row =
                [start, tables.input.len() as u32, 0, first_value, values.len() as u32, 0, 0, 0, 0, u32::from(latin1)];
            tables.records.extend_from_slice(&row);
            tables.records.extend_from_slice(&[0; record::STRIDE - 10]);
        }
        tables
    }

    /// Transforms records `first…`.
    pub fn transform(&mut self, engine: &mut Engine, output: &mut [u8], first: usize) -> Result<usize, Error> {
        let counts = (self.records.len() / record::STRIDE, self.values.len() / 8, self.segments.len() / 3);
        let mut batch = Batch::new(
            &self.input,
            (&mut self.records, counts.0),
            (&mut self.values, counts.1),
            (&self.segments, counts.2),
        )?;
        engine.transform(&mut batch, output, first)
    }

    /// Transforms all and takes the records apart again.
    pub fn run(&mut self, engine: &mut Engine) -> Outcome {
        let mut output = vec![0; self.input.len() * 12 + 4096];
        let count = self.records.len() / record::STRIDE;
        assert_eq!(self.transform(engine, &mut output, 0), Ok(count));
        let records = self.records.chunks(record::STRIDE).map(|row| match row[5] {
            0 => {
                let bytes = &output[row[6] as usize..row[7] as usize];
                let values = bytes.split(|byte| *byte == MARK);
                Ok(values.skip(1).map(|text| String::from_utf8_lossy(text).into_owned()).collect::<Vec<_>>())
            }
            issue => Err(issue),
        });
        let records = records.map(|record| {
            record.map(|mut values| {
                values.pop();
                values
            })
        });
        Outcome { records: records.collect(), statuses: self.values.chunks(8).map(|row| row[5]).collect() }
    }
}

/// One value of text under one operation: its text afterwards, or the issue.
pub fn masked(operation: &Operation, text: &str, direction: Direction) -> Result<String, u32> {
    let mut engine = engine(std::slice::from_ref(operation), direction).unwrap();
    let outcome = Tables::new(&[vec![raw(0, text)]], false).run(&mut engine);
    outcome.records[0].clone().map(|values| values[0].clone())
}
