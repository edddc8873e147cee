/** The `rules` of a model: criteria, of which all must hold, and one operation each. */
import { DATA_CLASSES, type DataClass, type Fit, type FormatName, SHAPES, type Shape } from "../formats/api.ts";
import { mayName } from "./below.ts";
import type { Action, TypePattern } from "./model.ts";
import type { Node } from "./node.ts";
import { ENVELOPE, type PathPattern, parsePath } from "./path.ts";
import type { Place } from "./problem.ts";
import { type Entries, join, list, type Reader } from "./reader.ts";
import {
  IDENTITY_TECHNIQUES,
  MASK_FORMS,
  OTHERWISES,
  type Otherwise,
  PLAIN_TECHNIQUES,
  type PlainTechnique,
  UNFITS,
  type Unfit,
} from "./vocabulary.ts";

export interface RulePart {
  readonly at: Place;
  /** `rules[3]`, or `rules[3].path[1]` for one of several paths. */
  readonly path: string;
  readonly pattern: PathPattern | undefined;
  readonly types: readonly TypePattern[] | undefined;
  readonly classes: ReadonlySet<DataClass> | undefined;
  readonly shapes: ReadonlySet<Shape> | undefined;
  readonly format: FormatName | undefined;
  readonly tags: readonly string[];
  /** undefined: wrong, and reported. The rule's names are checked all the same. */
  readonly action: PlainAction | UseAction | undefined;
  readonly unfit: Unfit;
  readonly declared: Fit | undefined;
}

export type PlainAction = Exclude<Action, { readonly kind: "use" }>;
/** The namespace by name; load.ts resolves it. */
export interface UseAction {
  readonly kind: "use";
  readonly namespace: string;
  readonly at: Place;
  readonly otherwise: Otherwise | undefined;
}

export const RULE_KEYS = [
  "path",
  "type",
  "class",
  "shape",
  "format",
  "tags",
  "use",
  "technique",
  "otherwise",
  "unfit",
  "as",
  "strict",
  "danger-no-detect",
  "code-max",
  "keep-first",
  "keep-last",
  "character",
  "kind",
  "value",
  "bounds",
  "to",
] as const;
export const AS_KEYS = ["shape", "min", "max"] as const;
const FORMATS = ["iso20022", "swift-mt", "json"] as const satisfies readonly FormatName[];
/** Keys that belong to some operations only. */
const OPERATION_KEYS: Readonly<Record<string, readonly string[]>> = {
  use: ["otherwise"],
  keep: ["strict", "danger-no-detect", "code-max", "otherwise"],
  redact: [],
  constant: ["value"],
  bucket: ["bounds"],
  month: ["otherwise"],
  round: ["to"],
  drop: [],
  mask: ["keep-first", "keep-last", "character", "kind"],
};
/** Characters of a value that a rule may ask to keep at most: the longest card number less four. */
const KEEP_MAX = 15;
/** Characters of the longest code word that a rule may keep. No list has one as long. */
const CODE_MAX = 64;

export function readRules(reader: Reader, entries: Entries): readonly RulePart[] {
  return (reader.list(entries, "rules", "")?.items ?? []).flatMap((node, i) => readRule(reader, node, `rules[${i}]`));
}

/** One rule, or one for each of its paths. */
function readRule(reader: Reader, node: Node, path: string): readonly RulePart[] {
  const entries = reader.map(node, path, RULE_KEYS);
  if (entries === undefined) return [];
  const action = readAction(reader, entries, node.at, path);
  const shared = {
    types: readTypes(reader, entries, path),
    classes: readSet(reader, entries, "class", path, DATA_CLASSES),
    shapes: readSet(reader, entries, "shape", path, SHAPES),
    format: reader.word(entries, "format", path, FORMATS),
    tags: readTags(reader, entries, path),
    unfit: reader.word(entries, "unfit", path, UNFITS) ?? ("error" as const),
    declared: readDeclared(reader, entries, path),
  };
  const patterns = readPaths(reader, entries, path);
  if (!["path", "type", "class", "shape", "format"].some((key) => entries.has(key))) {
    reader.problems.add(1210, node.at, path, "a rule needs a criterion: `path`, `type`, `class`, `shape` or `format`");
    return [];
  }
  // A rule without an operation still names fields, and its names are worth checking.
  const rules = patterns.map(({ pattern, at, path: place }) => ({ at: at ?? node.at, path: place, pattern, ...shared, action }));
  for (const rule of rules) checkRule(reader, entries, rule, path);
  return rules;
}

function readPaths(
  reader: Reader,
  entries: Entries,
  path: string,
): readonly { readonly pattern: PathPattern | undefined; readonly at?: Place; readonly path: string }[] {
  const nodes = reader.oneOrMore(entries, "path", path);
  if (nodes === undefined) return entries.has("path") ? [] : [{ pattern: undefined, path }];
  return nodes.flatMap(({ node, path: place }) => {
    const text = reader.textOf(node, place);
    if (text === undefined) return [];
    const pattern = parsePath(text);
    if ("issue" in pattern) {
      reader.problems.add(pattern.issue, node.at, place, pattern.message, pattern.suggestion);
      return [];
    }
    return [{ pattern, at: node.at, path: nodes.length === 1 ? path : place }];
  });
}

