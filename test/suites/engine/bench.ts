/** One value through an engine: what the engine suite is written in. */
import type { Direction, Engine } from "../../../runtime/engines/api.ts";
import { encodePlan, type PlanFit, type PlanOperation } from "../../../runtime/engines/plan.ts";
import { BautaError } from "../../../runtime/kit/errors.ts";
import {
  Batch,
  RECORD_FAULT_VALUE,
  RECORD_FLAG_LATIN1,
  RECORD_FLAGS,
  RECORD_OUT_END,
  RECORD_STATUS,
  VALUE_STATUS,
} from "../../../runtime/record/tables.ts";

/** The one key of the suite: 00 01 … 1f. */
export const KEY: Uint8Array = Uint8Array.from({ length: 32 }, (_, i) => i);

/** Any text of any length. */
export const ANY: PlanFit = { shape: "text", min: 0, max: 0 };

/** An operation without what the case does not care about. */
export type Draft = Partial<PlanOperation> & Pick<PlanOperation, "technique">;

export interface Setting {
  /** 7 (RAW) unless said otherwise. */
  readonly encoding?: number;
  readonly latin1?: boolean;
  readonly direction?: Direction;
  readonly key?: Uint8Array;
}

/** Status of the value, and the record's bytes without the structure around the value; text that is Latin-1 if the record is. */
export interface Outcome {
  readonly status: number;
  readonly text: string;
}

export function operationOf(draft: Draft): PlanOperation {
  return { fit: ANY, namespace: "only", ...draft };
}

export function planOf(...drafts: readonly Draft[]): Uint8Array {
  return encodePlan({ model: "suite", namespaces: [{ name: "only", keyVersion: 1 }], operations: drafts.map(operationOf) });
}

/** Transforms one value of one segment, or of several with `|` as structure between them. */
export function run(engine: Engine, draft: Draft, value: string | readonly string[] | Uint8Array, setting: Setting = {}): Outcome {
  const segments = typeof value === "string" || value instanceof Uint8Array ? [value] : value;
  const batch = batchOf(
    segments.map((segment) => (typeof segment === "string" ? bytesOf(segment, setting) : segment)),
    setting,
  );
  const output = new Uint8Array(batch.input.length * 8 + 4096);
  const handle = engine.open(planOf(draft), setting.key ?? KEY, setting.direction ?? "mask");
  try {
    if (handle.transform(batch, output, 0) !== 1) throw new Error("the record did not fit");
  } finally {
    handle.close();
  }
  const issue = batch.records[RECORD_STATUS] as number;
  const status = batch.values[VALUE_STATUS] as number;
  const end = batch.records[RECORD_OUT_END] as number;
  if (issue !== 0) {
    if (issue !== status || end !== 0 || batch.records[RECORD_FAULT_VALUE] !== 0)
      throw new Error("a refused record has its status, its fault and no output");
    return { status, text: "" };
  }
  const decoder = new TextDecoder(setting.latin1 === true ? "latin1" : "utf-8", { fatal: true });
  return { status, text: decoder.decode(output.subarray(1, end - 1)) };
}

/** Number of the issue that `open` throws for the operation; 0 if it opens. */
export function refusalOf(engine: Engine, draft: Draft): number {
  try {
    engine.open(planOf(draft), KEY, "mask").close();
    return 0;
  } catch (error) {
    if (error instanceof BautaError) return error.issue.number;
    throw error;
  }
}

/** `<`, the segments with `|` between them, `>`. */
function batchOf(segments: readonly Uint8Array[], setting: Setting): Batch {
  const batch = new Batch(1, 1, 1);
  const bytes: number[] = [0x3c];
  batch.beginRecord(0, 0);
  if (setting.latin1 === true) batch.records[RECORD_FLAGS] = RECORD_FLAG_LATIN1;
  batch.addValue(0, 0);
  segments.forEach((segment, i) => {
    if (i > 0) bytes.push(0x7c);
    batch.addSegment(bytes.length, bytes.length + segment.length, setting.encoding ?? 7);
    bytes.push(...segment);
  });
  bytes.push(0x3e);
  batch.endRecord(0, bytes.length);
  batch.input = Uint8Array.from(bytes);
  return batch;
}

function bytesOf(text: string, setting: Setting): Uint8Array {
  if (setting.latin1 !== true) return new TextEncoder().encode(text);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
