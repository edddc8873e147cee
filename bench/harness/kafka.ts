/** One broker, and what copies a topic of it to another: started, loaded, watched by the offsets that it commits, and by the system's accounts. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type KafkaConsumer, type KafkaProducer, loadKafka } from "../../runtime/kafka/addon.ts";
import { TopicAdmin } from "../../runtime/kafka/admin.ts";
import { RecordBatch } from "../../runtime/kafka/batch.ts";
import { failureOf } from "../../runtime/kafka/failure.ts";
import { NONE, RECORD_STRIDE, RECORD_TIMESTAMP, RECORD_VALUE, RECORD_VALUE_LENGTH, wholeAt } from "../../runtime/kafka/layout.ts";
import { Outgoing } from "../../runtime/kafka/outgoing.ts";
import { type Cluster, startCluster } from "../../test/services/kafka/cluster.ts";
import type { OpaServer } from "../../test/services/opa.ts";

export const PARTITIONS = 4;
/** What both sides have alike. */
export const LINGER_MS = 5;
export const COMPRESSION = "lz4";
export const RECORDS_PER_TRANSACTION = 2000;
/** Flink commits at its checkpoints: seldom enough that they cost little, often enough that a reader waits no longer than for a decision. */
export const CHECKPOINT_MS = 1000;

/** A program that copies a topic: how it is started. `name` is that of its group, too. */
export interface Copier {
  readonly env?: Readonly<Record<string, string>>;
  /** Processes besides its own that work for it: their CPU time is the copier's. */
  readonly helpers?: readonly number[];
  command(bench: KafkaBench, name: string, from: string, to: string): Promise<readonly string[]>;
}

export interface Throughput {
  /** Records. */
  readonly perSecond: number;
  /** µs of the whole process and its helpers, for a record. */
  readonly cpu: number;
  /** Bytes. */
  readonly peakRss: number;
}

/** Milliseconds from the broker's time of a raw record to its copy at a reader of committed records. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly mean: number;
  /** Records of the load that had come when it ended. */
  readonly share: number;
}

