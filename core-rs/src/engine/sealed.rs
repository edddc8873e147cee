//! ENCRYPT and GENERATE of one value (docs/internals/engine.md).

use super::collect::{Collector, Decoded, Done};
use super::{Action, Direction};
use crate::hash::HmacSha256;
use crate::issue;
use crate::operation::Outside;
use crate::plan::Cipher;
use crate::tables::{Encoding, status};
use crate::techniques::decimal;
use crate::techniques::generate::{Generated, Stream, write_day};
use crate::techniques::seal::{NONCE, Sealing};

impl Collector<'_> {
    #[inline(never)]
    pub(super) fn seal(
        &mut self,
        sealing: Sealing,
        otherwise: &Outside,
        text: &[u8],
        decoded: Decoded,
    ) -> Result<Done, u32> {
        if self.direction == Direction::Unmask {
            return Ok(self.unseal(sealing, text));
        }
        let length = sealing.length(text.len());
        let fit = &self.operation.fit;
        // What is longer than its value has no room where lines end.
        let wraps = decoded.encoding == Encoding::MtWrap || decoded.lines > 1;
        if wraps || !fit.admits_length(length) {
            return self.outside(otherwise, text, decoded, issue::VALUE_UNENCODABLE);
        }
        let namespace = &mut self.namespaces[self.operation.namespace];
        let sealed = match sealing.cipher {
            Cipher::AesSiv => namespace.ciphers.seal_siv(&namespace.hmac_sha512, text),
            Cipher::AesGcm => {
                let origin = self.origin.ok_or(issue::BUG)?;
                let key = origin.key(&namespace.hmac_sha256, b"nonce", self.place, text);
                let mut nonce = [0; NONCE];
                nonce.copy_from_slice(&key[..NONCE]);
                namespace.ciphers.seal_gcm(&namespace.hmac_sha256, nonce, text)
            }
        };
        let sealed = sealed.ok_or(issue::VALUE_UNENCODABLE)?;
        Ok(self.written(status::MASKED, |out| sealing.write(&sealed, out)))
    }

    /// What does not open under this key is nothing that was written with it.
    fn unseal(&mut self, sealing: Sealing, text: &[u8]) -> Done {
        let namespace = &mut self.namespaces[self.operation.namespace];
        let clear = sealing.read(text).and_then(|sealed| match sealing.cipher {
            Cipher::AesSiv => namespace.ciphers.open_siv(&namespace.hmac_sha512, &sealed),
            Cipher::AesGcm => namespace.ciphers.open_gcm(&namespace.hmac_sha256, &sealed),
        });
        match clear {
            Some(clear) if core::str::from_utf8(&clear).is_ok() => {
                self.written(status::MASKED, |out| out.extend_from_slice(&clear))
            }
            _ => (status::LEFT, Action::Copy),
        }
    }

    #[inline(never)]
    pub(super) fn generate(&mut self, generated: &Generated, decoded: Decoded) -> Result<Done, u32> {
        let hmac = &self.namespaces[self.operation.namespace].hmac_sha256;
        let mut stream = Stream::new(self.origin.ok_or(issue::BUG)?.key(hmac, b"generate", self.place, b""));
        let fit = &self.operation.fit;
        match generated {
            Generated::Amount { from, step, count, decimals } => {
                let units = from + step * i128::from(stream.below(*count));
                Ok(self.written(status::MASKED, |out| {
                    decimal::write(units, *decimals, fit.shape, out);
                }))
            }
            Generated::Day { from, count } => {
                let day = from + stream.below(*count).cast_signed();
                Ok(self.written(status::MASKED, |out| {
                    write_day(fit, day, out);
                }))
            }
            Generated::Places(places) => Ok(self.written(status::MASKED, |out| {
                for place in places {
                    let character = place[stream.below(place.len() as u64) as usize];
                    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
            })),
            Generated::Class(classed, like) => self.under(stream.key(), |own| own.draw(classed, like, decoded)),
            Generated::People(people, like) => self.under(stream.key(), |own| own.people(people, like, decoded)),
        }
    }

    /// Draws a pseudonym under a key of this one value.
    fn under(&mut self, key: [u8; 32], draw: impl FnOnce(&mut Self) -> Result<Done, u32>) -> Result<Done, u32> {
        let index = self.operation.namespace;
        let hmac = HmacSha256::new(&key).map_err(|_| issue::BUG)?;
        let own = core::mem::replace(&mut self.namespaces[index].hmac_sha256, hmac);
        let start = self.scratch.output.len();
        let done = draw(self);
        self.namespaces[index].hmac_sha256 = own;
        match done {
            Ok((status, Action::Write(..))) if self.room != usize::MAX => {
                self.fill_if_long(start);
                Ok((status, Action::Write(start, self.scratch.output.len())))
            }
            done => done,
        }
    }
}
