//! The engine: a whole batch in one call, in three phases (docs/internals/engine.md).
//!
//! 1. [`collect`]: every value of a window of records is decoded, checked and classified. What needs no cipher is finished
//!    here; what does becomes a job of its namespace. 2. [`crypt`]: the jobs of each namespace run together, interleaved over
//!    the processor's AES units. 3. [`splice`]: each record is written in one pass. All memory is in arenas that are reused. A record of
//!    thousands of values goes through all three some values after others, so that it takes no more of them.

mod batch;
mod collect;
mod crypt;
mod figures;
mod origin;
mod people;
mod sealed;
mod splice;
mod texts;

use zeroize::Zeroize;

use crate::ff1::AesKey;
use crate::ff1::binary::Job;
use crate::hash::{Blake3Keyed, HmacSha256, HmacSha512};
use crate::kinds::class::Class;
use crate::kinds::subject::{CHARACTERS_MAX, Characters};
use crate::operation::{self, Operation};
use crate::techniques::seal::Ciphers;
use crate::text::unicode::Unicode;
use crate::{Error, tables};

pub use batch::Batch;
use figures::Figures;
use origin::Origin;
use texts::{Searched, Texts};

/// Length of a namespace's sub-key.
pub const KEY_BYTES: usize = 32;
/// A window ends with the record that reaches this many values: enough for AES in bulk, little enough to stay in the caches.
const WINDOW_VALUES: usize = 2048;

impl Drop for Engine {
    fn drop(&mut self) {
        self.characters.zeroize();
        self.text.zeroize();
        self.figures.wipe();
    }
}

/// Which way an engine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Clear values to pseudonyms.
    Mask,
    /// Pseudonyms of reversible techniques to clear values.
    Unmask,
}

/// A plan under its keys, with scratch memory that is reused from batch to batch. Keys and scratch are wiped on drop.
pub struct Engine {
    operations: Vec<Operation>,
    namespaces: Vec<Namespace>,
    unicode: &'static Unicode,
    direction: Direction,
    /// Decoded values of a window that are still needed. Apart from the other arenas, which grow while a value is read.
    text: Vec<u8>,
    scratch: Scratch,
    /// Letters and digits of the value at hand.
    characters: Characters,
    figures: Figures,
    /// Only for a plan that draws for the place where a value stands.
    origin: Option<Origin>,
    /// Only for a plan that searches texts.
    texts: Option<Box<Texts>>,
}

/// One namespace's sub-key in the forms that its techniques need, and the strings that wait for its cipher.
struct Namespace {
    aes: AesKey,
    hmac_sha256: HmacSha256,
    hmac_sha512: HmacSha512,
    blake3: Blake3Keyed,
    ciphers: Ciphers,
    jobs: Vec<Job>,
}

/// What happens to the segments of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    /// They stay as they are.
    Copy,
    /// They are removed.
    Remove,
    /// They get the text at this range of [`Scratch::output`].
    Write(usize, usize),
    /// They get the lines of the text at this range.
    WriteLines(usize, usize),
}

/// A value's outcome.
#[derive(Clone, Copy, Debug)]
struct Outcome {
    status: u32,
    action: Action,
    /// Where the code points of its segments are in [`Scratch::lengths`], if it has several.
    lengths: usize,
}

/// A value whose letters and digits are being encrypted, and how they go back into its layout.
struct Candidate {
    class: Class,
    /// Index in [`Scratch::outcomes`].
    outcome: usize,
    /// Decoded value in [`Engine::text`].
    layout: (usize, usize),
    /// Letters and digits in canonical spelling in [`Scratch::joined`].
    joined: (usize, usize),
}

