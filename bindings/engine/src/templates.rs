//! Templates of records as a JavaScript object.

use bauta_core::Error;
use bauta_core::templates::{Bounds, Filling, Templates};
use napi::bindgen_prelude::Uint32ArraySlice;
use napi_derive::napi;

use crate::failure::{Failure, thrown};
use crate::memory::{Range, bytes_of, share_memory};

/// Structures of records that scanners read. They hold names and markup, and no values.
#[napi]
#[derive(Default)]
pub struct RecordTemplates {
    templates: Templates,
}

#[napi]
impl RecordTemplates {
    /// Nothing is known.
    #[must_use]
    #[napi(constructor, catch_unwind)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Learns from a record of a batch that a scanner read; `format` comes back with the records that are like it.
    #[napi(catch_unwind)]
    pub fn learn(&mut self, input: &[u8], records: &[u32], values: &[u32], segments: &[u32], record: u32, format: u32) {
        self.templates.learn(input, records, values, segments, record as usize, format);
    }

    /// Adds the rows of records that are known, one behind the other. `state` holds counts of records, values and segments, the
    /// offset behind the last record, the end of the input at hand, the offset from which on no record is begun, and the largest
    /// counts of records, bytes of a record and values of a record; the first four are changed.
    #[napi(catch_unwind)]
    pub fn scan(
        &self,
        input: &[u8],
        records: Uint32ArraySlice,
        values: Uint32ArraySlice,
        segments: Uint32ArraySlice,
        state: Uint32ArraySlice,
    ) -> Result<(), Failure> {
        filled(input, &[], records, values, segments, state, |filling, State { at, limit, stop, bounds }| {
            let input = input.get(..limit).ok_or_else(|| thrown(Error::Malformed("limit of the input")))?;
            filling.at = at;
            self.templates.scan(input, filling, Bounds { stop, ..bounds });
            Ok(filling.at)
        })
    }

    /// The same for records in frames, `frames` being where each starts and ends: each that is known is one record, and nothing else but
    /// separators. In `state` stand the next frame, how many there are, and after how many bytes of them none is begun, where offsets are
    /// for `scan`.
    #[napi(catch_unwind)]
    pub fn scan_frames(
        &self,
        input: &[u8],
        frames: &[u32],
        records: Uint32ArraySlice,
        values: Uint32ArraySlice,
        segments: Uint32ArraySlice,
        state: Uint32ArraySlice,
    ) -> Result<(), Failure> {
        filled(input, frames, records, values, segments, state, |filling, State { at, limit, stop, bounds }| {
            let (frames, _) = frames.as_chunks::<2>();
            let frames = frames.get(at..limit).ok_or_else(|| thrown(Error::Malformed("bounds of frames")))?;
            Ok(at + self.templates.scan_frames(input, frames, stop, filling, bounds))
        })
    }
}

/// `state` but for the counts.
struct State {
    at: usize,
    limit: usize,
    stop: usize,
    bounds: Bounds,
}

/// Fills tables, and writes counts and place, which `fill` returns, back into the state.
fn filled(
    input: &[u8],
    frames: &[u32],
    mut records: Uint32ArraySlice,
    mut values: Uint32ArraySlice,
    mut segments: Uint32ArraySlice,
    mut state: Uint32ArraySlice,
    fill: impl FnOnce(&mut Filling, State) -> Result<usize, Failure>,
) -> Result<(), Failure> {
    let bytes: Range = input.as_ptr_range();
    let tables = [bytes_of(&records), bytes_of(&values), bytes_of(&segments), bytes_of(&state)];
    let [records_at, values_at, segments_at, state_at] = tables;
    if share_memory(&[bytes, bytes_of(frames), records_at, values_at, segments_at, state_at]) {
        return Err(thrown(Error::Malformed("two arguments share memory")));
    }
    // SAFETY: the arguments do not overlap (checked above), and JavaScript, the only other owner, does not run until the
    // call returns. So each is the only view of its memory.
    let (records, values, segments, state) =
        unsafe { (records.as_mut(), values.as_mut(), segments.as_mut(), state.as_mut()) };
    let &mut [
        ref mut record_count,
        ref mut value_count,
        ref mut segment_count,
        ref mut at,
        limit,
        stop,
        most,
        bytes,
        most_values,
    ] = state
    else {
        return Err(thrown(Error::Malformed("state of templates")));
    };
    let mut filling = Filling {
        records,
        record_count: *record_count as usize,
        values,
        value_count: *value_count as usize,
        segments,
        segment_count: *segment_count as usize,
        at: 0,
    };
    let bounds =
        Bounds { stop: 0, records: most as usize, record_bytes: bytes as usize, record_values: most_values as usize };
    let behind = fill(&mut filling, State { at: *at as usize, limit: limit as usize, stop: stop as usize, bounds })?;
    // All of them are below 2^32: rows fit their tables, and offsets the input.
    let Filling { record_count: records, value_count: values, segment_count: segments, .. } = filling;
    (*record_count, *value_count, *segment_count, *at) =
        (words(records)?, words(values)?, words(segments)?, words(behind)?);
    Ok(())
}

fn words(count: usize) -> Result<u32, Failure> {
    u32::try_from(count).map_err(|_| thrown(Error::Malformed("offsets are 32 bits")))
}
