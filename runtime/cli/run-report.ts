/** What a terminal, or a program that reads standard error, is told of a run. */
import { describeIssue, printable } from "../kit/errors.ts";
import type { Counts } from "../pipeline/masker.ts";
import type { Progress as ProgressEvent, Refused, RunEvent, RunObserver, SinkTotals } from "../pipeline/observe.ts";
import type { RunResult } from "../pipeline/run.ts";
import { refusedRow } from "./refused.ts";
import { bytesText, type Colors, colorsFor, grouped, millisecondsText, Progress, say } from "./terminal.ts";

export interface ReportOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  /** The first line of a run: which engine. */
  readonly engine: string;
  readonly engineName: string;
  /** Names, ids and digests, for the second line. */
  readonly plan: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  /** Refused records have a report of their own. */
  readonly hasRefused: boolean;
  /** The summary says what each sink got. */
  readonly showsSinks?: boolean;
}

/** Refusals that are told one by one on stderr; the rest is in the summary and in --refused. */
const REFUSALS_SHOWN = 20;
/** Sources not read to their end that are told one by one. */
const UNREAD_SHOWN = 5;

export class RunReport implements RunObserver {
  readonly name = "terminal";
  readonly mandatory = false;
  readonly #options: ReportOptions;
  readonly #colors: Colors = colorsFor(process.stderr);
  readonly #progress: Progress;
  #shown = 0;
  #sinks: readonly SinkTotals[] = [];

  constructor(options: ReportOptions) {
    this.#options = options;
    this.#progress = new Progress(process.stderr.isTTY === true && !options.quiet && !options.json);
  }

  observe(event: RunEvent): void {
    switch (event.event) {
      case "run-start":
        return this.#start();
      case "refused":
        return this.#refused(event);
      case "progress":
        return this.#progress.show(() => progressText(event));
      case "degrade":
        return this.warn(`${event.what} ${event.name}: ${describeIssue(event.issue)}`);
      case "statement-end":
        this.#sinks = event.sinks;
        return;
      case "run-end":
        return this.#progress.clear();
      default:
    }
  }

  /** Where the run's manifest is, and the id of the key that signed it. */
  manifest(path: string, signer: string | undefined): void {
    const { json, quiet } = this.#options;
    if (json) return say(JSON.stringify({ event: "manifest", path, signer: signer ?? null }));
    if (!quiet) say(this.#colors.dim(`manifest ${printable(path)}, ${signer === undefined ? "not signed" : `signed by ${signer}`}`));
  }

  /** The last lines of a run that did not fail. */
  summary({ counts, unread, milliseconds }: RunResult, exit: number): void {
    const { json, quiet, engineName, hasRefused } = this.#options;
    const rate = milliseconds > 0 ? (counts.in / milliseconds) * 1000 : 0;
    if (json) {
      const { refusedByCode, recordsByMessage, ...numbers } = counts;
      return say(
        JSON.stringify({
          event: "summary",
          exit,
          engine: engineName,
          ...numbers,
          refusedByCode: Object.fromEntries(refusedByCode),
          messages: Object.fromEntries(recordsByMessage),
          unread,
          ...(this.#options.showsSinks ? { sinks: Object.fromEntries(this.#sinks.map(({ name, exported }) => [name, exported])) } : {}),
          milliseconds: Number(milliseconds.toFixed(3)),
        }),
      );
    }
    const { dim, yellow } = this.#colors;
    for (const { source, offset } of unread.slice(0, UNREAD_SHOWN))
      say(yellow(`stopped at byte ${grouped(offset)} of ${printable(source)}: nothing behind it was read`));
    if (unread.length > UNREAD_SHOWN)
      say(yellow(`… and ${grouped(unread.length - UNREAD_SHOWN)} more sources that were not read to their end`));
    const hidden = this.#shown - REFUSALS_SHOWN;
    if (hidden > 0) say(`… and ${grouped(hidden)} more refusals${hasRefused ? "" : "; name a file with --refused to see all"}`);
    if (quiet) return;
    say(this.#balance(counts));
    for (const [issue, count] of counts.refusedByCode) say(`  ${issue} ${grouped(count)}  ${dim(`bauta help ${issue}`)}`);
    if (this.#options.showsSinks) for (const { name, exported } of this.#sinks) say(`  ${name} ${grouped(exported)}`);
    say(
      dim(
        `${millisecondsText(milliseconds)}, ${grouped(rate)} messages/s, ${bytesText(counts.bytesIn)} in, ${bytesText(counts.bytesOut)} out`,
      ),
    );
  }

  /** A run that ended before is told to go on. */
  nothingToDo(pipeline: string): void {
    if (this.#options.json) say(JSON.stringify({ event: "finished", pipeline }));
    else say(`${pipeline} has ended before: there is nothing left to do`);
  }

  #balance(counts: Counts): string {
    const parts = [
      `${grouped(counts.found)} values found: ${grouped(counts.masked)} masked, ${grouped(counts.kept)} kept, ${grouped(counts.removed)} removed`,
      ...(counts.otherwise > 0 ? [`${grouped(counts.otherwise)} of the masked by \`otherwise\``] : []),
      ...(counts.left > 0 ? [`${grouped(counts.left)} left, not reversible`] : []),
    ];
    const balance = `in ${grouped(counts.in)} = out ${grouped(counts.out)} + refused ${grouped(counts.refused)}`;
    return `${counts.refused === 0 ? this.#colors.green(balance) : this.#colors.yellow(balance)} · ${parts.join(", ")}`;
  }

  #start(): void {
    const { json, quiet, engine, plan, warnings } = this.#options;
    if (json) say(JSON.stringify({ event: "start", engine, ...plan }));
    else {
      say(engine);
      const facts = Object.entries(plan).map(([name, value]) => `${name} ${value}`);
      if (!quiet) say(this.#colors.dim(facts.join(" · ")));
    }
    for (const warning of warnings) this.warn(warning);
  }

  /** Something to mind, or something optional that failed. */
  warn(text: string): void {
    say(this.#options.json ? JSON.stringify({ event: "warning", text }) : this.#colors.yellow(`warning: ${text}`));
  }

  #refused(event: Refused): void {
    if (this.#options.json) return say(JSON.stringify(refusedRow(event.source, event)));
    if (this.#shown++ >= REFUSALS_SHOWN) return;
    const { issue, source, record, path, format, faultOffset, faultLength } = event;
    const context = { path: path === "" ? format : path, offset: faultOffset, length: faultLength };
    say(`${this.#colors.red("refused")} ${printable(source)} record ${record}: ${describeIssue(issue, context)}`);
  }
}

/** Characters of a progress bar. */
const BAR = 24;

function progressText({ source, counts, size, position }: ProgressEvent): string {
  const { bytesIn, in: records, refused } = counts();
  const share = size === undefined || size === 0 ? undefined : Math.min(1, position.offset / size);
  const done = Math.floor((share ?? 0) * BAR);
  const bar = share === undefined ? "" : `${"█".repeat(done)}${"░".repeat(BAR - done)} ${Math.floor(share * 100)}% `;
  return `${bar}${printable(source)}: ${bytesText(bytesIn)}, ${grouped(records)} messages, ${grouped(refused)} refused`;
}
