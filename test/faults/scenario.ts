/**
 * Workers of one pipeline over topics under faults: who feeds it, who does it harm, and what must hold when all is over: every source
 * record exactly once to a reader of committed records, masked or as a refusal, and nothing in clear anywhere.
 */
import { expect } from "bun:test";
import { appendFileSync } from "node:fs";
import { EXAMPLE_JSON, EXAMPLE_MT, EXAMPLE_XML, ended, hasEnded, until, WRONG_XML } from "../e2e/cli.ts";
import { Random } from "../generators/random.ts";
import { endOf, type Pipelines, type Worker } from "../kafka/pipelines.ts";
import { stacksOf } from "../kafka/stacks.ts";
import { connectionTo, type Got, isWhole, sourceOf, type Topics, unique } from "../kafka/topics.ts";
import type { Broker, Cluster } from "../services/kafka/cluster.ts";

/** What must not be seen in clear: values of the examples that the model masks. */
const CANARIES = ["Ottilie", "Brandhorst", "OTTILIE", "DE82500990010073211884", "DE82 5009", "4532119900774123", "RG-2026-08815"];
const CLEAR_KEY = "DE82500990010073211884";
const MESSAGES = [EXAMPLE_XML, EXAMPLE_MT, EXAMPLE_JSON];
/** One record in so many is refused. */
const WRONG_EVERY = 40;
const FEED_RECORDS = 24;
const FEED_MS = 400;
const SETTLE_MS = 240_000;
const COMMIT_MS = 120_000;
/** A worker that was replaced finds out when it has looked; whoever has not in that time would be two. */
const FENCED_MS = 90_000;
/** Replicas that were away are in sync again. */
const WHOLE_MS = 180_000;
const WHOLE_STEP_MS = 500;
/** A worker that has nothing to do for so long is harmed all the same. */
const WORKS_MS = 20_000;
/** What of a worker's words is shown when something was waited for in vain. */
const TOLD_LENGTH = 2500;
/** Sessions and transactions are short, so that what is frozen is taken for dead in the time of a test. */
export const SHORT_LIVES = "settings: { session.timeout.ms: 6000, transaction.timeout.ms: 15000 }";

export interface ScenarioOptions {
  readonly name: string;
  readonly seed: number;
  readonly pipelines: Pipelines;
  /** The clusters that are read and written; without anything between. */
  readonly source: Topics;
  readonly target: Topics;
  /** Inside of the pipeline's `kafka:`, behind `bootstrap`. */
  readonly kafka: string;
  readonly workers: number;
  /** Faults that there will be, for what is said of those that were. */
  readonly faults?: number;
}

/** What a scenario did and what came of it. */
export interface Figures {
  readonly scenario: string;
  readonly seed: number;
  readonly seconds: number;
  readonly records: number;
  readonly refused: number;
  /** How often each kind of fault was done. */
  readonly faults: Readonly<Record<string, number>>;
  /** How often workers ended by themselves, by what they said. */
  readonly ends: Readonly<Record<string, number>>;
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resume) => setTimeout(resume, milliseconds));

export class Scenario {
  readonly #options: ScenarioOptions;
  readonly random: Random;
  readonly #began: number = performance.now();
  #raw = "";
  #masked = "";
  #refused = "";
  #file = "";
  readonly #workers = new Map<string, Worker>();
  /** Standard error of all that are gone. */
  readonly #told: string[] = [];
  /** Workers whose end is the test's doing. */
  readonly #expected = new WeakSet<Worker>();
  readonly #ends = new Map<string, number>();
  readonly #faults = new Map<string, number>();
  #sent = 0;
  #feeding: Promise<void> | undefined;
  #isOver = false;

  constructor(options: ScenarioOptions) {
    this.#options = options;
    this.random = new Random(options.seed);
  }

