/**
 * A piece of a source, masked by itself: what a worker does. The piece begins where a record is thought to begin; whether one does is for
 * the thread to judge that knows where the record before it ended (parallel.ts).
 */
import { DIGEST_BYTES } from "../engines/api.ts";
import type { Delivery, DeliveryLeaves } from "../record/delivery.ts";
import { NO_COUNTS } from "./counts.ts";
import type { Counts, Masker, SourcePoint, StageTimes, Stopped } from "./masker.ts";
import type { Outlet, Refusal } from "./outlet.ts";
import type { PlanSource } from "./plan-handle.ts";
import type { FieldCount } from "./value-counts.ts";

export interface PieceTask {
  /** Number of the piece, for its result. */
  readonly sequence: number;
  /** The piece, and behind it bytes of the next one. Nobody writes to it until the result is there. */
  readonly memory: SharedArrayBuffer;
  /** Bytes of both. */
  readonly length: number;
  /** Where the piece begins: its offset in the source; the records before it are not known, and told as 0 or 1. */
  readonly start: SourcePoint;
  /** Offset in the source behind the piece. */
  readonly end: number;
  /** The source ends with it. */
  readonly last: boolean;
  /** Memory for the output, if there is some to be used again. */
  readonly spare: ArrayBuffer | undefined;
}

/** A refused record without its bytes, which are in the piece. */
export type PieceRefusal = Omit<Refusal, "bytes" | "issue"> & { readonly issue: number };

/** Makes the leaf hashes of what goes out; views are valid until the next call. */
export interface PieceLeaves {
  /** Keyed, of the records as they came in; `count` digests, and maybe bytes behind them. */
  inputs(delivery: Delivery): Uint8Array;
  outputs(delivery: Delivery): Uint8Array;
  /** Of a refused record. */
  input(bytes: Uint8Array): Uint8Array;
}

/** Columns of a `Delivery`; ordinals count from the piece's first record, inputs from its first byte, message types are the worker's. */
export type PieceRows = Pick<
  Delivery,
  | "count"
  | "ordinals"
  | "offsets"
  | "lengths"
  | "inputStarts"
  | "starts"
  | "ends"
  | "ownStarts"
  | "ownEnds"
  | "messages"
  | "routes"
  | "leaves"
>;

/** What was handed out; start and end are places in the output. */
export type PieceEvent =
  | { readonly kind: "records"; readonly start: number; readonly end: number; readonly rows: PieceRows }
  | { readonly kind: "separators"; readonly start: number; readonly end: number }
  | { readonly kind: "refused"; readonly refusal: PieceRefusal };

/** Names that the worker's numbers stand for: those from `from` on are these. */
export interface Names<Name> {
  readonly from: number;
  readonly names: readonly Name[];
}

export interface PieceResult {
  readonly sequence: number;
  readonly output: ArrayBuffer;
  /** What was handed out, in order. */
  readonly events: readonly PieceEvent[];
  /** Records of the piece. */
  readonly records: number;
  /** Offset in the source behind the last of them. */
  readonly offset: number;
  /** The last of them was refused. */
  readonly lastRefused: boolean;
  readonly stopped: Stopped;
  readonly counts: Counts;
  readonly times: StageTimes;
  /** Pairs: number of a field, and how many values it had. */
  readonly fields: Float64Array;
  /** As the plan has them: plain data, and nothing that this room looks into. */
  readonly operationNames: Names<unknown>;
  readonly messageNames: Names<string>;
  /** Counts in them are of no meaning, operations are the worker's. */
  readonly fieldNames: Names<FieldCount>;
  /** It threw: nothing else of this is of any use. */
  readonly failed: boolean;
}

/** A masker over a plan of its own. */
export interface PieceParts {
  readonly masker: Masker;
  readonly plan: Pick<PlanSource, "operationCount"> & { operationOf(operation: number): unknown };
}

/** Memory for output is had in powers of two from here on, bytes. */
const OUTPUT_BYTES_MIN = 1024 * 1024;

export class PieceMasker {
  readonly #open: () => PieceParts;
  readonly #leaves: PieceLeaves | undefined;
  #parts: PieceParts | undefined;
  #output = new Uint8Array(0);
  #written = 0;
  #events: PieceEvent[] = [];
  #firstRecord = 0;
  #firstByte = 0;
  /** How many of each were told. */
  #operations = 0;
  #messages = 0;
  #fields = new Map<string, number>();

  /** @param leaves without them whoever gets the results makes the leaves, if it needs any */
  constructor(open: () => PieceParts, leaves?: PieceLeaves) {
    this.#open = open;
    this.#leaves = leaves;
  }

