/** What a person sees: stderr lines, colour where it is wanted, progress only on a terminal. */
import pc from "picocolors";
import { writeAll } from "../sinks/write.ts";

export { grouped } from "../kit/digits.ts";

export type Colors = ReturnType<typeof pc.createColors>;

/** Colours for a stream: on for a terminal unless NO_COLOR is set, forced by FORCE_COLOR. */
export function colorsFor(stream: { isTTY?: boolean }): Colors {
  const { env } = process;
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return pc.createColors(false);
  return pc.createColors((env["FORCE_COLOR"] ?? "") !== "" || (stream.isTTY === true && env["TERM"] !== "dumb"));
}

/** Writes a line to stdout. Throws BautaError 7001 when the reader went away. */
export function print(line: string): void {
  writeAll(1, new TextEncoder().encode(`${line}\n`), "stdout");
}

/** Writes a line to stderr; a stderr that went away is not an error of the run. */
export function say(line: string): void {
  tell(`${line}\n`);
}

function tell(text: string): void {
  try {
    writeAll(2, new TextEncoder().encode(text), "stderr");
  } catch {
    // Nobody is listening.
  }
}

/** Bytes for people: 3.1 MB. */
export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

export function millisecondsText(milliseconds: number): string {
  if (milliseconds < 1) return `${milliseconds.toFixed(2)} ms`;
  if (milliseconds < 1000) return `${milliseconds.toFixed(1)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** A line that is rewritten in place while long work goes on; silent unless stderr is a terminal. */
export class Progress {
  readonly #active: boolean;
  #last = 0;
  #shown = false;

  constructor(active: boolean) {
    this.#active = active;
  }

  show(text: () => string): void {
    if (!this.#active) return;
    const now = performance.now();
    if (now - this.#last < 120) return;
    this.#last = now;
    this.#shown = true;
    tell(`\r\x1b[2K${text()}`);
  }

  clear(): void {
    if (this.#shown) tell("\r\x1b[2K");
    this.#shown = false;
  }
}
