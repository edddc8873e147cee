//! FF1 of radix 2 for many bit strings at once, each with its own length and tweak, under one key: the masks' kernel.
//!
//! Radix 2 makes every reduction modulo radix^m a bit mask (docs/internals/engine.md, "Why radix 2"). Strings whose length
//! is 20 to 240 bits run interleaved; longer ones, up to [`BITS_MAX`], one by one through the general FF1.

use num_bigint::BigUint;

use super::batch::words_of;
use super::general::permute_bits;
use super::{AesKey, LANES, ROUNDS, expanded_bytes, half_bytes, initial_block, padding};

/// Shortest bit string: 2^20 is the first power of two that is not below the minimum domain of 10^6.
pub const BITS_MIN: u32 = 20;
/// Longest bit string that the masks use.
pub const BITS_MAX: u32 = 256;
/// Longest string whose halves, with the round number, fit the last block of Q: b = 15 bytes.
const BITS_INTERLEAVED_MAX: u32 = 240;

/// A bit string of up to [`BITS_MAX`] bits as a number, least significant word first.
pub type Bits = [u64; 4];

/// Which way a kernel runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// FF1.Encrypt, Algorithm 7.
    Encrypt,
    /// FF1.Decrypt, Algorithm 8.
    Decrypt,
}

/// One bit string under way. The part of FF1 that does not depend on the string is computed once, by [`prepare`], so that
/// cycle-walking pays for rounds only.
#[derive(Clone, Debug)]
pub struct Job {
    /// The string; [`run`] replaces it by its image.
    pub bits: Bits,
    /// n, the length in bits: [`BITS_MIN`] to [`BITS_MAX`].
    pub length: u32,
    /// The caller's mark.
    pub tag: u32,
    /// Where the tweak is in the caller's bytes.
    pub tweak: (u32, u32),
    /// P and Q chained up to the last block, XOR the fixed part of that block.
    base: u128,
}

impl Job {
    /// A string that still has to be [`prepare`]d.
    #[must_use]
    pub fn new(bits: Bits, length: u32, tweak: (u32, u32), tag: u32) -> Self {
        Self { bits, length, tag, tweak, base: 0 }
    }

    fn tweak<'bytes>(&self, tweaks: &'bytes [u8]) -> &'bytes [u8] {
        &tweaks[self.tweak.0 as usize..self.tweak.1 as usize]
    }

    /// v = n − ⌊n/2⌋ (step 1), which with radix 2 is also the bit length of radix^v − 1.
    fn half_bits(&self) -> u32 {
        self.length.div_ceil(2)
    }

    fn half_bytes(&self) -> usize {
        half_bytes(u64::from(self.half_bits()))
    }
}

/// Computes CBC-MAC over P and the blocks of Q that no round changes (Algorithm 7, steps 1 to 5 and the front of 6.i).
pub fn prepare(aes: &AesKey, tweaks: &[u8], jobs: &mut [Job]) {
    for group in jobs.chunks_mut(LANES) {
        prepare_group(aes, tweaks, group);
    }
}

fn prepare_group(aes: &AesKey, tweaks: &[u8], jobs: &mut [Job]) {
    let mut blocks = [[0_u8; 16]; LANES];
    for (block, job) in blocks.iter_mut().zip(jobs.iter()) {
        *block = initial_block(2, job.length as usize / 2, job.length as usize, (job.tweak.1 - job.tweak.0) as usize);
    }
    aes.encrypt_lanes(&mut blocks, jobs.len());
    for (block, job) in blocks.iter_mut().zip(jobs.iter_mut()) {
        let tweak = job.tweak(tweaks);
        let mut fixed = tweak.len() + padding(tweak.len(), job.half_bytes());
        let mut rest = tweak;
        // Most tweaks fit the last block; the few that do not are chained one by one.
        while fixed >= 16 {
            let front = rest.len().min(16);
            absorb(block, &rest[..front]);
            rest = &rest[front..];
            aes.encrypt(block);
            fixed -= 16;
        }
        absorb(block, rest);
        job.base = u128::from_be_bytes(*block);
    }
}

fn absorb(block: &mut [u8; 16], input: &[u8]) {
    block.iter_mut().zip(input).for_each(|(byte, input)| *byte ^= input);
}

