/** The `namespaces` of a model: what each technique and kind takes, and what they do not take together. */
import type { FigureOptions, GeneratedOptions } from "./model.ts";
import type { Node } from "./node.ts";
import { placesOf } from "./pattern.ts";
import type { Place } from "./problem.ts";
import { type Entries, join, list, type Reader } from "./reader.ts";
import {
  BINS,
  type Bin,
  CIPHERS,
  type CipherName,
  DOMAINS,
  type DomainRule,
  DRAWN_KINDS,
  type FigureTechnique,
  FPE_KINDS,
  HASH_HEX_LENGTHS,
  HASHES,
  type HashName,
  IDENTITY_TECHNIQUES,
  type IdentityTechnique,
  isFigureTechnique,
  KINDS,
  type KindName,
  MERGES,
  type Merge,
  OTHERWISES,
  type Otherwise,
  PARTY_KINDS,
  PLAIN_TECHNIQUES,
  TOKEN_KINDS,
  TOKEN_WIDTH_MAX,
} from "./vocabulary.ts";

export interface NamespacePart {
  readonly name: string;
  readonly at: Place;
  readonly technique: IdentityTechnique;
  readonly kind: KindName;
  readonly otherwise: Otherwise | undefined;
  readonly bin: Bin | undefined;
  readonly prefix: string | undefined;
  readonly width: number | undefined;
  readonly hash: HashName | undefined;
  readonly distinct: boolean | undefined;
  readonly merge: readonly Merge[] | undefined;
  readonly domain: DomainRule | undefined;
  readonly acrossRecipients: boolean | undefined;
  readonly figure: FigureOptions | undefined;
  readonly cipher: CipherName | undefined;
  readonly generated: GeneratedOptions | undefined;
  readonly cardinality: bigint | undefined;
  readonly acceptCollisions: boolean;
  readonly override: boolean;
}

export const NAMESPACE_KEYS = [
  "technique",
  "kind",
  "otherwise",
  "bin",
  "prefix",
  "width",
  "hash",
  "distinct",
  "merge",
  "domain",
  "across-recipients",
  "within",
  "from",
  "to",
  "days",
  "subject",
  "cipher",
  "pattern",
  "like",
  "cardinality",
  "accept-collisions",
  "override",
] as const;

/** A namespace's name goes into the derivation of its key: lower case, so that spelling cannot make two of one. */
const NAME = /^[a-z][a-z0-9-]{0,63}$/;
/** A prefix stands at the start of a value: safe in every character set, and never a field's or line's mark. */
const PREFIX = /^[A-Za-z0-9][A-Za-z0-9.-]{0,15}$/;

export function readNamespaces(reader: Reader, entries: Entries): readonly NamespacePart[] {
  const entry = entries.get("namespaces");
  if (entry === undefined) return [];
  if (entry.value.kind !== "map") {
    reader.problems.add(1210, entry.value.at, "namespaces", "a map of names and definitions belongs here");
    return [];
  }
  const parts: NamespacePart[] = [];
  for (const { key, at, value } of reader.once(entry.value, "namespaces", 1206)) {
    const path = `namespaces.${key}`;
    if (!NAME.test(key)) reader.problems.add(1210, at, path, "a name is of at most 64 lower-case letters, digits and `-`, a letter first");
    const part = readNamespace(reader, key, at, value, path);
    if (part !== undefined) parts.push(part);
  }
  return parts;
}

/** Every name that is declared, well or not. */
export function namespaceNames(entries: Entries): readonly string[] {
  const node = entries.get("namespaces")?.value;
  return node?.kind === "map" ? node.entries.map(({ key }) => key) : [];
}

function readNamespace(reader: Reader, name: string, at: Place, node: Node, path: string): NamespacePart | undefined {
  const entries = reader.map(node, path, NAMESPACE_KEYS);
  if (entries === undefined) return undefined;
  const technique = readTechnique(reader, entries, node.at, path);
  const kind = readKind(reader, entries, node.at, path);
  const hash = reader.word(entries, "hash", path, HASHES);
  const widthMax = technique === "hash" ? HASH_HEX_LENGTHS[hash ?? HASHES[0]] : TOKEN_WIDTH_MAX;
  const options = {
    otherwise: reader.word(entries, "otherwise", path, OTHERWISES),
    bin: reader.word(entries, "bin", path, BINS),
    prefix: readPrefix(reader, entries, path),
    width: reader.integer(entries, "width", path, 1, widthMax),
    hash,
    distinct: reader.boolean(entries, "distinct", path),
    merge: reader.wordList(entries, "merge", path, MERGES),
    domain: reader.word(entries, "domain", path, DOMAINS),
    acrossRecipients: reader.boolean(entries, "across-recipients", path),
    figure: readFigure(reader, entries, technique, node.at, path),
    cipher: technique === "encrypt" ? (reader.word(entries, "cipher", path, CIPHERS) ?? CIPHERS[0]) : undefined,
    generated: technique === "generate" ? readGenerated(reader, entries, kind, node.at, path) : undefined,
    cardinality: reader.count(entries, "cardinality", path),
    acceptCollisions: entries.has("accept-collisions"),
    override: reader.boolean(entries, "override", path) ?? false,
  };
  reader.words(entries, "accept-collisions", path);
  if (technique === undefined || kind === undefined) return undefined;
  if (isFigureTechnique(technique)) checkFigure(reader, entries, technique, kind, path);
  else if (technique === "encrypt") checkEncrypted(reader, entries, kind, path);
  else if (technique === "generate") checkGenerated(reader, entries, kind, path);
  else checkTogether(reader, entries, technique, kind, path);
  return { name, at, technique, kind, ...options };
}

