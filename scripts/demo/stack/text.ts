/** The same for a terminal: one message, the raw one beside its copies. */
import pc from "picocolors";
import { type Shown, VIEWS } from "./live.ts";

const NAME = 16;

/** @param columns of the terminal */
export function linesOf({ messages, changes, problem, perSecond, sent }: Shown, sample: number, columns: number): readonly string[] {
  const message = messages[sample % Math.max(1, messages.length)];
  const last = changes.at(-1);
  const width = Math.max(12, Math.floor((columns - NAME - 2 * (VIEWS.length + 1)) / (VIEWS.length + 1)));
  const line = (cells: readonly string[], paint: readonly ((text: string) => string)[]): string =>
    cells.map((cell, at) => (paint[at] ?? plain)(cut(cell, at === 0 ? NAME : width))).join("  ");
  const seen =
    last === undefined || last.sequence === 0
      ? ""
      : ` · visible after ${last.visibleMs === undefined ? "…" : `${Math.round(last.visibleMs)} ms`}`;
  return [
    pc.bold(`${message?.title ?? ""} · ${perSecond} records/s · ${sent} records · policy ${last?.digest.slice(0, 8) ?? "–"}${seen}`),
    ...(problem === undefined ? [] : [pc.red(cut(`${problem} The last good policy stays in force.`, columns))]),
    line(["", "raw", ...VIEWS], [plain, pc.bold, pc.bold, pc.bold, pc.bold]),
    ...(message?.rows ?? []).map(({ name, raw, views }) =>
      line(
        [name, raw, ...views.map(({ text }, view) => (message?.refused[view] === undefined ? text : "refused"))],
        [pc.dim, plain, ...views.map(({ state }, view) => paintOf(message?.refused[view] === undefined ? state : "removed"))],
      ),
    ),
  ];
}

const plain = (text: string): string => text;
const paintOf = (state: string): ((text: string) => string) => (state === "masked" ? pc.green : state === "kept" ? pc.yellow : pc.red);

function cut(text: string, width: number): string {
  const one = text.replaceAll(/\s*\n\s*/g, " ");
  return one.length > width ? `${one.slice(0, width - 1)}…` : one.padEnd(width);
}
