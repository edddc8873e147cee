/** What /runs says: the run of this process, kept up to date by observing it. Names, counts, codes and times. */
import { NO_NUMBERS } from "../pipeline/counts.ts";
import type { Counts } from "../pipeline/masker.ts";
import type { Ended, RunEvent, RunObserver } from "../pipeline/observe.ts";

export interface RunStatus {
  readonly task: string;
  readonly command: string;
  readonly pipeline: string;
  readonly bauta: string;
  readonly engine: string;
  readonly status: "running" | Ended;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly ended: string | null;
  readonly resume: "exact" | "none";
  readonly commits: number;
  /** Code of the issue that ended it. */
  readonly issue: string | null;
  readonly statements: readonly StatementStatus[];
  readonly degraded: readonly { readonly resource: string; readonly code: string }[];
  /** What it stands on and does not answer: `kafka`. */
  readonly missing: readonly string[];
  /** Over topics: records between what is committed and the end, by partition. */
  readonly lag: readonly { readonly source: string; readonly records: number }[];
  /** Over topics: milliseconds of the last batches by stage, later ones counting more; null before the first. */
  readonly latency: LatencyStatus;
}

export interface LatencyStatus {
  readonly poll: number | null;
  readonly mask: number | null;
  readonly stage: number | null;
  readonly commit: number | null;
}

export interface StatementStatus {
  readonly name: string;
  readonly model: string;
  readonly mode: string;
  readonly environment: string;
  readonly status: "running" | Ended;
  readonly counts: CountsStatus;
}

/** Numbers of a statement, and what was refused by code and read by message type. */
export type CountsStatus = Omit<Counts, "refusedByCode" | "recordsByMessage"> & {
  readonly refusedByCode: Readonly<Record<string, number>>;
  readonly recordsByMessage: Readonly<Record<string, number>>;
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class StatusBoard implements RunObserver {
  readonly name = "control";
  readonly mandatory = false;
  #run: Mutable<RunStatus> | undefined;

  /** The runs of this process: none before it has begun. */
  get runs(): readonly RunStatus[] {
    return this.#run === undefined ? [] : [this.#run];
  }

  /** Whether a run is at work, and nothing is missing that it stands on. */
  get isReady(): boolean {
    return this.#run?.status === "running" && this.#run.missing.length === 0;
  }

  observe(event: RunEvent): void {
    if (event.event === "run-start") {
      this.#run = {
        task: event.task,
        command: event.command,
        pipeline: event.pipeline,
        bauta: event.bauta,
        engine: event.engine.name,
        status: "running",
        started: new Date(event.at).toISOString(),
        ended: null,
        resume: event.resume,
        commits: 0,
        issue: null,
        statements: [],
        degraded: [],
        missing: [],
        lag: [],
        latency: { poll: null, mask: null, stage: null, commit: null },
      };
      return;
    }
    if (this.#run !== undefined) this.#update(this.#run, event);
  }

  degrade(resource: string, code: string): void {
    if (this.#run !== undefined) this.#run.degraded = [...this.#run.degraded, { resource, code }];
  }

  #update(run: Mutable<RunStatus>, event: RunEvent): void {
    switch (event.event) {
      case "statement-start": {
        const { model, mode, environment } = event.plan;
        const counts = { ...NO_NUMBERS };
        const fresh: StatementStatus = {
          name: event.statement,
          model,
          mode,
          environment,
          status: "running",
          counts: { ...counts, refusedByCode: {}, recordsByMessage: {} },
        };
        run.statements = [...run.statements, fresh];
        return;
      }
      case "progress":
        return this.#change(run, event.statement, { counts: countsStatus(event.counts()) });
      case "statement-end":
        return this.#change(run, event.statement, { status: event.ended, counts: countsStatus(event.counts) });
      case "committed":
        run.commits = event.sequence + 1;
        if (run.latency.mask === null) return;
        run.latency = { ...run.latency, commit: blended(run.latency.commit, event.prepareMs + event.journalMs + event.publishMs) };
        return;
      case "batch": {
        const { poll, mask, stage, commit } = run.latency;
        const { pollMs, maskMs, stageMs } = event;
        run.latency = { poll: blended(poll, pollMs), mask: blended(mask, maskMs), stage: blended(stage, stageMs), commit };
        return;
      }
      case "lag":
        run.lag = event.partitions.map(({ topic, partition, records }) => ({ source: `${topic}/${partition}`, records }));
        return;
      case "degrade":
        return this.degrade(event.what, event.issue.code);
      case "policy":
        return;
      case "health":
        run.missing = [...run.missing.filter((one) => one !== event.client), ...(event.isOk ? [] : [event.client])];
        return;
      case "run-end":
        run.status = event.ended;
        run.ended = new Date(event.at).toISOString();
        run.commits = event.commits;
        run.issue = event.issue?.code ?? null;
        return;
      default:
    }
  }

  #change(run: Mutable<RunStatus>, statement: string, change: Partial<StatementStatus>): void {
    run.statements = run.statements.map((one) => (one.name === statement ? { ...one, ...change } : one));
  }
}

/** Weight of the newest one of an average. */
const NEWEST = 0.1;
const blended = (before: number | null, now: number): number =>
  Number((before === null ? now : before + NEWEST * (now - before)).toFixed(3));

const countsStatus = ({ refusedByCode, recordsByMessage, ...numbers }: Counts): CountsStatus => ({
  ...numbers,
  refusedByCode: Object.fromEntries(refusedByCode),
  recordsByMessage: Object.fromEntries(recordsByMessage),
});
