/** What `text: detect` adds to operations: which of them search their text, and which are searched for (docs/internals/detect.md). */
import type { PlanEntity, PlanFeed, PlanOperation } from "../engines/plan.ts";
import type { DataClass, Field, FormatName } from "../formats/api.ts";
import { ANY_TEXT, lower } from "./lower.ts";
import type { Detects } from "./model.ts";
import { ENTITIES, type KindName } from "./vocabulary.ts";

/** Kinds of values that are searched for wherever they stand. */
const FEED_OF_KIND: Readonly<Partial<Record<KindName, PlanFeed>>> = {
  "party-name": "name",
  organisation: "name",
  "family-name": "name",
  pan: "account",
  iban: "account",
  account: "account",
  identifier: "identifier",
  "national-id": "identifier",
  "creditor-id": "identifier",
  "prefixed-id": "identifier",
  lei: "identifier",
  reference: "reference",
  "rf-reference": "reference",
  uetr: "reference",
};
/** Classes of which values are searched for, whatever their kind and technique. */
const FEED_OF_CLASS: Readonly<Partial<Record<DataClass, PlanFeed>>> = {
  account: "account",
  identifier: "identifier",
  reference: "reference",
};
/** Kinds that say nothing of what a value is; the class of its field does. */
const PLAIN_KINDS: readonly KindName[] = ["text", "digits", "alphanumeric", "mixed"];
const NAME_PATH = /(?:^|\/)(?:Nm|name|1)$/;

/** The operation as texts of the same message make it: values that it stands for may be named there. */
export function feeding(operation: PlanOperation, field: Field): PlanOperation {
  const feed = feedOf(operation, field);
  return feed === undefined ? operation : { ...operation, feeds: feed };
}

function feedOf({ technique, kind = "text" }: PlanOperation, { dataClass, path }: Field): PlanFeed | undefined {
  if (technique === "keep" || technique === "drop") return undefined;
  const isPlain = technique === "redact" || technique === "mask" || PLAIN_KINDS.includes(kind);
  if (!isPlain) return FEED_OF_KIND[kind];
  const isNamed = dataClass === "person" || dataClass === "organisation" || dataClass === "agent";
  return isNamed && NAME_PATH.test(path) ? "name" : FEED_OF_CLASS[dataClass];
}

/** Operations that replace what is found, of any text. */
export function detectOperations(detects: Detects): Readonly<Partial<Record<PlanEntity, PlanOperation>>> {
  const operations: Partial<Record<PlanEntity, PlanOperation>> = {};
  for (const entity of ENTITIES) {
    const namespace = detects[entity];
    if (namespace === undefined) continue;
    // What is in no class of the kind becomes X in a text: nothing of it is refused there.
    const otherwise = namespace.otherwise === "error" ? "redact" : namespace.otherwise;
    const lowered = lower({ kind: "use", namespace, otherwise }, "json", ANY_FIELD);
    if ("operation" in lowered) operations[entity] = lowered.operation;
  }
  return operations;
}

const ANY_FIELD: Field = { path: "", type: "", dataClass: "free-text", fit: ANY_TEXT };

/** Whether a text is searched: free text, and what a rule for JSON takes for it. Contacts and issuers are replaced whole. */
export function isSearched(operation: PlanOperation, format: FormatName, { dataClass }: Field): boolean {
  const isText = operation.technique === "pseudonym" && operation.kind === "free-text";
  return isText && (format === "json" || dataClass === "free-text");
}
