/**
 * Cuts bytes into records exactly as a run does, and changes nothing: for whoever checks outputs, or inputs, against the record of a run
 * without its model. It is a masker whose rules keep everything and whose engine copies.
 */
import type { Engine, Primitives } from "../engines/api.ts";
import type { Format } from "../formats/api.ts";
import { BautaError } from "../kit/errors.ts";
import {
  type Batch,
  RECORD_END,
  RECORD_FIRST_VALUE,
  RECORD_OUT_END,
  RECORD_OUT_START,
  RECORD_START,
  RECORD_STATUS,
  RECORD_STRIDE,
  RECORD_VALUE_COUNT,
  STATUS_KEPT,
  VALUE_STATUS,
  VALUE_STRIDE,
} from "../record/tables.ts";
import type { FrameMode } from "./frame.ts";
import { Masker } from "./masker.ts";
import type { PlanSource } from "./plan-handle.ts";

/** A masker that hands out what it is given. */
export function recordCutter(formats: readonly Format[], frame: FrameMode, input: "strict" | "lenient"): Masker {
  return new Masker({
    engine: COPYING,
    plan: KEEPING,
    formats,
    scan: { input },
    frame,
    direction: "mask",
    onRefuse: "divert",
    keyedHash: () => "",
  });
}

const NOTHING = new Uint8Array(0);

const KEEPING: PlanSource = {
  // What no catalogue describes goes with its element, as in every run that takes it; a signature may have had to stay.
  operationFor: (_, __, { type }) => (type === "any" ? 1 : 0),
  dropOperation: 1,
  jsonRules: [{ segments: ["**"], rank: 0, operation: 0, label: "**" }],
  envelope: { open: true, elements: [], namespaces: [] },
  operationCount: 2,
  planBytes: () => NOTHING,
  keyBytes: () => NOTHING,
  figureOf: () => undefined,
  isPlaced: () => false,
  perRecord: false,
};

const COPYING: Engine = {
  // Nothing that leaves here bears the name of an engine.
  name: "portable",
  version: "",
  facts: {},
  open: () => ({ transform: copy, close: () => undefined }),
  get primitives(): Primitives {
    throw new BautaError(9001, { detail: "primitives of a cutter" });
  },
};

function copy({ input, records, recordCount, values }: Batch, output: Uint8Array, first: number): number {
  let at = 0;
  for (let record = first; record < recordCount; record++) {
    const row = record * RECORD_STRIDE;
    const start = records[row + RECORD_START] as number;
    const length = records[row + RECORD_STATUS] === 0 ? (records[row + RECORD_END] as number) - start : 0;
    if (at + length > output.length) return record;
    records[row + RECORD_OUT_START] = at;
    output.set(input.subarray(start, start + length), at);
    at += length;
    records[row + RECORD_OUT_END] = at;
    const from = records[row + RECORD_FIRST_VALUE] as number;
    const end = from + (records[row + RECORD_VALUE_COUNT] as number);
    for (let value = from; value < end; value++) values[value * VALUE_STRIDE + VALUE_STATUS] = STATUS_KEPT;
  }
  return recordCount;
}