function readTechnique(reader: Reader, entries: Entries, at: Place, path: string): IdentityTechnique | undefined {
  const entry = entries.get("technique");
  if (entry === undefined) {
    reader.problems.add(1210, at, join(path, "technique"), `a technique is missing: one of ${list(IDENTITY_TECHNIQUES)}`);
    return undefined;
  }
  const { value } = entry;
  if (value.kind === "scalar" && PLAIN_TECHNIQUES.some((word) => word === value.value)) {
    const message = "this technique gives values no identity; name it in a rule with `technique`";
    reader.problems.add(1203, value.at, join(path, "technique"), message);
    return undefined;
  }
  return reader.word(entries, "technique", path, IDENTITY_TECHNIQUES, 1203);
}

function readKind(reader: Reader, entries: Entries, at: Place, path: string): KindName | undefined {
  if (entries.has("kind")) return reader.word(entries, "kind", path, KINDS, 1204);
  reader.problems.add(1210, at, join(path, "kind"), "a kind is missing: it says which spellings are the same value");
  return undefined;
}

function readPrefix(reader: Reader, entries: Entries, path: string): string | undefined {
  const prefix = reader.text(entries, "prefix", path);
  if (prefix === undefined || PREFIX.test(prefix)) return prefix;
  const message = "a prefix is of at most 16 letters, digits, `.` and `-`, a letter or digit first";
  reader.problems.add(1210, entries.get("prefix")?.value.at as Place, join(path, "prefix"), message);
  return undefined;
}

/** What each technique of amounts and days takes: keys that it needs, and others. */
const FIGURES: Readonly<
  Record<FigureTechnique, { readonly kind: KindName; readonly needs: readonly string[]; readonly takes: readonly string[] }>
> = {
  noise: { kind: "amount", needs: ["within"], takes: [] },
  scale: { kind: "amount", needs: ["from", "to"], takes: ["subject"] },
  "date-shift": { kind: "date", needs: ["days"], takes: ["subject"] },
};
/** Percent, factors and days that a model may ask for. */
const WITHIN_MAX = 90;
const FACTOR_MAX = 10_000;
const DAYS_MAX = 36_525;

function readFigure(
  reader: Reader,
  entries: Entries,
  technique: IdentityTechnique | undefined,
  at: Place,
  path: string,
): FigureOptions | undefined {
  if (technique === "generate") return undefined;
  const options = {
    within: reader.integer(entries, "within", path, 1, WITHIN_MAX),
    from: reader.integer(entries, "from", path, 2, FACTOR_MAX),
    to: reader.integer(entries, "to", path, 2, FACTOR_MAX),
    days: reader.integer(entries, "days", path, 1, DAYS_MAX),
    subject: reader.text(entries, "subject", path),
  };
  if (technique === undefined || !isFigureTechnique(technique)) return undefined;
  for (const key of FIGURES[technique].needs) {
    if (!entries.has(key)) reader.problems.add(1210, at, join(path, key), `technique \`${technique}\` needs \`${key}\``);
  }
  if (options.from !== undefined && options.to !== undefined && options.from > options.to) {
    reader.problems.add(1210, at, join(path, "from"), "`from` is above `to`");
  }
  return options;
}

function checkFigure(reader: Reader, entries: Entries, technique: FigureTechnique, kind: KindName, path: string): void {
  const { kind: own, needs, takes } = FIGURES[technique];
  if (kind !== own)
    reader.problems.add(1210, entries.get("kind")?.value.at as Place, join(path, "kind"), `\`${technique}\` takes kind \`${own}\``);
  refuseOptions(reader, entries, ["otherwise", ...needs, ...takes], `technique \`${technique}\``, path);
}

function checkEncrypted(reader: Reader, entries: Entries, kind: KindName, path: string): void {
  if (kind !== "text")
    reader.problems.add(
      1210,
      entries.get("kind")?.value.at as Place,
      join(path, "kind"),
      "`encrypt` takes kind `text`: values are encrypted as they stand",
    );
  refuseOptions(reader, entries, ["otherwise", "cipher"], "technique `encrypt`", path);
}

/** Kinds of which nothing can be made up without an example. */
const LIKE_NEEDED: readonly KindName[] = ["national-id", "identifier"];

