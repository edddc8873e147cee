/**
 * Workers of one pipeline over topics under faults: who feeds it, who does it harm, and what must hold when all is over: every source
 * record exactly once to a reader of committed records, masked or as a refusal, and nothing in clear anywhere.
 */
import { expect } from "bun:test";
import { EXAMPLE_JSON, EXAMPLE_MT, EXAMPLE_XML, ended, until, WRONG_XML } from "../e2e/cli.ts";
import { Random } from "../generators/random.ts";
import type { Pipelines, Worker } from "../kafka/pipelines.ts";
import { type Got, sourceOf, type Topics, unique } from "../kafka/topics.ts";
import type { Broker } from "../services/kafka/cluster.ts";

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
/** Sessions and transactions are short, so that what is frozen is taken for dead in the time of a test. */
export const SHORT_LIVES = "settings: { session.timeout.ms: 6000, transaction.timeout.ms: 15000 }";

export interface ScenarioOptions {
  readonly seed: number;
  readonly pipelines: Pipelines;
  /** The clusters that are read and written; without anything between. */
  readonly source: Topics;
  readonly target: Topics;
  /** Inside of the pipeline's `kafka:`, behind `bootstrap`. */
  readonly kafka: string;
  readonly workers: number;
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resume) => setTimeout(resume, milliseconds));

export class Scenario {
  readonly #options: ScenarioOptions;
  readonly random: Random;
  #raw = "";
  #masked = "";
  #refused = "";
  #file = "";
  readonly #workers = new Map<string, Worker>();
  /** Standard error of all that are gone. */
  readonly #told: string[] = [];
  /** Workers whose end is the test's doing. */
  readonly #expected = new WeakSet<Worker>();
  /** How often workers ended by themselves, by what they said. */
  readonly ends = new Map<string, number>();
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
    await until(() => [...this.#workers.values()].some(hasCommitted), "a worker commits", COMMIT_MS);
  }

  get names(): readonly string[] {
    return [...this.#workers.keys()];
  }

  /** kill -9 of a worker in the midst of its work, and another one under its name. */
  async killWorker(): Promise<void> {
    const name = this.random.pick(this.names);
    const worker = this.#workers.get(name) as Worker;
    await this.#works(worker);
    await sleep(this.random.below(400));
    await this.#end(worker, "SIGKILL");
    if (!this.#isOver) this.#start(name);
  }

  /**
   * A worker stands still, its transaction open, its group going on without it. One in three finds another one under its name when it wakes,
   * and must end.
   */
  async freezeWorker(milliseconds: number): Promise<void> {
    const name = this.random.pick(this.names);
    const worker = this.#workers.get(name) as Worker;
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
    if (!replaced) return;
    const fenced = (): boolean => worker.child.exitCode !== null;
    // Until it has looked, it does not know; whoever is not fenced in that time would be two.
    await until(fenced, `a worker that was replaced ends: ${worker.told().slice(-2000)}`, 90_000);
    this.#told.push(worker.told());
  }

  /** Members that come, and leave in order or not. */
  async storm(): Promise<void> {
    const guests = Array.from({ length: this.random.between(1, 2) }, () => this.#run([]));
    await sleep(this.random.between(1500, 4000));
    await Promise.all(guests.map((guest) => this.#end(guest, this.random.chance(0.5) ? "SIGTERM" : "SIGKILL")));
  }

  /** kill -9 of a broker, and its start again. */
  async killBroker(broker: Broker): Promise<void> {
    await broker.stop();
    await sleep(this.random.below(2000));
    broker.start();
    await broker.ready();
    await sleep(2000);
  }

  async freezeBroker(broker: Broker, milliseconds: number): Promise<void> {
    broker.signal("SIGSTOP");
    await sleep(milliseconds);
    broker.signal("SIGCONT");
    await sleep(2000);
  }

  /** Ends the harm: waits until all is there, ends the workers, and looks once more. */
  async settle(): Promise<{ readonly records: number; readonly refused: number }> {
    const { source, target } = this.#options;
    this.#isOver = true;
    await this.#feeding;
    const raw = await source.read([this.#raw], this.#sent, SETTLE_MS);
    await target.read([this.#masked, this.#refused], raw.length, SETTLE_MS);
    await Promise.all([...this.#workers.values()].map((worker) => this.#end(worker, "SIGTERM")));
    const out = await target.read([this.#masked, this.#refused], raw.length, SETTLE_MS);
    this.#check(raw, out);
    return { records: out.length, refused: out.filter(({ topic }) => topic === this.#refused).length };
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
      expect([sourceOf(record), record.topic]).toEqual([sourceOf(record), clear === WRONG_XML ? this.#refused : this.#masked]);
      if (record.topic === this.#masked) masked.set(clear, (masked.get(clear) ?? new Set()).add(record.value ?? ""));
    }
    for (const values of masked.values()) expect(values.size).toBe(1);
    const told = this.#told.join("\n");
    const clearIn = (text: string): readonly string[] => CANARIES.filter((canary) => text.includes(canary));
    expect(clearIn(told)).toEqual([]);
    expect(told).not.toContain("BAUTA-9001");
    for (const record of out) if (clearIn(JSON.stringify(record)).length > 0) throw new Error(`in clear: ${sourceOf(record)}`);
  }

  /** Behind a commit of its own; one that finds nothing to do for long is harmed all the same. */
  async #works(worker: Worker): Promise<void> {
    const from = performance.now();
    while (!hasCommitted(worker) && performance.now() - from < 20_000 && worker.child.exitCode === null) await sleep(100);
  }

  #start(name: string): void {
    const worker = this.#run(["--instance", name]);
    this.#workers.set(name, worker);
    worker.child.once("exit", () => {
      if (this.#expected.has(worker) || this.#workers.get(name) !== worker) return;
      // Crash-only: whoever keeps workers running starts another one.
      const code = worker
        .told()
        .slice(-600)
        .match(/BAUTA-\d+/g)
        ?.at(-1);
      this.ends.set(code ?? "?", (this.ends.get(code ?? "?") ?? 0) + 1);
      this.#told.push(worker.told());
      setTimeout(() => {
        if (this.#workers.get(name) === worker) this.#start(name);
      }, 300);
    });
  }

  #run(options: readonly string[]): Worker {
    return this.#options.pipelines.work(this.#file, options);
  }

  async #end(worker: Worker, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const { child, told } = worker;
    this.#expected.add(worker);
    if (child.exitCode === null && child.signalCode === null) {
      const end = ended(child);
      child.kill(signal);
      await end;
    }
    this.#told.push(told());
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

const hasCommitted = ({ told }: Worker): boolean => /EXPORT .* end=[1-9]/.test(told());
