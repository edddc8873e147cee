//! PSEUDONYM of the kinds of docs/internals/people.md: what stands between a value and the draws of [`crate::people`].

use super::collect::{Collector, Decoded, Done};
use super::{Action, Scratch};
use crate::hash::HmacSha256;
use crate::issue;
use crate::kinds::subject::CHARACTERS_MAX;
use crate::operation::People;
use crate::people::birth::Birth;
use crate::people::contact::{domain_of, draw_address};
use crate::people::draw::{Case, Named, Party, add_code, cut, write_lines};
use crate::people::free_text::write_text;
use crate::people::line::Line;
use crate::people::lists::{Forms, Names};
use crate::people::lot::{Lot, draw};
use crate::people::place::{Pattern, Street, Subdivision, draw_town, town_locales};
use crate::plan::{Kind, Shape};
use crate::tables::status;
use crate::text::{count_characters, offset_of};

impl Collector<'_> {
    /// A drawn value, or what becomes of one for which there is none. Kept apart from the order of work, whose frame it would swell.
    #[inline(never)]
    pub(super) fn people(&mut self, people: &People, text: &[u8], decoded: Decoded) -> Result<Done, u32> {
        let start = self.scratch.output.len();
        let lines = if self.operation.joins_lines() { decoded.lines } else { 1 };
        let is_drawn = match self.operation.kind {
            Kind::Postcode => self.code(Pattern::Postcode, text)?,
            Kind::BuildingNumber => self.code(Pattern::BuildingNumber, text)?,
            Kind::BirthDate => self.birth(text)?,
            Kind::Email => self.email(people, text)?,
            Kind::FreeText => self.free_text(text, lines)?,
            Kind::AddressLine => self.address(text, lines)?,
            kind => self.words(kind, people, text, lines)?,
        };
        if !is_drawn {
            self.scratch.output.truncate(start);
            return self.outside(&people.otherwise, text, decoded, issue::FIELD_FORMAT);
        }
        if self.room != usize::MAX {
            self.cut_to_room(start);
        }
        let end = self.scratch.output.len();
        Ok((status::MASKED, if lines > 1 { Action::WriteLines(start, end) } else { Action::Write(start, end) }))
    }

    /// Leaves of words what the value has room for, without a space at the end; of what is no words, nothing.
    #[cold]
    fn cut_to_room(&mut self, start: usize) {
        if !self.operation.joins_lines() {
            self.fill_if_long(start);
            return;
        }
        let output = &mut self.scratch.output;
        if count_characters(&output[start..]) > self.room {
            output.truncate(start + offset_of(&output[start..], self.room));
            while output.len() > start + 1 && output.last() == Some(&b' ') {
                output.pop();
            }
        }
    }

    /// A name or a place.
    fn words(&mut self, kind: Kind, people: &People, text: &[u8], lines: usize) -> Result<bool, u32> {
        self.canonicalise(text)?;
        let hmac = &self.namespaces[self.operation.namespace].hmac_sha256;
        let Scratch { canonical, drawn: name, output, .. } = &mut *self.scratch;
        let form = core::str::from_utf8(canonical).unwrap_or_default();
        let drawn = draw_words(kind, text, form, hmac, name);
        if let Some(code) = drawn {
            let max = self.operation.fit.max;
            if people.distinct {
                add_code(name, code, max);
            }
            cut(name, max);
            Case::of(text, self.unicode).apply(name);
            write_lines(name, lines, output);
        }
        Ok(drawn.is_some())
    }

    /// An address, line by line; one without letters and digits in any line as a whole.
    fn address(&mut self, text: &[u8], lines: usize) -> Result<bool, u32> {
        let start = self.scratch.output.len();
        if lines == 1 && !has_ink(text) {
            if !self.address_line(text)? {
                return Ok(false);
            }
        } else {
            for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
                if index > 0 {
                    self.scratch.output.push(b'\n');
                }
                if has_ink(line) && !self.address_line(line)? {
                    return Ok(false);
                }
            }
        }
        cut_lines(&mut self.scratch.output, start, self.operation.fit.max, lines, true);
        if lines > 1 {
            fill_lines(&mut self.scratch.output, start);
        }
        Ok(true)
    }

    fn address_line(&mut self, text: &[u8]) -> Result<bool, u32> {
        let hmac = &self.namespaces[self.operation.namespace].hmac_sha256;
        let Scratch { canonical, drawn, output, .. } = &mut *self.scratch;
        canonical.clear();
        self.unicode.write_canonical(text, true, canonical).map_err(|_| issue::UNICODE_UNASSIGNED)?;
        let folded = core::str::from_utf8(canonical).unwrap_or_default();
        let line = Line::of(folded, self.unicode);
        let is_drawn = draw(hmac, line.form().as_bytes(), |lot| line.draw(lot, drawn));
        Case::of(text, self.unicode).apply(drawn);
        output.extend_from_slice(drawn.as_bytes());
        Ok(is_drawn)
    }

    fn free_text(&mut self, text: &[u8], lines: usize) -> Result<bool, u32> {
        self.canonicalise(text)?;
        let case = Case::of(text, self.unicode);
        let hmac = &self.namespaces[self.operation.namespace].hmac_sha256;
        let Scratch { canonical, output, .. } = &mut *self.scratch;
        let start = output.len();
        write_text(text, canonical, case, hmac, output);
        cut_lines(output, start, self.operation.fit.max, lines, false);
        if output.len() == start {
            output.push(b'X');
        }
        Ok(true)
    }

    /// A postcode or the number of a building: letters and digits drawn in their places.
    fn code(&mut self, pattern: Pattern, text: &[u8]) -> Result<bool, u32> {
        let digits = text.iter().filter(|character| character.is_ascii_digit()).count();
        let letters = text.iter().filter(|character| character.is_ascii_alphabetic()).count();
        let is_taken = text.is_ascii()
            && text.len() <= CHARACTERS_MAX
            && pattern.takes(digits, letters)
            && (self.operation.fit.shape != Shape::Digits || digits == text.len());
        if !is_taken {
            return Ok(false);
        }
        self.canonicalise(text)?;
        let hmac = &self.namespaces[self.operation.namespace].hmac_sha256;
        let Scratch { canonical, code, output, .. } = &mut *self.scratch;
        let is_drawn = draw(hmac, canonical, |lot| {
            code.clear();
            pattern.draw(canonical, lot, code)
        });
        if is_drawn {
            if letters > 0 && !text.iter().any(u8::is_ascii_uppercase) {
                code.make_ascii_lowercase();
            }
            let mut drawn = code.iter();
            let place =
                |own: &u8| if own.is_ascii_alphanumeric() { drawn.next().copied().unwrap_or(*own) } else { *own };
            output.extend(text.iter().map(place));
        }
        Ok(is_drawn)
    }

    fn birth(&mut self, text: &[u8]) -> Result<bool, u32> {
        let max = self.operation.fit.max;
        let birth = Birth::of(text).filter(|birth| max == 0 || birth.length() <= max);
        let Some(birth) = birth else { return Ok(false) };
        self.canonicalise(text)?;
        let hmac = &self.namespaces[self.operation.namespace].hmac_sha256;
        let Scratch { canonical, output, .. } = &mut *self.scratch;
        Ok(draw(hmac, canonical, |lot| birth.draw(lot, output)))
    }

    fn email(&mut self, people: &People, text: &[u8]) -> Result<bool, u32> {
        self.canonicalise(text)?;
        let hmac = &self.namespaces[self.operation.namespace].hmac_sha256;
        let Scratch { canonical, output, .. } = &mut *self.scratch;
        let address = canonical.as_slice();
        let Some(domain) = domain_of(address) else { return Ok(false) };
        let lot = &mut Lot::new(&hmac.of(&[address]));
        Ok(draw_address(Names::load(), people.domain, hmac, domain, self.operation.fit.max, lot, output))
    }
}

