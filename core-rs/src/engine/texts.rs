//! Texts that are kept but for what is found in them (docs/internals/detect.md): what is searched for, what replaces it.

use zeroize::Zeroize;

use super::batch::Batch;
use super::collect::derive;
use super::{Action, Engine, Scratch};
use crate::detect::dictionary::{Dictionary, ValueKind};
use crate::detect::finder::{Finder, Finding, is_trunk};
use crate::detect::layout::{Pieces, Source, spelled_as, turn};
use crate::detect::stream::Stream;
use crate::issue;
use crate::operation::{self, Operation};
use crate::people::draw::Case;
use crate::plan::{Entity, Shape};
use crate::tables::{Encoding, record, status, value};
use crate::text::count_characters;
use crate::text::decode::decode;
use crate::text::fit::is_of_alphabet;
use crate::text::unicode::Unicode;

/// Characters of a value of a dictionary at most.
const VALUE_MAX: usize = 1024;
/// Bytes of a text at most that stays as it was read until it is written; a longer one is read again.
const READ_MAX: usize = 1024;
/// Characters of the shortest IBAN.
const IBAN_MIN: usize = 15;

/// A text that was met while a record was collected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Searched {
    /// Index in [`Scratch::outcomes`].
    pub outcome: usize,
    /// Index of its operation.
    pub operation: usize,
    /// Range in [`Scratch::searched_text`], with line feeds between lines.
    pub text: (usize, usize),
    /// Segments that are lines of their own; 1 for a value that is one text.
    pub lines: usize,
    /// Of its first segment.
    pub encoding: Encoding,
    /// Of its value.
    pub scope: u32,
}

impl Searched {
    /// Code points that the text may have: where lines wrap around it, no more than it has.
    fn room(&self, max: usize, text: &[u8]) -> usize {
        if self.encoding != Encoding::MtWrap {
            return max;
        }
        let own = count_characters(text);
        if max == 0 { own } else { own.min(max) }
    }
}

/// A value of the record that texts are searched for.
struct Entry {
    entity: Entity,
    operation: usize,
    scope: u32,
    /// Range in [`Texts::values`].
    text: (usize, usize),
    /// Outcome that was derived from it.
    derived: Option<usize>,
}

/// What replaces a finding.
struct Replacement {
    finding: Finding,
    /// The outcome and the operation that it is of; `None`: letters and digits become X.
    derived: Option<(usize, usize)>,
    /// Letters and digits of the value that it was derived from.
    elements: usize,
}

/// A text that waits for the ciphers.
struct Waiting {
    searched: Searched,
    replacements: (usize, usize),
}

/// Dictionaries that are filled, of the record at hand.
#[derive(Clone, Copy, Default)]
struct Filled {
    all: bool,
    base: bool,
    own: u32,
}

pub(super) struct Texts {
    unicode: &'static Unicode,
    finder: Finder,
    reader: Stream,
    entries: Vec<Entry>,
    values: Vec<u8>,
    /// Of all values of the record, of those of scope 0, and of those of one scope.
    all: Dictionary,
    base: Dictionary,
    own: Dictionary,
    filled: Filled,
    replacements: Vec<Replacement>,
    waiting: Vec<Waiting>,
    /// The texts that wait as they were read, in their order.
    kept: Vec<Stream>,
    pieces: Pieces,
}

impl Drop for Texts {
    fn drop(&mut self) {
        self.values.zeroize();
        self.pieces.text.zeroize();
        for dictionary in [&mut self.all, &mut self.base, &mut self.own] {
            dictionary.letters.zeroize();
            dictionary.characters.zeroize();
        }
        for stream in [&mut self.finder.stream, &mut self.reader].into_iter().chain(&mut self.kept) {
            stream.codes.zeroize();
        }
    }
}

impl Texts {
    pub(super) fn new(unicode: &'static Unicode) -> Self {
        Self {
            unicode,
            finder: Finder::new(Stream::new(unicode)),
            reader: Stream::new(unicode),
            entries: Vec::new(),
            values: Vec::new(),
            all: Dictionary::default(),
            base: Dictionary::default(),
            own: Dictionary::default(),
            filled: Filled::default(),
            replacements: Vec::new(),
            waiting: Vec::new(),
            kept: Vec::new(),
            pieces: Pieces::default(),
        }
    }

