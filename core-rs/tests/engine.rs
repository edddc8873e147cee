//! The engine by example: techniques, statuses, write-back, refusals (docs/internals/engine.md).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "tests stop at the first surprise"
)]

#[path = "common/batches.rs"]
mod batches;

use batches::{Tables, Value, engine, keys, masked, operation, plan, raw, with_shape};
use bauta_core::Error;
use bauta_core::engine::{Direction, Engine};
use bauta_core::plan::{Bin, Fit, Hash, Kind, Operation, Otherwise, Plan, Shape, Technique};
use bauta_core::tables::record;
use prost::Message as _;

fn fpe(kind: Kind) -> Operation {
    operation(Technique::Fpe, kind)
}

#[test]
fn two_spellings_of_one_identity_get_one_pseudonym() {
    let pairs = [
        (Kind::Iban, "GB29NWBK60161331926819", "gb29 nwbk 6016 1331 9268 19"),
        (Kind::Pan, "4111111111111111", "4111 1111-1111.1111"),
        (Kind::Bic, "DEUTDEFF", "deutdeffXXX"),
        (Kind::Uetr, "7f0c1e9a-8b5d-4c3e-9f2a-1b2c3d4e5f60", "7F0C1E9A8B5D4C3E9F2A1B2C3D4E5F60"),
        (Kind::Lei, "529900T8BM49AURSDO55", "529900t8bm49aursdo55"),
        (Kind::Phone, "+4989123456789", "(+49) 89 / 1234-56789"),
    ];
    let joined = |text: &str| text.to_ascii_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "");
    for (kind, one, other) in pairs {
        for technique in [Technique::Fpe, Technique::Pseudonym] {
            let operation = operation(technique, kind);
            let first = masked(&operation, one, Direction::Mask).unwrap();
            let second = masked(&operation, other, Direction::Mask).unwrap();
            assert_ne!(joined(&first), joined(one), "{kind:?}");
            assert!(joined(&second).starts_with(&joined(&first)), "{kind:?} {first} {second}");
            assert_eq!(second.len(), other.len(), "{kind:?}");
        }
    }
    let bic = masked(&fpe(Kind::Bic), "deutdeffXXX", Direction::Mask).unwrap();
    assert!(bic.ends_with("XXX"), "{bic}");
}

#[test]
fn an_account_takes_the_row_of_what_it_holds() {
    let account = fpe(Kind::Account);
    let mask = |text: &str| masked(&account, text, Direction::Mask);
    assert_eq!(mask("GB29NWBK60161331926819"), masked(&fpe(Kind::Iban), "GB29NWBK60161331926819", Direction::Mask));
    assert_eq!(mask("4111111111111111"), masked(&fpe(Kind::Pan), "4111111111111111", Direction::Mask));
    assert_eq!(mask("GB28NWBK60161331926819"), Err(6002));
    assert_eq!(mask("12-345"), Ok(mask("12-345").unwrap()));
    assert_ne!(mask("12-3456"), masked(&fpe(Kind::Reference), "12-3456", Direction::Mask));
}

#[test]
fn values_outside_their_class() {
    let cases = [
        (Kind::Pan, "4111x", 6001),
        (Kind::Pan, "4111111111111112", 6002),
        (Kind::Iban, "DE88370400440532013000", 6002),
        (Kind::Iban, "QQ88370400440532013000", 6001),
        (Kind::Digits, "12345", 6003),
        (Kind::Alphanumeric, "AB1", 6003),
        (Kind::Lei, "529900T8BM49AURSDO56", 6002),
        (Kind::Uetr, "7f0c1e9a-8b5d-1c3e-9f2a-1b2c3d4e5f60", 6001),
        (Kind::Phone, "+999123456", 6001),
        (Kind::Reference, "--/", 6001),
        (Kind::Reference, "Zoë123456", 6001),
    ];
    for (kind, text, issue) in cases {
        assert_eq!(masked(&fpe(kind), text, Direction::Mask), Err(issue), "{kind:?} {text}");
        assert_eq!(masked(&fpe(kind), text, Direction::Unmask).as_deref(), Ok(text), "{kind:?} {text}");
    }
    let redact = Operation { otherwise: Otherwise::Redact.into(), ..fpe(Kind::Digits) };
    assert_eq!(masked(&redact, "12345", Direction::Mask).as_deref(), Ok("REDACTED"));
    let token = Operation { otherwise: Otherwise::Token.into(), ..fpe(Kind::Iban) };
    let iban_token = masked(&token, "DE88370400440532013000", Direction::Mask).unwrap();
    assert!(iban_token.starts_with("DE00") && iban_token.len() == 24, "{iban_token}");
    assert_eq!(masked(&token, "no iban", Direction::Mask).unwrap().len(), 20);
    assert_eq!(masked(&token, "é", Direction::Mask), Err(6001));
}

