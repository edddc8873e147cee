/**
 * From a source's tree to its parts: every key checked by itself, names not yet resolved. What two sources say together is
 * load.ts's matter.
 */

import { asciiLower } from "../kit/suggest.ts";
import type { Node } from "./node.ts";
import type { Place, ProblemList } from "./problem.ts";
import { type NamespacePart, namespaceNames, readNamespaces } from "./read-namespaces.ts";
import { type RulePart, readRules } from "./read-rules.ts";
import { type ModelTest, readTests } from "./read-tests.ts";
import { readText, type TextPart } from "./read-text.ts";
import { type Entries, Reader } from "./reader.ts";
import { MODES, type Mode, SCOPES, type Scope } from "./vocabulary.ts";

/** One source, read. Keys that are absent, or wrong and reported, are undefined. */
export interface ModelPart {
  /** The keys that are there, right or wrong. */
  readonly keys: ReadonlySet<string>;
  readonly name: string | undefined;
  readonly extends: Located<string> | undefined;
  readonly mode: Located<Mode> | undefined;
  readonly scope: Located<Scope> | undefined;
  readonly seed: Located<string> | undefined;
  readonly seedAsKey: Located<boolean> | undefined;
  /** Why fields without a rule are kept. */
  readonly keepUncovered: string | undefined;
  readonly cardinality: bigint | undefined;
  readonly namespaces: readonly NamespacePart[];
  /** Names under `namespaces`, also of those whose definition is wrong. */
  readonly namespaceNames: readonly string[];
  readonly rules: readonly RulePart[];
  readonly text: TextPart;
  readonly envelope: { readonly open: boolean | undefined; readonly elements: readonly string[]; readonly namespaces: readonly string[] };
  /** References to files. */
  readonly catalogues: readonly Located<string>[];
  readonly tests: readonly ModelTest[];
}

export interface Located<T> {
  readonly value: T;
  readonly at: Place;
}

export const MODEL_KEYS = [
  "bauta",
  "name",
  "extends",
  "mode",
  "scope",
  "seed",
  "danger-seed-as-key",
  "default",
  "cardinality",
  "namespaces",
  "rules",
  "text",
  "envelope",
  "catalogues",
  "tests",
] as const;
export const DEFAULT_KEYS = ["danger-keep-uncovered", "because"] as const;
export const ENVELOPE_KEYS = ["open", "elements", "namespaces"] as const;

/** A model's name: it goes into logs and file names. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export function readModel(tree: Node, problems: ProblemList): ModelPart | undefined {
  const reader = new Reader(problems);
  const entries = reader.map(tree, "", MODEL_KEYS);
  if (entries === undefined) return undefined;
  readVersion(reader, entries, tree.at);
  const located = <T>(key: string, value: T | undefined): Located<T> | undefined =>
    value === undefined ? undefined : { value, at: entries.get(key)?.value.at ?? tree.at };
  return {
    keys: new Set(entries.keys()),
    name: readName(reader, entries, tree.at),
    extends: located("extends", reader.text(entries, "extends", "")),
    mode: located("mode", reader.word(entries, "mode", "", MODES)),
    scope: located("scope", reader.word(entries, "scope", "", SCOPES)),
    seed: located("seed", reader.text(entries, "seed", "")),
    seedAsKey: located("danger-seed-as-key", reader.boolean(entries, "danger-seed-as-key", "")),
    keepUncovered: readDefault(reader, entries),
    cardinality: reader.count(entries, "cardinality", ""),
    namespaces: readNamespaces(reader, entries),
    namespaceNames: namespaceNames(entries),
    rules: readRules(reader, entries),
    text: readText(reader, entries),
    envelope: readEnvelope(reader, entries),
    catalogues: readCatalogues(reader, entries),
    tests: readTests(reader, entries),
  };
}

function readVersion(reader: Reader, entries: Entries, at: Place): void {
  if (!entries.has("bauta")) reader.problems.add(1210, at, "bauta", "the version of the language is missing: `bauta: 1`");
  else reader.word(entries, "bauta", "", [1]);
}

function readName(reader: Reader, entries: Entries, at: Place): string | undefined {
  if (!entries.has("name")) {
    reader.problems.add(1210, at, "name", "the model's name is missing");
    return undefined;
  }
  const name = reader.text(entries, "name", "");
  if (name === undefined || NAME.test(name)) return name;
  reader.problems.add(1210, entries.get("name")?.value.at ?? at, "name", "a name is of at most 64 letters, digits, `.`, `_` and `-`");
  return undefined;
}

function readDefault(reader: Reader, entries: Entries): string | undefined {
  const entry = entries.get("default");
  if (entry === undefined) return undefined;
  if (entry.value.kind === "scalar") {
    const { value } = entry.value;
    if (value === "refuse") return undefined;
    const issue = typeof value === "string" && asciiLower(value) === "keep" ? 1216 : 1210;
    const message = "`refuse` belongs here, or `{danger-keep-uncovered: true, because: …}`";
    reader.problems.add(issue, entry.value.at, "default", message);
    return undefined;
  }
  const inner = reader.map(entry.value, "default", DEFAULT_KEYS);
  if (inner === undefined) return undefined;
  const keep = reader.boolean(inner, "danger-keep-uncovered", "default");
  const because = reader.words(inner, "because", "default");
  if (keep === true && because !== undefined) return because;
  if (!inner.has("danger-keep-uncovered") || !inner.has("because") || keep === false) {
    reader.problems.add(1216, entry.value.at, "default", "`danger-keep-uncovered: true` and `because:` with the reason go together");
  }
  return undefined;
}

/** Names of wrapper elements, and URIs of namespaces: schema, so they look like it and hold no long run of digits. */
const ELEMENT = /^@?[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#@!$&()*+,;=%-]{1,255}$/;

function readEnvelope(reader: Reader, entries: Entries): ModelPart["envelope"] {
  const nothing = { open: undefined, elements: [], namespaces: [] };
  const entry = entries.get("envelope");
  if (entry === undefined) return nothing;
  const inner = reader.map(entry.value, "envelope", ENVELOPE_KEYS);
  if (inner === undefined) return nothing;
  return {
    open: reader.boolean(inner, "open", "envelope"),
    elements: readNames(reader, inner, "elements", ELEMENT, "the name of an element, or of an attribute with `@` in front"),
    namespaces: readNames(reader, inner, "namespaces", URI, "the URI of a namespace"),
  };
}

function readCatalogues(reader: Reader, entries: Entries): readonly Located<string>[] {
  return (reader.list(entries, "catalogues", "")?.items ?? []).flatMap((item, i) => {
    const value = reader.textOf(item, `catalogues[${i}]`);
    return value === undefined ? [] : [{ value, at: item.at }];
  });
}

function readNames(reader: Reader, entries: Entries, key: string, form: RegExp, what: string): readonly string[] {
  const names: string[] = [];
  for (const [i, item] of (reader.list(entries, key, "envelope")?.items ?? []).entries()) {
    const path = `envelope.${key}[${i}]`;
    const name = reader.textOf(item, path);
    if (name === undefined) continue;
    if (form.test(name)) names.push(name);
    else reader.problems.add(1210, item.at, path, `${what} belongs here`);
  }
  return names;
}