    /// Forgets the texts of the window before.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.replacements.clear();
    }

    /// Searches the texts of a record that were met, and derives what replaces what is found.
    pub(super) fn search(&mut self, engine: &mut Engine, batch: &Batch, record: usize) {
        if engine.scratch.searched.is_empty() {
            return;
        }
        self.collect(&engine.operations, batch, record);
        let searched = core::mem::take(&mut engine.scratch.searched);
        let text = core::mem::take(&mut engine.scratch.searched_text);
        for searched in &searched {
            self.search_text(engine, *searched, &text[searched.text.0..searched.text.1]);
        }
        engine.scratch.searched = searched;
        engine.scratch.searched.clear();
        engine.scratch.searched_text = text;
    }

    /// Collects what the texts of a record are searched for.
    fn collect(&mut self, operations: &[Operation], batch: &Batch, record: usize) {
        self.entries.clear();
        self.values.clear();
        self.filled = Filled::default();
        let first = batch.record(record, record::FIRST_VALUE) as usize;
        let end = first + batch.record(record, record::VALUE_COUNT) as usize;
        let latin1 = batch.record(record, record::FLAGS) & record::FLAG_LATIN1 != 0;
        for value in first..end {
            let index = batch.value(value, value::OPERATION) as usize;
            let operation = &operations[index];
            if operation.feeds == Entity::None {
                continue;
            }
            let start = self.values.len();
            if !self.decode(batch, value, latin1, operation.joins_lines()) {
                self.values.truncate(start);
            }
            let count = count_characters(&self.values[start..]);
            if (1..=VALUE_MAX).contains(&count) {
                self.entries.push(Entry {
                    entity: operation.feeds,
                    operation: index,
                    scope: batch.value(value, value::SCOPE),
                    text: (start, self.values.len()),
                    derived: None,
                });
            }
        }
    }

    /// A value, of words with a line feed between lines of MT.
    fn decode(&mut self, batch: &Batch, value: usize, latin1: bool, is_worded: bool) -> bool {
        for (index, segment) in batch.segments_of(value).enumerate() {
            let Some(encoding) = segment.encoding else { return false };
            if index > 0 && encoding == Encoding::MtLine && is_worded {
                self.values.push(b'\n');
            }
            if decode(&batch.input()[segment.start..segment.end], encoding, latin1, &mut self.values).is_err() {
                return false;
            }
        }
        true
    }

    fn search_text(&mut self, engine: &mut Engine, searched: Searched, text: &[u8]) {
        self.fill(searched.encoding, searched.scope);
        let is_scoped = is_scoped(&searched);
        let dictionaries: &[&Dictionary] = match (self.entries.is_empty(), is_scoped) {
            (true, _) => &[],
            (_, true) => &[&self.base, &self.own],
            _ => &[&self.all],
        };
        self.finder.find(text, dictionaries);
        let fit = &engine.operations[searched.operation].fit;
        let feeds = searched.lines.saturating_sub(1);
        let max = searched.room(fit.max, text);
        let is_long = max > 0 && count_characters(text) - feeds > max;
        if self.finder.findings.is_empty() && !is_long {
            return;
        }
        let first = self.replacements.len();
        for index in 0..self.finder.findings.len() {
            let finding = self.finder.findings[index];
            let replacement = self.replacement(engine, &searched, finding, text);
            self.replacements.push(replacement);
        }
        if text.len() <= READ_MAX {
            let index = self.waiting.len();
            if self.kept.len() <= index {
                self.kept.resize_with(index + 1, || Stream::new(self.unicode));
            }
            self.finder.stream.swap(&mut self.kept[index]);
        }
        self.waiting.push(Waiting { searched, replacements: (first, self.replacements.len()) });
    }

    fn fill(&mut self, encoding: Encoding, scope: u32) {
        let Self { entries, values, all, base, own, filled, reader, .. } = self;
        let mut fill = |dictionary: &mut Dictionary, scope: Option<u32>| {
            dictionary.clear();
            for (owner, entry) in entries.iter().enumerate() {
                if scope.is_some_and(|scope| scope != entry.scope) {
                    continue;
                }
                let text = &values[entry.text.0..entry.text.1];
                match entry.entity {
                    Entity::Name => dictionary.add_name(text, owner as u32, reader),
                    entity => dictionary.add_value(value_kind(entity), text, owner as u32, reader),
                }
            }
        };
        if !is_xml(encoding) || scope == 0 {
            if !filled.all {
                fill(all, None);
                filled.all = true;
            }
            return;
        }
        if !filled.base {
            fill(base, Some(0));
            filled.base = true;
        }
        if filled.own != scope {
            fill(own, Some(scope));
            filled.own = scope;
        }
    }

    /// What becomes of a finding: what its value becomes in its own field, or by the namespace that the text's operation names.
    fn replacement(&mut self, engine: &mut Engine, searched: &Searched, finding: Finding, text: &[u8]) -> Replacement {
        let detecting = engine.operations[searched.operation].detecting(finding.entity);
        if let Some(owner) = finding.owner
            && let Some(entry) = self.entries.get_mut(owner as usize)
        {
            let is_own = engine.operations[entry.operation].is_identity();
            let Some(operation) = (if is_own { Some(entry.operation) } else { detecting }) else {
                return Replacement { finding, derived: None, elements: 0 };
            };
            let value = &self.values[entry.text.0..entry.text.1];
            let outcome = *entry.derived.get_or_insert_with(|| derive(engine, operation, value));
            self.reader.read(value);
            return Replacement { finding, derived: Some((outcome, operation)), elements: self.reader.len() };
        }
        let stream = &self.finder.stream;
        let is_local = finding.entity == Entity::Phone && !is_international(&finding, stream, text);
        let Some(operation) = detecting.filter(|_| !is_local) else {
            return Replacement { finding, derived: None, elements: 0 };
        };
        let canonical = canonical(&finding, stream, text);
        let outcome = derive(engine, operation, &canonical);
        Replacement { finding, derived: Some((outcome, operation)), elements: finding.end - finding.start }
    }

    /// Writes the texts that wait, once the ciphers have run.
    pub(super) fn finish(&mut self, operations: &[Operation], scratch: &mut Scratch) {
        let waiting = core::mem::take(&mut self.waiting);
        let searched_text = core::mem::take(&mut scratch.searched_text);
        for (index, Waiting { searched, replacements }) in waiting.iter().enumerate() {
            let text = &searched_text[searched.text.0..searched.text.1];
            let operation = &operations[searched.operation];
            match self.kept.get_mut(index) {
                Some(kept) if text.len() <= READ_MAX => self.finder.stream.swap(kept),
                _ => self.finder.stream.read(text),
            }
            self.pieces.clear();
            for index in replacements.0..replacements.1 {
                self.write(index, operation, operations, scratch, text);
            }
            let line_max = operation.search.as_ref().map_or(0, |search| search.line_max);
            let max = searched.room(operation.fit.max, text);
            self.pieces.fit(text, max, line_max, searched.lines);
            let start = scratch.output.len();
            self.pieces.write(text, max, searched.lines, &mut scratch.output);
            let end = scratch.output.len();
            let is_left = self.is_left(replacements.0..replacements.1, &scratch.output[start..]);
            let outcome = &mut scratch.outcomes[searched.outcome];
            if is_left {
                outcome.status = issue::KEPT_IDENTIFIER;
            } else {
                outcome.action =
                    if searched.lines > 1 { Action::WriteLines(start, end) } else { Action::Write(start, end) };
            }
        }
        self.waiting = waiting;
        self.clear();
        scratch.searched_text = searched_text;
    }

    fn write(&mut self, index: usize, own: &Operation, operations: &[Operation], scratch: &Scratch, text: &[u8]) {
        let Replacement { finding, derived, elements } = &self.replacements[index];
        let source = Source { text, stream: &self.finder.stream };
        let pieces = &mut self.pieces;
        let Some((outcome, operation)) = derived else { return pieces.hidden(finding, source) };
        let outcome = scratch.outcomes[*outcome];
        let written = match outcome.action {
            Action::Write(start, end) if matches!(outcome.status, status::MASKED | status::TOKEN) => {
                &scratch.output[start..end]
            }
            _ => &[],
        };
        let is_swift = own.fit.shape == Shape::SwiftX;
        let is_email = finding.entity == Entity::Email;
        let is_writable =
            |text: &[u8]| text.split(|byte| *byte == b'@' && is_email).all(|part| is_of_alphabet(Shape::SwiftX, part));
        if written.is_empty() || (is_swift && !is_writable(written)) {
            return pieces.hidden(finding, source);
        }
        let operation = &operations[*operation];
        if outcome.status == status::MASKED
            && let operation::Action::People(people) = &operation.action
            && operation.joins_lines()
        {
            let start = source.stream.starts[finding.start] as usize;
            let end = source.stream.ends[finding.end - 1] as usize;
            let mut name = String::from_utf8_lossy(written).into_owned();
            Case::of(&text[start..end], self.unicode).apply(&mut name);
            let words = spelled_as(&name, finding, people.distinct, source.stream);
            return pieces.spread_words(finding, &words, source);
        }
        let mut turned = written.to_vec();
        turn(&mut turned, finding, source.stream);
        if is_email && finding.owner.is_none() {
            let sign = sign_of(finding, source);
            if is_swift && sign.contains(&b'@') {
                return pieces.hidden(finding, source);
            }
            let parts: Vec<&[u8]> = turned.split(|byte| *byte == b'@').collect();
            return pieces.spread(finding, &parts.join(sign), source);
        }
        let mut letters: Vec<u8> = turned.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
        let size = finding.end - finding.start;
        if finding.entity == Entity::Phone && finding.owner.is_none() {
            for place in phone_skips(finding, source.stream, text) {
                if place <= letters.len() {
                    letters.insert(place, b'0');
                }
            }
        } else if letters.len() == *elements && finding.is_tail {
            letters.drain(..elements - size);
        }
        if letters.len() == size {
            pieces.mapped(finding, &letters, source);
        } else if finding.is_tail {
            pieces.hidden(finding, source);
        } else {
            pieces.spread(finding, &turned, source);
        }
    }

    /// Whether the output still holds a card number or IBAN that was found in the text.
    fn is_left(&mut self, replacements: core::ops::Range<usize>, out: &[u8]) -> bool {
        let mut is_read = false;
        for Replacement { finding, .. } in &self.replacements[replacements] {
            let size = finding.end - finding.start;
            let is_iban = finding.entity == Entity::Account && !finding.is_tail && size >= IBAN_MIN;
            if finding.entity != Entity::Card && !is_iban {
                continue;
            }
            if !is_read {
                self.reader.read(out);
                is_read = true;
            }
            let own = &self.finder.stream.codes[finding.start..finding.end];
            if self.reader.codes.windows(size).any(|window| window == own) {
                return true;
            }
        }
        false
    }
}