/// Encrypts or decrypts all strings in place.
pub fn run(aes: &AesKey, tweaks: &[u8], jobs: &mut [Job], direction: Direction) {
    for group in jobs.chunks_mut(LANES) {
        match group.iter().map(|job| job.length).max().unwrap_or(0) {
            0..=128 => run_narrow(aes, group, direction),
            129..=BITS_INTERLEAVED_MAX => run_wide(aes, group, direction),
            _ => run_mixed(aes, tweaks, group, direction),
        }
    }
}

/// A group in which some strings are too long to be interleaved.
fn run_mixed(aes: &AesKey, tweaks: &[u8], jobs: &mut [Job], direction: Direction) {
    for job in jobs {
        if job.length <= BITS_INTERLEAVED_MAX {
            run_wide(aes, core::slice::from_mut(job), direction);
        } else {
            let number = number_of(&job.bits);
            let image = permute_bits(aes, job.tweak(tweaks), number, job.length, direction);
            job.bits = [0; 4];
            for (word, digit) in job.bits.iter_mut().zip(image.iter_u64_digits()) {
                *word = digit;
            }
        }
    }
}

fn number_of(bits: &Bits) -> BigUint {
    let mut bytes = [0; 32];
    for (bytes, word) in bytes.rchunks_exact_mut(8).zip(bits) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    BigUint::from_bytes_be(&bytes)
}

/// What a network needs in every round, for halves of up to 64 bits.
#[derive(Clone, Copy, Default)]
struct Narrow {
    /// The last block of Q but for round number and NUM(B), as two words.
    base: [u64; 2],
    /// What a round number of 1 is in that block.
    unit: [u64; 2],
    /// y = S modulo 2^64: the first word of R for d = 8; for d = 12 it is shifted by 32 bits, and the second word follows.
    shift: u32,
    /// 2^u − 1 and 2^v − 1.
    masks: [u64; 2],
}

impl Narrow {
    fn of(job: &Job) -> Self {
        let b = job.half_bytes();
        let unit = 1_u128 << (8 * b);
        Self {
            base: [(job.base >> 64) as u64, job.base as u64],
            unit: [(unit >> 64) as u64, unit as u64],
            shift: 8 * expanded_bytes(b) as u32 - 64,
            masks: [job.length / 2, job.half_bits()].map(|bits| u64::MAX >> (64 - bits)),
        }
    }
}

/// Strings of at most 128 bits: halves are u64, y is the front of R (d ≤ 12).
fn run_narrow(aes: &AesKey, jobs: &mut [Job], direction: Direction) {
    let mut lanes = [Narrow::default(); LANES];
    let mut left = [0_u64; LANES];
    let mut right = [0_u64; LANES];
    for (((job, lane), a), b) in jobs.iter().zip(&mut lanes).zip(&mut left).zip(&mut right) {
        *lane = Narrow::of(job);
        // Step 2: the upper u bits and the lower v bits.
        let number = u128::from(job.bits[1]) << 64 | u128::from(job.bits[0]);
        *a = (number >> job.half_bits()) as u64;
        *b = number as u64 & lane.masks[1];
    }
    let lanes = &lanes[..jobs.len()];
    let mut blocks = [[0_u8; 16]; LANES];
    let (mut a, mut b) = (&mut left, &mut right);
    for step in 0..ROUNDS {
        // Decryption runs the rounds backwards with A and B in exchanged roles (Algorithm 8).
        let is_forward = direction == Direction::Encrypt;
        let round = u64::from(if is_forward { step } else { ROUNDS - 1 - step });
        let (input, half) = if is_forward { (&*b, &mut *a) } else { (&*a, &mut *b) };
        for ((block, lane), &input) in blocks.iter_mut().zip(lanes).zip(input.iter()) {
            // A round number is below 2^8, so the product is that byte in its place.
            let front = lane.base[0] ^ (round * lane.unit[0]);
            let back = lane.base[1] ^ (round * lane.unit[1]) ^ input;
            block[..8].copy_from_slice(&front.to_be_bytes());
            block[8..].copy_from_slice(&back.to_be_bytes());
        }
        aes.encrypt_lanes(&mut blocks, lanes.len());
        let parity = (round % 2) as usize;
        for ((block, lane), half) in blocks.iter().zip(lanes).zip(half.iter_mut()) {
            let [front, back] = words_of(block);
            // Two shifts, since one by 64 has no meaning.
            let y = front << lane.shift | back >> 1 >> (63 - lane.shift);
            let c = if is_forward { half.wrapping_add(y) } else { half.wrapping_sub(y) };
            *half = c & lane.masks[parity];
        }
        core::mem::swap(&mut a, &mut b);
    }
    for ((job, &a), &b) in jobs.iter_mut().zip(a.iter()).zip(b.iter()) {
        let number = u128::from(a) << job.half_bits() | u128::from(b);
        job.bits = [number as u64, (number >> 64) as u64, 0, 0];
    }
}

