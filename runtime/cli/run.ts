/** `bauta run`: a run as a pipeline file describes it. */
import { resolve } from "node:path";
import { engineLine } from "../audit/events/engine.ts";
import { selectEngine } from "../engines/select.ts";
import { BautaError } from "../kit/errors.ts";
import { VERSION } from "../kit/version.ts";
import { modelError } from "../model/problem.ts";
import { openPlan } from "../open.ts";
import type { PipelineDefinition } from "../pipeline/definition/definition.ts";
import { JournalFile, type JournalState } from "../pipeline/journal-file.ts";
import type { Backend } from "../pipeline/line-events.ts";
import { type RefusedParts, run, type StatementParts } from "../pipeline/run.ts";
import { systemClock } from "../platform/clock.ts";
import { onStopSignal } from "../platform/process.ts";
import { newTask } from "../platform/task.ts";
import { GrowingFile } from "../sinks/journal.ts";
import { type Lock, lockPlaces } from "../sinks/lock.ts";
import { nowhere } from "../sinks/nowhere.ts";
import { segmentSink } from "../sinks/segments.ts";
import { filesAt } from "../sources/file.ts";
import { openRecordMasker } from "../workers.ts";
import { EXIT, exitCodeOfEnd } from "./exit.ts";
import { ManifestWriter } from "./manifest-writer.ts";
import { readPipelineFile, routeFactsOf, routesOf, settingsOf, undeclaredPaths } from "./pipeline-file.ts";
import { hasManifest, identityOf, journalPathOf, manifestPathOfPipeline, recover, resumable, whyNoResume } from "./pipeline-journal.ts";
import { checkApart, checkFresh, markOf, openPipelineSink, REFUSED_SINK, segmentPaths, sourcesOfPipeline } from "./pipeline-places.ts";
import { policyOfPipeline } from "./policy-option.ts";
import { refusedLine } from "./refused.ts";
import { type Watch, watched } from "./watch.ts";
import { type WatchOptions, watchOf } from "./watch-options.ts";

export interface RunOptions extends WatchOptions {
  readonly resume?: boolean;
  readonly dryRun?: boolean;
  /** Of a worker on topics. */
  readonly instance?: string;
  /** Of a replay of topics: see ReplayTopicsOptions. */
  readonly from?: string;
  readonly to?: string;
  readonly into?: string;
  readonly share?: string;
  readonly policyOf?: "then" | "now";
}

/** Runs the command and returns its exit code. */
export function runPipeline(path: string, options: RunOptions): Promise<number> {
  const read = tried(() => readPipelineFile(path));
  const file = read.value?.definition?.watch;
  const how = file === undefined ? options : watchOf(file, options);
  // What is wrong with the file is told in the form that was asked for.
  return watched(how, (watch) => {
    if (read.value === undefined) throw read.error;
    const { definition, problems } = read.value;
    if (definition === undefined) throw modelError(problems);
    return runWatched(path, definition, options, watch);
  });
}

type Tried<T> = { readonly value: T } | { readonly value?: undefined; readonly error: unknown };

function tried<T>(work: () => T): Tried<T> {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}