  mask(task: PieceTask): PieceResult {
    const { sequence, memory, length, start, end, last, spare } = task;
    this.#output = new Uint8Array(spare ?? new ArrayBuffer(OUTPUT_BYTES_MIN));
    this.#written = 0;
    this.#events = [];
    this.#firstRecord = start.records;
    this.#firstByte = start.offset;
    try {
      this.#parts ??= this.#open();
      const { masker } = this.#parts;
      masker.beginSource(start);
      masker.push(new Uint8Array(memory, 0, length), this.#outlet, last ? undefined : end);
      if (last) masker.end(this.#outlet);
      return { sequence, failed: false, output: this.#output.buffer, events: this.#events, ...this.#told(this.#parts, start) };
    } catch {
      // The thread that gave the piece masks it again, and meets the error in its place, if it is one of the source's.
      this.close();
      return { sequence, failed: true, output: this.#output.buffer, events: [], ...NOTHING };
    }
  }

  /** The next piece opens masker and plan anew. */
  close(): void {
    this.#parts?.masker.close();
    this.#parts = undefined;
    this.#operations = 0;
    this.#messages = 0;
    this.#fields.clear();
  }

  #told({ masker, plan }: PieceParts, start: SourcePoint): Omit<PieceResult, "sequence" | "failed" | "output" | "events"> {
    const { records, offset, lastRefused } = masker.position;
    const { counts, cells, times } = masker.take();
    const fields = new Float64Array(2 * cells.length);
    const fieldNames: FieldCount[] = [];
    const fieldsFrom = this.#fields.size;
    for (const [i, cell] of cells.entries()) {
      const key = `${cell.message} ${cell.field} ${cell.operation} ${cell.outcome}`;
      let number = this.#fields.get(key);
      if (number === undefined) {
        number = this.#fields.size;
        this.#fields.set(key, number);
        fieldNames.push(masker.describe(cell));
      }
      fields[2 * i] = number;
      fields[2 * i + 1] = cell.count;
    }
    const operations: unknown[] = [];
    const operationsFrom = this.#operations;
    for (; this.#operations < plan.operationCount; this.#operations++) operations.push(plan.operationOf(this.#operations));
    const messages: string[] = [];
    const messagesFrom = this.#messages;
    for (let name = masker.messageName(this.#messages); name !== ""; name = masker.messageName(this.#messages)) {
      messages.push(name);
      this.#messages++;
    }
    return {
      records: records - start.records,
      offset,
      lastRefused,
      stopped: masker.stopped,
      counts,
      times,
      fields,
      operationNames: { from: operationsFrom, names: operations },
      messageNames: { from: messagesFrom, names: messages },
      fieldNames: { from: fieldsFrom, names: fieldNames },
    };
  }

  readonly #outlet: Outlet = {
    records: (delivery) => {
      const start = this.#written;
      this.#write(delivery.bytes);
      this.#events.push({ kind: "records", start, end: this.#written, rows: this.#rowsOf(delivery) });
    },
    separators: (bytes) => {
      const start = this.#written;
      this.#write(bytes);
      this.#events.push({ kind: "separators", start, end: this.#written });
    },
    refused: ({ bytes, issue, record, ...refusal }) => {
      const inputLeaf = this.#leaves?.input(bytes).slice(0, DIGEST_BYTES);
      this.#events.push({ kind: "refused", refusal: { ...refusal, issue: issue.number, record: record - this.#firstRecord, inputLeaf } });
    },
  };

  #rowsOf(delivery: Delivery): PieceRows {
    const { count } = delivery;
    const firstRecord = this.#firstRecord;
    const firstByte = this.#firstByte;
    const ordinals = delivery.ordinals.slice(0, count);
    const offsets = delivery.offsets.slice(0, count);
    const inputStarts = new Uint32Array(count);
    for (let row = 0; row < count; row++) {
      ordinals[row] = (ordinals[row] as number) - firstRecord;
      inputStarts[row] = (offsets[row] as number) - firstByte;
    }
    return {
      count,
      ordinals,
      offsets,
      lengths: delivery.lengths.slice(0, count),
      inputStarts,
      starts: delivery.starts.slice(0, count),
      ends: delivery.ends.slice(0, count),
      ownStarts: delivery.ownStarts.slice(0, count),
      ownEnds: delivery.ownEnds.slice(0, count),
      messages: delivery.messages.slice(0, count),
      routes: delivery.routes.slice(0, count),
      leaves: this.#leavesOf(delivery),
    };
  }

  #leavesOf(delivery: Delivery): DeliveryLeaves | undefined {
    const leaves = this.#leaves;
    if (leaves === undefined) return undefined;
    const bytes = delivery.count * DIGEST_BYTES;
    return { inputs: leaves.inputs(delivery).slice(0, bytes), outputs: leaves.outputs(delivery).slice(0, bytes) };
  }

  #write(bytes: Uint8Array): void {
    let size = this.#output.length;
    if (this.#written + bytes.length > size) {
      while (this.#written + bytes.length > size) size *= 2;
      const output = new Uint8Array(size);
      output.set(this.#output.subarray(0, this.#written));
      this.#output = output;
    }
    this.#output.set(bytes, this.#written);
    this.#written += bytes.length;
  }
}

const NONE = { from: 0, names: [] } as const;
const NOTHING = {
  records: 0,
  offset: 0,
  lastRefused: false,
  stopped: undefined,
  counts: NO_COUNTS,
  times: { scan: 0, engine: 0 },
  fields: new Float64Array(0),
  operationNames: NONE,
  messageNames: NONE,
  fieldNames: NONE,
} as const;
