/** A run that was killed after any of its commits and goes on has the roots, segments and counts of one that was not. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { mergeEntries } from "../../runtime/audit/entries.ts";
import { CheckpointSchema } from "../../runtime/audit/generated/run_pb.ts";
import type { Manifest } from "../../runtime/audit/manifest.ts";
import { manifestOfEntries, RunRecord } from "../../runtime/audit/record.ts";
import type { Engine } from "../../runtime/engines/api.ts";
import { openPlan } from "../../runtime/open.ts";
import type { JournalEntry } from "../../runtime/pipeline/journal.ts";
import { Masker } from "../../runtime/pipeline/masker.ts";
import { run } from "../../runtime/pipeline/run.ts";
import { FORMATS } from "../../runtime/registry.ts";
import type { Segment, Sink } from "../../runtime/sinks/api.ts";
import { EXAMPLE_MT, EXAMPLE_XML, WRONG_XML } from "../e2e/cli.ts";
import { ENGINE_NAMES, loadEngine } from "../engines.ts";
import { newKey } from "../keys/new-key.ts";

const here = mkdtempSync(join(tmpdir(), "bauta-resume-"));
afterAll(() => rmSync(here, { recursive: true }));
const keyFile = join(here, "key");
newKey(keyFile);

const text = Array.from({ length: 30 }, (_, i) => (i % 7 === 3 ? WRONG_XML : i % 2 === 0 ? EXAMPLE_XML : EXAMPLE_MT)).join("\n");
const bytes = new TextEncoder().encode(text);

/** A sink whose segments are kept in memory, each from the first record that it is told of. */
function memorySink(firstRecord: number): Sink {
  let first = firstRecord;
  let records = 0;
  let size = 0;
  return {
    name: "memory",
    resume: "exact",
    whole: false,
    write(written, count) {
      records += count;
      size += written.length;
    },
    prepare() {
      if (size === 0) return undefined;
      const segment: Segment = { sink: "memory", name: `from ${first}`, privateName: "", firstRecord: first, records, bytes: size };
      first += records;
      records = 0;
      size = 0;
      return segment;
    },
    publish: () => undefined,
    close: () => undefined,
  };
}

interface Recorded {
  readonly manifest: Manifest;
  readonly entries: readonly (JournalEntry & { readonly merged: Uint8Array })[];
}

/** A run that goes on after a commit, from what the journal has of it: an entry each, or one for all. */
interface After {
  readonly last: JournalEntry;
  readonly entries: readonly Uint8Array[];
}

async function record(engine: Engine, after?: After): Promise<Recorded> {
  const plan = openPlan({ preset: "test-data", keyFile, direction: "mask" });
  const masker = new Masker({
    engine,
    plan,
    formats: FORMATS,
    scan: { input: "strict" },
    frame: "auto",
    direction: "mask",
    onRefuse: "divert",
    keyedHash: (record) => plan.keyedHash(record),
  });
  let manifest: Manifest | undefined;
  const made = new RunRecord({
    hashes: engine.primitives,
    evidenceOf: () => plan.evidence(),
    runtime: {},
    signer: undefined,
    journaled: true,
    finish: (told) => {
      manifest = told;
    },
  });
  const entries: (JournalEntry & { merged: Uint8Array })[] = [];
  const position = after?.last.positions.at(-1);
  const segments = after === undefined ? [] : (mergeEntries(after.entries).manifest.statements[0]?.sinks[0]?.segments ?? []);
  const first = segments.reduce((sum, { records }) => sum + Number(records), 0);
  let ticks = 0;
  try {
    await run({
      facts: {
        task: "t",
        command: "mask",
        pipeline: "p",
        bauta: "0",
        engine: { name: engine.name, version: "", facts: {} },
        configuration: {},
      },
      statements: [
        {
          name: "s",
          facts: { plan: plan.facts, onRefuse: "divert", frame: "auto", input: "strict", routes: [{ name: "all", sinks: [0] }] },
          masker,
          frame: "auto",
          sources: [
            {
              source: {
                name: "source",
                size: bytes.length,
                *chunks(from = 0) {
                  for (let at = from; at < bytes.length; at += 1000) yield bytes.slice(at, at + 1000);
                },
              },
              ...(position === undefined ? {} : { from: position }),
            },
          ],
          open: () => [memorySink(first)],
          goesOn: true,
          operationFacts: (operation) => plan.operationFacts(operation),
          planDigest: () => plan.planDigest(),
        },
      ],
      observers: [made],
      recorder: made,
      clock: { date: () => 0, ticks: () => ticks++, sleep: () => new Promise(() => undefined) },
      journal: {
        write({ whole, ...entry }) {
          entries.push({ ...structuredClone(entry), whole, merged: whole() });
        },
      },
      commit: { records: 4, bytes: 1e9, milliseconds: 1e9 },
      ...(after === undefined
        ? {}
        : { resumed: { sequence: after.last.sequence + 1, statements: after.last.statements, entries: after.entries } }),
    });
  } finally {
    masker.close();
    plan.close();
  }
  if (manifest === undefined) throw new Error("no manifest");
  return { manifest, entries };
}

