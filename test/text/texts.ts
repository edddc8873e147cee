/** Texts of the set, or others, through an engine: the context in typed fields beside the text, one record each. */
import type { Engine } from "../../runtime/engines/api.ts";
import { encodePlan, type PlanFeed, type PlanFit, type PlanKind, type PlanOperation } from "../../runtime/engines/plan.ts";
import { Batch, RECORD_OUT_END, RECORD_OUT_START, RECORD_STATUS, RECORD_STRIDE } from "../../runtime/record/tables.ts";
import type { Entry } from "./method.ts";

export const ANY: PlanFit = { shape: "text", min: 0, max: 0 };
const NAMESPACES = ["account", "card", "bic", "phone", "email", "identifier", "reference", "party", "text"];
const RAW = 7;

const fed = (kind: PlanKind, namespace: string, feeds: PlanFeed): PlanOperation => ({
  technique: kind === "party-name" ? "pseudonym" : "fpe",
  kind,
  namespace,
  otherwise: "token",
  fit: ANY,
  feeds,
});

/** Fields by what they hold, the text that is searched, and the text that is replaced whole; then what replaces findings. */
export const FIELDS: readonly PlanOperation[] = [
  fed("party-name", "party", "name"),
  fed("account", "account", "account"),
  fed("reference", "reference", "reference"),
  fed("identifier", "identifier", "identifier"),
];
const REPLACING: readonly PlanOperation[] = [
  { technique: "fpe", kind: "pan", namespace: "card", bin: 6, otherwise: "redact", fit: ANY },
  { technique: "fpe", kind: "account", namespace: "account", otherwise: "token", fit: ANY },
  { technique: "fpe", kind: "bic", namespace: "bic", otherwise: "redact", fit: ANY },
  { technique: "fpe", kind: "phone", namespace: "phone", otherwise: "redact", fit: ANY },
  { technique: "pseudonym", kind: "email", namespace: "email", otherwise: "token", fit: ANY },
  { technique: "fpe", kind: "identifier", namespace: "identifier", otherwise: "token", fit: ANY },
  { technique: "fpe", kind: "reference", namespace: "reference", otherwise: "token", fit: ANY },
  { technique: "pseudonym", kind: "party-name", namespace: "party", otherwise: "token", fit: ANY },
];
const whole: PlanOperation = { technique: "pseudonym", kind: "free-text", namespace: "text", otherwise: "redact", fit: ANY };

export type TextMode = "hidden" | "replaced" | "whole";

/** `hidden`: what is found becomes X; `replaced`: its pseudonym; `whole`: other words for all of the text. */
export function operationsOf(mode: TextMode): readonly PlanOperation[] {
  const first = FIELDS.length + 1;
  const entities = ["card", "account", "bic", "phone", "email", "identifier", "reference", "name"] as const;
  const detects = Object.fromEntries(entities.map((entity, index) => [entity, first + index]));
  if (mode === "whole") return [...FIELDS, whole];
  if (mode === "replaced") return [...FIELDS, { ...whole, searches: true, detects }, ...REPLACING];
  // Redacted fields have no pseudonym of their own.
  const hidden = FIELDS.map(({ feeds }): PlanOperation => ({ technique: "redact", fit: ANY, ...(feeds === undefined ? {} : { feeds }) }));
  return [...hidden, { ...whole, searches: true }];
}

export interface Written {
  readonly status: number;
  /** Fields in the order of the context, and the text. */
  readonly fields: readonly string[];
  readonly text: string;
}

/** Outputs for the entries, in their order. */
export function writeTexts(engine: Engine, mode: TextMode, entries: readonly Pick<Entry, "text" | "context">[]): readonly Written[] {
  const encoder = new TextEncoder();
  const batch = new Batch(entries.length, entries.length * 8, entries.length * 8);
  const parts: Uint8Array[] = [];
  let at = 0;
  entries.forEach(({ text, context }, index) => {
    batch.beginRecord(at, index);
    const add = (operation: number, value: string): void => {
      const bytes = encoder.encode(value);
      batch.addValue(operation, 0);
      batch.addSegment(at, at + bytes.length, RAW);
      parts.push(bytes, Uint8Array.of(0x1f));
      at += bytes.length + 1;
    };
    for (const name of context.names) add(0, name);
    for (const account of context.accounts) add(1, account);
    for (const reference of context.references) add(2, reference);
    for (const id of context.ids) add(3, id);
    add(FIELDS.length, text);
    batch.endRecord(index, at);
  });
  batch.input = Uint8Array.from(Buffer.concat(parts));
  const namespaces = NAMESPACES.map((name) => ({ name, keyVersion: 1 }));
  const plan = encodePlan({ model: "texts", namespaces, operations: operationsOf(mode) });
  const handle = engine.open(
    plan,
    Uint8Array.from({ length: 32 * NAMESPACES.length }, (_, i) => i * 7),
    "mask",
  );
  const output = new Uint8Array(at * 8 + 65_536);
  try {
    if (handle.transform(batch, output, 0) !== entries.length) throw new Error("the texts did not fit");
  } finally {
    handle.close();
  }
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return entries.map((_, index) => {
    const row = index * RECORD_STRIDE;
    const bytes = output.subarray(batch.records[row + RECORD_OUT_START] as number, batch.records[row + RECORD_OUT_END] as number);
    const fields = decoder.decode(bytes).split("\u001f").slice(0, -1);
    return { status: batch.records[row + RECORD_STATUS] as number, fields: fields.slice(0, -1), text: fields.at(-1) ?? "" };
  });
}
