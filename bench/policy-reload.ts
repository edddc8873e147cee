/**
 * `npm run bench:policy-reload`: how long an edit of a policy takes until it is seen in masked records, compile included: from the rename of
 * the `.rego` to the first record under the new revision at a reader of committed records. First while little is to do, then under full
 * load, where it also counts what must not happen at any change: a transaction with records of two revisions, a record of an older one
 * behind those of a newer one, one that is lost, one that comes twice.
 *
 * Each revision masks e-mail addresses by another character, so that a record says under which it was masked. Transactions are told apart by
 * the markers behind them, which take an offset each.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type KafkaConsumer, loadKafka } from "../runtime/kafka/addon.ts";
import { RecordBatch } from "../runtime/kafka/batch.ts";
import { clientConfig } from "../runtime/kafka/connection.ts";
import { recordsOf, sourceOf, Topics } from "../test/kafka/topics.ts";
import { startCluster } from "../test/services/kafka/cluster.ts";
import { median } from "./harness/measure.ts";

const { values: options } = parseArgs({
  options: { edits: { type: "string", default: "30" }, swaps: { type: "string", default: "100" } },
});
const root = fileURLToPath(new URL("../", import.meta.url));
const MAIN = join(root, "runtime/cli/main.ts");
const RECORD = readFileSync(join(root, "examples/messages/payment.json"), "utf8").trim();
/** One for each revision: all stand in a JSON text as they are. */
const CHARACTERS = "#$%()*+,-./:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~";
const VIEWS = ["analytics", "fraud", "partner"];
/** Between two edits while little is to do, and between two records. */
const GAP_MS = 700;
const RECORD_MS = 5;
/** Under load: records that are sent at once, and that are on their way at most, so that the worker always has some. */
const SENT_AT_ONCE = 500;
const AHEAD = 5000;
const WAIT_MS = 60_000;

/** The masked topics, as a reader of committed records has them. */
class Reader {
  sent = 0;
  seen = 0;
  mixed = 0;
  backwards = 0;
  twice = 0;
  transactions = 0;
  /** When the first record of each revision was there, by view. */
  readonly #first: Map<number, number>[] = VIEWS.map(() => new Map());
  readonly #places: Set<string>[] = VIEWS.map(() => new Set());
  readonly #last = VIEWS.map(() => ({ offset: -2, revision: 0 }));
  readonly #consumer: KafkaConsumer;
  readonly #topics: readonly string[];
  readonly #reading: Promise<void>;
  #isDone = false;

  constructor(topics: Topics, masked: readonly string[]) {
    this.#topics = masked;
    this.#consumer = new (loadKafka().KafkaConsumer)([
      ...clientConfig(topics.connection, "consumer"),
      ["group.id", "reader"],
      ["enable.auto.commit", "false"],
      ["isolation.level", "read_committed"],
      ["auto.offset.reset", "earliest"],
      ["fetch.wait.max.ms", "10"],
    ]);
    this.#consumer.assign(masked.map((topic) => ({ topic, partition: 0, offset: BEGINNING })));
    this.#reading = this.#read();
  }

  /** Waits until something holds. */
  async until(holds: () => boolean, what: string): Promise<void> {
    const end = performance.now() + WAIT_MS;
    while (!holds()) {
      if (performance.now() > end) throw new Error(`waited for ${what}`);
      await sleep(1);
    }
  }

  /** When a revision was there for every view; undefined if it is not. */
  seenAt(revision: number): number | undefined {
    const times = this.#first.map((one) => one.get(revision));
    return times.includes(undefined) ? undefined : Math.max(...(times as number[]));
  }

  async close(): Promise<void> {
    this.#isDone = true;
    await this.#reading;
    await this.#consumer.close();
  }

  async #read(): Promise<void> {
    const batch = new RecordBatch(8_000_000, 10_000);
    while (!this.#isDone) {
      batch.count = await this.#consumer.pollBatch(batch.bytes, batch.records, batch.headers, 10_000, { first: 20, more: 0 });
      const now = performance.now();
      for (const got of recordsOf(batch, this.#consumer.topics())) {
        const character = /"email":"(.)/.exec(got.value ?? "")?.[1] ?? "";
        this.#take(this.#topics.indexOf(got.topic), got.offset, character, sourceOf(got), now);
      }
    }
  }

  #take(view: number, offset: number, character: string, place: string, now: number): void {
    const last = this.#last[view] as { offset: number; revision: number };
    const revision = revisionOf(character, last.revision);
    if (offset !== last.offset + 1) this.transactions++;
    else if (revision !== last.revision) this.mixed++;
    if (revision < last.revision) this.backwards++;
    const times = this.#first[view] as Map<number, number>;
    if (!times.has(revision)) times.set(revision, now);
    const places = this.#places[view] as Set<string>;
    if (places.has(place)) this.twice++;
    places.add(place);
    this.seen++;
    this.#last[view] = { offset, revision };
  }
}

