/**
 * What was put where pipelines read their policy, act by act: a folder beside it that keeps every bundle by its SHA-256, and a log of who
 * put which of them in its place, when, and what that changed. Each line of the log has the digest of the one before it, so that none can be
 * changed or left out in the middle without being noticed. No value of a record is in any of it.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BautaError } from "./kit/errors.ts";
import { isObject } from "./policy/views.ts";
import { replaceFile } from "./sinks/replace.ts";

export interface PolicyAct {
  /** From 0. */
  readonly sequence: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** `found`: it was there before the first act. */
  readonly act: "found" | "activate" | "rollback";
  /** Who the operating system says it was, and what for. */
  readonly by: string;
  readonly reason: string;
  /** SHA-256 (hex) of the packed bundle, and of the one that it took the place of; empty: there was none. */
  readonly bundle: string;
  readonly instead: string;
  readonly revision: string;
  readonly serial: number | null;
  /** Ids of the keys that signed it. */
  readonly signers: readonly string[];
  /** Digest of the policy, and of what it decides, by view. */
  readonly policy: string;
  readonly decisions: Readonly<Record<string, string>>;
  /** Kinds of changes against the one before, and how many of them loosen. */
  readonly changes: number;
  readonly loosens: number;
}

/** Of the line before the first one. */
const NOTHING = "0".repeat(64);
const LOG = "activations.jsonl";

export class PolicyHistory {
  readonly #folder: string;
  readonly #lines: string[];
  readonly #acts: PolicyAct[];

  /**
   * @param path where pipelines read the policy
   * @throws BautaError 1649 for a log that was changed, or cannot be read
   */
  constructor(path: string) {
    this.#folder = historyOf(path);
    this.#lines = linesOf(join(this.#folder, LOG));
    this.#acts = actsOf(this.#lines, join(this.#folder, LOG));
  }

  /** The first one first. */
  get acts(): readonly PolicyAct[] {
    return this.#acts;
  }

  /** Keeps a bundle; gives its SHA-256. @throws BautaError 7002 or 7003 */
  keep(bundle: Uint8Array): string {
    const name = sha256(bundle);
    const place = this.#placeOf(name);
    if (!existsSync(place)) replaceFile(place, bundle);
    return name;
  }

  /** The bundle of that SHA-256. @throws BautaError 1649 if it is not there, or is another */
  bundle(name: string): Uint8Array {
    const path = this.#placeOf(name);
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      throw new BautaError(1649, { path, detail: String((error as NodeJS.ErrnoException).code) });
    }
    if (sha256(bytes) !== name) throw new BautaError(1649, { path, detail: "its content is not what its name says" });
    return bytes;
  }

  /** Writes an act behind the others; it is durable when the call returns. @throws BautaError 7002 or 7003 */
  add(act: Omit<PolicyAct, "sequence">): PolicyAct {
    const whole: PolicyAct = { sequence: this.#lines.length, ...act };
    const before = this.#lines.at(-1);
    this.#lines.push(JSON.stringify({ ...whole, previous: before === undefined ? NOTHING : sha256(before) }));
    replaceFile(join(this.#folder, LOG), new TextEncoder().encode(`${this.#lines.join("\n")}\n`));
    this.#acts.push(whole);
    return whole;
  }

  #placeOf(name: string): string {
    return join(this.#folder, `${name}.tar.gz`);
  }
}

/** The folder beside a policy that keeps what was in its place. */
export const historyOf = (path: string): string => `${path}.history`;

const sha256 = (content: Uint8Array | string): string => createHash("sha256").update(content).digest("hex");

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    throw new BautaError(1649, { path, detail: String(code) });
  }
}

function actsOf(lines: readonly string[], path: string): PolicyAct[] {
  return lines.map((line, i) => {
    let act: unknown;
    try {
      act = JSON.parse(line);
    } catch {
      act = undefined;
    }
    const before = lines[i - 1];
    const isNext = isObject(act) && act["sequence"] === i && act["previous"] === (before === undefined ? NOTHING : sha256(before));
    if (!isObject(act) || !isNext || typeof act["bundle"] !== "string" || !/^[0-9a-f]{64}$/.test(act["bundle"]))
      throw new BautaError(1649, { path, detail: `line ${i + 1} does not go on from the one before` });
    return act as unknown as PolicyAct;
  });
}
