/** When a worker wants its next batch. */
import { expect, test } from "bun:test";
import { Pace } from "../../runtime/pipeline/topics/pace.ts";

const after = (commits: number, masks: number, times = 100): Pace => {
  const pace = new Pace();
  for (let i = 0; i < times; i++) {
    pace.committed(commits);
    pace.masked(masks);
  }
  return pace;
};

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
  pace.committed(1000);
  for (let i = 0; i < 30; i++) pace.committed(10);
  expect(pace.left(0)).toBeLessThan(6);
});
