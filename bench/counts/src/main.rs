//! `bauta-bench-counts FILE ROUNDS`: transforms the batch of FILE, as bench/counts/main.ts wrote it, so many times after a
//! warm-up, and prints how many heap allocations the rounds made. Under valgrind the difference between two counts of rounds is
//! what the rounds cost in instructions.

use std::alloc::{GlobalAlloc, Layout, System};
use std::env;
use std::fs;
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use bauta_core::engine::{Batch, Direction, Engine};
use bauta_core::tables::{record, segment, value};

/// Rounds after which every arena has its size.
const WARM_UP_ROUNDS: usize = 2;
/// The system's allocator, counting.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `GlobalAlloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let result = match arguments.as_slice() {
        [path, rounds] => run(path, rounds),
        _ => Err("usage: bauta-bench-counts FILE ROUNDS".to_owned()),
    };
    match result {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(path: &str, rounds: &str) -> Result<String, String> {
    let rounds: usize = rounds.parse().map_err(|_| "ROUNDS is a number".to_owned())?;
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let mut file = File { bytes: &bytes };
    let (plan, keys, input) = (file.part()?, file.part()?, file.part()?);
    let (mut records, mut values, segments) = (file.words()?, file.words()?, file.words()?);
    let counts = [records.len() / record::STRIDE, values.len() / value::STRIDE, segments.len() / segment::STRIDE];
    let mut output = vec![0; input.len() * 4];
    let mut engine = Engine::open(plan, keys, Direction::Mask).map_err(|error| error.to_string())?;
    let mut transform = |rounds: usize| -> Result<u64, String> {
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        for _ in 0..rounds {
            let mut batch = Batch::new(
                black_box(input),
                (&mut records, counts[0]),
                (&mut values, counts[1]),
                (&segments, counts[2]),
            )
            .map_err(|error| error.to_string())?;
            let next = engine.transform(&mut batch, &mut output, 0).map_err(|error| error.to_string())?;
            if next != counts[0] {
                return Err("the output is too small".to_owned());
            }
            black_box(&output);
        }
        Ok(ALLOCATIONS.load(Ordering::Relaxed) - before)
    };
    transform(WARM_UP_ROUNDS)?;
    let allocations = transform(rounds)?;
    let refused = records.chunks(record::STRIDE).filter(|row| row[record::STATUS] != 0).count();
    Ok(format!("{{\"records\":{},\"refused\":{refused},\"allocations\":{allocations}}}", counts[0]))
}

/// Parts of a file, each behind its length in bytes, little endian.
struct File<'bytes> {
    bytes: &'bytes [u8],
}

impl<'bytes> File<'bytes> {
    fn part(&mut self) -> Result<&'bytes [u8], String> {
        let cut = || "the file is cut off".to_owned();
        let (length, rest) = self.bytes.split_first_chunk::<4>().ok_or_else(cut)?;
        let (part, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(cut)?;
        self.bytes = rest;
        Ok(part)
    }

    fn words(&mut self) -> Result<Vec<u32>, String> {
        let (words, _) = self.part()?.as_chunks::<4>();
        Ok(words.iter().map(|word| u32::from_le_bytes(*word)).collect())
    }
}