  async begin(): Promise<void> {
    const { source, target, pipelines, kafka, workers } = this.#options;
    this.#raw = await source.make("raw", 4);
    [this.#masked, this.#refused] = [await target.make("masked", 3), await target.make("refused")];
    this.#file = pipelines.file({
      name: unique("faults"),
      kafka,
      sources: `{ topics: ${this.#raw}, key: { use: account } }`,
      sinks: `{ out: { topic: ${this.#masked} } }`,
      // Small transactions: there is much to harm.
      rest: `on-refuse: divert\nrefused: { topic: ${this.#refused} }\ncommit: { records: 20 }`,
    });
    for (let number = 1; number <= workers; number++) this.#start(`w${number}`);
    this.#feeding = this.#feed();
    const hasBegun = (): boolean => this.#ends.size > 0 || [...this.#workers.values()].some(hasCommitted);
    await this.#until(hasBegun, "a worker commits", COMMIT_MS);
    // Nobody has done them harm yet.
    expect([...this.#ends.keys()]).toEqual([]);
    this.say(`${workers} workers at work`);
  }

  /** A line on how far it is. */
  say(text: string): void {
    const seconds = Math.round((performance.now() - this.#began) / 1000);
    process.stdout.write(`${this.#options.name}: ${seconds} s: ${text}\n`);
  }

  /** A fault was done. */
  count(kind: string, what = kind): void {
    this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + 1);
    const done = [...this.#faults.values()].reduce((sum, times) => sum + times, 0);
    const { faults } = this.#options;
    this.say(`${done}${faults === undefined ? "" : ` of ${faults}`}: ${what}; ${this.#sent} records sent`);
  }

  /** kill -9 of a worker in the midst of its work, and another one under its name. */
  async killWorker(): Promise<void> {
    const [name, worker] = this.#victim();
    await this.#works(worker);
    await sleep(this.random.below(400));
    await this.#kill(worker);
    if (!this.#isOver) this.#start(name);
    this.count("kill -9 of a worker", `kill -9 of ${name}`);
  }

  /**
   * A worker stands still, its transaction open, its group going on without it. One in three finds another one under its name when it wakes,
   * and must end.
   */
  async freezeWorker(milliseconds: number): Promise<void> {
    const [name, worker] = this.#victim();
    const replaced = this.random.chance(1 / 3);
    await this.#works(worker);
    await sleep(this.random.below(200));
    worker.child.kill("SIGSTOP");
    if (replaced) {
      this.#expected.add(worker);
      this.#start(name);
    }
    await sleep(milliseconds);
    worker.child.kill("SIGCONT");
    if (replaced) {
      await this.#until(() => hasEnded(worker.child), `${name}, which was replaced, ends`, FENCED_MS, worker);
      this.#told.push(worker.told());
    }
    this.count("freeze of a worker", `freeze of ${name} for ${milliseconds} ms${replaced ? ", replaced" : ""}`);
  }

  /** Members that come, and leave in order or not. */
  async storm(): Promise<void> {
    const guests = Array.from({ length: this.random.between(1, 2) }, () => this.#run([]));
    await sleep(this.random.between(1500, 4000));
    await Promise.all(guests.map((guest) => (this.random.chance(0.5) ? this.#stop(guest) : this.#kill(guest))));
    this.count("rebalance storm", `${guests.length} members came and left`);
  }

  /** kill -9 of a broker, and its start again. The next one waits until all replicas are in sync: what acknowledged records promise is no more. */
  async killBroker(cluster: Cluster, broker: Broker): Promise<void> {
    await broker.kill();
    await sleep(this.random.below(2000));
    broker.start();
    await broker.ready();
    await untilWhole(cluster);
    this.count("kill -9 of a broker", `kill -9 of the broker at ${broker.address}`);
  }

  async freezeBroker(cluster: Cluster, broker: Broker, milliseconds: number): Promise<void> {
    broker.signal("SIGSTOP");
    await sleep(milliseconds);
    broker.signal("SIGCONT");
    await sleep(2000);
    await untilWhole(cluster);
    this.count("freeze of a broker", `freeze of the broker at ${broker.address} for ${milliseconds} ms`);
  }

  /** Ends the harm: waits until all is there, ends the workers, and looks once more. */
  async settle(): Promise<Figures> {
    const { source, target, name, seed } = this.#options;
    this.#isOver = true;
    await this.#feeding;
    this.say("no more harm");
    const raw = await this.#sayingWhy(() => source.readAll(this.#raw, SETTLE_MS));
    await this.#sayingWhy(() => target.read([this.#masked, this.#refused], raw.length, SETTLE_MS));
    await Promise.all([...this.#workers.values()].map((worker) => this.#stop(worker)));
    const out = await target.read([this.#masked, this.#refused], raw.length, SETTLE_MS);
    this.#check(raw, out);
    const figures: Figures = {
      scenario: name,
      seed,
      seconds: Math.round((performance.now() - this.#began) / 1000),
      records: out.length,
      refused: out.filter(({ topic }) => topic === this.#refused).length,
      faults: Object.fromEntries(this.#faults),
      ends: Object.fromEntries(this.#ends),
    };
    tell(figures);
    return figures;
  }

  #check(raw: readonly Got[], out: readonly Got[]): void {
    const sources = new Map(raw.map((record) => [`${record.topic}/${record.partition}/${record.offset}`, record]));
    const seen = new Map<string, number>();
    for (const record of out) seen.set(sourceOf(record), (seen.get(sourceOf(record)) ?? 0) + 1);
    const missing = [...sources.keys()].filter((place) => !seen.has(place));
    const repeated = [...seen].filter(([, count]) => count > 1).map(([place]) => place);
    const unknown = [...seen.keys()].filter((place) => !sources.has(place));
    expect({ missing, repeated, unknown, count: out.length }).toEqual({ missing: [], repeated: [], unknown: [], count: raw.length });
    // Masked where it can be, and the same by whomever; else refused.
    const masked = new Map<string, Set<string>>();
    for (const record of out) {
      const clear = sources.get(sourceOf(record))?.value ?? "";
      const topic = clear === WRONG_XML ? this.#refused : this.#masked;
      if (record.topic !== topic) throw new Error(`${sourceOf(record)} is in ${record.topic}, not in ${topic}`);
      if (record.topic === this.#masked) masked.set(clear, (masked.get(clear) ?? new Set()).add(record.value ?? ""));
    }
    for (const values of masked.values()) expect(values.size).toBe(1);
    const told = this.#told.join("\n");
    const clearIn = (text: string): readonly string[] => CANARIES.filter((canary) => text.includes(canary));
    expect(clearIn(told)).toEqual([]);
    expect(told).not.toContain("BAUTA-9001");
    for (const record of out) if (clearIn(JSON.stringify(record)).length > 0) throw new Error(`in clear: ${sourceOf(record)}`);
    // A worker that ends by itself says why: none crashes.
    expect([...this.#ends.keys()].filter((end) => !end.startsWith("BAUTA-"))).toEqual([]);
  }

  #victim(): [name: string, worker: Worker] {
    const name = this.random.pick([...this.#workers.keys()]);
    return [name, this.#workers.get(name) as Worker];
  }

  /** Behind a commit of its own; one that finds nothing to do for long is harmed all the same. */
  async #works(worker: Worker): Promise<void> {
    const from = performance.now();
    while (!hasCommitted(worker) && performance.now() - from < WORKS_MS && !hasEnded(worker.child)) await sleep(100);
  }

  #start(name: string): void {
    const worker = this.#run(["--instance", name]);
    this.#workers.set(name, worker);
    worker.child.once("exit", (code, signal) => {
      if (this.#expected.has(worker) || this.#workers.get(name) !== worker) return;
      // Crash-only: whoever keeps workers running starts another one.
      const told = worker.told().match(/(?<=kind=error \| code=)BAUTA-\d+/g);
      const end = signal ?? told?.at(-1) ?? `exit ${code}`;
      this.#ends.set(end, (this.#ends.get(end) ?? 0) + 1);
      this.say(`${name} ended by itself: ${end}: ${/kind=error \| .*/.exec(worker.told())?.[0] ?? worker.told().slice(-TOLD_LENGTH)}`);
      this.#told.push(worker.told());
      setTimeout(() => {
        if (this.#workers.get(name) === worker) this.#start(name);
      }, 300);
    });
  }

  #run(options: readonly string[]): Worker {
    // What cannot happen is told with where it did.
    return this.#options.pipelines.work(this.#file, options, { BAUTA_DEBUG: "stack" });
  }

  async #kill(worker: Worker): Promise<void> {
    this.#expected.add(worker);
    worker.child.kill("SIGKILL");
    await ended(worker.child);
    this.#told.push(worker.told());
  }

  async #stop(worker: Worker): Promise<void> {
    this.#expected.add(worker);
    worker.child.kill("SIGTERM");
    await endOf(worker);
    this.#told.push(worker.told());
  }

  async #until(holds: () => boolean, what: string, milliseconds: number, worker?: Worker): Promise<void> {
    await this.#sayingWhy(() => until(holds, what, milliseconds), worker);
  }

  /** What the workers said last, and what they do, goes with an error. */
  async #sayingWhy<T>(wait: () => Promise<T>, worker?: Worker): Promise<T> {
    try {
      return await wait();
    } catch (error) {
      for (const [name, one] of worker === undefined ? this.#workers : [...this.#workers, ["it", worker] as const]) {
        this.say(`${name} (${one.child.exitCode ?? one.child.signalCode ?? "runs"}) said last:\n${one.told().slice(-TOLD_LENGTH)}`);
        if (!hasEnded(one.child)) this.say(`${name} does:\n${stacksOf(one.child.pid)}`);
      }
      throw error;
    }
  }

  /** Goes on while brokers come and go: what is in the source topic in the end is what counts. */
  async #feed(): Promise<void> {
    while (!this.#isOver) {
      const records = Array.from({ length: FEED_RECORDS }, (_, i) => {
        const number = this.#sent + i;
        const value = number % WRONG_EVERY === 7 ? WRONG_XML : MESSAGES[number % MESSAGES.length];
        return number % 2 === 0 ? { key: CLEAR_KEY, value } : { value };
      });
      try {
        await this.#options.source.send(this.#raw, records);
        this.#sent += records.length;
      } catch {
        // Not known how many were stored.
      }
      await sleep(FEED_MS);
    }
  }
}

/** Every broker says that every replica is in sync: twice, since one that was away may not know yet. */
export async function untilWhole(cluster: Cluster): Promise<void> {
  const connections = cluster.nodes.map((node) => connectionTo(node.address));
  const from = performance.now();
  for (let times = 0; times < 2; ) {
    const all = await Promise.all(connections.map(isWhole));
    times = all.every((one) => one) ? times + 1 : 0;
    if (performance.now() - from > WHOLE_MS) throw new Error(`replicas are not in sync again: ${JSON.stringify(all)}`);
    await sleep(WHOLE_STEP_MS);
  }
}

const hasCommitted = ({ told }: Worker): boolean => /EXPORT .* end=[1-9]/.test(told());

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([what, times]) => `${what} × ${times}`)
    .join(", ") || "none";

/** Says what came of a scenario; as a line of JSON, too, in the file that sums them up. */
function tell(figures: Figures): void {
  const { scenario, seed, seconds, records, refused, faults, ends } = figures;
  process.stdout.write(
    `${scenario} (seed = ${seed}, ${seconds} s): ${records} records, each once, ${refused} of them refused; ${listed(faults)}; ` +
      `workers that ended by themselves: ${listed(ends)}\n`,
  );
  const path = process.env["BAUTA_FAULT_FIGURES"];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify(figures)}\n`);
}
