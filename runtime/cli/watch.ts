/**
 * Who watches a run: standard error, the control plane, telemetry. What they need is checked before anything is read; what they cannot do
 * later costs a line of `degrade`, not the run.
 */
import { engineEvent } from "../audit/events/engine.ts";
import type { LineEvent } from "../audit/events/table.ts";
import { eventJson, writeEvent } from "../audit/events/write.ts";
import { knobsOf, type LogSettings, logSettings } from "../audit/settings.ts";
import { type ControlPlan, controlPlan, type MtlsFiles } from "../control/address.ts";
import type { ControlServer } from "../control/serve.ts";
import type { Engine } from "../engines/api.ts";
import { BautaError } from "../kit/errors.ts";
import type { LogFormat } from "../pipeline/definition/words.ts";
import { type Backend, LineEvents, statusOf } from "../pipeline/line-events.ts";
import type { Ended, PolicyLook, RunObserver } from "../pipeline/observe.ts";
import type { RunResult } from "../pipeline/run.ts";
import { telemetryEndpoint } from "../telemetry/endpoint.ts";
import type { Telemetry } from "../telemetry/open.ts";
import { EXIT, exitCodeOf } from "./exit.ts";
import { framesOf } from "./frames.ts";
import { type ReportOptions, RunReport } from "./run-report.ts";
import { colorsFor, say } from "./terminal.ts";
import type { WatchOptions } from "./watch-options.ts";

/** What is known of a run when its watchers are called. */
export interface Watched {
  readonly task: string;
  readonly descriptor: string;
  readonly workers: number;
  readonly backend: (statement: string) => Backend;
  readonly report: Omit<ReportOptions, "json" | "quiet">;
  /** Milliseconds that loading the engine and its comparison with the other one took. */
  readonly engineMs: number;
}

type Form = Exclude<LogFormat, "auto"> | "report";

/** Exit codes behind it are those of whoever was told to end by a signal. */
const SIGNALLED = 128;
/** Events that --quiet leaves. */
const LOUD: ReadonlySet<LineEvent["event"]> = new Set(["fastops", "refused", "unread", "degrade", "warning", "error", "trace"]);

/** The run under way in this process, for errors that nobody catches. */
let current: Watch | undefined;
/** Errors that were told already. */
const told = new WeakSet<object>();

/**
 * Runs `body` with its watchers, and tells how it ended.
 * @throws what the body throws, told already; BautaError 1001, 8101 or 8103 when the options are wrong
 */
export async function watched(options: WatchOptions, body: (watch: Watch) => Promise<number>): Promise<number> {
  const watch = new Watch(options);
  current = watch;
  try {
    const exit = await body(watch);
    await watch.end(exit);
    return exit;
  } catch (error) {
    watch.fail(error);
    await watch.end(exitCodeOf(error));
    throw error;
  } finally {
    current = undefined;
    watch.close();
  }
}

/** Tells an error to the watchers of the run under way. Returns whether it is told. */
export function toldByWatch(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  if (!told.has(error)) current?.fail(error);
  return told.has(error);
}

export class Watch {
  /** Resolved: profile and knobs; the manifest has the same. */
  readonly settings: LogSettings;
  readonly #options: WatchOptions;
  readonly #form: Form;
  readonly #control: ControlPlan | undefined;
  readonly #endpoint: string | undefined;
  #report: RunReport | undefined;
  #server: ControlServer | undefined;
  #telemetry: Telemetry | undefined;
  /** The policy was looked at before there was anybody to tell. */
  #firstLook: PolicyLook | undefined;
  /** Told before the run has begun: they wait for its first line. */
  #early: LineEvent[] | undefined = [];
  /** How the run ended, when it did. */
  #ended: Ended | undefined;

