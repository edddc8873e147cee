/** `bauta replay`: masks the inputs of a run again, into nothing, and compares what would come out with what its manifest says. */

import { compareManifests } from "../audit/compare.ts";
import { engineLine } from "../audit/events/engine.ts";
import type { Manifest } from "../audit/generated/run_pb.ts";
import { readManifest } from "../audit/manifest-file.ts";
import type { EngineName } from "../engines/api.ts";
import { selectEngine } from "../engines/select.ts";
import { BautaError } from "../kit/errors.ts";
import { openPlan } from "../open.ts";
import { printComparison } from "./compare.ts";
import { readingOf } from "./evidence.ts";
import { EXIT } from "./exit.ts";
import { sourcesOf } from "./jobs.ts";
import { type Recorded, recordOf } from "./recorded.ts";
import { colorsFor, print, say } from "./terminal.ts";

export interface ReplayOptions {
  readonly inputs?: readonly string[];
  readonly model?: string;
  readonly preset?: string;
  readonly keyFile?: string;
  readonly engine: EngineName;
  readonly all?: boolean;
  readonly json?: boolean;
}

export async function replay(path: string, options: ReplayOptions): Promise<number> {
  const { manifest } = readManifest(path);
  const before = replayable(manifest);
  const { inputs = before.inputs, keyFile } = options;
  const model = options.model ?? (options.preset === undefined ? before.model : undefined);
  const preset = options.preset ?? (options.model === undefined ? before.preset : undefined);
  const sources = sourcesOf({ in: inputs, out: "-", alsoRead: [] });
  const plan = openPlan({ model, preset, keyFile, direction: before.direction, input: before.input });
  try {
    const engine = await selectEngine(options.engine);
    if (!options.json) say(engineLine(engine));
    const after = await recordOf(before, sources, plan, engine);
    // Who reads the report knows that it is another run.
    const comparison = compareManifests(manifest, { ...after, task: manifest.task });
    const exit = comparison.same ? EXIT.done : EXIT.evidence;
    if (options.json) print(JSON.stringify({ exit, ...comparison }));
    else printComparison(comparison, options.all === true, colorsFor(process.stdout));
    return exit;
  } finally {
    plan.close();
  }
}

interface Before extends Recorded {
  readonly inputs: readonly string[];
  readonly model: string | undefined;
  readonly preset: string | undefined;
}

/** What the manifest says of how to run again. Throws BautaError 8513 for runs that cannot be. */
function replayable(manifest: Manifest): Before {
  const { command, status, statements, settings } = manifest;
  const [statement, ...more] = statements;
  if (statement === undefined || more.length > 0 || (command !== "mask" && command !== "unmask"))
    throw new BautaError(8513, { detail: `a run of ${statements.length} statements by ${command}` });
  if (statement.model?.mode === "random") throw new BautaError(8513, { detail: "mode random" });
  if (!["done", "refused", "framing"].includes(status)) throw new BautaError(8513, { detail: `status ${status}` });
  const of = (name: string): string | undefined => settings.find((setting) => setting.name === name)?.value;
  const inputs: unknown = JSON.parse(of("in") ?? "[]");
  const onRefuse = statement.settings.find(({ name }) => name === "on-refuse")?.value === "divert" ? "divert" : "stop";
  return {
    statement: statement.name,
    direction: command,
    ...readingOf(statement),
    onRefuse,
    inputs: Array.isArray(inputs) ? inputs.map(String) : [],
    model: of("model"),
    preset: of("preset"),
  };
}
