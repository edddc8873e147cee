/** A run's line events: what its observer is told, in the words of docs/line-events.md. */
import { engineEvent } from "../audit/events/engine.ts";
import type { LineEvent } from "../audit/events/table.ts";
import type { LogSettings } from "../audit/settings.ts";
import type { EngineName } from "../engines/api.ts";
import { PROGRESS_UNKNOWN_MS, RATE_CARD_MS, REFUSALS_TOLD } from "../kit/limits.ts";
import type { Counts } from "./masker.ts";
import type {
  Committed,
  Ended,
  Progress,
  Refused,
  RunEvent,
  RunObserver,
  RunStart,
  RunTimes,
  SourceEnded,
  SourceOpened,
  StatementEnd,
  StatementStart,
} from "./observe.ts";

export interface LineEventsOptions {
  /** The pipeline's file, or the model's: what was asked for. */
  readonly descriptor: string;
  readonly pid: number;
  readonly settings: LogSettings;
  readonly workers: number;
  /** Kind of the source, and how it is read. */
  readonly backend: (statement: string) => Backend;
  /** Where events go. What throws there is an observer that fails. */
  tell(event: LineEvent): void;
}

export interface Backend {
  /** `file`, `stdin`, `kafka` … */
  readonly kind: string;
  readonly owner: "coordinator" | "consumer-group";
  readonly strategy: string;
  /** What of the source is taken: `all`, or what the operator wrote. */
  readonly selector: string;
  /** Bytes of all sources together, where known. */
  readonly bytes: number | undefined;
}

/** What is kept of a statement under way. */
interface Under {
  readonly name: string;
  readonly began: number;
  readonly backend: Backend;
  readonly resume: "exact" | "none";
  /** Bytes of sources that have ended. */
  ended: number;
  /** Percent that the last PROGRESS was at, and when. */
  percent: number;
  told: number;
  hasCard: boolean;
  /** Records of all sources that commits took. */
  committed: number;
  readonly bySource: Map<string, number>;
  /** Whether what is written is invisible until a commit, and bytes that commits made visible. */
  hides: boolean;
  visible: number;
  source: SourceUnder | undefined;
}

interface SourceUnder {
  readonly began: number;
  readonly records: number;
  readonly offset: number;
  refused: number;
}

export class LineEvents implements RunObserver {
  readonly name = "line-events";
  readonly mandatory = false;
  readonly #options: LineEventsOptions;
  #task = "";
  #resume: "exact" | "none" = "none";
  #refusals = 0;
  #statement: Under | undefined;

  constructor(options: LineEventsOptions) {
    this.#options = options;
  }

  observe(event: RunEvent): void {
    switch (event.event) {
      case "run-start":
        return this.#start(event);
      case "statement-start":
        return this.#statementStart(event);
      case "source-opened":
        return this.#sourceOpened(event);
      case "progress":
        return this.#progress(event);
      case "refused":
        return this.#refused(event);
      case "source-ended":
        return this.#sourceEnded(event);
      case "committed":
        return this.#committed(event);
      case "degrade":
        return this.#tell({ event: "degrade", resource: event.what, code: event.issue.code, reason: `${event.name}: ${event.issue.text}` });
      case "policy": {
        const { statement, sequence, revision, sha256 } = event;
        return this.#tell({ event: "policy", stmt: statement, sequence, revision, policy: sha256 });
      }
      case "health": {
        const { client, isOk, milliseconds } = event;
        return this.#tell({ event: "health", client, type: client, status: isOk ? "ok" : "failed", latency_ms: Math.round(milliseconds) });
      }
      case "statement-end":
        return this.#statementEnd(event);
      case "batch":
      case "lag":
      case "run-end":
    }
  }

