/** What the tests of the JSON scanner share: rules without a model, and a readable view of the tables. */
import type { JsonRule, OpenFormat, Ruleset } from "../../runtime/formats/api.ts";
import { json } from "../../runtime/formats/json/index.ts";
import {
  Batch,
  type Fault,
  RECORD_END,
  RECORD_FIRST_VALUE,
  RECORD_START,
  RECORD_STATUS,
  RECORD_VALUE_COUNT,
  SEGMENT_ENCODING,
  SEGMENT_END,
  SEGMENT_START,
  SEGMENT_STRIDE,
  VALUE_FIELD,
  VALUE_FIRST_SEGMENT,
  VALUE_OPERATION,
  VALUE_SCOPE,
  VALUE_SEGMENT_COUNT,
  VALUE_STRIDE,
} from "../../runtime/record/tables.ts";

/** Operation that removes a region, in every ruleset here. */
export const DROP = 99;

/** A path of a rule as segments: `$.a.*.b` without quoting. */
export const segmentsOf = (path: string): string[] => path.split(".").slice(1);

/** Rules whose operation is their place in the list, and whose rank is the count of names they spell out. */
export function rulesetOf(...paths: readonly string[]): Ruleset {
  return rulesetOfRules(
    paths.map((path, operation) => {
      const segments = segmentsOf(path);
      return { segments, rank: segments.filter((segment) => !segment.startsWith("*")).length, operation, label: path };
    }),
  );
}

export function rulesetOfRules(jsonRules: readonly JsonRule[]): Ruleset {
  return {
    jsonRules,
    dropOperation: DROP,
    envelope: { open: false, elements: [], namespaces: [] },
    operationFor: () => {
      throw new Error("JSON has no catalogue to ask for");
    },
  };
}

export const openJson = (rules: Ruleset): OpenFormat => json.open(rules, { input: "strict", names: "all" });

export interface SeenValue {
  readonly operation: number;
  readonly field: number;
  readonly path: string;
  readonly scope: number;
  readonly encoding: number;
  readonly start: number;
  readonly end: number;
  /** Bytes of the segment as they stand in the input. */
  readonly text: string;
}

export interface Seen {
  /** What `scan` returned. */
  readonly result: number;
  readonly start: number;
  readonly end: number;
  /** Of the record, or the reason why there is none. */
  readonly status: number;
  readonly values: readonly SeenValue[];
  readonly fault: Fault | undefined;
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

/** Scans the record at `start` of `input` into an empty batch. */
export function see(format: OpenFormat, input: Uint8Array | string, start = 0, limit = -1, last = true): Seen {
  const batch = new Batch(1, 1, 1);
  batch.input = typeof input === "string" ? bytesOf(input) : input;
  const result = format.scan(batch, start, limit < 0 ? batch.input.length : limit, last);
  return seenOf(format, batch, result);
}

function seenOf(format: OpenFormat, batch: Batch, result: number): Seen {
  const { records, values, segments } = batch;
  const first = records[RECORD_FIRST_VALUE] as number;
  const count = batch.recordCount === 0 ? 0 : (records[RECORD_VALUE_COUNT] as number);
  const seen: SeenValue[] = [];
  for (let index = first; index < first + count; index++) {
    const value = index * VALUE_STRIDE;
    if (values[value + VALUE_SEGMENT_COUNT] !== 1) throw new Error("a value of JSON is one segment");
    const segment = (values[value + VALUE_FIRST_SEGMENT] as number) * SEGMENT_STRIDE;
    const start = segments[segment + SEGMENT_START] as number;
    const end = segments[segment + SEGMENT_END] as number;
    const field = values[value + VALUE_FIELD] as number;
    seen.push({
      operation: values[value + VALUE_OPERATION] as number,
      field,
      path: format.fieldPath(0, field),
      scope: values[value + VALUE_SCOPE] as number,
      encoding: segments[segment + SEGMENT_ENCODING] as number,
      start,
      end,
      text: textOf(batch.input.subarray(start, end)),
    });
  }
  return {
    result,
    start: records[RECORD_START] as number,
    end: records[RECORD_END] as number,
    status: batch.recordCount === 0 ? (batch.faults[0]?.issue ?? 0) : (records[RECORD_STATUS] as number),
    values: seen,
    fault: batch.faults[0],
  };
}

/** The record as an engine would write it if every operation but DROP kept its value. */
export function withoutDropped(input: Uint8Array | string, seen: Seen): string {
  const bytes = typeof input === "string" ? bytesOf(input) : input;
  let out = "";
  let at = seen.start;
  for (const { operation, start, end } of seen.values) {
    if (operation !== DROP) continue;
    out += textOf(bytes.subarray(at, start));
    at = end;
  }
  return out + textOf(bytes.subarray(at, seen.end));
}

/** The bytes of a record outside of its segments. */
export function structureOf(input: Uint8Array | string, seen: Seen): string {
  const bytes = typeof input === "string" ? bytesOf(input) : input;
  let out = "";
  let at = seen.start;
  for (const { start, end } of seen.values) {
    out += textOf(bytes.subarray(at, start));
    at = end;
  }
  return out + textOf(bytes.subarray(at, seen.end));
}

/** (op, text) of every value, for short expectations. */
export const brief = (seen: Seen): [number, string][] => seen.values.map(({ operation, text }) => [operation, text]);