/// What a network needs in every round, for halves of up to 120 bits.
#[derive(Clone, Copy, Default)]
struct Wide {
    base: u128,
    round_shift: u32,
    y_shift: u32,
    /// 2^u − 1 and 2^v − 1.
    masks: [u128; 2],
}

impl Wide {
    fn of(job: &Job) -> Self {
        let b = job.half_bytes();
        Self {
            base: job.base,
            round_shift: 8 * b as u32,
            y_shift: 128 - 8 * expanded_bytes(b).min(16) as u32,
            masks: [(1 << (job.length / 2)) - 1, (1 << job.half_bits()) - 1],
        }
    }
}

/// Strings of at most 240 bits: halves are u128, and where d = 20 (b > 12) y takes a second block (step 6.iii).
fn run_wide(aes: &AesKey, jobs: &mut [Job], direction: Direction) {
    let mut lanes = [Wide::default(); LANES];
    let mut left = [0_u128; LANES];
    let mut right = [0_u128; LANES];
    for (((job, lane), a), b) in jobs.iter().zip(&mut lanes).zip(&mut left).zip(&mut right) {
        *lane = Wide::of(job);
        (*a, *b) = split(&job.bits, job.half_bits());
    }
    let count = jobs.len();
    let expands = jobs.iter().any(|job| job.half_bytes() > 12);
    let lanes = &lanes[..count];
    let mut blocks = [[0_u8; 16]; LANES];
    let mut expansions = [[0_u8; 16]; LANES];
    let (mut a, mut b) = (&mut left, &mut right);
    for step in 0..ROUNDS {
        let round = if direction == Direction::Encrypt { step } else { ROUNDS - 1 - step };
        let (input, half) = if direction == Direction::Encrypt { (&*b, &mut *a) } else { (&*a, &mut *b) };
        for ((block, lane), &input) in blocks.iter_mut().zip(lanes).zip(input.iter()) {
            *block = (lane.base ^ (u128::from(round) << lane.round_shift | input)).to_be_bytes();
        }
        aes.encrypt_lanes(&mut blocks, count);
        if expands {
            // CIPH(R ⊕ [1]): the last byte of the block differs.
            expansions = blocks;
            expansions[..count].iter_mut().for_each(|block| block[15] ^= 1);
            aes.encrypt_lanes(&mut expansions, count);
        }
        let outputs = blocks.iter().zip(&expansions).zip(lanes).zip(jobs.iter());
        for ((((block, expansion), lane), job), half) in outputs.zip(half.iter_mut()) {
            let output = u128::from_be_bytes(*block);
            // Modulo 2^128: the upper four of S's twenty bytes lie above every mask.
            let y = if job.half_bytes() > 12 {
                output << 32 | u128::from_be_bytes(*expansion) >> 96
            } else {
                output >> lane.y_shift
            };
            let c = if direction == Direction::Encrypt { half.wrapping_add(y) } else { half.wrapping_sub(y) };
            *half = c & lane.masks[(round % 2) as usize];
        }
        core::mem::swap(&mut a, &mut b);
    }
    for ((job, &a), &b) in jobs.iter_mut().zip(a.iter()).zip(b.iter()) {
        job.bits = join(a, b, job.half_bits());
    }
}

/// The bits above and below bit `at`, for `at` from 10 to 120.
fn split(bits: &Bits, at: u32) -> (u128, u128) {
    let low = u128::from(bits[1]) << 64 | u128::from(bits[0]);
    let high = u128::from(bits[3]) << 64 | u128::from(bits[2]);
    (high << (128 - at) | low >> at, low & ((1 << at) - 1))
}

/// The inverse of [`split`].
fn join(a: u128, b: u128, at: u32) -> Bits {
    let low = a << at | b;
    let high = a >> (128 - at);
    [low as u64, (low >> 64) as u64, high as u64, (high >> 64) as u64]
}
