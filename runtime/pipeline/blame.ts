/** Which value of a record the engine refused. */
import {
  type Batch,
  NO_VALUE,
  RECORD_FAULT_VALUE,
  RECORD_MESSAGE,
  RECORD_STRIDE,
  SEGMENT_END,
  SEGMENT_START,
  SEGMENT_STRIDE,
  VALUE_FIELD,
  VALUE_FIRST_SEGMENT,
  VALUE_SEGMENT_COUNT,
  VALUE_STRIDE,
} from "../record/tables.ts";
import type { FormatSlot } from "./frame.ts";

export interface Blamed {
  readonly path: string;
  /** From the first segment to the last, in the batch's input. */
  readonly offset: number;
  readonly length: number;
}

/** undefined: the record is to blame as a whole. */
export function blamedValue({ records, values, segments }: Batch, record: number, { open }: FormatSlot): Blamed | undefined {
  const at = record * RECORD_STRIDE;
  const value = records[at + RECORD_FAULT_VALUE] as number;
  if (value === NO_VALUE) return undefined;
  const valueAt = value * VALUE_STRIDE;
  const first = values[valueAt + VALUE_FIRST_SEGMENT] as number;
  const last = first + (values[valueAt + VALUE_SEGMENT_COUNT] as number) - 1;
  const offset = segments[first * SEGMENT_STRIDE + SEGMENT_START] as number;
  const path = open.fieldPath(records[at + RECORD_MESSAGE] as number, values[valueAt + VALUE_FIELD] as number);
  return { path, offset, length: (segments[last * SEGMENT_STRIDE + SEGMENT_END] as number) - offset };
}
