/**
 * The events of a run as OpenTelemetry logs, and its counts as metrics, sent by OTLP over HTTP with the official packages. Off unless the
 * operator names an endpoint; loaded only then. What cannot be sent is dropped, told once, and holds nothing up.
 */
import type { Counter, Gauge, Histogram } from "@opentelemetry/api";
import { type AnyValueMap, type Logger, SeverityNumber } from "@opentelemetry/api-logs";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import type { LineEvent } from "../audit/events/table.ts";
import { writeEvent } from "../audit/events/write.ts";
import { BautaError } from "../kit/errors.ts";
import { TELEMETRY_CLOSE_MS, TELEMETRY_EVERY_MS, TELEMETRY_TIMEOUT_MS } from "../kit/limits.ts";
import { VERSION } from "../kit/version.ts";
import type { RunEvent } from "../pipeline/observe.ts";

export interface TelemetryOptions {
  /** As `telemetryEndpoint` gives it. */
  readonly endpoint: string;
  /** Id of the run. */
  readonly task: string;
  /** Told once, when something could not be sent. */
  failed(error: BautaError): void;
}

export interface Telemetry {
  tell(event: LineEvent): void;
  /** Counts what a run does while it is at work. */
  observe(event: RunEvent): void;
  /** Sends what is left, for a bounded time. Never rejects. */
  close(): Promise<void>;
}

/** What exporters have in common here. */
interface Exporter<T> {
  export(items: T, done: (result: { readonly code: number; readonly error?: Error | undefined }) => void): void;
}

const COUNTED = ["in", "out", "refused", "bytes_in", "bytes_out"] as const;
type Counted = (typeof COUNTED)[number];
const SUCCESS = 0;
const SEVERITIES: Readonly<Partial<Record<LineEvent["event"], SeverityNumber>>> = {
  degrade: SeverityNumber.WARN,
  warning: SeverityNumber.WARN,
  refused: SeverityNumber.WARN,
  unread: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  trace: SeverityNumber.DEBUG,
};
const SEVERITY_TEXTS: Readonly<Partial<Record<SeverityNumber, string>>> = {
  [SeverityNumber.DEBUG]: "DEBUG",
  [SeverityNumber.INFO]: "INFO",
  [SeverityNumber.WARN]: "WARN",
  [SeverityNumber.ERROR]: "ERROR",
};

export function openTelemetry(options: TelemetryOptions): Telemetry {
  return new OpenTelemetry(options);
}

class OpenTelemetry implements Telemetry {
  readonly #options: TelemetryOptions;
  readonly #logs: LoggerProvider;
  readonly #meters: MeterProvider;
  readonly #logger: Logger;
  readonly #counters: Readonly<Record<Counted, Counter>>;
  /** What was counted of each statement already. */
  readonly #counted = new Map<string, Readonly<Record<Counted, number>>>();
  readonly #lag: Gauge;
  readonly #stages: Histogram;
  #isBroken = false;