#[test]
fn a_card_number_keeps_its_bin() {
    for (bin, kept) in [(Bin::Bin6, 6), (Bin::Bin8, 8)] {
        let operation = Operation { bin: bin.into(), ..fpe(Kind::Pan) };
        let text = masked(&operation, "4111111111111111", Direction::Mask).unwrap();
        assert_eq!(text[..kept], "4111111111111111"[..kept]);
        assert_ne!(text, "4111111111111111");
    }
    let draw = operation(Technique::Pseudonym, Kind::Pan);
    assert!(masked(&draw, "4111111111111111", Direction::Mask).unwrap().starts_with("999999"));
}

#[test]
fn partial_masks_never_show_more_than_their_rule() {
    let mask = |kind, keep_first, keep_last| Operation { keep_first, keep_last, ..operation(Technique::Mask, kind) };
    let cases = [
        (mask(Kind::Pan, 6, 4), "4111 1111 1111 1111", "4111 11** **** 1111"),
        (mask(Kind::Pan, 9, 9), "4111111111111111", "41111111****1111"),
        (mask(Kind::Pan, 6, 4), "4111111111111", "41111****1111"),
        (mask(Kind::Pan, 6, 4), "411111111111", "********"),
        (mask(Kind::Pan, 6, 4), "4111x1111111111111", "********"),
        (mask(Kind::Text, 2, 2), "ab-cdefgh", "ab-****gh"),
        (mask(Kind::Text, 2, 2), "abcdefg", "********"),
        (mask(Kind::Text, 1, 1), "éabcdü", "é****ü"),
        (mask(Kind::Text, 0, 0), "a", "********"),
        (mask(Kind::Email, 1, 1), "jane.smith@mail.example", "j*****h@mail.example"),
        (mask(Kind::Email, 1, 1), "jsmith@b.example", "j*****h@b.example"),
        (mask(Kind::Email, 1, 1), "smith@b.example", "*****@b.example"),
        (mask(Kind::Email, 1, 1), "j@b.example", "*****@b.example"),
        (mask(Kind::Email, 0, 0), "jane.smith@b.example", "*****@b.example"),
        (mask(Kind::Email, 1, 1), "zoë.müller@b.example", "z*****r@b.example"),
        (mask(Kind::Email, 1, 1), "jane@smith@b.example", "********"),
        (mask(Kind::Email, 1, 1), "jane.smith@b.example, 0171 5550100", "********"),
        (mask(Kind::Email, 1, 1), "Jane <jane.smith@b.example>", "********"),
        (mask(Kind::Email, 1, 1), "@b.example", "********"),
        (mask(Kind::Email, 1, 1), "jane.smith@", "********"),
        (mask(Kind::Email, 1, 1), "jane.smith", "********"),
        (mask(Kind::Digits, 0, 0), "4111-1111-1111-1111", "****-****-****-****"),
        (mask(Kind::Digits, 0, 4), "4111-1111-1111-1111", "****-****-****-1111"),
        (mask(Kind::Digits, 0, 4), "1234567", "*******"),
        (mask(Kind::Digits, 0, 0), "4111--1111", "********"),
        (mask(Kind::Digits, 0, 0), "Erika 1", "********"),
        (mask(Kind::Pan, 0, 4), "4111111111111111110", "***************1110"),
    ];
    for (operation, text, expected) in cases {
        assert_eq!(masked(&operation, text, Direction::Mask).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn redactions_are_typed() {
    let cases = [
        (Shape::Text, 0, 5, "REDAC"),
        (Shape::Text, 10, 0, "REDACTEDXX"),
        (Shape::Digits, 3, 9, "000"),
        (Shape::Date, 0, 0, "1900-01-01"),
        (Shape::Bic, 0, 0, "ZZZZZZ22"),
        (Shape::Iban, 0, 0, "XX00REDACTED"),
        (Shape::Phone, 0, 5, "REDAC"),
        (Shape::SwiftDateTime, 0, 0, "0000"),
        (Shape::Decimal, 0, 18, "0"),
    ];
    for (shape, min, max, expected) in cases {
        let operation = with_shape(operation(Technique::Redact, Kind::Text), shape, min, max);
        assert_eq!(masked(&operation, "abcd", Direction::Mask).as_deref(), Ok(expected), "{shape:?}");
    }
}

#[test]
fn tokens_and_hashes_depend_on_key_and_canonical_form() {
    let token = Operation { prefix: "NM-".to_owned(), width: 10, ..operation(Technique::Token, Kind::PartyName) };
    let one = masked(&token, "Jane  DOE", Direction::Mask).unwrap();
    assert_eq!(one.len(), 13);
    assert!(one.starts_with("NM-"));
    assert_eq!(masked(&token, " jane doe ", Direction::Mask).unwrap(), one);
    let other_key = Operation { namespace: 1, ..token.clone() };
    assert_ne!(masked(&other_key, "Jane DOE", Direction::Mask).unwrap(), one);
    let mut seen = Vec::new();
    for hash in [Hash::HmacSha256, Hash::HmacSha512, Hash::Blake3Keyed] {
        let operation = Operation { hash: hash.into(), width: 64, ..operation(Technique::Hash, Kind::Text) };
        let text = masked(&operation, "free text", Direction::Mask).unwrap();
        assert!(text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert!(!seen.contains(&text));
        seen.push(text);
    }
    assert_eq!(masked(&token, "a\u{378}", Direction::Mask), Err(6005));
    let email = masked(&operation(Technique::Token, Kind::Email), "Jane@Example.org", Direction::Mask).unwrap();
    assert!(email.ends_with("@example.com") && email.len() == 32, "{email}");
}

#[test]
fn kept_text_is_searched() {
    let keep = Operation { detect: true, ..operation(Technique::Keep, Kind::Text) };
    assert_eq!(masked(&keep, "EUR 12.50", Direction::Mask).as_deref(), Ok("EUR 12.50"));
    assert_eq!(masked(&keep, "card 4111 1111 1111 1111", Direction::Mask), Err(6004));
    let strict =
        Operation { strict: true, ..with_shape(operation(Technique::Keep, Kind::Text), Shape::Currency, 0, 0) };
    assert_eq!(masked(&strict, "EUR", Direction::Mask).as_deref(), Ok("EUR"));
    assert_eq!(masked(&strict, "eur", Direction::Mask), Err(6001));
}

#[test]
fn a_strict_check_looks_through_layout() {
    let strict = Operation { strict: true, ..with_shape(fpe(Kind::Iban), Shape::Iban, 0, 34) };
    assert!(masked(&strict, "GB29 NWBK 6016 1331 9268 19", Direction::Mask).is_ok());
    assert_eq!(masked(&strict, "GB29_NWBK", Direction::Mask), Err(6001));
    let uuid = Operation { strict: true, ..with_shape(fpe(Kind::Uetr), Shape::Uuid4, 0, 0) };
    assert!(masked(&uuid, "7F0C1E9A8B5D4C3E9F2A1B2C3D4E5F60", Direction::Mask).is_ok());
}

/// Segments of one value, and what they become.
fn spliced(operation: Operation, encoding: u32, segments: &[&str]) -> Result<Vec<String>, u32> {
    let mut engine = engine(&[operation], Direction::Mask).unwrap();
    let value =
        Value { operation: 0, encoding, segments: segments.iter().map(|text| text.as_bytes().to_vec()).collect() };
    // A structural byte between segments shows where each ends.
    let mut tables = Tables::new(&[vec![value]], false);
    let mut input = Vec::new();
    let mut cursor = 0;
    for row in tables.segments.chunks_mut(3) {
        input.extend_from_slice(&tables.input[cursor..row[0] as usize]);
        cursor = row[1] as usize;
        let start = input.len() as u32;
        input.extend_from_slice(&tables.input[row[0] as usize..cursor]);
        (row[0], row[1]) = (start, input.len() as u32);
        input.push(b'|');
    }
    input.extend_from_slice(&tables.input[cursor..]);
    tables.input = input;
    tables.records[1] = tables.input.len() as u32;
    let outcome = tables.run(&mut engine);
    outcome.records[0]
        .clone()
        .map(|values| values[0].split('|').map(str::to_owned).filter(|text| !text.is_empty()).collect())
}

#[test]
fn outputs_go_back_into_their_segments() {
    let redact = |shape| with_shape(operation(Technique::Redact, Kind::Text), shape, 0, 0);
    assert_eq!(spliced(redact(Shape::Text), 7, &["ab", "cdefgh"]).unwrap(), ["RE", "DACTED"]);
    assert_eq!(spliced(redact(Shape::Text), 7, &["abc", "d", "e"]).unwrap(), ["RED", "A", "CTED"]);
    assert_eq!(spliced(redact(Shape::Bic), 7, &["abcdefghijk", "d"]).unwrap(), ["ZZZZZZ22"]);
    assert_eq!(spliced(redact(Shape::SwiftX), 6, &["abc", "de"]).unwrap(), ["XXX", "XX"]);
    assert_eq!(spliced(redact(Shape::Bic), 6, &["abcdefghijk", "d"]).unwrap(), ["ZZZZZZ2", "2"]);
    assert_eq!(spliced(redact(Shape::Country), 6, &["a", "b", "c"]), Err(6012));
    let pan = spliced(fpe(Kind::Pan), 0, &["4111", "11111111", "1111"]).unwrap();
    assert_eq!(pan.iter().map(String::len).collect::<Vec<_>>(), [4, 8, 4]);
    assert_eq!(Ok(pan.concat()), masked(&fpe(Kind::Pan), "4111111111111111", Direction::Mask));
}

#[test]
fn statuses_and_the_fault() {
    let operations = [
        operation(Technique::Keep, Kind::Text),
        operation(Technique::Drop, Kind::Text),
        Operation { otherwise: Otherwise::Token.into(), ..fpe(Kind::Digits) },
        fpe(Kind::Digits),
    ];
    let mut engine = engine(&operations, Direction::Mask).unwrap();
    let records = [
        vec![raw(0, "a"), raw(1, "b"), raw(2, "12"), raw(3, "123456"), raw(3, "")],
        vec![raw(0, "x"), raw(3, "12"), raw(3, "y")],
    ];
    let mut tables = Tables::new(&records, false);
    let outcome = tables.run(&mut engine);
    assert_eq!(outcome.statuses[..5], [2, 3, 4, 1, 1]);
    assert_eq!(outcome.statuses[5..7], [2, 6003]);
    assert_eq!(outcome.records[1], Err(6003));
    let texts = outcome.records[0].clone().unwrap();
    assert_eq!((texts[0].as_str(), texts[1].as_str(), texts[4].as_str()), ("a", "", ""));
    assert_eq!(tables.records[8], u32::MAX);
    assert_eq!(tables.records[record::STRIDE + 8], 6, "the value to blame");
    assert_eq!(tables.records[record::STRIDE + 6], tables.records[record::STRIDE + 7], "nothing was written");
}

#[test]
fn unmasking_leaves_what_is_not_reversible() {
    let operations = [
        operation(Technique::Token, Kind::Text),
        operation(Technique::Keep, Kind::Text),
        operation(Technique::Drop, Kind::Text),
        fpe(Kind::Digits),
    ];
    let mut engine = engine(&operations, Direction::Unmask).unwrap();
    let outcome = Tables::new(&[vec![raw(0, "T"), raw(1, "k"), raw(2, "d"), raw(3, "12"), raw(3, "1234567")]], false)
        .run(&mut engine);
    assert_eq!(outcome.statuses, [6, 2, 3, 6, 1]);
}

#[test]
fn records_that_do_not_fit_are_named() {
    let mut engine = engine(&[operation(Technique::Redact, Kind::Text)], Direction::Mask).unwrap();
    let mut tables = Tables::new(&[vec![raw(0, "a")], vec![raw(0, "b")], vec![raw(0, "c")]], false);
    let mut output = [0; 25];
    // Each record becomes ten bytes.
    assert_eq!(tables.transform(&mut engine, &mut output, 0), Ok(2));
    assert_eq!(tables.records[2 * record::STRIDE + 5..2 * record::STRIDE + 8], [0, 0, 0]);
    assert_eq!(tables.transform(&mut engine, &mut output, 2), Ok(3));
    assert_eq!(tables.records[2 * record::STRIDE + 6..2 * record::STRIDE + 8], [0, 10]);
    assert_eq!(tables.transform(&mut engine, &mut output[..9], 2), Ok(2));
    // A record refused before the call takes no room.
    tables.records[2 * record::STRIDE + 5] = 3002;
    assert_eq!(tables.transform(&mut engine, &mut [], 2), Ok(3));
    assert_eq!(tables.records[2 * record::STRIDE + 5..2 * record::STRIDE + 8], [3002, 0, 0]);
}

#[test]
fn malformed_tables_are_errors() {
    let mut engine = engine(&[operation(Technique::Redact, Kind::Text)], Direction::Mask).unwrap();
    let good = Tables::new(&[vec![raw(0, "abc"), raw(0, "def")]], false);
    // Table, word, and a number that does not belong there.
    let bad = [
        (0, 0, 9),
        (0, 1, 10_000),
        (0, 3, 7),
        (0, 4, u32::MAX),
        (1, 1, 1),
        (1, 2, 9),
        (1, 3, u32::MAX),
        (2, 1, 0),
        (2, 3, 0),
        (2, 4, 99),
    ];
    for (table, word, number) in bad {
        let mut tables = good.clone();
        let words = [&mut tables.records, &mut tables.values, &mut tables.segments];
        words.into_iter().nth(table).unwrap()[word] = number;
        let mut output = [7; 100];
        let error = tables.transform(&mut engine, &mut output, 0).unwrap_err();
        assert_eq!(error.issue(), 9001, "table {table} word {word}");
        assert_eq!(output, [7; 100]);
    }
}

#[test]
fn unfit_operations_are_named_at_open() {
    let unfit = [
        with_shape(operation(Technique::Redact, Kind::Text), Shape::Enum, 0, 0),
        with_shape(operation(Technique::Keep, Kind::Text), Shape::Unknown, 0, 0),
        with_shape(operation(Technique::Token, Kind::Text), Shape::Text, 0, 19),
        with_shape(operation(Technique::Token, Kind::Text), Shape::Date, 0, 0),
        with_shape(operation(Technique::Hash, Kind::Text), Shape::UpperAlphanumeric, 0, 0),
        with_shape(operation(Technique::Mask, Kind::Text), Shape::Date, 0, 0),
        Operation {
            mask_character: "*".to_owned(),
            ..with_shape(operation(Technique::Mask, Kind::Text), Shape::Digits, 0, 0)
        },
        Operation { width: 49, ..operation(Technique::Token, Kind::Text) },
        Operation {
            prefix: "/A".to_owned(),
            width: 5,
            ..with_shape(operation(Technique::Token, Kind::Text), Shape::Reference16x, 0, 16)
        },
        Operation { namespace: 2, ..operation(Technique::Token, Kind::Text) },
        Operation { technique: 9, ..operation(Technique::Keep, Kind::Text) },
        Operation { kind: 32, ..operation(Technique::Keep, Kind::Text) },
        Operation { fit: None, ..operation(Technique::Redact, Kind::Text) },
        operation(Technique::Unspecified, Kind::Text),
        fpe(Kind::Email),
        fpe(Kind::Date),
        with_shape(fpe(Kind::Reference), Shape::Digits, 0, 0),
        Operation { fit: Some(Fit { prefix: "CH".to_owned(), ..Fit::default() }), ..fpe(Kind::Digits) },
    ];
    for operation in unfit {
        let error = engine(&[fpe(Kind::Pan), operation.clone()], Direction::Mask).err().unwrap();
        assert_eq!(error.issue(), 6011, "{operation:?}");
        assert!(matches!(error, Error::Unfit { operation: 1, .. }), "{operation:?}");
    }
    let later = Plan { version: 2, ..Plan::default() }.encode_to_vec();
    assert_eq!(Engine::open(&later, &[], Direction::Mask).err().unwrap().issue(), 6011);
    assert_eq!(Engine::open(&[0xff], &[], Direction::Mask).err().unwrap().issue(), 9001);
    assert_eq!(Engine::open(&plan(&[]), &keys()[1..], Direction::Mask).err().unwrap().issue(), 9001);
}

#[test]
fn long_values() {
    let long = "a".repeat(65_537);
    assert_eq!(masked(&operation(Technique::Token, Kind::Text), &long, Direction::Mask), Err(6007));
    assert_eq!(masked(&operation(Technique::Redact, Kind::Text), &long, Direction::Mask).as_deref(), Ok("REDACTED"));
    assert_eq!(masked(&operation(Technique::Token, Kind::Text), &long[1..], Direction::Mask).unwrap().len(), 20);
    let digits = "7".repeat(77);
    let masked_digits = masked(&fpe(Kind::Digits), &digits, Direction::Mask).unwrap();
    assert_eq!(masked(&fpe(Kind::Digits), &masked_digits, Direction::Unmask).unwrap(), digits);
    assert_eq!(masked(&fpe(Kind::Digits), &"7".repeat(78), Direction::Mask), Err(6001));
}
