/** What a manifest says of a model and its key, so that `compare` can name what differs: digests by name, nothing of a key. */
import { createHmac } from "node:crypto";
import { basename } from "node:path";
import type { KeyRing } from "../keys/api.ts";
import { assetBytes } from "../kit/assets.ts";
import { sha256 } from "../model/digest.ts";
import type { Lock } from "../model/lock.ts";
import type { Action, Model, Namespace, Rule } from "../model/model.ts";
import { INPUTS_PURPOSE } from "./leaves.ts";
import { lineSums } from "./locator.ts";
import type { StatementEvidence } from "./record.ts";

/** Hex digits of a rule's digest: enough to tell two rules apart. */
const RULE_DIGITS = 16;
/** Words of what a rule is for that its name has. */
const NAMED_SHOWN = 3;
/** Hex digits of a seed's id. */
const SEED_DIGITS = 16;

/** The caller overwrites `auditKey`. */
export function evidenceOf(model: Model, ring: KeyRing, lock: Lock): StatementEvidence {
  const facts = ring.facts.find(({ version }) => version === ring.keyVersion);
  // A digest of a key that somebody chose as a word would confirm a guess of the word.
  const isStored = ring.origin === "file";
  return {
    auditKey: ring.purposeKey(INPUTS_PURPOSE),
    keyCheck: isStored ? (facts?.check ?? "") : "",
    keyFingerprint: isStored ? (facts?.fingerprint ?? "") : "",
    seed: isStored && model.seed !== undefined ? seedId(ring, model.seed) : "",
    lists: listsOf(lock),
    rules: [...model.namespaces.map(namespaceRow), ...model.rules.map(ruleRow)],
    entries: entriesOf(lock),
  };
}

function seedId(ring: KeyRing, seed: string): string {
  const key = ring.purposeKey("seed-id");
  try {
    return createHmac("sha256", key).update(seed).digest("hex").slice(0, SEED_DIGITS);
  } finally {
    key.fill(0);
  }
}

function listsOf({ techniques, kinds, data, catalogues }: Lock): (readonly [string, string])[] {
  const named = (title: string, entries: Readonly<Record<string, string>>): (readonly [string, string])[] =>
    Object.entries(entries).map(([name, digest]) => [`${title} ${name}`, digest]);
  return [...named("technique", techniques), ...named("kind", kinds), ...named("data", data), ...named("catalogue", catalogues)];
}

/** Data files that are texts: an entry of them is a line. */
function entriesOf({ data }: Lock): (readonly [string, string])[] {
  const texts = Object.keys(data).filter((path) => /\.(?:txt|json)$/.test(path));
  return texts.map((path) => {
    const { sums, lines } = lineSums(assetBytes(`schemas/${path}`));
    return [`data ${path}`, `${lines} ${sums}`];
  });
}

const namespaceRow = (namespace: Namespace): readonly [string, string] => {
  const { index: _, acrossRecipients, ...rest } = namespace;
  // What is not said does not count: a model has the digest that it had before this could be said.
  return [`namespace ${namespace.name}`, digest(acrossRecipients ? { ...rest, acrossRecipients } : rest)];
};

/** Where a rule stands and what it names is its name, without the folders of this host; what it does is its digest. */
function ruleRow(rule: Rule): readonly [string, string] {
  const { source, path, pattern, types, classes, shapes, format, action, unfit, declared, level } = rule;
  const named = [
    pattern === undefined ? [] : [pattern.text],
    (types ?? []).map(({ text }) => text),
    [...(classes ?? [])],
    [...(shapes ?? [])],
  ].flat();
  const shown = named.slice(0, NAMED_SHOWN).join(", ");
  return [
    ["rule", basename(source), path, named.length > NAMED_SHOWN ? `${shown}, …` : shown].filter((part) => part !== "").join(" "),
    digest({ pattern: pattern?.text, types, classes, shapes, format, action: actionOf(action), unfit, declared, level }),
  ];
}

/** With the namespace's name: what it is has a row of its own. */
const actionOf = (action: Action): object => (action.kind === "use" ? { ...action, namespace: action.namespace.name } : action);

const digest = (value: object): string => sha256(new TextEncoder().encode(JSON.stringify(value, plain))).slice(0, RULE_DIGITS);

/** What JSON has no form for; sets in the order of their members. */
function plain(_: string, value: unknown): unknown {
  if (value instanceof Set) return [...value].map(String).sort();
  return typeof value === "bigint" ? value.toString() : value;
}
