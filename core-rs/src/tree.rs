//! Hashes of Merkle trees (RFC 6962, section 2.1), many in one call: what the record of a run is made of.
//!
//! Records are short and there are many, so the padding of SHA-256 (FIPS 180-4, section 5.1.1) is written here, block by block, and the
//! two padded key blocks of HMAC (RFC 2104) are compressed once for a call.

use sha2::block_api::compress256;
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

use crate::Error;

/// Bytes of a digest.
pub const DIGEST_BYTES: usize = 32;
const BLOCK_BYTES: usize = 64;
/// Bytes of the message length that ends the last block.
const LENGTH_BYTES: usize = 8;

/// In front of the data of a leaf; nodes have another one, so that no leaf can pass for a node.
const LEAF: u8 = 0;
const NODE: u8 = 1;

type State = [u32; 8];
type Block = [u8; BLOCK_BYTES];

/// FIPS 180-4, section 5.3.3.
const INITIAL: State =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// Writes SHA-256(0x00 ‖ piece) of each piece, one behind the other.
///
/// # Errors
/// [`Error::Malformed`] when a range lies outside of `bytes`, `ranges` are not pairs, or `digests` has too few bytes.
pub fn leaves(bytes: &[u8], ranges: &[u32], digests: &mut [u8]) -> Result<(), Error> {
    each(bytes, ranges, digests, |piece| {
        let (first, rest) = piece.split_at(piece.len().min(BLOCK_BYTES - 1));
        if first.len() < BLOCK_BYTES - 1 {
            let mut short = [LEAF; BLOCK_BYTES];
            short[1..=first.len()].copy_from_slice(first);
            return finish(INITIAL, &short[..=first.len()], 0);
        }
        let mut block = [LEAF; BLOCK_BYTES];
        block[1..].copy_from_slice(first);
        let mut state = INITIAL;
        compress256(&mut state, &[block]);
        finish(state, rest, BLOCK_BYTES)
    })
}

/// Writes SHA-256(0x00 ‖ HMAC-SHA-256(key, piece)) of each piece, one behind the other.
///
/// # Errors
/// As [`leaves`].
pub fn keyed_leaves(key: &[u8], bytes: &[u8], ranges: &[u32], digests: &mut [u8]) -> Result<(), Error> {
    let mut inner = keyed_state(key, 0x36);
    let mut outer = keyed_state(key, 0x5c);
    let done = each(bytes, ranges, digests, |piece| {
        let code = finish(outer, &finish(inner, piece, BLOCK_BYTES), BLOCK_BYTES);
        let mut leaf = [LEAF; 1 + DIGEST_BYTES];
        leaf[1..].copy_from_slice(&code);
        finish(INITIAL, &leaf, 0)
    });
    inner.zeroize();
    outer.zeroize();
    done
}

/// Makes `count` digests, SHA-256(0x01 ‖ left ‖ right), of the `2 × count` at the beginning of `digests`, in place.
///
/// # Errors
/// [`Error::Malformed`] when there are not as many.
pub fn nodes(digests: &mut [u8], count: usize) -> Result<(), Error> {
    let pairs = count.checked_mul(2 * DIGEST_BYTES).filter(|length| *length <= digests.len());
    if pairs.is_none() {
        return Err(Error::Malformed("digests of a tree"));
    }
    let mut node = [NODE; 1 + 2 * DIGEST_BYTES];
    for index in 0..count {
        let from = index * 2 * DIGEST_BYTES;
        node[1..].copy_from_slice(&digests[from..from + 2 * DIGEST_BYTES]);
        let to = index * DIGEST_BYTES;
        digests[to..to + DIGEST_BYTES].copy_from_slice(&finish(INITIAL, &node, 0));
    }
    Ok(())
}

/// The state behind the key's block of HMAC.
fn keyed_state(key: &[u8], pad: u8) -> State {
    let mut block: Block = [0; BLOCK_BYTES];
    if key.len() > BLOCK_BYTES {
        block[..DIGEST_BYTES].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    for byte in &mut block {
        *byte ^= pad;
    }
    let mut state = INITIAL;
    compress256(&mut state, &[block]);
    block.zeroize();
    state
}

/// The digest of what the state has taken, `before` bytes in whole blocks, and the rest of the message.
fn finish(mut state: State, rest: &[u8], before: usize) -> [u8; DIGEST_BYTES] {
    let (blocks, tail) = rest.as_chunks::<BLOCK_BYTES>();
    compress256(&mut state, blocks);
    let mut padded = [[0; BLOCK_BYTES]; 2];
    padded[0][..tail.len()].copy_from_slice(tail);
    padded[0][tail.len()] = 0x80;
    let count = if tail.len() < BLOCK_BYTES - LENGTH_BYTES { 1 } else { 2 };
    let bits = ((before + rest.len()) as u64) << 3;
    padded[count - 1][BLOCK_BYTES - LENGTH_BYTES..].copy_from_slice(&bits.to_be_bytes());
    compress256(&mut state, &padded[..count]);
    let mut digest = [0; DIGEST_BYTES];
    for (bytes, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    digest
}

fn each(
    bytes: &[u8],
    ranges: &[u32],
    digests: &mut [u8],
    digest: impl Fn(&[u8]) -> [u8; DIGEST_BYTES],
) -> Result<(), Error> {
    let (pairs, rest) = ranges.as_chunks::<2>();
    let mut places = digests.chunks_exact_mut(DIGEST_BYTES);
    if !rest.is_empty() || places.len() < pairs.len() {
        return Err(Error::Malformed("tables of leaves"));
    }
    for (&[start, end], place) in pairs.iter().zip(&mut places) {
        let piece = bytes.get(start as usize..end as usize).ok_or(Error::Malformed("range of a leaf"))?;
        place.copy_from_slice(&digest(piece));
    }
    Ok(())
}
