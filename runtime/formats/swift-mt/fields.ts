/** The fields of a message's text as texts: for a validator, which looks at whole messages; masking never does. */
import {
  Batch,
  RECORD_MESSAGE,
  RECORD_STATUS,
  SEGMENT_END,
  SEGMENT_START,
  SEGMENT_STRIDE,
  VALUE_FIELD,
  VALUE_FIRST_SEGMENT,
  VALUE_SCOPE,
  VALUE_SEGMENT_COUNT,
  VALUE_STRIDE,
} from "../../record/tables.ts";
import type { Ruleset } from "../api.ts";
import { SwiftMtScanner } from "./scanner.ts";

export interface BodyField {
  /** `B`, or empty for the first; `copy` for fields of another message. */
  readonly sequence: string;
  /** `50K`. */
  readonly tag: string;
  /** `sequenceB/50K[2]`: with its place among the fields of its tag, from the second on. */
  readonly path: string;
  /** Values by their components, as they are written; of what a field says twice, the first. */
  readonly parts: ReadonlyMap<string, string>;
}

const ALL: Ruleset = {
  operationFor: () => 0,
  dropOperation: 1,
  jsonRules: [],
  envelope: { open: false, elements: [], namespaces: [] },
};
const LATIN1 = new TextDecoder("latin1");
const PATH = /^(?:sequence([A-Z])\/|(copy)\/)?(\d\d[A-Z]?|NS)\/(.+)$/;

/** Name and fields of one message; undefined for what is none that is read here. */
export function readFields(record: Uint8Array): { readonly message: string; readonly fields: readonly BodyField[] } | undefined {
  const scanner = new SwiftMtScanner(ALL, { input: "lenient" });
  const batch = new Batch(1);
  batch.input = record;
  if (scanner.scan(batch, 0, record.length, true) < 0 || batch.records[RECORD_STATUS] !== 0) return undefined;
  const message = batch.records[RECORD_MESSAGE] as number;
  const fields: (BodyField & { readonly parts: Map<string, string> })[] = [];
  const counts = new Map<string, number>();
  let scope = 0;
  for (let row = 0; row < batch.valueCount * VALUE_STRIDE; row += VALUE_STRIDE) {
    const [, sequence = "", copy = "", tag = "", component = ""] =
      PATH.exec(scanner.fieldPath(message, batch.values[row + VALUE_FIELD] as number)) ?? [];
    if (tag === "") continue;
    if (batch.values[row + VALUE_SCOPE] !== scope) {
      scope = batch.values[row + VALUE_SCOPE] as number;
      const path = `${sequence === "" ? copy : `sequence${sequence}`}/${tag}`.replace(/^\//, "");
      const place = (counts.get(path) ?? 0) + 1;
      counts.set(path, place);
      fields.push({ sequence: sequence + copy, tag, path: `${path}${place > 1 ? `[${place}]` : ""}`, parts: new Map() });
    }
    const { parts } = fields[fields.length - 1] as (typeof fields)[number];
    if (!parts.has(component)) parts.set(component, textOf(batch, row));
  }
  return { message: scanner.messageName(message), fields };
}

function textOf(batch: Batch, row: number): string {
  const first = batch.values[row + VALUE_FIRST_SEGMENT] as number;
  const last = first + (batch.values[row + VALUE_SEGMENT_COUNT] as number);
  let text = "";
  for (let at = first * SEGMENT_STRIDE; at < last * SEGMENT_STRIDE; at += SEGMENT_STRIDE) {
    text += LATIN1.decode(batch.input.subarray(batch.segments[at + SEGMENT_START], batch.segments[at + SEGMENT_END]));
  }
  return text;
}

/** Fields that belong together: the first sequence, and each round of one that repeats. */
export function groupsOf(fields: readonly BodyField[]): readonly (readonly BodyField[])[] {
  const groups: BodyField[][] = [];
  for (const field of fields) {
    const group = groups.at(-1);
    const first = group?.[0];
    const belongs = first?.sequence === field.sequence && (field.sequence === "" || first.tag !== field.tag);
    if (belongs) group?.push(field);
    else groups.push([field]);
  }
  return groups;
}
