//! Phase 1: the order of work of docs/internals/engine.md for one value. Encryption is only queued here.

use core::ops::Range;

use super::batch::Batch;
use super::figures::Figures;
use super::origin::Origin;
use super::texts::Searched;
use super::{Action, Candidate, Direction, Engine, Namespace, Outcome, Scratch};
use crate::ff1::binary::Job;
use crate::hash::HmacSha256;
use crate::issue;
use crate::kinds::canonical::{is_iban_like, is_taken, write_canonical};
use crate::kinds::class::{Class, classify};
use crate::kinds::subject::{Characters, Subject};
use crate::operation::{self, Classed, CodesOnly, Operation, Outside};
use crate::plan::{Hash, Kind, Shape};
use crate::tables::{Encoding, record, status, value};
use crate::techniques::redact::Redaction;
use crate::techniques::token::{Spelling, prefix_of};
use crate::text::code_word::is_code_word;
use crate::text::decode::{Inadmissible, decode, is_plain};
use crate::text::detect::{has_decimal_mark, holds_identifier};
use crate::text::unicode::Unicode;
use crate::text::{count_characters, offset_of};

/// Code points of a value that a technique transforms; redaction and removal take any length.
const VALUE_CHARACTERS_MAX: usize = 65_536;
/// Attempts of a draw: their suffixes are one byte.
const DRAW_ATTEMPTS: u8 = 128;
/// Numbers that are taken from one attempt at most, where few of a class are members.
const DRAW_CANDIDATES: u32 = 12;
/// Bits of an attempt.
const DRAW_BITS: u32 = 512;

/// Appends the outcomes of a record's values, up to the first issue.
pub(super) fn collect_record(engine: &mut Engine, batch: &Batch, record: usize) {
    collect_values(engine, batch, record, batch.values_of(record));
}

/// The same for some of its values.
pub(super) fn collect_values(engine: &mut Engine, batch: &Batch, record: usize, values: Range<usize>) {
    let latin1 = batch.record(record, record::FLAGS) & record::FLAG_LATIN1 != 0;
    if values.start == batch.values_of(record).start {
        engine.figures.begin(&engine.operations, engine.unicode, batch, record);
        if let Some(origin) = &mut engine.origin {
            origin.begin(batch, record);
        }
    }
    for value in values {
        let lengths = engine.scratch.lengths.len();
        let from = engine.text.len();
        let operation = &engine.operations[batch.value(value, value::OPERATION) as usize];
        let mut collector = Collector {
            operation,
            namespaces: &mut engine.namespaces,
            unicode: engine.unicode,
            direction: engine.direction,
            characters: &mut engine.characters,
            scratch: &mut engine.scratch,
            figures: &mut engine.figures,
            terms: batch.terms_of(value),
            origin: engine.origin.as_ref(),
            place: batch.segments_of(value).next().map_or(0, |segment| segment.start as u32),
            text_start: from,
            room: usize::MAX,
        };
        let done = collector.run(batch, value, latin1, &mut engine.text);
        let (status, action) = done.unwrap_or_else(|issue| (issue, Action::Copy));
        engine.scratch.outcomes.push(Outcome { status, action, lengths });
        // The record writes nothing, so its later values need no work; those before may still have an issue of their own.
        if status >= status::ISSUE_MIN {
            break;
        }
    }
}

/// Carries out an operation on a value that stands in a text; the index of its outcome.
pub(super) fn derive(engine: &mut Engine, operation: usize, text: &[u8]) -> usize {
    let from = engine.text.len();
    engine.text.extend_from_slice(text);
    let lengths = engine.scratch.lengths.len();
    let operation = &engine.operations[operation];
    let mut collector = Collector {
        operation,
        namespaces: &mut engine.namespaces,
        unicode: engine.unicode,
        direction: engine.direction,
        characters: &mut engine.characters,
        scratch: &mut engine.scratch,
        figures: &mut engine.figures,
        terms: &[],
        origin: None,
        place: 0,
        text_start: from,
        room: usize::MAX,
    };
    let decoded = Decoded { encoding: Encoding::Raw, count: count_characters(text), lines: 1 };
    let done = collector.apply(text, decoded);
    let (status, action) = done.unwrap_or_else(|issue| (issue, Action::Copy));
    if !matches!(operation.action, operation::Action::Encrypt(_)) {
        engine.text.truncate(from);
    }
    engine.scratch.outcomes.push(Outcome { status, action, lengths });
    engine.scratch.outcomes.len() - 1
}

