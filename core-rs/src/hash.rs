//! Keyed hashes, and the one checksum that is not keyed.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha512};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};
use zeroize::Zeroize;

use crate::Error;

/// HMAC-SHA-256 (RFC 2104, FIPS 180-4) with the two padded key blocks hashed once, so that a short message costs two
/// compressions instead of four.
#[derive(Clone)]
pub struct HmacSha256(Hmac<Sha256>);

impl HmacSha256 {
    /// Takes a key of any length.
    ///
    /// # Errors
    /// Never for HMAC; the trait behind it could refuse a length.
    pub fn new(key: &[u8]) -> Result<Self, Error> {
        Hmac::new_from_slice(key).map(Self).map_err(|_| Error::Malformed("HMAC key length"))
    }

    /// The 32-byte code of the concatenated parts.
    #[must_use]
    pub fn of(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
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
