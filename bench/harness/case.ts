/** What a case of the bench is, and the rows that it gives. */
import type { Pace, Timed } from "./measure.ts";

export interface BenchCase {
  /** On the command line (`--only`), and in front of its rows' ids. */
  readonly name: string;
  /** `own`: `npm run bench`; `peers`: `npm run bench:peers`. */
  readonly group: "own" | "peers";
  /** What is done, exactly; stands in docs/benchmarks.md. */
  readonly job: string;
  /** What it is measured for. */
  readonly goal: string;
  run(context: Context): Promise<AnyRow[]>;
}

export interface Context {
  readonly pace: Pace;
  /** Short runs, to see that everything works. */
  readonly quick: boolean;
  /** Bytes of the streaming case. */
  readonly streamBytes: number;
  /** Folder for files of the run, on tmpfs where there is one. */
  readonly scratch: string;
  /** Folder below .cache for what is set up once. */
  readonly cache: string;
  /** Tells a person at a terminal what is being done. */
  tell(text: string): void;
}

/** `µs` and `ns` are CPU time of one unit, unless the figure says otherwise. */
export type Unit = "ns" | "µs" | "ms" | "MB" | "messages/s" | "records/s" | "ns/byte";

export interface BenchRow {
  /** `case/what`. */
  readonly id: string;
  readonly name: string;
  /** What the figure is of. */
  readonly figure: string;
  readonly unit: Unit;
  /** In `unit`. */
  readonly ours: number;
  /** Of steps: what the row costs more than the one before, in `unit`. */
  readonly added?: number;
  /** The same, what it was run beside. */
  readonly peer?: number;
  /** How many times ours the peer takes, or as the case says; for a figure without a peer, what the goal is about. */
  readonly ratio?: number;
  readonly goal?: Goal;
  /** Wall time in nanoseconds, where the figures are CPU time. */
  readonly wall?: { readonly ours: number; readonly peer?: number };
  /** Of a peer: what was checked of its output. */
  readonly checked?: string;
  /** Of a peer: what it does not do of what we do. */
  readonly less?: string;
  /** Name and version of the peer. */
  readonly against?: string;
  /** Stands in README. */
  readonly headline?: boolean;
}

export interface Goal {
  readonly sense: "at least" | "at most" | "less than" | "more than";
  readonly value: number;
  /** Of `ratio`, or of `ours`. */
  readonly of: "ratio" | "ours";
}

/** A row that could not be measured is shown with its reason, never left out. */
export interface FailedRow {
  readonly id: string;
  readonly name: string;
  readonly failed: string;
}

export type AnyRow = BenchRow | FailedRow;

export const isFailed = (row: AnyRow): row is FailedRow => "failed" in row;

export const met = ({ goal, ratio, ours }: BenchRow): boolean | undefined => {
  if (goal === undefined) return undefined;
  const value = goal.of === "ratio" ? (ratio ?? Number.NaN) : ours;
  if (goal.sense === "at least") return value >= goal.value;
  if (goal.sense === "more than") return value > goal.value;
  return goal.sense === "less than" ? value < goal.value : value <= goal.value;
};

const NANOSECONDS: Partial<Record<Unit, number>> = { ns: 1, µs: 1e3, ms: 1e6 };

/** Figures of a pair in a unit of time, CPU and wall. */
export function timesIn(unit: "ns" | "µs" | "ms", ours: Timed, peer?: Timed): Pick<BenchRow, "unit" | "ours" | "peer" | "wall"> {
  const scale = NANOSECONDS[unit] as number;
  return {
    unit,
    ours: ours.cpu / scale,
    ...(peer === undefined ? {} : { peer: peer.cpu / scale }),
    wall: { ours: ours.wall, ...(peer === undefined ? {} : { peer: peer.wall }) },
  };
}
