/** The record of a run over topics: what was aborted has left nothing in it, and its entries tell what its manifest tells. */
import { describe, expect, test } from "bun:test";
import { encodeManifest, type Manifest } from "../../runtime/audit/manifest.ts";
import { manifestOfEntries, RunRecord } from "../../runtime/audit/record.ts";
import { AuditTrail, type TrailPlan } from "../../runtime/audit/trail.ts";
import { parseTrailEntry, TrailNumbers } from "../../runtime/audit/trail-entry.ts";
import { checkInputsOf, checkOutputsOf } from "../../runtime/cli/verify-records.ts";
import { RecordBatch } from "../../runtime/kafka/batch.ts";
import { RecordsBySource } from "../../runtime/kafka/by-source.ts";
import { NONE, putWhole, RECORD_STRIDE, wholeAt } from "../../runtime/kafka/layout.ts";
import { Outgoing } from "../../runtime/kafka/outgoing.ts";
import { NO_COUNTS } from "../../runtime/pipeline/counts.ts";
import type { PolicyFacts } from "../../runtime/pipeline/observe.ts";
import { RecordPlaces, type TakenBatch } from "../../runtime/pipeline/recorder.ts";
import { loadEngine } from "../engines.ts";
import { Random } from "../generators/random.ts";
import { DEPTH, seeded } from "../seed.ts";

const seed = seeded("trail");
const { primitives } = await loadEngine("native");
const auditKey = new Uint8Array(32).fill(7);
const TARGETS = ["masked.b", "masked.a"];
const CODE = "BAUTA-6001";

interface Made {
  readonly taken: TakenBatch;
  readonly refused: number;
}

/** A batch of a few partitions; records go to no topic, one, or both, or are refused. `next` moves on. */
function batchOf(random: Random, next: number[]): Made {
  const count = random.between(1, 12);
  const batch = new RecordBatch(4096, count);
  const out = new Outgoing();
  const places = new RecordPlaces();
  places.reserve(count);
  const bytes = new Uint8Array(4096);
  let used = 0;
  const put = (into: Uint8Array): [number, number] => {
    const length = random.between(1, 9);
    for (let i = 0; i < length; i++) into[used + i] = random.below(256);
    used += length;
    return [used - length, length];
  };
  let refused = 0;
  for (let row = 0; row < count; row++) {
    const at = row * RECORD_STRIDE;
    const partition = random.below(next.length);
    batch.records[at + 1] = partition;
    putWhole(batch.records, at + 2, next[partition] as number);
    next[partition] = (next[partition] as number) + random.between(1, 3);
    const key = random.chance(0.5) ? put(batch.bytes) : [0, NONE];
    const value = random.chance(0.9) ? put(batch.bytes) : [0, NONE];
    batch.records.set([...key, ...value, 0, 0, NONE] as number[], at + 7);
    const [start, length] = value[1] === NONE ? [0, NONE] : put(bytes);
    places.values[row] = start as number;
    places.lengths[row] = length as number;
    const where = random.below(4);
    places.firsts[row] = out.count;
    places.counts[row] = where === 3 ? NONE : where;
    if (where === 3) refused++;
    else if (where > 0) {
      const source = new TextEncoder().encode(`raw/${partition}/${wholeAt(batch.records, at + 2)}`);
      bytes.set(new TextEncoder().encode("bauta.source"), used);
      bytes.set(source, used + 12);
      out.add(0, 0, 0, NONE, start as number, length as number);
      out.header(used, 12, used + 12, source.length);
      used += 12 + source.length;
      if (where === 2) out.repeat(1);
    }
  }
  batch.count = count;
  const taken: TakenBatch = {
    batch,
    taken: count,
    bytes,
    outgoing: out,
    places,
    refused: Array.from({ length: refused }, () => CODE),
    sourceOf: (_, partition) => `raw/${partition}`,
    targetOf: (index) => TARGETS[index] as string,
  };
  return { taken, refused };
}

function trailOf(): { readonly trail: AuditTrail; readonly manifest: () => Manifest } {
  let made: Manifest | undefined;
  const trail = new AuditTrail({
    hashes: primitives,
    facts: { task: "t", command: "run", pipeline: "p", bauta: "0", engine: { name: "native", version: "", facts: {} }, configuration: {} },
    statement: "p",
    plan: planOf(),
    sinks: ["out"],
    everyMs: 1e9,
    segmentsMax: 1e9,
    date: () => 0,
    sinkOf: () => "out",
    encode(manifest) {
      made = manifest;
      return { bytes: encodeManifest(manifest), signature: undefined };
    },
  });
  return { trail, manifest: () => made as Manifest };
}

const evidence = { auditKey, keyCheck: "", keyFingerprint: "", seed: "", lists: [], rules: [], entries: [] };

/** @param policy who decides beside the model */
function planOf(policy?: PolicyFacts): TrailPlan {
  return {
    auditKey,
    statementFacts: { plan: { origins: [], policy } as never, onRefuse: "divert", frame: "auto", input: "strict", routes: [] },
    open: (finish) =>
      new RunRecord({
        hashes: primitives,
        evidenceOf: () => evidence,
        runtime: {},
        signer: undefined,
        journaled: true,
        keepsTrees: false,
        finish,
      }),
  };
}

