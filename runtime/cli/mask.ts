/** `bauta mask` and `bauta unmask`. */
import type { Direction, EngineName } from "../engines/api.ts";
import { engineLine, selectEngine } from "../engines/select.ts";
import { holdsTrackData, isSensitiveName } from "../formats/json/sensitive.ts";
import { BautaError, describeIssue, printable } from "../kit/errors.ts";
import { openPlan, type PlanChoice } from "../open.ts";
import type { FrameMode } from "../pipeline/frame.ts";
import { type Counts, Masker, type Outlet, type Refusal } from "../pipeline/masker.ts";
import { FORMATS } from "../registry.ts";
import type { Sink } from "../sinks/api.ts";
import { fileSink } from "../sinks/file.ts";
import { stdout } from "../sinks/stdout.ts";
import type { Source } from "../sources/api.ts";
import { EXIT } from "./exit.ts";
import { type Job, jobsOf } from "./jobs.ts";
import { type Joined, joined } from "./joined.ts";
import { bytesText, colorsFor, grouped, millisecondsText, Progress, say } from "./terminal.ts";

export interface MaskOptions {
  readonly model?: string;
  readonly preset?: string;
  readonly keyFile?: string;
  readonly env?: string;
  readonly engine: EngineName;
  readonly in?: readonly string[];
  readonly out: string;
  readonly refused?: string;
  readonly refusedRaw?: boolean;
  readonly onRefuse: "stop" | "divert";
  readonly input: "strict" | "lenient";
  readonly frame: FrameMode;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Refusals that are told one by one on stderr; the rest is in the summary and in --refused. */
const REFUSALS_SHOWN = 20;
/** Sources not read to their end that are told one by one. */
const UNREAD_SHOWN = 5;
/** The event loop gets a turn at least this often, so that signals are heard. */
const TURN_MS = 50;

/** Runs the command and returns its exit code. */
export async function mask(options: MaskOptions, direction: Direction): Promise<number> {
  const colors = colorsFor(process.stderr);
  const { in: paths = ["-"], out, refused, model, keyFile } = options;
  const jobs = jobsOf({ in: paths, out, refused, alsoRead: [model, keyFile] });
  const choice: PlanChoice = {
    model: options.model,
    preset: options.preset,
    keyFile: options.keyFile,
    environment: options.env,
    direction,
    input: options.input,
  };
  const plan = openPlan(choice);
  try {
    const engine = await selectEngine(options.engine);
    start(options, engineLine(engine), plan.describe(), colors.dim);
    if (options.refusedRaw)
      warn(options, "--refused-raw writes refused messages in clear into the --refused file (mode 0600)", colors.yellow);
    const masker = new Masker({
      engine,
      plan,
      formats: FORMATS,
      scan: { input: options.input },
      frame: options.frame,
      direction,
      onRefuse: options.onRefuse,
      keyedHash: (bytes) => plan.keyedHash(bytes),
    });
    const report = new RefusalReport(options, colors.red);
    const progress = new Progress(process.stderr.isTTY === true && !options.quiet && !options.json);
    const from = performance.now();
    let code: number;
    try {
      code = await run(jobs, options, masker, report, progress);
      report.commit();
    } catch (error) {
      report.abort();
      throw error;
    } finally {
      progress.clear();
      masker.close();
    }
    masker.reconcile();
    finish(options, masker.counts, performance.now() - from, engine.name, code, report, colors);
    return code;
  } finally {
    plan.close();
  }
}

async function run(jobs: readonly Job[], options: MaskOptions, masker: Masker, report: RefusalReport, progress: Progress): Promise<number> {
  const shared = jobs.some((job) => job.target === undefined) ? openSink(options.out) : undefined;
  let code: number = EXIT.done;
  let sink = shared;
  let writer = shared === undefined ? undefined : joined(shared, options.frame);
  try {
    for (const [at, job] of jobs.entries()) {
      if (job.target !== undefined) {
        sink = openSink(job.target);
        writer = joined(sink, options.frame);
      }
      writer?.next();
      const outlet = outletFor(writer as Joined, report, job.source.name);
      masker.beginSource();
      await pump(job.source, masker, outlet, progress);
      if (shared === undefined) sink?.commit();
      if (masker.stopped !== undefined) {
        code = masker.stopped === "refused" ? EXIT.refused : EXIT.framing;
        report.stopped(job.source.name);
      }
      // Files are frames of their own: with divert, a broken one does not hold up the others.
      if (masker.stopped !== undefined && (options.onRefuse === "stop" || (job.target === undefined && jobs.length === 1))) {
        for (const { source } of jobs.slice(at + 1)) report.unread.push({ source: source.name, offset: 0 });
        break;
      }
    }
    shared?.commit();
    return code;
  } catch (error) {
    sink?.abort();
    throw error;
  }
}

async function pump(source: Source, masker: Masker, outlet: Outlet, progress: Progress): Promise<void> {
  let turn = performance.now();
  for await (const chunk of source.chunks()) {
    masker.push(chunk, outlet);
    if (masker.stopped !== undefined) return;
    progress.show(() => progressText(source, masker.counts));
    const now = performance.now();
    if (now - turn > TURN_MS) {
      turn = now;
      await new Promise((resume) => setImmediate(resume));
    }
  }
  masker.end(outlet);
}

const progressText = (source: Source, counts: Counts): string =>
  `${printable(source.name)}: ${bytesText(counts.bytesIn)}, ${grouped(counts.in)} messages, ${grouped(counts.refused)} refused`;

function outletFor(writer: Joined, report: RefusalReport, source: string): Outlet {
  return {
    write: (bytes) => writer.write(bytes),
    refused: (refusal) => report.add(source, refusal),
  };
}

const openSink = (path: string): Sink => (path === "-" ? stdout() : fileSink(path));

/** Tells of refused records: one JSON line each in --refused, and the first ones on stderr. */
class RefusalReport {
  hidden = 0;
  /** Sources that were not read to their end, and how far they were. */
  readonly unread: { readonly source: string; readonly offset: number }[] = [];
  readonly #options: MaskOptions;
  readonly #paint: (text: string) => string;
  readonly #sink: Sink | undefined;
  #shown = 0;
  /** End of the last refused record. */
  #behind = 0;