  constructor(options: TelemetryOptions) {
    this.#options = options;
    const { endpoint, task } = options;
    const resource = resourceFromAttributes({ "service.name": "bauta", "service.version": VERSION, "service.instance.id": task });
    const transport = (signal: string) => ({ url: `${endpoint}/v1/${signal}`, timeoutMillis: TELEMETRY_TIMEOUT_MS });
    const logExporter = withoutEnvironment(() => new OTLPLogExporter(transport("logs")));
    const metricExporter = withoutEnvironment(() => new OTLPMetricExporter(transport("metrics")));
    this.#watch(logExporter);
    this.#watch(metricExporter);
    const processor = withoutEnvironment(
      () =>
        new BatchLogRecordProcessor({
          exporter: logExporter,
          scheduledDelayMillis: TELEMETRY_EVERY_MS,
          exportTimeoutMillis: TELEMETRY_TIMEOUT_MS,
        }),
    );
    const reader = new PeriodicExportingMetricReader({
      exporter: metricExporter,
      exportIntervalMillis: TELEMETRY_TIMEOUT_MS * 2,
      exportTimeoutMillis: TELEMETRY_TIMEOUT_MS,
    });
    this.#logs = withoutEnvironment(() => new LoggerProvider({ resource, processors: [processor] }));
    this.#meters = withoutEnvironment(() => new MeterProvider({ resource, readers: [reader] }));
    this.#logger = this.#logs.getLogger("bauta", VERSION);
    const meter = this.#meters.getMeter("bauta", VERSION);
    this.#counters = {
      in: meter.createCounter("bauta.records.read", { description: "Records read.", unit: "{record}" }),
      out: meter.createCounter("bauta.records.written", { description: "Records written.", unit: "{record}" }),
      refused: meter.createCounter("bauta.records.refused", { description: "Records refused.", unit: "{record}" }),
      bytes_in: meter.createCounter("bauta.bytes.read", { description: "Bytes read.", unit: "By" }),
      bytes_out: meter.createCounter("bauta.bytes.written", { description: "Bytes written.", unit: "By" }),
    };
    this.#lag = meter.createGauge("bauta.lag", { description: "Records between what is committed and the end.", unit: "{record}" });
    this.#stages = meter.createHistogram("bauta.stage.duration", { description: "Time of the stages of a batch.", unit: "ms" });
  }

  tell(event: LineEvent): void {
    if (this.#isBroken) return;
    try {
      this.#emit(event);
    } catch {
      // What the packages throw costs telemetry, and none of the others who watch.
      this.#fail();
    }
  }

  #emit(event: LineEvent): void {
    const { event: name, ...keys } = event;
    const severityNumber = SEVERITIES[name] ?? SeverityNumber.INFO;
    const severityText = SEVERITY_TEXTS[severityNumber] ?? "INFO";
    const attributes: AnyValueMap = Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined));
    this.#logger.emit({ eventName: `bauta.${name}`, severityNumber, severityText, body: writeEvent(event), attributes });
    if (event.event !== "stmt_end") return;
    this.#count(event.stmt, event);
  }

  observe(event: RunEvent): void {
    if (this.#isBroken) return;
    try {
      this.#measure(event);
    } catch {
      this.#fail();
    }
  }

  #measure(event: RunEvent): void {
    switch (event.event) {
      case "progress": {
        const { in: read, out, refused, bytesIn, bytesOut } = event.counts();
        return this.#count(event.statement, { in: read, out, refused, bytes_in: bytesIn, bytes_out: bytesOut });
      }
      case "batch":
        this.#stages.record(event.pollMs, { stage: "poll" });
        this.#stages.record(event.maskMs, { stage: "mask" });
        return this.#stages.record(event.stageMs, { stage: "stage" });
      case "committed":
        return this.#stages.record(event.prepareMs + event.journalMs + event.publishMs, { stage: "commit" });
      case "lag":
        for (const { topic, partition, records } of event.partitions) this.#lag.record(records, { topic, partition });
        return;
      default:
    }
  }

  /** Adds what came since it was counted last. */
  #count(statement: string, counts: Readonly<Record<Counted, number>>): void {
    const before = this.#counted.get(statement);
    const { in: read, out, refused, bytes_in, bytes_out } = counts;
    this.#counted.set(statement, { in: read, out, refused, bytes_in, bytes_out });
    for (const key of COUNTED) this.#counters[key].add(counts[key] - (before?.[key] ?? 0), { statement });
  }

  async close(): Promise<void> {
    const ends = Promise.allSettled([this.#logs.shutdown(), this.#meters.shutdown()]);
    await Promise.race([ends, new Promise((resume) => setTimeout(resume, TELEMETRY_CLOSE_MS).unref())]);
  }

  /** Sees what an exporter has to say before the packages swallow it. */
  #watch<T>(exporter: Exporter<T>): void {
    const send = exporter.export.bind(exporter);
    exporter.export = (items, done) => {
      if (this.#isBroken) return done({ code: SUCCESS });
      send(items, (result) => {
        if (result.code !== SUCCESS) this.#fail();
        // The packages would tell a console of it.
        done({ code: SUCCESS });
      });
    };
  }

  #fail(): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#options.failed(new BautaError(8201));
  }
}

/** The packages read OTEL_… variables, which could add headers or another endpoint. Here the operator's own words count alone. */
function withoutEnvironment<T>(make: () => T): T {
  const kept = Object.entries(process.env).filter(([name]) => name.startsWith("OTEL_"));
  for (const [name] of kept) delete process.env[name];
  try {
    return make();
  } finally {
    for (const [name, value] of kept) process.env[name] = value;
  }
}
