/** What /metrics says, in Prometheus' text format. Labels are names of ours or the operator's, and numbers of partitions. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Counts } from "../pipeline/masker.ts";
import type { PolicyLook, RunEvent, RunObserver, ValuesCommitted } from "../pipeline/observe.ts";
import { FieldWatch } from "./field-watch.ts";

const OUTCOMES = ["masked", "kept", "removed", "otherwise", "left"] as const;
/** Seconds. A commit on a disk of its own takes milliseconds, on a busy one seconds. */
const COMMIT_BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60];

/** Without a policy there is one view of all. */
const NO_VIEW = "all";

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
  readonly #decisions = this.#counter("bauta_decisions_total", "Values of written records, by view and what was done to them.", [
    "view",
    "action",
  ]);
  readonly #messages = this.#counter("bauta_message_records_total", "Written records by message type.", ["message"]);
  readonly #paths = this.#counter("bauta_path_values_total", "Values of written records, by field and what became of them.", [
    "view",
    "message",
    "path",
    "outcome",
  ]);
  readonly #missing = this.#gauge("bauta_field_missing", "1 while a field that most records had is in none, else 0.", ["message", "path"]);
  readonly #checked = this.#counter("bauta_output_checked_records_total", "Records that went out and were looked through.", ["view"]);
  readonly #through = this.#counter("bauta_output_clear_numbers_total", "Card numbers and IBANs that came in and were found in them.", [
    "view",
    "kind",
  ]);
  readonly #policies = this.#counter("bauta_policy_activations_total", "Policies that were found, by what became of them.", ["outcome"]);
  readonly #policyAt = this.#gauge("bauta_policy_activated_seconds", "When the one in force was activated, seconds since 1970.", []);
  readonly #policyMaxAge = this.#gauge("bauta_policy_max_age_seconds", "How long the last good policy serves without a good source.", []);
  readonly #policyInfo = this.#gauge("bauta_policy_info", "1; its label says which policy is in force.", ["revision"]);
  readonly #policyFields = this.#gauge("bauta_policy_decisions", "Kinds of fields that the policy decided, by view and action.", [
    "view",
    "action",
  ]);
  readonly #policyUp = this.#gauge("bauta_policy_engine_up", "1 while the policy engine answers, else 0.", ["engine"]);
  readonly #policySeconds = new Histogram({
    name: "bauta_policy_engine_seconds",
    help: "Time of the policy engine for all answers of an activation.",
    labelNames: ["engine"],
    buckets: COMMIT_BUCKETS,
    registers: [this.#registry],
  });
  /** When the source of the policy was last found good, milliseconds since 1970; undefined: there is no policy. */
  #policyGoodAt: number | undefined;
  readonly #fields = new FieldWatch();
  readonly #up = this.#gauge("bauta_dependency_up", "1 while what the run stands on answers, else 0.", ["client"]);
  readonly #info = this.#gauge("bauta_run_info", "1; its labels say what runs.", ["task", "command", "engine", "version"]);

  constructor() {
    this.#running.set(0);
    this.#measured("bauta_policy_age_seconds", "Since the source of the policy was last found good; 0 without one.", () =>
      this.#policyGoodAt === undefined ? 0 : Math.max(0, (Date.now() - this.#policyGoodAt) / 1000),
    );
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
      case "values":
        return this.#countValues(event);
      case "policy":
        this.#policyInfo.reset();
        this.#policyInfo.set({ revision: event.revision }, 1);
        this.#policies.inc({ outcome: "activated" });
        return this.#policyAt.set(event.at / 1000);
      case "policy-look":
        return this.#look(event);
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

  #countValues({ recordsByMessage, views }: ValuesCommitted): void {
    for (const [message, records] of recordsByMessage) this.#messages.inc({ message: this.#fields.messageOf(message) }, records);
    for (const { view = NO_VIEW, fields, checked } of views) {
      for (const { message, path, technique, outcome, count } of fields) {
        this.#decisions.inc({ view, action: technique }, count);
        this.#paths.inc({ view, ...this.#fields.labelsOf(message, path), outcome }, count);
      }
      if (checked === undefined) continue;
      this.#checked.inc({ view }, checked.records);
      for (const [kind, count] of Object.entries(checked.numbers)) this.#through.inc({ view, kind }, count);
    }
    // What stands in the messages is the same for every view; one of them may be denied some.
    for (const { labels, isMissing } of this.#fields.look(recordsByMessage, views)) this.#missing.set(labels, isMissing ? 1 : 0);
  }

  #look({ at, outcome, asked, maxAgeMs, decisions, revision }: PolicyLook): void {
    this.#policyMaxAge.set(maxAgeMs / 1000);
    if (asked !== undefined) {
      this.#policyUp.set({ engine: asked.engine }, asked.isOk ? 1 : 0);
      if (asked.milliseconds !== undefined) this.#policySeconds.observe({ engine: asked.engine }, asked.milliseconds / 1000);
    }
    if (outcome === "refused") return this.#policies.inc({ outcome: "refused" });
    const isFirst = this.#policyGoodAt === undefined;
    this.#policyGoodAt = at;
    if (outcome !== "ready") return;
    this.#policyFields.reset();
    for (const { view, action, fields } of decisions) this.#policyFields.set({ view, action }, fields);
    // Others are in force from the next transaction on, which tells of it.
    if (!isFirst) return;
    for (const word of ["activated", "refused"]) this.#policies.inc({ outcome: word }, 0);
    this.#policyInfo.set({ revision }, 1);
    this.#policyAt.set(at / 1000);
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