  /** Use `watched`. */
  constructor(options: WatchOptions) {
    const { logFormat = "auto", json, profile, set = [], serve, serveTokenFile, serveMtls, otelEndpoint } = options;
    // --json is the command's report, as of every command; events have a format of their own.
    if (json && (logFormat === "lines" || logFormat === "json"))
      throw new BautaError(1001, { detail: `--json and --log-format ${logFormat} exclude each other` });
    this.#options = options;
    this.#form = json ? "report" : logFormat !== "auto" ? logFormat : process.stderr.isTTY === true ? "text" : "lines";
    this.settings = logSettings(profile, knobsOf(set));
    if (serve === undefined && (serveTokenFile ?? serveMtls) !== undefined)
      throw new BautaError(1001, { detail: "--serve-token-file and --serve-mtls need --serve" });
    this.#control = serve === undefined ? undefined : controlPlan({ address: serve, tokenFile: serveTokenFile, mtls: mtlsOf(serveMtls) });
    this.#endpoint = otelEndpoint === undefined ? undefined : telemetryEndpoint(otelEndpoint);
  }

  /** Opens what watches, and gives what the run must tell. */
  async observers(run: Watched): Promise<readonly RunObserver[]> {
    const { task, descriptor, workers, backend, report, engineMs } = run;
    const { engineName: type } = report;
    if (this.#isForPeople) this.#report = this.#reportOf(report);
    this.#tell({ event: "health", client: "engine", type, status: "ok", latency_ms: Math.round(engineMs) });
    for (const text of report.warnings) this.#tell({ event: "warning", text });
    if (this.#control !== undefined) await this.#serve(this.#control);
    if (this.#endpoint !== undefined) await this.#send(this.#endpoint, task);
    if (this.#firstLook !== undefined) this.looked(this.#firstLook);
    const lines = new LineEvents({
      descriptor,
      pid: process.pid,
      settings: this.settings,
      workers,
      backend,
      tell: (event) => this.#write(event),
    });
    const opened: RunObserver = {
      name: "watch",
      mandatory: false,
      observe: (event) => {
        if (event.event === "run-start") this.#flush();
        if (event.event === "run-end") this.#ended = event.ended;
        this.#telemetry?.observe(event);
      },
    };
    const first = this.#report === undefined ? [lines] : [this.#report, lines];
    return [...first, opened, ...(this.#server?.observers ?? [])];
  }

  /** The numbers of a run that did not fail, for people. */
  summary(result: RunResult, exit: number): void {
    this.#report?.summary(result, exit);
  }

  /** A run that has ended before is not run again. */
  nothingToDo(engine: Engine, report: Watched["report"], pipeline: string): void {
    if (this.#isForPeople) this.#reportOf(report).nothingToDo(pipeline);
    this.#write(engineEvent(engine));
    this.#write({ event: "warning", text: `${pipeline} has ended before: there is nothing left to do` });
  }

  /** Where the run's manifest is, and the id of the key that signed it. */
  manifest(path: string, signer: string | undefined): void {
    this.#report?.manifest(path, signer);
    this.#write({ event: "manifest", path, signer });
  }

  /** Tells an error, once. A bug's own text is not shown: it could hold anything. */
  fail(error: unknown): void {
    if (typeof error === "object" && error !== null) {
      if (told.has(error)) return;
      told.add(error);
    }
    const known = error instanceof BautaError ? error : new BautaError(9001, { detail: errorName(error) });
    const { code, issue, message } = known;
    this.#flush();
    const isTraced = this.settings.log_debug_stacktraces || process.env["BAUTA_DEBUG"] === "stack";
    const frames = isTraced && error instanceof Error ? framesOf(error) : [];
    this.#write({ event: "error", code, name: issue.name, text: message, help: `bauta help ${code}` });
    for (const frame of frames) this.#write({ event: "trace", frame: frame.trim() });
    if (this.#form === "report") say(JSON.stringify({ event: "error", exit: exitCodeOf(error), code, name: issue.name, message }));
    else if (this.#form === "text") sayError(known, frames);
  }

  async end(exit: number): Promise<void> {
    this.#flush();
    // A worker that waited for its cluster was told to stop before its run began.
    const unbegun = exit === EXIT.done ? "ok" : exit > SIGNALLED ? "stopped" : "failed";
    const status = this.#ended === undefined ? unbegun : statusOf(this.#ended);
    const event: LineEvent = { event: "end", status, exit };
    // What telemetry has to say at its end stands in front of the last line.
    this.#telemetry?.tell(event);
    await this.#telemetry?.close();
    this.#telemetry = undefined;
    this.#write(event);
  }

  close(): void {
    this.#server?.close();
  }

  get #isForPeople(): boolean {
    return this.#form === "text" || this.#form === "report";
  }

  #reportOf(report: Watched["report"]): RunReport {
    return new RunReport({ ...report, json: this.#form === "report", quiet: this.#options.quiet === true });
  }

  async #serve(plan: ControlPlan): Promise<void> {
    const { serveControl } = await import("../control/serve.ts");
    try {
      this.#server = await serveControl(plan);
      this.#tell({ event: "serve", address: this.#server.address, auth: this.#server.auth });
      if (this.#form === "text" && !this.#options.quiet) say(colorsFor(process.stderr).dim(`control plane on ${this.#server.address}`));
    } catch (error) {
      this.#degrade("control", error);
    }
  }

  async #send(endpoint: string, task: string): Promise<void> {
    try {
      const { openTelemetry } = await import("../telemetry/open.ts");
      this.#telemetry = openTelemetry({ endpoint, task, failed: (error) => this.#degrade("telemetry", error) });
    } catch {
      this.#degrade("telemetry", new BautaError(8201, { detail: "its packages are not installed" }));
    }
  }

  /** What the run stands on has answered, after so many milliseconds. */
  answered(client: string, milliseconds: number): void {
    this.#tell({ event: "health", client, type: client, status: "ok", latency_ms: Math.round(milliseconds) });
    for (const observer of this.#server?.observers ?? [])
      observer.observe({ event: "health", at: Date.now(), client, isOk: true, milliseconds });
  }

  /** The source of the policy was looked at: what metrics tell, and no line. */
  looked(look: PolicyLook): void {
    if (this.#server === undefined) {
      if (look.outcome === "ready") this.#firstLook = look;
      return;
    }
    for (const observer of this.#server.observers) observer.observe(look);
  }

  /** What the run stands on does not answer any more. */
  lost(client: string): void {
    this.#tell({ event: "health", client, type: client, status: "failed", latency_ms: 0 });
    for (const observer of this.#server?.observers ?? [])
      observer.observe({ event: "health", at: Date.now(), client, isOk: false, milliseconds: 0 });
  }

  /** Something is missing, and the run waits for it or goes on without it. */
  degraded(resource: string, error: BautaError): void {
    // Whoever waits before the first line of a run must not look as if nothing happened.
    this.#flush();
    this.#degrade(resource, error);
  }

  #degrade(resource: string, error: unknown): void {
    if (!(error instanceof BautaError)) throw error;
    this.#report?.warn(`${resource}: ${error.message}`);
    this.#tell({ event: "degrade", resource, code: error.code, reason: error.message });
    for (const observer of this.#server?.observers ?? [])
      observer.observe({ event: "degrade", at: Date.now(), what: resource, name: resource, issue: error.issue });
  }

  /** Tells an event that is not the run's own: in front of its first line it waits for that. */
  #tell(event: LineEvent): void {
    if (this.#early === undefined) this.#write(event);
    else this.#early.push(event);
  }

  #flush(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const event of early) this.#write(event);
  }

  #write(event: LineEvent): void {
    this.#telemetry?.tell(event);
    if (this.#options.quiet && !LOUD.has(event.event)) return;
    if (this.#form === "lines") say(writeEvent(event));
    else if (this.#form === "json") say(eventJson(event));
  }
}

function mtlsOf(paths: string | MtlsFiles | undefined): MtlsFiles | undefined {
  if (typeof paths !== "string") return paths;
  const [certificate, key, clientAuthority, ...more] = paths.split(",");
  if (!certificate || !key || !clientAuthority || more.length > 0) throw new BautaError(1001, { detail: "--serve-mtls takes CERT,KEY,CA" });
  return { certificate, key, clientAuthority };
}

/** An error for people: one line, and the places in the code if they were asked for. */
export function sayError({ code, message }: BautaError, frames: readonly string[]): void {
  const colors = colorsFor(process.stderr);
  say(`${colors.red("error")} ${message} ${colors.dim(`(bauta help ${code})`)}`);
  for (const frame of frames) say(frame);
}

export const errorName = (error: unknown): string => (error instanceof Error ? error.constructor.name : typeof error);