async function runWatched(path: string, definition: PipelineDefinition, options: RunOptions, watch: Watch): Promise<number> {
  if (definition.kafka !== undefined) {
    const { runTopicsPipeline } = await import("./run-topics.ts");
    return runTopicsPipeline(path, definition, definition.kafka, options, watch);
  }
  for (const name of ["instance", "into", "from", "to", "share", "policyOf"] as const)
    if (options[name] !== undefined) throw new BautaError(1001, { detail: `--${name === "policyOf" ? "policy-of" : name} is for topics` });
  const isDry = options.dryRun === true;
  let lock: Lock | undefined;
  const plan = openPlan({ ...definition, policy: await policyOfPipeline(definition), direction: "mask" });
  try {
    const unnamed = undeclaredPaths(definition, plan, path);
    if (unnamed.length > 0) throw modelError(unnamed);
    const journalPath = isDry ? undefined : journalPathOf(definition);
    checkApart(definition, journalPath);
    // Before anything of another run is looked at.
    lock = isDry ? undefined : lockPlaces([...(journalPath === undefined ? [] : [journalPath]), ...segmentPaths(definition)]);
    const identity = identityOf(definition, plan.facts);
    const whyNot = whyNoResume(definition, plan.facts);
    const found = resumable(journalPath, () => identity, { resume: options.resume === true, whyNot });
    const from = performance.now();
    const engine = await selectEngine(definition.engine);
    const engineMs = performance.now() - from;
    const report = {
      engine: engineLine(engine),
      engineName: engine.name,
      plan: { pipeline: definition.name, ...plan.describe() },
      warnings: isDry ? ["a dry run: nothing is written"] : [],
      hasRefused: definition.refused !== undefined,
      showsSinks: true,
    };
    const manifestPath = isDry ? undefined : manifestPathOfPipeline(definition);
    if (found !== undefined) recover(definition, found, manifestPath);
    else if (!isDry) checkFresh(definition);
    if (found?.ended === "done" && hasManifest(manifestPath, found)) {
      watch.nothingToDo(engine, report, definition.name);
      return EXIT.done;
    }
    const state: JournalState = found ?? {
      task: newTask(systemClock.date()),
      identity,
      sequence: -1,
      ended: undefined,
      positions: [],
      marks: {},
      segments: [],
      records: {},
      statements: [],
      entries: [],
    };
    const stop = onStopSignal();
    const journal =
      journalPath === undefined
        ? undefined
        : new JournalFile(state, new GrowingFile(journalPath), markOf, ({ source }) => source === "stdin" || markOf(source) !== undefined);
    const { onRefuse, frame, input, workers, refused } = definition;
    const routes = routesOf(definition);
    const masker = openRecordMasker({
      engine,
      plan,
      input,
      frame,
      direction: "mask",
      onRefuse,
      routes,
      workers,
      recorded: manifestPath !== undefined,
    });
    const writer = manifestPath === undefined ? undefined : new ManifestWriter(manifestPath, engine, plan, journal !== undefined);
    try {
      journal?.begin();
      const statement: StatementParts = {
        name: definition.name,
        facts: { plan: plan.facts, onRefuse, frame, input, routes: routeFactsOf(definition, plan) },
        masker,
        frame,
        sources: sourcesOfPipeline(definition, found, { once: isDry, stop: stop.signal }),
        open: () => definition.sinks.map((sink) => (isDry ? nowhere(sink.name) : openPipelineSink(sink, state.task, found))),
        goesOn: onRefuse === "divert",
        refused: refused === undefined || isDry ? undefined : refusedParts(refused, state, found),
        operationFacts: (operation) => plan.operationFacts(operation),
        planDigest: () => plan.planDigest(),
      };
      const { name, version, facts } = engine;
      const backend = backendOf(definition);
      const observers = await watch.observers({
        task: state.task,
        descriptor: path,
        workers,
        backend: () => backend,
        engineMs,
        report,
      });
      const result = await run({
        facts: {
          task: state.task,
          command: "run",
          pipeline: definition.name,
          bauta: VERSION,
          engine: { name, version, facts },
          configuration: { ...settingsOf(definition), "pipeline-file": resolve(path), ...watch.settings },
        },
        statements: [statement],
        observers: writer === undefined ? observers : [...observers, writer.record],
        recorder: writer?.record,
        clock: systemClock,
        journal,
        resume: journal !== undefined && whyNot === undefined ? "exact" : "none",
        commit: definition.commit,
        // Before its first commit a run has left nothing but its id.
        resumed:
          found === undefined || found.sequence < 0
            ? undefined
            : { sequence: found.sequence + 1, statements: found.statements, entries: found.entries },
        stop: stop.signal,
      });
      const code = result.ended === "stopped" ? (stop.exitCode ?? EXIT.done) : exitCodeOfEnd(result.ended);
      watch.summary(result, code);
      if (writer !== undefined) watch.manifest(writer.path, writer.signedBy);
      return code;
    } finally {
      journal?.close();
      writer?.close();
      stop.forget();
      await masker.close();
    }
  } finally {
    lock?.release();
    plan.close();
  }
}

const refusedParts = (path: string, { task }: JournalState, found: JournalState | undefined): RefusedParts => ({
  open: () => segmentSink({ path, name: REFUSED_SINK, task, firstRecord: found?.records[REFUSED_SINK] ?? 0, private: true }),
  line: (source, refusal) => refusedLine(source, refusal, false),
});

/** Sources one after the other, files of a watched folder as they come. */
function backendOf({ sources }: PipelineDefinition): Backend {
  const kinds = new Set(sources.map(({ kind }) => kind));
  const isWatching = kinds.has("watch");
  const kind = kinds.size === 1 && kinds.has("stdin") ? "stdin" : "file";
  const files = sources.flatMap((source) => (source.kind === "files" ? source.paths.flatMap((path) => filesAt(path)) : []));
  const known = kinds.size === 1 && kinds.has("files") && files.every(({ size }) => size !== undefined);
  const bytes = known ? files.reduce((sum, { size = 0 }) => sum + size, 0) : undefined;
  return { kind, owner: "coordinator", strategy: isWatching ? "arrival" : "sequential", selector: "all", bytes };
}