const CALL_MS = 30_000;
const CHUNK = 10_000;
const STEP_MS = 10;
const PACE_MS = 2;
const WAIT_MS_MAX = 180_000;
const FIRST_MS_MAX = 60_000;
/** Targets keep so much: what was read of them is of no use. */
const KEPT_BYTES = "134217728";
const MILLION = 1_000_000;
/** What Flink's own scripts open to it on Java 17; a heap that does not grow while it is measured, and the collector that takes least CPU time. */
const OPENED = ["java.lang", "java.util"].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`);
const FLINK_JVM = ["-Xms1g", "-Xmx1g", "-XX:+UseParallelGC", ...OPENED];

export class KafkaBench {
  readonly bootstrap: string;
  readonly scratch: string;
  readonly #cluster: Cluster;
  readonly #admin: TopicAdmin;
  readonly #producer: KafkaProducer;
  #names = 0;

  private constructor(cluster: Cluster, scratch: string) {
    this.#cluster = cluster;
    this.bootstrap = cluster.bootstrap;
    this.scratch = scratch;
    this.#admin = new TopicAdmin({ bootstrap: cluster.bootstrap.split(","), tls: undefined, sasl: undefined, settings: [] });
    this.#producer = new (loadKafka().KafkaProducer)([
      ["bootstrap.servers", cluster.bootstrap],
      ["compression.codec", COMPRESSION],
      ["linger.ms", "1"],
      ["queue.buffering.max.kbytes", "262144"],
    ]);
  }

  static async start(scratch: string): Promise<KafkaBench> {
    const properties = { "log.retention.check.interval.ms": "5000", "log.segment.delete.delay.ms": "1000" };
    return new KafkaBench(await startCluster({ heap: "1g", properties }), scratch);
  }

  name(of: string): string {
    return `${of}-${++this.#names}`;
  }

  /** Makes a topic; returns its name. */
  async topic(of: string, config: [string, string][] = []): Promise<string> {
    const name = this.name(of);
    await this.#admin.create(name, PARTITIONS, config);
    return name;
  }

  target(): Promise<string> {
    return this.topic("target", [
      ["segment.bytes", KEPT_BYTES],
      ["retention.bytes", KEPT_BYTES],
    ]);
  }

  /** Writes so many records, the messages over and over. */
  async load(topic: string, messages: readonly string[], count: number): Promise<void> {
    const chunk = new Chunk(messages, this.#producer.topic(topic), CHUNK);
    for (let sent = 0; sent < count; sent += CHUNK) await chunk.send(this.#producer, Math.min(CHUNK, count - sent));
  }

  /** How fast a topic is copied, from `warmUp` records on, `count` records long. */
  async throughput(copier: Copier, from: string, warmUp: number, count: number): Promise<Throughput> {
    const name = this.name("copier");
    const child = await this.#start(copier, name, from, await this.target());
    const committed = await this.#committed(name, from);
    try {
      const begun = await child.until(committed.count, warmUp);
      const ended = await child.until(committed.count, warmUp + count);
      const records = ended.count - begun.count;
      return {
        perSecond: (records * 1000) / (ended.at - begun.at),
        cpu: ((ended.cpuMs - begun.cpuMs) * 1000) / records,
        peakRss: child.peakRss(),
      };
    } finally {
      await child.kill();
      await committed.close();
    }
  }

  /** What a copier makes of a few messages, in any order, as a reader of committed records has it. */
  async outputs(copier: Copier, messages: readonly string[]): Promise<readonly string[]> {
    const from = await this.topic("few");
    await this.load(from, messages, messages.length);
    const to = await this.target();
    const child = await this.#start(copier, this.name("copier"), from, to);
    const reader = this.#reader(to);
    try {
      const values: string[] = [];
      await reader.until(messages.length, FIRST_MS_MAX, child, (value) => void values.push(value));
      return values;
    } finally {
      await child.kill();
      await reader.close();
    }
  }

  /** What a copy adds, at so many records a second. */
  async latency(copier: Copier, messages: readonly string[], rate: number, warmUpMs: number, windowMs: number): Promise<Latency> {
    const raw = await this.topic("paced", [["message.timestamp.type", "LogAppendTime"]]);
    const to = await this.target();
    const chunk = new Chunk(messages, this.#producer.topic(raw), CHUNK);
    const child = await this.#start(copier, this.name("copier"), raw, to);
    const reader = this.#reader(to);
    try {
      await chunk.send(this.#producer, 100);
      await reader.until(100, FIRST_MS_MAX, child);
      const from = performance.now();
      const load = this.#pace(chunk, rate, from + warmUpMs + windowMs);
      await reader.watch(from + warmUpMs, from + warmUpMs + windowMs, child);
      const sent = await load;
      return reader.latency(windowMs, sent / (warmUpMs + windowMs));
    } finally {
      await child.kill();
      await reader.close();
    }
  }

  async stop(): Promise<void> {
    await this.#producer.close();
    await this.#cluster.stop();
  }

  /** Sends records at a rate until a time. Returns how many. */
  async #pace(chunk: Chunk, rate: number, until: number): Promise<number> {
    const from = performance.now();
    let sent = 0;
    for (let now = from; now < until; now = performance.now()) {
      const due = Math.min(CHUNK, Math.floor(((now - from) * rate) / 1000) - sent);
      if (due > 0) await chunk.send(this.#producer, due);
      sent += Math.max(0, due);
      await new Promise((resume) => setTimeout(resume, PACE_MS));
    }
    return sent;
  }

  async #start(copier: Copier, name: string, from: string, to: string): Promise<Copying> {
    return new Copying(await copier.command(this, name, from, to), copier);
  }

  /** Records of a topic that a group has committed. */
  async #committed(group: string, topic: string): Promise<{ count(): Promise<number>; close(): Promise<void> }> {
    const consumer = new (loadKafka().KafkaConsumer)([
      ["bootstrap.servers", this.bootstrap],
      ["group.id", group],
      ["enable.auto.commit", "false"],
      // Offsets as they are: whoever asks for stable ones waits for the transaction under way, and there is always one.
      ["isolation.level", "read_uncommitted"],
    ]);
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition }));
    let known = 0;
    const count = async (): Promise<number> => {
      try {
        known = (await consumer.committed(partitions, CALL_MS)).reduce((sum, { offset }) => sum + Math.max(0, offset), 0);
      } catch (error) {
        // A group that is new has no coordinator for a moment.
        if (failureOf(error)?.retriable !== true) throw error;
      }
      return known;
    };
    return { count, close: () => consumer.close() };
  }

  #reader(topic: string): Reader {
    const consumer = new (loadKafka().KafkaConsumer)([
      ["bootstrap.servers", this.bootstrap],
      ["group.id", this.name("reader")],
      ["enable.auto.commit", "false"],
      ["isolation.level", "read_committed"],
      ["auto.offset.reset", "earliest"],
      ["fetch.wait.max.ms", "100"],
    ]);
    consumer.assign(Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition, offset: -2 })));
    return new Reader(consumer);
  }
}

/** Records for the producer, built once. */
class Chunk {
  readonly #bytes: Uint8Array;
  readonly #rows = new Outgoing();

