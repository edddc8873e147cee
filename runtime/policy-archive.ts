/**
 * Where decisions of policies are kept by their digest, so that what a run did can be done and checked again when another policy is in
 * force. They are names, classes and actions: no value of a record.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync, gzip, gzipSync } from "node:zlib";
import { BautaError } from "./kit/errors.ts";
import { DECISIONS_BYTES_MAX } from "./kit/limits.ts";
import type { Turns } from "./platform/turns.ts";
import type { ViewPolicy } from "./policy/api.ts";
import { decisionsDigest, decodeDecisions, encodeDecisions, encodeInTurns } from "./policy/decisions.ts";
import { replaceFile } from "./sinks/replace.ts";

export const archivedAt = (folder: string, digest: string): string => join(folder, `${digest}.json.gz`);

/**
 * Keeps what was decided; what is there already stays.
 * @returns its digest
 * @throws BautaError 1643 if the folder does not take it
 */
export function archive(folder: string, policy: ViewPolicy): string {
  const digest = decisionsDigest(policy);
  const path = archivedAt(folder, digest);
  try {
    if (!existsSync(path)) replaceFile(path, gzipSync(encodeDecisions(policy)));
  } catch {
    // Another worker may have written the same at the same time.
    if (!existsSync(path)) throw new BautaError(1643, { path, detail: "it cannot be written" });
  }
  return digest;
}

/** The same where others are to get their turn meanwhile. */
export async function archiveInTurns(folder: string, policy: ViewPolicy, turns: Turns): Promise<void> {
  const path = archivedAt(folder, decisionsDigest(policy));
  try {
    if (existsSync(path)) return;
    const packed = await promisify(gzip)(Buffer.concat(await encodeInTurns(policy, turns)));
    replaceFile(path, packed);
  } catch {
    if (!existsSync(path)) throw new BautaError(1643, { path, detail: "it cannot be written" });
  }
}

/**
 * What was decided under that digest.
 * @throws BautaError 1643 if it is not there, or is not what its name says
 */
export function archived(folder: string, digest: string): ViewPolicy {
  const path = archivedAt(folder, digest);
  let bytes: Uint8Array;
  try {
    bytes = gunzipSync(readFileSync(path), { maxOutputLength: DECISIONS_BYTES_MAX });
  } catch (error) {
    throw new BautaError(1643, { path, detail: String((error as NodeJS.ErrnoException).code) });
  }
  const policy = createHash("sha256").update(bytes).digest("hex") === digest ? decodeDecisions(bytes) : undefined;
  if (policy === undefined) throw new BautaError(1643, { path, detail: "its content is not what its name says" });
  return policy;
}
