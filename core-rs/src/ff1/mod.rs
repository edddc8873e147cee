//! FF1 format-preserving encryption (NIST SP 800-38G Revision 1, Algorithms 7 and 8) with AES-128, -192 and -256.
//!
//! Three implementations of one function, tested against each other and against the official vectors:
//! [`Ff1`] takes any radix and length, [`Batch`] many equally long values of one radix at once, and [`binary`] many bit
//! strings of different lengths and tweaks at once, which is what the masks run on.

mod aes;
mod batch;
pub mod binary;
mod general;

pub(crate) use aes::LANES;
pub use aes::{AesKey, hardware_accelerated};
pub use batch::Batch;
pub use general::Ff1;

/// The one minimum of the domain, radix^length (SP 800-38G Rev. 1, section 5.1). FF1 below it can be broken by trying.
pub const DOMAIN_MIN: u32 = 1_000_000;
/// Fewest digits: the Feistel network needs two halves (section 5.1).
pub const LENGTH_MIN: usize = 2;
/// Most digits; the standard would take 2^32 − 1, nobody's identifier does, and time grows with the square.
pub const LENGTH_MAX: usize = 4096;
/// Longest tweak in bytes (`maxTlen`, section 5.1).
pub const TWEAK_MAX: usize = 65_535;
/// Rounds of the Feistel network (Algorithm 7, step 6).
pub(crate) const ROUNDS: u32 = 10;

/// Length in bytes of a half in Q: b = ⌈⌈v·log2(radix)⌉ / 8⌉ (step 3), from the bit length of radix^v − 1.
pub(crate) const fn half_bytes(bits: u64) -> usize {
    bits.div_ceil(8) as usize
}

/// Bytes of S that make up y: d = 4⌈b / 4⌉ + 4 (step 4).
pub(crate) const fn expanded_bytes(half_bytes: usize) -> usize {
    4 * half_bytes.div_ceil(4) + 4
}

/// The block P = [1] ‖ [2] ‖ [1] ‖ [radix]³ ‖ [10] ‖ [u mod 256] ‖ [n]⁴ ‖ [t]⁴ (step 5).
pub(crate) fn initial_block(radix: u32, u: usize, n: usize, tweak_length: usize) -> [u8; 16] {
    let radix = radix.to_be_bytes();
    let n = (n as u32).to_be_bytes();
    let t = (tweak_length as u32).to_be_bytes();
    [1, 2, 1, radix[1], radix[2], radix[3], 10, (u & 0xff) as u8, n[0], n[1], n[2], n[3], t[0], t[1], t[2], t[3]]
}

/// Zero bytes between tweak and round number in Q: (−t − b − 1) mod 16 (step 6.i).
pub(crate) const fn padding(tweak_length: usize, half_bytes: usize) -> usize {
    (16 - (tweak_length + half_bytes + 1) % 16) % 16
}