function readTypes(reader: Reader, entries: Entries, path: string): readonly TypePattern[] | undefined {
  return reader.oneOrMore(entries, "type", path)?.flatMap(({ node, path: place }) => {
    const text = reader.textOf(node, place);
    if (text === undefined) return [];
    return [text.includes("*") ? { kind: "partial" as const, text, parts: text.split("*") } : { kind: "literal" as const, text }];
  });
}

function readSet<T extends string>(
  reader: Reader,
  entries: Entries,
  key: string,
  path: string,
  words: readonly T[],
): ReadonlySet<T> | undefined {
  const nodes = reader.oneOrMore(entries, key, path);
  if (nodes === undefined) return undefined;
  const found = nodes.map(({ node, path: place }) => reader.wordOf(node, place, words));
  const known = found.filter((word) => word !== undefined);
  return known.length === found.length ? new Set(known) : undefined;
}

function readTags(reader: Reader, entries: Entries, path: string): readonly string[] {
  const nodes = reader.oneOrMore(entries, "tags", path) ?? [];
  const tags = nodes.flatMap(({ node, path: place }) => {
    const tag = reader.textOf(node, place);
    if (tag === undefined || TAG.test(tag)) return tag ?? [];
    reader.problems.add(1210, node.at, place, "letters, digits, `.`, `_` and `-` make a tag");
    return [];
  });
  return [...new Set(tags)].sort();
}

/** Why a type cannot be declared. */
export const AS_IS_FOR: string =
  "the catalogue says what this field's type is; `as` is for `json:` and `envelope:` paths, and below any content";

const TAG = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

function readDeclared(reader: Reader, entries: Entries, path: string): Fit | undefined {
  const entry = entries.get("as");
  if (entry === undefined) return undefined;
  const here = join(path, "as");
  const shapes = SHAPES.filter((shape) => shape !== "enum" && shape !== "unknown");
  if (entry.value.kind === "scalar") {
    const shape = reader.wordOf(entry.value, here, shapes);
    return shape === undefined ? undefined : { shape, min: 0, max: 0 };
  }
  const inner = reader.map(entry.value, here, AS_KEYS);
  if (inner === undefined) return undefined;
  const shape = reader.word(inner, "shape", here, shapes);
  const min = reader.integer(inner, "min", here, 0, 65_536) ?? 0;
  const max = reader.integer(inner, "max", here, 1, 65_536) ?? 0;
  if (!inner.has("shape")) reader.problems.add(1210, entry.value.at, here, "`shape` is missing");
  if (max !== 0 && min > max) reader.problems.add(1210, entry.value.at, here, "`min` is above `max`");
  return shape === undefined ? undefined : { shape, min, max };
}

function readAction(reader: Reader, entries: Entries, at: Place, path: string): PlainAction | UseAction | undefined {
  const use = entries.get("use");
  const technique = entries.get("technique");
  if ((use === undefined) === (technique === undefined)) {
    reader.problems.add(
      1210,
      at,
      path,
      `a rule has one operation: \`use\` with a namespace, or \`technique\` with ${list(PLAIN_TECHNIQUES)}`,
    );
    return undefined;
  }
  if (use !== undefined) {
    refuseOthers(reader, entries, "use", path);
    const otherwise = reader.word(entries, "otherwise", path, OTHERWISES);
    const namespace = reader.text(entries, "use", path);
    return namespace === undefined ? undefined : { kind: "use", namespace, at: use.value.at, otherwise };
  }
  const word = readTechnique(reader, entries, path);
  if (word === undefined) return undefined;
  refuseOthers(reader, entries, word, path);
  return plainAction(reader, entries, word, path);
}

function readTechnique(reader: Reader, entries: Entries, path: string): PlainTechnique | undefined {
  const value = entries.get("technique")?.value;
  if (value?.kind === "scalar" && IDENTITY_TECHNIQUES.some((word) => word === value.value)) {
    const message = "this technique gives values an identity: declare it under `namespaces` and name that with `use`";
    reader.problems.add(1203, value.at, join(path, "technique"), message);
    return undefined;
  }
  return reader.word(entries, "technique", path, PLAIN_TECHNIQUES, 1203);
}

