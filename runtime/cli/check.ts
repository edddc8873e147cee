/** `bauta check`: everything that is wrong with a model, at once. */
import { existsSync, readFileSync } from "node:fs";
import { selectEngine } from "../engines/select.ts";
import { DATA_CLASSES, SHAPES } from "../formats/api.ts";
import { ephemeralKeyRing } from "../keys/ephemeral.ts";
import { BautaError, issueOf, printable } from "../kit/errors.ts";
import { checkModel, checkNames } from "../model/check.ts";
import { figureNotes } from "../model/figure-notes.ts";
import { lenientOnly } from "../model/lenient-only.ts";
import { loadModel } from "../model/load.ts";
import { compareLocks, encodeLock, lockOf, parseLock } from "../model/lock.ts";
import type { Model } from "../model/model.ts";
import { describeNote, describeProblem, type Problem } from "../model/problem.ts";
import { fileSource, presetSource } from "../model/sources.ts";
import { KIND_DEFINITIONS, PRESETS, TECHNIQUES } from "../model/vocabulary.ts";
import { lockPathOf, runnable } from "../open.ts";
import { Masker } from "../pipeline/masker.ts";
import { bytesOutlet } from "../pipeline/outlet.ts";
import { CATALOGUES, cataloguesOf, FORMATS } from "../registry.ts";
import { commitSink } from "../sinks/api.ts";
import { fileSink } from "../sinks/file.ts";
import { filesAt } from "../sources/file.ts";
import { checkPipeline, isPipelineFile } from "./check-pipeline.ts";
import { EXIT } from "./exit.ts";
import { colorsFor, grouped, print } from "./terminal.ts";

export interface CheckOptions {
  readonly preset?: string;
  readonly sample?: readonly string[];
  readonly updateLock?: boolean;
  readonly list?: boolean;
  readonly json?: boolean;
}

interface SampleResult {
  readonly messages: number;
  readonly refused: { readonly place: string; readonly code: string; readonly name: string; readonly path: string; count: number }[];
  /** Files that could not be read to their end, and how far they were. */
  readonly unread: readonly { readonly place: string; readonly offset: number }[];
}

const UNCOVERED = issueOf(2201);

export async function check(path: string | undefined, options: CheckOptions): Promise<number> {
  if (options.list) return list(options.json === true);
  if ((path === undefined) === (options.preset === undefined)) throw new BautaError(1001, { detail: "name a model file or a --preset" });
  if (path !== undefined && isPipelineFile(path)) return checkPipeline(path, options);
  const source = path === undefined ? presetSource(options.preset ?? "") : fileSource(path);
  const loaded = loadModel(source);
  const problems: Problem[] = [...loaded.problems];
  const checked = loaded.model === undefined ? undefined : checkModel(loaded.model, cataloguesOf(loaded.model));
  problems.push(...(checked?.problems ?? []));
  // What cannot be loaded can still have names that no message has: everything at once.
  if (loaded.model === undefined && loaded.draft !== undefined) problems.push(...checkNames(loaded.draft, cataloguesOf(loaded.draft)));
  const notes =
    loaded.model === undefined ? [] : [...lenientOnly(loaded.model, cataloguesOf(loaded.model)), ...figureNotes(loaded.model, source.name)];
  const differences =
    loaded.model === undefined || path === undefined ? [] : lock(loaded.model, path, options.updateLock === true && problems.length === 0);
  const samples =
    loaded.model === undefined || problems.length > 0 || options.sample === undefined
      ? undefined
      : await sample(loaded.model, options.sample);
  const uncovered = [...(checked?.uncovered ?? new Map())].map(([message, fields]) => ({
    message,
    fields: fields.length,
    first: fields[0]?.path ?? "",
  }));
  // A catalogue that the model names itself is there to be covered.
  const named = new Set(loaded.model?.catalogues.map(({ message }) => message));
  const isCovering = uncovered.every(({ message }) => !named.has(message));
  const bad =
    !isCovering || problems.length > 0 || (differences.length > 0 && options.updateLock !== true) || (samples?.refused.length ?? 0) > 0;
  if (options.json) {
    print(
      JSON.stringify(
        {
          model: source.name,
          problems: problems.map((problem) => ({ ...problem, code: `BAUTA-${problem.issue}` })),
          notes,
          uncovered,
          lock: differences,
          samples,
        },
        null,
        1,
      ),
    );
    return bad ? EXIT.usage : EXIT.done;
  }
  const colors = colorsFor(process.stdout);
  for (const problem of problems) print(`${colors.red("✗")} ${describeProblem(problem)}`);
  for (const note of notes) print(`${colors.yellow("!")} ${describeNote(note)}`);
  for (const difference of differences)
    print(`${colors.yellow(options.updateLock ? "lock updated" : "lock differs")} ${printable(difference)}`);
  for (const line of uncoveredLines(uncovered)) print(`${colors.yellow("!")} ${line}`);
  if (samples !== undefined) {
    for (const row of samples.refused) {
      const path = row.path === "" ? "" : ` ${printable(row.path)}`;
      print(`${colors.red("✗")} ${printable(row.place)}: ${row.code} ${row.name}${path}${row.count > 1 ? ` (${row.count}×)` : ""}`);
    }
    for (const { place, offset } of samples.unread)
      print(`${colors.yellow("!")} ${printable(place)}: stopped at byte ${grouped(offset)}, nothing behind it was read`);
    print(`${samples.refused.length === 0 ? colors.green("✓") : " "} ${grouped(samples.messages)} sample messages looked at`);
  }
  const summary =
    checked === undefined
      ? ""
      : ` over ${grouped(checked.fieldCount)} fields of ${CATALOGUES.map((catalogue) => catalogue.messages().length).reduce((a, b) => a + b, 0)} message types`;
  print(
    problems.length === 0
      ? `${bad ? " " : colors.green("✓")} ${printable(source.name)}: nothing wrong${bad ? " in the model itself" : ""}${summary}`
      : `${grouped(problems.length)} ${problems.length === 1 ? "problem" : "problems"} in ${printable(source.name)}`,
  );
  return bad ? EXIT.usage : EXIT.done;
}