function readGenerated(reader: Reader, entries: Entries, kind: KindName | undefined, at: Place, path: string): GeneratedOptions {
  const pattern = reader.text(entries, "pattern", path);
  const places = pattern === undefined ? undefined : placesOf(pattern);
  if (pattern !== undefined && places === undefined) {
    const message = "a pattern is of characters, lists in brackets and counts in braces: `INV-[A-Z]{2}[0-9]{6}`";
    reader.problems.add(1210, entries.get("pattern")?.value.at as Place, join(path, "pattern"), message);
  }
  const options = {
    from: reader.text(entries, "from", path),
    to: reader.text(entries, "to", path),
    places,
    like: reader.text(entries, "like", path),
  };
  const ranged = kind === "amount" || kind === "date";
  const needs = ranged ? ["from", "to"] : kind === "text" ? ["pattern"] : kind !== undefined && LIKE_NEEDED.includes(kind) ? ["like"] : [];
  for (const key of needs) {
    if (!entries.has(key)) reader.problems.add(1210, at, join(path, key), `technique \`generate\` with kind \`${kind}\` needs \`${key}\``);
  }
  if (ranged) checkRange(reader, entries, kind === "amount" ? AMOUNT : DAY, path);
  return options;
}

const AMOUNT = { form: /^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?$/, what: 'a decimal number in quotes: `"10.00"`' };
const DAY = { form: /^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/, what: "a day: `2024-01-31`" };

function checkRange(reader: Reader, entries: Entries, { form, what }: typeof AMOUNT, path: string): void {
  for (const key of ["from", "to"]) {
    const value = entries.get(key)?.value;
    if (value?.kind === "scalar" && typeof value.value === "string" && !form.test(value.value))
      reader.problems.add(1210, value.at, join(path, key), `this is to be ${what}`);
  }
}

function checkGenerated(reader: Reader, entries: Entries, kind: KindName, path: string): void {
  if (kind === "prefixed-id")
    reader.problems.add(1210, entries.get("kind")?.value.at as Place, join(path, "kind"), "`generate` does not take kind `prefixed-id`");
  const named = PARTY_KINDS.includes(kind) ? ["distinct"] : [];
  const own = kind === "amount" || kind === "date" ? ["from", "to"] : kind === "text" ? ["pattern"] : ["like", ...named];
  refuseOptions(reader, entries, own, `technique \`generate\` with kind \`${kind}\``, path);
}

/** Options that mean nothing under this technique and kind: a user who writes one expects an effect. */
function checkTogether(reader: Reader, entries: Entries, technique: IdentityTechnique, kind: KindName, path: string): void {
  const draws = technique === "fpe" || (technique === "pseudonym" && !TOKEN_KINDS.includes(kind));
  const drawn = technique === "fpe" ? FPE_KINDS : [...FPE_KINDS, ...DRAWN_KINDS];
  if (draws && !drawn.includes(kind)) {
    const kinds = technique === "fpe" ? drawn : [...drawn, ...TOKEN_KINDS];
    reader.problems.add(1210, entries.get("kind")?.value.at as Place, join(path, "kind"), `\`${technique}\` takes ${list(kinds)}`);
  }
  const own = technique === "hash" ? HASH_OPTIONS : draws ? drawingOptions(kind) : tokenOptions(kind);
  const allowed = PARTY_KINDS.includes(kind) ? [...own, "merge"] : own;
  refuseOptions(reader, entries, allowed, `technique \`${technique}\` with kind \`${kind}\``, path);
}

function refuseOptions(reader: Reader, entries: Entries, allowed: readonly string[], what: string, path: string): void {
  for (const key of OPTION_KEYS) {
    const entry = entries.get(key);
    if (entry === undefined || allowed.includes(key)) continue;
    reader.problems.add(1210, entry.at, join(path, key), `${what} takes ${allowed.length === 0 ? "no options" : list(allowed)}`);
  }
}

const OPTION_KEYS = [
  "otherwise",
  "bin",
  "prefix",
  "width",
  "hash",
  "distinct",
  "merge",
  "domain",
  "within",
  "from",
  "to",
  "days",
  "subject",
  "cipher",
  "pattern",
  "like",
  "cardinality",
  "accept-collisions",
] as const;
const HASH_OPTIONS: readonly string[] = ["hash", "prefix", "width", "cardinality", "accept-collisions"];

/** fpe, and pseudonyms drawn from a class or from lists: values may be outside it. */
function drawingOptions(kind: KindName): readonly string[] {
  if (kind === "pan" || kind === "account") return ["otherwise", "bin"];
  if (kind === "email") return ["otherwise", "domain"];
  return PARTY_KINDS.includes(kind) ? ["otherwise", "distinct"] : ["otherwise"];
}

/** The forms of an e-mail address and of an identifier with its own prefix leave no room for another; the latter may be missing. */
function tokenOptions(kind: KindName): readonly string[] {
  const options = ["width", "cardinality", "accept-collisions"];
  if (kind === "email") return options;
  return kind === "prefixed-id" ? ["otherwise", ...options] : ["prefix", ...options];
}
