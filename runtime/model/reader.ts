/**
 * Reads words, numbers and lists out of a model's tree. Every method reports what is wrong and returns undefined, so that reading
 * goes on and all problems are found in one pass.
 */

import { nearest } from "../kit/suggest.ts";
import type { Entry, ListNode, MapNode, Node } from "./node.ts";
import { NOWHERE, type Place, type ProblemList } from "./problem.ts";

/** A map's entries by key, each once. */
export type Entries = ReadonlyMap<string, Entry>;

/** Words that explain a danger are words: two of them at least. */
const WORDS = /\p{L}{2,}\P{L}(?:.*\P{L})?\p{L}{2,}/su;

/** Issue numbers of what a reader finds. */
export interface ReaderIssues {
  readonly twice: number;
  readonly unknownKey: number;
  readonly value: number;
}

const MODEL_ISSUES: ReaderIssues = { twice: 1201, unknownKey: 1202, value: 1210 };

export class Reader {
  readonly problems: ProblemList;
  readonly #issues: ReaderIssues;

  /** @param issues those of a model, unless another language is read */
  constructor(problems: ProblemList, issues: ReaderIssues = MODEL_ISSUES) {
    this.problems = problems;
    this.#issues = issues;
  }

  /** Entries of a map whose keys are words of the language. */
  map(node: Node, path: string, keys: readonly string[]): Entries | undefined {
    if (node.kind !== "map") return this.#wrong(this.#issues.value, node.at, path, "a map of keys and values belongs here");
    const known = new Map<string, Entry>();
    for (const entry of this.once(node, path, this.#issues.twice)) {
      if (keys.includes(entry.key)) known.set(entry.key, entry);
      else
        this.problems.add(
          this.#issues.unknownKey,
          entry.at,
          join(path, entry.key),
          `no such key here; there are ${list(keys)}`,
          nearest(entry.key, keys),
        );
    }
    return known;
  }

  /** A map's entries; a key that occurs again is reported under `issue` and left out. */
  once(node: MapNode, path: string, issue: number): readonly Entry[] {
    const seen = new Map<string, Place>();
    return node.entries.filter((entry) => {
      const first = seen.get(entry.key);
      if (first === undefined) {
        seen.set(entry.key, entry.at);
        return true;
      }
      const where = first === NOWHERE ? "" : `, first on line ${first.line}`;
      this.problems.add(issue, entry.at, join(path, entry.key), `\`${entry.key}\` is given twice${where}`);
      return false;
    });
  }

  /** A text that is not empty, at most 256 characters, without control characters. */
  text(entries: Entries, key: string, path: string): string | undefined {
    const entry = entries.get(key);
    return entry === undefined ? undefined : this.textOf(entry.value, join(path, key));
  }

  textOf(node: Node, path: string): string | undefined {
    const value = node.kind === "scalar" ? node.value : undefined;
    if (typeof value === "number") return this.#wrong(this.#issues.value, node.at, path, "a text belongs here; put the number in quotes");
    if (typeof value !== "string" || value === "" || value.length > 256) {
      return this.#wrong(this.#issues.value, node.at, path, "a text of 1 to 256 characters belongs here");
    }
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit < 0x20 || unit === 0x7f)
        return this.#wrong(this.#issues.value, node.at, path, "a text without control characters belongs here");
    }
    return value;
  }

  /** A sentence that accepts a danger: two words at least, or it is issue 1216. */
  words(entries: Entries, key: string, path: string): string | undefined {
    const words = this.text(entries, key, path);
    if (words === undefined || WORDS.test(words)) return words;
    return this.#wrong(1216, entries.get(key)?.value.at ?? NOWHERE, join(path, key), "say why in words");
  }

  boolean(entries: Entries, key: string, path: string): boolean | undefined {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    const { value } = entry;
    if (value.kind === "scalar" && typeof value.value === "boolean") return value.value;
    return this.#wrong(this.#issues.value, value.at, join(path, key), "`true` or `false` belongs here");
  }

  integer(entries: Entries, key: string, path: string, min: number, max: number): number | undefined {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    const value = entry.value.kind === "scalar" ? entry.value.value : undefined;
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
    return this.#wrong(this.#issues.value, entry.value.at, join(path, key), `a whole number from ${min} to ${max} belongs here`);
  }

  /** A whole number above 0, with `_` between digits if it is easier to read so. */
  count(entries: Entries, key: string, path: string): bigint | undefined {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    const value = entry.value.kind === "scalar" ? entry.value.value : undefined;
    if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return BigInt(value);
    if (typeof value === "string" && /^[1-9][0-9]*(_[0-9]+)*$/.test(value) && value.length <= 40) return BigInt(value.replaceAll("_", ""));
    return this.#wrong(this.#issues.value, entry.value.at, join(path, key), "a whole number above 0 belongs here, such as 1_000_000");
  }

  /** One of a closed set of words; another is `issue`, with the nearest as suggestion. */
  word<T extends string | number>(
    entries: Entries,
    key: string,
    path: string,
    words: readonly T[],
    issue: number = this.#issues.value,
  ): T | undefined {
    const entry = entries.get(key);
    return entry === undefined ? undefined : this.wordOf(entry.value, join(path, key), words, issue);
  }

  wordOf<T extends string | number>(node: Node, path: string, words: readonly T[], issue: number = this.#issues.value): T | undefined {
    const value = node.kind === "scalar" ? node.value : undefined;
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    const suggestion = typeof value === "string" ? nearest(value, words.map(String)) : undefined;
    this.problems.add(issue, node.at, path, `one of ${list(words)} belongs here`, suggestion);
    return undefined;
  }

  /** One word or several of a closed set, each once. */
  wordList<T extends string>(entries: Entries, key: string, path: string, words: readonly T[]): readonly T[] | undefined {
    const nodes = this.oneOrMore(entries, key, path);
    const found = nodes?.map(({ node, path: at }) => this.wordOf(node, at, words)).filter((word) => word !== undefined);
    return found === undefined ? undefined : words.filter((word) => found.includes(word));
  }

  /** One node or a list of at least one. */
  oneOrMore(entries: Entries, key: string, path: string): readonly { readonly node: Node; readonly path: string }[] | undefined {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    const here = join(path, key);
    if (entry.value.kind !== "list") return [{ node: entry.value, path: here }];
    if (entry.value.items.length === 0) return this.#wrong(this.#issues.value, entry.value.at, here, "the list is empty");
    return entry.value.items.map((node, i) => ({ node, path: `${here}[${i}]` }));
  }

  list(entries: Entries, key: string, path: string): ListNode | undefined {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.value.kind === "list") return entry.value;
    return this.#wrong(this.#issues.value, entry.value.at, join(path, key), "a list belongs here");
  }

  #wrong(issue: number, at: Place, path: string, message: string): undefined {
    this.problems.add(issue, at, path, message);
    return undefined;
  }
}

export const join = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

/** `a`, `b` and `c`, for messages. */
export function list(words: readonly (string | number)[]): string {
  const quoted = words.map((word) => `\`${word}\``);
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1)}`;
}