  constructor(options: MaskOptions, paint: (text: string) => string) {
    this.#options = options;
    this.#paint = paint;
    if (options.refusedRaw && options.refused === undefined) throw new BautaError(1001, { detail: "--refused-raw needs --refused" });
    this.#sink = options.refused === undefined ? undefined : fileSink(options.refused, { private: true });
  }

  add(source: string, refusal: Refusal): void {
    this.#behind = refusal.offset + refusal.length;
    const row = {
      event: "refused",
      source,
      record: refusal.record,
      offset: refusal.offset,
      length: refusal.length,
      format: refusal.format,
      code: refusal.issue.code,
      name: refusal.issue.name,
      blame: refusal.issue.blame,
      path: refusal.path,
      faultOffset: refusal.faultOffset,
      faultLength: refusal.faultLength,
      hash: refusal.hash,
    };
    const raw = this.#options.refusedRaw && mayShow(refusal) ? { raw: Buffer.from(refusal.bytes).toString("base64") } : {};
    this.#sink?.write(new TextEncoder().encode(`${JSON.stringify({ ...row, ...raw })}\n`));
    if (this.#options.json) return say(JSON.stringify(row));
    if (this.#shown++ >= REFUSALS_SHOWN) {
      this.hidden++;
      return;
    }
    const context = { path: refusal.path === "" ? refusal.format : refusal.path, offset: refusal.faultOffset, length: refusal.faultLength };
    say(`${this.#paint("refused")} ${printable(source)} record ${refusal.record}: ${describeIssue(refusal.issue, context)}`);
  }

  /** The record refused last is also the last one that was read of its source. */
  stopped(source: string): void {
    this.unread.push({ source, offset: this.#behind });
  }

  commit(): void {
    this.#sink?.commit();
  }

  abort(): void {
    this.#sink?.abort();
  }
}

/**
 * Whether a refused record's bytes may be written at all, even when asked for. JSON may hold sensitive authentication data under any
 * name, card messages in XML under names that tell it, and track data has a shape that shows anywhere: also in references, in parts, and
 * over the lines of a field.
 */
function mayShow(refusal: Refusal): boolean {
  if (refusal.format !== "iso20022" && refusal.format !== "swift-mt") return false;
  const text = Buffer.from(refusal.bytes).toString("latin1");
  const resolved = text.replaceAll(/&#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}));/g, (_, hex: string | undefined, decimal: string) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code < 0x80 ? String.fromCharCode(code) : "?";
  });
  const readings = [text, resolved, resolved.replaceAll(/<!\[CDATA\[|\]\]>|<!--.*?-->|[\s\0]/gs, "")];
  return !namesSensitiveData(text) && !readings.some((reading) => holdsTrack(Buffer.from(reading, "latin1")));
}

const holdsTrack = (bytes: Uint8Array): boolean => holdsTrackData(bytes, 0, bytes.length);

/** Whether an element or attribute has a name such as `CSCVal` or `PINBlck`: card messages, which are refused, have them in clear. */
function namesSensitiveData(text: string): boolean {
  for (const [, element, attribute] of text.matchAll(/<(?:[^<>\s/:]*:)?([^<>\s/:]+)|[\s:]([^<>\s/:="']+)\s*=\s*["']/g)) {
    const name = Buffer.from(element ?? attribute ?? "", "latin1");
    if (isSensitiveName(name, 0, name.length)) return true;
  }
  return false;
}

function start(options: MaskOptions, engine: string, plan: Record<string, string>, dim: (text: string) => string): void {
  if (options.json) return say(JSON.stringify({ event: "start", engine, ...plan }));
  say(engine);
  if (!options.quiet)
    say(
      dim(
        Object.entries(plan)
          .map(([name, value]) => `${name} ${value}`)
          .join(" · "),
      ),
    );
}

function warn(options: MaskOptions, text: string, paint: (text: string) => string): void {
  say(options.json ? JSON.stringify({ event: "warning", text }) : paint(`warning: ${text}`));
}

function finish(
  options: MaskOptions,
  counts: Counts,
  milliseconds: number,
  engine: string,
  code: number,
  { hidden, unread }: Pick<RefusalReport, "hidden" | "unread">,
  colors: ReturnType<typeof colorsFor>,
): void {
  const rate = milliseconds > 0 ? (counts.in / milliseconds) * 1000 : 0;
  if (options.json) {
    const { refusedByCode, recordsByMessage, ...numbers } = counts;
    return say(
      JSON.stringify({
        event: "summary",
        exit: code,
        engine,
        ...numbers,
        refusedByCode: Object.fromEntries(refusedByCode),
        messages: Object.fromEntries(recordsByMessage),
        unread,
        milliseconds: Number(milliseconds.toFixed(3)),
      }),
    );
  }
  for (const { source, offset } of unread.slice(0, UNREAD_SHOWN))
    say(colors.yellow(`stopped at byte ${grouped(offset)} of ${printable(source)}: nothing behind it was read`));
  if (unread.length > UNREAD_SHOWN)
    say(colors.yellow(`… and ${grouped(unread.length - UNREAD_SHOWN)} more sources that were not read to their end`));
  if (hidden > 0)
    say(`… and ${grouped(hidden)} more refusals${options.refused === undefined ? "; name a file with --refused to see all" : ""}`);
  if (options.quiet) return;
  const parts = [
    `${grouped(counts.found)} values found: ${grouped(counts.masked)} masked, ${grouped(counts.kept)} kept, ${grouped(counts.removed)} removed`,
    ...(counts.otherwise > 0 ? [`${grouped(counts.otherwise)} of the masked by \`otherwise\``] : []),
    ...(counts.left > 0 ? [`${grouped(counts.left)} left, not reversible`] : []),
  ];
  const balance = `in ${grouped(counts.in)} = out ${grouped(counts.out)} + refused ${grouped(counts.refused)}`;
  say(`${counts.refused === 0 ? colors.green(balance) : colors.yellow(balance)} · ${parts.join(", ")}`);
  for (const [issue, count] of counts.refusedByCode) say(`  ${issue} ${grouped(count)}`);
  say(
    colors.dim(
      `${millisecondsText(milliseconds)}, ${grouped(rate)} messages/s, ${bytesText(counts.bytesIn)} in, ${bytesText(counts.bytesOut)} out`,
    ),
  );
}
