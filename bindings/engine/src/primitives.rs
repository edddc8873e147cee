//! The primitives by themselves, for vectors, for measuring, and for those who build on them.

use bauta_core::ff1::{Batch, Ff1};
use bauta_core::hash;
use napi::bindgen_prelude::{BigInt, Uint8Array, Uint8ArraySlice, Uint16Array};
use napi_derive::napi;

use crate::failure::{Failure, thrown};

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