pub(super) struct Collector<'engine> {
    pub(super) operation: &'engine Operation,
    pub(super) namespaces: &'engine mut [Namespace],
    pub(super) unicode: &'engine Unicode,
    pub(super) direction: Direction,
    characters: &'engine mut Characters,
    pub(super) scratch: &'engine mut Scratch,
    pub(super) figures: &'engine mut Figures,
    /// What the value at hand is a sum of, if it is an amount in one.
    pub(super) terms: &'engine [u32],
    pub(super) origin: Option<&'engine Origin>,
    /// Where the value at hand begins in the input.
    pub(super) place: u32,
    /// Where the value at hand begins in the arena of decoded values.
    text_start: usize,
    /// Code points that the output may have, where lines wrap around the value.
    pub(super) room: usize,
}

/// What a value's text is, once it is decoded.
#[derive(Clone, Copy)]
pub(super) struct Decoded {
    /// Encoding of the first segment.
    pub(super) encoding: Encoding,
    /// Count of code points.
    pub(super) count: usize,
    /// Count of lines that are segments of their own; 1 for a value of another encoding.
    pub(super) lines: usize,
}

pub(super) type Done = (u32, Action);

impl Collector<'_> {
    /// Status and action, or an issue.
    fn run(&mut self, batch: &Batch, value: usize, latin1: bool, arena: &mut Vec<u8>) -> Result<Done, u32> {
        let operation = self.operation;
        let is_kept = match &operation.action {
            operation::Action::Drop => return Ok((status::REMOVED, Action::Remove)),
            operation::Action::Keep { detect: false, codes: None } if !operation.strict => {
                return Ok((status::KEPT, Action::Copy));
            }
            operation::Action::Keep { .. } => true,
            operation::Action::Encrypt(_) | operation::Action::Seal(..) => false,
            _ if self.direction == Direction::Unmask => return Ok((status::LEFT, Action::Copy)),
            _ => false,
        };
        let mut decoded = Decoded { encoding: Encoding::Raw, count: 0, lines: 1 };
        let is_encrypted = matches!(operation.action, operation::Action::Encrypt(_));
        let plain = if is_encrypted { None } else { plain(batch, value, &mut decoded) };
        if plain.is_none() {
            self.decode(batch, value, latin1, arena, &mut decoded).map_err(|_| issue::FIELD_FORMAT)?;
        }
        if decoded.count == 0 {
            return Ok((if is_kept { status::KEPT } else { status::MASKED }, Action::Copy));
        }
        if decoded.encoding == Encoding::MtWrap {
            self.room = decoded.count;
        }
        // What opens a ciphertext takes as much as that is longer than its value.
        let takes_any_length = is_kept
            || matches!(operation.action, operation::Action::Redact(_))
            || self.direction == Direction::Unmask && matches!(operation.action, operation::Action::Seal(..));
        if decoded.count > VALUE_CHARACTERS_MAX && !takes_any_length {
            return Err(issue::VALUE_TOO_LONG);
        }
        let own = plain.unwrap_or(&arena[self.text_start..]);
        let done = if operation.strict && !self.is_admitted(own) {
            Err(issue::FIELD_FORMAT)
        } else {
            let has_lines = decoded.lines > 1 && operation.joins_lines();
            let lines = if has_lines { self.joined_lines(own, decoded.lines) } else { Vec::new() };
            let text = if has_lines { &lines } else { own };
            let done = match operation.search {
                Some(_) => Ok(self.search(batch, value, text, decoded)),
                None => self.apply(text, decoded),
            };
            if has_lines {
                self.scratch.lines = lines;
            }
            done
        };
        // Only what waits for the cipher is looked at again.
        if !is_encrypted {
            arena.truncate(self.text_start);
        }
        done
    }

    /// Puts a text aside that is searched when all of its record is known.
    #[inline(never)]
    fn search(&mut self, batch: &Batch, value: usize, text: &[u8], decoded: Decoded) -> Done {
        let start = self.scratch.searched_text.len();
        self.scratch.searched_text.extend_from_slice(text);
        self.scratch.searched.push(Searched {
            outcome: self.scratch.outcomes.len(),
            operation: batch.value(value, value::OPERATION) as usize,
            text: (start, self.scratch.searched_text.len()),
            lines: decoded.lines,
            encoding: decoded.encoding,
            scope: batch.value(value, value::SCOPE),
        });
        (status::MASKED, Action::Copy)
    }

    /// Appends the value's text to the arena. What it is comes back in a place of the caller's: put together as a result it would be
    /// written in halves and read whole, for which the processor waits.
    #[inline]
    fn decode(
        &mut self,
        batch: &Batch,
        value: usize,
        latin1: bool,
        arena: &mut Vec<u8>,
        decoded: &mut Decoded,
    ) -> Result<(), Inadmissible> {
        let segments = batch.segments_of(value);
        let count = segments.len();
        let is_split = count > 1;
        for (index, segment) in segments.enumerate() {
            let encoding = segment.encoding.ok_or(Inadmissible)?;
            if index == 0 {
                decoded.encoding = encoding;
                decoded.lines = if encoding == Encoding::MtLine { count } else { 1 };
            }
            let bytes = &batch.input()[segment.start..segment.end];
            let count = decode(bytes, encoding, latin1, arena)?;
            if is_split {
                self.scratch.lengths.push(count as u32);
            }
            decoded.count += count;
        }
        Ok(())
    }

    /// A text with a line feed between its last so many segments, in the arena of lines, which is to be put back.
    #[inline(never)]
    fn joined_lines(&mut self, text: &[u8], count: usize) -> Vec<u8> {
        let mut lines = core::mem::take(&mut self.scratch.lines);
        let lengths = &self.scratch.lengths;
        let mut rest = text;
        lines.clear();
        for (index, length) in lengths[lengths.len() - count..].iter().enumerate() {
            let (line, behind) = rest.split_at(offset_of(rest, *length as usize));
            if index > 0 {
                lines.push(b'\n');
            }
            lines.extend_from_slice(line);
            rest = behind;
        }
        lines
    }

    fn apply(&mut self, text: &[u8], decoded: Decoded) -> Result<Done, u32> {
        let operation = self.operation;
        match &operation.action {
            operation::Action::Encrypt(_) | operation::Action::Draw(_) if !text.is_ascii() => match self.direction {
                Direction::Mask => Err(issue::FIELD_FORMAT),
                Direction::Unmask => Ok((status::LEFT, Action::Copy)),
            },
            operation::Action::Keep { detect, codes } => self.keep(*detect, codes.as_ref(), text, decoded),
            operation::Action::Drop => Ok((status::REMOVED, Action::Remove)),
            operation::Action::Redact(redaction) => Ok(self.redact(redaction, decoded, status::MASKED)),
            operation::Action::Mask(mask) => {
                Ok(self.written(status::MASKED, |out| mask.write(text, decoded.encoding, decoded.count, out)))
            }
            operation::Action::Hash(hash, spelling) => self.hash(*hash, spelling, text),
            operation::Action::Token(spelling) => self.token(spelling, text, status::MASKED),
            operation::Action::PrefixedToken(spelling, otherwise) => {
                self.prefixed_token(spelling, otherwise, text, decoded)
            }
            operation::Action::Encrypt(classed) => self.encrypt(classed, text, decoded),
            operation::Action::Draw(classed) => self.draw(classed, text, decoded),
            operation::Action::People(people) => self.people(people, text, decoded),
            operation::Action::Constant(constant) => Ok(self.constant(constant)),
            operation::Action::Month(otherwise) => self.month(otherwise, text, decoded),
            operation::Action::Shift(days, otherwise) => self.shift(*days, otherwise, text, decoded),
            operation::Action::Amount(curve, otherwise) => self.amount(curve, otherwise, text, decoded),
            operation::Action::Seal(sealing, otherwise) => self.seal(*sealing, otherwise, text, decoded),
            operation::Action::Generate(generated) => self.generate(generated, Decoded { lines: 1, ..decoded }),
        }
    }

    fn keep(&mut self, detect: bool, codes: Option<&CodesOnly>, text: &[u8], decoded: Decoded) -> Result<Done, u32> {
        let operation = self.operation;
        let is_searched = detect && !(operation.strict && has_decimal_mark(operation.fit.shape, text));
        if is_searched && holds_identifier(text) {
            return Err(issue::KEPT_IDENTIFIER);
        }
        match codes {
            Some(codes) if self.direction == Direction::Mask && !is_code_word(text, codes.max) => {
                match &codes.otherwise {
                    Some(redaction) => Ok(self.redact(redaction, decoded, status::REDACTED)),
                    None => Err(issue::FIELD_FORMAT),
                }
            }
            _ => Ok((status::KEPT, Action::Copy)),
        }
    }

    /// The output of the value at hand is what `write` appends.
    pub(super) fn written(&mut self, status: u32, write: impl FnOnce(&mut Vec<u8>)) -> Done {
        let start = self.scratch.output.len();
        write(&mut self.scratch.output);
        if self.room != usize::MAX {
            self.fill_if_long(start);
        }
        (status, Action::Write(start, self.scratch.output.len()))
    }

    /// What the value has no room for does not stand in its place.
    #[cold]
    pub(super) fn fill_if_long(&mut self, start: usize) {
        let output = &mut self.scratch.output;
        if count_characters(&output[start..]) > self.room {
            output.truncate(start);
            let filler = if self.operation.fit.shape == Shape::Digits { b'0' } else { b'X' };
            output.resize(start + self.room, filler);
        }
    }

    /// The strict check: an identifier is looked at in its canonical form, since an IBAN in groups is still that IBAN.
    fn is_admitted(&mut self, text: &[u8]) -> bool {
        let Operation { kind, fit, .. } = self.operation;
        let is_identifier = matches!(kind, Kind::Pan | Kind::Iban | Kind::Bic | Kind::Lei | Kind::Uetr | Kind::Account);
        let is_typed = matches!(fit.shape, Shape::Iban | Shape::Bic | Shape::Lei | Shape::Uuid4 | Shape::Digits);
        if !is_identifier || !is_typed {
            return fit.admits(text);
        }
        // What is of the type as it is written is so in its canonical form as well, where that changes no more than the case of letters
        // that the type has in both.
        let is_as_written = matches!(
            (kind, fit.shape),
            (Kind::Uetr, Shape::Uuid4)
                | (Kind::Lei, Shape::Lei)
                | (Kind::Iban | Kind::Account, Shape::Iban)
                | (Kind::Pan, Shape::Digits)
        ) || (*kind == Kind::Bic && fit.shape == Shape::Bic && !text.ends_with(b"XXX"));
        if is_as_written && fit.prefix.is_empty() && fit.admits(text) {
            return true;
        }
        if !is_taken(*kind, text) {
            return fit.admits(text);
        }
        if *kind == Kind::Account && fit.shape == Shape::Iban {
            // Of two letters, two digits and little else it is no IBAN, and its canonical form is as it is; the type may admit
            // small letters.
            return Subject::new(text, self.characters).is_some_and(|mut subject| {
                subject.make_upper_case();
                fit.admits(subject.joined())
            });
        }
        if self.canonicalise(text).is_err() {
            return fit.admits(text);
        }
        let canonical = &self.scratch.canonical;
        if *kind != Kind::Uetr {
            return fit.admits(canonical);
        }
        // The shape's own spelling of a UUID has the hyphens that the canonical form leaves out.
        let groups = [&canonical[..8], &canonical[8..12], &canonical[12..16], &canonical[16..20], &canonical[20..]];
        fit.admits(&groups.join(&b'-'))
    }

    /// Writes the canonical form of the value into [`Scratch::canonical`].
    pub(super) fn canonicalise(&mut self, text: &[u8]) -> Result<(), u32> {
        let Operation { kind, merge, fit, .. } = self.operation;
        let canonical = &mut self.scratch.canonical;
        canonical.clear();
        write_canonical(*kind, fit.shape, *merge, text, self.unicode, canonical)
    }

    fn namespace(&self) -> &Namespace {
        &self.namespaces[self.operation.namespace]
    }

    fn redact(&mut self, redaction: &Redaction, decoded: Decoded, status: u32) -> Done {
        self.written(status, |out| redaction.write(decoded.encoding, decoded.count, out))
    }

    fn hash(&mut self, hash: Hash, spelling: &Spelling, text: &[u8]) -> Result<Done, u32> {
        self.canonicalise(text)?;
        let namespace = self.namespace();
        let canonical = self.scratch.canonical.as_slice();
        let mut digest = [0; 64];
        match hash {
            Hash::HmacSha256 => digest[..32].copy_from_slice(&namespace.hmac_sha256.of(&[canonical])),
            Hash::HmacSha512 => digest = namespace.hmac_sha512.of(&[canonical]),
            Hash::Blake3Keyed => digest[..32].copy_from_slice(&namespace.blake3.of(canonical)),
        }
        Ok(self.written(status::MASKED, |out| spelling.write_hash(&digest, out)))
    }

    fn token(&mut self, spelling: &Spelling, text: &[u8], status: u32) -> Result<Done, u32> {
        self.canonicalise(text)?;
        let digest = self.namespace().hmac_sha256.of(&[&self.scratch.canonical]);
        Ok(self.written(status, |out| spelling.write_token(digest, text, out)))
    }

    #[inline(never)]
    fn prefixed_token(
        &mut self,
        spelling: &Spelling,
        otherwise: &Outside,
        text: &[u8],
        decoded: Decoded,
    ) -> Result<Done, u32> {
        let Some(prefix) = prefix_of(self.operation.fit.shape, text) else {
            return self.outside(otherwise, text, decoded, issue::FIELD_FORMAT);
        };
        self.canonicalise(text)?;
        let digest = self.namespace().hmac_sha256.of(&[&self.scratch.canonical]);
        Ok(self.written(status::MASKED, |out| {
            out.extend_from_slice(prefix);
            out.extend_from_slice(b"PS");
            out.extend(prefix.last());
            spelling.write_token(digest, text, out);
        }))
    }

    fn encrypt(&mut self, classed: &Classed, text: &[u8], decoded: Decoded) -> Result<Done, u32> {
        let (class, subject) = match find(self.operation, classed, text, self.characters) {
            Ok(found) => found,
            Err(issue) => return self.outside(&classed.otherwise, text, decoded, issue),
        };
        let mut mixed = None;
        let Some((domain, start)) = class.family.domain(subject.joined(), &mut mixed) else {
            return self.outside(&classed.otherwise, text, decoded, issue::FIELD_FORMAT);
        };
        if domain.size().small {
            return self.outside(&classed.otherwise, text, decoded, issue::FIELD_DOMAIN);
        }
        let Scratch { joined, tweaks, candidates, outcomes, .. } = &mut *self.scratch;
        let bits = domain.rank(&subject.joined()[start..]);
        let tweak_start = tweaks.len();
        class.family.write_tweak(&subject, tweaks);
        let tweak = (tweak_start as u32, tweaks.len() as u32);
        let joined_start = joined.len();
        joined.extend_from_slice(subject.joined());
        let job = Job::new(bits, domain.size().string_length(), tweak, candidates.len() as u32);
        candidates.push(Candidate {
            class,
            outcome: outcomes.len(),
            layout: (self.text_start, self.text_start + text.len()),
            joined: (joined_start, joined.len()),
        });
        self.namespaces[self.operation.namespace].jobs.push(job);
        // The range follows when the cipher has run.
        Ok((status::MASKED, Action::Write(0, 0)))
    }

    pub(super) fn draw(&mut self, classed: &Classed, text: &[u8], decoded: Decoded) -> Result<Done, u32> {
        self.canonicalise(text)?;
        let (class, mut subject) = match find(self.operation, classed, text, self.characters) {
            Ok(found) => found,
            Err(issue) => return self.outside(&classed.otherwise, text, decoded, issue),
        };
        let mut mixed = None;
        let Some((domain, start)) = class.family.domain(subject.joined(), &mut mixed) else {
            return self.outside(&classed.otherwise, text, decoded, issue::FIELD_FORMAT);
        };
        let hmac = &self.namespaces[self.operation.namespace].hmac_sha256;
        let canonical = &self.scratch.canonical;
        let own = subject.joined().to_vec();
        let candidates = candidates_of(self.operation.kind, domain.size().bits);
        let is_drawn = (0..DRAW_ATTEMPTS).any(|attempt| {
            let mut number = draw_number(hmac, canonical, attempt);
            (0..candidates).any(|_| {
                let characters = subject.joined_mut();
                // What is left of the number is the quotient by the count of values.
                domain.unrank(&mut number, &mut characters[start..]);
                class.family.mark_draw(characters);
                class.family.complete(characters) && *characters != own
            })
        });
        if !is_drawn {
            return self.outside(&classed.otherwise, text, decoded, issue::FIELD_FORMAT);
        }
        let output = &mut self.scratch.output;
        let start = output.len();
        class.lay_out(text, subject.joined(), output);
        Ok((status::MASKED, Action::Write(start, output.len())))
    }

    /// `otherwise` of a value that is in no class of its kind.
    pub(super) fn outside(
        &mut self,
        otherwise: &Outside,
        text: &[u8],
        decoded: Decoded,
        issue: u32,
    ) -> Result<Done, u32> {
        if self.direction == Direction::Unmask {
            return Ok((status::LEFT, Action::Copy));
        }
        match otherwise {
            Outside::Refuse => Err(issue),
            Outside::Redact(redaction) => Ok(self.redact(redaction, decoded, status::REDACTED)),
            Outside::Token { iban, token, redaction } => {
                let iban = iban.as_ref().filter(|_| is_iban_like(self.operation.kind, text));
                match iban.or(token.as_ref()) {
                    Some(spelling) => self.token(spelling, text, status::TOKEN),
                    None => Ok(self.redact(redaction, decoded, status::REDACTED)),
                }
            }
        }
    }
}