/// In XML a scope is a transaction.
fn is_xml(encoding: Encoding) -> bool {
    matches!(encoding, Encoding::XmlText | Encoding::XmlTextRefs | Encoding::XmlAttribute | Encoding::XmlCdata)
}

fn is_scoped(searched: &Searched) -> bool {
    is_xml(searched.encoding) && searched.scope != 0
}

fn value_kind(entity: Entity) -> ValueKind {
    match entity {
        Entity::Account => ValueKind::Account,
        Entity::Identifier => ValueKind::Id,
        _ => ValueKind::Reference,
    }
}

/// What is found by its form, as a field would hold it.
fn canonical(finding: &Finding, stream: &Stream, text: &[u8]) -> Vec<u8> {
    if finding.entity == Entity::Email {
        return address_of(finding, Source { text, stream });
    }
    let codes = &stream.codes[finding.start..finding.end];
    let mut out: Vec<u8> = codes.iter().map(|code| (*code as u8).to_ascii_uppercase()).collect();
    if finding.entity == Entity::Phone {
        for place in phone_skips(finding, stream, text).into_iter().rev() {
            out.remove(place);
        }
        out.insert(0, b'+');
    }
    out
}

/// Where the sign between the names of an address stands: `@`, or what is written for it.
fn sign_place(finding: &Finding, stream: &Stream) -> Option<(usize, usize)> {
    let (first, last) = (stream.starts[finding.start] as usize, stream.ends[finding.end - 1] as usize);
    stream.ats.iter().copied().find(|(from, to)| *from >= first && *to <= last)
}

