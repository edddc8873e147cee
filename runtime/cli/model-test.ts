import { dirname, resolve } from "node:path";
import { engineLine } from "../audit/events/engine.ts";
import type { Engine, EngineName } from "../engines/api.ts";
import { selectEngine } from "../engines/select.ts";
import { BautaError, issueOf, printable } from "../kit/errors.ts";
import { checkRules } from "../model/check.ts";
import { loadModel } from "../model/load.ts";
import type { Model } from "../model/model.ts";
import { modelError } from "../model/problem.ts";
import type { ModelTest } from "../model/read-tests.ts";
import { fileSource } from "../model/sources.ts";
import { cataloguesOf } from "../registry.ts";
import { EXIT } from "./exit.ts";
import { ModelBench, testKeys } from "./model-bench.ts";
import { type MutantReport, tryMutants } from "./model-mutants.ts";
import { type Failure, type ReadyTest, runTest } from "./model-test-run.ts";
import { readBytes } from "./read-file.ts";
import { type Colors, colorsFor, grouped, Progress, print, say } from "./terminal.ts";

export interface ModelTestOptions {
  readonly engine: EngineName;
  readonly mutate?: boolean;
  /** Seconds for mutants. */
  readonly time: number;
  readonly showValues?: boolean;
  readonly json?: boolean;
}

interface Tested {
  readonly test: ModelTest;
  readonly failures: readonly Failure[];
}

const FAILED = issueOf(8701);
const SURVIVED = issueOf(8702);

/** @throws BautaError 1001 where the model has no tests, 1002 where a message cannot be read; those of a model that does not load */
export async function modelTest(path: string, options: ModelTestOptions): Promise<number> {
  const loaded = loadModel(fileSource(path));
  if (loaded.model === undefined) throw modelError(loaded.problems);
  const { model, tests } = loaded;
  const problems = checkRules(model, cataloguesOf(model));
  if (problems.length > 0) throw modelError(problems);
  if (tests.length === 0) throw new BautaError(1001, { detail: "the model has no `tests:`" });
  const ready = tests.map((test) => ({ test, given: givenOf(test, path) }));
  const engine = await selectEngine(options.engine);
  say(engineLine(engine));
  const keys = testKeys();
  const tested = runAll(engine, model, ready, keys);
  const isPassed = tested.every(({ failures }) => failures.length === 0);
  // A mutant is caught where a test fails that passes for the model.
  const mutants = options.mutate && isPassed ? mutate(engine, model, ready, keys, options) : undefined;
  if (options.json) print(JSON.stringify(reportOf(path, engine, tested, mutants, options), null, 1));
  else tell(path, tested, mutants, options);
  return isPassed && isCaught(mutants) ? EXIT.done : EXIT.evidence;
}

/** Every mutant was tried, and no test passes for it. */
const isCaught = (report: MutantReport | undefined): boolean =>
  report === undefined || (report.survivors.length === 0 && report.untried === 0);

function givenOf({ given }: ModelTest, path: string): Uint8Array {
  if ("text" in given) return new TextEncoder().encode(given.text);
  return readBytes(resolve(dirname(path), given.file), given.file);
}

function runAll(engine: Engine, model: Model, ready: readonly ReadyTest[], keys: readonly string[]): readonly Tested[] {
  const bench = new ModelBench(engine, model, keys);
  try {
    return ready.map(({ test, given }) => ({ test, failures: runTest(bench, test, given) }));
  } finally {
    bench.close();
  }
}

function mutate(
  engine: Engine,
  model: Model,
  ready: readonly ReadyTest[],
  keys: readonly string[],
  { json, time }: ModelTestOptions,
): MutantReport {
  const progress = new Progress(json !== true && process.stderr.isTTY === true);
  try {
    const until = performance.now() + time * 1000;
    return tryMutants(engine, model, ready, keys, until, (done, of) => progress.show(() => `mutant ${done} of ${of}`));
  } finally {
    progress.clear();
  }
}

