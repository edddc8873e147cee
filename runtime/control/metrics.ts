/** What /metrics says, in Prometheus' text format. Labels are names of ours or the operator's, and numbers of partitions. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Counts } from "../pipeline/masker.ts";
import type { RunEvent, RunObserver } from "../pipeline/observe.ts";

const OUTCOMES = ["masked", "kept", "removed", "otherwise", "left"] as const;
/** Seconds. A commit on a disk of its own takes milliseconds, on a busy one seconds. */
const COMMIT_BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60];

export class RunMetrics implements RunObserver {
  readonly name = "metrics";
  readonly mandatory = false;
  readonly #registry = new Registry();
  /** Of each statement, what was counted already: a counter only grows. */
  readonly #counted = new Map<string, Counts>();
  readonly #read = this.#counter("bauta_records_read_total", "Records read.", ["statement"]);
  readonly #written = this.#counter("bauta_records_written_total", "Records written.", ["statement"]);
  readonly #refused = this.#counter("bauta_records_refused_total", "Records refused, by issue code.", ["statement", "code"]);
  readonly #bytesRead = this.#counter("bauta_bytes_read_total", "Bytes read.", ["statement"]);
  readonly #bytesWritten = this.#counter("bauta_bytes_written_total", "Bytes written.", ["statement"]);
  readonly #values = this.#counter("bauta_values_total", "Values of written records, by what became of them.", ["statement", "outcome"]);
  readonly #sources = this.#counter("bauta_sources_ended_total", "Sources read to where they were read.", ["statement"]);
  readonly #commits = this.#counter("bauta_commits_total", "Commits.", []);
  readonly #degraded = this.#counter("bauta_degraded_total", "Optional resources that failed.", ["resource", "code"]);
  readonly #commitSeconds = new Histogram({
    name: "bauta_commit_seconds",
    help: "Time of the phases of a commit.",
    labelNames: ["phase"],
    buckets: COMMIT_BUCKETS,
    registers: [this.#registry],
  });
  readonly #stageSeconds = new Histogram({
    name: "bauta_stage_seconds",
    help: "Time of the stages of a batch of a run over topics.",
    labelNames: ["stage"],
    buckets: COMMIT_BUCKETS,
    registers: [this.#registry],
  });
  readonly #lag = this.#gauge("bauta_lag_records", "Records between what is committed and the end of a partition.", ["topic", "partition"]);
  readonly #running = this.#gauge("bauta_run_running", "1 while the run is at work, else 0.", []);
  readonly #policies = this.#counter(
    "bauta_policy_activations_total",
    "Policies that took the place of another while the run went on.",
    [],
  );
  readonly #policyAt = this.#gauge("bauta_policy_activated_seconds", "When the last of them did, seconds since 1970.", []);
  readonly #up = this.#gauge("bauta_dependency_up", "1 while what the run stands on answers, else 0.", ["client"]);
  readonly #info = this.#gauge("bauta_run_info", "1; its labels say what runs.", ["task", "command", "engine", "version"]);

  constructor() {
    this.#running.set(0);
    this.#measured("process_resident_memory_bytes", "Resident memory.", () => process.memoryUsage.rss());
    this.#measured("process_cpu_seconds_total", "CPU time of user and system.", () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  observe(event: RunEvent): void {
    switch (event.event) {
      case "run-start":
        this.#running.set(1);
        this.#info.set({ task: event.task, command: event.command, engine: event.engine.name, version: event.bauta }, 1);
        return;
      case "progress":
        return this.#count(event.statement, event.counts());
      case "source-ended":
        return this.#sources.inc({ statement: event.statement });
      case "committed":
        this.#commits.inc();
        this.#stageSeconds.observe({ stage: "commit" }, (event.prepareMs + event.journalMs + event.publishMs) / 1000);
        this.#commitSeconds.observe({ phase: "prepare" }, event.prepareMs / 1000);
        this.#commitSeconds.observe({ phase: "journal" }, event.journalMs / 1000);
        this.#commitSeconds.observe({ phase: "publish" }, event.publishMs / 1000);
        return;
      case "batch":
        this.#stageSeconds.observe({ stage: "poll" }, event.pollMs / 1000);
        this.#stageSeconds.observe({ stage: "mask" }, event.maskMs / 1000);
        return this.#stageSeconds.observe({ stage: "stage" }, event.stageMs / 1000);
      case "lag":
        // Partitions that went to others are theirs to tell.
        this.#lag.reset();
        for (const { topic, partition, records } of event.partitions) this.#lag.set({ topic, partition: String(partition) }, records);
        return;
      case "degrade":
        return this.degrade(event.what, event.issue.code);
      case "policy":
        this.#policies.inc();
        return this.#policyAt.set(event.at / 1000);
      case "health":
        return this.#up.set({ client: event.client }, event.isOk ? 1 : 0);
      case "statement-end":
        return this.#count(event.statement, event.counts);
      case "run-end":
        return this.#running.set(0);
      default:
    }
  }

  degrade(resource: string, code: string): void {
    this.#degraded.inc({ resource, code });
  }

  #count(statement: string, counts: Counts): void {
    const before = this.#counted.get(statement);
    // The run may count on in the same object.
    this.#counted.set(statement, { ...counts, refusedByCode: new Map(counts.refusedByCode) });
    const grown = (key: Exclude<keyof Counts, "refusedByCode" | "recordsByMessage">): number =>
      Math.max(0, counts[key] - (before?.[key] ?? 0));
    this.#read.inc({ statement }, grown("in"));
    this.#written.inc({ statement }, grown("out"));
    this.#bytesRead.inc({ statement }, grown("bytesIn"));
    this.#bytesWritten.inc({ statement }, grown("bytesOut"));
    for (const outcome of OUTCOMES) this.#values.inc({ statement, outcome }, grown(outcome));
    for (const [code, count] of counts.refusedByCode)
      this.#refused.inc({ statement, code }, Math.max(0, count - (before?.refusedByCode.get(code) ?? 0)));
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  #gauge<L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> {
    return new Gauge({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  /** A gauge that is measured when somebody asks. */
  #measured(name: string, help: string, measure: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(measure());
      },
    });
  }
}