interface Uncovered {
  readonly message: string;
  readonly fields: number;
  readonly first: string;
}

/** Messages, or versions of one, that a model without rules for a format leaves uncovered: more are only counted. */
const UNCOVERED_LINES_MAX = 12;

function uncoveredLines(rows: readonly Uncovered[]): readonly string[] {
  const families = new Map<string, Uncovered[]>();
  for (const row of rows) {
    const family = row.message.split(".").slice(0, 2).join(".");
    families.set(family, [...(families.get(family) ?? []), row]);
  }
  const lines = [...families].map(([family, versions]) => {
    const [{ message, first }, ...others] = versions as [Uncovered, ...Uncovered[]];
    const fields = Math.max(...versions.map((row) => row.fields));
    const where = others.length === 0 ? message : `${family} in ${versions.length} versions`;
    return `${where}: ${grouped(fields)} fields without a rule, refused when they come; the first is ${first}`;
  });
  if (lines.length <= UNCOVERED_LINES_MAX) return lines;
  const more = lines.length - UNCOVERED_LINES_MAX;
  return [...lines.slice(0, UNCOVERED_LINES_MAX), `and fields of ${grouped(more)} more messages; --json has all of them`];
}

/** What differs between the model and its lock file; writes the file anew when asked. */
function lock(model: Model, path: string, update: boolean): readonly string[] {
  const file = lockPathOf(path);
  const now = lockOf(model);
  const differences = existsSync(file) ? compareLocks(parseLock(readFileSync(file, "utf8")), now) : update ? [`${file} is new`] : [];
  if (update && (differences.length > 0 || !existsSync(file))) {
    const sink = fileSink(file);
    sink.write(new TextEncoder().encode(encodeLock(now)), 0);
    commitSink(sink);
  }
  return differences;
}

/** Masks samples into nothing under a key of the moment, and gathers what would be refused. */
async function sample(model: Model, paths: readonly string[]): Promise<SampleResult> {
  const plan = runnable(model, ephemeralKeyRing());
  const engine = await selectEngine("portable");
  const refused: SampleResult["refused"] = [];
  const unread: { place: string; offset: number }[] = [];
  let place = "";
  const note = (code: string, name: string, path: string): (typeof refused)[number] => {
    const known = refused.find((row) => row.place === place && row.code === code && row.path === path);
    if (known !== undefined) return known;
    const row = { place, code, name, path, count: 0 };
    refused.push(row);
    return row;
  };
  const masker = new Masker({
    engine,
    plan,
    formats: FORMATS,
    // The samples are the asker's own: without its name a member that no rule names cannot be found.
    scan: {
      input: "strict",
      names: "all",
      uncovered: (path) => {
        note(UNCOVERED.code, UNCOVERED.name, path).count = 1;
      },
    },
    frame: "auto",
    direction: "mask",
    onRefuse: "divert",
    keyedHash: (bytes) => plan.keyedHash(bytes),
  });
  try {
    for (const file of paths.flatMap((path) => filesAt(path))) {
      let behind = 0;
      const outlet = bytesOutlet(
        () => undefined,
        ({ issue, path, offset, length }) => {
          note(issue.code, issue.name, path).count++;
          behind = offset + length;
        },
      );
      place = file.name;
      masker.beginSource();
      for await (const chunk of file.chunks()) masker.push(chunk, outlet);
      masker.end(outlet);
      if (masker.stopped !== undefined) unread.push({ place, offset: behind });
    }
    masker.reconcile();
    return { messages: masker.counts.in, refused, unread };
  } finally {
    masker.close();
    plan.close();
  }
}

function list(json: boolean): number {
  const techniques = Object.values(TECHNIQUES);
  const kinds = Object.values(KIND_DEFINITIONS);
  if (json) {
    print(
      JSON.stringify(
        {
          techniques,
          kinds,
          presets: PRESETS,
          classes: DATA_CLASSES,
          shapes: SHAPES,
          messages: CATALOGUES.flatMap((catalogue) => catalogue.messages()),
        },
        null,
        1,
      ),
    );
    return EXIT.done;
  }
  const colors = colorsFor(process.stdout);
  const row = (title: string, words: readonly string[]): void => print(`${colors.bold(title.padEnd(11))} ${words.join(", ")}`);
  row(
    "techniques",
    techniques.map((definition) => definition.name),
  );
  row(
    "kinds",
    kinds.map((definition) => definition.name),
  );
  row("presets", PRESETS);
  row("classes", DATA_CLASSES);
  row("shapes", SHAPES);
  row(
    "messages",
    CATALOGUES.flatMap((catalogue) => catalogue.messages()),
  );
  return EXIT.done;
}
