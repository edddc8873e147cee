/** Whether a manifest is whose it says it is, and agrees with itself. */
import type { Manifest, Policy as PolicyOfRun, Statement } from "../audit/generated/run_pb.ts";
import type { ReadManifest } from "../audit/manifest-file.ts";
import { MerkleTree } from "../audit/merkle.ts";
import { appendRoot } from "../audit/record.ts";
import { SIGNATURE_BYTES } from "../audit/signature.ts";
import { type Trust, verifySignature } from "../audit/trust.ts";
import type { Primitives } from "../engines/api.ts";
import { BautaError } from "../kit/errors.ts";
import { archived } from "../policy-archive.ts";
import type { Check } from "./evidence.ts";

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
export function checkCounts({ statements }: Manifest, hashes: Primitives): Check[] {
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

/**
 * Whether what a policy decided for each statement is kept, and is what the manifest tells.
 * @param folder archive of decisions; undefined: nobody has said where it is
 */
export function checkPolicies({ statements }: Manifest, folder: string | undefined): Check[] {
  return statements.flatMap((statement) => (statement.policy === undefined ? [] : [checkPolicy(statement, statement.policy, folder)]));
}

function checkPolicy({ name, model }: Statement, told: PolicyOfRun, folder: string | undefined): Check {
  const { view, revision, policy, recipient, decisions } = told;
  const failed = (issue: number, detail: string): Check => ({ check: "policy", name, outcome: "failed", issue, detail });
  if (model?.origins.some(({ sha256 }) => sha256 === decisions) !== true) return failed(8501, "model and policy do not agree");
  const said = `${revision === "" ? policy.slice(0, SHOWN) : `${revision} ${policy.slice(0, SHOWN)}`} for ${view}`;
  if (folder === undefined)
    return {
      check: "policy",
      name,
      outcome: "unchecked",
      detail: `${said}; what it decided is not at hand: --archive names where it is kept`,
    };
  try {
    const kept = archived(folder, decisions);
    const isSame = kept.view === view && kept.revision === revision && kept.policy === policy && kept.recipient === recipient;
    if (!isSame) return failed(8501, "it tells of other decisions than it names");
    const count = Object.keys(kept.answers).length;
    return { check: "policy", name, outcome: "ok", detail: `${said}, ${count} decisions as they were kept (${decisions.slice(0, SHOWN)})` };
  } catch (error) {
    if (!(error instanceof BautaError)) throw error;
    return failed(error.issue.number, `${said}: ${error.context.detail ?? decisions}`);
  }
}

/** Digits of a digest that tell it from others. */
const SHOWN = 16;

function rootOver(roots: readonly string[], hashes: Primitives): string {
  const tree = new MerkleTree(hashes);
  for (const root of roots) appendRoot(hashes, tree, root);
  return Buffer.from(tree.root()).toString("hex");
}