/** librdkafka's number for the first record that there is. */
const BEGINNING = -2;
const folder = mkdtempSync(join(tmpdir(), "bauta-reload-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
let revision = 0;
const policy = join(folder, "policy");
mkdirSync(policy);
writeFileSync(join(policy, "data.json"), JSON.stringify({ bauta: { views: Object.fromEntries(VIEWS.map((name) => [name, {}])) } }));
edit(0);
const key = join(folder, "key");
await ended(spawn(process.execPath, [MAIN, "keys", "new", key, "--env", "bench"], { stdio: "ignore" }));
say("a broker");
const cluster = await startCluster();
try {
  const topics = new Topics(cluster.bootstrap);
  const raw = await topics.make("raw");
  const masked: string[] = [];
  for (const view of VIEWS) masked.push(await topics.make(view));
  const worker = startWorker(cluster.bootstrap, raw, masked);
  const reader = new Reader(topics, masked);
  try {
    say(`${options.edits} edits, little to do`);
    const idle = await edits(Number(options.edits), { topics, raw, reader, atOnce: 1, everyMs: RECORD_MS, gapMs: GAP_MS });
    say(`${options.swaps} edits under full load`);
    const from = { at: performance.now(), sent: reader.sent };
    const load = await edits(Number(options.swaps), { topics, raw, reader, atOnce: SENT_AT_ONCE, everyMs: 0, gapMs: 0 });
    const perSecond = ((reader.sent - from.sent) / (performance.now() - from.at)) * 1000;
    await reader.until(() => reader.seen >= reader.sent * VIEWS.length, "all records");
    const { sent, transactions, mixed, backwards, twice, seen } = reader;
    const lost = sent * VIEWS.length - (seen - twice);
    const figures = {
      loadOfMachine: loadavg().map((one) => Number(one.toFixed(1))),
      views: VIEWS.length,
      idle: summary(idle),
      underLoad: { ...summary(load), recordsPerSecond: Math.round(perSecond) },
      ...{ records: sent, transactions, mixed, backwards, lost, twice },
    };
    process.stdout.write(`${JSON.stringify(figures, undefined, 1)}\n`);
    process.exitCode = mixed + backwards + lost + twice === 0 ? 0 : 1;
  } finally {
    worker.kill("SIGTERM");
    await ended(worker);
    await reader.close();
    await topics.close();
  }
} finally {
  await cluster.stop();
}

interface Load {
  readonly topics: Topics;
  readonly raw: string;
  readonly reader: Reader;
  readonly atOnce: number;
  readonly everyMs: number;
  readonly gapMs: number;
}

/** Edits the policy so many times while records flow. Returns milliseconds until each was seen for every view. */
async function edits(count: number, { topics, raw, reader, atOnce, everyMs, gapMs }: Load): Promise<readonly number[]> {
  let isDone = false;
  const batch = Array.from({ length: atOnce }, () => ({ value: RECORD }));
  const feeding = (async () => {
    while (!isDone) {
      if (reader.sent - reader.seen / VIEWS.length < AHEAD) {
        await topics.send(raw, batch);
        reader.sent += atOnce;
      } else await sleep(1);
      if (everyMs > 0) await sleep(everyMs);
    }
  })();
  const took: number[] = [];
  try {
    await reader.until(() => reader.seenAt(revision) !== undefined, "the first records");
    for (let i = 0; i < count; i++) {
      await sleep(gapMs * (0.5 + Math.random()));
      const from = performance.now();
      edit(++revision);
      await reader.until(() => reader.seenAt(revision) !== undefined, `revision ${revision}`);
      took.push((reader.seenAt(revision) as number) - from);
    }
  } finally {
    isDone = true;
    await feeding;
  }
  return took;
}

/** As editors do it: written beside, and moved into its place. */
function edit(to: number): void {
  const text = `package bauta.masking

default plan := "model"

plan := {"action": "mask", "character": "${CHARACTERS[to % CHARACTERS.length]}"} if input.field.namespace == "email"
`;
  writeFileSync(join(policy, ".new"), text);
  renameSync(join(policy, ".new"), join(policy, "masking.rego"));
}

/** The revision of that character that is nearest to the last one: characters come again after many. */
function revisionOf(character: string, last: number): number {
  const at = CHARACTERS.indexOf(character);
  if (at < 0) throw new Error("a record that no revision masked");
  const count = CHARACTERS.length;
  const ahead = (at - (last % count) + count) % count;
  return last + (ahead > count / 2 ? ahead - count : ahead);
}

function startWorker(bootstrap: string, raw: string, masked: readonly string[]): ChildProcess {
  const file = join(folder, "reload.yaml");
  const sinks = VIEWS.map((view, i) => `${view}: { topic: ${masked[i]}, view: ${view} }`).join(", ");
  writeFileSync(
    file,
    `bauta-pipeline: 1
name: reload
model: ${join(root, "examples/models/demo.yaml")}
key-file: ${key}
kafka: { bootstrap: "${bootstrap}" }
policy: { path: ${policy}, danger-unsigned: true }
sources: [{ topics: ${raw} }]
sinks: { ${sinks} }
`,
  );
  const child = spawn(process.execPath, [MAIN, "run", file, "--log-format", "lines"], { stdio: ["ignore", "ignore", "pipe"] });
  process.on("exit", () => child.kill("SIGKILL"));
  // What it tells besides its own changes stands in its last lines.
  let told = "";
  child.stderr?.on("data", (data) => {
    told = (told + String(data)).slice(-2000);
  });
  child.once("exit", (code) => void (code === 143 || process.stderr.write(told)));
  return child;
}

function summary(took: readonly number[]): { readonly edits: number; readonly medianMs: number; readonly worstMs: number } {
  return { edits: took.length, medianMs: Math.round(median(took)), worstMs: Math.round(Math.max(...took)) };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once("exit", () => resolve());
  });
}

function say(text: string): void {
  process.stderr.write(`  ${text} …\n`);
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