/// The arenas of a window.
#[derive(Default)]
struct Scratch {
    /// Outputs.
    output: Vec<u8>,
    /// Canonical form of the value at hand.
    canonical: Vec<u8>,
    /// The value at hand with line feeds between its lines.
    lines: Vec<u8>,
    /// What is being drawn for the value at hand.
    drawn: String,
    /// Letters and digits that are being drawn for it.
    code: Vec<u8>,
    joined: Vec<u8>,
    tweaks: Vec<u8>,
    lengths: Vec<u32>,
    outcomes: Vec<Outcome>,
    candidates: Vec<Candidate>,
    /// For each record of the window where its outcomes begin and end.
    records: Vec<(usize, usize)>,
    /// Texts to be searched of the record at hand.
    searched: Vec<Searched>,
    /// Texts of the window that are searched.
    searched_text: Vec<u8>,
}

impl Scratch {
    fn clear(&mut self) {
        self.output.clear();
        self.joined.clear();
        self.tweaks.clear();
        self.lengths.clear();
        self.outcomes.clear();
        self.candidates.clear();
        self.records.clear();
        self.searched.clear();
        self.searched_text.clear();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let Self { output, canonical, lines, joined, tweaks, searched_text, .. } = self;
        for clear_text in [output, canonical, lines, joined, tweaks, searched_text] {
            clear_text.zeroize();
        }
    }
}

impl Engine {
    /// Prepares a plan (bytes of `bauta.plan.v1.Plan`) under its keys: [`KEY_BYTES`] for each namespace, in the plan's order.
    ///
    /// # Errors
    /// [`Error::Unfit`] for an operation that cannot produce what its field admits, [`Error::PlanVersion`], and
    /// [`Error::Malformed`] for bytes that are no plan or a key table of another length.
    pub fn open(plan: &[u8], keys: &[u8], direction: Direction) -> Result<Self, Error> {
        let operation::Compiled { operations, namespaces, seed } = operation::compile(plan)?;
        if keys.len() != namespaces * KEY_BYTES {
            return Err(Error::Malformed("key table length"));
        }
        let namespaces = keys.chunks_exact(KEY_BYTES).map(Namespace::new).collect::<Result<_, _>>()?;
        let unicode = Unicode::load()?;
        let searches = direction == Direction::Mask && operations.iter().any(|operation| operation.search.is_some());
        let figures = Figures::new(&operations);
        let origin = operations.iter().any(Operation::is_of_its_place).then(|| Origin::new(&seed));
        Ok(Self {
            operations,
            figures,
            origin,
            namespaces,
            unicode,
            direction,
            text: Vec::new(),
            texts: searches.then(|| Box::new(Texts::new(unicode))),
            scratch: Scratch::default(),
            characters: [0; CHARACTERS_MAX],
        })
    }

    /// Transforms records `first…` of a batch into `output`, one behind the other from its start, and writes statuses and
    /// ranges into the tables. Returns the index of the first record that did not fit, or the count of records. What is wrong
    /// with a value is a status, not an error.
    ///
    /// # Errors
    /// [`Error::Malformed`] for tables that point outside of their batch or of their record; nothing was written then.
    pub fn transform(&mut self, batch: &mut Batch, output: &mut [u8], first: usize) -> Result<usize, Error> {
        batch.check(first, self.operations.len())?;
        if u32::try_from(output.len()).is_err() {
            return Err(Error::Malformed("offsets are 32 bits"));
        }
        let mut at = 0;
        let mut record = first;
        while record < batch.record_count() {
            if self.goes_in_parts(batch, record) {
                match self.write_in_parts(batch, record, output, at) {
                    Some(behind) => at = behind,
                    None => return Ok(record),
                }
                record += 1;
                continue;
            }
            let end = window_end(batch, record, output.len() - at);
            self.prepare(batch, record, end);
            let start = record;
            while record < end {
                let outcomes = self.scratch.records[record - start];
                match splice::write_record(batch, record, &self.scratch, outcomes, output, at) {
                    Some(behind) => at = behind,
                    None => return Ok(record),
                }
                record += 1;
            }
        }
        Ok(batch.record_count())
    }