function tell(path: string, tested: readonly Tested[], mutants: MutantReport | undefined, options: ModelTestOptions): void {
  const colors = colorsFor(process.stdout);
  for (const { test, failures } of tested) {
    const name = printable(test.name);
    if (failures.length === 0) print(`${colors.green("✓")} ${name}`);
    else print(`${colors.red("✗")} ${printable(path)}:${test.at.line} ${FAILED.code} ${FAILED.name} ${name}`);
    const lines = failures.flatMap((failure) => failureLines(failure, test, options, colors));
    // Of many values that have one path, one line.
    for (const line of new Set(lines)) print(`    ${line}`);
  }
  const failed = tested.filter(({ failures }) => failures.length > 0).length;
  print(`${failed === 0 ? colors.green("✓") : " "} ${grouped(tested.length)} tests, ${grouped(failed)} failed`);
  if (mutants !== undefined) tellMutants(mutants, options, colors);
  else if (options.mutate) print(`${colors.yellow("!")} no mutants: the model's own tests fail`);
}

function failureLines(failure: Failure, test: ModelTest, { showValues }: ModelTestOptions, colors: Colors): readonly string[] {
  const { check, expected, found, value, line } = failure;
  const what = expected === check ? found : `${found}, where ${WORDS[expected] ?? expected} was expected`;
  const first = `${printable(check)} (line ${line}): ${printable(what)}`;
  if (!showValues || value === undefined || !isInline(test)) return [first];
  const after = value.masked === undefined ? "nothing" : JSON.stringify(value.masked);
  return [first, colors.dim(printable(`${JSON.stringify(value.clear)} became ${after}`))];
}

/** Expectations that are not their own word. */
const WORDS: Readonly<Record<string, string>> = {
  equals: "the text of the test",
  "same-as": "the same pseudonym",
  "differs-from": "another pseudonym",
};

function tellMutants(report: MutantReport, { time }: ModelTestOptions, colors: Colors): void {
  const { mutants, caught, survivors, unbuildable, untried } = report;
  for (const { source, line, place, what, remedy } of survivors) {
    const at = line === 0 ? source : `${source}:${line}`;
    print(`${colors.red("✗")} ${printable(`${at} ${SURVIVED.code} ${SURVIVED.name} ${place === "" ? "" : `${place}: `}${what}`)}`);
    print(`    ${printable(remedy)}`);
  }
  const besides = [
    ...(unbuildable === 0 ? [] : [`${grouped(unbuildable)} are no model`]),
    ...(untried === 0 ? [] : [`${grouped(untried)} not tried in ${grouped(time)} s`]),
  ];
  const more = besides.length === 0 ? "" : ` (${besides.join(", ")})`;
  print(
    `${isCaught(report) ? colors.green("✓") : " "} ${grouped(mutants)} mutants, ${grouped(caught)} caught, ${grouped(survivors.length)} survived${more}`,
  );
}

function reportOf(
  path: string,
  engine: Engine,
  tested: readonly Tested[],
  mutants: MutantReport | undefined,
  { showValues }: ModelTestOptions,
): object {
  return {
    model: path,
    engine: engine.name,
    tests: tested.map(({ test, failures }) => ({
      name: test.name,
      line: test.at.line,
      outcome: failures.length === 0 ? "passed" : "failed",
      failures: failures.map(({ check, line, expected, found, value }) => ({
        code: FAILED.code,
        check,
        line,
        expected,
        found,
        ...(showValues && value !== undefined && isInline(test) ? { clear: value.clear, masked: value.masked ?? null } : {}),
      })),
    })),
    ...(mutants === undefined
      ? {}
      : { mutants: { ...mutants, survivors: mutants.survivors.map((one) => ({ code: SURVIVED.code, ...one })) } }),
  };
}

/** Whether the message stands in the model itself, whose author sees it anyway. */
const isInline = ({ given }: ModelTest): boolean => "text" in given;
