/** `bauta logs parse`: what a run said, read back. */
import { LogReader, type ReadLine } from "../audit/events/read.ts";
import { eventJson } from "../audit/events/write.ts";
import { grouped } from "../kit/digits.ts";
import { BautaError } from "../kit/errors.ts";
import { filesAt } from "../sources/file.ts";
import { stdin } from "../sources/stdin.ts";
import { EXIT } from "./exit.ts";
import { colorsFor, print, say } from "./terminal.ts";

/** Faults that are told one by one; the rest is a number. */
const FAULTS_SHOWN = 20;

/**
 * Reads a file, or standard input. Events go to standard output: as JSON lines, or counted by kind for people.
 * @throws BautaError 8001 when a line is no event: after all others were told
 */
export async function logsParse(path: string | undefined, options: { readonly json?: boolean }): Promise<number> {
  const source = path === undefined || path === "-" ? stdin() : fileAt(path);
  const reader = new LogReader();
  const report = new Report(options.json === true);
  for await (const chunk of source.chunks()) {
    for (const line of reader.push(chunk)) report.add(line);
    report.flush();
  }
  for (const line of reader.end()) report.add(line);
  report.end();
  if (report.faults > 0) throw new BautaError(8001, { path: source.name, detail: `${report.faults} of ${report.lines} lines` });
  return EXIT.done;
}

function fileAt(path: string): ReturnType<typeof filesAt>[number] {
  const [file, ...more] = filesAt(path);
  if (file === undefined || more.length > 0) throw new BautaError(1001, { detail: "logs parse reads one file" });
  return file;
}

class Report {
  lines = 0;
  faults = 0;
  readonly #json: boolean;
  readonly #counts = new Map<string, number>();
  #told: string[] = [];

  constructor(json: boolean) {
    this.#json = json;
  }

  add(read: ReadLine): void {
    this.lines++;
    if ("event" in read) {
      const { event } = read;
      this.#counts.set(event.event, (this.#counts.get(event.event) ?? 0) + 1);
      if (this.#json) this.#told.push(eventJson(event));
      return;
    }
    if (this.faults++ < FAULTS_SHOWN) say(`line ${read.line}: ${read.fault}`);
  }

  /** What was read so far goes out, in one piece. */
  flush(): void {
    if (this.#told.length > 0) print(this.#told.join("\n"));
    this.#told = [];
  }

  end(): void {
    this.flush();
    if (this.faults > FAULTS_SHOWN) say(`… and ${grouped(this.faults - FAULTS_SHOWN)} more`);
    if (this.#json) return;
    const { bold } = colorsFor(process.stdout);
    for (const [name, count] of this.#counts) print(`${bold(name.padEnd(16))} ${grouped(count)}`);
    print(`${grouped(this.lines)} lines, ${grouped(this.lines - this.faults)} events, ${grouped(this.faults)} faults`);
  }
}