/// Draws for a form; the code of the attempt that was taken.
fn draw_words(kind: Kind, text: &[u8], form: &str, hmac: &HmacSha256, name: &mut String) -> Option<u32> {
    let mut code = 0;
    let key = form.as_bytes();
    let is_drawn = match kind {
        Kind::Town => {
            let locales = town_locales(form);
            draw(hmac, key, |lot| draw_town(form, locales, lot, name))
        }
        Kind::Street => {
            let street = Street::of(form);
            draw(hmac, key, |lot| street.draw(lot, name))
        }
        Kind::Subdivision => {
            let subdivision = Subdivision::of(text, form);
            draw(hmac, key, |lot| subdivision.draw(lot, name))
        }
        kind => {
            let names = Names::load();
            let party = Party::of(named(kind), form, Forms::load(), names);
            draw(hmac, key, |lot| {
                code = lot.code();
                party.draw(names, lot, name)
            })
        }
    };
    is_drawn.then_some(code)
}

fn named(kind: Kind) -> Named {
    match kind {
        Kind::GivenName => Named::Given,
        Kind::FamilyName => Named::Family,
        Kind::Organisation => Named::Organisation,
        _ => Named::Party,
    }
}

/// Whether a line has a letter or digit, of any script.
fn has_ink(line: &[u8]) -> bool {
    line.iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii())
}

/// Cuts lines to `max` characters together (0: no limit). Line feeds that part segments stay and do not count. Spaces at the ends of
/// lines go if `is_trimmed`.
fn cut_lines(output: &mut Vec<u8>, start: usize, max: usize, segments: usize, is_trimmed: bool) {
    let are_segments = segments > 1;
    let own = output.len() - start - if are_segments { segments - 1 } else { 0 };
    if max == 0 || own <= max {
        return;
    }
    let text = output.split_off(start);
    let mut left = max;
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        if index > 0 {
            if !are_segments {
                if left == 0 {
                    break;
                }
                left -= 1;
            }
            output.push(b'\n');
        }
        let piece = &line[..line.len().min(left)];
        left -= piece.len();
        output.extend_from_slice(if is_trimmed { piece.trim_ascii_end() } else { piece });
    }
}

/// Every line of a segment holds something.
fn fill_lines(output: &mut Vec<u8>, start: usize) {
    let is_empty = |line: &[u8]| line.is_empty();
    if !output[start..].split(|byte| *byte == b'\n').any(is_empty) {
        return;
    }
    let text = output.split_off(start);
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        if index > 0 {
            output.push(b'\n');
        }
        output.extend_from_slice(if line.is_empty() { b"X" } else { line });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_and_filled() {
        let cut = |text: &str, max, segments, is_trimmed| {
            let mut out = text.as_bytes().to_vec();
            cut_lines(&mut out, 0, max, segments, is_trimmed);
            String::from_utf8_lossy(&out).into_owned()
        };
        assert_eq!(cut("AB CD\nEF", 6, 1, true), "AB CD\n");
        assert_eq!(cut("AB CD\nEF", 3, 1, true), "AB");
        assert_eq!(cut("AB CD\nEF", 3, 2, false), "AB \n");
        assert_eq!(cut("AB CD\nEF", 7, 2, true), "AB CD\nEF");
        let mut out = b"-A\n\nB\n".to_vec();
        fill_lines(&mut out, 1);
        assert_eq!(out, b"-A\nX\nB\nX");
    }
}