/// The text of a value that stands in the input as it is, so that nothing has to be decoded; `None` for every other. Most values are so.
#[inline]
fn plain<'call>(batch: &Batch<'call>, value: usize, decoded: &mut Decoded) -> Option<&'call [u8]> {
    let mut segments = batch.segments_of(value);
    let (1, Some(segment)) = (segments.len(), segments.next()) else { return None };
    let encoding = segment.encoding?;
    let bytes = &batch.input()[segment.start..segment.end];
    if !is_plain(bytes, encoding) {
        return None;
    }
    decoded.encoding = encoding;
    decoded.count = bytes.len();
    Some(bytes)
}

/// The class of an ASCII value, with its letters and digits in canonical spelling; or the issue of a value in none.
#[inline]
fn find<'value>(
    operation: &Operation,
    classed: &Classed,
    text: &'value [u8],
    characters: &'value mut Characters,
) -> Result<(Class, Subject<'value>), u32> {
    let mut subject = Subject::new(text, characters).ok_or(issue::FIELD_FORMAT)?;
    let class = classify(operation.kind, operation.fit.shape, classed.bin, &mut subject)?;
    Ok((class, subject))
}

/// How many numbers below a count of so many bits are taken from one attempt: more than one where hardly any is a member.
fn candidates_of(kind: Kind, bits: u32) -> u32 {
    if matches!(kind, Kind::NationalId | Kind::Identifier) {
        (DRAW_BITS / bits.max(1)).clamp(1, DRAW_CANDIDATES)
    } else {
        1
    }
}

/// 512 bits of a canonical form: HMAC-SHA-256 twice, with the suffixes 2t and 2t + 1, of which the very first is left out.
fn draw_number(hmac: &HmacSha256, canonical: &[u8], attempt: u8) -> [u64; 8] {
    let first = if attempt == 0 { hmac.of(&[canonical]) } else { hmac.of(&[canonical, &[2 * attempt]]) };
    let second = hmac.of(&[canonical, &[2 * attempt + 1]]);
    let mut number = [0; 8];
    let (high, _) = first.as_chunks::<8>();
    let (low, _) = second.as_chunks::<8>();
    for (word, bytes) in number.iter_mut().rev().zip(high.iter().chain(low)) {
        *word = u64::from_be_bytes(*bytes);
    }
    number
}
