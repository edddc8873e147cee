//! FF1 against NIST's samples and all of Wycheproof's files, both directions.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "tests stop at the first surprise, and know how large their numbers are"
)]

mod common;

use bauta_core::Error;
use bauta_core::ff1::{Batch, Ff1};
use common::{hex, vectors};
use serde_json::Value;

#[test]
fn nist_samples() {
    let Some(file) = vectors("nist-ff1-samples.json") else { return };
    let samples = file["samples"].as_array().unwrap();
    assert_eq!(samples.len(), 9);
    for sample in samples {
        let radix = sample["radix"].as_u64().unwrap() as u32;
        let cipher = Ff1::new(&hex(&sample["key"]), radix).unwrap();
        let tweak = hex(&sample["tweak"]);
        let plain = digits_of(&sample["plaintext"]);
        let masked = digits_of(&sample["ciphertext"]);
        assert_eq!(cipher.encrypt(&tweak, &plain).unwrap(), masked, "sample {}", sample["sample"]);
        assert_eq!(cipher.decrypt(&tweak, &masked).unwrap(), plain, "sample {}", sample["sample"]);
    }
}

fn digits_of(text: &Value) -> Vec<u16> {
    text.as_str().unwrap().chars().map(|digit| digit.to_digit(36).unwrap() as u16).collect()
}

/// Counts of one file: what passed both ways, what was refused as the file demands, what Revision 1 refuses besides.
#[derive(Debug, PartialEq)]
struct Counts {
    valid: u32,
    refused: u32,
    below_minimum: u32,
}

#[test]
fn wycheproof_digit_lists() {
    check("wycheproof-aes_ff1_radix10_test.json", &Counts { valid: 3300, refused: 533, below_minimum: 12 });
    check("wycheproof-aes_ff1_radix26_test.json", &Counts { valid: 2642, refused: 425, below_minimum: 9 });
    check("wycheproof-aes_ff1_radix36_test.json", &Counts { valid: 2459, refused: 389, below_minimum: 6 });
    check("wycheproof-aes_ff1_radix62_test.json", &Counts { valid: 2133, refused: 335, below_minimum: 6 });
}

#[test]
fn wycheproof_strings() {
    check("wycheproof-aes_ff1_base10_test.json", &Counts { valid: 3300, refused: 533, below_minimum: 12 });
    check("wycheproof-aes_ff1_base36_test.json", &Counts { valid: 2459, refused: 389, below_minimum: 6 });
    check("wycheproof-aes_ff1_base62_test.json", &Counts { valid: 2133, refused: 335, below_minimum: 6 });
}

fn check(name: &str, expected: &Counts) {
    let Some(file) = vectors(name) else { return };
    let mut counts = Counts { valid: 0, refused: 0, below_minimum: 0 };
    for group in file["testGroups"].as_array().unwrap() {
        let radix = group["radix"].as_u64().unwrap() as u32;
        for test in group["tests"].as_array().unwrap() {
            run(name, radix, group["alphabet"].as_str(), test, &mut counts);
        }
    }
    assert_eq!(&counts, expected, "{name}");
}

fn run(name: &str, radix: u32, alphabet: Option<&str>, test: &Value, counts: &mut Counts) {
    let case = format!("{name} {}", test["tcId"]);
    let key = hex(&test["key"]);
    let tweak = hex(&test["tweak"]);
    let plain = message(&test["msg"], alphabet);
    let masked = message(&test["ct"], alphabet);
    let outcome = Ff1::new(&key, radix).and_then(|cipher| {
        Ok((cipher.encrypt(&tweak, &plain)?, if masked.is_empty() { vec![] } else { cipher.decrypt(&tweak, &masked)? }))
    });
    if test["flags"].as_array().unwrap().iter().any(|flag| flag == "SmallMessageSize") {
        // Valid under the text of 2016, refused under Revision 1.
        assert_eq!(outcome, Err(Error::Ff1Domain), "{case}");
        counts.below_minimum += 1;
    } else if test["result"] == "valid" {
        assert_eq!(outcome.unwrap(), (masked.clone(), plain.clone()), "{case}");
        check_batch(&case, &key, radix, &tweak, &plain, &masked);
        counts.valid += 1;
    } else {
        assert!(outcome.is_err(), "{case}");
        counts.refused += 1;
    }
}

/// Digits of a list or of a string over an alphabet; a character that is not in it becomes a digit that no radix has.
fn message(value: &Value, alphabet: Option<&str>) -> Vec<u16> {
    match alphabet {
        None => value.as_array().unwrap().iter().map(|digit| digit.as_i64().unwrap() as u16).collect(),
        Some(alphabet) => value
            .as_str()
            .unwrap()
            .chars()
            .map(|digit| alphabet.find(digit).map_or(u16::MAX, |index| index as u16))
            .collect(),
    }
}

/// The batch kernel takes every case whose halves fit a word; a batch of 130 fills two groups and part of a third.
fn check_batch(case: &str, key: &[u8], radix: u32, tweak: &[u8], plain: &[u16], masked: &[u16]) {
    let Ok(batch) = Batch::new(key, radix, plain.len(), tweak, 0) else {
        assert!(f64::from(radix).log2() * (plain.len().div_ceil(2) as f64) > 63.9, "{case}");
        return;
    };
    let bytes = |digits: &[u16]| digits.iter().map(|&digit| digit as u8).collect::<Vec<_>>().repeat(130);
    let mut values = bytes(plain);
    batch.encrypt(&mut values).unwrap();
    assert_eq!(values, bytes(masked), "{case}");
    batch.decrypt(&mut values).unwrap();
    assert_eq!(values, bytes(plain), "{case}");
}

#[test]
fn parameters_outside_the_standard_are_refused() {
    let cipher = Ff1::new(&[1; 16], 10).unwrap();
    assert_eq!(Ff1::new(&[1; 15], 10).err().unwrap().issue(), 6020);
    assert_eq!(Ff1::new(&[1; 16], 1).err().unwrap().issue(), 6020);
    assert_eq!(Ff1::new(&[1; 16], 65_537).err().unwrap().issue(), 6020);
    assert_eq!(cipher.encrypt(&[], &[1]).err().unwrap().issue(), 6020);
    assert_eq!(cipher.encrypt(&[], &[1; 4097]).err().unwrap().issue(), 6020);
    assert_eq!(cipher.encrypt(&[], &[10; 8]).err().unwrap().issue(), 6020);
    assert_eq!(cipher.encrypt(&vec![0; 65_536], &[1; 8]).err().unwrap().issue(), 6020);
    assert_eq!(cipher.encrypt(&[], &[1; 5]), Err(Error::Ff1Domain));
    assert!(cipher.encrypt(&[], &[1; 6]).is_ok());
    assert!(Ff1::new(&[1; 16], 1000).unwrap().encrypt(&[], &[1; 2]).is_ok());
    assert_eq!(Ff1::new(&[1; 16], 999).unwrap().encrypt(&[], &[1; 2]), Err(Error::Ff1Domain));
}

#[test]
fn the_widest_values_come_back() {
    let digits: Vec<u16> = (0..4096_u32).map(|index| (index * 7919 % 65_536) as u16).collect();
    let cipher = Ff1::new(&[3; 32], 65_536).unwrap();
    let tweak = vec![9; 65_535];
    let masked = cipher.encrypt(&tweak, &digits).unwrap();
    assert_ne!(masked, digits);
    assert_eq!(cipher.decrypt(&tweak, &masked).unwrap(), digits);
}
