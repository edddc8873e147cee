//! Phase 2: all values of one namespace under FF1, and again those whose result is no member of their class (cycle-walking).

use super::{Action, Candidate, Direction, Namespace, Scratch};
use crate::ff1::binary::{self, Job};
use crate::kinds::subject::Characters;

/// Runs the jobs of a namespace until none is left, and writes each into the layout of its value.
///
/// Every job began as a member, and FF1 permutes the bit strings of its length, so a walk comes back to a member at the latest
/// where it began: the loop ends.
pub(super) fn run(
    namespace: &mut Namespace,
    text: &[u8],
    scratch: &mut Scratch,
    characters: &mut Characters,
    direction: Direction,
) {
    let direction = match direction {
        Direction::Mask => binary::Direction::Encrypt,
        Direction::Unmask => binary::Direction::Decrypt,
    };
    // Jobs of like length side by side: a group runs at the pace of its widest.
    let jobs = &mut namespace.jobs;
    jobs.sort_unstable_by_key(|job| (job.length > 128, job.length > 192));
    binary::prepare(&namespace.aes, &scratch.tweaks, jobs);
    while !jobs.is_empty() {
        binary::run(&namespace.aes, &scratch.tweaks, jobs, direction);
        jobs.retain(|job| !settle(job, text, scratch, characters));
    }
}

/// Whether the job's number is a member; then its value is written.
fn settle(job: &Job, text: &[u8], scratch: &mut Scratch, characters: &mut Characters) -> bool {
    let Scratch { output, joined, outcomes, candidates, .. } = scratch;
    let Candidate { class, outcome, layout, joined: range } = &candidates[job.tag as usize];
    let clear = &joined[range.0..range.1];
    let characters = &mut characters[..clear.len()];
    characters.copy_from_slice(clear);
    let mut mixed = None;
    let Some((domain, start)) = class.family.domain(clear, &mut mixed) else { return true };
    let mut bits = job.bits;
    if !domain.unrank(&mut bits, &mut characters[start..]) || !class.family.complete(characters) {
        return false;
    }
    let start = output.len();
    class.lay_out(&text[layout.0..layout.1], characters, output);
    outcomes[*outcome].action = Action::Write(start, output.len());
    true
}
