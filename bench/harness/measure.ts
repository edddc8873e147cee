/** Measuring: windows of work after a warm-up, ours and a peer's in turn, medians of the runs and of the ratios pair by pair. */
import { cpuUsage } from "node:process";

/** Nanoseconds for one unit of work: wall time, and CPU time of the whole process with all its threads. */
export interface Timed {
  readonly wall: number;
  readonly cpu: number;
}

/** What can be measured for so many milliseconds. Warm-up is over when it is handed out. */
export interface Subject {
  measure(milliseconds: number): Timed | Promise<Timed>;
}

export interface Pace {
  /** Pairs of measurements. */
  readonly runs: number;
  /** Length of a measurement. */
  readonly windowMs: number;
  readonly warmUpMs: number;
}

/** Ours and a peer's, medians; `ratio` is the median of peer/ours of each pair, by CPU time or by wall time. */
export interface Paired {
  readonly ours: Timed;
  readonly peer: Timed;
  readonly ratio: number;
}

export type Basis = "cpu" | "wall";

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};

const medianOf = (rows: readonly Timed[]): Timed => ({
  wall: median(rows.map((row) => row.wall)),
  cpu: median(rows.map((row) => row.cpu)),
});

/** Work of this process, warmed up. `work` does `units` units. */
export function inProcess(units: number, work: () => void, pace: Pace): Subject {
  const measure = (milliseconds: number): Timed => {
    const cpu = cpuUsage();
    const from = performance.now();
    let rounds = 0;
    do {
      work();
      rounds++;
    } while (performance.now() - from < milliseconds);
    const wall = (performance.now() - from) * 1e6;
    const used = cpuUsage(cpu);
    return { wall: wall / (rounds * units), cpu: ((used.user + used.system) * 1e3) / (rounds * units) };
  };
  measure(pace.warmUpMs);
  return { measure };
}

/** Medians of runs of one subject. */
export async function alone(subject: Subject, pace: Pace): Promise<Timed> {
  const rows: Timed[] = [];
  for (let run = 0; run < pace.runs; run++) rows.push(await subject.measure(pace.windowMs));
  return medianOf(rows);
}

/** Ours and the peer's in turn, so that what else the machine does falls on both. */
export async function paired(ours: Subject, peer: Subject, pace: Pace, basis: Basis = "cpu"): Promise<Paired> {
  const rows: { ours: Timed; peer: Timed }[] = [];
  for (let run = 0; run < pace.runs; run++) {
    const us = await ours.measure(pace.windowMs);
    const them = await peer.measure(pace.windowMs);
    rows.push({ ours: us, peer: them });
  }
  return {
    ours: medianOf(rows.map((row) => row.ours)),
    peer: medianOf(rows.map((row) => row.peer)),
    ratio: median(rows.map((row) => row.peer[basis] / row.ours[basis])),
  };
}
