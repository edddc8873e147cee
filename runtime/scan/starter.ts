/**
 * A starter model of what a scan found: `extends: test-data`, which covers all messages with a catalogue, and a rule for each path of JSON
 * that was met. What was found goes through the namespace of its kind; all else is redacted, for a scan cannot tell what may be kept.
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

/**
 * @param isPlain whether every path with a star is redacted: rules of one rank that take the same value must not want different things,
 * which names that are not shown can bring about
 */
export function starterOf(root: Place, findings: readonly Finding[], isPlain = false): Starter {
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
  const messages = [...byPath].filter(([path]) => /^(?:mt\d|[a-z]{4}\.\d)/.test(path));
  const beyond = [...byPath.keys()].filter((path) => /^(?:xml|csv|text|mt):/.test(path));
  const lines = [
    "# Written by `bauta scan` from what it found in samples: a place to start, not an end. Look at each rule.",
    "# What was found is masked by its kind. What was not found is redacted: say `technique: keep` where a value may stay.",
    "bauta: 1",
    "name: starter",
    "extends: test-data",
    ...(rules.size > 0 ? ["rules:", ...rules.values()] : []),
    ...(messages.length > 0 ? ["", "# Found in messages with a catalogue, whose fields test-data masks by their class:"] : []),
    ...messages.map(([path, rows]) => `#   ${path}: ${kindsOf(rows)}`),
    ...(beyond.length > 0 ? ["", "# Found in what no format of Bauta reads, so that no rule can name it:"] : []),
    ...beyond.map((path) => `#   ${path}: ${kindsOf(byPath.get(path) ?? [])}`),
  ];
  return { text: `${lines.join("\n")}\n`, rules: rules.size, found, beyond };
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