    /// Whether a record is so large that what is known of its values should not all be held at once. Where texts are searched all of a
    /// record has to be known first.
    fn goes_in_parts(&self, batch: &Batch, record: usize) -> bool {
        self.texts.is_none()
            && batch.record(record, tables::record::STATUS) == 0
            && batch.record(record, tables::record::VALUE_COUNT) as usize > 2 * WINDOW_VALUES
    }

    /// All phases for a large record, for some of its values after others. Returns what [`splice::write_record`] does, and leaves in the
    /// tables what it leaves.
    fn write_in_parts(&mut self, batch: &mut Batch, record: usize, output: &mut [u8], at: usize) -> Option<usize> {
        let values = batch.values_of(record);
        let mut written = splice::Written::new(batch, record, output, at);
        let mut first = values.start;
        while first < values.end {
            let part = first..values.end.min(first + WINDOW_VALUES);
            self.clear();
            collect::collect_values(self, batch, record, part.clone());
            self.encrypt();
            written.add(batch, &self.scratch, first, &self.scratch.outcomes);
            splice::set_statuses(batch, first, &self.scratch.outcomes);
            // Behind an issue of the value itself nothing is collected; behind one of its encoding the others have their statuses.
            if self.scratch.outcomes.len() < part.len() || self.has_issue() {
                break;
            }
            first = part.end;
        }
        let done = written.finish(batch, record, |_| ());
        if done.is_none() {
            for value in values {
                batch.set_status(value, 0);
            }
        }
        done
    }

    fn has_issue(&self) -> bool {
        self.scratch.outcomes.last().is_some_and(|outcome| outcome.status >= tables::status::ISSUE_MIN)
    }

    /// Forgets what was known of other values.
    fn clear(&mut self) {
        self.text.clear();
        self.scratch.clear();
        for namespace in &mut self.namespaces {
            namespace.jobs.clear();
        }
    }

    /// Phase 2: what waits for the cipher of its namespace.
    fn encrypt(&mut self) {
        for namespace in &mut self.namespaces {
            crypt::run(namespace, &self.text, &mut self.scratch, &mut self.characters, self.direction);
        }
    }

    /// Phases 1 and 2 for records `first … end − 1`.
    fn prepare(&mut self, batch: &Batch, first: usize, end: usize) {
        self.clear();
        for record in first..end {
            let start = self.scratch.outcomes.len();
            if batch.record(record, tables::record::STATUS) == 0 {
                collect::collect_record(self, batch, record);
            }
            let end = self.scratch.outcomes.len();
            self.scratch.records.push((start, end));
            if let Some(mut texts) = self.texts.take() {
                texts.search(self, batch, record);
                self.texts = Some(texts);
            }
        }
        self.encrypt();
        if let Some(texts) = &mut self.texts {
            texts.finish(&self.operations, &mut self.scratch);
        }
    }
}

impl Namespace {
    fn new(key: &[u8]) -> Result<Self, Error> {
        Ok(Self {
            aes: AesKey::new(key)?,
            hmac_sha256: HmacSha256::new(key)?,
            hmac_sha512: HmacSha512::new(key)?,
            blake3: Blake3Keyed::new(key)?,
            ciphers: Ciphers::default(),
            jobs: Vec::new(),
        })
    }
}

/// A window is as many records as have [`WINDOW_VALUES`] values, or as are as long as the room that is left; one at least.
fn window_end(batch: &Batch, first: usize, room: usize) -> usize {
    let mut values = 0;
    let mut bytes = 0;
    let mut record = first;
    while record < batch.record_count() && values < WINDOW_VALUES && (bytes < room || record == first) {
        values += batch.record(record, tables::record::VALUE_COUNT) as usize;
        bytes += (batch.record(record, tables::record::END) - batch.record(record, tables::record::START)) as usize;
        record += 1;
    }
    record
}
