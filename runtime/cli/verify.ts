/** `bauta verify`: whether a manifest is whose it says it is, and whether outputs and inputs are those of its run. */
import { existsSync } from "node:fs";
import type { Manifest } from "../audit/generated/run_pb.ts";
import { type ReadManifest, readManifest } from "../audit/manifest-file.ts";
import { readTrust, trustOf } from "../audit/trust.ts";
import type { EngineName, Primitives } from "../engines/api.ts";
import { selectEngine } from "../engines/select.ts";
import type { KeyRing } from "../keys/api.ts";
import { openKeyFile } from "../keys/key-file.ts";
import { BautaError } from "../kit/errors.ts";
import { isPipelineFile } from "./check-pipeline.ts";
import { type Check, checkRow, exitOf, printChecks } from "./evidence.ts";
import { sourcesOf } from "./jobs.ts";
import { readKilled, writeKilled } from "./killed.ts";
import { readPipelineFile } from "./pipeline-file.ts";
import { colorsFor, print } from "./terminal.ts";
import { checkInputs } from "./verify-inputs.ts";
import { checkCounts, checkPolicies, checkSignature } from "./verify-manifest.ts";
import { checkOutputs } from "./verify-outputs.ts";

export interface VerifyOptions {
  readonly engine: EngineName;
  /** true: where the manifest says. */
  readonly outputs?: true | readonly string[];
  /** true: of a pipeline over topics, its sources. */
  readonly inputs?: true | readonly string[];
  readonly keyFile?: string;
  readonly trust?: string;
  /** false: who wrote the manifest does not matter. */
  readonly signature: boolean;
  /** Of a journal: where its manifest is written; of a pipeline over topics: folder for those of its runs. */
  readonly manifest?: string;
  /** Folder of what policies decided. Default: that of the run's pipeline file. */
  readonly archive?: string;
  readonly json?: boolean;
}

export async function verify(path: string, options: VerifyOptions): Promise<number> {
  const { outputs, inputs, keyFile, trust, json } = options;
  if (isPipelineFile(path)) return (await import("./verify-topics.ts")).verifyTopics(path, options);
  if (inputs === true) throw new BautaError(1001, { detail: "--inputs names files" });
  if (inputs !== undefined && keyFile === undefined) throw new BautaError(1001, { detail: "--inputs needs --key-file" });
  const { primitives } = await selectEngine(options.engine);
  const killed = readKilled(path, primitives);
  if (killed === undefined && options.manifest !== undefined)
    throw new BautaError(1001, { detail: "--manifest is for the journal of a run that was killed" });
  const ring = keyFile === undefined ? undefined : openKeyFile(keyFile, {});
  try {
    const checks: Check[] = [];
    const read = killed === undefined ? readManifest(path) : undefined;
    const manifest = killed?.manifest ?? (read as ReadManifest).manifest;
    if (read === undefined) checks.push(UNSIGNED);
    else if (options.signature) checks.push(checkSignature(read, trust === undefined ? ring && trustOf([ring]) : readTrust(trust)));
    checks.push(...checkCounts(manifest, primitives), ...checkPolicies(manifest, options.archive ?? archiveOf(manifest)));
    if (outputs !== undefined) checks.push(...checkOutputs(manifest, path, outputs === true ? [] : outputs, primitives, killed?.hidden));
    if (inputs !== undefined) checks.push(...(await checkAllInputs(manifest, inputs, ring as KeyRing, primitives)));
    if (options.manifest !== undefined) writeKilled(options.manifest, path, manifest, ring);
    const exit = exitOf(checks);
    if (json) print(JSON.stringify({ manifest: path, task: manifest.task, status: manifest.status, exit, checks: checks.map(checkRow) }));
    else {
      const colors = colorsFor(process.stdout);
      print(`${path}: ${manifest.command} ${manifest.task}, ${manifest.status}, ended ${manifest.ended}`);
      printChecks(checks, colors);
    }
    return exit;
  } finally {
    ring?.close();
  }
}

/** Where the pipeline of a run keeps what policies decided; undefined if its file is not there any more, or says nothing. */
export function archiveOf({ settings }: Manifest): string | undefined {
  const path = settings.find(({ name }) => name === "pipeline-file")?.value;
  if (path === undefined || !existsSync(path)) return undefined;
  return readPipelineFile(path).definition?.policy?.archive;
}

/** A journal is what a run leaves for itself. */
const UNSIGNED: Check = {
  check: "signature",
  name: "none",
  outcome: "unchecked",
  detail: "a journal is not signed: what is verified is that things agree, as of its last commit",
};

async function checkAllInputs(manifest: Manifest, inputs: readonly string[], ring: KeyRing, hashes: Primitives): Promise<Check[]> {
  const checks: Check[] = [];
  const sources = sourcesOf({ in: inputs, out: "-", alsoRead: [] });
  let at = 0;
  for (const statement of manifest.statements) {
    // What a run that did not come to its end has not opened yet is not wrong.
    const isWhole = manifest.statements.length === 1 && statement.status !== "killed" && statement.status !== "stopped";
    const count = isWhole ? sources.length : statement.sources.length;
    checks.push(...(await checkInputs(statement, sources.slice(at, at + count), ring, hashes)));
    at += count;
  }
  return checks;
}
