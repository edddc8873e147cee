/** Whether files are the inputs that a run read: hashed anew under the ring's audit key. Without that key nobody can tell. */
import type { Source as SourceRow, Statement } from "../audit/generated/run_pb.ts";
import { LeafMaker } from "../audit/leaves.ts";
import { MerkleTree } from "../audit/merkle.ts";
import { DIGEST_BYTES, type Primitives } from "../engines/api.ts";
import type { KeyRing } from "../keys/api.ts";
import type { Outlet } from "../pipeline/outlet.ts";
import { recordCutter } from "../pipeline/recut.ts";
import { FORMATS } from "../registry.ts";
import type { Source } from "../sources/api.ts";
import { type Check, readingOf } from "./evidence.ts";

/** A check for each source that was read, in the order of the run. */
export async function checkInputs(statement: Statement, sources: readonly Source[], ring: KeyRing, hashes: Primitives): Promise<Check[]> {
  const rows = statement.sources;
  const failed = (name: string, issue: number, detail: string): Check => ({ check: "inputs", name, outcome: "failed", issue, detail });
  const fingerprint = ring.facts.find(({ version }) => version === statement.key?.version)?.fingerprint;
  if (fingerprint === undefined || fingerprint !== statement.key?.fingerprint) return [failed(statement.name, 8510, "key file")];
  if (sources.length !== rows.length) return [failed(statement.name, 8508, `${sources.length} sources, the run had ${rows.length}`)];
  const key = ring.purposeKey("run-inputs");
  try {
    const checks: Check[] = [];
    for (const [i, row] of rows.entries()) {
      const source = sources[i] as Source;
      const fault = await faultOf(statement, row, source, key, hashes);
      const detail = fault ?? `${row.records} records${source.name === row.name ? "" : `, read as ${row.name}`}`;
      checks.push(fault === undefined ? { check: "inputs", name: source.name, outcome: "ok", detail } : failed(source.name, 8508, fault));
    }
    return checks;
  } finally {
    key.fill(0);
  }
}

async function faultOf(
  statement: Statement,
  row: SourceRow,
  source: Source,
  key: Uint8Array,
  hashes: Primitives,
): Promise<string | undefined> {
  const { frame, input } = readingOf(statement);
  const expected = Number(row.records);
  const cutter = recordCutter(FORMATS, frame, input);
  const leaves = new LeafMaker(hashes);
  const tree = new MerkleTree(hashes);
  /** Behind the last record that the run read nothing counts. */
  const add = (digests: Uint8Array, count: number): void => {
    const wanted = row.complete ? count : Math.min(count, expected - tree.size);
    tree.append(digests.subarray(0, wanted * DIGEST_BYTES), wanted);
  };
  const outlet: Outlet = {
    records: (delivery) => add(leaves.inputs(key, delivery), delivery.count),
    separators: () => undefined,
    refused: ({ bytes }) => add(leaves.input(key, bytes), 1),
  };
  try {
    cutter.beginSource();
    for await (const chunk of source.chunks(0)) {
      cutter.push(chunk, outlet);
      if (cutter.stopped !== undefined || (!row.complete && tree.size === expected)) break;
    }
    if (row.complete || tree.size < expected) cutter.end(outlet);
  } finally {
    cutter.close();
  }
  if (tree.size !== expected) return `${tree.size} records, the run read ${expected}`;
  return Buffer.from(tree.root()).toString("hex") === row.inputs?.root ? undefined : "other records";
}
