//! Addresses of e-mail (docs/internals/people.md, "Contacts and birth").

use super::draw::code_characters;
use super::lists::Names;
use super::lot::Lot;
use crate::hash::HmacSha256;
use crate::plan::EmailDomain;

/// Characters of a code, five bits each.
const CODE_LENGTH: usize = 8;
const CROCKFORD_SMALL: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What stands behind the only `@` of a folded address; `None` for what is no address.
#[must_use]
pub fn domain_of(address: &[u8]) -> Option<&[u8]> {
    let mut parts = address.split(|byte| *byte == b'@');
    let (local, domain) = (parts.next()?, parts.next()?);
    let is_end = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_inside = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(byte);
    let is_address = !local.is_empty()
        && parts.next().is_none()
        && is_end(domain.first())
        && is_end(domain.last())
        && domain.iter().all(is_inside);
    is_address.then_some(domain)
}

/// Appends another address for a lot, of at most `max` characters (0: no limit); `false`, and nothing appended, if there is no room.
#[must_use]
pub fn draw_address(
    names: &Names,
    mapping: EmailDomain,
    hmac: &HmacSha256,
    domain: &[u8],
    max: usize,
    lot: &mut Lot,
    out: &mut Vec<u8>,
) -> bool {
    let locale = &names.locales[lot.take(names.locales.len())];
    let is_female = lot.take_of::<2>() == 0;
    let given = lot.entry(if is_female { &locale.female } else { &locale.male });
    let family = lot.entry(&locale.family);
    let start = out.len();
    for name in [given, family] {
        out.extend(name.bytes().map(|letter| letter.to_ascii_lowercase()));
        out.push(b'.');
    }
    out.extend((0..CODE_LENGTH).map(|_| CROCKFORD_SMALL[lot.take_of::<32>()]));
    out.push(b'@');
    write_domain(mapping, hmac, domain, out);
    for name in [given, family] {
        if max > 0 && out.len() - start > max {
            out.drain(start..=start + name.len());
        }
    }
    let fits = max == 0 || out.len() - start <= max;
    if !fits {
        out.truncate(start);
    }
    fits
}

fn write_domain(mapping: EmailDomain, hmac: &HmacSha256, domain: &[u8], out: &mut Vec<u8>) {
    match mapping {
        EmailDomain::EmailExample => out.extend_from_slice(b"example.com"),
        EmailDomain::EmailMapped => {
            let digest = hmac.of(&[b"@", domain]);
            let code = digest[..5].iter().fold(0, |code, byte| code << 8 | u64::from(*byte));
            out.extend_from_slice(b"d-");
            out.extend(code_characters(CROCKFORD_SMALL, code, CODE_LENGTH));
            out.extend_from_slice(b".example");
        }
        EmailDomain::EmailKept => out.extend_from_slice(domain),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn domains() {
        assert_eq!(domain_of(b"o.b@mail.test"), Some(b"mail.test".as_slice()));
        for address in ["", "@a", "a@", "a@b@c", "a@b.", "a@-b", "a@b_c", "ab"] {
            assert_eq!(domain_of(address.as_bytes()), None, "{address}");
        }
    }

    #[test]
    fn addresses_fit() {
        let hmac = HmacSha256::new(&[1; 32]).unwrap();
        let draw = |mapping, max| {
            let mut out = Vec::new();
            let lot = &mut Lot::new(&[0x5a; 32]);
            draw_address(Names::load(), mapping, &hmac, b"mail.test", max, lot, &mut out).then_some(out)
        };
        let whole = draw(EmailDomain::EmailExample, 0).unwrap();
        assert_eq!(whole.split(|byte| *byte == b'.').count(), 4);
        assert!(whole.ends_with(b"@example.com"));
        let shorter = draw(EmailDomain::EmailExample, whole.len() - 1).unwrap();
        assert!(shorter.len() < whole.len() && whole.ends_with(&shorter));
        assert_eq!(draw(EmailDomain::EmailExample, 20).unwrap().len(), 20);
        assert_eq!(draw(EmailDomain::EmailKept, 17), None);
        assert!(draw(EmailDomain::EmailMapped, 0).unwrap().ends_with(b".example"));
        assert_eq!(domain_of(&draw(EmailDomain::EmailKept, 0).unwrap()), Some(b"mail.test".as_slice()));
    }
}
