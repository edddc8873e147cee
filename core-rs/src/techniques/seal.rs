//! ENCRYPT: a whole value under AES-SIV or AES-GCM, in letters and digits that its field takes (docs/internals/engine.md, "ENCRYPT").

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::array::Array;
use aes_gcm::aead::{Aead, KeyInit};
use aes_siv::siv::Aes256Siv;

use crate::hash::{HmacSha256, HmacSha512};
use crate::plan::{Cipher, Shape};
use crate::text::fit::Fit;

/// Bytes of a synthetic initialization vector and of a tag.
const TAG: usize = 16;
/// Bytes of a nonce (SP 800-38D, 5.2.1.1).
pub const NONCE: usize = 12;
/// No canonical form begins with this byte, which no UTF-8 has: what a namespace's key is asked for elsewhere is never one of these.
pub const APART: u8 = 0xff;

/// How bytes are spelled (RFC 4648).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    /// Small hexadecimal digits.
    Base16,
    /// Capitals and digits, without padding.
    Base32,
    /// The alphabet of URLs, without padding.
    Base64Url,
    /// With padding.
    Base64,
}

/// A cipher, and how what it writes is spelled.
#[derive(Clone, Copy, Debug)]
pub struct Sealing {
    /// The cipher.
    pub cipher: Cipher,
    code: Code,
}

impl Sealing {
    /// Prepares the encryption of a field's values.
    ///
    /// # Errors
    /// What the operation breaks, in words.
    pub fn new(cipher: Cipher, fit: &Fit) -> Result<Self, &'static str> {
        let code = match fit.shape {
            Shape::Text | Shape::Code => Code::Base64Url,
            Shape::SwiftX | Shape::Alphanumeric | Shape::UpperAlphanumeric => Code::Base32,
            Shape::Hex => Code::Base16,
            Shape::Base64 => Code::Base64,
            _ => return Err("the shape takes no ciphertext"),
        };
        if !fit.prefix.is_empty() {
            return Err("a field with a fixed prefix");
        }
        let sealing = Self { cipher, code };
        let shortest = sealing.length(1);
        if fit.max > 0 && shortest > fit.max {
            return Err("longer than the field's maximum");
        }
        if shortest < fit.min { Err("shorter than the field's minimum") } else { Ok(sealing) }
    }

    /// Characters of the output for so many bytes.
    #[must_use]
    pub fn length(&self, bytes: usize) -> usize {
        let sealed = bytes + TAG + if self.cipher == Cipher::AesGcm { NONCE } else { 0 };
        match self.code {
            Code::Base16 => 2 * sealed,
            Code::Base32 => (8 * sealed).div_ceil(5),
            Code::Base64Url => (4 * sealed).div_ceil(3),
            Code::Base64 => 4 * sealed.div_ceil(3),
        }
    }

    /// Appends what stands for sealed bytes.
    pub fn write(&self, sealed: &[u8], out: &mut Vec<u8>) {
        let (alphabet, bits) = self.code.alphabet();
        let start = out.len();
        let (mut held, mut count) = (0_u32, 0);
        for byte in sealed {
            held = held << 8 | u32::from(*byte);
            count += 8;
            while count >= bits {
                count -= bits;
                out.push(alphabet[(held >> count) as usize & (alphabet.len() - 1)]);
            }
        }
        if count > 0 {
            out.push(alphabet[(held << (bits - count)) as usize & (alphabet.len() - 1)]);
        }
        if self.code == Code::Base64 {
            out.resize(start + (out.len() - start).next_multiple_of(4), b'=');
        }
    }

    /// The bytes that a text stands for; `None` if [`Self::write`] would not write it.
    #[must_use]
    pub fn read(&self, text: &[u8]) -> Option<Vec<u8>> {
        let (alphabet, bits) = self.code.alphabet();
        let own = match self.code {
            Code::Base64 => &text[..=text.iter().rposition(|byte| *byte != b'=')?],
            _ => text,
        };
        let mut sealed = Vec::with_capacity(own.len() * bits as usize / 8);
        let (mut held, mut count) = (0_u32, 0);
        for character in own {
            let digit = alphabet.iter().position(|known| known == character)?;
            held = held << bits | digit as u32;
            count += bits;
            if count >= 8 {
                count -= 8;
                sealed.push((held >> count) as u8);
            }
        }
        let mut again = Vec::with_capacity(text.len());
        self.write(&sealed, &mut again);
        (again == text).then_some(sealed)
    }
}

