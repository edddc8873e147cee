/** The engine alone: values under one operation, and whole batches, in the tables that a scanner would have filled. */
import type { Engine } from "../../runtime/engines/api.ts";
import type { Scanner } from "../../runtime/formats/api.ts";
import type { NamespaceDocument, RuleDocument } from "../../runtime/model/document.ts";
import type { OpenPlan } from "../../runtime/open.ts";
import type { Recall } from "../../runtime/pipeline/recall.ts";
import { Batch, ENCODING_JSON_STRING, RECORD_STATUS, RECORD_STRIDE } from "../../runtime/record/tables.ts";
import { openModel } from "./pipeline.ts";

const VALUES_PER_RECORD = 16;

/** A plan of one operation over JSON values, and its index. */
export function oneOperation(
  rule: Omit<RuleDocument, "path" | "use">,
  namespace?: NamespaceDocument,
): { plan: OpenPlan; operation: number } {
  const plan = openModel({
    name: "one-operation",
    document: {
      bauta: 1,
      name: "one-operation",
      mode: "deterministic",
      ...(namespace === undefined ? {} : { namespaces: { one: namespace } }),
      rules: [{ path: "json:$.value", ...rule, ...(namespace === undefined ? {} : { use: "one" }) }],
    },
  });
  const operation = plan.jsonRules[0]?.operation;
  if (operation === undefined) throw new Error("the rule has no operation");
  return { plan, operation };
}

/** A batch of records of 16 values each, with some structure around them. */
export function batchOf(values: readonly string[], operation: number): Batch {
  const batch = new Batch();
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  let at = 0;
  const append = (text: string): { start: number; end: number } => {
    const bytes = encoder.encode(text);
    parts.push(bytes);
    const start = at;
    at += bytes.length;
    return { start, end: at };
  };
  for (let first = 0; first < values.length; first += VALUES_PER_RECORD) {
    const record = batch.beginRecord(at, 0);
    append("[");
    for (const value of values.slice(first, first + VALUES_PER_RECORD)) {
      append('"');
      const { start, end } = append(value);
      batch.addSimpleValue(operation, 0, 0, start, end, ENCODING_JSON_STRING);
      append('",');
    }
    append("null]\n");
    batch.endRecord(record, at);
  }
  batch.input = new Uint8Array(Buffer.concat(parts));
  return batch;
}

/** Masks a batch, whose tables it leaves as they were but for statuses and output ranges. */
export function transformWork(engine: Engine, plan: OpenPlan, batch: Batch): () => void {
  const handle = engine.open(plan.planBytes(), plan.keyBytes(), "mask");
  const output = new Uint8Array(batch.input.length * 4 + 65_536);
  const work = (): void => {
    if (handle.transform(batch, output, 0) !== batch.recordCount) throw new Error("the output is too small");
  };
  work();
  for (let record = 0; record < batch.recordCount; record++) {
    const status = batch.records[record * RECORD_STRIDE + RECORD_STATUS];
    if (status !== 0) throw new Error(`record ${record} is refused: ${status}`);
  }
  return work;
}

/**
 * Scans a stream of whole records into the batch.
 * @param recall left out: every record is walked
 */
export function scanWork(scanner: Scanner, batch: Batch, stream: Uint8Array, recall?: Recall): () => void {
  batch.input = stream;
  const bounds = { limit: stream.length, stop: stream.length, recordsMax: 0xffff_ffff };
  return () => {
    batch.clear();
    for (let at = 0; at < stream.length; ) {
      const behind = recall === undefined ? at : recall.scan(batch, at, bounds);
      if (behind > at) {
        at = behind;
        continue;
      }
      const record = batch.recordCount;
      const end = scanner.scan(batch, at, stream.length, true);
      if (end < 0) throw new Error(`the scanner stopped: ${end}`);
      recall?.learn(batch, record, 0);
      at = behindSpace(stream, end);
    }
  };
}

function behindSpace(stream: Uint8Array, end: number): number {
  let at = end;
  while (at < stream.length && (stream[at] as number) <= 0x20) at++;
  return at;
}