fn sign_of<'text>(finding: &Finding, source: Source<'text>) -> &'text [u8] {
    sign_place(finding, source.stream).and_then(|(from, to)| source.text.get(from..to)).unwrap_or(b"@")
}

/// An address without the wraps in it, and with its at sign.
fn address_of(finding: &Finding, Source { text, stream }: Source) -> Vec<u8> {
    let (from, to) = sign_place(finding, stream).unwrap_or((usize::MAX, usize::MAX));
    let mut out = Vec::new();
    for at in finding.start..finding.end {
        let place = stream.starts[at] as usize;
        let begin = if at == finding.start { place } else { stream.ends[at - 1] as usize };
        for (byte, index) in text.get(begin..place).unwrap_or_default().iter().zip(begin..) {
            if index == from {
                out.push(b'@');
            } else if matches!(byte, b'.' | b'-' | b'_') {
                out.push(*byte);
            }
        }
        if (place < from || place >= to)
            && let Some(character) = char::from_u32(stream.codes[at])
        {
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    out
}

/// Places of the digits of a phone number that its international form has not: `00` in front, a trunk zero in brackets.
fn phone_skips(finding: &Finding, stream: &Stream, text: &[u8]) -> Vec<usize> {
    let is_plus = stream.sign_before(text, finding.start) == b'+';
    let mut skips = if is_plus { Vec::new() } else { vec![0, 1] };
    let trunks = (finding.start + 1..finding.end - 1).filter(|at| is_trunk(stream, *at));
    skips.extend(trunks.map(|at| at - finding.start));
    skips
}

fn is_international(finding: &Finding, stream: &Stream, text: &[u8]) -> bool {
    stream.sign_before(text, finding.start) == b'+' || stream.codes[finding.start..].starts_with(&[0x30, 0x30])
}