const roots = ({ statements: [statement] }: Manifest): unknown => [
  statement?.inputs,
  statement?.outputs,
  statement?.counts,
  statement?.refused,
  statement?.messages,
  statement?.sinks,
];

for (const name of ENGINE_NAMES) {
  describe(`a run that goes on, ${name}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await loadEngine(name);
    });

    test("after each of its commits", async () => {
      const whole = await record(engine);
      expect(whole.entries.length).toBeGreaterThan(4);
      expect(whole.manifest.resumed).toBe(false);
      const told = whole.entries.map(({ record: entry }) => entry);
      for (const [i, last] of whole.entries.slice(0, -1).entries()) {
        for (const entries of [told.slice(0, i + 1), [last.merged]]) {
          const rest = await record(engine, { last, entries });
          expect(rest.manifest.resumed).toBe(true);
          expect(roots(rest.manifest)).toEqual(roots(whole.manifest));
          // And what was added before and after the kill is one record.
          const all = [...entries, ...rest.entries.map(({ record: entry }) => entry)];
          const merged = manifestOfEntries(engine.primitives, all, rest.entries.at(-1)?.statements ?? []);
          expect(merged.statements[0]?.sources).toEqual(rest.manifest.statements[0]?.sources);
        }
      }
      // No entry but the first of a process is longer for what was done before it.
      const lengths = told.slice(1, -1).map(({ length }) => length);
      expect(Math.max(...lengths)).toBeLessThan(2 * Math.min(...lengths));
    }, 120_000);

    test("and from its journal a manifest can be made after a kill", async () => {
      const { entries, manifest } = await record(engine);
      const told = entries.map(({ record: entry }) => entry);
      for (const [i, { statements }] of entries.entries()) {
        const killed = manifestOfEntries(engine.primitives, told.slice(0, i + 1), statements);
        const [statement] = killed.statements;
        expect([killed.status, killed.task, statement?.status]).toEqual(["killed", "t", "killed"]);
        const { counts, sinks, inputs, outputs, messages } = statement ?? {};
        expect(counts?.in).toBe((counts?.out ?? 0n) + (counts?.refused ?? 0n));
        expect([inputs?.records, outputs?.records]).toEqual([counts?.in, counts?.out]);
        expect(sinks?.[0]?.segments.reduce((sum, { records }) => sum + records, 0n)).toBe(counts?.out);
        expect(sinks?.[0]?.segments.length).toBeLessThanOrEqual(i + 1);
        expect(messages?.length).toBeGreaterThan(0);
      }
      const last = manifestOfEntries(engine.primitives, told, entries.at(-1)?.statements ?? []);
      expect(last.statements[0]?.outputs).toEqual(manifest.statements[0]?.outputs);
      // An entry of a version to come is not guessed at.
      const later = fromBinary(CheckpointSchema, entries[0]?.record ?? new Uint8Array(0));
      later.version = 3;
      expect(() => manifestOfEntries(engine.primitives, [toBinary(CheckpointSchema, later)], [])).toThrow("BAUTA-8501");
    }, 60_000);
  });
}
