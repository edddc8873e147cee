/** Whether a run begins, goes on, or has nothing to do: what its journal says. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SIGNATURE_SUFFIX } from "../audit/signature.ts";
import { BautaError } from "../kit/errors.ts";
import { sha256 } from "../model/digest.ts";
import type { PipelineDefinition } from "../pipeline/definition/definition.ts";
import { type JournalIdentity, type JournalState, parseJournal } from "../pipeline/journal-file.ts";
import type { PlanFacts } from "../pipeline/observe.ts";
import { sweepTemporary } from "../sinks/file.ts";
import { publishSegment, sweepSegments } from "../sinks/segments.ts";
import { plainly } from "./pipeline-file.ts";
import { segmentPaths } from "./pipeline-places.ts";

/** Beside the first file that is written, unless the pipeline says where; undefined if none is. */
export function journalPathOf(definition: PipelineDefinition): string | undefined {
  const [first] = segmentPaths(definition);
  return definition.journal ?? (first === undefined ? undefined : join(dirname(first), `${definition.name}.journal`));
}

/** Beside the journal, unless the pipeline says where, or that there is to be none. */
export function manifestPathOfPipeline(definition: PipelineDefinition): string | undefined {
  if (definition.manifest !== undefined) return definition.manifest === "none" ? undefined : definition.manifest;
  const journal = journalPathOf(definition);
  return journal === undefined ? undefined : join(dirname(journal), `${definition.name}.manifest.json`);
}

/** Digest of everything that decides what is read, what becomes of it, and where it goes. */
export function identityOf(definition: PipelineDefinition, plan: PlanFacts): JournalIdentity {
  const { sources, sinks, routes, otherwise, jsonPaths, refused, manifest, frame, input, onRefuse } = definition;
  const plain = JSON.stringify({ sources, sinks, routes, otherwise, jsonPaths, refused, manifest, frame, input, onRefuse }, plainly);
  return {
    pipeline: sha256(new TextEncoder().encode(plain)),
    models: plan.origins.map(({ sha256: digest }) => digest),
    lock: plan.lock,
    key: `${plan.environment} ${plan.keyId} ${plan.keyVersion}`,
  };
}

/** Why a run of this pipeline cannot go on after a kill; undefined if it can. */
export function whyNoResume({ sources, sinks }: PipelineDefinition, plan: PlanFacts): string | undefined {
  if (sources.some(({ kind }) => kind === "stdin")) return "standard input cannot be read again";
  if (sinks.some((sink) => sink.kind === "stdout" || (sink.kind === "log" && sink.path === undefined)))
    return "what went to standard output cannot be taken back";
  return plan.keyOrigin === "ephemeral" ? "its key was stored nowhere" : undefined;
}

/**
 * The journal's state if the run goes on; undefined if it begins. One that has ended goes on too: a kill may have come between its last
 * entry and what follows it.
 * @throws BautaError 1421 if an unfinished run is not told to go on, 1422 if it was another one, 1423 if it cannot, 1425 for no journal
 */
export function resumable(
  path: string | undefined,
  identity: () => JournalIdentity,
  options: { readonly resume: boolean; readonly whyNot: string | undefined },
): JournalState | undefined {
  if (options.resume && options.whyNot !== undefined) throw new BautaError(1423, { detail: options.whyNot });
  if (path === undefined || !existsSync(path)) return undefined;
  const state = parseJournal(readFileSync(path, "utf8"), path);
  if (!options.resume) {
    // Whoever begins anew must not lose what the last commit of the run before has not made visible yet.
    const isVisible = state.segments.every(({ privateName }) => privateName === "" || !existsSync(privateName));
    if (state.ended === "done" && isVisible) return undefined;
    throw new BautaError(1421, { path });
  }
  const now = identity();
  const differs = (["pipeline", "models", "lock", "key"] as const).find((name) => String(now[name]) !== String(state.identity[name]));
  if (differs !== undefined) throw new BautaError(1422, { path, detail: DIFFERENCES[differs] });
  return state;
}

/** Whether a run that has ended has also left its manifest. */
export function hasManifest(path: string | undefined, { task }: JournalState): boolean {
  if (path === undefined) return true;
  try {
    const written = JSON.parse(readFileSync(path, "utf8")) as { readonly task?: string };
    return written.task === task && existsSync(`${path}${SIGNATURE_SUFFIX}`);
  } catch {
    return false;
  }
}

const DIFFERENCES: Readonly<Record<keyof JournalIdentity, string>> = {
  pipeline: "sources, sinks, routes or settings of the pipeline",
  models: "the model",
  lock: "versions of techniques, kinds, lists or catalogues",
  key: "environment, key or key version",
};

/** Finishes the last commit of a run that was killed, and removes what no commit named. */
export function recover(definition: PipelineDefinition, { segments, task }: JournalState, manifest: string | undefined): void {
  for (const segment of segments) publishSegment(segment);
  for (const path of segmentPaths(definition)) sweepSegments({ path, task });
  if (manifest !== undefined) for (const path of [manifest, `${manifest}${SIGNATURE_SUFFIX}`]) sweepTemporary(path);
}
