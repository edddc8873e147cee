//! Keyed hashes, and the one checksum that is not keyed.

use hmac::{Hmac, KeyInit, Mac};
use sha2::block_api::compress256;
use sha2::{Digest, Sha256, Sha512};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};
use zeroize::Zeroize;

use crate::Error;

/// Bytes that SHA-256 takes at a time.
const BLOCK: usize = 64;
/// Where the length of a message stands in its last block (FIPS 180-4, 5.1.1).
const LENGTH_AT: usize = BLOCK - 8;
/// The initial hash value (FIPS 180-4, 5.3.3).
const SHA_256: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// HMAC-SHA-256 (RFC 2104, FIPS 180-4) with the two padded key blocks hashed once, so that a short message costs two
/// compressions instead of four. The compressions are called directly: most messages are a name, and what a hasher that can be
/// fed piece by piece keeps beside them cost as much as they do.
#[derive(Clone)]
pub struct HmacSha256 {
    inner: [u32; 8],
    outer: [u32; 8],
}

impl HmacSha256 {
    /// Takes a key of any length.
    ///
    /// # Errors
    /// Never; as the other hashes here.
    pub fn new(key: &[u8]) -> Result<Self, Error> {
        let mut padded = [0; BLOCK];
        match padded.get_mut(..key.len()) {
            Some(front) => front.copy_from_slice(key),
            None => padded[..32].copy_from_slice(&Sha256::digest(key)),
        }
        let state = |pad: u8| {
            let mut block = padded.map(|byte| byte ^ pad);
            let mut state = SHA_256;
            compress256(&mut state, &[block]);
            block.zeroize();
            state
        };
        let hmac = Self { inner: state(0x36), outer: state(0x5c) };
        padded.zeroize();
        Ok(hmac)
    }

    /// The 32-byte code of the concatenated parts.
    #[must_use]
    pub fn of(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut state = self.inner;
        let mut block = [0; BLOCK];
        let mut filled = 0;
        let mut length = BLOCK;
        for part in parts {
            length += part.len();
            let mut rest = *part;
            while rest.len() >= BLOCK - filled {
                let (front, behind) = rest.split_at(BLOCK - filled);
                block[filled..].copy_from_slice(front);
                compress256(&mut state, &[block]);
                filled = 0;
                rest = behind;
            }
            block[filled..filled + rest.len()].copy_from_slice(rest);
            filled += rest.len();
        }
        finish(&mut state, &mut block, filled, length);
        let inner = bytes_of(&state);
        block[..inner.len()].copy_from_slice(&inner);
        let mut state = self.outer;
        finish(&mut state, &mut block, inner.len(), BLOCK + inner.len());
        bytes_of(&state)
    }
}

impl Drop for HmacSha256 {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

/// Pads the last block, of which `filled` bytes are the message's, and compresses it; `length` is the whole message's, bytes.
fn finish(state: &mut [u32; 8], block: &mut [u8; BLOCK], filled: usize, length: usize) {
    block[filled] = 0x80;
    block[filled + 1..].fill(0);
    if filled >= LENGTH_AT {
        compress256(state, &[*block]);
        block.fill(0);
    }
    block[LENGTH_AT..].copy_from_slice(&(8 * length as u64).to_be_bytes());
    compress256(state, &[*block]);
}

fn bytes_of(state: &[u32; 8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (four, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *four = word.to_be_bytes();
    }
    bytes
}

/// HMAC-SHA-512 (RFC 2104, FIPS 180-4), keyed once like [`HmacSha256`].
#[derive(Clone)]
pub struct HmacSha512(Hmac<Sha512>);

impl HmacSha512 {
    /// Takes a key of any length.
    ///
    /// # Errors
    /// Never for HMAC; the trait behind it could refuse a length.
    pub fn new(key: &[u8]) -> Result<Self, Error> {
        Hmac::new_from_slice(key).map(Self).map_err(|_| Error::Malformed("HMAC key length"))
    }

    /// The 64-byte code of the concatenated parts.
    #[must_use]
    pub fn of(&self, parts: &[&[u8]]) -> [u8; 64] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// BLAKE3 in its keyed mode (BLAKE3 paper, section 2.3), default output length. The key is wiped on drop.
#[derive(Clone)]
pub struct Blake3Keyed([u8; 32]);

impl Blake3Keyed {
    /// Takes a key of exactly 32 bytes.
    ///
    /// # Errors
    /// [`Error::Malformed`] for any other length.
    pub fn new(key: &[u8]) -> Result<Self, Error> {
        key.try_into().map(Self).map_err(|_| Error::Malformed("BLAKE3 keys have 32 bytes"))
    }

    /// The 32-byte code of `data`.
    #[must_use]
    pub fn of(&self, data: &[u8]) -> [u8; 32] {
        *blake3::keyed_hash(&self.0, data).as_bytes()
    }
}

impl Drop for Blake3Keyed {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// XXH3-64 in its canonical (big-endian) representation; `None` is the seedless variant, which equals seed 0.
/// Not keyed: never the source of a pseudonym.
#[must_use]
pub fn xxh3(data: &[u8], seed: Option<u64>) -> [u8; 8] {
    match seed {
        None => xxh3_64(data),
        Some(seed) => xxh3_64_with_seed(data, seed),
    }
    .to_be_bytes()
}
