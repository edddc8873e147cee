/** What `explain`, `diff` and `demo` have in common: sources in, inspected records out, and a place for the report. */

import { engineLine } from "../audit/events/engine.ts";
import type { Engine, EngineName } from "../engines/api.ts";
import { decodeSegment } from "../engines/portable/text/decode.ts";
import { selectEngine } from "../engines/select.ts";
import { BautaError, printable } from "../kit/errors.ts";
import { type OpenPlan, openPlan } from "../open.ts";
import { type GuardTesterFactory, type InspectedRecord, Inspector } from "../pipeline/inspect.ts";
import { FORMATS } from "../registry.ts";
import { commitSink, type Sink } from "../sinks/api.ts";
import { fileSink } from "../sinks/file.ts";
import { stdout } from "../sinks/stdout.ts";
import type { Source } from "../sources/api.ts";
import { EXIT } from "./exit.ts";
import { sourcesOf } from "./jobs.ts";
import { policyOf } from "./policy-option.ts";
import { colorsFor, grouped, say } from "./terminal.ts";

export interface InspectionOptions {
  readonly model?: string;
  readonly preset?: string;
  readonly keyFile?: string;
  readonly policy?: string;
  readonly view?: string;
  readonly engine: EngineName;
  readonly input: "strict" | "lenient";
  /** `--no-values` turns it off. */
  readonly values: boolean;
  readonly format: "text" | "html" | "json";
  readonly out: string;
}

export interface Seen {
  readonly source: string;
  readonly record: InspectedRecord;
}

/** Writes the report of a run: begins it, adds records as they come, ends it. */
export interface Report {
  begin(): string;
  add(seen: Seen, plan: OpenPlan): string;
  /** @param unread sources that were not read to their end */
  end(unread: readonly string[]): string;
}

/** Columns of a report that is read elsewhere than on this terminal. */
const COLUMNS = 80;
const COLUMNS_MAX = 160;

/** Columns that a report on standard output may have. */
export const columnsFor = (out: string): number => (out === "-" ? Math.min(process.stdout.columns ?? COLUMNS, COLUMNS_MAX) : COLUMNS);

/** Inspects all sources, one after the other, and writes their report. Returns the exit code. */
export async function inspect(paths: readonly string[], options: InspectionOptions, report: Report): Promise<number> {
  const { out, model, keyFile } = options;
  const sources = sourcesOf({ in: paths.length === 0 ? ["-"] : paths, out, alsoRead: [model, keyFile] });
  const choice = { model, preset: options.preset, keyFile, keyOfTheMoment: true, direction: "mask", input: options.input } as const;
  const plan = openPlan({ ...choice, policy: await policyOf(options) });
  try {
    const engine = await selectEngine(options.engine);
    announce(options, engine, plan);
    const inspector = inspectorOf(engine, plan, options);
    const sink: Sink = out === "-" ? stdout() : fileSink(out, { private: options.values });
    const write = (text: string): void => {
      if (text !== "") sink.write(new TextEncoder().encode(text), 0);
    };
    try {
      write(report.begin());
      const unread: string[] = [];
      for (const source of sources) {
        for await (const record of recordsOf(inspector, source)) write(report.add({ source: source.name, record }, plan));
        if (inspector.stopped) unread.push(source.name);
      }
      write(report.end(unread));
      commitSink(sink);
      return unread.length > 0 ? EXIT.framing : EXIT.done;
    } finally {
      sink.close();
      inspector.close();
    }
  } finally {
    plan.close();
  }
}

export const inspectorOf = (
  engine: Engine,
  plan: OpenPlan,
  { input, values, guards }: Pick<InspectionOptions, "input" | "values"> & { readonly guards?: GuardTesterFactory },
): Inspector =>
  new Inspector({
    engine,
    plan,
    formats: FORMATS,
    // Names that only the sender knows are told to whoever sees the values anyway.
    scan: { input, names: values ? "all" : "known" },
    decode: decodeSegment,
    guards,
  });

/** Records of a source; the inspector has stopped if it could not be read to its end. */
export async function* recordsOf(inspector: Inspector, source: Source): AsyncGenerator<InspectedRecord> {
  inspector.beginSource();
  for await (const chunk of source.chunks()) {
    yield* inspector.push(chunk);
    if (inspector.stopped) return;
  }
  yield* inspector.end();
}

function announce({ values, keyFile }: InspectionOptions, engine: Engine, plan: OpenPlan): void {
  const colors = colorsFor(process.stderr);
  say(engineLine(engine));
  const facts = plan.describe();
  say(
    colors.dim(
      Object.entries(facts)
        .map(([name, value]) => `${name} ${value}`)
        .join(" · "),
    ),
  );
  if (values) say(colors.yellow("warning: clear values are shown; the report is as confidential as the messages (--no-values hides them)"));
  if (keyFile === undefined && facts["key"]?.startsWith("ephemeral"))
    say(colors.yellow("note: no --key-file, so an ephemeral key masks: pseudonyms are other ones in every run"));
}

/** Counts of a report's records and their values. */
export class Tally {
  records = 0;
  refused = 0;
  values = 0;
  masked = 0;
  kept = 0;
  removed = 0;
  otherwise = 0;
  /** Of records that are not refused, as `mask` counts them. */
  add({ fault, values }: InspectedRecord): void {
    this.records++;
    if (fault !== undefined) {
      this.refused++;
      return;
    }
    this.values += values.length;
    for (const { outcome } of values) {
      if (outcome === "kept") this.kept++;
      else if (outcome === "removed") this.removed++;
      else this.masked++;
      if (outcome.startsWith("otherwise")) this.otherwise++;
    }
  }

  /** The balance and the values, as `mask` has them in its last lines. */
  lines(): readonly [string, string] {
    const balance = `in ${grouped(this.records)} = out ${grouped(this.records - this.refused)} + refused ${grouped(this.refused)}`;
    const otherwise = this.otherwise === 0 ? "" : ` (${grouped(this.otherwise)} by \`otherwise\`)`;
    return [
      balance,
      `${grouped(this.values)} values: ${grouped(this.masked)} masked${otherwise}, ${grouped(this.kept)} kept, ${grouped(this.removed)} removed`,
    ];
  }
}

/** An option that a command does not have. */
export const usage = (detail: string): BautaError => new BautaError(1001, { detail });

/** What is said of sources that were not read to their end. */
export const unreadLines = (unread: readonly string[]): readonly string[] =>
  unread.map((source) => `stopped in ${printable(source)}: where the next record begins cannot be told`);
