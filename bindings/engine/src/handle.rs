//! An open engine as a JavaScript object.

use bauta_core::Error;
use bauta_core::engine::{Batch, Direction, Engine};
use napi::bindgen_prelude::{Uint8ArraySlice, Uint32ArraySlice};
use napi_derive::napi;

use crate::failure::{Failure, thrown};
use crate::memory::{bytes_of, share_memory};

/// A plan under its keys. Wiped by `close`, at the latest by the garbage collector.
#[napi]
pub struct EngineHandle {
    /// `None` after `close`.
    engine: Option<Engine>,
}

/// Opens an engine: bytes of `bauta.plan.v1.Plan`, 32 bytes of key for each namespace of the plan, and the direction.
#[napi(catch_unwind)]
pub fn open(plan: &[u8], keys: &[u8], unmask: bool) -> Result<EngineHandle, Failure> {
    let direction = if unmask { Direction::Unmask } else { Direction::Mask };
    Engine::open(plan, keys, direction).map(|engine| EngineHandle { engine: Some(engine) }).map_err(thrown)
}

#[napi]
impl EngineHandle {
    /// Transforms records `first…` of a batch into `output` and returns the index of the first that did not fit.
    /// Tables and contract: docs/internals/engine.md.
    #[napi(catch_unwind)]
    #[allow(clippy::too_many_arguments, reason = "flat arguments cross into native code without a conversion")]
    pub fn transform(
        &mut self,
        input: &[u8],
        mut records: Uint32ArraySlice,
        record_count: u32,
        mut values: Uint32ArraySlice,
        value_count: u32,
        segments: &[u32],
        segment_count: u32,
        mut output: Uint8ArraySlice,
        first: u32,
        terms: &[u32],
        term_count: u32,
    ) -> Result<u32, Failure> {
        let engine = self.engine.as_mut().ok_or_else(|| thrown(Error::Malformed("transform after close")))?;
        let ranges = [
            output.as_ptr_range(),
            input.as_ptr_range(),
            bytes_of(&records),
            bytes_of(&values),
            bytes_of(segments),
            bytes_of(terms),
        ];
        if share_memory(&ranges) {
            return Err(thrown(Error::Malformed("two arguments share memory")));
        }
        // SAFETY: the arguments do not overlap (checked above), and JavaScript, the only other owner, does not run until the
        // call returns. So each is the only view of its memory.
        let (records, values, output) = unsafe { (records.as_mut(), values.as_mut(), output.as_mut()) };
        let mut batch = Batch::new(
            input,
            (records, record_count as usize),
            (values, value_count as usize),
            (segments, segment_count as usize),
        )
        .and_then(|batch| batch.with_terms(terms, term_count as usize))
        .map_err(thrown)?;
        let next = engine.transform(&mut batch, output, first as usize).map_err(thrown)?;
        u32::try_from(next).map_err(|_| thrown(Error::Malformed("record count")))
    }

    /// Wipes the keys and gives the memory back. A second call does nothing.
    #[napi(catch_unwind)]
    pub fn close(&mut self) {
        self.engine = None;
    }
}