  #tell(event: LineEvent): void {
    this.#options.tell(event);
  }

  #start({ task, command, bauta, engine, resume, resumedAfter }: RunStart): void {
    const { descriptor, pid, settings } = this.#options;
    this.#task = task;
    this.#resume = resume;
    this.#tell(engineEvent({ ...engine, name: engine.name as EngineName }));
    this.#tell({ event: "start", descriptor, pid, task, command, version: bauta, resume, resumed_after: resumedAfter });
    this.#tell({ event: "settings", ...settings });
  }

  #statementStart({ statement, at, plan, sinks }: StatementStart): void {
    const { settings, workers } = this.#options;
    const backend = this.#options.backend(statement);
    const resume = this.#resume;
    this.#statement = {
      name: statement,
      began: at,
      backend,
      resume,
      ended: 0,
      percent: 0,
      told: at,
      hasCard: false,
      committed: 0,
      bySource: new Map(),
      hides: sinks.length === 0 || sinks.some((sink) => sink.resume === "exact"),
      visible: 0,
      source: undefined,
    };
    const { model, mode, environment, keyId, keyOrigin } = plan;
    const { owner, strategy } = backend;
    const place = { source_partition_owner: owner, paging_strategy: strategy, workers, resume };
    this.#tell({ event: "execution_plan", stmt: statement, ...place, model, mode, environment, key: keyId === "" ? keyOrigin : keyId });
    if (settings.log_stmt_start) this.#tell({ event: "stmt_start", stmt: statement });
  }

  #sourceOpened({ source, at, from }: SourceOpened): void {
    const under = this.#statement;
    if (under === undefined) return;
    under.source = { began: at, records: from.records, offset: from.offset, refused: 0 };
    if (!under.bySource.has(source)) under.bySource.set(source, from.records);
  }

  #progress({ at, position, counts, times, outByWorker }: Progress): void {
    const under = this.#statement;
    if (under === undefined) return;
    if (!under.hasCard && at - under.began >= RATE_CARD_MS) this.#rateCard(under, counts(), times());
    const { log_progress_pct: step } = this.#options.settings;
    if (step === 0) return;
    const { bytes } = under.backend;
    const percent =
      bytes === undefined || bytes === 0 ? undefined : Math.min(99, Math.floor(((under.ended + position.offset) * 100) / bytes));
    const isDue = percent === undefined ? at - under.told >= PROGRESS_UNKNOWN_MS : percent - under.percent >= step;
    if (!isDue) return;
    under.told = at;
    if (percent !== undefined) under.percent = percent - (percent % step);
    this.#tellProgress(under, percent, counts().out, at - under.began, outByWorker);
  }

  /** @param byWorker undefined: the one thread that reads, masks and writes is the worker */
  #tellProgress(
    { name: stmt }: Under,
    percent: number | undefined,
    exported: number,
    ms: number,
    byWorker: readonly number[] = [0, exported],
  ): void {
    this.#tell({ event: "progress", stmt, scope: "statement", percent, exported, records_per_second: perSecond(exported, ms) });
    if (!this.#options.settings.log_nested_progress) return;
    for (const [worker, records] of byWorker.entries()) {
      // The thread that reads masks what cannot be shared, which is most often nothing.
      if (worker === 0 && records === 0) continue;
      const rate = perSecond(records, ms);
      this.#tell({ event: "progress", stmt, scope: "worker", worker, percent, exported: records, records_per_second: rate });
    }
  }

  #refused({ statement, source, record, offset, length, format, issue, path, faultOffset, faultLength, hash }: Refused): void {
    if (this.#statement?.source !== undefined) this.#statement.source.refused++;
    if (this.#refusals++ >= REFUSALS_TOLD) return;
    const { code, name } = issue;
    const fault = { fault_offset: faultOffset, fault_length: faultLength };
    this.#tell({ event: "refused", stmt: statement, source, record, offset, length, format, code, name, path, ...fault, hash });
  }

  #sourceEnded({ at, source, statement: stmt, position, unreadFrom }: SourceEnded): void {
    const under = this.#statement;
    const { ds_log_source_metrics: metrics, log_nested_summaries: summaries } = this.#options.settings;
    if (under?.source !== undefined) {
      const { began, records: first, offset, refused } = under.source;
      const [records, ms] = [position.records - first, Math.max(0, at - began)];
      under.ended += position.offset - offset;
      under.source = undefined;
      if (metrics) this.#tell({ event: "source_metrics", stmt, source, records, refused, bytes: position.offset - offset, ms });
      const exported = records - refused;
      if (summaries) this.#summary(`${stmt} ${source}`, records, exported, ms);
    }
    if (unreadFrom !== undefined) this.#tell({ event: "unread", source, offset: unreadFrom });
  }

  #committed({ positions, segments, prepareMs, journalMs, publishMs }: Committed): void {
    const under = this.#statement;
    if (under === undefined) return;
    const { name: stmt } = under;
    const start = under.committed;
    for (const { statement, source, records } of positions) {
      if (statement !== stmt) continue;
      under.committed += records - (under.bySource.get(source) ?? 0);
      under.bySource.set(source, records);
    }
    for (const { bytes } of segments) under.visible += bytes;
    const { workers, settings } = this.#options;
    this.#tell({ event: "export", instance: this.#task, start, end: under.committed, workers, worker_id: 0, stmt });
    if (!settings.ds_log_export_metrics) return;
    const ms = Math.round(prepareMs + journalMs + publishMs);
    for (const { name: sink, records, bytes } of segments) this.#tell({ event: "export_metrics", stmt, sink, records, bytes, ms });
  }

  #statementEnd({ statement: stmt, ended, counts, times, planDigest, outByWorker }: StatementEnd): void {
    const under = this.#statement;
    this.#statement = undefined;
    const { refusedByCode, recordsByMessage, out } = counts;
    if (under !== undefined) {
      if (!under.hasCard && counts.in > 0) this.#rateCard(under, counts, times);
      if (this.#options.settings.log_progress_pct > 0)
        this.#tellProgress(under, ended === "done" ? 100 : undefined, out, times.total, outByWorker);
    }
    for (const [code, records] of byName(refusedByCode)) this.#tell({ event: "refused_total", stmt, code, records });
    for (const [message, records] of byName(recordsByMessage)) this.#tell({ event: "message_total", stmt, message, records });
    const ms = Math.round(times.total);
    this.#summary(stmt, counts.in, out, ms);
    const { in: read, refused, bytesIn, bytesOut, found, masked, kept, removed, otherwise, left } = counts;
    const records = { in: read, out, refused, bytes_in: bytesIn, bytes_out: bytesOut };
    const values = { found, masked, kept, removed, otherwise, left };
    this.#tell({ event: "stmt_end", stmt, status: statusOf(ended), ...records, ...values, ms, plan: planDigest });
  }

  #summary(name: string, planned: number, exported: number, ms: number): void {
    this.#tell({ event: "summary", name, planned, exported, ms, records_per_second: perSecond(exported, ms) });
  }

  /** Capacity of a stage: what it would do each second if it had all the time. */
  #rateCard(under: Under, counts: Counts, times: RunTimes): void {
    under.hasCard = true;
    const { name: stmt, backend, resume } = under;
    const records = counts.in;
    const stages = {
      source: perSecond(records, times.source),
      transform: perSecond(records, times.scan + times.engine),
      sink: perSecond(records, times.sink + times.commit),
    };
    const limit = (["source", "transform", "sink"] as const).reduce(
      (least, stage) => (stages[stage] < stages[least] ? stage : least),
      "transform",
    );
    const { total } = times;
    this.#tell({
      event: "rate_card",
      rc_ver: 1,
      backend: backend.kind,
      strategy: backend.strategy,
      stmt,
      selector: backend.selector,
      throughput: perSecond(records, total),
      src_cpu: total > 0 ? Math.min(100, Math.round((times.source * 100) / total)) : 0,
      src_io: perSecond(counts.bytesIn, total),
      temp: under.hides ? Math.max(0, counts.bytesOut - under.visible) : 0,
      resume,
      ...stages,
      limit,
      records,
      ms: Math.round(total),
    });
  }
}

/** How an ending is told. */
export function statusOf(ended: Ended): "ok" | "failed" | "stopped" {
  if (ended === "done") return "ok";
  return ended === "stopped" ? "stopped" : "failed";
}

/** Rounded down. Of a time too short to measure: as if it were a microsecond. */
const perSecond = (count: number, ms: number): number => Math.floor((count * 1000) / Math.max(ms, 0.001));

/** In an order that no batch and no number of workers has a part in. */
const byName = (counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] =>
  [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