function plainAction(reader: Reader, entries: Entries, technique: PlainTechnique, path: string): PlainAction {
  switch (technique) {
    case "keep":
      return {
        kind: "keep",
        strict: reader.boolean(entries, "strict", path),
        detect: reader.boolean(entries, "danger-no-detect", path) !== true,
        codeMax: reader.integer(entries, "code-max", path, 1, CODE_MAX) ?? 0,
        otherwise: readKeepOtherwise(reader, entries, path),
      };
    case "redact":
    case "drop":
      return { kind: technique };
    case "constant":
      return { kind: technique, value: needed(reader, entries, technique, "value", path) };
    case "bucket":
      return { kind: technique, bounds: readBounds(reader, entries, path) };
    case "month":
      return { kind: technique, otherwise: reader.word(entries, "otherwise", path, ["error", "redact"]) ?? "error" };
    case "round":
      return { kind: technique, unit: decimal(reader, entries, needed(reader, entries, technique, "to", path), "to", path) };
    case "mask":
      return {
        kind: "mask",
        form: reader.word(entries, "kind", path, MASK_FORMS) ?? "text",
        keepFirst: reader.integer(entries, "keep-first", path, 0, KEEP_MAX) ?? 0,
        keepLast: reader.integer(entries, "keep-last", path, 0, KEEP_MAX) ?? 0,
        character: readCharacter(reader, entries, path),
      };
  }
}

/** A text that the technique cannot do without. */
function needed(reader: Reader, entries: Entries, technique: string, key: string, path: string): string {
  if (!entries.has(key)) {
    reader.problems.add(1210, entries.get("technique")?.at as Place, join(path, key), `technique \`${technique}\` needs \`${key}\``);
  }
  return reader.text(entries, key, path) ?? "";
}

/** Digits with a point, in quotes: a number of YAML would not tell how many decimals there are. */
const DECIMAL = /^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?$/;

function decimal(reader: Reader, entries: Entries, text: string, key: string, path: string): string {
  const isUnit = DECIMAL.test(text) && !text.startsWith("-") && /[1-9]/.test(text);
  if (text !== "" && !isUnit) {
    reader.problems.add(
      1210,
      entries.get(key)?.value.at as Place,
      join(path, key),
      'a decimal number above 0 belongs here, such as `"0.05"`',
    );
  }
  return text;
}

function readBounds(reader: Reader, entries: Entries, path: string): readonly string[] {
  const nodes = reader.oneOrMore(entries, "bounds", path);
  if (!entries.has("bounds")) {
    reader.problems.add(1210, entries.get("technique")?.at as Place, join(path, "bounds"), "technique `bucket` needs `bounds`");
  }
  return (nodes ?? []).flatMap(({ node, path: at }) => {
    const text = reader.textOf(node, at);
    if (text !== undefined && !DECIMAL.test(text))
      reader.problems.add(1210, node.at, at, 'a decimal number belongs here, such as `"1000"`');
    return text ?? [];
  });
}

function readKeepOtherwise(reader: Reader, entries: Entries, path: string): "error" | "redact" {
  const entry = entries.get("otherwise");
  if (entry !== undefined && !entries.has("code-max")) {
    reader.problems.add(1210, entry.at, join(path, "otherwise"), "without `code-max` every value is kept, nothing is otherwise");
  }
  return reader.word(entries, "otherwise", path, ["error", "redact"]) ?? "error";
}

function readCharacter(reader: Reader, entries: Entries, path: string): string | undefined {
  const character = reader.text(entries, "character", path);
  if (character === undefined || /^[!-~]$/.test(character)) return character;
  reader.problems.add(
    1210,
    entries.get("character")?.value.at as Place,
    join(path, "character"),
    "one printable ASCII character belongs here",
  );
  return undefined;
}

function refuseOthers(reader: Reader, entries: Entries, operation: string, path: string): void {
  for (const key of new Set(Object.values(OPERATION_KEYS).flat())) {
    const entry = entries.get(key);
    if (entry === undefined || OPERATION_KEYS[operation]?.includes(key) === true) continue;
    const owners = Object.keys(OPERATION_KEYS).filter((owner) => OPERATION_KEYS[owner]?.includes(key));
    const names = owners.map((owner) => (owner === "use" ? "`use`" : `\`technique: ${owner}\``));
    reader.problems.add(1210, entry.at, join(path, key), `this key belongs to ${names.join(" or ")}`);
  }
}

/** What the criteria of one rule cannot say together. */
function checkRule(reader: Reader, entries: Entries, rule: RulePart, path: string): void {
  const scope = rule.pattern?.scope;
  const wrong = (key: string, message: string): void => {
    reader.problems.add(1210, entries.get(key)?.value.at ?? rule.at, join(path, key), message);
  };
  if (rule.format !== undefined && scope?.format !== undefined && scope.format !== rule.format) {
    wrong("format", "the path names another format");
  }
  const json = scope?.format === "json";
  if (rule.format === "json" && !json) wrong("format", "rules for JSON name their values by `path`, `json:$.…`");
  if (json && (rule.types ?? rule.classes ?? rule.shapes) !== undefined) {
    const key = ["type", "class", "shape"].find((word) => entries.has(word)) as string;
    wrong(key, "JSON has no catalogue, so that a value has no type, class or shape; `as` declares one");
  }
  const mayBeBelow = rule.pattern !== undefined && mayName(rule.pattern);
  if (rule.declared !== undefined && !json && scope?.message !== ENVELOPE && !mayBeBelow) wrong("as", AS_IS_FOR);
}
