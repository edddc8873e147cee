/**
 * Reads records with the very rules of a plan: which bytes are values and under which operation, which are dropped, which are
 * structure. The laws about bytes quantify over this.
 */

import { Kind, Technique } from "../../runtime/engines/generated/plan_pb.ts";
import { decodePlan } from "../../runtime/engines/plan-message.ts";
import type { DataClass, Format } from "../../runtime/formats/api.ts";
import type { OpenPlan } from "../../runtime/open.ts";
import { behindSeparators } from "../../runtime/pipeline/frame.ts";
import {
  Batch,
  RECORD_MESSAGE,
  RECORD_STATUS,
  SEGMENT_END,
  SEGMENT_START,
  SEGMENT_STRIDE,
  VALUE_FIELD,
  VALUE_FIRST_SEGMENT,
  VALUE_OPERATION,
  VALUE_SEGMENT_COUNT,
  VALUE_STRIDE,
} from "../../runtime/record/tables.ts";
import { FORMATS } from "../../runtime/registry.ts";

export type TechniqueName = keyof typeof Technique;

export interface ReadValue {
  readonly path: string;
  readonly dataClass: DataClass;
  readonly technique: TechniqueName;
  readonly kind: Kind;
  /** With KEEP: what is no code word of so many characters is replaced; 0 where every value stays. */
  readonly codeMax: number;
  /** Bytes of its segments as they stand there, one behind the other, as ISO-8859-1. */
  readonly raw: string;
}

export interface Reading {
  /** Values that stay in the record, in order; what is dropped is not among them. */
  readonly values: readonly ReadValue[];
  /** All bytes that are neither segment nor dropped, one behind the other, as ISO-8859-1. */
  readonly structure: string;
}

/** Reads records that stand one behind the other. Throws where one of them is refused by its scanner. */
export function read(input: Uint8Array, plan: OpenPlan, mode: "strict" | "lenient" = "strict"): Reading {
  const slots = FORMATS.map((format: Format) => ({ format, open: format.open(plan, { input: mode }) }));
  const values: ReadValue[] = [];
  let structure = "";
  const bytes = (from: number, to: number): string => Buffer.from(input.subarray(from, to)).toString("latin1");
  let at = 0;
  for (;;) {
    const start = behindSeparators(input, at, input.length);
    structure += bytes(at, start);
    if (start === input.length) return { values, structure };
    const slot = slots.find(({ format }) => format.detect(input, start, input.length));
    if (slot === undefined) throw new Error(`no record at ${start}`);
    const batch = new Batch(1, 64, 64);
    batch.input = input;
    const end = slot.open.scan(batch, start, input.length, true);
    if (end < 0 || batch.records[RECORD_STATUS] !== 0) throw new Error(`the record at ${start} is refused`);
    // Operations are compiled while messages are met, so the plan is decoded after the scan.
    const operations = decodePlan(plan.planBytes()).operations;
    let from = start;
    for (let value = 0; value < batch.valueCount; value++) {
      const row = value * VALUE_STRIDE;
      const operation = operations[batch.values[row + VALUE_OPERATION] as number];
      const technique = operation?.technique;
      const parts: string[] = [];
      const first = batch.values[row + VALUE_FIRST_SEGMENT] as number;
      for (let segment = first; segment < first + (batch.values[row + VALUE_SEGMENT_COUNT] as number); segment++) {
        const segmentStart = batch.segments[segment * SEGMENT_STRIDE + SEGMENT_START] as number;
        const segmentEnd = batch.segments[segment * SEGMENT_STRIDE + SEGMENT_END] as number;
        structure += bytes(from, segmentStart);
        parts.push(bytes(segmentStart, segmentEnd));
        from = segmentEnd;
      }
      if (technique === Technique.DROP) continue;
      const [message, field] = [batch.records[RECORD_MESSAGE] as number, batch.values[row + VALUE_FIELD] as number];
      values.push({
        path: slot.open.fieldPath(message, field),
        dataClass: slot.open.fieldClass(message, field),
        technique: nameOf(technique),
        kind: operation?.kind ?? Kind.TEXT,
        codeMax: operation?.codeMax ?? 0,
        raw: parts.join(""),
      });
    }
    structure += bytes(from, end);
    at = end;
  }
}

function nameOf(technique: number | undefined): TechniqueName {
  const found = Object.entries(Technique).find(([, number]) => number === technique);
  if (found === undefined) throw new Error("an operation without a technique");
  return found[0] as TechniqueName;
}
