//! The batch kernels against the plain reading of the standard. proptest prints the seed of a failure and keeps it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "tests stop at the first surprise, and know how large their numbers are"
)]

use bauta_core::ff1::binary::{self, BITS_MAX, BITS_MIN, Direction, Job};
use bauta_core::ff1::{AesKey, Batch, Ff1};
use proptest::prelude::*;

/// One bit string as the general FF1 takes it: digits of radix 2, most significant first.
fn digits(bits: &binary::Bits, length: u32) -> Vec<u16> {
    (0..length).rev().map(|at| (bits[at as usize / 64] >> (at % 64) & 1) as u16).collect()
}

prop_compose! {
    fn bit_string()(length in BITS_MIN..=BITS_MAX)(
        length in Just(length),
        words in any::<[u64; 4]>(),
        tweak in prop::collection::vec(any::<u8>(), 0..70),
    ) -> (u32, binary::Bits, Vec<u8>) {
        let mut bits = words;
        for (index, word) in (0_u32..).zip(&mut bits) {
            let kept = length.saturating_sub(64 * index);
            if kept < 64 {
                *word &= (1_u64 << kept) - 1;
            }
        }
        (length, bits, tweak)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn binary_kernel_is_ff1(key in any::<[u8; 32]>(), strings in prop::collection::vec(bit_string(), 1..150), longest in 20..=BITS_MAX) {
        // Batches of short strings only take the narrow path, batches with one long one the others.
        let strings: Vec<_> = strings.into_iter().filter(|(length, ..)| *length <= longest).collect();
        let mut tweaks = Vec::new();
        let mut jobs = Vec::new();
        for (tag, (length, bits, tweak)) in (0..).zip(&strings) {
            let start = tweaks.len() as u32;
            tweaks.extend_from_slice(tweak);
            jobs.push(Job::new(*bits, *length, (start, tweaks.len() as u32), tag));
        }
        let aes = AesKey::new(&key).unwrap();
        binary::prepare(&aes, &tweaks, &mut jobs);
        let plain = jobs.clone();
        binary::run(&aes, &tweaks, &mut jobs, Direction::Encrypt);
        let general = Ff1::new(&key, 2).unwrap();
        for (job, (length, bits, tweak)) in jobs.iter().zip(&strings) {
            prop_assert_eq!(digits(&job.bits, *length), general.encrypt(tweak, &digits(bits, *length)).unwrap());
        }
        binary::run(&aes, &tweaks, &mut jobs, Direction::Decrypt);
        for (job, plain) in jobs.iter().zip(&plain) {
            prop_assert_eq!(job.bits, plain.bits);
        }
    }

    #[test]
    fn batch_kernel_is_ff1(
        key in prop::collection::vec(any::<u8>(), 32),
        key_size in prop::sample::select(vec![16_usize, 24, 32]),
        radix in 2_u32..=256,
        length in 2_usize..24,
        count in 1_usize..140,
        tweak in prop::collection::vec(any::<u8>(), 0..40),
        seed in any::<u64>(),
    ) {
        let key = &key[..key_size];
        let general = Ff1::new(key, radix).unwrap();
        let mut state = seed;
        let plain: Vec<u8> = (0..count * length).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ((state >> 33) % u64::from(radix)) as u8
        }).collect();
        let Ok(batch) = Batch::new(key, radix, length, &tweak, 0) else {
            let bits = f64::from(radix).log2();
            prop_assert!(bits * length as f64 <= 20.0 || bits * (length.div_ceil(2) as f64) > 63.9);
            return Ok(());
        };
        let mut values = plain.clone();
        batch.encrypt(&mut values).unwrap();
        for (value, plain) in values.chunks(length).zip(plain.chunks(length)) {
            let plain: Vec<u16> = plain.iter().copied().map(u16::from).collect();
            let value: Vec<u16> = value.iter().copied().map(u16::from).collect();
            prop_assert_eq!(general.encrypt(&tweak, &plain).unwrap(), value);
        }
        batch.decrypt(&mut values).unwrap();
        prop_assert_eq!(values, plain);
    }
}

#[test]
fn a_batch_refuses_what_it_cannot_spell() {
    let batch = Batch::new(&[1; 32], 10, 10, b"", b'0').unwrap();
    let mut odd = *b"01234567890";
    assert_eq!(batch.encrypt(&mut odd).unwrap_err().issue(), 6020);
    let mut letter = *b"012345678x";
    assert_eq!(batch.encrypt(&mut letter).unwrap_err().issue(), 6020);
    assert_eq!(&letter, b"012345678x");
    assert_eq!(Batch::new(&[1; 32], 10, 5, b"", b'0').err().unwrap().issue(), 6003);
}