  constructor(messages: readonly string[], topic: number, count: number) {
    const values = messages.map((message) => Buffer.from(message));
    this.#bytes = new Uint8Array(Buffer.concat(values));
    const starts: number[] = [];
    let at = 0;
    for (const { length } of values) {
      starts.push(at);
      at += length;
    }
    for (let i = 0; i < count; i++) {
      const which = i % values.length;
      this.#rows.add(topic, 0, 0, NONE, starts[which] as number, values[which]?.length ?? 0);
    }
  }

  /** Sends the first of them, and waits until they are stored. */
  send(producer: KafkaProducer, count: number): Promise<void> {
    return producer.stage(this.#bytes, this.#rows.records, this.#rows.headers, count, false, CALL_MS);
  }
}

interface Mark {
  readonly at: number;
  readonly count: number;
  readonly cpuMs: number;
}

/** A copier at work. */
class Copying {
  readonly #child: ChildProcess;
  readonly #helpers: readonly number[];
  readonly #ended: Promise<unknown>;
  #complaints = "";

  constructor([command = "", ...args]: readonly string[], { env = {}, helpers = [] }: Pick<Copier, "env" | "helpers">) {
    this.#helpers = helpers;
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    this.#ended = new Promise((resume) => this.#child.once("exit", resume));
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on("data", (data: Buffer) => {
        this.#complaints = (this.#complaints + data.toString()).slice(-4000);
      });
  }