const factsOf = ({ taken: { taken }, refused }: Made) => ({
  at: 0,
  counts: { ...NO_COUNTS, in: taken, out: taken - refused, refused, refusedByCode: new Map(refused === 0 ? [] : [[CODE, refused]]) },
  fields: [],
  segments: [],
});
const END = { at: 0, ended: "stopped", planDigest: "", times: {} } as never;

describe("a run over topics", () => {
  test("tells what was committed and nothing of what was aborted; entries tell what the manifest tells", () => {
    const random = new Random(seed);
    for (let round = 0; round < 60 * DEPTH; round++) {
      const next = [0, 10, 2 ** 33];
      const [plain, troubled] = [trailOf(), trailOf()];
      const entries: Uint8Array[] = [];
      const written = new RecordsBySource();
      const read = new RecordsBySource();
      for (let transaction = random.between(1, 6); transaction > 0; transaction--) {
        const made = batchOf(random, next);
        for (const { trail } of [plain, troubled]) {
          for (let failures = trail === plain.trail ? 0 : random.below(3); failures > 0; failures--) {
            // What was begun in vain: some of it, with an entry or without.
            trail.begin();
            trail.took(made.taken);
            if (random.chance(0.5)) trail.entry(factsOf(made));
            trail.takeBack();
          }
          trail.begin();
          trail.took(made.taken);
          const entry = trail.entry(factsOf(made));
          trail.committed();
          if (trail === troubled.trail) entries.push(entry.value);
        }
        note(made.taken, written, read);
        // A partition that goes, and comes back later, is a row of its own.
        if (random.chance(0.3)) for (const { trail } of [plain, troubled]) trail.left(["raw/1"]);
      }
      const bytes = [plain, troubled].map(({ trail }) => Buffer.from(trail.manifest(END)?.value ?? []).toString());
      expect(bytes[1]).toBe(bytes[0] as string);

      const numbers = new TrailNumbers();
      for (const entry of entries) numbers.read(parseTrailEntry(entry).numbers);
      const checkpoints = entries.map((entry) => parseTrailEntry(entry).checkpoint);
      const told = troubled.manifest().statements[0];
      const killed = manifestOfEntries(primitives, checkpoints, [{ statement: "p", counts: numbers.counts, fields: numbers.fields }])
        .statements[0];
      expect([killed?.inputs, killed?.outputs, killed?.counts, killed?.sources, killed?.refused]).toEqual([
        told?.inputs,
        told?.outputs,
        told?.counts,
        told?.sources,
        told?.refused,
      ] as never);
      expect(told?.sinks[0]?.segments.map(({ name }) => name).sort()).toEqual(
        [...new Set(told?.sinks[0]?.segments.map(({ name }) => name))].sort(),
      );

      // Whoever reads the topics finds the same trees, and one bit is enough to find others.
      const outputs = { topics: new Set(TARGETS), hasFiles: true };
      for (const row of told?.sources ?? []) {
        const range = { row, first: Number(row.firstOffset), next: Number(row.nextOffset) };
        expect(checkInputsOf(range, read.of(row.name), primitives).outcome).toBe("ok");
        const records = written.of(row.name);
        const checked = checkOutputsOf(range, records, outputs, primitives);
        const all = Number(row.outputs?.records);
        expect(checked.outcome === "failed").toBe(false);
        if (checked.outcome !== "ok" || all === 0) continue;
        const turned = {
          ...records,
          digest: (at: number) => (records.offset(at) === range.first ? flipped(records.digest(at)) : records.digest(at)),
        };
        const hit = Array.from({ length: records.count }, (_, at) => records.offset(at)).includes(range.first);
        expect(checkOutputsOf(range, turned, outputs, primitives).outcome).toBe(hit ? "failed" : "ok");
      }
    }
  });
});

/** What a reader of the topics would find. */
function note({ batch, bytes, outgoing, places }: TakenBatch, written: RecordsBySource, read: RecordsBySource): void {
  const tables = Object.assign(new RecordBatch(1, 1), {
    bytes,
    records: outgoing.records,
    headers: outgoing.headers,
    count: outgoing.count,
  });
  written.add(tables as RecordBatch, TARGETS);
  for (let row = 0; row < batch.count; row++) {
    const at = row * RECORD_STRIDE;
    const [start, length] = [batch.records[at + 7] as number, batch.records[at + 8] as number];
    const value = [batch.records[at + 9] as number, batch.records[at + 10] as number] as const;
    const part = (from: number, size: number): Uint8Array =>
      Buffer.concat([
        Buffer.from(Uint32Array.of(size).buffer).reverse(),
        size === NONE ? Buffer.alloc(0) : batch.bytes.subarray(from, from + size),
      ]);
    const encoded = new Uint8Array(Buffer.concat([part(start, length), part(...value)]));
    const digest = new Uint8Array(32);
    primitives.keyedLeaves(auditKey, encoded, Uint32Array.of(0, encoded.length), 1, digest);
    read.put(`raw/${batch.records[at + 1]}`, wholeAt(batch.records, at + 2), digest, "raw");
  }
  expect(places.counts.length).toBe(batch.count);
}

const flipped = (digest: Uint8Array): Uint8Array => Uint8Array.from(digest, (byte, at) => (at === 5 ? byte ^ 1 : byte));
