//! Templates by themselves: tables as a scanner would have filled them. That real scanners agree is test/property/templates.test.ts.

#![allow(clippy::cast_possible_truncation, reason = "tables are of 32 bits")]

use bauta_core::tables::{record, segment, value};
use bauta_core::templates::{Bounds, Filling, Templates};

/// Encodings of docs/internals/engine.md.
const XML_TEXT: u32 = 0;
const XML_ATTRIBUTE: u32 = 2;
const JSON_STRING: u32 = 4;

/// Tables of one record; its values are what stands between `[` and `]`, which are left out of the input.
struct Scanned {
    input: Vec<u8>,
    records: Vec<u32>,
    values: Vec<u32>,
    segments: Vec<u32>,
}

fn scanned(text: &str, rows: &[(u32, u32, u32)], message: u32) -> Scanned {
    let mut input = Vec::new();
    let (mut values, mut segments) = (Vec::new(), Vec::new());
    let mut rows = rows.iter();
    for byte in text.bytes() {
        match (byte, rows.len()) {
            (b'[', _) => segments.push(input.len() as u32),
            (b']', _) => {
                let (field, scope, encoding) = rows.next().copied().unwrap_or_default();
                segments.extend([input.len() as u32, encoding]);
                let index = (segments.len() / segment::STRIDE - 1) as u32;
                values.extend([0, 10 + field, index, 1, scope, 0, field, 0]);
            }
            _ => input.push(byte),
        }
    }
    let count = (values.len() / value::STRIDE) as u32;
    let mut records = vec![0, input.len() as u32, message, 0, count, 0, 0, 0, u32::MAX, 0];
    records.resize(record::STRIDE, 0);
    Scanned { input, records, values, segments }
}

fn learn(templates: &mut Templates, text: &str, rows: &[(u32, u32, u32)], message: u32) {
    let Scanned { input, records, values, segments } = scanned(text, rows, message);
    templates.learn(&input, &records, &values, &segments, 0, 3);
}

/// What the templates make of an input: each record's start and end, and its values' fields, scopes and texts.
type Found = Vec<(u32, u32, Vec<(u32, u32, String)>)>;

fn scan(templates: &Templates, input: &str) -> Found {
    let mut tables = (vec![7; 8 * record::STRIDE], vec![7; 64 * value::STRIDE], vec![7; 64 * segment::STRIDE]);
    let mut filling = Filling {
        records: &mut tables.0,
        record_count: 0,
        values: &mut tables.1,
        value_count: 0,
        segments: &mut tables.2,
        segment_count: 0,
        at: 0,
    };
    let bounds = Bounds { stop: input.len(), records: 8, record_bytes: 1000, record_values: 100 };
    templates.scan(input.as_bytes(), &mut filling, bounds);
    let count = filling.record_count;
    let rows = |record: &[u32]| -> Vec<(u32, u32, String)> {
        let first = record[record::FIRST_VALUE] as usize;
        let values = tables.1.chunks(value::STRIDE).skip(first).take(record[record::VALUE_COUNT] as usize);
        values
            .map(|row| {
                let segment = &tables.2[row[value::FIRST_SEGMENT] as usize * segment::STRIDE..][..segment::STRIDE];
                let text = &input[segment[segment::START] as usize..segment[segment::END] as usize];
                assert_eq!(row[value::OPERATION], 10 + row[value::FIELD]);
                (row[value::FIELD], row[value::SCOPE], text.to_owned())
            })
            .collect()
    };
    let records = tables.0.chunks(record::STRIDE).take(count);
    records
        .map(|row| {
            assert_eq!((row[record::STATUS], row[record::FLAGS], row[record::OUT_START]), (0, 0, 3));
            (row[record::START], row[record::END], rows(row))
        })
        .collect()
}

const HEAD: &str = r#"<D xmlns="urn:iso:std:iso:20022:tech:xsd:x">"#;

