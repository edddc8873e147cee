/** Where values stand in a JSON record: their own paths, beside those of the rules that took them. */
import type { InspectedRecord } from "../pipeline/inspect.ts";

/** The path of each value of the record; undefined where none is found. The record is one that the scanner has accepted. */
export function jsonPlaces({ before, values }: Pick<InspectedRecord, "before" | "values">): readonly (string | undefined)[] {
  const starts: number[] = [];
  const paths: string[] = [];
  walk(before, (start, path) => {
    starts.push(start);
    paths.push(path);
  });
  let at = 0;
  return values.map(({ segments, outcome }) => {
    // A string's value begins behind its quote, a removed member with its comma or its name: right behind the bracket of what holds it.
    const from = (segments[0]?.start ?? 0) - (outcome === "removed" ? 0 : 1);
    while (at < starts.length && (starts[at] as number) < from) at++;
    const start = starts[at];
    return start !== undefined && start <= (segments.at(-1)?.end ?? 0) ? paths[at] : undefined;
  });
}

interface Level {
  readonly isObject: boolean;
  readonly path: string;
  index: number;
  /** The member under way; undefined before its name. */
  name: string | undefined;
}

/** Calls back for every value, containers included, with its first byte. */
function walk(bytes: Uint8Array, found: (start: number, path: string) => void): void {
  const levels: Level[] = [];
  const pathHere = (): string => {
    const level = levels.at(-1);
    if (level === undefined) return "$";
    return level.isObject ? `${level.path}${step(level.name ?? "")}` : `${level.path}[${level.index}]`;
  };
  for (let at = 0; at < bytes.length; at++) {
    const level = levels.at(-1);
    switch (bytes[at]) {
      case 0x22: {
        const end = stringEnd(bytes, at);
        if (level?.isObject && level.name === undefined) level.name = nameOf(bytes.subarray(at, end));
        else found(at, pathHere());
        at = end - 1;
        break;
      }
      case 0x7b:
      case 0x5b: {
        const path = pathHere();
        found(at, path);
        levels.push({ isObject: bytes[at] === 0x7b, path, index: 0, name: undefined });
        break;
      }
      case 0x7d:
      case 0x5d:
        levels.pop();
        break;
      case 0x2c:
        if (level !== undefined) {
          level.index++;
          level.name = undefined;
        }
        break;
      default:
        if (isScalar(bytes[at] as number)) {
          found(at, pathHere());
          while (at + 1 < bytes.length && isScalar(bytes[at + 1] as number)) at++;
        }
    }
  }
}

/** Behind the closing quote of the string that begins at `at`. */
function stringEnd(bytes: Uint8Array, at: number): number {
  let p = at + 1;
  while (p < bytes.length && bytes[p] !== 0x22) p += bytes[p] === 0x5c ? 2 : 1;
  return p + 1;
}

function nameOf(bytes: Uint8Array): string {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as string;
  } catch {
    return "?";
  }
}

/** Letters, digits and signs: numbers and literals. */
const isScalar = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x45 || byte === 0x2d || byte === 0x2b || byte === 0x2e;

const step = (name: string): string => (/^[A-Za-z0-9_$@#:-]+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`);
