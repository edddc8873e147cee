//! Hashes of Merkle trees (RFC 6962, section 2.1), many in one call: what the record of a run is made of.

use sha2::{Digest, Sha256};

use crate::Error;
use crate::hash::HmacSha256;

/// Bytes of a digest.
pub const DIGEST_BYTES: usize = 32;

/// In front of the data of a leaf; nodes have another one, so that no leaf can pass for a node.
const LEAF: [u8; 1] = [0];
const NODE: [u8; 1] = [1];

/// Writes SHA-256(0x00 ‖ piece) of each piece, one behind the other.
///
/// # Errors
/// [`Error::Malformed`] when a range lies outside of `bytes`, `ranges` are not pairs, or `digests` has too few bytes.
pub fn leaves(bytes: &[u8], ranges: &[u32], digests: &mut [u8]) -> Result<(), Error> {
    each(bytes, ranges, digests, |piece| Sha256::new().chain_update(LEAF).chain_update(piece).finalize().into())
}

/// Writes SHA-256(0x00 ‖ HMAC-SHA-256(key, piece)) of each piece, one behind the other.
///
/// # Errors
/// As [`leaves`].
pub fn keyed_leaves(key: &[u8], bytes: &[u8], ranges: &[u32], digests: &mut [u8]) -> Result<(), Error> {
    let mac = HmacSha256::new(key)?;
    each(bytes, ranges, digests, |piece| {
        Sha256::new().chain_update(LEAF).chain_update(mac.of(&[piece])).finalize().into()
    })
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
    for index in 0..count {
        let from = index * 2 * DIGEST_BYTES;
        let node: [u8; DIGEST_BYTES] = {
            let pair = digests.get(from..from + 2 * DIGEST_BYTES).ok_or(Error::Malformed("digests of a tree"))?;
            Sha256::new().chain_update(NODE).chain_update(pair).finalize().into()
        };
        let to = index * DIGEST_BYTES;
        let place = digests.get_mut(to..to + DIGEST_BYTES).ok_or(Error::Malformed("digests of a tree"))?;
        place.copy_from_slice(&node);
    }
    Ok(())
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