  /** Waits until as many records were committed. */
  async until(count: () => Promise<number>, wanted: number): Promise<Mark> {
    const until = performance.now() + WAIT_MS_MAX;
    for (;;) {
      this.check();
      const found = await count();
      const at = performance.now();
      if (found >= wanted) return { at, count: found, cpuMs: this.#cpuMs() };
      if (at > until) throw new Error(`${found} of ${wanted} records after ${WAIT_MS_MAX / 1000} s`);
      await new Promise((resume) => setTimeout(resume, STEP_MS));
    }
  }

  #cpuMs(): number {
    return [this.#child.pid as number, ...this.#helpers].reduce((sum, pid) => sum + cpuMsOf(pid), 0);
  }

  /** Throws if it has ended. */
  check(): void {
    if (this.#child.exitCode !== null) throw new Error(`it ended with ${this.#child.exitCode}: ${this.#complaints.trim().slice(-300)}`);
  }

  peakRss(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
    return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}

/** User and system time of a process, milliseconds (proc(5): hundredths of a second). */
function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Reads copies, and how late they are. */
class Reader {
  readonly #consumer: KafkaConsumer;
  readonly #batch = new RecordBatch(64 * MILLION, CHUNK);
  readonly #late: number[] = [];

  constructor(consumer: KafkaConsumer) {
    this.#consumer = consumer;
  }

  /** Waits for so many records. */
  async until(count: number, milliseconds: number, child: Copying, each?: (value: string) => void): Promise<void> {
    const until = performance.now() + milliseconds;
    for (let got = 0; got < count; ) {
      child.check();
      if (performance.now() > until) throw new Error(`${got} of ${count} records after ${milliseconds / 1000} s`);
      const polled = await this.#poll();
      if (each !== undefined) for (let row = 0; row < polled; row++) each(this.#value(row));
      got += polled;
    }
  }

  #value(row: number): string {
    const { bytes, records } = this.#batch;
    const at = row * RECORD_STRIDE;
    const from = records[at + RECORD_VALUE] as number;
    return Buffer.from(bytes.subarray(from, from + (records[at + RECORD_VALUE_LENGTH] as number))).toString();
  }

  /** Notes how late records are that come in between. */
  async watch(from: number, until: number, child: Copying): Promise<void> {
    while (performance.now() < until) {
      child.check();
      const count = await this.#poll();
      const now = performance.now();
      if (now < from || now > until) continue;
      const date = performance.timeOrigin + now;
      for (let row = 0; row < count; row++) this.#late.push(date - wholeAt(this.#batch.records, row * RECORD_STRIDE + RECORD_TIMESTAMP));
    }
  }

  /** @param rate records that were sent in a millisecond */
  latency(windowMs: number, rate: number): Latency {
    const sorted = Float64Array.from(this.#late).sort();
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
    const sum = sorted.reduce((total, value) => total + value, 0);
    return { p50: at(0.5), p99: at(0.99), mean: sum / sorted.length, share: sorted.length / (rate * windowMs) };
  }

  close(): Promise<void> {
    return this.#consumer.close();
  }

  async #poll(): Promise<number> {
    const { bytes, records, headers } = this.#batch;
    return Math.max(0, await this.#consumer.pollBatch(bytes, records, headers, CHUNK, { first: 100, more: 0 }));
  }
}

/** Runs with all processors that the bench may use, and not with the one of its one-core cases: brokers and copiers are started meanwhile. */
export async function onAllProcessors<Result>(run: () => Promise<Result>): Promise<Result> {
  const [pinned, all] = [process.env["BAUTA_BENCH_PINNED"], process.env["BAUTA_BENCH_PROCESSORS"]];
  const bind = (processors: string): void =>
    void spawnSync("taskset", ["-a", "-c", "-p", processors, String(process.pid)], { stdio: "ignore" });
  if (pinned === undefined || all === undefined) return await run();
  bind(all);
  try {
    return await run();
  } finally {
    bind(pinned);
  }
}

/** Bauta, with so many more lines in its pipeline file. */
export const bautaCopier = (
  bauta: readonly string[],
  {
    model,
    key,
    sinks = "",
    rest = "",
    kafka = "",
    env = {},
  }: { model: string; key: string; sinks?: string; rest?: string; kafka?: string; env?: Readonly<Record<string, string>> },
  more: (bench: KafkaBench) => Promise<string> = () => Promise.resolve(""),
): Copier => ({
  env,
  async command(bench, name, from, to) {
    const file = join(bench.scratch, `${name}.yaml`);
    const lines = `bauta-pipeline: 1
name: ${name}
model: ${model}
key-file: ${key}
kafka: { bootstrap: "${bench.bootstrap}", settings: { linger.ms: ${LINGER_MS}, compression.codec: ${COMPRESSION} }${kafka} }
sources: { topics: ${from} }
sinks: { out: { topic: ${to} }${sinks} }
${rest}
${await more(bench)}
`;
    writeFileSync(file, lines.replaceAll("$NAME", name));
    return [...bauta, "run", file, "--instance", name, "--log-format", "lines"];
  },
});

/** Java's own client, tuned: batches of 1 MB, sent 5 ms after their first record at the latest. */
export const javaCopier = (jar: string, more: Readonly<Record<string, string>> = {}): Copier => ({
  command(bench, name, from, to) {
    const properties: Record<string, string> = {
      from,
      to,
      records: String(RECORDS_PER_TRANSACTION),
      "linger-ms": String(LINGER_MS),
      "consumer.bootstrap.servers": bench.bootstrap,
      "consumer.group.id": name,
      "consumer.auto.offset.reset": "earliest",
      "consumer.enable.auto.commit": "false",
      "consumer.isolation.level": "read_committed",
      "consumer.max.poll.records": String(RECORDS_PER_TRANSACTION),
      "producer.bootstrap.servers": bench.bootstrap,
      "producer.transactional.id": name,
      "producer.linger.ms": String(LINGER_MS),
      "producer.batch.size": "1000000",
      "producer.compression.type": COMPRESSION,
      "producer.acks": "all",
      ...more,
    };
    return Promise.resolve(["java", "-cp", jar, "bauta.peers.CopyTopic", propertiesFile(bench, name, properties)]);
  },
});

/** A Flink job that masks as an OPA server decides, `ask`ed for each field or with answers kept for a second. */
export const flinkCopier = (
  jar: string,
  { opa, view, ask, inFlight }: { opa: OpaServer; view: string; ask: "cached" | "field"; inFlight: number },
): Copier => ({
  helpers: [opa.pid],
  command(bench, name, from, to) {
    const properties = {
      from,
      to,
      opa: opa.url,
      view,
      ask,
      "in-flight": String(inFlight),
      partitions: String(PARTITIONS),
      "checkpoint-ms": String(CHECKPOINT_MS),
      "transactional-id": name,
      "consumer.bootstrap.servers": bench.bootstrap,
      "consumer.group.id": name,
      "consumer.isolation.level": "read_committed",
      "consumer.max.poll.records": String(RECORDS_PER_TRANSACTION),
      "producer.bootstrap.servers": bench.bootstrap,
      "producer.linger.ms": String(LINGER_MS),
      "producer.batch.size": "1000000",
      "producer.compression.type": COMPRESSION,
      "producer.acks": "all",
      // Flink's own default is longer than brokers allow.
      "producer.transaction.timeout.ms": "600000",
    };
    const file = propertiesFile(bench, name, properties);
    return Promise.resolve(["java", ...FLINK_JVM, "-cp", jar, "bauta.peers.MaskByOpa", file]);
  },
});

function propertiesFile(bench: KafkaBench, name: string, properties: Readonly<Record<string, string>>): string {
  const file = join(bench.scratch, `${name}.properties`);
  writeFileSync(
    file,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(""),
  );
  return file;
}
