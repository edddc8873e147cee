/** Exit codes; docs/cli.md is their reference. */
import { BautaError } from "../kit/errors.ts";
import type { RunEnding } from "../pipeline/run.ts";

export const EXIT = {
  done: 0,
  /** Something that cannot happen happened. */
  bug: 1,
  /** Command line, model, key file. */
  usage: 2,
  /** A record was refused, and --on-refuse is stop. */
  refused: 3,
  /** The input cannot be cut into records any further. */
  framing: 4,
  /** The engine that was named cannot be used. */
  engine: 5,
  /** Input or output failed. */
  io: 6,
  /** The reader of the output went away. */
  closed: 7,
  /** The disk is full. */
  full: 8,
  /** What was verified, replayed or compared does not hold, or cannot be. */
  evidence: 9,
} as const;

/** Of a run that did not fail. */
export function exitCodeOfEnd(ended: RunEnding): number {
  switch (ended) {
    case "done":
    case "stopped":
      return EXIT.done;
    case "refused":
      return EXIT.refused;
    case "framing":
      return EXIT.framing;
    default:
      return ended satisfies never;
  }
}

export function exitCodeOf(error: unknown): number {
  if (!(error instanceof BautaError)) return EXIT.bug;
  const { number, blame } = error.issue;
  if (number === 7001) return EXIT.closed;
  if (number === 7002) return EXIT.full;
  if (number >= 1300 && number < 1315 && number !== 1305) return EXIT.engine;
  if (number === 1002) return EXIT.usage;
  if (number >= 8500 && number < 9000) return EXIT.evidence;
  if (number >= 7000 && number < 8000 && number !== 7005) return EXIT.io;
  if (number >= 1500 && number < 1700 && blame === "dependency") return EXIT.io;
  if (blame === "operator") return EXIT.usage;
  if (blame === "input") return EXIT.refused;
  return EXIT.bug;
}
