/**
 * What the search of texts costs, in microseconds for each 100 characters: `bun bench/detect.ts [ENGINE…]`. Records of the labelled set,
 * context and text, through the engine: with the text searched, and with the text kept unread. The difference is the search; what is
 * found becomes X, so that no cipher takes part. Medians of paired rounds.
 */
import process from "node:process";
import type { Engine } from "../runtime/engines/api.ts";
import { encodePlan, type PlanOperation } from "../runtime/engines/plan.ts";
import { Batch, RECORD_STATUS, RECORD_STRIDE } from "../runtime/record/tables.ts";
import { loadEngine } from "../test/engines.ts";
import { readSet } from "../test/text/method.ts";

const ROUNDS = 31;
const RAW = 7;
const ANY = { shape: "text", min: 0, max: 0 } as const;
const FEEDS = ["name", "account", "reference", "identifier"] as const;
const fields: readonly PlanOperation[] = FEEDS.map((feeds) => ({ technique: "redact", fit: ANY, feeds }));
const searched: PlanOperation = {
  technique: "pseudonym",
  kind: "free-text",
  namespace: "text",
  otherwise: "redact",
  fit: ANY,
  searches: true,
};
const kept: PlanOperation = { technique: "keep", fit: ANY };
const namespaces = [{ name: "text", keyVersion: 1 }];

const entries = readSet();

/** Records of the set, with the context or without, whose text has the operation behind the fields'. */
function batchOf(hasContext: boolean): { readonly batch: Batch; readonly characters: number } {
  const batch = new Batch(1024, 8192, 8192);
  const parts: Uint8Array[] = [];
  let at = 0;
  let characters = 0;
  entries.forEach(({ text, context }, index) => {
    batch.beginRecord(at, index);
    const add = (operation: number, value: string): void => {
      const bytes = new TextEncoder().encode(value);
      batch.addValue(operation, 0);
      batch.addSegment(at, at + bytes.length, RAW);
      parts.push(bytes);
      at += bytes.length;
    };
    if (hasContext) {
      for (const name of context.names) add(0, name);
      for (const account of context.accounts) add(1, account);
      for (const reference of context.references) add(2, reference);
      for (const id of context.ids) add(3, id);
    }
    add(4, text);
    characters += [...text].length;
    batch.endRecord(index, at);
  });
  batch.input = Uint8Array.from(Buffer.concat(parts));
  return { batch, characters };
}

function timed(engine: Engine, operation: PlanOperation, batch: Batch, output: Uint8Array): () => number {
  const plan = encodePlan({ model: "bench", namespaces, operations: [...fields, operation] });
  const handle = engine.open(plan, new Uint8Array(32), "mask");
  return () => {
    for (let i = 0; i < entries.length; i++) batch.records[i * RECORD_STRIDE + RECORD_STATUS] = 0;
    // Time of the processor, not of the wall: other work on the machine does not count.
    const before = process.cpuUsage();
    handle.transform(batch, output, 0);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] as number;

for (const name of process.argv.length > 2 ? process.argv.slice(2) : ["native"]) {
  const engine = await loadEngine(name === "portable" ? "portable" : "native");
  for (const hasContext of [true, false]) {
    const { batch, characters } = batchOf(hasContext);
    const output = new Uint8Array(batch.input.length * 4);
    const [search, keep] = [timed(engine, searched, batch, output), timed(engine, kept, batch, output)];
    const differences = Array.from({ length: ROUNDS + 5 }, () => search() - keep()).slice(5);
    const cost = (100 * median(differences)) / characters;
    const what = hasContext ? "with the dictionaries of its record" : "without a dictionary";
    console.log(
      `${engine.name}: ${cost.toFixed(2)} µs for 100 characters of text, ${what} (${entries.length} texts, ${characters} characters)`,
    );
  }
}
