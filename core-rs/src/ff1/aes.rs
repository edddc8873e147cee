//! AES (FIPS 197) of any of its key sizes, single blocks and many at once.

use ::aes::cipher::{BlockCipherEncrypt, KeyInit};
use ::aes::{Aes128Enc, Aes192Enc, Aes256Enc, Block};

use crate::Error;

/// An expanded AES key. FF1 needs only the forward direction. Round keys are wiped on drop by the `aes` crate.
#[derive(Clone)]
pub enum AesKey {
    /// AES-128.
    Aes128(Aes128Enc),
    /// AES-192.
    Aes192(Aes192Enc),
    /// AES-256.
    Aes256(Aes256Enc),
}

impl AesKey {
    /// Expands a key of 16, 24 or 32 bytes.
    ///
    /// # Errors
    /// [`Error::Ff1Parameters`] for any other length.
    pub fn new(key: &[u8]) -> Result<Self, Error> {
        let refused = |_| Error::Ff1Parameters("the key has 16, 24 or 32 bytes");
        match key.len() {
            16 => Aes128Enc::new_from_slice(key).map(Self::Aes128).map_err(refused),
            24 => Aes192Enc::new_from_slice(key).map(Self::Aes192).map_err(refused),
            _ => Aes256Enc::new_from_slice(key).map(Self::Aes256).map_err(refused),
        }
    }

    /// Encrypts one block in place.
    #[inline]
    pub fn encrypt(&self, block: &mut [u8; 16]) {
        let block = Block::cast_from_core_mut(block);
        match self {
            Self::Aes128(cipher) => cipher.encrypt_block(block),
            Self::Aes192(cipher) => cipher.encrypt_block(block),
            Self::Aes256(cipher) => cipher.encrypt_block(block),
        }
    }

    /// Encrypts the first `count` of independent blocks in place, and it may be more of them: with many to do, the full width of
    /// the widest back end costs less than the blocks beyond the last full group one by one.
    #[inline]
    pub fn encrypt_lanes(&self, blocks: &mut [[u8; 16]; LANES], count: usize) {
        let blocks = if count > FEW_LANES { &mut blocks[..] } else { &mut blocks[..count] };
        let blocks = Block::cast_slice_from_core_mut(blocks);
        match self {
            Self::Aes128(cipher) => cipher.encrypt_blocks(blocks),
            Self::Aes192(cipher) => cipher.encrypt_blocks(blocks),
            Self::Aes256(cipher) => cipher.encrypt_blocks(blocks),
        }
    }
}

/// Blocks side by side: as many as the widest back end takes (VAES on AVX-512, sixteen registers of four).
pub const LANES: usize = 64;
/// Up to here blocks one by one are faster.
const FEW_LANES: usize = 12;

/// Whether AES runs on instructions of the processor rather than on tables of bits.
#[must_use]
pub fn hardware_accelerated() -> bool {
    ::aes::hardware_accelerated()
}
