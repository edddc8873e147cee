/**
 * A starter model of what a scan found: `extends: test-data`, which covers all messages with a catalogue, a rule for each path of JSON
 * that was met, and one for each value of a message with a catalogue that was found to be of a kind. What was found goes through the
 * namespace of its kind; all else of JSON is redacted, for a scan cannot tell what may be kept.
 */
import type { Finding } from "./findings.ts";
import type { Kind } from "./kinds.ts";
import { type Place, pathOf, placesBelow } from "./place.ts";

/** Namespaces of the preset test-data. */
const NAMESPACE_OF: Readonly<Record<Kind, string>> = {
  pan: "card",
  iban: "account",
  bic: "bic",
  lei: "lei",
  "national-id": "identifier",
  email: "email",
  phone: "phone",
  name: "party",
  organisation: "party",
};

export interface Starter {
  readonly text: string;
  /** Rules, and of these those that mask what was found. */
  readonly rules: number;
  readonly found: number;
  /** Paths with findings that no model reaches: no format of Bauta reads what they are in. */
  readonly beyond: readonly string[];
}

/** Components of a field of SWIFT MT that hold a kind; a scan tells the field only. */
const COMPONENTS_OF: Partial<Record<Kind, readonly string[]>> = {
  pan: ["account"],
  iban: ["account"],
  bic: ["bic"],
  name: ["name", "1"],
  organisation: ["name", "1"],
};

/**
 * @param isField whether a path, as models write it, is that of a value of a message with a catalogue
 * @param isPlain whether every path with a star is redacted: rules of one rank that take the same value must not want different things,
 * which names that are not shown can bring about
 */
export function starterOf(root: Place, findings: readonly Finding[], isField: (path: string) => boolean, isPlain = false): Starter {
  const byPath = new Map<string, Finding[]>();
  for (const finding of findings) byPath.set(finding.path, [...(byPath.get(finding.path) ?? []), finding]);
  const rules = new Map<string, string>();
  let found = 0;
  for (const place of placesBelow(root)) {
    const path = pathOf(place);
    if (!path.startsWith("json:")) continue;
    // A member whose name is not shown and an item of an array are one to a rule.
    const key = path.replaceAll("[*]", ".*");
    const isHidden = key.includes(".*") && (isPlain || path.includes(".*") || rules.has(key));
    const rows = byPath.get(path) ?? [];
    if (rows.length > 0) found++;
    rules.set(key, ruleOf(path, rows, isHidden));
  }
  const rest: (readonly [string, readonly Finding[]])[] = [];
  for (const [path, rows] of byPath) {
    if (!/^(?:mt\d*:|[a-z]{4}\.\d)/.test(path)) continue;
    const fields = fieldsFor(path, rows, isField);
    for (const [field, namespace] of fields) {
      rules.set(field, `  - {path: ${JSON.stringify(field)}, use: ${namespace}, unfit: redact} # ${kindsOf(rows)}`);
    }
    if (fields.size > 0) found++;
    else rest.push([path, rows]);
  }
  const beyond = [...byPath.keys()].filter((path) => /^(?:xml|csv|text):/.test(path));
  const lines = [
    "# Written by `bauta scan` from what it found in samples: a place to start, not an end. Look at each rule.",
    "# What was found is masked by its kind. What was not found is redacted: say `technique: keep` where a value may stay.",
    "bauta: 1",
    "name: starter",
    "extends: test-data",
    ...(rules.size > 0 ? ["rules:", ...rules.values()] : []),
    ...(rest.length > 0
      ? ["", "# Found in messages with a catalogue, among other words or not for certain; test-data masks these fields by their class:"]
      : []),
    ...rest.map(([path, rows]) => `#   ${path}: ${kindsOf(rows)}`),
    ...(beyond.length > 0 ? ["", "# Found in what no format of Bauta reads, so that no rule can name it:"] : []),
    ...beyond.map((path) => `#   ${path}: ${kindsOf(byPath.get(path) ?? [])}`),
  ];
  return { text: `${lines.join("\n")}\n`, rules: rules.size, found, beyond };
}

/**
 * Values of messages with a catalogue that a rule may name, with its namespace: of one kind for certain, since the preset knows their class
 * and a guess is no better than that.
 */
function fieldsFor(path: string, rows: readonly Finding[], isField: (path: string) => boolean): ReadonlyMap<string, string> {
  const sure = rows.filter(({ confidence }) => confidence === "high");
  const [format = "", place = ""] = [path.slice(0, path.indexOf(":")), path.slice(path.indexOf(":") + 1)];
  if (!format.startsWith("mt") || isField(path)) {
    const namespaces = new Set(sure.map(({ kind }) => NAMESPACE_OF[kind]));
    const isWhole = sure.length === rows.length && sure.every(({ count, whole }) => 2 * whole >= count);
    return new Map(isWhole && namespaces.size === 1 && isField(path) ? [[path, [...namespaces][0] as string]] : []);
  }
  // Of an MT a whole field is looked at, and what is found in it is a line of it. Where the type was not told, any may have it.
  const scope = format === "mt" ? "swift-mt" : format;
  const found = new Map<string, string>();
  for (const { kind } of sure) {
    for (const component of COMPONENTS_OF[kind] ?? []) {
      const field = `${scope}:**/${place}/${component}`;
      if (isField(field)) found.set(field, component === "account" ? "account" : NAMESPACE_OF[kind]);
    }
  }
  return found;
}

function ruleOf(path: string, rows: readonly Finding[], isHidden: boolean): string {
  const named = JSON.stringify(path);
  if (rows.length === 0) return `  - {path: ${named}, technique: redact}`;
  return `  - {path: ${named}, ${isHidden ? "technique: redact" : operationOf(rows)}} # ${kindsOf(rows)}`;
}

/** The namespace of the kind that most values are, where they are nothing else; a text with findings in it becomes another one. */
function operationOf(rows: readonly Finding[]): string {
  const sure = rows.filter(({ confidence }) => confidence !== "low");
  if (sure.length === 0) return "use: reference, otherwise: redact";
  const whole = sure.filter((row) => 2 * row.whole >= row.count);
  const [first] = [...whole].sort((a, b) => b.count - a.count);
  if (first === undefined || whole.length < sure.length) return "use: text, otherwise: redact";
  const namespaces = new Set(whole.map(({ kind }) => NAMESPACE_OF[kind]));
  if (namespaces.size === 1) return `use: ${NAMESPACE_OF[first.kind]}, otherwise: redact`;
  // An account is a card number or an IBAN.
  return [...namespaces].every((name) => name === "card" || name === "account") ? "use: account, otherwise: redact" : "technique: redact";
}

const kindsOf = (rows: readonly Finding[]): string =>
  rows.map(({ kind, confidence, count }) => `${kind} (${confidence}, ${count})`).join(", ");
