//! Where a record and a value stand: what generated values and nonces are drawn by besides their key.

use super::batch::Batch;
use crate::hash::{HmacSha256, xxh3};
use crate::tables::record;
use crate::techniques::seal::APART;

/// Of the record at hand: XXH3-64 of its bytes, the seed, source and offset.
pub(super) struct Origin {
    /// In the order and width of docs/internals/engine.md.
    parts: Vec<u8>,
    seed: Vec<u8>,
    start: u32,
}

impl Origin {
    pub(super) fn new(seed: &str) -> Self {
        Self { parts: Vec::new(), seed: seed.as_bytes().to_vec(), start: 0 }
    }

    pub(super) fn begin(&mut self, batch: &Batch, at: usize) {
        let (start, own) = batch.own_bytes(at);
        self.start = start;
        self.parts.clear();
        self.parts.extend_from_slice(&xxh3(own, None));
        self.parts.extend_from_slice(&(self.seed.len() as u64).to_be_bytes());
        self.parts.extend_from_slice(&self.seed);
        for word in record::SOURCE..record::SOURCE + 4 {
            self.parts.extend_from_slice(&batch.record(at, word).to_be_bytes());
        }
        for word in [record::OFFSET + 1, record::OFFSET] {
            self.parts.extend_from_slice(&batch.record(at, word).to_be_bytes());
        }
    }

    /// A key for a value that begins at a place of the input.
    pub(super) fn key(&self, hmac: &HmacSha256, label: &[u8], at: u32, detail: &[u8]) -> [u8; 32] {
        let at = u64::from(at.wrapping_sub(self.start)).to_be_bytes();
        hmac.of(&[&[APART], label, &[0], &self.parts, &at, detail])
    }
}
