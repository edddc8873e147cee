/** What a run found, as text for people, as JSON, and written into the documentation between its markers. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type AnyRow, type BenchCase, isFailed, met } from "./case.ts";
import { chart } from "./chart.ts";
import type { Machine } from "./machine.ts";
import { ownTable, peerTable, stepTable } from "./table.ts";

/** Where the last report is. */
export const BENCHMARKS = "docs/benchmarks.json";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** One run: a machine, and what was measured on it. */
export interface Report {
  readonly machine: Machine;
  readonly results: readonly Result[];
}

export interface Result {
  readonly name: string;
  readonly rows: readonly AnyRow[];
  /** Where it was measured by itself, later than the others. */
  readonly machine?: Machine;
}

/** A report with what was measured of some cases since; they stand where they stood, new ones behind the others. */
export function joined(last: Report, since: Report): Report {
  const anew = new Map(since.results.map((result) => [result.name, { ...result, machine: since.machine }]));
  const kept = last.results.map((result) => anew.get(result.name) ?? result);
  const known = new Set(last.results.map(({ name }) => name));
  return { machine: last.machine, results: [...kept, ...[...anew.values()].filter(({ name }) => !known.has(name))] };
}

export const machineLine = ({ cpu, cores, memoryGb, bun, node, load, pinned, date, quick }: Machine): string =>
  `${date}, ${cpu}, ${cores} processors, ${memoryGb} GB, load ${load.toFixed(2)} before${pinned === undefined ? "" : ", one processor for the one-core cases"}; Bun ${bun}, Node ${node}${quick ? "; short runs, to be measured anew" : ""}`;

/** Tables of all cases of a report, each with its job and goal. */
export function fullText(report: Report, cases: readonly BenchCase[]): string {
  const parts = report.results.map(({ name, rows, machine }) => {
    const benchCase = cases.find((candidate) => candidate.name === name);
    if (benchCase === undefined) return "";
    const body = benchCase.group === "peers" ? peerTable(rows) : name === "steps" ? stepTable(rows) : ownTable(rows);
    const measured = machine === undefined ? "" : `\n\nMeasured ${machineLine(machine)}.`;
    return `### ${name}\n\n${benchCase.job}\n\nGoal: ${benchCase.goal}${measured}\n\n${body}`;
  });
  return [`Measured ${machineLine(report.machine)}.`, ...parts.filter((part) => part !== "")].join("\n\n");
}

/** The rows that README shows. */
export function headlineText(report: Report, group: BenchCase["group"], cases: readonly BenchCase[]): string {
  const names = new Set(cases.filter((candidate) => candidate.group === group).map((candidate) => candidate.name));
  const rows = report.results
    .filter((result) => names.has(result.name))
    .flatMap((result) => result.rows)
    .filter((row) => (group === "peers" ? true : !isFailed(row) && row.headline === true));
  return group === "peers" ? peerTable(rows, "brief") : ownTable(rows);
}

export const jsonText = (report: Report): string =>
  `${JSON.stringify(
    {
      machine: report.machine,
      results: report.results.map(({ rows, ...result }) => ({
        ...result,
        rows: rows.map((row) => (isFailed(row) ? row : { ...row, met: met(row) })),
      })),
    },
    undefined,
    1,
  )}\n`;

/**
 * Writes a report of all cases into the documentation: README's two tables, docs/benchmarks.md, docs/benchmarks.json and the chart.
 * @returns paths of what was written
 */
export function writeDocumentation(report: Report, cases: readonly BenchCase[], chartPath: string): string[] {
  const written = [
    between("README.md", "bench", headlineText(report, "own", cases)),
    between("README.md", "bench:peers", headlineText(report, "peers", cases)),
    between("README.md", "bench:machine", `${machineLine(report.machine)}.`),
    between("docs/benchmarks.md", "bench", fullText(report, cases)),
    saved(BENCHMARKS, jsonText(report)),
  ];
  const picture = writeChart(report, chartPath);
  return [...new Set([...written, ...(picture === undefined ? [] : [picture])])];
}

/** Writes the chart, if the report has peers to draw. */
export function writeChart(report: Report, path: string): string | undefined {
  const rows = report.results.flatMap((result) => result.rows);
  const picture = chart(rows, machineLine(report.machine));
  return picture === undefined ? undefined : saved(path, picture);
}

function saved(path: string, text: string): string {
  const target = join(ROOT, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  return path;
}

/** What stands between `<!-- name:begin -->` and `<!-- name:end -->` in a text. Undefined where the markers are missing. */
export function marked(
  text: string,
  name: string,
): { readonly before: string; readonly inside: string; readonly after: string } | undefined {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) return undefined;
  const start = from + begin.length;
  return { before: text.slice(0, start), inside: text.slice(start, to).trim(), after: text.slice(to) };
}

function between(path: string, name: string, inside: string): string {
  const target = join(ROOT, path);
  const parts = existsSync(target) ? marked(readFileSync(target, "utf8"), name) : undefined;
  if (parts === undefined) throw new Error(`${path} has no markers ${name}:begin and ${name}:end`);
  return saved(path, `${parts.before}\n${inside}\n${parts.after}`);
}
