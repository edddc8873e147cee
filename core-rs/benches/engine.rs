//! Throughput of the kernels and of a whole batch, beside the crate `fpe` in the same run.
//! Medians of nine in CPU time (wall time where the system does not tell); on a shared machine trust the ratios.
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a measurement, not a library"
)]

use std::hint::black_box;
use std::time::Instant;

use aes::Aes256;
use bauta_core::engine::{Batch as Tables, Direction, Engine};
use bauta_core::ff1::Batch;
use bauta_core::plan::{Fit, Kind, Namespace, Operation, Otherwise, Plan, Shape, Technique};
use bauta_core::tables::record::STRIDE;
use fpe::ff1::{FF1, FlexibleNumeralString};
use prost::Message as _;

fn main() {
    let ours = ff1_batch();
    let theirs = ff1_crate();
    println!(
        "FF1 AES-256, 10 digits: {:.2} M/s, crate fpe {:.2} M/s, ratio {:.1}",
        ours / 1e6,
        theirs / 1e6,
        ours / theirs
    );
    println!("64 records of 3 KB, 23 masked leaves: {:.2} us per record", transform(&leaves()));
    for (name, leaf) in leaves().into_iter().take(8) {
        let each = transform(&vec![(name, leaf.clone()); 23]);
        println!("  23 x {name}: {each:.2} us per record, {:.0} ns each", each / 23.0 * 1000.0);
    }
    for (name, leaf) in people() {
        let each = transform(&vec![(name, leaf.clone()); 23]);
        println!("  23 x {name}: {each:.2} us per record, {:.0} ns each", each / 23.0 * 1000.0);
    }
}

fn median_seconds(mut work: impl FnMut()) -> f64 {
    let mut seconds: Vec<f64> = (0..9)
        .map(|_| {
            let (start, wall) = (cpu_seconds(), Instant::now());
            work();
            start.zip(cpu_seconds()).map_or_else(|| wall.elapsed().as_secs_f64(), |(start, end)| end - start)
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[4]
}

/// Time that this thread has run, from Linux's scheduler.
fn cpu_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(|nanoseconds: f64| nanoseconds / 1e9)
}

fn ff1_batch() -> f64 {
    let cipher = Batch::new(&[7; 32], 10, 10, b"12345678", b'0').unwrap();
    let mut text: Vec<u8> = (0..100_000_u64).flat_map(|number| format!("{:010}", number * 7919).into_bytes()).collect();
    100_000.0 / median_seconds(|| cipher.encrypt(black_box(&mut text)).unwrap())
}

fn ff1_crate() -> f64 {
    let cipher = FF1::<Aes256>::new(&[7; 32], 10).unwrap();
    let values: Vec<FlexibleNumeralString> = (0..5_000_u64)
        .map(|number| {
            format!("{:010}", number * 7919).bytes().map(|digit| u16::from(digit - b'0')).collect::<Vec<_>>().into()
        })
        .collect();
    5_000.0
        / median_seconds(|| {
            for value in &values {
                black_box(cipher.encrypt(b"12345678", value).unwrap());
            }
        })
}

type Leaf = (&'static str, (Operation, &'static str));

fn operation(technique: Technique, kind: Kind, shape: Shape, max: u32) -> Operation {
    Operation {
        technique: technique.into(),
        kind: kind.into(),
        otherwise: Otherwise::Token.into(),
        fit: Some(Fit { shape: shape.into(), max, ..Fit::default() }),
        ..Operation::default()
    }
}

/// What the preset `test-data` does to the leaves of a pacs.008.
fn leaves() -> Vec<Leaf> {
    let fpe = |kind, shape, max| operation(Technique::Fpe, kind, shape, max);
    let token = |kind, max| operation(Technique::Token, kind, Shape::Text, max);
    let redact = |shape, max| operation(Technique::Redact, Kind::Text, shape, max);
    let mut leaves: Vec<Leaf> = vec![
        ("iban", (fpe(Kind::Iban, Shape::Iban, 0), "GB29NWBK60161331926819")),
        ("iban fr", (fpe(Kind::Iban, Shape::Iban, 0), "FR1420041010050500013M02606")),
        ("bic", (fpe(Kind::Bic, Shape::Bic, 0), "DEUTDEFF")),
        ("uetr", (fpe(Kind::Uetr, Shape::Uuid4, 0), "7f0c1e9a-8b5d-4c3e-9f2a-1b2c3d4e5f60")),
        ("reference", (fpe(Kind::Reference, Shape::Text, 35), "INV-2024-000123-ABC")),
        ("pan", (fpe(Kind::Pan, Shape::Text, 35), "4111111111111111")),
        ("name token", (token(Kind::PartyName, 140), "Jane Doe Trading and Shipping")),
        ("redact", (redact(Shape::Text, 70), "12 Some Street")),
    ];
    let cycle: Vec<Leaf> = leaves.clone();
    while leaves.len() < 23 {
        leaves.push(cycle[leaves.len() % cycle.len()].clone());
    }
    leaves
}

