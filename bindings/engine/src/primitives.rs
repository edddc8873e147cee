//! The primitives by themselves, for vectors, for measuring, and for those who build on them.

use bauta_core::ff1::{Batch, Ff1};
use bauta_core::{Error, hash, tree};
use napi::bindgen_prelude::{BigInt, Uint8Array, Uint8ArraySlice, Uint16Array};
use napi_derive::napi;

use crate::failure::{Failure, thrown};
use crate::memory::{bytes_of, share_memory};

/// FF1 encryption (SP 800-38G Rev. 1) of digits below `radix`, most significant first.
#[napi(catch_unwind)]
pub fn ff1_encrypt(key: &[u8], tweak: &[u8], radix: u32, digits: &[u16]) -> Result<Uint16Array, Failure> {
    let cipher = Ff1::new(key, radix).map_err(thrown)?;
    cipher.encrypt(tweak, digits).map(Uint16Array::from).map_err(thrown)
}

/// FF1 decryption (SP 800-38G Rev. 1) of digits below `radix`, most significant first.
#[napi(catch_unwind)]
pub fn ff1_decrypt(key: &[u8], tweak: &[u8], radix: u32, digits: &[u16]) -> Result<Uint16Array, Failure> {
    let cipher = Ff1::new(key, radix).map_err(thrown)?;
    cipher.decrypt(tweak, digits).map(Uint16Array::from).map_err(thrown)
}

/// FF1 encryption, in place, of equally long decimal numbers in ASCII standing one behind the other.
#[napi(catch_unwind)]
pub fn ff1_encrypt_decimals(key: &[u8], tweak: &[u8], length: u32, mut text: Uint8ArraySlice) -> Result<(), Failure> {
    let cipher = Batch::new(key, 10, length as usize, tweak, b'0').map_err(thrown)?;
    // SAFETY: key and tweak are no longer read, so this is the only view of the memory until the call returns to JavaScript.
    cipher.encrypt(unsafe { text.as_mut() }).map_err(thrown)
}

/// HMAC-SHA-256 (RFC 2104).
#[napi(catch_unwind)]
pub fn hmac_sha256(key: &[u8], data: &[u8]) -> Result<Uint8Array, Failure> {
    let mac = hash::HmacSha256::new(key).map_err(thrown)?;
    Ok(Uint8Array::new(mac.of(&[data]).to_vec()))
}

/// HMAC-SHA-512 (RFC 2104).
#[napi(catch_unwind)]
pub fn hmac_sha512(key: &[u8], data: &[u8]) -> Result<Uint8Array, Failure> {
    let mac = hash::HmacSha512::new(key).map_err(thrown)?;
    Ok(Uint8Array::new(mac.of(&[data]).to_vec()))
}

/// BLAKE3 in keyed mode; the key has 32 bytes.
#[napi(catch_unwind)]
pub fn blake3_keyed(key: &[u8], data: &[u8]) -> Result<Uint8Array, Failure> {
    let mac = hash::Blake3Keyed::new(key).map_err(thrown)?;
    Ok(Uint8Array::new(mac.of(data).to_vec()))
}

/// XXH3-64, seedless or with the lower 64 bits of `seed`, as big-endian bytes.
#[must_use]
#[napi(catch_unwind)]
pub fn xxh3(data: &[u8], seed: Option<BigInt>) -> Uint8Array {
    Uint8Array::new(hash::xxh3(data, seed.map(|seed| seed.get_u64().1)).to_vec())
}

/// Leaf hashes of RFC 6962 of `count` pieces of `bytes`, whose starts and ends are in `ranges`, into `digests`.
#[napi(catch_unwind)]
pub fn leaves(bytes: &[u8], ranges: &[u32], count: u32, mut digests: Uint8ArraySlice) -> Result<(), Failure> {
    let ranges = pairs(ranges, count)?;
    let given = [digests.as_ptr_range(), bytes.as_ptr_range(), bytes_of(ranges)];
    if share_memory(&given) {
        return Err(thrown(Error::Malformed("two arguments share memory")));
    }
    // SAFETY: the arguments do not overlap (checked above), and JavaScript, the only other owner, does not run until the call returns.
    tree::leaves(bytes, ranges, unsafe { digests.as_mut() }).map_err(thrown)
}

/// Leaf hashes of RFC 6962 of the HMAC-SHA-256 of `count` pieces of `bytes`, whose starts and ends are in `ranges`, into `digests`.
#[napi(catch_unwind)]
pub fn keyed_leaves(
    key: &[u8],
    bytes: &[u8],
    ranges: &[u32],
    count: u32,
    mut digests: Uint8ArraySlice,
) -> Result<(), Failure> {
    let ranges = pairs(ranges, count)?;
    let given = [digests.as_ptr_range(), bytes.as_ptr_range(), bytes_of(ranges), key.as_ptr_range()];
    if share_memory(&given) {
        return Err(thrown(Error::Malformed("two arguments share memory")));
    }
    // SAFETY: the arguments do not overlap (checked above), and JavaScript, the only other owner, does not run until the call returns.
    tree::keyed_leaves(key, bytes, ranges, unsafe { digests.as_mut() }).map_err(thrown)
}

/// Node hashes of RFC 6962: the first `2 × count` digests become `count`, in place.
#[napi(catch_unwind)]
pub fn nodes(mut digests: Uint8ArraySlice, count: u32) -> Result<(), Failure> {
    // SAFETY: the only view of the memory until the call returns to JavaScript.
    tree::nodes(unsafe { digests.as_mut() }, count as usize).map_err(thrown)
}

fn pairs(ranges: &[u32], count: u32) -> Result<&[u32], Failure> {
    ranges.get(..2 * count as usize).ok_or_else(|| thrown(Error::Malformed("tables of leaves")))
}
