/** The trees of sinks, wherever records go: each is that of the records it got, in the order in which it got them. */
import { expect, test } from "bun:test";
import type { Manifest } from "../../runtime/audit/manifest.ts";
import { MerkleTree } from "../../runtime/audit/merkle.ts";
import { RunRecord } from "../../runtime/audit/record.ts";
import { DIGEST_BYTES } from "../../runtime/engines/api.ts";
import type { PlanFacts, RunEvent } from "../../runtime/pipeline/observe.ts";
import { Delivery } from "../../runtime/record/delivery.ts";
import type { Sink } from "../../runtime/sinks/api.ts";
import { loadEngine } from "../engines.ts";
import { Random } from "../generators/random.ts";
import { seeded } from "../seed.ts";
import { hexOfBytes } from "../vectors/hex.ts";

const seed = seeded("record");
const { primitives } = await loadEngine("native");

const facts = {
  model: "m",
  origins: [],
  lock: "",
  mode: "deterministic",
  environment: "",
  keyId: "",
  keyOrigin: "",
  keyVersion: 1,
} as PlanFacts;
const sinkNamed = (name: string): Sink => ({ name }) as Sink;

/** Records of a few bytes, one behind the other with a line feed. */
function delivery(random: Random, count: number): Delivery {
  const made = new Delivery();
  made.reserve(count);
  const bytes: number[] = [];
  for (let i = 0; i < count; i++) {
    made.starts[i] = made.ownStarts[i] = made.inputStarts[i] = bytes.length;
    for (let k = random.between(1, 9); k > 0; k--) bytes.push(random.below(256));
    made.ownEnds[i] = bytes.length;
    made.lengths[i] = bytes.length - (made.starts[i] as number);
    bytes.push(10);
    made.ends[i] = bytes.length;
  }
  made.count = count;
  made.bytes = made.input = Uint8Array.from(bytes);
  return made;
}

function rootOf(records: readonly Uint8Array[]): string {
  const tree = new MerkleTree(primitives);
  const leaf = new Uint8Array(DIGEST_BYTES);
  for (const record of records) {
    primitives.leaves(record, Uint32Array.of(0, record.length), 1, leaf);
    tree.append(leaf, 1);
  }
  return hexOfBytes(tree.root());
}

test("a sink's root is that of the records that it got, in any routing", () => {
  const random = new Random(seed);
  for (let round = 0; round < 150; round++) {
    let manifest: Manifest | undefined;
    const record = new RunRecord({
      hashes: primitives,
      evidenceOf: () => ({ auditKey: new Uint8Array(32), keyCheck: "", keyFingerprint: "", seed: "", lists: [], rules: [], entries: [] }),
      runtime: {},
      signer: undefined,
      journaled: random.chance(0.5),
      finish: (told) => {
        manifest = told;
      },
    });
    const at = 0;
    const names = ["a", "b", "c"].slice(0, random.between(1, 3));
    const tell = (event: unknown): void => record.observe(event as RunEvent);
    tell({
      event: "run-start",
      at,
      task: "t",
      command: "run",
      pipeline: "p",
      bauta: "",
      engine: { name: "native", version: "", facts: {} },
      configuration: {},
    });
    tell({
      event: "statement-start",
      at,
      statement: "s",
      plan: facts,
      onRefuse: "divert",
      frame: "auto",
      input: "strict",
      routes: [],
      sinks: names.map((name) => ({ name })),
    });
    const got = new Map(names.map((name) => [name, [] as Uint8Array[]]));
    const expected = new Map(names.map((name) => [name, [] as string[]]));
    let sequence = 0;
    const commit = (): void => {
      const segments = names.map((sink) => ({
        sink,
        name: sink,
        privateName: "",
        firstRecord: 0,
        records: got.get(sink)?.length ?? 0,
        bytes: 0,
      }));
      record.entry({ sequence: sequence++, at, positions: [], segments });
      for (const name of names) expected.get(name)?.push(rootOf(got.get(name) ?? []));
      for (const name of names) got.set(name, []);
    };
    for (let source = random.between(1, 3); source > 0; source--) {
      tell({
        event: "source-opened",
        at,
        statement: "s",
        source: `source ${source}`,
        size: undefined,
        sink: undefined,
        from: { offset: 0 },
      });
      for (let k = random.below(6); k > 0; k--) {
        const rows = delivery(random, random.between(1, 7));
        record.delivered("s", `source ${source}`, rows);
        for (const name of names) {
          const from = random.chance(0.7) ? 0 : random.below(rows.count);
          const to = random.chance(0.7) ? rows.count : random.between(from, rows.count);
          if (from === to || random.chance(0.15)) continue;
          record.wrote(sinkNamed(name), rows, from, to);
          for (let i = from; i < to; i++) got.get(name)?.push(rows.bytes.slice(rows.ownStarts[i], rows.ownEnds[i]));
        }
        if (random.chance(0.2)) commit();
      }
      tell({
        event: "source-ended",
        at,
        statement: "s",
        source: `source ${source}`,
        position: { offset: 1 },
        unreadFrom: undefined,
        resumes: false,
      });
    }
    commit();
    tell({ event: "run-end", at, ended: "done", issue: undefined, commits: 1, milliseconds: 1 });
    const told = manifest?.statements[0]?.sinks.map(({ name, segments }) => [name, segments.map(({ root }) => root)]);
    expect([round, told]).toEqual([round, names.map((name) => [name, expected.get(name) ?? []])]);
  }
});
