/** `bauta scan`: where personal and card data stand in samples of whatever form. Values are counted, never shown. */
import { existsSync, realpathSync } from "node:fs";
import { BautaError, printable } from "../kit/errors.ts";
import { loadModel } from "../model/load.ts";
import { messageKey, parsePath, scopeCovers } from "../model/path.ts";
import { segmentsMatch } from "../model/segments.ts";
import { CATALOGUES } from "../registry.ts";
import { type Finding, findingsOf } from "../scan/findings.ts";
import { placesBelow } from "../scan/place.ts";
import { Scan } from "../scan/scan.ts";
import { type Starter, starterOf } from "../scan/starter.ts";
import { commitSink } from "../sinks/api.ts";
import { fileSink } from "../sinks/file.ts";
import type { Source } from "../sources/api.ts";
import { filesAt } from "../sources/file.ts";
import { stdin } from "../sources/stdin.ts";
import { EXIT } from "./exit.ts";
import { bytesText, colorsFor, grouped, Progress, print } from "./terminal.ts";

export interface ScanOptions {
  readonly model?: string;
  readonly expectNone?: boolean;
  readonly json?: boolean;
}

const STDIN = "-";

export async function scan(paths: readonly string[], options: ScanOptions): Promise<number> {
  const sources = paths.flatMap((path): readonly Source[] => (path === STDIN ? [stdin()] : filesAt(path)));
  if (paths.filter((path) => path === STDIN).length > 1) throw new BautaError(1001, { detail: "standard input can be named once" });
  if (options.model !== undefined && existsSync(options.model)) {
    // Under whatever name.
    const real = realpathSync(options.model);
    if (sources.some(({ name }) => existsSync(name) && realpathSync(name) === real)) throw new BautaError(1003, { path: options.model });
  }
  const scanned = new Scan();
  const progress = new Progress(process.stderr.isTTY === true);
  for (const source of sources) {
    for await (const chunk of source.chunks()) {
      scanned.push(chunk);
      progress.show(() => `${bytesText(scanned.bytes)} scanned`);
    }
    scanned.end();
  }
  progress.clear();
  const findings = findingsOf(scanned.root);
  const starter = options.model === undefined ? undefined : write(options.model, checkedStarter(scanned, findings));
  const placeCount = [...placesBelow(scanned.root)].length;
  if (options.json) {
    const { sources: files, bytes, broken } = scanned;
    const model =
      starter === undefined ? null : { file: options.model, rules: starter.rules, found: starter.found, beyond: starter.beyond };
    print(JSON.stringify({ sources: files, bytes, broken, paths: placeCount, findings, model }, null, 1));
  } else tell(scanned, placeCount, findings, options.model, starter);
  const isSure = findings.some(({ confidence }) => confidence !== "low");
  return options.expectNone === true && isSure ? EXIT.evidence : EXIT.done;
}

/** What is written is what `bauta check` accepts. */
function checkedStarter(scanned: Scan, findings: readonly Finding[]): Starter {
  const starter = starterOf(scanned.root, findings, isField);
  return loadModel({ name: "starter", text: starter.text }).problems.length === 0
    ? starter
    : starterOf(scanned.root, findings, isField, true);
}

/** Whether a path, as models write it, is that of a value of a message with a catalogue. */
function isField(path: string): boolean {
  const pattern = parsePath(path);
  if ("issue" in pattern) return false;
  return CATALOGUES.some(({ format, messages, fieldsOf }) =>
    messages()
      .filter((message) => scopeCovers(pattern.scope, format, messageKey(message)))
      .some((message) => [...fieldsOf(message)].some(({ path }) => segmentsMatch(pattern.segments, path.split("/")))),
  );
}

function write(file: string, starter: Starter): Starter {
  const sink = fileSink(file);
  sink.write(new TextEncoder().encode(starter.text), 0);
  commitSink(sink);
  return starter;
}

function tell(scanned: Scan, paths: number, findings: readonly Finding[], file: string | undefined, starter: Starter | undefined): void {
  const colors = colorsFor(process.stdout);
  const paint = { high: colors.red, medium: colors.yellow, low: colors.dim };
  for (const { kind, confidence, count, values, path } of findings) {
    const share = `${grouped(count)}/${grouped(values)}`;
    print(`${paint[confidence](`${kind.padEnd(12)} ${confidence.padEnd(6)}`)} ${share.padStart(11)}  ${printable(path)}`);
  }
  const found = new Set(findings.map(({ path }) => path)).size;
  const read = `${grouped(scanned.sources)} ${scanned.sources === 1 ? "input" : "inputs"}, ${bytesText(scanned.bytes)}`;
  print(`${found === 0 ? colors.green("✓") : " "} ${read}: found something at ${grouped(found)} of ${grouped(paths)} paths`);
  if (scanned.broken > 0) print(`${colors.yellow("!")} ${grouped(scanned.broken)} documents are not whole; what is there was looked at`);
  if (starter !== undefined && file !== undefined) {
    print(`  ${printable(file)}: ${grouped(starter.rules)} rules, ${grouped(starter.found)} of them for what was found; now: bauta check`);
    if (starter.beyond.length > 0) print(`${colors.yellow("!")} ${grouped(starter.beyond.length)} paths are in what no model reaches`);
  }
}