#[test]
fn a_message_of_one_namespace_is_known_by_its_fields() {
    let mut templates = Templates::default();
    let two = format!(r#"{HEAD}<T><A c="[EUR]">[1]</A><B>[x]</B></T><T><A c="[EUR]">[2]</A><B>[y]</B></T></D>"#);
    let transaction = |scope| [(1, scope, XML_ATTRIBUTE), (2, scope, XML_TEXT), (3, scope, XML_TEXT)];
    learn(&mut templates, &two, &[transaction(0), transaction(1)].concat(), 5);
    let of =
        |count: usize, tail: &str| format!("{HEAD}{}</D>{tail}", r#"<T><A c="USD">3</A><B>z</B></T>"#.repeat(count));
    for count in [2, 1, 9] {
        let found = scan(&templates, &of(count, "\n<D"));
        assert_eq!(found.len(), 1, "{count}");
        let (_, end, values) = &found[0];
        assert_eq!((*end as usize, values.len()), (of(count, "").len(), 3 * count));
        assert_eq!(values.last(), Some(&(3, count as u32 - 1, "z".to_owned())));
    }
    // Whether a comment follows is not known yet, or one does.
    for tail in ["", "\n", "<", "<!-- -->", "<?pi?>", "<?xml", "x"] {
        assert_eq!(scan(&templates, &of(2, tail)), vec![], "{tail}");
    }
    assert_eq!(scan(&templates, &of(2, "$")), vec![]);
    assert_eq!(scan(&templates, &of(2, " <?xml ")).len(), 1);
    for other in ["<B>z&amp;</B>", "<B></B>", "<B> </B>", "<B>z</b>", "<B >z</B>", "<C>z</C>", "<B>\u{ffff}</B>"] {
        assert_eq!(scan(&templates, &of(2, "<D").replacen("<B>z</B>", other, 1)), vec![], "{other}");
    }
}

#[test]
fn other_records_are_known_by_the_way() {
    let mut templates = Templates::default();
    let row = |field| (field, 0, JSON_STRING);
    learn(&mut templates, r#"{"a":"[x]","b":"[x]"}"#, &[row(1), row(2)], 0);
    learn(&mut templates, r#"{"b":"[x]","a":"[x]"}"#, &[row(2), row(1)], 0);
    let found = scan(&templates, "{\"a\":\"1\",\"b\":\"2\"}\n\0{\"b\":\"3\",\"a\":\"\"} [");
    assert_eq!(found.len(), 2);
    assert_eq!(found[0], (0, 17, vec![(1, 0, "1".to_owned()), (2, 0, "2".to_owned())]));
    assert_eq!(found[1], (19, 35, vec![(2, 0, "3".to_owned()), (1, 0, String::new())]));
    assert_eq!(scan(&templates, r#"{"a":"1","b":"2","b":"2"}"#), vec![]);
    assert_eq!(scan(&templates, r#"{"a":"1","a":"2"}"#), vec![]);
}

#[test]
fn what_contradicts_itself_is_believed_no_more() {
    let mut templates = Templates::default();
    let learned = |templates: &mut Templates, scope| learn(templates, r#"{"a":"[x]"}"#, &[(1, scope, JSON_STRING)], 0);
    learned(&mut templates, 0);
    assert_eq!(scan(&templates, r#"{"a":"x"}"#).len(), 1);
    learned(&mut templates, 1);
    learned(&mut templates, 0);
    assert_eq!(scan(&templates, r#"{"a":"x"}"#), vec![]);
}

#[test]
fn tables_that_lie_teach_nothing() {
    let Scanned { input, records, values, segments } = scanned(r#"{"a":"[x]"}"#, &[(1, 0, JSON_STRING)], 0);
    let mut templates = Templates::default();
    for (table, column) in [(0, 1), (0, 3), (0, 4), (1, 2), (2, 0), (2, 1), (2, 2)] {
        for word in [1000, u32::MAX] {
            let mut tables = [records.clone(), values.clone(), segments.clone()];
            tables[table][column] = word;
            templates.learn(&input, &tables[0], &tables[1], &tables[2], 0, 3);
            templates.learn(&input, &records, &values, &segments, word as usize, 3);
        }
    }
    assert_eq!(scan(&templates, r#"{"a":"x"}"#), vec![]);
}
