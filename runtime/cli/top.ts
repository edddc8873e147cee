/** `bauta top`: workers as they are at work, asked over their control planes. On a terminal a table that is drawn anew, else plain lines. */
import type { RunStatus } from "../control/status.ts";
import { BautaError, printable } from "../kit/errors.ts";
import { TOP_ANSWER_MS } from "../kit/limits.ts";
import { EXIT } from "./exit.ts";
import { readText } from "./read-file.ts";
import { bytesText, type Colors, colorsFor, grouped, print } from "./terminal.ts";

export interface TopOptions {
  /** File of the token that the control planes ask for. */
  readonly tokenFile?: string;
  /** Seconds between two looks. */
  readonly every: number;
  /** Looks, then it ends; 0: until it is stopped. */
  readonly count: number;
  readonly json?: boolean;
}

/** What is told of one worker. */
export interface WorkerRow {
  readonly worker: string;
  /** `ready`, `waiting` for what it stands on, `starting`, `ended`; `away`: its control plane does not answer, `refused`: it asks for a token. */
  readonly state: "ready" | "waiting" | "starting" | "ended" | "away" | "refused";
  readonly pipeline: string;
  readonly missing: readonly string[];
  readonly records: number;
  /** Since the look before; null at the first one. */
  readonly recordsPerSecond: number | null;
  readonly bytesPerSecond: number | null;
  /** Of all its partitions; null over files. */
  readonly lag: number | null;
  readonly refused: number;
  readonly refusedByCode: Readonly<Record<string, number>>;
  readonly latency: RunStatus["latency"];
}

interface Look {
  readonly at: number;
  readonly records: number;
  readonly bytes: number;
}

/** Looks at workers until it is stopped, or has looked often enough. */
export async function top(addresses: readonly string[], options: TopOptions): Promise<number> {
  const urls = addresses.map(urlOf);
  const token = options.tokenFile === undefined ? undefined : readText(options.tokenFile).trim();
  const before = new Map<string, Look>();
  const isDrawn = process.stdout.isTTY === true && options.json !== true;
  for (let looks = 1; ; looks++) {
    const rows = await Promise.all(urls.map((url) => lookAt(url, token, before)));
    if (options.json) print(JSON.stringify({ at: new Date().toISOString(), workers: rows }));
    else if (isDrawn) draw(tableOf(rows, colorsFor(process.stdout), process.stdout.columns ?? COLUMNS));
    else for (const row of rows) print(lineOf(row));
    if (looks === options.count) return EXIT.done;
    await new Promise((resume) => setTimeout(resume, 1000 * options.every));
  }
}

/** `9464`, `127.0.0.1:9464` or a whole address. @throws BautaError 1001 */
function urlOf(address: string): string {
  const text = /^\d{1,5}$/.test(address) ? `http://127.0.0.1:${address}` : address.includes("://") ? address : `http://${address}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:") || url.username !== "" || url.search !== "")
    throw new BautaError(1001, { detail: `${printable(address)} is not PORT, HOST:PORT or http://HOST:PORT` });
  return url.origin;
}

