/** Whether files are the outputs that a manifest tells of: cut into records as the run cut them, and hashed anew. */
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { Gaps } from "../audit/gaps.ts";
import type { Manifest, Segment, Statement } from "../audit/generated/run_pb.ts";
import { addGaps, LeafMaker } from "../audit/leaves.ts";
import { MerkleTree } from "../audit/merkle.ts";
import { SIGNATURE_SUFFIX } from "../audit/signature.ts";
import { DIGEST_BYTES, type Primitives } from "../engines/api.ts";
import { BautaError } from "../kit/errors.ts";
import { READ_BYTES } from "../kit/limits.ts";
import { recordCutter } from "../pipeline/recut.ts";
import { FORMATS } from "../registry.ts";
import { isLockOf } from "../sinks/lock.ts";
import { filesAt } from "../sources/file.ts";
import type { Check } from "./evidence.ts";
import { readingOf } from "./evidence.ts";

/**
 * One check for each file, and one for files that no segment names.
 * @param paths files and folders to look in; none: where the manifest says they are
 * @param hidden of a run that was killed: names of files that are there under another one
 */
export function checkOutputs(
  manifest: Manifest,
  manifestPath: string,
  paths: readonly string[],
  hashes: Primitives,
  hidden: ReadonlyMap<string, string> = new Map(),
): Check[] {
  const found = paths.flatMap((path) => filesAt(path)).map(({ name }) => name);
  const unclaimed = new Set(found);
  const checks: Check[] = [];
  for (const statement of manifest.statements) {
    const place = placeOf(statement, found, manifestPath);
    for (const { name, segments } of placedSegments(statement)) {
      const path = place(hidden.get(name) ?? name) ?? place(name);
      if (path !== undefined) unclaimed.delete(path);
      // A report, or records in another form than their bytes.
      if (segments.every(({ root }) => root === "")) continue;
      if (path === undefined) checks.push({ check: "outputs", name, outcome: "failed", issue: 8507, detail: "the file is not there" });
      else checks.push(checkFile(statement, name, path, segments, hashes));
    }
  }
  for (const path of unclaimed) {
    if (isEvidence(path, manifest, manifestPath)) continue;
    checks.push({ check: "outputs", name: path, outcome: "failed", issue: 8507, detail: "the run wrote no such file" });
  }
  return checks;
}

/** Segments by the place where they are; those of a stream stand one behind the other in one file. */
function placedSegments(statement: Statement): readonly { readonly name: string; readonly segments: readonly Segment[] }[] {
  const places = new Map<string, Segment[]>();
  for (const segment of statement.sinks.flatMap(({ segments }) => segments)) {
    const there = places.get(segment.name);
    if (there === undefined) places.set(segment.name, [segment]);
    else there.push(segment);
  }
  return [...places].map(([name, segments]) => ({ name, segments }));
}

/** How a segment's name leads to a file. */
function placeOf(statement: Statement, found: readonly string[], manifestPath: string): (name: string) => string | undefined {
  const names = new Set(statement.sinks.flatMap(({ segments }) => segments.filter(({ root }) => root !== "")).map(({ name }) => name));
  return (name) => {
    if (found.length === 0) return [name, join(dirname(manifestPath), basename(name))].find((path) => existsSync(path));
    // One file for one place: what it is called now does not matter.
    if (found.length === 1 && names.size === 1 && names.has(name)) return found[0];
    const scored = found.map((path) => ({ path, score: commonEnd(path, name) })).sort((a, b) => b.score - a.score);
    const [best, next] = scored;
    return best !== undefined && best.score > 0 && best.score !== next?.score ? best.path : undefined;
  };
}

/** How many parts of two paths agree, from their ends. */
function commonEnd(a: string, b: string): number {
  const [left, right] = [a, b].map((path) => path.split("/").reverse()) as [string[], string[]];
  let count = 0;
  while (count < left.length && count < right.length && left[count] === right[count]) count++;
  return count;
}

/** What a run leaves beside its outputs. */
function isEvidence(path: string, { pipeline, settings }: Manifest, manifestPath: string): boolean {
  const journal = settings.find(({ name }) => name === "journal")?.value ?? join(dirname(manifestPath), `${pipeline}.journal`);
  const written = [manifestPath, `${manifestPath}${SIGNATURE_SUFFIX}`, journal];
  return written.some((one) => resolve(path) === resolve(one) || isLockOf(path, one));
}

function checkFile(statement: Statement, name: string, path: string, segments: readonly Segment[], hashes: Primitives): Check {
  const size = statSync(path).size;
  const expected = segments.reduce((sum, { bytes }) => sum + Number(bytes), 0);
  const failed = (detail: string): Check => ({ check: "outputs", name: path, outcome: "failed", issue: 8507, detail });
  if (size !== expected) return failed(`${size} bytes, the run wrote ${expected}`);
  const file = openSync(path, "r");
  try {
    let at = 0;
    let records = 0;
    for (const segment of segments) {
      const fault = faultOf(statement, segment, file, at, hashes);
      if (fault !== undefined) return failed(segments.length === 1 ? fault : `${fault}, in the segment from byte ${at} on`);
      at += Number(segment.bytes);
      records += Number(segment.records);
    }
    const detail = `${records} records, ${expected} bytes${path === name ? "" : `, written as ${name}`}`;
    return { check: "outputs", name: path, outcome: "ok", detail };
  } finally {
    closeSync(file);
  }
}

/** What is wrong with the bytes of a segment; undefined if nothing is. */
function faultOf(statement: Statement, segment: Segment, file: number, from: number, hashes: Primitives): string | undefined {
  const { frame, input } = readingOf(statement);
  const cutter = recordCutter(FORMATS, frame, input);
  const leaves = new LeafMaker(hashes);
  const tree = new MerkleTree(hashes);
  const gaps = new Gaps();
  let refusedAt: number | undefined;
  const outlet = {
    records: (delivery: Parameters<typeof leaves.outputs>[0]) => {
      addGaps(gaps, delivery, 0, delivery.count);
      tree.append(leaves.outputs(delivery).subarray(0, delivery.count * DIGEST_BYTES), delivery.count);
    },
    separators: (bytes: Uint8Array) => gaps.add(bytes, 0, bytes.length),
    refused: ({ offset }: { readonly offset: number }) => {
      refusedAt ??= offset;
    },
  };
  try {
    cutter.beginSource();
    for (const chunk of chunksOf(file, from, Number(segment.bytes))) cutter.push(chunk, outlet);
    cutter.end(outlet);
  } finally {
    cutter.close();
  }
  if (refusedAt !== undefined) return `no record that the run could have written, at byte ${from + refusedAt}`;
  if (tree.size !== Number(segment.records)) return `${tree.size} records, the run wrote ${segment.records}`;
  if (Buffer.from(tree.root()).toString("hex") !== segment.root) return "other records";
  return gaps.finish() === segment.gaps ? undefined : "other bytes between the records";
}

function* chunksOf(file: number, from: number, length: number): Generator<Uint8Array> {
  const buffer = new Uint8Array(READ_BYTES);
  for (let done = 0; done < length; ) {
    const count = readSync(file, buffer, 0, Math.min(buffer.length, length - done), from + done);
    if (count === 0) throw new BautaError(7004, { detail: "shorter than it was" });
    yield buffer.subarray(0, count);
    done += count;
  }
}
