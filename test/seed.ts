/**
 * Seeds and depth of the property tests.
 *
 * `npm test` runs the same cases on every day and machine: its verdict is about the code. `npm run hunt` takes new
 * seeds and goes deeper, and prints what repeats a failure.
 *
 * - BAUTA_SEED: a number repeats a run, `random` takes a new one.
 * - BAUTA_PROPERTY_RUNS: multiplies the runs of each property (default 1).
 */
const FIXED = 20_261_128;

/** Multiplier of runs and time limits, at least 1. */
export const DEPTH = Math.max(1, Number(process.env["BAUTA_PROPERTY_RUNS"] ?? "1"));

/** The seed of one suite, printed with what repeats it. */
export function seeded(title: string): number {
  const asked = process.env["BAUTA_SEED"];
  const seed = asked === "random" ? Math.floor(Math.random() * 0x7fff_ffff) : Number(asked ?? FIXED);
  console.log(`${title}: BAUTA_SEED=${seed} BAUTA_PROPERTY_RUNS=${DEPTH}`);
  return seed;
}
