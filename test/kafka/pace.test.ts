/** When a worker wants its next batch. */
import { expect, test } from "bun:test";
import { Pace } from "../../runtime/pipeline/topics/pace.ts";

/** One commit after the other, the last of which has just begun, at 0. */
function after(commits: number, masks: number): Pace {
  const pace = new Pace();
  for (let i = 0; i < 100; i++) {
    commit(pace, commits);
    pace.masked(masks);
  }
  pace.committing(0);
  return pace;
}

function commit(pace: Pace, milliseconds: number): void {
  pace.committing(0);
  pace.committed(milliseconds);
}

test("at once, of a worker that knows nothing yet", () => {
  expect(new Pace().left(0)).toBeLessThanOrEqual(0);
});

test("at once, where masking takes longer than committing", () => {
  expect(after(10, 30).left(0)).toBeLessThan(0);
});

test("so late that it is masked when the commit ends, where committing takes longer", () => {
  const pace = after(20, 5);
  expect(pace.left(0)).toBeGreaterThan(8);
  expect(pace.left(0)).toBeLessThan(15);
  expect(pace.left(20)).toBeLessThan(0);
});

test("a single slow commit does not hold the next ones up", () => {
  const pace = after(10, 5);
  commit(pace, 1000);
  for (let i = 0; i < 30; i++) commit(pace, 10);
  pace.committing(0);
  expect(pace.left(0)).toBeLessThan(6);
});
