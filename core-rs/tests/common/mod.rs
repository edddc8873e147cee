//! Where the shared vectors are, and how a test that cannot find them says so.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::explicit_write,
    reason = "tests stop at the first surprise, and each uses a part; eprintln! would be captured"
)]

use std::io::Write as _;
use std::path::PathBuf;

use serde_json::Value;

/// Reads `../shared/vectors/NAME` beside the project. `None`, said on standard error past the harness's capture, only
/// where that folder does not exist.
pub fn vectors(name: &str) -> Option<Value> {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    if !shared.is_dir() {
        writeln!(std::io::stderr(), "skipped: ../shared is not here ({name})").unwrap();
        return None;
    }
    let text = std::fs::read(shared.join("vectors").join(name)).unwrap();
    Some(serde_json::from_slice(&text).unwrap())
}

/// Bytes of a hexadecimal string.
pub fn hex(text: &Value) -> Vec<u8> {
    bytes_of(text.as_str().unwrap())
}

/// Bytes of a hexadecimal string.
pub fn bytes_of(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2));
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
