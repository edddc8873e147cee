/**
 * The lock file of a model: the versions and digests of everything in Bauta that decides what the model's values become. It stands
 * beside the model (`cards.yaml`, `cards.lock.json`) and is committed with it. After an upgrade of Bauta that changes one of them a
 * run refuses, until somebody has read the difference and updated the file.
 */
import { BautaError } from "../kit/errors.ts";
import { digestOf } from "./digest.ts";
import { type LockFacts, schemaFacts } from "./lock-facts.ts";
import type { Model } from "./model.ts";
import { nodeOf } from "./node.ts";
import { ProblemList } from "./problem.ts";
import { isJsonRule } from "./uncatalogued.ts";
import { type Definition, KIND_DEFINITIONS, TECHNIQUES, type TechniqueName } from "./vocabulary.ts";

/** Format of lock files. */
export const LOCK_VERSION = 1;

export interface Lock {
  readonly "bauta-lock": 1;
  readonly model: string;
  /** What the model extends, base first: reference and digest of what it says. */
  readonly extends: Readonly<Record<string, string>>;
  readonly techniques: Readonly<Record<string, string>>;
  readonly kinds: Readonly<Record<string, string>>;
  /** Files below schemas/. */
  readonly data: Readonly<Record<string, string>>;
  readonly catalogues: Readonly<Record<string, string>>;
}

/** What texts are searched by. */
const DETECT_DATA = ["detect/words.txt", "kinds/calling-codes.json", "people/forms.txt", "unicode/tables.bin"] as const;
const SECTIONS = ["extends", "techniques", "kinds", "data", "catalogues"] as const;

/** The lock of a model under this Bauta. */
export function lockOf(model: Model, facts: LockFacts = schemaFacts): Lock {
  const techniques = usedTechniques(model).map((name) => TECHNIQUES[name]);
  const kinds = [...new Set(model.namespaces.map((namespace) => namespace.kind))].map((name) => KIND_DEFINITIONS[name]);
  const data = new Set([...kinds, ...techniques].flatMap((definition) => definition.data));
  // The detector of kept text and every otherwise-token read the IBAN table, whatever the kind.
  data.add("kinds/iban.json");
  if (model.detects !== undefined) for (const path of DETECT_DATA) data.add(path);
  const catalogued = model.rules.some((rule) => !isJsonRule(rule));
  return {
    "bauta-lock": LOCK_VERSION,
    model: model.name,
    extends: sorted(basesOf(model)),
    techniques: sorted(techniques.map((definition) => [definition.name, versionOf(definition)])),
    kinds: sorted(kinds.map((definition) => [definition.name, versionOf(definition)])),
    data: sorted([...data].map((path) => [path, facts.digest(path)])),
    catalogues: sorted([
      ...(catalogued ? facts.catalogues().map((path) => [path, facts.digest(path)] as const) : []),
      ...model.catalogues.map(({ reference, sha256 }) => [reference, sha256] as const),
    ]),
  };
}

/** The file's text: one entry a line, sorted, so that a review reads it like code. */
export const encodeLock = (lock: Lock): string => `${JSON.stringify(lock, null, 1)}\n`;

/**
 * The lock in a file's text.
 * @throws BautaError 1215 if it is none
 */
export function parseLock(text: string): Lock {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BautaError(1215, { detail: "the lock file is not JSON" });
  }
  if (!isLock(value)) throw new BautaError(1215, { detail: "the file is not a lock file of this version" });
  return value;
}

/** What differs between two locks, a line for each entry: `technique fpe: version 1 becomes 2`. Empty if nothing does. */
export function compareLocks(before: Lock, after: Lock): readonly string[] {
  const differences = before.model === after.model ? [] : [`model: ${before.model} becomes ${after.model}`];
  for (const section of SECTIONS) {
    for (const name of [...new Set([...Object.keys(before[section]), ...Object.keys(after[section])])].sort()) {
      const difference = compareEntries(before[section][name], after[section][name]);
      if (difference !== undefined) differences.push(`${section} ${name}: ${difference}`);
    }
  }
  return differences;
}

/**
 * Compares the model with its lock file.
 * @param text of the lock file
 * @throws BautaError 1215 with the first differences if they do not agree
 */
export function verifyLock(model: Model, text: string, facts: LockFacts = schemaFacts): void {
  const differences = compareLocks(parseLock(text), lockOf(model, facts));
  if (differences.length === 0) return;
  const shown = differences.slice(0, 5).join("; ");
  const more = differences.length > 5 ? `; and ${differences.length - 5} more` : "";
  throw new BautaError(1215, { detail: shown + more });
}

/** References and digests of what the model extends. Two folders may each have a `base.yaml`: the second is `base.yaml (2)`. */
function basesOf(model: Model): readonly (readonly [string, string])[] {
  const seen = new Map<string, number>();
  return model.origins.slice(0, -1).map(({ reference, sha256 }) => {
    const count = (seen.get(reference) ?? 0) + 1;
    seen.set(reference, count);
    return [count === 1 ? reference : `${reference} (${count})`, sha256] as const;
  });
}

function usedTechniques(model: Model): readonly TechniqueName[] {
  const used = new Set<TechniqueName>(model.namespaces.map((namespace) => namespace.technique));
  for (const { action, unfit } of model.rules) {
    used.add(action.kind === "use" ? action.namespace.technique : action.kind);
    if (unfit === "redact" || ("otherwise" in action && action.otherwise === "redact")) used.add("redact");
    if (action.kind === "use" && action.otherwise === "token") used.add("token");
  }
  if (model.keepUncovered !== undefined) used.add("keep");
  return [...used];
}

/** `version 1, sha256 …`: the digest tells a change of the definition that forgot to change the version. */
function versionOf(definition: Definition): string {
  return `version ${definition.version} ${digestOf(nodeOf(definition, new ProblemList("")))}`;
}

function compareEntries(before: string | undefined, after: string | undefined): string | undefined {
  if (before === after) return undefined;
  if (before === undefined) return "is new";
  if (after === undefined) return "is gone";
  const [was, is] = [before, after].map((entry) => /^version (\d+) /.exec(entry)?.[1]);
  return was !== undefined && is !== undefined && was !== is ? `version ${was} becomes ${is}` : "has changed";
}

/** Entries in the order of their names' code units. */
function sorted(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isLock(value: unknown): value is Lock {
  if (typeof value !== "object" || value === null) return false;
  const lock = value as Record<string, unknown>;
  if (lock["bauta-lock"] !== LOCK_VERSION || typeof lock.model !== "string") return false;
  return SECTIONS.every((section) => isDigests(lock[section]));
}

function isDigests(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every((entry) => typeof entry === "string");
}