/// What is drawn for people, their addresses and texts.
fn people() -> Vec<Leaf> {
    let drawn = |kind| operation(Technique::Pseudonym, kind, Shape::Text, 140);
    vec![
        ("person", (drawn(Kind::PartyName), "Ottilie Brandhorst")),
        ("firm", (drawn(Kind::PartyName), "Jane Doe Trading and Shipping Ltd")),
        ("turned name", (drawn(Kind::PartyName), "Müller, Dr. Jörg")),
        ("given name", (drawn(Kind::GivenName), "Ottilie")),
        ("town", (drawn(Kind::Town), "Frankfurt am Main")),
        ("street", (drawn(Kind::Street), "Gartenstrasse 12")),
        ("subdivision", (drawn(Kind::Subdivision), "Bayern")),
        ("address line", (drawn(Kind::AddressLine), "60311 Frankfurt am Main")),
        ("postcode", (drawn(Kind::Postcode), "SW1A 2AA")),
        ("birth date", (drawn(Kind::BirthDate), "1972-08-30")),
        ("email", (drawn(Kind::Email), "o.brandhorst@mail.test")),
        ("free text", (drawn(Kind::FreeText), "Invoice 2024-118 for the repair of the roof, paid in full")),
        ("national id", (operation(Technique::Fpe, Kind::NationalId, Shape::Text, 35), "RSSMRA85T10A562S")),
        ("belgian id", (operation(Technique::Fpe, Kind::NationalId, Shape::Text, 35), "85073003328")),
        ("creditor id", (operation(Technique::Fpe, Kind::CreditorId, Shape::Text, 35), "DE98ZZZ09999999999")),
        ("identifier", (operation(Technique::Fpe, Kind::Identifier, Shape::Text, 35), "K-2024-000123")),
    ]
}

/// Microseconds for a record of about 3 KB with these leaves, in batches of 64.
fn transform(leaves: &[Leaf]) -> f64 {
    const RECORDS: usize = 64;
    let plan = Plan {
        version: 1,
        namespaces: vec![Namespace { name: "n".to_owned(), key_version: 1 }],
        operations: leaves.iter().map(|(_, (operation, _))| operation.clone()).collect(),
        ..Plan::default()
    };
    let mut engine = Engine::open(&plan.encode_to_vec(), &[9; 32], Direction::Mask).unwrap();
    let mut input = Vec::new();
    let (mut records, mut values, mut segments) = (Vec::new(), Vec::new(), Vec::new());
    for record in 0..RECORDS as u32 {
        let start = input.len() as u32;
        let first_value = values.len() as u32 / 8;
        for (index, (_, (_, text))) in (0..).zip(leaves) {
            input.extend_from_slice(&[b'<'; 110]);
            let from = input.len() as u32;
            input.extend_from_slice(text.as_bytes());
            values.extend_from_slice(&[record, index, segments.len() as u32 / 3, 1, 0, 0, 0, 0]);
            segments.extend_from_slice(&[from, input.len() as u32, 0]);
        }
        records.extend_from_slice(&[start, input.len() as u32, 0, first_value, leaves.len() as u32, 0, 0, 0, 0, 0]);
        records.extend_from_slice(&[0; STRIDE - 10]);
    }
    let mut output = vec![0; input.len() * 2];
    let value_count = values.len() / 8;
    let rounds = 200;
    let seconds = median_seconds(|| {
        for _ in 0..rounds {
            let mut batch =
                Tables::new(&input, (&mut records, RECORDS), (&mut values, value_count), (&segments, value_count))
                    .unwrap();
            assert_eq!(engine.transform(&mut batch, &mut output, 0).unwrap(), RECORDS);
        }
    });
    assert!(records.chunks(STRIDE).all(|row| row[5] == 0));
    seconds / f64::from(rounds) / RECORDS as f64 * 1e6
}
