/** The fields of a message's text as texts: for rules between them, which look at whole messages. */
import {
  Batch,
  RECORD_FIRST_VALUE,
  RECORD_MESSAGE,
  RECORD_STATUS,
  RECORD_STRIDE,
  RECORD_VALUE_COUNT,
  SEGMENT_END,
  SEGMENT_START,
  SEGMENT_STRIDE,
  VALUE_FIELD,
  VALUE_FIRST_SEGMENT,
  VALUE_SCOPE,
  VALUE_SEGMENT_COUNT,
  VALUE_STRIDE,
} from "../../record/tables.ts";
import type { OpenFormat, Ruleset } from "../api.ts";
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
  /** Rows of those values in the batch. */
  readonly values: ReadonlyMap<string, number>;
}

const ALL: Ruleset = {
  operationFor: () => 0,
  dropOperation: 1,
  jsonRules: [],
  envelope: { open: false, elements: [], namespaces: [] },
};
const NOTHING = new Uint8Array(0);
const LATIN1 = new TextDecoder("latin1");
const PATH = /^(?:sequence([A-Z])\/|(copy)\/)?(\d\d[A-Z]?|NS)\/(.+)$/;

interface Writable extends BodyField {
  readonly parts: Map<string, string>;
  readonly values: Map<string, number>;
}

export interface MessageFields {
  readonly message: string;
  readonly fields: readonly BodyField[];
}

/** One scanner and one batch for all messages: they are read one after the other. */
let reader: { readonly scanner: SwiftMtScanner; readonly batch: Batch } | undefined;

/** Name and fields of one message; undefined for what is none that is read here. */
export function readFields(record: Uint8Array): MessageFields | undefined {
  reader ??= { scanner: new SwiftMtScanner(ALL, { input: "lenient" }), batch: new Batch(1) };
  const { scanner, batch } = reader;
  batch.clear();
  batch.input = record;
  const isRead = scanner.scan(batch, 0, record.length, true) >= 0 && batch.records[RECORD_STATUS] === 0;
  const found = isRead ? fieldsIn(batch, 0, scanner) : undefined;
  batch.input = NOTHING;
  return found;
}

/** The same of a record that was scanned. */
export function fieldsIn(batch: Batch, record: number, scanner: Pick<OpenFormat, "fieldPath" | "messageName">): MessageFields {
  const at = record * RECORD_STRIDE;
  const message = batch.records[at + RECORD_MESSAGE] as number;
  const fields: Writable[] = [];
  const counts = new Map<string, number>();
  const ways = waysOf(message, scanner);
  let scope = 0;
  const first = batch.records[at + RECORD_FIRST_VALUE] as number;
  const end = first + (batch.records[at + RECORD_VALUE_COUNT] as number);
  for (let value = first; value < end; value++) {
    const row = value * VALUE_STRIDE;
    const { sequence, copy, tag, component } = ways(batch.values[row + VALUE_FIELD] as number);
    if (tag === "") continue;
    if (batch.values[row + VALUE_SCOPE] !== scope) {
      scope = batch.values[row + VALUE_SCOPE] as number;
      const path = `${sequence === "" ? copy : `sequence${sequence}`}/${tag}`.replace(/^\//, "");
      const place = (counts.get(path) ?? 0) + 1;
      counts.set(path, place);
      fields.push({ sequence: sequence + copy, tag, path: `${path}${place > 1 ? `[${place}]` : ""}`, parts: new Map(), values: new Map() });
    }
    const { parts, values } = fields[fields.length - 1] as Writable;
    if (parts.has(component)) continue;
    parts.set(component, textOf(batch, row));
    values.set(component, value);
  }
  return { message: scanner.messageName(message), fields };
}

interface Way {
  readonly sequence: string;
  readonly copy: string;
  readonly tag: string;
  readonly component: string;
}

/** Paths of one message, each taken apart once. */
function waysOf(message: number, scanner: Pick<OpenFormat, "fieldPath">): (field: number) => Way {
  const known = new Map<number, Way>();
  return (field) => {
    const before = known.get(field);
    if (before !== undefined) return before;
    const [, sequence = "", copy = "", tag = "", component = ""] = PATH.exec(scanner.fieldPath(message, field)) ?? [];
    const way = { sequence, copy, tag, component };
    known.set(field, way);
    return way;
  };
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
