//! AES-SIV and AES-GCM against the vectors of their standards (test/vectors/seal.json, which the portable engine reads too).
#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::fs;
use std::path::Path;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::array::Array;
use aes_gcm::aead::{Aead, KeyInit};
use aes_siv::siv::Aes128Siv;
use serde_json::Value;

fn vectors() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test/vectors/seal.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    let hex = value.as_str().unwrap();
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn rfc_5297() {
    let vectors = vectors();
    let cases = vectors["siv"].as_array().unwrap();
    assert_eq!(cases.len(), 2);
    for case in cases {
        let headers: Vec<Vec<u8>> = case["ad"].as_array().unwrap().iter().map(bytes).collect();
        let key: [u8; 32] = bytes(&case["key"]).try_into().unwrap();
        let mut cipher = Aes128Siv::new(&Array::from(key));
        assert_eq!(cipher.encrypt(&headers, &bytes(&case["clear"])).unwrap(), bytes(&case["sealed"]));
        assert_eq!(cipher.decrypt(&headers, &bytes(&case["sealed"])).unwrap(), bytes(&case["clear"]));
    }
}

#[test]
fn sp_800_38d() {
    let vectors = vectors();
    let cases = vectors["gcm"].as_array().unwrap();
    assert_eq!(cases.len(), 3);
    for case in cases {
        let key: [u8; 32] = bytes(&case["key"]).try_into().unwrap();
        let nonce: [u8; 12] = bytes(&case["nonce"]).try_into().unwrap();
        let sealed = Aes256Gcm::new(&Array::from(key)).encrypt(&Array::from(nonce), bytes(&case["clear"]).as_slice());
        assert_eq!(sealed.unwrap(), bytes(&case["sealed"]));
    }
}
