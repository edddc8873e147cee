/** How most cases get their rows: a work function of ours, alone or beside another. */
import { type BenchRow, type Context, type Goal, timesIn } from "./case.ts";
import { alone, type Basis, inProcess, paired, type Subject } from "./measure.ts";

interface RowText {
  readonly id: string;
  readonly name: string;
  readonly figure: string;
  readonly unit: "ns" | "µs" | "ms";
  readonly headline?: boolean;
  readonly goal?: Goal;
  /** Name of what runs beside it. */
  readonly against?: string;
}

/** Our work by itself; `units` is how many units one call does. */
export async function rowOf(context: Context, text: RowText, units: number, work: () => void): Promise<BenchRow> {
  const timed = await alone(inProcess(units, work, context.pace), context.pace);
  return { ...text, ...timesIn(text.unit, timed) };
}

/** Our work beside other work; the ratio says how many times ours the other takes. */
export async function rowBeside(context: Context, text: RowText, ours: Subject, other: Subject, basis: Basis = "cpu"): Promise<BenchRow> {
  const pair = await paired(ours, other, context.pace, basis);
  return { ...text, ...timesIn(text.unit, pair.ours, pair.peer), ratio: pair.ratio };
}
