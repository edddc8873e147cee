/** `bauta verify`: whether a manifest is whose it says it is, and whether outputs and inputs are those of its run. */
import type { Manifest } from "../audit/generated/run_pb.ts";
import { type ReadManifest, readManifest } from "../audit/manifest-file.ts";
import { MerkleTree } from "../audit/merkle.ts";
import { appendRoot } from "../audit/record.ts";
import { SIGNATURE_BYTES } from "../audit/signature.ts";
import { readTrust, type Trust, trustOf, verifySignature } from "../audit/trust.ts";
import type { EngineName, Primitives } from "../engines/api.ts";
import { selectEngine } from "../engines/select.ts";
import type { KeyRing } from "../keys/api.ts";
import { openKeyFile } from "../keys/key-file.ts";
import { BautaError } from "../kit/errors.ts";
import { type Check, checkRow, exitOf, printChecks } from "./evidence.ts";
import { sourcesOf } from "./jobs.ts";
import { readKilled, writeKilled } from "./killed.ts";
import { colorsFor, print } from "./terminal.ts";
import { checkInputs } from "./verify-inputs.ts";
import { checkOutputs } from "./verify-outputs.ts";

export interface VerifyOptions {
  readonly engine: EngineName;
  /** true: where the manifest says. */
  readonly outputs?: true | readonly string[];
  readonly inputs?: readonly string[];
  readonly keyFile?: string;
  readonly trust?: string;
  /** false: who wrote the manifest does not matter. */
  readonly signature: boolean;
  /** Of a journal: where its manifest is written. */
  readonly manifest?: string;
  readonly json?: boolean;
}

export async function verify(path: string, options: VerifyOptions): Promise<number> {
  const { outputs, inputs, keyFile, trust, json } = options;
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
    checks.push(...checkCounts(manifest, primitives));
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

/** A journal is what a run leaves for itself. */
const UNSIGNED: Check = {
  check: "signature",
  name: "none",
  outcome: "unchecked",
  detail: "a journal is not signed: what is verified is that things agree, as of its last commit",
};

/** Who signed. Without anybody to trust the check has failed: it is what all others rest on. */
export function checkSignature({ manifest, bytes, signature }: ReadManifest, trust: Trust | undefined): Check {
  const { signer, ended } = manifest;
  const failed = (issue: number, detail: string): Check => ({
    check: "signature",
    name: signer?.key ?? "none",
    outcome: "failed",
    issue,
    detail,
  });
  if (signer === undefined) return failed(8502, "the run had no key that signs");
  if (signature === undefined || signature.length !== SIGNATURE_BYTES) return failed(8502, `${signature?.length ?? 0} bytes`);
  if (trust === undefined) return failed(8504, "name --trust or --key-file");
  const { key, environment } = signer;
  try {
    verifySignature(trust, { bytes, signature, key, environment, at: ended });
    return { check: "signature", name: key, outcome: "ok", detail: `environment ${environment}, signing key ${signer.version}` };
  } catch (error) {
    if (!(error instanceof BautaError)) throw error;
    return failed(error.issue.number, error.context.detail ?? environment);
  }
}

/** Whether the manifest agrees with itself. */
function checkCounts({ statements }: Manifest, hashes: Primitives): Check[] {
  return statements.map((statement) => {
    const { name, counts, sources, inputs, outputs, refused } = statement;
    const sums = [
      counts !== undefined && counts.in === counts.out + counts.refused,
      counts?.in === inputs?.records && counts?.out === outputs?.records,
      counts?.refused === refused.reduce((sum, { records }) => sum + records, 0n),
      rootOver(
        sources.map((source) => source.inputs?.root ?? ""),
        hashes,
      ) === inputs?.root,
      rootOver(
        sources.map((source) => source.outputs?.root ?? ""),
        hashes,
      ) === outputs?.root,
    ];
    if (sums.includes(false)) return { check: "counts", name, outcome: "failed", issue: 8501, detail: "its numbers or roots do not agree" };
    const detail = `in ${counts?.in} = out ${counts?.out} + refused ${counts?.refused}`;
    return { check: "counts", name, outcome: "ok", detail };
  });
}

function rootOver(roots: readonly string[], hashes: Primitives): string {
  const tree = new MerkleTree(hashes);
  for (const root of roots) appendRoot(hashes, tree, root);
  return Buffer.from(tree.root()).toString("hex");
}

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
