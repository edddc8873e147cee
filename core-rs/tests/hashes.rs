//! Keyed hashes and XXH3 against the official vectors.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "tests stop at the first surprise, and know how large their numbers are"
)]

mod common;

use bauta_core::hash::{Blake3Keyed, HmacSha256, HmacSha512, xxh3};
use common::{bytes_of, hex, vectors};

#[test]
fn wycheproof_hmac_sha256() {
    let Some(file) = vectors("wycheproof-hmac_sha256_test.json") else { return };
    let (mut valid, mut invalid) = (0, 0);
    for group in file["testGroups"].as_array().unwrap() {
        let size = group["tagSize"].as_u64().unwrap() as usize / 8;
        for test in group["tests"].as_array().unwrap() {
            let mac = HmacSha256::new(&hex(&test["key"])).unwrap().of(&[&hex(&test["msg"])]);
            let equal = mac[..size] == hex(&test["tag"])[..];
            assert_eq!(equal, test["result"] == "valid", "case {}", test["tcId"]);
            if equal { valid += 1 } else { invalid += 1 }
        }
    }
    assert_eq!((valid, invalid), (66, 108));
}

/// RFC 4231, sections 4.2 to 4.8; case 5 is cut to 128 bits there.
#[test]
fn rfc_4231_hmac_sha512() {
    let counting: Vec<u8> = (1..=25).collect();
    let cases: [(Vec<u8>, Vec<u8>, &str); 7] = [
        (
            vec![0x0b; 20],
            b"Hi There".to_vec(),
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
        ),
        (
            b"Jefe".to_vec(),
            b"what do ya want for nothing?".to_vec(),
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ),
        (
            vec![0xaa; 20],
            vec![0xdd; 50],
            "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
        ),
        (
            counting,
            vec![0xcd; 50],
            "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd",
        ),
        (vec![0x0c; 20], b"Test With Truncation".to_vec(), "415fad6271580a531d4179bc891d87a6"),
        (
            vec![0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First".to_vec(),
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
        ),
        (
            vec![0xaa; 131],
            b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.".to_vec(),
            "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58",
        ),
    ];
    for (key, data, expected) in cases {
        let expected = bytes_of(expected);
        let mac = HmacSha512::new(&key).unwrap();
        assert_eq!(mac.of(&[&data])[..expected.len()], expected);
        // Parts are one message.
        let (front, back) = data.split_at(data.len() / 2);
        assert_eq!(mac.of(&[front, back]), mac.of(&[&data]));
    }
}

#[test]
fn xxh3_values() {
    let Some(file) = vectors("xxh3-64.json") else { return };
    let cases = file.as_array().unwrap();
    assert_eq!(cases.len(), 16);
    for case in cases {
        let length = case["len"].as_u64().unwrap();
        let data: Vec<u8> = (0..length).map(|index| ((index * 7 + 3) & 255) as u8).collect();
        assert_eq!(xxh3(&data, None)[..], hex(&case["xxh3"]), "length {length}");
        assert_eq!(xxh3(&data, Some(0)), xxh3(&data, None), "length {length}");
        assert_eq!(xxh3(&data, Some(0x1122_3344_5566_7788))[..], hex(&case["xxh3_seed"]), "length {length}");
    }
}

#[test]
fn blake3_keys_have_32_bytes() {
    assert!(Blake3Keyed::new(&[0; 31]).is_err());
    assert!(Blake3Keyed::new(&[0; 33]).is_err());
}

/// BLAKE3's own test vectors (`keyed_hash`): input byte i is i mod 251.
#[test]
fn blake3_own_keyed_vectors() {
    let keyed = Blake3Keyed::new(b"whats the Elvish word for friend").unwrap();
    let cases = [
        (0, "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26"),
        (1, "6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b"),
        (2, "5392ddae0e0a69d5f40160462cbd9bd889375082ff224ac9c758802b7a6fd20a"),
        (3, "39e67b76b5a007d4921969779fe666da67b5213b096084ab674742f0d5ec62b9"),
        (1023, "c951ecdf03288d0fcc96ee3413563d8a6d3589547f2c2fb36d9786470f1b9d6e"),
        (1024, "75c46f6f3d9eb4f55ecaaee480db732e6c2105546f1e675003687c31719c7ba4"),
        (1025, "357dc55de0c7e382c900fd6e320acc04146be01db6a8ce7210b7189bd664ea69"),
    ];
    for (length, expected) in cases {
        let input: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
        assert_eq!(keyed.of(&input)[..], bytes_of(expected), "length {length}");
    }
}