impl Code {
    /// Characters, and how many bits each holds.
    fn alphabet(self) -> (&'static [u8], u32) {
        match self {
            Self::Base16 => (b"0123456789abcdef", 4),
            Self::Base32 => (b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5),
            Self::Base64Url => (b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 6),
            Self::Base64 => (b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6),
        }
    }
}

/// The ciphers of a namespace, made when they are asked for first.
#[derive(Default)]
pub struct Ciphers {
    siv: Option<Box<Aes256Siv>>,
    gcm: Option<Box<Aes256Gcm>>,
}

impl Ciphers {
    /// AES-SIV (RFC 5297) with AES-256 and no associated data: the synthetic vector, then the ciphertext.
    pub fn seal_siv(&mut self, hmac: &HmacSha512, clear: &[u8]) -> Option<Vec<u8>> {
        self.siv(hmac).encrypt(core::iter::empty::<&[u8]>(), clear).ok()
    }

    /// The value behind such bytes; `None` for others.
    pub fn open_siv(&mut self, hmac: &HmacSha512, sealed: &[u8]) -> Option<Vec<u8>> {
        self.siv(hmac).decrypt(core::iter::empty::<&[u8]>(), sealed).ok()
    }

    /// AES-256-GCM (SP 800-38D): nonce, ciphertext, tag.
    pub fn seal_gcm(&mut self, hmac: &HmacSha256, nonce: [u8; NONCE], clear: &[u8]) -> Option<Vec<u8>> {
        let sealed = self.gcm(hmac).encrypt(&Array::from(nonce), clear).ok()?;
        Some([&nonce, sealed.as_slice()].concat())
    }

    /// The value behind such bytes; `None` for others.
    pub fn open_gcm(&mut self, hmac: &HmacSha256, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, behind) = sealed.split_first_chunk::<NONCE>()?;
        self.gcm(hmac).decrypt(&Array::from(*nonce), behind).ok()
    }

    fn siv(&mut self, hmac: &HmacSha512) -> &mut Aes256Siv {
        self.siv.get_or_insert_with(|| Box::new(Aes256Siv::new(&Array::from(hmac.of(&[&[APART], b"aes-siv"])))))
    }

    fn gcm(&mut self, hmac: &HmacSha256) -> &Aes256Gcm {
        self.gcm.get_or_insert_with(|| Box::new(Aes256Gcm::new(&Array::from(hmac.of(&[&[APART], b"aes-gcm"])))))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sealing(shape: Shape) -> Sealing {
        let fit = crate::plan::Fit { shape: shape as i32, ..Default::default() };
        Sealing::new(Cipher::AesSiv, &Fit::new(Some(&fit)).unwrap()).unwrap()
    }

    /// RFC 4648, section 10.
    #[test]
    fn spelled_as_the_standard_does() {
        let written = |shape, bytes: &[u8]| {
            let mut out = Vec::new();
            sealing(shape).write(bytes, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written(Shape::Text, b"foob"), "Zm9vYg");
        assert_eq!(written(Shape::Base64, b"foob"), "Zm9vYg==");
        assert_eq!(written(Shape::Base64, b"fooba"), "Zm9vYmE=");
        assert_eq!(written(Shape::SwiftX, b"foobar"), "MZXW6YTBOI");
        assert_eq!(written(Shape::Hex, b"foobar"), "666f6f626172");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes in prop::collection::vec(any::<u8>(), 1..60), other in "[A-Za-z0-9=_-]{0,40}") {
            for shape in [Shape::Text, Shape::SwiftX, Shape::Hex, Shape::Base64] {
                let sealing = sealing(shape);
                let mut out = Vec::new();
                sealing.write(&bytes, &mut out);
                if bytes.len() > TAG {
                    prop_assert_eq!(out.len(), sealing.length(bytes.len() - TAG));
                }
                prop_assert_eq!(sealing.read(&out), Some(bytes.clone()));
                let mut again = Vec::new();
                if let Some(read) = sealing.read(other.as_bytes()) {
                    sealing.write(&read, &mut again);
                    prop_assert_eq!(again, other.as_bytes());
                }
            }
        }
    }
}
