/** Many values through an engine, each a record of its own, so that one refusal takes no other with it. */
import type { Direction, Engine } from "../../runtime/engines/api.ts";
import {
  Batch,
  RECORD_OUT_END,
  RECORD_OUT_START,
  RECORD_STATUS,
  RECORD_STRIDE,
  VALUE_STATUS,
  VALUE_STRIDE,
} from "../../runtime/record/tables.ts";
import { type Draft, KEY, planOf } from "../suites/engine/bench.ts";

const VALUES_PER_BATCH = 2000;

export interface Masked {
  /** Status of the value: an issue's number, or how it was masked. */
  readonly status: number;
  readonly text: string;
}

/** Each text's outcome, in order. */
export function maskAll(engine: Engine, draft: Draft, texts: readonly string[], direction: Direction = "mask"): Masked[] {
  const handle = engine.open(planOf(draft), KEY, direction);
  try {
    const outcomes: Masked[] = [];
    for (let from = 0; from < texts.length; from += VALUES_PER_BATCH) {
      const part = texts.slice(from, from + VALUES_PER_BATCH);
      const batch = batchOf(part);
      const output = new Uint8Array(batch.input.length * 4 + part.length * 256);
      if (handle.transform(batch, output, 0) !== part.length) throw new Error("the records did not fit");
      for (let i = 0; i < part.length; i++) {
        const record = i * RECORD_STRIDE;
        const issue = batch.records[record + RECORD_STATUS] as number;
        const written = output.subarray(batch.records[record + RECORD_OUT_START], batch.records[record + RECORD_OUT_END]);
        outcomes.push(
          issue === 0
            ? { status: batch.values[i * VALUE_STRIDE + VALUE_STATUS] as number, text: decoder.decode(written) }
            : { status: issue, text: "" },
        );
      }
    }
    return outcomes;
  } finally {
    handle.close();
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const RAW = 7;

function batchOf(texts: readonly string[]): Batch {
  const parts = texts.map((text) => encoder.encode(text));
  const batch = new Batch(parts.length, parts.length, parts.length);
  batch.input = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    batch.input.set(part, at);
    const record = batch.beginRecord(at, 0);
    batch.addValue(0, 0);
    batch.addSegment(at, at + part.length, RAW);
    at += part.length;
    batch.endRecord(record, at);
  }
  return batch;
}
