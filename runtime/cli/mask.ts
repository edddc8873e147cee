/** `bauta mask` and `bauta unmask`: a run of one statement with one route. */
import { engineLine } from "../audit/events/engine.ts";
import { manifestPathOf } from "../audit/manifest-place.ts";
import { SIGNATURE_SUFFIX } from "../audit/signature.ts";
import type { Direction, Engine, EngineName } from "../engines/api.ts";
import { selectEngine } from "../engines/select.ts";
import { BautaError } from "../kit/errors.ts";
import { VERSION } from "../kit/version.ts";
import { type OpenPlan, openPlan, type PlanChoice } from "../open.ts";
import type { FrameMode } from "../pipeline/frame.ts";
import type { Backend } from "../pipeline/line-events.ts";
import { type RefusedParts, run, type StatementParts } from "../pipeline/run.ts";
import { systemClock } from "../platform/clock.ts";
import { newTask } from "../platform/task.ts";
import type { Sink } from "../sinks/api.ts";
import { fileSink } from "../sinks/file.ts";
import { stdout } from "../sinks/stdout.ts";
import { openRecordMasker } from "../workers.ts";
import { exitCodeOfEnd } from "./exit.ts";
import { type Job, jobsOf } from "./jobs.ts";
import type { ManifestWriter } from "./manifest-writer.ts";
import { policyOf } from "./policy-option.ts";
import { refusedLine } from "./refused.ts";
import { type Watch, watched } from "./watch.ts";
import type { WatchOptions } from "./watch-options.ts";

export interface MaskOptions extends WatchOptions {
  readonly model?: string;
  readonly preset?: string;
  readonly keyFile?: string;
  readonly env?: string;
  readonly policy?: string;
  readonly view?: string;
  readonly engine: EngineName;
  readonly in?: readonly string[];
  readonly out: string;
  readonly refused?: string;
  readonly refusedRaw?: boolean;
  readonly onRefuse: "stop" | "divert";
  readonly input: "strict" | "lenient";
  readonly frame: FrameMode;
  /** Where the manifest goes, or `none`. Default: beside the output, if that is a file or folder. */
  readonly manifest?: string;
  /** Id of the run; default: one is made. */
  readonly task?: string;
  readonly workers: number;
}

const RAW_WARNING = "--refused-raw writes refused messages in clear into the --refused file (mode 0600)";

/** Runs the command and returns its exit code. */
export function mask(options: MaskOptions, direction: Direction): Promise<number> {
  return watched(options, (watch) => maskWatched(options, direction, watch));
}

async function maskWatched(options: MaskOptions, direction: Direction, watch: Watch): Promise<number> {
  const { in: paths = ["-"], out, refused, refusedRaw = false, onRefuse, input, frame, workers, model, keyFile } = options;
  const manifest = options.manifest === "none" ? undefined : (options.manifest ?? manifestPathOf(out));
  const alsoWritten = manifest === undefined ? [] : [manifest, `${manifest}${SIGNATURE_SUFFIX}`];
  const jobs = jobsOf({ in: paths, out, refused, alsoRead: [model, keyFile], alsoWritten });
  if (refusedRaw && refused === undefined) throw new BautaError(1001, { detail: "--refused-raw needs --refused" });
  const choice: PlanChoice = { model, preset: options.preset, keyFile, environment: options.env, direction, input };
  const plan = openPlan({ ...choice, policy: await policyOf(options) });
  try {
    const from = performance.now();
    const engine = await selectEngine(options.engine);
    const engineMs = performance.now() - from;
    const masker = openRecordMasker({ engine, plan, input, frame, direction, onRefuse, workers, recorded: manifest !== undefined });
    const isShared = jobs.some(({ target }) => target === undefined);
    const statement: StatementParts = {
      name: direction,
      facts: { plan: plan.facts, onRefuse, frame, input, routes: [{ name: "all", sinks: isShared ? [0] : [] }] },
      masker,
      frame,
      sources: jobs.map(({ source, target }) => (target === undefined ? { source } : { source, sink: () => openSink(target) })),
      open: () => (isShared ? [openSink(out)] : []),
      // Files are frames of their own: with divert, a broken one does not hold up the others.
      goesOn: onRefuse === "divert",
      refused: refused === undefined ? undefined : refusedParts(refused, refusedRaw),
      operationFacts: (operation) => plan.operationFacts(operation),
      planDigest: () => plan.planDigest(),
    };
    const writer = manifest === undefined ? undefined : await openManifest(manifest, engine, plan);
    try {
      const task = options.task ?? newTask(systemClock.date());
      const { name, version, facts } = engine;
      const configuration = {
        ...choice,
        policy: options.policy,
        view: options.view,
        in: paths,
        out,
        refused,
        refusedRaw,
        onRefuse,
        frame,
        workers,
        engine: name,
        ...watch.settings,
      };
      const observers = await watch.observers({
        task,
        descriptor: model ?? options.preset ?? "",
        workers,
        backend: () => backendOf(jobs),
        engineMs,
        report: {
          engine: engineLine(engine),
          engineName: engine.name,
          plan: plan.describe(),
          warnings: refusedRaw ? [RAW_WARNING] : [],
          hasRefused: refused !== undefined,
        },
      });
      const result = await run({
        facts: { task, command: direction, pipeline: direction, bauta: VERSION, engine: { name, version, facts }, configuration },
        statements: [statement],
        observers: writer === undefined ? observers : [...observers, writer.record],
        recorder: writer?.record,
        clock: systemClock,
      });
      const code = exitCodeOfEnd(result.ended);
      watch.summary(result, code);
      if (writer !== undefined) watch.manifest(writer.path, writer.signedBy);
      return code;
    } finally {
      writer?.close();
      await masker.close();
    }
  } finally {
    plan.close();
  }
}

/** Loaded when there is one to write: what it is made of takes a tenth of a short run. */
async function openManifest(path: string, engine: Engine, plan: OpenPlan): Promise<ManifestWriter> {
  const { ManifestWriter } = await import("./manifest-writer.ts");
  return new ManifestWriter(path, engine, plan);
}

const refusedParts = (path: string, raw: boolean): RefusedParts => ({
  open: () => fileSink(path, { private: true }),
  line: (source, refusal) => refusedLine(source, refusal, raw),
});

const openSink = (path: string): Sink => (path === "-" ? stdout() : fileSink(path));

/** Sources one after the other, in this process. */
function backendOf(jobs: readonly Job[]): Backend {
  const sizes = jobs.map(({ source }) => source.size);
  const bytes = sizes.reduce((sum: number | undefined, size) => (sum === undefined || size === undefined ? undefined : sum + size), 0);
  const kind = jobs.every(({ source }) => source.name === "stdin") ? "stdin" : "file";
  return { kind, owner: "coordinator", strategy: "sequential", selector: "all", bytes };
}