async function lookAt(url: string, token: string | undefined, before: Map<string, Look>): Promise<WorkerRow> {
  const worker = url.replace(/^https?:\/\//, "");
  const ask = (path: string): Promise<Response> =>
    fetch(`${url}${path}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TOP_ANSWER_MS),
    });
  try {
    const [ready, answer] = [await ask("/readyz"), await ask("/runs")];
    if (answer.status === 401) return { ...NOTHING, worker, state: "refused" };
    const { status } = (await ready.json()) as { status: string };
    const [run] = ((await answer.json()) as { runs: readonly RunStatus[] }).runs;
    if (run === undefined) return { ...NOTHING, worker, state: "starting" };
    return rowOf(worker, stateOf(status), run, before);
  } catch {
    before.delete(worker);
    return { ...NOTHING, worker, state: "away" };
  }
}

const stateOf = (status: string): WorkerRow["state"] =>
  status === "ok" ? "ready" : status === "waiting" || status === "starting" ? status : "ended";

function rowOf(worker: string, state: WorkerRow["state"], run: RunStatus, before: Map<string, Look>): WorkerRow {
  const sum = (of: (counts: RunStatus["statements"][number]["counts"]) => number): number =>
    run.statements.reduce((total, { counts }) => total + of(counts), 0);
  const look: Look = { at: performance.now(), records: sum(({ in: read }) => read), bytes: sum(({ bytesIn }) => bytesIn) };
  const last = before.get(worker);
  before.set(worker, look);
  // One that began anew counts from nothing.
  const isSame = last !== undefined && last.records <= look.records;
  const rate = (now: number, then: number): number => Math.round((1000 * (now - then)) / Math.max(1, look.at - (last?.at ?? 0)));
  const refusedByCode: Record<string, number> = {};
  for (const { counts } of run.statements)
    for (const [code, count] of Object.entries(counts.refusedByCode)) refusedByCode[code] = (refusedByCode[code] ?? 0) + count;
  return {
    worker,
    state,
    pipeline: run.pipeline,
    missing: run.missing,
    records: look.records,
    recordsPerSecond: isSame ? rate(look.records, last.records) : null,
    bytesPerSecond: isSame ? rate(look.bytes, last.bytes) : null,
    lag: run.latency.mask === null && run.lag.length === 0 ? null : run.lag.reduce((total, { records }) => total + records, 0),
    refused: sum(({ refused }) => refused),
    refusedByCode,
    latency: run.latency,
  };
}

const NOTHING: Omit<WorkerRow, "worker" | "state"> = {
  pipeline: "",
  missing: [],
  records: 0,
  recordsPerSecond: null,
  bytesPerSecond: null,
  lag: null,
  refused: 0,
  refusedByCode: {},
  latency: { poll: null, mask: null, stage: null, commit: null },
};

const COLUMNS = 120;
/** Codes of refusals that the table names. */
const CODES_SHOWN = 3;
const UNKNOWN = "–";
const TITLES = ["WORKER", "STATE", "REC/S", "IN/S", "RECORDS", "LAG", "REFUSED", "POLL ms", "MASK ms", "WRITE ms", "COMMIT ms", "PIPELINE"];

const known = (value: number | null): string => (value === null ? UNKNOWN : grouped(value));
const ms = (value: number | null): string => (value === null ? UNKNOWN : value.toFixed(1));

const cellsOf = (row: WorkerRow): readonly string[] => [
  row.worker,
  row.missing.length === 0 ? row.state : `${row.state}: ${row.missing.join(", ")}`,
  known(row.recordsPerSecond),
  row.bytesPerSecond === null ? UNKNOWN : bytesText(row.bytesPerSecond),
  grouped(row.records),
  known(row.lag),
  grouped(row.refused),
  ms(row.latency.poll),
  ms(row.latency.mask),
  ms(row.latency.stage),
  ms(row.latency.commit),
  printable(row.pipeline),
];

/** Lines of the table, no longer than the terminal is wide. */
export function tableOf(rows: readonly WorkerRow[], colors: Colors, columns: number): readonly string[] {
  const cells = [TITLES, ...rows.map(cellsOf)];
  const widths = TITLES.map((_, at) => Math.max(...cells.map((row) => (row[at] as string).length)));
  // Names stand at the left of their columns, numbers at the right.
  const laid = cells.map((row) =>
    row
      .map((cell, at) => (at < 2 || at === row.length - 1 ? cell.padEnd(widths[at] as number) : cell.padStart(widths[at] as number)))
      .join("  ")
      .slice(0, columns),
  );
  const total = (of: (row: WorkerRow) => number | null): number => rows.reduce((sum, row) => sum + (of(row) ?? 0), 0);
  const codes = new Map<string, number>();
  for (const { refusedByCode } of rows)
    for (const [code, count] of Object.entries(refusedByCode)) codes.set(code, (codes.get(code) ?? 0) + count);
  const most = [...codes].toSorted(([, a], [, b]) => b - a).slice(0, CODES_SHOWN);
  const refusals = most.map(([code, count]) => `${code} ${grouped(count)}`).join(", ");
  const sums = [
    `${rows.length} ${rows.length === 1 ? "worker" : "workers"}`,
    `${grouped(total(({ recordsPerSecond }) => recordsPerSecond))} rec/s`,
    `lag ${grouped(total(({ lag }) => lag))}`,
    `refused ${grouped(total(({ refused }) => refused))}${refusals === "" ? "" : ` (${refusals})`}`,
  ];
  const [head = "", ...body] = laid;
  const paint = (row: WorkerRow): ((text: string) => string) =>
    row.state === "ready" ? (row.refused > 0 ? colors.yellow : colors.green) : row.state === "ended" ? colors.dim : colors.red;
  return [colors.bold(sums.join(" · ").slice(0, columns)), colors.dim(head), ...body.map((line, at) => paint(rows[at] as WorkerRow)(line))];
}

/** One worker as one line, for a log. */
export function lineOf(row: WorkerRow): string {
  const names = ["worker", "state", "rec/s", "in/s", "records", "lag", "refused", "poll", "mask", "write", "commit", "pipeline"];
  return cellsOf(row)
    .map((cell, at) => `${names[at]}=${cell.replaceAll(" ", "")}`)
    .join(" ");
}

/** Draws over what stands there: the cursor goes home, each line is cut behind its end, and what is below goes. */
function draw(lines: readonly string[]): void {
  process.stdout.write(`\u001b[H${lines.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`);
}
